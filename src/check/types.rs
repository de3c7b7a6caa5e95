//! The types of the language.

use std::fmt;
use std::sync::Arc;

use super::schema::TableId;

/// An enumeration: its values, in ascending order where it has one.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct EnumDef {
    /// What people call it: `asset.exposure`, `the levels of patching`.
    pub name: String,
    /// The values; a value's code is its position.
    pub values: Vec<String>,
    /// Whether `<` means something; then the first value is the least.
    pub ordered: bool,
    /// Whether the author wrote the greatest first, as in `levels act > track`.
    pub descending: bool,
}

impl EnumDef {
    /// The code of a value.
    #[must_use]
    pub fn code(&self, value: &str) -> Option<i64> {
        self.values.iter().position(|v| v == value).and_then(|n| i64::try_from(n).ok())
    }

    /// The value with this code.
    #[must_use]
    pub fn value(&self, code: i64) -> Option<&str> {
        usize::try_from(code).ok().and_then(|n| self.values.get(n)).map(String::as_str)
    }
}

/// A type, without its attributes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A condition.
    Bool,
    /// A whole number of 64 bits.
    Int,
    /// A decimal: 28 digits, 9 after the point.
    Number,
    /// A decimal followed by `%`.
    Percent,
    /// Text.
    String,
    /// A day.
    Date,
    /// An instant, in microseconds.
    Time,
    /// An exact length, in microseconds.
    Duration,
    /// Calendar arithmetic: `3 days`, `5 business days`.
    Span,
    /// A time zone by its name.
    Zone,
    /// A version.
    Version,
    /// A CVSS vector, a score, or several.
    Cvss,
    /// One of a list of words.
    Enum(Arc<EnumDef>),
    /// A set of one of the types above.
    Set(Box<Type>),
    /// A list of records.
    List(TableId),
    /// One record.
    Row(TableId),
    /// The type of `none` alone, and of an empty set's elements.
    Nothing,
    /// Nothing is known because of an error that was already reported.
    Error,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Number => f.write_str("number"),
            Self::Percent => f.write_str("percent"),
            Self::String => f.write_str("string"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Duration => f.write_str("duration"),
            Self::Span => f.write_str("calendar span"),
            Self::Zone => f.write_str("timezone"),
            Self::Version => f.write_str("version"),
            Self::Cvss => f.write_str("cvss"),
            Self::Enum(def) => {
                let separator = match (def.ordered, def.descending) {
                    (false, _) => " | ",
                    (true, false) => " < ",
                    (true, true) => " > ",
                };
                let mut values: Vec<&str> = def.values.iter().map(String::as_str).collect();
                if def.descending {
                    values.reverse();
                }
                f.write_str(&values.join(separator))
            }
            Self::Set(of) => write!(f, "set<{of}>"),
            Self::List(_) => f.write_str("list"),
            Self::Row(_) => f.write_str("record"),
            Self::Nothing => f.write_str("none"),
            Self::Error => f.write_str("?"),
        }
    }
}

/// A type with what may stand in its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ty {
    /// The type.
    pub base: Type,
    /// `none` is one of the values.
    pub or_none: bool,
    /// The least and greatest value of an `int`.
    pub range: Option<(i64, i64)>,
}

impl Ty {
    /// The type alone.
    #[must_use]
    pub const fn plain(base: Type) -> Self {
        Self { base, or_none: false, range: None }
    }

    /// The type or `none`.
    #[must_use]
    pub const fn or_none(base: Type) -> Self {
        Self { base, or_none: true, range: None }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.range.filter(|_| self.base == Type::Int) {
            Some((low, high)) => write!(f, "{} {low}..{high}", self.base)?,
            None => write!(f, "{}", self.base)?,
        }
        if self.or_none { f.write_str(" or none") } else { Ok(()) }
    }
}
