//! Operands: names, calls, quantifiers, collections.

use super::super::codes;
use super::super::diagnostic::Diagnostic;
use super::super::expr::{AggKind, Expr, ExprKind, Name, Path, QuantKind};
use super::super::grammar::Rule;
use super::super::source::Span;
use super::expr::Stream;
use super::{Builder, Pair};

/// What ranges over a list: `v in LIST where …`.
#[derive(Default)]
pub(super) struct Range {
    pub(super) var: Option<Name>,
    pub(super) list: Option<Expr>,
    pub(super) filter: Option<Expr>,
    pub(super) body: Option<Expr>,
    pub(super) empty: Option<Expr>,
    pub(super) height: u32,
}

impl Builder<'_> {
    /// One operand: a primary and what follows it directly.
    pub(super) fn primary(&mut self, stream: &mut Stream<'_>) -> Expr {
        let Some(first) = stream.next() else { return self.missing(Span::default()) };
        let mut expr = self.single(first);
        while let Some(after) = stream.next_if(|p| matches!(p.as_rule(), Rule::field | Rule::call | Rule::of_subject)) {
            expr = self.postfix(expr, after);
        }
        expr
    }

    fn postfix(&mut self, base: Expr, after: Pair<'_>) -> Expr {
        let below = self.height;
        let end = self.tight(&after);
        let span = base.span.to(end);
        match after.as_rule() {
            Rule::field => {
                let word = after.into_inner().find(|inner| inner.as_rule() == Rule::word);
                let name = word.map_or_else(|| Name { text: String::new(), span: end }, |word| self.name(&word));
                self.grown(below, Expr { span, kind: ExprKind::Field(Box::new(base), name) })
            }
            Rule::of_subject => {
                let inner = after.into_inner().find(|inner| matches!(inner.as_rule(), Rule::paren | Rule::path_value));
                let subject = match inner {
                    Some(inner) => self.single(inner),
                    None => self.missing(end),
                };
                let below = below.max(self.height);
                self.grown(below, Expr { span, kind: ExprKind::Of(Box::new(base), Box::new(subject)) })
            }
            _ => self.call(base, below, after),
        }
    }

    /// An operand of one pair: a primary, or a rule that holds one.
    pub(super) fn single(&mut self, pair: Pair<'_>) -> Expr {
        if let Some(literal) = self.literal(&pair) {
            return literal;
        }
        let span = self.tight(&pair);
        match pair.as_rule() {
            Rule::variable | Rule::name | Rule::word => {
                self.leaf(span, ExprKind::Name(pair.as_str().trim().to_owned()))
            }
            Rule::paren => self.paren(pair, span),
            Rule::set => self.set(pair, span),
            Rule::list => self.list(pair, span),
            Rule::record => self.record(pair, span),
            Rule::conditional => self.conditional(pair, span),
            Rule::quantifier | Rule::compat_quantifier => self.quantifier(pair, span),
            Rule::tally => self.tally(pair, span),
            Rule::calendar_step => self.calendar_step(pair, span),
            Rule::path_value | Rule::step_time | Rule::source_text | Rule::cell_value | Rule::outcome => {
                let negative = pair.clone().into_inner().any(|inner| inner.as_rule() == Rule::minus);
                let mut stream = pair.into_inner().peekable();
                while stream.next_if(|inner| inner.as_rule() == Rule::minus).is_some() {}
                let expr = self.primary(&mut stream);
                if !negative {
                    return expr;
                }
                let kind = ExprKind::Unary(super::super::expr::UnaryOp::Neg, Box::new(expr));
                self.grown(self.height, Expr { span, kind })
            }
            Rule::path => {
                let path = self.path(&pair);
                self.path_expr(path)
            }
            Rule::expr | Rule::arithmetic => self.expr(pair),
            _ => self.missing(span),
        }
    }

    /// A path as nested fields.
    fn path_expr(&mut self, path: Path) -> Expr {
        let mut parts = path.parts.into_iter();
        let Some(first) = parts.next() else { return self.missing(path.span) };
        let mut expr = self.leaf(first.span, ExprKind::Name(first.text));
        for part in parts {
            let span = expr.span.to(part.span);
            expr = self.grown(self.height, Expr { span, kind: ExprKind::Field(Box::new(expr), part) });
        }
        expr
    }

    fn paren(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let mut parts: Vec<Expr> = Vec::new();
        let mut highest = 0;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::clause_value => parts.push(self.clause_value(inner)),
                Rule::expr => parts.push(self.expr(inner)),
                _ => continue,
            }
            highest = highest.max(self.height);
        }
        if parts.len() > 1 {
            return self.foreign_tuple(span, parts, highest);
        }
        let Some(inner) = parts.pop() else { return self.missing(span) };
        let kind = match inner.kind {
            ExprKind::TimeIn(time, zone) => {
                // Here are the parentheses that were missed when the inside was read.
                self.problems.retain(|problem| problem.code != codes::LOOSE_ZONE || problem.span != inner.span);
                ExprKind::TimeIn(time, zone)
            }
            kind => ExprKind::Paren(Box::new(Expr { span: inner.span, kind })),
        };
        self.grown(highest, Expr { span, kind })
    }

    /// An element of a set, list or call; `default` there wants parentheses.
    fn element(&mut self, pair: Pair<'_>) -> Expr {
        let mut parts = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => {
                    let expr = self.expr(inner);
                    parts.push((expr, self.height));
                }
                Rule::compat_default => {
                    let span = self.tight(&inner);
                    self.report(
                        Diagnostic::error(
                            codes::LOOSE_DEFAULT,
                            span,
                            "`default` stands alone in its clause, or in parentheses",
                        )
                        .label("part of something larger here")
                        .help("write `(x default d)`"),
                    );
                    for value in inner.into_inner().filter(|value| value.as_rule() == Rule::expr) {
                        let expr = self.expr(value);
                        parts.push((expr, self.height));
                    }
                }
                _ => {}
            }
        }
        self.defaults(parts)
    }

    fn elements(&mut self, pair: Pair<'_>) -> (Vec<Expr>, u32) {
        let mut items = Vec::new();
        let mut highest = 0;
        for inner in pair.into_inner().filter(|inner| inner.as_rule() == Rule::element) {
            items.push(self.element(inner));
            highest = highest.max(self.height);
        }
        (items, highest)
    }

    fn set(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let (items, highest) = self.elements(pair);
        self.grown(highest, Expr { span, kind: ExprKind::Set(items) })
    }

    fn list(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let dots: Vec<(usize, Rule)> = pair
            .clone()
            .into_inner()
            .filter(|inner| matches!(inner.as_rule(), Rule::ellipsis | Rule::element))
            .map(|inner| (inner.start(), inner.as_rule()))
            .collect();
        let incomplete = dots.iter().any(|(_, rule)| *rule == Rule::ellipsis);
        if let Some((at, _)) = dots.iter().rev().skip(1).find(|(_, rule)| *rule == Rule::ellipsis) {
            let place = Span::new(self.file, self.offset + at, self.offset + at + 3);
            self.report(
                Diagnostic::error(codes::UNEXPECTED, place, "`...` stands at the end of a list")
                    .label("not last")
                    .help("write `[ a, b, ... ]`: the list goes on, and what follows is not known"),
            );
        }
        let (items, highest) = self.elements(pair);
        self.grown(highest, Expr { span, kind: ExprKind::List { items, incomplete } })
    }

    /// `{ key: value … }`; without entries an empty record.
    pub(super) fn record(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let mut highest = 0;
        let mut entries = Vec::new();
        for entry in pair.into_inner().filter(|inner| inner.as_rule() == Rule::record_entry) {
            let mut key = None;
            let mut value = None;
            for inner in entry.into_inner() {
                match inner.as_rule() {
                    Rule::record_key => key = Some(self.record_key(&inner)),
                    Rule::clause_value => value = Some(self.clause_value(inner)),
                    _ => {}
                }
            }
            highest = highest.max(self.height);
            entries.extend(key.zip(value));
        }
        let kind = if entries.is_empty() { ExprKind::Set(Vec::new()) } else { ExprKind::Record(entries) };
        self.grown(highest, Expr { span, kind })
    }

    fn conditional(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let mut parts: Vec<(Expr, u32)> = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => {
                    self.foreign_else_if(&inner, parts.len());
                    let expr = self.expr(inner);
                    parts.push((expr, self.height));
                }
                Rule::compat_elif => {
                    let place = self.tight(&inner);
                    self.foreign_elif(&inner);
                    let expr = self.conditional(inner, place);
                    parts.push((expr, self.height));
                }
                _ => {}
            }
        }
        let highest = parts.iter().map(|(_, height)| *height).max().unwrap_or_default();
        let mut parts = parts.into_iter().map(|(expr, _)| Box::new(expr));
        match (parts.next(), parts.next(), parts.next()) {
            (Some(condition), Some(then), Some(otherwise)) => {
                self.grown(highest, Expr { span, kind: ExprKind::If(condition, then, otherwise) })
            }
            _ => self.missing(span),
        }
    }

    /// Reads `v in LIST where … satisfies …` from the children of a rule.
    pub(super) fn range(&mut self, pair: Pair<'_>) -> Range {
        let mut range = Range::default();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => range.var = Some(self.name(&inner)),
                Rule::arithmetic => range.list = Some(self.expr(inner)),
                Rule::where_part => range.filter = Some(self.only_expr(inner)),
                Rule::compat_if => {
                    self.foreign_if(&inner);
                    range.filter = Some(self.only_expr(inner));
                }
                Rule::satisfies_part => range.body = Some(self.only_expr(inner)),
                Rule::compat_body => {
                    self.foreign_body(&inner);
                    range.body = Some(self.only_expr(inner));
                }
                Rule::empty_part => {
                    let value = inner.into_inner().find(|value| value.as_rule() == Rule::clause_value);
                    range.empty = value.map(|value| self.clause_value(value));
                }
                _ => continue,
            }
            range.height = range.height.max(self.height);
        }
        range
    }

    pub(super) fn only_expr(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.tight(&pair);
        match pair.into_inner().find(|inner| inner.as_rule() == Rule::expr) {
            Some(inner) => self.expr(inner),
            None => self.missing(span),
        }
    }

    fn quantifier(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let mut kind = QuantKind::Any;
        let mut comprehension = None;
        for inner in pair.clone().into_inner() {
            match inner.as_rule() {
                Rule::kw_every => kind = QuantKind::Every,
                Rule::kw_each => kind = QuantKind::Each,
                Rule::compat_quantifier_word => kind = self.foreign_quantifier(&inner),
                Rule::compat_comprehension => comprehension = Some(inner),
                _ => {}
            }
        }
        if let Some(comprehension) = comprehension {
            return self.comprehension(comprehension, kind, span);
        }
        let range = self.range(pair);
        self.quantified(kind, range, span)
    }

    /// Puts the conditions where the kind wants them: `any … where`, `every … [where …] satisfies`.
    pub(super) fn quantified(&mut self, kind: QuantKind, range: Range, span: Span) -> Expr {
        let height = range.height;
        let (Some(var), Some(list)) = (range.var, range.list) else { return self.missing(span) };
        let (filter, body) = match (kind, range.filter, range.body) {
            (QuantKind::Any, Some(filter), None) => (Some(filter), None),
            (QuantKind::Any, None, Some(body)) => (Some(body), None),
            (QuantKind::Every | QuantKind::Each, filter, Some(body)) => (filter, Some(body)),
            (_, filter, body) => {
                let (message, help) = match (kind, &filter, &body) {
                    (QuantKind::Any, Some(_), Some(_)) => {
                        ("`any` takes one condition", "join the two by `and`: `any x in … where … and …`")
                    }
                    (QuantKind::Any, ..) => (
                        "`any` needs a condition",
                        "write `any x in … where …`; `count(x in …) > 0` asks whether there is one",
                    ),
                    (QuantKind::Every, ..) => {
                        ("`every` needs a condition", "write `every x in … satisfies …`; `where` only says which count")
                    }
                    (QuantKind::Each, ..) => {
                        ("`each` needs a condition", "write `each x in … satisfies …`; `where` only says which count")
                    }
                };
                self.report(Diagnostic::error(codes::NO_CONDITION, span, message).label("this quantifier").help(help));
                (filter, body)
            }
        };
        let kind =
            ExprKind::Quant { kind, var, list: Box::new(list), filter: filter.map(Box::new), body: body.map(Box::new) };
        self.grown(height, Expr { span, kind })
    }

    fn tally(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let share = pair.as_str().starts_with("share");
        let range = self.range(pair);
        let (Some(var), Some(list)) = (range.var, range.list) else { return self.missing(span) };
        let kind = ExprKind::Agg {
            kind: if share { AggKind::Share } else { AggKind::Count },
            value: None,
            var,
            list: Box::new(list),
            filter: range.filter.map(Box::new),
            empty: range.empty.map(Box::new),
        };
        self.grown(range.height, Expr { span, kind })
    }

    fn calendar_step(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let mut next = true;
        let mut path = None;
        let mut time = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::next_step | Rule::last_step => {
                    next = inner.as_rule() == Rule::next_step;
                    path = inner.into_inner().find(|p| p.as_rule() == Rule::path).map(|p| self.path(&p));
                }
                Rule::step_time => time = Some(self.single(inner)),
                _ => {}
            }
        }
        match (path, time) {
            (Some(path), Some(time)) => {
                let below = self.height;
                self.grown(below, Expr { span, kind: ExprKind::Calendar(next, path, Box::new(time)) })
            }
            _ => self.missing(span),
        }
    }

    fn call(&mut self, base: Expr, below: u32, pair: Pair<'_>) -> Expr {
        let span = base.span.to(self.tight(&pair));
        let mut arguments = Vec::new();
        let mut highest = below;
        let mut fold = None;
        let mut over = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::element => arguments.push(self.element(inner)),
                Rule::fold_part => fold = Some((self.tight(&inner), self.range(inner))),
                Rule::over_part => {
                    let place = self.tight(&inner);
                    let value = inner.into_inner().find(|p| p.as_rule() == Rule::span_value);
                    over = value.map(|value| (place, self.span_value(value)));
                }
                _ => continue,
            }
            highest = highest.max(self.height);
        }
        if let Some((place, range)) = fold {
            return self.fold(&base, arguments, range, place, span, highest);
        }
        if let Some((place, length)) = over {
            return self.over(&base, arguments, length, place, span, highest);
        }
        match path_of(&base) {
            Some(path) => self.named_call(path, base, arguments, span, highest),
            None => {
                self.report(
                    Diagnostic::error(codes::UNEXPECTED, span, "only a name can be called")
                        .label("no name before the parentheses")
                        .help("write `function(x)`"),
                );
                self.missing(span)
            }
        }
    }

    fn fold(
        &mut self,
        base: &Expr,
        mut arguments: Vec<Expr>,
        range: Range,
        place: Span,
        span: Span,
        highest: u32,
    ) -> Expr {
        let kind = match &base.kind {
            ExprKind::Name(name) => match name.as_str() {
                "min" => Some(AggKind::Min),
                "max" => Some(AggKind::Max),
                "sum" => Some(AggKind::Sum),
                "avg" => Some(AggKind::Avg),
                _ => None,
            },
            _ => None,
        };
        let (Some(kind), Some(var), Some(list), Some(value)) = (kind, range.var, range.list, arguments.pop()) else {
            self.report(
                Diagnostic::error(
                    codes::NOT_AGGREGATE,
                    place,
                    "`for … in …` stands only in `min`, `max`, `sum` and `avg`",
                )
                .label("ranges over a list here")
                .help(
                    "write `max(f.epss for f in asset.findings)`, `count(f in asset.findings where …)` or a quantifier",
                ),
            );
            return self.missing(span);
        };
        let kind = ExprKind::Agg {
            kind,
            value: Some(Box::new(value)),
            var,
            list: Box::new(list),
            filter: range.filter.map(Box::new),
            empty: range.empty.map(Box::new),
        };
        self.grown(highest, Expr { span, kind })
    }

    fn over(
        &mut self,
        base: &Expr,
        mut arguments: Vec<Expr>,
        length: Expr,
        place: Span,
        span: Span,
        highest: u32,
    ) -> Expr {
        let metric = arguments.pop().and_then(|argument| path_of(&argument));
        match (&base.kind, metric) {
            (ExprKind::Name(function), Some(metric)) => {
                let function = Name { text: function.clone(), span: base.span };
                self.grown(highest, Expr { span, kind: ExprKind::Over { function, metric, span: Box::new(length) } })
            }
            _ => {
                self.report(
                    Diagnostic::error(codes::NOT_AGGREGATE, place, "`over` follows the name of a metric")
                        .label("a length of time here")
                        .help("write `avg(error_rate over 5min)`"),
                );
                self.missing(span)
            }
        }
    }
}

/// The path that an expression spells, if it is only names and points.
pub(super) fn path_of(expr: &Expr) -> Option<Path> {
    let mut parts = Vec::new();
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::Name(text) => {
                parts.push(Name { text: text.clone(), span: at.span });
                parts.reverse();
                return Some(Path { parts, span: expr.span });
            }
            ExprKind::Field(base, name) => {
                parts.push(name.clone());
                at = base;
            }
            _ => return None,
        }
    }
}
