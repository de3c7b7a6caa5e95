//! `changegate feeds`: the local store of advisories.

pub(super) mod known;
mod status;
mod tell;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Args, Subcommand};
use serde_json::json;

use super::Status;
use super::failure::{Failure, reason};
use super::input::{self, InputFile};
use super::output;
use super::session::Session;
use crate::report::Format;
use crate::sources::Harvest;
use crate::sources::feeds::{Kind, detect};
use crate::sources::foreign;
use crate::sources::store::{Added, Outcome, ReadAt, Store, StoreError, merge};
use crate::time::{Duration, Instant, parse_duration};

/// How files of feeds are called in a folder.
pub(super) const CALLED: &[&str] = &["json", "ndjson", "jsonl", "csv"];
/// Where the store is, as seen from the project's folder.
const PLACE: &str = ".changegate/feeds";

/// Keep advisories of public feeds in a local store
#[derive(Debug, Args)]
pub(super) struct FeedsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add feeds and VEX documents to the store
    Add(AddArgs),
    /// Say what the store has, of when, and how much
    Status(StatusArgs),
}

/// Which store, and how old a feed may be.
#[derive(Debug, Args)]
struct StoreArgs {
    /// The store; `.changegate/feeds` in the project's folder otherwise
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// The greatest age that a feed may have, such as 48h or 14d; what changegate.toml says otherwise
    #[arg(long, value_name = "DURATION", value_parser = age)]
    limit: Option<Duration>,
    /// The time to measure ages at; the clock's otherwise
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

#[derive(Debug, Args)]
struct AddArgs {
    /// Files, or folders of them: KEV, EPSS, NVD, CVE JSON 5, OSV, endoflife.date, CSAF, OpenVEX, CycloneDX VEX; `-` is stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Store the good records of files in which others cannot be read
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct StatusArgs {
    #[command(flatten)]
    store: StoreArgs,
}

fn age(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

/// Adds or shows.
pub(super) fn run(args: &FeedsArgs, session: &Session) -> Result<Status, Failure> {
    match &args.what {
        What::Add(args) => add(args, session),
        What::Status(args) => status::run(args, session),
    }
}

fn place(args: &StoreArgs, session: &Session) -> PathBuf {
    args.store.clone().unwrap_or_else(|| of_project(session))
}

/// The greatest age of a feed: of the call, or else of the project.
fn limit(args: &StoreArgs, session: &Session, kind: Kind) -> Option<Duration> {
    args.limit.or_else(|| session.config.feeds.limit(kind))
}

/// The store of the project.
fn of_project(session: &Session) -> PathBuf {
    session.config.feeds.store.clone().unwrap_or_else(|| session.config.folder.join(PLACE))
}

fn add(args: &AddArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.store.now.as_deref())?;
    let unpacked = session.config.max_unpacked.unwrap_or(input::LARGEST_UNPACKED);
    let mut files = Vec::new();
    let mut refused = 0_usize;
    for path in &args.files {
        for file in input::data(path, CALLED, &session.stdin_taken, unpacked)? {
            let harvest = harvest(&file)?;
            tell::refusals(&harvest.refused, args.keep_going, session)?;
            refused = refused.saturating_add(harvest.refused.len());
            files.push(Added { file: file.name, harvest });
        }
    }
    if refused > 0 && !args.keep_going {
        let parts =
            if refused == 1 { "1 part of the feeds".to_owned() } else { format!("{refused} parts of the feeds") };
        return Err(Failure::new(format!("{parts} could not be read, so nothing was stored"))
            .help("`--keep-going` stores the rest, and what is missing from a catalogue is then unknown"));
    }
    let path = place(&args.store, session);
    let outcome = replace(&path, files, now, &|kind| limit(&args.store, session, kind))?;
    tell::remarks(&outcome.remarks, session)?;
    let Outcome { records, added, too_long, .. } = outcome;
    let names = path.display().to_string();
    match session.format {
        Format::Human => {
            let left = if too_long > 0 { format!(", {too_long} too long to be stored") } else { String::new() };
            output::print_text(&format!("{names}: {added} records added or read anew, {records} in all{left}\n"))?;
        }
        _ => output::print_text(
            &json!({ "store": names, "added": added, "records": records, "too_long": too_long }).to_string(),
        )?,
    }
    Ok(Status::Good)
}

/// What a file of a feed says.
///
/// # Errors
/// It is none.
fn harvest(file: &InputFile) -> Result<Harvest, Failure> {
    let kind = detect(&file.name, &file.bytes).ok_or_else(|| {
        if let Some(foreign) = foreign::recognised(&file.bytes) {
            return Failure::new(format!("`{}` is {}, which is not read", file.name, foreign.form)).help(foreign.help);
        }
        Failure::new(format!("`{}` is no feed that is known", file.name))
            .help("the feeds are KEV, EPSS, NVD, CVE JSON 5, OSV, endoflife.date, CSAF, OpenVEX and CycloneDX VEX")
    })?;
    let mut harvest = Harvest::default();
    kind.read(&Arc::from(file.name.as_str()), &file.bytes, &mut harvest);
    Ok(harvest)
}

/// Writes the new store beside the old one and puts it in its place. Whenever this is stopped, the old store is there or the new one.
fn replace(
    path: &Path,
    files: Vec<Added>,
    now: Instant,
    limit: &dyn Fn(Kind) -> Option<Duration>,
) -> Result<Outcome, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| Failure::io("make the folder", folder, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // One at a time: what two add at once would be lost for one of them. The lock ends with the program, however that ends.
    let guarded = folder.join(format!(".{name}.lock"));
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&guarded);
    let lock = lock.and_then(|lock| lock.lock().map(|()| lock));
    let lock = lock.map_err(|error| Failure::io("lock", &guarded, &error))?;
    let old = open(path)?;
    let beside = folder.join(format!(".{name}.new"));
    let written = || -> Result<Outcome, StoreError> {
        let file = File::create(&beside)?;
        let (out, outcome) = merge(old.as_ref(), files, now, limit, BufWriter::with_capacity(1 << 20, file))?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        // The new name lasts once its folder is written, where folders can be.
        if let Ok(folder) = File::open(folder) {
            drop(folder.sync_all());
        }
        Ok(outcome)
    };
    let outcome = written();
    if outcome.is_err() {
        drop(fs::remove_file(&beside));
    }
    drop(lock);
    outcome.map_err(|error| wrong(path, &error))
}

/// Opens the store; `None` where there is none.
pub(super) fn open(path: &Path) -> Result<Option<Store<Place>>, Failure> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::io("read", path, &error)),
    };
    let length = file.metadata().map_err(|error| Failure::io("read", path, &error))?.len();
    Store::open(Place(Mutex::new(file)), length).map(Some).map_err(|error| wrong(path, &error))
}

/// The store's file.
#[derive(Debug)]
pub(super) struct Place(Mutex<File>);

impl ReadAt for Place {
    fn read_at(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        use std::io::{Read as _, Seek as _, SeekFrom};
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        let mut bytes = Vec::new();
        file.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

fn wrong(path: &Path, error: &StoreError) -> Failure {
    match error {
        StoreError::Io(error) => Failure::new(format!("cannot use `{}`: {}", path.display(), reason(error))),
        StoreError::Damaged(what) => Failure::new(format!("the store `{}` is damaged: {what}", path.display()))
            .help("remove it and add the feeds again"),
    }
}
