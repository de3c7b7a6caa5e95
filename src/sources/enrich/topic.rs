//! What is said of one vulnerability, put together once for all findings of it.
//!
//! **Cost.** An estate has one vulnerability on thousands of assets, and of one vulnerability there may be thousands of records and products. What is
//! said is gathered and read once; a finding then looks at the records that count, and at the products that have its name.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::fields::Firsts;
use super::statements::Statements;
use super::{Catalogue, MOST_IDS, Remark, Said, Shelf, Subject, cvss, fields, vex};
use crate::sources::feeds::{cve_id, vulnerability_id};
use crate::sources::{Advisory, Assertion, Fields, Status};

/// How many records and names of products are remembered.
const MOST_REMEMBERED: usize = 400_000;

/// What is said of a vulnerability.
#[derive(Debug, Default)]
pub struct Topic {
    /// The advisories, without those that were withdrawn.
    pub advisories: Vec<Arc<Advisory>>,
    /// The statements about the vulnerability, whatever their products.
    pub assertions: Vec<Arc<Assertion>>,
    name: Option<String>,
    has_cve: bool,
    is_cut: bool,
    withdrawn: Vec<Arc<Advisory>>,
    firsts: Firsts,
    scored: Vec<Arc<Advisory>>,
    statements: Statements,
}

/// The identifier of a finding's vulnerability, and its others.
fn key(finding: &Fields, subject: &Subject<'_>) -> (Option<String>, Vec<String>) {
    let own = finding.get("cve").and_then(Value::as_str).map(vulnerability_id);
    (own, subject.aliases.iter().map(|id| vulnerability_id(id)).collect())
}

impl Topic {
    /// Gathers what is said of a finding's vulnerability.
    pub fn of(shelf: &impl Shelf, finding: &Fields, subject: &Subject<'_>) -> Self {
        let (own, aliases) = key(finding, subject);
        Self::gather(shelf, own, &aliases)
    }

    fn gather(shelf: &impl Shelf, own: Option<String>, aliases: &[String]) -> Self {
        let Gathered { ids, is_cut, records, mut assertions } = gather(shelf, own.iter().chain(aliases).cloned());
        let own_cve = own.as_deref().and_then(cve_id);
        assertions.retain(|assertion| is_meant(assertion, own_cve.as_deref(), &ids, is_cut));
        let (withdrawn, advisories): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.withdrawn);
        Self {
            // Among identifiers that were not followed there may be one that is in the catalogue.
            has_cve: !is_cut && ids.iter().any(|id| cve_id(id).is_some()),
            name: own.or_else(|| ids.first().cloned()),
            is_cut,
            withdrawn,
            firsts: Firsts::of(&advisories),
            scored: cvss::counting(&advisories),
            statements: Statements::new(&assertions),
            advisories,
            assertions,
        }
    }

    /// How much there is of it.
    fn size(&self) -> usize {
        let records = self.advisories.len().saturating_add(self.withdrawn.len()).saturating_add(self.assertions.len());
        records.saturating_add(self.statements.size()).saturating_add(1)
    }

    /// Adds to a finding of the vulnerability what is said of it.
    pub fn enrich(&self, catalogue: &Catalogue<'_>, finding: &mut Fields, subject: &Subject<'_>) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let Some(name) = &self.name else { return remarks };
        remarks.extend(self.withdrawn.iter().map(|record| Remark {
            name: "record_withdrawn",
            about: name.clone(),
            message: format!("`{}` was withdrawn in {}", record.id, record.feed),
            origin: Some(record.origin.clone()),
        }));
        fields::catalogue(finding, name, &self.firsts, (catalogue, self.has_cve), &mut remarks);
        if self.is_cut {
            fields::join_part(finding, name, &self.firsts);
        } else {
            fields::join(finding, name, &self.firsts, &mut remarks);
            cvss::gather(finding, name, &self.scored, &mut remarks);
        }
        vex::apply(finding, name, &self.statements, subject, &mut remarks);
        remarks
    }

    /// Whether the advisory that counts for a field is here.
    pub(in crate::sources) fn tells(&self, field: &str) -> bool {
        self.firsts.tells(field)
    }
}

/// Vulnerabilities of which was asked already.
#[derive(Debug, Default)]
pub struct Topics(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    topics: HashMap<(Option<String>, Vec<String>), Arc<Topic>>,
    size: usize,
}

impl Topics {
    /// What is said of a finding's vulnerability.
    pub fn of(&self, shelf: &impl Shelf, finding: &Fields, subject: &Subject<'_>) -> Arc<Topic> {
        let key = key(finding, subject);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).topics.get(&key).cloned();
        if let Some(topic) = known {
            return topic;
        }
        let topic = Arc::new(Topic::gather(shelf, key.0.clone(), &key.1));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = topic.size();
        if known.size.saturating_add(size) > MOST_REMEMBERED {
            *known = Remembered::default();
        }
        known.size = known.size.saturating_add(size);
        known.topics.insert(key, Arc::clone(&topic));
        topic
    }

    /// Forgets all: there is more to be known.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Remembered::default();
    }
}

/// Whether a statement is about the vulnerability: its CVE, or where that is not known every CVE that it may be. One that silences nothing has to
/// be about one of them.
fn is_meant(assertion: &Assertion, own: Option<&str>, ids: &[String], is_cut: bool) -> bool {
    let said: Vec<String> = assertion.ids.iter().filter_map(|id| cve_id(id)).collect();
    if said.is_empty() {
        return true;
    }
    let mut cves = ids.iter().filter(|id| cve_id(id).is_some()).peekable();
    match (assertion.status, own) {
        (Status::Affected | Status::UnderInvestigation, _) => {
            cves.peek().is_none() || cves.any(|cve| said.contains(cve))
        }
        (Status::NotAffected | Status::Fixed, Some(own)) => said.iter().any(|cve| cve == own),
        (Status::NotAffected | Status::Fixed, None) => !is_cut && cves.all(|cve| said.contains(cve)),
    }
}

/// The identifiers of a vulnerability and what is said of it, each once, in the order in which it was added.
struct Gathered {
    ids: Vec<String>,
    /// It has more identifiers, by which nothing was looked up.
    is_cut: bool,
    records: Vec<Arc<Advisory>>,
    assertions: Vec<Arc<Assertion>>,
}

fn gather(shelf: &impl Shelf, own: impl Iterator<Item = String>) -> Gathered {
    let mut ids: Vec<String> = Vec::new();
    for id in own {
        if !id.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
    }
    // Two CVEs that share an alias are two vulnerabilities: where one is known, the other is not followed.
    let settled = ids.iter().any(|id| cve_id(id).is_some());
    let mut is_cut = false;
    let mut found: BTreeMap<u64, Arc<Advisory>> = BTreeMap::new();
    let mut said: BTreeMap<u64, Arc<Assertion>> = BTreeMap::new();
    let mut next = 0;
    while let Some(id) = ids.get(next).cloned() {
        next += 1;
        for (number, one) in shelf.find(&id) {
            let record = match one {
                Said::Assertion(assertion) => {
                    said.insert(number, assertion);
                    continue;
                }
                Said::Advisory(record) => record,
            };
            let another = settled && cve_id(&record.id).is_some() && !ids.contains(&record.id);
            if another || found.insert(number, Arc::clone(&record)).is_some() {
                continue;
            }
            // What was withdrawn as a mistake joins nothing.
            if record.withdrawn {
                continue;
            }
            for other in std::iter::once(&record.id).chain(&record.aliases) {
                let another = settled && cve_id(other).is_some();
                if another || ids.contains(other) {
                    continue;
                }
                if ids.len() < MOST_IDS {
                    ids.push(other.clone());
                } else {
                    // Of a known CVE only other names of it are left out.
                    is_cut = !settled;
                }
            }
        }
    }
    let (records, assertions) = (found.into_values().collect(), said.into_values().collect());
    Gathered { ids, is_cut, records, assertions }
}
