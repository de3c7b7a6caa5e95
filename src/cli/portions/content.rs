//! What an inventory is read from a portion at a time: lines of text, or rows of Parquet or of comma-separated values by their columns.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::engine::{ByColumns, Tabular};
use super::super::failure::Failure;
use super::super::intake;
use super::super::session::{Plan, Planned};
use super::super::workers;
use super::lines::Reader;
use super::table::{self, Table};
use super::{Lines, PORTION, Stretched};
use crate::check::schema::TableId;
use crate::facts::{Chunk, ColumnPlan};
use crate::sources::inventories::{csv, parquet};
use crate::sources::mapping::{Form, Mapping};
use crate::{Portion, Portions, Tally};

/// Files smaller than this are read as a whole: what it costs to divide them is more than what it saves.
const SMALL: usize = 1 << 20;

/// How many rows of columns are read at once. No answer depends on it.
const ROWS: usize = 4096;
/// Files of fewer rows are read as a whole.
const FEW_ROWS: u64 = 16_384;

/// The inventory of a call that can be read a portion at a time.
#[derive(Debug)]
pub(in crate::cli) struct Inventory {
    content: Content,
    /// The source that says what its records are, as an index.
    pub(super) source: Option<usize>,
    /// It has turned out that it has to be read as a whole.
    pub(super) is_broken: AtomicBool,
}

/// How many bytes a file has and when it was last written to.
pub(super) type Written = (u64, std::time::SystemTime);

/// What an inventory is read from.
#[derive(Debug)]
enum Content {
    Lines(Lines),
    Columns(Box<Columnar>),
    Table(Box<Table>),
}

/// A file of Parquet whose rows are read by their columns.
#[derive(Debug)]
pub(super) struct Columnar {
    path: PathBuf,
    name: Arc<str>,
    file: parquet::File<'static>,
    on_disk: Arc<File>,
    /// How many rows are read at once.
    rows: usize,
    /// What the columns fill, and what makes a record of a row that is not plain enough.
    plan: Option<(ColumnPlan, Mapping)>,
}

/// Lines or rows of an inventory.
#[derive(Debug, Default)]
pub(in crate::cli) struct Taken {
    /// How many portions came before.
    pub number: usize,
    /// The line on which they begin.
    pub line: usize,
    /// The lines.
    pub bytes: Vec<u8>,
    /// Of Parquet, its rows.
    batch: Option<parquet::Batch>,
}

/// Where reading an inventory is.
pub(super) enum Reading<'i> {
    Lines(&'i Lines),
    /// How far its rows have been read, and how many portions there were.
    Columns(&'i Columnar, &'i (ColumnPlan, Mapping), Mutex<(parquet::Progress<'static>, usize)>),
    Table(&'i Table, &'i (ColumnPlan, csv::Layout), Mutex<table::Place>),
}

impl Inventory {
    /// The inventory, where it alone says which assets there are and it has a record on each line or rows of columns; none otherwise.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn of(plan: &Plan, size: Option<usize>, unpacked: u64) -> Result<Option<Self>, Failure> {
        let of_assets = |planned: &&Planned| intake::ends_in(planned.entity) == TableId::ASSET;
        let mut all = plan.files.iter().filter(of_assets);
        let (Some(only), None) = (all.next(), all.next()) else { return Ok(None) };
        let source = only.source.and_then(|at| plan.sources.get(at));
        let is_plain = only.entity == TableId::ASSET && only.asset.is_none() && !only.is_report;
        let is_understood = source.is_none_or(|source| {
            source.asset.is_none() && source.records.is_none() && source.mapping.entity == TableId::ASSET
        });
        if !is_plain || !is_understood {
            return Ok(None);
        }
        let of = |content| Self { content, source: only.source, is_broken: AtomicBool::new(false) };
        let may_be = |wanted: Form| source.and_then(|source| source.form).is_none_or(|form| form == wanted);
        if may_be(Form::Parquet)
            && let Some(columns) = Columnar::open(&only.path, size, unpacked)?
        {
            return Ok(Some(of(Content::Columns(Box::new(columns)))));
        }
        let len = std::fs::metadata(&only.path).map_or(u64::MAX, |about| about.len());
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if size.is_none() && len < SMALL {
            return Ok(None);
        }
        // Two portions for each worker, where that makes none too small.
        let each = len / (2 * workers()).max(1);
        let size = size.unwrap_or(each.clamp(SMALL, PORTION));
        if may_be(Form::Csv)
            && let Some(table) = Table::open(&only.path, source, size)?
        {
            return Ok(Some(of(Content::Table(Box::new(table)))));
        }
        if !may_be(Form::Json) {
            return Ok(None);
        }
        Ok(Lines::open(&only.path, size)?.map(|lines| of(Content::Lines(lines))))
    }

    /// Goes back to its beginning.
    pub(super) fn again(&mut self) {
        if let Content::Lines(lines) = &mut self.content {
            *lines = lines.again();
        }
    }

    /// How many bytes it has and when somebody last wrote to it; none where nobody can tell.
    pub(super) fn written(&self) -> Option<Written> {
        let about = match &self.content {
            Content::Lines(lines) => lines.file.metadata(),
            Content::Columns(columns) => columns.on_disk.metadata(),
            Content::Table(table) => table.file.metadata(),
        };
        let about = about.ok()?;
        Some((about.len(), about.modified().ok()?))
    }

    /// The file, where its portions are stretches of its bytes.
    pub(in crate::cli) fn stretched(&self) -> Option<Stretched<'_>> {
        match &self.content {
            Content::Lines(lines) => Some(Stretched::Lines(lines)),
            Content::Table(table) => Some(Stretched::Rows(table, table.plan.as_ref()?)),
            // Of rows of Parquet nobody can tell by its bytes which have changed.
            Content::Columns(_) => None,
        }
    }

    /// The name and columns of the file, where it has some.
    pub(super) fn tabular(&self) -> Option<Tabular<'_>> {
        match &self.content {
            Content::Columns(columns) => Some(Tabular::Parquet(&columns.name, &columns.file)),
            Content::Table(table) => Some(Tabular::Csv(&table.name, &table.names, table.delimiter)),
            Content::Lines(_) => None,
        }
    }

    /// Takes what its columns fill.
    pub(super) fn plan(&mut self, plan: Option<ByColumns>) {
        match (&mut self.content, plan) {
            (Content::Columns(columns), Some(ByColumns::Parquet(plan, mapping))) => {
                columns.plan = Some((plan, *mapping));
            }
            (Content::Table(table), Some(ByColumns::Csv(plan, layout))) => table.plan = Some((plan, *layout)),
            _ => {}
        }
    }

    pub(super) fn path(&self) -> &Path {
        match &self.content {
            Content::Lines(lines) => lines.path(),
            Content::Columns(columns) => &columns.path,
            Content::Table(table) => &table.path,
        }
    }

    /// What is to be done: bytes of lines, or rows.
    pub(super) fn work(&self) -> u64 {
        match &self.content {
            Content::Lines(lines) => lines.len,
            Content::Columns(columns) => columns.file.len(),
            Content::Table(table) => table.len,
        }
    }

    /// Begins to read; none where that cannot be.
    pub(super) fn begin(&self) -> Option<Reading<'_>> {
        Some(match &self.content {
            Content::Lines(lines) => Reading::Lines(lines),
            Content::Columns(columns) => {
                let by = columns.plan.as_ref()?;
                Reading::Columns(columns, by, Mutex::new((columns.file.batches(by.0.wanted()), 0)))
            }
            Content::Table(table) => Reading::Table(table, table.plan.as_ref()?, table.begin()),
        })
    }
}

impl Columnar {
    /// Opens a file; none where it is not of this form, or is to be read as a whole.
    ///
    /// # Errors
    /// It cannot be read.
    fn open(path: &Path, size: Option<usize>, unpacked: u64) -> Result<Option<Self>, Failure> {
        let wrong = |error: io::Error| Failure::io("read", path, &error);
        if !std::fs::metadata(path).map_err(wrong)?.is_file() {
            return Ok(None);
        }
        let mut sign = Vec::new();
        let mut file = File::open(path).map_err(wrong)?;
        file.by_ref().take(4).read_to_end(&mut sign).map_err(wrong)?;
        if !parquet::is_parquet(&sign) {
            return Ok(None);
        }
        let len = file.metadata().map_err(wrong)?.len();
        let name = path.display().to_string();
        let on_disk = Arc::new(file);
        let bytes = Arc::new(OnDisk(Arc::clone(&on_disk)));
        let Some(file) = parquet::File::open_at(&name, bytes, len, unpacked) else { return Ok(None) };
        if size.is_none() && file.len() < FEW_ROWS {
            return Ok(None);
        }
        let rows = size.map_or(ROWS, |size| size.div_ceil(PORTION / ROWS).max(1));
        Ok(Some(Self { path: path.to_owned(), name: Arc::from(name), file, on_disk, rows, plan: None }))
    }
}

/// A file of which parts are read.
#[derive(Debug)]
struct OnDisk(Arc<File>);

impl parquet::Ranges for OnDisk {
    fn read(&self, at: u64, bytes: &mut [u8]) -> bool {
        Reader { file: Arc::clone(&self.0), at }.read_exact(bytes).is_ok()
    }
}

impl Reading<'_> {
    /// The next lines or rows, into the buffer of those before; false where there are no more.
    ///
    /// # Errors
    /// The file cannot be read.
    fn next(&self, taken: &mut Taken) -> Result<bool, Failure> {
        match self {
            Self::Lines(lines) => lines.next(taken),
            Self::Table(table, _, place) => table.next(place, taken),
            Self::Columns(columns, _, progress) => {
                let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
                let (progress, count) = &mut *progress;
                taken.batch = progress.next(&columns.file, columns.rows);
                taken.number = *count;
                *count += 1;
                Ok(taken.batch.is_some())
            }
        }
    }

    /// Reads all portions, each on one thread, for which `worker` makes what it needs; until there are no more, or `take` wants none. It is
    /// given how many came before in the file.
    ///
    /// # Errors
    /// The file cannot be read to its end.
    pub(super) fn each<W>(
        &self,
        portions: &Portions,
        tally: &Tally,
        worker: impl Fn() -> W + Sync,
        take: impl Fn(&mut W, usize, Portion) -> bool + Sync,
    ) -> Result<(), Failure> {
        let failure = Mutex::new(None);
        let failed = || failure.lock().unwrap_or_else(PoisonError::into_inner);
        let work = || {
            let mut taken = Taken::default();
            let mut worker = worker();
            loop {
                match self.next(&mut taken) {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(why) => {
                        failed().get_or_insert(why);
                        return;
                    }
                }
                let (portion, read) = self.read(portions, &taken);
                tally.advance(read);
                if !take(&mut worker, taken.number, portion) || failed().is_some() {
                    return;
                }
            }
        };
        rayon::scope(|scope| {
            for _ in 1..workers() {
                scope.spawn(|_| work());
            }
            work();
        });
        failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// Reads what was taken; and how much that is.
    fn read(&self, portions: &Portions, taken: &Taken) -> (Portion, usize) {
        match (self, &taken.batch) {
            (Self::Columns(columns, (plan, mapping), _), Some(batch)) => {
                let other = |row: usize| batch.row(mapping, row);
                (portions.read_columns(&columns.name, batch, plan, &other), batch.len())
            }
            (Self::Table(table, by, place), _) => table.read(by, place, portions, taken),
            (Self::Columns(columns, ..), None) => (portions.read(&columns.name, &Chunk::Pieces(Vec::new())), 0),
            (Self::Lines(lines), _) => {
                (portions.read(&lines.name, &Chunk::Lines(&taken.bytes, taken.line)), taken.bytes.len())
            }
        }
    }

    /// Whether all has been read; where it has not, something is wrong that is found by reading the whole.
    pub(super) fn is_done(&self) -> bool {
        match self {
            Self::Lines(_) => true,
            Self::Table(.., place) => place.lock().unwrap_or_else(PoisonError::into_inner).is_done(),
            Self::Columns(columns, _, progress) => {
                progress.lock().unwrap_or_else(PoisonError::into_inner).0.is_done(&columns.file)
            }
        }
    }
}
