//! Components from strangers: loading any bytes, and asking whatever loads, ends as an answer or a failure with a message. What comes back is tried
//! by a guest whose answer's bytes are the fuzzer's own.

use std::sync::OnceLock;
use std::time::Duration;

use changegate::check::plugin::{Kind, Limits, Value};
use changegate::plugin::{Host, HostOptions};

/// The first bytes of an input that is an answer rather than a component.
const ANSWER: &[u8] = b"answer";

fn host() -> &'static Host {
    static HOST: OnceLock<Host> = OnceLock::new();
    HOST.get_or_init(|| {
        Host::new(HostOptions { guard: Duration::from_secs(60), threads: 2, ..HostOptions::default() }).expect("a host")
    })
}

/// Runs the target on one input.
pub fn run(data: &[u8]) {
    match data.strip_prefix(ANSWER) {
        Some(answer) => answered(answer),
        None => ask(data),
    }
}

fn ask(bytes: &[u8]) {
    let module = match host().load(bytes) {
        Ok(module) => module,
        Err(error) => return readable(&error.what),
    };
    let limits = Limits { fuel: 100_000, memory: 4 << 20 };
    for (n, check) in module.described().checks.iter().enumerate() {
        let inputs: Vec<Value> = check.signature.inputs.iter().map(some).collect();
        let first = module.ask(n, &inputs, limits);
        assert_eq!(first, module.ask(n, &inputs, limits), "the same question has the same answer");
        if let Err(failure) = first {
            assert!(!failure.ends_run(), "{failure}");
            readable(&failure.to_string());
        }
    }
}

fn readable(message: &str) {
    assert!(!message.is_empty() && !message.chars().any(char::is_control) && message.len() < 100_000, "{message}");
}

fn some(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => Value::Bool(true),
        Kind::Int => Value::Int(7),
        Kind::Number | Kind::Percent => Value::Decimal(1_500_000_000),
        Kind::Text => Value::Text("db-1".into()),
        Kind::Date => Value::Date(20_000),
        Kind::Time => Value::Time(1_760_000_000_000_000),
        Kind::Duration => Value::Duration(1_000_000),
        Kind::Word(_) => Value::Word(0),
        Kind::OrNone(of) => some(of),
        Kind::Set(of) | Kind::List(of) => Value::List(vec![some(of)]),
        Kind::Record(fields) => Value::Record(fields.iter().map(|(_, of)| some(of)).collect()),
    }
}

/// The guest whose memory from address 0 on is given to it in a set of numbers, and which answers what lies there, by every type in turn.
fn answered(bytes: &[u8]) {
    static GUEST: &[u8] = include_bytes!("../seeds/plugin/answers.wasm");
    static MODULE: OnceLock<changegate::plugin::Module> = OnceLock::new();
    let module = MODULE.get_or_init(|| host().load(GUEST).expect("the guest that answers anything"));
    let numbers: Vec<Value> = bytes
        .chunks(8)
        .take(512)
        .map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            Value::Int(i64::from_le_bytes(word))
        })
        .collect();
    for n in 0..module.described().checks.len() {
        match module.ask(n, &[Value::List(numbers.clone())], Limits { fuel: 10_000_000, memory: 4 << 20 }) {
            Ok(_) => {}
            Err(failure) => {
                assert!(!failure.ends_run(), "{failure}");
                readable(&failure.to_string());
            }
        }
    }
}
