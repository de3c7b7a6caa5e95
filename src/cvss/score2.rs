//! The equations of CVSS 2.0: FIRST, "A Complete Guide to CVSS Version 2.0", section 3.2.
//!
//! Weights are thousandths. Every product is kept whole, so that `round_to_1_decimal` sees the
//! exact value; the largest is about 10^26.

use super::metrics2::{A, AC, AR, AU, AV, C, CDP, CR, E, I, IR, RC, RL, TD};
use super::{Scores, Tenths, Vector};

/// The unit of an impact or exploitability sub-score.
const SUB_SCORE: i128 = 10_i128.pow(20);

pub(super) fn scores(vector: &Vector) -> Scores {
    let base = base(vector, impact(vector, [1000; 3])).max(0);
    let requirements = [CR, IR, AR].map(|place| vector.weight(place));
    let adjusted = impact(vector, requirements).min(10 * SUB_SCORE);
    // The adjusted base score can be below zero, and the guide does not stop it there.
    let adjusted_temporal = temporal(vector, self::base(vector, adjusted));
    Scores {
        base: Tenths::clamped(base),
        temporal: Tenths::clamped(temporal(vector, base)),
        environmental: Tenths::clamped(environmental(vector, adjusted_temporal)),
    }
}

/// `10.41 × (1 − (1 − C × CR) × (1 − I × IR) × (1 − A × AR))`, in units of `SUB_SCORE`.
fn impact(vector: &Vector, requirements: [i128; 3]) -> i128 {
    let kept: i128 = [C, I, A]
        .into_iter()
        .zip(requirements)
        .map(|(place, requirement)| 1_000_000 - vector.weight(place) * requirement)
        .product();
    1041 * (10_i128.pow(18) - kept)
}

/// The base equation over an impact, in tenths.
fn base(vector: &Vector, impact: i128) -> i128 {
    if impact == 0 {
        return 0;
    }
    let exploitability = 20 * vector.weight(AV) * vector.weight(AC) * vector.weight(AU) * (SUB_SCORE / 10_i128.pow(9));
    let weighted = 6 * impact + 4 * exploitability - 15 * SUB_SCORE;
    // `weighted` is in tenths of sub-scores already; 1.176 adds three decimals.
    round_half_up(weighted * 1176, SUB_SCORE * 1000)
}

fn temporal(vector: &Vector, base: i128) -> i128 {
    let product = base * vector.weight(E) * vector.weight(RL) * vector.weight(RC);
    round_half_up(product, 10_i128.pow(9))
}

fn environmental(vector: &Vector, adjusted_temporal: i128) -> i128 {
    let raised = adjusted_temporal * 1000 + (100 - adjusted_temporal) * vector.weight(CDP);
    round_half_up(raised * vector.weight(TD), 1_000_000)
}

/// The nearest whole number of units, halves away from zero.
fn round_half_up(value: i128, unit: i128) -> i128 {
    let doubled = 2 * value.abs() + unit;
    (doubled / (2 * unit)) * value.signum()
}
