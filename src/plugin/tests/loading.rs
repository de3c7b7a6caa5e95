use super::guest::{Check, guest, guest_of};
use super::*;

const YES: &str = "(func (export \"go\") (result i32) (i32.const 1))";

fn go<'t>(signature: &'t str) -> Check<'t> {
    Check { signature, export: "go", ty: "(func (result bool))" }
}

fn refused(bytes: &[u8]) -> String {
    host().load(bytes).unwrap_err().to_string()
}

#[test]
fn a_component_says_what_it_is() {
    let module = host().load(&guest(&[go("go() -> bool")], YES)).unwrap();
    let described = module.described();
    assert_eq!((described.name.as_str(), described.version.as_str()), ("guest", "1.0.0"));
    assert_eq!(described.checks[0].signature.to_string(), "go() -> bool");
    assert_eq!(described.checks[0].exported, "func() -> bool");
    assert_eq!(module.declaration(0), "go() -> bool");
    assert_eq!(module.about(0), "a check for a test");
    assert!(module.digest().starts_with("sha256:") && module.digest().len() == 71);
}

#[test]
fn what_is_no_plugin_is_refused_in_words() {
    let core = wat::parse_str("(module)").unwrap();
    let empty = wat::parse_str("(component)").unwrap();
    let wasi = wat::parse_str(
        "(component (import \"wasi:clocks/wall-clock@0.2.0\" (instance (export \"now\" (func (result u64))))) (import \"wasi:cli/environment@0.2.0\" (instance (export \"x\" (func)))))",
    )
    .unwrap();
    for (bytes, words) in [
        (b"".as_slice(), "the module is no WebAssembly"),
        (b"(component)", "the module is no WebAssembly"),
        (&core, "the module is a core module, and a plugin is a component"),
        (&empty, "it does not export `changegate:plugin/description@1.0.0` with its function `describe`"),
        (
            &wasi,
            "it imports `wasi:clocks/wall-clock@0.2.0` and 1 more, and a plugin may import nothing but `log` of `changegate:plugin/host@1.0.0`",
        ),
        (&empty[..5], "the module is damaged at byte 4: unexpected end-of-file"),
    ] {
        assert_eq!(refused(bytes), words);
    }
}

#[test]
fn a_description_that_does_not_agree_is_refused_with_both_sides() {
    for (signature, words) in [
        (
            "go() -> int",
            "its `describe` and its types do not agree about `go`: described is `go() -> int`, exported is `go() -> bool`",
        ),
        (
            "go(n: int) -> bool",
            "its `describe` and its types do not agree about `go`: described is `go(n: int) -> bool`, exported is `go() -> bool`",
        ),
        ("went() -> bool", "its `describe` names a check `went`, which it does not export"),
        ("go()", "its `describe` has the signature `go()`, which cannot be read: `->` is missing"),
        ("go() -> text", "its `describe` has the signature `go() -> text`, which cannot be read: `text` is no type"),
    ] {
        assert_eq!(refused(&guest(&[go(signature)], YES)), words);
    }
    let two = guest(
        &[go("go() -> bool"), Check { signature: "go() -> bool", export: "other", ty: "(func (result bool))" }],
        "(func (export \"go\") (export \"other\") (result i32) (i32.const 1))",
    );
    assert_eq!(refused(&two), "its `describe` names the check `go` twice");
    assert_eq!(
        refused(&guest_of("Guest!", "1", &[go("go() -> bool")], YES, "")),
        "its `describe` calls it `Guest!`, and a name is lower-case letters, digits and `_`"
    );
}

#[test]
fn types_that_the_language_does_not_have_are_refused() {
    for (ty, core, words) in [
        (
            "(func (result u32))",
            "i32",
            "its function `go` answers with type `u32`, which the language does not have; an `int` is `s64`",
        ),
        (
            "(func (result float64))",
            "f64",
            "its function `go` answers with type `f64`, which the language does not have; a `number` is `types.decimal`",
        ),
        (
            "(func (result char))",
            "i32",
            "its function `go` answers with type `char`, which the language does not have; a text is `string`",
        ),
        (
            "(func (result (option (option bool))))",
            "i32",
            "its function `go` answers with type `option<option<_>>`, which the language does not have",
        ),
    ] {
        let check = Check { signature: "go() -> bool", export: "go", ty };
        let body = format!("(func (export \"go\") (result {core}) ({core}.const 1))");
        assert_eq!(refused(&guest(&[check], &body)), words);
    }
}

#[test]
fn a_guest_that_never_starts_is_refused() {
    let body = format!("{YES} (func $start (loop (br 0))) (start $start)");
    assert_eq!(refused(&guest(&[go("go() -> bool")], &body)), "its `describe` used all its fuel, 500_000_000 units");
}

#[test]
fn damage_is_an_error_and_never_more() {
    let bytes = guest(&[go("go() -> bool")], YES);
    let host = host();
    for length in (0..bytes.len()).step_by(7) {
        assert!(host.load(&bytes[..length]).is_err(), "cut off at {length}");
    }
    for at in (0..bytes.len()).step_by(11) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        if let Ok(module) = host.load(&flipped) {
            let _ = module.ask(0, &[], crate::check::plugin::Limits::DEFAULT);
        }
    }
    assert!(host.load(&bytes).is_ok());
}

#[test]
fn what_a_toolchain_exports_in_an_interface_of_its_own_is_no_check() {
    let more = "(func $init (result u32) (canon lift (core func $i \"go\")))
        (instance $toolchain (export \"init\" (func $init)) (export \"reset\" (func $f-go)))
        (export \"toolchain\" (instance $toolchain))";
    let module = host().load(&guest_of("guest", "1.0.0", &[go("go() -> bool")], YES, more)).unwrap();
    let names: Vec<&str> = module.described().checks.iter().map(|check| check.signature.name.as_str()).collect();
    assert_eq!(names, ["go"]);
}
