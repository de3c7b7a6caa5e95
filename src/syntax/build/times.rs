//! `blackout`, `window` and `calendar`: ranges and recurrences; `metric`.

use super::super::codes;
use super::super::diagnostic::Diagnostic;
use super::super::expr::{Expr, Path};
use super::super::grammar::Rule;
use super::super::tree::{
    ClockRange, ClockTime, Metric, MetricOf, Period, PeriodDay, PeriodDayKind, TimeClause, TimeForm, Weekday,
};
use super::{Builder, Pair};

/// What follows a recurrence: `lasting`, `in`, `not on`, `covers`.
#[derive(Default)]
struct Behind {
    clock: Option<ClockRange>,
    lasting: Option<Expr>,
    zone: Option<Expr>,
    not_on: Vec<Path>,
    covers: Option<Expr>,
}

impl Builder<'_> {
    /// One clause that says when.
    pub(super) fn time_clause(&mut self, pair: Pair<'_>) -> Option<TimeClause> {
        let span = self.tight(&pair);
        let form = pair.as_rule();
        let mut behind = Behind::default();
        let mut times = Vec::new();
        let mut every = None;
        let mut source = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::time_value | Rule::clause_value => times.push(self.clause_value(inner)),
                Rule::weekly | Rule::periodic | Rule::compat_every => every = self.every(inner),
                Rule::source_text => source = Some(self.single(inner)),
                Rule::clock_range => behind.clock = self.clock_range(inner),
                Rule::lasting => behind.lasting = self.value_in(inner),
                Rule::in_zone => behind.zone = self.zone(inner),
                Rule::not_on => behind.not_on = self.path_list(&inner),
                Rule::covers => behind.covers = self.value_in(inner),
                _ => {}
            }
        }
        let mut times = times.into_iter();
        let form = match form {
            Rule::range_clause => TimeForm::Range { from: times.next()?, to: times.next()? },
            Rule::every_clause => match every? {
                TimeForm::Periodic { period, days, .. } => TimeForm::Periodic { period, days, clock: behind.clock },
                TimeForm::Weekly { days, .. } => TimeForm::Weekly { days, clock: behind.clock },
                other => other,
            },
            Rule::rrule_clause => self.rule_text(source?)?,
            Rule::calendar_clause | Rule::file_clause => {
                TimeForm::Calendar { source: source?, covers: behind.covers, file: form == Rule::file_clause }
            }
            Rule::covers_clause => TimeForm::Covers(times.next()?),
            Rule::while_clause => TimeForm::While(times.next()?),
            Rule::mandatory_clause => TimeForm::Mandatory,
            Rule::overrun_clause => TimeForm::Overrun,
            _ => return None,
        };
        Some(TimeClause { span, form, lasting: behind.lasting, zone: behind.zone, not_on: behind.not_on })
    }

    /// What `every` repeats.
    fn every(&mut self, pair: Pair<'_>) -> Option<TimeForm> {
        match pair.as_rule() {
            Rule::weekly => {
                let days = pair.into_inner().find(|p| p.as_rule() == Rule::day_list).map(|p| self.days(p));
                Some(TimeForm::Weekly { days: days.unwrap_or_default(), clock: None })
            }
            Rule::periodic => {
                let mut period = Period::Month;
                let mut days = Vec::new();
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::kw_quarter => period = Period::Quarter,
                        Rule::kw_year => period = Period::Year,
                        Rule::day_of_period => {
                            days.extend(inner.into_inner().next().map(|day| self.period_day(day)));
                        }
                        _ => {}
                    }
                }
                Some(TimeForm::Periodic { period, days, clock: None })
            }
            _ => self.foreign_every(pair.into_inner().next()?),
        }
    }

    /// `day 15`, `last day`, `second tuesday`, `last friday`, `last 2 business days`
    pub(super) fn period_day(&mut self, pair: Pair<'_>) -> PeriodDay {
        let span = self.tight(&pair);
        let rule = pair.as_rule();
        let (mut number, mut ordinal, mut weekday) = (None, None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::number => number = Some(self.whole(&inner)),
                Rule::ordinal => ordinal = Some(self.ordinal(&inner)),
                Rule::weekday => weekday = Some(self.weekday(&inner)),
                _ => {}
            }
        }
        let kind = match (rule, ordinal, weekday) {
            (Rule::numbered_day, ..) => PeriodDayKind::Numbered(number.unwrap_or_default()),
            (Rule::last_business_days, ..) => PeriodDayKind::LastBusinessDays(number.unwrap_or(1)),
            (_, Some(nth), Some(day)) => PeriodDayKind::Nth(nth, day),
            (_, None, Some(day)) => PeriodDayKind::LastWeekday(day),
            _ => PeriodDayKind::Last,
        };
        PeriodDay { span, kind }
    }

    fn ordinal(&mut self, pair: &Pair<'_>) -> u8 {
        const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];
        let text = pair.as_str().trim();
        let written = ORDINALS.iter().position(|word| *word == text);
        let place = written.or_else(|| text.chars().next()?.to_digit(10)?.checked_sub(1)?.try_into().ok());
        let place = place.unwrap_or_default();
        if written.is_none() {
            let word = ORDINALS.get(place).copied().unwrap_or("first");
            let span = self.tight(pair);
            self.foreign(
                codes::FOREIGN_RECURRENCE,
                span,
                format!("`{text}` is written `{word}` here"),
                "a number in letters",
                format!("write `{word}`"),
            );
        }
        u8::try_from(place).unwrap_or_default().saturating_add(1)
    }

    fn clock_range(&mut self, pair: Pair<'_>) -> Option<ClockRange> {
        let mut clocks = pair.into_inner().filter(|p| p.as_rule() == Rule::clock_time).collect::<Vec<_>>().into_iter();
        let from = self.clock_time(&clocks.next()?);
        let to = clocks.next().map(|clock| self.clock_time(&clock));
        Some(ClockRange { from, to })
    }

    /// One clause of `metric`.
    pub(super) fn metric_clause(&mut self, metric: &mut Metric, pair: Pair<'_>) {
        let span = self.tight(&pair);
        match pair.as_rule() {
            Rule::series_clause => metric.series.push(self.text(&pair)),
            Rule::metric_of => {
                let field = pair.clone().into_inner().find(|p| p.as_rule() == Rule::path_value);
                let label = self.text(&pair);
                if let Some(field) = field {
                    let field = self.single(field);
                    metric.of.push(MetricOf { span, field, label });
                }
            }
            Rule::stale_clause => metric.stale.extend(self.value_in(pair)),
            Rule::unit_clause => metric.unit.push(self.name_in(&pair)),
            _ => {}
        }
    }

    /// The days of a list, as written out: `monday to friday` is five.
    pub(super) fn days(&mut self, pair: Pair<'_>) -> Vec<Weekday> {
        let mut days: Vec<Weekday> = Vec::new();
        let mut through = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::every_day => days.extend(Weekday::ALL),
                Rule::every_weekday => days.extend(Weekday::ALL.into_iter().take(5)),
                Rule::compat_weekend => days.extend(self.foreign_days(&inner)),
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
