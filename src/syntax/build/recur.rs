//! Recurrences as others write them: `every weekend`, `every last friday of the month`, `every 2 weeks`, a line of cron.

use super::super::codes;
use super::super::expr::{Expr, ExprKind};
use super::super::grammar::Rule;
use super::super::source::Span;
use super::super::tree::{Period, TimeForm, Weekday};
use super::{Builder, Pair};

impl Builder<'_> {
    /// `weekend`, `weekdays`: the days that are meant.
    pub(super) fn foreign_days(&mut self, pair: &Pair<'_>) -> Vec<Weekday> {
        let text = pair.as_str().trim().to_owned();
        let weekend = text.starts_with("weekend");
        let ours = if weekend { "saturday, sunday" } else { "weekday" };
        let span = self.tight(pair);
        self.foreign(
            codes::FOREIGN_RECURRENCE,
            span,
            format!("`{text}` is written `{ours}` here"),
            "no day of the week",
            format!("write `every {ours}`"),
        );
        Weekday::ALL.into_iter().filter(|day| (*day >= Weekday::Saturday) == weekend).collect()
    }

    /// Behind `every`: what has another form here.
    pub(super) fn foreign_every(&mut self, pair: Pair<'_>) -> Option<TimeForm> {
        let span = self.tight(&pair);
        let text = self.source(span).split_whitespace().collect::<Vec<&str>>().join(" ");
        match pair.as_rule() {
            Rule::compat_nth => {
                let mut period = Period::Month;
                let mut day = None;
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::compat_of_month => {
                            for word in inner.into_inner() {
                                match word.as_rule() {
                                    Rule::kw_quarter => period = Period::Quarter,
                                    Rule::kw_year => period = Period::Year,
                                    _ => {}
                                }
                            }
                        }
                        _ => day = Some(inner),
                    }
                }
                let day = day?;
                let place = self.tight(&day);
                let shown = self.source(place).split_whitespace().collect::<Vec<&str>>().join(" ");
                let known = self.problems.len();
                let day = self.period_day(day);
                // One message says it all.
                self.problems.truncate(known);
                let word = match period {
                    Period::Month => "month",
                    Period::Quarter => "quarter",
                    Period::Year => "year",
                };
                let ours = ["1st", "2nd", "3rd", "4th", "5th"]
                    .into_iter()
                    .zip(["first", "second", "third", "fourth", "fifth"])
                    .fold(shown, |text, (theirs, ours)| text.replace(theirs, ours));
                self.foreign(
                    codes::FOREIGN_RECURRENCE,
                    span,
                    format!("`every {text}` is written `every {word} on {ours}` here"),
                    "a day of a month",
                    format!("write `every {word} on {ours}`"),
                );
                Some(TimeForm::Periodic { period, days: vec![day], clock: None })
            }
            Rule::compat_interval => {
                self.foreign(
                    codes::FOREIGN_RECURRENCE,
                    span,
                    "`every` takes no number: it would not say which of them to begin with",
                    "every second, third, …",
                    "write an rrule with its first day, such as `rrule \"DTSTART:20260104T020000\\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU\" lasting 4h`",
                );
                None
            }
            _ => {
                let line = self.text(&pair).plain().unwrap_or_default();
                self.line_of_cron(span, &line);
                None
            }
        }
    }

    /// `every "0 2 * * 0"`, `rrule "0 2 * * 0"`
    fn line_of_cron(&mut self, span: Span, line: &str) {
        let otherwise = || "write `every sunday 02:00 to 06:00`, or an `rrule` with `lasting`".to_owned();
        self.foreign(
            codes::FOREIGN_RECURRENCE,
            span,
            "a recurrence is written in words, not as a line of cron",
            "says neither when it ends nor in which zone",
            cron_in_words(line).unwrap_or_else(otherwise),
        );
    }

    /// The rule behind `rrule`, if it is no line of cron.
    pub(super) fn rule_text(&mut self, rule: Expr) -> Option<TimeForm> {
        if let ExprKind::Str(text) = &rule.kind
            && let Some(line) = text.plain()
            && is_cron(&line)
        {
            self.line_of_cron(text.span, &line);
            return None;
        }
        Some(TimeForm::Rule(rule))
    }
}

/// A simple line of cron as it is written here, as a proposal.
fn cron_in_words(line: &str) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else { return None };
    let (minute, hour): (u32, u32) = (minute.parse().ok()?, hour.parse().ok()?);
    if minute > 59 || hour > 23 || *month != "*" {
        return None;
    }
    let every = match (*day, *weekday) {
        ("*" | "?", "*" | "?") => "day".to_owned(),
        ("*" | "?", "1-5" | "MON-FRI") => "weekday".to_owned(),
        ("*" | "?", days) => {
            let names: Option<Vec<&str>> = days.split(',').map(cron_day).collect();
            names?.join(", ")
        }
        (day, "*" | "?") => format!("month on day {}", day.parse::<u32>().ok().filter(|day| (1..=31).contains(day))?),
        _ => return None,
    };
    Some(format!(
        "write `every {every} {hour:02}:{minute:02} lasting 4h in \"UTC\"`, with the length and zone that are meant"
    ))
}

fn cron_day(text: &str) -> Option<&'static str> {
    let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    let number = text.parse::<usize>().ok().map(|day| day % 7);
    let named =
        || days.iter().position(|day| text.len() == 3 && day.get(..3).is_some_and(|d| d.eq_ignore_ascii_case(text)));
    number.or_else(named).and_then(|at| days.get(at)).copied()
}

/// Whether a text looks like a line of cron.
fn is_cron(line: &str) -> bool {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let part = |field: &&str| {
        field.chars().all(|c| c.is_ascii_alphanumeric() || "*/,-?#".contains(c))
            && (field.contains(['*', '?']) || field.starts_with(|c: char| c.is_ascii_digit()) || field.len() <= 7)
    };
    (5..=7).contains(&fields.len()) && fields.iter().all(part)
        || matches!(line.trim(), "@daily" | "@weekly" | "@monthly" | "@yearly" | "@hourly" | "@annually" | "@midnight")
}
