//! Reports, joined with the assets that they name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Intake;
use crate::FactsBuilder;
use crate::check::schema::TableId;
use crate::facts::Place;
use crate::sources::Sighting;
use crate::sources::enrich::first_of_each;
use crate::sources::inventories::broken;
use crate::sources::join::About;

/// Whether what a report calls the thing that it looked at may be the name of a product. That of a host or folder is not, though it be the same word.
fn may_be_product(form: &str, name: &str) -> bool {
    match form {
        "nessus" | "nessus-csv" | "qualys-csv" | "openvas-csv" => false,
        // An image by its reference, or a folder or host by its name.
        "trivy" | "grype" | "osv-scanner" => name.contains([':', '@', '/']),
        _ => true,
    }
}

impl Intake<'_> {
    /// Joins reports with the assets that they name.
    pub(super) fn findings(&mut self, builder: &mut FactsBuilder) {
        let all = std::mem::take(&mut self.reports);
        if all.is_empty() {
            return;
        }
        let known = builder.asset_names();
        let mut unknown: BTreeMap<(Arc<str>, Option<String>), usize> = BTreeMap::new();
        for (file, asset, report) in all {
            for refused in &report.harvest.refused {
                builder.add_error(refused.broken("report"));
            }
            for (origin, caveat) in &report.harvest.told {
                builder.caveats(&origin.place(), vec![caveat.clone()]);
            }
            let whole = Place { file: Arc::clone(&file), line: None, record: None, found: None };
            let incomplete = report.harvest.incomplete;
            let lacks_software = incomplete || report.harvest.lacks_software;
            let lacks = |entity| if entity == TableId::SOFTWARE { lacks_software } else { incomplete };
            let is_product = |name: &str| {
                let is_asset = known.has(name);
                may_be_product(report.form, name) && (!is_asset || name.starts_with("pkg:"))
            };
            let lists = [(TableId::FINDING, report.has_findings), (TableId::SOFTWARE, report.has_software)];
            for (entity, _) in lists.into_iter().filter(|(_, has)| *has) {
                if let Some(asset) = &asset {
                    self.joined.given(entity, asset, lacks(entity), &whole);
                } else if lacks(entity) && report.harvest.looked_at.len() != 1 {
                    // What was left out may be about anything.
                    self.lack(entity, &file, None);
                }
            }
            // What a scanner looked at and found nothing on has no findings, which is more than that nobody knows.
            for (target, origin) in report.harvest.looked_at.iter().filter(|_| asset.is_none() && report.has_findings) {
                if let Some(id) = known.find(target) {
                    self.joined.given(TableId::FINDING, id, incomplete, &origin.place());
                }
            }
            let unsought = report.harvest.unsought;
            let sightings = report.harvest.sightings.into_iter().map(|one| {
                let Sighting { target, mut finding, aliases, purl, cpe, origin } = one;
                // A report names first whose vectors it goes by.
                first_of_each(&mut finding);
                let within = target.iter().filter(|name| is_product(name)).cloned().collect();
                let about = About { aliases, purl, cpe, within, is_register: false };
                (TableId::FINDING, target, finding, about, origin)
            });
            let components = report
                .harvest
                .components
                .into_iter()
                .map(|one| (TableId::SOFTWARE, one.target, one.software, About::default(), one.origin));
            for (entity, target, fields, about, origin) in sightings.chain(components) {
                let named = target.as_deref().and_then(|target| known.find(target));
                let Some(id) = asset.as_deref().or(named) else {
                    if target.is_none() {
                        self.lack(entity, &file, None);
                    }
                    *unknown.entry((Arc::clone(&file), target)).or_default() += 1;
                    continue;
                };
                let place = origin.place();
                if lacks(entity) {
                    self.joined.given(entity, id, true, &place);
                }
                let element = serde_json::Value::Object(fields).into();
                // Of an asset on which vulnerabilities were not looked for, there may be more.
                let is_part = match entity {
                    TableId::SOFTWARE => !report.has_software,
                    _ => !report.has_findings || (asset.is_none() && target.is_some_and(|it| unsought.contains(&it))),
                };
                match is_part {
                    true => self.joined.add_part(entity, id, element, about, &place),
                    false => self.joined.add(entity, id, element, about, &place),
                }
            }
        }
        for ((file, target), count) in unknown {
            let found = match target {
                Some(target) => format!("it is about `{}`, {count} of its records", crate::facts::printable(&target)),
                None => format!("it does not say what it is about, {count} of its records"),
            };
            let help = "name the asset: `--report ASSET=FILE`, or `asset = \"…\"` in a `[[source]]` of changegate.toml";
            builder.add_error(broken(&file, None, "a report is about no asset of the inventory", found, help));
        }
    }
}
