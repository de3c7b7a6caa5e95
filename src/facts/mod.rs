//! Outside data into typed columns.
//!
//! [`FactsBuilder`] takes the bytes of files, and the records of tests; [`FactsBuilder::finish`] gives the [`Facts`], what is
//! wrong with the input as data ([`Problems`]), and the selections of assets that only an evaluator can follow ([`Selection`]).
//!
//! The way of a record: a file is taken apart into the texts of its records (`split`), each is read into a tree of JSON and put into canonical
//! form (`json`), and the tree fills a row of columns by the schema's plan (`plan`, `record`, `value`, `vectors`, `named`). That much is done
//! for many chunks at once (`part`). Then texts are numbered anew (`pool`), records of one id merged (`duplicates`), rows sorted by id and
//! turned into Arrow arrays (`records`, `assemble`).
//!
//! **Invariants.** Nothing but problems' places hangs on the order of files, records, keys or list elements, and nothing at all on the number of
//! threads. A value that cannot be read is unknown and never guessed; a list that loses an element is never just shorter. Files, paths and
//! clocks are the caller's.

mod amend;
mod assemble;
mod asset_names;
mod builder;
mod column;
mod columns;
mod csv;
mod digest;
mod duplicates;
mod duties;
mod installed;
mod json;
mod lane;
mod named;
mod order;
mod part;
mod pen;
mod plan;
mod pool;
mod portion;
mod problem;
mod reader;
mod record;
mod records;
mod rows;
pub mod samples;
mod selection;
mod show;
mod split;
mod states;
pub mod table;
mod texts;
mod value;
mod vectors;

pub use amend::{Amend, Caveat};
pub use asset_names::AssetNames;
pub use builder::{FactsBuilder, Input, Options, Selection};
pub use columns::{ColumnRule, ColumnShape, Columns, Plain};
pub use csv::{Lines, broken_quote};
pub use installed::{Installed, Reported};
pub use json::{Json, JsonError};
pub(crate) use json::{Key, KeySeed};
pub use lane::{ColumnPlan, Rename};
pub use portion::{Base, Foreign, Gathered, Note, Portion, Start};
pub use problem::{Place, Problem, ProblemKind, Problems, printable};
pub use records::Trace;
pub use rows::{Broken, Mapped, Misread, Remark, Row};
pub use split::{Chunk, Frame, Piece, Split, Wrapper, first_keys, is_lines, plain_name, split};
pub use table::{Cause, Column, Facts, TableData, Touched};

#[cfg(test)]
mod tests;
