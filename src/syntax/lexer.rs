//! Tokens: what the limits, the recovery and the formatter read. The grammar has its own view of the text.

use memchr::memchr3;

use super::source::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A word, reserved or not; `v4.0` too.
    Word,
    /// A number with what belongs to it: `48h`, `15%`, a date, a time of day.
    Number,
    /// A text with its quotes, ours or others'.
    Text,
    /// A pattern with its slashes.
    Regex,
    /// An operator or a bracket.
    Punct,
    /// `# …`
    Comment,
    /// `// …` or `/* … */`
    ForeignComment,
    /// Text or pattern without its end.
    Unclosed,
    /// A character that has no place in a policy.
    Bad,
}

/// One token: bytes `start..end` of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Nothing but blanks stands before it on its line.
    pub line_start: bool,
}

impl Token {
    /// The token's text.
    pub(crate) fn text(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or_default()
    }

    /// The token's place in `file`.
    pub(crate) fn span(self, file: super::source::FileId) -> Span {
        Span::new(file, self.start, self.end)
    }
}

/// Words that are operators or start a form: after one of them an operand follows.
pub(crate) fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "not"
            | "in"
            | "is"
            | "like"
            | "matches"
            | "if"
            | "then"
            | "else"
            | "any"
            | "every"
            | "each"
            | "where"
            | "satisfies"
            | "for"
            | "of"
            | "over"
            | "during"
            | "overlaps"
            | "default"
    )
}

/// Splits a text into tokens, one at a time, in linear time.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line_start: bool,
    /// The last token could end an operand, so that `/` divides.
    after_operand: bool,
}

impl<'a> Lexer<'a> {
    /// Reads from byte `at`.
    pub(crate) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, line_start: true, after_operand: false }
    }

    /// Goes on behind a closing bracket that ends before byte `at`.
    pub(crate) fn jump(&mut self, at: usize) {
        *self = Self { text: self.text, at, line_start: false, after_operand: true };
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Length of a text from its opening quote to the same one, or `None` if the line ends first.
    fn closed(rest: &str, quote: u8) -> Option<usize> {
        let mut at = 1;
        loop {
            let found = at + memchr3(quote, b'\\', b'\n', rest.as_bytes().get(at..)?)?;
            match rest.as_bytes().get(found)? {
                b'\n' => return None,
                b'\\' => match rest.get(found + 1..)?.chars().next() {
                    None | Some('\n') => return None,
                    Some(c) => at = found + 1 + c.len_utf8(),
                },
                _ => return Some(found + 1),
            }
        }
    }

    /// The same where several characters close it.
    fn quoted(rest: &str, closes: impl Fn(char) -> bool) -> Option<usize> {
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\n' => return None,
                '\\' => {
                    if matches!(chars.next(), None | Some((_, '\n'))) {
                        return None;
                    }
                }
                c if closes(c) => return Some(at + c.len_utf8()),
                _ => {}
            }
        }
        None
    }

    fn line_length(rest: &str) -> usize {
        rest.find('\n').map_or(rest.len(), |n| if rest.get(..n).is_some_and(|l| l.ends_with('\r')) { n - 1 } else { n })
    }

    fn text_token(rest: &str, length: Option<usize>) -> (TokenKind, usize) {
        match length {
            Some(length) => (TokenKind::Text, length),
            None => (TokenKind::Unclosed, Self::line_length(rest)),
        }
    }

    fn measure(&self, rest: &str, first: char) -> (TokenKind, usize) {
        match first {
            '#' => (TokenKind::Comment, Self::line_length(rest)),
            // No longer sign begins with one of these.
            '{' | '}' | '(' | ')' | '[' | ']' | ',' | ';' => (TokenKind::Punct, 1),
            '"' => Self::text_token(rest, Self::closed(rest, b'"')),
            '\'' => Self::text_token(rest, Self::closed(rest, b'\'')),
            '“' | '”' | '„' => Self::text_token(rest, Self::quoted(rest, |c| matches!(c, '“' | '”' | '"'))),
            '/' if rest.starts_with("//") => (TokenKind::ForeignComment, Self::line_length(rest)),
            '/' if rest.starts_with("/*") => match rest.get(2..).and_then(|r| r.find("*/")) {
                Some(n) => (TokenKind::ForeignComment, n + 4),
                None => (TokenKind::Unclosed, rest.len()),
            },
            '/' if !self.after_operand => match Self::closed(rest, b'/') {
                Some(length) => (TokenKind::Regex, length),
                None => (TokenKind::Unclosed, Self::line_length(rest)),
            },
            c if c.is_ascii_digit() => (TokenKind::Number, number_length(rest)),
            c if c.is_alphabetic() || c == '_' => (TokenKind::Word, word_length(rest)),
            c if c.is_control() => (TokenKind::Bad, c.len_utf8()),
            _ => {
                let long =
                    ["...", "===", "!==", "->", "..", "==", "!=", "<=", ">=", "&&", "||", "<>", ":=", "=<", "=>"];
                // Each of these has one of these signs in its second place.
                let may_be_long = matches!(rest.as_bytes().get(1), Some(b'.' | b'=' | b'>' | b'&' | b'|' | b'<'));
                match long.iter().filter(|_| may_be_long).find(|op| rest.starts_with(**op)) {
                    Some(op) => (TokenKind::Punct, op.len()),
                    None if first.is_ascii_punctuation() || matches!(first, '≠' | '≤' | '≥' | '…') => {
                        (TokenKind::Punct, first.len_utf8())
                    }
                    None => (TokenKind::Bad, first.len_utf8()),
                }
            }
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.rest();
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let blanks = rest.as_bytes().iter().take_while(is_blank);
        let (count, new_line) = blanks.fold((0, false), |(n, line), byte| (n + 1, line || *byte == b'\n'));
        self.line_start |= new_line;
        self.at += count;
        let rest = rest.get(count..).unwrap_or_default();
        let first = rest.chars().next()?;
        let (kind, length) = self.measure(rest, first);
        let token = Token { kind, start: self.at, end: self.at + length, line_start: self.line_start };
        self.at = token.end;
        self.line_start = token.kind == TokenKind::ForeignComment && token.text(self.text).contains('\n');
        match kind {
            TokenKind::Comment | TokenKind::ForeignComment => {}
            TokenKind::Word => self.after_operand = !is_reserved(token.text(self.text)),
            TokenKind::Punct => self.after_operand = matches!(token.text(self.text), ")" | "]" | "}"),
            _ => self.after_operand = true,
        }
        Some(token)
    }
}

/// How many bytes at the start of `text` fulfil `test`.
fn run(text: &str, test: impl Fn(char) -> bool) -> usize {
    text.find(|c| !test(c)).unwrap_or(text.len())
}

fn word_length(rest: &str) -> usize {
    let plain = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let length = match rest.as_bytes().get(plain) {
        Some(byte) if !byte.is_ascii() => run(rest, |c| c.is_alphanumeric() || c == '_'),
        _ => plain,
    };
    // `v4.0` is a version of CVSS, and a point in it is no field access.
    let is_version = rest.starts_with('v')
        && length > 1
        && rest.get(1..length).is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()));
    if is_version && let Some(after) = rest.get(length..).and_then(|r| r.strip_prefix('.')) {
        let digits = run(after, |c| c.is_ascii_digit());
        if digits > 0 && !after.get(digits..).is_some_and(|r| r.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        {
            return length + 1 + digits;
        }
    }
    length
}

/// Length of a pattern such as `dddd-d`, in which `d` is digits: `(least, most)` of each group and what follows it.
fn digit_groups(rest: &str, groups: &[(usize, usize)], between: &[char]) -> Option<usize> {
    let mut at = 0;
    for (index, (least, most)) in groups.iter().enumerate() {
        let digits = run(rest.get(at..)?, |c| c.is_ascii_digit());
        if digits < *least || digits > *most {
            return None;
        }
        at += digits;
        if let Some(separator) = between.get(index) {
            if !rest.get(at..)?.starts_with(*separator) {
                return None;
            }
            at += separator.len_utf8();
        }
    }
    Some(at)
}

fn number_length(rest: &str) -> usize {
    if let Some(date) = digit_groups(rest, &[(4, 4), (1, 2), (1, 2)], &['-', '-']) {
        let after = rest.get(date..).unwrap_or_default();
        if !after.starts_with(['T', 't']) {
            return date;
        }
        let time = 1 + run(after.get(1..).unwrap_or_default(), |c| c.is_ascii_digit() || c == ':' || c == '.');
        let zone = after.get(time..).unwrap_or_default();
        let zone_length = if zone.starts_with(['Z', 'z']) {
            1
        } else if zone.starts_with(['+', '-']) {
            digit_groups(zone.get(1..).unwrap_or_default(), &[(2, 2), (2, 2)], &[':']).map_or(0, |n| n + 1)
        } else {
            0
        };
        return date + time + zone_length;
    }
    let clock = digit_groups(rest, &[(1, 2), (2, 2), (2, 2)], &[':', ':'])
        .or_else(|| digit_groups(rest, &[(1, 2), (2, 2)], &[':']));
    if let Some(length) = clock {
        return length;
    }
    let mut length = run(rest, |c| c.is_ascii_digit() || c == '_');
    if let Some(after) = rest.get(length..).and_then(|r| r.strip_prefix('.')) {
        let digits = run(after, |c| c.is_ascii_digit() || c == '_');
        if after.starts_with(|c: char| c.is_ascii_digit()) {
            length += 1 + digits;
        }
    }
    let suffix = rest.get(length..).unwrap_or_default();
    if suffix.starts_with('%') { length + 1 } else { length + run(suffix, |c| c.is_alphanumeric() || c == '_') }
}
