//! Waivers: exceptions that somebody granted for a time.
//!
//! A waiver relaxes, so it counts only where all that it hangs on is certain. One that is for a statement and does not count says why.

use crate::check::program::{Head, NodeId, Program, VarId, Waivable, Waiver};
use crate::check::schema::TableId;
use crate::time::{Duration, Instant, Interval, Kleene, Tested, Zone};

use super::arms::scope;
use super::column::{Rows, Truth};
use super::decision::{AppliedWaiver, RefusedWaiver, UnknownFact};
use super::env::Env;
use super::frame::Frame;
use super::granted::Aim;
use super::period::{could, force, in_force, tested_in};
use super::unknown;
use super::value::Could;

/// Waivers that end within this are said to end soon: 30 days, in microseconds.
const SOON: i64 = 30 * 24 * 3600 * 1_000_000;

/// What every statement that can be waived has.
#[must_use]
pub fn head_of(program: &Program, target: Waivable) -> Option<&Head> {
    match target {
        Waivable::Rule(at) => program.rules.get(usize::from(at)).map(|rule| &rule.head),
        Waivable::Obligation(at) => program.obligations.get(usize::from(at)).map(|duty| &duty.head),
        Waivable::Triage(at) => program.triages.get(usize::from(at)).map(|block| &block.head),
    }
}

/// Whether any waiver is for a statement: if not, nothing about it need be asked.
#[must_use]
pub fn concerned(env: &Env<'_>, target: Waivable) -> bool {
    env.program.waivers.iter().any(|waiver| waiver.waives.contains(&target))
        || head_of(env.program, target).is_some_and(|head| env.granted().concerns(env, &head.name))
}

/// Whether a waiver of a statement holds, for every row.
#[must_use]
pub fn waived(frame: &Frame<'_>, target: Waivable, finding: Option<VarId>) -> Truth {
    let bound = finding.filter(|var| *var != VarId::FINDING).and_then(|var| bind(frame, var));
    standing(bound.as_ref().unwrap_or(frame), target, |_| true)
}

/// The same rows with the subjects `finding` and `asset` bound to a finding and its asset.
fn bind<'q>(frame: &'q Frame<'_>, var: VarId) -> Option<Frame<'q>> {
    use super::frame::Binding;
    let rows = frame.rows(var)?;
    let findings = frame.env.rows_of(TableId::FINDING)?;
    let owner = |row: &u32| findings.owner.get(*row as usize).copied().unwrap_or(u32::MAX);
    let owners = std::sync::Arc::new(rows.iter().map(owner).collect());
    let own = vec![(VarId::FINDING, Binding::Rows(rows)), (VarId::ASSET, Binding::Rows(owners))];
    Some(frame.inner(frame.len(), Rows::Same, own))
}

/// Whether a waiver that has effect holds, for every row.
#[must_use]
pub fn in_effect(frame: &Frame<'_>, target: Waivable) -> Truth {
    standing(frame, target, |waiver| !waiver.head.muted)
}

fn standing(frame: &Frame<'_>, target: Waivable, wanted: impl Fn(&Waiver) -> bool) -> Truth {
    let len = frame.len();
    let env = frame.env;
    let mut any = Truth::constant(len, Could::certain(false));
    let mut tested: Option<Vec<Option<Tested>>> = None;
    let mut times = || tested.get_or_insert_with(|| tested_for(frame, target)).clone();
    for waiver in env.program.waivers.iter().filter(|waiver| wanted(waiver)) {
        let Some(at) = waiver.waives.iter().position(|waived| *waived == target) else { continue };
        if refusal(waiver, at).is_some() {
            continue;
        }
        let times = times();
        let dates = Truth::collect(len, |row| dates(env, waiver.from, waiver.until, times.get(row).copied().flatten()));
        any = any.or(&conditions(frame, waiver, target).and(&dates));
    }
    if let Some(head) = head_of(env.program, target)
        && env.granted().concerns(env, &head.name)
    {
        let times = times();
        let aims = Aims::new(frame, target);
        let data = Truth::collect(len, |row| {
            env.granted().standing(env, head, aims.at(row), times.get(row).copied().flatten())
        });
        any = any.or(&data);
    }
    any
}

/// The interval that must lie within a waiver's dates in each row; none where only `now` counts.
fn tested_for(frame: &Frame<'_>, target: Waivable) -> Vec<Option<Tested>> {
    match target {
        Waivable::Triage(_) => vec![None; frame.len()],
        Waivable::Rule(_) | Waivable::Obligation(_) => tested_in(frame).into_iter().map(Some).collect(),
    }
}

/// Whether a waiver is in force in each row: for a block of findings that hangs on `now` alone, as all that is said of findings does.
fn force_for(frame: &Frame<'_>, head: &Head, target: Waivable) -> Truth {
    match target {
        Waivable::Triage(_) => Truth::constant(frame.len(), in_force(frame.env, head, Tested::at(frame.env.now))),
        Waivable::Rule(_) | Waivable::Obligation(_) => force(frame, head),
    }
}

/// Why a waiver can never be for the statement at this place of its list.
fn refusal(waiver: &Waiver, at: usize) -> Option<&str> {
    waiver.refused.get(at)?.as_deref()
}

/// Whether a waiver's own conditions hold.
fn conditions(frame: &Frame<'_>, waiver: &Waiver, target: Waivable) -> Truth {
    let mut holds = scope(frame, &waiver.head).and(&force_for(frame, &waiver.head, target));
    if let Some(except) = waiver.head.except {
        holds = holds.and(&frame.truth(except).not());
    }
    if let Some(provided) = waiver.provided {
        holds = holds.and(&frame.truth(provided));
    }
    holds
}

/// Whether `now` and the whole of the tested interval lie between two instants, the second excluded.
#[must_use]
pub fn dates(env: &Env<'_>, from: i64, until: i64, tested: Option<Tested>) -> Could {
    let now = env.now.micros();
    if now < from || until <= now {
        return Could::certain(false);
    }
    let Some(tested) = tested else { return Could::certain(true) };
    could(within(from, until, tested))
}

fn within(from: i64, until: i64, tested: Tested) -> Kleene {
    let end = |micros: i64, or: Instant| Instant::from_micros(micros).unwrap_or(or);
    let interval = Interval::new(end(from, Instant::MIN), end(until, Instant::MAX));
    interval.map_or(Kleene::No, |interval| tested.within(interval))
}

/// What a waiver that is data is held against, row by row.
struct Aims {
    assets: Option<std::sync::Arc<Vec<u32>>>,
    changes: Option<std::sync::Arc<Vec<u32>>>,
    findings: Option<std::sync::Arc<Vec<u32>>>,
}

impl Aims {
    fn new(frame: &Frame<'_>, target: Waivable) -> Self {
        let changes = match target {
            Waivable::Triage(_) => None,
            Waivable::Rule(_) | Waivable::Obligation(_) => frame.rows(VarId::CHANGE),
        };
        Self { assets: frame.rows(VarId::ASSET), changes, findings: frame.rows(VarId::FINDING) }
    }

    fn at(&self, row: usize) -> Aim {
        let pick = |rows: &Option<std::sync::Arc<Vec<u32>>>| rows.as_ref().and_then(|rows| rows.get(row).copied());
        Aim { asset: pick(&self.assets), change: pick(&self.changes), finding: pick(&self.findings) }
    }
}

/// What the waivers do to one statement in one row.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// The one that applies; of several the one that ends last.
    pub waiver: Option<AppliedWaiver>,
    /// Those that are for it and do not apply; sorted.
    pub refused: Vec<RefusedWaiver>,
}

/// Asks every waiver of a statement in one row.
#[must_use]
pub fn judge(frame: &Frame<'_>, row: usize, target: Waivable, tested: Option<Tested>) -> Judged {
    let env = frame.env;
    // Asked for one row at a time, the others need not be gone through.
    let (frame, row) = (&unknown::single(frame, row), 0);
    let mut applied: Vec<(i64, AppliedWaiver)> = Vec::new();
    let mut judged = Judged::default();
    let mut applies = |name: &str, until: i64, because: Option<String>| {
        let ends_soon = until.saturating_sub(env.now.micros()) <= SOON;
        let until_instant = Instant::from_micros(until);
        applied.push((until, AppliedWaiver { name: name.to_owned(), until: until_instant, because, ends_soon }));
    };
    for waiver in env.program.waivers.iter().filter(|waiver| !waiver.head.muted) {
        let Some(at) = waiver.waives.iter().position(|waived| *waived == target) else { continue };
        if !scope(frame, &waiver.head).may_at(row) {
            continue;
        }
        match why_not(frame, row, (waiver, target), at, tested) {
            Some(why) => judged.refused.push(RefusedWaiver { name: waiver.head.name.clone(), why }),
            None => {
                let because = waiver.head.because.map(|node| super::reason::because(frame, row, node));
                applies(&waiver.head.name, waiver.until, because);
            }
        }
    }
    if let Some(head) = head_of(env.program, target)
        && env.granted().concerns(env, &head.name)
    {
        let aim = Aims::new(frame, target).at(row);
        for found in env.granted().judge(env, head, aim, tested) {
            match found.why {
                Some(why) => judged.refused.push(RefusedWaiver { name: found.name, why }),
                None => applies(&found.name, found.until, found.because),
            }
        }
    }
    applied.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.name.cmp(&y.name)));
    judged.waiver = applied.into_iter().next().map(|(_, waiver)| waiver);
    judged.refused.sort();
    judged.refused.dedup();
    judged
}

/// Why a waiver of the policy does not apply in a row; none where it does.
fn why_not(
    frame: &Frame<'_>,
    row: usize,
    (waiver, target): (&Waiver, Waivable),
    at: usize,
    tested: Option<Tested>,
) -> Option<String> {
    let env = frame.env;
    if let Some(why) = refusal(waiver, at) {
        return Some(why.to_owned());
    }
    if let Some(why) = outside(env, waiver.from, waiver.until, tested) {
        return Some(why);
    }
    if !force_for(frame, &waiver.head, target).must_at(row) {
        return Some("it is not certainly in force".to_owned());
    }
    let written = |node: NodeId| env.node(node).map_or_else(String::new, |n| env.program.sources.phrase(n.span));
    if let Some(node) = waiver.head.scope.iter().find(|node| !frame.truth(**node).must_at(row)) {
        return Some(format!("it is not known whether `{}` holds", written(*node)));
    }
    if let Some(except) = waiver.head.except {
        let truth = frame.truth(except);
        if truth.must_at(row) {
            return Some(format!("it makes an exception where `{}` holds", written(except)));
        }
        if truth.may_at(row) {
            return Some(format!("it makes an exception, and it is not known whether `{}` holds", written(except)));
        }
    }
    let provided = waiver.provided?;
    let truth = frame.truth(provided);
    match (truth.must_at(row), truth.may_at(row)) {
        (true, _) => None,
        (false, true) => Some(format!("it is granted provided that `{}`, and that is not known", written(provided))),
        (false, false) => Some(format!("it is granted provided that `{}`, and that does not hold", written(provided))),
    }
}

/// Why `now` or the change does not lie within a waiver's dates; none where both do.
#[must_use]
pub fn outside(env: &Env<'_>, from: i64, until: i64, tested: Option<Tested>) -> Option<String> {
    let now = env.now.micros();
    let first = || day(env, from);
    let last = || day(env, until.saturating_sub(1));
    if until <= from {
        return Some("it ends before it begins".to_owned());
    }
    if now < from {
        return Some(format!("it begins on {}", first()));
    }
    if until <= now {
        return Some(format!("it ended on {}", last()));
    }
    let tested = tested?;
    match within(from, until, tested) {
        Kleene::Yes => None,
        Kleene::Unknown => {
            Some(format!("it holds from {} to {}, and the change's time is not all known", first(), last()))
        }
        Kleene::No => {
            let late = Instant::from_micros(until).is_some_and(|until| tested.hull().to() > until);
            Some(if late {
                format!("it ends on {}, before the change does", last())
            } else {
                format!("it begins on {}, after the change does", first())
            })
        }
    }
}

/// The policy's zone, in which whole days are counted.
#[must_use]
pub fn day_zone(env: &Env<'_>) -> Zone {
    env.context_zone(crate::check::program::ContextId(0)).cloned().unwrap_or_else(Zone::utc)
}

fn day(env: &Env<'_>, micros: i64) -> String {
    let date = Instant::from_micros(micros).and_then(|instant| day_zone(env).date(instant));
    date.map_or_else(|| "an unknown day".to_owned(), |date| date.to_string())
}

/// Why a waiver by somebody, of so many days, is not one that a statement allows.
#[must_use]
pub fn not_allowed(head: &Head, by: Option<&str>, days: Option<i64>) -> Option<String> {
    let name = &head.name;
    let Some((roles, longest)) = &head.waivable else { return Some(format!("`{name}` is not waivable")) };
    if let Some(by) = by
        && !roles.iter().any(|role| role == by)
    {
        let allowed: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
        return Some(format!("`{name}` is waivable by {}, not by `{by}`", allowed.join(" or ")));
    }
    let (longest, days) = (Duration::from_micros((*longest)?), days?);
    let length = days.checked_mul(24 * 3600 * 1_000_000).map(Duration::from_micros);
    if length.is_none_or(|length| length > longest) {
        return Some(format!("it runs for {days} days, and `{name}` is waivable for {longest} at most"));
    }
    None
}

/// The missing facts that `waived(x)` hangs on in one row.
#[must_use]
pub fn missing(frame: &Frame<'_>, row: usize, target: Waivable, finding: Option<VarId>) -> Vec<UnknownFact> {
    let (frame, row) = (&unknown::single(frame, row), 0);
    let bound = finding.filter(|var| *var != VarId::FINDING).and_then(|var| bind(frame, var));
    let frame = bound.as_ref().unwrap_or(frame);
    let env = frame.env;
    let tested = tested_for(frame, target).first().copied().flatten();
    let mut facts = Vec::new();
    for waiver in &env.program.waivers {
        let Some(at) = waiver.waives.iter().position(|waived| *waived == target) else { continue };
        let dates = dates(env, waiver.from, waiver.until, tested);
        let could = conditions(frame, waiver, target).at(row);
        if refusal(waiver, at).is_some() || !dates.be_true || !could.be_true {
            continue;
        }
        let nodes: Vec<NodeId> =
            waiver.head.scope.iter().chain(&waiver.head.except).chain(&waiver.provided).copied().collect();
        facts.extend(unknown::missing(frame, row, &nodes, None));
        if dates.be_false || !force_for(frame, &waiver.head, target).at(row).is_certain() {
            facts.extend(unknown::missing_times(frame, row, VarId::CHANGE, "asset"));
        }
    }
    if let Some(head) = head_of(env.program, target)
        && env.granted().concerns(env, &head.name)
    {
        let (lacks, times) = env.granted().missing(env, head, Aims::new(frame, target).at(row), tested);
        facts.extend(lacks);
        if times {
            facts.extend(unknown::missing_times(frame, row, VarId::CHANGE, "asset"));
        }
    }
    facts.sort();
    facts.dedup();
    facts
}
