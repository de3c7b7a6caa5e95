//! What a policy says of time: recurrences, calendars, calendar files, metrics.

use crate::ir::{RangeZone, TimeClause, Val};

/// Weekdays: Monday is 0.
pub type Weekday = u8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Every {
    Month,
    Quarter,
    Year,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnDay {
    /// Of the period's first month.
    Day(u8),
    Last,
    Nth(u8, Weekday),
    LastWeekday(Weekday),
    LastBusinessDays(u8),
}

/// On which days.
#[derive(Clone, Debug, PartialEq)]
pub enum Recur {
    Weekly(Vec<Weekday>),
    On(Every, Vec<OnDay>),
}

/// How long something lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Elapsed minutes.
    Minutes(i64),
    /// Days, to the same wall clock.
    Days(i64),
}

/// When on these days, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    WholeDay,
    Clock(i32, i32),
    Lasting(Option<i32>, Length),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freq {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule of RFC 5545 whose parts go down to the day and the minute.
#[derive(Clone, Debug, PartialEq)]
pub struct RRule {
    pub freq: Freq,
    pub interval: i64,
    /// Day and minute.
    pub start: Option<(i32, i32)>,
    pub count: Option<i64>,
    /// Day and minute, in UTC.
    pub until: Option<(i32, i32)>,
    pub by_month: Vec<i32>,
    pub by_month_day: Vec<i32>,
    /// With which one of the month, from its end where it is negative.
    pub by_day: Vec<(Option<i32>, Weekday)>,
    pub by_hour: Vec<i32>,
    pub by_minute: Vec<i32>,
    /// `RRULE:` stands before it.
    pub prefix: bool,
}

/// An event of a calendar file.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub at: EventAt,
    /// It comes again every year.
    pub yearly: bool,
    pub cancelled: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum EventAt {
    /// First day, and how many.
    Days(i32, i32),
    /// Minutes since 1970-01-01T00:00Z.
    Utc(i64, i64),
    /// A local time (day and minute) without a zone, and minutes.
    Floating(i32, i32, i64),
}

/// A calendar file.
#[derive(Clone, Debug, PartialEq)]
pub struct IcsFile {
    pub name: String,
    pub events: Vec<Event>,
}

/// A named calendar.
#[derive(Clone, Debug)]
pub struct Cal {
    pub name: String,
    pub times: Vec<TimeClause>,
    /// The last day that its file knows of.
    pub covers: Option<i32>,
}

/// `metric name { series …}`
#[derive(Clone, Debug)]
pub struct Metric {
    pub name: String,
    pub series: &'static str,
    /// `of asset.services by label "service"` rather than of the asset itself.
    pub of_services: bool,
    pub stale_minutes: Option<i64>,
    pub percent: bool,
}

/// `meets C, closes SPAN before`
#[derive(Clone, Debug)]
pub struct Meets {
    pub calendar: String,
    /// A duration or a span.
    pub closes: Option<Val>,
}

/// Further kinds of time clauses.
#[derive(Clone, Debug)]
pub enum Times {
    Recur(Recur, Hours),
    Rule(RRule, Length),
    /// A calendar file by its name, and the last day that it knows of.
    File(String, Option<i32>),
    Calendar(String),
}

/// A time clause with what any of them takes.
#[derive(Clone, Debug)]
pub struct Clause {
    pub times: Times,
    pub zone: RangeZone,
    pub not_on: Vec<String>,
}
