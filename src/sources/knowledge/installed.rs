//! What advisories say of the software of assets: findings that no scanner reported, and doubts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::Knowledge;
use crate::facts::{Caveat, Installed, Json, Place, ProblemKind, Reported};
use crate::sources::correlate::{Correlated, Doubt, Found, Index, Seen, keys};
use crate::sources::enrich::Subject;
use crate::sources::feeds::Kind;
use crate::sources::{Advisory, Fields};

/// What is added to the findings of an asset.
#[derive(Debug)]
pub struct Addition {
    /// Where the asset's first record stands.
    pub place: Place,
    /// A record with the asset's identifier and the findings.
    pub record: Json<'static>,
    /// What is to be told.
    pub caveats: Vec<Caveat>,
}

impl Knowledge {
    /// Whether there is a feed that says which software is affected.
    #[must_use]
    pub fn speaks_of_software(&self) -> bool {
        self.speaks_of(&[Kind::Osv, Kind::Nvd])
    }

    fn speaks_of(&self, kinds: &[Kind]) -> bool {
        let stored = self.store.iter().flat_map(|(_, store)| store.held()).map(|held| held.edition.feed);
        let mut feeds = stored.chain(self.files.editions().iter().map(|edition| edition.feed));
        feeds.any(|feed| kinds.iter().any(|kind| feed == kind.name()))
    }

    /// The advisories that may be about software.
    #[must_use]
    pub fn affecting(&self, software: &BTreeSet<String>) -> Vec<Arc<Advisory>> {
        let mut stored = BTreeMap::new();
        if let Some((_, store)) = &self.store {
            stored.extend(software.iter().flat_map(|key| store.affecting(key)));
        }
        let read = self.files.advisories().filter(|advisory| advisory.affected.is_some());
        let read = read.filter(|advisory| !self.is_older_than_stored(advisory)).cloned();
        let stored = stored.into_values().filter(|advisory| !self.files.is_superseded(advisory));
        stored.map(Arc::new).chain(read).collect()
    }

    /// What the advisories say of an asset's software; none where they say nothing that its findings lack.
    #[must_use]
    pub fn correlate(&self, index: &Index<'_>, asset: &Installed) -> Option<Addition> {
        let mut seen = Seen::default();
        for Reported { id, package, version, closed } in &asset.findings {
            match closed {
                None => seen.add(id, package.as_deref()),
                Some(state) => seen.add_closed(id, package.as_deref(), version.as_deref(), state == "fixed"),
            }
        }
        let Correlated { found, doubts, unclear, unread, mut sourceless } =
            index.correlate(&asset.software, asset.is_complete, &seen);
        if !self.speaks_of(&[Kind::Osv]) {
            sourceless.clear();
        }
        let mut caveats = Vec::new();
        let mut findings: Vec<Json<'static>> = Vec::new();
        for one in &found {
            let Some(advisory) = index.advisory(one.advisory) else { continue };
            findings.push(self.found(asset, one, advisory, &mut caveats));
        }
        let findings = once(findings);
        let named = |at: usize| asset.software.get(at).and_then(name).unwrap_or("?");
        let why = "from which source package it was built is not known, and advisories go by that".to_owned();
        let doubted = doubts.iter().map(|Doubt { id, software, why, .. }| (format!("`{id}` in "), *software, why));
        let doubted = doubted.chain(sourceless.iter().map(|software| (String::new(), *software, &why)));
        let doubted = doubted.chain(unclear.iter().map(|(software, why)| (String::new(), *software, why)));
        caveats.extend(doubted.map(|(id, software, why)| Caveat {
            name: "software_in_doubt",
            kind: ProblemKind::Warning,
            field: Arc::from("asset.findings"),
            message: "whether an advisory is about an asset's software is not known: its findings count as incomplete",
            found: format!("{id}`{}`: {why}", named(software)),
        }));
        caveats.extend(unread.iter().map(|(software, why)| Caveat {
            name: "software_not_looked_up",
            kind: ProblemKind::Note,
            field: Arc::from("asset.software"),
            message: "software cannot be looked up in advisories",
            found: format!("`{}`: {why}", named(*software)),
        }));
        if asset.is_cut {
            caveats.push(cut());
        }
        if findings.is_empty() && caveats.is_empty() {
            return None;
        }
        let is_whole = doubts.is_empty() && sourceless.is_empty() && unclear.is_empty() && !asset.is_cut;
        let list = if is_whole { Json::Array(findings) } else { Json::Incomplete(findings) };
        let id = Json::String(Cow::Owned(asset.id.to_string()));
        let mut record = vec![(Cow::Borrowed("id"), id)];
        if !matches!(&list, Json::Array(findings) if findings.is_empty()) {
            record.push((Cow::Borrowed("findings"), list));
        }
        Some(Addition { place: asset.place.clone(), record: Json::Object(record), caveats })
    }

    /// A finding, with what is known of its vulnerability.
    fn found(&self, asset: &Installed, one: &Found, advisory: &Advisory, caveats: &mut Vec<Caveat>) -> Json<'static> {
        let software = asset.software.get(one.software);
        let text = |key: &str| software.and_then(|software| software.get(key)).and_then(Value::as_str);
        let id = one.finding.get("cve").and_then(Value::as_str).unwrap_or_default();
        caveats.push(Caveat {
            name: "software_affected",
            kind: ProblemKind::Note,
            field: Arc::from("asset.findings"),
            message: "an advisory is about an asset's software and no scanner reported it: it is a finding",
            found: format!("`{id}` in `{}` ({})", software.and_then(name).unwrap_or("?"), advisory.origin.file),
        });
        let fields: Vec<&str> = one.finding.keys().map(String::as_str).collect();
        self.note(&asset.id, id, &advisory.origin, &fields.join(", "));
        let subject = Subject { aliases: &one.aliases, purl: text("purl"), cpe: text("cpe"), within: &[] };
        let mut finding = Json::from(Value::Object(one.finding.clone()));
        if let Json::Object(entries) = &mut finding {
            self.finding(Some(&asset.id), entries, &[subject], caveats);
        }
        finding.canonical();
        finding
    }
}

/// That not all of an asset's software could be looked up.
fn cut() -> Caveat {
    Caveat {
        name: "software_in_doubt",
        kind: ProblemKind::Warning,
        field: Arc::from("asset.findings"),
        message: "whether an advisory is about an asset's software is not known: its findings count as incomplete",
        found: "its list of software is incomplete".to_owned(),
    }
}

/// The keys of the advisories that may be about the software of assets.
pub fn keys_of(assets: &[Installed], wanted: &mut BTreeSet<String>) {
    wanted.extend(assets.iter().flat_map(|asset| &asset.software).flat_map(keys));
}

/// Each element once, where it stands first.
fn once<T: Ord>(elements: Vec<T>) -> Vec<T> {
    let mut numbered: Vec<(usize, T)> = elements.into_iter().enumerate().collect();
    // Of equals the first stays, as the order is kept.
    numbered.sort_by(|(_, one), (_, other)| one.cmp(other));
    numbered.dedup_by(|(_, later), (_, earlier)| later == earlier);
    numbered.sort_unstable_by_key(|(place, _)| *place);
    numbered.into_iter().map(|(_, element)| element).collect()
}

/// What a piece of software is called.
fn name(software: &Fields) -> Option<&str> {
    ["name", "purl", "cpe"].into_iter().find_map(|key| software.get(key)).and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
