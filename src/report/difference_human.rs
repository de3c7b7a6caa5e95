//! What became different as people read it: for each change a heading, then its assets, grouped by what happened to them.

use std::collections::HashMap;
use std::io::{self, Write};

use super::text::{clean, fill, wrap};
use super::{Look, duties_human, human};
use crate::eval::decision::{Decision, Obligation, Reason, Summary, Verdict};
use crate::explain::difference::{ChangeDifference, Difference, Differences, Step};
use crate::time::Instant;

/// Where what happened to a group of assets begins.
const INDENT: usize = 4;
/// What stands before what came, went, and became something else.
const CAME: &str = "+";
const WENT: &str = "-";
const BECAME: &str = "~";

/// Prints each change of which a decision or the summary became different; nothing where none did. Duties are told as of `now`.
///
/// # Errors
/// What writing fails with.
pub fn differences(out: &mut impl Write, found: &Differences<'_>, now: Instant, look: &Look) -> io::Result<()> {
    let mut by_change: HashMap<Option<&str>, Vec<&Difference<'_>>> = HashMap::new();
    for one in &found.decisions {
        by_change.entry(one.of().0).or_default().push(one);
    }
    for change in &found.changes {
        let id = change.after.or(change.before).map(|summary| summary.change.as_str());
        let own = by_change.remove(&id).unwrap_or_default();
        heading(out, change, look)?;
        // The decisions of a change that is gone are gone with it.
        if change.after.is_some() {
            if own.is_empty() {
                duties(out, &change.duties, now, look)?;
            }
            assets(out, &own, now, look)?;
        }
    }
    // Decisions may differ where their summary does not: two assets that change places.
    let mut rest: Vec<_> = by_change.into_iter().collect();
    rest.sort_unstable_by_key(|(id, _)| *id);
    for (id, own) in rest {
        writeln!(out, "{}", look.paint.bold(&clean(id.unwrap_or("(no change)"))))?;
        assets(out, &own, now, look)?;
    }
    Ok(())
}

fn heading(out: &mut impl Write, change: &ChangeDifference<'_>, look: &Look) -> io::Result<()> {
    let upper = |verdict: Verdict| look.paint.verdict(verdict, &verdict.as_str().to_uppercase());
    let id = |summary: &Summary| look.paint.bold(&clean(&summary.change));
    let (old, new) = match (change.before, change.after) {
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) => {
            return writeln!(out, "{}  new: {}  {}", id(new), upper(new.verdict), human::counts(&new.counts));
        }
        (Some(old), None) => return writeln!(out, "{}  gone: it was {}", id(old), upper(old.verdict)),
        (None, None) => return Ok(()),
    };
    let mut line = format!("{}  {}", id(new), upper(new.verdict));
    if old.verdict != new.verdict {
        line = format!("{}  {} → {}", id(new), upper(old.verdict), upper(new.verdict));
    }
    writeln!(out, "{line}  {}", human::counts(&new.counts))?;
    let category = |summary: &Summary| {
        let text = human::category(summary.category.as_deref(), &summary.category_possible);
        if text.is_empty() { "none".to_owned() } else { text }
    };
    if (&old.category, &old.category_possible) != (&new.category, &new.category_possible) {
        writeln!(out, "  category: {} → {}", category(old), category(new))?;
    }
    if change.keys.contains(&"not_before") {
        writeln!(out, "  {}", not_before(old.not_before, new.not_before, look))?;
    }
    if old.lapses != new.lapses && !new.lapses.is_empty() {
        let text = format!("by then the approvals of {} will have lapsed", new.lapses.join(", "));
        writeln!(out, "  {}", look.paint.caution(&clean(&text)))?;
    }
    if old.risk != new.risk {
        for risk in &new.risk {
            let was = old.risk.iter().find(|old| old.risk == risk.risk);
            let Some(was) = was.filter(|was| *was != risk) else { continue };
            let name = format!("risk {}: ", risk.risk);
            let was = duties_human::risk(was);
            writeln!(out, "  {} → {}", was, duties_human::risk(risk).trim_start_matches(&name))?;
        }
    }
    Ok(())
}

fn not_before(old: Option<Instant>, new: Option<Instant>, look: &Look) -> String {
    let time = |at: Option<Instant>| at.map_or_else(|| "not known".to_owned(), |at| look.time(at));
    format!("as for time, it may go from: {} → {}", time(old), time(new))
}

/// Assets to which the same happened stand together.
fn assets(out: &mut impl Write, own: &[&Difference<'_>], now: Instant, look: &Look) -> io::Result<()> {
    let mut at: HashMap<(String, String), usize> = HashMap::new();
    let mut groups: Vec<((String, String), Vec<String>)> = Vec::new();
    for one in own {
        let mut text = Vec::new();
        happened(&mut text, one, now, look)?;
        let key = (step(one, look), String::from_utf8_lossy(&text).into_owned());
        let name = one.of().1.map_or_else(|| "(asset not known)".to_owned(), |asset| clean(asset).into_owned());
        let place = *at.entry(key.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, names)) => names.push(name),
            None => groups.push((key, vec![name])),
        }
    }
    for ((head, text), names) in groups {
        writeln!(out, "  {head}")?;
        let total = names.len();
        let mut items: Vec<String> = names.into_iter().take(human::LISTED_ASSETS).collect();
        if total > human::LISTED_ASSETS {
            items.push(format!("and {} more", total - human::LISTED_ASSETS));
        }
        for line in fill(items, ", ", look.width.saturating_sub(INDENT).max(20)) {
            writeln!(out, "{:INDENT$}{}", "", look.paint.bold(&line))?;
        }
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// `permit → deny`
fn step(one: &Difference<'_>, look: &Look) -> String {
    let shown = |decision: &Decision| look.paint.verdict(decision.verdict, decision.verdict.as_str());
    match (one.before, one.after) {
        (Some(old), Some(new)) if old.verdict == new.verdict => format!("{}, as before", shown(new)),
        (Some(old), Some(new)) => format!("{} → {}", shown(old), shown(new)),
        (None, Some(new)) => format!("new: {}", shown(new)),
        (Some(old), None) => format!("gone: it was {}", shown(old)),
        (None, None) => String::new(),
    }
}

/// What is behind it.
fn happened(out: &mut impl Write, one: &Difference<'_>, now: Instant, look: &Look) -> io::Result<()> {
    if let (Some(old), Some(new)) = (one.before, one.after) {
        for key in &one.keys {
            match *key {
                "category" | "category_possible" if one.keys.contains(&"category") == (*key == "category") => {
                    let name = |of: &Decision| human::category(of.category.as_deref(), &of.category_possible);
                    writeln!(out, "{:INDENT$}category: {} → {}", "", name(old), name(new))?;
                }
                "not_before" => {
                    writeln!(out, "{:INDENT$}{}", "", not_before(old.not_before, new.not_before, look))?;
                }
                "tested" => {
                    let time = |at: Option<Instant>| at.map_or_else(|| "not known".to_owned(), |at| look.time(at));
                    let span = |of: &Decision| format!("{} to {}", time(of.tested.from), time(of.tested.to));
                    writeln!(out, "{:INDENT$}tested: {} → {}", "", span(old), span(new))?;
                }
                "triage" => triage(out, old, new, look)?,
                "assumed" => writeln!(out, "{:INDENT$}what is assumed of absent facts is not what it was", "")?,
                _ => {}
            }
        }
    }
    // What went with the asset or the change needs no list.
    if one.after.is_none() {
        return Ok(());
    }
    for step in &one.reasons {
        match step {
            Step::Came(new) => reason(out, CAME, None, new, look)?,
            Step::Went(old) => {
                let line = format!("{} {}  {}", WENT, old.effect.as_str(), title(old));
                writeln!(out, "{:INDENT$}{}", "", look.paint.dim(line.trim_end()))?;
            }
            Step::Became(old, new) => reason(out, BECAME, Some(old), new, look)?,
        }
    }
    duties(out, &one.duties, now, look)
}

fn title(reason: &Reason) -> String {
    let title = reason.title.as_deref().map(|title| format!("  {}", clean(title))).unwrap_or_default();
    format!("{}{title}", human::name(reason))
}

/// A reason, with what it says below.
fn reason(out: &mut impl Write, sign: &str, old: Option<&Reason>, new: &Reason, look: &Look) -> io::Result<()> {
    let effect = look.paint.verdict(new.effect.verdict(), new.effect.as_str());
    let effect = match old.filter(|old| old.effect != new.effect) {
        Some(old) => format!("{} → {effect}", old.effect.as_str()),
        None => effect,
    };
    let until = match (old.and_then(|old| old.until), new.until) {
        (Some(old), Some(new)) if old != new => format!("  until {} → {}", look.time(old), look.time(new)),
        (_, Some(until)) => format!("  until {}", look.time(until)),
        (..) => String::new(),
    };
    writeln!(out, "{:INDENT$}{sign} {effect}  {}{}", "", title(new), look.paint.dim(&until))?;
    human::reason_details(out, new, INDENT + 2 + new.effect.as_str().len() + 2, look)
}

/// The urgency of the findings, block by block.
fn triage(out: &mut impl Write, old: &Decision, new: &Decision, look: &Look) -> io::Result<()> {
    for block in new.triage.iter() {
        let was = old.triage.iter().find(|old| old.block == block.block);
        let level = |level: Option<&str>| level.unwrap_or("none").to_owned();
        let due = |at: Option<Instant>| at.map_or_else(|| "never".to_owned(), |at| look.time(at));
        let mut parts = Vec::new();
        match was {
            Some(was) => {
                if was.level != block.level {
                    parts.push(format!("{} → {}", level(was.level.as_deref()), level(block.level.as_deref())));
                }
                if was.due != block.due {
                    parts.push(format!("due {} → {}", due(was.due), due(block.due)));
                }
                if was.overdue != block.overdue {
                    parts.push(format!("overdue {} → {}", was.overdue, block.overdue));
                }
                if was.findings.len() != block.findings.len() {
                    parts.push(format!("findings {} → {}", was.findings.len(), block.findings.len()));
                }
            }
            None => parts.push(format!("{}, due {}", level(block.level.as_deref()), due(block.due))),
        }
        if !parts.is_empty() {
            writeln!(out, "{:INDENT$}triage {}: {}", "", block.block, parts.join(", "))?;
        }
    }
    Ok(())
}

/// Duties that came, are done, went or became others.
fn duties(out: &mut impl Write, steps: &[Step<&Obligation>], now: Instant, look: &Look) -> io::Result<()> {
    for step in steps {
        let (sign, duty, text) = match step {
            Step::Came(new) if new.missing == 0 => (CAME, new, "done".to_owned()),
            Step::Came(new) => (CAME, new, duties_human::what(new, Some(now), look)),
            Step::Went(old) => (WENT, old, "nothing to do any more".to_owned()),
            Step::Became(_, new) if new.missing == 0 => (BECAME, new, "done".to_owned()),
            Step::Became(_, new) => (BECAME, new, duties_human::what(new, Some(now), look)),
        };
        let subject = duty.subject.as_deref().filter(|_| duty.missing == 0 || matches!(step, Step::Went(_)));
        let subject = subject.map(|subject| format!(" for {}", clean(subject))).unwrap_or_default();
        let text = format!("{sign} duty {}{subject}: {text}", duty.rule);
        for (at, line) in wrap(&text, look.width.saturating_sub(INDENT + 2).max(20)).into_iter().enumerate() {
            let indent = if at == 0 { INDENT } else { INDENT + 2 };
            writeln!(out, "{:indent$}{line}", "")?;
        }
    }
    Ok(())
}
