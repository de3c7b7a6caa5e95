//! A file's text → its tree, one statement at a time, and clause by clause where a statement has a mistake.

use super::build::{Builder, MAX_PROBLEMS, StatementParts};
use super::codes;
use super::diagnostic::Diagnostic;
use super::expr::Expr;
use super::grammar::{PolicyParser, Rule, limit_work};
use super::lexer::{Token, TokenKind, is_reserved};
use super::matcher;
use super::mistakes::{Stretch, diagnose, distance};
use super::pairs::{Pair, Read};
use super::scan::{Chunk, KINDS, MAX_RUN, Scanned, is_kind, scan, scan_but};
use super::source::{FileId, Span};
use super::tree::{File, Statement};
use pest::Parser as _;

/// Parses one file. Never fails: what cannot be read is left out of the tree and reported, in the order of the text. After
/// 200 messages the rest of the file is left for the next run.
#[must_use]
pub fn parse(file: FileId, text: &str) -> (File, Vec<Diagnostic>) {
    let (file, problems, _) = parse_but(file, text, "");
    (file, problems)
}

/// Parses one file but for the statements of a kind, whose places come last. Of those it is only known that their brackets close.
#[must_use]
pub fn parse_but(file: FileId, text: &str, left_out: &str) -> (File, Vec<Diagnostic>, Vec<Span>) {
    quickly(file, text, left_out).unwrap_or_else(|| slowly(file, text, left_out))
}

type Parsed = (File, Vec<Diagnostic>, Vec<Span>);

/// The same without tokens of what is left out; nothing where anything is wrong, which is told as if nothing were left out.
pub(super) fn quickly(file: FileId, text: &str, left_out: &str) -> Option<Parsed> {
    if left_out.is_empty() {
        return None;
    }
    limit_work();
    let scanned = scan_but(file, text, left_out).ok().filter(|scanned| scanned.problems.is_empty())?;
    let (statements, problems, mut passed) = read(file, &scanned, left_out);
    passed.extend(scanned.passed);
    passed.sort_unstable();
    problems.is_empty().then_some((File { id: file, statements }, problems, passed))
}

pub(super) fn slowly(file: FileId, text: &str, left_out: &str) -> Parsed {
    limit_work();
    let scanned = match scan(file, text) {
        Ok(scanned) => scanned,
        Err(problem) => return (File { id: file, statements: Vec::new() }, vec![problem], Vec::new()),
    };
    let (statements, mut problems, passed) = read(file, &scanned, left_out);
    problems.extend(scanned.problems);
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    (File { id: file, statements }, problems, passed)
}

/// Reads the statements that a scan found, but for those of a kind.
fn read(file: FileId, scanned: &Scanned<'_>, left_out: &str) -> (Vec<Statement>, Vec<Diagnostic>, Vec<Span>) {
    let mut reader = Reader::new(file, scanned);
    let (mut statements, mut passed) = (Vec::with_capacity(scanned.chunks.len()), Vec::new());
    for chunk in &scanned.chunks {
        if reader.builder.problems.len() >= MAX_PROBLEMS {
            break;
        }
        if !chunk.broken && reader.word(chunk.first) == left_out {
            passed.extend(reader.span(*chunk));
            continue;
        }
        statements.extend(reader.statement(*chunk));
    }
    (statements, reader.builder.problems, passed)
}

/// Parses a text that is one expression.
///
/// # Errors
/// Everything that is wrong with it; warnings are dropped where there is no error.
pub fn parse_expression(file: FileId, text: &str) -> Result<Expr, Vec<Diagnostic>> {
    limit_work();
    let scanned = scan(file, text).map_err(|problem| vec![problem])?;
    let mut reader = Reader::new(file, &scanned);
    let expr = reader.expression(scanned.text.len());
    let mut problems = reader.builder.problems;
    problems.extend(scanned.problems);
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    let wrong = problems.iter().any(|problem| problem.severity == super::diagnostic::Severity::Error);
    match expr {
        Some(expr) if !wrong => Ok(expr),
        _ => Err(problems),
    }
}

struct Reader<'a> {
    scanned: &'a Scanned<'a>,
    builder: Builder<'a>,
    /// The kind of the statement that is being read.
    kind: &'a str,
}

impl<'a> Reader<'a> {
    fn new(file: FileId, scanned: &'a Scanned<'a>) -> Self {
        Self { scanned, builder: Builder::new(file, &scanned.text, &scanned.tokens), kind: "" }
    }

    fn token(&self, index: usize) -> Option<Token> {
        self.scanned.tokens.get(index).copied()
    }

    fn word(&self, index: usize) -> &'a str {
        self.scanned.tokens.get(index).map_or("", |token| token.text(&self.scanned.text))
    }

    fn span(&self, chunk: Chunk) -> Option<Span> {
        let (first, last) = (self.token(chunk.first)?, self.token(chunk.last.checked_sub(1)?)?);
        Some(Span::new(self.builder.file, first.start, last.end))
    }

    fn stretch(&self, start: usize, end: usize) -> Stretch<'a> {
        Stretch {
            file: self.builder.file,
            text: &self.scanned.text,
            tokens: &self.scanned.tokens,
            start,
            end,
            kind: self.kind,
        }
    }

    fn text(&self, start: usize, end: usize) -> &'a str {
        self.scanned.text.get(start..end).unwrap_or_default()
    }

    /// Runs the grammar over a stretch of the file.
    fn run(&self, rule: Rule, start: usize, end: usize) -> Result<Read<'a>, Diagnostic> {
        let text = self.text(start, end);
        if text.len() > MAX_RUN {
            let span = Span::new(self.builder.file, start, start.saturating_add(1));
            return Err(Diagnostic::error(
                codes::TOO_LARGE,
                span,
                format!("this is longer than {} KB", MAX_RUN / 1024),
            )
            .label("starts here")
            .help("split it into several statements"));
        }
        match matcher::nodes(rule, text) {
            Some(nodes) => Ok(Read::new(text, nodes)),
            None => PolicyParser::parse(rule, text)
                .map(|pairs| Read::of(text, pairs))
                .map_err(|error| diagnose(self.stretch(start, end), &error)),
        }
    }

    fn expression(&mut self, end: usize) -> Option<Expr> {
        match self.run(Rule::only_expression, 0, end) {
            Ok(read) => {
                self.builder.at(0);
                let value = read.pairs().next()?.into_inner().find(|pair| pair.as_rule() == Rule::clause_value)?;
                Some(self.builder.clause_value(value))
            }
            Err(problem) => {
                if self.scanned.problems.is_empty() {
                    self.builder.problems.push(problem);
                }
                None
            }
        }
    }

    /// The `##` lines between the statement before and this one.
    fn doc(&self, chunk: Chunk) -> Vec<String> {
        let start = self.token(chunk.first).map_or(0, |token| token.start);
        // A `;` between statements means nothing, here neither.
        let before = (0..chunk.first).rev().find(|index| self.word(*index) != ";");
        let after = before.and_then(|before| self.token(before)).map_or(0, |token| token.end);
        let comments = &self.scanned.comments;
        let first = comments.partition_point(|comment| comment.start < after);
        comments
            .iter()
            .skip(first)
            .take_while(|comment| comment.start < start)
            .filter(|comment| self.scanned.stands_alone(**comment))
            .filter_map(|comment| comment.text(&self.scanned.text).strip_prefix("##"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned())
            .collect()
    }

    fn statement(&mut self, chunk: Chunk) -> Option<Statement> {
        let first = self.token(chunk.first)?;
        let last = self.token(chunk.last.checked_sub(1)?)?;
        let kind = self.word(chunk.first);
        if !is_kind(kind) {
            if first.kind != TokenKind::Unclosed {
                self.unknown_statement(first, kind);
            }
            return None;
        }
        self.kind = kind;
        if last.end - first.start > MAX_RUN || chunk.broken {
            return self.recover(chunk, kind, None);
        }
        match self.run(Rule::file, first.start, last.end) {
            Ok(read) => {
                self.builder.at(first.start);
                let statement = read.pairs().next()?.into_inner().find(|pair| pair.as_rule() == Rule::statement)?;
                let doc = self.doc(chunk);
                self.builder.statement(statement, doc)
            }
            Err(problem) => self.recover(chunk, kind, Some(problem)),
        }
    }

    fn unknown_statement(&mut self, token: Token, word: &str) {
        let shown: String = word.chars().take(40).collect();
        let near = KINDS.iter().map(|kind| (distance(word, kind), *kind)).min();
        let help = match near {
            Some((steps, kind)) if steps <= word.len().min(kind.len()).div_ceil(3) => format!("did you mean `{kind}`?"),
            _ => format!("statements are {}", KINDS.map(|kind| format!("`{kind}`")).join(", ")),
        };
        self.builder.problems.push(
            Diagnostic::error(
                codes::UNKNOWN_STATEMENT,
                token.span(self.builder.file),
                format!("no statement starts with `{shown}`"),
            )
            .label("expected a statement here")
            .help(help),
        );
    }

    /// Reads the head and then each clause on its own, so that one mistake hides no other.
    fn recover(&mut self, chunk: Chunk, kind: &str, whole: Option<Diagnostic>) -> Option<Statement> {
        let first = self.token(chunk.first)?;
        let last = self.token(chunk.last.checked_sub(1)?)?;
        let span = Span::new(self.builder.file, first.start, last.end);
        let brace = (chunk.first..chunk.last).find(|index| self.word(*index) == "{");
        let reported = self.builder.problems.len();
        let (Some(brace), Some(rule)) = (brace, clause_rule(kind)) else {
            let whole =
                whole.or_else(|| if chunk.broken { None } else { self.run(Rule::file, first.start, last.end).err() });
            self.builder.problems.extend(whole);
            return None;
        };
        let mut parts = StatementParts::new(kind, span);
        let head_is_good = self.head(chunk.first, brace, &mut parts);
        let closing =
            if self.word(chunk.last - 1) == "}" && chunk.last - 1 > brace { chunk.last - 1 } else { chunk.last };
        for segment in self.segments(kind, brace + 1, closing) {
            self.segment(rule, segment, &mut parts);
        }
        if self.builder.problems.len() == reported && !chunk.broken {
            self.builder.problems.extend(whole);
        }
        let doc = self.doc(chunk);
        head_is_good.then(|| parts.finish(span, doc))
    }

    /// `kind name "Title" {`, read with an end put to it.
    fn head(&mut self, first: usize, brace: usize, parts: &mut StatementParts) -> bool {
        let (Some(start), Some(end)) = (self.token(first).map(|t| t.start), self.token(brace).map(|t| t.end)) else {
            return false;
        };
        let closed = format!("{}}}", self.text(start, end));
        match PolicyParser::parse(Rule::file, &closed) {
            Ok(pairs) => {
                let read = Read::of(&closed, pairs);
                self.builder.at(start);
                let head = read
                    .pairs()
                    .next()
                    .and_then(|file| file.into_inner().next())
                    .and_then(|statement| statement.into_inner().next());
                for pair in head.into_iter().flat_map(Pair::into_inner) {
                    self.builder.part(parts, pair);
                }
                parts.named()
            }
            Err(error) => {
                let problem = diagnose(self.stretch(start, end), &error);
                self.builder.problems.push(problem);
                false
            }
        }
    }

    fn segment(&mut self, rule: Rule, (first, last): (usize, usize), parts: &mut StatementParts) {
        let (Some(start), Some(end)) =
            (self.token(first).map(|t| t.start), last.checked_sub(1).and_then(|l| self.token(l)).map(|t| t.end))
        else {
            return;
        };
        match self.run(rule, start, end) {
            Ok(read) => {
                self.builder.at(start);
                for pair in read.pairs().next().into_iter().flat_map(Pair::into_inner) {
                    self.builder.part(parts, pair);
                }
            }
            Err(problem) => {
                // A broken bracket or text has been reported, and what follows from it is not news.
                if self.is_whole(first, last) {
                    self.builder.problems.push(problem);
                }
            }
        }
    }

    fn is_whole(&self, first: usize, last: usize) -> bool {
        let mut open = Vec::new();
        for token in self.scanned.tokens.iter().take(last).skip(first) {
            if token.kind == TokenKind::Unclosed {
                return false;
            }
            match token.text(&self.scanned.text) {
                "(" => open.push(")"),
                "[" => open.push("]"),
                "{" => open.push("}"),
                closing @ (")" | "]" | "}") if open.pop() != Some(closing) => return false,
                _ => {}
            }
        }
        open.is_empty()
    }

    /// Cuts a block's tokens where a clause seems to start.
    fn segments(&self, kind: &str, first: usize, last: usize) -> Vec<(usize, usize)> {
        let mut segments = Vec::new();
        let mut start = first;
        let mut depth = 0_i64;
        for index in first..last {
            let word = self.word(index);
            if depth == 0 && index > start && (self.word(index - 1) == ";" || self.starts_clause(kind, index)) {
                segments.push((start, index));
                start = index;
            }
            match word {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
        }
        if start < last {
            segments.push((start, last));
        }
        segments
    }

    fn starts_clause(&self, kind: &str, index: usize) -> bool {
        let Some(token) = self.token(index).filter(|token| token.kind == TokenKind::Word) else { return false };
        let word = self.word(index);
        let before = self.token(index - 1);
        let goes_on = is_reserved(self.word(index - 1))
            || before.is_some_and(|b| b.kind == TokenKind::Punct && !matches!(self.word(index - 1), ")" | "]" | "}"));
        if goes_on {
            // An operator at a line's end whose operand is missing: the next line starts a clause all the same.
            let follows = self
                .token(index + 1)
                .is_some_and(|next| next.kind != TokenKind::Punct || matches!(self.word(index + 1), "(" | "{"));
            return token.line_start
                && follows
                && (never_within(word) || word == "when")
                && !is_infix(self.word(index + 1));
        }
        let in_arms = matches!(kind, "triage" | "categorise" | "rollout" | "risk");
        let continues = match word {
            "for" | "every" | "not" => !token.line_start,
            "when" => in_arms || matches!(self.word(index - 1), "done" | "promote"),
            "within" | "by" | "otherwise" | "soak" | "at" => in_arms,
            "until" | "to" | "up" | "lasting" | "before" | "on" | "as" | "with" | "sustained" | "end" | "default" => {
                true
            }
            other => is_reserved(other),
        };
        !continues && (token.line_start || never_within(word))
    }
}

/// Keywords that start a clause wherever they follow a value.
fn never_within(word: &str) -> bool {
    matches!(
        word,
        "require"
            | "forbid"
            | "because"
            | "ref"
            | "effect"
            | "assumes"
            | "except"
            | "levels"
            | "clock"
            | "decide"
            | "row"
            | "given"
            | "across"
            | "expect"
            | "only"
            | "promote"
            | "ring"
            | "need"
            | "waivable"
            | "when"
    )
}

/// A word that joins two values.
fn is_infix(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "in"
            | "is"
            | "like"
            | "matches"
            | "of"
            | "over"
            | "during"
            | "overlaps"
            | "default"
            | "then"
            | "else"
    )
}

/// The rule that reads the clauses of a kind alone.
fn clause_rule(kind: &str) -> Option<Rule> {
    Some(match kind {
        "policy" => Rule::only_policy,
        "extend" => Rule::only_extend,
        "triage" => Rule::only_triage,
        "table" => Rule::only_table,
        "categorise" => Rule::only_categorise,
        "risk" => Rule::only_risk,
        "approval" => Rule::only_approval,
        "obligation" => Rule::only_obligation,
        "rule" => Rule::only_rule,
        "blackout" | "window" => Rule::only_time,
        "calendar" => Rule::only_calendar,
        "waiver" => Rule::only_waiver,
        "rollout" => Rule::only_rollout,
        "metric" => Rule::only_metric,
        "rollback" => Rule::only_rollback,
        "plugin" => Rule::only_plugin,
        "test" => Rule::only_test,
        _ => return None,
    })
}
