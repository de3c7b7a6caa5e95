//! What reads the records of one chunk, and where it is.

use std::collections::HashMap;
use std::sync::Arc;

use super::builder::Options;
use super::json::Json;
use super::lane::Lately;
use super::plan::FieldPlan;
use super::pool::Pool;
use super::problem::{Place, Report, Trouble, Words, printable};
use super::table::Hasher;
use super::value::CLOCK_SKEW;
use crate::time::{Instant, Zone};

/// The state of reading one chunk.
#[derive(Debug)]
pub(super) struct Reader {
    pub now: Instant,
    /// The last moment that may be past, in microseconds.
    pub latest: i64,
    /// The zone of times without an offset, where one is named.
    pub zone: Option<Zone>,
    pub pool: Pool,
    pub report: Report,
    pub here: Here,
    /// Numbers of CVSS facts by the text of a lone vector.
    pub vectors: HashMap<String, i64, Hasher>,
    /// Numbers of the names of zones; none for what is no zone.
    pub zones: HashMap<String, Option<i64>, Hasher>,
    /// Numbers of short texts that were met lately, by their bytes.
    pub lately: Lately,
    /// The record at hand lacks something that it must have.
    pub failed: bool,
}

/// The place of the record at hand.
#[derive(Clone, Debug)]
pub(super) struct Here {
    pub file: Arc<str>,
    pub line: Option<u32>,
    pub record: Option<String>,
}

impl Here {
    pub(super) fn place(&self, found: Option<String>) -> Place {
        Place { file: Arc::clone(&self.file), line: self.line, record: self.record.as_deref().map(printable), found }
    }
}

impl Reader {
    pub(super) fn new(now: Instant, options: &Options, file: &Arc<str>) -> Self {
        Self {
            now,
            latest: now.micros().saturating_add(CLOCK_SKEW),
            zone: options.zone.clone(),
            pool: options.strings.clone().map(Pool::over).unwrap_or_default(),
            report: Report::new(options.limit),
            here: Here { file: Arc::clone(file), line: None, record: None },
            vectors: HashMap::default(),
            zones: HashMap::default(),
            lately: Lately::default(),
            failed: false,
        }
    }

    /// Warns about a field; `more` says what else there is to know about the value found.
    pub(super) fn warn(
        &mut self,
        path: &Arc<str>,
        trouble: Trouble,
        words: impl FnOnce() -> Words,
        found: &Json<'_>,
        more: impl FnOnce() -> Option<String>,
    ) {
        let here = &self.here;
        self.report.warn(path, trouble, words, || {
            let excerpt = format!("found `{}`", found.excerpt());
            here.place(Some(match more() {
                Some(more) => format!("{excerpt}, {more}"),
                None => excerpt,
            }))
        });
    }

    /// Reports that a record lacks a field that it must have.
    pub(super) fn missing(&mut self, field: &FieldPlan, found: Option<&Json<'_>>) {
        self.failed = true;
        let words = || {
            let help = format!("every record needs {}", super::value::expected(field));
            (format!("`{}` is required", field.path), Some(help))
        };
        let found = || found.map_or_else(|| "it is missing".to_owned(), |json| format!("found `{}`", json.excerpt()));
        let here = &self.here;
        self.report.error(Some(&field.path), || here.place(Some(found())), words);
    }
}
