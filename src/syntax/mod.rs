//! Text → tree: the parser, its messages, and the formatter.
//!
//! The grammar is `grammar/changegate.pest`. Before it, a linear scan limits hostile text and finds the statements;
//! behind it, the builder applies precedence, reads texts and lengths, and says what other languages' spellings are here.
//! Parsing never fails: it returns a tree and what is wrong.

pub mod codes;
pub mod diagnostic;
pub mod expr;
pub mod source;
pub mod suggest;
pub mod tree;

mod build;
mod expected;
mod format;
mod grammar;
mod hints;
mod keywords;
mod lexer;
mod matcher;
mod mistakes;
mod nesting;
mod pairs;
mod parse;
mod scan;
mod skip;

pub use format::format;
pub use parse::{parse, parse_but, parse_expression};

#[cfg(test)]
mod tests;
