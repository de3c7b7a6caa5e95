//! The guest of the fuzz target: it answers whatever bytes it is given, by every type in turn.

use crate::check::plugin::{Limits, Value};

use super::guest::{Check, guest};
use super::host;

fn answers_anything() -> Vec<u8> {
    let of = |signature, export, ty| Check { signature, export, ty };
    let checks = [
        of("flag(bytes: set<int>) -> bool", "flag", "(func (param \"bytes\" (list s64)) (result bool))"),
        of(
            "maybe(bytes: set<int>) -> int or none",
            "maybe",
            "(func (param \"bytes\" (list s64)) (result (option s64)))",
        ),
        of("text(bytes: set<int>) -> string", "text", "(func (param \"bytes\" (list s64)) (result string))"),
        of(
            "texts(bytes: set<int>) -> set<string>",
            "texts",
            "(func (param \"bytes\" (list s64)) (result (list string)))",
        ),
        of(
            "numbers(bytes: set<int>) -> set<int>",
            "numbers",
            "(func (param \"bytes\" (list s64)) (result (list s64)))",
        ),
        of("flags(bytes: set<int>) -> set<bool>", "flags", "(func (param \"bytes\" (list s64)) (result (list bool)))"),
        of(
            "refusal(bytes: set<int>) -> string or none",
            "refusal",
            "(func (param \"bytes\" (list s64)) (result (result (option string) (error string))))",
        ),
    ];
    let copy = "(memory.copy (i32.const 4096) (local.get 0) (i32.mul (local.get 1) (i32.const 8)))";
    let body = checks.iter().fold(String::new(), |mut body, check| {
        let result = if check.export == "flag" { "(i32.load (i32.const 4096))" } else { "(i32.const 4096)" };
        body.push_str(&format!("(func (export \"{}\") (param i32 i32) (result i32) {copy} {result})\n", check.export));
        body
    });
    guest(&checks, &body)
}

#[test]
fn the_guest_of_the_fuzz_target_answers_anything() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/plugin/answers.wasm");
    let bytes = answers_anything();
    if std::env::var_os("CHANGEGATE_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        // two texts, `ab` and `c`, and the beginning of a component
        let words = [(4112_i64, 2_i64), (4128, 2), (4130, 1)];
        let mut answer = b"answer".to_vec();
        for (at, length) in words {
            answer.extend((at | (length << 32)).to_le_bytes());
        }
        answer.extend(*b"\0\0\0\0\0\0\0\0abc\0\0\0\0\0");
        std::fs::write(path.with_file_name("texts"), answer).unwrap();
        std::fs::write(path.with_file_name("cut-off"), &bytes[..bytes.len() / 2]).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == bytes, "`CHANGEGATE_BLESS=1 cargo test --lib plugin` writes it anew");
    let module = host().load(&bytes).unwrap();
    let text = module.described().checks.iter().position(|check| check.signature.name == "text").unwrap();
    let input = [Value::List(vec![Value::Int(1024 | (5 << 32))])];
    assert_eq!(module.ask(text, &input, Limits::DEFAULT), Ok(Value::Text("guest".into())));
}
