//! The urgency of assets' findings as decisions print it.

use std::sync::Arc;

use crate::check::program::{CompareOp, Triage, Waivable};
use crate::check::schema::TableId;
use crate::facts::table::{Column, ListColumn, Scalar};
use crate::time::Instant;

use super::decision::{AppliedWaiver, BlockTriage, ByBlock, FindingTriage, UnknownFact};
use super::env::{BlockColumns, Env};
use super::frame::Frame;
use super::ids::Ids;
use super::quant::scalar_at;
use super::value::{Poss, Raw};
use super::{triage, waiver};

/// The list of the assets' findings.
#[must_use]
pub fn findings<'e>(env: &Env<'e>) -> Option<&'e ListColumn> {
    env.facts.assets.columns.iter().find_map(|column| match column {
        Column::List(list) if list.rows.table == TableId::FINDING => Some(list),
        _ => None,
    })
}

/// The rows of an asset's elements of a list.
#[must_use]
pub fn rows_of(list: Option<&ListColumn>, asset: u32) -> std::ops::Range<u32> {
    let at = asset as usize;
    list.and_then(|list| Some(*list.offsets.get(at)?..*list.offsets.get(at + 1)?)).unwrap_or(0..0)
}

/// The rows of an asset's findings; the one that stands for unseen ones among them.
pub fn findings_of(env: &Env<'_>, asset: u32) -> impl Iterator<Item = u32> + use<> {
    rows_of(findings(env), asset)
}

/// The urgency of an asset's findings, block by block: of those that the change fixes, or of all where there is no change.
#[must_use]
pub fn triage_of(env: &Env<'_>, asset: u32, fixes: Option<&Ids>) -> Vec<BlockTriage> {
    Urgency::new(env, fixes).of(asset).to_vec()
}

/// What is looked up once for many assets.
#[derive(Debug)]
pub struct Urgency<'e, 'a> {
    env: &'e Env<'a>,
    fixes: Option<&'e Ids>,
    blocks: Vec<Block<'e>>,
    findings: Option<&'e ListColumn>,
    /// What findings are called.
    cves: Option<&'e Scalar>,
    /// Nothing can be among what is fixed.
    none: bool,
}

/// A block in force.
#[derive(Debug)]
struct Block<'e> {
    index: usize,
    def: &'e Triage,
    columns: &'e BlockColumns,
    name: Arc<str>,
    /// The names of the levels, by their codes.
    levels: &'e [Arc<str>],
    /// Whether what is never due may be late.
    none_late: bool,
}

impl Block<'_> {
    fn level(&self, asset: u32) -> Option<Arc<str>> {
        let levels = &self.columns.asset_level;
        let code = match levels.certain(asset as usize) {
            Some(level) => level.int(),
            None => urgent(&levels.at(asset as usize)),
        };
        self.levels.get(usize::try_from(code?).ok()?).map(Arc::clone)
    }
}

impl<'e, 'a> Urgency<'e, 'a> {
    /// Of all findings, or of those that a change fixes.
    #[must_use]
    pub fn new(env: &'e Env<'a>, fixes: Option<&'e Ids>) -> Self {
        let blocks = env.program.triages.iter().zip(&env.triage).zip(&env.common.triages).enumerate();
        let mut blocks: Vec<Block<'e>> = blocks
            .filter(|(_, ((_, columns), _))| columns.in_force)
            .map(|(index, ((def, columns), (name, levels)))| Block {
                index,
                def,
                columns,
                name: Arc::clone(name),
                levels,
                none_late: late(env, &Poss::One(Raw::None)),
            })
            .collect();
        blocks.sort_by(|a, b| a.name.cmp(&b.name));
        let cves = env.program.schema.find(TableId::FINDING, "cve");
        let cves = cves.and_then(|(field, _)| env.rows_of(TableId::FINDING)?.column(field));
        Self {
            env,
            fixes,
            blocks,
            findings: findings(env),
            cves: cves.and_then(|column| match column {
                Column::Scalar(scalar) => Some(scalar),
                Column::List(_) | Column::Unread => None,
            }),
            none: fixes.is_some_and(|fixes| fixes.symbols.is_empty() && !fixes.open),
        }
    }

    /// The urgency of an asset's findings, block by block.
    #[must_use]
    pub fn of(&self, asset: u32) -> ByBlock {
        match self.blocks.as_slice() {
            [one] => ByBlock::One(self.block(one, asset)),
            blocks => ByBlock::Each(blocks.iter().map(|block| self.block(block, asset)).collect()),
        }
    }

    fn block(&self, block: &Block<'_>, asset: u32) -> BlockTriage {
        let columns = block.columns;
        let dues = columns.late();
        let now = self.env.now.micros();
        if self.none
            && !block.none_late
            && let Some(Some(shown)) = columns.shown.get(asset as usize)
        {
            let (block, level) = (Arc::clone(&block.name), block.level(asset));
            let due = shown.due.and_then(Instant::from_micros);
            return BlockTriage { block, level, due, overdue: shown.overdue, findings: Vec::new() };
        }
        let mut overdue = 0;
        let mut due: Option<i64> = None;
        let mut findings = Vec::new();
        for finding in rows_of(self.findings, asset) {
            let at = finding as usize;
            let late = match dues.at(at) {
                Poss::One(Raw::Int(due)) => due < now,
                Poss::One(Raw::None) => block.none_late,
                other => late(self.env, &other),
            };
            let when = columns.reported.get(at).copied().flatten();
            overdue += u64::from(late);
            due = match (due, when) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            if !self.none
                && let Some(printed) = self.finding(block, finding, late, when)
            {
                findings.push(printed);
            }
        }
        findings.sort_by(|(a, x), (b, y)| {
            let due = |f: &FindingTriage| (f.due.is_none(), f.due);
            a.cmp(b)
                .then_with(|| due(x).cmp(&due(y)))
                .then_with(|| (x.finding.is_none(), &x.finding).cmp(&(y.finding.is_none(), &y.finding)))
        });
        BlockTriage {
            block: Arc::clone(&block.name),
            level: block.level(asset),
            due: due.and_then(Instant::from_micros),
            overdue,
            findings: findings.into_iter().map(|(_, printed)| printed).collect(),
        }
    }

    /// A finding as it is printed, after its urgency; none where it has none, or is not among those that are asked about.
    fn finding(
        &self,
        block: &Block<'_>,
        finding: u32,
        overdue: bool,
        due: Option<i64>,
    ) -> Option<(std::cmp::Reverse<Option<i64>>, FindingTriage)> {
        let (env, columns, at) = (self.env, block.columns, finding as usize);
        let cve = self.cves.map_or(Poss::Any, |cves| scalar_at(cves, at));
        let levels = columns.level.at(at);
        if levels.one() == Some(Raw::None) || self.fixes.is_some_and(|fixes| !fixes.has(&cve).be_true) {
            return None;
        }
        let certain = levels.one().is_some() && columns.due.certain(at).is_some();
        let code = urgent(&levels);
        let printed = FindingTriage {
            finding: cve.one().and_then(Raw::int).map(|symbol| env.text(symbol).to_string()),
            level: code.and_then(|code| block.def.levels.value(code)).map(str::to_owned),
            due: due.and_then(Instant::from_micros),
            overdue,
            unknown: if certain { Vec::new() } else { missing_of(env, block.index, finding) },
            waiver: columns.waived_at(at).then(|| waiver_of(env, block.index, finding)).flatten(),
        };
        Some((std::cmp::Reverse(code), printed))
    }
}

/// The waiver for which a finding is not overdue.
fn waiver_of(env: &Env<'_>, block: usize, finding: u32) -> Option<AppliedWaiver> {
    let root = Frame::root(env);
    let frame = triage::finding_frame(&root, env.rows_of(TableId::FINDING)?, &[finding]);
    waiver::judge(&frame, 0, Waivable::Triage(u16::try_from(block).ok()?), None).waiver
}

fn missing_of(env: &Env<'_>, block: usize, finding: u32) -> Vec<UnknownFact> {
    let root = Frame::root(env);
    super::unknown::missing_of_finding(&root, block, finding)
}

/// The most urgent level among those that are possible.
#[must_use]
pub fn urgent(levels: &Poss) -> Option<i64> {
    match levels {
        Poss::One(_) | Poss::Set(_) => levels.list().unwrap_or_default().iter().filter_map(|raw| raw.int()).max(),
        Poss::Range(_, high, _) => high.and_then(Raw::int),
        Poss::Any => None,
    }
}

/// Whether a due date may lie before now.
#[must_use]
pub fn late(env: &Env<'_>, due: &Poss) -> bool {
    let now = Poss::One(Raw::Int(env.now.micros()));
    super::value::compare(CompareOp::Lt, due, &now, &super::value::numeric).be_true
}
