//! The state of the estate: what the policy says of every asset without a change, what is overdue, what ends, what the inventory lacks.

use std::collections::{BTreeSet, HashMap};

use super::audit_counts::{duties, groups, levels, listed, statements, waivers};
use super::audit_rows::{AuditReport, AuditRow, AuditSummary, Duty, Lack};
use crate::check::program::VarId;
use crate::check::schema::{Shape, TableId};
use crate::eval::decide::Options;
use crate::eval::decision::{Answer, Counts, Decision, Obligation, Record, Verdict};
use crate::eval::env::Env;
use crate::eval::value::{Poss, Raw};
use crate::eval::{display, estate, facts};
use crate::time::Instant;

/// After how many days without a scan an asset is listed: a scanner that comes monthly has then missed it.
const SCAN_DAYS: u32 = 30;

/// Audits the inventory.
#[must_use]
pub fn audit(env: &Env<'_>, record: &Record, options: Options) -> AuditReport {
    let decisions = estate::decide(env, options);
    let (mut by_asset, elsewhere) = earlier(env, &decisions);
    let mut rows: Vec<AuditRow> = decisions
        .into_iter()
        .map(|(decision, asset)| {
            let own = decision.asset.as_deref().and_then(|id| by_asset.remove(id)).unwrap_or_default();
            row(env, decision, asset, own)
        })
        .collect();
    let counts = counts(&rows);
    let statements = statements(&rows);
    let triage = levels(env, &rows);
    let duties = duties(env, &rows, &elsewhere);
    let summary = AuditSummary {
        verdict: rows.iter().map(|row| row.decision.verdict).max().unwrap_or(Verdict::Permit),
        counts,
        reported: count(rows.iter().filter(|row| row.says_something()).count()),
        overdue_findings: rows.iter().map(AuditRow::overdue_findings).sum(),
        overdue_duties: duties.iter().map(|duty| duty.overdue).sum(),
        statements,
        triage,
        duties,
        elsewhere,
        waivers: waivers(env, &rows),
        scan_days: SCAN_DAYS,
        no_owner: listed(&rows, Lack::NoOwner),
        never_scanned: listed(&rows, Lack::NeverScanned),
        not_scanned: listed(&rows, Lack::NotScanned),
        business_units: groups(&rows, |row| row.business_unit.as_deref()),
        tiers: groups(&rows, |row| row.tier.as_deref()),
        record: record.clone(),
    };
    rows.retain(AuditRow::says_something);
    // They come by id, and that order stays among equals.
    rows.sort_by_key(|row| std::cmp::Reverse(row.decision.verdict));
    AuditReport { rows, summary, now: env.now }
}

/// A number of things, as reports count.
pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl AuditRow {
    /// Whether there is anything to say of the asset.
    #[must_use]
    pub fn says_something(&self) -> bool {
        let (Answer { reasons, obligations, .. }, triage) = (&*self.decision, &self.decision.triage);
        let ends = |block: &crate::eval::decision::BlockTriage| {
            block.findings.iter().any(|finding| finding.waiver.as_ref().is_some_and(|waiver| waiver.ends_soon))
        };
        !reasons.is_empty()
            || !self.inventory.is_empty()
            || !self.duties.is_empty()
            || obligations.iter().any(|duty| duty.missing > 0)
            || triage.iter().any(|block| block.overdue > 0 || ends(block))
    }

    /// How many of its findings are overdue, or may be, by any block.
    #[must_use]
    pub fn overdue_findings(&self) -> u64 {
        let mut named = BTreeSet::new();
        let mut unnamed = 0;
        for block in self.decision.triage.iter() {
            let overdue =
                || block.findings.iter().filter(|finding| finding.overdue).map(|finding| finding.finding.as_ref());
            named.extend(overdue().flatten());
            unnamed = overdue().filter(Option::is_none).count().max(unnamed);
        }
        count(named.len().saturating_add(unnamed))
    }

    /// The asset's id; every asset of the inventory has one.
    #[must_use]
    pub fn id(&self) -> &str {
        self.decision.asset.as_deref().unwrap_or_default()
    }
}

fn row(env: &Env<'_>, decision: Decision, asset: u32, duties: Vec<Duty>) -> AuditRow {
    let field = |name| facts::value(env, TableId::ASSET, name, asset);
    let mut inventory = Vec::new();
    // An owner that is `none` answers for nothing either.
    if !matches!(field("owner"), Poss::One(Raw::Int(_))) {
        inventory.push(Lack::NoOwner);
    }
    match field("last_scanned") {
        Poss::One(Raw::Int(at)) => {
            let longest = i64::from(SCAN_DAYS).saturating_mul(24 * 3600 * 1_000_000);
            if env.now.micros().saturating_sub(at) > longest {
                inventory.push(Lack::NotScanned);
            }
        }
        _ => inventory.push(Lack::NeverScanned),
    }
    let text = |name| text(env, TableId::ASSET, name, asset);
    AuditRow { business_unit: text("business_unit"), tier: text("tier"), decision, inventory, duties }
}

/// A field of a record as people read it; none where it is unknown or `none`.
pub(super) fn text(env: &Env<'_>, table: TableId, name: &str, row: u32) -> Option<String> {
    let (_, field) = env.program.schema.find(table, name)?;
    let Shape::Scalar(base) = &field.shape else { return None };
    match facts::value(env, table, name, row) {
        Poss::One(Raw::None) => None,
        Poss::One(raw) => Some(display::raw(env, base, raw)),
        _ => None,
    }
}

fn counts(rows: &[AuditRow]) -> Counts {
    let mut counts = Counts::default();
    rows.iter().for_each(|row| add(&mut counts, row.decision.verdict));
    counts
}

/// Counts an asset.
pub(super) fn add(counts: &mut Counts, verdict: Verdict) {
    counts.assets += 1;
    match verdict {
        Verdict::Permit => counts.permit += 1,
        Verdict::Warn => counts.warn += 1,
        Verdict::Hold => counts.hold += 1,
        Verdict::Defer => counts.defer += 1,
        Verdict::Deny => counts.deny += 1,
    }
}

/// What earlier runs left open: by asset of the inventory, and what is about none of them. What a decision says today is not told twice.
fn earlier(env: &Env<'_>, decisions: &[(Decision, u32)]) -> (HashMap<String, Vec<Duty>>, Vec<Duty>) {
    let mut by_asset: HashMap<String, Vec<Duty>> = HashMap::new();
    let mut elsewhere = Vec::new();
    let Some(table) = env.rows_of(TableId::DUTY).filter(|table| table.len > 1) else { return (by_asset, elsewhere) };
    let today: HashMap<&str, &Decision> =
        decisions.iter().filter_map(|(decision, _)| Some((decision.asset.as_deref()?, decision))).collect();
    // The last row stands for what was not seen.
    for row in 0..u32::try_from(table.len.saturating_sub(1)).unwrap_or(u32::MAX) {
        let Some(duty) = duty(env, row) else { continue };
        match duty.asset.as_deref().and_then(|id| today.get(id)) {
            Some(decision) if is_told(env, decision, &duty) => {}
            Some(_) => by_asset.entry(duty.asset.clone().unwrap_or_default()).or_default().push(duty),
            None => elsewhere.push(duty),
        }
    }
    by_asset.values_mut().for_each(|duties| duties.sort_by(worst_first));
    elsewhere.sort_by(worst_first);
    (by_asset, elsewhere)
}

/// Overdue ones first, then by deadline, those without one last.
pub(super) fn worst_first(a: &Duty, b: &Duty) -> std::cmp::Ordering {
    let key = |duty: &Duty| (!duty.overdue, duty.due.is_none(), duty.due);
    key(a).cmp(&key(b)).then_with(|| a.cmp(b))
}

/// Whether a decision of today speaks of the duty: its obligation names no change, so that it is the same duty whichever change met it.
fn is_told(env: &Env<'_>, decision: &Decision, duty: &Duty) -> bool {
    let named = env.program.obligations.iter().find(|obligation| Some(&obligation.head.name) == duty.rule.as_ref());
    let of_estate = named.is_some_and(|own| !own.head.vars.contains(&VarId::CHANGE));
    let same = |entry: &Obligation| Some(&entry.rule) == duty.rule.as_ref() && entry.subject == duty.subject;
    of_estate && duty.kind.as_deref() == Some("obligation") && decision.obligations.iter().any(|entry| same(entry))
}

/// The duty in a row; none where it is done.
fn duty(env: &Env<'_>, row: u32) -> Option<Duty> {
    let field = |name| facts::value(env, TableId::DUTY, name, row);
    if field("missing") == Poss::One(Raw::Int(0)) {
        return None;
    }
    let text = |name| text(env, TableId::DUTY, name, row);
    let (due, overdue) = match field("due") {
        Poss::One(Raw::None) => (None, false),
        Poss::One(Raw::Int(at)) => (Instant::from_micros(at), at < env.now.micros()),
        // A deadline that is not known may have passed.
        _ => (None, true),
    };
    let rule = text("rule");
    let in_policy = rule.as_deref().is_some_and(|name| has(env, name));
    Some(Duty {
        overdue,
        due,
        kind: text("kind"),
        rule,
        in_policy,
        change: text("change"),
        asset: text("asset"),
        subject: text("subject"),
        role: text("role"),
    })
}

/// Whether the policy has a statement that makes duties under this name.
fn has(env: &Env<'_>, name: &str) -> bool {
    let program = env.program;
    program.obligations.iter().any(|own| own.head.name == name)
        || program.approvals.iter().any(|own| own.head.name == name)
}

/// Names in the order in which they come, each once, the first few.
#[derive(Debug, Default)]
pub(super) struct First(Vec<String>);

impl First {
    /// How many names are listed.
    const SHOWN: usize = 10;

    pub(super) fn add(&mut self, name: &str) {
        if self.0.len() < Self::SHOWN && !self.0.iter().any(|known| known == name) {
            self.0.push(name.to_owned());
        }
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.0
    }
}
