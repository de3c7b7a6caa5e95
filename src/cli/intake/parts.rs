//! Findings, software and votes that come apart from the records that they belong to.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::{Intake, ends_in};
use crate::FactsBuilder;
use crate::check::schema::TableId;
use crate::facts::{Broken, Json, Place, Row, printable};
use crate::sources::join::{About, owner_of};
use crate::sources::mapping::{self, Mapping};
use crate::syntax::suggest::nearest;

impl Intake<'_> {
    /// Hands rows on, or keeps those that belong to other records.
    pub(super) fn take(
        &mut self,
        mapping: &Mapping,
        name: &str,
        rows: Vec<Row>,
        asset: Option<&str>,
        builder: &mut FactsBuilder,
    ) {
        let Some((owner, list)) = owner_of(mapping.entity) else {
            builder.add_rows(mapping.entity, name, rows);
            return;
        };
        let key = mapping::parent(mapping.entity).unwrap_or_default();
        for row in rows {
            let place = Place { file: Arc::from(name), line: row.line, record: None, found: None };
            let entries = match row.record {
                Ok(Json::Object(entries)) => entries,
                Ok(_) => continue,
                Err(wrong) => {
                    let place = Place { found: Some(wrong.found), ..place };
                    builder.add_error(Broken { message: wrong.message, place, help: wrong.help });
                    self.lack(mapping.entity, name, asset);
                    continue;
                }
            };
            let (of, fields): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(name, _)| name == key);
            let id = match of.into_iter().next() {
                Some((_, Json::String(id))) => Some(id.into_owned()),
                _ => asset.map(str::to_owned),
            };
            let Some(id) = id.filter(|id| !id.trim().is_empty()) else {
                let place = Place { found: Some(format!("`{key}` is missing")), ..place };
                let message = format!("a row of `{list}` does not say to which `{key}` it belongs");
                builder.add_error(Broken { message, place, help: None });
                self.lack(mapping.entity, name, None);
                continue;
            };
            builder.remark(ends_in(mapping.entity), &place, &id, row.remarks);
            debug_assert_eq!(owner, ends_in(mapping.entity));
            for element in each_cve(fields) {
                let about = About { is_register: true, ..About::default() };
                self.joined.add(mapping.entity, &id, element, about, &place);
            }
        }
    }

    /// Tells why a file, or the rest of it, cannot be read.
    pub(super) fn fault(
        &mut self,
        entity: TableId,
        name: &str,
        asset: Option<&str>,
        fault: Option<Box<Broken>>,
        builder: &mut FactsBuilder,
    ) {
        if let Some(fault) = fault {
            builder.add_broken(ends_in(entity), *fault);
            self.lack(entity, name, asset);
        }
    }

    /// Notes that something of a file was left out which is an element of a list: that of the asset that the file is about, or of any.
    pub(super) fn lack(&mut self, entity: TableId, file: &str, asset: Option<&str>) {
        if owner_of(entity).is_none() {
            return;
        }
        match asset {
            Some(asset) => {
                let place = Place { file: Arc::from(file), line: None, record: None, found: None };
                self.joined.given(entity, asset, true, &place);
            }
            None => {
                self.lacking.entry(entity).or_insert_with(|| Arc::from(file));
            }
        }
    }

    /// Puts what belongs to an asset under its identifier, by the same names as in reports. Of what belongs to none of an inventory nobody knows
    /// whether it is a new asset or the name is a slip.
    pub(super) fn settle_assets(&mut self, builder: &mut FactsBuilder) {
        if self.joined.assets().next().is_none() {
            return;
        }
        let names = builder.asset_names();
        let mut ids = HashMap::new();
        let mut unknown = Vec::new();
        for (called, place) in self.joined.assets() {
            match names.find(called) {
                Some(id) if id == called => {}
                Some(id) => {
                    ids.insert(called.to_owned(), id.to_owned());
                }
                None if self.has_inventory => {
                    let near = nearest(called, names.ids()).map(|near| format!("did you mean `{}`? ", printable(near)));
                    let help = "correct the name, or give the asset's record: `--inventory FILE`";
                    unknown.push(Broken {
                        message: "findings or software are of no asset of the inventory".to_owned(),
                        place: Place { found: Some(format!("they are of `{}`", printable(called))), ..place.clone() },
                        help: Some(format!("{}{help}", near.unwrap_or_default())),
                    });
                }
                None => {}
            }
        }
        unknown.into_iter().for_each(|broken| builder.add_error(broken));
        self.joined.rename_assets(&ids);
    }
}

/// One element for each CVE of a cell that has several; one that has none is a finding all the same.
fn each_cve(mut fields: Vec<(Cow<'static, str>, Json<'static>)>) -> Vec<Json<'static>> {
    let several = fields.iter().find_map(|(key, value)| match value {
        Json::Array(ids) if key == "cve" => Some(ids.clone()),
        _ => None,
    });
    let Some(ids) = several else { return vec![Json::Object(fields)] };
    if ids.is_empty() {
        fields.retain(|(key, _)| key != "cve");
        return vec![Json::Object(fields)];
    }
    let with = |id: Json<'static>| {
        let fields =
            fields.iter().map(|(key, value)| (key.clone(), if key == "cve" { id.clone() } else { value.clone() }));
        Json::Object(fields.collect())
    };
    ids.into_iter().map(with).collect()
}
