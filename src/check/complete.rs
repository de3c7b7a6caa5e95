//! Tables: an answer for every input, and only one.

use std::cmp::Ordering;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Span;

use super::checker::Checker;
use super::codes;
use super::domain::{self, Class, classes, matches};
use super::program::{Const, Table};

/// Row visits of one proof; beyond them the table is too involved for people as well.
const MOST_VISITS: u64 = 4_000_000;

/// The missing answers that are counted.
const MOST_GAPS: usize = 1_000;

/// One run over all combinations of the inputs' classes.
struct Proof<'a> {
    table: &'a Table,
    /// For each input its classes.
    classes: Vec<Vec<Class>>,
    /// For each input and class, the rows that match.
    visits: u64,
    gaps: usize,
    first_gap: Option<Vec<String>>,
    overlap: Option<(usize, usize, Vec<String>)>,
    too_large: bool,
}

impl Checker {
    /// Proves that a table has one answer for each combination of its inputs, or names one that has none or two.
    pub(super) fn complete(&mut self, table: &Table, name: Span) {
        let mut all = Vec::new();
        for (n, (_, ty)) in table.inputs.iter().enumerate() {
            let cells = table.rows.iter().filter_map(|row| row.cells.get(n));
            match classes(ty, cells) {
                Some(mut found) => {
                    if table.level == Some(n) {
                        // No arm gives `done`, so no deadline is worked out for it.
                        found.retain(|class| domain::label(class, ty) != "done");
                    }
                    all.push(found);
                }
                // Versions have no order that is known here; such a table is looked at as it is evaluated.
                None => return,
            }
        }
        let mut proof =
            Proof { table, classes: all, visits: 0, gaps: 0, first_gap: None, overlap: None, too_large: false };
        let rows: Vec<usize> = (0..table.rows.len()).collect();
        proof.run(0, &rows, &mut Vec::new());
        let (gaps, first_gap, overlap, too_large) = (proof.gaps, proof.first_gap, proof.overlap, proof.too_large);
        if too_large {
            self.report(
                Diagnostic::error(
                    codes::TOO_LARGE,
                    name,
                    format!("`{}` is too involved to be proved complete", table.name),
                )
                .help("split it into tables that build on each other"),
            );
            return;
        }
        if let Some(gap) = first_gap {
            let more = match gaps {
                1 => String::new(),
                MOST_GAPS.. => format!(", and for {MOST_GAPS} or more others"),
                _ => format!(", and for {} more", gaps - 1),
            };
            self.report(
                Diagnostic::error(
                    codes::TABLE_INCOMPLETE,
                    name,
                    format!("`{}` has no row for `{}`{more}", table.name, gap.join(", ")),
                )
                .help("add a row for it; `any` matches whatever an input is"),
            );
        }
        if let Some((first, second, at)) = overlap {
            let span = |n: usize| table.rows.get(n).map(|row| row.span).unwrap_or_default();
            self.report(
                Diagnostic::error(
                    codes::TABLE_OVERLAP,
                    span(second),
                    format!("`{}` has two answers for `{}`", table.name, at.join(", ")),
                )
                .also(span(first), "this row matches as well, with another outcome")
                .help("narrow one of the two rows"),
            );
        }
    }
}

impl Proof<'_> {
    fn run(&mut self, input: usize, rows: &[usize], path: &mut Vec<String>) {
        if self.too_large {
            return;
        }
        let Some(count) = self.classes.get(input).map(Vec::len) else {
            self.leaf(rows, path);
            return;
        };
        if rows.is_empty() {
            // Whatever the other inputs are, there is no answer.
            self.gap(path);
            return;
        }
        let mut groups: Vec<(Vec<usize>, usize)> = Vec::new();
        for class in 0..count {
            self.visits += u64::try_from(rows.len()).unwrap_or(u64::MAX);
            if self.visits > MOST_VISITS {
                self.too_large = true;
                return;
            }
            let Some(value) = self.classes.get(input).and_then(|all| all.get(class)) else { continue };
            let matching: Vec<usize> = rows
                .iter()
                .copied()
                .filter(|row| {
                    let cell = self.table.rows.get(*row).and_then(|row| row.cells.get(input));
                    cell.is_some_and(|cell| matches(cell, value))
                })
                .collect();
            // Classes that the same rows match have the same answers.
            if !groups.iter().any(|(known, _)| *known == matching) {
                groups.push((matching, class));
            }
        }
        let name = self.table.inputs.get(input).map(|(name, _)| name.clone()).unwrap_or_default();
        for (matching, class) in groups {
            let ty = self.table.inputs.get(input).map(|(_, ty)| ty.clone());
            let label = match (self.classes.get(input).and_then(|all| all.get(class)), ty) {
                (Some(class @ Class::Is(_)), Some(ty)) => format!("= {}", domain::label(class, &ty)),
                (Some(class), Some(ty)) => domain::label(class, &ty),
                _ => String::new(),
            };
            path.push(format!("{name} {label}"));
            self.run(input + 1, &matching, path);
            path.pop();
        }
    }

    fn leaf(&mut self, rows: &[usize], path: &[String]) {
        let Some((first, others)) = rows.split_first() else {
            self.gap(path);
            return;
        };
        let outcome = |n: usize| self.table.rows.get(n).map(|row| &row.outcome);
        let Some(expected) = outcome(*first) else { return };
        let differs = others.iter().copied().find(|n| outcome(*n).is_some_and(|other| !same_outcome(expected, other)));
        if let (Some(second), None) = (differs, &self.overlap) {
            self.overlap = Some((*first, second, path.to_vec()));
        }
    }

    fn gap(&mut self, path: &[String]) {
        self.gaps = (self.gaps + 1).min(MOST_GAPS);
        if self.first_gap.is_none() {
            self.first_gap = Some(path.to_vec());
        }
    }
}

fn same_outcome(left: &Const, right: &Const) -> bool {
    left == right || domain::compare(left, right) == Some(Ordering::Equal)
}
