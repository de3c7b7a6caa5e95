//! The feeds that decisions hang on: those of the call, or else of the project.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::args::FactsArgs;
use super::super::failure::Failure;
use super::super::input;
use super::super::session::Session;
use super::{CALLED, harvest, of_project, open, wrong};
use crate::check::schema::Schema;
use crate::explain::facts_rows::FeedRow;
use crate::facts::{Broken, Place, Problem, ProblemKind};
use crate::sources::enrich::{Remark, guard};
use crate::sources::knowledge::{Feed, Knowledge};
use crate::sources::store::is_store;
use crate::time::Instant;

/// How many remarks of one name are shown.
const SHOWN: usize = 3;

/// What feeds know, and what of them could not be read.
pub(in crate::cli) struct Known {
    /// What they know.
    pub knowledge: Arc<Knowledge>,
    /// What of them could not be read.
    pub refused: Vec<Broken>,
    /// What is to be told of them.
    pub warnings: Vec<Problem>,
}

/// Whether a call joins findings with feeds.
pub(in crate::cli) fn has_any(session: &Session, args: &FactsArgs) -> bool {
    let of_project = || {
        let feeds = &session.config.feeds;
        !feeds.files.is_empty() || feeds.store.is_some() || of_project(session).exists()
    };
    !args.no_feeds && (!args.feeds.is_empty() || of_project())
}

/// Reads the feeds of a call; none where there are none.
///
/// # Errors
/// Files that cannot be read or are no feeds, more than one store.
pub(in crate::cli) fn read(
    session: &Session,
    args: &FactsArgs,
    schema: &Schema,
    now: Instant,
    trace: Option<&str>,
) -> Result<Option<Known>, Failure> {
    let config = &session.config;
    if args.no_feeds {
        return Ok(None);
    }
    let paths: Vec<PathBuf> = if args.feeds.is_empty() {
        config.feeds.files.iter().chain(&config.feeds.store).try_for_each(|path| config.exists("feeds", path))?;
        // A store that was made for the project counts without being named.
        let store = of_project(session);
        let store = (config.feeds.store.is_some() || store.exists()).then_some(store);
        config.feeds.files.iter().cloned().chain(store).collect()
    } else {
        args.feeds.clone()
    };
    if paths.is_empty() {
        return Ok(None);
    }
    let mut knowledge = Knowledge::new(schema, trace).at(now);
    let mut refused = Vec::new();
    let mut store = None;
    for path in &paths {
        if is_store_at(path)? {
            if let Some(other) = store.replace(path) {
                let message = format!("`{}` and `{}` are two stores of feeds", other.display(), path.display());
                return Err(Failure::new(message).help("add the feeds of one to the other with `changegate feeds add`"));
            }
            if let Some(opened) = open(path)? {
                knowledge.open(&path.display().to_string(), opened).map_err(|error| wrong(path, &error))?;
            }
            continue;
        }
        let unpacked = config.max_unpacked.unwrap_or(input::LARGEST_UNPACKED);
        for file in input::data(path, CALLED, &session.stdin_taken, unpacked)? {
            let harvest = harvest(&file)?;
            refused.extend(harvest.refused.iter().map(|one| one.broken("feed")));
            knowledge.add(&file.name, harvest);
        }
    }
    let warnings = warnings(&knowledge.remarks(now, &|kind| config.feeds.limit(kind)));
    Ok(Some(Known { knowledge: Arc::new(knowledge), refused, warnings }))
}

/// The files, folders and stores that a call reads feeds from, there or not.
pub(in crate::cli) fn paths(session: &Session, args: &FactsArgs) -> Vec<PathBuf> {
    if args.no_feeds {
        Vec::new()
    } else if args.feeds.is_empty() {
        session.config.feeds.files.iter().cloned().chain([of_project(session)]).collect()
    } else {
        args.feeds.clone()
    }
}

/// A row for each feed: of several files the latest date, and the sums.
pub(in crate::cli) fn rows(knowledge: &Knowledge, now: Instant) -> Vec<FeedRow> {
    let feeds = knowledge.feeds();
    let row = |alike: &[Feed]| {
        let first = alike.first()?;
        let made = alike.iter().filter_map(|feed| guard::instant(feed.edition.made.as_deref()?)).max();
        let sum = |number: fn(&Feed) -> u64| alike.iter().map(number).fold(0, u64::saturating_add);
        let is_alone = alike.len() == 1;
        Some(FeedRow {
            feed: first.edition.feed.to_owned(),
            version: first.edition.version.clone().filter(|_| is_alone),
            made: made.map(|made| made.to_string()),
            age_days: made.map(|made| now.since(made).micros().div_euclid(86_400_000_000)),
            records: sum(|feed| feed.edition.read),
            refused: sum(|feed| feed.edition.dropped),
            file: if is_alone { first.file.clone() } else { format!("{} files", alike.len()) },
            store: first.store.clone().filter(|store| alike.iter().all(|feed| feed.store.as_ref() == Some(store))),
        })
    };
    feeds.chunk_by(|one, other| one.edition.feed == other.edition.feed).filter_map(row).collect()
}

/// Refuses to go on where the store could not give what it was asked for.
///
/// # Errors
/// What was wrong with it.
pub(in crate::cli) fn whole(knowledge: &Knowledge) -> Result<(), Failure> {
    match knowledge.trouble() {
        Some((store, error)) => Err(wrong(Path::new(&store), &error)),
        None => Ok(()),
    }
}

/// Whether a path is that of a store, not of a feed.
fn is_store_at(path: &Path) -> Result<bool, Failure> {
    if path.as_os_str() == "-" || input::folder(path)? {
        return Ok(false);
    }
    let mut first = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| io::Read::read_to_end(&mut io::Read::take(file, 16), &mut first));
    read.map_err(|error| Failure::io("read", path, &error))?;
    Ok(is_store(&first))
}

/// What is told of many records or files in the same words.
const MANY: [(&str, &str); 2] = [
    ("feed_incomplete", "a part of a feed could not be read: what is not in the rest is unknown"),
    ("record_gone", "records that a feed had are no longer in it"),
];

/// What is to be told of feeds, as warnings.
fn warnings(remarks: &[(Remark, String)]) -> Vec<Problem> {
    let mut warnings: Vec<Problem> = Vec::new();
    for (remark, file) in remarks {
        let many = MANY.iter().find(|(name, _)| *name == remark.name).map(|(_, message)| *message);
        let at = warnings.iter().position(|warning| warning.name == Some(remark.name) && many.is_some());
        let place = Place { found: Some(remark.message.clone()), file: Arc::from(file.as_str()), ..Place::default() };
        match at.and_then(|at| warnings.get_mut(at)) {
            Some(known) => {
                known.count += 1;
                if known.places.len() < SHOWN {
                    known.places.push(place);
                }
            }
            None => warnings.push(Problem {
                kind: ProblemKind::Warning,
                name: Some(remark.name),
                message: many.map_or_else(|| remark.message.clone(), str::to_owned),
                field: None,
                count: 1,
                places: many.map(|_| place).into_iter().collect(),
                help: None,
            }),
        }
    }
    warnings
}
