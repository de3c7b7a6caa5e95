//! Operators: the grammar reads them flat, precedence is decided here.

use super::super::codes;
use super::super::diagnostic::Diagnostic;
use super::super::expr::{BinaryOp, Expr, ExprKind, Presence, UnaryOp};
use super::super::grammar::Rule;
use super::super::hints::loose_zone;
use super::super::source::Span;
use super::{Builder, Pair, Pairs};
use std::iter::Peekable;

/// How tightly operators bind; a higher figure binds tighter.
mod level {
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const COMPARE: u8 = 3;
    pub(super) const SUM: u8 = 4;
    pub(super) const PRODUCT: u8 = 5;
}

/// `and`/`or` over more operands than this are built as a balanced tree: they are associative, and a tree's height is
/// what every later stage pays for.
const BALANCE_OVER: usize = 16;
/// Signs and `not`s in a row.
const MAX_PREFIXES: usize = 64;

pub(super) type Stream<'i> = Peekable<Pairs<'i>>;

impl Builder<'_> {
    /// `x`, or `x default d`: what stands alone in a clause, a `let` or parentheses.
    pub(crate) fn clause_value(&mut self, pair: Pair<'_>) -> Expr {
        let mut parts = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr | Rule::arithmetic => {
                    let expr = self.expr(inner);
                    parts.push((expr, self.height));
                }
                Rule::span_value => {
                    let expr = self.span_value(inner);
                    parts.push((expr, self.height));
                }
                _ => {}
            }
        }
        self.defaults(parts)
    }

    /// `a default b default c`: the first that is known.
    pub(super) fn defaults(&mut self, mut parts: Vec<(Expr, u32)>) -> Expr {
        let Some((mut expr, mut height)) = parts.pop() else { return self.missing(Span::default()) };
        while let Some((before, before_height)) = parts.pop() {
            let span = before.span.to(expr.span);
            let whole = Expr { span, kind: ExprKind::Default(Box::new(before), Box::new(expr)) };
            expr = self.grown(height.max(before_height), whole);
            height = self.height;
        }
        self.height = height;
        expr
    }

    /// Stands where the grammar promised an expression and gave none.
    pub(super) fn missing(&mut self, span: Span) -> Expr {
        self.leaf(span, ExprKind::Bool(false))
    }

    /// An `expr` or `arithmetic` of the grammar.
    pub(crate) fn expr(&mut self, pair: Pair<'_>) -> Expr {
        let mut stream = pair.into_inner().peekable();
        let expr = self.climb(&mut stream, level::OR);
        match stream.next() {
            Some(ternary) if ternary.as_rule() == Rule::compat_ternary => self.ternary(expr, ternary),
            _ => expr,
        }
    }

    fn climb(&mut self, stream: &mut Stream<'_>, least: u8) -> Expr {
        let first = self.prefixed(stream);
        self.climb_from(first, stream, least)
    }

    fn climb_from(&mut self, first: Expr, stream: &mut Stream<'_>, least: u8) -> Expr {
        let mut left = first;
        let mut left_height = self.height;
        let mut compared = false;
        while let Some((operator, binds)) = stream.peek().and_then(infix) {
            if binds < least {
                break;
            }
            let Some(sign) = stream.next() else { break };
            let again = binds == level::COMPARE && std::mem::replace(&mut compared, true);
            if again && !matches!(operator, Infix::Binary(BinaryOp::In)) {
                self.chained(&sign);
            }
            let sign_span = self.operator_span(&sign);
            (left, left_height) = match operator {
                Infix::Presence => {
                    let expr = self.presence(left, left_height, sign);
                    (expr, self.height)
                }
                Infix::NotMatch => {
                    let expr = self.not_match(left, left_height, sign, stream);
                    (expr, self.height)
                }
                Infix::Binary(op @ (BinaryOp::And | BinaryOp::Or)) => {
                    self.foreign_operator(&sign);
                    let expr = self.chain(op, left, left_height, sign_span, stream, binds);
                    (expr, self.height)
                }
                Infix::Binary(op) => {
                    self.foreign_operator(&sign);
                    let right = self.climb(stream, binds + 1);
                    let right_height = self.height;
                    if again && op == BinaryOp::In {
                        if zone_of_the_right_side(&left, &right) {
                            let height = left_height.max(right_height);
                            left = self.zoned_right_side(left, right, height);
                            left_height = self.height;
                            continue;
                        }
                        self.chained(&sign);
                    }
                    let right = self.fit_right(op, right);
                    let expr = self.binary(op, sign_span, (left, left_height), (right, right_height));
                    (expr, self.height)
                }
            };
        }
        self.height = left_height;
        left
    }

    /// `a and b and c …`: read in a loop, so that a long chain costs no stack.
    fn chain(
        &mut self,
        op: BinaryOp,
        first: Expr,
        first_height: u32,
        first_sign: Span,
        stream: &mut Stream<'_>,
        binds: u8,
    ) -> Expr {
        let mut operands = vec![(first, first_height)];
        let mut signs = vec![first_sign];
        loop {
            let operand = self.climb(stream, binds + 1);
            operands.push((operand, self.height));
            let goes_on =
                stream.peek().and_then(infix).is_some_and(|(next, _)| matches!(next, Infix::Binary(o) if o == op));
            let Some(sign) = stream.next_if(|_| goes_on) else { break };
            self.foreign_operator(&sign);
            signs.push(self.operator_span(&sign));
        }
        if operands.len() <= BALANCE_OVER {
            self.left_deep(op, operands, signs)
        } else {
            self.balanced(op, operands, signs)
        }
    }

    fn left_deep(&mut self, op: BinaryOp, operands: Vec<(Expr, u32)>, signs: Vec<Span>) -> Expr {
        let mut operands = operands.into_iter();
        let Some(mut left) = operands.next() else { return self.missing(Span::default()) };
        for (right, sign) in operands.zip(signs) {
            let expr = self.binary(op, sign, left, right);
            left = (expr, self.height);
        }
        self.height = left.1;
        left.0
    }

    fn balanced(&mut self, op: BinaryOp, mut operands: Vec<(Expr, u32)>, mut signs: Vec<Span>) -> Expr {
        // Neighbours are joined pairwise until one is left; the sign between two nodes is the one between their texts.
        while operands.len() > 1 {
            let mut joined = Vec::with_capacity(operands.len().div_ceil(2));
            let mut between = Vec::with_capacity(signs.len() / 2);
            let mut nodes = operands.into_iter();
            let mut gaps = signs.into_iter();
            while let Some(left) = nodes.next() {
                match (nodes.next(), gaps.next()) {
                    (Some(right), Some(sign)) => {
                        let expr = self.binary(op, sign, left, right);
                        joined.push((expr, self.height));
                        between.extend(gaps.next());
                    }
                    _ => joined.push(left),
                }
            }
            operands = joined;
            signs = between;
        }
        match operands.pop() {
            Some((expr, height)) => {
                self.height = height;
                expr
            }
            None => self.missing(Span::default()),
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, sign: Span, left: (Expr, u32), right: (Expr, u32)) -> Expr {
        let span = left.0.span.to(right.0.span);
        if let Some(presence) = self.unknown_compared(op, span, &left.0, &right.0) {
            return self.replaced_presence(span, left, presence);
        }
        let below = left.1.max(right.1);
        let kind = match (op, left.0.kind, right.0.kind) {
            (BinaryOp::In, ExprKind::Time(time), ExprKind::Str(zone)) => {
                self.report(loose_zone(span, self.source(span)));
                ExprKind::TimeIn(time, zone)
            }
            (op, left_kind, right_kind) => ExprKind::Binary(
                op,
                sign,
                Box::new(Expr { span: left.0.span, kind: left_kind }),
                Box::new(Expr { span: right.0.span, kind: right_kind }),
            ),
        };
        self.grown(below, Expr { span, kind })
    }

    fn replaced_presence(&mut self, span: Span, left: (Expr, u32), presence: Presence) -> Expr {
        self.grown(left.1, Expr { span, kind: ExprKind::Is(Box::new(left.0), presence) })
    }

    /// `now > 2026-12-18T18:00 in "Europe/London"`: the zone belongs to the time before it.
    fn zoned_right_side(&mut self, left: Expr, zone: Expr, height: u32) -> Expr {
        let span = left.span.to(zone.span);
        let kind = match (left.kind, zone.kind) {
            (ExprKind::Binary(op, sign, first, second), ExprKind::Str(zone_text)) => {
                let place = second.span.to(zone.span);
                let second = match second.kind {
                    ExprKind::Time(time) => {
                        self.report(loose_zone(place, self.source(place)));
                        Expr { span: place, kind: ExprKind::TimeIn(time, zone_text) }
                    }
                    kind => Expr { span: second.span, kind },
                };
                ExprKind::Binary(op, sign, first, Box::new(second))
            }
            (kind, _) => kind,
        };
        self.grown(height, Expr { span, kind })
    }

    fn chained(&mut self, sign: &Pair<'_>) {
        let span = self.operator_span(sign);
        let text = sign.as_str().trim().to_owned();
        self.report(
            Diagnostic::error(codes::CHAINED, span, "comparisons do not chain")
                .label(format!("a second comparison, `{text}`"))
                .help("compare twice, `a < b and b < c`, or put parentheses"),
        );
    }

    /// A sign's own text: the rule may have read blanks between two words, never around them.
    fn operator_span(&self, pair: &Pair<'_>) -> Span {
        self.tight(pair)
    }

    /// `not not - x`: signs before an operand.
    fn prefixed(&mut self, stream: &mut Stream<'_>) -> Expr {
        let mut signs: Vec<(UnaryOp, Span)> = Vec::new();
        while let Some(sign) =
            stream.next_if(|pair| matches!(pair.as_rule(), Rule::not_op | Rule::compat_not | Rule::negate))
        {
            let op = if sign.as_rule() == Rule::negate { UnaryOp::Neg } else { UnaryOp::Not };
            self.foreign_operator(&sign);
            signs.push((op, self.tight(&sign)));
        }
        if signs.len() > MAX_PREFIXES {
            let span = signs.first().map(|(_, span)| *span).unwrap_or_default();
            self.report(
                Diagnostic::error(codes::TOO_DEEP, span, format!("more than {MAX_PREFIXES} of `not` and `-` in a row"))
                    .label("the first of them")
                    .help("two of them cancel out"),
            );
            signs.clear();
        }
        let mut expr = self.primary(stream);
        let mut height = self.height;
        let mut within_not = false;
        while let Some((op, sign)) = signs.pop() {
            if op == UnaryOp::Not && !std::mem::replace(&mut within_not, true) {
                // `not` is looser than every comparison: `not a in b` is `not (a in b)`.
                self.height = height;
                expr = self.climb_from(expr, stream, level::COMPARE);
                height = self.height;
            }
            let span = sign.to(expr.span);
            expr = self.grown(height, Expr { span, kind: ExprKind::Unary(op, Box::new(expr)) });
            height = self.height;
        }
        self.height = height;
        expr
    }

    /// `x not like y` is `not (x like y)`.
    fn not_match(&mut self, left: Expr, left_height: u32, sign: Pair<'_>, stream: &mut Stream<'_>) -> Expr {
        let span = self.tight(&sign);
        let op = sign
            .into_inner()
            .find_map(|inner| match inner.as_rule() {
                Rule::kw_matches => Some(BinaryOp::Matches),
                Rule::kw_during => Some(BinaryOp::During),
                Rule::kw_overlaps => Some(BinaryOp::Overlaps),
                _ => None,
            })
            .unwrap_or(BinaryOp::Like);
        self.report(
            Diagnostic::error(
                codes::FOREIGN_NOT_LIKE,
                span,
                format!("`not` stands before the whole comparison with `{}`", op.symbol()),
            )
            .label("only `in` takes `not` before it")
            .help(format!("write `not (x {} …)`", op.symbol())),
        );
        let right = self.climb(stream, level::COMPARE + 1);
        let right_height = self.height;
        let inner = self.binary(op, span, (left, left_height), (right, right_height));
        let whole = inner.span;
        self.grown(self.height, Expr { span: whole, kind: ExprKind::Unary(UnaryOp::Not, Box::new(inner)) })
    }

    fn presence(&mut self, left: Expr, left_height: u32, sign: Pair<'_>) -> Expr {
        let end = self.tight(&sign);
        let span = left.span.to(end);
        let capitals = sign.clone().into_inner().find(|inner| inner.as_rule() == Rule::compat_is);
        let found = sign.into_inner().find_map(|inner| match inner.as_rule() {
            Rule::kw_known => Some(Ok(Presence::Known)),
            Rule::kw_unknown => Some(Ok(Presence::Unknown)),
            Rule::kw_given => Some(Ok(Presence::Given)),
            Rule::compat_presence => Some(Err(inner)),
            _ => None,
        });
        if let (Some(capitals), Some(Ok(_))) = (capitals, &found) {
            self.capitals(&capitals, "is");
        }
        match found {
            Some(Err(foreign)) => self.foreign_presence(left, left_height, end, foreign),
            Some(Ok(presence)) => self.grown(left_height, Expr { span, kind: ExprKind::Is(Box::new(left), presence) }),
            None => self.missing(span),
        }
    }
}

enum Infix {
    Binary(BinaryOp),
    Presence,
    NotMatch,
}

/// What an infix pair means and how tightly it binds; `None` for all other pairs.
fn infix(pair: &Pair<'_>) -> Option<(Infix, u8)> {
    let (op, binds) = match pair.as_rule() {
        Rule::or_op | Rule::compat_or => (BinaryOp::Or, level::OR),
        Rule::and_op | Rule::compat_and => (BinaryOp::And, level::AND),
        Rule::op_eq | Rule::compat_equals => (BinaryOp::Eq, level::COMPARE),
        Rule::op_ne => (BinaryOp::Ne, level::COMPARE),
        Rule::op_lt => (BinaryOp::Lt, level::COMPARE),
        Rule::op_le => (BinaryOp::Le, level::COMPARE),
        Rule::op_gt => (BinaryOp::Gt, level::COMPARE),
        Rule::op_ge => (BinaryOp::Ge, level::COMPARE),
        Rule::compat_compare => (super::compat::foreign_comparison(pair.as_str()).0, level::COMPARE),
        Rule::in_op => (BinaryOp::In, level::COMPARE),
        Rule::not_in_op => (BinaryOp::NotIn, level::COMPARE),
        Rule::like_op => (BinaryOp::Like, level::COMPARE),
        Rule::matches_op => (BinaryOp::Matches, level::COMPARE),
        Rule::overlaps_op => (BinaryOp::Overlaps, level::COMPARE),
        Rule::during_op => (BinaryOp::During, level::COMPARE),
        Rule::op_add => (BinaryOp::Add, level::SUM),
        Rule::op_sub => (BinaryOp::Sub, level::SUM),
        Rule::op_mul => (BinaryOp::Mul, level::PRODUCT),
        Rule::op_div => (BinaryOp::Div, level::PRODUCT),
        Rule::presence => return Some((Infix::Presence, level::COMPARE)),
        Rule::compat_not_match => return Some((Infix::NotMatch, level::COMPARE)),
        _ => return None,
    };
    Some((Infix::Binary(op), binds))
}

/// Whether `in "…"` behind a comparison names the zone of the time on its right.
fn zone_of_the_right_side(left: &Expr, zone: &Expr) -> bool {
    matches!(&left.kind, ExprKind::Binary(_, _, _, right) if matches!(right.kind, ExprKind::Time(_)))
        && matches!(zone.kind, ExprKind::Str(_))
}
