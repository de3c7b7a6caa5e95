//! VEX: what makers say about vulnerabilities in their products.
//!
//! One law holds for all three formats, that of CISA's "Minimum Requirements for Vulnerability Exploitability eXchange" (2023), section 2.3:
//! `not_affected` needs a justification or, in its place, a statement of the impact. Without either it is refused here and silences nothing.
//! (OpenVEX 0.2.0 asks for `justification` or `impact_statement`; CSAF 2.0 section 6.1.27.9 for a flag or a threat of category `impact`;
//! CycloneDX leaves `justification` and `detail` optional in its schema, so there the law above decides.)

pub mod csaf;
pub mod cyclonedx;
pub mod openvex;
mod remedy;
#[cfg(test)]
mod tests;
mod tree;

use super::feeds::document::Place;
use super::{Assertion, Fields, Harvest, Status};

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
    if status == Status::NotAffected && justification.is_none() {
        let id = ids.first().map_or("the vulnerability", String::as_str);
        let message = format!("{id} is said not to affect the product, without a reason");
        place.refuse(harvest, message, "a justification or a statement of the impact");
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
