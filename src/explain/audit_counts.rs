//! The estate counted: by statement, level, duty, waiver, and by what assets have in common.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::audit::{First, add, count, text, worst_first};
use super::audit_rows::{AuditRow, Duty, DutyRow, GroupRow, Lack, LevelRow, Listed, Standing, StatementRow, WaiverRow};
use crate::check::program::Effect;
use crate::check::schema::{FieldId, TableId};
use crate::eval::decision::AppliedWaiver;
use crate::eval::env::Env;
use crate::eval::facts;
use crate::eval::value::{Poss, Raw};
use crate::eval::waiver::{day_zone, head_of};
use crate::facts::table::Column;
use crate::time::{Date, Instant};

/// A waiver that ends within this is told: 30 days, in microseconds.
const SOON: i64 = 30 * 24 * 3600 * 1_000_000;

/// What each statement says: the strongest effect first, then the most assets.
pub(super) fn statements(rows: &[AuditRow]) -> Vec<StatementRow> {
    #[derive(Default)]
    struct Gathered {
        title: Option<String>,
        assets: u64,
        unknown: u64,
        waived: u64,
        strongest: Option<Effect>,
        first: First,
    }
    let mut found: BTreeMap<(&'static str, &str), Gathered> = BTreeMap::new();
    for row in rows {
        // A duty for each finding gives several reasons on one asset.
        let mut own: BTreeMap<(&'static str, &str), (Effect, bool, bool)> = BTreeMap::new();
        for reason in &row.decision.reasons {
            let key = (reason.kind, reason.rule.as_str());
            let (effect, unknown, waived) = own.entry(key).or_insert((reason.effect, false, false));
            *effect = reason.effect.max(*effect);
            *unknown |= !reason.unknown.is_empty();
            *waived |= reason.waiver.is_some();
            let gathered = found.entry(key).or_default();
            gathered.title.clone_from(&reason.title);
        }
        for (key, (effect, unknown, waived)) in own {
            let gathered = found.entry(key).or_default();
            gathered.assets += 1;
            gathered.unknown += u64::from(unknown);
            gathered.waived += u64::from(waived);
            if gathered.strongest < Some(effect) {
                gathered.strongest = Some(effect);
                gathered.first = First::default();
            }
            if gathered.strongest == Some(effect) {
                gathered.first.add(row.id());
            }
        }
    }
    let mut statements: Vec<(Option<Effect>, StatementRow)> = found
        .into_iter()
        .map(|((kind, rule), gathered)| {
            let row = StatementRow {
                effect: gathered.strongest.map_or("report", Effect::as_str),
                kind,
                rule: rule.to_owned(),
                title: gathered.title,
                assets: gathered.assets,
                unknown: gathered.unknown,
                waived: gathered.waived,
                first: gathered.first.into_names(),
            };
            (gathered.strongest, row)
        })
        .collect();
    statements.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| y.assets.cmp(&x.assets)));
    statements.into_iter().map(|(_, row)| row).collect()
}

/// A block and a level, the most urgent first.
type LevelKey<'r> = (&'r str, Reverse<i64>);

/// What the triage blocks say: by block, the most urgent level first, findings without a level last.
pub(super) fn levels(env: &Env<'_>, rows: &[AuditRow]) -> Vec<LevelRow> {
    let mut found: BTreeMap<LevelKey<'_>, LevelRow> = BTreeMap::new();
    let mut late: BTreeMap<LevelKey<'_>, Vec<(Instant, &str)>> = BTreeMap::new();
    for row in rows {
        for block in row.decision.triage.iter() {
            let def = env.program.triages.iter().find(|triage| triage.head.name == *block.block);
            for finding in &block.findings {
                let code = def.and_then(|def| def.levels.code(finding.level.as_deref()?)).unwrap_or(-1);
                let key = (&*block.block, Reverse(code));
                let level = found.entry(key).or_insert_with(|| LevelRow {
                    block: block.block.to_string(),
                    level: finding.level.clone(),
                    findings: 0,
                    overdue: 0,
                    waived: 0,
                    assets: 0,
                    oldest: None,
                    first: Vec::new(),
                });
                level.findings += 1;
                level.waived += u64::from(finding.waiver.is_some());
                if finding.overdue {
                    level.overdue += 1;
                    late.entry(key).or_default().push((finding.due.unwrap_or(Instant::MAX), row.id()));
                }
            }
        }
    }
    for (key, mut late) in late {
        late.sort_unstable();
        let Some(level) = found.get_mut(&key) else { continue };
        let mut first = First::default();
        late.iter().for_each(|(_, asset)| first.add(asset));
        level.first = first.into_names();
        level.oldest = late.first().map(|(due, _)| *due).filter(|due| *due != Instant::MAX);
        level.assets = count(late.iter().map(|(_, asset)| *asset).collect::<BTreeSet<_>>().len());
    }
    found.into_values().collect()
}

/// The open duties by statement: the most overdue first, then by deadline.
pub(super) fn duties(env: &Env<'_>, rows: &[AuditRow], elsewhere: &[Duty]) -> Vec<DutyRow> {
    let mut all: Vec<Duty> = elsewhere.to_vec();
    for row in rows {
        all.extend(row.duties.iter().cloned());
        let open = row.decision.obligations.iter().filter(|duty| duty.missing > 0);
        all.extend(open.map(|duty| Duty {
            // A deadline that cannot be told is given as `now`.
            overdue: duty.due.is_some_and(|due| due < env.now || (due == env.now && !duty.unknown.is_empty())),
            due: duty.due.filter(|due| *due != env.now || duty.unknown.is_empty()),
            kind: Some(duty.kind.to_owned()),
            rule: Some(duty.rule.clone()),
            in_policy: true,
            change: None,
            asset: row.decision.asset.as_deref().map(str::to_owned),
            subject: duty.subject.clone(),
            role: duty.role.clone(),
        }));
    }
    all.sort_by(worst_first);
    let mut found: BTreeMap<(String, String, Option<String>), (DutyRow, First)> = BTreeMap::new();
    for duty in all {
        let kind = duty.kind.clone().unwrap_or_else(|| "duty".to_owned());
        let rule = duty.rule.clone().unwrap_or_else(|| "unknown".to_owned());
        let key = (rule.clone(), kind.clone(), duty.role.clone());
        let (row, first) = found.entry(key).or_insert_with(|| {
            let row = DutyRow {
                kind,
                rule,
                role: duty.role.clone(),
                in_policy: duty.in_policy,
                open: 0,
                overdue: 0,
                due_unknown: 0,
                oldest: None,
                first: Vec::new(),
            };
            (row, First::default())
        });
        row.open += 1;
        row.overdue += u64::from(duty.overdue);
        row.due_unknown += u64::from(duty.overdue && duty.due.is_none());
        row.oldest = row.oldest.or(duty.due);
        first.add(&about(&duty));
    }
    let mut duties: Vec<DutyRow> =
        found.into_values().map(|(row, first)| DutyRow { first: first.into_names(), ..row }).collect();
    duties.sort_by(|a, b| {
        let key = |row: &DutyRow| (Reverse(row.overdue), row.oldest.is_none(), row.oldest);
        key(a).cmp(&key(b))
    });
    duties
}

/// What a duty is about: `CHG0031 db-1 CVE-2026-1234`.
fn about(duty: &Duty) -> String {
    let parts: Vec<&str> =
        [&duty.change, &duty.asset, &duty.subject].into_iter().flatten().map(String::as_str).collect();
    if parts.is_empty() { "the estate".to_owned() } else { parts.join(" ") }
}

/// The waivers of the policy and of the data: those that have ended first, then those that end soonest.
pub(super) fn waivers(env: &Env<'_>, rows: &[AuditRow]) -> Vec<WaiverRow> {
    let mut used: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        let of_findings = row.decision.triage.iter().flat_map(|block| &block.findings).map(|finding| &finding.waiver);
        let of_reasons = row.decision.reasons.iter().map(|reason| &reason.waiver);
        for AppliedWaiver { name, .. } in of_reasons.chain(of_findings).flatten() {
            used.entry(name).or_default().insert(row.id());
        }
    }
    let assets = |name: &str| used.get(name).map_or(0, |assets| count(assets.len()));
    let mut found = Vec::new();
    for waiver in &env.program.waivers {
        let name = &waiver.head.name;
        let waives = waiver.waives.iter().filter_map(|target| head_of(env.program, *target));
        found.push(WaiverRow {
            standing: standing(env.now, Some(waiver.from), Some(waiver.until)),
            until: Instant::from_micros(waiver.until),
            name: name.clone(),
            data: false,
            waives: waives.map(|head| head.name.clone()).collect(),
            by: waiver.by.clone(),
            assets: assets(name),
        });
    }
    let zone = day_zone(env);
    let rows = env.rows_of(TableId::WAIVER).map_or(0, |table| table.len.saturating_sub(1));
    for row in 0..u32::try_from(rows).unwrap_or(u32::MAX) {
        let Some(name) = text(env, TableId::WAIVER, "id", row) else { continue };
        let date = |field| match facts::value(env, TableId::WAIVER, field, row) {
            Poss::One(Raw::Int(days)) => Date::from_days(days),
            _ => None,
        };
        let from = date("from").and_then(|day| zone.start_of_day(day)).map(Instant::micros);
        let until = date("until").and_then(|day| zone.end_of_day(day)).map(Instant::micros);
        found.push(WaiverRow {
            standing: standing(env.now, from, until),
            until: until.and_then(Instant::from_micros),
            assets: assets(&name),
            name,
            data: true,
            waives: names(env, row),
            by: text(env, TableId::WAIVER, "by", row).into_iter().collect(),
        });
    }
    found.sort();
    found
}

fn standing(now: Instant, from: Option<i64>, until: Option<i64>) -> Standing {
    let now = now.micros();
    match until {
        None => Standing::EndUnknown,
        Some(until) if until <= now => Standing::Ended,
        Some(until) if until.saturating_sub(now) <= SOON => Standing::EndsSoon,
        Some(_) if from.is_some_and(|from| from > now) => Standing::NotBegun,
        Some(_) => Standing::Holds,
    }
}

/// The statements that a waiver of the data names, sorted.
fn names(env: &Env<'_>, row: u32) -> Vec<String> {
    let found = env.program.schema.find(TableId::WAIVER, "waives");
    let column = found.and_then(|(field, _)| env.rows_of(TableId::WAIVER)?.column(field));
    let Some(Column::List(list)) = column else { return Vec::new() };
    let bound = |at: usize| list.offsets.get(at).map_or(0, |bound| *bound as usize);
    let at = row as usize;
    let inner = bound(at)..bound(at.saturating_add(1));
    let mut names: Vec<String> =
        inner.filter_map(|at| env.facts.text(&list.rows, FieldId(0), at)).map(str::to_owned).collect();
    names.sort_unstable();
    names
}

/// The assets whose records lack something.
pub(super) fn listed(rows: &[AuditRow], lack: Lack) -> Listed {
    let mut listed = Listed::default();
    let mut first = First::default();
    for row in rows.iter().filter(|row| row.inventory.contains(&lack)) {
        listed.assets += 1;
        first.add(row.id());
    }
    Listed { first: first.into_names(), ..listed }
}

/// Counts by what assets have in common, by its name; those of which it is not known last.
pub(super) fn groups(rows: &[AuditRow], of: impl Fn(&AuditRow) -> Option<&str>) -> Vec<GroupRow> {
    let mut found: BTreeMap<(bool, Option<&str>), GroupRow> = BTreeMap::new();
    for row in rows {
        let value = of(row);
        let group = found
            .entry((value.is_none(), value))
            .or_insert_with(|| GroupRow { value: value.map(str::to_owned), ..GroupRow::default() });
        add(&mut group.counts, row.decision.verdict);
        group.overdue += row.overdue_findings();
        for lack in &row.inventory {
            match lack {
                Lack::NoOwner => group.no_owner += 1,
                Lack::NeverScanned => group.never_scanned += 1,
                Lack::NotScanned => group.not_scanned += 1,
            }
        }
    }
    found.into_values().collect()
}
