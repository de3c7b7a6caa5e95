//! The laws of the language, each over random cases.

pub mod agree;
pub mod alone;
pub mod deletion;
pub mod duties;
pub mod format;
pub mod lacks;
pub mod not_before;
pub mod order;
pub mod passed_over;
pub mod portions;
pub mod suffice;
