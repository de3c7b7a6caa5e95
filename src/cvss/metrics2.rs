//! The metrics of CVSS 2.0, in the order of its vectors, with weights in thousandths.
//!
//! Source: FIRST, "A Complete Guide to the Common Vulnerability Scoring System Version 2.0",
//! section 2 (metrics) and section 3.2 (equations).

use super::table::{
    Group::{Environmental, Temporal},
    Level, Metric, base, level, optional,
};

pub(super) const AV: usize = 0;
pub(super) const AC: usize = 1;
pub(super) const AU: usize = 2;
pub(super) const C: usize = 3;
pub(super) const I: usize = 4;
pub(super) const A: usize = 5;
pub(super) const E: usize = 6;
pub(super) const RL: usize = 7;
pub(super) const RC: usize = 8;
pub(super) const CDP: usize = 9;
pub(super) const TD: usize = 10;
pub(super) const CR: usize = 11;
pub(super) const IR: usize = 12;
pub(super) const AR: usize = 13;

const IMPACT: &[Level] = &[level("N", "none", 0), level("P", "partial", 275), level("C", "complete", 660)];

const REQUIREMENT: &[Level] = &[level("L", "low", 500), level("M", "medium", 1000), level("H", "high", 1510)];

pub(super) const METRICS: &[Metric] = &[
    base("AV", "access_vector", &[level("L", "local", 395), level("A", "adjacent", 646), level("N", "network", 1000)]),
    base("AC", "access_complexity", &[level("H", "high", 350), level("M", "medium", 610), level("L", "low", 710)]),
    base("Au", "authentication", &[level("M", "multiple", 450), level("S", "single", 560), level("N", "none", 704)]),
    base("C", "confidentiality_impact", IMPACT),
    base("I", "integrity_impact", IMPACT),
    base("A", "availability_impact", IMPACT),
    optional(
        Temporal,
        "E",
        "exploitability",
        1000,
        &[
            level("U", "unproven", 850),
            level("POC", "proof_of_concept", 900),
            level("F", "functional", 950),
            level("H", "high", 1000),
        ],
    ),
    optional(
        Temporal,
        "RL",
        "remediation_level",
        1000,
        &[
            level("OF", "official_fix", 870),
            level("TF", "temporary_fix", 900),
            level("W", "workaround", 950),
            level("U", "unavailable", 1000),
        ],
    ),
    optional(
        Temporal,
        "RC",
        "report_confidence",
        1000,
        &[level("UC", "unconfirmed", 900), level("UR", "uncorroborated", 950), level("C", "confirmed", 1000)],
    ),
    optional(
        Environmental,
        "CDP",
        "collateral_damage_potential",
        0,
        &[
            level("N", "none", 0),
            level("L", "low", 100),
            level("LM", "low_medium", 300),
            level("MH", "medium_high", 400),
            level("H", "high", 500),
        ],
    ),
    optional(
        Environmental,
        "TD",
        "target_distribution",
        1000,
        &[level("N", "none", 0), level("L", "low", 250), level("M", "medium", 750), level("H", "high", 1000)],
    ),
    optional(Environmental, "CR", "confidentiality_requirement", 1000, REQUIREMENT),
    optional(Environmental, "IR", "integrity_requirement", 1000, REQUIREMENT),
    optional(Environmental, "AR", "availability_requirement", 1000, REQUIREMENT),
];
