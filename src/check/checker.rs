//! The state of one run of the checker, and the making of nodes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::ahead::Ahead;
use crate::syntax::diagnostic::{Code, Diagnostic};
use crate::syntax::source::{FileId, Span};
use crate::syntax::tree::Statement;

use super::calendar::{CalendarRead, CalendarState, Running, WeekState};
use super::codes;
use super::env::{Binding, Elem, Needs};
use super::plugin::{Described, Refused};
use super::program::{
    Const, Context, ContextId, Learned, ListRef, Node, NodeId, Op, PeriodId, Program, Settings, TextPart, VarId,
    VarInfo, Waivable, Zone,
};
use super::schema::{FieldId, TableId};
use super::types::{EnumDef, Ty, Type};
use super::vocabulary;

/// The most nodes of one program; a policy that people write has a few thousand.
const MOST_NODES: usize = 1_000_000;

/// How deep expressions may nest, `let`s inlined.
pub(super) const MOST_DEPTH: usize = 200;

/// What a name of a unit stands for.
#[derive(Clone, Debug)]
pub(super) enum Symbol {
    /// A `let`, as an index into [`Checker::inlines`].
    Let(usize),
    /// A `table`, as an index into [`Checker::inlines`].
    Table(usize),
    /// A parameter, as an index into [`Checker::params`].
    Param(usize),
    /// A pack: its unit.
    Import(usize),
    /// A triage, as an index into the program's.
    Triage(u16),
    /// A categorisation, as an index into the program's.
    Categorise(u16),
    /// A risk, as an index into the program's.
    Risk(u16),
    /// An approval, as an index into the program's.
    Approval(u16),
    /// An obligation, as an index into the program's.
    Obligation(u16),
    /// A rule, as an index into the program's.
    Rule(u16),
    /// A waiver, as an index into the program's.
    Waiver(u16),
    /// A blackout or window.
    Period(PeriodId),
    /// A calendar, as an index into the program's.
    Calendar(u16),
    /// A metric, as an index into the program's.
    Metric(u16),
    /// A plugin, as an index into the program's.
    Plugin(u16),
    /// Any other statement, by its kind.
    Other(&'static str),
}

impl Symbol {
    /// The kind of the statement, as its keyword.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Let(_) => "let",
            Self::Table(_) => "table",
            Self::Param(_) => "param",
            Self::Import(_) => "import",
            Self::Triage(_) => "triage",
            Self::Categorise(_) => "categorise",
            Self::Risk(_) => "risk",
            Self::Approval(_) => "approval",
            Self::Obligation(_) => "obligation",
            Self::Rule(_) => "rule",
            Self::Waiver(_) => "waiver",
            Self::Period(PeriodId::Blackout(_)) => "blackout",
            Self::Period(PeriodId::Window(_)) => "window",
            Self::Calendar(_) => "calendar",
            Self::Metric(_) => "metric",
            Self::Plugin(_) => "plugin",
            Self::Other(kind) => kind,
        }
    }
}

/// A declared name.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) symbol: Symbol,
    pub(super) span: Span,
}

/// The policy's own text or a pack's, with what its names stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Unit {
    /// With a point after each alias: what decisions print before its names.
    pub(super) prefix: String,
    pub(super) pack: bool,
    pub(super) names: HashMap<String, Declared>,
    pub(super) statements: Vec<Arc<Statement>>,
    pub(super) triages: Vec<u16>,
    pub(super) categorises: Vec<u16>,
    /// The categorisation that `category` means here.
    pub(super) category: Option<u16>,
}

/// What an inlined text came out as.
#[derive(Clone, Debug)]
pub(super) enum Inlined {
    Node(NodeId),
    List(ListRef, Elem),
}

/// How far a `let` or table has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Untouched,
    Running,
    Done,
}

/// A `let` or a `table`: a text that is lowered anew for each binding of the subjects.
#[derive(Clone, Debug)]
pub(super) struct Inline {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) unit: usize,
    pub(super) statement: Arc<Statement>,
    /// For a table, its place in the program.
    pub(super) table: Option<u16>,
    pub(super) progress: Progress,
    pub(super) needs: Needs,
    /// It has an error of its own.
    pub(super) broken: bool,
    pub(super) memo: HashMap<Binding, Inlined>,
}

/// A parameter with the value that holds.
#[derive(Clone, Debug)]
pub(super) struct ParamValue {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) value: Option<Const>,
}

/// Something that reads or is read: the nodes of the graph of strata.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Item {
    /// A statement that is decided: its kind and printed name.
    Decided(&'static str, String),
    /// The `except` of a rule, blackout or window.
    Except(&'static str, String),
    /// A `let` or table.
    Inline(usize),
    /// A triage, or all of them.
    Triage(Option<u16>),
    /// A categorisation.
    Categorise(u16),
    /// A risk.
    Risk(u16),
    /// An approval.
    Approval(u16),
    /// What an obligation asks for.
    Obligation(u16),
    /// The waivers of a statement.
    Waived(Waivable),
    /// Time and scope of a blackout or window.
    Period(PeriodId),
    /// A calendar.
    Calendar(u16),
    /// A metric.
    Metric(u16),
    /// A plugin.
    Plugin(u16),
    /// A parameter.
    Param(usize),
    /// A pack's unit.
    Import(usize),
    /// A test, or an expression from outside.
    Test,
}

/// What the names of a checked policy stand for.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    units: Vec<Unit>,
    inlines: Vec<Inline>,
    params: Vec<ParamValue>,
}

/// One run of the checker.
#[derive(Clone, Debug)]
pub(super) struct Checker {
    pub(super) program: Program,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// While above zero nothing is reported: the text was already checked once.
    pub(super) muted: u32,
    pub(super) units: Vec<Unit>,
    pub(super) inlines: Vec<Inline>,
    pub(super) params: Vec<ParamValue>,
    pub(super) depth: usize,
    /// Who reads now, innermost last.
    pub(super) readers: Vec<Item>,
    /// Who reads whom, and where.
    pub(super) reads: HashMap<Item, Vec<(Item, Span)>>,
    pub(super) read: HashSet<Item>,
    /// What the `let`s and tables that are being lowered have needed so far.
    pub(super) needs: Vec<Needs>,
    /// The levels of the triages that use a table `given level`.
    pub(super) level_of: HashMap<u16, Arc<EnumDef>>,
    /// The tables that say what they assume.
    pub(super) table_assumes: HashSet<u16>,
    /// The places in the program of the statements that are filled in later, by unit and place in the text.
    pub(super) places: HashMap<(usize, Span), u16>,
    /// The approvals in the order of the program, with their unit and how far they have been checked.
    pub(super) approvals: Vec<(usize, Arc<Statement>, Progress)>,
    /// The calendars in the order of the program.
    pub(super) calendars: Vec<CalendarState>,
    /// The business days of each unit.
    pub(super) weeks: Vec<WeekState>,
    /// The calendars and business days that are being worked out, outermost first.
    pub(super) running: Vec<Running>,
    /// The places of the tests, where they were left out.
    pub(super) tests: Vec<Span>,
    /// The files of tests that nobody looked at.
    pub(super) test_files: Vec<FileId>,
    /// The calendar files that the policy names, by the file and the path in which it does, as sources.
    pub(super) calendar_files: HashMap<(FileId, String), Result<FileId, String>>,
    /// What large calendar files say, which may have been read aside.
    pub(super) calendars_read: HashMap<FileId, Ahead<CalendarRead>>,
    /// The calendar files that were read; none where one was refused.
    pub(super) read_files: HashMap<FileId, Option<Arc<crate::time::ical::File>>>,
    /// What the modules of plugins say of themselves, by the place of the statement.
    pub(super) modules: HashMap<Span, Result<Arc<Described>, Refused>>,
    /// The plugins in the order of the program, with their unit and how far they have been checked.
    pub(super) plugins: Vec<(usize, Arc<Statement>, Progress)>,
    /// The waivers of triages, by their printed names.
    pub(super) waivers_of_triages: HashSet<String>,
    /// The approvals that are being checked, outermost first.
    pub(super) following: Vec<u16>,
    pub(super) too_large: bool,
}

impl Checker {
    pub(super) fn new() -> Self {
        let vars = [
            ("asset", TableId::ASSET, None),
            ("finding", TableId::FINDING, Some(VarId::ASSET)),
            ("change", TableId::CHANGE, None),
        ]
        .into_iter()
        .map(|(name, table, owner)| VarInfo { name: name.to_owned(), table, owner, through: None })
        .collect();
        let program = Program {
            schema: Arc::new(vocabulary::standard()),
            settings: Settings { longest_change: 72 * 3_600_000_000, ..Settings::default() },
            vars,
            ..Program::default()
        };
        Self::around(program, Scope::default())
    }

    /// A checker that goes on where a program was finished.
    pub(super) fn resume(program: &Program) -> Self {
        let scope = Scope::clone(&program.scope);
        let mut program = program.clone();
        // Most expressions are short: by and by the copy would take twice as much.
        program.nodes.reserve_exact(32);
        Self::around(program, scope)
    }

    fn around(program: Program, scope: Scope) -> Self {
        Self {
            program,
            diagnostics: Vec::new(),
            muted: 0,
            units: scope.units,
            inlines: scope.inlines,
            params: scope.params,
            depth: 0,
            readers: Vec::new(),
            reads: HashMap::new(),
            read: HashSet::new(),
            needs: Vec::new(),
            level_of: HashMap::new(),
            table_assumes: HashSet::new(),
            places: HashMap::new(),
            approvals: Vec::new(),
            calendars: Vec::new(),
            weeks: Vec::new(),
            running: Vec::new(),
            tests: Vec::new(),
            test_files: Vec::new(),
            calendar_files: HashMap::new(),
            calendars_read: HashMap::new(),
            read_files: HashMap::new(),
            modules: HashMap::new(),
            plugins: Vec::new(),
            waivers_of_triages: HashSet::new(),
            following: Vec::new(),
            too_large: false,
        }
    }

    /// The program, with what its names stand for.
    pub(super) fn finish(self) -> Program {
        let scope = Scope { units: self.units, inlines: self.inlines, params: self.params };
        // Expressions may have come on top of those of the program that this one goes on from.
        Program { scope: Arc::new(scope), learned: Learned::default(), ..self.program }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.muted == 0 {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports an error that needs no label.
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) {
        self.report(Diagnostic::error(code, span, message).help(help));
    }

    /// Reports that this build lacks something.
    pub(super) fn later(&mut self, span: Span, what: &str) {
        self.report(
            Diagnostic::error(codes::LATER, span, format!("this build does not have {what}"))
                .help("a later version has it; take it out until then"),
        );
    }

    /// Records that whoever is being lowered reads `item`.
    pub(super) fn reading(&mut self, item: Item, span: Span) {
        self.read.insert(item.clone());
        if let Some(reader) = self.readers.last() {
            let list = self.reads.entry(reader.clone()).or_default();
            if !list.iter().any(|(known, _)| *known == item) {
                list.push((item, span));
            }
        }
    }

    pub(super) fn need(&mut self, needs: Needs) {
        if let Some(top) = self.needs.last_mut() {
            top.add(needs);
        }
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.program.nodes.get(usize::try_from(id.0).ok()?)
    }

    pub(super) fn ty(&self, id: NodeId) -> Ty {
        self.node(id).map_or(Ty::plain(Type::Error), |node| node.ty.clone())
    }

    pub(super) fn base(&self, id: NodeId) -> Type {
        self.ty(id).base
    }

    pub(super) fn span_of(&self, id: NodeId) -> Span {
        self.node(id).map_or_else(Span::default, |node| node.span)
    }

    pub(super) fn is_error(&self, id: NodeId) -> bool {
        self.node(id).is_none_or(|node| node.ty.base == Type::Error)
    }

    /// The constant that a node is.
    pub(super) fn constant(&self, id: NodeId) -> Option<&Const> {
        match &self.node(id)?.op {
            Op::Const(value) => Some(value),
            _ => None,
        }
    }

    /// Adds a node; its variables follow from its operands.
    pub(super) fn push(&mut self, op: Op, ty: Ty, span: Span) -> NodeId {
        if self.program.nodes.len() >= MOST_NODES {
            self.large(span, "expressions");
            return NodeId(0);
        }
        let vars = self.vars_of(&op);
        let id = NodeId(u32::try_from(self.program.nodes.len()).unwrap_or(u32::MAX));
        self.program.nodes.push(Node { op, ty, span, vars });
        id
    }

    /// Reports once that the policy is too large.
    pub(super) fn large(&mut self, span: Span, what: &str) {
        if !self.too_large {
            self.too_large = true;
            self.diagnostics.push(
                Diagnostic::error(codes::TOO_LARGE, span, format!("the policy has too many {what}"))
                    .help("`let`s that use each other several times multiply: use fewer steps"),
            );
        }
    }

    /// The place of the statement that was added last; reports that there are too many of its kind.
    pub(super) fn place_of_last(&mut self, count: usize, span: Span, what: &str) -> u16 {
        match u16::try_from(count.saturating_sub(1)) {
            Ok(place) if place < u16::MAX => place,
            _ => {
                self.large(span, what);
                u16::MAX
            }
        }
    }

    pub(super) fn failed(&mut self, span: Span) -> NodeId {
        self.push(Op::Error, Ty::plain(Type::Error), span)
    }

    pub(super) fn value(&mut self, value: Const, base: Type, span: Span) -> NodeId {
        self.push(Op::Const(value), Ty::plain(base), span)
    }

    /// A variable of a quantifier.
    pub(super) fn variable(&mut self, name: &str, table: TableId, owner: Option<VarId>, span: Span) -> VarId {
        match u16::try_from(self.program.vars.len()) {
            Ok(id) if id < u16::MAX => {
                self.program.vars.push(VarInfo { name: name.to_owned(), table, owner, through: None });
                VarId(id)
            }
            _ => {
                self.large(span, "quantifiers");
                VarId(u16::MAX)
            }
        }
    }

    /// The zone of that name; none where there is no such zone.
    pub(super) fn zone(&mut self, name: &str) -> Option<Zone> {
        let known = crate::time::Zone::get(name)?.name();
        let at = match self.program.zones.iter().position(|zone| zone == known) {
            Some(at) => at,
            None => {
                self.program.zones.push(known.to_owned());
                self.program.zones.len() - 1
            }
        };
        u16::try_from(at).ok().map(Zone)
    }

    pub(super) fn context(unit: usize) -> ContextId {
        ContextId(u16::try_from(unit).unwrap_or(0))
    }

    /// The zone that a unit's text names.
    pub(super) fn own_zone(&self, unit: usize) -> Option<Zone> {
        self.program.contexts.get(unit).and_then(|context: &Context| context.zone)
    }

    /// The zone in which a unit's text counts days: its own, or UTC.
    pub(super) fn day_zone(&mut self, unit: usize) -> Zone {
        match self.own_zone(unit) {
            Some(zone) => zone,
            None => self.zone("UTC").unwrap_or(Zone(0)),
        }
    }

    /// The zone's rules.
    pub(super) fn rules(&self, zone: Zone) -> crate::time::Zone {
        self.program
            .zones
            .get(usize::from(zone.0))
            .and_then(|name| crate::time::Zone::get(name))
            .unwrap_or_else(crate::time::Zone::utc)
    }

    pub(super) fn vars_of_node(&self, id: NodeId) -> Vec<VarId> {
        self.node(id).map(|node| node.vars.clone()).unwrap_or_default()
    }

    /// The variable that a variable follows from: itself, unless it stands for a record that a field refers to.
    pub(super) fn base_variable(&self, var: VarId) -> VarId {
        let mut bound = var;
        while let Some((base, _)) = self.program.vars.get(usize::from(bound.0)).and_then(|info| info.through) {
            bound = base;
        }
        bound
    }

    /// The variable of the record that a field refers to, each once.
    pub(super) fn referred(&mut self, base: VarId, field: FieldId, table: TableId, span: Span) -> VarId {
        let known = self.program.vars.iter().position(|info| info.through == Some((base, field)));
        if let Some(known) = known.and_then(|at| u16::try_from(at).ok()) {
            return VarId(known);
        }
        let name = self.program.schema.table(table).map(|def| def.name.clone()).unwrap_or_default();
        let var = self.variable(&name, table, None, span);
        if let Some(info) = self.program.vars.get_mut(usize::from(var.0)) {
            info.through = Some((base, field));
        }
        var
    }

    fn vars_of_approval(&self, index: u16) -> Vec<VarId> {
        match self.program.approvals.get(usize::from(index)) {
            Some(approval) => approval.head.vars.clone(),
            None => vec![VarId::ASSET, VarId::CHANGE],
        }
    }

    fn vars_of(&self, op: &Op) -> Vec<VarId> {
        let mut vars = Vec::new();
        let mut bound = None;
        match op {
            Op::Const(_) | Op::Now | Op::ArmLevel | Op::Error => {}
            Op::Field(var, _) | Op::Element(var) | Op::Triage(_, _, var) => vars.push(self.base_variable(*var)),
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
            | Op::Cvss(a, _, _, _) => vars.extend(self.vars_of_node(*a)),
            Op::Compare(_, a, b) | Op::Default(a, b, _) | Op::Arith(_, a, b) | Op::Shift(a, b, _, _) => {
                vars.extend(self.vars_of_node(*a));
                vars.extend(self.vars_of_node(*b));
            }
            Op::If(c, a, b) => [c, a, b].into_iter().for_each(|n| vars.extend(self.vars_of_node(*n))),
            Op::And(all) | Op::Or(all) | Op::Table(_, all) => {
                all.iter().for_each(|n| vars.extend(self.vars_of_node(*n)));
            }
            Op::Text(parts) => parts.iter().for_each(|part| match part {
                TextPart::Text(_) => {}
                TextPart::Hole(n) => vars.extend(self.vars_of_node(*n)),
            }),
            Op::In(a, list) => {
                vars.extend(self.vars_of_node(*a));
                vars.extend(self.vars_of_list(list));
            }
            Op::Quant(_, var, list, filter, body) => {
                bound = Some(*var);
                filter.iter().chain(body).for_each(|n| vars.extend(self.vars_of_node(*n)));
                vars.extend(self.vars_of_list(list));
            }
            Op::Agg { value, var, list, filter, empty, .. } => {
                bound = Some(*var);
                value.iter().chain(filter).chain(empty).for_each(|n| vars.extend(self.vars_of_node(*n)));
                vars.extend(self.vars_of_list(list));
            }
            Op::Due { length, time, .. } => {
                vars.extend(self.vars_of_node(*length));
                time.iter().for_each(|n| vars.extend(self.vars_of_node(*n)));
            }
            Op::Category(_, asset) => {
                vars.push(VarId::CHANGE);
                vars.extend(asset.map(|asset| self.base_variable(asset)));
            }
            Op::Risk(..) => vars.push(VarId::CHANGE),
            Op::Approval(index, _) => vars.extend(self.vars_of_approval(*index)),
            Op::Met(_) | Op::Waived(_, None) => vars.extend([VarId::ASSET, VarId::CHANGE]),
            Op::Waived(_, Some(finding)) => vars.push(self.base_variable(*finding)),
            // What is evaluated of a blackout or window is the change's, on its asset.
            Op::Overlaps(_) => vars.extend([VarId::ASSET, VarId::CHANGE]),
            Op::Metric(_) => vars.push(VarId::ASSET),
            Op::Plugin(_, inputs) => inputs.iter().for_each(|input| vars.extend(self.vars_of_input(input))),
            Op::Meets(a, b) => vars.extend([self.base_variable(*a), self.base_variable(*b)]),
        }
        vars.retain(|var| Some(*var) != bound);
        vars.sort_unstable();
        vars.dedup();
        vars
    }

    pub(super) fn vars_of_list(&self, list: &ListRef) -> Vec<VarId> {
        match list {
            ListRef::Field(var, _) => vec![self.base_variable(*var)],
            ListRef::AssetsOf(var) => vec![self.base_variable(*var)],
            // Which changes are the others hangs on the change.
            ListRef::Changes => vec![VarId::CHANGE],
            ListRef::Inventory | ListRef::Incidents | ListRef::People => Vec::new(),
            ListRef::Literal(all) => all.iter().flat_map(|n| self.vars_of_node(*n)).collect(),
            ListRef::Answer(node) => self.vars_of_node(*node),
        }
    }
}
