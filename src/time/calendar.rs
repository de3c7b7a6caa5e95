//! Named calendars.

use super::{Duration, Span};

/// How long an occurrence lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lasting {
    /// So much elapsed time.
    Exact(Duration),
    /// Until the same wall clock some days, weeks, months or years later.
    Span(Span),
}

/// The times of a calendar, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Calendar {}
