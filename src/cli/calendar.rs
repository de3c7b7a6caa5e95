//! `changegate calendar`: the policy's blackouts and windows, for people's walls and calendars.

use clap::Args;

use super::Status;
use super::args::{FactsArgs, PolicyArgs};
use super::config;
use super::engine;
use super::failure::Failure;
use super::output;
use super::session::{Needs, Session};
use crate::explain::calendar_rows::CalendarReport;
use crate::report::calendar_human::View;
use crate::report::{Format, Look, calendar_human, calendar_ics, json};
use crate::syntax::suggest::nearest;
use crate::time::{Date, Duration, Instant, TimeValue, Zone, parse_time};

/// Days that programs and calendars get where the call does not say.
const AHEAD: i64 = 400;
/// Days that people get a grid of.
const MOST_SHOWN: i64 = 400;

/// Show the policy's blackouts and windows
#[derive(Debug, Args)]
pub(super) struct CalendarArgs {
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    facts: FactsArgs,
    /// The first day or time; the first of this month otherwise, or for programs now
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// The last day, or the time at which to end; the end of the next month otherwise, or for programs 400 days later
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// The zone in which to show times and to read days
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Only what may apply to this asset
    #[arg(long, value_name = "ID")]
    asset: Option<String>,
    /// Show a week, with the hours of each day
    #[arg(long)]
    week: bool,
}

/// Lists and prints. The status is 0 whatever is on: the question was answered.
pub(super) fn run(args: &CalendarArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.facts.now.as_deref())?;
    let named = args.zone.as_deref().map(config::zone).transpose().map_err(|failure| failure.at("`--zone`"))?;
    let ready = session.policy_to_decide(&args.policy)?;
    let read = session.facts(
        &ready.policy,
        &args.facts,
        now,
        Needs { inventory: args.asset.is_some(), changes: false, narrow: false },
    )?;
    let (of_asset, ids) = engine::asset_zone(&ready.policy, &read.facts, args.asset.as_deref());
    if let (Some(asset), None) = (&args.asset, &of_asset) {
        let failure = Failure::new(format!("there is no asset `{asset}`"));
        return Err(match nearest(asset, ids.iter().map(String::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure,
        });
    }
    let zone = named
        .or(of_asset.flatten())
        .or_else(|| session.config.zone.clone())
        .or_else(|| ready.policy.zone())
        .unwrap_or_else(Zone::utc);
    let look = Look { zone, ..session.look.clone() };
    let human = session.format == Format::Human && !session.ics;
    let (from, to) = range(args, now, human, &look.zone)?;
    let report = engine::calendar(&ready.policy, &read.facts, now, (from, to), args.asset.as_deref());
    let report: CalendarReport = report.ok_or_else(|| Failure::new("there is no such asset"))?;
    output::print(|out| match (session.ics, session.format) {
        (true, _) => calendar_ics::calendar(out, &report, now),
        (false, Format::Human) => {
            let view = if args.week { View::Weeks } else { View::Months };
            calendar_human::calendar(out, &report, view, now, &look)
        }
        (false, format) => json::calendar(out, &report, format),
    })?;
    Ok(if read.problems.error_count > 0 { Status::Wrong } else { Status::Good })
}

/// From when to when.
fn range(args: &CalendarArgs, now: Instant, human: bool, zone: &Zone) -> Result<(Instant, Instant), Failure> {
    let today = zone.date(now).ok_or_else(beyond)?;
    let from = match &args.from {
        Some(text) => time("from", text, zone, Zone::start_of_day)?,
        None if !human => now,
        None => first_shown(args.week, today).and_then(|date| zone.start_of_day(date)).ok_or_else(beyond)?,
    };
    let to = match &args.to {
        Some(text) => time("to", text, zone, last_instant)?,
        None if !human => from.saturating_add(Duration::from_days(AHEAD).unwrap_or(Duration::ZERO)),
        None => {
            let first = zone.date(from).ok_or_else(beyond)?;
            let last = if args.week { monday(first).and_then(|day| day.add_days(7)) } else { next_month(first) };
            last.and_then(|date| zone.start_of_day(date)).unwrap_or(Instant::MAX)
        }
    };
    if to <= from {
        let message = format!("`--to` ({}) is not after `--from` ({})", to.to_rfc3339(), from.to_rfc3339());
        return Err(Failure::new(message));
    }
    if human && from.saturating_add(Duration::from_days(MOST_SHOWN).unwrap_or(Duration::ZERO)) < to {
        let message = format!("that is more than the {MOST_SHOWN} days that fit a page");
        return Err(Failure::new(message).help("ask for less, or for `--format json` or `--format ics`"));
    }
    Ok((from, to))
}

/// The end of a day; of the last one there is, the last instant.
fn last_instant(zone: &Zone, date: Date) -> Option<Instant> {
    if date == Date::MAX { Some(Instant::MAX) } else { zone.end_of_day(date) }
}

fn first_shown(week: bool, today: Date) -> Option<Date> {
    if week {
        return monday(today);
    }
    let (year, month, _) = today.ymd();
    Date::from_ymd(year, month, 1)
}

fn monday(date: Date) -> Option<Date> {
    date.add_days(-(date.days() + 3).rem_euclid(7))
}

/// The first day after the month that follows that of `date`.
fn next_month(date: Date) -> Option<Date> {
    let (year, month, _) = date.ymd();
    Date::from_ymd(year, month, 1)?.add_months(2)
}

fn beyond() -> Failure {
    Failure::new("that lies outside of the years 1 to 9999")
}

/// A time that a flag gives; a day and a time without a zone are in `zone`.
fn time(flag: &str, text: &str, zone: &Zone, day: impl Fn(&Zone, Date) -> Option<Instant>) -> Result<Instant, Failure> {
    let at = |why: String| format!("`--{flag} {text}`: {why}");
    let value = parse_time(text).map_err(|error| {
        let failure = Failure::new(at(error.to_string()));
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    let found = match value {
        TimeValue::Instant(instant) => Some(instant),
        TimeValue::Local(local) => zone.instant(local),
        TimeValue::Date(date) => day(zone, date),
    };
    found.ok_or_else(|| Failure::new(at("there is no such time".to_owned())))
}
