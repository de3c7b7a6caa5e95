//! When a change may go, beside the people that it still needs and the deadlines that it would miss.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::check::program::{Effect, Head, Times};
use crate::check::schema::TableId;
use crate::eval::decide::{Options, decide_untimed};
use crate::eval::decision::{Decision, FindingTriage, Obligation, Record, Verdict};
use crate::eval::env::Env;
use crate::eval::facts;
use crate::eval::period::entries::period_of;
use crate::eval::reason::place_of;
use crate::eval::when::{Chances, Limit, Timing};
use crate::time::{Duration, Instant};

use super::calendar::text_of;
use super::when_rows::{Late, LimitRow, Other, Standing, Stretch, WayOut, When, WhenGroup};

/// Says when a change may go, for one of its assets or for all; none where it does not touch that asset. Beside it the ids of the assets that
/// it does touch.
#[must_use]
pub fn when(
    env: &Env<'_>,
    record: &Record,
    change: u32,
    asset: Option<&str>,
    horizon: Duration,
    options: Options,
) -> (Option<When>, Vec<String>) {
    let decided = decide_untimed(env, change, options);
    let ids: Vec<String> =
        decided.iter().filter_map(|(decision, _)| decision.asset.as_deref().map(str::to_owned)).collect();
    let is_wanted = |id: Option<&str>| asset.is_none() || id == asset;
    let wanted: Vec<(Decision, u32)> =
        decided.into_iter().filter(|(decision, _)| is_wanted(decision.asset.as_deref())).collect();
    let Some((first, _)) = wanted.first() else { return (None, ids) };
    let mut timing = crate::eval::when::when(env, change, horizon);
    timing.assets.retain(|one| is_wanted(one.asset.as_deref()));
    if asset.is_some()
        && let Some(one) = timing.assets.first()
    {
        timing.whole = (*one.chances).clone();
    }
    let whole = standing(env, &timing.whole);
    let late = late(&wanted, earliest(&timing, &whole), env.now);
    let answer = When {
        change: facts::text(env, TableId::CHANGE, "id", change).unwrap_or_default(),
        verdict: wanted.iter().map(|(decision, _)| decision.verdict).max().unwrap_or(Verdict::Hold),
        asked: first.tested.clone(),
        length: timing.length,
        from: timing.from,
        until: timing.until,
        people: people(&wanted),
        others: others(&wanted),
        ways_out: ways_out(env, &wanted, &timing, &late),
        groups: groups(env, &wanted, timing),
        whole,
        late,
        record: record.clone(),
    };
    (Some(answer), ids)
}

fn standing(env: &Env<'_>, chances: &Chances) -> Standing {
    let limits = |limits: &[Limit]| limits.iter().map(|limit| limit_row(env, limit)).collect();
    let starts = chances.ranges.iter().map(|range| Stretch {
        from: range.from,
        // To the microsecond, which is as fine as times are.
        last: range.to.saturating_sub(Duration::from_micros(1)).max(range.from),
        opened_by: limits(&range.opened_by),
        closed_by: limits(&range.closed_by),
    });
    Standing {
        first: chances.first,
        starts: starts.collect(),
        more: u64::try_from(chances.more).unwrap_or(u64::MAX),
        hangs_on: chances.hangs_on.clone(),
        blockers: limits(&chances.blockers),
        lapses: chances.lapses.clone(),
    }
}

/// The `while` of a statement that has one.
fn condition(env: &Env<'_>, limit: &Limit) -> Option<String> {
    period_of(env, limit.id)?.times.iter().find_map(|when| match when.times {
        Times::While(node) => Some(text_of(env, node)),
        Times::Known(_) | Times::Rule(..) | Times::File(_) => None,
    })
}

fn limit_row(env: &Env<'_>, limit: &Limit) -> LimitRow {
    LimitRow {
        rule: limit.rule.clone(),
        kind: limit.kind,
        title: limit.title.clone(),
        until: limit.until,
        condition: condition(env, limit),
        at: place_of(env, limit.at),
    }
}

/// How assets stand, their zone and their ids.
type Alike = (Arc<Chances>, Option<String>, Vec<Option<String>>);

/// Assets that stand alike, the latest first instant first: that is what the whole change waits for.
fn groups(env: &Env<'_>, wanted: &[(Decision, u32)], timing: Timing) -> Vec<WhenGroup> {
    let zones: BTreeMap<Option<&str>, Option<String>> = wanted
        .iter()
        .map(|(decision, row)| (decision.asset.as_deref(), facts::text(env, TableId::ASSET, "timezone", *row)))
        .collect();
    let mut groups: Vec<Alike> = Vec::new();
    let mut seen: HashMap<(Arc<Chances>, Option<String>), usize> = HashMap::new();
    for one in timing.assets {
        let zone = zones.get(&one.asset.as_deref()).cloned().flatten();
        let place = *seen.entry((Arc::clone(&one.chances), zone.clone())).or_insert_with(|| {
            groups.push((one.chances, zone, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, _, assets)) = groups.get_mut(place) {
            assets.push(one.asset);
        }
    }
    let waits = |chances: &Chances| (chances.first.is_some(), std::cmp::Reverse(chances.first));
    groups.sort_by(|(a, x, s), (b, y, t)| waits(a).cmp(&waits(b)).then_with(|| x.cmp(y)).then_with(|| s.cmp(t)));
    groups
        .into_iter()
        .map(|(chances, zone, assets)| WhenGroup { assets, zone, standing: standing(env, &chances) })
        .collect()
}

/// What is still to be done by somebody before the change may go, each once: approvals, and duties that hold it.
fn people(wanted: &[(Decision, u32)]) -> Vec<Arc<Obligation>> {
    let holds = |decision: &Decision, duty: &Obligation| {
        decision.reasons.iter().any(|reason| reason.rule == duty.rule && !reason.effect.verdict().permits())
    };
    let key = |duty: &Obligation| (duty.kind, duty.rule.clone(), duty.subject.clone(), duty.role.clone());
    let mut all = BTreeMap::new();
    for (decision, _) in wanted {
        for duty in decision.obligations.iter().filter(|duty| duty.missing > 0 && holds(decision, duty)) {
            all.entry(key(duty)).or_insert(duty);
        }
    }
    all.into_values().map(Arc::clone).collect()
}

/// What else blocks: neither time nor people.
fn others(wanted: &[(Decision, u32)]) -> Vec<Other> {
    let mut all: BTreeMap<(&'static str, &str), (Effect, Option<&String>, u64)> = BTreeMap::new();
    for (decision, _) in wanted {
        let mut seen = BTreeSet::new();
        for reason in &decision.reasons {
            let owed = decision.obligations.iter().any(|duty| duty.rule == reason.rule && duty.missing > 0);
            if reason.effect.verdict().permits() || matches!(reason.kind, "blackout" | "window") || owed {
                continue;
            }
            if seen.insert((reason.kind, reason.rule.as_str())) {
                let entry = all.entry((reason.kind, &reason.rule)).or_insert((reason.effect, reason.title.as_ref(), 0));
                entry.0 = entry.0.max(reason.effect);
                entry.2 += 1;
            }
        }
    }
    all.into_iter()
        .map(|((kind, rule), (effect, title, assets))| Other {
            kind,
            rule: rule.to_owned(),
            title: title.cloned(),
            effect: effect.as_str(),
            assets,
        })
        .collect()
}

/// The instant before which the change certainly does not go: the first, the end of the horizon where there is none, and what was asked about
/// where that is not known.
fn earliest(timing: &Timing, whole: &Standing) -> Instant {
    match whole.first {
        Some(first) => first,
        None if whole.is_open() => timing.from,
        None => timing.until,
    }
}

/// The deadlines of what the change fixes that lie before an instant.
fn late(wanted: &[(Decision, u32)], limit: Instant, now: Instant) -> Vec<Late> {
    let mut all: BTreeMap<(&str, Option<&str>), Late> = BTreeMap::new();
    for (decision, _) in wanted {
        for block in decision.triage.iter() {
            let missed =
                |finding: &&FindingTriage| finding.waiver.is_none() && finding.due.is_some_and(|due| due < limit);
            for finding in block.findings.iter().filter(missed) {
                let Some(due) = finding.due else { continue };
                let entry = all.entry((&block.block, finding.finding.as_deref())).or_insert_with(|| Late {
                    block: block.block.to_string(),
                    level: finding.level.clone(),
                    finding: finding.finding.clone(),
                    assets: Vec::new(),
                    due,
                    overdue: due < now,
                    unknown: finding.unknown.clone(),
                });
                entry.assets.push(decision.asset.as_deref().map(str::to_owned));
                if due < entry.due {
                    entry.due = due;
                    entry.overdue = due < now;
                    entry.level.clone_from(&finding.level);
                    entry.unknown.clone_from(&finding.unknown);
                }
            }
        }
    }
    let mut all: Vec<Late> = all.into_values().collect();
    all.sort_by(|a, b| (a.due, &a.block, &a.finding).cmp(&(b.due, &b.block, &b.finding)));
    all
}

/// The exceptions of what is in the way by time, and the waivers of what would be missed or is in the way otherwise.
fn ways_out(env: &Env<'_>, wanted: &[(Decision, u32)], timing: &Timing, late: &[Late]) -> Vec<WayOut> {
    let program = env.program;
    let never = timing.whole.first.is_none() && timing.whole.hangs_on.is_empty();
    let mut ways = Vec::new();
    let blocking: BTreeSet<(&'static str, &str)> = wanted
        .iter()
        .flat_map(|(decision, _)| &decision.reasons)
        .filter(|reason| !reason.effect.verdict().permits())
        .map(|reason| (reason.kind, reason.rule.as_str()))
        .collect();
    if !late.is_empty() || never {
        let delaying = timing.whole.ranges.first().into_iter().flat_map(|range| &range.opened_by);
        let named = delaying.chain(&timing.whole.blockers).map(|limit| (limit.kind, limit.rule.as_str()));
        let named: BTreeSet<(&'static str, &str)> = named.chain(blocking.iter().copied()).collect();
        for (kind, periods) in [("blackout", &program.blackouts), ("window", &program.windows)] {
            for head in
                periods.iter().map(|period| &period.head).filter(|head| named.contains(&(kind, head.name.as_str())))
            {
                let Some(except) = head.except else { continue };
                ways.push(WayOut { condition: Some(text_of(env, except)), ..way("exception", kind, env, head) });
            }
        }
        let blocks: BTreeSet<&str> = late.iter().map(|late| late.block.as_str()).collect();
        for block in program.triages.iter().filter(|block| blocks.contains(block.head.name.as_str())) {
            ways.extend(waiver("triage", env, &block.head));
        }
    }
    for rule in program.rules.iter().filter(|rule| blocking.contains(&("rule", rule.head.name.as_str()))) {
        ways.extend(waiver("rule", env, &rule.head));
    }
    for duty in program.obligations.iter().filter(|duty| blocking.contains(&("obligation", duty.head.name.as_str()))) {
        ways.extend(waiver("obligation", env, &duty.head));
    }
    ways
}

fn way(way: &'static str, kind: &'static str, env: &Env<'_>, head: &Head) -> WayOut {
    WayOut {
        way,
        kind,
        rule: head.name.clone(),
        condition: None,
        by: Vec::new(),
        up_to: None,
        at: place_of(env, head.span),
    }
}

fn waiver(kind: &'static str, env: &Env<'_>, head: &Head) -> Option<WayOut> {
    let (by, up_to) = head.waivable.as_ref()?;
    Some(WayOut { by: by.clone(), up_to: up_to.map(Duration::from_micros), ..way("waiver", kind, env, head) })
}
