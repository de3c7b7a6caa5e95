//! Approvals: who has to say yes, and who has.
//!
//! Votes are read once for a change ([`votes`]), each is put to the tests that do not hang on what it is for ([`judge`]), and those that
//! count are shared out to what is asked for ([`matching`]). This is done twice: for the votes that certainly count, and for those that may.

pub mod alike;
pub mod asked;
pub mod count;
pub mod graph;
pub mod judge;
pub mod lapse;
pub mod matching;
pub mod persons;
pub mod review;
pub mod share;
pub mod sitting;
pub mod votes;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use ahash::RandomState;
use arrow_buffer::BooleanBuffer;

use crate::check::program::{Approval, ApprovalField, Effect, Excluded, Head, ListRef, NodeId, VarId};
use crate::facts::table::Cause;

use super::arms::{applies, decides};
use super::candidates::{Kind, candidates};
use super::column::{Rows, Truth};
use super::decision::{Obligation, UnknownFact};
use super::env::Env;
use super::frame::Frame;
use super::mask;
use super::observe::Step;
use super::period::force;
use super::quant::elements;
use super::value::{Could, Poss};
use super::{facts, triage, unknown};
use asked::{Asks, asks};
use count::{Tally, count};
use judge::Judge;
use persons::{People, both};
use votes::Votes;

/// What an approval has come to in one row.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// It is asked for: its scope holds, and no exception certainly does.
    pub required: Could,
    /// The same where other statements read it: an exception that is not known may hold.
    pub asked: Could,
    /// Its needs are met, and nobody rejects.
    pub met: Could,
    /// A vote rejects.
    pub rejection: Could,
    /// How it restricts the change, if it does.
    pub blocks: Option<Block>,
    /// What somebody has to do.
    pub entries: Vec<Arc<Obligation>>,
    /// From when on the votes that certainly count meet it, for approvals that follow it; the beginning of time is the least number.
    pub since: Option<i64>,
    /// From when on the votes that may count do.
    pub may_since: Option<i64>,
    /// The facts of votes for which it is not known whether these count.
    pub lacks: Vec<UnknownFact>,
}

impl Outcome {
    /// Of an approval that certainly is not asked for.
    #[must_use]
    pub fn not_asked() -> Arc<Self> {
        let no = Could::certain(false);
        Arc::new(Self { required: no, asked: no, ..Self::default() })
    }
}

impl Default for Outcome {
    fn default() -> Self {
        let unknown = Could::UNKNOWN;
        Self {
            required: unknown,
            asked: unknown,
            met: unknown,
            rejection: unknown,
            blocks: None,
            entries: Vec::new(),
            since: None,
            may_since: None,
            lacks: Vec::new(),
        }
    }
}

/// What an approval has come to in every row.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Rows in which it came to the same share it.
    all: Vec<Arc<Outcome>>,
    /// By row, which of them.
    of: Vec<u32>,
}

impl Outcomes {
    /// The same in so many rows.
    #[must_use]
    pub fn alike(outcome: Arc<Outcome>, rows: usize) -> Self {
        Self { all: vec![outcome], of: vec![0; rows] }
    }

    /// One for each row.
    #[must_use]
    pub fn each(outcomes: impl Iterator<Item = Arc<Outcome>>) -> Self {
        let mut each = Self::default();
        for outcome in outcomes {
            // Neighbours are often alike.
            if !each.all.last().is_some_and(|last| Arc::ptr_eq(last, &outcome)) {
                each.all.push(outcome);
            }
            each.of.push(u32::try_from(each.all.len() - 1).unwrap_or(u32::MAX));
        }
        each
    }

    /// The same in all rows of a mask.
    fn add(&mut self, outcome: Arc<Outcome>, rows: &BooleanBuffer) {
        let at = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(outcome);
        if at > 0 {
            mask::rows(rows).for_each(|row| self.of.get_mut(row).into_iter().for_each(|of| *of = at));
        }
    }

    /// What it came to in one row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&Arc<Outcome>> {
        self.all.get(*self.of.get(row)? as usize)
    }

    /// What it came to, row by row.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Outcome>> {
        self.of.iter().filter_map(|at| self.all.get(*at as usize))
    }

    /// The different things that it came to.
    #[must_use]
    pub fn different(&self) -> &[Arc<Outcome>] {
        &self.all
    }

    /// The rows of one of these.
    #[must_use]
    pub fn rows(&self, at: usize) -> BooleanBuffer {
        mask::of(&self.of, |of| of as usize == at)
    }

    /// The same for other rows; of one beyond the end nothing is known.
    #[must_use]
    pub fn gather(&self, rows: &Rows, len: usize) -> Self {
        let mut all = self.all.clone();
        let unknown = u32::try_from(all.len()).unwrap_or(u32::MAX);
        all.push(Arc::default());
        Self { all, of: (0..len).map(|row| self.of.get(rows.get(row)).copied().unwrap_or(unknown)).collect() }
    }
}

/// How an approval restricts a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its effect.
    pub effect: Effect,
    /// The effect hangs on something unknown.
    pub uncertain: bool,
    /// A vote certainly rejects.
    pub rejected: bool,
}

/// What was worked out of votes.
#[derive(Debug, Default)]
pub struct Cache {
    people: OnceLock<People>,
    votes: Mutex<HashMap<u32, Arc<Votes>>>,
    /// By approval and change, for those that name no asset.
    outcomes: Mutex<HashMap<(u16, u32), Arc<Outcome>>>,
}

/// What approvals have come to that ask the same whatever the asset: by approval, change, and whether it is required and asked for.
#[derive(Debug, Default)]
pub struct Alike(Mutex<HashMap<Asked, Arc<Outcome>, RandomState>>);

/// An approval, a change, and whether it is required and asked for.
type Asked = (u16, u32, Could, Could);

impl Alike {
    fn find(&self, index: u16, change: u32, (required, asked): (Could, Could)) -> Option<Arc<Outcome>> {
        locked(&self.0).get(&(index, change, required, asked)).map(Arc::clone)
    }

    fn keep(&self, index: u16, change: u32, (required, asked): (Could, Could), outcome: &Arc<Outcome>) {
        let mut all = locked(&self.0);
        if all.len() >= REMEMBERED * 16 {
            all.clear();
        }
        all.insert((index, change, required, asked), Arc::clone(outcome));
    }
}

/// How many changes are remembered.
const REMEMBERED: usize = 256;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cache {
    fn votes(&self, env: &Env<'_>, change: u32) -> Arc<Votes> {
        if let Some(found) = locked(&self.votes).get(&change) {
            return Arc::clone(found);
        }
        let votes = Arc::new(Votes::new(env, change));
        let mut all = locked(&self.votes);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(change, Arc::clone(&votes));
        votes
    }

    fn find(&self, index: u16, changes: &[u32]) -> Option<Vec<Arc<Outcome>>> {
        let all = locked(&self.outcomes);
        changes.iter().map(|change| all.get(&(index, *change)).cloned()).collect()
    }

    fn keep(&self, index: u16, changes: &[u32], outcomes: &Outcomes) {
        let mut all = locked(&self.outcomes);
        if all.len() >= REMEMBERED * 16 {
            all.clear();
        }
        for (change, outcome) in changes.iter().zip(outcomes.iter()) {
            all.insert((index, *change), Arc::clone(outcome));
        }
    }
}

/// What an approval has come to, for every row.
#[must_use]
pub fn outcomes(frame: &Frame<'_>, index: u16) -> Arc<Outcomes> {
    frame.approval(index)
}

/// What is asked of an approval, for every row.
#[must_use]
pub fn read(frame: &Frame<'_>, index: u16, field: ApprovalField) -> Truth {
    let outcomes = outcomes(frame, index);
    Truth::collect(frame.len(), |row| {
        let Some(outcome) = outcomes.get(row) else { return Could::UNKNOWN };
        let (asked, met) = (outcome.asked, outcome.met);
        match field {
            ApprovalField::Approved => both(asked, met),
            ApprovalField::Cleared => {
                Could { be_true: met.be_true || asked.be_false, be_false: met.be_false && asked.be_true }
            }
        }
    })
}

/// Whether an approval certainly is asked for in no row of the frame that binds what it names.
pub(super) fn is_idle(frame: &Frame<'_>, index: u16) -> bool {
    let env = frame.env;
    let _going = env.going(Step::Approval(index));
    let Some(def) = env.program.approvals.get(usize::from(index)) else { return false };
    if frame.rows(VarId::CHANGE).is_none() || !def.head.vars.contains(&VarId::ASSET) {
        return false;
    }
    // Where other statements see it asked for, it perhaps is.
    !candidates(frame, Kind::Approvals).has(usize::from(index)) || !mask::any(&applies(frame, &def.head).may)
}

/// Works out what an approval has come to in every row of the frame that binds what it names.
pub(super) fn work_out(frame: &Frame<'_>, index: u16) -> Outcomes {
    let env = frame.env;
    let _going = env.going(Step::Approval(index));
    let unknown = || Outcomes::alike(Arc::default(), frame.len());
    let Some(def) = env.program.approvals.get(usize::from(index)) else { return unknown() };
    let Some(changes) = frame.rows(VarId::CHANGE) else { return unknown() };
    let of_change = !def.head.vars.contains(&VarId::ASSET);
    if of_change && let Some(found) = env.approvals.find(index, &changes) {
        return Outcomes::each(found.into_iter());
    }
    let people = env.approvals.people.get_or_init(|| People::new(env));
    let force = force(frame, &def.head);
    let required = applies(frame, &def.head).and(&force);
    // Only an exception that is not known may tell the two apart.
    let asked = if def.head.except.is_some() { decides(frame, &def.head).and(&force) } else { required.clone() };
    let times = |due: &Option<_>| due.as_ref().map(|due| triage::dues(frame, due));
    let dues = Dues { afterwards: times(&def.afterwards), review: times(&def.review) };
    let followed = env.program.approvals.iter().any(|other| other.after.contains(&index));
    let mut reviews: HashMap<u32, bool> = HashMap::new();
    let mut reviewed =
        |change: u32| def.review.is_some() && *reviews.entry(change).or_insert_with(|| review::reviewed(env, change));
    let tally = |change: u32, asks: &Asks| {
        let votes = env.approvals.votes(env, change);
        Arc::new(count(&Judge { env, votes: &votes, people, def, asks, held_at: env.now.micros() }, followed))
    };
    // Rows in which it comes to the same share it.
    let mut idle: HashMap<(Could, Could), Arc<Outcome>> = HashMap::new();
    let mut not_asked = |required: Could, asked: Could| {
        let outcome = || Arc::new(Outcome { required, asked, ..Outcome::default() });
        Arc::clone(idle.entry((required, asked)).or_insert_with(outcome))
    };
    let came_to =
        |asks: &Asks, tally: &Tally, due: &[triage::Due; 2], reviewed: bool, required: Could, asked: Could| {
            let entries = entries(def, asks, tally, due, reviewed);
            Arc::new(Outcome { entries, ..outcome(env, def, tally, required, asked) })
        };
    let outcomes = if let Some(change) = changes.first().filter(|first| are_all(&changes, **first))
        && alike::asks_alike(env, def)
    {
        // Whatever the asset, the same is asked of the same votes: rows differ only in whether it is.
        if frame.len() == 1
            && let Some(kept) = env.common.approvals.find(index, *change, (required.at(0), asked.at(0)))
        {
            return Outcomes::alike(kept, 1);
        }
        let mut counted: Option<(Asks, Arc<Tally>)> = None;
        let mut outcomes = Outcomes { all: Vec::new(), of: vec![0; frame.len()] };
        for (how, rows) in ways(&required, &asked) {
            let Some(row) = mask::rows(&rows).next() else { continue };
            if let Some(kept) = env.common.approvals.find(index, *change, how) {
                outcomes.add(kept, &rows);
                continue;
            }
            let new = if how.0.be_true {
                let (asks, tally) = counted.get_or_insert_with(|| {
                    let asks = asks(&unknown::single(frame, row), def).pop().unwrap_or_default();
                    let tally = tally(*change, &asks);
                    (asks, tally)
                });
                came_to(asks, tally, &dues.at(row), reviewed(*change), how.0, how.1)
            } else {
                not_asked(how.0, how.1)
            };
            env.common.approvals.keep(index, *change, how, &new);
            outcomes.add(new, &rows);
        }
        outcomes
    } else {
        let rows = if mask::any(&required.may) { asks(frame, def) } else { Vec::new() };
        let mut tallies: HashMap<(u32, &Asks), Arc<Tally>> = HashMap::new();
        let mut alike: HashMap<Came, Arc<Outcome>> = HashMap::new();
        Outcomes::each(changes.iter().enumerate().map(|(row, change)| {
            let (required, asked) = (required.at(row), asked.at(row));
            let Some(asks) = rows.get(row).filter(|_| required.be_true) else {
                return not_asked(required, asked);
            };
            let tally = tallies.entry((*change, asks)).or_insert_with(|| tally(*change, asks));
            let key = (Arc::as_ptr(tally), required, asked, reviewed(*change), dues.at(row));
            let outcome = alike.entry(key).or_insert_with_key(|key| {
                let (_, _, _, reviewed, due) = key;
                came_to(asks, tally, due, *reviewed, required, asked)
            });
            Arc::clone(outcome)
        }))
    };
    if of_change {
        env.approvals.keep(index, &changes, &outcomes);
    }
    outcomes
}

/// Whether all rows are the same one.
fn are_all(rows: &[u32], one: u32) -> bool {
    rows.iter().fold(true, |so_far, row| so_far & (*row == one))
}

/// The ways in which two conditions may stand to a row, each with its rows.
fn ways(a: &Truth, b: &Truth) -> impl Iterator<Item = ((Could, Could), BooleanBuffer)> {
    let parts = |truth: &Truth| {
        let unknown = if truth.is_sure() { None } else { Some(mask::but(&truth.may, &truth.must)) };
        let sure = [(Could::certain(true), truth.must.clone()), (Could::certain(false), mask::not(&truth.may))];
        sure.into_iter().chain(unknown.map(|rows| (Could::UNKNOWN, rows))).collect::<Vec<_>>()
    };
    let (a, b) = (parts(a), parts(b));
    a.into_iter().flat_map(move |(one, rows)| {
        let both = |(other, others): &(Could, BooleanBuffer)| ((one, *other), mask::and(&rows, others));
        b.iter().map(both).collect::<Vec<_>>()
    })
}

fn outcome(env: &Env<'_>, def: &Approval, tally: &Tally, required: Could, asked: Could) -> Outcome {
    let (filled, rejected) = (tally.filled, tally.rejected);
    let met = Could { be_true: filled.be_true && rejected.be_false, be_false: filled.be_false || rejected.be_true };
    Outcome {
        required,
        asked,
        met,
        rejection: rejected,
        blocks: blocks(env, &def.head, def.afterwards.is_some(), tally, required),
        entries: Vec::new(),
        since: tally.since,
        may_since: tally.may_since,
        lacks: tally.lacks.iter().cloned().collect(),
    }
}

/// How an approval restricts a change: a rejection denies, one that may be one holds, and otherwise its effect, until it is met.
fn blocks(env: &Env<'_>, head: &Head, afterwards: bool, tally: &Tally, required: Could) -> Option<Block> {
    if !required.be_true {
        return None;
    }
    let shown = head.effect == Effect::Report || head.trial_until.is_some_and(|until| env.now.micros() < until);
    let effect = |effect| if shown { Effect::Report } else { effect };
    if tally.denied {
        return Some(Block { effect: effect(Effect::Deny), uncertain: required.be_false, rejected: true });
    }
    let certain = !required.be_false && !tally.filled.be_true;
    let open = tally.filled.be_false && !afterwards;
    let lacking = open.then_some(if certain { head.effect } else { head.unknown });
    if tally.rejected.be_true {
        let strongest = lacking.map_or(Effect::Hold, |lacking| lacking.max(Effect::Hold));
        return Some(Block { effect: effect(strongest), uncertain: true, rejected: false });
    }
    lacking.map(|lacking| Block { effect: effect(lacking), uncertain: !certain, rejected: false })
}

/// All that an outcome hangs on: the votes that were counted, whether it is required and asked for, whether it was reviewed, and the due times.
type Came = (*const Tally, Could, Could, bool, [triage::Due; 2]);

/// When what is asked for is due, in each row.
struct Dues {
    afterwards: Option<Vec<triage::Due>>,
    review: Option<Vec<triage::Due>>,
}

impl Dues {
    /// Afterwards, and of the review.
    fn at(&self, row: usize) -> [triage::Due; 2] {
        let due = |dues: &Option<Vec<triage::Due>>| dues.as_ref().and_then(|dues| dues.get(row).cloned());
        [due(&self.afterwards).unwrap_or_default(), due(&self.review).unwrap_or_default()]
    }
}

/// What somebody has to do: the votes for each slot, and the review.
fn entries(
    def: &Approval,
    asks: &Asks,
    tally: &Tally,
    [(by, lacks), (review_by, review_lacks)]: &[triage::Due; 2],
    reviewed: bool,
) -> Vec<Arc<Obligation>> {
    let mut entries: Vec<Obligation> = asks
        .slots
        .iter()
        .zip(&tally.have)
        .map(|(slot, have)| Obligation {
            kind: "approval",
            rule: def.head.name.clone(),
            role: Some(slot.role.clone()),
            need: slot.need,
            have: *have,
            missing: slot.need.saturating_sub(*have),
            due: *by,
            sitting: asks.sitting(),
            unknown: lacks.clone(),
            subject: slot.subject.clone(),
            not_counted: Vec::new(),
        })
        .collect();
    entries.sort_by(super::found::order_of_entries);
    if let Some(first) = entries.first_mut() {
        first.not_counted.clone_from(&tally.not_counted);
    }
    if def.review.is_some() {
        let have = u32::from(reviewed);
        entries.push(Obligation {
            kind: "review",
            rule: def.head.name.clone(),
            role: None,
            need: 1,
            have,
            missing: 1 - have,
            due: *review_by,
            sitting: None,
            unknown: review_lacks.clone(),
            subject: None,
            not_counted: Vec::new(),
        });
    }
    entries.into_iter().map(Arc::new).collect()
}

/// The missing facts that an approval hangs on in one row: its scope, the votes, who is excluded, what it follows; sorted.
#[must_use]
pub fn missing(frame: &Frame<'_>, row: usize, index: u16) -> Vec<UnknownFact> {
    let Some(def) = frame.env.program.approvals.get(usize::from(index)) else { return Vec::new() };
    let all = outcomes(frame, index);
    let Some(outcome) = all.get(row) else { return Vec::new() };
    let one = |excluded: &Excluded| match excluded {
        Excluded::One(node) => vec![*node],
        Excluded::Each(ListRef::Literal(nodes)) => nodes.clone(),
        Excluded::Each(_) => Vec::new(),
    };
    let of_votes = def.not_by.iter().flat_map(one).chain(def.valid);
    let nodes: Vec<NodeId> = def.head.scope.iter().chain(&def.head.except).copied().chain(of_votes).collect();
    let mut found: BTreeSet<UnknownFact> = unknown::missing(frame, row, &nodes, None).into_iter().collect();
    found.extend(unknown::missing_force(frame, row, &def.head));
    found.extend(outcome.lacks.iter().cloned());
    found.extend(sitting::missing(frame, row, def));
    let lists = def.needs.iter().filter_map(|need| need.each.as_ref().map(|(_, list, _)| list));
    let excluded = def.not_by.iter().filter_map(|excluded| match excluded {
        Excluded::Each(list) => Some(list),
        Excluded::One(_) => None,
    });
    for list in lists.chain(excluded) {
        found.extend(unseen(frame, row, list));
    }
    if !def.survives_edits {
        let field = frame.env.program.schema.find(crate::check::schema::TableId::CHANGE, "updated_at");
        let value = |change| facts::value(frame.env, crate::check::schema::TableId::CHANGE, "updated_at", change);
        let change = frame.rows(VarId::CHANGE).and_then(|rows| rows.get(row).copied());
        if let (Some((field, _)), Some(Poss::Any)) = (field, change.map(value)) {
            found.extend(fact(frame, row, VarId::CHANGE, field));
        }
    }
    for before in &def.after {
        let uncertain = outcomes(frame, *before).get(row).is_some_and(|before| {
            let open = |could: Could| could.be_true && could.be_false;
            open(before.asked) || open(before.met)
        });
        if uncertain {
            found.extend(missing(frame, row, *before));
        }
    }
    found.into_iter().collect()
}

fn fact(frame: &Frame<'_>, row: usize, var: VarId, field: crate::check::schema::FieldId) -> Option<UnknownFact> {
    let (fact, cause) = facts::fact_path(frame, row, var, field, "asset")?;
    Some(UnknownFact { fact, cause: cause.as_str() })
}

/// The list, where not all its elements are known.
fn unseen(frame: &Frame<'_>, row: usize, list: &ListRef) -> Option<UnknownFact> {
    let one = unknown::single(frame, row);
    if !elements(&one, list).iter().any(|element| element.phantom || !element.certain) {
        return None;
    }
    let named = |name: &str| Some(UnknownFact { fact: name.to_owned(), cause: Cause::Incomplete.as_str() });
    match list {
        ListRef::Field(var, field) => fact(frame, row, *var, *field),
        ListRef::AssetsOf(_) => named("change.assets"),
        ListRef::Inventory => named("inventory"),
        ListRef::Incidents => named("incidents"),
        ListRef::People => named("people"),
        ListRef::Answer(node) => unknown::missing(frame, row, &[*node], None).into_iter().next(),
        ListRef::Changes => named("changes"),
        ListRef::Literal(_) => None,
    }
}
