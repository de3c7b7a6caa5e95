//! One guest, in the process that the test starts for it.

use std::time::{Duration, Instant};

use changegate::check::plugin::{Kind, Limits, Value};
use changegate::plugin::{Host, HostOptions, Module};

/// A value of a type, for guests that nobody knows.
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

#[test]
#[ignore = "started by `no_guest_hurts_anyone`"]
fn one() {
    let Some(file) = std::env::var_os("CHANGEGATE_GUEST") else { return };
    let bytes = std::fs::read(file).unwrap();
    let host = Host::new(HostOptions { guard: Duration::from_secs(30), threads: 2, ..HostOptions::default() }).unwrap();
    let before = peak();
    let start = Instant::now();
    let (stopped, message) = outcome(&host, &bytes);
    let seconds = start.elapsed().as_secs_f64();
    println!("\nGUEST\t{stopped}\t{message}\t{seconds}\t{}", peak().saturating_sub(before) / 1024);
    good_call(&host);
}

fn outcome(host: &Host, bytes: &[u8]) -> (String, String) {
    let module = match host.load(bytes) {
        Ok(module) => module,
        Err(error) => {
            assert!(!error.host, "the host is blamed: {error}");
            return ("load".to_owned(), error.to_string());
        }
    };
    let first = ask(&module);
    for _ in 0..2 {
        assert_eq!(ask(&module), first, "the same question has the same answer");
    }
    first
}

fn ask(module: &Module) -> (String, String) {
    let mut said = Vec::new();
    for (n, check) in module.described().checks.iter().enumerate() {
        let inputs: Vec<Value> = check.signature.inputs.iter().map(some).collect();
        said.push(match module.ask(n, &inputs, Limits::DEFAULT) {
            Ok(Value::Bool(answer)) => (format!("answers {answer}"), String::new()),
            Ok(value) => ("answers".to_owned(), format!("{value:?}").chars().take(80).collect()),
            Err(failure) => {
                assert!(!failure.ends_run(), "the run ends: {failure}");
                (failure.word().to_owned(), failure.to_string())
            }
        });
    }
    said.remove(0)
}

/// What comes after a hostile guest is as right as before.
fn good_call(host: &Host) {
    let module = host.load(&super::good()).expect("the good module");
    let check = module.described().checks.iter().position(|check| check.signature.name == "allowed").unwrap();
    let start = Value::Time(1_782_000_000_000_000);
    for (tag, allowed) in [("licence-oracle-until-2020-12-31", false), ("licence-oracle-until-2999-12-31", true)] {
        let inputs = [Value::List(vec![Value::Text(tag.into())]), start.clone()];
        assert_eq!(module.ask(check, &inputs, Limits::DEFAULT), Ok(Value::Bool(allowed)), "{tag}");
    }
}

/// The most memory that the process had, in KiB; zero where the system does not say.
pub(super) fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
