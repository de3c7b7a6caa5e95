//! The comparison of names: NISTIR 7696, sections 6 and 7.

use super::{ALL, Attribute, Cpe, Text, Value, Wild};

/// How a source stands to a target, of attributes (table 6-2) and of names (table 6-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// They are the same.
    Equal,
    /// The source is more general.
    Superset,
    /// The source is more special.
    Subset,
    /// Nothing is both.
    Disjoint,
    /// The target has wildcards; of names: none of the others.
    Undefined,
}

/// Compares two attributes.
#[must_use]
pub(crate) fn attribute(source: &Value, target: &Value) -> Relation {
    match (source, target) {
        (_, Value::Text(text)) if text.is_pattern() => Relation::Undefined,
        (Value::Any, Value::Any) | (Value::Na, Value::Na) => Relation::Equal,
        (Value::Any, _) => Relation::Superset,
        (_, Value::Any) => Relation::Subset,
        (Value::Na, _) | (_, Value::Na) => Relation::Disjoint,
        (Value::Text(source), Value::Text(target)) => texts(source, target),
    }
}

fn texts(source: &Text, target: &Text) -> Relation {
    match (source.is_pattern(), matches(source, &target.core)) {
        (_, false) => Relation::Disjoint,
        (true, true) => Relation::Superset,
        (false, true) => Relation::Equal,
    }
}

/// Whether a text with wildcards stands for one without.
fn matches(source: &Text, target: &str) -> bool {
    let core = source.core.as_str();
    let ends = |rest: &str| match source.after {
        Wild::Many => true,
        Wild::AtMost(n) => rest.chars().take(n.saturating_add(1)).count() <= n,
    };
    match (source.before, source.after) {
        // Anything before: the last place where the core fits leaves the least after it.
        (Wild::Many, _) => target.rmatch_indices(core).next().is_some_and(|(at, _)| ends(after(target, at, core))),
        // At most so many before: they bound how many places there are.
        (Wild::AtMost(n), _) => target
            .char_indices()
            .map(|(at, _)| at)
            .chain([target.len()])
            .take(n.saturating_add(1))
            .any(|at| target.get(at..).and_then(|rest| rest.strip_prefix(core)).is_some_and(ends)),
    }
}

fn after<'a>(target: &'a str, at: usize, core: &str) -> &'a str {
    target.get(at.saturating_add(core.len())..).unwrap_or_default()
}

/// Compares two names.
#[must_use]
pub fn compare(source: &Cpe, target: &Cpe) -> Relation {
    let all = |fits: &[Relation]| relations(source, target).all(|(_, relation)| fits.contains(&relation));
    if relations(source, target).any(|(_, relation)| relation == Relation::Disjoint) {
        Relation::Disjoint
    } else if all(&[Relation::Equal]) {
        Relation::Equal
    } else if all(&[Relation::Equal, Relation::Superset]) {
        Relation::Superset
    } else if all(&[Relation::Equal, Relation::Subset]) {
        Relation::Subset
    } else {
        Relation::Undefined
    }
}

/// How each attribute of a source stands to that of a target.
pub(crate) fn relations<'a>(source: &'a Cpe, target: &'a Cpe) -> impl Iterator<Item = (Attribute, Relation)> + 'a {
    ALL.into_iter().map(|a| (a, attribute(source.get(a), target.get(a))))
}
