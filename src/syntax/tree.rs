//! The tree of a policy as written: what the parser makes and the checker reads.
//!
//! Every node knows its span. Nothing here is resolved: a name is still text.

use super::expr::{Expr, Name, Path, StrLit};
use super::source::{FileId, Span};

/// One parsed file.
#[derive(Clone, Debug)]
pub struct File {
    /// Which file.
    pub id: FileId,
    /// Its statements, in the order written; those that did not parse are left out and reported.
    pub statements: Vec<Statement>,
}

/// One statement: `kind name "Title" { clause … }`, or one of the short forms.
#[derive(Clone, Debug)]
pub struct Statement {
    /// From its kind's keyword to its end.
    pub span: Span,
    /// The statement's own name; `import` and `extend` have none.
    pub name: Option<Name>,
    /// The title for people.
    pub title: Option<StrLit>,
    /// The `##` comment lines before it, without the marks.
    pub doc: Vec<String>,
    /// The clauses that any statement takes.
    pub common: Common,
    /// What is particular to the kind.
    pub body: Body,
}

/// The clauses that any statement takes. A clause that may stand once is kept as often as it was written: the checker reports doubles.
#[derive(Clone, Debug, Default)]
pub struct Common {
    /// `for EXPR`: the scope.
    pub scope: Vec<Expr>,
    /// `when EXPR`.
    pub when: Vec<Expr>,
    /// `except EXPR`.
    pub except: Vec<Expr>,
    /// `because TEXT`.
    pub because: Vec<StrLit>,
    /// `ref TEXT`, repeatable.
    pub refs: Vec<StrLit>,
    /// `owner TEXT`.
    pub owner: Vec<StrLit>,
    /// `effective [from DATE] [until DATE]`.
    pub effective: Vec<Effective>,
    /// `trial until DATE`.
    pub trial: Vec<Expr>,
    /// `effect WORD`.
    pub effect: Vec<Name>,
    /// `unknown WORD`.
    pub unknown: Vec<Name>,
    /// `assumes TEXT`.
    pub assumes: Vec<StrLit>,
    /// `waivable by "role", … [up to LENGTH]`.
    pub waivable: Vec<Waivable>,
    /// Clauses that parse but that this build does not have; the checker reports each.
    pub later: Vec<Later>,
}

/// `effective from DATE until DATE`.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The whole clause.
    pub span: Span,
    /// First day or instant in force.
    pub from: Option<Expr>,
    /// Last day, or first instant out of force.
    pub until: Option<Expr>,
}

/// `waivable by "ciso" up to 180d`.
#[derive(Clone, Debug)]
pub struct Waivable {
    /// The whole clause.
    pub span: Span,
    /// The roles that may waive.
    pub by: Vec<StrLit>,
    /// The longest waiver.
    pub up_to: Option<Expr>,
}

/// A statement or clause of the language that this build does not evaluate.
#[derive(Clone, Debug)]
pub struct Later {
    /// The whole text.
    pub span: Span,
    /// What it is, as people say it: "`approval` statements", "monthly recurrences".
    pub what: String,
    /// Its tokens, so that trees can be compared.
    pub tokens: Vec<String>,
}

/// What is particular to each kind of statement.
#[derive(Clone, Debug)]
pub enum Body {
    /// `policy acme "…" { … }`
    Policy(Vec<Setting>),
    /// `import "./file.gate"`, `import pack "…" as x with { … }`
    Import(Import),
    /// `param maturity "…": int 1..3 = 1`
    Param(Param),
    /// `extend asset { field: type … }`
    Extend(Extend),
    /// `let name = EXPR`
    Let(Expr),
    /// `triage name { … }`
    Triage(Triage),
    /// `table name { … }`
    Table(Table),
    /// `categorise [each asset] name { … }`
    Categorise(Categorise),
    /// `rule name { … }`
    Rule(Vec<Demand>),
    /// `blackout name { … }`: its time clauses.
    Blackout(Vec<TimeClause>),
    /// `window name { … }`: its time clauses.
    Window(Vec<TimeClause>),
    /// `risk name { … }`
    Risk(Risk),
    /// `approval name { … }`
    Approval(Approval),
    /// `obligation name { … }`
    Obligation(Obligation),
    /// `waiver name { … }`
    Waiver(Waiver),
    /// `calendar name { … }`: its time clauses.
    Calendar(Vec<TimeClause>),
    /// `metric name { … }`
    Metric(Metric),
    /// `plugin name { … }`
    Plugin(Plugin),
    /// `test name { … }`
    Test(Test),
    /// A kind that this build does not have.
    Later(Later),
}

/// One clause of `policy`.
#[derive(Clone, Debug)]
pub enum Setting {
    /// `version "…"`
    Version(StrLit),
    /// `timezone "…"`
    Timezone(StrLit),
    /// `business_days monday to friday [not on CALENDAR]`
    BusinessDays {
        /// The whole clause.
        span: Span,
        /// The days, as written out.
        days: Vec<Weekday>,
        /// Holiday calendars.
        not_on: Vec<Path>,
    },
    /// `cvss prefer v4.0, v3.1`: each version with its span.
    CvssPrefer(Vec<Name>),
    /// `longest_change 72h`
    LongestChange(Expr),
    /// `category kind`
    Category(Name),
}

/// A day of the week, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// Monday
    Monday,
    /// Tuesday
    Tuesday,
    /// Wednesday
    Wednesday,
    /// Thursday
    Thursday,
    /// Friday
    Friday,
    /// Saturday
    Saturday,
    /// Sunday
    Sunday,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];
}

/// `import …`
#[derive(Clone, Debug)]
pub struct Import {
    /// A pack that ships inside the program, rather than a file.
    pub pack: bool,
    /// The path, or the pack's name.
    pub path: StrLit,
    /// `as ALIAS`
    pub alias: Option<Name>,
    /// `with { param: EXPR … }`
    pub with: Vec<(Name, Expr)>,
}

/// `param name "…": TYPE = DEFAULT`
#[derive(Clone, Debug)]
pub struct Param {
    /// The declared type.
    pub ty: TypeExpr,
    /// The value where the importer sets none.
    pub default: Option<Expr>,
}

/// `extend ENTITY { … }`
#[derive(Clone, Debug)]
pub struct Extend {
    /// The entity that gets fields.
    pub entity: Name,
    /// The fields.
    pub fields: Vec<FieldDecl>,
}

/// `name: TYPE`
#[derive(Clone, Debug)]
pub struct FieldDecl {
    /// The field's name.
    pub name: Name,
    /// Its type and attributes.
    pub ty: TypeExpr,
}

/// A type as written, with the attributes after it.
#[derive(Clone, Debug)]
pub struct TypeExpr {
    /// The whole type.
    pub span: Span,
    /// What kind of type.
    pub kind: TypeKind,
    /// `required`
    pub required: bool,
    /// `or none`
    pub or_none: bool,
    /// `absent empty`
    pub absent_empty: bool,
    /// `absent none`
    pub absent_none: bool,
}

/// The kinds of type as written.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// A named type: `bool`, `number`, `string`, an entity …
    Named(Name),
    /// `int`, or `int 1..4`
    Int(Option<(i64, i64)>),
    /// `a | b` or, ordered, `low < medium < high`
    Enum {
        /// The values as written.
        values: Vec<Name>,
        /// Written with `<`.
        ordered: bool,
    },
    /// `set<T>`
    Set(Box<TypeExpr>),
    /// `list<T>`
    List(Box<TypeExpr>),
    /// `{ field: type … }`
    Record(Vec<FieldDecl>),
}

/// `triage name { … }`
#[derive(Clone, Debug, Default)]
pub struct Triage {
    /// `levels a > b > c`, each clause a list; most urgent first.
    pub levels: Vec<Vec<Name>>,
    /// `clock EXPR`
    pub clock: Vec<Expr>,
    /// `done when EXPR`
    pub done: Vec<Expr>,
    /// `decide TABLE`
    pub decide: Vec<Path>,
    /// The block's own deadline, before the first arm.
    pub deadline: Vec<Deadline>,
    /// Deadlines that stand after the first arm without belonging to one: errors.
    pub misplaced: Vec<Span>,
    /// The arms, in order.
    pub arms: Vec<Arm>,
}

/// `level [DEADLINE] when EXPR` or `level [DEADLINE] otherwise`; in a `decide` block neither.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The whole arm.
    pub span: Span,
    /// The level or category.
    pub name: Name,
    /// The deadline; only in `triage`.
    pub deadline: Option<Deadline>,
    /// The condition.
    pub when: Option<Expr>,
    /// `otherwise`
    pub otherwise: Option<Span>,
}

/// A deadline as written.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// The whole deadline.
    pub span: Span,
    /// Its form.
    pub kind: DeadlineKind,
    /// `end of day [in ZONE]`
    pub end_of_day: Option<EndOfDay>,
}

/// `end of day [in ZONE]`
#[derive(Clone, Debug)]
pub struct EndOfDay {
    /// The words.
    pub span: Span,
    /// The zone, if not the policy's.
    pub zone: Option<Expr>,
}

/// The forms of a deadline.
#[derive(Clone, Debug)]
pub enum DeadlineKind {
    /// `within SPAN [of TIME]`
    Within {
        /// How long; `none` is no deadline.
        span: Expr,
        /// From when, if not the block's clock.
        of: Option<Expr>,
    },
    /// `SPAN before TIME`
    Before {
        /// How long.
        span: Expr,
        /// Before when.
        time: Expr,
    },
    /// `SPAN after TIME`
    After {
        /// How long.
        span: Expr,
        /// After when.
        time: Expr,
    },
    /// `by TIME`
    By(Expr),
}

/// `table name { … }`
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The inputs, in order.
    pub given: Vec<Given>,
    /// `across …`: the last input, whose cells head the columns of outcomes.
    pub across: Vec<Across>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// `name = EXPR`, or bare `level`.
#[derive(Clone, Debug)]
pub struct Given {
    /// The input's name.
    pub name: Name,
    /// What it is; `level` alone has none.
    pub value: Option<Expr>,
}

/// `across name = EXPR -> cell …`
#[derive(Clone, Debug)]
pub struct Across {
    /// The whole clause.
    pub span: Span,
    /// The input.
    pub given: Given,
    /// The head of each column.
    pub cells: Vec<Cell>,
}

/// `row cell … -> outcome …`
#[derive(Clone, Debug)]
pub struct Row {
    /// The whole row.
    pub span: Span,
    /// One cell for each input of `given`.
    pub cells: Vec<Cell>,
    /// One outcome, or one for each column.
    pub outcomes: Vec<Expr>,
}

/// One cell: `any`, or alternatives joined by `|`.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The whole cell.
    pub span: Span,
    /// The alternatives; one of them must match.
    pub patterns: Vec<Pattern>,
}

/// One alternative of a cell.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `any`
    Any,
    /// `yes`
    Yes,
    /// `no`
    No,
    /// A value: a bare word, a literal, `none`.
    Value(Expr),
    /// `>= 7.0`
    Compare(super::expr::BinaryOp, Expr),
    /// `4.0 to 7.0`, the end excluded
    Range(Expr, Expr),
}

/// `categorise [each asset] name { … }`
#[derive(Clone, Debug)]
pub struct Categorise {
    /// `each asset`: the word after `each`.
    pub each: Option<Name>,
    /// The arms, in order.
    pub arms: Vec<Arm>,
}

/// `require EXPR` or `forbid EXPR`
#[derive(Clone, Debug)]
pub struct Demand {
    /// The whole clause.
    pub span: Span,
    /// `forbid` rather than `require`.
    pub forbid: bool,
    /// The condition.
    pub condition: Expr,
}

/// A clause of a blackout, window or calendar that says when.
#[derive(Clone, Debug)]
pub struct TimeClause {
    /// The whole clause.
    pub span: Span,
    /// What it is.
    pub form: TimeForm,
    /// `lasting LENGTH`
    pub lasting: Option<Expr>,
    /// `in ZONE`, if not the policy's.
    pub zone: Option<Expr>,
    /// `not on CALENDAR, …`
    pub not_on: Vec<Path>,
}

/// The forms of a clause that says when.
#[derive(Clone, Debug)]
pub enum TimeForm {
    /// `from TIME to TIME`
    Range {
        /// The start.
        from: Expr,
        /// The end.
        to: Expr,
    },
    /// `every DAYS [HH:MM [to HH:MM]]`
    Weekly {
        /// The days.
        days: Vec<Weekday>,
        /// The time of day, if not the whole day.
        clock: Option<ClockRange>,
    },
    /// `every month on DAY, … [HH:MM [to HH:MM]]`
    Periodic {
        /// Month, quarter or year.
        period: Period,
        /// Its days.
        days: Vec<PeriodDay>,
        /// The time of day, if not the whole day.
        clock: Option<ClockRange>,
    },
    /// `rrule TEXT`
    Rule(Expr),
    /// `calendar FILE|NAME [covers until DATE]`; in a `calendar` statement `file FILE`.
    Calendar {
        /// A text (a file's path), a calendar's name or a field of the asset.
        source: Expr,
        /// How far the file reaches.
        covers: Option<Expr>,
        /// Written `file`.
        file: bool,
    },
    /// `covers until DATE` as a clause of a `calendar` statement.
    Covers(Expr),
    /// `while CONDITION`
    While(Expr),
    /// `mandatory`
    Mandatory,
    /// `overrun allow`
    Overrun,
}

/// `09:30 to 16:00`, or a start alone.
#[derive(Clone, Copy, Debug)]
pub struct ClockRange {
    /// Local time of the start.
    pub from: ClockTime,
    /// Local time of the end.
    pub to: Option<ClockTime>,
}

/// What `every month`, `every quarter` and `every year` repeat by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// A calendar month
    Month,
    /// A calendar quarter
    Quarter,
    /// A calendar year
    Year,
}

/// A day of a month, quarter or year.
#[derive(Clone, Copy, Debug)]
pub struct PeriodDay {
    /// Where it stands.
    pub span: Span,
    /// Which.
    pub kind: PeriodDayKind,
}

/// How a day of a month, quarter or year is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PeriodDayKind {
    /// `day 15`
    Numbered(i64),
    /// `last day`
    Last,
    /// `second tuesday`: from 1 to 5
    Nth(u8, Weekday),
    /// `last friday`
    LastWeekday(Weekday),
    /// `last 2 business days`
    LastBusinessDays(i64),
}

/// `09:30`: a time of day.
#[derive(Clone, Copy, Debug)]
pub struct ClockTime {
    /// Where it stands.
    pub span: Span,
    /// Seconds after midnight, up to 86,400 (`24:00`).
    pub seconds: u32,
}

/// `test name { … }`
#[derive(Clone, Debug, Default)]
pub struct Test {
    /// `now TIME`
    pub now: Vec<Expr>,
    /// `asset { … }`, `change { … }` and so on, with the entity's name.
    pub records: Vec<(Name, Expr)>,
    /// `only a, b`
    pub only: Vec<Path>,
    /// `expect EXPR`
    pub expect: Vec<Expr>,
}

/// `risk name { … }`
#[derive(Clone, Debug, Default)]
pub struct Risk {
    /// The factors.
    pub adds: Vec<Add>,
    /// `bands high from 60, low from 0`, each clause a list; highest first.
    pub bands: Vec<Vec<Band>>,
}

/// `add EXPR [when EXPR]`
#[derive(Clone, Debug)]
pub struct Add {
    /// The whole clause.
    pub span: Span,
    /// What is added.
    pub value: Expr,
    /// Where it counts.
    pub when: Option<Expr>,
}

/// `high from 60`
#[derive(Clone, Debug)]
pub struct Band {
    /// The whole band.
    pub span: Span,
    /// Its name.
    pub name: Name,
    /// The least score in it.
    pub from: Expr,
}

/// `approval name { … }`. A clause that may stand once is kept as often as it was written.
#[derive(Clone, Debug, Default)]
pub struct Approval {
    /// `need N from "role", …`
    pub needs: Vec<Need>,
    /// `not by PATH, …`: who cannot approve.
    pub not_by: Vec<Path>,
    /// `after NAME, …`: approvals that come first.
    pub after: Vec<Path>,
    /// `valid LENGTH`
    pub valid: Vec<Expr>,
    /// `meets CALENDAR, closes SPAN before`
    pub meets: Vec<Meets>,
    /// `review DEADLINE`
    pub review: Vec<Deadline>,
    /// `afterwards DEADLINE`
    pub afterwards: Vec<Deadline>,
    /// `survives edits`
    pub survives_edits: Vec<Span>,
}

/// `need 2 from "cab-member", "ciso" for each s in change.services`
#[derive(Clone, Debug)]
pub struct Need {
    /// The whole clause.
    pub span: Span,
    /// How many.
    pub count: Expr,
    /// Any of these roles.
    pub roles: Vec<StrLit>,
    /// One such need for each item: the variable and the list.
    pub each: Option<(Name, Expr)>,
}

/// `meets cab_sitting, closes 2 business days before`
#[derive(Clone, Debug)]
pub struct Meets {
    /// The whole clause.
    pub span: Span,
    /// The calendar of its sittings.
    pub calendar: Path,
    /// How long before a sitting the list closes.
    pub closes: Option<Expr>,
}

/// `obligation name { … }`. A clause that may stand once is kept as often as it was written.
#[derive(Clone, Debug, Default)]
pub struct Obligation {
    /// `assigned to "soc", …`
    pub assigned: Vec<Vec<StrLit>>,
    /// `due DEADLINE`
    pub due: Vec<Deadline>,
    /// `met EXPR`
    pub met: Vec<Expr>,
}

/// `waiver name { … }`. A clause that may stand once is kept as often as it was written.
#[derive(Clone, Debug, Default)]
pub struct Waiver {
    /// `waives NAME, …`
    pub waives: Vec<Vec<Path>>,
    /// `from DATE until DATE`
    pub dates: Vec<WaiverDates>,
    /// `by "role", …`
    pub by: Vec<Vec<StrLit>>,
    /// `provided EXPR`
    pub provided: Vec<Expr>,
}

/// `from 2026-11-01 until 2027-03-31`
#[derive(Clone, Debug)]
pub struct WaiverDates {
    /// The whole clause.
    pub span: Span,
    /// The first day or instant.
    pub from: Expr,
    /// The last day, or the first instant out of force.
    pub until: Expr,
}

/// `metric name { … }`. A clause that may stand once is kept as often as it was written.
#[derive(Clone, Debug, Default)]
pub struct Metric {
    /// `series "http_5xx_ratio"`
    pub series: Vec<StrLit>,
    /// `of asset.services by label "service"`
    pub of: Vec<MetricOf>,
    /// `stale after 10min`
    pub stale: Vec<Expr>,
    /// `unit percent`
    pub unit: Vec<Name>,
}

/// `of asset.services by label "service"`: whose samples belong to a row.
#[derive(Clone, Debug)]
pub struct MetricOf {
    /// The whole clause.
    pub span: Span,
    /// A field of the subject.
    pub field: Expr,
    /// The label that holds its value.
    pub label: StrLit,
}

/// `plugin name { … }`
#[derive(Clone, Debug, Default)]
pub struct Plugin {
    /// `module "wasm-plugins/licence.wasm"`
    pub module: Vec<StrLit>,
    /// `digest "sha256:…"`
    pub digest: Vec<StrLit>,
    /// `check allowed(asset.tags, change.start) -> bool`
    pub checks: Vec<PluginCheck>,
    /// `limits fuel 10_000_000, memory 32MiB`: each clause a list.
    pub limits: Vec<Vec<PluginLimit>>,
}

/// `check allowed(asset.tags, change.start) -> bool`
#[derive(Clone, Debug)]
pub struct PluginCheck {
    /// The whole clause.
    pub span: Span,
    /// Its name.
    pub name: Name,
    /// The inputs.
    pub inputs: Vec<Expr>,
    /// The type of the answer.
    pub answer: TypeExpr,
}

/// `memory 32MiB`
#[derive(Clone, Debug)]
pub struct PluginLimit {
    /// What is limited.
    pub name: Name,
    /// How much, as written.
    pub amount: Name,
}
