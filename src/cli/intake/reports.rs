//! Reports, joined with the assets that they name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Intake;
use crate::FactsBuilder;
use crate::check::schema::TableId;
use crate::facts::{Broken, Place};
use crate::sources::inventories::broken;
use crate::sources::{At, Origin};

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
                let found = match &refused.expected {
                    Some(expected) => format!("{}, expected {expected}", refused.message),
                    None => refused.message.clone(),
                };
                let place = Place { found: Some(found), ..place(&refused.origin) };
                builder.add_error(Broken {
                    message: "a part of a report cannot be read".to_owned(),
                    place,
                    help: None,
                });
            }
            let whole = Place { file: Arc::clone(&file), line: None, record: None, found: None };
            let lacking = report.harvest.incomplete;
            if let Some(asset) = &asset {
                for (entity, has) in [(TableId::FINDING, report.has_findings), (TableId::SOFTWARE, report.has_software)]
                {
                    if has {
                        self.joined.given(entity, asset, lacking, &whole);
                    }
                }
            }
            // What a scanner looked at and found nothing on has no findings, which is more than that nobody knows.
            for (target, origin) in report.harvest.looked_at.iter().filter(|_| asset.is_none() && report.has_findings) {
                if let Some(id) = known.get(&target.to_lowercase()) {
                    self.joined.given(TableId::FINDING, id, lacking, &place(origin));
                }
            }
            let sightings = report
                .harvest
                .sightings
                .into_iter()
                .map(|one| (TableId::FINDING, one.target, one.finding, one.aliases, one.origin));
            let components = report
                .harvest
                .components
                .into_iter()
                .map(|one| (TableId::SOFTWARE, one.target, one.software, Vec::new(), one.origin));
            for (entity, target, fields, aliases, origin) in sightings.chain(components) {
                let named = target.as_deref().and_then(|target| known.get(&target.to_lowercase()));
                let Some(id) = asset.as_ref().or(named) else {
                    *unknown.entry((Arc::clone(&file), target)).or_default() += 1;
                    continue;
                };
                let place = place(&origin);
                if lacking {
                    self.joined.given(entity, id, true, &place);
                }
                self.joined.add(entity, id, serde_json::Value::Object(fields).into(), aliases, &place);
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

fn place(origin: &Origin) -> Place {
    let (file, line) = match &origin.at {
        At::File => (Arc::clone(&origin.file), None),
        At::Line(line) => (Arc::clone(&origin.file), Some(*line)),
        At::Pointer(pointer) => (Arc::from(format!("{}#{pointer}", origin.file)), None),
    };
    Place { file, line, record: None, found: None }
}
