//! Writes what a policy says of time, and the calendar files beside it.

use std::fmt::Write;

use crate::ir::*;
use crate::oracle::days;
use crate::print::{DAYS, clock, date};
use crate::rng::Rng;

/// The calendar files beside a policy: name and text.
pub fn files(policy: &Policy) -> Vec<(String, String)> {
    policy.files.iter().map(|f| (f.name.clone(), ics(f))).collect()
}

/// The calendars and metrics of a policy.
pub fn statements(policy: &Policy, rng: &mut Rng) -> Vec<String> {
    let mut out: Vec<String> = policy.cals.iter().map(|c| calendar(c, rng)).collect();
    out.extend(policy.metrics.iter().map(|m| metric(m, rng)));
    out
}

fn calendar(c: &Cal, rng: &mut Rng) -> String {
    let mut clauses: Vec<String> = c
        .times
        .iter()
        .map(|t| match t {
            TimeClause::Clause(Clause { times: Times::File(file, _), zone, .. }) => {
                format!("  file \"{file}\"{}", zoned(zone))
            }
            other => crate::print::time_clause(other),
        })
        .collect();
    clauses.extend(c.covers.map(|day| format!("  covers until {}", date(day))));
    rng.shuffle(&mut clauses);
    format!("calendar {} \"A calendar\" {{\n{}\n}}\n", c.name, clauses.join("\n"))
}

fn metric(m: &Metric, rng: &mut Rng) -> String {
    let mut clauses = vec![format!("  series \"{}\"", m.series)];
    if m.of_services {
        clauses.push("  of asset.services by label \"service\"".to_owned());
    }
    clauses.extend(m.stale_minutes.map(|n| format!("  stale after {n}min")));
    clauses.push(format!("  unit {}", if m.percent { "percent" } else { "number" }));
    rng.shuffle(&mut clauses);
    format!("metric {} \"A metric\" {{\n{}\n}}\n", m.name, clauses.join("\n"))
}

pub fn zoned(zone: &RangeZone) -> String {
    match zone {
        RangeZone::Policy => String::new(),
        RangeZone::Fixed(zone) => format!(" in \"{zone}\""),
        RangeZone::Asset => " in asset.timezone".to_owned(),
    }
}

/// A clause that says when.
pub fn clause(c: &Clause) -> String {
    let mut out = match &c.times {
        Times::Recur(on, hours) => format!("  every {}{}", recur(on), self::hours(hours)),
        Times::Rule(rule, lasting) => format!("  rrule \"{}\" lasting {}", rule_text(rule), length(*lasting)),
        Times::File(file, covers) => {
            let covers = covers.map(|day| format!(" covers until {}", date(day))).unwrap_or_default();
            format!("  calendar \"{file}\"{covers}")
        }
        Times::Calendar(name) => format!("  calendar {name}"),
    };
    out.push_str(&zoned(&c.zone));
    if !c.not_on.is_empty() {
        let _ = write!(out, " not on {}", c.not_on.join(", "));
    }
    out
}

fn recur(on: &Recur) -> String {
    let weekday = |d: u8| DAYS[usize::from(d)];
    match on {
        Recur::Weekly(days) => crate::print::days(days),
        Recur::On(every, which) => {
            let every = ["month", "quarter", "year"][*every as usize];
            let one = |on: &OnDay| match on {
                OnDay::Day(n) => format!("day {n}"),
                OnDay::Last => "last day".to_owned(),
                OnDay::Nth(n, d) => {
                    format!("{} {}", ["first", "second", "third", "fourth", "fifth"][usize::from(*n) - 1], weekday(*d))
                }
                OnDay::LastWeekday(d) => format!("last {}", weekday(*d)),
                OnDay::LastBusinessDays(1) => "last business day".to_owned(),
                OnDay::LastBusinessDays(n) => format!("last {n} business days"),
            };
            format!("{every} on {}", which.iter().map(one).collect::<Vec<_>>().join(", "))
        }
    }
}

fn hours(hours: &Hours) -> String {
    match hours {
        Hours::WholeDay => String::new(),
        Hours::Clock(from, to) => format!(" {} to {}", clock(*from), clock(*to)),
        Hours::Lasting(None, n) => format!(" lasting {}", length(*n)),
        Hours::Lasting(Some(from), n) => format!(" {} lasting {}", clock(*from), length(*n)),
    }
}

fn length(length: Length) -> String {
    match length {
        Length::Minutes(n) => crate::print::duration(n * 60_000_000),
        Length::Days(1) => "1 day".to_owned(),
        Length::Days(n) if n % 7 == 0 => format!("{} week{}", n / 7, if n == 7 { "" } else { "s" }),
        Length::Days(n) => format!("{n} days"),
    }
}

fn stamp(day: i32, minute: i32) -> String {
    let (y, m, d) = days::civil(day);
    format!("{y:04}{m:02}{d:02}T{:02}{:02}00", minute / 60, minute % 60)
}

pub fn rule_text(rule: &RRule) -> String {
    const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let list = |numbers: &[i32]| numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    let mut parts = vec![format!("FREQ={}", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"][rule.freq as usize])];
    if rule.interval > 1 {
        parts.push(format!("INTERVAL={}", rule.interval));
    }
    parts.extend(rule.count.map(|n| format!("COUNT={n}")));
    parts.extend(rule.until.map(|(day, minute)| format!("UNTIL={}Z", stamp(day, minute))));
    for (name, numbers) in [
        ("BYMONTH", &rule.by_month),
        ("BYMONTHDAY", &rule.by_month_day),
        ("BYHOUR", &rule.by_hour),
        ("BYMINUTE", &rule.by_minute),
    ] {
        if !numbers.is_empty() {
            parts.push(format!("{name}={}", list(numbers)));
        }
    }
    if !rule.by_day.is_empty() {
        let one = |(nth, day): &(Option<i32>, u8)| {
            format!("{}{}", nth.map(|n| n.to_string()).unwrap_or_default(), NAMES[usize::from(*day)])
        };
        parts.push(format!("BYDAY={}", rule.by_day.iter().map(one).collect::<Vec<_>>().join(",")));
    }
    let parts = parts.join(";");
    match rule.start {
        Some((day, minute)) => format!("DTSTART:{}\\nRRULE:{parts}", stamp(day, minute)),
        None if rule.prefix => format!("RRULE:{parts}"),
        None => parts,
    }
}

pub fn ics(file: &IcsFile) -> String {
    let day = |day: i32| {
        let (y, m, d) = days::civil(day);
        format!("{y:04}{m:02}{d:02}")
    };
    let mut lines = vec!["BEGIN:VCALENDAR".to_owned(), "VERSION:2.0".to_owned(), "PRODID:-//laws//EN".to_owned()];
    for (n, event) in file.events.iter().enumerate() {
        lines.push("BEGIN:VEVENT".to_owned());
        lines.push(format!("UID:{n}@laws.example"));
        lines.push("DTSTAMP:20260101T000000Z".to_owned());
        match &event.at {
            EventAt::Days(from, 1) => lines.push(format!("DTSTART;VALUE=DATE:{}", day(*from))),
            EventAt::Days(from, many) => {
                lines.push(format!("DTSTART;VALUE=DATE:{}", day(*from)));
                lines.push(format!("DTEND;VALUE=DATE:{}", day(from + many)));
            }
            EventAt::Utc(from, many) => {
                let utc =
                    |minute: i64| format!("{}Z", stamp(minute.div_euclid(1440) as i32, minute.rem_euclid(1440) as i32));
                lines.push(format!("DTSTART:{}", utc(*from)));
                lines.push(format!("DTEND:{}", utc(from + many)));
            }
            EventAt::Floating(day, minute, many) => {
                lines.push(format!("DTSTART:{}", stamp(*day, *minute)));
                lines.push(format!("DURATION:PT{many}M"));
            }
        }
        if event.yearly {
            lines.push("RRULE:FREQ=YEARLY".to_owned());
        }
        if event.cancelled {
            lines.push("STATUS:CANCELLED".to_owned());
        }
        lines.push(format!("SUMMARY:Event {n}"));
        lines.push("END:VEVENT".to_owned());
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}
