//! Order and bytes: what may not change an answer.

use std::sync::OnceLock;

use changegate::Policy;
use rayon::ThreadPool;
use serde_json::Value;

use crate::case::Case;
use crate::engine::{self, Answer, Input};
use crate::rng::Rng;

/// Statements, clauses, files, records and elements in another order.
pub fn order(case: &Case, before: &Answer, rng: &mut Rng) -> Option<String> {
    let mut other = case.clone();
    rng.shuffle(&mut other.facts.inventory);
    rng.shuffle(&mut other.facts.changes);
    for records in other.facts.others_mut() {
        rng.shuffle(records);
        records.iter_mut().for_each(|record| shuffle(record, rng));
    }
    for record in other.facts.inventory.iter_mut().chain(&mut other.facts.changes) {
        shuffle(record, rng);
    }
    let input = Input::of(&other, 1 + rng.next() % 1000);
    match engine::answer(&input) {
        Err(why) => Some(format!("in another order: {why}")),
        Ok(after) => same_but_places(&before.printed, &after.printed),
    }
}

fn shuffle(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Array(items) => {
            rng.shuffle(items);
            items.iter_mut().for_each(|i| shuffle(i, rng));
        }
        Value::Object(map) => map.values_mut().for_each(|v| shuffle(v, rng)),
        _ => {}
    }
}

/// Whether two answers are the same but for places in the policy and its digest.
pub fn same_but_places(before: &Value, after: &Value) -> Option<String> {
    let (mut a, mut b) = (before.clone(), after.clone());
    [&mut a, &mut b].into_iter().for_each(strip);
    if a == b {
        return None;
    }
    let rows = |v: &Value| v["decisions"].as_array().cloned().unwrap_or_default();
    let pair = rows(&a).into_iter().zip(rows(&b)).find(|(x, y)| x != y);
    Some(pair.map_or_else(|| format!("{a}\nbecame\n{b}"), |(x, y)| format!("{x}\nbecame\n{y}")))
}

fn strip(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(map) => {
            map.remove("at");
            map.remove("policy");
            map.values_mut().for_each(strip);
        }
        _ => {}
    }
}

fn pools() -> &'static [ThreadPool] {
    static POOLS: OnceLock<Vec<ThreadPool>> = OnceLock::new();
    POOLS.get_or_init(|| {
        [1, 2, 8].into_iter().filter_map(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build().ok()).collect()
    })
}

/// Any batch size and any number of threads: each number of threads with one of the sizes, which is another from case to case.
pub fn same_bytes(policy: &Policy, input: &Input, before: &Answer, rng: &mut Rng) -> Option<String> {
    let shift = rng.below(3);
    for (pool, at) in pools().iter().zip(shift..) {
        let batch = [1, 7, 4096][at % 3];
        let who = format!("batches of {batch}, {} threads", pool.current_num_threads());
        match pool.install(|| engine::bytes_with(policy, input, Some(batch))) {
            Err(why) => return Some(format!("{who}: {why}")),
            Ok(after) if after != before.bytes => {
                let other = serde_json::from_slice(&after).ok();
                let other = other.and_then(|after| same_but_places(&before.printed, &after));
                return Some(format!("{who}: {}", other.unwrap_or_default()));
            }
            Ok(_) => {}
        }
    }
    None
}
