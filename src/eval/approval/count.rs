//! Counts the votes of a change for what an approval asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::decision::{UncountedVote, UnknownFact};
use super::super::value::Could;
use super::asked::Asked;
use super::judge::{Judge, Judged};
use super::matching::{Ballot, Slot, fill};
use super::votes::{About, Behalf, Decision, Rank, Table, Vote, strength};
use crate::time::Instant;

/// How many votes that did not count are listed.
const LISTED: usize = 100;

/// What the votes come to.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The votes of each slot.
    pub have: Vec<u32>,
    /// All slots are filled, rejections apart.
    pub filled: Could,
    /// A vote rejects.
    pub rejected: Could,
    /// A vote rejects, where one whose items were not given is taken to reject all.
    pub denied: bool,
    /// From when on the votes that certainly count fill the slots.
    pub since: Option<i64>,
    /// From when on those that may count do.
    pub may_since: Option<i64>,
    /// The votes that did not count.
    pub not_counted: Vec<UncountedVote>,
    /// The facts for which it is not known whether votes count.
    pub lacks: BTreeSet<UnknownFact>,
}

/// A vote, what is said of it, and what it may serve.
struct Seen<'v> {
    vote: &'v Vote,
    judged: Judged,
    serves: Vec<usize>,
    may_serve: Vec<usize>,
    /// Why it serves nothing although it is in order.
    why: Option<String>,
}

/// Counts. With the flag it is also worked out from when on the slots are filled.
#[must_use]
pub fn count(judge: &Judge<'_, '_>, when: bool) -> Tally {
    let asked = &judge.asks.slots;
    let roles: BTreeSet<i64> =
        judge.def.needs.iter().flat_map(|need| &need.roles).map(|r| judge.env.symbol(r)).collect();
    let mut lacks = BTreeSet::new();
    let mut others = (Table::default(), Table::default());
    let mut seen: Vec<Seen<'_>> = Vec::new();
    for (number, vote) in judge.votes.votes.iter().enumerate() {
        if vote.role.is_some_and(|role| !roles.contains(&role)) {
            continue;
        }
        let judged = judge.judge(vote);
        if vote.decision != Some(Decision::Reject) {
            if judged.may {
                others.0.may(judge.votes, number, vote, strength(vote.decision).1.min(1));
            }
            if judged.counts && vote.decision.is_some() {
                others.1.does(judge.votes, number, vote, strength(vote.decision).0);
            }
        }
        seen.push(Seen { vote, judged, serves: Vec::new(), may_serve: Vec::new(), why: None });
    }
    // Where nothing is asked for nobody is asked, and nobody rejects.
    let mut rejected = Could { be_true: judge.votes.incomplete && !asked.is_empty(), be_false: true };
    let mut denied = false;
    let mut not_counted = Vec::new();
    let open = Open::of(&seen, judge.env.now.micros());
    for entry in &mut seen {
        serve(judge, entry, &open, &mut lacks);
        let rejects = rejects(judge, entry, &others);
        rejected.be_true |= rejects.may;
        rejected.be_false &= !rejects.certain;
        denied |= rejects.denies;
        if rejects.may && !rejects.denies {
            lacks.extend(entry.judged.lacks.iter().cloned());
            if entry.vote.decision.is_none() {
                lacks.insert(judge.fact(entry.vote, "decision"));
            }
            for about in asked.iter().filter(|slot| may_have_role(slot, entry.vote)).map(Asked::about) {
                let others = open.beside(judge, entry.vote, about).filter(|(_, withdraws)| *withdraws);
                others.for_each(|(other, _)| unknown_of(judge, other, &mut lacks));
            }
        }
        let is_scope_open = entry.vote.scope.is_open() || entry.vote.scope.names_none();
        if rejects.may && !rejects.certain && is_scope_open && asked.iter().any(|slot| slot.each) {
            lacks.insert(judge.fact(entry.vote, "scope"));
        }
        let why = if rejects.denies {
            Some("rejected".to_owned())
        } else if rejects.may {
            Some(
                entry
                    .why
                    .take()
                    .map_or_else(|| "may be a rejection".to_owned(), |why| format!("may be a rejection: {why}")),
            )
        } else if entry.serves.is_empty() {
            Some(entry.why.take().unwrap_or_else(|| "it serves no need".to_owned()))
        } else {
            None
        };
        not_counted.extend(why.map(|why| printed(judge, entry.vote, why)));
    }
    let slots: Vec<Slot> = asked.iter().map(|slot| Slot { clause: slot.clause, need: slot.need }).collect();
    let lower = Lower::new(judge, &seen);
    let filled = fill(&slots, &lower.ballots);
    let upper = Upper::new(judge, asked, &seen);
    let most = upper.fill(None);
    let may = judge.votes.incomplete || most.0;
    if !filled.exact || !most.1 {
        let why = "the votes can be shared out in too many ways: it is not known whether they suffice".to_owned();
        not_counted.insert(0, nobody(why));
    }
    if judge.votes.incomplete {
        lacks.insert(UnknownFact { fact: "change.approvals".to_owned(), cause: list_cause(judge) });
    }
    used_up(judge, &seen, &lower, &slots, &filled.have, &mut not_counted);
    not_counted.sort();
    if let Some(more) = not_counted.len().checked_sub(LISTED).filter(|more| *more > 0) {
        not_counted.drain(..more);
        not_counted.insert(0, nobody(format!("and {more} earlier votes")));
    }
    let since = (when && filled.all).then(|| lower.since(&slots)).flatten();
    let may_since = if when && may { upper.since(judge.votes.incomplete) } else { None };
    Tally {
        filled: Could { be_true: may, be_false: !filled.all },
        have: filled.have,
        rejected,
        denied,
        since,
        may_since,
        not_counted,
        lacks,
    }
}

fn list_cause(judge: &Judge<'_, '_>) -> &'static str {
    use crate::facts::table::{Cause, Column};
    let schema = &judge.env.program.schema;
    let field = schema.find(crate::check::schema::TableId::CHANGE, "approvals").map(|(field, _)| field);
    let list = match field.and_then(|field| judge.env.facts.changes.column(field)) {
        Some(Column::List(list)) => list,
        _ => return Cause::Missing.as_str(),
    };
    let found = list.causes.iter().find(|(row, _)| *row == judge.votes.change);
    found.map_or(Cause::Missing, |(_, cause)| *cause).as_str()
}

fn has_role(slot: &Asked, vote: &Vote) -> bool {
    vote.role.is_some_and(|role| slot.roles.contains(&role))
}

fn may_have_role(slot: &Asked, vote: &Vote) -> bool {
    vote.role.is_none_or(|role| slot.roles.contains(&role))
}

/// Which slots a vote serves, and may serve.
fn serve(judge: &Judge<'_, '_>, entry: &mut Seen<'_>, open: &Open<'_>, lacks: &mut BTreeSet<UnknownFact>) {
    let vote = entry.vote;
    let mut superseded: Option<(Rank, bool)> = None;
    let mut named = false;
    for (at, slot) in judge.asks.slots.iter().enumerate() {
        if !may_have_role(slot, vote) {
            continue;
        }
        let about = slot.about();
        let names = match about {
            About::Plain => true,
            About::Item(item) => vote.scope.names(item),
            About::Unknown => false,
        };
        named |= names;
        // Most votes name few items of many.
        if slot.each && !vote.scope.may_name(slot.item) {
            continue;
        }
        let out = judge.votes.supersedes(vote, about);
        let may_be_out = judge.votes.may_supersede(vote, about);
        if names {
            superseded = superseded.max(out.map(|rank| (rank, true)).or(may_be_out.map(|rank| (rank, false))));
        }
        let yes = vote.decision == Some(Decision::Approve);
        let counts = entry.judged.counts && yes && has_role(slot, vote) && names && may_be_out.is_none();
        let may = entry.judged.may && (yes || vote.decision.is_none()) && out.is_none();
        if counts {
            entry.serves.push(at);
        }
        if may && slot.sure() {
            entry.may_serve.push(at);
        }
        if may && !counts {
            lacks.extend(entry.judged.lacks.iter().cloned());
            if vote.decision.is_none() {
                lacks.insert(judge.fact(vote, "decision"));
            }
            if vote.scope.is_open() && slot.each {
                lacks.insert(judge.fact(vote, "scope"));
            }
            if let Some(other) = may_be_out.and_then(|rank| judge.votes.votes.get(rank.vote)) {
                unknown_of(judge, other, lacks);
            }
            open.beside(judge, vote, about).for_each(|(other, _)| unknown_of(judge, other, lacks));
        }
    }
    entry.why = entry.judged.why.clone().or_else(|| match (vote.decision, superseded) {
        (_, Some((rank, certain))) => Some(overtaken(judge, vote, rank, certain)),
        (None, _) => Some("it is not known what the vote says".to_owned()),
        (Some(Decision::Other), _) => Some("neither approves nor rejects".to_owned()),
        (Some(_), _) if judge.asks.slots.is_empty() => Some("nothing is asked for".to_owned()),
        (Some(_), _) if !named && vote.scope.names_none() => Some("it names no item".to_owned()),
        (Some(_), _) if !named => Some("it names no item that is asked for".to_owned()),
        _ => None,
    });
}

/// So many votes of which something is not known are held against every other one.
const HELD: usize = 512;

/// The votes of which it is not known whose they are, in which role, when they were given or what they say, each with whether it may be in the
/// place of a rejection.
struct Open<'v>(Vec<(&'v Vote, bool)>);

impl<'v> Open<'v> {
    /// Those that may supersede others: no vote that is not given yet.
    fn of(seen: &[Seen<'v>], now: i64) -> Self {
        let is_open = |vote: &Vote| {
            vote.at.is_none() || vote.principal().is_none() || vote.role.is_none() || vote.decision.is_none()
        };
        let withdraws = |entry: &Seen<'_>| entry.judged.may && entry.vote.decision != Some(Decision::Reject);
        let given = |vote: &Vote| vote.at.is_none_or(|at| at <= now);
        let open = seen.iter().filter(|entry| is_open(entry.vote) && given(entry.vote));
        Self(open.take(HELD + 1).map(|entry| (entry.vote, withdraws(entry))).collect())
    }

    /// Those that may be of the same person and role as a vote, and later; none where there are too many to tell.
    fn beside(&self, judge: &Judge<'_, '_>, vote: &Vote, about: About) -> impl Iterator<Item = &(&'v Vote, bool)> {
        let person = |vote: &Vote| vote.principal().map(|name| judge.votes.folded(name));
        let same = |a: Option<i64>, b: Option<i64>| a.is_none() || b.is_none() || a == b;
        let own = (person(vote), vote.at.unwrap_or(i64::MIN), strength(vote.decision).1);
        let few = if self.0.len() > HELD { 0 } else { HELD };
        self.0.iter().take(few).filter(move |(other, _)| {
            let later = other.at.is_none_or(|at| (at, strength(other.decision).1) > (own.1, own.2));
            let concerns = about.item().is_none_or(|item| other.scope.may_concern(Some(item)));
            let may_be_same = same(person(other), own.0) && same(other.role, vote.role);
            later && concerns && may_be_same && !std::ptr::eq(*other, vote)
        })
    }
}

/// What is not known of a vote that may supersede another.
fn unknown_of(judge: &Judge<'_, '_>, vote: &Vote, lacks: &mut BTreeSet<UnknownFact>) {
    for (field, unknown) in [
        ("at", vote.at.is_none()),
        ("by", vote.by.is_none() && !matches!(vote.behalf, Behalf::Of(_))),
        ("on_behalf_of", vote.behalf == Behalf::Unknown),
        ("role", vote.role.is_none()),
        ("decision", vote.decision.is_none()),
    ] {
        if unknown {
            lacks.insert(judge.fact(vote, field));
        }
    }
}

fn overtaken(judge: &Judge<'_, '_>, vote: &Vote, rank: Rank, certain: bool) -> String {
    let Some(other) = judge.votes.votes.get(rank.vote) else { return "superseded by a later vote".to_owned() };
    let same = other.at.is_some() && other.at == vote.at;
    let mut why = match (certain, same) {
        (true, false) => "superseded by a later vote".to_owned(),
        (true, true) => "superseded by a stronger vote of the same time".to_owned(),
        (false, _) => "may be superseded by another vote".to_owned(),
    };
    if let (Some(own), Some(theirs)) = (vote.principal(), other.principal())
        && own != theirs
    {
        why.push_str(&format!(": {} differs from {} only in case", judge.name(theirs), judge.name(own)));
    }
    why
}

/// Whether a vote rejects.
#[derive(Default)]
struct Rejects {
    /// Not certainly not.
    may: bool,
    /// For certain.
    certain: bool,
    /// For certain, if one whose items were not given rejects all.
    denies: bool,
}

fn rejects(judge: &Judge<'_, '_>, entry: &Seen<'_>, others: &(Table, Table)) -> Rejects {
    let (vote, judged) = (entry.vote, &entry.judged);
    let mut found = Rejects::default();
    if !judged.may || !matches!(vote.decision, Some(Decision::Reject) | None) {
        return found;
    }
    for slot in &judge.asks.slots {
        let about = slot.about();
        if !may_have_role(slot, vote) || (slot.each && !vote.scope.may_concern(slot.item)) {
            continue;
        }
        found.may |= others.1.over(judge.votes, vote, about, true).is_none();
        let sure = judged.counts && vote.decision.is_some() && has_role(slot, vote) && slot.sure();
        if sure && others.0.over(judge.votes, vote, about, false).is_none() {
            let concerns = !slot.each || vote.scope.concerns(slot.item);
            found.certain |= concerns;
            found.denies |= concerns || vote.scope.names_none();
        }
    }
    found
}

fn nobody(why: String) -> UncountedVote {
    UncountedVote { at: None, by: None, on_behalf_of: None, role: None, decision: None, why }
}

fn printed(judge: &Judge<'_, '_>, vote: &Vote, why: String) -> UncountedVote {
    let text = |name: Option<i64>| name.map(|name| judge.env.text(name).to_string());
    let behalf = match vote.behalf {
        Behalf::Of(person) => Some(person),
        Behalf::Own | Behalf::Unknown => None,
    };
    UncountedVote {
        at: vote.at.and_then(Instant::from_micros),
        by: text(vote.by),
        on_behalf_of: text(behalf),
        role: text(vote.role),
        decision: vote.word.and_then(|code| judge.votes.word(judge.env, code)),
        why,
    }
}

/// How many votes are tried one by one for whether they are of use.
const TRIED: usize = 64;

/// The votes that could have served a need that is not met, and are of no use, because their persons count already.
fn used_up(
    judge: &Judge<'_, '_>,
    seen: &[Seen<'_>],
    lower: &Lower,
    slots: &[Slot],
    have: &[u32],
    not_counted: &mut Vec<UncountedVote>,
) {
    let has = |at: usize| have.get(at).copied().unwrap_or(0);
    let short = |at: &usize| slots.get(*at).is_some_and(|slot| has(*at) < slot.need);
    let mut waiting: Vec<usize> = lower.seen.iter().copied().filter(|at| serves(seen, *at).iter().any(short)).collect();
    let nothing = |at: usize| serves(seen, at).iter().any(|slot| has(*slot) == 0);
    let mut idle: Vec<usize> = waiting.iter().copied().filter(|at| nothing(*at)).collect();
    if waiting.len() <= TRIED {
        // The later ones first: what was there before stays in use.
        waiting.sort_by_key(|at| seen.get(*at).map(|entry| std::cmp::Reverse((entry.vote.at, name(judge, entry)))));
        let rest = |idle: &[usize]| -> Vec<Ballot> {
            let own = lower.seen.iter().zip(&lower.each).filter(|(at, _)| !idle.contains(at));
            own.map(|(_, ballot)| ballot.clone()).collect()
        };
        for at in waiting {
            if !idle.contains(&at) {
                idle.push(at);
                if fill(slots, &rest(&idle)).have != have {
                    idle.pop();
                }
            }
        }
    }
    let few = idle.len() <= TRIED;
    for at in idle {
        let Some(entry) = seen.get(at) else { continue };
        let why = if nothing(at) {
            "whoever is behind it already serves another need of this approval"
        } else {
            "whoever is behind it already counts with another vote"
        };
        let alike = few.then(|| alike(judge, seen, lower, at)).flatten();
        not_counted.push(printed(judge, entry.vote, format!("{why}{}", alike.unwrap_or_default())));
    }
}

/// That somebody behind a vote is taken for somebody behind another one.
fn alike(judge: &Judge<'_, '_>, seen: &[Seen<'_>], lower: &Lower, at: usize) -> Option<String> {
    let vote = seen.get(at)?.vote;
    let others = lower.seen.iter().filter(|other| **other != at).filter_map(|other| seen.get(*other));
    others.flat_map(|other| other.vote.persons()).find_map(|theirs| {
        let same = |own: &i64| *own != theirs && judge.votes.folded(*own) == judge.votes.folded(theirs);
        let own = vote.persons().find(same)?;
        Some(format!(": {} differs from {} only in case", judge.name(own), judge.name(theirs)))
    })
}

fn serves<'s>(seen: &'s [Seen<'_>], at: usize) -> &'s [usize] {
    seen.get(at).map_or(&[], |entry| &entry.serves)
}

fn name(judge: &Judge<'_, '_>, entry: &Seen<'_>) -> Option<Arc<str>> {
    entry.vote.by.map(|by| judge.env.text(by).into())
}

/// The votes that certainly count.
struct Lower {
    /// Which of the votes that were seen these are.
    seen: Vec<usize>,
    /// Each of them.
    each: Vec<Ballot>,
    /// The same, each once, in an order of its own.
    ballots: Vec<Ballot>,
    /// When each of these was given.
    times: Vec<i64>,
}

impl Lower {
    fn new(judge: &Judge<'_, '_>, seen: &[Seen<'_>]) -> Self {
        let folds = |vote: &Vote| {
            let mut persons = vote.persons().map(|name| judge.votes.folded(name));
            let by = persons.next()?;
            Some((by, persons.next().unwrap_or(by)))
        };
        let counting: Vec<(usize, &Seen<'_>, (i64, i64))> = seen
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.serves.is_empty())
            .filter_map(|(at, entry)| Some((at, entry, folds(entry.vote)?)))
            .collect();
        let numbers = numbers(judge, counting.iter().flat_map(|(_, _, (a, b))| [*a, *b]));
        let number = |name: i64| numbers.get(&name).copied().unwrap_or(u32::MAX);
        let mut both: Vec<(Ballot, i64)> = Vec::with_capacity(counting.len());
        let mut own = Vec::with_capacity(counting.len());
        for (at, entry, (a, b)) in counting {
            let (a, b) = (number(a), number(b));
            let ballot = Ballot { persons: (a.min(b), a.max(b)), slots: entry.serves.clone() };
            own.push(at);
            both.push((ballot, entry.vote.at.unwrap_or(i64::MAX)));
        }
        let each = both.iter().map(|(ballot, _)| ballot.clone()).collect();
        // In an order of its own, so that the order of the votes leaves no trace; of equal ones the earliest.
        both.sort();
        both.dedup_by(|later, earlier| later.0 == earlier.0);
        let (ballots, times) = both.into_iter().unzip();
        Self { seen: own, each, ballots, times }
    }

    /// From when on they fill the slots.
    fn since(&self, slots: &[Slot]) -> Option<i64> {
        first(&self.times, |until| {
            let early = self.ballots.iter().zip(&self.times).filter(|(_, at)| **at <= until);
            fill(slots, &early.map(|(ballot, _)| ballot.clone()).collect::<Vec<_>>()).all
        })
    }
}

/// The earliest of some times, or the beginning of time, at which something holds that then holds for good.
fn first(times: &[i64], holds: impl Fn(i64) -> bool) -> Option<i64> {
    let mut times: Vec<i64> = std::iter::once(i64::MIN).chain(times.iter().copied()).collect();
    times.sort_unstable();
    times.dedup();
    let at = times.partition_point(|at| !holds(*at));
    times.get(at).copied()
}

/// A number for each person, in the order of their names.
fn numbers(judge: &Judge<'_, '_>, persons: impl Iterator<Item = i64>) -> BTreeMap<i64, u32> {
    let names: BTreeMap<Arc<str>, i64> = persons.map(|name| (judge.env.text(name).into(), name)).collect();
    (0_u32..).zip(names.into_values()).map(|(number, name)| (name, number)).collect()
}

/// The votes that may count, for the slots that certainly ask.
struct Upper {
    slots: Vec<Slot>,
    ballots: Vec<Ballot>,
    /// When each was given; the beginning of time where that is not known.
    times: Vec<i64>,
}

impl Upper {
    fn new(judge: &Judge<'_, '_>, asked: &[Asked], seen: &[Seen<'_>]) -> Self {
        let slots = asked
            .iter()
            .map(|slot| Slot { clause: slot.clause, need: if slot.sure() { slot.need } else { 0 } })
            .collect();
        let may: Vec<&Seen<'_>> = seen.iter().filter(|entry| !entry.may_serve.is_empty()).collect();
        let known = may.iter().flat_map(|entry| entry.vote.persons()).map(|name| judge.votes.folded(name));
        let numbers = numbers(judge, known);
        // Whoever is not known may be somebody new.
        let mut new = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let mut both: Vec<(Ballot, i64)> = may
            .into_iter()
            .map(|entry| {
                let mut persons =
                    entry.vote.persons().filter_map(|name| numbers.get(&judge.votes.folded(name)).copied());
                let a = persons.next().unwrap_or_else(|| {
                    new = new.saturating_add(1);
                    new
                });
                let b = persons.next().unwrap_or(a);
                let ballot = Ballot { persons: (a.min(b), a.max(b)), slots: entry.may_serve.clone() };
                (ballot, entry.vote.at.unwrap_or(i64::MIN))
            })
            .collect();
        both.sort();
        both.dedup_by(|later, earlier| later.0 == earlier.0);
        let (ballots, times) = both.into_iter().unzip();
        Self { slots, ballots, times }
    }

    /// Whether they fill the slots, those given until an instant; and whether that is certain.
    fn fill(&self, until: Option<i64>) -> (bool, bool) {
        let early = self.ballots.iter().zip(&self.times).filter(|(_, at)| until.is_none_or(|until| **at <= until));
        let filled = fill(&self.slots, &early.map(|(ballot, _)| ballot.clone()).collect::<Vec<_>>());
        (filled.all || !filled.exact, filled.exact)
    }

    fn since(&self, incomplete: bool) -> Option<i64> {
        if incomplete { Some(i64::MIN) } else { first(&self.times, |until| self.fill(Some(until)).0) }
    }
}
