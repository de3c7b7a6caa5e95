use std::time::Duration;

use crate::check::plugin::{Limits, Value};

use super::guest::{Check, guest};
use super::*;

/// Asks the one check of a guest, which takes nothing.
fn ask(ty: &str, answer: &str, body: &str) -> Asked {
    let signature = format!("go() -> {answer}");
    let bytes = guest(&[Check { signature: &signature, export: "go", ty }], body);
    let module = host().load(&bytes).unwrap();
    module.ask_closely(0, &[], Limits::DEFAULT)
}

fn flag(body: &str) -> Asked {
    ask("(func (result bool))", "bool", &format!("(func (export \"go\") (result i32) {body})"))
}

fn said(asked: &Asked) -> String {
    asked.result.as_ref().unwrap_err().to_string()
}

#[test]
fn a_check_answers() {
    let asked = flag("(i32.const 1)");
    assert_eq!(asked.result, Ok(Value::Bool(true)));
    assert!(asked.fuel > 0 && asked.fuel < 1_000, "{}", asked.fuel);
    assert_eq!(asked.memory, 1 << 16);
}

#[test]
fn what_a_check_does_wrong_is_said_in_words() {
    for (body, words) in [
        ("(loop (br 0)) (i32.const 1)", "used all its fuel, 10_000_000 units"),
        ("(unreachable)", "stopped: it gave up (`unreachable`: a panic, an abort or a failed assertion)"),
        ("(i32.div_s (i32.const 1) (i32.const 0))", "stopped: it divided by zero"),
        ("(i32.load (i32.const -4))", "stopped: it read or wrote beyond its memory"),
        ("(drop (memory.grow (i32.const 600))) (i32.const 1)", "wanted more memory than 32MiB"),
        ("(loop (drop (memory.grow (i32.const 1))) (br 0)) (i32.const 1)", "wanted more memory than 32MiB"),
        (
            "(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br 0)) (i32.const 1)",
            "used all its fuel, 10_000_000 units",
        ),
        (
            "(loop (call $log (i32.const 1024) (i32.const 5)) (br 0)) (i32.const 1)",
            "used all its fuel, 10_000_000 units",
        ),
        (
            "(call $log (i32.const 65000) (i32.const 65000)) (i32.const 1)",
            "gave an answer that means nothing: string pointer/length out of bounds of memory",
        ),
    ] {
        assert_eq!(said(&flag(body)), words, "{body}");
    }
    let deep = ask(
        "(func (result bool))",
        "bool",
        "(func $go (export \"go\") (result i32) (local i64) (i32.add (call $go) (i32.const 1)))",
    );
    assert_eq!(said(&deep), "called functions too deep, beyond 512KiB of stack");
}

#[test]
fn an_answer_that_means_nothing_is_none() {
    let text = |at: u32, length: u32| {
        let body = format!(
            "(func (export \"go\") (result i32) (i32.store (i32.const 512) (i32.const {at})) (i32.store (i32.const 516) (i32.const {length})) (i32.const 512))
             (data (i32.const 600) \"\\ff\\fe\")"
        );
        ask("(func (result string))", "string", &body)
    };
    assert_eq!(text(1024, 5).result, Ok(Value::Text("guest".into())));
    assert!(said(&text(600, 2)).contains("gave an answer that means nothing"), "{}", said(&text(600, 2)));
    assert!(said(&text(60_000, 60_000)).contains("out of bounds"), "{}", said(&text(60_000, 60_000)));
    assert!(said(&text(0, u32::MAX)).contains("out of bounds"));
}

#[test]
fn an_answer_larger_than_it_may_be_is_none() {
    let body = "(func (export \"go\") (result i32) (drop (memory.grow (i32.const 100)))
        (i32.store (i32.const 512) (i32.const 0)) (i32.store (i32.const 516) (i32.const 3000000)) (i32.const 512))";
    let asked = ask("(func (result string))", "string", body);
    assert_eq!(said(&asked), "gave an answer larger than 1MiB");
    // A few bytes that stand for many: each of 8,000 texts is the same one.
    let body = "(func (export \"go\") (result i32) (local i32) (drop (memory.grow (i32.const 10)))
        (loop (i32.store (i32.add (i32.const 131072) (i32.mul (local.get 0) (i32.const 8))) (i32.const 0))
              (i32.store (i32.add (i32.const 131076) (i32.mul (local.get 0) (i32.const 8))) (i32.const 65536))
              (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if 0 (i32.lt_u (local.get 0) (i32.const 8000))))
        (i32.store (i32.const 512) (i32.const 131072)) (i32.store (i32.const 516) (i32.const 8000)) (i32.const 512))";
    let asked = ask("(func (result (list string)))", "set<string>", body);
    assert_eq!(said(&asked), "gave an answer larger than 1MiB");
}

#[test]
fn nothing_is_left_from_one_call_to_the_next() {
    let body = "(global $g (mut i64) (i64.const 0))
        (func (export \"go\") (result i64)
          (global.set $g (i64.add (global.get $g) (i64.const 1)))
          (i64.store (i32.const 20000) (i64.add (i64.load (i32.const 20000)) (i64.const 1)))
          (i64.add (global.get $g) (i64.load (i32.const 20000))))";
    let bytes = guest(&[Check { signature: "go() -> int", export: "go", ty: "(func (result s64))" }], body);
    let module = host().load(&bytes).unwrap();
    let first = module.ask_closely(0, &[], Limits::DEFAULT);
    for _ in 0..20 {
        let again = module.ask_closely(0, &[], Limits::DEFAULT);
        assert_eq!((&again.result, again.fuel), (&Ok(Value::Int(2)), first.fuel));
    }
}

#[test]
fn the_log_is_kept_and_cut_off() {
    let asked = flag(
        "(loop (call $log (i32.const 1024) (i32.const 5)) (i32.store (i32.const 3000) (i32.add (i32.load (i32.const 3000)) (i32.const 1))) (br_if 0 (i32.lt_u (i32.load (i32.const 3000)) (i32.const 500)))) (i32.const 1)",
    );
    assert_eq!(asked.result, Ok(Value::Bool(true)));
    assert_eq!(asked.log.len(), 100);
    assert_eq!(asked.log[0], "guest");
}

#[test]
fn the_guard_ends_the_run_and_decides_nothing() {
    let host = Host::new(HostOptions { guard: Duration::from_millis(100), ..HostOptions::default() }).unwrap();
    let bytes = guest(
        &[Check { signature: "go() -> bool", export: "go", ty: "(func (result bool))" }],
        "(func (export \"go\") (result i32) (loop (br 0)) (i32.const 1))",
    );
    let module = host.load(&bytes).unwrap();
    let failure = module.ask(0, &[], Limits { fuel: u64::MAX / 4, memory: 1 << 20 }).unwrap_err();
    assert_eq!(failure, Failure::Guard(100));
    assert!(failure.ends_run());
    let memo = Memo::new(module, Limits { fuel: u64::MAX / 4, memory: 1 << 20 });
    assert_eq!(memo.ask(0, &[]).result, Err(Failure::Guard(100)));
    assert_eq!(memo.fatal(), Some(&Failure::Guard(100)));
}

#[test]
fn many_threads_get_the_same_answers() {
    let body = "(func (export \"go\") (param i64) (result i64) (i64.mul (local.get 0) (local.get 0)))";
    let bytes = guest(
        &[Check { signature: "go(n: int) -> int", export: "go", ty: "(func (param \"n\" s64) (result s64))" }],
        body,
    );
    let memo = Memo::new(host().load(&bytes).unwrap(), Limits::DEFAULT);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..500 {
                    assert_eq!(memo.ask(0, &[Value::Int(n)]).result, Ok(Value::Int(n * n)));
                }
            });
        }
    });
    assert_eq!(memo.distinct(), 500);
    assert_eq!(memo.ask(7, &[]).result.unwrap_err().to_string(), "cannot be called: there is no such check");
    assert_eq!(memo.ask(0, &[]).result.unwrap_err().to_string(), "cannot be called: it takes 1 inputs and was given 0");
    assert_eq!(
        memo.ask(0, &[Value::Bool(true)]).result.unwrap_err().to_string(),
        "cannot be called: an input is no `int`"
    );
}
