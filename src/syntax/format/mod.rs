//! The formatter: one style for every policy.
//!
//! It works over the tokens and comments of the text, and asks the grammar only where clauses, columns and tight places
//! are. So it cannot lose a token, whatever the statement, and a form that the grammar learns is formatted at once.

mod block;
mod layout;
mod structure;

use super::diagnostic::{Diagnostic, Severity};
use super::lexer::Token;
use super::scan::{Chunk, Scanned, scan};
use super::source::FileId;
use structure::{Structure, structure_of};

/// Columns that a line may take where it can be broken.
const WIDTH: usize = 110;
/// Columns of a statement that stays on one line.
const ONE_LINE: usize = 100;
/// Blanks per level.
const INDENT: usize = 2;

/// Formats a policy file.
///
/// # Errors
/// What is wrong with the text, where it does not parse; nothing is formatted then.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, problems) = super::parse(FileId(0), text);
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(problems);
    }
    let scanned = scan(FileId(0), text).map_err(|problem| vec![problem])?;
    Ok(Formatter { scanned: &scanned }.file())
}

/// A comment as the formatter places it.
#[derive(Clone, Debug)]
pub(super) struct Remark {
    /// Its text, without blanks at the end.
    text: String,
    /// It has its line to itself.
    own_line: bool,
    /// An empty line stands before it.
    blank_before: bool,
}

pub(super) struct Formatter<'a> {
    scanned: &'a Scanned<'a>,
}

/// What stands at the top of a file, in order.
enum Item {
    Comment(Remark),
    Statement { text: String, one_line: bool, blank_before: bool },
}

impl Formatter<'_> {
    fn token(&self, index: usize) -> Option<Token> {
        self.scanned.tokens.get(index).copied()
    }

    fn word(&self, index: usize) -> &str {
        self.token(index).map_or("", |token| token.text(&self.scanned.text))
    }

    fn source(&self, start: usize, end: usize) -> &str {
        self.scanned.text.get(start..end).unwrap_or_default()
    }

    /// An empty line ends somewhere in the blanks before this byte.
    fn blank_before(&self, at: usize) -> bool {
        let before = self.source(0, at);
        let blanks = before
            .rfind(|c: char| !c.is_whitespace() && c != ';')
            .map_or(before, |last| before.get(last..).unwrap_or_default());
        blanks.matches('\n').count() > 1
    }

    fn remark(&self, comment: Token) -> Remark {
        Remark {
            text: comment.text(&self.scanned.text).trim_end().to_owned(),
            own_line: self.scanned.stands_alone(comment),
            blank_before: self.blank_before(comment.start),
        }
    }

    /// The comments that start in a range of bytes.
    fn remarks(&self, start: usize, end: usize) -> Vec<Remark> {
        let comments = &self.scanned.comments;
        let first = comments.partition_point(|comment| comment.start < start);
        comments
            .iter()
            .skip(first)
            .take_while(|comment| comment.start < end)
            .map(|comment| self.remark(*comment))
            .collect()
    }

    fn file(&self) -> String {
        let mut items = Vec::new();
        let mut done = 0;
        for chunk in &self.scanned.chunks {
            let (Some(first), Some(last)) =
                (self.token(chunk.first), chunk.last.checked_sub(1).and_then(|at| self.token(at)))
            else {
                continue;
            };
            items.extend(self.remarks(done, first.start).into_iter().map(Item::Comment));
            let text = self.statement(*chunk, first, last);
            let one_line = !text.contains('\n');
            items.push(Item::Statement { text, one_line, blank_before: self.blank_before(first.start) });
            done = last.end;
        }
        items.extend(self.remarks(done, usize::MAX).into_iter().map(Item::Comment));
        print_items(&items)
    }

    fn statement(&self, chunk: Chunk, first: Token, last: Token) -> String {
        match structure_of(self.scanned, chunk, first, last) {
            Some(structure) => self.structured(chunk, &structure),
            // Too long to be read at once: it stays as it is.
            None => self.source(first.start, last.end).lines().map(str::trim_end).collect::<Vec<_>>().join("\n"),
        }
    }

    fn structured(&self, chunk: Chunk, structure: &Structure) -> String {
        match structure.brace {
            Some(brace) => block::Block::new(self, chunk, structure, brace).print(),
            None => {
                let pieces = self.pieces(structure, chunk.first, chunk.last);
                layout::print(&pieces, layout::Start { column: 0, line_indent: 0, hang: 2 * INDENT })
            }
        }
    }
}

/// Joins statements and comments with the empty lines between them.
fn print_items(items: &[Item]) -> String {
    let mut out = String::new();
    let mut before: Option<&Item> = None;
    for item in items {
        match item {
            Item::Comment(remark) if !remark.own_line && matches!(before, Some(Item::Statement { .. })) => {
                while out.ends_with('\n') {
                    out.pop();
                }
                out.push_str("  ");
                out.push_str(&remark.text);
                out.push('\n');
                // The statement is still what the next item follows.
                continue;
            }
            Item::Comment(remark) => {
                let after_block = matches!(before, Some(Item::Statement { one_line: false, .. }));
                if before.is_some() && (remark.blank_before || after_block) {
                    out.push('\n');
                }
                out.push_str(&remark.text);
                out.push('\n');
            }
            Item::Statement { text, one_line, blank_before } => {
                let wanted = match before {
                    None => false,
                    Some(Item::Comment(_)) => *blank_before,
                    Some(Item::Statement { one_line: before_is_short, .. }) => {
                        *blank_before || !(*one_line && *before_is_short)
                    }
                };
                if wanted {
                    out.push('\n');
                }
                out.push_str(text);
                out.push('\n');
            }
        }
        before = Some(item);
    }
    out
}
