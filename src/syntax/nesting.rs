//! How deep a text is nested, counted before the grammar meets it.

use super::lexer::{Token, TokenKind, is_reserved};

/// Counts what makes the grammar call itself: brackets, and forms that take all that follows them.
#[derive(Default)]
pub(crate) struct Nesting {
    /// Forms that are open within each open bracket, outermost first; the last is outside of all brackets.
    frames: Vec<usize>,
    /// How many they are, all together.
    outer_forms: usize,
    open_forms: usize,
    /// The last token could end an operand.
    after_operand: bool,
    /// The last token was `set` or `list`, whose `<` opens a type.
    after_collection: bool,
    /// The last token was a quantifier's word of another language: a name follows, not a new operand.
    after_opener: bool,
}

impl Nesting {
    /// No bracket is open.
    pub(crate) fn is_outside(&self) -> bool {
        self.frames.is_empty()
    }

    /// Reads the bracket that closes the innermost open one.
    pub(crate) fn close(&mut self) {
        self.open_forms = self.frames.pop().unwrap_or_default();
        self.outer_forms -= self.open_forms;
        self.after_operand = true;
        (self.after_collection, self.after_opener) = (false, false);
    }

    /// How deep the text is nested so far.
    pub(crate) fn total(&self) -> usize {
        self.outer_forms + self.frames.len() + self.open_forms
    }

    /// Reads one token and returns how deep the text is nested behind it.
    ///
    /// An operand right after an operand cannot continue an expression, so it closes what was open within its bracket.
    pub(crate) fn step(&mut self, token: Token, source: &str) -> usize {
        let text = token.text(source);
        let collection = std::mem::replace(&mut self.after_collection, matches!(text, "set" | "list"));
        let opener = std::mem::take(&mut self.after_opener);
        match text {
            "{" | "(" | "[" => {
                self.outer_forms += self.open_forms;
                self.frames.push(std::mem::take(&mut self.open_forms));
                self.after_operand = false;
            }
            "}" | ")" | "]" => {
                self.close();
            }
            "<" if collection => {
                self.open_forms += 1;
                self.after_operand = false;
            }
            _ if text == "?" || FORMS.contains(&text) => {
                self.open_forms += 1;
                self.after_operand = false;
            }
            _ if matches!(token.kind, TokenKind::Punct) => self.after_operand = false,
            _ if is_reserved(text) => self.after_operand = false,
            _ if token.kind == TokenKind::Word && is_foreign_quantifier(text) => {
                self.open_forms += 1;
                self.after_operand = true;
                self.after_opener = true;
            }
            _ => {
                if self.after_operand && !opener {
                    self.open_forms = 0;
                }
                self.after_operand = true;
            }
        }
        self.total()
    }
}

/// Words behind which the grammar calls itself.
pub(super) const FORMS: [&str; 7] = ["if", "any", "every", "each", "elif", "elsif", "elseif"];

/// Words by which this and other languages say of how many something holds, in any case of letters.
pub(super) const QUANTIFIERS: [&str; 6] = ["forall", "exists", "some", "all", "every", "any"];

fn is_foreign_quantifier(word: &str) -> bool {
    matches!(word.len(), 3..=6) && QUANTIFIERS.iter().any(|known| word.eq_ignore_ascii_case(known))
}
