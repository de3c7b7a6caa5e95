#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;

/// `(component)`: the smallest there is.
const EMPTY: &[u8] = &[0, b'a', b's', b'm', 0x0d, 0, 1, 0];

#[test]
fn only_what_was_sealed_opens() {
    let engine = Engine::new(&wasmtime::Config::new()).unwrap();
    let component = Component::new(&engine, EMPTY).unwrap();
    let key = Key::new([7; 32]);
    let sealed = seal(&key, b"one", b"notes", &component).unwrap();
    assert_eq!(open(&engine, &key, b"one", &sealed).unwrap().1, b"notes");
    assert!(open(&engine, &key, b"two", &sealed).is_none(), "another component's file");
    assert!(open(&engine, &Key::new([8; 32]), b"one", &sealed).is_none(), "another's key");
    let other = Engine::new(wasmtime::Config::new().consume_fuel(true)).unwrap();
    assert!(open(&other, &key, b"one", &sealed).is_none(), "another engine");
    for length in 0..sealed.len().min(200) {
        assert!(open(&engine, &key, b"one", &sealed[..length]).is_none(), "cut off at {length}");
    }
    assert!(open(&engine, &key, b"one", &sealed[..sealed.len() - 1]).is_none());
    for at in (0..sealed.len()).step_by(97).chain(0..60) {
        let mut flipped = sealed.clone();
        flipped[at] ^= 1;
        assert!(open(&engine, &key, b"one", &flipped).is_none(), "a bit flipped at {at}");
    }
}

#[test]
fn the_key_does_not_show() {
    assert_eq!(format!("{:?}", Key::new([7; 32])), "Key(…)");
}
