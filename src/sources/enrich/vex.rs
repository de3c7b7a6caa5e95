//! What VEX documents say of a finding's product: the latest word counts.

use serde_json::Value;

use super::product::{Match, meets};
use super::{Remark, Subject};
use crate::sources::{Assertion, Fields, Status};
use crate::time::{Instant, parse_instant};

/// What a statement may tell of a finding beside its standing; the scanner's own value stays.
const TOLD: [&str; 5] = ["patch_available", "patch_available_at", "patch", "mitigation_at", "vendor_severity"];

/// Applies the statements that are about the finding's very product.
///
/// Of several the latest counts, of equals the one that stands later; one without a time is older than all others. `not_affected` and `fixed` set the
/// state of a finding that is open or has none; the others only are remarked. `fixed` of a product without a version is not applied: every
/// version would be fixed then.
pub(super) fn apply<'a>(
    finding: &mut Fields,
    name: &str,
    said: impl Iterator<Item = &'a Assertion>,
    subject: &Subject<'_>,
    remarks: &mut Vec<Remark>,
) {
    let mut latest: Option<(Option<Instant>, &Assertion, Match)> = None;
    for assertion in said {
        let met = meets(assertion, finding, subject);
        if met == Match::No {
            continue;
        }
        for field in TOLD {
            if let Some(value) = assertion.fields.get(field)
                && finding.get(field).is_none_or(Value::is_null)
            {
                finding.insert(field.to_owned(), value.clone());
            }
        }
        let at = assertion.at.as_deref().and_then(|at| parse_instant(at).ok());
        if latest.is_none_or(|(other, _, _)| at >= other) {
            latest = Some((at, assertion, met));
        }
    }
    let Some((_, assertion, met)) = latest else { return };
    let product = assertion.products.first().map_or("the product", String::as_str);
    let why = assertion.justification.as_deref().map_or_else(String::new, |why| format!(": {why}"));
    let (kind, message, state) = match assertion.status {
        Status::NotAffected => {
            ("vex_not_affected", format!("`{name}` does not affect `{product}`{why}"), Some("not_affected"))
        }
        Status::Fixed if met == Match::Exact => {
            ("vex_fixed", format!("`{name}` is fixed in `{product}`"), Some("fixed"))
        }
        Status::Fixed => (
            "vex_without_version",
            format!("`{name}` is said to be fixed in `{product}`, in no version in particular: it stays as it is"),
            None,
        ),
        Status::Affected => ("vex_affected", format!("`{name}` affects `{product}`"), None),
        Status::UnderInvestigation => {
            ("vex_under_investigation", format!("whether `{name}` affects `{product}` is under investigation"), None)
        }
    };
    let open = match finding.get("state") {
        None | Some(Value::Null) => true,
        Some(state) => state == "open",
    };
    if let Some(state) = state.filter(|_| open) {
        finding.insert("state".to_owned(), Value::from(state));
    }
    let origin = Some(assertion.origin.clone());
    remarks.push(Remark { name: kind, about: name.to_owned(), message, origin });
}
