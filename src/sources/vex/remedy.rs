//! What the remediations of CSAF tell of a finding.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::tree::Tree;
use crate::sources::feeds::document::{Place, list, moment, object, put, text};
use crate::sources::{Fields, Harvest};

/// What remediations tell of a finding.
#[derive(Clone, Default)]
pub(super) struct Remedy {
    fix: bool,
    fixed_at: Option<String>,
    no_fix: bool,
    mitigated_at: Option<String>,
}

impl Remedy {
    pub(super) fn add(&mut self, other: &Remedy) {
        let earlier = |a: &Option<String>, b: &Option<String>| a.iter().chain(b).min().cloned();
        self.fix |= other.fix;
        self.no_fix |= other.no_fix;
        self.fixed_at = earlier(&self.fixed_at, &other.fixed_at);
        self.mitigated_at = earlier(&self.mitigated_at, &other.mitigated_at);
    }

    /// A fix that exists is stronger than a word that there is none.
    pub(super) fn fields(self, advisory: Option<&str>) -> Fields {
        let mut fields = Fields::new();
        if self.fix {
            put(&mut fields, "patch_available", Some(true));
            put(&mut fields, "patch_available_at", self.fixed_at);
            put(&mut fields, "patch", advisory);
        } else if self.no_fix {
            put(&mut fields, "patch_available", Some(false));
            put(&mut fields, "patch_available_at", Some("none"));
        }
        put(&mut fields, "mitigation_at", self.mitigated_at);
        fields
    }
}

/// The remedies by product; those for no product in particular are for all.
pub(super) fn remedies(
    vulnerability: &Map<String, Value>,
    tree: &Tree,
    place: &Place,
    harvest: &mut Harvest,
) -> BTreeMap<Option<String>, Remedy> {
    let mut read: BTreeMap<Option<String>, Remedy> = BTreeMap::new();
    for (index, element) in list(vulnerability, "remediations", place, harvest).iter().enumerate() {
        let place = place.key("remediations").index(index);
        let Some(element) = object(element, &place, harvest) else { continue };
        let date = moment(element, "date", &place, harvest);
        let mut remedy = Remedy::default();
        match text(element, "category", &place, harvest) {
            Some("vendor_fix") => {
                remedy.fix = true;
                remedy.fixed_at = date;
            }
            Some("none_available" | "no_fix_planned" | "fix_planned") => remedy.no_fix = true,
            Some("mitigation" | "workaround") => remedy.mitigated_at = date,
            _ => {}
        }
        match tree.named_by(element, &place, harvest) {
            None => read.entry(None).or_default().add(&remedy),
            Some(products) => {
                products.into_iter().for_each(|product| read.entry(Some(product)).or_default().add(&remedy));
            }
        }
    }
    read
}
