//! What an evaluation stands on: the program, the facts, `now`, and what is worked out once for all rows.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow_buffer::BooleanBuffer;

use crate::check::program::{Const, Node, NodeId, Op, Program, VarId};
use crate::check::schema::TableId;
use crate::check::types::Type;
use crate::facts::table::{Facts, TableData};
use crate::time::{BusinessDays, Instant, Zone};

use super::candidates::Seen;
use super::column::Vals;
use super::common::Common;
use super::cvss::Scores;
use super::observe::{Going, Observer, Step};
use super::text::Text;
use super::value::Raw;

/// The results of a triage block for every finding of the inventory.
#[derive(Clone, Debug)]
pub struct BlockColumns {
    /// The level, by finding.
    pub level: Vals,
    /// When it is due, by finding: a time or none.
    pub due: Vals,
    /// The level, by asset: the most urgent.
    pub asset_level: Vals,
    /// When it is due, by asset: the earliest.
    pub asset_due: Vals,
    /// The due date to report, by finding: the earliest possible, `now` where it cannot be worked out, or none.
    pub reported: Vec<Option<i64>>,
    /// What is shown of the findings of each asset, where they all have a due date or none.
    pub shown: Vec<Option<Shown>>,
    /// Whether the block counts for conditions; one on trial is only reported.
    pub counts: bool,
    /// Whether the block is in force at all.
    pub in_force: bool,
    /// Where there are waivers of the block.
    pub waived: Option<WaivedColumns>,
}

/// What is shown of the findings of an asset.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// How many are overdue.
    pub overdue: u64,
    /// The first due date to report.
    pub due: Option<i64>,
}

/// What waivers make of a triage block: a waived finding is not overdue, whenever it is due.
#[derive(Clone, Debug)]
pub struct WaivedColumns {
    /// The findings that are certainly waived.
    pub certain: BooleanBuffer,
    /// Those that may be.
    pub perhaps: BooleanBuffer,
    /// The due date as far as it can be missed, by finding.
    pub due: Vals,
    /// The same by asset.
    pub asset_due: Vals,
}

impl BlockColumns {
    /// The due date as far as it can be missed, by finding.
    #[must_use]
    pub fn late(&self) -> &Vals {
        self.waived.as_ref().map_or(&self.due, |waived| &waived.due)
    }

    /// The same by asset.
    #[must_use]
    pub fn asset_late(&self) -> &Vals {
        self.waived.as_ref().map_or(&self.asset_due, |waived| &waived.asset_due)
    }

    /// Whether it is not known whether a finding is waived.
    #[must_use]
    pub fn perhaps_waived_at(&self, finding: usize) -> bool {
        self.waived.as_ref().is_some_and(|waived| super::arms::bit(&waived.perhaps, finding))
            && !self.waived_at(finding)
    }

    /// Whether a finding is certainly waived.
    #[must_use]
    pub fn waived_at(&self, finding: usize) -> bool {
        self.waived.as_ref().is_some_and(|waived| super::arms::bit(&waived.certain, finding))
    }
}

/// What every evaluation reads.
#[derive(Debug)]
pub struct Env<'a> {
    /// The program.
    pub program: &'a Program,
    /// The facts.
    pub facts: &'a Facts,
    /// The instant that is asked about.
    pub now: Instant,
    /// What it shares with others.
    pub common: Arc<Common>,
    /// What the CVSS facts amount to under the policy's preference.
    pub scores: Scores,
    /// By triage block, once it has been worked out.
    pub triage: Vec<BlockColumns>,
    /// Over all blocks: when each finding is due.
    pub due: Option<Vals>,
    /// Over all blocks: when each asset is due.
    pub asset_due: Option<Vals>,
    /// Over all blocks, where one is waived: the due dates of findings and of assets as far as they can be missed.
    pub late: Option<(Vals, Vals)>,
    /// The tables of the facts, by their ids.
    tables: Vec<Option<&'a TableData>>,
    /// Nodes that read the level of the arm whose deadline is worked out.
    pub reads_arm: &'a [bool],
    /// Nodes that look at the absence of a fact.
    pub reads_absence: &'a [bool],
    /// Nodes that ask a plugin; empty where none does.
    asks: &'a [bool],
    /// Nodes that are worked out once and kept, also for a single row; empty where none is.
    heavy: &'a [bool],
    /// The nodes with which many constants are compared.
    compared_often: &'a HashSet<NodeId>,
    /// For each node the first that computes the same.
    same: &'a [NodeId],
    /// Regular expressions by their text.
    pub patterns: &'a HashMap<Arc<str>, regex::Regex>,
    /// What conditions on texts have found.
    pub texts: super::texts::Cache,
    /// Where the rows that are decided are counted.
    pub tally: Arc<crate::tally::Tally>,
    /// Who hears of what the evaluation is spent on.
    pub observer: Option<Arc<dyn Observer>>,
    computed: Mutex<Computed>,
    /// The values that occur of what many arms of triages test, by that and the first finding.
    seen: Mutex<HashMap<(usize, usize), Arc<Seen>>>,
    /// What was worked out of votes.
    pub approvals: super::approval::Cache,
    samples: OnceLock<super::metric::Samples>,
}

#[derive(Debug, Default)]
struct Computed {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, i64>,
}

/// Works out what deciding takes of a program alone, unless it is known; whoever decides without it works it out then.
pub fn learn(program: &Program) {
    let (learned, same) = (&program.learned, same(program));
    learned.reads_arm.get_or_init(|| reads_arm(program));
    learned.reads_absence.get_or_init(|| reads_absence(program));
    learned.asks.get_or_init(|| asks(program));
    learned.heavy.get_or_init(|| heavy(program));
    learned.compared_often.get_or_init(|| super::leaves::compared_often(program, same));
    learned.patterns.get_or_init(|| patterns(program));
    // They are kept with the rest.
    let _ = super::assumed::places(program);
}

/// For each node the first that computes the same.
pub(super) fn same(program: &Program) -> &[NodeId] {
    program.learned.same.get_or_init(|| super::leaves::same_nodes(program))
}

fn reads_arm(program: &Program) -> Vec<bool> {
    reads(program, |op| matches!(op, Op::ArmLevel) || reads_arm_level(program, op))
}

fn reads_absence(program: &Program) -> Vec<bool> {
    reads(program, |op| matches!(op, Op::Is(..)))
}

/// Results that hold for a whole change, by node.
pub type Shared = super::frame::Results;

impl<'a> Env<'a> {
    /// Prepares an evaluation; triages are not worked out yet.
    #[must_use]
    pub fn new(program: &'a Program, facts: &'a Facts, now: Instant) -> Self {
        Self::with(program, facts, now, Arc::new(Common::new(program, facts)))
    }

    /// Prepares an evaluation at the same instant as others that have the same records beside their assets.
    #[must_use]
    pub fn with(program: &'a Program, facts: &'a Facts, now: Instant, common: Arc<Common>) -> Self {
        let (learned, same) = (&program.learned, same(program));
        Self {
            program,
            facts,
            now,
            common,
            scores: Scores::new(program, facts),
            tables: tables(facts),
            triage: Vec::new(),
            due: None,
            asset_due: None,
            late: None,
            reads_arm: learned.reads_arm.get_or_init(|| reads_arm(program)),
            reads_absence: learned.reads_absence.get_or_init(|| reads_absence(program)),
            asks: learned.asks.get_or_init(|| asks(program)),
            heavy: learned.heavy.get_or_init(|| heavy(program)),
            same,
            compared_often: learned.compared_often.get_or_init(|| super::leaves::compared_often(program, same)),
            patterns: learned.patterns.get_or_init(|| patterns(program)),
            texts: super::texts::Cache::default(),
            tally: Arc::default(),
            observer: None,
            computed: Mutex::new(Computed::default()),
            seen: Mutex::default(),
            approvals: super::approval::Cache::default(),
            samples: OnceLock::new(),
        }
    }

    /// Begins a step of the evaluation.
    pub fn going(&self, step: Step) -> Going<'_> {
        Going::begin(self.observer.as_deref(), step)
    }

    /// The values that occur of something among the findings from one on.
    pub(super) fn seen(&self, subject: usize, first: usize, look: impl FnOnce() -> Seen) -> Arc<Seen> {
        let lock = || self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&(subject, first)) {
            return Arc::clone(known);
        }
        let seen = Arc::new(look());
        lock().insert((subject, first), Arc::clone(&seen));
        seen
    }

    /// The waivers that came as data.
    pub fn granted(&self) -> &super::granted::Granted {
        self.common.granted.get_or_init(|| super::granted::Granted::read(self))
    }

    /// What earlier runs left open.
    pub fn earlier(&self) -> &super::duty::Earlier {
        self.common.earlier.get_or_init(|| super::duty::Earlier::read(self))
    }

    /// What was measured.
    pub fn samples(&self) -> &super::metric::Samples {
        self.samples.get_or_init(|| super::metric::Samples::read(self))
    }

    /// The risks that the conditions of each statement read.
    pub fn risk_readers(&self) -> &HashMap<String, Vec<u16>> {
        self.common.risk_readers.get_or_init(|| super::risk::readers(self.program))
    }

    /// A node of the program.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&'a Node> {
        self.program.nodes.get(id.0 as usize)
    }

    /// The node by which what this one computes is kept: one for all that compute the same.
    #[must_use]
    pub fn same(&self, id: NodeId) -> NodeId {
        self.same.get(id.0 as usize).copied().unwrap_or(id)
    }

    /// Whether many comparisons are of this node with a constant.
    #[must_use]
    pub fn is_compared_often(&self, id: NodeId) -> bool {
        self.compared_often.contains(&id)
    }

    /// Whether a node asks a plugin.
    #[must_use]
    pub fn asks(&self, id: NodeId) -> bool {
        self.asks.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// Whether a node takes very many steps where what it has in several places, by way of `let`, is taken anew in each.
    #[must_use]
    pub fn is_heavy(&self, id: NodeId) -> bool {
        self.heavy.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// The base type of a node.
    #[must_use]
    pub fn base(&self, id: NodeId) -> &'a Type {
        self.node(id).map_or(&Type::Error, |node| &node.ty.base)
    }

    /// The number of a text, whether it is in the facts, in the program or worked out.
    #[must_use]
    pub fn symbol(&self, text: &str) -> i64 {
        if let Some(number) = self.facts.strings.find(text).or_else(|| self.common.constant(text)) {
            return number;
        }
        let mut computed = self.computed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = computed.numbers.get(text) {
            return *number;
        }
        let text: Arc<str> = Arc::from(text);
        let number = i64::MIN + i64::try_from(computed.texts.len()).unwrap_or(0);
        computed.texts.push(Arc::clone(&text));
        computed.numbers.insert(text, number);
        number
    }

    /// The texts that neither the facts nor the program have, and that were worked out.
    #[must_use]
    pub fn computed(&self) -> Vec<Arc<str>> {
        self.computed.lock().unwrap_or_else(PoisonError::into_inner).texts.clone()
    }

    /// The text of a number.
    #[must_use]
    pub fn text(&self, symbol: i64) -> Text<'a> {
        if symbol >= 0 {
            return Text::Given(self.facts.strings.get(symbol).unwrap_or_default());
        }
        if let Some(text) = self.common.constant_text(symbol) {
            return Text::Made(Arc::clone(text));
        }
        let computed = self.computed.lock().unwrap_or_else(PoisonError::into_inner);
        let made = usize::try_from(symbol.wrapping_sub(i64::MIN)).ok().and_then(|at| computed.texts.get(at));
        made.map_or(Text::Given(""), |made| Text::Made(Arc::clone(made)))
    }

    /// A constant as a value; none for calendar spans.
    #[must_use]
    pub fn constant(&self, value: &Const) -> Option<Raw> {
        Some(match value {
            Const::Bool(b) => Raw::Int(i64::from(*b)),
            Const::Int(v) | Const::Time(v) | Const::Duration(v) | Const::Enum(v) => Raw::Int(*v),
            Const::Decimal(d) => Raw::Decimal(d.raw()),
            Const::Text(text) => Raw::Int(self.symbol(text)),
            Const::Date(days) => Raw::Int(i64::from(*days)),
            Const::Span(..) | Const::BusinessDays(..) => super::length::pack(value)?,
            Const::None => Raw::None,
        })
    }

    /// The constant that a node is, as a value of a type; none where it has none.
    #[must_use]
    pub fn constant_at(&self, id: NodeId, value: &Const, base: &Type) -> Option<Raw> {
        if matches!(base, Type::Span) {
            return super::length::pack(value);
        }
        if let Const::Text(_) = value
            && let Some(symbol) = self.common.symbol(id)
        {
            return Some(Raw::Int(symbol));
        }
        self.constant(value)
    }

    /// A zone of the program.
    #[must_use]
    pub fn zone(&self, zone: crate::check::program::Zone) -> Option<&Zone> {
        self.common.zones.get(usize::from(zone.0))?.as_ref()
    }

    /// The zone that a context's calendar arithmetic uses.
    #[must_use]
    pub fn context_zone(&self, context: crate::check::program::ContextId) -> Option<&Zone> {
        self.zone(self.program.contexts.get(usize::from(context.0))?.zone?)
    }

    /// The business days of a context.
    #[must_use]
    pub fn business(&self, context: crate::check::program::ContextId) -> Option<&BusinessDays> {
        self.common.business.get(usize::from(context.0))
    }

    /// The rows of the table that a variable ranges over; the facts must hold it.
    #[must_use]
    pub fn table(&self, var: VarId) -> Option<&'a TableData> {
        let table = self.program.vars.get(usize::from(var.0))?.table;
        self.rows_of(table)
    }

    /// The rows of a table of the schema.
    #[must_use]
    pub fn rows_of(&self, table: TableId) -> Option<&'a TableData> {
        self.tables.get(usize::from(table.0)).copied().flatten()
    }
}

/// All tables of facts by their ids; of several the first.
fn tables(facts: &Facts) -> Vec<Option<&TableData>> {
    let mut found = Vec::new();
    for root in [&facts.assets, &facts.changes].into_iter().chain(&facts.others) {
        add_tables(root, &mut found);
    }
    found
}

fn add_tables<'f>(root: &'f TableData, found: &mut Vec<Option<&'f TableData>>) {
    let at = usize::from(root.table.0);
    if found.len() <= at {
        found.resize(at + 1, None);
    }
    if let Some(place) = found.get_mut(at) {
        place.get_or_insert(root);
    }
    for column in &root.columns {
        if let crate::facts::table::Column::List(list) = column {
            add_tables(&list.rows, found);
        }
    }
}

/// The regular expressions of a program.
fn patterns(program: &Program) -> HashMap<Arc<str>, regex::Regex> {
    let all = program.nodes.iter().filter_map(|node| match &node.op {
        Op::Matches(_, pattern) => Some(pattern),
        _ => None,
    });
    all.filter_map(|pattern| Some((Arc::clone(pattern), regex::Regex::new(pattern).ok()?))).collect()
}

/// The nodes that are of a kind, or have one of that kind among their descendants.
fn reads(program: &Program, is: impl Fn(&Op) -> bool) -> Vec<bool> {
    let mut found: Vec<bool> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        let below = |child: &NodeId| found.get(child.0 as usize).copied().unwrap_or(false);
        found.push(is(&node.op) || children(&node.op).iter().any(below));
    }
    found
}

/// The nodes that ask a plugin; empty where none does.
fn asks(program: &Program) -> Vec<bool> {
    if program.plugins.is_empty() { Vec::new() } else { reads(program, |op| matches!(op, Op::Plugin(..))) }
}

/// The nodes of very many steps; empty where there is none.
fn heavy(program: &Program) -> Vec<bool> {
    const MANY: u32 = 1 << 14;
    let mut steps: Vec<u32> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        let below = |child: &NodeId| steps.get(child.0 as usize).copied().unwrap_or(0);
        let all = children(&node.op).iter().map(below).fold(1, u32::saturating_add);
        steps.push(all);
    }
    if steps.iter().any(|steps| *steps > MANY) { steps.iter().map(|steps| *steps > MANY).collect() } else { Vec::new() }
}

fn reads_arm_level(program: &Program, op: &Op) -> bool {
    match op {
        Op::Table(table, _) => program.tables.get(usize::from(*table)).is_some_and(|t| t.level.is_some()),
        _ => false,
    }
}

/// The nodes that a node reads directly.
#[must_use]
pub fn children(op: &Op) -> Vec<NodeId> {
    use crate::check::program::{ListRef, TextPart};
    let list = |list: &ListRef| match list {
        ListRef::Literal(items) => items.clone(),
        ListRef::Answer(node) => vec![*node],
        ListRef::Field(..)
        | ListRef::AssetsOf(_)
        | ListRef::Inventory
        | ListRef::Changes
        | ListRef::Incidents
        | ListRef::People => Vec::new(),
    };
    match op {
        Op::Const(_)
        | Op::Now
        | Op::Field(..)
        | Op::Element(_)
        | Op::Triage(..)
        | Op::ArmLevel
        | Op::Category(..)
        | Op::Risk(..)
        | Op::Approval(..)
        | Op::Met(_)
        | Op::Waived(..)
        | Op::Meets(..)
        | Op::Overlaps(_)
        | Op::Metric(_)
        | Op::Error => Vec::new(),
        Op::Not(a)
        | Op::Like(a, _)
        | Op::Matches(a, _)
        | Op::Is(a, _)
        | Op::Neg(a)
        | Op::ToNumber(a)
        | Op::ToDate(a, _)
        | Op::ToTime(a, _)
        | Op::Nearest(_, _, a)
        | Op::During(a, _)
        | Op::Cvss(a, ..) => vec![*a],
        Op::And(items) | Op::Or(items) | Op::Table(_, items) => items.clone(),
        Op::Compare(_, a, b) | Op::Default(a, b, _) | Op::Arith(_, a, b) | Op::Shift(a, b, ..) => vec![*a, *b],
        Op::If(a, b, c) => vec![*a, *b, *c],
        Op::In(a, l) => std::iter::once(*a).chain(list(l)).collect(),
        Op::Text(parts) => parts
            .iter()
            .filter_map(|part| match part {
                TextPart::Hole(node) => Some(*node),
                TextPart::Text(_) => None,
            })
            .collect(),
        Op::Quant(_, _, l, filter, body) => list(l).into_iter().chain(*filter).chain(*body).collect(),
        Op::Agg { value, list: l, filter, empty, .. } => {
            list(l).into_iter().chain(*value).chain(*filter).chain(*empty).collect()
        }
        Op::Plugin(_, inputs) => inputs.iter().flat_map(crate::check::program::PluginInput::nodes).collect(),
        Op::Due { length, time, .. } => std::iter::once(*length).chain(*time).collect(),
    }
}
