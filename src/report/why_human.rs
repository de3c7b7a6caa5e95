//! Why a change got its verdict: the reasons, with the policy's text and the facts beside it.

use std::io::{self, Write};

use super::human::{asset_lines, name, reason_details, record};
use super::rows::{Decisive, FactValue, Why, WhyGroup, WhyReason};
use super::text::{clean, counted, pad, width};
use super::{Look, duties_human};
use crate::eval::decision::Obligation;
use crate::syntax::source::Sources;
use crate::time::parse_instant;

/// Prints the verdict in one sentence, then each group of assets with its reasons.
///
/// # Errors
/// What writing fails with.
pub fn why(out: &mut impl Write, why: &Why, sources: &Sources, look: &Look) -> io::Result<()> {
    writeln!(out, "{}", sentence(why, look))?;
    for group in &why.groups {
        writeln!(out)?;
        group_text(out, group, sources, look)?;
        let duties: Vec<&Obligation> = group.obligations.iter().map(AsRef::as_ref).collect();
        if duties.iter().any(|duty| duty.missing > 0) {
            writeln!(out)?;
        }
        duties_human::duties(out, &duties, parse_instant(&why.record.now).ok(), look)?;
        duties_human::done(out, &duties, look)?;
    }
    writeln!(out)?;
    record(out, &why.record, look)
}

/// `CHG0031 is denied: backup_verified (deny) on 2 of 3 assets, and 1 more reason`.
fn sentence(why: &Why, look: &Look) -> String {
    let verdict = match why.verdict {
        crate::eval::decision::Verdict::Permit => "is permitted",
        crate::eval::decision::Verdict::Warn => "is permitted, with warnings",
        crate::eval::decision::Verdict::Hold => "is held: somebody must act first",
        crate::eval::decision::Verdict::Defer => "is deferred: it has to wait for another time",
        crate::eval::decision::Verdict::Deny => "is denied",
    };
    let assets: usize = why.groups.iter().map(|group| group.assets.len()).sum();
    let blocked: usize =
        why.groups.iter().filter(|group| !group.verdict.permits()).map(|group| group.assets.len()).sum();
    let count = counted(u64::try_from(assets).unwrap_or(u64::MAX), "asset");
    let verdict = look.paint.verdict(why.verdict, verdict);
    let change = look.paint.bold(&clean(&why.change));
    if blocked == 0 {
        format!("{change} {verdict} ({count})")
    } else {
        format!("{change} {verdict} ({blocked} of {count} blocked)")
    }
}

fn group_text(out: &mut impl Write, group: &WhyGroup, sources: &Sources, look: &Look) -> io::Result<()> {
    let head = look.paint.verdict(group.verdict, &pad(group.verdict.as_str(), 7));
    let names = group.assets.iter().map(|asset| match asset {
        Some(asset) => clean(asset).into_owned(),
        None => "(asset not known)".to_owned(),
    });
    asset_lines(out, &head, names, group.assets.len(), look)?;
    if group.reasons.is_empty() {
        writeln!(out, "         nothing is in the way")?;
    }
    for reason in &group.reasons {
        reason_text(out, reason, sources, look)?;
    }
    Ok(())
}

fn reason_text(out: &mut impl Write, why: &WhyReason, sources: &Sources, look: &Look) -> io::Result<()> {
    let reason = &why.reason;
    let effect = look.paint.verdict(reason.effect.verdict(), reason.effect.as_str());
    let title = reason.title.as_deref().map(|title| format!("  {}", clean(title))).unwrap_or_default();
    writeln!(out)?;
    writeln!(out, "    {effect}  {} {}{title}", reason.kind, look.paint.bold(&name(reason)))?;
    if let Some(until) = reason.until {
        writeln!(out, "      until {}", look.time(until))?;
    }
    reason_details(out, reason, 6, look)?;
    for control in &reason.refs {
        writeln!(out, "      {}", look.paint.dim(&format!("ref {}", clean(control))))?;
    }
    if let (Some(at), true) = (&reason.at, why.decisive.is_empty()) {
        writeln!(out, "      {}", look.paint.dim(&format!("{}:{}:{}", at.file, at.line, at.column)))?;
    }
    for part in &why.decisive {
        excerpt(out, part, sources, look)?;
    }
    facts(out, &why.facts, look)?;
    duties_human::factors(out, &reason.factors, 8, look)
}

/// The line of the policy with the part that decided underlined, and what it came to.
fn excerpt(out: &mut impl Write, part: &Decisive, sources: &Sources, look: &Look) -> io::Result<()> {
    let paint = look.paint;
    let at = &part.at;
    writeln!(out, "      {}", paint.dim(&format!("{}:{}:{}", at.file, at.line, at.column)))?;
    let whole = sources.get(part.span.file).map(|file| file.text.as_ref()).unwrap_or_default();
    let (start, end) = (part.span.start as usize, part.span.end as usize);
    let (Some(before), Some(text)) = (whole.get(..start), whole.get(start..end)) else {
        return writeln!(out, "        {}", clean(&part.text));
    };
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let head = before.get(line_start..).unwrap_or_default();
    let tail = whole.get(end..).unwrap_or_default().lines().next().unwrap_or_default();
    let indent = head.len() - head.trim_start().len();
    let head = clean(head.trim_start()).into_owned();
    let last = text.lines().count().saturating_sub(1);
    for (n, line) in text.lines().enumerate() {
        let line =
            if n == 0 { line } else { line.get(indent.min(line.len() - line.trim_start().len())..).unwrap_or(line) };
        let line = clean(line).into_owned();
        let left = if n == 0 { head.as_str() } else { "" };
        let right = if n == last { tail } else { "" };
        let spaces = line.len() - line.trim_start().len();
        writeln!(out, "        {left}{line}{}", clean(right))?;
        let marks = "^".repeat(width(line.trim_start()));
        let value = if n == last { format!(" {}", part.value) } else { String::new() };
        writeln!(out, "        {}{}", " ".repeat(width(left) + spaces), paint.bad(&format!("{marks}{value}")))?;
    }
    Ok(())
}

fn facts(out: &mut impl Write, facts: &[FactValue], look: &Look) -> io::Result<()> {
    let columns = facts.iter().map(|fact| width(&fact.fact)).max().unwrap_or_default();
    for fact in facts {
        let value = clean(&fact.value);
        let value = if fact.known { value.into_owned() } else { look.paint.caution(&value) };
        writeln!(out, "        {}  {value}", pad(&clean(&fact.fact), columns))?;
    }
    Ok(())
}
