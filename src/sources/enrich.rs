//! Findings joined with what feeds say of their vulnerabilities, and with what VEX documents say of their products.
//!
//! A finding and an advisory meet by their identifiers: the CVE, its aliases, and the aliases of the advisories that these lead to, save withdrawn
//! ones. Whose word then counts, field by field:
//!
//! | field | feeds, in this order | against the scanner's own value |
//! |---|---|---|
//! | `kev` | `kev`; without a catalogue `nvd`, `cve`, who can only say yes | yes wins, and a disagreement is remarked |
//! | `kev_added`, `kev_due` | `kev`, `nvd`, `cve` | the feed's counts, and the change is remarked |
//! | `forensic_triage` | `kev` | the feed's counts, and the change is remarked |
//! | `ransomware` | `kev` | yes wins |
//! | `epss` with `epss_model` | `epss` | the feed's pair counts, and a change of the score is remarked |
//! | `exploitation`, `automatable`, `technical_impact` | `cve`, `nvd` | the more urgent counts, and the change is remarked |
//! | `vendor_severity` | `csaf`, `osv`, `cve` | the scanner's stays |
//! | `published` | `nvd`, `cve`, `osv`, `csaf` | the scanner's stays |
//! | `cvss` | one entry for each version: the scanner's vector, then `nvd`, `cve`, `csaf`, `osv` | the scanner's vector stays |
//! | `patch_available`, `patch_available_at`, `patch`, `mitigation_at` | VEX about this very product | the scanner's stays |
//! | `state` | VEX about this very product, its latest word | only an absent or `open` one changes |
//!
//! With a catalogue that was read whole, a CVE that is not in it has `kev: false` and `none` for its dates; if anything of the catalogue was dropped,
//! or there is no catalogue, it stays unknown; and where `nvd` or `cve` say that it was added, and not before the catalogue's own date, it counts as added.
//! Where an alias leads to several records of one feed, the most urgent value and the earliest date count. An EPSS file never says that there is no score. Withdrawn records tell nothing but that they are.

mod cvss;
mod fields;
pub mod guard;
mod name;
mod product;
mod statements;
pub mod support;
#[cfg(test)]
mod tests;
mod topic;
mod vex;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use cvss::first_of_each;
pub use topic::{Topic, Topics};

use super::feeds::Kind;
use super::{Advisory, Assertion, Edition, Fields, Harvest, Origin};

/// How many identifiers one vulnerability may have: aliases that lead on and on end there.
const MOST_IDS: usize = 64;

/// Something to be told about a finding or a feed; the caller decides how strictly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its name, one of [`NAMES`].
    pub name: &'static str,
    /// The vulnerability or the feed that it is about.
    pub about: String,
    /// What is to be said, in the house's style.
    pub message: String,
    /// Where what is said of stands.
    pub origin: Option<Origin>,
}

/// The names of all remarks: those of findings, then those of feeds.
pub const NAMES: [&str; 20] = [
    "cvss_malformed",
    "cvss_score_contradicted",
    "cvss_score_replaced",
    "feed_replaced",
    "kev_disagrees",
    "record_withdrawn",
    "vex_affected",
    "vex_fixed",
    "vex_in_doubt",
    "vex_not_affected",
    "vex_under_investigation",
    "vex_without_version",
    "epss_model_changed",
    "feed_future",
    "feed_incomplete",
    "feed_older",
    "feed_shrank",
    "feed_stale",
    "feed_undated",
    "record_gone",
];

/// What is known of a finding beside its fields.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// Other identifiers of the same vulnerability.
    pub aliases: &'a [String],
    /// The package URL of what it was found in.
    pub purl: Option<&'a str>,
    /// The CPE name of what it was found in.
    pub cpe: Option<&'a str>,
    /// What that is part of, by package URLs, CPE names or names: an image, a product, an operating system.
    pub within: &'a [String],
}

/// How much of a feed is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// None of it.
    Absent,
    /// A part: records of it were refused, so that one that is missing may have been there.
    Part,
    /// All that its file had.
    Whole,
}

/// What somebody says of a vulnerability.
#[derive(Clone, Debug)]
pub enum Said {
    /// A feed.
    Advisory(Arc<Advisory>),
    /// A VEX document.
    Assertion(Arc<Assertion>),
}

/// Where what is said of vulnerabilities is looked up.
pub trait Shelf {
    /// What is said under an identifier, each with a number that is greater the later it was added.
    fn find(&self, id: &str) -> Vec<(u64, Said)>;
}

/// What is known of CISA's catalogue as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue<'a> {
    /// How much of it is here.
    pub presence: Presence,
    /// Of when it is.
    pub made: Option<&'a str>,
}

impl<'a> Catalogue<'a> {
    /// What editions say of it.
    pub fn of(editions: impl IntoIterator<Item = &'a Edition>) -> Self {
        let mut catalogue = Self { presence: Presence::Absent, made: None };
        for edition in editions.into_iter().filter(|edition| edition.feed == Kind::Kev.name()) {
            catalogue.presence = match (catalogue.presence, edition.dropped) {
                (Presence::Absent | Presence::Whole, 0) => Presence::Whole,
                _ => Presence::Part,
            };
            catalogue.made = catalogue.made.or(edition.made.as_deref());
        }
        catalogue
    }
}

/// Advisories and statements, found by identifier.
#[derive(Clone, Debug, Default)]
pub struct Advisories {
    records: Vec<Arc<Advisory>>,
    by_id: BTreeMap<String, Vec<usize>>,
    /// Of each record that says when it was changed, the place of the latest.
    latest: BTreeMap<(&'static str, String), usize>,
    assertions: Vec<Arc<Assertion>>,
    by_vulnerability: BTreeMap<String, Vec<usize>>,
    editions: Vec<Edition>,
    unsure: BTreeSet<&'static str>,
}

impl Advisories {
    /// Takes the advisories, statements and editions of a harvest, which should be that of one file.
    ///
    /// A catalogue (`kev`, `epss`) is a whole: of two editions the later one counts and the other is left out. Of two records of `nvd`, `cve` or `osv`
    /// with one identifier the one that was changed later counts, where both say when.
    pub fn add(&mut self, harvest: Harvest) {
        let Harvest { advisories, assertions, editions, .. } = harvest;
        let mut left_out: BTreeSet<&'static str> = BTreeSet::new();
        // The last resort, so that the order of files of one size makes no difference.
        let file = advisories.first().map(|record| Arc::clone(&record.origin.file));
        for edition in editions {
            if is_catalogue(edition.feed)
                && let Some(at) = self.editions.iter().position(|other| other.feed == edition.feed)
            {
                let known = self.editions.get(at);
                if known.is_some_and(|other| other.made.is_none() || edition.made.is_none()) {
                    self.unsure.insert(edition.feed);
                }
                // Of two of the same time the fuller one, so that their order makes no difference.
                let rank = |it: &Edition| (it.made.clone(), it.read, it.version.clone());
                let of = || self.records.iter().find(|record| record.feed == edition.feed);
                let named = || of().map(|record| Arc::clone(&record.origin.file));
                if known.is_some_and(|other| (rank(other), named()) > (rank(&edition), file.clone())) {
                    left_out.insert(edition.feed);
                    continue;
                }
                self.editions.remove(at);
                self.records.retain(|record| record.feed != edition.feed);
                self.index();
            }
            self.editions.push(edition);
        }
        for record in advisories.into_iter().filter(|record| !left_out.contains(record.feed)) {
            let at = self.records.len();
            enter(&mut self.by_id, &record, at);
            if record.modified.is_some() {
                let records = &self.records;
                let latest = self.latest.entry((record.feed, record.id.clone())).or_insert(at);
                if records.get(*latest).is_some_and(|other| other.is_before(&record)) {
                    *latest = at;
                }
            }
            self.records.push(Arc::new(record));
        }
        for assertion in assertions {
            let at = self.assertions.len();
            for id in &assertion.ids {
                self.by_vulnerability.entry(id.clone()).or_default().push(at);
            }
            self.assertions.push(Arc::new(assertion));
        }
    }

    fn index(&mut self) {
        self.by_id.clear();
        self.latest.clear();
        for (at, record) in self.records.iter().enumerate() {
            enter(&mut self.by_id, record, at);
            if record.modified.is_some() {
                let latest = self.latest.entry((record.feed, record.id.clone())).or_insert(at);
                if self.records.get(*latest).is_some_and(|other| other.is_before(record)) {
                    *latest = at;
                }
            }
        }
    }

    /// Whether a later record of the feed with its identifier is here.
    pub fn is_superseded(&self, record: &Advisory) -> bool {
        record.modified.is_some() && {
            let latest = self.latest.get(&(record.feed, record.id.clone()));
            latest.and_then(|at| self.records.get(*at)).is_some_and(|latest| record.is_before(latest))
        }
    }

    /// Catalogues of which there were two editions and nobody says which is the later: what is not in the one that counts may be in the other.
    pub fn unsure(&self) -> &BTreeSet<&'static str> {
        &self.unsure
    }

    /// What the feeds that are here say of themselves.
    pub fn editions(&self) -> &[Edition] {
        &self.editions
    }

    /// Every advisory that counts.
    pub fn advisories(&self) -> impl Iterator<Item = &Arc<Advisory>> {
        self.records.iter().filter(|record| !self.is_superseded(record))
    }

    /// Adds to a finding what the feeds know of it, and says what is to be told about that.
    pub fn enrich(&self, finding: &mut Fields, subject: &Subject<'_>) -> Vec<Remark> {
        Topic::of(self, finding, subject).enrich(&Catalogue::of(&self.editions), finding, subject)
    }
}

impl Shelf for Advisories {
    fn find(&self, id: &str) -> Vec<(u64, Said)> {
        let of = |places: &BTreeMap<String, Vec<usize>>| places.get(id).cloned().unwrap_or_default();
        let number = |at: usize| u64::try_from(at).unwrap_or(u64::MAX);
        let advisory = |at: usize| {
            let record = self.records.get(at).filter(|record| !self.is_superseded(record))?;
            Some((number(at), Said::Advisory(Arc::clone(record))))
        };
        let assertion = |at: usize| Some((number(at), Said::Assertion(Arc::clone(self.assertions.get(at)?))));
        let advisories = of(&self.by_id).into_iter().filter_map(advisory);
        advisories.chain(of(&self.by_vulnerability).into_iter().filter_map(assertion)).collect()
    }
}

fn enter(by_id: &mut BTreeMap<String, Vec<usize>>, record: &Advisory, at: usize) {
    for id in std::iter::once(&record.id).chain(&record.aliases) {
        let places = by_id.entry(id.clone()).or_default();
        if places.last() != Some(&at) {
            places.push(at);
        }
    }
}

/// Whether a feed is a whole in each edition, so that a later one replaces an earlier.
pub fn is_catalogue(feed: &str) -> bool {
    feed == Kind::Kev.name() || feed == Kind::Epss.name()
}
