//! A policy's own tests: their records become facts, their expectations are held against the decision as reported.

mod expect;
mod json;
mod run;

pub use run::run;

#[cfg(test)]
mod tests;
