//! CVSS vectors of versions 2.0, 3.0, 3.1 and 4.0: read, checked and scored in exact tenths.
//!
//! Everything is integer arithmetic over the weights that FIRST publishes, so a score never
//! depends on how a processor rounds. A vector is a small `Copy` value: which level each metric
//! has. A metric that is left out and one that is given as not defined (`X`, `ND`) are the same.

mod error;
mod lookup4;
mod metrics2;
mod metrics3;
mod metrics4;
mod names;
mod parse;
mod score2;
mod score3;
mod score4;
mod table;
mod tenths;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub use error::VectorError;
pub use names::{METRICS, MetricDef, metric_def};
pub use parse::parse;
pub use tenths::{Severity, Tenths};

use table::{Group, Metric};

/// The largest number of metrics that a version has: those of 4.0.
const MOST_METRICS: usize = 32;

/// A version of the Common Vulnerability Scoring System.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// CVSS 2.0 (2007), without a prefix in its vectors.
    V2,
    /// CVSS 3.0 (2015).
    V30,
    /// CVSS 3.1 (2019).
    V31,
    /// CVSS 4.0 (2023).
    V40,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Version; 4] = [Version::V2, Version::V30, Version::V31, Version::V40];

    /// The version as FIRST writes it: `2.0`, `3.0`, `3.1`, `4.0`.
    pub fn as_str(self) -> &'static str {
        match self {
            Version::V2 => "2.0",
            Version::V30 => "3.0",
            Version::V31 => "3.1",
            Version::V40 => "4.0",
        }
    }

    /// The version with this number, as [`Version::as_str`] writes it.
    pub fn from_number(number: &str) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.as_str() == number)
    }

    fn metrics(self) -> &'static [Metric] {
        match self {
            Version::V2 => metrics2::METRICS,
            Version::V30 | Version::V31 => metrics3::METRICS,
            Version::V40 => metrics4::METRICS,
        }
    }

    /// How a vector of this version says that a metric is not defined.
    fn not_defined(self) -> &'static str {
        match self {
            Version::V2 => "ND",
            Version::V30 | Version::V31 | Version::V40 => "X",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A vector that was read and found right: the level of each metric that it defines.
///
/// 33 bytes, so that columns of vectors stay cheap. Two vectors are equal where they say the
/// same, whatever the order and the undefined metrics of their texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Vector {
    version: Version,
    /// By the metric's place in its version's table: 0 for not defined, else the level's place + 1.
    levels: [u8; MOST_METRICS],
}

/// The three scores of a vector, each worked out with every metric that is not given at its default.
///
/// This is what calculators print, also where no metric of a group is given. In version 3.1 the
/// environmental equation differs from the base equation where the scope is changed, so that the
/// environmental score of a vector with base metrics only need not be its base score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scores {
    /// From the base metrics alone.
    pub base: Tenths,
    /// With the temporal metrics (version 4.0: the threat metric).
    pub temporal: Tenths,
    /// With the temporal and the environmental metrics.
    pub environmental: Tenths,
}

impl Vector {
    /// The version that the vector is written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// All three scores, given or not.
    pub fn scores(&self) -> Scores {
        match self.version {
            Version::V2 => score2::scores(self),
            Version::V30 | Version::V31 => score3::scores(self),
            Version::V40 => score4::scores(self),
        }
    }

    /// The score of the base metrics alone.
    pub fn base(&self) -> Tenths {
        self.scores().base
    }

    /// The temporal score (version 4.0: with the threat metric), where such a metric is defined.
    pub fn temporal(&self) -> Option<Tenths> {
        self.gives(Group::Temporal).then(|| self.scores().temporal)
    }

    /// The environmental score, with the temporal or threat metrics as given, where an
    /// environmental metric is defined.
    pub fn environmental(&self) -> Option<Tenths> {
        self.gives(Group::Environmental).then(|| self.scores().environmental)
    }

    /// The score that counts: environmental where given, then temporal or threat, then base.
    pub fn score(&self) -> Tenths {
        let scores = self.scores();
        if self.gives(Group::Environmental) {
            scores.environmental
        } else if self.gives(Group::Temporal) {
            scores.temporal
        } else {
            scores.base
        }
    }

    /// The qualitative severity of [`Vector::score`], on the scale of the vector's version.
    pub fn severity(&self) -> Severity {
        self.score().severity(self.version)
    }

    /// The level of a metric, by the names and words of [`METRICS`]; `None` where the version has
    /// no such metric or the vector does not define it.
    pub fn metric(&self, name: &str) -> Option<&'static str> {
        let (place, metric) = self.version.metrics().iter().enumerate().find(|(_, metric)| metric.name == name)?;
        Some(self.level_in(metric, place)?.word)
    }

    /// The vector in its version's standard order, without the metrics that are not defined.
    pub fn text(&self) -> String {
        self.to_string()
    }

    fn new(version: Version) -> Vector {
        Vector { version, levels: [0; MOST_METRICS] }
    }

    fn gives(&self, group: Group) -> bool {
        self.version.metrics().iter().zip(self.levels).any(|(metric, level)| metric.group == group && level != 0)
    }

    fn level_in(&self, metric: &'static Metric, place: usize) -> Option<&'static table::Level> {
        let chosen = usize::from(*self.levels.get(place)?).checked_sub(1)?;
        metric.levels.get(chosen)
    }

    /// The weight of the level that the vector defines at this place of its version's table.
    fn defined_weight(&self, place: usize) -> Option<i128> {
        let metric = self.version.metrics().get(place)?;
        Some(self.level_in(metric, place)?.weight)
    }

    /// The same, or the weight that the version gives a metric that is not defined.
    fn weight(&self, place: usize) -> i128 {
        self.defined_weight(place)
            .unwrap_or_else(|| self.version.metrics().get(place).map_or(0, |metric| metric.not_defined))
    }
}

impl fmt::Display for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if self.version != Version::V2 {
            write!(f, "CVSS:{}", self.version)?;
            separator = "/";
        }
        for (place, metric) in self.version.metrics().iter().enumerate() {
            if let Some(level) = self.level_in(metric, place) {
                write!(f, "{separator}{}:{}", metric.code, level.code)?;
                separator = "/";
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vector({self})")
    }
}

impl FromStr for Vector {
    type Err = VectorError;

    fn from_str(text: &str) -> Result<Vector, VectorError> {
        parse(text)
    }
}
