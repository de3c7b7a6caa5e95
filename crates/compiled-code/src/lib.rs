//! Compiled components as bytes, sealed with a keyed hash.
//!
//! Machine code that was read from a file runs with all rights of the program, so wasmtime's `Component::deserialize` is `unsafe`: its bytes must
//! come unchanged from wasmtime itself. All other code of changegate forbids `unsafe`. This crate has the one block that cannot be done without,
//! next to what makes it right: [`open`] hands to wasmtime only bytes whose BLAKE3 keyed hash, under a key that only this user can read, says that
//! [`seal`] wrote them. Whoever can put files into the cache (another user of a shared folder, a step of a pipeline that restores it) cannot make
//! one that opens, and a file of another component, another engine or another machine has another context and does not open either. Whoever
//! can read the key can already run code as this user.
//!
//! Layout: 8 bytes `CGCODE01`, 32 bytes hash, 8 bytes length of the notes (little endian), the notes, the code. The hash is over everything after
//! it and the context.

use std::hash::{Hash, Hasher};

use wasmtime::Engine;
use wasmtime::component::Component;

const MAGIC: &[u8; 8] = b"CGCODE01";
const HASH: usize = 32;

/// The key of the seal: 32 bytes that nobody else knows.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// A key of these bytes, which must be random and readable by this user alone.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A keyed hash over some parts, each with its length.
    #[must_use]
    pub fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in parts {
            hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(part);
        }
        *hasher.finalize().as_bytes()
    }

    /// Whether `hash` is the keyed hash over these parts, compared in constant time.
    #[must_use]
    pub fn verifies(&self, parts: &[&[u8]], hash: &[u8; 32]) -> bool {
        blake3::Hash::from_bytes(self.hash(parts)) == blake3::Hash::from_bytes(*hash)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What the compiled code fits: wasmtime's version, its settings, the machine's kind and features.
#[must_use]
pub fn fingerprint(engine: &Engine) -> [u8; 32] {
    let mut all = Everything(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut all);
    *all.0.finalize().as_bytes()
}

/// A hasher that keeps all that it is given rather than 64 bits of it.
struct Everything(blake3::Hasher);

impl Hasher for Everything {
    fn finish(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// The compiled component as sealed bytes, with notes of the caller's; none where wasmtime cannot write it.
#[must_use]
pub fn seal(key: &Key, context: &[u8], notes: &[u8], component: &Component) -> Option<Vec<u8>> {
    let code = component.serialize().ok()?;
    let fits = fingerprint(component.engine());
    let hash = key.hash(&[MAGIC, context, &fits, notes, &code]);
    let mut out = Vec::with_capacity(MAGIC.len() + HASH + 8 + notes.len() + code.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&hash);
    out.extend_from_slice(&u64::try_from(notes.len()).ok()?.to_le_bytes());
    out.extend_from_slice(notes);
    out.extend_from_slice(&code);
    Some(out)
}

/// The component and the notes in sealed bytes; none where they were not sealed with this key, context and engine.
#[must_use]
pub fn open(engine: &Engine, key: &Key, context: &[u8], sealed: &[u8]) -> Option<(Component, Vec<u8>)> {
    let rest = sealed.strip_prefix(MAGIC)?;
    let (hash, rest) = rest.split_first_chunk::<HASH>()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let (notes, code) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    if !key.verifies(&[MAGIC, context, &fingerprint(engine), notes, code], hash) {
        return None;
    }
    // SAFETY: the bytes are those of `Component::serialize`, unchanged: only `seal` makes a hash with this key, and the hash is over all of them and
    // over the engine's fingerprint. They are in memory that nobody else changes between the check and the call, which copies them.
    #[allow(unsafe_code, reason = "the only way to load compiled code; its condition was checked in the lines above")]
    let component = unsafe { Component::deserialize(engine, code) }.ok()?;
    Some((component, notes.to_vec()))
}

#[cfg(test)]
mod tests;
