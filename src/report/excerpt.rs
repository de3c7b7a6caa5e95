//! The part of a policy's text that stands with a diagnostic: long lines are cut around what is marked, and nothing in it steers a terminal.

use std::fmt;
use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::text::{is_harmful, tidy};
use crate::syntax::source::{FileId, LineColumn, Sources, Span};

/// A longer line is cut, in bytes.
const LONGEST: usize = 400;
/// How much of a long line is left on each side of what is marked, in bytes.
const AROUND: usize = 100;

/// A text as it is shown, and where the marked places went.
#[derive(Clone)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    /// A marked place in the shown text, and where it is in the file.
    places: Vec<(usize, LineColumn)>,
    /// The marked bytes of the file, and of the shown text.
    marks: Vec<(usize, usize)>,
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Excerpt").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Excerpt {
    /// The text of `file` for the spans that are marked in it.
    pub(super) fn new(file: FileId, spans: &[Span], sources: &Sources) -> Self {
        let text = sources.get(file).map_or("", |file| &*file.text);
        let mut marks: Vec<usize> = spans.iter().flat_map(|span| [span.start as usize, span.end as usize]).collect();
        marks.sort_unstable();
        marks.dedup();
        let (shown, marks) = shown(text, &marks);
        let mut excerpt = Self { name: tidy(sources.name(file)), text: shown, places: Vec::new(), marks };
        excerpt.places = spans.iter().map(|span| (excerpt.mark(span.start), sources.line_column(*span))).collect();
        excerpt
    }

    /// Where a marked span is in the shown text: its start and length.
    pub(super) fn range(&self, span: Span) -> (usize, usize) {
        let start = self.mark(span.start);
        (start, self.mark(span.end).saturating_sub(start))
    }

    fn mark(&self, at: u32) -> usize {
        let at = at as usize;
        // A place outside the file stays outside.
        self.marks.iter().find(|(from, _)| *from == at).map_or(usize::MAX >> 1, |(_, to)| *to)
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.read_span(span, before, after)?;
        // Without lines around it the place itself is asked for: that of the file, and not of what is left of its line.
        let place = self.places.iter().find(|(at, _)| before == 0 && *at == span.offset()).map(|(_, place)| place);
        let from_zero = |number: u32| usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
        let (line, column) =
            place.map_or((inner.line(), inner.column()), |place| (from_zero(place.line), from_zero(place.column)));
        let name = self.name.clone();
        let contents =
            MietteSpanContents::new_named(name, inner.data(), *inner.span(), line, column, inner.line_count());
        Ok(Box::new(contents))
    }
}

/// The text with long lines cut, and for each mark (sorted) where it went.
fn shown(text: &str, marks: &[usize]) -> (String, Vec<(usize, usize)>) {
    let mut out = String::new();
    let mut moved = Vec::with_capacity(marks.len());
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let is_last = end == text.len();
        let own: Vec<usize> = marks
            .iter()
            .filter(|at| **at >= start && (**at < end || is_last && **at == end))
            .map(|at| at - start)
            .collect();
        for kept in kept(line, &own) {
            if kept.start > 0 {
                out.push('…');
            }
            copy(line, kept, &own, &mut out, |from, to| moved.push((start + from, to)));
        }
        if line.ends_with('\n') && !out.ends_with('\n') {
            out.push_str("…\n");
        }
        start = end;
    }
    if text.is_empty() && marks.contains(&0) {
        moved.push((0, 0));
    }
    moved.dedup();
    (out, moved)
}

/// Which parts of a line are shown.
fn kept(line: &str, marks: &[usize]) -> Vec<Range<usize>> {
    if line.len() <= LONGEST {
        return std::iter::once(0..line.len()).collect();
    }
    let around = |at: usize| {
        let from = line.floor_char_boundary(at.saturating_sub(AROUND));
        from..line.ceil_char_boundary(at.saturating_add(AROUND).min(line.len()))
    };
    let mut parts: Vec<Range<usize>> = Vec::new();
    // The beginning of a line without a mark says enough.
    for part in marks.iter().copied().map(around).chain(marks.is_empty().then(|| around(AROUND))) {
        match parts.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => parts.push(part),
        }
    }
    parts
}

/// Copies a part of a line, telling where each mark in it goes.
fn copy(line: &str, part: Range<usize>, marks: &[usize], out: &mut String, mut moved: impl FnMut(usize, usize)) {
    let end = part.end;
    let mut marks = marks.iter().copied().filter(|at| part.contains(at) || *at == end).peekable();
    for (at, c) in line.char_indices().skip_while(|(at, _)| *at < part.start).take_while(|(at, _)| *at < end) {
        while let Some(mark) = marks.next_if(|mark| *mark <= at) {
            moved(mark, out.len());
        }
        match c {
            '\n' | '\t' => out.push(c),
            '\r' if line.get(at..) == Some("\r\n") => {}
            '\r' => out.push(' '),
            c if is_harmful(c) => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    for mark in marks {
        moved(mark, out.len());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn a_long_line_is_cut_around_what_is_marked() {
        let text = format!("first\n{}MARK{}\nlast\n", "é".repeat(5_000_000), "x".repeat(5_000_000));
        let at = text.find("MARK").unwrap();
        let (cut, moved) = shown(&text, &[at, at + 4]);
        assert!(cut.len() < 1000, "{}", cut.len());
        assert_eq!(cut.lines().count(), 3);
        assert_eq!(cut.get(moved[0].1..moved[1].1), Some("MARK"));
        assert!(cut.starts_with("first\n…é") && cut.ends_with("x…\nlast\n"), "{cut}");
    }

    #[test]
    fn both_ends_of_a_long_mark_are_left() {
        let text = "y".repeat(100_000);
        let (cut, moved) = shown(&text, &[10, 99_990]);
        assert_eq!(moved.iter().map(|(from, _)| *from).collect::<Vec<_>>(), [10, 99_990]);
        assert!(cut.len() < 1000 && cut.contains('…'), "{cut}");
    }

    #[test]
    fn short_lines_stay_as_they_are() {
        let text = "a\tb\nc\n";
        assert_eq!(shown(text, &[0, 2, 6]), (text.to_owned(), vec![(0, 0), (2, 2), (6, 6)]));
        assert_eq!(shown("", &[0]), (String::new(), vec![(0, 0)]));
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let (cut, moved) = shown("a\u{1b}[31m\u{9b}\u{202e}b\rc\r\nd", &[12, 13]);
        assert_eq!(cut, "a\u{fffd}[31m\u{fffd}\u{fffd}b c\nd");
        assert_eq!(cut.get(moved[0].1..moved[1].1), Some(" "));
    }
}
