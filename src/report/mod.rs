//! Results in the forms that people and programs read: one file for each, and all of them only read.
//!
//! The writers stream: they hold no second copy of what they print, and hand every write error to the caller (a closed pipe is one).

pub mod audit_human;
pub mod bench;
pub mod calendar_human;
pub mod calendar_ics;
mod calendar_month;
mod calendar_week;
pub mod diagnostics;
pub mod difference_human;
mod duties_human;
mod excerpt;
pub mod facts_human;
pub mod human;
pub mod json;
pub mod problem;
pub use crate::explain::rows;
mod style;
pub mod test_human;
mod text;
pub mod triage_human;
pub mod values_human;
pub mod when_human;
pub mod why_human;

pub use style::Paint;
pub use text::{clean, tidy};

use crate::time::{Instant, Zone};

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Tables for people.
    Human,
    /// One JSON object.
    Json,
    /// One JSON object on each line.
    Ndjson,
}

/// How the human form looks.
#[derive(Clone, Debug)]
pub struct Look {
    /// Whether to use colour.
    pub paint: Paint,
    /// The width in columns that lines are fitted to.
    pub width: usize,
    /// The zone that times are printed in.
    pub zone: Zone,
}

impl Look {
    /// A time to the minute (with seconds only where there are some) in the zone of this look.
    #[must_use]
    pub fn time(&self, instant: Instant) -> String {
        let Some(local) = self.zone.local(instant) else { return instant.to_rfc3339() };
        format!("{} {}", local.date(), local.time())
    }
}

#[cfg(test)]
mod tests;
