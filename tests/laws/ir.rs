//! A policy as the generator makes it, the printer writes it and the oracle reads it: not the project's tree.

use std::rc::Rc;

pub use crate::ir_people::*;
pub use crate::ir_time::*;
use crate::vocab::Ent;

/// Billionths.
pub type Dec = i128;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    Day,
    Week,
    Month,
    BusinessDay,
}

/// A literal, and a value of the oracle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Val {
    None,
    Bool(bool),
    Int(i64),
    Num(Dec),
    Pct(Dec),
    Str(Rc<str>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00Z.
    Time(i64),
    /// Microseconds.
    Dur(i64),
    /// A value of an enumeration, with its place in the order (the least is 0).
    Word(i32, Rc<str>),
    Span(i64, Unit),
    /// Business days, of which the days of a calendar are none.
    BusinessDays(i64, Rc<str>),
}

impl Val {
    pub fn text(text: &str) -> Self {
        Self::Str(Rc::from(text))
    }
}

/// How a time literal is written.
#[derive(Clone, Debug, PartialEq)]
pub enum ZoneSpec {
    Utc,
    /// The policy's.
    Policy,
    /// Minutes east.
    Offset(i32),
    Named(&'static str),
}

/// A time literal: a local date and time, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeLit {
    pub date: i32,
    /// Minutes after midnight.
    pub minute: i32,
    pub zone: ZoneSpec,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quant {
    Any,
    Every,
    Each,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agg {
    Count,
    Share,
    Min,
    Max,
    Sum,
    Avg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Known,
    Unknown,
    Given,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriageField {
    Level,
    Due,
    Overdue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CvssPart {
    Score,
    Base,
    Severity,
    Version,
    AttackVector,
}

/// What a quantifier looks through.
#[derive(Clone, Debug)]
pub enum List {
    /// A list or set of a record: variable, field.
    Field(String, &'static str),
    Assets,
    Inventory,
    Changes,
    /// A `let` that is a constant set of texts.
    Const(String),
    /// `c.assets` of a change.
    AssetsOf(String),
    People,
    Incidents,
    /// A list or set of the record that a field or element refers to.
    Through(Base, Ent, &'static str),
}

/// An expression.
#[derive(Clone, Debug)]
pub enum E {
    Lit(Val),
    TimeLit(TimeLit),
    Now,
    /// An element of a set.
    Var(String),
    /// Variable, its record, field.
    Field(String, Ent, &'static str),
    Not(Box<E>),
    And(Vec<E>),
    Or(Vec<E>),
    Cmp(Cmp, Box<E>, Box<E>),
    /// In a set that is written out.
    InLit(Box<E>, Vec<Val>),
    /// In a set of a record, or in a constant.
    In(Box<E>, List),
    Like(Box<E>, String),
    /// `matches`, its pattern as a glob with `*` at its ends only.
    Matches(Box<E>, String),
    Is(Box<E>, Presence),
    Default(Box<E>, Box<E>),
    If(Box<E>, Box<E>, Box<E>),
    Arith(Op, Box<E>, Box<E>),
    Neg(Box<E>),
    /// Text and holes.
    Text(Vec<Piece>),
    Quant {
        kind: Quant,
        var: String,
        list: List,
        filter: Option<Box<E>>,
        body: Box<E>,
    },
    Agg {
        kind: Agg,
        value: Option<Box<E>>,
        var: String,
        list: List,
        filter: Option<Box<E>>,
        empty: Option<Box<E>>,
    },
    /// The value, a version's vector (`3.1`), what of it.
    Cvss(Box<E>, Option<&'static str>, CvssPart),
    /// The block where it is named, the field, the variable and what it is.
    Triage(Option<String>, TriageField, String, Ent),
    Table(String),
    /// A `let`, and of what.
    Let(String, Option<String>),
    /// The category of the block that counts.
    Category,
    /// `change.category`
    ChangeCategory,
    /// `category of a`, where each asset has its own.
    CategoryOf(String),
    /// A field of the record that a field or element refers to.
    Through(Base, Ent, &'static str),
    Risk(String, RiskField),
    Ask(Ask, String),
    /// `c overlaps change`, two variables.
    Meets(String, String),
    /// `a in c.assets`: a record by its id.
    RecIn(String, List),
    /// `next C after T`, or `last C before T`.
    Nearest(bool, String, Box<E>),
    /// `T during C`
    During(Box<E>, String),
    /// `overlaps(x)`
    Overlaps(String),
    /// A metric by its name.
    Metric(String),
    /// What the plugin's check says of a text.
    Plugin(Box<E>),
}

#[derive(Clone, Debug)]
pub enum Piece {
    Text(String),
    Hole(E),
}

/// What a `let` names outside its quantifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Nothing,
    Asset,
    /// With or without its asset.
    Finding,
    Change,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Bool,
    Int,
    Num,
    Pct,
    Str,
    Date,
    Time,
    Dur,
}

#[derive(Clone, Debug)]
pub enum LetBody {
    Expr(E),
    /// A constant set of texts.
    Set(Vec<&'static str>),
    /// `param name: TYPE = value`
    Param(&'static str, Val),
}

#[derive(Clone, Debug)]
pub struct Let {
    pub name: String,
    pub subject: Subject,
    pub kind: Kind,
    pub stratum: u8,
    pub body: LetBody,
}

/// One alternative of a cell.
#[derive(Clone, Debug)]
pub enum Pattern {
    Is(Val),
    Cmp(Cmp, Val),
    Range(Val, Val),
}

/// A cell; none is `any`.
pub type Cell = Option<Vec<Pattern>>;

#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    /// Name and value; the first has none where it is the arm's level.
    pub inputs: Vec<(String, Option<E>)>,
    /// The last input heads the columns: its cells.
    pub across: Option<Vec<Cell>>,
    pub rows: Vec<(Vec<Cell>, Vec<Val>)>,
}

#[derive(Clone, Debug)]
pub enum DeadlineForm {
    Within(E, Option<E>),
    Before(E, E),
    After(E, E),
    By(E),
}

/// As the zone of an end of day: the asset's own.
pub const ASSET_ZONE: &str = "asset.timezone";

#[derive(Clone, Debug)]
pub struct Deadline {
    pub form: DeadlineForm,
    /// The end of that day, in a zone other than the policy's.
    pub end_of_day: Option<Option<&'static str>>,
}

#[derive(Clone, Debug)]
pub struct Arm {
    pub name: String,
    pub deadline: Option<Deadline>,
    /// None: `otherwise`, or an arm of `decide`.
    pub when: Option<E>,
}

/// The clauses that any statement takes.
#[derive(Clone, Debug, Default)]
pub struct Common {
    pub scope: Option<E>,
    pub when: Option<E>,
    pub except: Option<E>,
    /// First and last day.
    pub effective: Option<(Option<i32>, Option<i32>)>,
    pub trial: Option<i32>,
    pub effect: Option<Effect>,
    pub unknown: Option<Effect>,
    pub because: Option<Vec<Piece>>,
    pub waivable: Option<Waivable>,
    /// Further clauses that decide nothing, as text.
    pub noise: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    Report,
    Warn,
    Hold,
    Defer,
    Deny,
}

impl Effect {
    pub fn word(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Warn => "warn",
            Self::Hold => "hold",
            Self::Defer => "defer",
            Self::Deny => "deny",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Triage {
    pub name: String,
    pub common: Common,
    /// Most urgent first, without `done`.
    pub levels: Vec<String>,
    pub clock: Option<E>,
    pub done: Option<E>,
    pub decide: Option<String>,
    /// The block's own.
    pub within: Option<Deadline>,
    pub arms: Vec<Arm>,
}

impl Triage {
    /// A level as a value: the least urgent is 1, `done` is 0.
    pub fn level(&self, name: &str) -> Val {
        let at = self.levels.iter().position(|level| level == name);
        Val::Word(at.map_or(0, |at| (self.levels.len() - at) as i32), Rc::from(name))
    }
}

#[derive(Clone, Debug)]
pub struct Categorise {
    pub name: String,
    pub each_asset: bool,
    pub arms: Vec<Arm>,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    pub common: Common,
    /// `forbid` rather than `require`.
    pub demands: Vec<(bool, E)>,
}

#[derive(Clone, Debug)]
pub enum EndPoint {
    Date(i32),
    Time(TimeLit),
}

#[derive(Clone, Debug)]
pub enum RangeZone {
    Policy,
    Fixed(&'static str),
    Asset,
}

#[derive(Clone, Debug)]
pub enum TimeClause {
    Range {
        from: EndPoint,
        to: EndPoint,
        zone: RangeZone,
    },
    /// Days (Monday is 0), minutes of the day.
    Weekly {
        days: Vec<u8>,
        from: i32,
        to: i32,
        zone: RangeZone,
    },
    Clause(Clause),
}

#[derive(Clone, Debug)]
pub struct Period {
    pub name: String,
    pub window: bool,
    pub common: Common,
    pub times: Vec<TimeClause>,
    pub while_: Option<E>,
    pub mandatory: bool,
    pub overrun: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub zone: &'static str,
    /// Monday is 0.
    pub business_days: Option<(u8, u8)>,
    pub cvss_prefer: Option<Vec<&'static str>>,
    /// Hours.
    pub longest_change: Option<i64>,
    /// The block that `category` means, where it is said.
    pub category: Option<String>,
    pub lets: Vec<Let>,
    pub tables: Vec<Table>,
    pub triages: Vec<Triage>,
    pub categorises: Vec<Categorise>,
    pub rules: Vec<Rule>,
    pub periods: Vec<Period>,
    pub risks: Vec<Risk>,
    /// In an order in which what one follows comes before it.
    pub approvals: Vec<Approval>,
    pub obligations: Vec<Obligation>,
    pub waivers: Vec<Waiver>,
    /// The calendars whose days are no business days.
    pub holidays: Vec<String>,
    pub files: Vec<IcsFile>,
    /// In an order in which what one leaves out comes before it.
    pub cals: Vec<Cal>,
    pub metrics: Vec<Metric>,
}

impl Policy {
    pub fn let_(&self, name: &str) -> &Let {
        self.lets.iter().find(|l| l.name == name).unwrap_or_else(|| panic!("no let {name}"))
    }

    pub fn table(&self, name: &str) -> &Table {
        self.tables.iter().find(|t| t.name == name).unwrap_or_else(|| panic!("no table {name}"))
    }

    pub fn categorise(&self) -> Option<&Categorise> {
        match &self.category {
            Some(name) => self.categorises.iter().find(|c| c.name == *name),
            None => self.categorises.first(),
        }
    }
}

/// Calls `see` with every expression inside, itself first.
pub fn walk(e: &E, see: &mut dyn FnMut(&E)) {
    see(e);
    let mut all: Vec<&E> = Vec::new();
    match e {
        E::Lit(_)
        | E::TimeLit(_)
        | E::Now
        | E::Var(_)
        | E::Field(..)
        | E::Triage(..)
        | E::Table(_)
        | E::Let(..)
        | E::Category
        | E::ChangeCategory
        | E::CategoryOf(_)
        | E::Through(..)
        | E::Risk(..)
        | E::Ask(..)
        | E::Meets(..)
        | E::RecIn(..)
        | E::Overlaps(_)
        | E::Metric(_) => {}
        E::Not(a)
        | E::InLit(a, _)
        | E::In(a, _)
        | E::Like(a, _)
        | E::Plugin(a)
        | E::Matches(a, _)
        | E::Is(a, _)
        | E::Neg(a)
        | E::Cvss(a, ..)
        | E::Nearest(_, _, a)
        | E::During(a, _) => all.push(a),
        E::And(parts) | E::Or(parts) => all.extend(parts),
        E::Cmp(_, a, b) | E::Arith(_, a, b) | E::Default(a, b) => all.extend([&**a, &**b]),
        E::If(a, b, c) => all.extend([&**a, &**b, &**c]),
        E::Text(pieces) => all.extend(pieces.iter().filter_map(|p| match p {
            Piece::Hole(e) => Some(e),
            Piece::Text(_) => None,
        })),
        E::Quant { filter, body, .. } => {
            all.extend(filter.as_deref());
            all.push(body);
        }
        E::Agg { value, filter, empty, .. } => {
            all.extend(value.as_deref().into_iter().chain(filter.as_deref()).chain(empty.as_deref()))
        }
    }
    for part in all {
        walk(part, see);
    }
}
