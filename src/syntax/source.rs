//! Source files and the spans that point into them.

use std::sync::{Arc, OnceLock};

/// Which file of a policy a span lies in: an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one source file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl std::fmt::Debug for Span {
    /// `@file:start..end`: short, and easy to take out where trees are compared without places.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "@{}:{}..{}", self.file.0, self.start, self.end)
    }
}

impl Span {
    /// The span of `file` from byte `start` to byte `end`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clip(start), end: clip(end) }
    }

    /// The smallest span that covers both; `other` must lie in the same file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One policy file: its name as people know it, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name that diagnostics and decisions print: relative to the policy's folder.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
    /// The bytes at which lines begin, as soon as somebody asks.
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let starts = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at + 1);
            std::iter::once(0).chain(starts).filter_map(|at| u32::try_from(at).ok()).collect()
        })
    }
}

/// Every file that a policy was read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

/// A place in a file as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineColumn {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl Sources {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { name: name.into(), text: text.into(), lines: OnceLock::new() });
        id
    }

    /// The file with this id.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(usize::try_from(id.0).ok()?)
    }

    /// The file's name, or `?` for an id of another set.
    #[must_use]
    pub fn name(&self, id: FileId) -> &str {
        self.get(id).map_or("?", |file| file.name.as_str())
    }

    /// The text that a span covers; empty where the span does not fit.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|file| file.text.get(span.start as usize..span.end as usize)).unwrap_or_default()
    }

    /// The text of a span on one line and without comments: the same however the policy is laid out.
    #[must_use]
    pub fn phrase(&self, span: Span) -> String {
        let mut out = String::new();
        let mut in_text = false;
        let mut escaped = false;
        let mut in_comment = false;
        let mut gap = false;
        for c in self.text(span).chars() {
            if in_comment {
                in_comment = c != '\n';
                continue;
            }
            if in_text {
                in_text = escaped || c != '"';
                escaped = !escaped && c == '\\';
                out.push(c);
                continue;
            }
            if c == '#' || c.is_whitespace() {
                in_comment = c == '#';
                gap = true;
                continue;
            }
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            in_text = c == '"';
            out.push(c);
        }
        out
    }

    /// Line and column of a span's start.
    #[must_use]
    pub fn line_column(&self, span: Span) -> LineColumn {
        let Some(file) = self.get(span.file) else { return LineColumn { line: 1, column: 1 } };
        let lines = file.lines();
        let line = lines.partition_point(|start| *start <= span.start);
        let start = line.checked_sub(1).and_then(|at| lines.get(at)).copied().unwrap_or_default();
        let Some(before) = file.text.get(start as usize..span.start as usize) else {
            return LineColumn { line: 1, column: 1 };
        };
        let column = before.chars().count() + 1;
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        LineColumn { line: clip(line), column: clip(column) }
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(n, f)| (FileId(u32::try_from(n).unwrap_or(u32::MAX)), f))
    }
}
