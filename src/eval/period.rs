//! Blackouts and windows, and the interval of a change that is tested against them.

pub mod answers;
pub mod entries;
pub mod given;
pub mod lacks;
pub mod stands;

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::program::{Head, PeriodId};
use crate::check::schema::TableId;
use crate::time::{self, Duration, Instant, Interval, Kleene, Overlap};

use super::column::Truth;
use super::decision::Tested;
use super::env::Env;
use super::facts::value;
use super::frame::Frame;
use super::mask;
use super::observe::Step;
use super::value::{Could, Poss, Raw};
use answers::{Standing, WindowAnswer};
use given::{Codes, FrameCodes};
use stands::Stands;

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

/// What a blackout does in each row of a frame.
#[derive(Debug)]
pub struct Hits {
    /// Which blackout.
    pub at: u16,
    /// Whether it restricts the change.
    pub restricts: Truth,
    codes: Arc<Codes>,
    overlaps: Vec<Option<Overlap>>,
}

impl Hits {
    /// Whether the period ends at the same time in all rows.
    #[must_use]
    pub fn ends_alike(&self) -> bool {
        self.codes.first.len() <= 1
    }

    /// When the period that is met in a row ends.
    #[must_use]
    pub fn until(&self, row: usize) -> Option<Instant> {
        self.overlaps.get(*self.codes.of.get(row)? as usize)?.as_ref()?.until
    }
}

/// Tests the blackouts against the interval, for every row; those that concern no row are left out, at no cost of theirs for each row.
#[must_use]
pub fn blackouts(frame: &Frame<'_>, tested: time::Tested, codes: &mut FrameCodes) -> Vec<Hits> {
    let env = frame.env;
    let answers = env.common.periods.answers.of(env, tested, answers::begun(frame));
    let mut hits = Vec::new();
    for at in answers.live(env) {
        let _going = env.going(Step::Blackout(*at));
        let id = PeriodId::Blackout(*at);
        let Some(period) = entries::period_of(env, id) else { continue };
        let read = codes.of(frame, id);
        if !answers.meets_any(env, id, &read.present) {
            continue;
        }
        let stands = Stands::of(frame, id, codes);
        if !stands.concerns_any() {
            continue;
        }
        let overlaps = answers.overlaps(env, id, &read);
        let force = in_force(env, &period.head, tested);
        let met = |met: &Option<Overlap>| force.and(met.map_or(Could::UNKNOWN, |met| could(met.verdict)));
        let restricts = stands.restricts(&read, &overlaps.iter().map(met).collect::<Vec<Could>>());
        if mask::any(&restricts.may) {
            hits.push(Hits { at: *at, restricts, codes: read, overlaps });
        }
    }
    hits
}

/// How the windows stand to each row: `chosen` are the positions of those that count. A window that certainly does not apply is left out.
#[must_use]
pub fn standings(
    frame: &Frame<'_>,
    chosen: &[u16],
    tested: time::Tested,
    codes: &mut FrameCodes,
) -> Vec<Vec<Standing>> {
    let mut standings: Vec<Vec<Standing>> = vec![Vec::new(); frame.len()];
    for at in chosen {
        let Some(period) = frame.env.program.windows.get(usize::from(*at)) else { continue };
        let _going = frame.env.going(Step::Window(*at));
        let force = in_force(frame.env, &period.head, tested);
        if !force.be_true {
            continue;
        }
        let stands = Stands::of(frame, PeriodId::Window(*at), codes);
        if !stands.concerns_any() {
            continue;
        }
        let codes = codes.of(frame, PeriodId::Window(*at));
        for (row, (standings, code)) in standings.iter_mut().zip(&codes.of).enumerate() {
            let stand = stands.at(row);
            let scope = stand.scope.and(force);
            if scope.be_true {
                standings.push(Standing {
                    at: *at,
                    code: *code,
                    must: !scope.be_false,
                    binds: stand.except.be_false,
                    certainly_binds: !scope.be_false && !stand.except.be_true,
                });
            }
        }
    }
    standings
}

/// Tests the windows together against the interval, for every row: `chosen` are the positions of the windows that count.
#[must_use]
pub fn windows(
    frame: &Frame<'_>,
    chosen: &[u16],
    tested: time::Tested,
    codes: &mut FrameCodes,
) -> Vec<Arc<WindowAnswer>> {
    let answers = frame.env.common.periods.answers.of(frame.env, tested, answers::begun(frame));
    let mut known: HashMap<Vec<Standing>, Arc<WindowAnswer>> = HashMap::new();
    let answer = |standing: Vec<Standing>| {
        let answer = known.entry(standing).or_insert_with_key(|standing| answers.windows(frame.env, standing));
        Arc::clone(answer)
    };
    standings(frame, chosen, tested, codes).into_iter().map(answer).collect()
}
