//! Obligations: what has to be done, and whether it is.

use super::column::Truth;
use super::frame::Frame;
use super::value::Could;

/// Whether what an obligation asks for is done, for every row.
#[must_use]
pub fn met(frame: &Frame<'_>, _index: u16) -> Truth {
    Truth::constant(frame.len(), Could::UNKNOWN)
}
