//! Findings, software and votes that come apart from the records that they belong to.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{Intake, ends_in};
use crate::FactsBuilder;
use crate::check::schema::TableId;
use crate::facts::{Broken, Caveat, Json, Place, ProblemKind, Row, printable};
use crate::sources::inventories::servicenow;
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
        if self.joined.owners(TableId::ASSET).next().is_none() {
            return;
        }
        let names = builder.asset_names();
        let mut ids = HashMap::new();
        let mut unknown = Vec::new();
        for (called, place) in self.joined.owners(TableId::ASSET) {
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
        self.joined.rename_of(TableId::ASSET, &ids);
    }

    /// Puts votes under the identifier of their change. A file of votes has those on changes that nobody gave, too: they are left out, unless
    /// the change that they mean may be one of those that are there.
    pub(super) fn settle_changes(&mut self, builder: &mut FactsBuilder) {
        if !self.has_changes || self.joined.owners(TableId::CHANGE).next().is_none() {
            return;
        }
        let names = builder.change_names();
        let mut alike: HashMap<String, Vec<&str>> = HashMap::new();
        names.ids().for_each(|id| alike.entry(squeezed(id)).or_default().push(id));
        let keyed: HashSet<&str> = self.ids.values().map(String::as_str).collect();
        let all_keyed = names.ids().all(|id| keyed.contains(id));
        let mut ids = HashMap::new();
        let mut others = Vec::new();
        for (called, place) in self.joined.owners(TableId::CHANGE) {
            match names.find(called) {
                Some(id) if id == called => {}
                Some(id) => {
                    ids.insert(called.to_owned(), id.to_owned());
                }
                None => {
                    let meant = alike.get(&squeezed(called)).cloned().unwrap_or_default();
                    let is_raw = servicenow::is_key(called) || self.raw_votes.contains(&place.file);
                    let meant: Vec<String> = meant.into_iter().map(str::to_owned).collect();
                    others.push((called.to_owned(), place.clone(), meant, is_raw && !all_keyed));
                }
            }
        }
        self.joined.rename_of(TableId::CHANGE, &ids);
        let mut left_out: BTreeMap<Arc<str>, (usize, String)> = BTreeMap::new();
        for (called, place, meant, may_be_any) in others {
            let votes = self.joined.remove(TableId::CHANGE, &called);
            let called = printable(&called);
            if meant.is_empty() && !may_be_any {
                let (count, _) = left_out.entry(Arc::clone(&place.file)).or_insert_with(|| (0, called));
                *count += votes;
                continue;
            }
            let found = match meant.first() {
                Some(id) => format!("votes are on `{called}`, and there is a change `{}`", printable(id)),
                None => format!("votes are on `{called}`, and not all changes have a `sys_id`"),
            };
            builder.caveats(&place, vec![unmatched(found)]);
            for id in &meant {
                self.joined.given(TableId::APPROVAL, id, true, &place);
            }
            if meant.is_empty() {
                self.lack(TableId::APPROVAL, &place.file, None);
            }
        }
        for (file, (count, called)) in left_out {
            let place = Place { file, line: None, record: None, found: None };
            let found = format!("{}, the first on `{called}`", of_votes(count));
            builder
                .caveats(&place, vec![elsewhere("votes are on changes that are not given: they are left out", found)]);
        }
    }

    /// Says of searches whose pages are not all there that records are lacking.
    pub(super) fn settle_pages(&mut self, builder: &mut FactsBuilder) {
        for (entity, (file, pages)) in std::mem::take(&mut self.pages) {
            let Some(found) = pages.lacking() else { continue };
            let why = Caveat {
                name: "pages_missing",
                kind: ProblemKind::Warning,
                field: Arc::from("change"),
                message: "a search has more pages than were given: its records are incomplete",
                found,
            };
            let place = Place { file: Arc::clone(&file), line: None, record: None, found: None };
            if owner_of(entity).is_some() {
                builder.caveats(&place, vec![why]);
                self.lack(entity, &file, None);
            } else {
                builder.lack_records(entity, &place, why);
            }
        }
    }
}

/// Tells of votes in an export that are on what is no change.
pub(super) fn votes_elsewhere(file: &str, count: usize, builder: &mut FactsBuilder) {
    if count > 0 {
        let place = Place { file: Arc::from(file), line: None, record: None, found: None };
        let found = elsewhere("votes are on other things than changes: they are left out", of_votes(count));
        builder.caveats(&place, vec![found]);
    }
}

fn of_votes(count: usize) -> String {
    format!("{count} {}", if count == 1 { "vote" } else { "votes" })
}

fn elsewhere(message: &'static str, found: String) -> Caveat {
    Caveat { name: "votes_elsewhere", kind: ProblemKind::Note, field: Arc::from("change.approvals"), message, found }
}

fn unmatched(found: String) -> Caveat {
    let message =
        "votes are on a change that is not given under this name: approvals that may have them are incomplete";
    Caveat { name: "votes_unmatched", kind: ProblemKind::Warning, field: Arc::from("change.approvals"), message, found }
}

/// An identifier without what people write in one way or another: marks between its parts, case, leading zeros of numbers.
fn squeezed(id: &str) -> String {
    let mut squeezed = String::new();
    let mut last = None;
    for mark in id.chars().filter(|mark| mark.is_alphanumeric()).flat_map(char::to_lowercase) {
        let leads = mark == '0' && !last.is_some_and(|last: char| last.is_ascii_digit());
        if !leads {
            squeezed.push(mark);
            last = Some(mark);
        }
    }
    squeezed
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
