//! Reading a rule, and refusing what means nothing.

use super::clock::Clock;
use super::dates::{Dates, code, most};
use super::{By, DayOf, End, Frequency, RRule, RRuleError, RRuleUntil};
use crate::time::{Date, Instant, LocalDateTime, LocalTime, Weekday};
use std::ops::Range;

/// The largest `INTERVAL`: seconds of more than a hundred years, and more years than there are.
const LONGEST_INTERVAL: i64 = 4_294_967_295;

/// A piece of the text and where it stands.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Piece<'a> {
    fn range(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// The pieces between separators.
    fn split(self, separator: char) -> impl Iterator<Item = Self> + use<'a> {
        let mut at = self.at;
        self.text.split(separator).map(move |text| {
            let piece = Self { text, at };
            at += text.len() + separator.len_utf8();
            piece
        })
    }

    fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (left, right) = self.text.split_once(separator)?;
        let after = self.at + left.len() + separator.len_utf8();
        Some((Self { text: left, at: self.at }, Self { text: right, at: after }))
    }

    /// Without white space at its ends.
    fn trimmed(self) -> Self {
        let start = self.text.trim_start();
        Self { text: start.trim_end(), at: self.at + self.text.len() - start.len() }
    }

    fn error(self, message: impl Into<String>, help: impl Into<Option<String>>) -> RRuleError {
        RRuleError { message: message.into(), help: help.into(), at: self.range() }
    }
}

/// The parts of a rule that have been read.
#[derive(Default)]
struct Parts<'a> {
    frequency: Option<(Piece<'a>, Frequency)>,
    interval: Option<i64>,
    count: Option<(Piece<'a>, u64)>,
    until: Option<(Piece<'a>, RRuleUntil)>,
    week_start: Option<Weekday>,
    by: By,
    /// Every part by its name, to find doubles and to point at.
    seen: Vec<(&'static str, Piece<'a>)>,
}

/// The parts of a rule by their names.
const NAMES: [&str; 14] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "BYSETPOS",
];

/// Reads the value of an `RRULE` property that stands `at` bytes into the text.
pub(super) fn rule(text: &str, at: usize) -> Result<RRule, RRuleError> {
    let whole = Piece { text, at }.trimmed();
    let mut parts = Parts::default();
    let mut pieces = whole.split(';').peekable();
    while let Some(piece) = pieces.next() {
        // Some programs end a rule with a semicolon.
        if piece.text.is_empty() && pieces.peek().is_none() && !parts.seen.is_empty() {
            break;
        }
        parts.read(piece)?;
    }
    parts.finish(whole)
}

impl<'a> Parts<'a> {
    fn read(&mut self, piece: Piece<'a>) -> Result<(), RRuleError> {
        let form = || Some("a rule is made of parts like `FREQ=MONTHLY;BYDAY=2TU`".to_owned());
        let (name, value) = match piece.split_once('=') {
            Some((name, value)) if !name.text.is_empty() => (name.trimmed(), value.trimmed()),
            _ if piece.text.is_empty() => return Err(piece.error("a part of the rule is empty", form())),
            _ => return Err(piece.error(format!("`{}` is no part of a rule", piece.text), form())),
        };
        let upper = name.text.to_ascii_uppercase();
        if upper == "RSCALE" || upper == "SKIP" {
            let help = "rules follow the Gregorian calendar, and dates that do not exist are left out";
            return Err(piece.error(format!("`{upper}` (RFC 7529) is not supported"), help.to_owned()));
        }
        let Some(known) = NAMES.into_iter().find(|known| *known == upper) else {
            let help = format!("a rule has the parts {}", NAMES.join(", "));
            return Err(name.error(format!("unknown part `{}`", name.text), help));
        };
        if self.seen.iter().any(|(seen, _)| *seen == known) {
            return Err(piece.error(format!("`{known}` occurs twice"), None));
        }
        self.seen.push((known, piece));
        if value.text.is_empty() {
            return Err(piece.error(format!("`{known}` has no value"), None));
        }
        let by = &mut self.by;
        match known {
            "FREQ" => self.frequency = Some((piece, frequency(value)?)),
            "INTERVAL" => self.interval = Some(number(value, known, 1, LONGEST_INTERVAL)?),
            "COUNT" => self.count = Some((piece, number(value, known, 1, i64::MAX)?.unsigned_abs())),
            "UNTIL" => self.until = Some((piece, until(value)?)),
            "WKST" => self.week_start = Some(weekday(value)?),
            "BYMONTH" => by.month = numbers(value, known, 1, 12)?,
            "BYWEEKNO" => by.week = numbers(value, known, -53, 53)?,
            "BYYEARDAY" => by.year_day = numbers(value, known, -366, 366)?,
            "BYMONTHDAY" => by.month_day = numbers(value, known, -31, 31)?,
            "BYDAY" => by.day = days(value)?,
            "BYHOUR" => by.hour = numbers(value, known, 0, 23)?,
            "BYMINUTE" => by.minute = numbers(value, known, 0, 59)?,
            "BYSECOND" => {
                // Local times have no leap second; RFC 5545 (3.3.12) reads it as the second before.
                by.second = numbers(value, known, 0, 60)?.into_iter().map(|second| second.min(59)).collect();
                by.second.dedup();
            }
            _ => by.position = numbers(value, known, -366, 366)?,
        }
        Ok(())
    }

    /// Where a part stands.
    fn part(&self, name: &str) -> Option<Piece<'a>> {
        self.seen.iter().find(|(seen, _)| *seen == name).map(|(_, piece)| *piece)
    }

    fn finish(self, whole: Piece<'a>) -> Result<RRule, RRuleError> {
        let Some((_, frequency)) = self.frequency else {
            let help = format!("begin with one of {}", frequencies().join(", "));
            return Err(whole.error("a rule needs `FREQ`", help));
        };
        self.combinations(frequency)?;
        let end = match (self.count, self.until) {
            (Some((count, _)), Some((until, _))) => {
                let later = if count.at > until.at { count } else { until };
                return Err(later.error("`COUNT` and `UNTIL` cannot both end a rule", "keep one of them".to_owned()));
            }
            (Some((_, count)), None) => End::Count(count),
            (None, Some((_, until))) => End::Until(until),
            (None, None) => End::Never,
        };
        let at_position = self.part("BYSETPOS");
        let (interval, week_start) = (self.interval.unwrap_or(1), self.week_start.unwrap_or(Weekday::Monday));
        let rule = RRule { frequency, interval, end, week_start, by: self.by };
        if !Dates::of(&rule).can_fit() {
            return Err(whole.error("no date can ever fit this rule", "it asks for days that no year has".to_owned()));
        }
        let most = most(&rule).saturating_mul(Clock::spread(&rule, 0).len());
        let nearest = rule.by.position.iter().map(|n| n.abs()).min().unwrap_or(1);
        match at_position {
            Some(part) if nearest > most => {
                let period = match frequency {
                    Frequency::Secondly => "second",
                    Frequency::Minutely => "minute",
                    Frequency::Hourly => "hour",
                    Frequency::Daily => "day",
                    Frequency::Weekly => "week",
                    Frequency::Monthly => "month",
                    Frequency::Yearly => "year",
                };
                let help = format!("no {period} has more than {most} times to choose from");
                Err(part.error("`BYSETPOS` chooses nothing", help))
            }
            _ => Ok(rule),
        }
    }

    /// What RFC 5545 rules out for a frequency.
    fn combinations(&self, frequency: Frequency) -> Result<(), RRuleError> {
        let freq = frequency.name();
        let refuse = |name: &str, wanted: bool, help: &str| match self.part(name) {
            Some(part) if !wanted => {
                Err(part.error(format!("`{name}` has no meaning with `FREQ={freq}`"), help.to_owned()))
            }
            _ => Ok(()),
        };
        refuse("BYWEEKNO", frequency == Frequency::Yearly, "weeks are numbered within a year: write `FREQ=YEARLY`")?;
        let between = matches!(frequency, Frequency::Daily | Frequency::Weekly | Frequency::Monthly);
        refuse("BYYEARDAY", !between, "write `FREQ=YEARLY`")?;
        refuse("BYMONTHDAY", frequency != Frequency::Weekly, "write `FREQ=MONTHLY`")?;
        if let (Some(part), Some(nth)) = (self.part("BYDAY"), self.by.day.iter().find(|of| of.nth != 0)) {
            let day = code(nth.day);
            if frequency < Frequency::Monthly {
                let message = format!("`{nth}` has no meaning with `FREQ={freq}`");
                let help = format!("write `{day}`, or count within a month or a year: `FREQ=MONTHLY;BYDAY={nth}`");
                return Err(part.error(message, help));
            }
            if self.part("BYWEEKNO").is_some() {
                let message = format!("`{nth}` has no meaning with `BYWEEKNO`");
                return Err(part.error(message, format!("a week has one of each day: write `{day}`")));
            }
        }
        let others = self.seen.iter().filter(|(name, _)| name.starts_with("BY")).count();
        match self.part("BYSETPOS") {
            Some(part) if others < 2 => {
                let help = "add the part to choose from, as in `BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1`";
                Err(part.error("`BYSETPOS` has nothing to choose from", help.to_owned()))
            }
            _ => Ok(()),
        }
    }
}

fn frequencies() -> [&'static str; 7] {
    Frequency::ALL.map(Frequency::name)
}

fn frequency(value: Piece) -> Result<Frequency, RRuleError> {
    let found = Frequency::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(value.text));
    let error = || {
        value.error(format!("unknown frequency `{}`", value.text), format!("it is one of {}", frequencies().join(", ")))
    };
    found.ok_or_else(error)
}

/// A whole number with an optional sign.
fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // What is too long to hold is out of every range as well.
    Some(text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
}

/// A number from `least` to `most`; 0 is out of range where numbers may be negative.
fn number(value: Piece, name: &str, least: i64, most: i64) -> Result<i64, RRuleError> {
    let value = value.trimmed();
    let signed = least < 0;
    let allowed = |n: &i64| (least..=most).contains(n) && !(signed && *n == 0);
    if let Some(found) = integer(value.text).filter(allowed) {
        return Ok(found);
    }
    let help = match (signed, most) {
        (true, _) => format!("it goes from 1 to {most}, or from -1 to {least}, counted from the end"),
        (false, i64::MAX) => format!("it is at least {least}"),
        (false, _) => format!("it goes from {least} to {most}"),
    };
    let message = match integer(value.text) {
        Some(_) => format!("`{name}` cannot be `{}`", value.text),
        None => format!("`{}` is no number for `{name}`", value.text),
    };
    Err(value.error(message, help))
}

/// A list of numbers, sorted and without doubles.
fn numbers(value: Piece, name: &str, least: i64, most: i64) -> Result<Vec<i64>, RRuleError> {
    let mut list = value.split(',').map(|item| number(item, name, least, most)).collect::<Result<Vec<_>, _>>()?;
    list.sort_unstable();
    list.dedup();
    Ok(list)
}

fn weekday(value: Piece) -> Result<Weekday, RRuleError> {
    let found = Weekday::ALL.into_iter().find(|day| code(*day).eq_ignore_ascii_case(value.text));
    let help = || "the days are MO, TU, WE, TH, FR, SA, SU".to_owned();
    found.ok_or_else(|| value.error(format!("`{}` is no day of the week", value.text), help()))
}

/// `MO,2TU,-1FR`.
fn days(value: Piece) -> Result<Vec<DayOf>, RRuleError> {
    let day = |item: Piece| {
        let item = item.trimmed();
        let letters = item.text.trim_start_matches(|c: char| !c.is_alphabetic());
        let (before, _) = item.text.split_at_checked(item.text.len() - letters.len()).unwrap_or_default();
        let name = Piece { text: letters, at: item.at + before.len() };
        let day = weekday(if letters.is_empty() { item } else { name })?;
        let nth = if before.is_empty() { 0 } else { number(Piece { text: before, at: item.at }, "BYDAY", -53, 53)? };
        Ok(DayOf { day, nth })
    };
    let mut list = value.split(',').map(day).collect::<Result<Vec<_>, _>>()?;
    list.sort_unstable();
    list.dedup();
    Ok(list)
}

/// `20261224`, `20261224T120000` or `20261224T120000Z`.
fn until(value: Piece) -> Result<RRuleUntil, RRuleError> {
    let error = || {
        let help = "write a date and time like `20261224T235959Z`, or a date like `20261224`";
        value.error(format!("`{}` is no end for a rule", value.text), help.to_owned())
    };
    let (date, time) = basic(value.text).ok_or_else(error)?;
    match time {
        None => Ok(RRuleUntil::Date(date)),
        Some((local, false)) => Ok(RRuleUntil::Local(local)),
        Some((local, true)) => Instant::from_micros(local.wall()).map(RRuleUntil::Utc).ok_or_else(error),
    }
}

/// A date of iCalendar, and the time on it with whether it is in UTC.
fn basic(text: &str) -> Option<(Date, Option<(LocalDateTime, bool)>)> {
    let (date, time) = text.split_once(['T', 't']).map_or((text, None), |(date, time)| (date, Some(time)));
    let [year, month, day] = fields(date, [4, 2, 2])?;
    let date = Date::from_ymd(year, month, day)?;
    let Some(time) = time else { return Some((date, None)) };
    let clock = time.strip_suffix(['Z', 'z']);
    let [hour, minute, second] = fields(clock.unwrap_or(time), [2, 2, 2])?;
    let time = LocalTime::from_hms(hour, minute, if second == 60 { 59 } else { second })?;
    if hour > 23 {
        return None;
    }
    Some((date, Some((LocalDateTime::new(date, time)?, clock.is_some()))))
}

/// Numbers of that many digits each, which make up the whole text.
fn fields<const N: usize>(text: &str, widths: [usize; N]) -> Option<[i64; N]> {
    if text.len() != widths.iter().sum::<usize>() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut rest = text;
    let mut next = |width: usize| {
        let (head, tail) = rest.split_at_checked(width)?;
        rest = tail;
        head.parse::<i64>().ok()
    };
    let mut values = [0; N];
    for (value, width) in values.iter_mut().zip(widths) {
        *value = next(width)?;
    }
    Some(values)
}

/// Reads a rule and, before or after it, its start.
pub(super) fn with_start(text: &str) -> Result<(RRule, Option<LocalDateTime>), RRuleError> {
    let whole = Piece { text, at: 0 };
    let (mut found, mut begin): (Option<RRule>, Option<Piece>) = (None, None);
    for line in whole.split('\n').map(Piece::trimmed).filter(|line| !line.text.is_empty()) {
        let upper = line.text.to_ascii_uppercase();
        if upper.starts_with("DTSTART") {
            if begin.is_some() {
                return Err(line.error("a second `DTSTART`", "a rule has one start".to_owned()));
            }
            begin = Some(line);
            continue;
        }
        if found.is_some() {
            return Err(line.error("a second rule", "write one rule in each `rrule`".to_owned()));
        }
        let value = match line.split_once(':') {
            Some((name, value)) if name.text.trim().eq_ignore_ascii_case("RRULE") => value,
            _ => line,
        };
        found = Some(rule(value.text, value.at)?);
    }
    let Some(rule) = found else {
        return Err(begin
            .unwrap_or(whole)
            .error("there is no rule", "write one like `FREQ=MONTHLY;BYDAY=2TU`".to_owned()));
    };
    let Some(line) = begin else { return Ok((rule, None)) };
    match start(line)? {
        (local, true) => Ok((rule, Some(local))),
        (local, false) => match rule.on_dates() {
            Some(rule) => Ok((rule, Some(local))),
            None => {
                let message = format!("a rule with `FREQ={}` needs a time of day to start at", rule.frequency.name());
                Err(line.error(message, "write the start as `DTSTART:20260105T090000`".to_owned()))
            }
        },
    }
}

/// The start that a `DTSTART` line names, and whether it has a time.
fn start(line: Piece) -> Result<(LocalDateTime, bool), RRuleError> {
    let help = || Some("write the start as `DTSTART:20260105T090000`".to_owned());
    let Some((name, value)) = line.split_once(':') else {
        return Err(line.error("`DTSTART` has no value", help()));
    };
    let name_upper = name.text.trim().to_ascii_uppercase();
    if name_upper.contains("TZID") {
        let help = "the zone is the one that follows with `in`; leave `TZID` out";
        return Err(name.error("a rule's start has no zone of its own", help.to_owned()));
    }
    if !matches!(name_upper.as_str(), "DTSTART" | "DTSTART;VALUE=DATE" | "DTSTART;VALUE=DATE-TIME") {
        return Err(name.error(format!("`{}` is no start", name.text), help()));
    }
    let value = value.trimmed();
    match basic(value.text) {
        Some((_, Some((_, true)))) => {
            let help = "write the local time of the zone that follows with `in`, without the `Z`";
            Err(value.error("a rule's start has no zone of its own", help.to_owned()))
        }
        Some((_, Some((local, false)))) => Ok((local, true)),
        Some((date, None)) => Ok((LocalDateTime::start_of(date), false)),
        None => Err(value.error(format!("`{}` is no date and time", value.text), help())),
    }
}
