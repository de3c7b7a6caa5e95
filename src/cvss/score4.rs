//! The scoring of CVSS 4.0: FIRST, "Common Vulnerability Scoring System version 4.0:
//! Specification Document", section 8.
//!
//! A vector falls into a macro vector of six equivalence classes, which has a score; the distance
//! from the most severe vector of each class then moves it towards the next lower macro vector.
//! The mean of these moves is a fraction, kept whole until the one rounding at the end.

use super::lookup4::{DEEPEST, depth3and6, highest3and6, macro_score};
use super::metrics4::{AC, AR, AT, AV, CR, E, FIRST_MODIFIED, IR, PR, SA, SC, SI, UI, VA, VC, VI};
use super::{Scores, Tenths, Vector};

pub(super) fn scores(vector: &Vector) -> Scores {
    Scores {
        base: score(&Effective { vector, threat: false, environment: false }),
        temporal: score(&Effective { vector, threat: true, environment: false }),
        environmental: score(&Effective { vector, threat: true, environment: true }),
    }
}

/// A vector as the equations see it, with or without its threat and environmental metrics.
struct Effective<'a> {
    vector: &'a Vector,
    threat: bool,
    environment: bool,
}

impl Effective<'_> {
    /// Steps below the most severe level of a base metric, modified where the environment says so.
    fn base(&self, place: usize) -> i128 {
        let modified = self.environment.then(|| self.vector.defined_weight(FIRST_MODIFIED + place)).flatten();
        modified.unwrap_or_else(|| self.vector.weight(place))
    }

    /// Steps below attacked.
    fn maturity(&self) -> i128 {
        if self.threat { self.vector.weight(E) } else { 0 }
    }

    /// Steps below a high requirement.
    fn requirement(&self, place: usize) -> i128 {
        if self.environment { self.vector.weight(place) } else { 0 }
    }
}

/// One group of metrics: its class now, the score one class lower, and how far into it the vector is.
struct Move {
    lower: Option<i128>,
    distance: i128,
    depth: i128,
}

fn score(effective: &Effective<'_>) -> Tenths {
    let [vector, privileges, interaction] = [AV, PR, UI].map(|place| effective.base(place));
    let [complexity, requirements] = [AC, AT].map(|place| effective.base(place));
    let impact = [VC, VI, VA].map(|place| effective.base(place));
    let subsequent = [SC, SI, SA].map(|place| effective.base(place));
    let demands = [CR, IR, AR].map(|place| effective.requirement(place));
    if impact == [2; 3] && subsequent == [3; 3] {
        return Tenths::ZERO;
    }

    let eq1 = exploitability_class(vector, privileges, interaction);
    let eq2 = i128::from(complexity != 0 || requirements != 0);
    let eq3 = impact_class(impact);
    let eq4 = subsequent_class(subsequent);
    let eq5 = effective.maturity();
    let eq6 = i128::from(!impact.iter().zip(demands).any(|(&level, demand)| level == 0 && demand == 0));

    let Some(highest) = macro_score([eq1, eq2, eq3, eq4, eq5, eq6]) else {
        return Tenths::ZERO;
    };
    let (distance1, depth1) = first_group(eq1, [vector, privileges, interaction]);
    let (distance4, depth4) = match eq4 {
        0 => (subsequent.iter().sum::<i128>() - 1, 6),
        1 => (subsequent.iter().sum::<i128>() - 3, 5),
        _ => (subsequent.iter().sum::<i128>() - 6, 4),
    };
    let [c, i, a] = impact;
    let [cr, ir, ar] = demands;
    let moves = [
        Move { lower: macro_score([eq1 + 1, eq2, eq3, eq4, eq5, eq6]), distance: distance1, depth: depth1 },
        Move {
            lower: macro_score([eq1, eq2 + 1, eq3, eq4, eq5, eq6]),
            distance: complexity + requirements - eq2,
            depth: eq2 + 1,
        },
        Move {
            lower: lower3and6([eq1, eq2, eq3, eq4, eq5, eq6]),
            distance: nearest(highest3and6(eq3, eq6), [c, i, a, cr, ir, ar]),
            depth: depth3and6(eq3, eq6),
        },
        Move { lower: macro_score([eq1, eq2, eq3, eq4 + 1, eq5, eq6]), distance: distance4, depth: depth4 },
        // The fifth class has one metric only, so a vector is never below its highest.
        Move { lower: macro_score([eq1, eq2, eq3, eq4, eq5 + 1, eq6]), distance: 0, depth: 1 },
    ];
    interpolate(highest, &moves)
}

/// The score of the macro vector less the mean of the moves, rounded half up to tenths.
fn interpolate(highest: i128, moves: &[Move]) -> Tenths {
    let mut existing = 0;
    let mut sum = 0;
    for step in moves {
        if let Some(lower) = step.lower {
            existing += 1;
            sum += (highest - lower) * step.distance * (DEEPEST / step.depth);
        }
    }
    if existing == 0 {
        return Tenths::clamped(highest);
    }
    let unit = DEEPEST * existing;
    let exact = (highest * unit - sum).max(0);
    Tenths::clamped((2 * exact + unit) / (2 * unit))
}

fn exploitability_class(vector: i128, privileges: i128, interaction: i128) -> i128 {
    let zeros = [vector, privileges, interaction];
    if zeros == [0; 3] {
        0
    } else if vector != 3 && zeros.contains(&0) {
        1
    } else {
        2
    }
}

fn impact_class(impact: [i128; 3]) -> i128 {
    match impact {
        [0, 0, _] => 0,
        _ if impact.contains(&0) => 1,
        _ => 2,
    }
}

/// Safety (0) on integrity or availability, then high (1) on anything.
fn subsequent_class(subsequent: [i128; 3]) -> i128 {
    if subsequent.contains(&0) {
        0
    } else if subsequent.contains(&1) {
        1
    } else {
        2
    }
}

/// The distance from the highest vector of the first class, and the depth of that class.
fn first_group(class: i128, levels: [i128; 3]) -> (i128, i128) {
    let (highest, depth): (&[[i128; 3]], i128) = match class {
        0 => (&[[0, 0, 0]], 1),
        1 => (&[[1, 0, 0], [0, 1, 0], [0, 0, 1]], 4),
        _ => (&[[3, 0, 0], [1, 1, 1]], 5),
    };
    (nearest(highest, levels), depth)
}

/// The steps down to these levels from the first highest vector that is nowhere below them.
fn nearest<const N: usize>(highest: &[[i128; N]], levels: [i128; N]) -> i128 {
    highest
        .iter()
        .find(|top| top.iter().zip(levels).all(|(&top, level)| top <= level))
        .map_or(0, |top| levels.iter().sum::<i128>() - top.iter().sum::<i128>())
}

/// The next lower score of the third and sixth class, which move together.
fn lower3and6([eq1, eq2, eq3, eq4, eq5, eq6]: [i128; 6]) -> Option<i128> {
    let at = |eq3, eq6| macro_score([eq1, eq2, eq3, eq4, eq5, eq6]);
    match (eq3, eq6) {
        (0, 0) => at(0, 1).max(at(1, 0)),
        (1, 0) => at(1, 1),
        (0 | 1, _) => at(eq3 + 1, 1),
        _ => None,
    }
}
