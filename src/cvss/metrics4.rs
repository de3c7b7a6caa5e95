//! The metrics of CVSS 4.0, in the order that its vectors must have.
//!
//! A weight is the number of steps below the metric's most severe level, as the severity
//! distances count them. Source: FIRST, "Common Vulnerability Scoring System version 4.0:
//! Specification Document", sections 2 to 5 (metrics), 7 (vectors) and 8 (scoring).

use super::table::{
    Group::{Environmental, Supplemental, Temporal},
    Level, Metric, base, level, optional,
};

pub(super) const AV: usize = 0;
pub(super) const AC: usize = 1;
pub(super) const AT: usize = 2;
pub(super) const PR: usize = 3;
pub(super) const UI: usize = 4;
pub(super) const VC: usize = 5;
pub(super) const VI: usize = 6;
pub(super) const VA: usize = 7;
pub(super) const SC: usize = 8;
pub(super) const SI: usize = 9;
pub(super) const SA: usize = 10;
pub(super) const E: usize = 11;
pub(super) const CR: usize = 12;
pub(super) const IR: usize = 13;
pub(super) const AR: usize = 14;
/// Where the modified base metrics begin, in the order of the base metrics.
pub(super) const FIRST_MODIFIED: usize = 15;

const ATTACK_VECTOR: &[Level] =
    &[level("N", "network", 0), level("A", "adjacent", 1), level("L", "local", 2), level("P", "physical", 3)];

const ATTACK_COMPLEXITY: &[Level] = &[level("L", "low", 0), level("H", "high", 1)];

const ATTACK_REQUIREMENTS: &[Level] = &[level("N", "none", 0), level("P", "present", 1)];

const PRIVILEGES_REQUIRED: &[Level] = &[level("N", "none", 0), level("L", "low", 1), level("H", "high", 2)];

const USER_INTERACTION: &[Level] = &[level("N", "none", 0), level("P", "passive", 1), level("A", "active", 2)];

/// On the vulnerable system.
const VULNERABLE: &[Level] = &[level("H", "high", 0), level("L", "low", 1), level("N", "none", 2)];

/// On subsequent systems, where safety is one step above high.
const SUBSEQUENT: &[Level] = &[level("H", "high", 1), level("L", "low", 2), level("N", "none", 3)];

const SUBSEQUENT_OR_SAFETY: &[Level] =
    &[level("S", "safety", 0), level("H", "high", 1), level("L", "low", 2), level("N", "none", 3)];

const REQUIREMENT: &[Level] = &[level("H", "high", 0), level("M", "medium", 1), level("L", "low", 2)];

const fn modified(code: &'static str, name: &'static str, levels: &'static [Level]) -> Metric {
    optional(Environmental, code, name, 0, levels)
}

const fn supplemental(code: &'static str, name: &'static str, levels: &'static [Level]) -> Metric {
    optional(Supplemental, code, name, 0, levels)
}

pub(super) const METRICS: &[Metric] = &[
    base("AV", "attack_vector", ATTACK_VECTOR),
    base("AC", "attack_complexity", ATTACK_COMPLEXITY),
    base("AT", "attack_requirements", ATTACK_REQUIREMENTS),
    base("PR", "privileges_required", PRIVILEGES_REQUIRED),
    base("UI", "user_interaction", USER_INTERACTION),
    base("VC", "vuln_confidentiality_impact", VULNERABLE),
    base("VI", "vuln_integrity_impact", VULNERABLE),
    base("VA", "vuln_availability_impact", VULNERABLE),
    base("SC", "sub_confidentiality_impact", SUBSEQUENT),
    base("SI", "sub_integrity_impact", SUBSEQUENT),
    base("SA", "sub_availability_impact", SUBSEQUENT),
    // Not defined counts as attacked, the worst case; so do the requirements, as high.
    optional(
        Temporal,
        "E",
        "exploit_maturity",
        0,
        &[level("A", "attacked", 0), level("P", "proof_of_concept", 1), level("U", "unreported", 2)],
    ),
    optional(Environmental, "CR", "confidentiality_requirement", 0, REQUIREMENT),
    optional(Environmental, "IR", "integrity_requirement", 0, REQUIREMENT),
    optional(Environmental, "AR", "availability_requirement", 0, REQUIREMENT),
    modified("MAV", "modified_attack_vector", ATTACK_VECTOR),
    modified("MAC", "modified_attack_complexity", ATTACK_COMPLEXITY),
    modified("MAT", "modified_attack_requirements", ATTACK_REQUIREMENTS),
    modified("MPR", "modified_privileges_required", PRIVILEGES_REQUIRED),
    modified("MUI", "modified_user_interaction", USER_INTERACTION),
    modified("MVC", "modified_vuln_confidentiality_impact", VULNERABLE),
    modified("MVI", "modified_vuln_integrity_impact", VULNERABLE),
    modified("MVA", "modified_vuln_availability_impact", VULNERABLE),
    modified("MSC", "modified_sub_confidentiality_impact", SUBSEQUENT),
    modified("MSI", "modified_sub_integrity_impact", SUBSEQUENT_OR_SAFETY),
    modified("MSA", "modified_sub_availability_impact", SUBSEQUENT_OR_SAFETY),
    supplemental("S", "safety", &[level("N", "negligible", 0), level("P", "present", 0)]),
    supplemental("AU", "automatable", &[level("N", "no", 0), level("Y", "yes", 0)]),
    supplemental("R", "recovery", &[level("A", "automatic", 0), level("U", "user", 0), level("I", "irrecoverable", 0)]),
    supplemental("V", "value_density", &[level("D", "diffuse", 0), level("C", "concentrated", 0)]),
    supplemental(
        "RE",
        "vulnerability_response_effort",
        &[level("L", "low", 0), level("M", "moderate", 0), level("H", "high", 0)],
    ),
    supplemental(
        "U",
        "provider_urgency",
        &[level("Clear", "clear", 0), level("Green", "green", 0), level("Amber", "amber", 0), level("Red", "red", 0)],
    ),
];
