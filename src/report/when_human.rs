//! When a change may go, as people read it: the answer in one sentence, then the next chances, who is needed, and what would be late.

use std::io::{self, Write};

use super::calendar_month::{WEEKDAYS, from_monday};
use super::human::{asset_lines, record, unknown};
use super::text::{clean, counted, fill, pad, width, wrap};
use super::{Look, duties_human};
use crate::eval::decision::{Obligation, Tested, Verdict};
use crate::explain::when_rows::{Late, LimitRow, Standing, Stretch, WayOut, When, WhenGroup};
use crate::time::{Duration, Instant, Zone};

/// How many deadlines are listed.
const LISTED_LATE: usize = 6;
/// How many groups of assets are listed.
const LISTED_GROUPS: usize = 12;
/// How many stretches of a group are listed.
const GROUP_STARTS: usize = 2;

/// Whose clock times are shown by.
#[derive(Clone, Copy, Debug)]
struct Clock<'z> {
    zone: &'z Zone,
    now: Instant,
}

impl Clock<'_> {
    /// `Sun 2027-01-10 02:00`
    fn local(self, at: Instant) -> String {
        let Some(local) = self.zone.local(at) else { return at.to_rfc3339() };
        let weekday = usize::try_from(from_monday(local.date())).ok().and_then(|day| WEEKDAYS.get(day));
        format!("{} {} {}", weekday.unwrap_or(&"?"), local.date(), local.time())
    }

    /// `Sun 2027-01-10 02:00 America/New_York (07:00 UTC)`
    fn both(self, at: Instant) -> String {
        let utc = Zone::utc();
        let name = self.zone.name();
        if *self.zone == utc {
            return format!("{} UTC", self.local(at));
        }
        match (self.zone.local(at), utc.local(at)) {
            (Some(here), Some(there)) if here.date() == there.date() => {
                format!("{} {name} ({} UTC)", self.local(at), there.time())
            }
            (_, Some(there)) => format!("{} {name} ({} {} UTC)", self.local(at), there.date(), there.time()),
            _ => self.local(at),
        }
    }

    /// `Sun 2027-01-10 02:00 to 04:00`
    fn stretch(self, from: Instant, to: Instant) -> String {
        match (self.zone.local(from), self.zone.local(to)) {
            (Some(a), Some(b)) if a.date() == b.date() => format!("{} to {}", self.local(from), b.time()),
            _ => format!("{} to {}", self.local(from), self.local(to)),
        }
    }

    /// `in 51 days`
    fn away(self, at: Instant) -> String {
        if at <= self.now {
            return "now".to_owned();
        }
        format!("in {}", rough(at.micros().saturating_sub(self.now.micros())))
    }
}

/// A length in its largest unit, rounded down: `51 days`, `3 hours`, `20 minutes`.
fn rough(micros: i64) -> String {
    let seconds = u64::try_from(micros / 1_000_000).unwrap_or(0);
    match seconds {
        0..60 => counted(seconds, "second"),
        60..3_600 => counted(seconds / 60, "minute"),
        3_600..172_800 => counted(seconds / 3_600, "hour"),
        _ => counted(seconds / 86_400, "day"),
    }
}

/// Prints the answer.
///
/// `zone` is whose clock the caller wants; otherwise that of the assets, where they have one and the same, or the look's.
///
/// # Errors
/// What writing fails with.
pub fn when(out: &mut impl Write, when: &When, now: Instant, zone: Option<&Zone>, look: &Look) -> io::Result<()> {
    let own = common_zone(when);
    let whole = Clock { zone: zone.or(own.as_ref()).unwrap_or(&look.zone), now };
    headline(out, when, whole, look)?;
    planned(out, when, whole, look)?;
    standing(out, when, &when.whole, whole, look)?;
    assets(out, when, zone, whole, look)?;
    people(out, when, whole, look)?;
    others(out, when, look)?;
    late(out, when, whole, look)?;
    writeln!(out)?;
    record(out, &when.record, look)
}

/// The zone of all the assets, where it is one and the same.
fn common_zone(when: &When) -> Option<Zone> {
    let first = when.groups.first()?.zone.as_deref()?;
    when.groups.iter().all(|group| group.zone.as_deref() == Some(first)).then(|| Zone::get(first)).flatten()
}

/// `CHG0031  may go from Sun 2027-01-10 02:00 America/New_York (07:00 UTC), in 51 days`
fn headline(out: &mut impl Write, when: &When, clock: Clock<'_>, look: &Look) -> io::Result<()> {
    let paint = look.paint;
    let change = paint.bold(&clean(&when.change));
    let days = rough(when.until.micros().saturating_sub(when.from.micros()));
    let text = match when.whole.first {
        Some(first) if !when.verdict.permits() && !when.people.is_empty() || !when.others.is_empty() => {
            format!("{} {}, {}", paint.caution("as for time, from"), clock.both(first), clock.away(first))
        }
        Some(first) => format!("{} {}, {}", paint.good("may go from"), clock.both(first), clock.away(first)),
        None if when.whole.is_open() => paint.caution("it is not known when it may go"),
        None => paint.bad(&format!("never within {days}")),
    };
    writeln!(out, "{change}  {text}")
}

fn planned(out: &mut impl Write, when: &When, clock: Clock<'_>, look: &Look) -> io::Result<()> {
    let Tested { from, to, by } = &when.asked;
    let time = match (from, to) {
        (Some(_), _) if *by == "now" => "asks to go now".to_owned(),
        (Some(from), Some(to)) => format!("planned {}", clock.stretch(*from, *to)),
        (Some(from), None) => format!("planned from {}, its end is not known", clock.local(*from)),
        (None, Some(to)) => format!("planned to end {}, its start is not known", clock.local(*to)),
        (None, None) => "its time is not known".to_owned(),
    };
    let length = when.length.filter(|length| *length > Duration::ZERO);
    let takes = length.map_or_else(String::new, |length| format!(" ({length})"));
    let verdict = match when.verdict {
        Verdict::Permit => "permitted",
        Verdict::Warn => "permitted, with warnings",
        Verdict::Hold => "held",
        Verdict::Defer => "deferred",
        Verdict::Deny => "denied",
    };
    writeln!(out, "  {time}{takes}: {}", look.paint.verdict(when.verdict, verdict))
}

fn standing(out: &mut impl Write, when: &When, standing: &Standing, clock: Clock<'_>, look: &Look) -> io::Result<()> {
    let columns = look.width.saturating_sub(4).max(20);
    if standing.first.is_none() {
        return impossible(out, when, standing, look);
    }
    let mut told = String::new();
    for (n, stretch) in standing.starts.iter().enumerate() {
        let head = if n == 0 { "may start" } else { "" };
        let starts = starts(stretch, clock);
        let away = if n == 0 { String::new() } else { format!(", {}", clock.away(stretch.from)) };
        writeln!(out, "  {}  {starts}{}", pad(head, 9), look.paint.dim(&away))?;
        let text = limits(stretch, when);
        // What opens and closes is told again only where it is something else.
        if text != told {
            for line in wrap(&text, columns.saturating_sub(11).max(20)) {
                writeln!(out, "  {}    {}", " ".repeat(9), look.paint.dim(&line))?;
            }
            told = text;
        }
    }
    if standing.more > 0 {
        let days = rough(when.until.micros().saturating_sub(when.from.micros()));
        writeln!(out, "  {}  {}", " ".repeat(9), look.paint.dim(&format!("and {} more within {days}", standing.more)))?;
    }
    lapses(out, standing, look)
}

/// From when to when it may start; one instant where there is only one.
fn starts(stretch: &Stretch, clock: Clock<'_>) -> String {
    if stretch.last <= stretch.from {
        return format!("{} sharp", clock.local(stretch.from));
    }
    // Just before a full second is as good as at it.
    let next = stretch.last.saturating_add(Duration::from_micros(1));
    let last = if next.micros() % 1_000_000 == 0 { next } else { stretch.last };
    clock.stretch(stretch.from, last)
}

/// `window sunday opens; then blackout year_end`
fn limits(stretch: &Stretch, when: &When) -> String {
    let mut parts = Vec::new();
    if stretch.opened_by.is_empty() {
        if stretch.from <= when.from {
            parts.push("nothing is in the way".to_owned());
        }
    } else {
        let names = |kind: &str| list(stretch.opened_by.iter().filter(|limit| limit.kind == kind));
        parts.extend(names("window").map(|names| format!("{names} opens")));
        parts.extend(names("blackout").map(|names| format!("{names} ends")));
    }
    let names = |kind: &str| {
        let names = stretch.closed_by.iter().filter(|limit| limit.kind == kind);
        let names: Vec<String> = names.map(|limit| format!("{} {}", limit.kind, limit.rule)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    parts.extend(names("window").map(|names| format!("until {names} closes")));
    parts.extend(names("blackout").map(|names| format!("until {names} begins")));
    parts.join("; ")
}

/// `window sunday (Sunday nights)`, joined.
fn list<'l>(limits: impl Iterator<Item = &'l LimitRow>) -> Option<String> {
    let names: Vec<String> = limits.map(named).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn named(limit: &LimitRow) -> String {
    match &limit.title {
        Some(title) => format!("{} {} ({})", limit.kind, limit.rule, clean(title)),
        None => format!("{} {}", limit.kind, limit.rule),
    }
}

fn lapses(out: &mut impl Write, standing: &Standing, look: &Look) -> io::Result<()> {
    if standing.lapses.is_empty() {
        return Ok(());
    }
    let text = format!("by then the approvals of {} will have lapsed", standing.lapses.join(", "));
    writeln!(out, "  {}", look.paint.caution(&clean(&text)))
}

/// Why there is no first instant.
fn impossible(out: &mut impl Write, when: &When, standing: &Standing, look: &Look) -> io::Result<()> {
    let columns = look.width.saturating_sub(4).max(20);
    if !standing.hangs_on.is_empty() {
        for line in fill(unknown(&standing.hangs_on), ", ", columns) {
            writeln!(out, "  {}", look.paint.caution(&line.replacen("not known: ", "it hangs on ", 1)))?;
        }
    }
    for limit in &standing.blockers {
        let Some(condition) = &limit.condition else { continue };
        let text = format!("{} is on as long as {}, with no known end", named(limit), clean(condition));
        for line in wrap(&text, columns) {
            writeln!(out, "  {}", look.paint.caution(&line))?;
        }
    }
    if standing.blockers.iter().all(|limit| limit.condition.is_some()) {
        return Ok(());
    }
    let (windows, blackouts): (Vec<_>, Vec<_>) = standing.blockers.iter().partition(|limit| limit.kind == "window");
    let takes = when.length.filter(|length| *length > Duration::ZERO);
    let takes = takes.map_or_else(String::new, |length| format!(" of {length}"));
    let why = match (windows.is_empty(), blackouts.is_empty()) {
        (true, true) => return Ok(()),
        (false, true) => format!("because a change{takes} fits into no time that these leave:"),
        (true, false) => format!("because these leave no time for a change{takes}:"),
        (false, false) => format!("because these exclude each other for a change{takes}:"),
    };
    writeln!(out, "  {why}")?;
    let names = standing.blockers.iter().map(|limit| width(&limit.rule)).max().unwrap_or_default();
    for limit in &standing.blockers {
        let title = limit.title.as_deref().map(clean).unwrap_or_default();
        let at = look.paint.dim(&format!("{}:{}", limit.at.file, limit.at.line));
        writeln!(out, "    {} {}  {title}  {at}", pad(limit.kind, 8), pad(&limit.rule, names))?;
    }
    Ok(())
}

/// Asset by asset, where not all stand alike.
fn assets(out: &mut impl Write, when: &When, zone: Option<&Zone>, whole: Clock<'_>, look: &Look) -> io::Result<()> {
    if when.groups.len() < 2 {
        return Ok(());
    }
    writeln!(out, "  {}", look.paint.bold("asset by asset"))?;
    for group in when.groups.iter().take(LISTED_GROUPS) {
        let own = group.zone.as_deref().and_then(Zone::get);
        let clock = Clock { zone: zone.or(own.as_ref()).unwrap_or(whole.zone), ..whole };
        one_group(out, when, group, clock, look)?;
    }
    if when.groups.len() > LISTED_GROUPS {
        writeln!(out, "    and {} more that stand otherwise", when.groups.len() - LISTED_GROUPS)?;
    }
    Ok(())
}

fn one_group(out: &mut impl Write, when: &When, group: &WhenGroup, clock: Clock<'_>, look: &Look) -> io::Result<()> {
    let names = group.assets.iter().map(|asset| match asset {
        Some(asset) => clean(asset).into_owned(),
        None => "(asset not known)".to_owned(),
    });
    asset_lines(out, "  ", names, group.assets.len(), look)?;
    let left = " ".repeat(9);
    let Some(first) = group.standing.first else {
        let none = if group.standing.is_open() { "not known when" } else { "never" };
        let by = list(group.standing.blockers.iter()).map_or_else(String::new, |names| format!(": {names}"));
        let hangs = group.standing.hangs_on.first().map(|_| {
            format!(", {}", unknown(&group.standing.hangs_on).join(", ").replacen("not known: ", "it hangs on ", 1))
        });
        let text = format!("{none}{by}{}", hangs.unwrap_or_default());
        for line in wrap(&text, look.width.saturating_sub(9).max(20)) {
            writeln!(out, "{left}{}", look.paint.caution(&line))?;
        }
        return Ok(());
    };
    writeln!(out, "{left}from {}, {}", clock.both(first), clock.away(first))?;
    let mut told = String::new();
    for stretch in group.standing.starts.iter().take(GROUP_STARTS) {
        let why = limits(stretch, when);
        let text = if why == told { starts(stretch, clock) } else { format!("{}: {why}", starts(stretch, clock)) };
        told = why;
        for line in wrap(text.trim_end_matches([':', ' ']), look.width.saturating_sub(11).max(20)) {
            writeln!(out, "{left}  {}", look.paint.dim(&line))?;
        }
    }
    Ok(())
}

/// Who still has to agree or act, with the date by which or the sitting at which.
fn people(out: &mut impl Write, when: &When, clock: Clock<'_>, look: &Look) -> io::Result<()> {
    let needed: Vec<&Obligation> = when.people.iter().map(AsRef::as_ref).collect();
    if needed.is_empty() {
        return Ok(());
    }
    let local = Look { zone: clock.zone.clone(), ..look.clone() };
    duties_human::duties(out, &needed, Some(clock.now), &local)
}

fn others(out: &mut impl Write, when: &When, look: &Look) -> io::Result<()> {
    if when.others.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", look.paint.bold("in the way at any time"))?;
    let names = when.others.iter().map(|other| width(&other.rule)).max().unwrap_or_default();
    for other in &when.others {
        let title = other.title.as_deref().map(|title| format!("  {}", clean(title))).unwrap_or_default();
        let on = if when.groups.iter().map(|group| group.assets.len()).sum::<usize>() > 1 {
            format!("  on {}", counted(other.assets, "asset"))
        } else {
            String::new()
        };
        writeln!(out, "    {} {} {}{title}{on}", pad(other.effect, 5), other.kind, pad(&other.rule, names))?;
    }
    Ok(())
}

/// The deadlines that would be missed, and the ways around.
fn late(out: &mut impl Write, when: &When, clock: Clock<'_>, look: &Look) -> io::Result<()> {
    if !when.late.is_empty() {
        let count = counted(u64::try_from(when.late.len()).unwrap_or(u64::MAX), "deadline");
        let they = if when.late.len() == 1 { "it is" } else { "they are" };
        let text = match when.whole.first {
            Some(first) => format!("too late for {count}: {they} due before {}", clock.local(first)),
            None if !when.whole.is_open() => {
                format!("too late for {count}: there is no time at which the change may go")
            }
            None => format!("too late for {count}: {they} due before {}", clock.local(when.from)),
        };
        for line in wrap(&text, look.width.saturating_sub(2).max(20)) {
            writeln!(out, "  {}", look.paint.bad(&line))?;
        }
        for late in when.late.iter().take(LISTED_LATE) {
            late_line(out, late, clock, look)?;
        }
        if when.late.len() > LISTED_LATE {
            writeln!(out, "    and {} more", when.late.len() - LISTED_LATE)?;
        }
    }
    if when.ways_out.is_empty() {
        if !when.late.is_empty() {
            writeln!(
                out,
                "  {}",
                look.paint.caution("the policy has no way around: no exception, and nothing that may be waived")
            )?;
        }
        return Ok(());
    }
    writeln!(out, "  {}", look.paint.bold("ways out that the policy has"))?;
    for way in &when.ways_out {
        for (n, line) in wrap(&way_out(way), look.width.saturating_sub(6).max(20)).iter().enumerate() {
            writeln!(out, "{}{line}", if n == 0 { "    " } else { "      " })?;
        }
    }
    Ok(())
}

fn late_line(out: &mut impl Write, late: &Late, clock: Clock<'_>, look: &Look) -> io::Result<()> {
    let finding = late.finding.as_deref().map_or_else(|| "a finding".into(), clean);
    let level = late.level.as_deref().map(|level| format!(" {level}")).unwrap_or_default();
    let gone = if late.overdue {
        format!("overdue by {}", rough(clock.now.micros().saturating_sub(late.due.micros())))
    } else if late.due <= clock.now {
        "now".to_owned()
    } else {
        clock.away(late.due)
    };
    let assets = match late.assets.as_slice() {
        [one] => one.as_deref().map_or_else(|| "an asset not known".into(), clean).into_owned(),
        [Some(one), rest @ ..] => format!("{} and {} more", clean(one), rest.len()),
        all => counted(u64::try_from(all.len()).unwrap_or(u64::MAX), "asset"),
    };
    let mut text = format!("{finding} on {assets}: {}{level}, due {}, {gone}", late.block, clock.local(late.due));
    if !late.unknown.is_empty() {
        text.push_str(&format!(", {}", unknown(&late.unknown).join(", ")));
    }
    for (n, line) in wrap(&text, look.width.saturating_sub(6).max(20)).iter().enumerate() {
        writeln!(out, "{}{line}", if n == 0 { "    " } else { "      " })?;
    }
    Ok(())
}

/// `blackout year_end lets through: category == emergency and approved(ecab)  (freeze.gate:3)`
fn way_out(way: &WayOut) -> String {
    let at = format!("({}:{})", way.at.file, way.at.line);
    if way.way == "exception" {
        let condition = way.condition.as_deref().map(clean).unwrap_or_default();
        return format!("{} {} lets through: {condition}  {at}", way.kind, way.rule);
    }
    let by = way.by.iter().map(|role| clean(role).into_owned()).collect::<Vec<_>>().join(" or ");
    let up_to = way.up_to.map_or_else(String::new, |length| format!(", up to {length}"));
    format!("a waiver of {} {} by {by}{up_to}  {at}", way.kind, way.rule)
}
