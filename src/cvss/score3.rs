//! The equations of CVSS 3.0 and 3.1: FIRST, "Common Vulnerability Scoring System v3.1:
//! Specification Document", section 7 and appendix A; "v3.0", section 8.
//!
//! Weights are hundredths. All is exact but the one power of the changed scope, which is kept
//! to 18 decimals; a test shows that no vector comes near enough to a boundary for it to matter.

use super::metrics3::{A, AC, AR, AV, C, CHANGED, CR, E, I, IR, MA, MAC, MAV, MC, MI, MPR, MS, MUI, PR, RC, RL, S, UI};
use super::{Scores, Tenths, Vector, Version};

/// One, to 18 decimals.
const ONE: i128 = 10_i128.pow(18);

pub(super) fn scores(vector: &Vector) -> Scores {
    let version = vector.version();
    let changed = vector.weight(S) == CHANGED;
    let base = total(
        version,
        changed,
        base_impact(changed, impact_sub_score([C, I, A].map(|p| 10 * vector.weight(p)))),
        exploitability(changed, [AV, AC, PR, UI].map(|place| vector.weight(place))),
    );

    let modified = |place, base| vector.defined_weight(place).unwrap_or_else(|| vector.weight(base));
    let changed = modified(MS, S) == CHANGED;
    let demanded = [(MC, C, CR), (MI, I, IR), (MA, A, AR)]
        .map(|(place, base, requirement)| modified(place, base) * vector.weight(requirement) / 10);
    let impact = modified_impact(version, changed, impact_sub_score(demanded).min(ONE / 1000 * 915));
    let ways = [(MAV, AV), (MAC, AC), (MPR, PR), (MUI, UI)].map(|(m, base)| modified(m, base));
    let environmental = total(version, changed, impact, exploitability(changed, ways));

    Scores {
        base: Tenths::clamped(base),
        temporal: Tenths::clamped(temporal(vector, base)),
        environmental: Tenths::clamped(temporal(vector, environmental)),
    }
}

/// `1 − (1 − C) × (1 − I) × (1 − A)` over weights in thousandths, to 18 decimals.
pub(super) fn impact_sub_score(weights: [i128; 3]) -> i128 {
    let kept: i128 = weights.into_iter().map(|weight| 1000 - weight).product();
    (10_i128.pow(9) - kept) * 10_i128.pow(9)
}

/// The impact of the base equation, to 18 decimals.
pub(super) fn base_impact(changed: bool, sub_score: i128) -> i128 {
    if changed { changed_impact(sub_score, power(sub_score - ONE / 50, 15)) } else { unchanged_impact(sub_score) }
}

/// The modified impact of the environmental equation, where the versions differ.
pub(super) fn modified_impact(version: Version, changed: bool, sub_score: i128) -> i128 {
    if !changed {
        unchanged_impact(sub_score)
    } else if version == Version::V30 {
        changed_impact(sub_score, power(sub_score - ONE / 50, 15))
    } else {
        let damped = sub_score / 10_000 * 9731 - ONE / 50;
        changed_impact(sub_score, power(damped, 13))
    }
}

fn unchanged_impact(sub_score: i128) -> i128 {
    sub_score * 642 / 100
}

/// `7.52 × (sub-score − 0.029) − 3.25 × power`.
fn changed_impact(sub_score: i128, power: i128) -> i128 {
    (752 * (sub_score - ONE / 1000 * 29) - 325 * power) / 100
}

/// The power of a number below one, each step cut to 18 decimals.
fn power(base: i128, exponent: u32) -> i128 {
    (0..exponent).fold(ONE, |product, _| product * base / ONE)
}

/// `8.22 × AV × AC × PR × UI` over weights in hundredths, to 18 decimals.
pub(super) fn exploitability(changed: bool, weights: [i128; 4]) -> i128 {
    let [vector, complexity, privileges, interaction] = weights;
    // With a changed scope the privileges that an attacker needs weigh less (section 7.4).
    let privileges = match (changed, privileges) {
        (true, 62) => 68,
        (true, 27) => 50,
        _ => privileges,
    };
    822 * vector * complexity * privileges * interaction * 10_i128.pow(8)
}

/// The sum of both sub-scores, rounded up, in tenths.
fn total(version: Version, changed: bool, impact: i128, exploitability: i128) -> i128 {
    if impact <= 0 {
        return 0;
    }
    let factor = if changed { 108 } else { 100 };
    let sum = ((impact + exploitability) * factor).min(1000 * ONE);
    round_up(version, sum, 100 * ONE)
}

/// The temporal factors over a score in tenths.
fn temporal(vector: &Vector, tenths: i128) -> i128 {
    let product = tenths * vector.weight(E) * vector.weight(RL) * vector.weight(RC);
    round_up(vector.version(), product, 10_i128.pow(7))
}

/// The smallest number of tenths that is not below `value / unit`.
///
/// Version 3.1 first rounds to five decimals (appendix A), version 3.0 does not.
pub(super) fn round_up(version: Version, value: i128, unit: i128) -> i128 {
    if version == Version::V30 {
        return ceiling(value * 10, unit);
    }
    let hundred_thousandths = (2 * value * 100_000 + unit) / (2 * unit);
    ceiling(hundred_thousandths, 10_000)
}

/// Division of what is not negative, rounded up.
fn ceiling(value: i128, unit: i128) -> i128 {
    (value + unit - 1) / unit
}
