//! Decisions as people read them: for each change a heading, then its assets, grouped by verdict and reasons.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use super::text::{clean, counted, fill, pad, width, wrap};
use super::{Look, Paint, duties_human};
use crate::eval::decision::{Counts, Decision, Obligation, Reason, Record, Summary, Tested, UnknownFact, Verdict};
use crate::time::parse_instant;

mod gist;

pub use gist::Gist;
use gist::{ChangeGist, Group};

/// How many assets a group lists by name.
pub(super) const LISTED_ASSETS: usize = 24;
/// How many missing facts a reason lists.
const LISTED_FACTS: usize = 8;
/// Where reasons begin.
const INDENT: usize = 9;

/// Prints each change with its decisions, the totals and what the answer hangs on.
///
/// # Errors
/// What writing fails with.
pub fn decisions(out: &mut impl Write, decisions: &[&Decision], summaries: &[Summary], look: &Look) -> io::Result<()> {
    let mut gist = Gist::default();
    gist.add(decisions.iter().copied());
    gist.print(out, summaries, look)
}

impl Gist {
    /// Prints each change with what its decisions come to, the totals and what the answer hangs on.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn print(&self, out: &mut impl Write, summaries: &[Summary], look: &Look) -> io::Result<()> {
        let none = ChangeGist::default();
        for summary in summaries {
            change(out, summary, self.of(&summary.change).unwrap_or(&none), look)?;
            writeln!(out)?;
        }
        if summaries.len() > 1 {
            totals(out, summaries, look.paint)?;
        }
        if let Some(summary) = summaries.first() {
            record(out, &summary.record, look)?;
        }
        Ok(())
    }
}

fn change(out: &mut impl Write, summary: &Summary, gist: &ChangeGist, look: &Look) -> io::Result<()> {
    let paint = look.paint;
    let verdict = summary.verdict.as_str().to_uppercase();
    write!(out, "{}  {}", paint.bold(&clean(&summary.change)), paint.verdict(summary.verdict, &verdict))?;
    let category = category(summary.category.as_deref(), &summary.category_possible);
    if !category.is_empty() {
        write!(out, "  {category}")?;
    }
    writeln!(out, "  {}", counts(&summary.counts))?;
    if let Some(times) = &gist.tested {
        writeln!(out, "  {}", paint.dim(&tested(times, look)))?;
    }
    if gist.is_stopped_by_time {
        not_before(out, summary, look)?;
    }
    for risk in &summary.risk {
        writeln!(out, "  {}", duties_human::risk(risk))?;
    }
    for group in gist.groups() {
        assets(out, group, look)?;
    }
    let open: Vec<&Obligation> = summary.obligations.iter().collect();
    duties_human::duties(out, &open, parse_instant(&summary.record.now).ok(), look)?;
    assumed(out, &gist.assumed, look)
}

/// `normal`, or `normal (or emergency)` where a fact is missing; empty where the policy has no categories.
pub(super) fn category(certain: Option<&str>, possible: &[String]) -> String {
    let others: Vec<&str> = possible.iter().map(String::as_str).filter(|name| Some(*name) != certain).collect();
    match (certain, others.is_empty()) {
        (Some(name), true) => name.to_owned(),
        (Some(name), false) => format!("{name} (may be {})", others.join(", ")),
        (None, true) => String::new(),
        (None, false) => format!("may be {}", others.join(", ")),
    }
}

pub(super) fn counts(counts: &Counts) -> String {
    let parts: Vec<String> = [
        (counts.deny, "deny"),
        (counts.defer, "defer"),
        (counts.hold, "hold"),
        (counts.warn, "warn"),
        (counts.permit, "permit"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, name)| format!("{count} {name}"))
    .collect();
    let separator = if parts.is_empty() { "" } else { ": " };
    format!("{}{separator}{}", counted(counts.assets, "asset"), parts.join(", "))
}

fn tested(tested: &Tested, look: &Look) -> String {
    let time = |at| match at {
        Some(at) => look.time(at),
        None => "an unknown time".to_owned(),
    };
    match (tested.from, tested.to) {
        (Some(from), Some(to)) if tested.by == "now" && from == to => {
            format!("tested at {}: the change names no time, so it asks to go now", look.time(from))
        }
        (None, None) => "its time is not known".to_owned(),
        (from, to) => format!("tested from {} to {}", time(from), time(to)),
    }
}

/// Where time is in the way: when it no longer is.
fn not_before(out: &mut impl Write, summary: &Summary, look: &Look) -> io::Result<()> {
    let text = match summary.not_before {
        Some(first) => format!("as for time, it may go from {}", look.time(first)),
        None => format!(
            "as for time, it is not known when it may go, or never: see `changegate when {}`",
            clean(&summary.change)
        ),
    };
    writeln!(out, "  {text}")?;
    if !summary.lapses.is_empty() {
        let text = format!("by then the approvals of {} will have lapsed", summary.lapses.join(", "));
        writeln!(out, "  {}", look.paint.caution(&clean(&text)))?;
    }
    Ok(())
}

fn assets(out: &mut impl Write, group: &Group, look: &Look) -> io::Result<()> {
    let names = group.assets.iter().map(|asset| match asset {
        Some(asset) => clean(asset).into_owned(),
        None => "(asset not known)".to_owned(),
    });
    let head = pad(group.verdict.as_str(), INDENT - 2);
    asset_lines(out, &look.paint.verdict(group.verdict, &head), names, group.count, look)?;
    reasons(out, &group.reasons, look)
}

/// A heading and the names of assets beside it; a long list is cut.
pub(super) fn asset_lines(
    out: &mut impl Write,
    head: &str,
    names: impl Iterator<Item = String>,
    total: usize,
    look: &Look,
) -> io::Result<()> {
    let mut items: Vec<String> = names.take(LISTED_ASSETS).collect();
    if total > LISTED_ASSETS {
        items.push(format!("and {} more", total - LISTED_ASSETS));
    }
    let mut left = format!("  {head}");
    for line in fill(items, ", ", look.width.saturating_sub(INDENT).max(20)) {
        writeln!(out, "{left}{line}")?;
        left = " ".repeat(INDENT);
    }
    Ok(())
}

/// The reasons, one on a line with what belongs to it below.
fn reasons(out: &mut impl Write, reasons: &[Arc<Reason>], look: &Look) -> io::Result<()> {
    let names = reasons.iter().map(|reason| width(&name(reason))).max().unwrap_or_default();
    for reason in reasons {
        let effect = look.paint.verdict(reason.effect.verdict(), &pad(reason.effect.as_str(), 7));
        let mut line = format!("{}{effect}{}", " ".repeat(INDENT), pad(&name(reason), names));
        if let Some(title) = &reason.title {
            line.push_str("  ");
            line.push_str(&clean(title));
        }
        if let Some(until) = reason.until {
            line.push_str(&look.paint.dim(&format!("  until {}", look.time(until))));
        }
        writeln!(out, "{}", line.trim_end())?;
        reason_details(out, reason, INDENT + 7, look)?;
    }
    Ok(())
}

/// The statement, and what it is about where that is less than the asset.
pub(super) fn name(reason: &Reason) -> String {
    match &reason.subject {
        Some(subject) => format!("{} {}", reason.rule, clean(subject)),
        None => reason.rule.clone(),
    }
}

/// The text for the person who is blocked, the waivers, and the facts that were missing.
pub(super) fn reason_details(out: &mut impl Write, reason: &Reason, indent: usize, look: &Look) -> io::Result<()> {
    let columns = look.width.saturating_sub(indent).max(20);
    let left = " ".repeat(indent);
    if let Some(because) = &reason.because {
        for line in wrap(&clean(because), columns) {
            writeln!(out, "{left}{line}")?;
        }
    }
    duties_human::waivers(out, reason, indent, look)?;
    if !reason.unknown.is_empty() {
        for line in fill(unknown(&reason.unknown), ", ", columns) {
            writeln!(out, "{left}{}", look.paint.caution(&line))?;
        }
    }
    Ok(())
}

/// `not known: asset.tier (missing)` and so on, the first ones.
pub(super) fn unknown(facts: &[UnknownFact]) -> Vec<String> {
    let mut items: Vec<String> =
        facts.iter().take(LISTED_FACTS).map(|fact| format!("{} ({})", clean(&fact.fact), fact.cause)).collect();
    if facts.len() > LISTED_FACTS {
        items.push(format!("and {} more", facts.len() - LISTED_FACTS));
    }
    if let Some(first) = items.first_mut() {
        first.insert_str(0, "not known: ");
    }
    items
}

/// Where the policy says what an absence means, and a fact was absent: each once.
fn assumed(out: &mut impl Write, facts: &BTreeSet<(String, String)>, look: &Look) -> io::Result<()> {
    let mut items: Vec<String> =
        facts.iter().take(LISTED_FACTS).map(|(fact, value)| format!("{} = {}", clean(fact), clean(value))).collect();
    if facts.len() > LISTED_FACTS {
        items.push(format!("and {} more", facts.len() - LISTED_FACTS));
    }
    if let Some(first) = items.first_mut() {
        first.insert_str(0, "assumed: ");
    }
    for line in fill(items, ", ", look.width.saturating_sub(2).max(20)) {
        writeln!(out, "  {}", look.paint.dim(&line))?;
    }
    Ok(())
}

fn totals(out: &mut impl Write, summaries: &[Summary], paint: Paint) -> io::Result<()> {
    let verdicts = [Verdict::Deny, Verdict::Defer, Verdict::Hold, Verdict::Warn, Verdict::Permit];
    let parts: Vec<String> = verdicts
        .into_iter()
        .filter_map(|verdict| {
            let count = summaries.iter().filter(|summary| summary.verdict == verdict).count();
            (count > 0).then(|| paint.verdict(verdict, &format!("{count} {}", verdict.as_str())))
        })
        .collect();
    let total = u64::try_from(summaries.len()).unwrap_or(u64::MAX);
    writeln!(out, "{}: {}", counted(total, "change"), parts.join(", "))
}

/// What the answer hangs on, in a line or two.
pub(super) fn record(out: &mut impl Write, record: &Record, look: &Look) -> io::Result<()> {
    let items = [
        format!("now {}", record.now),
        format!("times in {}", look.zone.name()),
        format!("policy {}", short(&record.policy)),
        format!("facts {}", short(&record.facts)),
        format!("tzdb {}", record.tzdb),
        format!("changegate {}", record.version),
    ];
    for line in fill(items, ", ", look.width) {
        writeln!(out, "{}", look.paint.dim(&line))?;
    }
    Ok(())
}

/// The first 12 digits of a digest: enough to tell two apart by eye.
fn short(digest: &str) -> &str {
    let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
    digits.get(..12).unwrap_or(digits)
}
