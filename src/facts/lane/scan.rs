//! JSON read in place: only what has the plainest form; of everything else the scan says that it is odd.

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
        // Most keys fit two words, which takes no call to compare.
        let is_there = match rest.first_chunk::<WIDE>() {
            Some(wide) if key.text.len() <= WIDE => (u128::from_le_bytes(*wide) ^ key.first) & key.mask == 0,
            _ => rest.starts_with(&key.text),
        };
        if is_there {
            self.at += key.text.len();
        }
        is_there
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

    /// The same, with its bytes in one number where they are few.
    #[inline]
    pub(super) fn short(&mut self) -> Result<Text<'b>, Odd> {
        let from = self.at + 1;
        let text = self.string()?;
        let bytes = self.bytes.get(from..).and_then(<[u8]>::first_chunk::<WIDE>);
        let packed = match bytes {
            Some(bytes) if text.len() <= WIDE => Some(u128::from_le_bytes(*bytes) & low_bytes(text.len())),
            _ => None,
        };
        Ok(Text { text, packed })
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
        self.at += length + usize::from(is_negative);
        let value = i128::from(value) * i128::from(*scale);
        Some(if is_negative { -value } else { value })
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

/// A text as it was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'b> {
    pub text: &'b str,
    /// Its bytes, lowest first, where they are few and more follow: no two texts have the same, since none holds a NUL.
    pub packed: Option<u128>,
}

/// The same for a text that is known beforehand; none where it is too long.
pub(super) fn packed(text: &str) -> Option<u128> {
    let mut bytes = [0; WIDE];
    bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some(u128::from_le_bytes(bytes))
}

/// As many of the lowest bytes of a number.
fn low_bytes(count: usize) -> u128 {
    u128::MAX.checked_shr(8 * WIDE.saturating_sub(count) as u32).unwrap_or_default()
}

/// How many digits, with the point, a number has at most that cannot be too large for 64 bits.
const SHORT: usize = 18;

/// The billionths of one, by the number of digits that lack behind the point.
pub(super) const POWERS: [i64; 10] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

/// How many bytes of a key are compared at once.
const WIDE: usize = 16;

/// A key as it stands most often: in quotation marks, with a colon.
#[derive(Debug)]
pub(in super::super) struct Written {
    text: Vec<u8>,
    /// Its first bytes, and which bits of as many are its own.
    first: u128,
    mask: u128,
}

impl Written {
    pub(super) fn new(name: &str) -> Self {
        let text = format!("\"{name}\":").into_bytes();
        let (mut first, mut mask) = ([0; WIDE], [0; WIDE]);
        for ((first, mask), byte) in first.iter_mut().zip(&mut mask).zip(&text) {
            (*first, *mask) = (*byte, u8::MAX);
        }
        Self { text, first: u128::from_le_bytes(first), mask: u128::from_le_bytes(mask) }
    }
}

/// Where the next quotation mark, backslash or control character stands, eight bytes at a time; the end where there is none.
#[inline]
fn special(bytes: &[u8], from: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // The lowest byte that is below `limit` has its top bit set; those above it may have it too.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES.wrapping_mul(limit)) & !word & TOPS;
    let equal = |word: u64, byte: u8| below(word ^ ONES.wrapping_mul(u64::from(byte)), 1);
    let mut at = from;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*eight);
        let found = equal(word, b'"') | equal(word, b'\\') | below(word, 0x20);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\') || *byte < 0x20);
    found.map_or(bytes.len(), |found| at + found)
}

#[cfg(test)]
mod tests;
