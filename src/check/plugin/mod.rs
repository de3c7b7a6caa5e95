//! Plugins as a policy sees them: which checks a module has, what they are asked with and what they answer. What runs a module is elsewhere.

mod call;
mod input;
mod kind;
mod module;
mod statement;
mod text;

use std::fmt::Debug;
use std::hash::Hasher;
use std::sync::Arc;

pub use kind::Kind;
pub(super) use module::{Named, named};
pub use text::shown;

/// A check: what it is asked with and what it answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Its name: `allowed`.
    pub name: String,
    /// The types of its inputs, in order.
    pub inputs: Vec<Kind>,
    /// The type of its answer.
    pub answer: Kind,
}

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}(", self.name)?;
        for (n, input) in self.inputs.iter().enumerate() {
            let separator = if n == 0 { "" } else { ", " };
            write!(f, "{separator}{input}")?;
        }
        write!(f, ") -> {}", self.answer)
    }
}

/// One check of a module, by both accounts of it. Whoever loads a module refuses one in which the two do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedCheck {
    /// As the module's description has it.
    pub signature: Signature,
    /// The type of the exported function, as text: `func(tags: list<string>, start: instant) -> bool`.
    pub exported: String,
}

/// What a module says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of its bytes: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Its checks, sorted by name.
    pub checks: Vec<DescribedCheck>,
}

/// Why a module cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It cannot be read, is no component, or breaks a rule for plugins, in words for people.
    Unusable(String),
    /// It is not the one that the policy names; with the digest of the one that is there. It was not compiled.
    OtherDigest(String),
    /// The policy names no digest and the caller wants one; with the digest of the module that is there. It was not compiled.
    Unpinned(String),
}

/// What a check may use up in one call. These decide, rather than time, so that the answer is the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Units of work: about one for each instruction.
    pub fuel: u64,
    /// Bytes of linear memory.
    pub memory: u64,
}

impl Limits {
    /// Where the policy says nothing.
    pub const DEFAULT: Self = Self { fuel: 10_000_000, memory: 32 << 20 };
    /// The most that a policy may grant: some seconds, and what the pool of instances holds.
    pub const MOST: Self = Self { fuel: 10_000_000_000, memory: 256 << 20 };
    /// The least that is of use: a page of memory.
    pub const LEAST: Self = Self { fuel: 1_000, memory: 64 << 10 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A value that a check is asked with or answers; its [`Kind`] says which it has to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// [`Kind::Bool`]
    Bool(bool),
    /// [`Kind::Int`]
    Int(i64),
    /// [`Kind::Number`] and [`Kind::Percent`], in billionths: `15%` is fifteen times a billion.
    Decimal(i128),
    /// [`Kind::Text`]
    Text(Arc<str>),
    /// [`Kind::Date`], as days since 1970-01-01.
    Date(i32),
    /// [`Kind::Time`], in microseconds since the epoch.
    Time(i64),
    /// [`Kind::Duration`], in microseconds.
    Duration(i64),
    /// [`Kind::Word`], as the position of the word.
    Word(u32),
    /// `none`, of a [`Kind::OrNone`]; its other values stand for themselves.
    None,
    /// [`Kind::Set`], sorted and each once, or [`Kind::List`].
    List(Vec<Value>),
    /// [`Kind::Record`], in the order of its fields.
    Record(Vec<Value>),
}

impl Value {
    /// Adds values to a hash: as many as there are, and each. It takes less steps than the derived one, which has a step for each kind of value.
    pub fn hash_all(values: &[Self], hasher: &mut dyn Hasher) {
        hasher.write_usize(values.len());
        values.iter().for_each(|value| value.hash_one(hasher));
    }

    /// Adds this value to a hash.
    pub fn hash_one(&self, hasher: &mut dyn Hasher) {
        match self {
            Self::Bool(value) => hasher.write_u8(u8::from(*value)),
            Self::Int(value) | Self::Time(value) | Self::Duration(value) => hasher.write_i64(*value),
            Self::Decimal(value) => hasher.write_i128(*value),
            Self::Text(text) => hasher.write(text.as_bytes()),
            Self::Date(days) => hasher.write_i32(*days),
            Self::Word(word) => hasher.write_u32(*word),
            Self::None => hasher.write_u8(2),
            Self::List(values) | Self::Record(values) => Self::hash_all(values, hasher),
        }
    }
}

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

/// Inputs that are not made into values yet, of a question that may have been asked before.
pub trait Question {
    /// Adds the inputs to a hash, as [`Value::hash_all`] does.
    fn hash(&self, hasher: &mut dyn Hasher);

    /// Whether these are its inputs.
    fn is(&self, inputs: &[Value]) -> bool;
}

/// Answers the questions that a policy asks its plugins. An answer hangs on nothing but the check and the inputs: whether it was asked
/// before, by which thread and in which order leaves no trace in it.
pub trait Checks: Debug + Sync + Send {
    /// Asks a check. There is one input for each of its signature, of the type that it has there.
    fn ask(&self, asked: Asked, inputs: &[Value]) -> Outcome;

    /// What became of a question that was asked before, where that is remembered and can be told without making its inputs into values.
    fn recall(&self, _asked: Asked, _question: &dyn Question) -> Option<Outcome> {
        None
    }

    /// What was decided is decided: remembers the answers where they are to outlive the run.
    fn keep(&self) {}
}

/// Where there is nobody to ask.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Checks for Nobody {
    fn ask(&self, _asked: Asked, _inputs: &[Value]) -> Outcome {
        Outcome::Failed(Arc::from("no plugin can be asked here"))
    }
}

/// Who answers the questions of a program.
#[derive(Clone, Debug)]
pub struct Answerer(pub Arc<dyn Checks>);

impl Default for Answerer {
    fn default() -> Self {
        Self(Arc::new(Nobody))
    }
}
