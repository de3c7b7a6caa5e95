//! From the tree of a policy to a typed program: names, types, lints; every error that a policy can have.

pub mod codes;
pub mod decimal;
pub mod plugin;
pub mod program;
pub mod reads;
pub mod schema;
pub mod types;
pub mod vocabulary;

mod amount;
mod approval;
mod arith;
mod calendar;
mod calls;
mod categorise;
mod checker;
mod coerce;
mod compare;
mod complete;
mod deadline;
mod declare;
mod domain;
mod env;
mod expect;
mod expr;
mod gate;
mod head;
mod inline;
mod lints;
mod list;
mod literal;
mod load;
mod metric;
mod moments;
mod obligation;
mod outside;
mod path;
mod pattern;
mod period;
mod polarity;
mod reach;
mod reading;
mod record;
mod reported;
mod risk;
mod rule_text;
mod run;
mod settings;
mod strata;
mod suggest;
mod table;
mod times;
mod triage;
mod vocab;
mod waiver;

pub use load::{Loader, NoLoader, PolicyInput};
pub use outside::{Compiled, Refused, Sight, condition, expression};
pub use pattern::REGEX_SIZE_LIMIT;
pub use run::{Checked, check, check_without_tests};

#[cfg(test)]
mod tests;
