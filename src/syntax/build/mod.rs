//! Pairs of the grammar → the tree.

mod compat;
mod deadlines;
mod expr;
mod literal;
mod methods;
mod people;
mod plugin;
mod primary;
mod recur;
mod statement;
mod table;
mod text;
mod times;
mod types;

pub(crate) use statement::StatementParts;

use super::codes;
use super::diagnostic::Diagnostic;
use super::expr::{Expr, ExprKind, Name, Path};
use super::grammar::Rule;
use super::lexer::Token;
use super::source::{FileId, Span};
use super::tree::Later;

pub(crate) use super::pairs::{Pair, Pairs};

/// How high the tree of one expression may grow: everything that walks a tree by calling itself relies on it.
const MAX_HEIGHT: u32 = 200;

/// After so many messages about one file, the others wait for the next run.
pub(crate) const MAX_PROBLEMS: usize = 200;

/// Builds trees from what the grammar read of one stretch of a file.
pub(crate) struct Builder<'a> {
    /// The file.
    pub file: FileId,
    /// The file's text, as the scan left it.
    pub text: &'a str,
    /// Its tokens without comments.
    pub tokens: &'a [Token],
    /// Where the stretch that the grammar read starts in the file.
    pub offset: usize,
    /// What the tree's author should know.
    pub problems: Vec<Diagnostic>,
    /// Height of the expression that was built last.
    height: u32,
    /// An expression that is too high has been reported in this stretch.
    too_high: bool,
}

impl<'a> Builder<'a> {
    /// Builds nodes of `file`.
    pub(crate) fn new(file: FileId, text: &'a str, tokens: &'a [Token]) -> Self {
        Self { file, text, tokens, offset: 0, problems: Vec::new(), height: 0, too_high: false }
    }

    /// Starts on another stretch of the file.
    pub(crate) fn at(&mut self, offset: usize) {
        self.offset = offset;
        self.too_high = false;
    }

    fn span(&self, pair: &Pair<'_>) -> Span {
        Span::new(self.file, self.offset + pair.start(), self.offset + pair.end())
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(diagnostic);
        }
    }

    fn name(&self, pair: &Pair<'_>) -> Name {
        Name { text: pair.as_str().to_owned(), span: self.span(pair) }
    }

    /// The first `name` within a rule.
    fn name_in(&self, pair: &Pair<'_>) -> Name {
        pair.clone()
            .into_inner()
            .flatten()
            .find(|inner| inner.as_rule() == Rule::name)
            .map_or_else(|| self.name(pair), |inner| self.name(&inner))
    }

    fn path(&self, pair: &Pair<'_>) -> Path {
        let parts: Vec<Name> = pair
            .clone()
            .into_inner()
            .filter(|inner| matches!(inner.as_rule(), Rule::name | Rule::word))
            .map(|inner| self.name(&inner))
            .collect();
        let span = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self.span(pair),
        };
        Path { parts, span }
    }

    fn paths(&self, pair: &Pair<'_>) -> Vec<Path> {
        pair.clone().into_inner().filter(|inner| inner.as_rule() == Rule::path).map(|inner| self.path(&inner)).collect()
    }

    /// Notes the height of a new node over children that are `below` high, and stops what grows too high.
    fn grown(&mut self, below: u32, expr: Expr) -> Expr {
        self.height = below.saturating_add(1);
        if self.height <= MAX_HEIGHT {
            return expr;
        }
        self.height = 0;
        let span = expr.span;
        if !self.too_high {
            self.too_high = true;
            self.report(
                Diagnostic::error(codes::TOO_LONG, span, "this expression has too many parts")
                    .label(format!("more than {MAX_HEIGHT} levels of operators"))
                    .help("name parts of it with `let`, or write a set: `x in { … }`"),
            );
        }
        Expr { span, kind: ExprKind::Bool(false) }
    }

    fn leaf(&mut self, span: Span, kind: ExprKind) -> Expr {
        self.height = 1;
        Expr { span, kind }
    }

    /// A clause or statement that this build does not evaluate, with its tokens.
    pub(crate) fn later(&self, span: Span, what: impl Into<String>) -> Later {
        let (start, end) = (span.start as usize, span.end as usize);
        let first = self.tokens.partition_point(|token| token.start < start);
        let tokens = self
            .tokens
            .iter()
            .skip(first)
            .take_while(|token| token.end <= end)
            .map(|token| token.text(self.text))
            .filter(|text| *text != ";")
            .map(str::to_owned)
            .collect();
        Later { span, what: what.into(), tokens }
    }

    /// The end of the last token at or before the pair's end, so that a span never ends in blanks.
    fn tight(&self, pair: &Pair<'_>) -> Span {
        let span = self.span(pair);
        let text = pair.as_str();
        let kept = self.trimmed_length(span.start as usize, text);
        Span::new(self.file, span.start as usize, span.start as usize + kept)
    }

    fn trimmed_length(&self, start: usize, text: &str) -> usize {
        let end = start + text.len();
        let after = self.tokens.partition_point(|token| token.end <= end);
        after
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .filter(|token| token.start >= start)
            .map_or(text.len(), |token| token.end - start)
    }
}
