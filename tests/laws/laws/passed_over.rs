//! Statements are found by what they test: among many each says what it says among few.

use crate::case::Case;
use crate::engine::{self, Answer, Input};
use crate::ir::Policy;
use crate::oracle::decide::Row;

/// With so many of a kind they are looked up.
const MANY: usize = 16;

/// What is tested by so many is looked at.
const COPIES: usize = 4;

/// The first day of the copies: no change goes so late.
const NEVER: i32 = 60_000;

/// What stands in the names of copies.
const COPY: &str = "_copy_";

/// The same policy among copies of its own rules and approvals that are not in force.
pub fn among_many(case: &Case, answer: &Answer) -> Option<String> {
    let mut many = case.clone();
    if !crowd(&mut many.policy) {
        return None;
    }
    let input = Input::of(&many, 0);
    let policy = match engine::load(&input.files, &input.calendars) {
        Ok(policy) => policy,
        Err(why) => return Some(format!("many statements: {why}")),
    };
    let crowded = match engine::answer_with(&policy, &input, None) {
        Ok(answer) => answer,
        Err(why) => return Some(why),
    };
    let (all, few) = (&crowded.rows, &answer.rows);
    let differ = all.iter().zip(few).find(|(a, b)| !is_same(a, b));
    let rows = || format!("{} rows among many, {} among few", all.len(), few.len());
    differ
        .map(|(a, b)| format!("among many: {a:#?}\namong few: {b:#?}"))
        .or_else(|| (all.len() != few.len()).then(rows))
}

/// Whether a row among many is that among few. Where it is not known when the change goes a copy may be in force: then all but what copies
/// say is held against it.
fn is_same(many: &Row, few: &Row) -> bool {
    if !format!("{many:?}").contains(COPY) {
        return many == few;
    }
    let own = many.reasons.iter().filter(|(rule, ..)| !rule.contains(COPY));
    (&many.change, &many.asset) == (&few.change, &few.asset) && own.eq(&few.reasons)
}

/// Adds copies; whether there was anything to copy.
fn crowd(policy: &mut Policy) -> bool {
    let times = |count: usize| if count == 0 { 0 } else { MANY.div_ceil(count).max(COPIES) };
    let (rules, approvals) = (policy.rules.clone(), policy.approvals.clone());
    for n in 0..times(rules.len()) {
        for rule in &rules {
            let mut copy = rule.clone();
            copy.name = format!("{}{COPY}{n}", rule.name);
            copy.common.effective = Some((Some(NEVER), None));
            policy.rules.push(copy);
        }
    }
    for n in 0..times(approvals.len()) {
        for approval in &approvals {
            let mut copy = approval.clone();
            copy.name = format!("{}{COPY}{n}", approval.name);
            copy.common.effective = Some((Some(NEVER), None));
            policy.approvals.push(copy);
        }
    }
    !rules.is_empty() || !approvals.is_empty()
}
