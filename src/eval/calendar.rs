//! Calendars in expressions: the occurrence next to a time, whether a time lies in one, and what lies beyond a calendar's knowledge.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::program::{CalendarId, Const, ContextId, Nearest, NodeId, Op};
use crate::check::types::Type;
use crate::facts::table::Cause;
use crate::syntax::expr::SpanUnit;
use crate::time::{Asked, BusinessDays, Calendar, Entry, Found, Instant, Kleene, Unreached, Zone};

use super::column::{Col, Truth, Vals};
use super::decision::UnknownFact;
use super::env::Env;
use super::expr::build;
use super::frame::{Frame, poss, truth_vals};
use super::length;
use super::value::{Could, Poss, Raw};

/// The calendar with that number.
#[must_use]
pub fn calendar<'p>(env: &Env<'p>, id: CalendarId) -> Option<&'p Arc<Calendar>> {
    env.program.calendars.get(usize::from(id.0)).map(|named| &named.times)
}

/// The start of the first occurrence after a time, or of the last one before it, for every row. Where there is none, that is unknown.
#[must_use]
pub fn nearest(frame: &Frame<'_>, which: Nearest, id: CalendarId, time: NodeId) -> Vals {
    let Some(calendar) = calendar(frame.env, id) else { return Vals::unknown(frame.len()) };
    let times = frame.vals(time);
    let seen = std::cell::RefCell::new(HashMap::new());
    let find = |raw: Raw| {
        let micros = raw.int()?;
        let found =
            *seen.borrow_mut().entry(micros).or_insert_with(|| start(calendar, which, Instant::from_micros(micros)));
        match found {
            Found::At(start) => Some(Raw::Int(start.micros())),
            Found::Nothing | Found::Unknown => None,
        }
    };
    match build(frame.len(), &Type::Time, |row| times.at(row).map(find, None)) {
        Col::Vals(vals) => vals,
        Col::Truth(truth) => truth_vals(&truth),
    }
}

fn start(calendar: &Calendar, which: Nearest, from: Option<Instant>) -> Found {
    match (which, from) {
        (Nearest::Next, Some(from)) => calendar.next_after(from),
        (Nearest::Last, Some(from)) => calendar.last_before(from),
        (_, None) => Found::Unknown,
    }
}

/// Whether a time lies in an occurrence, for every row. `none` lies in none.
#[must_use]
pub fn during(frame: &Frame<'_>, time: NodeId, id: CalendarId) -> Truth {
    let len = frame.len();
    let Some(calendar) = calendar(frame.env, id) else { return Truth::constant(len, Could::UNKNOWN) };
    let times = frame.vals(time);
    let mut seen: HashMap<i64, Could> = HashMap::new();
    let mut lies = |raw: &Raw| match raw {
        Raw::Int(micros) => *seen.entry(*micros).or_insert_with(|| {
            Instant::from_micros(*micros).map_or(Could::UNKNOWN, |at| super::period::could(calendar.during(at)))
        }),
        Raw::None | Raw::Decimal(_) => Could::certain(false),
    };
    Truth::collect(len, |row| match times.at(row) {
        Poss::One(raw) => lies(&raw),
        Poss::Set(raws) => raws.iter().fold(Could::default(), |could, raw| could.or_else(lies(raw))),
        Poss::Range(..) | Poss::Any => Could::UNKNOWN,
    })
}

/// The business days of a context on which a named calendar's days are none, whatever the context's own holidays.
#[must_use]
pub fn business_on(env: &Env<'_>, context: ContextId, id: CalendarId) -> Option<BusinessDays> {
    let own = env.business(context)?;
    Some(BusinessDays { week: own.week, not_on: vec![Arc::clone(calendar(env, id)?)], zone: own.zone.clone() })
}

/// What is not known where a calendar was asked beyond its knowledge: `nyse after 2028-12-26`.
#[must_use]
pub fn knowledge(env: &Env<'_>, id: CalendarId, zone: &Zone) -> Option<UnknownFact> {
    let named = env.program.calendars.get(usize::from(id.0))?;
    fact(&named.name, named.times.knows_until(zone)?, zone)
}

/// The same of any calendar, under the name by which people know it.
#[must_use]
pub fn fact(name: &str, known_until: Instant, zone: &Zone) -> Option<UnknownFact> {
    let last = Instant::from_micros(known_until.micros().checked_sub(1)?)?;
    let date = zone.date(last)?;
    Some(UnknownFact { fact: format!("{name} after {date}"), cause: Cause::Missing.as_str() })
}

/// What is not known of the days that an entry asks calendars for, up to an instant, and of those that these ask others for.
#[must_use]
pub fn unknown_days(env: &Env<'_>, entry: &Entry, to: Instant) -> Vec<UnknownFact> {
    let mut found = Vec::new();
    let mut seen: HashMap<*const Calendar, Instant> = HashMap::new();
    let mut asked: Vec<Asked<'_>> = entry.asks(to).collect();
    while let Some(Asked { calendar, zone, to }) = asked.pop() {
        let before = seen.entry(Arc::as_ptr(calendar)).or_insert(Instant::MIN);
        if *before >= to {
            continue;
        }
        *before = to;
        if calendar.knows_until(zone).is_some_and(|knows| knows <= to) {
            let named = env.program.calendars.iter().find(|named| Arc::ptr_eq(&named.times, calendar));
            found.extend(named.and_then(|named| fact(&named.name, calendar.knows_until(zone)?, zone)));
        } else {
            asked.extend(calendar.entries().iter().flat_map(|entry| entry.asks(to)));
        }
    }
    found
}

/// Whether a length counts business days, and on which calendars.
fn holidays(env: &Env<'_>, length: &Const, context: ContextId) -> Vec<CalendarId> {
    match length {
        Const::Span(_, SpanUnit::BusinessDay) => {
            env.program.contexts.get(usize::from(context.0)).map(|c| c.holidays.clone()).unwrap_or_default()
        }
        Const::BusinessDays(_, calendar) => vec![*calendar],
        _ => Vec::new(),
    }
}

/// The calendars beyond whose knowledge an operation on certain values lies.
#[must_use]
pub fn beyond(frame: &Frame<'_>, row: usize, op: &Op) -> Vec<UnknownFact> {
    let env = frame.env;
    let utc = Zone::utc();
    let one = |node: NodeId| poss(&frame.eval(node), row).one();
    match op {
        Op::Nearest(which, id, time) => {
            let from = one(*time).and_then(Raw::int).and_then(Instant::from_micros);
            let unknown = calendar(env, *id).is_some_and(|calendar| start(calendar, *which, from) == Found::Unknown);
            if unknown { knowledge(env, *id, &zone_of(env, *id)).into_iter().collect() } else { Vec::new() }
        }
        Op::During(time, id) => {
            let at = one(*time).and_then(Raw::int).and_then(Instant::from_micros);
            let unknown = at.zip(calendar(env, *id)).is_some_and(|(at, c)| c.during(at) == Kleene::Unknown);
            if unknown { knowledge(env, *id, &zone_of(env, *id)).into_iter().collect() } else { Vec::new() }
        }
        Op::Shift(time, span, back, context) | Op::Due { length: span, time: Some(time), before: back, context } => {
            let length = match one(*span) {
                Some(Raw::Int(micros)) => Some(Const::Duration(micros)),
                Some(packed) => length::unpack(packed),
                None => None,
            };
            let (Some(length), Some(Raw::Int(at))) = (length, one(*time)) else { return Vec::new() };
            let reached = if matches!(env.base(*time), Type::Date) {
                length::reach_date(env, at, &length, *back, *context).map(|_| ())
            } else {
                length::reach_time(env, at, &length, *back, *context).map(|_| ())
            };
            if reached != Err(Unreached::BeyondCalendar) {
                return Vec::new();
            }
            let zone = env.business(*context).map_or(&utc, |business| &business.zone);
            holidays(env, &length, *context).into_iter().filter_map(|id| knowledge(env, id, zone)).collect()
        }
        _ => Vec::new(),
    }
}

/// The zone by whose clock a calendar is told: that of its first entry.
#[must_use]
pub fn zone_of(env: &Env<'_>, id: CalendarId) -> Zone {
    let first = calendar(env, id).and_then(|calendar| calendar.entries().first());
    first.map_or_else(Zone::utc, |entry| entry.zone.clone())
}
