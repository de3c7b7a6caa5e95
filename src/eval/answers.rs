//! What decisions say alike, and what is counted of them.

use std::collections::HashSet;
use std::sync::Arc;

use super::decide::verdict;
use super::decision::{Answer, Counts, Obligation, Verdict};
use super::found::order_of_entries;
use super::frame::ByNumber;
use super::reason::Reasons;

/// The answers for the rows of a frame: one for all rows of a kind.
#[derive(Debug)]
pub struct Answers<'f, 'p, F> {
    reasons: Reasons<'f, 'p>,
    /// An answer of a category, without its reasons.
    begin: F,
    /// By kind, each with how many rows have it.
    answers: Vec<Option<(Arc<Answer>, u64)>>,
}

impl<'f, 'p, F: Fn(Option<&(Option<String>, Vec<String>)>) -> Answer> Answers<'f, 'p, F> {
    /// None yet.
    #[must_use]
    pub fn new(reasons: Reasons<'f, 'p>, begin: F) -> Self {
        let answers = vec![None; reasons.found.rows.kinds()];
        Self { reasons, begin, answers }
    }

    /// The answer for a row.
    #[must_use]
    pub fn of(&mut self, row: usize) -> Arc<Answer> {
        let found = self.reasons.found;
        let kind = found.rows.kind(row);
        if let Some(Some((answer, rows))) = self.answers.get_mut(kind) {
            *rows += 1;
            return Arc::clone(answer);
        }
        let things = found.rows.things(kind);
        let mut answer = (self.begin)(found.category(&things));
        answer.reasons = self.reasons.of(row, &things);
        (answer.effects, answer.verdict) = verdict(&answer.reasons);
        answer.obligations = found.entries(&things);
        let answer = Arc::new(answer);
        if let Some(place) = self.answers.get_mut(kind) {
            *place = Some((Arc::clone(&answer), 1));
        }
        answer
    }

    /// What is counted of all that were given.
    #[must_use]
    pub fn counted(self) -> Counted {
        let mut counted = Counted::default();
        // What is asked for of every asset alike is asked for once.
        let mut seen: HashSet<*const Obligation, ByNumber> = HashSet::default();
        for (answer, rows) in self.answers.iter().flatten() {
            counted.counts.add(answer.verdict, *rows);
            let new = answer.obligations.iter().filter(|one| seen.insert(Arc::as_ptr(one)));
            counted.new.extend(new.map(Arc::clone));
        }
        counted
    }
}

/// What is counted of decisions.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// How many there are of each verdict.
    pub counts: Counts,
    /// What somebody must do, each once.
    obligations: HashSet<Arc<Obligation>>,
    /// The same, as long as nobody asks whether others are equal.
    new: Vec<Arc<Obligation>>,
}

impl Counted {
    /// Adds what was counted of others.
    pub fn merge(&mut self, other: Self) {
        self.counts.merge(other.counts);
        if self.obligations.is_empty() {
            self.obligations = other.obligations;
        } else {
            self.obligations.extend(other.obligations);
        }
        self.obligations.extend(self.new.drain(..).chain(other.new));
    }

    /// What somebody must do, each once, sorted.
    #[must_use]
    pub fn obligations(self) -> Vec<Obligation> {
        let Self { mut obligations, new, .. } = self;
        obligations.extend(new);
        let mut all: Vec<Obligation> = obligations.into_iter().map(Arc::unwrap_or_clone).collect();
        all.sort_by(order_of_entries);
        all
    }
}

impl Counts {
    /// Counts so many decisions.
    pub fn add(&mut self, verdict: Verdict, decisions: u64) {
        self.assets += decisions;
        let count = match verdict {
            Verdict::Permit => &mut self.permit,
            Verdict::Warn => &mut self.warn,
            Verdict::Hold => &mut self.hold,
            Verdict::Defer => &mut self.defer,
            Verdict::Deny => &mut self.deny,
        };
        *count += decisions;
    }

    /// The strongest verdict; none of no decisions.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let Self { permit, warn, hold, defer, deny, .. } = *self;
        let all = [
            (Verdict::Permit, permit),
            (Verdict::Warn, warn),
            (Verdict::Hold, hold),
            (Verdict::Defer, defer),
            (Verdict::Deny, deny),
        ];
        all.into_iter().filter(|(_, count)| *count > 0).map(|(verdict, _)| verdict).max()
    }

    /// Adds other counts.
    pub fn merge(&mut self, other: Self) {
        self.assets += other.assets;
        self.permit += other.permit;
        self.warn += other.warn;
        self.hold += other.hold;
        self.defer += other.defer;
        self.deny += other.deny;
    }
}
