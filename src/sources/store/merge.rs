//! A store with new files in it, written as a new one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::{Held, ReadAt, Record, Store, StoreError, Writer};
use crate::sources::Harvest;
use crate::sources::enrich::{Remark, guard, is_catalogue};
use crate::sources::feeds::Kind;
use crate::time::{Duration, Instant};

/// What only the edition before tells, which is kept: who decides by the store has to know.
const COMPARED: [&str; 2] = ["feed_shrank", "epss_model_changed"];
/// How many records that are gone are kept by name.
const MOST_GONE: usize = 1000;

/// A file to be added: what is known of it, and what was read.
#[derive(Clone, Debug)]
pub struct Added {
    /// Its name.
    pub file: String,
    /// What was read from it.
    pub harvest: Harvest,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many records the store has.
    pub records: u64,
    /// How many of them are new or were read anew.
    pub added: u64,
    /// How many were too long to be stored.
    pub too_long: u64,
    /// What is to be told about the feeds.
    pub remarks: Vec<Remark>,
}

/// Writes what the old store has and the new files bring.
///
/// A catalogue (`kev`, `epss`) is replaced as a whole by a later edition, and stays where the new file is older. A record of `nvd`, `cve` and `osv`
/// replaces the one with its identifier, a product the one with its name; of VEX documents the file of the same name is replaced. `now` is when
/// the files are added; `limit` is the greatest age that a feed may have, where there is one.
///
/// # Errors
/// What reading the old store and writing the new one fail with.
pub fn merge<R: ReadAt, W: Write>(
    old: Option<&Store<R>>,
    files: Vec<Added>,
    now: Instant,
    limit: &dyn Fn(Kind) -> Option<Duration>,
    out: W,
) -> Result<(W, Outcome), StoreError> {
    let mut outcome = Outcome::default();
    let mut held: Vec<Held> = old.map(|old| old.held().to_vec()).unwrap_or_default();
    let mut new: Vec<Record> = Vec::new();
    let mut catalogues: BTreeSet<&'static str> = BTreeSet::new();
    let mut documents: BTreeSet<String> = BTreeSet::new();
    for Added { file, harvest } in files {
        let mut left_out = BTreeSet::new();
        for edition in harvest.editions {
            let catalogue = is_catalogue(edition.feed);
            let same = |held: &Held| held.edition.feed == edition.feed && (catalogue || held.file == file);
            let former = held.iter().position(same);
            let before = former.and_then(|at| held.get(at)).map(|held| held.edition.clone());
            let remarks = guard::edition(now, &edition, before.as_ref());
            let told = match former.and_then(|at| held.get(at)) {
                // The same once more is no news.
                Some(same) if same.edition == edition => same.told.clone(),
                _ => remarks.iter().filter(|remark| COMPARED.contains(&remark.name)).cloned().collect(),
            };
            outcome.remarks.extend(remarks);
            if catalogue && before.as_ref().is_some_and(|before| before.made > edition.made) {
                left_out.insert(edition.feed);
                continue;
            }
            if !by_identifier(edition.feed) {
                documents.insert(file.clone());
            }
            if catalogue {
                catalogues.insert(edition.feed);
                new.retain(|record| !matches!(record, Record::Advisory(other) if other.feed == edition.feed));
            }
            let entry = Held { edition, file: file.clone(), added: now.to_rfc3339(), told };
            match former.and_then(|at| held.get_mut(at)) {
                Some(place) => *place = entry,
                None => held.push(entry),
            }
        }
        new.extend(harvest.assertions.into_iter().map(Record::Assertion));
        new.extend(harvest.products.into_iter().map(Record::Product));
        let advisories = harvest.advisories.into_iter().filter(|advisory| !left_out.contains(advisory.feed));
        new.extend(advisories.map(Record::Advisory));
    }
    let mut last: BTreeMap<Key, usize> = BTreeMap::new();
    for (at, record) in new.iter().enumerate() {
        last.extend(key(record).map(|key| (key, at)));
    }
    let gives_way = |record: &Record| match (record, key(record)) {
        (Record::Advisory(advisory), _) if catalogues.contains(advisory.feed) => true,
        (_, Some(key)) => last.contains_key(&key),
        (_, None) => documents.contains(record.file()),
    };
    let mut writer = Writer::new(out)?;
    let mut gone: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    if let Some(old) = old {
        old.each(|record| {
            if gives_way(&record) {
                if let Record::Advisory(advisory) = record
                    && is_catalogue(advisory.feed)
                    && !last.contains_key(&Key::Record(advisory.feed, advisory.id.clone()))
                {
                    gone.entry(advisory.feed).or_default().insert(advisory.id);
                }
            } else if writer.add(&record)? {
                outcome.records += 1;
            }
            Ok(())
        })?;
    }
    for (at, record) in new.iter().enumerate() {
        // Of several new ones the last counts.
        if key(record).is_some_and(|key| last.get(&key) != Some(&at)) {
            continue;
        }
        if writer.add(record)? {
            outcome.records += 1;
            outcome.added += 1;
        } else {
            outcome.too_long += 1;
        }
    }
    for (feed, ids) in &gone {
        let kind = Kind::from_name(feed).unwrap_or(Kind::Kev);
        let former = ids.iter().map(String::as_str).collect();
        let remarks = guard::gone(kind, &former, &BTreeSet::new());
        if let Some(held) = held.iter_mut().find(|held| held.edition.feed == kind.name()) {
            held.told.extend(remarks.iter().take(MOST_GONE).cloned());
        }
        outcome.remarks.extend(remarks);
    }
    outcome.remarks.extend(guard::ages(now, held.iter().map(|held| &held.edition), limit));
    Ok((writer.finish(&held)?, outcome))
}

/// What a record replaces: the one with the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A feed's record of a vulnerability.
    Record(&'static str, String),
    /// A product.
    Product(String),
}

/// Whether a feed has one record for each identifier; documents may speak of one vulnerability in many places.
fn by_identifier(feed: &str) -> bool {
    [Kind::Kev, Kind::Epss, Kind::Nvd, Kind::Cve, Kind::Osv].into_iter().any(|kind| kind.name() == feed)
}

fn key(record: &Record) -> Option<Key> {
    match record {
        Record::Advisory(advisory) => {
            by_identifier(advisory.feed).then(|| Key::Record(advisory.feed, advisory.id.clone()))
        }
        Record::Product(product) => Some(Key::Product(product.name.clone())),
        Record::Assertion(_) => None,
    }
}
