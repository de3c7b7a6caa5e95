//! The types that a check's inputs and its answer may have, as a component writes them.

use std::fmt;

/// A type of the component model that the language has a word for.
///
/// Names of fields and of an enumeration's values are as the component writes them, `eol-date` where a policy says `eol_date`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `bool`.
    Bool,
    /// `s64`, an `int`.
    Int,
    /// `record { whole: s64, billionths: s32 }`, a `number`.
    Number,
    /// `record { points: s64, billionths: s32 }`, a `percent`.
    Percent,
    /// `string`: a `string`, `timezone` or `version`, or the id of an entity.
    Text,
    /// `record { year: s16, month: u8, day: u8 }`, a `date`.
    Date,
    /// `record { unix-microseconds: s64 }`, a `time`.
    Time,
    /// `record { microseconds: s64 }`, a `duration`.
    Duration,
    /// `record { score-tenths: u8, vector: option<string> }`, a `cvss`.
    Cvss,
    /// `enum`, its values in the order of the component.
    Enum(Vec<String>),
    /// `record` of any other fields: a record, or some fields of one.
    Record(Vec<(String, Type)>),
    /// `list`: a `set`, or a list of records.
    List(Box<Type>),
    /// `option`: the value or `none`.
    Optional(Box<Type>),
}

impl Type {
    /// Whether a check may answer with it: no record and no list of records or lists.
    #[must_use]
    pub fn answers(&self) -> bool {
        match self {
            Self::Record(_) => false,
            Self::Optional(of) => of.answers(),
            Self::List(of) => !matches!(**of, Self::List(_) | Self::Optional(_)) && of.answers(),
            _ => true,
        }
    }
}

/// The type in the words of the language; an enumeration's order is not known here.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Number => f.write_str("number"),
            Self::Percent => f.write_str("percent"),
            Self::Text => f.write_str("string"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Duration => f.write_str("duration"),
            Self::Cvss => f.write_str("cvss"),
            Self::Enum(values) => f.write_str(&values.join(" | ").replace('-', "_")),
            Self::Record(fields) => {
                f.write_str("{ ")?;
                for (n, (name, of)) in fields.iter().enumerate() {
                    write!(f, "{}{}: {of}", if n == 0 { "" } else { ", " }, name.replace('-', "_"))?;
                }
                f.write_str(" }")
            }
            Self::List(of) if matches!(**of, Self::Record(_)) => write!(f, "list<{of}>"),
            Self::List(of) => write!(f, "set<{of}>"),
            Self::Optional(of) => write!(f, "{of} or none"),
        }
    }
}

/// A check as the component's own types have it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// The name as a policy writes it: `_` where the component has `-`.
    pub name: String,
    /// The parameters' names (`_` for `-`) and types, in order.
    pub parameters: Vec<(String, Type)>,
    /// What it answers.
    pub answer: Type,
    /// Whether it may refuse to answer, by `result<T, string>`.
    pub may_refuse: bool,
}

/// `allowed(tags: set<string>, start: time) -> bool`.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (n, (name, of)) in self.parameters.iter().enumerate() {
            write!(f, "{}{name}: {of}", if n == 0 { "" } else { ", " })?;
        }
        write!(f, ") -> {}", self.answer)
    }
}
