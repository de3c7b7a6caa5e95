//! What became different between two answers to the same question.

use std::collections::{HashMap, VecDeque};

use crate::eval::decide::Outcome;
use crate::eval::decision::{BlockTriage, Decision, FindingTriage, Obligation, Reason, Summary, Tested};
use crate::time::Instant;

/// What became different.
#[derive(Debug, Default)]
pub struct Differences<'d> {
    /// The decisions that did, in the order of their changes and assets.
    pub decisions: Vec<Difference<'d>>,
    /// The summaries of changes that did, in the order of their changes.
    pub changes: Vec<ChangeDifference<'d>>,
    /// How many decisions are as they were.
    pub same: usize,
}

/// A decision that became different, is new or is gone.
#[derive(Debug)]
pub struct Difference<'d> {
    /// As it was.
    pub before: Option<&'d Decision>,
    /// As it is.
    pub after: Option<&'d Decision>,
    /// The keys that say something else, in their order; none where the decision is new or gone.
    pub keys: Vec<&'static str>,
    /// The reasons that came, went or say something else.
    pub reasons: Vec<Step<&'d Reason>>,
    /// The duties that came, went or say something else.
    pub duties: Vec<Step<&'d Obligation>>,
}

/// A summary that became different, is new or is gone.
#[derive(Debug)]
pub struct ChangeDifference<'d> {
    /// As it was.
    pub before: Option<&'d Summary>,
    /// As it is.
    pub after: Option<&'d Summary>,
    /// The keys that say something else, in their order; none where the change is new or gone.
    pub keys: Vec<&'static str>,
    /// The duties that came, went or say something else.
    pub duties: Vec<Step<&'d Obligation>>,
}

/// What happened to one of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// It was not there before.
    Came(T),
    /// It is no longer there.
    Went(T),
    /// It was the first, and is the second.
    Became(T, T),
}

impl Difference<'_> {
    /// The change and the asset.
    #[must_use]
    pub fn of(&self) -> (Option<&str>, Option<&str>) {
        self.after.or(self.before).map(of).unwrap_or_default()
    }
}

/// Compares two outcomes, the first for `then` (of which there is more than one where it was put together), the second for `now`.
///
/// What only follows the clock is no difference: a time that was `then` and is `now`, an interval that begins there and is as long as it was, and,
/// where the two are not the same, the texts of
/// reasons, which may say how long ago something was. Neither is the place of a statement in the policy, nor the order of reasons.
#[must_use]
pub fn differences<'d>(before: &'d Outcome, after: &'d Outcome, then: &[Instant], now: Instant) -> Differences<'d> {
    let clocks = Clocks { then, now };
    let mut found = Differences::default();
    let (old, new) = (&before.decisions, &after.decisions);
    let alike = old.iter().zip(new).take_while(|(old, new)| of(old) == of(new)).count();
    for (old, new) in old.iter().zip(new).take(alike) {
        found.add(clocks, old, new);
    }
    let mut rest: HashMap<_, VecDeque<&Decision>> = HashMap::new();
    for old in old.iter().skip(alike) {
        rest.entry(of(old)).or_default().push_back(old);
    }
    for new in new.iter().skip(alike) {
        match rest.get_mut(&of(new)).and_then(VecDeque::pop_front) {
            Some(old) => found.add(clocks, old, new),
            None => found.decisions.push(Difference {
                before: None,
                after: Some(new),
                keys: Vec::new(),
                reasons: new.reasons.iter().map(|reason| Step::Came(&**reason)).collect(),
                duties: new.obligations.iter().map(|duty| Step::Came(&**duty)).collect(),
            }),
        }
    }
    found.decisions.extend(rest.into_values().flatten().map(|old| Difference {
        before: Some(old),
        after: None,
        keys: Vec::new(),
        reasons: old.reasons.iter().map(|reason| Step::Went(&**reason)).collect(),
        duties: old.obligations.iter().map(|duty| Step::Went(&**duty)).collect(),
    }));
    found.decisions.sort_by(|one, other| one.of().cmp(&other.of()));
    found.changes = changes(clocks, &before.summaries, &after.summaries);
    found
}

impl<'d> Differences<'d> {
    fn add(&mut self, clocks: Clocks<'_>, old: &'d Decision, new: &'d Decision) {
        let keys = keys(clocks, old, new);
        if keys.is_empty() {
            self.same = self.same.saturating_add(1);
            return;
        }
        let reasons = steps(
            old.reasons.iter().map(|reason| &**reason),
            new.reasons.iter().map(|reason| &**reason),
            same_statement,
            |a, b| clocks.reason(a, b),
        );
        let duties =
            duties(clocks, old.obligations.iter().map(|duty| &**duty), new.obligations.iter().map(|duty| &**duty));
        self.decisions.push(Difference { before: Some(old), after: Some(new), keys, reasons, duties });
    }

    /// Whether nothing became different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty() && self.changes.is_empty()
    }
}

fn of(decision: &Decision) -> (Option<&str>, Option<&str>) {
    (decision.change.as_deref(), decision.asset.as_deref())
}

/// The keys of a decision that say something else.
fn keys(clocks: Clocks<'_>, old: &Decision, new: &Decision) -> Vec<&'static str> {
    let triage = |a: &BlockTriage, b: &BlockTriage| clocks.triage(a, b);
    let duty = |a: &Obligation, b: &Obligation| clocks.duty(a, b);
    named([
        ("verdict", old.verdict == new.verdict),
        ("effects", old.effects == new.effects),
        ("category", old.category == new.category),
        ("category_possible", old.category_possible == new.category_possible),
        ("tested", {
            let (old, new) = (&old.tested, &new.tested);
            old.by == new.by && clocks.interval(old, new)
        }),
        ("not_before", clocks.time(old.not_before, new.not_before)),
        ("lapses", old.lapses == new.lapses),
        ("reasons", alike(&old.reasons, &new.reasons, |a, b| same_statement(a, b) && clocks.reason(a, b))),
        ("obligations", alike(&old.obligations, &new.obligations, |a, b| duty(a, b))),
        ("triage", alike(&old.triage, &new.triage, triage)),
        ("assumed", alike(&old.assumed, &new.assumed, |a, b| a == b)),
    ])
}

fn changes<'d>(clocks: Clocks<'_>, before: &'d [Summary], after: &'d [Summary]) -> Vec<ChangeDifference<'d>> {
    let mut old: HashMap<&str, &Summary> = before.iter().map(|summary| (summary.change.as_str(), summary)).collect();
    let mut found = Vec::new();
    for new in after {
        let Some(old) = old.remove(new.change.as_str()) else {
            found.push(ChangeDifference { before: None, after: Some(new), keys: Vec::new(), duties: Vec::new() });
            continue;
        };
        let keys = named([
            ("verdict", old.verdict == new.verdict),
            ("counts", old.counts == new.counts),
            ("category", old.category == new.category),
            ("category_possible", old.category_possible == new.category_possible),
            ("not_before", clocks.time(old.not_before, new.not_before)),
            ("lapses", old.lapses == new.lapses),
            ("risk", old.risk == new.risk),
            ("obligations", alike(&old.obligations, &new.obligations, |a, b| clocks.duty(a, b))),
        ]);
        if !keys.is_empty() {
            let duties = duties(clocks, old.obligations.iter(), new.obligations.iter());
            found.push(ChangeDifference { before: Some(old), after: Some(new), keys, duties });
        }
    }
    let gone = |old| ChangeDifference { before: Some(old), after: None, keys: Vec::new(), duties: Vec::new() };
    found.extend(old.into_values().map(gone));
    let id = |one: &ChangeDifference<'d>| one.after.or(one.before).map(|summary| summary.change.as_str());
    found.sort_by(|one, other| id(one).cmp(&id(other)));
    found
}

fn duties<'d>(
    clocks: Clocks<'_>,
    old: impl Iterator<Item = &'d Obligation>,
    new: impl Iterator<Item = &'d Obligation>,
) -> Vec<Step<&'d Obligation>> {
    let of = |duty: &'d Obligation| (duty.kind, &duty.rule, &duty.role, &duty.subject);
    steps(old, new, |a, b| of(a) == of(b), |a, b| clocks.duty(a, b))
}

/// The names of what is not the same.
fn named<const N: usize>(all: [(&'static str, bool); N]) -> Vec<&'static str> {
    all.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

/// Whether each of one has its like in the other, whatever their order.
fn alike<T>(old: &[T], new: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    if old.len() != new.len() {
        return false;
    }
    if old.iter().zip(new).all(|(old, new)| same(old, new)) {
        return true;
    }
    let mut rest: Vec<&T> = new.iter().collect();
    old.iter().all(|old| match rest.iter().position(|new| same(old, new)) {
        Some(at) => {
            rest.swap_remove(at);
            true
        }
        None => false,
    })
}

/// What came, went or became something else, in the order of what there is now; what went stands last.
fn steps<'d, T>(
    old: impl Iterator<Item = &'d T>,
    new: impl Iterator<Item = &'d T>,
    matches: impl Fn(&'d T, &'d T) -> bool,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<Step<&'d T>> {
    let mut rest: VecDeque<&T> = old.collect();
    let mut found = Vec::new();
    for new in new {
        // Of several of one name the one that is as it was.
        let at = rest.iter().position(|old| matches(old, new) && same(old, new));
        let at = at.or_else(|| rest.iter().position(|old| matches(old, new)));
        match at.and_then(|at| rest.remove(at)) {
            Some(old) if same(old, new) => {}
            Some(old) => found.push(Step::Became(old, new)),
            None => found.push(Step::Came(new)),
        }
    }
    found.extend(rest.into_iter().map(Step::Went));
    found
}

fn same_statement(a: &Reason, b: &Reason) -> bool {
    a.kind == b.kind && a.rule == b.rule && a.subject == b.subject
}

/// What the two outcomes are for.
#[derive(Clone, Copy)]
struct Clocks<'t> {
    then: &'t [Instant],
    now: Instant,
}

impl Clocks<'_> {
    /// Whether a time is the same, or both are the time that was asked about.
    fn time(self, old: Option<Instant>, new: Option<Instant>) -> bool {
        old == new || old.is_some_and(|old| self.then.contains(&old)) && new == Some(self.now)
    }

    /// Whether an interval is the same, or begins at the time that was asked about and is as long.
    fn interval(self, old: &Tested, new: &Tested) -> bool {
        let length = |tested: &Tested| Some(tested.to?.micros() - tested.from?.micros());
        let follows = self.moves() && length(old).is_some() && length(old) == length(new);
        self.time(old.from, new.from) && (self.time(old.to, new.to) || follows)
    }

    /// Whether time has passed.
    fn moves(self) -> bool {
        self.then.iter().any(|then| *then != self.now)
    }

    fn reason(self, old: &Reason, new: &Reason) -> bool {
        old.effect == new.effect
            && old.title == new.title
            && (self.moves() || old.because == new.because)
            && self.time(old.until, new.until)
            && old.refs == new.refs
            && old.unknown == new.unknown
            && old.waiver == new.waiver
            && old.refused_waivers == new.refused_waivers
            && old.factors == new.factors
    }

    fn duty(self, old: &Obligation, new: &Obligation) -> bool {
        old == new
            || self.time(old.due, new.due) && {
                // All but the time that was just compared.
                let with_due = Obligation { due: new.due, ..old.clone() };
                with_due == *new
            }
    }

    fn triage(self, old: &BlockTriage, new: &BlockTriage) -> bool {
        old.block == new.block
            && old.level == new.level
            && self.time(old.due, new.due)
            && old.overdue == new.overdue
            && alike(&old.findings, &new.findings, |a, b| self.finding(a, b))
    }

    fn finding(self, old: &FindingTriage, new: &FindingTriage) -> bool {
        old.finding == new.finding
            && old.level == new.level
            && self.time(old.due, new.due)
            && old.overdue == new.overdue
            && old.unknown == new.unknown
            && old.waiver == new.waiver
    }
}

#[cfg(test)]
mod tests;
