//! The linear pass before the grammar: limits on hostile text, brackets, and where each statement starts.

use super::codes;
use super::diagnostic::Diagnostic;
use super::lexer::{Lexer, Token, TokenKind};
use super::nesting::Nesting;
use super::source::{FileId, Span};
use std::borrow::Cow;

/// The largest file that is read, in bytes.
pub(crate) const MAX_FILE: usize = 16 * 1024 * 1024;
/// The longest text that one run of the grammar reads, in bytes; longer statements are read clause by clause.
pub(crate) const MAX_RUN: usize = 256 * 1024;
/// How deep brackets, conditions and quantifiers may be nested, all together.
pub(crate) const MAX_NESTING: usize = 64;
/// The most tokens of one file: a policy of 16 MB has fewer.
const MAX_TOKENS: usize = 4_000_000;
/// After so many wrong characters or brackets the rest is not worth a message.
const MAX_PROBLEMS: usize = 20;

/// The kinds of statement.
pub(crate) const KINDS: [&str; 21] = [
    "policy",
    "import",
    "param",
    "extend",
    "let",
    "triage",
    "table",
    "categorise",
    "risk",
    "approval",
    "obligation",
    "rule",
    "blackout",
    "window",
    "calendar",
    "waiver",
    "rollout",
    "metric",
    "rollback",
    "plugin",
    "test",
];

/// Whether a word starts a statement.
pub(crate) fn is_kind(word: &str) -> bool {
    KINDS.iter().any(|kind| kind.len() == word.len() && *kind == word)
}

/// One statement's text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk {
    /// Index of its first token.
    pub first: usize,
    /// One past the index of its last token.
    pub last: usize,
    /// A bracket or a text in it is broken, and that has been reported.
    pub broken: bool,
}

/// A text as the scan leaves it.
pub(crate) struct Scanned<'a> {
    /// The text with other languages' comments and odd blanks turned into spaces, byte for byte.
    pub text: Cow<'a, str>,
    /// Every token but comments.
    pub tokens: Vec<Token>,
    /// Every comment.
    pub comments: Vec<Token>,
    /// The statements.
    pub chunks: Vec<Chunk>,
    /// What the scan found.
    pub problems: Vec<Diagnostic>,
    /// The places of statements that were passed over, of which there are no tokens.
    pub passed: Vec<Span>,
}

impl Scanned<'_> {
    /// Nothing stands before the comment on its line. A `;` there means nothing and counts for nothing.
    pub(crate) fn stands_alone(&self, comment: Token) -> bool {
        let before = self.text.get(..comment.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        comment.line_start || line.chars().all(|c| c.is_whitespace() || c == ';')
    }
}

/// Scans a text; `Err` where it must not reach the grammar at all.
pub(crate) fn scan(file: FileId, text: &str) -> Result<Scanned<'_>, Diagnostic> {
    scan_but(file, text, "")
}

/// Scans a text but for the statements of a kind in which there is nothing to object to. Where it has other problems they may be told otherwise
/// than [`scan`] does: whoever finds one scans all of it.
pub(crate) fn scan_but<'a>(file: FileId, text: &'a str, left_out: &'a str) -> Result<Scanned<'a>, Diagnostic> {
    if text.len() > MAX_FILE {
        return Err(Diagnostic::error(codes::TOO_LARGE, Span::new(file, 0, 0), "the file is larger than 16 MB")
            .label("not read")
            .help("split it: a policy may be a folder of `*.gate` files"));
    }
    let mut scanner = Scanner {
        file,
        text,
        left_out,
        clean: None,
        problems: Vec::new(),
        tokens: Vec::new(),
        comments: Vec::new(),
        passed: Vec::new(),
        cuts: Vec::new(),
    };
    scanner.characters()?;
    scanner.tokens()?;
    let clean = scanner.clean.take().map_or(Cow::Borrowed(text), Cow::Owned);
    let mut splitter = Splitter {
        file,
        text: &clean,
        tokens: &scanner.tokens,
        cuts: &scanner.cuts,
        open: Vec::new(),
        chunks: Vec::new(),
        problems: Vec::new(),
        current: None,
    };
    splitter.split();
    let (chunks, bracket_problems) = (splitter.chunks, splitter.problems);
    scanner.problems.extend(bracket_problems);
    let Scanner { tokens, comments, problems, passed, .. } = scanner;
    Ok(Scanned { text: clean, tokens, comments, chunks, problems, passed })
}

struct Scanner<'a> {
    file: FileId,
    text: &'a str,
    /// The kind of the statements that are passed over; empty where none are.
    left_out: &'a str,
    clean: Option<String>,
    tokens: Vec<Token>,
    comments: Vec<Token>,
    problems: Vec<Diagnostic>,
    passed: Vec<Span>,
    /// How many tokens there are before each statement that is passed over.
    cuts: Vec<usize>,
}

impl Scanner<'_> {
    /// Blanks out bytes, keeping every place as it is.
    fn blank(&mut self, start: usize, end: usize) {
        let clean = self.clean.get_or_insert_with(|| self.text.to_owned());
        if clean.is_char_boundary(start) && clean.is_char_boundary(end) {
            let blanks: String = clean
                .get(start..end)
                .unwrap_or_default()
                .bytes()
                .map(|b| if b == b'\n' { '\n' } else { ' ' })
                .collect();
            clean.replace_range(start..end, &blanks);
        }
    }

    /// Whether the carriage return at that byte belongs to the end of a line.
    fn ends_line(&self, at: usize) -> bool {
        self.text.as_bytes().get(at.saturating_add(1)) == Some(&b'\n')
    }

    /// Refuses characters that hide what a text says.
    fn characters(&mut self) -> Result<(), Diagnostic> {
        if self.text.starts_with('\u{feff}') {
            self.blank(0, '\u{feff}'.len_utf8());
        }
        // Nearly always there is nothing to look at more closely.
        let is_plain = self.text.bytes().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'));
        let mut returns = memchr::memchr_iter(b'\r', self.text.as_bytes());
        if is_plain && returns.all(|at| self.ends_line(at)) {
            return Ok(());
        }
        for (at, c) in self.text.char_indices() {
            let span = Span::new(self.file, at, at + c.len_utf8());
            match c {
                '\t' | '\n' => {}
                '\r' if self.ends_line(at) => {}
                '\u{feff}' if at == 0 => {}
                '\r' => {
                    return Err(Diagnostic::error(
                        codes::BAD_CHARACTER,
                        span,
                        "a carriage return without a line feed behind it",
                    )
                    .label("many editors begin a line here, and the policy does not")
                    .help("end lines with a line feed, or with both"));
                }
                '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => {
                    return Err(Diagnostic::error(
                        codes::BAD_CHARACTER,
                        span,
                        format!("a control character, U+{:04X}", u32::from(c)),
                    )
                    .label("not allowed in a policy")
                    .help("save the file as plain UTF-8 text"));
                }
                '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                    return Err(Diagnostic::error(
                        codes::BAD_CHARACTER,
                        span,
                        format!("an invisible character, U+{:04X}", u32::from(c)),
                    )
                    .label("can make the text read otherwise than it works")
                    .help("delete the character"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn tokens(&mut self) -> Result<(), Diagnostic> {
        let mut nesting = Nesting::default();
        let mut unmatched = 0;
        let text = self.text;
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut lexer = Lexer::new(text, start);
        while let Some(token) = lexer.next() {
            let span = token.span(self.file);
            match token.kind {
                TokenKind::Comment => {
                    self.comments.push(token);
                    continue;
                }
                TokenKind::ForeignComment => {
                    self.foreign_comment(token);
                    continue;
                }
                TokenKind::Unclosed => self.unclosed(token),
                TokenKind::Bad => {
                    let c = token.text(text).chars().next().unwrap_or(' ');
                    if c.is_whitespace() {
                        self.blank(token.start, token.end);
                        self.problem(
                            Diagnostic::error(
                                codes::BAD_CHARACTER,
                                span,
                                format!("a blank that is no plain space, U+{:04X}", u32::from(c)),
                            )
                            .label("often pasted from a document")
                            .help("write a plain space"),
                        );
                        continue;
                    }
                    self.blank(token.start, token.end);
                    self.problem(
                        Diagnostic::error(codes::BAD_CHARACTER, span, format!("`{c}` has no meaning here"))
                            .label("not part of the language")
                            .help("delete it, or put it into a text: `\"…\"`"),
                    );
                    continue;
                }
                _ => {}
            }
            let outside = nesting.is_outside();
            if nesting.step(token, text) > MAX_NESTING {
                return Err(Diagnostic::error(
                    codes::TOO_DEEP,
                    span,
                    format!("nested deeper than {MAX_NESTING} levels"),
                )
                .label("one level too many")
                .help("name the inner parts with `let`"));
            }
            if outside
                && matches!(token.text(text), "}" | ")" | "]")
                && self.tokens.last().is_some_and(|last| is_closing(last.text(text)))
            {
                unmatched += 1;
            }
            if self.tokens.len() >= MAX_TOKENS {
                return Err(Diagnostic::error(
                    codes::TOO_LARGE,
                    span,
                    format!("the file has more than {MAX_TOKENS} words and signs"),
                )
                .label("read to here")
                .help("split it: a policy may be a folder of `*.gate` files"));
            }
            if unmatched > 2 * MAX_PROBLEMS {
                return Err(Diagnostic::error(codes::UNMATCHED, span, "too many closing brackets")
                    .label("closes nothing, as those before it")
                    .help("delete them"));
            }
            self.tokens.push(token);
            if outside && let Some(end) = self.pass_over(&nesting) {
                lexer.jump(end);
                nesting.close();
            }
        }
        Ok(())
    }

    /// Takes a statement back whose head ends with the last token, and says where it ends.
    fn pass_over(&mut self, nesting: &Nesting) -> Option<usize> {
        let first = self.head()?;
        let brace = self.tokens.last()?;
        let levels = (MAX_NESTING + 1).checked_sub(nesting.total())?;
        let end = super::skip::block_end(self.text, brace.end, levels)?;
        self.passed.push(Span::new(self.file, self.tokens.get(first)?.start, end));
        self.tokens.truncate(first);
        self.cuts.push(first);
        // Comments before it are about it.
        let before = self.tokens.last().map_or(0, |token| token.end);
        self.comments.truncate(self.comments.partition_point(|comment| comment.start < before));
        Some(end)
    }

    /// The first token of a head, `kind name "Title" {`, of a statement that is left out.
    fn head(&self) -> Option<usize> {
        if self.left_out.is_empty() || self.tokens.last()?.text(self.text) != "{" {
            return None;
        }
        let mut name = self.tokens.len().checked_sub(2)?;
        name -= usize::from(self.tokens.get(name)?.kind == TokenKind::Text);
        let first = name.checked_sub(1)?;
        let (kind, name) = (self.tokens.get(first)?, self.tokens.get(name)?);
        let is_one = kind.line_start && kind.kind == TokenKind::Word && kind.text(self.text) == self.left_out;
        (is_one && name.kind == TokenKind::Word && self.text.len() < MAX_TOKENS).then_some(first)
    }

    fn problem(&mut self, diagnostic: Diagnostic) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(diagnostic);
        }
    }

    fn foreign_comment(&mut self, token: Token) {
        self.blank(token.start, token.end);
        let opening = if token.text(self.text).starts_with("//") { "//" } else { "/*" };
        self.problem(
            Diagnostic::error(
                codes::FOREIGN_COMMENT,
                token.span(self.file),
                format!("`{opening}` starts no comment here"),
            )
            .label("a comment of another language")
            .help("write `# …` to the end of the line"),
        );
        self.comments.push(token);
    }

    fn unclosed(&mut self, token: Token) {
        let text = token.text(self.text);
        let diagnostic = Diagnostic::error(codes::UNCLOSED_TEXT, token.span(self.file), "");
        let diagnostic = match text.chars().next() {
            Some('/') if text.starts_with("/*") => Diagnostic {
                message: "a comment without its end".to_owned(),
                ..diagnostic.label("starts here").help("write `# …` on every line")
            },
            Some('/') => Diagnostic {
                message: "a pattern does not end on its line".to_owned(),
                ..diagnostic.label("starts here").help("end it with `/`; a slash within is written `\\/`")
            },
            _ => Diagnostic {
                message: "a text does not end on its line".to_owned(),
                ..diagnostic.label("starts here").help("end it with `\"`; a line break within is written `\\n`")
            },
        };
        self.problem(diagnostic);
    }
}

fn is_closing(text: &str) -> bool {
    matches!(text, "}" | ")" | "]")
}

/// Finds the statements, and brackets that do not match.
struct Splitter<'a> {
    file: FileId,
    text: &'a str,
    tokens: &'a [Token],
    /// Before these tokens statements were passed over.
    cuts: &'a [usize],
    /// Open brackets: what closes each, and where it stands.
    open: Vec<(char, usize)>,
    chunks: Vec<Chunk>,
    problems: Vec<Diagnostic>,
    current: Option<Chunk>,
}

impl Splitter<'_> {
    fn word(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| token.text(self.text))
    }

    fn is(&self, index: usize, kind: TokenKind) -> bool {
        self.tokens.get(index).is_some_and(|token| token.kind == kind)
    }

    /// `kind name "Title" {` and the short forms' heads: nothing else in the language looks like this.
    fn is_header(&self, at: usize) -> bool {
        let kind = self.word(at);
        if !self.is(at, TokenKind::Word) || !is_kind(kind) {
            return false;
        }
        match kind {
            "import" => {
                self.is(at + 1, TokenKind::Text) || self.word(at + 1) == "pack" && self.is(at + 2, TokenKind::Text)
            }
            _ => {
                let mut next = at + 1;
                if kind == "categorise" && self.word(next) == "each" {
                    next += 2;
                }
                if !self.is(next, TokenKind::Word) {
                    return false;
                }
                next += 1;
                next += usize::from(self.is(next, TokenKind::Text));
                match kind {
                    "let" => matches!(self.word(next), "=" | ":="),
                    "param" => self.word(next) == ":",
                    _ => self.word(next) == "{",
                }
            }
        }
    }

    /// A head with a mistake in it: a kind at the start of a line, where nothing is open or to be continued.
    fn is_loose_header(&self, at: usize) -> bool {
        let first = self.tokens.get(at).is_some_and(|token| token.line_start);
        let continues = at.checked_sub(1).is_some_and(|before| {
            let text = self.word(before);
            super::lexer::is_reserved(text)
                || self.is(before, TokenKind::Punct) && !matches!(text, ")" | "]" | "}" | ";")
        });
        first
            && !continues
            && is_kind(self.word(at))
            && (self.is(at + 1, TokenKind::Word) || self.is(at + 1, TokenKind::Text) || self.word(at + 1) == "{")
    }

    fn finish(&mut self, last: usize) {
        if let Some(mut chunk) = self.current.take() {
            chunk.last = last;
            if chunk.last > chunk.first {
                self.chunks.push(chunk);
            }
        }
    }

    fn break_current(&mut self) {
        if let Some(chunk) = self.current.as_mut() {
            chunk.broken = true;
        }
    }

    fn report_open(&mut self) {
        // The outermost says enough: what it should have closed is open for the same reason.
        if let Some((closing, at)) = self.open.first().copied() {
            let token_span = self.tokens.get(at).map(|token| token.span(self.file)).unwrap_or_default();
            let opening = self.word(at).to_owned();
            self.problems.push(
                Diagnostic::error(codes::UNCLOSED, token_span, format!("`{opening}` is not closed"))
                    .label("opened here")
                    .help(format!("add `{closing}` where it ends")),
            );
            self.break_current();
        }
        self.open.clear();
    }

    fn close(&mut self, at: usize, closing: char) {
        let position = self.open.iter().rposition(|(expected, _)| *expected == closing);
        match position {
            Some(position) if position + 1 == self.open.len() => {
                self.open.pop();
            }
            Some(position)
                if position + 2 == self.open.len() && self.open_after(at, self.open.len().saturating_sub(1)) == 0 =>
            {
                self.close_another(at, closing);
            }
            Some(position) if closing == '}' || position + 2 == self.open.len() => {
                if let Some((expected, opened)) = self.open.get(position + 1).copied() {
                    let span = self.tokens.get(opened).map(|token| token.span(self.file)).unwrap_or_default();
                    let here = self.tokens.get(at).map(|token| token.span(self.file)).unwrap_or_default();
                    let opening = self.word(opened).to_owned();
                    self.problems.push(
                        Diagnostic::error(codes::UNCLOSED, span, format!("`{opening}` is not closed"))
                            .label("opened here")
                            .also(here, format!("closed by `{closing}` before its own `{expected}`"))
                            .help(format!("add `{expected}` where it ends")),
                    );
                    self.break_current();
                }
                self.open.truncate(position);
            }
            _ if self.open_after(at, self.open.len()) > 0 => self.close_another(at, closing),
            _ => {
                let span = self.tokens.get(at).map(|token| token.span(self.file)).unwrap_or_default();
                self.problems.push(
                    Diagnostic::error(codes::UNMATCHED, span, format!("`{closing}` closes nothing"))
                        .label("no opening bracket belongs to it")
                        .help("delete it, or add the opening bracket"),
                );
                self.break_current();
            }
        }
    }

    /// A bracket of the wrong kind that stands where the right one should.
    fn close_another(&mut self, at: usize, closing: char) {
        let Some((expected, opened)) = self.open.pop() else { return };
        let span = self.tokens.get(at).map(|token| token.span(self.file)).unwrap_or_default();
        let there = self.tokens.get(opened).map(|token| token.span(self.file)).unwrap_or_default();
        let opening = self.word(opened).to_owned();
        self.problems.push(
            Diagnostic::error(codes::UNMATCHED, span, format!("`{closing}` does not close `{opening}`"))
                .label("another kind of bracket")
                .also(there, "opened here")
                .help(format!("write `{expected}`")),
        );
        self.break_current();
    }

    /// How many of so many open brackets are still open where the next statement starts, whatever their kinds; zero as soon as none is.
    fn open_after(&self, at: usize, open: usize) -> usize {
        let mut open = open;
        for index in at + 1..self.tokens.len() {
            let starts = self.tokens.get(index).is_some_and(|token| token.line_start) && self.is_header(index);
            if open == 0 || starts {
                break;
            }
            match self.word(index) {
                "{" | "(" | "[" => open += 1,
                "}" | ")" | "]" => open -= 1,
                _ => {}
            }
        }
        open
    }

    fn split(&mut self) {
        // Where a block ended: the next token starts a statement, whatever it is.
        let mut fresh = true;
        for at in 0..self.tokens.len() {
            if self.problems.len() > MAX_PROBLEMS {
                break;
            }
            let Some(token) = self.tokens.get(at).copied() else { break };
            let text = token.text(self.text);
            while self.cuts.first() == Some(&at) {
                self.cuts = self.cuts.get(1..).unwrap_or_default();
                self.report_open();
                self.finish(at);
                fresh = true;
            }
            // Within brackets only the start of a line is looked at.
            let header = (self.open.is_empty() || token.line_start) && self.is_header(at);
            if header && !self.open.is_empty() && self.word(at) != "import" {
                self.report_open();
            }
            if self.open.is_empty() {
                if text == ";" {
                    self.finish(at);
                    fresh = true;
                    continue;
                }
                if text == "}" && fresh {
                    self.close(at, '}');
                    continue;
                }
                if fresh || header || self.is_loose_header(at) {
                    self.finish(at);
                    self.current = Some(Chunk { first: at, last: at, broken: false });
                    fresh = false;
                }
            }
            if token.kind == TokenKind::Unclosed {
                self.break_current();
            }
            if token.kind == TokenKind::Punct {
                match text {
                    "{" => self.open.push(('}', at)),
                    "(" => self.open.push((')', at)),
                    "[" => self.open.push((']', at)),
                    "}" | ")" | "]" => {
                        self.close(at, text.chars().next().unwrap_or('}'));
                        let first = self.current.map_or("", |chunk| self.word(chunk.first));
                        if text == "}" && self.open.is_empty() && !matches!(first, "let" | "param" | "import") {
                            self.finish(at + 1);
                            fresh = true;
                        }
                    }
                    _ => {}
                }
            }
        }
        self.report_open();
        self.finish(self.tokens.len());
    }
}
