#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;

#[test]
fn a_signature_is_of_one_component_and_one_key() {
    let key = SecretKey::parse(&format!("{SECRET}{}", "07".repeat(32))).unwrap();
    assert_eq!(SecretKey::parse(&key.to_text()).unwrap().public(), key.public());
    let signature = key.sign(b"component");
    let public = PublicKey::parse(&key.public().to_string()).unwrap();
    assert_eq!(public.verify(b"component", &signature), Ok(()));
    assert_eq!(public.verify(b"Component", &signature).unwrap_err(), "the module is not the one that was signed");
    let other = SecretKey::generate().unwrap();
    assert!(other.public().verify(b"component", &signature).unwrap_err().starts_with("it was signed by `ed25519:"));
    let renamed = signature.replace(&public.to_string(), &other.public().to_string());
    assert_eq!(other.public().verify(b"component", &renamed).unwrap_err(), "the module is not the one that was signed");
    assert_eq!(format!("{key:?}"), "SecretKey(…)");
}

#[test]
fn what_is_no_key_or_signature_is_refused() {
    let key = SecretKey::generate().unwrap().public();
    for text in ["", "ed25519:", "ed25519:zz", "rsa:00"] {
        assert!(PublicKey::parse(text).is_err(), "{text}");
    }
    // the point at infinity, by which anything would be verified
    assert!(PublicKey::parse(&format!("ed25519:01{}", "00".repeat(31))).is_err());
    assert!(key.verify(b"", "").is_err());
    assert!(key.verify(b"", &format!("{key}\n00")).is_err());
    assert!(SecretKey::parse("07").is_err());
}
