//! Instants, dates, zones, durations, spans, intervals and recurrences.
//!
//! Everything here is a pure function of its arguments: `now` is always one of them, and the time-zone database is the
//! one that the program embeds ([`tzdb_version`]). Times are whole microseconds, years run from 1 to 9999, and whatever
//! leaves that range is `None`, never a panic.

mod business;
mod calendar;
mod coverage;
mod date;
mod day_table;
mod days;
mod duration;
mod entry;
pub mod ical;
mod instant;
mod interval;
mod lasting;
mod local;
mod may_start;
mod offsets;
mod parse;
mod periodic;
mod recurrence;
mod rrule;
mod rules;
mod search;
mod span;
mod starts;
mod stream;
mod tzdb;
mod weekday;
mod weekly;
mod zone;

pub use business::{BusinessDays, Unreached};
pub use calendar::{Calendar, Found};
pub use coverage::{Overlap, overlap, union_inside};
pub use date::Date;
pub use duration::{Duration, DurationError, parse_duration, parse_iso_duration};
pub use entry::{Asked, Entry, Occurrence, Sure};
pub use instant::Instant;
pub use interval::{Interval, Kleene, Tested};
pub use lasting::{Hours, Lasting};
pub use local::{LocalDateTime, LocalTime};
pub use may_start::{may_start_certainly_clear_of, may_start_clear_of, may_start_inside};
pub use parse::{TimeError, TimeValue, parse_date, parse_instant, parse_local_datetime, parse_local_time, parse_time};
pub(crate) use parse::{plain_date, plain_instant};
pub use periodic::{Every, OnDay, Periodic};
pub use recurrence::{Bound, Recurrence, Role, Rule};
pub use rrule::{RRule, RRuleError, RRuleGaveUp, RRuleStarts, RRuleUntil};
pub use span::{BusinessWeek, Span, SpanUnit, add_span, add_span_to_date};
pub use starts::{First, Limit, Source, StartRange, Starts};
pub use stream::{Occurrences, occurrences};
pub use tzdb::{install_tzdb, tzdb_version, zone_names};
pub use weekday::{Weekday, Weekdays};
pub use weekly::Weekly;
pub use zone::Zone;

use span::add_calendar_span;

#[cfg(test)]
mod tests;
