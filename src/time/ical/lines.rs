//! Content lines (RFC 5545, section 3.1): unfolded, with name, parameters and value.

use super::{Notes, ReadError};

/// A property: a content line taken apart.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Where it starts in the text, from 1.
    pub(super) number: usize,
    /// In upper case.
    pub(super) name: String,
    params: Vec<(String, String)>,
    pub(super) value: String,
}

impl Line {
    /// The value of a parameter, without quotes; of several values the text with their commas.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An error about this line.
    pub(super) fn error(&self, message: impl Into<String>) -> ReadError {
        ReadError { line: self.number, message: message.into() }
    }
}

/// A logical line as it stands in the text: the number of its first line, and its bytes after unfolding.
struct Raw {
    number: usize,
    bytes: Vec<u8>,
}

/// Joins folded lines; on bytes, since a fold may part the bytes of one character.
fn unfold(text: &[u8]) -> Result<Vec<Raw>, ReadError> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let mut lines: Vec<Raw> = Vec::new();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        // Some programs write CR CR LF; a CR elsewhere could hide a second line from one reader and not from another.
        let end = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
        let (line, _) = line.split_at_checked(end).unwrap_or((line, &[]));
        if line.contains(&b'\r') {
            return Err(ReadError { line: number, message: "a carriage return within a line".into() });
        }
        match (line.split_first(), lines.last_mut()) {
            (None, _) => {}
            (Some((b' ' | b'\t', rest)), Some(last)) => last.bytes.extend_from_slice(rest),
            (Some((b' ' | b'\t', rest)), None) if rest.trim_ascii().is_empty() => {}
            _ => lines.push(Raw { number, bytes: line.to_vec() }),
        }
    }
    Ok(lines)
}

/// A content line, or one that is none.
pub(super) enum Content {
    Line(Line),
    /// Its number, and its text as far as it is worth showing.
    Unreadable(usize, String),
}

/// All logical lines of the text.
pub(super) fn content(text: &[u8], notes: &mut Notes) -> Result<Vec<Content>, ReadError> {
    let mut contents = Vec::new();
    for raw in unfold(text)? {
        let text = match String::from_utf8(raw.bytes) {
            Ok(text) => text,
            Err(error) => {
                notes.add(raw.number, "text that is not UTF-8; what could not be read shows as `\u{FFFD}`");
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            }
        };
        contents.push(match parse(raw.number, &text) {
            Some(line) => Content::Line(line),
            None => Content::Unreadable(raw.number, shown(&text)),
        });
    }
    Ok(contents)
}

/// The start of a text for a message, without control characters.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(60).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

/// `NAME;PARAM=value,"value":VALUE`. Space around names is forgiven, as is an empty parameter.
fn parse(number: usize, text: &str) -> Option<Line> {
    let end = text.find([';', ':'])?;
    let (name, mut rest) = text.split_at_checked(end)?;
    let name = name.trim().to_ascii_uppercase();
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_. ".contains(&b));
    if !is_name(&name) {
        return None;
    }
    let mut params = Vec::new();
    while let Some(after) = rest.strip_prefix(';') {
        let end = param_end(after)?;
        let (param, after) = after.split_at_checked(end)?;
        rest = after;
        let (key, value) = param.split_once('=').unwrap_or((param, ""));
        let key = key.trim().to_ascii_uppercase();
        if !key.is_empty() {
            params.push((key, unquoted(value.trim())));
        }
    }
    let value = rest.strip_prefix(':')?.to_owned();
    Some(Line { number, name, params, value })
}

/// Where a parameter ends: at the first `;` or `:` outside quotes; none where a quote is left open.
fn param_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b';' | b':' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// A parameter's value without its quotes, and with the escapes of RFC 6868 undone.
fn unquoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars().filter(|c| *c != '"').peekable();
    while let Some(c) = chars.next() {
        let escaped = match (c, chars.peek()) {
            ('^', Some('n')) => Some('\n'),
            ('^', Some('^')) => Some('^'),
            ('^', Some('\'')) => Some('"'),
            _ => None,
        };
        if escaped.is_some() {
            chars.next();
        }
        text.push(escaped.unwrap_or(c));
    }
    text
}

/// A value of type TEXT without its escapes, on one line and without control characters.
pub(super) fn plain(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        let c = match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => ' ',
                Some(escaped) => escaped,
                None => '\\',
            },
            _ => c,
        };
        text.push(if c.is_control() { ' ' } else { c });
    }
    text.trim().to_owned()
}
