//! Conditions over a decision as reported.
//!
//! Everything here is certain: what is reported is the first certain category, the most urgent level, the earliest due date.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::check::decimal::Decimal;
use crate::check::program::Program;
use crate::check::types::EnumDef;
use crate::eval::decision::{BlockTriage, Decision, FindingTriage, Summary};
use crate::syntax::expr::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::time::{Instant, TimeValue, Zone, parse_time};

/// What a test sees of what was decided.
#[derive(Debug)]
pub(super) struct Reported<'a> {
    /// The program, for the order of its levels.
    pub(super) program: &'a Program,
    /// The zone for dates without one.
    pub(super) zone: Option<&'a Zone>,
    /// The decisions.
    pub(super) decisions: &'a [Decision],
    /// The summary of the change, if the test has one.
    pub(super) summary: Option<&'a Summary>,
    /// The triage of the test's assets, by asset.
    pub(super) triage: &'a [Vec<BlockTriage>],
}

/// A reported value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// A word or text, with the enumeration that orders it.
    Word(String, Option<Arc<EnumDef>>),
    /// An instant.
    Time(Instant),
    /// A day: its start and end.
    Day(Instant, Instant, String),
    /// Nothing: `none`, or what is printed as `null`.
    None,
    /// A set.
    Set(Vec<Value>),
}

impl Value {
    fn word(text: &str) -> Self {
        Self::Word(text.to_owned(), None)
    }

    fn words<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut words: Vec<&str> = texts.collect();
        words.sort_unstable();
        words.dedup();
        Self::Set(words.into_iter().map(Self::word).collect())
    }

    /// As people read it.
    #[must_use]
    pub(super) fn print(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Word(text, _) | Self::Day(_, _, text) => text.clone(),
            Self::Time(instant) => instant.to_rfc3339(),
            Self::None => "none".to_owned(),
            Self::Set(items) if items.is_empty() => "{}".to_owned(),
            Self::Set(items) => format!("{{ {} }}", items.iter().map(Self::print).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Whether an expectation is about the decision, rather than a condition over the facts.
#[must_use]
pub(super) fn is_about_decision(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Field(..) | ExprKind::Name(_) => {
            let path = path(expr).unwrap_or_default();
            let names: Vec<&str> = path.iter().map(String::as_str).collect();
            matches!(
                names.as_slice(),
                ["verdict"
                    | "effects"
                    | "reasons"
                    | "category"
                    | "category_possible"
                    | "not_before"
                    | "obligations"
                    | "assumed"]
                    | ["tested" | "triage", ..]
                    | ["asset" | "finding", "triage", ..]
            )
        }
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => is_about_decision(inner),
        ExprKind::Binary(BinaryOp::And | BinaryOp::Or, _, a, b) => is_about_decision(a) && is_about_decision(b),
        ExprKind::Binary(_, _, a, b) => is_about_decision(a) || is_about_decision(b),
        _ => false,
    }
}

/// The two sides of what an expectation compares, where it compares; for the message of one that fails.
#[must_use]
pub(super) fn sides(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Unary(UnaryOp::Not, inner) => sides(inner),
        ExprKind::Binary(BinaryOp::And | BinaryOp::Or, ..) => None,
        ExprKind::Binary(BinaryOp::In | BinaryOp::NotIn, _, a, b) => Some(if is_about_decision(b) { b } else { a }),
        ExprKind::Binary(_, _, a, b) => Some(if is_about_decision(a) { a } else { b }),
        ExprKind::Name(_) | ExprKind::Field(..) => Some(expr),
        _ => None,
    }
}

fn path(expr: &Expr) -> Option<Vec<String>> {
    match &expr.kind {
        ExprKind::Name(name) => Some(vec![name.clone()]),
        ExprKind::Field(base, name) => {
            let mut path = path(base)?;
            path.push(name.text.clone());
            Some(path)
        }
        ExprKind::Paren(inner) => path(inner),
        _ => None,
    }
}

impl Reported<'_> {
    /// Whether a condition holds.
    ///
    /// # Errors
    /// What in it cannot be asked of a decision.
    pub(super) fn holds(&self, expr: &Expr) -> Result<bool, String> {
        match self.value(expr)? {
            Value::Bool(value) => Ok(value),
            Value::Number(count) => Ok(count != Decimal::ZERO),
            other => Err(format!("`{}` is not a condition", other.print())),
        }
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// What in it cannot be asked of a decision.
    pub(super) fn value(&self, expr: &Expr) -> Result<Value, String> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.value(inner),
            ExprKind::Bool(value) => Ok(Value::Bool(*value)),
            ExprKind::Number(text) => {
                Decimal::parse(text).map(Value::Number).ok_or_else(|| format!("`{text}` has too many digits"))
            }
            ExprKind::Str(text) => Ok(Value::Word(text.plain().unwrap_or_default(), None)),
            ExprKind::Time(text) => self.time(text),
            ExprKind::TimeIn(text, zone) => {
                let zone = zone.plain().and_then(|name| Zone::get(&name));
                let local = crate::time::parse_local_datetime(text).ok();
                let instant = zone.zip(local).and_then(|(zone, local)| zone.instant(local));
                instant.map(Value::Time).ok_or_else(|| format!("`{text}` is no time"))
            }
            ExprKind::Set(items) => Ok(Value::Set(items.iter().map(|i| self.value(i)).collect::<Result<_, _>>()?)),
            ExprKind::Unary(UnaryOp::Not, inner) => Ok(Value::Bool(!self.holds(inner)?)),
            ExprKind::Binary(BinaryOp::And, _, a, b) => Ok(Value::Bool(self.holds(a)? && self.holds(b)?)),
            ExprKind::Binary(BinaryOp::Or, _, a, b) => Ok(Value::Bool(self.holds(a)? || self.holds(b)?)),
            ExprKind::Binary(op, _, a, b) => self.compare(*op, a, b).map(Value::Bool),
            ExprKind::Name(_) | ExprKind::Field(..) => {
                let path = path(expr).unwrap_or_default();
                let names: Vec<&str> = path.iter().map(String::as_str).collect();
                self.named(&names)
            }
            _ => Err("an expectation compares what the decision says with plain values".to_owned()),
        }
    }

    fn time(&self, text: &str) -> Result<Value, String> {
        let zone = self.zone.cloned().unwrap_or_else(Zone::utc);
        let missing = || format!("`{text}` is no time");
        match parse_time(text).map_err(|_| missing())? {
            TimeValue::Instant(instant) => Ok(Value::Time(instant)),
            TimeValue::Local(local) => zone.instant(local).map(Value::Time).ok_or_else(missing),
            TimeValue::Date(date) => {
                let ends = zone.start_of_day(date).zip(zone.end_of_day(date));
                ends.map(|(from, to)| Value::Day(from, to, text.to_owned())).ok_or_else(missing)
            }
        }
    }

    fn named(&self, names: &[&str]) -> Result<Value, String> {
        let first = self.decisions.first();
        let decided = || first.ok_or_else(|| "the test has no change, so nothing is decided".to_owned());
        let optional = |text: &Option<String>| text.as_deref().map_or(Value::None, Value::word);
        match names {
            ["none"] => Ok(Value::None),
            ["verdict"] => {
                let verdict = self.decisions.iter().map(|d| d.verdict).max();
                decided().map(|_| verdict.map_or(Value::None, |v| Value::word(v.as_str())))
            }
            ["effects"] => {
                decided().map(|_| Value::words(self.decisions.iter().flat_map(|d| &d.effects).map(|e| e.as_str())))
            }
            ["reasons"] => {
                decided().map(|_| Value::words(self.decisions.iter().flat_map(|d| &d.reasons).map(|r| r.rule.as_str())))
            }
            ["category"] => match self.decisions {
                [only] => Ok(optional(&only.category)),
                _ => decided().map(|_| self.summary.map_or(Value::None, |s| optional(&s.category))),
            },
            ["category_possible"] => decided()
                .map(|_| Value::words(self.decisions.iter().flat_map(|d| &d.category_possible).map(String::as_str))),
            ["not_before"] => decided().map(|only| {
                let whole = self.summary.filter(|_| self.decisions.len() > 1);
                whole.map_or(only.not_before, |summary| summary.not_before).map_or(Value::None, Value::Time)
            }),
            ["obligations"] => decided()
                .map(|_| Value::words(self.decisions.iter().flat_map(|d| &d.obligations).map(|o| o.rule.as_str()))),
            ["assumed"] => decided().map(|_| {
                let applied = self.decisions.iter().flat_map(|d| &*d.assumed).filter(|a| a.applied);
                Value::words(applied.map(|a| a.fact.as_str()))
            }),
            ["tested", "from"] => decided().map(|d| d.tested.from.map_or(Value::None, Value::Time)),
            ["tested", "to"] => decided().map(|d| d.tested.to.map_or(Value::None, Value::Time)),
            ["tested", "by"] => decided().map(|d| Value::word(d.tested.by)),
            ["triage", rest @ ..] | ["asset", "triage", rest @ ..] => self.triage(rest, false),
            ["finding", "triage", rest @ ..] => self.triage(rest, true),
            // A bare word, or the name of a pack's statement, is the text that decisions print.
            words => Ok(Value::Word(words.join("."), None)),
        }
    }

    fn triage(&self, names: &[&str], of_finding: bool) -> Result<Value, String> {
        let Some((field, block)) = names.split_last() else {
            return Err("say which part: `triage.level`, `triage.due` or `triage.overdue`".to_owned());
        };
        let blocks: Vec<&BlockTriage> = self.triage.iter().flatten().collect();
        let known = self.program.triages.iter().map(|t| t.head.name.as_str());
        let own: Vec<&str> =
            self.program.triages.iter().filter(|t| !t.head.pack).map(|t| t.head.name.as_str()).collect();
        let name = block.join(".");
        let wanted: Option<&str> = match (name.as_str(), *field) {
            ("", "level") => match own.as_slice() {
                [only] => Some(only),
                _ => return Err("the policy has not exactly one triage block of its own: name it".to_owned()),
            },
            ("", _) => None,
            (name, _) => match known.into_iter().find(|k| *k == name || k.ends_with(&format!(".{name}"))) {
                Some(found) => Some(found),
                None => return Err(format!("there is no triage block `{name}`")),
            },
        };
        let chosen: Vec<&BlockTriage> =
            blocks.into_iter().filter(|b| wanted.is_none_or(|wanted| *b.block == *wanted)).collect();
        let findings: Vec<&FindingTriage> = chosen.iter().flat_map(|b| &b.findings).collect();
        match *field {
            "level" => {
                let def = self.program.triages.iter().find(|t| Some(t.head.name.as_str()) == wanted);
                let levels = def.map(|t| Arc::clone(&t.levels));
                let code = |level: Option<&str>| levels.as_ref().and_then(|l| l.code(level?));
                let best = if of_finding {
                    findings.iter().filter_map(|f| Some((code(f.level.as_deref())?, f.level.as_deref()?))).max()
                } else {
                    chosen.iter().filter_map(|b| Some((code(b.level.as_deref())?, b.level.as_deref()?))).max()
                };
                Ok(best.map_or(Value::None, |(_, level)| Value::Word(level.to_owned(), levels)))
            }
            "due" => {
                let due = if of_finding {
                    findings.iter().filter_map(|f| f.due).min()
                } else {
                    chosen.iter().filter_map(|b| b.due).min()
                };
                Ok(due.map_or(Value::None, Value::Time))
            }
            "overdue" => Ok(Value::Bool(if of_finding {
                findings.iter().any(|f| f.overdue)
            } else {
                chosen.iter().any(|b| b.overdue > 0)
            })),
            other => Err(format!("`{other}` is not part of a triage; its parts are `level`, `due` and `overdue`")),
        }
    }

    fn compare(&self, op: BinaryOp, a: &Expr, b: &Expr) -> Result<bool, String> {
        let (x, y) = (self.value(a)?, self.value(b)?);
        match op {
            BinaryOp::Eq => Ok(equal(&x, &y)),
            BinaryOp::Ne => Ok(!equal(&x, &y)),
            BinaryOp::In | BinaryOp::NotIn => match &y {
                Value::Set(items) => Ok(items.iter().any(|item| equal(&x, item)) == (op == BinaryOp::In)),
                other => Err(format!("`{}` is not a set", other.print())),
            },
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                let Some(order) = order(&x, &y) else { return Ok(false) };
                Ok(match op {
                    BinaryOp::Lt => order == Ordering::Less,
                    BinaryOp::Le => order != Ordering::Greater,
                    BinaryOp::Gt => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                })
            }
            _ => Err(format!("`{}` is not asked of a decision", op.symbol())),
        }
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Set(x), Value::Set(y)) => {
            x.iter().all(|i| y.iter().any(|j| equal(i, j))) && y.iter().all(|i| x.iter().any(|j| equal(i, j)))
        }
        (Value::Word(x, _), Value::Word(y, _)) => x == y,
        (Value::Bool(x), Value::Bool(y)) => x == y,
        (Value::Bool(x), Value::Number(y)) | (Value::Number(y), Value::Bool(x)) => *x == (*y != Decimal::ZERO),
        (Value::Number(x), Value::Number(y)) => x == y,
        (Value::Time(x), Value::Time(y)) => x == y,
        (Value::Time(t), Value::Day(from, to, _)) | (Value::Day(from, to, _), Value::Time(t)) => from <= t && t < to,
        (Value::None, Value::None) => true,
        _ => false,
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => Some(x.cmp(y)),
        (Value::Time(x), Value::Time(y)) => Some(x.cmp(y)),
        (Value::Time(t), Value::Day(from, to, _)) => Some(in_day(*t, *from, *to)),
        (Value::Day(from, to, _), Value::Time(t)) => Some(in_day(*t, *from, *to).reverse()),
        (Value::Word(x, def), Value::Word(y, other)) => {
            let def = def.as_ref().or(other.as_ref())?;
            Some(def.code(x)?.cmp(&def.code(y)?))
        }
        _ => None,
    }
}

fn in_day(t: Instant, from: Instant, to: Instant) -> Ordering {
    if t < from {
        Ordering::Less
    } else if t < to {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}
