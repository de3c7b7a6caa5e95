//! What `expect` may say about a decision as it is reported.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{BinaryOp, Expr, ExprKind};

use super::checker::Checker;
use super::codes;
use super::suggest;

/// The verdicts and effects.
const EFFECTS: &[&str] = &["permit", "warn", "hold", "defer", "deny"];

impl Checker {
    /// Checks the words that a part of an `expect` compares the decision with.
    pub(super) fn reported_names(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Unary(_, inner) | ExprKind::Is(inner, _) => self.reported_names(inner),
            ExprKind::Binary(BinaryOp::And | BinaryOp::Or, _, left, right) => {
                self.reported_names(left);
                self.reported_names(right);
            }
            ExprKind::Binary(_, _, left, right) => {
                self.reported_pair(left, right);
                self.reported_pair(right, left);
            }
            _ => {}
        }
    }

    fn reported_pair(&mut self, root: &Expr, other: &Expr) {
        let words = words_of(other);
        match root_of(root) {
            Some("verdict" | "effects") => {
                for (word, span) in words {
                    if !EFFECTS.contains(&word) {
                        let error = Diagnostic::error(codes::NEVER_HOLDS, span, format!("`{word}` is no verdict"));
                        let help = suggest::help(word, "the verdicts are", EFFECTS.iter().copied());
                        self.report(error.help(help));
                    }
                }
            }
            Some("category" | "category_possible") => {
                let known: Vec<String> =
                    self.program.categorises.iter().flat_map(|c| c.categories.values.iter().cloned()).collect();
                for (word, span) in words {
                    if word != "none" && !known.iter().any(|k| k == word) {
                        let error = Diagnostic::error(codes::NEVER_HOLDS, span, format!("`{word}` is no category"));
                        let help = suggest::help(word, "the categories are", known.iter().map(String::as_str));
                        self.report(error.help(help));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The first name of a path.
fn root_of(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Field(inner, _) | ExprKind::Paren(inner) => root_of(inner),
        _ => None,
    }
}

/// The bare words of a value or of a set of them.
fn words_of(expr: &Expr) -> Vec<(&str, crate::syntax::source::Span)> {
    match &expr.kind {
        ExprKind::Name(name) => vec![(name, expr.span)],
        ExprKind::Paren(inner) => words_of(inner),
        ExprKind::Set(items) => items.iter().flat_map(words_of).collect(),
        ExprKind::List { items, .. } => items.iter().flat_map(words_of).collect(),
        _ => Vec::new(),
    }
}
