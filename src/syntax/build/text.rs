//! Text literals: escapes and holes.

use super::super::codes;
use super::super::diagnostic::Diagnostic;
use super::super::expr::{Expr, ExprKind, Name, StrLit, StrPart};
use super::super::grammar::Rule;
use super::super::source::Span;
use super::{Builder, Pair};

impl Builder<'_> {
    /// A `string` or `compat_string`, or the first one within the pair.
    pub(super) fn text(&mut self, pair: &Pair<'_>) -> StrLit {
        let own = matches!(pair.as_rule(), Rule::string | Rule::compat_string);
        let found = if own {
            Some(pair.clone())
        } else {
            pair.clone().into_inner().flatten().find(|p| p.as_rule() == Rule::string)
        };
        let Some(literal) = found else { return StrLit { span: self.span(pair), parts: Vec::new() } };
        let span = self.span(&literal);
        let raw = literal.as_str();
        let opening = raw.chars().next().map_or(1, char::len_utf8);
        let closing = raw.chars().next_back().map_or(1, char::len_utf8);
        let inner = raw.get(opening..raw.len().saturating_sub(closing)).unwrap_or_default();
        let parts = TextReader { builder: self, text: inner, base: span.start as usize + opening }.parts();
        if literal.as_rule() == Rule::compat_string {
            self.foreign_quotes(span, inner);
        }
        StrLit { span, parts }
    }

    /// Every text of a list.
    pub(super) fn texts(&mut self, pair: &Pair<'_>) -> Vec<StrLit> {
        let strings: Vec<_> = pair.clone().into_inner().flatten().filter(|p| p.as_rule() == Rule::string).collect();
        strings.iter().map(|string| self.text(string)).collect()
    }
}

struct TextReader<'r, 'a> {
    builder: &'r mut Builder<'a>,
    text: &'r str,
    base: usize,
}

impl TextReader<'_, '_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.builder.file, self.base + start, self.base + end)
    }

    fn parts(mut self) -> Vec<StrPart> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(c) = self.text.get(at..).and_then(|rest| rest.chars().next()) {
            match c {
                '\\' => at += self.escape(at, &mut plain),
                '{' => {
                    let (hole, length) = self.hole(at);
                    if let Some(hole) = hole {
                        if !plain.is_empty() {
                            parts.push(StrPart::Text(std::mem::take(&mut plain)));
                        }
                        parts.push(StrPart::Hole(hole));
                    }
                    at += length;
                }
                c => {
                    plain.push(c);
                    at += c.len_utf8();
                }
            }
        }
        if !plain.is_empty() || parts.is_empty() {
            parts.push(StrPart::Text(plain));
        }
        parts
    }

    /// Reads the escape at `at` into `plain` and returns its length.
    fn escape(&mut self, at: usize, plain: &mut String) -> usize {
        let rest = self.text.get(at + 1..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { return 1 };
        match c {
            '"' | '\\' | '{' => plain.push(c),
            'n' => plain.push('\n'),
            'u' => {
                let digits = rest.strip_prefix("u{").and_then(|r| r.split_once('}')).map(|(digits, _)| digits);
                let value = digits
                    .filter(|d| d.len() <= 6)
                    .and_then(|d| u32::from_str_radix(d, 16).ok())
                    .and_then(char::from_u32);
                let length = digits.map_or(2, |d| d.len() + 4);
                match value {
                    Some(value) => plain.push(value),
                    None => self.wrong_escape(at, length),
                }
                return length;
            }
            _ => {
                self.wrong_escape(at, 1 + c.len_utf8());
                plain.push(c);
            }
        }
        1 + c.len_utf8()
    }

    fn wrong_escape(&mut self, at: usize, length: usize) {
        let shown = self.text.get(at..at + length).unwrap_or("\\").to_owned();
        let span = self.span(at, at + length);
        self.builder.report(
            Diagnostic::error(codes::BAD_TEXT, span, format!("`{shown}` is no escape"))
                .label("in a text")
                .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\{` and `\\u{20ac}`"),
        );
    }

    /// Reads the hole at `at`: the path in it, and its length with the braces.
    fn hole(&mut self, at: usize) -> (Option<Expr>, usize) {
        let rest = self.text.get(at + 1..).unwrap_or_default();
        let Some((inside, _)) = rest.split_once('}') else {
            self.wrong_hole(at, 1);
            return (None, 1);
        };
        let length = inside.len() + 2;
        let blank = inside.len() - inside.trim_start().len();
        let start = at + 1 + blank;
        let path = self.path(start, inside.trim());
        if path.is_none() {
            self.wrong_hole(at, length);
        }
        (path, length)
    }

    fn path(&self, start: usize, text: &str) -> Option<Expr> {
        let mut at = start;
        let mut expr: Option<Expr> = None;
        for (index, part) in text.split('.').enumerate() {
            let proper = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                && (index > 0 || !super::super::lexer::is_reserved(part));
            if !proper || index > 16 {
                return None;
            }
            let span = self.span(at, at + part.len());
            at += part.len() + 1;
            expr = Some(match expr {
                None => Expr { span, kind: ExprKind::Name(part.to_owned()) },
                Some(base) => Expr {
                    span: base.span.to(span),
                    kind: ExprKind::Field(Box::new(base), Name { text: part.to_owned(), span }),
                },
            });
        }
        expr
    }

    fn wrong_hole(&mut self, at: usize, length: usize) {
        let span = self.span(at, at + length);
        self.builder.report(
            Diagnostic::error(codes::BAD_TEXT, span, "a hole in a text holds a path")
                .label("neither a path nor an escaped brace")
                .help("write a path, `{asset.owner}`, or `\\{` for a brace"),
        );
    }
}
