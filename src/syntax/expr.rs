//! Expressions as written.

use super::source::Span;

/// A name with its place.
#[derive(Clone, Debug)]
pub struct Name {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// `alias.name`, or a single name.
#[derive(Clone, Debug)]
pub struct Path {
    /// The parts, at least one.
    pub parts: Vec<Name>,
    /// All of it.
    pub span: Span,
}

impl Path {
    /// The parts joined by points.
    #[must_use]
    pub fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
    }
}

/// A text literal; holes are paths.
#[derive(Clone, Debug)]
pub struct StrLit {
    /// With its quotes.
    pub span: Span,
    /// Literal stretches (unescaped) and holes, in order.
    pub parts: Vec<StrPart>,
}

/// A piece of a text literal.
#[derive(Clone, Debug)]
pub enum StrPart {
    /// Text as it is meant, escapes resolved.
    Text(String),
    /// `{asset.owner}`
    Hole(Expr),
}

impl StrLit {
    /// The text, if it has no holes.
    #[must_use]
    pub fn plain(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                StrPart::Text(text) => Some(text.as_str()),
                StrPart::Hole(_) => None,
            })
            .collect()
    }
}

/// An expression with its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The unit of a calendar span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanUnit {
    /// `3 days`
    Day,
    /// `2 weeks`
    Week,
    /// `1 month`
    Month,
    /// `1 year`
    Year,
    /// `5 business days`
    BusinessDay,
}

/// The operators with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BinaryOp {
    /// `or`
    Or,
    /// `and`
    And,
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
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `like`
    Like,
    /// `matches`
    Matches,
    /// `overlaps`
    Overlaps,
    /// `during`
    During,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

impl BinaryOp {
    /// As written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Like => "like",
            Self::Matches => "matches",
            Self::Overlaps => "overlaps",
            Self::During => "during",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
        }
    }
}

/// The operators before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Neg,
}

/// `any`, `every`, `each`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuantKind {
    /// At least one.
    Any,
    /// All, or there is none.
    Every,
    /// All, and there is at least one.
    Each,
}

/// `count`, `share`, `min`, `max`, `sum`, `avg`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AggKind {
    /// How many.
    Count,
    /// Which part of all, in percent.
    Share,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The sum.
    Sum,
    /// The mean.
    Avg,
}

/// `is known`, `is unknown`, `is given`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// One value is certain.
    Known,
    /// It is not.
    Unknown,
    /// Known and not blank.
    Given,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `true`, `false`
    Bool(bool),
    /// `7`, `9.0`, `10_000`: the text without underscores, and whether it has a point.
    Number(String),
    /// `15%`: the text before the sign.
    Percent(String),
    /// `"text"`
    Str(StrLit),
    /// `48h`: microseconds.
    Duration(i64),
    /// `3 days`, `5 business days on CAL`
    Span {
        /// How many; never negative.
        amount: i64,
        /// Of what.
        unit: SpanUnit,
        /// The holiday calendar.
        on: Option<Path>,
    },
    /// A date or time literal as written: `2026-12-18`, `2026-12-18T18:00`, with `Z` or an offset.
    Time(String),
    /// `(2026-12-18T18:00 in "Europe/London")`
    TimeIn(String, StrLit),
    /// `/re/`: the pattern without its slashes.
    Regex(String),
    /// A bare word, `none` among them.
    Name(String),
    /// `base.field`
    Field(Box<Expr>, Name),
    /// `f(x, …)`, `alias.f(x)`
    Call(Path, Vec<Expr>),
    /// `{ a, b }`
    Set(Vec<Expr>),
    /// `{ key: value … }`
    Record(Vec<(Name, Expr)>),
    /// `[ x, … ]`; with `...` at its end it is incomplete.
    List {
        /// The elements.
        items: Vec<Expr>,
        /// Written with `...`.
        incomplete: bool,
    },
    /// `not x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `x op y`; the operator's own place.
    Binary(BinaryOp, Span, Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `any v in LIST where EXPR`, `every v in LIST [where EXPR] satisfies EXPR`, `each …`
    Quant {
        /// Which.
        kind: QuantKind,
        /// The variable.
        var: Name,
        /// What it ranges over.
        list: Box<Expr>,
        /// `where`; for `any` the only condition.
        filter: Option<Box<Expr>>,
        /// `satisfies`
        body: Option<Box<Expr>>,
    },
    /// `count(v in LIST where EXPR)`, `max(EXPR for v in LIST where EXPR, empty: EXPR)`
    Agg {
        /// Which.
        kind: AggKind,
        /// What is aggregated; none for `count` and `share`.
        value: Option<Box<Expr>>,
        /// The variable.
        var: Name,
        /// What it ranges over.
        list: Box<Expr>,
        /// `where`
        filter: Option<Box<Expr>>,
        /// `empty:`
        empty: Option<Box<Expr>>,
    },
    /// `x default d`
    Default(Box<Expr>, Box<Expr>),
    /// `x is known`
    Is(Box<Expr>, Presence),
    /// `name of x`
    Of(Box<Expr>, Box<Expr>),
    /// `next C after T` (`true`), `last C before T` (`false`)
    Calendar(bool, Path, Box<Expr>),
    /// `avg(METRIC over SPAN)`, `baseline(METRIC over SPAN)`
    Over {
        /// `avg`, `baseline` …
        function: Name,
        /// The metric.
        metric: Path,
        /// How long.
        span: Box<Expr>,
    },
    /// `(x)`: kept, because parentheses say what was meant in a quantifier's body.
    Paren(Box<Expr>),
}
