//! The checked program: what the evaluator runs.
//!
//! Expressions lie in one arena and are shared: a `let` used twice with the same subjects is one node. Every node knows its type, its place
//! in the text and the variables that it depends on, so that it can be evaluated once for all rows that agree on these.

mod plugins;
mod times;

pub use plugins::{Plugin, PluginCheck, PluginInput};
pub use times::{
    CalendarId, Meets, Metric, MetricOf, NamedCalendar, Nearest, Period, PeriodId, Times, When, ZoneRef, weekday,
};

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use crate::syntax::expr::{AggKind, Presence, QuantKind, SpanUnit};
use crate::syntax::source::{Sources, Span};
use crate::syntax::tree::Weekday;

use super::decimal::Decimal;
use super::plugin::{Answerer, Asked};
use super::schema::{FieldId, Schema, TableId};
use super::types::{EnumDef, Ty};

/// An expression: an index into [`Program::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A variable: a subject or a quantifier's variable; an index into [`Program::vars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VarId(pub u16);

impl VarId {
    /// The subject `asset`.
    pub const ASSET: Self = Self(0);
    /// The subject `finding`; its owner is [`Self::ASSET`].
    pub const FINDING: Self = Self(1);
    /// The subject `change`.
    pub const CHANGE: Self = Self(2);
}

/// What a variable ranges over.
#[derive(Clone, Debug)]
pub struct VarInfo {
    /// As the author calls it.
    pub name: String,
    /// The table whose rows it names; a set's element is a row of the set's table.
    pub table: TableId,
    /// For a row of a list inside a record: the variable that names this record.
    pub owner: Option<VarId>,
    /// For the record that a field refers to: the variable whose field holds its id. Such a variable is never bound; it follows from that one.
    pub through: Option<(VarId, FieldId)>,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Const {
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number or percent.
    Decimal(Decimal),
    /// Text, a version or a zone's name.
    Text(Arc<str>),
    /// A day: days since 1970-01-01.
    Date(i32),
    /// An instant in microseconds since the epoch.
    Time(i64),
    /// A length in microseconds.
    Duration(i64),
    /// Calendar arithmetic; the amount may be negative.
    Span(i64, SpanUnit),
    /// Business days, of which the days of a calendar are none.
    BusinessDays(i64, CalendarId),
    /// The code of an enumeration's value.
    Enum(i64),
    /// `none`
    None,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl CompareOp {
    /// The same comparison with its sides exchanged.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Ne => Self::Ne,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }
}

/// Arithmetic. The operands' types say which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArithOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// What a quantifier, an aggregate or `in` looks through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListRef {
    /// A list or set of a record.
    Field(VarId, FieldId),
    /// The assets of a change.
    AssetsOf(VarId),
    /// Every asset of the inventory.
    Inventory,
    /// Every other change of the input.
    Changes,
    /// Every incident of the input.
    Incidents,
    /// Every person of the input.
    People,
    /// A set written out; its elements are nodes of one type. In a quantifier the variable is bound to each.
    Literal(Vec<NodeId>),
    /// The set that a check of a plugin answers; likewise.
    Answer(NodeId),
}

/// What is read of a triage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TriageField {
    /// The level, an enumeration of the block.
    Level,
    /// When it is due: a time or none.
    Due,
    /// Whether it was due before now.
    Overdue,
}

/// What is read of a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RiskField {
    /// The sum of what counts: a number, or none where the risk is out of scope.
    Score,
    /// The band of the score, an enumeration of the risk; none below all bands and out of scope.
    Band,
}

/// What is asked of an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApprovalField {
    /// `approved(x)`: required and met.
    Approved,
    /// `cleared(x)`: met, or not required.
    Cleared,
}

/// A statement that a waiver can be for, as an index into the program's list of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Waivable {
    /// A rule.
    Rule(u16),
    /// An obligation.
    Obligation(u16),
    /// A triage.
    Triage(u16),
}

/// What is read of a CVSS value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CvssPart {
    /// The score that counts, a number.
    Score,
    /// The base score.
    Base,
    /// The qualitative severity, an enumeration.
    Severity,
    /// The version, as text such as `3.1`.
    Version,
    /// A metric by its standard name, an enumeration.
    Metric(Arc<str>),
}

/// A piece of a text with holes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TextPart {
    /// Text.
    Text(Arc<str>),
    /// The printed value of a node.
    Hole(NodeId),
}

/// What a node computes. Conditions have type `bool` and are evaluated in Kleene logic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// A constant.
    Const(Const),
    /// The input `now`.
    Now,
    /// A scalar field of a row (of a set's element: the field `value`).
    Field(VarId, FieldId),
    /// The element of a set that is written out.
    Element(VarId),
    /// `not`
    Not(NodeId),
    /// `and`; two or more.
    And(Vec<NodeId>),
    /// `or`; two or more.
    Or(Vec<NodeId>),
    /// A comparison of two values of one type; either may be `none`.
    Compare(CompareOp, NodeId, NodeId),
    /// `x in LIST`; `not in` is wrapped in [`Op::Not`].
    In(NodeId, ListRef),
    /// `x like "glob"`: `*` any text, `?` one character.
    Like(NodeId, Arc<str>),
    /// `x matches /re/`
    Matches(NodeId, Arc<str>),
    /// `is known`, `is unknown`, `is given`
    Is(NodeId, Presence),
    /// `x default d`; the flag says that this is a triage's clock, which assumes without saying so.
    Default(NodeId, NodeId, bool),
    /// `if c then a else b`
    If(NodeId, NodeId, NodeId),
    /// Arithmetic.
    Arith(ArithOp, NodeId, NodeId),
    /// `-x`
    Neg(NodeId),
    /// Text with holes; unknown where one is.
    Text(Vec<TextPart>),
    /// `any`, `every`, `each`: variable, list, filter, body (for `any` the body is the only condition).
    Quant(QuantKind, VarId, ListRef, Option<NodeId>, Option<NodeId>),
    /// An aggregate.
    Agg {
        /// Which.
        kind: AggKind,
        /// What is aggregated; none for `count` and `share`.
        value: Option<NodeId>,
        /// The variable.
        var: VarId,
        /// The list.
        list: ListRef,
        /// The filter.
        filter: Option<NodeId>,
        /// The value over nothing.
        empty: Option<NodeId>,
    },
    /// A whole number as a decimal.
    ToNumber(NodeId),
    /// The local date of an instant in a zone.
    ToDate(NodeId, Zone),
    /// The start of a day in a zone.
    ToTime(NodeId, Zone),
    /// A part of a CVSS value; the version narrows it to that version's vector (`.v3` is `3.`). The context has the order of preference.
    Cvss(NodeId, Option<Arc<str>>, CvssPart, ContextId),
    /// A time or date moved by a calendar span (type `Span`), back if the flag says so.
    Shift(NodeId, NodeId, bool, ContextId),
    /// A deadline: a time or date and a length (`Duration`, `Span`, or none) after it, or before it. A length of none is no deadline; so is a
    /// time of none.
    Due {
        /// How long.
        length: NodeId,
        /// From when; absent only where a `by` deadline has no length to add, which is then the time itself.
        time: Option<NodeId>,
        /// Before the time, rather than after.
        before: bool,
        /// Whose zone and business days count.
        context: ContextId,
    },
    /// A reading of a triage. The block is an index into [`Program::triages`]; none is all blocks. The variable names a finding or an asset.
    Triage(Option<u16>, TriageField, VarId),
    /// A decision table's outcome; the inputs are in the table's order, `level` excepted.
    Table(u16, Vec<NodeId>),
    /// The level of the triage arm for which a deadline is worked out.
    ArmLevel,
    /// The category by one block; of one asset where the block decides each asset.
    Category(u16, Option<VarId>),
    /// A reading of a risk, an index into [`Program::risks`].
    Risk(u16, RiskField),
    /// What an approval has come to, an index into [`Program::approvals`].
    Approval(u16, ApprovalField),
    /// Whether what an obligation asks for is done, an index into [`Program::obligations`].
    Met(u16),
    /// Whether a waiver of a statement holds; for a triage the variable names the finding.
    Waived(Waivable, Option<VarId>),
    /// Whether the intervals of two changes meet.
    Meets(VarId, VarId),
    /// The start of an occurrence of a calendar: the next after, or the last before, a time.
    Nearest(Nearest, CalendarId, NodeId),
    /// Whether a time lies within an occurrence of a calendar.
    During(NodeId, CalendarId),
    /// Scope and time of a blackout or window, whatever its `except`.
    Overlaps(PeriodId),
    /// The latest measurement of a metric, an index into [`Program::metrics`], for the asset if its series are told apart by it.
    Metric(u16),
    /// The answer of a plugin's check.
    Plugin(Asked, Vec<PluginInput>),
    /// An expression that had an error.
    Error,
}

/// A time zone by name, as an index into [`Program::zones`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(pub u16);

/// Whose settings a text sees: an index into [`Program::contexts`]; 0 is the policy itself, the others its packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContextId(pub u16);

/// The settings that only the policy's own text, or a pack's own text, sees.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The zone for dates without one and for calendar arithmetic.
    pub zone: Option<Zone>,
    /// The business days; Monday to Friday unless said, but for the days of these calendars.
    pub business_days: Vec<Weekday>,
    /// `not on`: the calendars whose days are no business days.
    pub holidays: Vec<CalendarId>,
    /// The versions of CVSS that count, first preferred first: `4.0`, `3.1`, `3.0`, `2.0`.
    pub cvss: Vec<&'static str>,
}

/// One expression.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it computes.
    pub op: Op,
    /// Its type.
    pub ty: Ty,
    /// Its place in the text.
    pub span: Span,
    /// The variables that it depends on, sorted; quantifier variables bound inside it are not among them.
    pub vars: Vec<VarId>,
}

/// The effects, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Shown, and never counted against a change.
    Report,
    /// Let go, with a warning.
    Warn,
    /// Wait for somebody.
    Hold,
    /// Wait for another time.
    Defer,
    /// No.
    Deny,
}

/// What every decided statement has.
#[derive(Clone, Debug)]
pub struct Head {
    /// The name as decisions print it; a pack's with its alias.
    pub name: String,
    /// The title.
    pub title: Option<String>,
    /// The place of the statement.
    pub span: Span,
    /// The conditions that must all hold for it to apply: `for` and `when`.
    pub scope: Vec<NodeId>,
    /// Where it certainly holds, the statement has no effect.
    pub except: Option<NodeId>,
    /// The text for the person who is blocked.
    pub because: Option<NodeId>,
    /// The controls that it implements.
    pub refs: Vec<String>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// In force from this instant.
    pub effective_from: Option<i64>,
    /// In force until this instant, excluded.
    pub effective_until: Option<i64>,
    /// On trial until this instant, excluded.
    pub trial_until: Option<i64>,
    /// Why an absence may help here.
    pub assumes: Option<String>,
    /// The effect where it certainly restricts.
    pub effect: Effect,
    /// The effect where it may.
    pub unknown: Effect,
    /// The variables that it names: it is decided once for each combination.
    pub vars: Vec<VarId>,
    /// It comes from a pack.
    pub pack: bool,
    /// The roles that may waive it, and the longest waiver in microseconds.
    pub waivable: Option<(Vec<String>, Option<i64>)>,
    /// It is worked out for those who read it, and has no effect: a test's `only` leaves it out.
    pub muted: bool,
}

/// `rule`
#[derive(Clone, Debug)]
pub struct Rule {
    /// What every statement has.
    pub head: Head,
    /// Each a condition under which the rule is broken; one is enough.
    pub broken: Vec<NodeId>,
}

/// An arm of a `triage` or `categorise`.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The code of its level or category.
    pub code: i64,
    /// Its condition; none is `otherwise`.
    pub when: Option<NodeId>,
    /// When it is due: a time, a date or none. Only in triages.
    pub due: Option<DueNode>,
    /// The arm in the text.
    pub span: Span,
}

/// How an arm's deadline is worked out.
#[derive(Clone, Debug)]
pub struct DueNode {
    /// The due time or date, or none; with [`Op::ArmLevel`] where a table wants the level.
    pub node: NodeId,
    /// The end of the day in this zone, rather than the instant.
    pub end_of_day: Option<ZoneRef>,
    /// The zone that turns a due date into the end of that day.
    pub zone: Zone,
}

impl DueNode {
    /// The expressions that it reads: the time, and the zone of its day's end where that is a fact.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        let zone = match self.end_of_day {
            Some(ZoneRef::Node(node)) => Some(node),
            _ => None,
        };
        std::iter::once(self.node).chain(zone)
    }
}

/// `triage`
#[derive(Clone, Debug)]
pub struct Triage {
    /// What every statement has.
    pub head: Head,
    /// Its levels, least urgent first; `done` is the least where the block has it.
    pub levels: Arc<EnumDef>,
    /// `done when`
    pub done: Option<NodeId>,
    /// The table whose outcome picks the arm: its outcomes are codes of `levels`.
    pub decide: Option<NodeId>,
    /// The arms, in order; with `decide` one for each outcome.
    pub arms: Vec<Arm>,
}

/// A cell of a table, checked.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Matches whatever it is.
    Any,
    /// Matches if one of these does.
    OneOf(Vec<CellTest>),
}

/// What a cell asks of an input.
#[derive(Clone, Debug)]
pub enum CellTest {
    /// Equal to.
    Is(Const),
    /// Compared to.
    Compare(CompareOp, Const),
    /// From the first, and below the second.
    Between(Const, Const),
}

/// `table`
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its place.
    pub span: Span,
    /// The types of its inputs, `level` and `across` among them, in the order of the cells.
    pub inputs: Vec<(String, Ty)>,
    /// Which input is the arm's level.
    pub level: Option<usize>,
    /// The rows, one for each column of an `across` table.
    pub rows: Vec<TableRow>,
    /// The type of the outcomes.
    pub outcome: Ty,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// One for each input.
    pub cells: Vec<Cell>,
    /// What comes out.
    pub outcome: Const,
    /// The row in the text.
    pub span: Span,
}

/// `categorise`
#[derive(Clone, Debug)]
pub struct Categorise {
    /// What every statement has.
    pub head: Head,
    /// The categories; the codes follow the arms' first mention.
    pub categories: Arc<EnumDef>,
    /// Each asset has its own.
    pub each_asset: bool,
    /// The arms, in order.
    pub arms: Vec<Arm>,
}

/// `risk`
#[derive(Clone, Debug)]
pub struct Risk {
    /// What every statement has.
    pub head: Head,
    /// The factors.
    pub adds: Vec<Add>,
    /// The bands' names, lowest first, as an ordered enumeration.
    pub bands: Arc<EnumDef>,
    /// The least score of each band, by its code: ascending.
    pub from: Vec<Decimal>,
}

/// A factor of a risk.
#[derive(Clone, Debug)]
pub struct Add {
    /// A number.
    pub value: NodeId,
    /// Where it counts; everywhere if absent.
    pub when: Option<NodeId>,
    /// The clause in the text.
    pub span: Span,
}

/// `approval`
#[derive(Clone, Debug)]
pub struct Approval {
    /// What every statement has. Its `vars` are the change, and the asset if it or an approval that it follows names one.
    pub head: Head,
    /// What is needed.
    pub needs: Vec<Need>,
    /// Who cannot approve: persons or texts, and sets of them.
    pub not_by: Vec<Excluded>,
    /// The approvals that it follows, as indices into [`Program::approvals`]; each is checked before this one is read.
    pub after: Vec<u16>,
    /// How long a vote holds: a duration or calendar span.
    pub valid: Option<NodeId>,
    /// The sittings at which it is given.
    pub meets: Option<Meets>,
    /// Votes given before the change was last edited count too.
    pub survives_edits: bool,
    /// The approval does not block: it is due by then.
    pub afterwards: Option<DueNode>,
    /// The review after the change is due by then.
    pub review: Option<DueNode>,
    /// Whose zone and business days count.
    pub context: ContextId,
}

/// Somebody whose votes do not count.
#[derive(Clone, Debug)]
pub enum Excluded {
    /// One person: a node of type person or text.
    One(NodeId),
    /// Each element of a set of persons or texts.
    Each(ListRef),
}

/// `need N from …`
#[derive(Clone, Debug)]
pub struct Need {
    /// How many.
    pub count: u32,
    /// Any of these roles.
    pub roles: Vec<String>,
    /// One such need for each element of a list: the variable, the list, and the node that names an element (a text, or a record by its id).
    pub each: Option<(VarId, ListRef, NodeId)>,
    /// The clause in the text.
    pub span: Span,
}

/// `obligation`
#[derive(Clone, Debug)]
pub struct Obligation {
    /// What every statement has. With the variable `finding` it is one duty for each finding.
    pub head: Head,
    /// Who has to do it: any of these roles.
    pub assigned: Vec<String>,
    /// By when.
    pub due: Option<DueNode>,
    /// When it is done; never where absent.
    pub met: Option<NodeId>,
}

/// `waiver`
#[derive(Clone, Debug)]
pub struct Waiver {
    /// What every statement has: its scope and `except` among it.
    pub head: Head,
    /// The statements that it is for.
    pub waives: Vec<Waivable>,
    /// From this instant.
    pub from: i64,
    /// Until this instant, excluded.
    pub until: i64,
    /// The roles that grant it.
    pub by: Vec<String>,
    /// The compensating control.
    pub provided: Option<NodeId>,
    /// Why it can never be applied, for each statement of `waives`: none where it can.
    pub refused: Vec<Option<String>>,
}

/// What a test expects, one for each part that `and` joins.
#[derive(Clone, Debug)]
pub enum Expectation {
    /// A condition over the decision as reported; its names are checked.
    Decision(crate::syntax::expr::Expr),
    /// A condition over the facts of the test's asset and change.
    Facts(NodeId),
}

/// `test`
#[derive(Clone, Debug)]
pub struct PolicyTest {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// Its place.
    pub span: Span,
    /// The `now` of the test.
    pub now: i64,
    /// The records, by entity, as data.
    pub records: Vec<(String, crate::syntax::expr::Expr)>,
    /// The statements that take effect, if not all.
    pub only: Option<Vec<String>>,
    /// What must hold: conditions over the decision as reported.
    pub expect: Vec<crate::syntax::expr::Expr>,
    /// The same conditions, checked: for each of `expect` its parts, all of which must hold.
    pub expectations: Vec<Vec<Expectation>>,
    /// The pack that it belongs to, by its alias and a point, as in the names of its statements; empty for the policy's own.
    pub prefix: String,
    /// It belongs to a pack.
    pub pack: bool,
}

/// The settings of the policy's own `policy` statement.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The policy's name.
    pub name: Option<String>,
    /// `version`
    pub version: Option<String>,
    /// Assumed where only one end of a change is known, in microseconds.
    pub longest_change: i64,
}

/// A policy that checked.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The texts.
    pub sources: Arc<Sources>,
    /// The tables of facts, with what the policy extends.
    pub schema: Arc<Schema>,
    /// The policy's settings.
    pub settings: Settings,
    /// All expressions; children come before parents.
    pub nodes: Vec<Node>,
    /// All variables; the first three are the subjects.
    pub vars: Vec<VarInfo>,
    /// The names of the zones that the text names.
    pub zones: Vec<String>,
    /// The settings that each text sees; the first is the policy's own.
    pub contexts: Vec<Context>,
    /// Decision tables.
    pub tables: Vec<Table>,
    /// Triages.
    pub triages: Vec<Triage>,
    /// Categorisations.
    pub categorises: Vec<Categorise>,
    /// The categorisation that `category` means.
    pub category: Option<u16>,
    /// Rules.
    pub rules: Vec<Rule>,
    /// Blackouts.
    pub blackouts: Vec<Period>,
    /// Windows.
    pub windows: Vec<Period>,
    /// Calendars.
    pub calendars: Vec<NamedCalendar>,
    /// Metrics.
    pub metrics: Vec<Metric>,
    /// Plugins.
    pub plugins: Vec<Plugin>,
    /// Who answers what the plugins' checks are asked.
    pub answerer: Answerer,
    /// Risks.
    pub risks: Vec<Risk>,
    /// Approvals.
    pub approvals: Vec<Approval>,
    /// Obligations.
    pub obligations: Vec<Obligation>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Tests, a pack's among them.
    pub tests: Vec<PolicyTest>,
    /// What the policy's names stand for, for expressions from outside.
    pub scope: Arc<super::checker::Scope>,
    /// What evaluations work out of the expressions, once for all of them.
    pub learned: Learned,
}

/// What the expressions of a program have in common; worked out when it is first asked for.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    /// For each node the first that computes the same.
    pub same: OnceLock<Vec<NodeId>>,
    /// The nodes that read the level of the arm whose deadline is worked out.
    pub reads_arm: OnceLock<Vec<bool>>,
    /// The nodes that look at the absence of a fact.
    pub reads_absence: OnceLock<Vec<bool>>,
    /// The nodes that ask a plugin; empty where none does.
    pub asks: OnceLock<Vec<bool>>,
    /// The nodes of very many steps, where what is in several places is taken anew in each.
    pub heavy: OnceLock<Vec<bool>>,
    /// The nodes with which many different constants are compared.
    pub compared_often: OnceLock<HashSet<NodeId>>,
    /// The regular expressions, by their text.
    pub patterns: OnceLock<HashMap<Arc<str>, regex::Regex>>,
    /// Where the policy says what an absence means.
    pub assumed: OnceLock<Vec<AssumedAt>>,
    /// What goes through all assets; none where that cannot be gathered one portion at a time.
    pub survey: OnceLock<Option<Surveyed>>,
}

/// The expressions that go through the assets of a change or of the inventory.
#[derive(Clone, Debug, Default)]
pub struct Surveyed {
    /// The expressions.
    pub roots: Vec<NodeId>,
    /// They, and all that they ask of each asset.
    pub reads: Vec<NodeId>,
    /// They ask what statements say of an asset.
    pub whole: bool,
}

/// One place in one statement where an absence has a meaning.
#[derive(Clone, Debug)]
pub struct AssumedAt {
    /// The table of the fact.
    pub table: TableId,
    /// The fact.
    pub field: FieldId,
    /// `finding.epss`
    pub fact: String,
    /// What stands for it.
    pub value: String,
    /// The statement.
    pub rule: String,
    /// Why.
    pub because: Option<String>,
    /// The statement is decided without a change too.
    pub of_estate: bool,
}
