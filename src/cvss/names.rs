//! Every metric of every version by its name, with the words that its levels go by.

use super::Version::{self, V2, V30, V31, V40};

/// A metric as policies name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricDef {
    /// The property's name in FIRST's JSON schemas, in snake case.
    pub name: &'static str,
    /// The versions that have the metric, oldest first.
    pub versions: &'static [Version],
    /// The words of its levels over all these versions: those of FIRST's JSON schemas in lower
    /// case, but always `adjacent`, also where a schema has `ADJACENT_NETWORK`. "Not defined" is
    /// not among them: such a metric has no value.
    pub values: &'static [&'static str],
}

/// The metric of that name, if there is one.
pub fn metric_def(name: &str) -> Option<&'static MetricDef> {
    METRICS.iter().find(|metric| metric.name == name)
}

const fn metric(name: &'static str, versions: &'static [Version], values: &'static [&'static str]) -> MetricDef {
    MetricDef { name, versions, values }
}

/// Every metric, those of version 2.0 first, then those that later versions brought.
#[rustfmt::skip]
pub static METRICS: &[MetricDef] = &[
    metric("access_vector", &[V2], &["local", "adjacent", "network"]),
    metric("access_complexity", &[V2], &["low", "medium", "high"]),
    metric("authentication", &[V2], &["multiple", "single", "none"]),
    metric("confidentiality_impact", &[V2, V30, V31], &["none", "low", "partial", "high", "complete"]),
    metric("integrity_impact", &[V2, V30, V31], &["none", "low", "partial", "high", "complete"]),
    metric("availability_impact", &[V2, V30, V31], &["none", "low", "partial", "high", "complete"]),
    metric("exploitability", &[V2], &["unproven", "proof_of_concept", "functional", "high"]),
    metric("remediation_level", &[V2, V30, V31], &["official_fix", "temporary_fix", "workaround", "unavailable"]),
    metric("report_confidence", &[V2, V30, V31], &["unknown", "unconfirmed", "uncorroborated", "reasonable", "confirmed"]),
    metric("collateral_damage_potential", &[V2], &["none", "low", "low_medium", "medium_high", "high"]),
    metric("target_distribution", &[V2], &["none", "low", "medium", "high"]),
    metric("confidentiality_requirement", &[V2, V30, V31, V40], &["low", "medium", "high"]),
    metric("integrity_requirement", &[V2, V30, V31, V40], &["low", "medium", "high"]),
    metric("availability_requirement", &[V2, V30, V31, V40], &["low", "medium", "high"]),
    metric("attack_vector", &[V30, V31, V40], &["physical", "local", "adjacent", "network"]),
    metric("attack_complexity", &[V30, V31, V40], &["low", "high"]),
    metric("privileges_required", &[V30, V31, V40], &["none", "low", "high"]),
    metric("user_interaction", &[V30, V31, V40], &["none", "required", "passive", "active"]),
    metric("scope", &[V30, V31], &["unchanged", "changed"]),
    metric("exploit_code_maturity", &[V30, V31], &["unproven", "proof_of_concept", "functional", "high"]),
    metric("modified_attack_vector", &[V30, V31, V40], &["physical", "local", "adjacent", "network"]),
    metric("modified_attack_complexity", &[V30, V31, V40], &["low", "high"]),
    metric("modified_privileges_required", &[V30, V31, V40], &["none", "low", "high"]),
    metric("modified_user_interaction", &[V30, V31, V40], &["none", "required", "passive", "active"]),
    metric("modified_scope", &[V30, V31], &["unchanged", "changed"]),
    metric("modified_confidentiality_impact", &[V30, V31], &["none", "low", "high"]),
    metric("modified_integrity_impact", &[V30, V31], &["none", "low", "high"]),
    metric("modified_availability_impact", &[V30, V31], &["none", "low", "high"]),
    metric("attack_requirements", &[V40], &["none", "present"]),
    metric("vuln_confidentiality_impact", &[V40], &["none", "low", "high"]),
    metric("vuln_integrity_impact", &[V40], &["none", "low", "high"]),
    metric("vuln_availability_impact", &[V40], &["none", "low", "high"]),
    metric("sub_confidentiality_impact", &[V40], &["none", "low", "high"]),
    metric("sub_integrity_impact", &[V40], &["none", "low", "high"]),
    metric("sub_availability_impact", &[V40], &["none", "low", "high"]),
    metric("exploit_maturity", &[V40], &["unreported", "proof_of_concept", "attacked"]),
    metric("modified_attack_requirements", &[V40], &["none", "present"]),
    metric("modified_vuln_confidentiality_impact", &[V40], &["none", "low", "high"]),
    metric("modified_vuln_integrity_impact", &[V40], &["none", "low", "high"]),
    metric("modified_vuln_availability_impact", &[V40], &["none", "low", "high"]),
    metric("modified_sub_confidentiality_impact", &[V40], &["none", "low", "high"]),
    metric("modified_sub_integrity_impact", &[V40], &["none", "low", "high", "safety"]),
    metric("modified_sub_availability_impact", &[V40], &["none", "low", "high", "safety"]),
    metric("safety", &[V40], &["negligible", "present"]),
    metric("automatable", &[V40], &["no", "yes"]),
    metric("recovery", &[V40], &["automatic", "user", "irrecoverable"]),
    metric("value_density", &[V40], &["diffuse", "concentrated"]),
    metric("vulnerability_response_effort", &[V40], &["low", "moderate", "high"]),
    metric("provider_urgency", &[V40], &["clear", "green", "amber", "red"]),
];
