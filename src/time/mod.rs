//! Instants, dates, zones, durations, spans, intervals and recurrences.
//!
//! Everything here is a pure function of its arguments: `now` is always one of them, and the time-zone database is the
//! one that the program embeds ([`tzdb_version`]). Times are whole microseconds, years run from 1 to 9999, and whatever
//! leaves that range is `None`, never a panic.

mod calendar;
mod coverage;
mod date;
mod duration;
mod instant;
mod interval;
mod local;
mod parse;
mod recurrence;
mod rrule;
mod span;
mod weekday;
mod zone;

pub use calendar::{Calendar, Lasting};
pub use coverage::{Overlap, overlap, union_inside};
pub use date::Date;
pub use duration::{Duration, DurationError, parse_duration, parse_iso_duration};
pub use instant::Instant;
pub use interval::{Interval, Kleene, Tested};
pub use local::{LocalDateTime, LocalTime};
pub use parse::{TimeError, TimeValue, parse_date, parse_instant, parse_local_datetime, parse_local_time, parse_time};
pub use recurrence::{Bound, Occurrences, Recurrence, Role, Weekly, occurrences};
pub use rrule::{RRule, RRuleError, RRuleStarts, RRuleUntil};
pub use span::{BusinessWeek, Span, SpanUnit, add_span, add_span_to_date};
pub use weekday::{Weekday, Weekdays};
pub use zone::{Zone, tzdb_version, zone_names};

#[cfg(test)]
mod tests;
