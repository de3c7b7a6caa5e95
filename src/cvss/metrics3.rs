//! The metrics of CVSS 3.0 and 3.1, in the order of their vectors, with weights in hundredths.
//!
//! Source: FIRST, "Common Vulnerability Scoring System v3.1: Specification Document", sections 2
//! to 4 (metrics), 6 (vectors) and 7.4 (values); version 3.0 has the same metrics and values.

use super::table::{
    Group::{Environmental, Temporal},
    Level, Metric, base, level, optional,
};

pub(super) const AV: usize = 0;
pub(super) const AC: usize = 1;
pub(super) const PR: usize = 2;
pub(super) const UI: usize = 3;
pub(super) const S: usize = 4;
pub(super) const C: usize = 5;
pub(super) const I: usize = 6;
pub(super) const A: usize = 7;
pub(super) const E: usize = 8;
pub(super) const RL: usize = 9;
pub(super) const RC: usize = 10;
pub(super) const CR: usize = 11;
pub(super) const IR: usize = 12;
pub(super) const AR: usize = 13;
pub(super) const MAV: usize = 14;
pub(super) const MAC: usize = 15;
pub(super) const MPR: usize = 16;
pub(super) const MUI: usize = 17;
pub(super) const MS: usize = 18;
pub(super) const MC: usize = 19;
pub(super) const MI: usize = 20;
pub(super) const MA: usize = 21;

/// The weight of a changed scope; it stands in no equation and chooses between two.
pub(super) const CHANGED: i128 = 1;

const ATTACK_VECTOR: &[Level] =
    &[level("N", "network", 85), level("A", "adjacent", 62), level("L", "local", 55), level("P", "physical", 20)];

const ATTACK_COMPLEXITY: &[Level] = &[level("L", "low", 77), level("H", "high", 44)];

/// Where the scope is unchanged; a changed scope has its own weights beside the equations.
const PRIVILEGES_REQUIRED: &[Level] = &[level("N", "none", 85), level("L", "low", 62), level("H", "high", 27)];

const USER_INTERACTION: &[Level] = &[level("N", "none", 85), level("R", "required", 62)];

const SCOPE: &[Level] = &[level("U", "unchanged", 0), level("C", "changed", CHANGED)];

const IMPACT: &[Level] = &[level("H", "high", 56), level("L", "low", 22), level("N", "none", 0)];

const REQUIREMENT: &[Level] = &[level("H", "high", 150), level("M", "medium", 100), level("L", "low", 50)];

const fn modified(code: &'static str, name: &'static str, levels: &'static [Level]) -> Metric {
    optional(Environmental, code, name, 0, levels)
}

pub(super) const METRICS: &[Metric] = &[
    base("AV", "attack_vector", ATTACK_VECTOR),
    base("AC", "attack_complexity", ATTACK_COMPLEXITY),
    base("PR", "privileges_required", PRIVILEGES_REQUIRED),
    base("UI", "user_interaction", USER_INTERACTION),
    base("S", "scope", SCOPE),
    base("C", "confidentiality_impact", IMPACT),
    base("I", "integrity_impact", IMPACT),
    base("A", "availability_impact", IMPACT),
    optional(
        Temporal,
        "E",
        "exploit_code_maturity",
        100,
        &[
            level("H", "high", 100),
            level("F", "functional", 97),
            level("P", "proof_of_concept", 94),
            level("U", "unproven", 91),
        ],
    ),
    optional(
        Temporal,
        "RL",
        "remediation_level",
        100,
        &[
            level("U", "unavailable", 100),
            level("W", "workaround", 97),
            level("T", "temporary_fix", 96),
            level("O", "official_fix", 95),
        ],
    ),
    optional(
        Temporal,
        "RC",
        "report_confidence",
        100,
        &[level("C", "confirmed", 100), level("R", "reasonable", 96), level("U", "unknown", 92)],
    ),
    optional(Environmental, "CR", "confidentiality_requirement", 100, REQUIREMENT),
    optional(Environmental, "IR", "integrity_requirement", 100, REQUIREMENT),
    optional(Environmental, "AR", "availability_requirement", 100, REQUIREMENT),
    modified("MAV", "modified_attack_vector", ATTACK_VECTOR),
    modified("MAC", "modified_attack_complexity", ATTACK_COMPLEXITY),
    modified("MPR", "modified_privileges_required", PRIVILEGES_REQUIRED),
    modified("MUI", "modified_user_interaction", USER_INTERACTION),
    modified("MS", "modified_scope", SCOPE),
    modified("MC", "modified_confidentiality_impact", IMPACT),
    modified("MI", "modified_integrity_impact", IMPACT),
    modified("MA", "modified_availability_impact", IMPACT),
];
