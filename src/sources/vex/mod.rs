//! VEX: what makers say about vulnerabilities in their products.
//!
//! One law holds for all three formats, that of CISA's "Minimum Requirements for Vulnerability Exploitability eXchange" (2023), section 2.3:
//! `not_affected` needs a justification or, in its place, a statement of the impact. Without either it is refused here and silences nothing.
//! (OpenVEX 0.2.0 asks for `justification` or `impact_statement`; CSAF 2.0 section 6.1.27.9 for a flag or a threat of category `impact`;
//! CycloneDX leaves `justification` and `detail` optional in its schema, so there the law above decides.)
//!
//! And another: what cannot be read takes nothing away, and may be what takes back what was said before. A statement whose status is none that there is
//! counts as under investigation; one that leaves findings open and names no product that can be read may be about any.

pub mod csaf;
pub mod cyclonedx;
pub(in crate::sources) mod narrow;
pub mod openvex;
mod remedy;
#[cfg(test)]
mod tests;
mod tree;

use super::enrich::guard::instant;
use serde_json::{Map, Value};

use super::feeds::document::{Place, moment};
use super::{Assertion, Fields, Harvest, Status};

/// Whether a status can take a finding away; such a statement must be about no more than what it was said of.
fn silences(status: Status) -> bool {
    matches!(status, Status::NotAffected | Status::Fixed)
}

/// The later of the times of a document and of a statement in it: a date that lies ahead is told of the document.
fn latest(made: &mut Option<String>, at: Option<&String>) {
    let time = |text: &String| instant(text);
    if at.and_then(time) > made.as_ref().and_then(time) {
        *made = at.cloned();
    }
}

/// The first of these times that is there. One that cannot be read is no time at all, rather than another one: nobody knows then what is later.
fn first_time(places: &[(&Map<String, Value>, &str, &Place)], harvest: &mut Harvest) -> Option<Option<String>> {
    let is_there = |value: &Value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty());
    let (record, key, place) = places.iter().find(|(record, key, _)| record.get(*key).is_some_and(is_there))?;
    Some(moment(record, key, place, harvest))
}

/// A statement before it is known to be allowed.
struct Statement<'a> {
    ids: &'a [String],
    products: Vec<String>,
    within: Vec<String>,
    status: Status,
    justification: Option<String>,
    at: Option<String>,
    fields: Fields,
}

/// Adds a statement, or refuses it where it says `not_affected` and not why. Returns whether it was added.
fn add(statement: Statement<'_>, place: &Place, harvest: &mut Harvest) -> bool {
    let Statement { ids, products, within, status, justification, at, fields } = statement;
    if lacks_reason(ids, status, justification.as_deref(), place, harvest) {
        return false;
    }
    let ids = ids.to_vec();
    harvest.assertions.push(Assertion {
        ids,
        products,
        within,
        status,
        justification,
        at,
        fields,
        origin: place.origin(),
    });
    true
}

/// Refuses what is said not to affect without a reason.
fn lacks_reason(ids: &[String], status: Status, why: Option<&str>, place: &Place, harvest: &mut Harvest) -> bool {
    let lacks = status == Status::NotAffected && why.is_none();
    if lacks {
        let id = ids.first().map_or("the vulnerability", String::as_str);
        let message = format!("{id} is said not to affect the product, without a reason");
        place.refuse(harvest, message, "a justification or a statement of the impact");
    }
    lacks
}
