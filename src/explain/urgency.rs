//! The urgency of every finding of the inventory.

use crate::check::schema::TableId;
use crate::eval::decision::Record;
use crate::eval::env::Env;
use crate::eval::facts;
use crate::eval::urgency::triage_of;

use super::rows::{TriageReport, TriageRow};

/// Every finding by every block: most urgent first, then earliest due, then asset and finding.
#[must_use]
pub fn urgency(env: &Env<'_>, record: &Record, assets: impl Iterator<Item = u32>) -> TriageReport {
    let rank = |block: &str, level: Option<&String>| {
        let def = env.program.triages.iter().find(|t| t.head.name == block);
        // Urgency is compared across blocks by the distance from the most urgent level.
        def.and_then(|def| {
            let code = def.levels.code(level?)?;
            let last = i64::try_from(def.levels.values.len()).ok()?;
            Some(last - 1 - code)
        })
        .unwrap_or(i64::MAX)
    };
    let mut rows = Vec::new();
    for asset in assets {
        let id = facts::text(env, TableId::ASSET, "id", asset);
        for block in triage_of(env, asset, None) {
            for finding in block.findings {
                let row = TriageRow {
                    asset: id.clone(),
                    finding: finding.finding,
                    block: block.block.to_string(),
                    level: finding.level,
                    due: finding.due,
                    overdue: finding.overdue,
                    unknown: finding.unknown,
                    waiver: finding.waiver,
                };
                rows.push((rank(&row.block, row.level.as_ref()), row));
            }
        }
    }
    rows.sort_by(|(a, x), (b, y)| {
        let due = |r: &TriageRow| (r.due.is_none(), r.due);
        a.cmp(b)
            .then_with(|| due(x).cmp(&due(y)))
            .then_with(|| x.asset.cmp(&y.asset))
            .then_with(|| x.finding.cmp(&y.finding))
            .then_with(|| x.block.cmp(&y.block))
    });
    TriageReport { rows: rows.into_iter().map(|(_, row)| row).collect(), record: record.clone(), now: env.now }
}
