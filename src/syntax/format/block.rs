//! `kind name "Title" { … }`: one clause per line, values and columns aligned.

use super::super::scan::Chunk;
use super::layout::{Piece, Start, flat, flat_width, may_be_flat, print};
use super::structure::{Clause, Shape, Structure};
use super::{Formatter, INDENT, ONE_LINE, Remark, WIDTH};

/// A keyword longer than this stands out of the column of values.
const LONGEST_KEYWORD: usize = 9;
/// An arm's part that is wider than this stands out of its column.
const WIDEST_PART: usize = 24;

/// One statement with a block.
pub(super) struct Block<'f, 'a> {
    formatter: &'f Formatter<'a>,
    chunk: Chunk,
    structure: &'f Structure,
    brace: usize,
    clauses: Vec<Ready>,
}

/// A clause with its pieces and its place among others.
struct Ready {
    clause: Clause,
    pieces: Vec<Piece>,
    /// Comments between the clause before and this one.
    remarks: Vec<Remark>,
    blank_before: bool,
}

/// A line of output, with the comment behind it.
struct Line {
    text: String,
    comment: Option<String>,
}

/// Widths that the clauses of a block share.
#[derive(Default)]
struct Widths {
    keyword: usize,
    /// Columns of arms.
    arms: Vec<usize>,
    any_deadline: bool,
    /// Columns of cells before the arrow.
    cells: Vec<usize>,
    /// Everything before the arrow.
    before_arrow: usize,
    /// Columns behind the arrow.
    outcomes: Vec<usize>,
}

impl<'f, 'a> Block<'f, 'a> {
    pub(super) fn new(formatter: &'f Formatter<'a>, chunk: Chunk, structure: &'f Structure, brace: usize) -> Self {
        let mut clauses = Vec::new();
        let mut done = formatter.token(brace).map_or(0, |token| token.end);
        for clause in &structure.clauses {
            let start = formatter.token(clause.first).map_or(done, |token| token.start);
            let pieces = formatter.pieces(structure, clause.first, clause.last);
            let remarks = formatter.remarks(done, start);
            let end = (clause.first..clause.last)
                .rev()
                .find(|index| formatter.word(*index) != ";")
                .and_then(|index| formatter.token(index));
            done = end.map_or(start, |token| token.end);
            clauses.push(Ready {
                clause: clause.clone(),
                pieces,
                remarks,
                blank_before: formatter.blank_before(start),
            });
        }
        Self { formatter, chunk, structure, brace, clauses }
    }

    /// The comments before the closing brace.
    fn last_remarks(&self) -> Vec<Remark> {
        let closing = self.chunk.last.saturating_sub(1);
        let end = self.formatter.token(closing).map_or(0, |token| token.start);
        let start = (self.brace..closing)
            .rev()
            .find(|index| self.formatter.word(*index) != ";")
            .and_then(|index| self.formatter.token(index))
            .map_or(end, |token| token.end);
        self.formatter.remarks(start, end)
    }

    pub(super) fn print(&self) -> String {
        let head = self.formatter.pieces(self.structure, self.chunk.first, self.brace + 1);
        let last_remarks = self.last_remarks();
        let has_comments = !last_remarks.is_empty() || self.clauses.iter().any(|clause| !clause.remarks.is_empty());
        if !has_comments && let Some(line) = self.one_line(&head) {
            return line;
        }
        let head = print(&head, Start { column: 0, line_indent: 0, hang: 2 * INDENT });
        let mut lines = vec![Line { text: head, comment: None }];
        let widths = self.widths();
        for (at, clause) in self.clauses.iter().enumerate() {
            remark_lines(&mut lines, &clause.remarks, at == 0);
            let follows_comment = clause.remarks.last().is_some_and(|remark| remark.own_line);
            if clause.blank_before && (at > 0 || follows_comment) {
                lines.push(Line { text: String::new(), comment: None });
            }
            lines.push(Line { text: format!("{}{}", " ".repeat(INDENT), self.clause(clause, &widths)), comment: None });
        }
        remark_lines(&mut lines, &last_remarks, self.clauses.is_empty());
        lines.push(Line { text: "}".to_owned(), comment: None });
        join(&lines)
    }

    /// The whole statement on one line, where its author has it so and it fits.
    fn one_line(&self, head: &[Piece]) -> Option<String> {
        let start = self.formatter.token(self.chunk.first)?.start;
        let end = self.formatter.token(self.chunk.last.checked_sub(1)?)?.end;
        let was_one_line = !self.formatter.source(start, end).contains('\n');
        if !may_be_flat(&head.iter().map(|piece| Piece { expanded: false, ..piece.clone() }).collect::<Vec<_>>()) {
            return None;
        }
        let head = flat(head);
        if self.clauses.is_empty() {
            return Some(format!("{head}}}"));
        }
        let clauses: Vec<String> = self.clauses.iter().map(|clause| flat(&clause.pieces)).collect();
        let line = format!("{head} {} }}", clauses.join("  "));
        let one = was_one_line
            && line.chars().count() <= ONE_LINE
            && self.clauses.iter().all(|clause| may_be_flat(&clause.pieces));
        one.then_some(line)
    }

    fn widths(&self) -> Widths {
        let mut widths = Widths::default();
        for ready in &self.clauses {
            if matches!(ready.clause.shape, Shape::Keyword | Shape::Row) {
                let keyword = flat_width(ready.pieces.get(..keyword_length(&ready.pieces)).unwrap_or_default());
                if keyword <= LONGEST_KEYWORD && ready.pieces.len() > 1 {
                    widths.keyword = widths.keyword.max(keyword);
                }
            }
            if ready.clause.shape == Shape::Arm {
                widths.any_deadline |= ready.clause.has_deadline;
            }
        }
        for ready in &self.clauses {
            match ready.clause.shape {
                Shape::Arm if self.has_columns(ready) => {
                    let parts = self.arm_parts(ready, widths.any_deadline);
                    for (at, part) in parts.iter().take(parts.len().saturating_sub(1)).enumerate() {
                        widen(&mut widths.arms, at, flat_width(part), WIDEST_PART);
                    }
                }
                Shape::Row if may_be_flat(&ready.pieces) => {
                    let row = self.row_parts(ready);
                    let several = row.before.len() > 1;
                    for (at, part) in row.before.iter().enumerate().filter(|_| several) {
                        widen(&mut widths.cells, at, flat_width(part), usize::MAX);
                    }
                    for (at, part) in row.behind.iter().enumerate() {
                        widen(&mut widths.outcomes, at, flat_width(part), usize::MAX);
                    }
                }
                Shape::Arm | Shape::Row | Shape::Keyword | Shape::Plain => {}
            }
        }
        for ready in self.clauses.iter().filter(|ready| ready.clause.shape == Shape::Row && may_be_flat(&ready.pieces))
        {
            let width = before_arrow(&self.row_parts(ready).before, &widths.cells).chars().count();
            widths.before_arrow = widths.before_arrow.max(width);
        }
        widths
    }

    fn clause(&self, ready: &Ready, widths: &Widths) -> String {
        match ready.clause.shape {
            Shape::Row if may_be_flat(&ready.pieces) => self.row(ready, widths),
            Shape::Arm if self.has_columns(ready) => self.arm(ready, widths),
            Shape::Keyword | Shape::Row => keyword_clause(&ready.pieces, widths.keyword),
            Shape::Arm | Shape::Plain => {
                print(&ready.pieces, Start { column: INDENT, line_indent: INDENT, hang: 3 * INDENT })
            }
        }
    }

    /// Cuts the pieces of a clause where its columns start.
    fn columns<'r>(&self, ready: &'r Ready) -> Vec<&'r [Piece]> {
        let position = |token: usize| {
            // Semicolons are no pieces.
            (ready.clause.first..token).filter(|index| self.formatter.word(*index) != ";").count()
        };
        let mut cuts: Vec<usize> = ready.clause.columns.iter().map(|token| position(*token)).collect();
        cuts.push(ready.pieces.len());
        let mut parts = Vec::new();
        let mut start = 0;
        for cut in cuts {
            parts.extend(ready.pieces.get(start..cut));
            start = cut;
        }
        parts
    }

    /// Name, deadline, condition and what follows; an arm without a deadline has an empty part for it.
    fn arm_parts<'r>(&self, ready: &'r Ready, any_deadline: bool) -> Vec<&'r [Piece]> {
        let mut parts = self.columns(ready);
        let has_condition = parts.get(1).and_then(|part| part.first()).is_some_and(|piece| piece.text == "when");
        if any_deadline && !ready.clause.has_deadline && has_condition {
            parts.insert(1, &[]);
        }
        parts
    }

    /// Only the last part of an arm goes over several lines, or has to, and no comment stands before a part: its parts stand in columns.
    fn has_columns(&self, ready: &Ready) -> bool {
        let parts = self.columns(ready);
        let commented = |part: &&[Piece]| part.first().is_some_and(|piece| !piece.remarks.is_empty());
        let before_last = parts.get(..parts.len().saturating_sub(1)).unwrap_or_default();
        let mut column = INDENT;
        let is_short = |part: &&[Piece]| {
            let end = column + flat_width(part);
            column = end + 2;
            end <= WIDTH && may_be_flat(part)
        };
        before_last.iter().all(is_short) && !parts.iter().skip(1).any(commented)
    }

    fn arm(&self, ready: &Ready, widths: &Widths) -> String {
        let parts = self.arm_parts(ready, widths.any_deadline);
        let mut line = String::new();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                let column: usize = widths.arms.iter().take(at).map(|width| width + 2).sum();
                let used = line.trim_end().chars().count();
                line.truncate(line.trim_end().len());
                line.push_str(&" ".repeat(column.saturating_sub(used).max(2)));
            }
            let column = INDENT + line.chars().count();
            // What stands before another part goes over no line: were it broken, it would have no column the next time.
            if at + 1 == parts.len() && (column + flat_width(part) > WIDTH || !may_be_flat(part)) {
                line.push_str(&print(part, Start { column, line_indent: INDENT, hang: 3 * INDENT }));
            } else {
                line.push_str(&flat(part));
            }
        }
        line.truncate(line.trim_end().len());
        line
    }

    fn row_parts<'r>(&self, ready: &'r Ready) -> RowParts<'r> {
        let mut row = RowParts { before: Vec::new(), behind: Vec::new() };
        let mut behind = false;
        for part in self.columns(ready).into_iter().skip(1) {
            if part.first().is_some_and(|piece| piece.text == "->") {
                behind = true;
                row.behind.extend(part.get(1..).filter(|rest| !rest.is_empty()));
            } else if behind {
                row.behind.push(part);
            } else {
                row.before.push(part);
            }
        }
        row
    }

    fn row(&self, ready: &Ready, widths: &Widths) -> String {
        let row = self.row_parts(ready);
        let keyword = ready.pieces.first().map_or("", |piece| piece.text.as_str());
        let before = before_arrow(&row.before, &widths.cells);
        let mut line =
            format!("{keyword:<width$} {before:<arrow$} ->", width = widths.keyword, arrow = widths.before_arrow);
        let several = widths.outcomes.len() > 1;
        for (at, part) in row.behind.iter().enumerate() {
            let width = widths.outcomes.get(at).copied().unwrap_or_default();
            let text = flat(part);
            let blanks = if several { width.saturating_sub(text.chars().count()) } else { 0 };
            line.push(' ');
            line.push_str(&" ".repeat(blanks));
            line.push_str(&text);
        }
        line
    }
}

struct RowParts<'r> {
    before: Vec<&'r [Piece]>,
    behind: Vec<&'r [Piece]>,
}

/// The cells before a row's arrow, each padded to its column but the last.
fn before_arrow(parts: &[&[Piece]], widths: &[usize]) -> String {
    let mut text = String::new();
    for (at, part) in parts.iter().enumerate() {
        let cell = flat(part);
        if at + 1 == parts.len() {
            text.push_str(&cell);
        } else {
            let width = widths.get(at).copied().unwrap_or_default();
            text.push_str(&format!("{cell:<width$}  "));
        }
    }
    text
}

fn widen(widths: &mut Vec<usize>, at: usize, width: usize, most: usize) {
    if widths.len() <= at {
        widths.resize(at + 1, 0);
    }
    if let Some(column) = widths.get_mut(at).filter(|_| width <= most) {
        *column = (*column).max(width);
    }
}

/// Pieces of the keyword: one, but for `not by`.
fn keyword_length(pieces: &[Piece]) -> usize {
    let is = |at: usize, word: &str| pieces.get(at).is_some_and(|piece: &Piece| piece.text == word);
    if is(0, "not") && is(1, "by") && pieces.get(1).is_some_and(|piece| piece.remarks.is_empty()) { 2 } else { 1 }
}

/// Keyword, blanks to the column of values, value.
fn keyword_clause(pieces: &[Piece], width: usize) -> String {
    let (keyword, value) = pieces.split_at_checked(keyword_length(pieces)).unwrap_or((pieces, &[]));
    let mut line = flat(keyword);
    if value.is_empty() {
        return line;
    }
    if value.first().is_some_and(|first| !first.remarks.is_empty()) {
        // A comment right behind the keyword: no column to keep.
        return print(pieces, Start { column: INDENT, line_indent: INDENT, hang: 3 * INDENT });
    }
    let used = line.chars().count();
    line.push_str(&" ".repeat((width + 1).saturating_sub(used).max(1)));
    let column = INDENT + line.chars().count();
    line.push_str(&print(value, Start { column, line_indent: INDENT, hang: column }));
    line
}

/// Comments between clauses: one behind the line before goes there, the others have lines of their own.
fn remark_lines(lines: &mut Vec<Line>, remarks: &[Remark], at_block_start: bool) {
    for (index, remark) in remarks.iter().enumerate() {
        match lines.last_mut() {
            Some(line) if !remark.own_line && line.comment.is_none() => line.comment = Some(remark.text.clone()),
            _ => {
                if remark.blank_before && !(at_block_start && index == 0) {
                    lines.push(Line { text: String::new(), comment: None });
                }
                lines.push(Line { text: format!("{}{}", " ".repeat(INDENT), remark.text), comment: None });
            }
        }
    }
}

/// Joins lines; the comments behind neighbouring lines are aligned.
fn join(lines: &[Line]) -> String {
    let width = |line: &Line| line.text.rsplit('\n').next().unwrap_or_default().chars().count();
    let mut out = String::new();
    let mut run: Vec<&Line> = Vec::new();
    let flush = |run: &mut Vec<&Line>, out: &mut String| {
        let column = run.iter().map(|line| width(line)).filter(|width| *width <= ONE_LINE).max().unwrap_or_default();
        for line in run.drain(..) {
            out.push_str(&line.text);
            out.push_str(&" ".repeat(column.saturating_sub(width(line)) + 2));
            out.push_str(line.comment.as_deref().unwrap_or_default());
            out.push('\n');
        }
    };
    for line in lines {
        if line.comment.is_some() {
            run.push(line);
            continue;
        }
        flush(&mut run, &mut out);
        out.push_str(&line.text);
        out.push('\n');
    }
    flush(&mut run, &mut out);
    out.truncate(out.trim_end().len());
    out
}
