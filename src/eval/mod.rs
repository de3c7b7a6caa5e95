//! Program × facts → decisions. The one evaluation path: columns and batches, and reasons from the same results.

pub mod agg;
pub mod alike;
pub mod answers;
pub mod approval;
pub mod arith;
pub mod arms;
pub mod assumed;
pub mod calendar;
pub mod categorise;
pub mod column;
pub mod cvss;
pub mod decide;
pub mod decision;
pub mod display;
pub mod duty;
pub mod env;
pub mod estate;
pub mod expr;
pub mod facts;
pub mod found;
pub mod frame;
pub mod granted;
pub mod ids;
pub mod leaves;
pub mod length;
pub mod meets;
pub mod metric;
pub mod obligation;
pub mod period;
pub mod portion;
pub mod quant;
pub mod reason;
pub mod reference;
pub mod risk;
pub mod table;
pub mod triage;
pub mod unknown;
pub mod urgency;
pub mod value;
pub mod version;
pub mod waiver;
pub mod when;

#[cfg(test)]
mod tests;
