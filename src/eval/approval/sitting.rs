//! Sittings: the meeting that a change submitted in time can reach, before which no vote of it counts.

use crate::check::program::{Approval, Const, Meets};
use crate::check::schema::TableId;
use crate::time::{Found, Instant};

use super::super::calendar::{calendar, knowledge, zone_of};
use super::super::decision::UnknownFact;
use super::super::env::Env;
use super::super::facts::{fact_path, value};
use super::super::frame::{Frame, poss};
use super::super::length;
use super::super::value::{Poss, Raw};
use crate::check::program::VarId;

/// Sittings that are looked at before the search is given up: ten years of daily ones.
const LOOKED_AT: usize = 3_660;

/// When the votes of an approval are given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sitting {
    /// The calendar.
    pub calendar: String,
    /// The sitting that counts.
    pub at: When,
}

/// Which sitting it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// The one that starts then.
    At(i64),
    /// There is none.
    Never,
    /// It is not known which.
    Unknown,
}

/// The sitting of each row; none where the approval needs none.
#[must_use]
pub fn sittings(frame: &Frame<'_>, def: &Approval) -> Option<Vec<Sitting>> {
    let meets = def.meets.as_ref()?;
    let env = frame.env;
    let name = env.program.calendars.get(usize::from(meets.calendar.0)).map_or_else(String::new, |c| c.name.clone());
    let changes = frame.rows(VarId::CHANGE)?;
    let closes = meets.closes.map(|node| frame.eval(node));
    let of = |(row, change): (usize, &u32)| {
        let submitted = value(env, TableId::CHANGE, "submitted_at", *change).one().and_then(Raw::int);
        let lengths = closes.as_ref().map(|col| poss(col, row));
        let at = match (submitted, lengths) {
            (None, _) => When::Unknown,
            (Some(submitted), None) => first(env, def, meets, submitted, None),
            (Some(submitted), Some(Poss::One(raw))) => first(env, def, meets, submitted, length_of(raw).as_ref()),
            (Some(_), Some(_)) => When::Unknown,
        };
        Sitting { calendar: name.clone(), at }
    };
    Some(changes.iter().enumerate().map(of).collect())
}

fn length_of(raw: Raw) -> Option<Const> {
    match raw {
        Raw::Int(micros) => Some(Const::Duration(micros)),
        packed @ Raw::Decimal(_) => length::unpack(packed),
        Raw::None => None,
    }
}

/// The first sitting that closes no earlier than the change was submitted.
fn first(env: &Env<'_>, def: &Approval, meets: &Meets, submitted: i64, closes: Option<&Const>) -> When {
    let Some(calendar) = calendar(env, meets.calendar) else { return When::Unknown };
    let closing = |start: i64| match closes {
        None => Some(start),
        Some(length) => length::move_time(env, start, length, true, def.context),
    };
    // A sitting closes before it starts, so none that starts earlier will do.
    let Some(mut after) = submitted.checked_sub(1).and_then(Instant::from_micros) else { return When::Unknown };
    for _ in 0..LOOKED_AT {
        match calendar.next_after(after) {
            Found::At(start) => match closing(start.micros()) {
                Some(closed) if closed >= submitted => return When::At(start.micros()),
                Some(_) => after = start,
                None => return When::Unknown,
            },
            Found::Nothing => return When::Never,
            Found::Unknown => return When::Unknown,
        }
    }
    When::Unknown
}

/// What is not known of a sitting in one row.
#[must_use]
pub fn missing(frame: &Frame<'_>, row: usize, def: &Approval) -> Vec<UnknownFact> {
    let (Some(meets), Some(sittings)) = (&def.meets, sittings(frame, def)) else { return Vec::new() };
    if sittings.get(row).is_none_or(|sitting| sitting.at != When::Unknown) {
        return Vec::new();
    }
    let env = frame.env;
    let change = frame.rows(VarId::CHANGE).and_then(|rows| rows.get(row).copied());
    let submitted = change.and_then(|change| value(env, TableId::CHANGE, "submitted_at", change).one());
    if submitted.is_none() {
        let field = env.program.schema.find(TableId::CHANGE, "submitted_at");
        let path = field.and_then(|(field, _)| fact_path(frame, row, VarId::CHANGE, field, "asset"));
        return path.map(|(fact, cause)| UnknownFact { fact, cause: cause.as_str() }).into_iter().collect();
    }
    let closes: Vec<_> = meets.closes.into_iter().collect();
    let mut lacks = super::super::unknown::missing(frame, row, &closes, None);
    if lacks.is_empty() {
        lacks.extend(knowledge(env, meets.calendar, &zone_of(env, meets.calendar)));
    }
    if lacks.is_empty()
        && let Some(business) = env.business(def.context)
    {
        let holidays = env.program.contexts.get(usize::from(def.context.0)).map_or(&[][..], |c| c.holidays.as_slice());
        lacks.extend(holidays.iter().filter_map(|id| knowledge(env, *id, &business.zone)));
    }
    lacks
}
