//! Bringing two values to one type: what may stand beside what.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Span;

use super::checker::Checker;
use super::codes;
use super::decimal::Decimal;
use super::program::{Const, CvssPart, NodeId, Op};
use super::schema::TableId;
use super::types::{EnumDef, Ty, Type};

/// What two values are brought together for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be compared: a time beside a date is its day.
    Compare,
    /// To be alternatives of one value: a date beside a time is its start.
    Join,
}

/// Between what every CVSS score lies.
pub(super) const SCORES: Option<(i64, i64)> = Some((0, 10));

/// Whether two enumerations have the same values in the same order.
pub(super) fn same_enum(left: &EnumDef, right: &EnumDef) -> bool {
    left.values == right.values && left.ordered == right.ordered
}

/// Whether two types are the same for a comparison.
pub(super) fn same(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Enum(left), Type::Enum(right)) => same_enum(left, right),
        (Type::Set(left), Type::Set(right)) => same(left, right),
        _ => left == right,
    }
}

impl Checker {
    /// The text of a span, for messages; shortened where it is long.
    pub(super) fn shown(&self, span: Span) -> String {
        let text = self.program.sources.text(span);
        let line: Vec<&str> = text.split_whitespace().collect();
        let line = line.join(" ");
        match line.char_indices().nth(60) {
            Some((at, _)) => format!("{} …", line.get(..at).unwrap_or_default()),
            None => line,
        }
    }

    /// A whole number as a decimal; anything else as it is.
    pub(super) fn as_number(&mut self, node: NodeId) -> NodeId {
        let span = self.span_of(node);
        match (self.base(node), self.constant(node)) {
            (Type::Int, Some(Const::Int(value))) => {
                let value = Decimal::from_int(*value);
                self.value(Const::Decimal(value), Type::Number, span)
            }
            (Type::Int, _) => {
                let ty = Ty { base: Type::Number, ..self.ty(node) };
                self.push(Op::ToNumber(node), ty, span)
            }
            (Type::Cvss, _) => node,
            _ => node,
        }
    }

    /// The score of a CVSS value.
    pub(super) fn score(&mut self, node: NodeId, unit: usize) -> NodeId {
        let (span, ty) = (self.span_of(node), self.ty(node));
        let op = match self.node(node).map(|found| found.op.clone()) {
            // Already narrowed to a version, by `.v3`.
            Some(narrowed @ Op::Cvss(_, Some(_), CvssPart::Score, _)) => narrowed,
            _ => Op::Cvss(node, None, CvssPart::Score, Self::context(unit)),
        };
        self.push(op, Ty { base: Type::Number, or_none: ty.or_none, range: SCORES }, span)
    }

    /// A record as the text of its identifier.
    pub(super) fn key_as_text(&mut self, node: NodeId) -> NodeId {
        match self.node(node) {
            Some(found) if matches!(found.ty.base, Type::Row(_)) => {
                let (op, span, or_none) = (found.op.clone(), found.span, found.ty.or_none);
                self.push(op, Ty { base: Type::String, or_none, range: None }, span)
            }
            _ => node,
        }
    }

    /// A day as the instant at which it starts.
    pub(super) fn start_of_day(&mut self, node: NodeId, unit: usize) -> Option<NodeId> {
        let span = self.span_of(node);
        if !self.day_has_zone(node, unit) {
            return None;
        }
        let zone = self.day_zone(unit);
        if let Some(Const::Date(days)) = self.constant(node) {
            let start =
                crate::time::Date::from_days(i64::from(*days)).and_then(|date| self.rules(zone).start_of_day(date));
            return start.map(|start| self.value(Const::Time(start.micros()), Type::Time, span));
        }
        let ty = Ty { base: Type::Time, ..self.ty(node) };
        Some(self.push(Op::ToTime(node, zone), ty, span))
    }

    /// Whether a day can be placed in time: a date that is written out needs the policy's zone.
    fn day_has_zone(&mut self, node: NodeId, unit: usize) -> bool {
        if self.own_zone(unit).is_none() && self.constant(node).is_some_and(|c| matches!(c, Const::Date(_))) {
            let span = self.span_of(node);
            let text = self.shown(span);
            self.no_zone(&text, span);
            return false;
        }
        true
    }

    /// Brings two values to one type, or reports why they do not go together.
    pub(super) fn unify(
        &mut self,
        left: NodeId,
        right: NodeId,
        purpose: Purpose,
        unit: usize,
        span: Span,
    ) -> Option<(NodeId, NodeId)> {
        let (l, r) = (self.base(left), self.base(right));
        if matches!(l, Type::Error) || matches!(r, Type::Error) {
            return None;
        }
        let text = |ty: &Type| matches!(ty, Type::String | Type::Row(_));
        Some(match (&l, &r) {
            (Type::Cvss, Type::Cvss) if purpose == Purpose::Join => (left, right),
            (Type::Cvss, Type::Int | Type::Number | Type::Cvss) | (Type::Int | Type::Number, Type::Cvss) => {
                let left = if l == Type::Cvss { self.score(left, unit) } else { self.as_number(left) };
                let right = if r == Type::Cvss { self.score(right, unit) } else { self.as_number(right) };
                (left, right)
            }
            (Type::Row(_), _) | (_, Type::Row(_))
                if text(&l) && text(&r) && (l == r || !(matches!(l, Type::Row(_)) && matches!(r, Type::Row(_)))) =>
            {
                (self.key_as_text(left), self.key_as_text(right))
            }
            (Type::Nothing, _) | (_, Type::Nothing) => (left, right),
            _ if same(&l, &r) => (left, right),
            (Type::Int, Type::Number) | (Type::Number, Type::Int) => (self.as_number(left), self.as_number(right)),
            (Type::Date, Type::Time) | (Type::Time, Type::Date) => {
                let time_left = l == Type::Time;
                let (time, date) = if time_left { (left, right) } else { (right, left) };
                let (time, date) = match purpose {
                    Purpose::Compare if !self.day_has_zone(date, unit) => return None,
                    Purpose::Compare => (self.day_of(time, unit), date),
                    Purpose::Join => (time, self.start_of_day(date, unit)?),
                };
                if time_left { (time, date) } else { (date, time) }
            }
            (Type::Duration, Type::Span) | (Type::Span, Type::Duration) if purpose == Purpose::Join => (left, right),
            (Type::Version, Type::String) if self.may_be_version(right) => (left, self.retyped(right, Type::Version)),
            (Type::String, Type::Version) if self.may_be_version(left) => (self.retyped(left, Type::Version), right),
            (Type::Zone, Type::String) if self.names_zone(right) => (self.retyped(left, Type::String), right),
            (Type::String, Type::Zone) if self.names_zone(left) => (left, self.retyped(right, Type::String)),
            (Type::Zone, Type::String) | (Type::String, Type::Zone) => return None,
            _ => {
                self.mismatch(left, right, span);
                return None;
            }
        })
    }

    /// Whether a text was written out as one, in place or as a table's outcome, and so stands for a version beside one.
    fn may_be_version(&self, text: NodeId) -> bool {
        self.node(text).is_some_and(|found| matches!(found.op, Op::Const(_) | Op::Table(..)))
    }

    /// Whether a text can be a zone's name; reports one that is written out and is not.
    fn names_zone(&mut self, text: NodeId) -> bool {
        let Some(Const::Text(name)) = self.constant(text).cloned() else { return true };
        let known = crate::time::Zone::get(&name).is_some_and(|zone| zone.name() == &*name);
        if !known {
            let span = self.span_of(text);
            let error = Diagnostic::error(codes::UNKNOWN_ZONE, span, format!("there is no time zone `{name}`"));
            self.report(match super::suggest::nearest(&name, crate::time::zone_names()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("zones have names such as `Europe/London`"),
            });
        }
        known
    }

    /// The local day of an instant.
    fn day_of(&mut self, time: NodeId, unit: usize) -> NodeId {
        let span = self.span_of(time);
        let zone = self.day_zone(unit);
        let ty = Ty { base: Type::Date, ..self.ty(time) };
        self.push(Op::ToDate(time, zone), ty, span)
    }

    /// The same value under another type that holds it in the same way.
    pub(super) fn retyped(&mut self, node: NodeId, base: Type) -> NodeId {
        match self.node(node).cloned() {
            Some(found) => self.push(found.op, Ty { base, ..found.ty }, found.span),
            None => node,
        }
    }

    /// Reports that two values do not go together, with the likely repair.
    fn mismatch(&mut self, left: NodeId, right: NodeId, span: Span) {
        let (l, r) = (self.ty(left), self.ty(right));
        let (ls, rs) = (self.span_of(left), self.span_of(right));
        let number = |ty: &Type| matches!(ty, Type::Int | Type::Number | Type::Cvss);
        let percent_and_number =
            (l.base == Type::Percent && number(&r.base)) || (r.base == Type::Percent && number(&l.base));
        if percent_and_number {
            let number = if l.base == Type::Percent { rs } else { ls };
            let shown = self.shown(number);
            let help = if shown.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                format!("write `{shown}%` if that is meant")
            } else {
                "a share of one is a percent: 50% is one half".to_owned()
            };
            self.report(
                Diagnostic::error(codes::PERCENT_BESIDE_NUMBER, span, "a percent is never compared with a number")
                    .help(help),
            );
            return;
        }
        for (ty, other, at) in [(&l, right, rs), (&r, left, ls)] {
            if let (Type::Enum(def), Some(Const::Text(word))) = (&ty.base, self.constant(other)) {
                let help = match def.code(word) {
                    Some(_) => format!("write the word bare: `{word}`"),
                    None => super::suggest::help(word, "its values are", def.values.iter().map(String::as_str)),
                };
                let error = Diagnostic::error(
                    codes::TEXT_BESIDE_ENUM,
                    at,
                    format!("the values of `{}` are words, not texts", def.name),
                );
                self.report(error.help(help));
                return;
            }
        }
        let (lt, rt) = (self.shown(ls), self.shown(rs));
        let help = match (&l.base, &r.base) {
            (Type::Time | Type::Date, Type::Int | Type::Number | Type::Duration)
            | (Type::Int | Type::Number | Type::Duration, Type::Time | Type::Date) => {
                "compare it with another time, such as `now - 30d`".to_owned()
            }
            (Type::Duration, Type::Int | Type::Number) => with_unit(&rt),
            (Type::Int | Type::Number, Type::Duration) => with_unit(&lt),
            (Type::Bool, _) | (_, Type::Bool) => "a condition stands alone, or behind `not`".to_owned(),
            (Type::Enum(_), Type::Enum(_)) => {
                "these are values of different enumerations: compare each with its own".to_owned()
            }
            (Type::String, _) | (_, Type::String) => "a text in quotes is compared with texts only".to_owned(),
            _ => "compare what has the same type".to_owned(),
        };
        let mut error = Diagnostic::error(codes::WRONG_TYPE, span, format!("`{lt}` and `{rt}` do not go together"))
            .also(ls, describe(&l))
            .also(rs, describe(&r))
            .help(help);
        if matches!(l.base, Type::Span) || matches!(r.base, Type::Span) {
            error = Diagnostic::error(
                codes::SPAN_PLACE,
                span,
                "a calendar span has no length of its own: a month is 28 to 31 days",
            )
            .help("use an exact length such as `14d`, or add the span to a time");
        }
        self.report(error);
    }

    /// Reports that a value of another type is needed here.
    pub(super) fn expected(&mut self, node: NodeId, wanted: &str) {
        if self.is_error(node) {
            return;
        }
        let (span, ty) = (self.span_of(node), self.ty(node));
        let shown = self.shown(span);
        self.report(
            Diagnostic::error(codes::WRONG_TYPE, span, format!("`{shown}` is no {wanted}"))
                .label(describe(&ty))
                .help(format!("a {wanted} has to stand here")),
        );
    }
}

/// A type in words for a label.
pub(super) fn describe(ty: &Ty) -> String {
    match &ty.base {
        Type::Enum(def) if def.values.len() > 6 => format!("one of the values of `{}`", def.name),
        Type::Bool => "true or false".to_owned(),
        Type::Row(TableId::ASSET) => "an asset".to_owned(),
        Type::Row(TableId::PERSON) => "a person".to_owned(),
        Type::Row(TableId::SERVICE) => "a service".to_owned(),
        Type::Row(_) => "a record".to_owned(),
        Type::Nothing => "`none`".to_owned(),
        Type::Number => "a number".to_owned(),
        _ => format!("{ty}"),
    }
}

/// What to write instead of a length without its unit.
fn with_unit(written: &str) -> String {
    if !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        format!("write the length with its unit: `{written}h` for hours, `{written}d` for days")
    } else {
        "write the length with its unit: `30d`, `72h`".to_owned()
    }
}
