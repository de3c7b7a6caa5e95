//! `blackout` and `window`: ranges and recurrences.

use super::super::codes;
use super::super::diagnostic::Diagnostic;
use super::super::grammar::Rule;
use super::super::tree::{ClockTime, TimeClause, Weekday};
use super::{Builder, Pair};

impl Builder<'_> {
    /// One clause that says when; what this build does not have becomes [`TimeClause::Later`].
    pub(super) fn time_clause(&mut self, pair: Pair<'_>) -> Option<TimeClause> {
        let span = self.tight(&pair);
        let has = |rule: Rule| pair.clone().into_inner().any(|p| p.as_rule() == rule);
        let later = match pair.as_rule() {
            Rule::rrule_clause => Some("`rrule` recurrences"),
            Rule::calendar_clause => Some("`calendar` clauses"),
            Rule::while_clause => Some("`while` clauses"),
            Rule::mandatory_clause => Some("`mandatory` windows"),
            Rule::overrun_clause => Some("`overrun allow`"),
            Rule::range_clause | Rule::every_clause if has(Rule::not_on) => Some("`not on` a calendar"),
            Rule::every_clause if has(Rule::periodic) => Some("monthly, quarterly and yearly recurrences"),
            Rule::every_clause if has(Rule::lasting) => Some("recurrences with `lasting`"),
            Rule::every_clause if !has(Rule::clock_range) => Some("recurrences without a time of day"),
            Rule::range_clause | Rule::every_clause => None,
            _ => return None,
        };
        if let Some(what) = later {
            let what = what.to_owned();
            self.walk(pair);
            return Some(TimeClause::Later(self.later(span, what)));
        }
        if pair.as_rule() == Rule::range_clause {
            let mut times = Vec::new();
            let mut zone = None;
            for inner in pair.into_inner() {
                match inner.as_rule() {
                    Rule::time_value => times.push(self.clause_value(inner)),
                    Rule::in_zone => zone = self.zone(inner),
                    _ => {}
                }
            }
            let to = times.pop()?;
            let from = times.pop()?;
            return Some(TimeClause::Range { span, from, to, zone });
        }
        let mut days = Vec::new();
        let mut clocks = Vec::new();
        let mut zone = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::weekly => {
                    days = inner
                        .into_inner()
                        .find(|p| p.as_rule() == Rule::day_list)
                        .map(|p| self.days(p))
                        .unwrap_or_default()
                }
                Rule::clock_range => {
                    clocks = inner
                        .into_inner()
                        .filter(|p| p.as_rule() == Rule::clock_time)
                        .map(|p| self.clock_time(&p))
                        .collect()
                }
                Rule::in_zone => zone = self.zone(inner),
                _ => {}
            }
        }
        let to = clocks.pop()?;
        let from = clocks.pop()?;
        Some(TimeClause::Weekly { span, days, from, to, zone })
    }

    /// The days of a list, as written out: `monday to friday` is five.
    pub(super) fn days(&mut self, pair: Pair<'_>) -> Vec<Weekday> {
        let mut days: Vec<Weekday> = Vec::new();
        let mut through = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::every_day => days.extend(Weekday::ALL),
                Rule::every_weekday => days.extend(Weekday::ALL.into_iter().take(5)),
                Rule::kw_to => through = true,
                Rule::weekday => {
                    let day = self.weekday(&inner);
                    match days.last().copied() {
                        Some(first) if std::mem::take(&mut through) => {
                            // Sunday to Tuesday runs over the week's end.
                            let run = Weekday::ALL.into_iter().cycle().skip_while(|d| *d != first).skip(1).take(7);
                            for next in run {
                                if first == day {
                                    break;
                                }
                                days.push(next);
                                if next == day {
                                    break;
                                }
                            }
                        }
                        _ => days.push(day),
                    }
                }
                _ => {}
            }
        }
        let mut seen = Vec::new();
        days.retain(|day| {
            let new = !seen.contains(day);
            seen.push(*day);
            new
        });
        days
    }

    pub(super) fn weekday(&mut self, pair: &Pair<'_>) -> Weekday {
        let text = pair.as_str();
        let small = text.to_ascii_lowercase();
        let (day, ours) = [
            ("mon", Weekday::Monday, "monday"),
            ("tue", Weekday::Tuesday, "tuesday"),
            ("wed", Weekday::Wednesday, "wednesday"),
            ("thu", Weekday::Thursday, "thursday"),
            ("fri", Weekday::Friday, "friday"),
            ("sat", Weekday::Saturday, "saturday"),
        ]
        .into_iter()
        .find(|(prefix, ..)| small.starts_with(prefix))
        .map_or((Weekday::Sunday, "sunday"), |(_, day, name)| (day, name));
        if text != ours {
            let span = self.span(pair);
            self.report(
                Diagnostic::error(codes::FOREIGN_WEEKDAY, span, format!("`{text}` is written `{ours}` here"))
                    .label("days are written out in small letters")
                    .help(format!("write `{ours}`")),
            );
        }
        day
    }

    pub(super) fn clock_time(&mut self, pair: &Pair<'_>) -> ClockTime {
        let span = self.span(pair);
        let text = pair.as_str();
        let mut parts = text.split(':').map(|part| part.parse::<u32>().unwrap_or(99));
        let (hours, minutes, seconds) =
            (parts.next().unwrap_or(99), parts.next().unwrap_or(99), parts.next().unwrap_or(0));
        let total = hours.saturating_mul(3_600).saturating_add(minutes.saturating_mul(60)).saturating_add(seconds);
        let two_digits = text.find(':') == Some(2);
        if minutes < 60 && seconds < 60 && total <= 86_400 && two_digits {
            return ClockTime { span, seconds: total };
        }
        let no_such_time = minutes >= 60 || seconds >= 60 || total > 86_400;
        let (label, help) = if no_such_time {
            ("a day goes from `00:00` to `24:00`", "write a time from `00:00` to `24:00`".to_owned())
        } else {
            ("hours and minutes have two digits", format!("write `0{text}`"))
        };
        self.report(
            Diagnostic::error(codes::BAD_CLOCK, span, format!("`{text}` is no time of day")).label(label).help(help),
        );
        // Some time of a day, so that nothing else is said of it.
        ClockTime { span, seconds: total % 86_400 }
    }
}
