//! A file into the texts of its records, so that many can be read at once and each knows its line.
//!
//! Only brackets, quotation marks and commas are looked at here. Whether a text is JSON is found out where it is read.

use std::borrow::Cow;

/// About how many bytes one worker reads at a time; the result does not hang on it.
const CHUNK: usize = 256 * 1024;

/// The text of one record.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'b> {
    /// The text.
    pub bytes: &'b [u8],
    /// The line on which it begins, from 1.
    pub line: usize,
}

/// Texts that are read together.
#[derive(Debug)]
pub enum Chunk<'b> {
    /// Whole lines, the first of which has this number.
    Lines(&'b [u8], usize),
    /// Records by themselves.
    Pieces(Vec<Piece<'b>>),
}

/// A file taken apart.
#[derive(Debug, Default)]
pub struct Split<'b> {
    /// The records' texts.
    pub chunks: Vec<Chunk<'b>>,
    /// The file does not end as it should, or has something between its records: what, and on which line.
    pub broken: Option<(&'static str, usize)>,
    /// The objects that hold a list of records, in the order of the file.
    pub frames: Vec<Frame<'b>>,
}

/// An object around a list of records.
#[derive(Clone, Debug)]
pub struct Frame<'b> {
    /// How many records its lists have.
    pub count: usize,
    /// The other keys, as they are written, with their values.
    pub beside: Vec<(&'b [u8], Piece<'b>)>,
}

impl<'b> Frame<'b> {
    /// The text of the value beside the list that has this key; of several, the last.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'b [u8]> {
        self.beside.iter().rev().find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| value.bytes)
    }

    /// Where it says that what gave the list failed: such a list ends where that happened.
    fn failure(&self) -> Option<usize> {
        const STATES: [&[u8]; 3] = [b"\"failure\"", b"\"failed\"", b"\"error\""];
        const NOTHING: [&[u8]; 6] = [b"null", b"false", b"\"\"", b"[]", b"{}", b"0"];
        let says = |(key, value): &&(&[u8], Piece<'_>)| match *key {
            b"error" | b"errors" | b"errorMessages" => {
                let bare: Vec<u8> = value.bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                !NOTHING.contains(&bare.as_slice())
            }
            b"status" => STATES.iter().any(|state| value.bytes.eq_ignore_ascii_case(state)),
            _ => false,
        };
        self.beside.iter().find(says).map(|(_, value)| value.line)
    }
}

impl<'b> Split<'b> {
    /// The records' texts.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece<'b>> {
        self.chunks.iter().flat_map(Chunk::pieces).collect()
    }

    /// The keys beside the lists of which something is to be said.
    pub(super) fn ignored(&self, wrapper: &Wrapper<'_>) -> impl Iterator<Item = Cow<'b, str>> {
        let beside = self.frames.iter().flat_map(|frame| &frame.beside);
        let told = beside.filter(|(key, _)| !is_one(wrapper.silent, key));
        told.map(|(key, _)| String::from_utf8_lossy(key))
    }

    /// Takes in an object around records.
    fn take(&mut self, frame: Frame<'b>) {
        let failed = frame.failure().map(|line| ("an error is reported beside the list of records", line));
        self.broken = self.broken.or(failed);
        self.frames.push(frame);
    }
}

impl<'b> Chunk<'b> {
    /// How many bytes it has.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Lines(bytes, _) => bytes.len(),
            Self::Pieces(pieces) => pieces.iter().map(|piece| piece.bytes.len()).sum(),
        }
    }

    /// The records' texts.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece<'b>> {
        match self {
            Self::Pieces(pieces) => pieces.clone(),
            Self::Lines(bytes, first) => {
                let ends = memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]);
                let mut from = 0;
                let pieces = ends.enumerate().map(|(at, end)| {
                    let line = bytes.get(from..end).unwrap_or_default();
                    from = end + 1;
                    Piece { bytes: line.trim_ascii(), line: first.saturating_add(at) }
                });
                pieces.filter(|piece| !piece.bytes.is_empty()).collect()
            }
        }
    }
}

/// The object in which a file of JSON may hold its list of records: `{"assets": […]}`.
#[derive(Debug)]
pub struct Wrapper<'w> {
    /// The key of the list; of several, any.
    pub lists: &'w [&'w str],
    /// Keys of a record: what has one of them is no wrapper.
    pub of_records: &'w [&'w str],
    /// Keys beside the list of which nothing is to be said.
    pub silent: &'w [&'w str],
}

impl<'w> Wrapper<'w> {
    /// The key of the list, as messages call it.
    #[must_use]
    pub fn name(&self) -> &'w str {
        self.lists.first().copied().unwrap_or_default()
    }
}

/// Takes a file apart: one record on each line, a list of records, one record, records one after another, or a list in a wrapper.
#[must_use]
pub fn split<'b>(bytes: &'b [u8], name: &str, wrapper: &Wrapper<'_>) -> Split<'b> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Split { broken: Some(("the file is UTF-16, expected UTF-8", 1)), ..Split::default() };
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if is_lines(bytes, name) {
        return Split { chunks: lines(bytes), ..Split::default() };
    }
    let mut scan = Scan { bytes, at: 0, line: 1 };
    let mut pieces = Vec::new();
    let mut split = Split::default();
    while let Some(first) = scan.next_mark() {
        match first {
            b'[' if scan.is_at_start() => {
                split.broken = scan.elements(&mut pieces).err();
                if split.broken.is_some() {
                    break;
                }
            }
            b'{' => match scan.wrapped(wrapper, &mut pieces) {
                Some(frame) => split.take(frame),
                None => pieces.push(scan.piece()),
            },
            _ if pieces.is_empty() => {
                pieces.push(Piece { bytes: bytes.get(scan.at..).unwrap_or_default(), line: scan.line });
                break;
            }
            _ => {
                split.broken = Some(("something that is no record stands behind the records", scan.line));
                break;
            }
        }
    }
    split.chunks = grouped(pieces);
    split
}

fn is_one(keys: &[&str], key: &[u8]) -> bool {
    keys.iter().any(|known| known.as_bytes() == key)
}

/// Whether a file has one record on each line; `{` alone on the first line begins a record in several lines.
#[must_use]
pub fn is_lines(bytes: &[u8], name: &str) -> bool {
    let mut lines =
        bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).filter(|line| !line.trim_ascii().is_empty());
    let Some(first) = lines.next() else { return false };
    if first.trim_ascii_start().starts_with(b"[") {
        return false;
    }
    let mut scan = Scan { bytes: first, at: 0, line: 1 };
    scan.next_mark();
    scan.skip_value();
    let complete = scan.at <= first.len() && scan.next_mark().is_none() && !scan.cut_off();
    let second = lines.next();
    let named = [".ndjson", ".jsonl"].iter().any(|end| plain_name(name).ends_with(end));
    match second {
        None => false,
        Some(_) if complete => true,
        // A list begins there, with a record on each line.
        Some(_) if first.trim_ascii_end().ends_with(b"[") => false,
        // Within a record that is written in several lines, the second begins with a key, most often indented.
        Some(line) if named => !line.starts_with(b" ") && !line.starts_with(b"\t") && !line.starts_with(b"\""),
        Some(line) => line.starts_with(b"{"),
    }
}

/// The keys of the first object of a file of JSON, up to the first hundred, without reading what they hold.
#[must_use]
pub fn first_keys(bytes: &[u8]) -> Vec<String> {
    const MOST: usize = 100;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut scan = Scan { bytes, at: 0, line: 1 };
    let mut keys = Vec::new();
    if scan.next_mark() == Some(b'[') {
        scan.step();
    }
    if scan.next_mark() != Some(b'{') {
        return keys;
    }
    scan.step();
    while keys.len() < MOST && scan.next_mark() == Some(b'"') {
        let key = scan.piece().bytes;
        if scan.next_mark() != Some(b':') {
            break;
        }
        let key = key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")).unwrap_or_default();
        keys.push(String::from_utf8_lossy(key).into_owned());
        scan.step();
        scan.next_mark();
        scan.piece();
        if scan.next_mark() != Some(b',') {
            break;
        }
        scan.step();
    }
    keys
}

/// The name in small letters, without what says that the file was compressed.
#[must_use]
pub fn plain_name(name: &str) -> String {
    let mut name = name.to_ascii_lowercase();
    if let Some(plain) = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)) {
        name.truncate(plain.len());
    }
    name
}

fn lines(bytes: &[u8]) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let (mut rest, mut line) = (bytes, 1);
    while !rest.is_empty() {
        let tail = rest.get(CHUNK..).unwrap_or_default();
        let end = memchr::memchr(b'\n', tail).map_or(rest.len(), |at| CHUNK + at + 1);
        let (chunk, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        chunks.push(Chunk::Lines(chunk, line));
        line = memchr::memchr_iter(b'\n', chunk).count().saturating_add(line);
        rest = after;
    }
    chunks
}

fn grouped(pieces: Vec<Piece<'_>>) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let (mut group, mut size) = (Vec::new(), 0);
    for piece in pieces {
        size += piece.bytes.len();
        group.push(piece);
        if size >= CHUNK {
            chunks.push(Chunk::Pieces(std::mem::take(&mut group)));
            size = 0;
        }
    }
    if !group.is_empty() {
        chunks.push(Chunk::Pieces(group));
    }
    chunks
}

/// A place in a text that moves forward only.
#[derive(Clone, Copy)]
struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
    line: usize,
}

impl<'b> Scan<'b> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Nothing but white space has been passed.
    fn is_at_start(&self) -> bool {
        self.bytes.get(..self.at).is_some_and(|passed| passed.trim_ascii().is_empty())
    }

    fn step(&mut self) {
        self.line += usize::from(self.peek() == Some(b'\n'));
        self.at += 1;
    }

    /// Skips white space; the byte there.
    fn next_mark(&mut self) -> Option<u8> {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
        self.peek()
    }

    /// The last value skipped had no end.
    fn cut_off(&self) -> bool {
        self.at > self.bytes.len()
    }

    /// Skips a value by its brackets and quotation marks; goes past the end of the text where it has no end.
    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                None if depth == 0 => return,
                None => {
                    self.at = self.bytes.len() + 1;
                    return;
                }
                Some(b'"') => self.skip_string(),
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.step();
                }
                Some(b'}' | b']') if depth == 0 => return,
                Some(b'}' | b']') => {
                    depth -= 1;
                    self.step();
                }
                Some(b',' | b' ' | b'\t' | b'\n' | b'\r') if depth == 0 => return,
                Some(_) => {
                    self.step();
                    if depth == 0 {
                        continue;
                    }
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_string(&mut self) {
        self.step();
        loop {
            match self.peek() {
                None => {
                    self.at = self.bytes.len() + 1;
                    return;
                }
                Some(b'"') => return self.step(),
                Some(b'\\') => {
                    self.step();
                    self.step();
                }
                Some(_) => self.step(),
            }
        }
    }

    /// The value that begins here.
    fn piece(&mut self) -> Piece<'b> {
        let (from, line) = (self.at, self.line);
        self.skip_value();
        if self.at == from {
            // A comma or closing bracket where a value should be: not JSON by itself either.
            self.step();
        }
        let to = self.at.min(self.bytes.len());
        Piece { bytes: self.bytes.get(from..to).unwrap_or_default(), line }
    }

    /// The elements of the list that begins here.
    fn elements(&mut self, pieces: &mut Vec<Piece<'b>>) -> Result<(), (&'static str, usize)> {
        self.step();
        if self.next_mark() == Some(b']') {
            self.step();
            return Ok(());
        }
        loop {
            match self.next_mark() {
                None => return Err(("the list ends without a `]`", self.line)),
                Some(b',' | b']') => return Err(("expected a record", self.line)),
                Some(_) => {}
            }
            let piece = self.piece();
            if self.cut_off() {
                return Err(("the list ends in the middle of a record", piece.line));
            }
            pieces.push(piece);
            match self.next_mark() {
                Some(b',') => self.step(),
                Some(b']') => {
                    self.step();
                    return Ok(());
                }
                None => return Err(("the list ends without a `]`", self.line)),
                Some(_) => return Err(("expected `,` or `]` between records", self.line)),
            }
        }
    }

    /// Where the object that begins here holds its records in a list under the wrapper's key, takes these; otherwise stays.
    fn wrapped(&mut self, wrapper: &Wrapper<'_>, pieces: &mut Vec<Piece<'b>>) -> Option<Frame<'b>> {
        let mut scan = *self;
        let mut inner = Vec::new();
        let mut beside = Vec::new();
        let mut found = false;
        scan.step();
        loop {
            if scan.next_mark() != Some(b'"') {
                return None;
            }
            let key = scan.piece().bytes;
            if scan.next_mark() != Some(b':') {
                return None;
            }
            scan.step();
            let key = key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")).unwrap_or_default();
            match scan.next_mark() {
                Some(b'[') if is_one(wrapper.lists, key) => {
                    // What is wrong within the list is better said of the whole file.
                    scan.elements(&mut inner).ok()?;
                    found = true;
                }
                // A record, not a file's frame.
                _ if is_one(wrapper.of_records, key) => return None,
                _ => beside.push((key, scan.piece())),
            }
            match scan.next_mark() {
                Some(b',') => scan.step(),
                Some(b'}') => break,
                _ => return None,
            }
        }
        if !found {
            return None;
        }
        scan.step();
        *self = scan;
        let count = inner.len();
        pieces.append(&mut inner);
        Some(Frame { count, beside })
    }
}
