//! The shape of a version's table of metrics.

/// Which group of its version a metric belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Mandatory in every vector.
    Base,
    /// Temporal; in version 4.0 threat.
    Temporal,
    /// Environmental.
    Environmental,
    /// Supplemental (version 4.0): never part of a score.
    Supplemental,
}

/// One level of a metric.
#[derive(Debug)]
pub(super) struct Level {
    /// As vectors write it.
    pub(super) code: &'static str,
    /// As policies write it.
    pub(super) word: &'static str,
    /// What the version's equations put in its place; the unit is the table's.
    pub(super) weight: i128,
}

/// One metric of a version.
#[derive(Debug)]
pub(super) struct Metric {
    /// As vectors write it.
    pub(super) code: &'static str,
    /// As policies write it.
    pub(super) name: &'static str,
    pub(super) group: Group,
    /// The weight where the vector does not define the metric.
    pub(super) not_defined: i128,
    pub(super) levels: &'static [Level],
}

pub(super) const fn level(code: &'static str, word: &'static str, weight: i128) -> Level {
    Level { code, word, weight }
}

pub(super) const fn base(code: &'static str, name: &'static str, levels: &'static [Level]) -> Metric {
    optional(Group::Base, code, name, 0, levels)
}

pub(super) const fn optional(
    group: Group,
    code: &'static str,
    name: &'static str,
    not_defined: i128,
    levels: &'static [Level],
) -> Metric {
    Metric { code, name, group, not_defined, levels }
}
