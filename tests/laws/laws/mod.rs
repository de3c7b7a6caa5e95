//! The laws of the language, each over random cases.

pub mod deletion;
