//! Blackouts and windows, and the interval of a change that is tested against them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::program::{Head, Period, Times, When, ZoneRef};
use crate::check::schema::TableId;
use crate::time::{self, Duration, Entry, Instant, Interval, Kleene, Recurrence, Role, Zone};

use super::arms::{applies, scope};
use super::column::Truth;
use super::decision::Tested;
use super::env::Env;
use super::facts::value;
use super::frame::Frame;
use super::value::{Could, Poss, Raw};

/// The interval of a change that is tested, and how it came about.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The interval.
    pub tested: time::Tested,
    /// As decisions print it.
    pub printed: Tested,
    /// The end that is not known, so that the longest change was assumed.
    pub assumed: Option<&'static str>,
    /// The change is longer than what would be assumed.
    pub longer: bool,
}

/// Works out the interval of one change.
#[must_use]
pub fn schedule(env: &Env<'_>, change: u32) -> Schedule {
    let printed = |from: Option<i64>, to: Option<i64>, by| Tested {
        from: from.and_then(Instant::from_micros),
        to: to.and_then(Instant::from_micros),
        by,
    };
    if env.facts.goes_now.get(change as usize).copied().unwrap_or(false) {
        let now = env.now.micros();
        return Schedule {
            tested: time::Tested::at(env.now),
            printed: printed(Some(now), Some(now), "now"),
            assumed: None,
            longer: false,
        };
    }
    let field = |name| value(env, TableId::CHANGE, name, change);
    let known = |poss: Poss| poss.one().and_then(Raw::int);
    let start = known(field("start"));
    let duration = field("duration");
    let backout = match field("backout_time") {
        Poss::One(Raw::None) => Some(0),
        other => known(other),
    };
    let length = known(duration.clone());
    let worked_out = || start?.checked_add(length?)?.checked_add(backout?);
    let end = known(field("end")).or_else(|| if field_was_given(env, change) { None } else { worked_out() });
    let longest = env.program.settings.longest_change;
    let build = |tested, assumed| {
        let longer = start.zip(end).is_some_and(|(a, b)| b.saturating_sub(a) > longest);
        Schedule { tested, printed: printed(start, end, "schedule"), assumed, longer }
    };
    let instant = |micros: i64| Instant::from_micros(micros);
    match (start.and_then(instant), end.and_then(instant)) {
        (Some(from), Some(to)) => build(time::Tested::between(from, to).unwrap_or_else(time::Tested::unknown), None),
        (Some(from), None) => {
            // A known part of the length lies before whatever is not known.
            let longest = length.unwrap_or(0).saturating_add(longest);
            build(time::Tested::starting(from, Duration::from_micros(longest)), Some("change.end"))
        }
        (None, Some(to)) => build(time::Tested::ending(to, Duration::from_micros(longest)), Some("change.start")),
        (None, None) => build(time::Tested::unknown(), None),
    }
}

/// Whether `end` was given, but in a form that cannot be used: then it is not worked out from the duration.
fn field_was_given(env: &Env<'_>, change: u32) -> bool {
    use crate::facts::table::{Cause, Column};
    let column = env.program.schema.find(TableId::CHANGE, "end").and_then(|(field, _)| env.facts.changes.column(field));
    match column {
        Some(Column::Scalar(scalar)) => !matches!(scalar.cause(change), Cause::Missing),
        _ => false,
    }
}

/// Whether a statement is in force for a change.
#[must_use]
pub fn in_force(env: &Env<'_>, head: &Head, tested: time::Tested) -> Could {
    if head.effective_from.is_none() && head.effective_until.is_none() {
        return Could::certain(true);
    }
    let from = head.effective_from.and_then(Instant::from_micros).unwrap_or(Instant::MIN);
    let until = head.effective_until.and_then(Instant::from_micros).unwrap_or(Instant::MAX);
    let Some(interval) = Interval::new(from, until) else { return Could::certain(false) };
    if from <= env.now && env.now < until {
        return Could::certain(true);
    }
    could(tested.overlaps(interval))
}

/// The interval of the change of each row; `now` where there is no change.
#[must_use]
pub fn tested_in(frame: &Frame<'_>) -> Vec<time::Tested> {
    let Some(changes) = frame.rows(crate::check::program::VarId::CHANGE) else {
        return vec![time::Tested::at(frame.env.now); frame.len()];
    };
    if let Some(first) = changes.first()
        && changes.iter().all(|row| row == first)
    {
        return vec![schedule(frame.env, *first).tested; changes.len()];
    }
    let mut seen: HashMap<u32, time::Tested> = HashMap::new();
    changes.iter().map(|row| *seen.entry(*row).or_insert_with(|| schedule(frame.env, *row).tested)).collect()
}

/// Whether a statement is in force in each row.
#[must_use]
pub fn force(frame: &Frame<'_>, head: &Head) -> Truth {
    if head.effective_from.is_none() && head.effective_until.is_none() {
        return Truth::constant(frame.len(), Could::certain(true));
    }
    let tested = tested_in(frame);
    Truth::collect(frame.len(), |row| tested.get(row).map_or(Could::UNKNOWN, |t| in_force(frame.env, head, *t)))
}

/// A verdict on times as a condition.
#[must_use]
pub fn could(kleene: Kleene) -> Could {
    match kleene {
        Kleene::Yes => Could::certain(true),
        Kleene::No => Could::certain(false),
        Kleene::Unknown => Could::UNKNOWN,
    }
}

/// The recurrence of a time clause, and whose clock it goes by.
fn recurrence(when: &When) -> Option<(Recurrence, Option<ZoneRef>)> {
    match &when.times {
        Times::Known(recurrence) => Some((recurrence.clone(), Some(when.zone))),
        Times::Rule(..) | Times::File(_) | Times::While(_) => None,
    }
}

/// The zones of a clause in each row; none where it is not known.
enum Zones {
    Same(Option<Zone>),
    Each(Vec<Option<Arc<str>>>),
}

fn zones(frame: &Frame<'_>, zone: Option<ZoneRef>) -> Zones {
    match zone {
        None => Zones::Same(Some(Zone::utc())),
        Some(ZoneRef::Fixed(zone)) => Zones::Same(frame.env.zone(zone).cloned()),
        Some(ZoneRef::Node(node)) => {
            let vals = frame.vals(node);
            let name = |row| vals.certain(row).and_then(Raw::int).map(|symbol| frame.env.text(symbol));
            Zones::Each((0..frame.len()).map(name).collect())
        }
    }
}

/// What a blackout does in each row of a frame.
#[derive(Debug)]
pub struct Hits {
    /// Whether it restricts the change.
    pub restricts: Truth,
    /// When the period that is met ends.
    pub until: Vec<Option<Instant>>,
}

/// Tests a blackout against the interval, for every row.
#[must_use]
pub fn blackout(frame: &Frame<'_>, period: &Period, tested: time::Tested) -> Hits {
    let len = frame.len();
    let scope = applies(frame, &period.head);
    let force = Truth::constant(len, in_force(frame.env, &period.head, tested));
    let mut meets = vec![Could::certain(false); len];
    let mut until: Vec<Option<Instant>> = vec![None; len];
    let mut endless = vec![false; len];
    for when in &period.times {
        let Some((recurrence, zone)) = recurrence(when) else {
            meets.fill(Could::UNKNOWN);
            continue;
        };
        let zones = zones(frame, zone);
        let mut seen: HashMap<Option<Arc<str>>, (Could, Option<Instant>)> = HashMap::new();
        let test = |zone: Option<Zone>| match zone {
            Some(zone) => {
                let overlap = time::overlap(&[Entry::new(recurrence.clone(), zone)], Role::Blackout, tested);
                (could(overlap.verdict), overlap.until)
            }
            None => (Could::UNKNOWN, None),
        };
        let same = match &zones {
            Zones::Same(zone) => Some(test(zone.clone())),
            Zones::Each(_) => None,
        };
        for row in 0..len {
            let (here, end) = match (&zones, same) {
                (_, Some(same)) => same,
                (Zones::Each(names), None) => {
                    let name = names.get(row).cloned().flatten();
                    *seen.entry(name.clone()).or_insert_with(|| test(name.and_then(|name| Zone::get(&name))))
                }
                (Zones::Same(_), None) => (Could::UNKNOWN, None),
            };
            if let (Some(meets), Some(until), Some(endless)) =
                (meets.get_mut(row), until.get_mut(row), endless.get_mut(row))
            {
                meets.be_false &= here.be_false;
                meets.be_true |= here.be_true;
                if here.be_true {
                    *endless |= end.is_none();
                    *until = (*until).max(end);
                }
            }
        }
    }
    let met = Truth::collect(len, |row| meets.get(row).copied().unwrap_or(Could::UNKNOWN));
    for (until, endless) in until.iter_mut().zip(&endless) {
        if *endless {
            *until = None;
        }
    }
    Hits { restricts: scope.and(&force).and(&met), until }
}

/// What the windows say of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowAnswer {
    /// The windows that bind and that the change does not keep to, by position, each with whether that is certain.
    pub broken: Vec<(usize, bool)>,
}

/// One window as it stands to one row.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Standing {
    may: bool,
    must: bool,
    binds: bool,
    certainly_binds: bool,
    zones: Vec<Option<Arc<str>>>,
}

/// Tests the windows together against the interval, for every row: `chosen` are the positions of the windows that count.
#[must_use]
pub fn windows(frame: &Frame<'_>, chosen: &[usize], tested: time::Tested) -> Vec<WindowAnswer> {
    let len = frame.len();
    let mut standings: Vec<Vec<Standing>> = vec![Vec::with_capacity(chosen.len()); len];
    for at in chosen {
        let Some(period) = frame.env.program.windows.get(*at) else { continue };
        let force = Truth::constant(len, in_force(frame.env, &period.head, tested));
        let scope = scope(frame, &period.head).and(&force);
        let except = period
            .head
            .except
            .map_or_else(|| Truth::constant(len, Could::certain(false)), |except| frame.truth(except));
        let clauses: Vec<Option<Zones>> =
            period.times.iter().map(|when| recurrence(when).map(|(_, zone)| zones(frame, zone))).collect();
        for (row, standings) in standings.iter_mut().enumerate() {
            let zones = clauses
                .iter()
                .map(|zones| match zones {
                    Some(Zones::Same(zone)) => zone.as_ref().map(|zone| Arc::from(zone.name())),
                    Some(Zones::Each(names)) => names.get(row).cloned().flatten(),
                    None => None,
                })
                .collect();
            standings.push(Standing {
                may: scope.may_at(row),
                must: scope.must_at(row),
                binds: scope.may_at(row) && !except.must_at(row),
                certainly_binds: scope.must_at(row) && !except.may_at(row),
                zones,
            });
        }
    }
    let mut answers: HashMap<Vec<Standing>, WindowAnswer> = HashMap::new();
    standings
        .into_iter()
        .map(|standing| {
            answers.entry(standing).or_insert_with_key(|standing| answer(frame.env, chosen, standing, tested)).clone()
        })
        .collect()
}

fn answer(env: &Env<'_>, chosen: &[usize], standings: &[Standing], tested: time::Tested) -> WindowAnswer {
    if !standings.iter().any(|s| s.binds) {
        return WindowAnswer::default();
    }
    // An exception lifts what a window asks for, not what it offers: its times count whatever its `except` says.
    // Each window's times with their zones; with a zone that is not known a clause opens nothing.
    let times = |at: usize, standing: &Standing| -> (Vec<Entry>, bool) {
        let Some(period) = env.program.windows.get(at) else { return (Vec::new(), false) };
        let mut all_known = true;
        let mut known = Vec::new();
        for (when, zone) in period.times.iter().zip(&standing.zones) {
            match (recurrence(when), zone.as_ref().and_then(|name| Zone::get(name))) {
                (Some((recurrence, _)), Some(zone)) => known.push(Entry::new(recurrence, zone)),
                _ => all_known = false,
            }
        }
        (known, all_known)
    };
    let mut certain_union = Vec::new();
    let mut possible_union = Vec::new();
    let mut all_known = true;
    let mut inside_each = true;
    for (at, standing) in chosen.iter().zip(standings) {
        if !standing.may {
            continue;
        }
        let (known, complete) = times(*at, standing);
        all_known &= complete;
        if standing.binds && time::union_inside(&known, tested) != Kleene::Yes {
            inside_each = false;
        }
        if standing.must {
            certain_union.extend(known.iter().cloned());
        }
        possible_union.extend(known);
    }
    if inside_each || time::union_inside(&certain_union, tested) == Kleene::Yes {
        return WindowAnswer::default();
    }
    let certainly_outside = all_known && time::union_inside(&possible_union, tested) == Kleene::No;
    let broken = chosen
        .iter()
        .zip(standings)
        .filter(|(_, s)| s.binds)
        .map(|(at, s)| (*at, s.certainly_binds && certainly_outside))
        .collect();
    WindowAnswer { broken }
}
