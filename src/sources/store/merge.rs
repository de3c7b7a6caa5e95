//! A store with new files in it, written as a new one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::{Held, ReadAt, Record, Store, StoreError, Writer};
use crate::sources::enrich::{Remark, guard, is_catalogue};
use crate::sources::feeds::Kind;
use crate::sources::{Edition, Harvest};
use crate::time::{Duration, Instant};

/// What only the edition before tells, which is kept: who decides by the store has to know.
const COMPARED: [&str; 2] = ["feed_shrank", "epss_model_changed"];
/// How many records that are gone are kept by name.
const MOST_GONE: usize = 1000;

/// What standard input is called: each time it may be another document.
const UNNAMED: &str = "-";

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
/// replaces the one with its identifier, unless that was changed later, and a product the one with its name; of VEX documents the file of the same name
/// is replaced. `now` is when
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
    // A folder may have hundreds of thousands of files.
    let named = |held: &Held| {
        (held.edition.feed, if is_catalogue(held.edition.feed) { String::new() } else { held.file.clone() })
    };
    let mut places: BTreeMap<(&'static str, String), usize> =
        held.iter().enumerate().map(|(at, held)| (named(held), at)).collect();
    for Added { file, harvest } in files {
        let mut left_out = BTreeSet::new();
        for edition in harvest.editions {
            let catalogue = is_catalogue(edition.feed);
            let former = if file == UNNAMED && !catalogue {
                held.iter().position(|held| held.file == file && held.edition == edition)
            } else {
                places.get(&(edition.feed, if catalogue { String::new() } else { file.clone() })).copied()
            };
            let before = former.and_then(|at| held.get(at)).map(|held| held.edition.clone());
            let remarks = guard::edition(now, &edition, before.as_ref());
            let told = match former.and_then(|at| held.get(at)) {
                // The same once more is no news.
                Some(same) if same.edition == edition => same.told.clone(),
                _ => remarks.iter().filter(|remark| COMPARED.contains(&remark.name)).cloned().collect(),
            };
            outcome.remarks.extend(remarks);
            if catalogue && before.as_ref().is_some_and(|before| is_fuller(before, &edition)) {
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
                None => {
                    places.insert(named(&entry), held.len());
                    held.push(entry);
                }
            }
        }
        new.extend(harvest.assertions.into_iter().map(Record::Assertion));
        new.extend(harvest.products.into_iter().map(Record::Product));
        let advisories = harvest.advisories.into_iter().filter(|advisory| !left_out.contains(advisory.feed));
        new.extend(advisories.map(Record::Advisory));
    }
    let mut last: BTreeMap<Key, usize> = BTreeMap::new();
    let mut older: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (at, record) in new.iter().enumerate() {
        let Some(key) = key(record) else { continue };
        match last.get(&key).and_then(|other| new.get(*other)) {
            Some(other) if is_before(record, other) => tell_older(record, &mut older),
            _ => {
                last.insert(key, at);
            }
        }
    }
    // Files that have no name of their own come one after the other.
    let unnamed: Vec<&Record> = new.iter().filter(|record| record.file() == UNNAMED).collect();
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    let gives_way = |record: &Record| match (record, key(record)) {
        (Record::Advisory(advisory), _) if catalogues.contains(advisory.feed) => true,
        (_, Some(key)) => last.contains_key(&key),
        (_, None) if record.file() == UNNAMED => unnamed.contains(&record),
        (_, None) => documents.contains(record.file()),
    };
    let mut writer = Writer::new(out)?;
    let mut gone: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    if let Some(old) = old {
        old.each(|record| {
            let newer = key(&record).and_then(|key| last.get(&key)).and_then(|at| Some((*at, new.get(*at)?)));
            if let Some((at, newer)) = newer.filter(|(_, newer)| is_before(newer, &record)) {
                tell_older(newer, &mut older);
                kept.insert(at);
                outcome.records += u64::from(writer.add(&record)?);
            } else if gives_way(&record) {
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
        // Of several new ones the last counts, and what the store has where that is later.
        if kept.contains(&at) || key(record).is_some_and(|key| last.get(&key) != Some(&at)) {
            continue;
        }
        if writer.add(record)? {
            outcome.records += 1;
            outcome.added += 1;
        } else {
            outcome.too_long += 1;
        }
    }
    for (feed, count) in older {
        let message = format!("{count} records of {feed} are older than those that are here, and are left out");
        outcome.remarks.push(Remark { name: "feed_older", about: feed.to_owned(), message, origin: None });
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

/// Whether an edition of a catalogue counts before a new one: it is later, or of the same time and has more. Of those without a date the one that was
/// added last counts.
fn is_fuller(before: &Edition, edition: &Edition) -> bool {
    let rank = |it: &Edition| (it.made.clone(), it.read);
    before.made.is_some() && rank(before) > rank(edition)
}

/// Whether a record is known to be of an earlier time than another.
fn is_before(record: &Record, other: &Record) -> bool {
    matches!((record, other), (Record::Advisory(record), Record::Advisory(other)) if record.is_before(other))
}

fn tell_older(record: &Record, older: &mut BTreeMap<&'static str, u64>) {
    if let Record::Advisory(advisory) = record {
        *older.entry(advisory.feed).or_default() += 1;
    }
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
