//! Text in columns.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text with spaces up to `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(text))));
    padded
}

/// The text with spaces before it up to `columns`.
pub(super) fn pad_left(text: &str, columns: usize) -> String {
    let mut padded: String = std::iter::repeat_n(' ', columns.saturating_sub(width(text))).collect();
    padded.push_str(text);
    padded
}

/// Whether a character steers the terminal: control characters, and those that reorder what is shown.
pub(super) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// The text without control characters: data must not steer the reader's terminal.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' | '\r' => cleaned.push(' '),
            c if is_harmful(c) => cleaned.extend(c.escape_unicode()),
            c => cleaned.push(c),
        }
    }
    Cow::Owned(cleaned)
}

/// A longer message is cut, in bytes.
const LONGEST_MESSAGE: usize = 1000;

/// A message: what it quotes of the input is cut where it is very long, and cannot steer a terminal.
#[must_use]
pub fn tidy(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(clean).collect();
    let text = lines.join("\n");
    if text.len() <= LONGEST_MESSAGE {
        return text;
    }
    let head = text.get(..text.floor_char_boundary(LONGEST_MESSAGE / 2)).unwrap_or_default();
    let tail = text.get(text.ceil_char_boundary(text.len() - LONGEST_MESSAGE / 4)..).unwrap_or_default();
    format!("{head}…{tail}")
}

/// Breaks a text at spaces into lines of at most `columns`; a longer word stands alone and sticks out.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    fill(text.split_whitespace().map(str::to_owned), " ", columns)
}

/// Joins items by `separator` into lines of at most `columns`.
pub(super) fn fill(items: impl IntoIterator<Item = String>, separator: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // A line that is broken ends with what is left of the separator.
    let end = separator.trim_end();
    for item in items {
        match lines.last_mut() {
            Some(line) if width(line) + width(separator) + width(&item) + width(end) <= columns => {
                line.push_str(separator);
                line.push_str(&item);
            }
            Some(line) => {
                line.push_str(end);
                lines.push(item);
            }
            None => lines.push(item),
        }
    }
    lines
}

/// `1 asset`, `2 assets`.
pub(super) fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}
