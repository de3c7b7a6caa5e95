//! The host of plugins: checks of an organisation's own, as WebAssembly components in a sandbox.
//!
//! Bytes become a `Module`, which is asked. An answer depends on nothing but the component, the inputs and the [`Limits`]: each call starts from
//! the same fresh state, and neither a clock nor anything else of the machine can be seen from within. Whatever a component does ends as an answer
//! or as a [`Failure`].

mod failure;
#[allow(dead_code, reason = "the engine comes with the next commit")]
mod limits;
mod readable;
mod types;
mod value;

pub use failure::{Failure, LoadError};
pub use limits::{Limits, MAX_COMPONENT};
pub use types::{Signature, Type};
pub use value::Value;
