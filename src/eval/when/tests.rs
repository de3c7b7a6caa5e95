//! When changes may go.
