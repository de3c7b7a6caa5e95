//! What can be wrong with a component or a call.

use std::fmt;

use super::limits::{MAX_ANSWER, MAX_SHOWN, MAX_STACK, MAX_TABLE_ELEMENTS};
use super::readable;

/// Why a call gave no answer.
///
/// All but two depend on nothing but the component, the inputs and the limits, and make the answer unknown. The two are the host's own
/// ([`ends_run`](Self::ends_run)): what they say of one machine must not become a decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// It used all its fuel, of which this was the limit.
    Fuel(u64),
    /// It wanted more memory than this limit, in bytes.
    Memory(u64),
    /// Its calls nest too deep.
    Stack,
    /// It wanted larger tables than it may have.
    Table,
    /// It stopped itself, or did what no program may; in words for people.
    Trap(String),
    /// What it answers is larger than it may be.
    TooLarge,
    /// What it answers means nothing; in words for people.
    Nonsense(String),
    /// It said itself that it cannot answer, and why.
    Refused(String),
    /// It cannot be called with these inputs; in words for people.
    Input(String),
    /// It was not done when the host's patience was, of which this was the limit in milliseconds.
    Guard(u64),
    /// The host could not do its part.
    Host(String),
}

impl Failure {
    /// Whether the run ends with it, since another machine or another hour might have had an answer.
    #[must_use]
    pub const fn ends_run(&self) -> bool {
        matches!(self, Self::Guard(_) | Self::Host(_))
    }

    /// What a check said of why it cannot answer, on one line.
    pub(super) fn refused(why: &str) -> Self {
        Self::Refused(readable::line(why, MAX_SHOWN))
    }

    /// A word for tables and records: `fuel`, `memory`, `trap`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Fuel(_) => "fuel",
            Self::Memory(_) => "memory",
            Self::Stack => "stack",
            Self::Table => "table",
            Self::Trap(_) => "trap",
            Self::TooLarge => "size",
            Self::Nonsense(_) => "nonsense",
            Self::Refused(_) => "refused",
            Self::Input(_) => "input",
            Self::Guard(_) => "guard",
            Self::Host(_) => "host",
        }
    }
}

/// A clause that goes after "the check": `used all its fuel, 10_000_000 units`.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fuel(limit) => write!(f, "used all its fuel, {} units", readable::count(*limit)),
            Self::Memory(limit) => write!(f, "wanted more memory than {}", readable::bytes(*limit)),
            Self::Stack => {
                write!(f, "called functions too deep, beyond {} of stack", readable::bytes(MAX_STACK as u64))
            }
            Self::Table => {
                write!(f, "wanted tables of more than {} elements", readable::count(MAX_TABLE_ELEMENTS as u64))
            }
            Self::Trap(what) => write!(f, "stopped: {what}"),
            Self::TooLarge => write!(f, "gave an answer larger than {}", readable::bytes(MAX_ANSWER as u64)),
            Self::Nonsense(what) => write!(f, "gave an answer that means nothing: {what}"),
            Self::Refused(why) => write!(f, "could not answer: {why}"),
            Self::Input(what) => write!(f, "cannot be called: {what}"),
            Self::Guard(limit) => {
                write!(
                    f,
                    "was not done after {} ms, the host's own guard, which decides nothing",
                    readable::count(*limit)
                )
            }
            Self::Host(what) => write!(f, "could not be run on this machine: {what}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Why a component cannot be used at all, in words for people; `help` says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// What is wrong, lower-case and without a stop.
    pub what: String,
    /// What its author can do.
    pub help: Option<String>,
    /// Whether it is this machine's fault and not the component's.
    pub host: bool,
}

impl LoadError {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None, host: false }
    }

    pub(super) fn host(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None, host: true }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for LoadError {}
