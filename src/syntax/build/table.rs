//! `table`: inputs, rows, cells.

use super::super::codes;
use super::super::diagnostic::Diagnostic;
use super::super::expr::{BinaryOp, Expr, Name};
use super::super::grammar::Rule;
use super::super::tree::{Across, Cell, Given, Pattern, Row, Table};
use super::{Builder, Pair};

impl Builder<'_> {
    /// One clause of `table` that is not common to all statements.
    pub(super) fn table_clause(&mut self, table: &mut Table, pair: Pair<'_>) {
        let span = self.tight(&pair);
        match pair.as_rule() {
            Rule::given_clause => {
                let givens: Vec<Given> =
                    pair.into_inner().filter(|p| p.as_rule() == Rule::given).map(|p| self.given(p)).collect();
                table.given.extend(givens);
            }
            Rule::across_clause => {
                let mut given = Given { name: Name { text: String::new(), span }, value: None };
                let mut cells = Vec::new();
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::given => given = self.given(inner),
                        Rule::cell => cells.push(self.cell(inner)),
                        _ => {}
                    }
                }
                table.across.push(Across { span, given, cells });
            }
            Rule::row_clause => {
                let mut row = Row { span, cells: Vec::new(), outcomes: Vec::new() };
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::cell => row.cells.push(self.cell(inner)),
                        Rule::outcome => row.outcomes.push(self.single(inner)),
                        _ => {}
                    }
                }
                table.rows.push(row);
            }
            _ => {}
        }
    }

    fn given(&mut self, pair: Pair<'_>) -> Given {
        let name = self.name_in(&pair);
        let mut value = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::equals => self.assignment(&inner),
                Rule::expr => value = Some(self.expr(inner)),
                _ => {}
            }
        }
        Given { name, value }
    }

    /// Reports `:=`.
    pub(super) fn assignment(&mut self, pair: &Pair<'_>) {
        if pair.as_str().trim() == ":=" {
            let span = self.tight(pair);
            self.report(
                Diagnostic::error(codes::FOREIGN_ASSIGN, span, "a name gets its value by `=`")
                    .label("a sign of another language")
                    .help("write `=`"),
            );
        }
    }

    fn cell(&mut self, pair: Pair<'_>) -> Cell {
        let span = self.tight(&pair);
        let mut patterns = Vec::new();
        let mut comparison = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::bar => {}
                Rule::compare_pattern => {
                    for part in inner.into_inner() {
                        match part.as_rule() {
                            Rule::cell_value => {
                                let value = self.single(part);
                                patterns.push(Pattern::Compare(comparison.take().unwrap_or(BinaryOp::Eq), value));
                            }
                            _ => {
                                self.foreign_operator(&part);
                                comparison = comparison_of(&part);
                            }
                        }
                    }
                }
                Rule::value_pattern => {
                    let values: Vec<Expr> = inner
                        .into_inner()
                        .filter(|p| p.as_rule() == Rule::cell_value)
                        .map(|p| self.single(p))
                        .collect();
                    let mut values = values.into_iter();
                    match (values.next(), values.next()) {
                        (Some(low), Some(high)) => patterns.push(Pattern::Range(low, high)),
                        (Some(value), None) => patterns.push(Pattern::Value(value)),
                        _ => {}
                    }
                }
                Rule::kw_any => patterns.push(Pattern::Any),
                Rule::kw_yes => patterns.push(Pattern::Yes),
                Rule::kw_no => patterns.push(Pattern::No),
                Rule::compat_any => {
                    let place = self.span(&inner);
                    let text = inner.as_str().to_owned();
                    self.report(
                        Diagnostic::error(codes::FOREIGN_WILDCARD, place, format!("`{text}` is written `any` here"))
                            .label("a wildcard of another language")
                            .help("write `any`"),
                    );
                    patterns.push(Pattern::Any);
                }
                _ => {}
            }
        }
        Cell { span, patterns }
    }
}

fn comparison_of(pair: &Pair<'_>) -> Option<BinaryOp> {
    Some(match pair.as_rule() {
        Rule::op_eq | Rule::compat_equals => BinaryOp::Eq,
        Rule::op_ne => BinaryOp::Ne,
        Rule::op_lt => BinaryOp::Lt,
        Rule::op_le => BinaryOp::Le,
        Rule::op_gt => BinaryOp::Gt,
        Rule::op_ge => BinaryOp::Ge,
        Rule::compat_compare => super::compat::foreign_comparison(pair.as_str()).0,
        _ => return None,
    })
}
