//! Decision → reasons, with the part of the policy and the facts that decided. The same evaluation, of one row, with nothing thrown away.

pub mod audit;
mod audit_counts;
pub mod audit_rows;
pub mod calendar;
pub mod calendar_rows;
pub mod decisive;
pub mod difference;
pub mod facts_rows;
pub mod facts_show;
pub mod rows;
pub mod urgency;
pub mod values;
pub mod when;
pub mod when_rows;
pub mod why;
pub mod why_times;
