//! Tokens of one clause → lines: blanks between tokens, and where a long clause is broken.

use super::structure::Structure;
use super::{Formatter, INDENT, Remark, WIDTH};
use std::collections::VecDeque;

/// One token as it is printed.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The token.
    pub text: String,
    /// A blank stands before it, where it does not start a line.
    pub space: bool,
    /// The comments between the token before and this one.
    pub remarks: Vec<Remark>,
    /// An opening bracket that the author ended the line with: its content stays on lines of its own.
    pub expanded: bool,
    /// Starts an entry of a record.
    pub is_key: bool,
}

/// Where a clause starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// The column of its first token.
    pub column: usize,
    /// The indentation of the line that it stands on.
    pub line_indent: usize,
    /// The indentation of the lines that go on with it.
    pub hang: usize,
}

impl Formatter<'_> {
    /// The pieces of tokens `first..last`. Comments before the first are not among them.
    pub(super) fn pieces(&self, structure: &Structure, first: usize, last: usize) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut before: Option<usize> = None;
        for index in first..last {
            let Some(token) = self.token(index) else { break };
            let text = self.word(index);
            if text == ";" {
                continue;
            }
            let previous = before.and_then(|at| self.token(at));
            let remarks = previous.map_or_else(Vec::new, |previous| self.remarks(previous.end, token.start));
            let space = before.is_some_and(|at| self.space_between(structure, at, index));
            let expanded = matches!(text, "{" | "[")
                && self.token(index + 1).is_some_and(|next| {
                    self.source(token.end, next.start).contains('\n') && !matches!(self.word(index + 1), "}" | "]")
                });
            pieces.push(Piece {
                text: text.to_owned(),
                space,
                remarks,
                expanded,
                is_key: structure.keys.contains(&token.start),
            });
            before = Some(index);
        }
        pieces
    }

    fn space_between(&self, structure: &Structure, before: usize, index: usize) -> bool {
        let (left, right) = (self.word(before), self.word(index));
        let (Some(left_token), Some(right_token)) = (self.token(before), self.token(index)) else { return true };
        if structure.tight_after.contains(&left_token.start) || structure.tight_before.contains(&right_token.start) {
            return false;
        }
        !matches!((left, right), ("{", "}") | ("[", "]") | ("(" | ".", _) | (_, ")" | "." | "," | ":"))
    }
}

/// Columns of the pieces on one line.
pub(super) fn flat_width(pieces: &[Piece]) -> usize {
    pieces.iter().enumerate().map(|(at, piece)| piece.text.chars().count() + usize::from(at > 0 && piece.space)).sum()
}

/// The pieces on one line.
pub(super) fn flat(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 && piece.space {
            out.push(' ');
        }
        out.push_str(&piece.text);
    }
    out
}

/// No comment and no bracket of the author's asks for several lines.
pub(super) fn may_be_flat(pieces: &[Piece]) -> bool {
    pieces.iter().enumerate().all(|(at, piece)| !piece.expanded && (at == 0 || piece.remarks.is_empty()))
}

/// Prints a clause; its first token stands at `start.column`, and nothing is printed before it.
pub(super) fn print(pieces: &[Piece], start: Start) -> String {
    let mut printer = Printer { out: String::new(), column: start.column, line_indent: start.line_indent };
    let too_long = start.column + flat_width(pieces) > WIDTH;
    if !too_long && may_be_flat(pieces) {
        return flat(pieces);
    }
    printer.run(pieces, start.hang, too_long, true);
    printer.out
}

struct Printer {
    out: String,
    column: usize,
    /// Indentation of the line that is being written.
    line_indent: usize,
}

impl Printer {
    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.push_str(&" ".repeat(indent));
        self.column = indent;
        self.line_indent = indent;
    }

    /// Ends the line before a piece: first the comments that stand there.
    fn break_before(&mut self, piece: &Piece, comments_at: usize, indent: usize) {
        for remark in &piece.remarks {
            if remark.own_line {
                self.line(comments_at);
            } else {
                self.write("  ");
            }
            self.write(&remark.text);
        }
        self.line(indent);
    }

    /// Prints pieces that belong together; with `split`, `and` and `or` among them start lines, or, where there is
    /// neither, each comma ends one.
    fn run(&mut self, pieces: &[Piece], hang: usize, split: bool, first_is_placed: bool) {
        let mut rest: VecDeque<&Piece> = pieces.iter().collect();
        let mut at_start = first_is_placed;
        let split_commas = split && !joins_at_top(pieces);
        let mut after_comma = false;
        while let Some(piece) = rest.pop_front() {
            let joins = matches!(piece.text.as_str(), "and" | "or");
            if at_start {
                // The caller has placed it, comments and all.
            } else if !piece.remarks.is_empty() || split && joins || split_commas && after_comma {
                self.break_before(piece, hang, hang);
            } else if piece.space {
                self.write(" ");
            }
            at_start = false;
            after_comma = piece.text == ",";
            if !matches!(piece.text.as_str(), "{" | "[" | "(") {
                self.write(&piece.text);
                continue;
            }
            let length = group_length(&rest);
            let inner: Vec<Piece> = rest.drain(..length).cloned().collect();
            let close = rest.pop_front();
            self.group(piece, &inner, close, hang, split);
        }
    }

    fn group(&mut self, open: &Piece, inner: &[Piece], close: Option<&Piece>, hang: usize, split: bool) {
        let mut all = vec![open.clone()];
        all.extend(inner.iter().cloned());
        all.extend(close.cloned());
        let fits = self.column + flat_width(&all) <= WIDTH;
        if fits && may_be_flat(&all) {
            self.write(&flat(&all));
            return;
        }
        let line_indent = self.line_indent;
        self.write(&open.text);
        if open.text == "(" {
            let breaks_first = inner.first().is_some_and(|first| !first.remarks.is_empty());
            if let Some(first) = inner.first().filter(|_| breaks_first) {
                self.break_before(first, hang + INDENT, hang + INDENT);
            }
            self.run(inner, hang + INDENT, split && !fits, true);
            if let Some(close) = close {
                if !close.remarks.is_empty() {
                    self.break_before(close, hang + INDENT, hang);
                }
                self.write(&close.text);
            }
            return;
        }
        let within = line_indent + INDENT;
        for entry in entries(inner) {
            if let Some(first) = entry.first() {
                self.break_before(first, within, within);
            }
            self.run(entry, within + INDENT, self.column + flat_width(entry) > WIDTH, true);
        }
        if let Some(close) = close {
            if inner.is_empty() && close.remarks.is_empty() {
                self.write(&close.text);
            } else {
                self.break_before(close, within, line_indent);
                self.write(&close.text);
            }
        }
    }
}

/// `and` or `or` stands among the pieces, outside of all brackets.
fn joins_at_top(pieces: &[Piece]) -> bool {
    let mut depth = 0_usize;
    pieces.iter().any(|piece| {
        match piece.text.as_str() {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth = depth.saturating_sub(1),
            "and" | "or" => return depth == 0,
            _ => {}
        }
        false
    })
}

/// How many pieces stand before the bracket that closes what has just been opened.
fn group_length(rest: &VecDeque<&Piece>) -> usize {
    let mut depth = 0_usize;
    for (at, piece) in rest.iter().enumerate() {
        match piece.text.as_str() {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" if depth == 0 => return at,
            "}" | "]" | ")" => depth -= 1,
            _ => {}
        }
    }
    rest.len()
}

/// Splits the content of a bracket at its own commas and keys; a comma stays with what it follows.
fn entries(inner: &[Piece]) -> Vec<&[Piece]> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, piece) in inner.iter().enumerate() {
        let after_comma = at > start && depth == 0 && inner.get(at - 1).is_some_and(|before| before.text == ",");
        if depth == 0 && at > start && (after_comma || piece.is_key) {
            found.extend(inner.get(start..at));
            start = at;
        }
        match piece.text.as_str() {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found.extend(inner.get(start..).filter(|entry| !entry.is_empty()));
    found
}
