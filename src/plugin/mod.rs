//! The host of plugins: checks of an organisation's own, as WebAssembly components in a sandbox.
//!
//! Bytes become a [`Module`], which is asked. An answer depends on nothing but the component, the inputs and the limits: each call starts from the
//! same fresh state, and neither a clock nor anything else of the machine can be seen from within. Whatever a component does ends as an answer or as
//! a [`Failure`]; the one thing that ends the run is the guard in wall time, which no component within its fuel should meet.

mod answers;
mod cache;
mod convert;
mod describe;
mod digest;
mod engine;
mod failure;
mod guarded;
mod kept;
mod limits;
mod log;
mod memo;
mod module;
mod readable;
mod reflect;
mod scan;
mod sign;
mod state;
mod stopped;
mod wit;

pub use answers::Answers;
pub use cache::Cache;
pub use digest::digest;
pub use engine::{Host, HostOptions, Metered};
pub use failure::{Failure, LoadError};
pub use limits::MAX_COMPONENT;
pub use memo::{Memo, Remembered};
pub use module::{Asked, Module};
pub use sign::{PublicKey, SecretKey};

#[cfg(test)]
mod tests;
