//! Signatures of components: ed25519 over their digest.
//!
//! A signature says who stands for a component; the digest in the policy says which one it is. What is signed is the line `changegate plugin 1`
//! and the digest, so that a signature made for something else is none for a plugin.

use std::fmt;

use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};

use super::digest::digest;

const PUBLIC: &str = "ed25519:";
const SECRET: &str = "changegate-secret-key-1:";

/// A key that signs.
pub struct SecretKey(SigningKey);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// A new key.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn generate() -> Result<Self, String> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|e| format!("the system gives no random bytes: {e}"))?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    /// It is no such key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let seed = text.trim().strip_prefix(SECRET).and_then(from_hex::<32>);
        Ok(Self(SigningKey::from_bytes(
            &seed.ok_or("it is no secret key, which begins with `changegate-secret-key-1:`")?,
        )))
    }

    /// The key as a line of text, for a file that only its owner can read.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{SECRET}{}\n", to_hex(&self.0.to_bytes()))
    }

    /// The key by which its signatures are verified.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// A signature of a component, as two lines: the public key, and 128 hexadecimal digits.
    #[must_use]
    pub fn sign(&self, component: &[u8]) -> String {
        let signature = self.0.sign(&message(component));
        format!("{}\n{}\n", self.public(), to_hex(&signature.to_bytes()))
    }
}

/// A key that verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// `ed25519:` and 64 hexadecimal digits.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC}{}", to_hex(self.0.as_bytes()))
    }
}

impl PublicKey {
    /// Reads `ed25519:…`.
    ///
    /// # Errors
    /// It is no key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = "it is no public key, which is `ed25519:` and 64 hexadecimal digits";
        let bytes = text.trim().strip_prefix(PUBLIC).and_then(from_hex::<32>).ok_or(wrong)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| wrong)?;
        // A key of small order verifies signatures that nobody made.
        if key.is_weak() { Err("it is a key by which nothing can be verified".to_owned()) } else { Ok(Self(key)) }
    }

    /// Whether `signature` is one of this component by this key.
    ///
    /// # Errors
    /// Why it is not, in words for people.
    pub fn verify(&self, component: &[u8], signature: &str) -> Result<(), String> {
        let (signer, digits) = signature.trim().split_once('\n').ok_or("it is no signature, which is two lines")?;
        let signer = Self::parse(signer)?;
        let bytes = from_hex::<64>(digits.trim()).ok_or("its second line is not 128 hexadecimal digits")?;
        if signer != *self {
            return Err(format!("it was signed by `{signer}`, not by `{self}`"));
        }
        self.0
            .verify_strict(&message(component), &Ed25519::from_bytes(&bytes))
            .map_err(|_| "the module is not the one that was signed".to_owned())
    }
}

fn message(component: &[u8]) -> Vec<u8> {
    format!("changegate plugin 1\n{}\n", digest(component)).into_bytes()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N * 2 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut out = [0; N];
    for (byte, digits) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests;
