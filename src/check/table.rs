//! `table`: inputs, rows, cells and outcomes.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{BinaryOp, Expr, ExprKind, Name, UnaryOp};
use crate::syntax::source::Span;
use crate::syntax::tree::{Body, Cell as CellTree, Pattern, Table as Tree};

use super::checker::{Checker, Inlined};
use super::codes;
use super::coerce::describe;
use super::compare::has_order;
use super::decimal::Decimal;
use super::env::{Binding, Env};
use super::program::{Cell, CellTest, CompareOp, Const, Op, Table, TableRow};
use super::types::{EnumDef, Ty, Type};

/// The most rows of a table, columns multiplied out.
const MOST_ROWS: usize = 10_000;

impl Checker {
    /// Declares a table with its outcomes; the cells follow when every name is known.
    pub(super) fn declare_table(&mut self, unit: usize, name: &Name, span: Span, tree: &Tree) -> u16 {
        let prefix = self.units.get(unit).map(|unit| unit.prefix.clone()).unwrap_or_default();
        let outcomes: Vec<&Expr> = tree.rows.iter().flat_map(|row| &row.outcomes).collect();
        let outcome = self.outcome_type(name, &outcomes);
        let mut rows = Vec::new();
        for row in &tree.rows {
            for expr in &row.outcomes {
                let value = self.outcome(expr, &outcome);
                rows.push(TableRow { cells: Vec::new(), outcome: value, span: row.span });
            }
        }
        let level = tree
            .given
            .iter()
            .chain(tree.across.iter().map(|across| &across.given))
            .position(|given| given.value.is_none() && given.name.text == "level");
        self.program.tables.push(Table {
            name: format!("{prefix}{}", name.text),
            span,
            inputs: Vec::new(),
            level,
            rows,
            outcome,
        });
        self.place_of_last(self.program.tables.len(), name.span, "tables")
    }

    /// What the outcomes of a table are: names, or values of one type.
    fn outcome_type(&mut self, name: &Name, outcomes: &[&Expr]) -> Ty {
        let mut words: Vec<Name> = Vec::new();
        let mut found: Vec<(Type, Span)> = Vec::new();
        let mut or_none = false;
        for expr in outcomes {
            let base = match &unwrapped(expr).kind {
                ExprKind::Name(word) if word == "none" => {
                    or_none = true;
                    continue;
                }
                ExprKind::Name(word) => {
                    if !words.iter().any(|known| known.text == *word) {
                        words.push(Name { text: word.clone(), span: expr.span });
                    }
                    Type::Nothing
                }
                ExprKind::Duration(_) => Type::Duration,
                ExprKind::Span { .. } => Type::Span,
                ExprKind::Number(text) if text.contains('.') => Type::Number,
                ExprKind::Number(_) => Type::Int,
                ExprKind::Unary(UnaryOp::Neg, inner) if matches!(&inner.kind, ExprKind::Number(_)) => Type::Number,
                ExprKind::Percent(_) => Type::Percent,
                ExprKind::Str(_) => Type::String,
                _ => {
                    self.report(
                        Diagnostic::error(codes::TABLE_OUTCOME, expr.span, "a table cannot give this")
                            .help("outcomes are names, or all lengths, numbers or texts"),
                    );
                    return Ty::plain(Type::Error);
                }
            };
            if !found.iter().any(|(known, _)| *known == base) {
                found.push((base, expr.span));
            }
        }
        let has = |ty: &Type| found.iter().any(|(known, _)| known == ty);
        let of = |all: &[Type]| found.iter().all(|(known, _)| all.contains(known));
        let base = if found.is_empty() {
            if or_none {
                self.report(
                    Diagnostic::error(codes::TABLE_OUTCOME, name.span, "every outcome of this table is `none`")
                        .help("give at least one row another outcome"),
                );
            }
            return Ty::plain(Type::Error);
        } else if of(&[Type::Nothing]) {
            // `none` beside names is a name like any other.
            if or_none {
                words.push(Name { text: "none".to_owned(), span: name.span });
                or_none = false;
            }
            let Some(values) = self.distinct(&words, "outcome") else { return Ty::plain(Type::Error) };
            let def = EnumDef { name: name.text.clone(), values, ordered: false, descending: false };
            Type::Enum(Arc::new(def))
        } else if of(&[Type::Duration]) {
            Type::Duration
        } else if of(&[Type::Duration, Type::Span]) {
            Type::Span
        } else if of(&[Type::Int, Type::Number]) {
            if has(&Type::Number) { Type::Number } else { Type::Int }
        } else if let [(only, _)] = found.as_slice() {
            only.clone()
        } else {
            let mut error = Diagnostic::error(
                codes::TABLE_OUTCOME,
                name.span,
                format!("the outcomes of `{}` are of several kinds", name.text),
            )
            .help("outcomes are names, or all lengths, numbers or texts");
            for (kind, span) in found.iter().take(2) {
                let text = if *kind == Type::Nothing { "a name".to_owned() } else { format!("a {kind}") };
                error = error.also(*span, text);
            }
            self.report(error);
            return Ty::plain(Type::Error);
        };
        Ty { base, or_none, range: None }
    }

    fn outcome(&mut self, expr: &Expr, ty: &Ty) -> Const {
        if ty.base == Type::Error {
            return Const::None;
        }
        let inner = unwrapped(expr);
        if let (ExprKind::Name(word), Type::Enum(def)) = (&inner.kind, &ty.base) {
            return def.code(word).map_or(Const::None, Const::Enum);
        }
        let env = Env::bare(0, "a table");
        let node = self.lower(inner, &env, Some(ty));
        match (self.constant(node).cloned(), &ty.base) {
            (Some(Const::Int(n)), Type::Number) => Const::Decimal(Decimal::from_int(n)),
            (Some(value), _) => value,
            (None, _) => {
                if !self.is_error(node) {
                    self.error(
                        codes::NOT_CONSTANT,
                        expr.span,
                        "an outcome is written out",
                        "write a name, a length, a number or a text",
                    );
                }
                Const::None
            }
        }
    }

    /// Checks a table's cells; those of a table `given level` when the triage that uses it is known.
    pub(super) fn table(&mut self, id: usize) {
        self.ensure(id);
        let Some((statement, Some(index), unit, broken)) = self
            .inlines
            .get(id)
            .map(|inline| (Arc::clone(&inline.statement), inline.table, inline.unit, inline.broken))
        else {
            return;
        };
        let Body::Table(tree) = &statement.body else { return };
        self.common_not_here(&statement.common, "a `table`", &["ref", "owner", "assumes"]);
        self.each_once(&statement.common);
        if !statement.common.assumes.is_empty() {
            self.table_assumes.insert(index);
        }
        self.once(&tree.across, |across| across.span, "across");
        let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
        if tree.rows.is_empty() || (tree.given.is_empty() && tree.across.is_empty()) {
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, "a table has inputs and rows")
                    .help("write `given NAME = EXPRESSION`, and a `row CELL … -> OUTCOME` for each answer"),
            );
            return;
        }
        let shape = self.table_shape(tree);
        if broken || !shape {
            return;
        }
        let Some(inputs) = self.table_inputs(id, index, tree) else { return };
        let errors = self.diagnostics.len();
        let rows = self.table_rows(tree, &inputs, unit);
        let sound = self.diagnostics.len() == errors;
        let Some(table) = self.program.tables.get_mut(usize::from(index)) else { return };
        table.inputs = inputs;
        for (row, cells) in table.rows.iter_mut().zip(rows) {
            row.cells = cells;
        }
        let table = table.clone();
        if sound && table.outcome.base != Type::Error {
            self.complete(&table, name);
        }
    }

    /// Whether every row has a cell for each input and an outcome for each column.
    fn table_shape(&mut self, tree: &Tree) -> bool {
        let columns = tree.across.first().map_or(1, |across| across.cells.len());
        let mut fits = true;
        for row in &tree.rows {
            if row.cells.len() != tree.given.len() {
                fits = false;
                self.report(
                    Diagnostic::error(
                        codes::TABLE_SHAPE,
                        row.span,
                        format!(
                            "this row has {} before `->`, and the table {}",
                            counted(row.cells.len(), "cell"),
                            counted(tree.given.len(), "input")
                        ),
                    )
                    .help("write one cell for each input; `any` matches whatever it is"),
                );
            } else if row.outcomes.len() != columns {
                fits = false;
                self.report(
                    Diagnostic::error(
                        codes::TABLE_SHAPE,
                        row.span,
                        format!(
                            "this row has {}, and the table {}",
                            counted(row.outcomes.len(), "outcome"),
                            counted(columns, "column")
                        ),
                    )
                    .help("write one outcome for each column"),
                );
            }
        }
        if tree.rows.len().saturating_mul(columns) > MOST_ROWS {
            let span = tree.rows.first().map(|row| row.span).unwrap_or_default();
            self.error(
                codes::TOO_LARGE,
                span,
                format!("a table has at most {MOST_ROWS} rows"),
                "split it into tables that build on each other",
            );
            fits = false;
        }
        fits
    }

    /// The names and types of a table's inputs.
    fn table_inputs(&mut self, id: usize, index: u16, tree: &Tree) -> Option<Vec<(String, Ty)>> {
        let all = Binding {
            asset: Some(super::program::VarId::ASSET),
            finding: Some(super::program::VarId::FINDING),
            change: Some(super::program::VarId::CHANGE),
        };
        let inline = self.inlines.get(id)?;
        let key = Binding {
            asset: all.asset.filter(|_| inline.needs.asset),
            finding: all.finding.filter(|_| inline.needs.finding),
            change: all.change.filter(|_| inline.needs.change),
        };
        let Some(Inlined::Node(node)) = inline.memo.get(&key).cloned() else { return None };
        let Some(Op::Table(_, nodes)) = self.node(node).map(|found| found.op.clone()) else { return None };
        let mut nodes = nodes.into_iter();
        let mut inputs: Vec<(String, Ty)> = Vec::new();
        let givens: Vec<_> = tree.given.iter().chain(tree.across.first().map(|across| &across.given)).collect();
        for given in givens {
            if inputs.iter().any(|(name, _)| *name == given.name.text) {
                self.report(
                    Diagnostic::error(
                        codes::DUPLICATE_NAME,
                        given.name.span,
                        format!("the table has two inputs `{}`", given.name.text),
                    )
                    .help("rename one of them"),
                );
            }
            let ty = match &given.value {
                Some(value) => {
                    let ty = self.ty(nodes.next()?);
                    if matches!(ty.base, Type::Set(_) | Type::List(_) | Type::Nothing | Type::Span) {
                        self.report(
                            Diagnostic::error(codes::WRONG_TYPE, value.span, "this cannot be an input of a table")
                                .label(describe(&ty))
                                .help("an input is one fact, or a condition, which is `yes` or `no`"),
                        );
                        return None;
                    }
                    ty
                }
                None if given.name.text == "level" => Ty::plain(Type::Enum(self.levels_for(index, given.name.span)?)),
                None => {
                    self.report(
                        Diagnostic::error(
                            codes::MISSING_CLAUSE,
                            given.name.span,
                            format!("nothing says what `{}` is", given.name.text),
                        )
                        .help(format!("write `{} = EXPRESSION`; only `level` stands alone", given.name.text)),
                    );
                    return None;
                }
            };
            inputs.push((given.name.text.clone(), ty));
        }
        Some(inputs)
    }

    /// The levels of the triage that uses a table, or of the only one there is.
    fn levels_for(&mut self, index: u16, span: Span) -> Option<Arc<EnumDef>> {
        if let Some(levels) = self.level_of.get(&index) {
            return Some(Arc::clone(levels));
        }
        match self.program.triages.as_slice() {
            [only] => Some(Arc::clone(&only.levels)),
            _ => {
                self.report(
                    Diagnostic::error(codes::LEVEL_TABLE, span, "no triage uses this table, so nothing says which levels there are")
                        .help("write `within` and the table's name in a triage, or give it a level: `given level = finding.triage.level`"),
                );
                None
            }
        }
    }

    fn table_rows(&mut self, tree: &Tree, inputs: &[(String, Ty)], unit: usize) -> Vec<Vec<Cell>> {
        let mut all = Vec::new();
        let heads: Vec<Option<Cell>> = match (tree.across.first(), inputs.last()) {
            (Some(across), Some((_, ty))) => across.cells.iter().map(|cell| Some(self.cell(cell, ty, unit))).collect(),
            _ => vec![None],
        };
        for row in &tree.rows {
            let cells: Vec<Cell> =
                row.cells.iter().zip(inputs).map(|(cell, (_, ty))| self.cell(cell, ty, unit)).collect();
            for head in &heads {
                let mut cells = cells.clone();
                cells.extend(head.clone());
                all.push(cells);
            }
        }
        all
    }

    fn cell(&mut self, cell: &CellTree, ty: &Ty, unit: usize) -> Cell {
        let mut tests = Vec::new();
        for pattern in &cell.patterns {
            match pattern {
                Pattern::Any => return Cell::Any,
                Pattern::Yes | Pattern::No => {
                    if ty.base == Type::Bool {
                        tests.push(CellTest::Is(Const::Bool(matches!(pattern, Pattern::Yes))));
                    } else {
                        let word = if matches!(pattern, Pattern::Yes) { "yes" } else { "no" };
                        // An enumeration may have such a word of its own.
                        let code = match &ty.base {
                            Type::Enum(def) => def.code(word),
                            _ => None,
                        };
                        match code {
                            Some(code) => tests.push(CellTest::Is(Const::Enum(code))),
                            None => self.cell_error(cell.span, ty, "`yes` and `no` are for conditions"),
                        }
                    }
                }
                Pattern::Value(expr) => tests.extend(self.cell_value(expr, ty, unit).map(CellTest::Is)),
                Pattern::Compare(op, expr) => {
                    let op = match op {
                        BinaryOp::Lt => CompareOp::Lt,
                        BinaryOp::Le => CompareOp::Le,
                        BinaryOp::Gt => CompareOp::Gt,
                        BinaryOp::Ge => CompareOp::Ge,
                        BinaryOp::Ne => CompareOp::Ne,
                        _ => CompareOp::Eq,
                    };
                    let Some(value) = self.cell_value(expr, ty, unit) else { continue };
                    if !matches!(op, CompareOp::Eq | CompareOp::Ne) && !has_order(&ty.base) {
                        self.cell_error(cell.span, ty, "this input has no order");
                        continue;
                    }
                    tests.push(CellTest::Compare(op, value));
                }
                Pattern::Range(from, to) => {
                    let (from, to) = (self.cell_value(from, ty, unit), self.cell_value(to, ty, unit));
                    if !has_order(&ty.base) {
                        self.cell_error(cell.span, ty, "this input has no order");
                    } else if let (Some(from), Some(to)) = (from, to) {
                        if super::domain::compare(&from, &to) != Some(std::cmp::Ordering::Less) {
                            self.report(
                                Diagnostic::error(codes::TABLE_CELL, cell.span, "this range holds nothing")
                                    .help("the end of a range is excluded, and comes after its start"),
                            );
                        }
                        tests.push(CellTest::Between(from, to));
                    }
                }
            }
        }
        Cell::OneOf(tests)
    }

    fn cell_error(&mut self, span: Span, ty: &Ty, message: &str) {
        let kind = describe(ty);
        self.report(Diagnostic::error(codes::TABLE_CELL, span, message).label(format!("the input is {kind}")).help(
            "write one of its values, `a | b`, a comparison such as `>= 7.0`, a range such as `4.0 to 7.0`, or `any`",
        ));
    }

    /// A constant of the input's type.
    fn cell_value(&mut self, expr: &Expr, ty: &Ty, unit: usize) -> Option<Const> {
        let env = Env::bare(unit, "a cell");
        let node = self.lower(expr, &env, Some(ty));
        if self.is_error(node) {
            return None;
        }
        if self.base(node) == Type::Nothing {
            if ty.or_none {
                return Some(Const::None);
            }
            self.cell_error(expr.span, ty, "this input is never `none`");
            return None;
        }
        let Some(value) = self.constant(node).cloned() else {
            self.cell_error(expr.span, ty, "a cell is written out");
            return None;
        };
        let Some(value) = self.fitting(node, value, ty, unit) else {
            self.cell_error(expr.span, ty, "this value does not fit the input");
            return None;
        };
        if let Some((low, high)) = ty.range {
            let outside = |limit: i64, wrong: std::cmp::Ordering| {
                super::domain::compare(&value, &Const::Int(limit)) == Some(wrong)
            };
            if outside(low, std::cmp::Ordering::Less) || outside(high, std::cmp::Ordering::Greater) {
                let shown = self.shown(expr.span);
                self.report(
                    Diagnostic::error(codes::TABLE_CELL, expr.span, format!("the input is never {shown}"))
                        .label(format!("it lies between {low} and {high}"))
                        .help("take the cell out, or correct it"),
                );
                return None;
            }
        }
        Some(value)
    }
}

fn unwrapped(expr: &Expr) -> &Expr {
    let mut inner = expr;
    while let ExprKind::Paren(deeper) = &inner.kind {
        inner = deeper;
    }
    inner
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
