//! Answers of earlier runs, from the cache.
//!
//! A file holds the answers of one module, under one engine and one pair of limits: what they hang on. It is sealed like compiled code. Values
//! are written as one byte for their form, and lengths and numbers in little endian.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::plugin::{Limits, Value};

use super::cache::Cache;
use super::failure::Failure;

/// The check, what it was asked with, and what it answered.
pub(super) type Answered = (usize, Box<[Value]>, Result<Value, Failure>);

/// The most answers that are kept of one module, and bytes of them.
const MAX_ANSWERS: usize = 1_000_000;
const MAX_BYTES: usize = 256 << 20;
/// What turns values into answers and back; another version of the program asks again.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The deepest that values nest in a file.
const MAX_DEPTH: usize = 8;

/// Answers of earlier runs.
#[derive(Debug)]
pub(super) struct Kept {
    cache: Arc<Cache>,
    name: String,
    /// The answer by the question, both as they are written.
    answers: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Kept {
    pub(super) fn open(cache: Arc<Cache>, digest: &str, engine: &str, limits: Limits) -> Self {
        let digest = digest.trim_start_matches("sha256:");
        let name = format!("{digest}-{engine}-{VERSION}-{}-{}.answers", limits.fuel, limits.memory);
        let answers = cache.open_bytes(&name).and_then(|bytes| read_file(&bytes)).unwrap_or_default();
        Self { cache, name, answers }
    }

    pub(super) fn len(&self) -> usize {
        self.answers.len()
    }

    pub(super) fn get(&self, check: usize, inputs: &[Value]) -> Option<Result<Value, Failure>> {
        let mut rest = self.answers.get(&question(check, inputs))?.as_slice();
        let answer = match take::<1>(&mut rest)? {
            [0] => Ok(read_value(&mut rest, 0)?),
            _ => Err(read_failure(&mut rest)?),
        };
        rest.is_empty().then_some(answer)
    }

    /// Writes the file anew, if there is anything that it does not have: what was asked now first, and of earlier answers what there is room for.
    pub(super) fn keep(&self, asked: Vec<Answered>) {
        let mut answers = BTreeMap::new();
        let mut bytes = 0_usize;
        let mut has_room = |question: &[u8], answer: &[u8]| {
            // Beside each of the two stands its length.
            bytes = bytes.saturating_add(question.len()).saturating_add(answer.len()).saturating_add(16);
            bytes <= MAX_BYTES
        };
        let mut is_new = false;
        for (check, inputs, result) in asked {
            if answers.len() >= MAX_ANSWERS {
                break;
            }
            let mut answer = Vec::new();
            match &result {
                Ok(value) => {
                    answer.push(0);
                    write_value(value, &mut answer);
                }
                Err(failure) if failure.ends_run() => continue,
                Err(failure) => {
                    answer.push(1);
                    write_failure(failure, &mut answer);
                }
            }
            let question = question(check, &inputs);
            if !has_room(&question, &answer) {
                break;
            }
            is_new |= !self.answers.contains_key(&question);
            answers.insert(question, answer);
        }
        if !is_new {
            return;
        }
        for (question, answer) in &self.answers {
            if answers.len() >= MAX_ANSWERS || !has_room(question, answer) {
                break;
            }
            answers.insert(question.clone(), answer.clone());
        }
        let mut out = Vec::new();
        for (question, answer) in &answers {
            write_bytes(question, &mut out);
            write_bytes(answer, &mut out);
        }
        self.cache.keep_bytes(&self.name, &out);
    }
}

fn read_file(mut bytes: &[u8]) -> Option<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut answers = BTreeMap::new();
    while !bytes.is_empty() {
        let question = read_bytes(&mut bytes)?.to_vec();
        answers.insert(question, read_bytes(&mut bytes)?.to_vec());
    }
    Some(answers)
}

fn question(check: usize, inputs: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    out.extend_from_slice(&u64::try_from(check).unwrap_or(u64::MAX).to_le_bytes());
    for input in inputs {
        write_value(input, &mut out);
    }
    out
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Bool(value) => out.extend_from_slice(&[0, u8::from(*value)]),
        Value::Int(value) => number(1, &value.to_le_bytes(), out),
        Value::Decimal(value) => number(2, &value.to_le_bytes(), out),
        Value::Text(text) => {
            out.push(3);
            write_bytes(text.as_bytes(), out);
        }
        Value::Date(days) => number(4, &days.to_le_bytes(), out),
        Value::Time(micros) => number(5, &micros.to_le_bytes(), out),
        Value::Duration(micros) => number(6, &micros.to_le_bytes(), out),
        Value::Word(word) => number(7, &word.to_le_bytes(), out),
        Value::None => out.push(8),
        Value::List(values) => several(9, values, out),
        Value::Record(values) => several(10, values, out),
    }
}

fn number(form: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(form);
    out.extend_from_slice(bytes);
}

fn several(form: u8, values: &[Value], out: &mut Vec<u8>) {
    number(form, &u64::try_from(values.len()).unwrap_or(u64::MAX).to_le_bytes(), out);
    for value in values {
        write_value(value, out);
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

fn read_bytes<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(u64::from_le_bytes(take(bytes)?)).ok()?;
    let (found, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(found)
}

fn read_text(bytes: &mut &[u8]) -> Option<String> {
    Some(std::str::from_utf8(read_bytes(bytes)?).ok()?.to_owned())
}

fn read_value(bytes: &mut &[u8], depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match take::<1>(bytes)? {
        [0] => Value::Bool(take::<1>(bytes)? != [0]),
        [1] => Value::Int(i64::from_le_bytes(take(bytes)?)),
        [2] => Value::Decimal(i128::from_le_bytes(take(bytes)?)),
        [3] => Value::Text(Arc::from(read_text(bytes)?)),
        [4] => Value::Date(i32::from_le_bytes(take(bytes)?)),
        [5] => Value::Time(i64::from_le_bytes(take(bytes)?)),
        [6] => Value::Duration(i64::from_le_bytes(take(bytes)?)),
        [7] => Value::Word(u32::from_le_bytes(take(bytes)?)),
        [8] => Value::None,
        [form @ (9 | 10)] => {
            let count = u64::from_le_bytes(take(bytes)?);
            let mut values = Vec::new();
            for _ in 0..count {
                values.push(read_value(bytes, depth + 1)?);
            }
            if form == 9 { Value::List(values) } else { Value::Record(values) }
        }
        _ => return None,
    })
}

fn write_failure(failure: &Failure, out: &mut Vec<u8>) {
    match failure {
        Failure::Fuel(limit) => number(0, &limit.to_le_bytes(), out),
        Failure::Memory(limit) => number(1, &limit.to_le_bytes(), out),
        Failure::Stack => out.push(2),
        Failure::Table => out.push(3),
        Failure::TooLarge => out.push(4),
        Failure::Trap(what) => text(5, what, out),
        Failure::Nonsense(what) => text(6, what, out),
        Failure::Refused(what) => text(7, what, out),
        Failure::Input(what) => text(8, what, out),
        // These two end the run and are not kept.
        Failure::Guard(_) | Failure::Host(_) => out.push(u8::MAX),
    }
}

fn text(form: u8, text: &str, out: &mut Vec<u8>) {
    out.push(form);
    write_bytes(text.as_bytes(), out);
}

fn read_failure(bytes: &mut &[u8]) -> Option<Failure> {
    Some(match take::<1>(bytes)? {
        [0] => Failure::Fuel(u64::from_le_bytes(take(bytes)?)),
        [1] => Failure::Memory(u64::from_le_bytes(take(bytes)?)),
        [2] => Failure::Stack,
        [3] => Failure::Table,
        [4] => Failure::TooLarge,
        [5] => Failure::Trap(read_text(bytes)?),
        [6] => Failure::Nonsense(read_text(bytes)?),
        [7] => Failure::Refused(read_text(bytes)?),
        [8] => Failure::Input(read_text(bytes)?),
        _ => return None,
    })
}
