//! Lists and sets: `in`, quantifiers and aggregates.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{AggKind, BinaryOp, Expr, ExprKind, Name, QuantKind};
use crate::syntax::source::Span;

use super::checker::Checker;
use super::codes;
use super::coerce::Purpose;
use super::compare::has_order;
use super::env::{Elem, Env, Local};
use super::expr::operands;
use super::path::Thing;
use super::program::{CompareOp, ListRef, NodeId, Op, VarId};
use super::schema::{FieldId, Shape, TableId};
use super::types::{Ty, Type};

/// The parts of an aggregate.
pub(super) struct Parts<'a> {
    pub(super) value: Option<&'a Expr>,
    pub(super) filter: Option<&'a Expr>,
    pub(super) empty: Option<&'a Expr>,
}

impl Checker {
    /// An expression that has to be a list or set.
    pub(super) fn list(&mut self, expr: &Expr, env: &Env) -> Option<(ListRef, Elem)> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.list(inner, env),
            ExprKind::Set(items) => {
                let (nodes, ty) = self.set(items, env, None)?;
                Some((ListRef::Literal(nodes), Elem::Literal(ty)))
            }
            ExprKind::Name(word) if !self.is_name(word, env) && word == "none" => self.no_list(expr),
            ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Of(..) => match self.thing(expr, env) {
                Thing::List(list, elem) => Some((list, elem)),
                Thing::Failed => None,
                Thing::Node(node) if self.is_error(node) => None,
                _ => self.no_list(expr),
            },
            ExprKind::List { .. } => {
                self.report(
                    Diagnostic::error(codes::NOT_A_LIST, expr.span, "a set is written in braces")
                        .help("write `{ … }`; brackets hold the records of a `test`"),
                );
                None
            }
            _ => {
                let node = self.lower(expr, env, None);
                match self.answered_set(node) {
                    _ if self.is_error(node) => None,
                    Some(set) => Some(set),
                    None => self.no_list(expr),
                }
            }
        }
    }

    /// The set that a call of a plugin's check answers.
    pub(super) fn answered_set(&self, node: NodeId) -> Option<(ListRef, Elem)> {
        let found = self.node(node).filter(|node| matches!(node.op, Op::Plugin(..)))?;
        let Type::Set(base) = &found.ty.base else { return None };
        let of = Ty { base: (**base).clone(), or_none: false, range: found.ty.range };
        Some((ListRef::Answer(node), Elem::Literal(of)))
    }

    fn no_list(&mut self, expr: &Expr) -> Option<(ListRef, Elem)> {
        let shown = self.shown(expr.span);
        self.report(Diagnostic::error(codes::NOT_A_LIST, expr.span, format!("`{shown}` is no list or set")).help(
            "lists are such as `assets`, `asset.findings`, `change.evidence`, `asset.tags` or `{ \"a\", \"b\" }`",
        ));
        None
    }

    /// The elements of a set that is written out, brought to one type.
    fn set(&mut self, items: &[Expr], env: &Env, want: Option<&Ty>) -> Option<(Vec<NodeId>, Ty)> {
        let mut nodes = Vec::new();
        let mut ty: Option<Ty> = want.cloned();
        let mut broken = false;
        for item in items {
            let node = self.lower(item, env, ty.as_ref());
            broken |= self.is_error(node);
            if want.is_none() && ty.is_none() && self.base(node) != Type::Nothing {
                ty = Some(self.ty(node));
            }
            nodes.push(node);
        }
        if broken {
            return None;
        }
        let Some(first) = nodes.first().copied() else { return Some((nodes, Ty::plain(Type::Nothing))) };
        if want.is_some() {
            let ty = self.ty(first);
            return Some((nodes, ty));
        }
        // The first pass finds the common type, the second brings every element to it.
        let mut common = first;
        for (node, item) in nodes.iter().zip(items) {
            (common, _) = self.unify(common, *node, Purpose::Join, env.unit, item.span)?;
        }
        let mut all = Vec::new();
        for (node, item) in nodes.iter().zip(items) {
            let (_, node) = self.unify(common, *node, Purpose::Join, env.unit, item.span)?;
            all.push(node);
        }
        let or_none = all.iter().any(|node| self.base(*node) == Type::Nothing);
        let base = all.iter().map(|node| self.base(*node)).find(|base| *base != Type::Nothing).unwrap_or(Type::Nothing);
        Some((all, Ty { base, or_none, range: None }))
    }

    /// `x in LIST`
    pub(super) fn member(&mut self, value: &Expr, list: &Expr, env: &Env, span: Span) -> NodeId {
        let mut inner = list;
        while let ExprKind::Paren(deeper) = &inner.kind {
            inner = deeper;
        }
        if let ExprKind::Set(items) = &inner.kind {
            let (value, nodes) = if self.needs_context(value, env) {
                let Some((nodes, ty)) = self.set(items, env, None) else { return self.failed(span) };
                (self.lower(value, env, Some(&ty)), nodes)
            } else {
                let value = self.lower(value, env, None);
                if self.is_error(value) {
                    items.iter().for_each(|item| {
                        self.beside(item, value, env);
                    });
                    return self.failed(span);
                }
                let ty = self.ty(value);
                let Some((nodes, _)) = self.set(items, env, Some(&ty)) else { return self.failed(span) };
                (value, nodes)
            };
            return self.in_literal(value, &nodes, env, span);
        }
        let Some((list, elem)) = self.list(inner, env) else { return self.failed(span) };
        match (list, elem) {
            (ListRef::Literal(nodes), Elem::Literal(ty)) => {
                let value = self.lower(value, env, Some(&ty));
                self.in_literal(value, &nodes, env, span)
            }
            (list, Elem::Value(ty) | Elem::Literal(ty)) => {
                let value = self.lower(value, env, Some(&ty));
                self.in_facts(value, list, &ty, env, span)
            }
            (list, Elem::Row(table)) => {
                let value = self.lower(value, env, None);
                self.in_records(value, list, table, env, span)
            }
        }
    }

    fn in_literal(&mut self, value: NodeId, nodes: &[NodeId], env: &Env, span: Span) -> NodeId {
        if self.is_error(value) {
            return self.failed(span);
        }
        let mut settled = self.key_as_text(value);
        for node in nodes {
            let at = self.span_of(*node);
            let meets = self.none_fits(settled, *node);
            if !meets || !self.fits_range(settled, *node) {
                return self.failed(span);
            }
            match self.unify(settled, *node, Purpose::Compare, env.unit, at) {
                Some((value, _)) => settled = value,
                None => return self.failed(span),
            }
        }
        let mut all = Vec::new();
        for node in nodes {
            match self.unify(settled, *node, Purpose::Compare, env.unit, self.span_of(*node)) {
                Some((_, node)) => all.push(node),
                None => return self.failed(span),
            }
        }
        self.push(Op::In(settled, ListRef::Literal(all)), Ty::plain(Type::Bool), span)
    }

    /// Whether `none` can be an element that a value equals; reports where it cannot.
    fn none_fits(&mut self, value: NodeId, element: NodeId) -> bool {
        if self.base(element) != Type::Nothing || self.ty(value).or_none {
            return true;
        }
        let shown = self.shown(self.span_of(value));
        let span = self.span_of(element);
        self.report(
            Diagnostic::error(codes::NEVER_HOLDS, span, format!("`{shown}` is never `none`"))
                .help("`none` is only for what is declared `or none`"),
        );
        false
    }

    fn fits_range(&mut self, value: NodeId, element: NodeId) -> bool {
        let constant = self.constant(element).cloned();
        match (constant, self.ty(value).range) {
            (Some(super::program::Const::Int(n)), Some((low, high))) if n < low || n > high => {
                let shown = self.shown(self.span_of(value));
                let span = self.span_of(element);
                self.report(
                    Diagnostic::error(codes::NEVER_HOLDS, span, format!("`{shown}` is never {n}"))
                        .label(format!("it lies between {low} and {high}"))
                        .help("choose a value in between"),
                );
                false
            }
            _ => true,
        }
    }

    /// Membership in a set of the facts.
    fn in_facts(&mut self, value: NodeId, list: ListRef, ty: &Ty, env: &Env, span: Span) -> NodeId {
        if self.is_error(value) {
            return self.failed(span);
        }
        let value = self.key_as_text(value);
        let (var, _) = self.element_variable("element", &list, span);
        let element = self.push(element_op(&list, var), ty.clone(), span);
        let Some((left, right)) = self.unify(value, element, Purpose::Compare, env.unit, span) else {
            return self.failed(span);
        };
        if right == element && !matches!(list, ListRef::Answer(_)) {
            return self.push(Op::In(left, list), Ty::plain(Type::Bool), span);
        }
        // The elements have to be converted: then it is a question about each of them.
        let equal = self.push(Op::Compare(CompareOp::Eq, left, right), Ty::plain(Type::Bool), span);
        self.push(Op::Quant(QuantKind::Any, var, list, None, Some(equal)), Ty::plain(Type::Bool), span)
    }

    /// Membership in a list of records, by their identifiers.
    fn in_records(&mut self, value: NodeId, list: ListRef, table: TableId, env: &Env, span: Span) -> NodeId {
        if self.is_error(value) {
            return self.failed(span);
        }
        let (var, _) = self.element_variable("element", &list, span);
        let name = self.program.schema.table(table).map(|t| t.name.clone()).unwrap_or_default();
        let Some(key) = self.program.schema.table(table).and_then(|t| t.key) else {
            self.error(
                codes::WRONG_TYPE,
                span,
                format!("a {name} has no identifier to be found by"),
                "ask for its fields: `any x in LIST where …`",
            );
            return self.failed(span);
        };
        let element = self.push(Op::Field(var, key), Ty::plain(Type::Row(table)), span);
        let equal = self.compare_nodes(CompareOp::Eq, value, element, false, env, span);
        if self.is_error(equal) {
            return self.failed(span);
        }
        self.push(Op::Quant(QuantKind::Any, var, list, None, Some(equal)), Ty::plain(Type::Bool), span)
    }

    /// A new variable over a list, and the table of its rows.
    pub(super) fn element_variable(&mut self, name: &str, list: &ListRef, span: Span) -> (VarId, TableId) {
        let (table, owner) = match list {
            ListRef::Field(owner, field) => {
                let of = self.program.vars.get(usize::from(owner.0)).map(|info| info.table);
                let shape = of.and_then(|of| self.program.schema.field(of, *field)).map(|def| def.shape.clone());
                match shape {
                    Some(Shape::Set(table) | Shape::List(table)) => (table, Some(*owner)),
                    _ => (TableId::LITERAL, None),
                }
            }
            ListRef::AssetsOf(_) | ListRef::Inventory => (TableId::ASSET, None),
            ListRef::Incidents => (TableId::INCIDENT, None),
            ListRef::People => (TableId::PERSON, None),
            ListRef::Changes => (TableId::CHANGE, None),
            ListRef::Literal(_) | ListRef::Answer(_) => (TableId::LITERAL, None),
        };
        (self.variable(name, table, owner, span), table)
    }

    /// Opens a quantifier: its list, its variable, and the names that its body sees.
    pub(super) fn open(&mut self, var: &Name, list: &Expr, env: &Env) -> Option<(VarId, ListRef, Env)> {
        let list_span = list.span;
        let list = self.list(list, env);
        let hidden = self.is_name(&var.text, env)
            || self.units.get(env.unit).is_some_and(|unit| {
                unit.names.get(&var.text).is_some_and(|d| matches!(d.symbol, super::checker::Symbol::Import(_)))
            });
        if hidden {
            self.report(
                Diagnostic::error(
                    codes::SHADOWED_NAME,
                    var.span,
                    format!("`{}` already names something here", var.text),
                )
                .help("give the variable another name"),
            );
            return None;
        }
        let (list, elem) = list?;
        let (id, _) = self.element_variable(&var.text, &list, list_span);
        let inner = env.with(Local { name: var.text.clone(), var: id, elem });
        Some((id, list, inner))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of the form, which nobody else takes together")]
    pub(super) fn quantifier(
        &mut self,
        kind: QuantKind,
        var: &Name,
        list: &Expr,
        filter: Option<&Expr>,
        body: Option<&Expr>,
        env: &Env,
        span: Span,
    ) -> NodeId {
        let Some((id, list, inner)) = self.open(var, list, env) else { return self.failed(span) };
        let mut parts = Vec::new();
        let mut broken = false;
        for expr in [filter, body] {
            parts.push(expr.map(|expr| {
                let node = self.condition(expr, &inner);
                broken |= self.is_error(node);
                self.parts_use(expr, node, id, var);
                node
            }));
        }
        if broken {
            return self.failed(span);
        }
        let (filter, body) = match (kind, parts.first().copied().flatten(), parts.last().copied().flatten()) {
            (QuantKind::Any, Some(filter), Some(body)) => {
                let both = self.push(Op::And(vec![filter, body]), Ty::plain(Type::Bool), span);
                (None, Some(both))
            }
            (QuantKind::Any, filter, body) => (None, body.or(filter)),
            (_, filter, body) => (filter, body),
        };
        self.push(Op::Quant(kind, id, list, filter, body), Ty::plain(Type::Bool), span)
    }

    /// Reports a part of a body that is joined by `and` or `or` and does not use the variable.
    fn parts_use(&mut self, expr: &Expr, node: NodeId, var: VarId, name: &Name) {
        let ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), ..) = &expr.kind else { return };
        let children = match self.node(node).map(|found| found.op.clone()) {
            Some(Op::And(all) | Op::Or(all)) => all,
            _ => return,
        };
        for (part, child) in operands(*op, expr).into_iter().zip(children) {
            match &part.kind {
                ExprKind::Paren(_) => {}
                ExprKind::Binary(BinaryOp::And | BinaryOp::Or, ..) => self.parts_use(part, child, var, name),
                _ if self.is_error(child) || self.vars_of_node(child).contains(&var) => {}
                _ => {
                    let word = op.symbol();
                    self.report(
                        Diagnostic::error(codes::UNRELATED_PART, part.span, format!("this part does not use `{}`", name.text))
                            .also(name.span, "the variable of the quantifier that it belongs to")
                            .help(format!("a quantifier reaches as far right as it can: put it in parentheses, `(any {} in … where …) {word} …`, or this part, if it is meant to be inside", name.text)),
                    );
                }
            }
        }
    }

    pub(super) fn aggregate(
        &mut self,
        kind: AggKind,
        var: &Name,
        list: &Expr,
        parts: &Parts<'_>,
        env: &Env,
        span: Span,
    ) -> NodeId {
        let Some((id, list, inner)) = self.open(var, list, env) else { return self.failed(span) };
        let filter = parts.filter.map(|filter| self.condition(filter, &inner));
        let value = parts.value.map(|value| {
            let node = self.lower(value, &inner, None);
            if self.base(node) == Type::Cvss { self.score(node, env.unit) } else { node }
        });
        if filter.is_some_and(|node| self.is_error(node)) || value.is_some_and(|node| self.is_error(node)) {
            return self.failed(span);
        }
        let (value, base) = match (kind, value) {
            (AggKind::Count, _) => (None, Type::Int),
            (AggKind::Share, _) => (None, Type::Percent),
            (_, None) => {
                self.error(
                    codes::MISSING_CLAUSE,
                    span,
                    "this aggregate needs a value",
                    "write it before the list: `max(f.epss for f in asset.findings)`",
                );
                return self.failed(span);
            }
            (_, Some(value)) => match self.aggregated(kind, value) {
                Some((value, base)) => (Some(value), base),
                None => return self.failed(span),
            },
        };
        let (value, empty) = match (value, parts.empty) {
            (Some(value), Some(empty)) => {
                let want = Ty::plain(base.clone());
                let empty = self.lower(empty, env, Some(&want));
                let sample = self.value_like(value, &base);
                match self.unify(sample, empty, Purpose::Join, env.unit, span) {
                    Some((_, empty)) => (Some(value), Some(empty)),
                    None => return self.failed(span),
                }
            }
            (value, Some(empty)) => {
                self.report(
                    Diagnostic::error(
                        codes::CLAUSE_NOT_HERE,
                        empty.span,
                        "over nothing a count is 0, and a share is unknown",
                    )
                    .help("leave `empty:` out"),
                );
                (value, None)
            }
            (value, None) => (value, None),
        };
        let or_none = empty.is_some_and(|empty| self.base(empty) == Type::Nothing);
        let ty = Ty { base, or_none, range: None };
        self.push(Op::Agg { kind, value, var: id, list, filter, empty }, ty, span)
    }

    /// The value to aggregate and the type of the result.
    fn aggregated(&mut self, kind: AggKind, value: NodeId) -> Option<(NodeId, Type)> {
        let base = self.base(value);
        let number = matches!(base, Type::Int | Type::Number | Type::Percent | Type::Duration);
        match kind {
            AggKind::Min | AggKind::Max if has_order(&base) => Some((value, base)),
            AggKind::Sum if number => Some((value, base)),
            AggKind::Avg if base == Type::Int => Some((self.as_number(value), Type::Number)),
            AggKind::Avg if number => Some((value, base)),
            AggKind::Min | AggKind::Max => {
                self.expected(value, "value with an order");
                None
            }
            _ => {
                self.expected(value, "number or length");
                None
            }
        }
    }

    /// A value of the aggregate's type, to hold `empty:` against.
    fn value_like(&mut self, value: NodeId, base: &Type) -> NodeId {
        if self.base(value) == *base { value } else { self.retyped(value, base.clone()) }
    }
}

pub(super) fn element_op(list: &ListRef, var: VarId) -> Op {
    match list {
        ListRef::Literal(_) | ListRef::Answer(_) => Op::Element(var),
        _ => Op::Field(var, FieldId(0)),
    }
}
