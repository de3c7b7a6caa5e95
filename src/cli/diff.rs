//! The difference of two texts, line by line, in the unified form.

use std::fmt::Write as _;

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;
/// The largest table of line pairs that is worked through; beyond it the whole middle counts as changed.
const LARGEST: usize = 4_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Keep,
    Remove,
    Add,
}

/// What turns `old` into `new`, as `diff -u` prints it; empty where they are equal.
pub(super) fn unified(name: &str, old: &str, new: &str) -> String {
    let before: Vec<&str> = old.split_inclusive('\n').collect();
    let after: Vec<&str> = new.split_inclusive('\n').collect();
    let steps = steps(&before, &after);
    let mut text = String::new();
    if steps.iter().all(|step| *step == Step::Keep) {
        return text;
    }
    let _ = write!(text, "--- {name}\n+++ {name}\n");
    for (first, last) in hunks(&steps) {
        hunk(&mut text, &steps, (first, last), &before, &after);
    }
    text
}

fn hunk(text: &mut String, steps: &[Step], (first, last): (usize, usize), before: &[&str], after: &[&str]) {
    let consumed = |range: &[Step], step: Step| range.iter().filter(|s| **s == Step::Keep || **s == step).count();
    let lead = steps.get(..first).unwrap_or_default();
    let body = steps.get(first..last).unwrap_or_default();
    let (mut old, mut new) = (consumed(lead, Step::Remove), consumed(lead, Step::Add));
    let (old_count, new_count) = (consumed(body, Step::Remove), consumed(body, Step::Add));
    // An empty side names the line before it.
    let start = |at: usize, count: usize| if count == 0 { at } else { at + 1 };
    let _ = writeln!(text, "@@ -{},{old_count} +{},{new_count} @@", start(old, old_count), start(new, new_count));
    for step in body {
        let (sign, line) = match step {
            Step::Keep => (' ', before.get(old)),
            Step::Remove => ('-', before.get(old)),
            Step::Add => ('+', after.get(new)),
        };
        old += usize::from(*step != Step::Add);
        new += usize::from(*step != Step::Remove);
        let line = line.copied().unwrap_or_default();
        text.push(sign);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// The ranges of steps that are printed: changes with what stands around them.
fn hunks(steps: &[Step]) -> Vec<(usize, usize)> {
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for (at, _) in steps.iter().enumerate().filter(|(_, step)| **step != Step::Keep) {
        let (first, last) = (at.saturating_sub(CONTEXT), (at + 1 + CONTEXT).min(steps.len()));
        match hunks.last_mut() {
            Some(hunk) if first <= hunk.1 => hunk.1 = last,
            _ => hunks.push((first, last)),
        }
    }
    hunks
}

/// The steps from one list of lines to the other, by their longest common subsequence.
fn steps(before: &[&str], after: &[&str]) -> Vec<Step> {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (old, new) = (before.get(head..).unwrap_or_default(), after.get(head..).unwrap_or_default());
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let old = old.get(..old.len() - tail).unwrap_or_default();
    let new = new.get(..new.len() - tail).unwrap_or_default();
    let mut steps = vec![Step::Keep; head];
    if old.len().saturating_mul(new.len()) > LARGEST {
        steps.extend(old.iter().map(|_| Step::Remove).chain(new.iter().map(|_| Step::Add)));
    } else {
        steps.extend(middle(old, new));
    }
    steps.extend(std::iter::repeat_n(Step::Keep, tail));
    steps
}

fn middle(old: &[&str], new: &[&str]) -> Vec<Step> {
    let columns = new.len() + 1;
    // The length of the longest common subsequence of what follows each pair of places.
    let mut lengths = vec![0_u32; (old.len() + 1) * columns];
    let at = |lengths: &[u32], a: usize, b: usize| lengths.get(a * columns + b).copied().unwrap_or_default();
    for (a, line) in old.iter().enumerate().rev() {
        for (b, other) in new.iter().enumerate().rev() {
            let length = if line == other {
                at(&lengths, a + 1, b + 1) + 1
            } else {
                at(&lengths, a + 1, b).max(at(&lengths, a, b + 1))
            };
            if let Some(cell) = lengths.get_mut(a * columns + b) {
                *cell = length;
            }
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut steps = Vec::new();
    while a < old.len() || b < new.len() {
        let step = match (old.get(a), new.get(b)) {
            (Some(x), Some(y)) if x == y => Step::Keep,
            (Some(_), Some(_)) if at(&lengths, a + 1, b) >= at(&lengths, a, b + 1) => Step::Remove,
            (Some(_), None) => Step::Remove,
            _ => Step::Add,
        };
        a += usize::from(step != Step::Add);
        b += usize::from(step != Step::Remove);
        steps.push(step);
    }
    steps
}
