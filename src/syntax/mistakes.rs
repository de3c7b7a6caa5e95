//! What the grammar could not read, said for people.

use super::codes;
use super::diagnostic::Diagnostic;
use super::expected::{Said, said};
use super::grammar::Rule;
use super::lexer::{Token, TokenKind, is_reserved};
use super::source::{FileId, Span};
use pest::error::{ErrorVariant, InputLocation};

/// So many alternatives are named at most.
const MOST_NAMED: usize = 6;
/// From so many clauses on, they are "a clause".
const MANY_CLAUSES: usize = 4;

/// A stretch of a file that the grammar was asked to read.
#[derive(Clone, Copy)]
pub(crate) struct Stretch<'a> {
    /// The file.
    pub file: FileId,
    /// The whole text.
    pub text: &'a str,
    /// All tokens of the file but comments.
    pub tokens: &'a [Token],
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The diagnostic of a failed run.
pub(crate) fn diagnose(stretch: Stretch<'_>, error: &pest::error::Error<Rule>) -> Diagnostic {
    let at = stretch.start
        + match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return Diagnostic::error(codes::TOO_LONG, Span::new(stretch.file, stretch.start, stretch.end), "this is too complicated to read")
            .label("the parser gave up here")
            .help("split it into several statements, or name parts of it with `let`");
    };
    let expected = Expected::new(positives);
    let next = stretch.tokens.partition_point(|token| token.start < at);
    let found = stretch.tokens.get(next).copied().filter(|token| token.end <= stretch.end);
    // A place within a token: a form that starts well and ends badly, such as `5h3`.
    let within = next.checked_sub(1).and_then(|before| stretch.tokens.get(before)).copied().filter(|token| token.end > at);
    match within.or(found) {
        Some(token) => unexpected(stretch, token, &expected),
        None => {
            let last = next.checked_sub(1).and_then(|before| stretch.tokens.get(before)).copied();
            let span = last.map_or_else(|| Span::new(stretch.file, at, at), |token| token.span(stretch.file));
            Diagnostic::error(codes::UNEXPECTED, span, "this ends too early")
                .label(expected.label("after this"))
                .help(expected.help("complete it, or take it out"))
        }
    }
}

fn unexpected(stretch: Stretch<'_>, token: Token, expected: &Expected) -> Diagnostic {
    let text = token.text(stretch.text);
    let shown: String = text.chars().take(40).collect();
    let diagnostic = Diagnostic::error(codes::UNEXPECTED, token.span(stretch.file), format!("unexpected `{shown}`"));
    let near = if token.kind == TokenKind::Word { expected.near(text) } else { None };
    let label = expected.label("here");
    if let Some(meant) = near {
        return diagnostic.label(label).help(format!("did you mean {meant}?"));
    }
    if is_reserved(text) && expected.words.iter().any(|word| word.contains("name") || word.contains("level") || word.contains("category")) {
        return diagnostic.label(label).help(format!("`{text}` is a word of the language: choose another name"));
    }
    let help = if expected.value {
        "write a value: a name, a literal, or an expression in parentheses"
    } else if expected.clause && expected.operator {
        "a clause starts with its keyword; two values are joined by an operator such as `and`"
    } else if expected.clause {
        "a clause starts with its keyword"
    } else {
        "correct it, or take it out"
    };
    diagnostic.label(label).help(expected.help(help))
}

struct Expected {
    words: Vec<String>,
    candidates: Vec<&'static str>,
    value: bool,
    operator: bool,
    clause: bool,
}

impl Expected {
    fn new(rules: &[Rule]) -> Self {
        let (mut words, mut clauses, mut value, mut operator) = (Vec::new(), Vec::new(), false, false);
        for rule in rules {
            match said(*rule) {
                Said::Word(word) if !words.contains(&word) => words.push(word),
                Said::Clause(word) if !clauses.contains(&word) => clauses.push(word),
                Said::Value => value = true,
                Said::Operator => operator = true,
                Said::Word(_) | Said::Clause(_) | Said::Nothing => {}
            }
        }
        let candidates = words.iter().chain(&clauses).copied().collect();
        let many = clauses.len() >= MANY_CLAUSES;
        let mut named: Vec<String> = Vec::new();
        if value {
            named.push("a value".to_owned());
        }
        if operator {
            named.push("an operator".to_owned());
        }
        named.extend(words.into_iter().map(str::to_owned));
        if many {
            named.push("a clause".to_owned());
        } else {
            named.extend(clauses.iter().map(|word| (*word).to_owned()));
        }
        Self { words: named, candidates, value, operator, clause: many }
    }

    /// `expected a, b or c here`
    fn label(&self, place: &str) -> String {
        match self.list() {
            Some(list) => format!("expected {list} {place}"),
            None => "not expected here".to_owned(),
        }
    }

    fn help(&self, otherwise: &str) -> String {
        match self.words.as_slice() {
            [only] if only.starts_with('`') => format!("write {only} here"),
            _ => otherwise.to_owned(),
        }
    }

    fn list(&self) -> Option<String> {
        let named: Vec<&str> = self.words.iter().take(MOST_NAMED).map(String::as_str).collect();
        let (last, rest) = named.split_last()?;
        Some(match (rest.is_empty(), self.words.len() > MOST_NAMED) {
            (true, _) => (*last).to_owned(),
            (false, true) => format!("{}, {last} or the like", rest.join(", ")),
            (false, false) => format!("{} or {last}", rest.join(", ")),
        })
    }

    /// The expected keyword that a word comes nearest to.
    fn near(&self, word: &str) -> Option<&'static str> {
        let keyword = |said: &&'static str| said.strip_prefix('`').and_then(|s| s.strip_suffix('`'));
        let candidates = self.candidates.iter().copied().filter_map(|said| keyword(&said).map(|k| (distance(word, k), k.len(), said)));
        let (steps, length, said) = candidates.min()?;
        (steps > 0 && steps <= length.min(word.len()).div_ceil(3)).then_some(said)
    }
}

/// How many letters to insert, delete, replace or swap to get from one word to the other.
pub(crate) fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().take(40).collect(), to.chars().take(40).collect());
    let mut above: Vec<usize> = Vec::new();
    let mut before: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in to.iter().enumerate() {
            let get = |line: &Vec<usize>, at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let replace = get(&before, column) + usize::from(a != b);
            let mut best = replace.min(get(&before, column + 1) + 1).min(get(&current, column) + 1);
            let swapped = row > 0 && column > 0 && from.get(row - 1) == Some(b) && to.get(column - 1) == Some(a);
            if swapped {
                best = best.min(get(&above, column - 1) + 1);
            }
            current.push(best);
        }
        above = std::mem::replace(&mut before, current);
    }
    before.last().copied().unwrap_or_default()
}
