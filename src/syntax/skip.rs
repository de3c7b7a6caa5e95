//! Statements that are passed over without a look at their tokens: each byte tells enough of whether brackets and texts close, and how deep they nest.

use memchr::{memchr, memchr3};

use super::nesting::{FORMS, QUANTIFIERS};
use super::scan::KINDS;

/// What a byte outside of texts and comments may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A sign that means nothing to brackets.
    Plain,
    Line,
    Word,
    Digit,
    Quote,
    Comment,
    Open,
    Close,
    /// A sign after which the grammar calls itself.
    Form,
    /// What has to be looked at more closely: patterns, comments and texts of other languages, letters beyond ASCII.
    Odd,
}

#[inline]
fn class(byte: u8) -> Class {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Odd)
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "there is a class for each byte, and the compiler works it out")]
        {
            classes[byte as usize] = class_of(byte);
        }
        match byte.checked_add(1) {
            Some(next) => byte = next,
            None => break classes,
        }
    }
};

const fn class_of(byte: u8) -> Class {
    match byte {
        b'\n' => Class::Line,
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Word,
        b'0'..=b'9' => Class::Digit,
        b'"' => Class::Quote,
        b'#' => Class::Comment,
        b'{' | b'(' | b'[' => Class::Open,
        b'}' | b')' | b']' => Class::Close,
        b'?' | b'<' => Class::Form,
        b'/' | b'\'' | b'\\' | 0x7f.. => Class::Odd,
        _ => Class::Plain,
    }
}

/// Where a block ends whose first byte behind its opening brace is `from`, one past its closing one. Nothing is found where a closer look might
/// object to something in it: what does not close or closes something else, what looks like the start of another statement, what may nest deeper
/// than so many levels, and whatever is seldom.
pub(crate) fn block_end(text: &str, from: usize, levels: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open = vec![b'}'];
    let mut forms = 0;
    let mut at = from;
    let mut line_start = false;
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        match class(byte) {
            Class::Line => line_start = true,
            Class::Plain => line_start &= matches!(byte, b' ' | b'\t' | b'\r'),
            Class::Word => {
                let end = word_end(bytes, at);
                let word = bytes.get(at - 1..end)?;
                if line_start && is_kind(word) && !matches!(next(bytes, end), b':' | b'{') {
                    return None;
                }
                forms += usize::from(opens_form(word));
                line_start = false;
                at = end;
            }
            Class::Digit => {
                line_start = false;
                at = word_end(bytes, at);
            }
            Class::Quote => {
                line_start = false;
                at = text_end(bytes, at)?;
            }
            Class::Comment => at += memchr(b'\n', bytes.get(at..)?)?,
            Class::Form => {
                line_start = false;
                forms += 1;
            }
            Class::Open => {
                line_start = false;
                open.push(match byte {
                    b'(' => b')',
                    b'[' => b']',
                    _ => b'}',
                });
            }
            Class::Close => {
                line_start = false;
                if open.pop() != Some(byte) {
                    return None;
                }
                if open.is_empty() {
                    return Some(at);
                }
            }
            Class::Odd => return None,
        }
        if open.len() + forms > levels {
            return None;
        }
    }
}

fn word_end(bytes: &[u8], from: usize) -> usize {
    let is_part = |byte: &&u8| matches!(class(**byte), Class::Word | Class::Digit);
    from + bytes.get(from..).unwrap_or_default().iter().take_while(is_part).count()
}

/// The first byte behind blanks.
fn next(bytes: &[u8], from: usize) -> u8 {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().copied().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(b' ')
}

/// Where a text ends, one past its closing quote.
fn text_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let found = at + memchr3(b'"', b'\\', b'\n', bytes.get(at..)?)?;
        match bytes.get(found)? {
            b'"' => return Some(found + 1),
            b'\\' if *bytes.get(found + 1)? != b'\n' => at = found + 2,
            _ => return None,
        }
    }
}

fn is_kind(word: &[u8]) -> bool {
    KINDS.iter().any(|kind| kind.as_bytes() == word)
}

/// Whether all that follows a word may lie within it.
fn opens_form(word: &[u8]) -> bool {
    FORMS.iter().chain(&QUANTIFIERS).any(|form| form.as_bytes().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
