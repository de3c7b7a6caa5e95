//! Whether two changes go at one time.

use crate::check::program::VarId;

use super::column::Truth;
use super::frame::Frame;
use super::period::{could, schedule};
use super::value::Could;

/// Whether the intervals of two changes meet, for every row.
#[must_use]
pub fn meets(frame: &Frame<'_>, a: VarId, b: VarId) -> Truth {
    let (Some(left), Some(right)) = (frame.rows(a), frame.rows(b)) else {
        return Truth::constant(frame.len(), Could::UNKNOWN);
    };
    let mut seen = std::collections::HashMap::new();
    let mut tested = |row: u32| *seen.entry(row).or_insert_with(|| schedule(frame.env, row).tested);
    Truth::collect(frame.len(), |row| match (left.get(row), right.get(row)) {
        (Some(a), Some(b)) => could(tested(*a).overlaps_change(tested(*b))),
        _ => Could::UNKNOWN,
    })
}
