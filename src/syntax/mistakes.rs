//! What the grammar could not read, said for people.

use super::codes;
use super::diagnostic::Diagnostic;
use super::expected::{Said, said};
use super::grammar::Rule;
use super::hints;
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
    /// The keyword of the statement that it belongs to; empty for an expression alone.
    pub kind: &'a str,
}

/// The diagnostic of a failed run.
pub(crate) fn diagnose(stretch: Stretch<'_>, error: &pest::error::Error<Rule>) -> Diagnostic {
    let at = stretch.start
        + match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
    let ErrorVariant::ParsingError { positives, negatives } = &error.variant else {
        return Diagnostic::error(
            codes::TOO_LONG,
            Span::new(stretch.file, stretch.start, stretch.end),
            "this is too complicated to read",
        )
        .label("the parser gave up here")
        .help("split it into several statements, or name parts of it with `let`");
    };
    let expected = Expected::new(positives, stretch.kind);
    let stopped = positives.iter().all(|rule| said(*rule) == Said::Nothing) && !negatives.is_empty();
    let next = stretch.tokens.partition_point(|token| token.start < at);
    let found = stretch.tokens.get(next).copied().filter(|token| token.end <= stretch.end);
    // A place within a token: a form that starts well and ends badly, such as `5h3`.
    let within =
        next.checked_sub(1).and_then(|before| stretch.tokens.get(before)).copied().filter(|token| token.end > at);
    if let Some(plain) = hints::plain(stretch, next) {
        return plain;
    }
    match within.or(found) {
        Some(token) if stopped => keyword_in_the_way(stretch, token),
        Some(token) => unexpected(stretch, token, &expected),
        None => {
            let last = next.checked_sub(1).and_then(|before| stretch.tokens.get(before)).copied();
            let span = last.map_or_else(|| Span::new(stretch.file, at, at), |token| token.span(stretch.file));
            Diagnostic::error(codes::UNEXPECTED, span, "this ends too early")
                .label(expected.label("after this"))
                .help(expected.help(None))
        }
    }
}

/// A clause's keyword stands where a level, a cell or an outcome should: the clause before it is not complete.
fn keyword_in_the_way(stretch: Stretch<'_>, token: Token) -> Diagnostic {
    let text = token.text(stretch.text);
    Diagnostic::error(codes::UNEXPECTED, token.span(stretch.file), format!("unexpected `{text}`"))
        .label("starts a clause of its own: the one before is not complete")
        .help("complete the clause before; a clause's keyword is no level, cell or outcome of its statement")
}

/// A word shortly before the place of a mistake that is nearly a keyword: `act wihtin 48h when …` goes wrong only at `when`.
fn misspelt_before(stretch: Stretch<'_>, token: Token) -> Option<(Token, &'static str)> {
    let index = stretch.tokens.partition_point(|other| other.start < token.start);
    let before = stretch.tokens.get(index.saturating_sub(3)..index)?;
    before.iter().rev().filter(|other| other.kind == TokenKind::Word && other.start >= stretch.start).find_map(
        |other| {
            let word = other.text(stretch.text);
            nearest(word, super::keywords::of_kind(stretch.kind).chain(super::keywords::WITHIN_CLAUSES.iter().copied()))
                .map(|meant| (*other, meant))
        },
    )
}

fn unexpected(stretch: Stretch<'_>, token: Token, expected: &Expected) -> Diagnostic {
    let text = token.text(stretch.text);
    let shown: String = text.chars().take(40).collect();
    let diagnostic = Diagnostic::error(codes::UNEXPECTED, token.span(stretch.file), format!("unexpected `{shown}`"));
    let near = if token.kind == TokenKind::Word { expected.near(text) } else { None };
    let label = expected.label("here");
    if let Some(meant) = near {
        return diagnostic.label(label).help(format!("did you mean `{meant}`?"));
    }
    if let Some((word, meant)) = misspelt_before(stretch, token) {
        let text = word.text(stretch.text);
        return diagnostic.label(label).help(format!("did you mean `{meant}` where `{text}` stands?"));
    }
    if is_reserved(text)
        && expected
            .words
            .iter()
            .any(|word| word.contains("name") || word.contains("level") || word.contains("category"))
    {
        return diagnostic.label(label).help(format!("`{text}` is a word of the language: choose another name"));
    }
    if token.kind == TokenKind::Word && !text.is_ascii() {
        return diagnostic.label(label).help("names are made of the letters `a` to `z`, digits and `_`");
    }
    let help = if expected.value {
        Some("write a value: a name, a literal, or an expression in parentheses")
    } else if expected.clause && expected.operator {
        Some("a clause starts with its keyword; two values are joined by an operator such as `and`")
    } else if expected.clause {
        Some("a clause starts with its keyword")
    } else {
        None
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
    fn new(rules: &[Rule], kind: &str) -> Self {
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
        let mut candidates: Vec<&'static str> = words.iter().chain(&clauses).copied().filter_map(keyword).collect();
        if clauses.is_empty() && rules.iter().all(|rule| said(*rule) == Said::Nothing) {
            // Nothing of a clause was read: any clause of the statement would do.
            clauses.extend(super::keywords::of_kind(kind));
            candidates.extend(super::keywords::of_kind(kind));
        }
        if words.contains(&"a day of the week") {
            candidates.extend([
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
                "day",
                "weekday",
            ]);
        }
        // A keyword that starts a clause of this statement is a clause, by whichever rule it was missed.
        let starts_clause =
            |word: &&'static str| keyword(word).is_some_and(|k| super::keywords::of_kind(kind).any(|own| own == k));
        if words.iter().filter(|word| starts_clause(word)).count() + clauses.len() >= MANY_CLAUSES {
            clauses.extend(words.extract_if(.., |word| starts_clause(&&**word)));
        }
        // What every value or operator may start with is said by "a value" and "an operator".
        words.retain(|word| *word != "`.`" && !(value && starts_value(word) || operator && follows_value(word)));
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

    fn help(&self, otherwise: Option<&str>) -> String {
        match (otherwise, self.list()) {
            (Some(help), _) => help.to_owned(),
            (None, Some(list)) => format!("write {list}"),
            (None, None) => "take it out, or complete what stands before it".to_owned(),
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
        nearest(word, self.candidates.iter().copied())
    }
}

fn keyword(said: &'static str) -> Option<&'static str> {
    said.strip_prefix('`')?.strip_suffix('`').filter(|word| word.chars().all(|c| c.is_ascii_alphabetic() || c == '_'))
}

fn starts_value(word: &str) -> bool {
    matches!(
        word,
        "`{`"
            | "`(`"
            | "`[`"
            | "`if`"
            | "`any`"
            | "`every`"
            | "`each`"
            | "`true`"
            | "`false`"
            | "`not`"
            | "`next`"
            | "`last`"
            | "a text in double quotes"
            | "a name"
    )
}

fn follows_value(word: &str) -> bool {
    matches!(
        word,
        "`(`"
            | "`.`"
            | "`and`"
            | "`or`"
            | "`not`"
            | "`in`"
            | "`is`"
            | "`like`"
            | "`matches`"
            | "`of`"
            | "`during`"
            | "`overlaps`"
            | "`default`"
            | "`days`, `weeks`, `months` or `years`"
            | "`business`"
    )
}

/// The candidate that `word` is a misspelling of, if one is near enough.
fn nearest(word: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let (steps, length, meant) =
        candidates.map(|candidate| (distance(word, candidate), candidate.len(), candidate)).min()?;
    (steps > 0 && length > 2 && steps <= length.min(word.len()).div_ceil(3).min(2)).then_some(meant)
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
