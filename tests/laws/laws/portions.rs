//! Some assets after the others: what is decided of an inventory one portion at a time is what is decided of all of it, byte for byte.

use std::sync::atomic::{AtomicU64, Ordering};

use changegate::Policy;

use super::order::same_but_places;
use crate::engine::{self, Answer, Input};
use crate::rng::Rng;

/// How many inventories were decided one portion at a time.
pub static ALONE: AtomicU64 = AtomicU64::new(0);
/// How many were surveyed before.
pub static SURVEYED: AtomicU64 = AtomicU64::new(0);
/// How many of these for a mean, among other things.
pub static AVERAGED: AtomicU64 = AtomicU64::new(0);

/// Whether a policy asks for a mean over assets.
fn asks_for_mean(input: &Input) -> bool {
    let of_assets = |mean: &str| {
        mean.split_once(" in ").is_some_and(|(_, list)| list.starts_with("assets") || list.starts_with("inventory"))
    };
    input.files.iter().any(|(_, text)| text.split("avg(").skip(1).any(of_assets))
}

/// Portions of a few lines, for policies that allow them.
pub fn portions(policy: &Policy, input: &Input, before: &Answer, rng: &mut Rng) -> Option<String> {
    let lines = 1 + rng.below(4);
    match engine::in_portions(policy, input, lines) {
        Err(why) => Some(format!("portions of {lines} lines: {why}")),
        Ok(None) => None,
        Ok(Some(after)) => {
            let count = if policy.is_surveyed() { &SURVEYED } else { &ALONE };
            count.fetch_add(1, Ordering::Relaxed);
            AVERAGED.fetch_add(u64::from(policy.is_surveyed() && asks_for_mean(input)), Ordering::Relaxed);
            if after == before.bytes {
                return None;
            }
            let other = serde_json::from_slice(&after).ok();
            let other = other.and_then(|after| same_but_places(&before.printed, &after));
            Some(format!("portions of {lines} lines: {}", other.unwrap_or_default()))
        }
    }
}
