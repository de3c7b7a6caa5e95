//! CPE names: the well-formed name of NISTIR 7695 with its two bindings, and the comparison of NISTIR 7696.
//!
//! A name has eleven attributes. Each is any value, not applicable, or a text, at whose ends wildcards may stand.

mod binding;
mod matching;

use std::fmt;

pub use matching::{Relation, compare};
pub(crate) use matching::{attribute, relations};

/// The number of attributes.
pub const ATTRIBUTES: usize = 11;

/// The longest name that is read, in bytes; the NVD's own are at most a tenth of it.
pub const LONGEST: usize = 8 * 1024;

/// The attributes, in the order of the formatted string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// `a` application, `o` operating system, `h` hardware.
    Part,
    /// Who makes it.
    Vendor,
    /// What it is.
    Product,
    /// Its version.
    Version,
    /// Update, service pack, pre-release.
    Update,
    /// Edition, as CPE 2.2 had it.
    Edition,
    /// Language of its interface, RFC 5646.
    Language,
    /// Edition of the software.
    SwEdition,
    /// What software it runs within.
    TargetSw,
    /// What hardware it runs on.
    TargetHw,
    /// What else there is.
    Other,
}

/// All of them, in order.
pub const ALL: [Attribute; ATTRIBUTES] = [
    Attribute::Part,
    Attribute::Vendor,
    Attribute::Product,
    Attribute::Version,
    Attribute::Update,
    Attribute::Edition,
    Attribute::Language,
    Attribute::SwEdition,
    Attribute::TargetSw,
    Attribute::TargetHw,
    Attribute::Other,
];

impl Attribute {
    /// Its name as NISTIR 7695 writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Vendor => "vendor",
            Self::Product => "product",
            Self::Version => "version",
            Self::Update => "update",
            Self::Edition => "edition",
            Self::Language => "language",
            Self::SwEdition => "sw_edition",
            Self::TargetSw => "target_sw",
            Self::TargetHw => "target_hw",
            Self::Other => "other",
        }
    }
}

/// The value of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `*`: any value.
    #[default]
    Any,
    /// `-`: not applicable.
    Na,
    /// A text.
    Text(Text),
}

/// A text without its escapes, in lower case, with the wildcards at its ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    /// What stands before it.
    pub before: Wild,
    /// The text itself.
    pub core: String,
    /// What stands after it.
    pub after: Wild,
}

/// Wildcards at an end of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wild {
    /// At most this many characters: as many `?`, or none.
    AtMost(usize),
    /// `*`: any number of them.
    Many,
}

impl Text {
    /// Whether it has wildcards.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        self.before != Wild::AtMost(0) || self.after != Wild::AtMost(0)
    }
}

impl Value {
    /// A text that stands for itself.
    #[must_use]
    pub fn exactly(text: &str) -> Self {
        Self::Text(Text { before: Wild::AtMost(0), core: text.to_lowercase(), after: Wild::AtMost(0) })
    }

    /// A text without wildcards.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.is_pattern() => Some(&text.core),
            _ => None,
        }
    }
}

/// A well-formed name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpe {
    values: [Value; ATTRIBUTES],
}

/// A text that is no CPE name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCpe {
    /// The text, cut short.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl fmt::Display for BadCpe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no CPE name: {}", self.text, self.problem)
    }
}

impl std::error::Error for BadCpe {}

impl Cpe {
    /// Reads a formatted string (`cpe:2.3:…`) or a URI (`cpe:/…`).
    ///
    /// # Errors
    ///
    /// If it is neither, or longer than [`LONGEST`].
    pub fn parse(text: &str) -> Result<Self, BadCpe> {
        let text = text.trim_ascii();
        let bad = |problem| BadCpe { text: super::quoted(text), problem };
        let scheme = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
        if text.len() > LONGEST {
            Err(bad("it is too long"))
        } else if scheme("cpe:2.3:") {
            binding::read_string(text).map_err(bad)
        } else if scheme("cpe:/") {
            binding::read_uri(text).map_err(bad)
        } else {
            Err(bad("it begins neither with `cpe:2.3:` nor with `cpe:/`"))
        }
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, attribute: Attribute) -> &Value {
        const ANY: &Value = &Value::Any;
        self.values.get(attribute as usize).unwrap_or(ANY)
    }

    /// Sets an attribute.
    pub fn set(&mut self, attribute: Attribute, value: Value) {
        if let Some(place) = self.values.get_mut(attribute as usize) {
            *place = value;
        }
    }
}

/// The formatted string.
impl fmt::Display for Cpe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cpe:2.3")?;
        self.values.iter().try_for_each(|value| {
            f.write_str(":")?;
            binding::write_value(f, value)
        })
    }
}

#[cfg(test)]
mod tests;
