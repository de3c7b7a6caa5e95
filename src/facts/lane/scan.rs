//! JSON read in place: only what has the plainest form; of everything else the scan says that it is odd.

use super::course::Span;
use crate::time::{plain_date, plain_instant};
use wide::u8x16;

/// What is in no form that is read here. It need not be wrong: who knows all forms looks at it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Odd;

/// How deep a value that is passed over may nest.
const DEEPEST: usize = 48;

/// A place in a text that moves forward only.
#[derive(Debug)]
pub(super) struct Scan<'b> {
    text: &'b str,
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Scan<'b> {
    pub(super) fn new(text: &'b str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0 }
    }

    /// The byte at hand; 0 at the end, which begins nothing.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Skips white space; the byte there.
    #[inline]
    pub(super) fn next(&mut self) -> u8 {
        let byte = self.peek();
        // Most values have none before them.
        if byte > b' ' { byte } else { self.skip() }
    }

    /// Skips white space; whether there was any.
    #[inline]
    pub(super) fn skips(&mut self) -> bool {
        let from = self.at;
        self.next();
        self.at > from
    }

    fn skip(&mut self) -> u8 {
        loop {
            match self.peek() {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                other => return other,
            }
        }
    }

    /// Skips white space; whether that was all.
    pub(super) fn is_done(&mut self) -> bool {
        self.next();
        self.at >= self.bytes.len()
    }

    /// Takes these very bytes.
    #[inline]
    fn take<const N: usize>(&mut self, wanted: &[u8; N]) -> bool {
        let is_there = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) == Some(wanted);
        if is_there {
            self.at += N;
        }
        is_there
    }

    /// Takes the key that is expected, if it stands here as it is written most often.
    #[inline]
    pub(super) fn take_key(&mut self, key: &Written) -> bool {
        let Some(rest) = self.bytes.get(self.at..) else { return false };
        // Most keys fit two words, nearly all fit four, which takes no call to compare.
        let is_there = match (rest.first_chunk::<WIDE>(), &key.rest) {
            (Some(wide), None) if key.text.len() <= WIDE => (u128::from_le_bytes(*wide) ^ key.first) & key.mask == 0,
            (Some(wide), Some(_)) if u128::from_le_bytes(*wide) != key.first => false,
            (_, Some((at, last))) => rest.get(*at..).and_then(<[u8]>::first_chunk) == Some(last),
            _ => rest.starts_with(&key.text),
        };
        if is_there {
            self.at += key.text.len();
        }
        is_there
    }

    /// Takes the key that is expected behind the byte at hand, with that, if it stands there as it is written most often.
    #[inline]
    pub(super) fn take_next_key(&mut self, key: &Written) -> bool {
        let Some(rest) = self.bytes.get(self.at..) else { return false };
        let is_there = match rest.first_chunk::<WIDE>() {
            // The byte at hand is none of the key's.
            Some(wide) if (u128::from_le_bytes(*wide) ^ key.behind) & key.behind_mask != 0 => false,
            Some(_) if key.text.len() < WIDE => true,
            _ => match &key.rest {
                Some((at, last)) => rest.get(at + 1..).and_then(<[u8]>::first_chunk) == Some(last),
                None => rest.get(1..).is_some_and(|rest| rest.starts_with(&key.text)),
            },
        };
        if is_there {
            self.at += key.text.len() + 1;
        }
        is_there
    }

    /// Takes the key that is expected behind this byte, with that, if it stands there as it is written most often.
    #[inline]
    pub(super) fn take_led_key(&mut self, lead: u8, key: &Written) -> bool {
        let Some(rest) = self.bytes.get(self.at..) else { return false };
        if let Some(wide) = rest.first_chunk::<WIDE>() {
            let word = u128::from_le_bytes(*wide);
            if word as u8 == lead && (word ^ key.behind) & key.behind_mask == 0 {
                let is_there = match &key.rest {
                    _ if key.text.len() < WIDE => true,
                    Some((at, last)) => rest.get(at + 1..).and_then(<[u8]>::first_chunk) == Some(last),
                    None => rest.get(1..).is_some_and(|rest| rest.starts_with(&key.text)),
                };
                if is_there {
                    self.at += key.text.len() + 1;
                    self.pass_blank();
                    return true;
                }
            }
        }
        self.take_spaced_key(lead, key)
    }

    /// The same near the end, and with the blanks that some writers put there.
    #[inline(never)]
    fn take_spaced_key(&mut self, lead: u8, key: &Written) -> bool {
        let from = self.at;
        if self.peek() == lead {
            if self.bytes.get(from + 1) == Some(&b' ') {
                self.step();
            }
            if self.take_next_key(key) {
                self.pass_blank();
                return true;
            }
        }
        self.at = from;
        false
    }

    /// Takes the end of an object, of which no key has come where it is not open yet.
    #[inline]
    pub(super) fn close(&mut self, is_open: bool) -> Result<(), Odd> {
        if !is_open {
            self.word(b"{")?;
        }
        self.word(b"}")
    }

    /// Passes over a blank, if there is one.
    #[inline]
    pub(super) fn pass_blank(&mut self) {
        if self.peek() == b' ' {
            self.step();
        }
    }

    /// Where the text or word that begins here stands; it is passed over, and a word need not be one.
    #[inline]
    pub(super) fn span(&mut self) -> Result<Span<'b>, Odd> {
        if self.peek() == b'"' { self.text_span() } else { self.word_span() }
    }

    #[inline]
    fn text_span(&mut self) -> Result<Span<'b>, Odd> {
        let from = self.at;
        let to = special(self.bytes, from + 1);
        if self.bytes.get(to) != Some(&b'"') {
            return Err(Odd);
        }
        self.at = to + 1;
        Ok(Span { text: self.text, from, len: self.at - from })
    }

    #[inline]
    fn word_span(&mut self) -> Result<Span<'b>, Odd> {
        let from = self.at;
        let rest = self.bytes.get(from..).unwrap_or_default();
        let len = match rest.first_chunk().map(|chunk| first_end(*chunk)) {
            Some(len) if len < WIDE => len,
            _ => rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | 0..=b' ')).unwrap_or(rest.len()),
        };
        self.at += len;
        if len == 0 { Err(Odd) } else { Ok(Span { text: self.text, from, len }) }
    }

    /// Begins where a value stands.
    #[inline]
    pub(super) fn of(span: &Span<'b>) -> Self {
        Self { text: span.text, bytes: span.text.as_bytes(), at: span.from }
    }

    /// Whether it has come to the end of a value.
    #[inline]
    pub(super) fn is_behind(&self, span: &Span<'_>) -> bool {
        self.at == span.from + span.len
    }

    /// The short text that a value is; none where it is none.
    #[inline]
    pub(super) fn short_of(span: &Span<'_>) -> Option<Short> {
        let (quote, rest) = span.text.as_bytes().get(span.from..)?.split_first()?;
        let word = u128::from_le_bytes(*rest.first_chunk::<WIDE>()?);
        let len = span.len.wrapping_sub(2);
        (*quote == b'"' && len < WIDE).then(|| Short { packed: word & low_bytes(len), len })
    }

    /// After an element: whether another follows, up to `end`.
    #[inline]
    pub(super) fn more(&mut self, end: u8) -> Result<bool, Odd> {
        match self.next() {
            b',' => {
                self.step();
                Ok(true)
            }
            other if other == end => {
                self.step();
                Ok(false)
            }
            _ => Err(Odd),
        }
    }

    /// The text that begins here, where it is short and more follows; it is not [taken](Self::take_short) yet.
    #[inline]
    pub(super) fn short(&self) -> Option<Short> {
        let (quote, rest) = self.bytes.get(self.at..)?.split_first()?;
        let chunk = *rest.first_chunk::<WIDE>()?;
        let (word, len) = (u128::from_le_bytes(chunk), first_mark(chunk));
        let is_short = *quote == b'"' && rest.get(len) == Some(&b'"') && len < WIDE;
        is_short.then(|| Short { packed: word & low_bytes(len), len })
    }

    /// Takes a short text.
    #[inline]
    pub(super) fn take_short(&mut self, short: Short) -> &'b str {
        let text = self.text.get(self.at + 1..self.at + 1 + short.len).unwrap_or_default();
        self.pass_short(short);
        text
    }

    /// Whether a short text begins and ends with a character of ASCII that can be seen.
    #[inline]
    pub(super) fn is_solid(&self, short: Short) -> bool {
        let plain = |at: usize| self.bytes.get(at).is_some_and(|byte| (0x21..0x7f).contains(byte));
        short.len > 0 && plain(self.at + 1) && plain(self.at + short.len)
    }

    /// Goes behind a short text.
    #[inline]
    pub(super) fn pass_short(&mut self, short: Short) {
        self.at += short.len + 2;
    }

    /// The microseconds of the moment in the text that begins here, where it is written as most are; else nothing is taken.
    #[inline]
    pub(super) fn instant(&mut self) -> Option<i64> {
        let [b'"', text @ .., b'"'] = self.bytes.get(self.at..)?.first_chunk::<22>()? else { return None };
        let instant = plain_instant(text)?;
        self.at += 22;
        Some(instant.micros())
    }

    /// The days of the date in the text that begins here, where it is written as most are; else nothing is taken.
    #[inline]
    pub(super) fn date(&mut self) -> Option<i64> {
        let [b'"', text @ .., b'"'] = self.bytes.get(self.at..)?.first_chunk::<12>()? else { return None };
        let date = plain_date(text)?;
        self.at += 12;
        Some(date.days())
    }

    /// The whole number of few digits that begins here; else nothing is taken.
    #[inline]
    pub(super) fn few_digits(&mut self) -> Option<i64> {
        let rest = self.bytes.get(self.at..)?;
        let (mut value, mut length) = (0_i64, 0);
        for byte in rest.iter().take(FEW_DIGITS + 1) {
            match byte {
                b'0'..=b'9' => value = value * 10 + i64::from(byte - b'0'),
                _ => break,
            }
            length += 1;
        }
        let is_plain = (1..=FEW_DIGITS).contains(&length)
            && (length == 1 || rest.first() != Some(&b'0'))
            && !matches!(rest.get(length), Some(b'.' | b'e' | b'E'));
        self.at += if is_plain { length } else { 0 };
        is_plain.then_some(value)
    }

    /// The text that begins here, without escapes.
    #[inline]
    pub(super) fn string(&mut self) -> Result<&'b str, Odd> {
        if self.peek() != b'"' {
            return Err(Odd);
        }
        let from = self.at + 1;
        let to = special(self.bytes, from);
        if self.bytes.get(to) != Some(&b'"') {
            return Err(Odd);
        }
        self.at = to + 1;
        self.text.get(from..to).ok_or(Odd)
    }

    /// A key that is none of those that were expected, and the colon behind it.
    pub(super) fn key(&mut self) -> Result<&'b str, Odd> {
        let key = self.string()?;
        self.colon()?;
        Ok(key)
    }

    fn colon(&mut self) -> Result<(), Odd> {
        if self.next() != b':' {
            return Err(Odd);
        }
        self.step();
        Ok(())
    }

    /// The billionths of the number that begins here, where it is short and has no exponent; else nothing is taken.
    #[inline]
    pub(super) fn billionths(&mut self) -> Option<i128> {
        let (after, value) = self.billionths_ahead()?;
        self.at = after;
        Some(value)
    }

    /// Goes to a place further on.
    #[inline]
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = self.at.max(at);
    }

    /// The billionths of the number that begins here, where it is short and has no exponent, and where it ends; nothing is taken.
    #[inline]
    pub(super) fn billionths_ahead(&self) -> Option<(usize, i128)> {
        let rest = self.bytes.get(self.at..)?;
        let digits = rest.strip_prefix(b"-").unwrap_or(rest);
        let (mut value, mut length, mut point): (i64, usize, Option<usize>) = (0, 0, None);
        for byte in digits {
            match byte {
                b'0'..=b'9' => value = value.wrapping_mul(10).wrapping_add(i64::from(byte - b'0')),
                b'.' if point.is_none() => point = Some(length),
                _ => break,
            }
            length += 1;
        }
        let whole = point.unwrap_or(length);
        let behind = point.map_or(0, |point| length - point - 1);
        let is_plain = whole > 0
            && (whole == 1 || digits.first() != Some(&b'0'))
            && (point.is_none() || behind > 0)
            && length <= SHORT
            && !matches!(digits.get(length), Some(b'e' | b'E' | b'.'));
        let scale = POWERS.get(9_usize.checked_sub(behind)?).filter(|_| is_plain)?;
        let is_negative = digits.len() < rest.len();
        let value = i128::from(value) * i128::from(*scale);
        Some((self.at + length + usize::from(is_negative), if is_negative { -value } else { value }))
    }

    /// The text of the number that begins here.
    #[inline]
    pub(super) fn number(&mut self) -> Result<&'b str, Odd> {
        let from = self.at;
        if self.peek() == b'-' {
            self.step();
        }
        match self.peek() {
            b'0' => self.step(),
            b'1'..=b'9' => self.digits()?,
            _ => return Err(Odd),
        }
        if self.peek() == b'.' {
            self.step();
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.step();
            if matches!(self.peek(), b'+' | b'-') {
                self.step();
            }
            self.digits()?;
        }
        self.text.get(from..self.at).ok_or(Odd)
    }

    /// One digit or more.
    #[inline]
    fn digits(&mut self) -> Result<(), Odd> {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at > from { Ok(()) } else { Err(Odd) }
    }

    /// Passes over a value, which must be well-formed all the same.
    pub(super) fn pass_over(&mut self) -> Result<(), Odd> {
        self.pass(0)
    }

    fn pass(&mut self, depth: usize) -> Result<(), Odd> {
        if depth > DEEPEST {
            return Err(Odd);
        }
        match self.peek() {
            b'"' => self.pass_string(),
            b'{' => {
                self.step();
                if self.next() == b'}' {
                    self.step();
                    return Ok(());
                }
                loop {
                    self.next();
                    self.key()?;
                    self.next();
                    self.pass(depth + 1)?;
                    if !self.more(b'}')? {
                        return Ok(());
                    }
                }
            }
            b'[' => {
                self.step();
                if self.next() == b']' {
                    self.step();
                    return Ok(());
                }
                loop {
                    self.next();
                    self.pass(depth + 1)?;
                    if !self.more(b']')? {
                        return Ok(());
                    }
                }
            }
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number().map(|_| ()),
        }
    }

    /// `true`, `false` or `null`.
    #[inline]
    pub(super) fn word<const N: usize>(&mut self, word: &[u8; N]) -> Result<(), Odd> {
        if self.take(word) { Ok(()) } else { Err(Odd) }
    }

    fn pass_string(&mut self) -> Result<(), Odd> {
        self.step();
        loop {
            self.at = special(self.bytes, self.at);
            match self.peek() {
                b'"' => {
                    self.step();
                    return Ok(());
                }
                b'\\' => {
                    self.step();
                    // What `\u` stands for may be half a letter.
                    if !matches!(self.peek(), b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') {
                        return Err(Odd);
                    }
                    self.step();
                }
                _ => return Err(Odd),
            }
        }
    }
}

/// A text of few bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Short {
    /// Its bytes, lowest first: no two texts have the same, since none holds a NUL.
    pub packed: u128,
    len: usize,
}

/// The bytes of a text that is known beforehand; none where it is not short.
pub(super) fn packed(text: &str) -> Option<u128> {
    let mut bytes = [0; WIDE];
    if text.len() >= WIDE {
        return None;
    }
    bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some(u128::from_le_bytes(bytes))
}

/// As many of the lowest bytes of a number.
#[inline]
fn low_bytes(count: usize) -> u128 {
    LOW.get(count).copied().unwrap_or_default()
}

/// By the number of bytes.
const LOW: [u128; WIDE] = {
    let mut low = [0; WIDE];
    let mut rest: &mut [u128] = &mut low;
    let mut mask = 0;
    while let Some((first, behind)) = rest.split_first_mut() {
        *first = mask;
        mask = mask << 8 | 0xFF;
        rest = behind;
    }
    low
};

/// How many digits a whole number has that is read at once.
const FEW_DIGITS: usize = 9;

/// How many digits, with the point, a number has at most that cannot be too large for 64 bits.
const SHORT: usize = 18;

/// The billionths of one, by the number of digits that lack behind the point.
pub(super) const POWERS: [i64; 10] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

/// How many bytes of a key are compared at once.
const WIDE: usize = 16;

/// A key as it stands most often: in quotation marks, with a colon.
#[derive(Clone, Debug)]
pub(in super::super) struct Written {
    text: Vec<u8>,
    /// Its first bytes, and which bits of as many are its own.
    first: u128,
    mask: u128,
    /// Of a longer one its last bytes, and where they begin; none where one of those between is not among the first.
    rest: Option<(usize, [u8; WIDE])>,
    /// The same as the first bytes and their bits, behind a byte that is none of its own.
    behind: u128,
    behind_mask: u128,
}

impl Written {
    pub(super) fn new(name: &str) -> Self {
        let text = format!("\"{name}\":").into_bytes();
        let (mut first, mut mask) = ([0; WIDE], [0; WIDE]);
        for ((first, mask), byte) in first.iter_mut().zip(&mut mask).zip(&text) {
            (*first, *mask) = (*byte, u8::MAX);
        }
        let at = text.len().saturating_sub(WIDE);
        let rest = text.last_chunk::<WIDE>().filter(|_| (1..WIDE).contains(&at)).map(|last| (at, *last));
        let (first, mask) = (u128::from_le_bytes(first), u128::from_le_bytes(mask));
        Self { text, first, mask, rest, behind: first << 8, behind_mask: mask << 8 }
    }
}

/// The first of 16 bytes that is a quotation mark, backslash or control character; 16 where none is.
#[inline]
fn first_mark(chunk: [u8; WIDE]) -> usize {
    let bytes = u8x16::new(chunk);
    let controls = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    first(controls | bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\')))
}

/// The first of 16 bytes that ends a number or word, where that is not in vain; 16 where none does.
#[inline]
fn first_end(chunk: [u8; WIDE]) -> usize {
    let bytes = u8x16::new(chunk);
    let blanks = bytes.min(u8x16::splat(b' ')).simd_eq(bytes);
    // In ASCII the closing bracket and brace differ by one bit, which no letter, digit or sign of a number lacks together with them.
    let ends = (bytes | u8x16::splat(0x20)).simd_eq(u8x16::splat(b'}'));
    first(blanks | ends | bytes.simd_eq(u8x16::splat(b',')))
}

/// The first of 16 bytes of which all bits are set; 16 where none is.
#[inline]
fn first(bytes: u8x16) -> usize {
    (bytes.to_bitmask() | 1 << WIDE).trailing_zeros() as usize
}

/// Where the next quotation mark, backslash or control character stands, 16 bytes at a time; the end where there is none.
#[inline]
fn special(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let found = first_mark(*chunk);
        if found < WIDE {
            return at + found;
        }
        at += WIDE;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\') || *byte < 0x20);
    found.map_or(bytes.len(), |found| at + found)
}

#[cfg(test)]
mod tests;
