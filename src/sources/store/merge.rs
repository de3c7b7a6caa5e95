//! A store with new files in it, written as a new one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::{Held, ReadAt, Record, Store, StoreError, Writer, catalogue};
use crate::sources::Harvest;
use crate::sources::enrich::{Remark, guard, is_catalogue};
use crate::sources::feeds::Kind;
use crate::time::{Duration, Instant};

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
/// A catalogue (`kev`, `epss`) is replaced as a whole by a later edition, and stays where the new file is older; where nobody knows which is the later,
/// that is kept in mind ([`Held::beside`]). A record of `nvd`, `cve` and `osv` replaces the one with its identifier that was changed before it, or came
/// from the file of its name, and never one that was changed later; where neither is known, both stay, as where one is dated after `now`. Of VEX documents and tables of products the file
/// of the same name is replaced, unless the new one is older: then both stay. `now` is when the files are added; `limit` is the greatest age that a feed may have, where there is one.
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
    let mut places: Places = held.iter().enumerate().map(|(at, held)| (named(held), at)).collect();
    // What is known of files of documents and tables of products, and which of it no longer holds; files of which what the store has stays too.
    let mut of_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, held) in held.iter().enumerate().filter(|(_, held)| !by_identifier(held.edition.feed)) {
        of_file.entry(held.file.clone()).or_default().push(at);
    }
    let mut outdated: BTreeSet<usize> = BTreeSet::new();
    let mut beside: BTreeSet<String> = BTreeSet::new();
    for Added { file, harvest } in files {
        let mut left_out = BTreeSet::new();
        for edition in harvest.editions {
            let catalogue = is_catalogue(edition.feed);
            let former = if file == UNNAMED && !catalogue {
                held.iter().position(|held| held.file == file && held.edition == edition)
            } else {
                places.get(&(edition.feed, if catalogue { String::new() } else { file.clone() })).copied()
            };
            if catalogue {
                let entry = Held { edition, file: file.clone(), added: now.to_rfc3339(), ..Held::default() };
                let feed = entry.edition.feed;
                let known = former.and_then(|at| held.get_mut(at));
                let Some(entry) = catalogue::put(now, known, entry, &mut outcome.remarks) else {
                    left_out.insert(feed);
                    continue;
                };
                catalogues.insert(feed);
                new.retain(|record| !matches!(record, Record::Advisory(other) if other.feed == feed));
                enter(&mut held, &mut places, former, entry);
                continue;
            }
            outcome.remarks.extend(guard::edition(now, &edition, None));
            let entry = Held { edition, file: file.clone(), added: now.to_rfc3339(), ..Held::default() };
            if !by_identifier(entry.edition.feed) && file != UNNAMED {
                let known = of_file.entry(file.clone()).or_default();
                if known.iter().filter_map(|at| held.get(*at)).any(|known| !may_replace(now, &entry, known)) {
                    // Another document of that name, or the same as it was before: what both say counts.
                    beside.insert(file.clone());
                    if !known.iter().filter_map(|at| held.get(*at)).any(|known| known.edition == entry.edition) {
                        known.push(held.len());
                        held.push(entry);
                    }
                    continue;
                }
                let replaced = std::mem::replace(known, vec![former.unwrap_or(held.len())]);
                outdated.extend(replaced.into_iter().filter(|at| Some(*at) != former));
                documents.insert(file.clone());
            }
            enter(&mut held, &mut places, former, entry);
        }
        new.extend(harvest.assertions.into_iter().map(Record::Assertion));
        new.extend(harvest.products.into_iter().map(Record::Product));
        let advisories = harvest.advisories.into_iter().filter(|advisory| !left_out.contains(advisory.feed));
        new.extend(advisories.map(|mut advisory| {
            advisory.as_of(now);
            Record::Advisory(advisory)
        }));
    }
    let mut older: BTreeMap<&'static str, u64> = BTreeMap::new();
    let latest = latest(&new, &mut older);
    let of = |record: &Record| {
        let places = key(record).and_then(|key| latest.get(&key));
        places.into_iter().flatten().filter_map(|at| Some((*at, new.get(*at)?)))
    };
    // Files that have no name of their own come one after the other.
    let unnamed: Vec<&Record> = new.iter().filter(|record| record.file() == UNNAMED).collect();
    let gives_way = |record: &Record| match record {
        Record::Advisory(advisory) if catalogues.contains(advisory.feed) => true,
        _ if key(record).is_some() => of(record).any(|(_, newer)| replaces(newer, record)),
        _ if record.file() == UNNAMED => unnamed.contains(&record),
        _ => documents.contains(record.file()),
    };
    let again: BTreeMap<String, usize> = new
        .iter()
        .enumerate()
        .filter(|(_, record)| beside.contains(record.file()))
        .map(|(at, record)| (record.write().to_string(), at))
        .collect();
    let mut writer = Writer::new(out)?;
    let mut gone: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    // New ones that are older than what the store has, or are there already.
    let mut late: BTreeSet<usize> = BTreeSet::new();
    if let Some(old) = old {
        old.each(|record| {
            for (at, newer) in of(&record).filter(|(_, newer)| is_before(newer, &record)) {
                if late.insert(at) {
                    tell_older(newer, &mut older);
                }
            }
            if beside.contains(record.file()) {
                late.extend(again.get(&record.write().to_string()));
            }
            if gives_way(&record) {
                if let Record::Advisory(advisory) = record
                    && is_catalogue(advisory.feed)
                    && !latest.contains_key(&(advisory.feed, advisory.id.clone()))
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
        let counts = key(record).is_none_or(|key| latest.get(&key).is_some_and(|places| places.contains(&at)));
        if !counts || late.contains(&at) {
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
    let mut places = 0..;
    held.retain(|_| places.next().is_none_or(|at| !outdated.contains(&at)));
    let doubtful = held.iter().filter(|held| !held.beside.is_empty());
    outcome.remarks.extend(doubtful.map(|held| guard::unsure(held.edition.feed)));
    outcome.remarks.extend(guard::ages(now, held.iter().map(|held| &held.edition), limit));
    Ok((writer.finish(&held)?, outcome))
}

/// Whether a document takes the place of another one of its name: unless it is known to be of an earlier time, or does not say of when it is and that does.
fn may_replace(now: Instant, document: &Held, known: &Held) -> bool {
    catalogue::made(now, &known.edition)
        .is_none_or(|known| catalogue::made(now, &document.edition).is_some_and(|made| made >= known))
}

/// The places of what is known of files, by feed and, of those that are no catalogue, name. A folder may have hundreds of thousands of them.
type Places = BTreeMap<(&'static str, String), usize>;

fn named(held: &Held) -> (&'static str, String) {
    (held.edition.feed, if is_catalogue(held.edition.feed) { String::new() } else { held.file.clone() })
}

/// Puts what is known of a file in the place of what was known of it before.
fn enter(held: &mut Vec<Held>, places: &mut Places, former: Option<usize>, entry: Held) {
    match former.and_then(|at| held.get_mut(at)) {
        Some(place) => *place = entry,
        None => {
            places.insert(named(&entry), held.len());
            held.push(entry);
        }
    }
}

/// The new records of each identifier that count: those than which no other is known to be later, each once.
fn latest(new: &[Record], older: &mut BTreeMap<&'static str, u64>) -> BTreeMap<Key, Vec<usize>> {
    let mut latest: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (at, record) in new.iter().enumerate() {
        let Some(key) = key(record) else { continue };
        let places = latest.entry(key).or_default();
        let other = |at: &usize| new.get(*at);
        if places.iter().filter_map(other).any(|other| is_before(record, other)) {
            tell_older(record, older);
            continue;
        }
        places.retain(|at| other(at).is_some_and(|other| !is_before(other, record) && !is_same(other, record)));
        places.push(at);
    }
    latest
}

/// Whether a record is known to be of an earlier time than another.
fn is_before(record: &Record, other: &Record) -> bool {
    matches!((record, other), (Record::Advisory(record), Record::Advisory(other)) if record.is_before(other))
}

/// Whether two records say the same, wherever they stand.
fn is_same(one: &Record, other: &Record) -> bool {
    matches!((one, other), (Record::Advisory(one), Record::Advisory(other)) if one.says_the_same(other))
}

/// Whether a new record stands in the place of one that the store has: that is earlier, the same, or from the file of that name as it was.
fn replaces(newer: &Record, record: &Record) -> bool {
    let again = newer.file() != UNNAMED && newer.file() == record.file();
    is_before(record, newer) || is_same(record, newer) || (again && !is_before(newer, record))
}

fn tell_older(record: &Record, older: &mut BTreeMap<&'static str, u64>) {
    if let Record::Advisory(advisory) = record {
        *older.entry(advisory.feed).or_default() += 1;
    }
}

/// Whether a feed has records of identifiers; documents may speak of one vulnerability in many places.
fn by_identifier(feed: &str) -> bool {
    [Kind::Kev, Kind::Epss, Kind::Nvd, Kind::Cve, Kind::Osv].into_iter().any(|kind| kind.name() == feed)
}

/// What a record replaces: those of its feed with its identifier.
type Key = (&'static str, String);

fn key(record: &Record) -> Option<Key> {
    match record {
        Record::Advisory(advisory) => by_identifier(advisory.feed).then(|| (advisory.feed, advisory.id.clone())),
        Record::Product(_) | Record::Assertion(_) => None,
    }
}
