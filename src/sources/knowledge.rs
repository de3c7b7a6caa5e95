//! What the feeds of one run know: a store, files read beside it, or both, looked up by identifier.
//!
//! Of a catalogue (`kev`, `epss`) the later edition counts, wherever it is; of everything else all that is here does.

mod amend;
mod installed;
#[cfg(test)]
mod tests;

pub use installed::{Addition, keys_of};

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::enrich::{
    Advisories, Catalogue, Presence, Remark, Said, Shelf, Subject, Topic, Topics, guard, is_catalogue, support,
};
use super::feeds::Kind;
use super::feeds::eol::Product;
use super::store::{Held, ReadAt, Shelved, Store, StoreError};
use super::{Advisory, Assertion, Edition, Fields, Harvest, Status};
use crate::check::schema::{Schema, TableId};
use crate::time::{Duration, Instant};

/// How many ends of support are remembered.
const MOST_REMEMBERED: usize = 100_000;

/// Places in feeds by what names a finding, each with the fields that it tells.
pub type Places = BTreeMap<String, Vec<String>>;

/// What feeds know.
pub struct Knowledge {
    /// The store, by the name that the caller gave it.
    store: Option<(String, Box<dyn Stored>)>,
    files: Advisories,
    /// The editions of the files, each with the file's name.
    read: Vec<(Edition, Arc<str>)>,
    products: Vec<Product>,
    /// Catalogues of which the store's edition counts, or the files'.
    of_store: BTreeSet<&'static str>,
    of_files: BTreeSet<&'static str>,
    /// Catalogues of which there are two editions, one of them without a date.
    unsure: BTreeSet<&'static str>,
    /// Editions of files that are dated after now, with what is told of them.
    ahead: Vec<(Remark, String)>,
    /// How much of CISA's catalogue is there, and of when it is.
    kev: (Presence, Option<String>),
    /// The fields that the vocabulary has of a finding.
    fields: BTreeSet<String>,
    ends: Mutex<HashMap<String, Option<Value>>>,
    topics: Topics,
    /// The asset of which it is asked where its facts come from, and what feeds tell of its findings.
    trace: Option<(String, Mutex<Places>)>,
    /// When it is asked.
    now: Option<Instant>,
}

/// What is to be told of a finding, and what is said of its vulnerability.
#[derive(Clone, Debug)]
pub struct Enriched {
    /// What is to be told.
    pub remarks: Vec<Remark>,
    /// What is said.
    pub topic: Arc<Topic>,
}

/// An edition of a feed that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// What it says of itself.
    pub edition: Edition,
    /// The name of its file.
    pub file: String,
    /// The store that has it.
    pub store: Option<String>,
    /// What was told of it when it was put there.
    pub told: Vec<Remark>,
}

/// A store, whatever it is read from.
trait Stored: Send + Sync {
    fn find(&self, id: &str) -> Vec<(u64, Said)>;
    fn affecting(&self, key: &str) -> Vec<(u64, Advisory)>;
    fn held(&self) -> &[Held];
    fn trouble(&self) -> Option<StoreError>;
}

impl<R: ReadAt + Send + Sync> Stored for Shelved<R> {
    fn find(&self, id: &str) -> Vec<(u64, Said)> {
        Shelf::find(self, id)
    }

    fn affecting(&self, key: &str) -> Vec<(u64, Advisory)> {
        Shelved::affecting(self, key)
    }

    fn held(&self) -> &[Held] {
        self.store().held()
    }

    fn trouble(&self) -> Option<StoreError> {
        Shelved::trouble(self)
    }
}

impl std::fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Knowledge").field("read", &self.read).finish_non_exhaustive()
    }
}

impl Knowledge {
    /// Knows nothing yet. Only what the vocabulary has fields for will be told; `trace` is the asset of which it is asked where its facts come from.
    #[must_use]
    pub fn new(schema: &Schema, trace: Option<&str>) -> Self {
        let fields = schema.table(TableId::FINDING).into_iter().flat_map(|table| &table.fields);
        Self {
            store: None,
            files: Advisories::default(),
            read: Vec::new(),
            products: Vec::new(),
            of_store: BTreeSet::new(),
            of_files: BTreeSet::new(),
            unsure: BTreeSet::new(),
            ahead: Vec::new(),
            kev: (Presence::Absent, None),
            fields: fields.map(|field| field.name.clone()).collect(),
            ends: Mutex::default(),
            topics: Topics::default(),
            trace: trace.map(|asset| (asset.to_owned(), Mutex::default())),
            now: None,
        }
    }

    /// Says when it is asked: what a VEX document says only after that takes no finding away yet, and a catalogue that is dated later is of no known date.
    #[must_use]
    pub fn at(mut self, now: Instant) -> Self {
        self.now = Some(now);
        self
    }

    /// Whether a statement that takes findings away is dated after the moment that counts.
    fn is_ahead(&self, assertion: &Assertion) -> bool {
        let at = || assertion.at.as_deref().and_then(guard::instant);
        matches!(assertion.status, Status::NotAffected | Status::Fixed)
            && self.now.zip(at()).is_some_and(|(now, at)| guard::is_ahead(at, now))
    }

    /// What is to be told of a catalogue that is dated after now.
    fn dated_ahead(&self, edition: &Edition) -> Option<Remark> {
        let now = self.now.filter(|_| is_catalogue(edition.feed))?;
        guard::edition(now, edition, None).into_iter().find(|remark| remark.name == "feed_future")
    }

    /// Takes in what was read of one file.
    pub fn add(&mut self, file: &str, mut harvest: Harvest) {
        self.topics.clear();
        let file: Arc<str> = Arc::from(file);
        for edition in &mut harvest.editions {
            if let Some(remark) = self.dated_ahead(edition) {
                self.ahead.push((remark, file.to_string()));
                edition.made = None;
            }
        }
        self.read.extend(harvest.editions.iter().map(|edition| (edition.clone(), Arc::clone(&file))));
        if let Some(now) = self.now {
            harvest.advisories.iter_mut().for_each(|advisory| advisory.as_of(now));
        }
        self.add_products(std::mem::take(&mut harvest.products));
        let catalogues = harvest.editions.iter().any(|edition| is_catalogue(edition.feed));
        self.files.add(harvest);
        // Of nothing else it has to be settled which counts: a folder may have hundreds of thousands of files.
        if catalogues {
            self.settle();
        }
    }

    fn add_products(&mut self, mut products: Vec<Product>) {
        if let Some(now) = self.now {
            let now = now.to_rfc3339();
            let today = now.get(..10).unwrap_or_default();
            products.iter_mut().for_each(|product| product.as_of(today));
        }
        self.products.append(&mut products);
    }

    /// Takes a store; there is at most one.
    ///
    /// # Errors
    /// Its table of products cannot be read.
    pub fn open<R: ReadAt + Send + Sync + 'static>(&mut self, name: &str, store: Store<R>) -> Result<(), StoreError> {
        self.topics.clear();
        self.add_products(store.products()?);
        self.store = Some((name.to_owned(), Box::new(Shelved::new(store))));
        self.settle();
        Ok(())
    }

    /// Finds out whose catalogues count.
    fn settle(&mut self) {
        let made = |edition: &Edition| {
            let made = edition.made.as_deref().and_then(guard::instant);
            made.filter(|_| self.dated_ahead(edition).is_none())
        };
        let rank = |edition: &Edition| (made(edition), edition.read, edition.version.clone());
        let (mut of_store, mut of_files, mut unsure) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut catalogue = (Presence::Absent, None);
        for kind in Kind::ALL.into_iter().filter(|kind| is_catalogue(kind.name())) {
            let held = self.store.iter().flat_map(|(_, store)| store.held());
            let held = held.filter(|held| held.edition.feed == kind.name()).max_by_key(|held| rank(&held.edition));
            let read =
                self.files.editions().iter().filter(|edition| edition.feed == kind.name()).max_by_key(|it| rank(it));
            let stored = held.map(|held| &held.edition);
            let counts = match (stored, read) {
                (Some(stored), Some(read)) if rank(stored) > rank(read) => Some(stored),
                (stored, read) => read.or(stored),
            };
            let Some(counts) = counts else { continue };
            let is_stored = stored.is_some_and(|stored| std::ptr::eq(stored, counts));
            if is_stored {
                of_store.insert(kind.name())
            } else {
                of_files.insert(kind.name())
            };
            let one_undated = stored.zip(read).is_some_and(|(one, other)| made(one).is_none() || made(other).is_none());
            let beside =
                held.is_some_and(|held| held.beside.values().any(|added| guard::may_be_later(added, made(counts))));
            if self.files.unsure().contains(kind.name()) || one_undated || beside {
                unsure.insert(kind.name());
            }
            // One that is dated ahead is none of now: what is not in it may be in that.
            let is_ahead = self.dated_ahead(counts).is_some()
                || (!is_stored
                    && made(counts).is_none()
                    && self.ahead.iter().any(|(remark, _)| remark.about == kind.name()));
            if kind == Kind::Kev {
                let Catalogue { presence, .. } = Catalogue::of([counts]);
                let is_open = is_ahead || unsure.contains(kind.name());
                let presence = if presence == Presence::Whole && is_open { Presence::Part } else { presence };
                catalogue = (presence, counts.made.clone().filter(|_| !is_ahead));
            }
        }
        self.kev = catalogue;
        (self.of_store, self.of_files, self.unsure) = (of_store, of_files, unsure);
    }

    /// The feeds that count, in the order of their kinds and files.
    #[must_use]
    pub fn feeds(&self) -> Vec<Feed> {
        let mut feeds = Vec::new();
        if let Some((name, store)) = &self.store {
            let counts = |held: &&Held| !is_catalogue(held.edition.feed) || self.of_store.contains(held.edition.feed);
            let feed = |held: &Held| Feed {
                edition: held.edition.clone(),
                file: held.file.clone(),
                store: Some(name.clone()),
                told: held.told.clone(),
            };
            feeds.extend(store.held().iter().filter(counts).map(feed));
        }
        // Of several files of one catalogue one counts.
        let counts = |edition: &Edition| {
            !is_catalogue(edition.feed)
                || (self.of_files.contains(edition.feed) && self.files.editions().contains(edition))
        };
        let read = self.read.iter().filter(|(edition, _)| counts(edition));
        feeds.extend(read.map(|(edition, file)| Feed {
            edition: edition.clone(),
            file: file.to_string(),
            store: None,
            told: Vec::new(),
        }));
        feeds.sort_by(|one, other| {
            let key = |feed: &Feed| (Kind::from_name(feed.edition.feed), feed.file.clone());
            key(one).cmp(&key(other))
        });
        feeds.dedup_by(|one, other| is_catalogue(one.edition.feed) && one.edition == other.edition);
        feeds
    }

    /// What the feeds are, for the digest of facts: the same whether they are read from files or a store, and in whatever order. What they say is in
    /// the records themselves.
    #[must_use]
    pub fn marks(&self) -> BTreeSet<String> {
        let mark = |feed: Feed| {
            let is_ahead = self.dated_ahead(&feed.edition).is_some();
            let Edition { feed, version, made, read, dropped, .. } = feed.edition;
            let made = made.filter(|_| !is_ahead);
            format!("feed {feed} {version:?} {made:?} {read} {dropped}")
        };
        self.feeds().into_iter().map(mark).collect()
    }

    /// What is to be told of the feeds themselves, each with the store or file: their age, beside the limits where there are any, what could not be
    /// read, and what was told when they were put into the store.
    #[must_use]
    pub fn remarks(&self, now: Instant, limit: &dyn Fn(Kind) -> Option<Duration>) -> Vec<(Remark, String)> {
        let feeds = self.feeds();
        let of = |feed: &Feed| {
            let place = feed.store.clone().unwrap_or_else(|| feed.file.clone());
            let told = guard::edition(now, &feed.edition, None).into_iter().chain(feed.told.iter().cloned());
            told.map(|remark| (remark, place.clone())).collect::<Vec<_>>()
        };
        let mut remarks: Vec<(Remark, String)> = feeds.iter().flat_map(of).collect();
        let ages = guard::ages(now, feeds.iter().map(|feed| &feed.edition), limit);
        remarks.extend(ages.into_iter().map(|remark| (remark, String::new())));
        let unsure = self.unsure.iter().map(|feed| guard::unsure(feed));
        remarks.extend(unsure.map(|remark| (remark, String::new())));
        remarks.extend(self.ahead.iter().cloned());
        remarks
    }

    /// What the store could not give, if there was anything: then nothing may be decided.
    #[must_use]
    pub fn trouble(&self) -> Option<(String, StoreError)> {
        let (name, store) = self.store.as_ref()?;
        store.trouble().map(|error| (name.clone(), error))
    }

    /// Adds to a finding what is known of its vulnerability, as far as the vocabulary has fields for it.
    pub fn enrich(&self, finding: &mut Fields, subject: &Subject<'_>) -> Enriched {
        let (presence, made) = &self.kev;
        let catalogue = Catalogue { presence: *presence, made: made.as_deref() };
        let topic = self.topics.of(self, finding, subject);
        let remarks = topic.enrich(&catalogue, finding, subject);
        if topic.tells("forensic_triage") && !self.fields.contains("forensic_triage") {
            finding.remove("forensic_triage");
        }
        Enriched { remarks, topic }
    }

    /// Where feeds tell of the findings of the asset that was asked about, by what names them, each place with the fields.
    #[must_use]
    pub fn places(&self) -> Places {
        let Some((_, places)) = &self.trace else { return Places::new() };
        places.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the store has a later record of the feed with the identifier of one of a file. It may have other names.
    fn is_older_than_stored(&self, record: &Advisory) -> bool {
        let Some((_, store)) = self.store.as_ref().filter(|_| record.modified.is_some()) else { return false };
        let later = |(_, said): (u64, Said)| matches!(said, Said::Advisory(other) if record.is_before(&other));
        store.find(&record.id).into_iter().any(later)
    }

    /// Adds the end of support of an operating system.
    fn operating_system(&self, os: &mut Fields) {
        self.end("os", os, support::operating_system);
    }

    /// Adds the end of support of a piece of software.
    fn software(&self, software: &mut Fields) {
        self.end("software", software, support::software);
    }

    fn end(&self, what: &str, fields: &mut Fields, find: fn(&[Product], &mut Fields)) {
        if self.products.is_empty() || fields.get("eol").is_some_and(|eol| !eol.is_null()) {
            return;
        }
        let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
        let key = ["name", "family", "version", "purl", "cpe"].map(text).join("\u{0}");
        let key = format!("{what}\u{0}{key}");
        let known = self.ends.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let end = known.unwrap_or_else(|| {
            find(&self.products, fields);
            let end = fields.get("eol").filter(|eol| !eol.is_null()).cloned();
            let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
            if ends.len() < MOST_REMEMBERED {
                ends.insert(key, end.clone());
            }
            end
        });
        if let Some(end) = end {
            fields.insert("eol".to_owned(), end);
        }
    }
}

impl Shelf for Knowledge {
    fn find(&self, id: &str) -> Vec<(u64, Said)> {
        // Files count as added after the store.
        const LATER: u64 = 1 << 63;
        let counts = |said: &Said, of: &BTreeSet<&'static str>| match said {
            Said::Advisory(advisory) => !is_catalogue(advisory.feed) || of.contains(advisory.feed),
            Said::Assertion(assertion) => !self.is_ahead(assertion),
        };
        // Each of them has the latest of its own records; so have both together.
        let is_older = |said: &Said, older: &dyn Fn(&Advisory) -> bool| match said {
            Said::Advisory(advisory) => older(advisory),
            Said::Assertion(_) => false,
        };
        let stored = self.store.iter().flat_map(|(_, store)| store.find(id));
        let stored = stored.filter(|(_, said)| {
            counts(said, &self.of_store) && !is_older(said, &|record| self.files.is_superseded(record))
        });
        let read = self.files.find(id).into_iter().filter(|(_, said)| {
            counts(said, &self.of_files) && !is_older(said, &|record| self.is_older_than_stored(record))
        });
        stored.chain(read.map(|(number, said)| (number | LATER, said))).collect()
    }
}
