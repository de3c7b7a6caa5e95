//! What somebody still has to do, the waivers and the risks of a change, as people read them.

use std::io::{self, Write};

use super::Look;
use super::human::unknown;
use super::text::{clean, fill, pad, width, wrap};
use crate::eval::decision::{AppliedWaiver, Obligation, Reason, RiskReport, UncountedVote};
use crate::time::{Duration, Instant};

/// How many votes that did not count an approval lists.
const LISTED_VOTES: usize = 8;
/// How many refused waivers a reason lists.
const LISTED_WAIVERS: usize = 4;
/// A microsecond: a period that ends at midnight lasts through the day before.
const TICK: Duration = Duration::from_micros(1);

/// What is open, one on a line, with the votes that did not count below; nothing where all is done.
pub(super) fn duties(out: &mut impl Write, all: &[&Obligation], now: Option<Instant>, look: &Look) -> io::Result<()> {
    let open: Vec<&[&Obligation]> = statements(all).filter(|entries| !is_done(entries)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let names =
        open.iter().filter_map(|entries| entries.first()).map(|duty| width(&duty.rule)).max().unwrap_or_default();
    writeln!(out, "  {}", look.paint.bold("still to do"))?;
    let indent = 4 + names + 2;
    for entries in open {
        let mut left = entries.first().map_or_else(String::new, |duty| format!("    {}  ", pad(&duty.rule, names)));
        let mut votes: Vec<&UncountedVote> = entries.iter().flat_map(|duty| &duty.not_counted).collect();
        votes.sort();
        votes.dedup();
        let (rejections, others): (Vec<_>, Vec<_>) = votes.into_iter().partition(|vote| vote.why == REJECTED);
        let rejected = rejections.iter().map(|vote| format!("rejected by {}", voter(vote, look)));
        let open = entries.iter().filter(|duty| duty.missing > 0).map(|duty| what(duty, now, look));
        for item in rejected.chain(open) {
            for line in wrap(&item, look.width.saturating_sub(indent).max(20)) {
                writeln!(out, "{left}{line}")?;
                left = " ".repeat(indent);
            }
        }
        votes_text(out, &others, indent, look)?;
    }
    Ok(())
}

/// The entries of each statement together; they stand beside each other.
fn statements<'a, 'o>(all: &'a [&'o Obligation]) -> impl Iterator<Item = &'a [&'o Obligation]> {
    all.chunk_by(|a, b| (a.kind, &a.rule) == (b.kind, &b.rule))
}

/// Whether nothing is missing and nobody rejects.
fn is_done(entries: &[&Obligation]) -> bool {
    let rejected = |duty: &&Obligation| duty.not_counted.iter().any(|vote| vote.why == REJECTED);
    !entries.iter().any(|duty| duty.missing > 0 || rejected(duty))
}

/// What is done already, in a line: whole statements, and the items of others.
pub(super) fn done(out: &mut impl Write, all: &[&Obligation], look: &Look) -> io::Result<()> {
    let rejected = |entries: &[&Obligation]| entries.iter().any(|d| d.not_counted.iter().any(|v| v.why == REJECTED));
    let mut names: Vec<String> = statements(all)
        .filter(|entries| !rejected(entries))
        .flat_map(|entries| entries.iter().filter(|duty| duty.missing == 0))
        .map(|duty| match &duty.subject {
            Some(subject) => format!("{} for {}", duty.rule, clean(subject)),
            None => duty.rule.clone(),
        })
        .collect();
    names.dedup();
    if let Some(first) = names.first_mut() {
        first.insert_str(0, "done: ");
    }
    for line in fill(names, ", ", look.width.saturating_sub(2).max(20)) {
        writeln!(out, "  {}", look.paint.dim(&line))?;
    }
    Ok(())
}

/// What the votes that reject say of why they are listed.
const REJECTED: &str = "rejected";

/// `1 more approval by cab-member (1 of 2 given)`, `by soc for CVE-2026-1, due 2026-11-20 09:00: overdue`.
pub(super) fn what(duty: &Obligation, now: Option<Instant>, look: &Look) -> String {
    let role = duty.role.as_deref().map(clean);
    let by = role.map_or(String::new(), |role| format!(" by {role}"));
    let about = duty.subject.as_deref().map_or(String::new(), |subject| format!(" for {}", clean(subject)));
    let mut text = match duty.kind {
        "approval" => {
            let more = if duty.have > 0 { " more" } else { "" };
            let noun = if duty.missing == 1 { "approval" } else { "approvals" };
            let given = if duty.have > 0 { format!(" ({} of {} given)", duty.have, duty.need) } else { String::new() };
            format!("{}{more} {noun}{by}{about}{given}", duty.missing)
        }
        "review" => format!("a review after the change{by}{about}"),
        _ => format!("{}{about}", by.strip_prefix(' ').unwrap_or("to be done")),
    };
    if let Some(sitting) = duty.sitting {
        let when = if now.is_some_and(|now| sitting < now) { "met" } else { "meets" };
        text.push_str(&format!(", {when} {}", look.time(sitting)));
    }
    match duty.due {
        Some(due) if !duty.unknown.is_empty() && now.is_none_or(|now| due == now) => text.push_str(", due now"),
        Some(due) => {
            text.push_str(&format!(", due {}", look.time(due)));
            if now.is_some_and(|now| due < now) {
                text.push_str(": overdue");
            }
        }
        None => {}
    }
    if !duty.unknown.is_empty() {
        text.push_str(&format!(", {}", unknown(&duty.unknown).join(", ")));
    }
    text
}

fn votes_text(out: &mut impl Write, seen: &[&UncountedVote], indent: usize, look: &Look) -> io::Result<()> {
    let columns = look.width.saturating_sub(indent + 2).max(20);
    let left = " ".repeat(indent);
    for vote in seen.iter().take(LISTED_VOTES) {
        let mut start = left.clone();
        for line in wrap(&vote_text(vote, look), columns) {
            writeln!(out, "{start}{}", look.paint.dim(&line))?;
            start = format!("{left}  ");
        }
    }
    if seen.len() > LISTED_VOTES {
        let more = format!("and {} more votes that do not count", seen.len() - LISTED_VOTES);
        writeln!(out, "{left}{}", look.paint.dim(&more))?;
    }
    Ok(())
}

/// `b.lee for a.kim, cab-member, 2026-11-20 10:00`.
fn voter(vote: &UncountedVote, look: &Look) -> String {
    let known =
        |text: &Option<String>, or: &str| text.as_deref().map_or_else(|| or.to_owned(), |t| clean(t).into_owned());
    let mut text = known(&vote.by, "somebody");
    if let Some(principal) = &vote.on_behalf_of {
        text.push_str(&format!(" for {}", clean(principal)));
    }
    text.push_str(&format!(", {}", known(&vote.role, "in no role that is known")));
    text.push_str(&vote.at.map_or_else(|| ", no time".to_owned(), |at| format!(", {}", look.time(at))));
    text
}

/// `b.lee, cab-member, 2026-11-20 10:00: does not count, given before the change was last edited`.
fn vote_text(vote: &UncountedVote, look: &Look) -> String {
    if (&vote.by, &vote.role, vote.at) == (&None, &None, None) {
        // Not a vote, but how many more there are, or that some cannot be seen.
        return clean(&vote.why).into_owned();
    }
    let mut text = voter(vote, look);
    match vote.decision.as_deref() {
        Some("approve") => {}
        Some(decision) => text.push_str(&format!(", {decision}")),
        None => text.push_str(", a vote that cannot be read"),
    }
    format!("{text}: does not count, {}", clean(&vote.why))
}

/// What the waivers do to a reason.
pub(super) fn waivers(out: &mut impl Write, reason: &Reason, indent: usize, look: &Look) -> io::Result<()> {
    let columns = look.width.saturating_sub(indent).max(20);
    let left = " ".repeat(indent);
    if let Some(waiver) = &reason.waiver {
        let text = waived(waiver, look);
        for line in wrap(&text, columns) {
            let line = if waiver.ends_soon { look.paint.caution(&line) } else { line };
            writeln!(out, "{left}{line}")?;
        }
    }
    for refused in reason.refused_waivers.iter().take(LISTED_WAIVERS) {
        for line in wrap(&clean(&format!("waiver {} does not apply: {}", refused.name, refused.why)), columns) {
            writeln!(out, "{left}{}", look.paint.dim(&line))?;
        }
    }
    if reason.refused_waivers.len() > LISTED_WAIVERS {
        let more = format!("and {} more waivers do not apply", reason.refused_waivers.len() - LISTED_WAIVERS);
        writeln!(out, "{left}{}", look.paint.dim(&more))?;
    }
    Ok(())
}

/// `waived by kiosk_eol to the end of 2027-03-31, which is soon: extended support`.
pub(super) fn waived(waiver: &AppliedWaiver, look: &Look) -> String {
    let mut text = format!("waived by {}", clean(&waiver.name));
    if let Some(until) = waiver.until {
        text.push_str(&format!(" {}", to_the_end(until, look)));
    }
    if waiver.ends_soon {
        text.push_str(", within 30 days");
    }
    if let Some(because) = &waiver.because {
        text.push_str(&format!(": {}", clean(because)));
    }
    text
}

/// `to the end of 2027-03-31`, or the time where a period does not end with a day.
fn to_the_end(until: Instant, look: &Look) -> String {
    let last = until.checked_sub(TICK).and_then(|last| look.zone.date(last));
    match last.filter(|day| look.zone.end_of_day(*day) == Some(until)) {
        Some(day) => format!("to the end of {day}"),
        None => format!("until {}", look.time(until)),
    }
}

/// `risk change_risk: 56, medium`, and with `36 to 56, low or medium` where facts are missing.
pub(super) fn risk(risk: &RiskReport) -> String {
    let score = match (&risk.score_possible, &risk.score) {
        (Some([Some(low), Some(high)]), _) => format!("{low} to {high}"),
        (Some([Some(low), None]), _) => format!("{low} or more"),
        (Some([None, Some(high)]), _) => format!("{high} or less"),
        (Some([None, None]), _) => "not known".to_owned(),
        (None, Some(score)) => score.clone(),
        (None, None) => return format!("risk {}: none", risk.risk),
    };
    let band = match (risk.band_possible.is_empty(), &risk.band) {
        (false, _) => format!(", {}", risk.band_possible.join(" or ")),
        (true, Some(band)) => format!(", {band}"),
        (true, None) => String::new(),
    };
    format!("risk {}: {score}{band}", risk.risk)
}

/// The factors of a risk, one on a line.
pub(super) fn factors(out: &mut impl Write, risks: &[RiskReport], indent: usize, look: &Look) -> io::Result<()> {
    let left = " ".repeat(indent);
    for report in risks {
        writeln!(out, "{left}{}", risk(report))?;
        let values: Vec<String> = report
            .factors
            .iter()
            .map(|factor| match factor.value.as_deref() {
                Some(value) if value.starts_with('-') => value.to_owned(),
                Some(value) => format!("+{value}"),
                None => "+?".to_owned(),
            })
            .collect();
        let widest = values.iter().map(|value| width(value)).max().unwrap_or_default();
        for (factor, value) in report.factors.iter().zip(&values) {
            let when = factor.when.as_deref().map_or_else(|| "always".into(), clean);
            let line = format!("{}  {when}", pad(value, widest));
            let columns = look.width.saturating_sub(indent + 2 + widest + 2).max(20);
            let perhaps = if factor.certain { String::new() } else { look.paint.caution("  perhaps") };
            let mut lines = wrap(&when, columns).into_iter();
            let first = lines.next().unwrap_or(line);
            write!(out, "{left}  {}  {first}", pad(value, widest))?;
            for more in lines {
                write!(out, "\n{left}    {}{more}", " ".repeat(widest))?;
            }
            writeln!(out, "{perhaps}")?;
        }
    }
    Ok(())
}
