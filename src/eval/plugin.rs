//! Calls of plugins: whoever runs the modules is asked through [`Checks`].

use std::fmt::Debug;
use std::sync::Arc;

use crate::check::plugin::Value;

/// Which check is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asked {
    /// The plugin, an index into the program's.
    pub plugin: u16,
    /// The check, an index into the plugin's.
    pub check: u16,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer; of the check's type, or it is taken for none.
    Answer(Value),
    /// There is none, and why, in words for people without the inputs: `trapped: unreachable`, `used up its fuel of 10000000`. The same inputs
    /// give the same words on every machine.
    Failed(Arc<str>),
}

/// Answers the questions that a policy asks its plugins. An answer hangs on nothing but the check and the inputs: whether it was asked
/// before, by which thread and in which order leaves no trace in it.
pub trait Checks: Debug + Sync + Send {
    /// Asks a check. There is one input for each of its signature, of the type that it has there.
    fn ask(&self, asked: Asked, inputs: &[Value]) -> Outcome;
}

/// Where there is nobody to ask.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Checks for Nobody {
    fn ask(&self, _asked: Asked, _inputs: &[Value]) -> Outcome {
        Outcome::Failed(Arc::from("no plugin can be asked here"))
    }
}
