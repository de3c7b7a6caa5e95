//! Why a text is no CVSS vector.

use std::fmt;

use super::Version;

/// How much of a text a message repeats, in characters.
const SHOWN: usize = 40;

/// What was found in a text that is no vector, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VectorError {
    /// There is no text.
    Empty,
    /// The text begins with a prefix of no version that exists.
    UnknownVersion {
        /// The beginning of the text.
        found: String,
    },
    /// A parenthesis without its other half, or round a vector that is not of version 2.0.
    Parenthesis,
    /// Between two `/`, or after the last one, there is nothing.
    EmptyPart,
    /// A part that is not `METRIC:VALUE`.
    NotAPart {
        /// The part, cut short.
        found: String,
    },
    /// A metric that the version does not have.
    UnknownMetric {
        /// The vector's version.
        version: Version,
        /// The part, cut short.
        found: String,
    },
    /// A value that the metric does not have.
    UnknownValue {
        /// The vector's version.
        version: Version,
        /// The metric as vectors write it.
        metric: &'static str,
        /// The part, cut short.
        found: String,
        /// The values that the metric can have.
        expected: Vec<&'static str>,
    },
    /// A metric that is given twice.
    Duplicate {
        /// The metric as vectors write it.
        metric: &'static str,
    },
    /// A metric out of the order that version 4.0 demands.
    OutOfOrder {
        /// The metric that came too late.
        metric: &'static str,
        /// The metric that it stands behind.
        after: &'static str,
    },
    /// Mandatory metrics that are not there.
    Missing {
        /// The vector's version.
        version: Version,
        /// The metrics as vectors write them.
        metrics: Vec<&'static str>,
    },
}

impl VectorError {
    /// A text as messages repeat it: cut short, with control characters made visible.
    pub(super) fn shown(text: &str) -> String {
        let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
        if text.chars().nth(SHOWN).is_some() {
            shown.push('…');
        }
        shown
    }
}

impl fmt::Display for VectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VectorError::Empty => f.write_str("the CVSS vector is empty"),
            VectorError::UnknownVersion { found } => write!(
                f,
                "`{found}` begins no CVSS vector, expected `CVSS:4.0/`, `CVSS:3.1/`, `CVSS:3.0/` or a vector of version 2.0"
            ),
            VectorError::Parenthesis => {
                f.write_str("parentheses stand only round a whole vector of CVSS 2.0, and both must be there")
            }
            VectorError::EmptyPart => {
                f.write_str("a `/` of a CVSS vector has nothing behind it, expected `METRIC:VALUE`")
            }
            VectorError::NotAPart { found } => {
                write!(f, "`{found}` is no part of a CVSS vector, expected `METRIC:VALUE`")
            }
            VectorError::UnknownMetric { version, found } => {
                write!(f, "`{found}` names no metric of CVSS {version}, expected one of ")?;
                list(f, version.metrics().iter().map(|metric| metric.code))
            }
            VectorError::UnknownValue { version, metric, found, expected } => {
                write!(f, "`{found}` is no value of `{metric}` in CVSS {version}, expected one of ")?;
                list(f, expected.iter().copied())
            }
            VectorError::Duplicate { metric } => {
                write!(f, "`{metric}` is given twice in one CVSS vector, expected once")
            }
            VectorError::OutOfOrder { metric, after } => {
                write!(f, "`{metric}` stands behind `{after}`, expected before it: the order is fixed in CVSS 4.0")
            }
            VectorError::Missing { version, metrics } => {
                f.write_str("the vector lacks ")?;
                list(f, metrics.iter().copied())?;
                write!(f, ", expected every base metric of CVSS {version}")
            }
        }
    }
}

impl std::error::Error for VectorError {}

fn list(f: &mut fmt::Formatter<'_>, words: impl Iterator<Item = &'static str>) -> fmt::Result {
    for (place, word) in words.enumerate() {
        let separator = if place == 0 { "" } else { ", " };
        write!(f, "{separator}`{word}`")?;
    }
    Ok(())
}
