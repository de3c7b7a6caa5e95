//! The records of one chunk, read into columns.

use std::sync::Arc;

use super::amend::Amend;
use super::builder::Options;
use super::column::{TableBuild, row};
use super::columns::Columns;
use super::csv;
use super::digest::{Digester, RecordDigest};
use super::duties::{self, Found};
use super::json::Json;
use super::lane::{ColumnLane, ColumnPlan, Lane, LanePlan, MOST, Tape};
use super::named::Named;
use super::plan::{KeyPlan, TablePlan, Target};
use super::pool::Pool;
use super::problem::{Report, Trouble, Words, printable};
use super::reader::Reader;
use super::rows::{Remark, Row};
use super::samples;
use super::split::{Chunk, Piece};
use crate::check::schema::TableId;
use crate::time::Instant;

/// Records of one entity from one chunk of one file.
#[derive(Debug)]
pub(super) struct Part {
    pub file: Arc<str>,
    pub table: TableBuild,
    /// Where each row's record begins.
    pub lines: Vec<Option<u32>>,
    /// For changes: the assets that each row names.
    pub named: Vec<Named>,
    pub digests: Vec<RecordDigest>,
    /// Its lists add elements to those of other records, and contradict none.
    pub adds: bool,
}

/// What an entity's records are read by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'p> {
    pub plan: &'p TablePlan,
    pub now: Instant,
    pub options: &'p Options,
}

/// How many rows are read column after column: where one of them is odd, all are read one by one.
const BLOCK: usize = 512;

/// After how many rows it is clear how many there will be, and so many are digested at once.
const FIRST: usize = 64;

/// A part with the pool and the report that belong to it alone.
pub(super) type ReadPart = (Part, Pool, Report);

impl Source<'_> {
    /// Reads a chunk of a file: on the fast lane, where a record is plain enough for it.
    pub(super) fn chunk(&self, file: &Arc<str>, chunk: &Chunk<'_>, lane: Option<&LanePlan>) -> ReadPart {
        self.chunk_by(file, chunk, lane, &|reading, piece| reading.piece(piece))
    }

    /// Reads a chunk of a file whose records have other names; `other` makes a record of what is not plain enough for the fast lane.
    pub(super) fn mapped_chunk(
        &self,
        file: &Arc<str>,
        chunk: &Chunk<'_>,
        lane: Option<&LanePlan>,
        other: &dyn Fn(&Piece<'_>) -> Row,
    ) -> ReadPart {
        self.chunk_by(file, chunk, lane, &|reading, piece| reading.row(other(piece)))
    }

    fn chunk_by(
        &self,
        file: &Arc<str>,
        chunk: &Chunk<'_>,
        lane: Option<&LanePlan>,
        other: &dyn Fn(&mut Reading<'_>, &Piece<'_>),
    ) -> ReadPart {
        let mut reading = Reading::new(self, file);
        let mut lane = lane.filter(|_| self.has_lane()).map(Lane::new);
        let mut tape = Tape::default();
        let (mut read, mut has_room) = (0, false);
        let pieces = chunk.pieces();
        let mut rest = pieces.as_slice();
        while let Some(piece) = rest.first() {
            let at_once = lane.as_mut().map_or(0, |lane| reading.block(lane, &mut tape, rest));
            if at_once == 0 && !lane.as_mut().is_some_and(|lane| reading.on_lane(lane, piece)) {
                other(&mut reading, piece);
            }
            let (taken, behind) = rest.split_at_checked(at_once.max(1)).unwrap_or_default();
            read += taken.iter().map(|piece| piece.bytes.len()).sum::<usize>();
            rest = behind;
            let len = reading.part.table.len;
            if len >= FIRST && !std::mem::replace(&mut has_room, true) {
                reading.make_room(chunk.size().saturating_sub(read), read);
            }
            // What was read last is still at hand.
            if len >= reading.part.digests.len() + FIRST {
                reading.digest_to(len);
            }
        }
        if let Some(lane) = lane {
            lane.finish(&mut reading.reader.report);
            // Columns in which nothing stands cost no digest anything as long as they are not written out.
            reading.digest_to(reading.part.table.len);
            reading.part.table.catch_up();
        }
        self.options.tally.advance(read);
        reading.finish()
    }

    /// Reads rows that a file keeps by their columns; `other` makes a record of a row that is not plain enough.
    pub(super) fn columns<C: Columns>(
        &self,
        file: &Arc<str>,
        columns: &C,
        plan: Option<&ColumnPlan>,
        other: &dyn Fn(usize) -> Row,
    ) -> ReadPart {
        let mut reading = Reading::new(self, file);
        let mut lane = plan.filter(|_| self.has_lane()).map(|plan| ColumnLane::new(plan, columns));
        for from in (0..columns.len()).step_by(BLOCK) {
            let block = from..columns.len().min(from + BLOCK);
            let first = reading.part.table.len;
            if let Some(lane) = &mut lane
                && lane.block(&mut reading.reader, self.plan, &mut reading.part.table, block.len())
            {
                for (at, row) in block.zip(first..) {
                    reading.reader.here.line = Some(columns.number(at));
                    reading.ended_at(row, None);
                }
                continue;
            }
            for at in block {
                let read = match &mut lane {
                    Some(lane) => lane.record(&mut reading.reader, self.plan, &mut reading.part.table),
                    None => false,
                };
                if read {
                    reading.reader.here.line = Some(columns.number(at));
                    reading.ended(None);
                } else {
                    reading.row(other(at));
                }
            }
        }
        reading.finish()
    }

    /// Whether what a record says is all that there is to it.
    fn has_lane(&self) -> bool {
        self.options.amend.is_none() && !matches!(self.plan.table, TableId::SAMPLE | TableId::DUTY | TableId::CHANGE)
    }

    /// Takes the rows of a table of texts.
    pub(super) fn rows(&self, file: &Arc<str>, rows: Vec<csv::Row>) -> ReadPart {
        let mut reading = Reading::new(self, file);
        for (line, record) in rows {
            reading.reader.here.line = Some(line);
            reading.reader.here.record = None;
            match record {
                Ok(record) => reading.record(record),
                Err(wrong) => {
                    reading.leave_out(|| wrong.clone(), || ("a row does not fit the header".to_owned(), None))
                }
            }
        }
        reading.finish()
    }

    /// Takes rows that a reader of another form has made.
    pub(super) fn read_rows(&self, file: &Arc<str>, rows: Vec<Row>) -> ReadPart {
        let mut reading = Reading::new(self, file);
        rows.into_iter().for_each(|row| reading.row(row));
        reading.finish()
    }

    /// Takes records that were not read from JSON, each with its line.
    pub(super) fn records(&self, file: &Arc<str>, records: Vec<(Option<u32>, Json<'_>)>) -> ReadPart {
        let mut reading = Reading::new(self, file);
        for (line, record) in records {
            reading.reader.here.line = line;
            reading.record(record);
        }
        reading.finish()
    }

    /// Takes a record that was not read from JSON.
    pub(super) fn record(&self, file: &Arc<str>, line: Option<u32>, record: Json<'_>) -> ReadPart {
        let mut reading = Reading::new(self, file);
        reading.reader.here.line = line;
        reading.record(record);
        reading.finish()
    }
}

struct Reading<'p> {
    plan: &'p TablePlan,
    assets: Option<&'p KeyPlan>,
    reader: Reader,
    amend: Option<Arc<dyn Amend>>,
    digested: bool,
    part: Part,
}

impl<'p> Reading<'p> {
    fn new(source: &Source<'p>, file: &Arc<str>) -> Self {
        let part = Part {
            file: Arc::clone(file),
            table: TableBuild::new(source.plan),
            lines: Vec::new(),
            named: Vec::new(),
            digests: Vec::new(),
            adds: false,
        };
        Self {
            plan: source.plan,
            assets: source.plan.keys.iter().find(|key| matches!(key.target, Target::Special)),
            reader: Reader::new(source.now, source.options, file),
            amend: source.options.amend.clone(),
            digested: source.options.digested,
            part,
        }
    }

    fn finish(mut self) -> ReadPart {
        self.digest_to(self.part.table.len);
        (self.part, self.reader.pool, self.reader.report)
    }

    /// Makes room for what is behind the bytes that were read, if that is as what they hold.
    fn make_room(&mut self, behind: usize, read: usize) {
        let rows = (self.part.table.len * behind).checked_div(read).unwrap_or_default();
        // A little more, since what is short by a row is copied as a whole.
        let rows = rows + rows / 16;
        self.part.table.reserve(rows);
        self.part.lines.reserve(rows);
        self.part.digests.reserve(rows);
        let texts = self.reader.pool.strings.iter().len() * rows;
        self.reader.pool.strings.reserve(texts.checked_div(self.part.table.len).unwrap_or_default());
    }

    fn row(&mut self, row: Row) {
        self.reader.here.line = row.line;
        self.reader.here.record = None;
        match row.record {
            Ok(record) => {
                self.remark(&record, row.remarks);
                self.given(record);
            }
            Err(wrong) => self.leave_out(|| wrong.found, || (wrong.message, wrong.help)),
        }
    }

    /// Reads a record on the fast lane, if it is plain enough.
    fn on_lane(&mut self, lane: &mut Lane<'_>, piece: &Piece<'_>) -> bool {
        let Ok(text) = std::str::from_utf8(piece.bytes) else { return false };
        let read = lane.record(&mut self.reader, self.plan, &mut self.part.table, text);
        if read {
            self.reader.here.line = Some(row(piece.line));
            self.ended(None);
        }
        read
    }

    /// Reads as many of the next records as the fast lane takes at once, and says how many that were.
    fn block<'b>(&mut self, lane: &mut Lane<'_>, tape: &mut Tape<'b>, pieces: &[Piece<'b>]) -> usize {
        let next = pieces.get(..pieces.len().min(MOST)).unwrap_or_default();
        let texts = next.iter().map(|piece| piece.bytes);
        let rows = lane.block(&mut self.reader, self.plan, &mut self.part.table, tape, texts);
        for piece in next.iter().take(rows) {
            self.reader.here.line = Some(row(piece.line));
            self.ended(None);
        }
        rows
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        self.reader.here.line = Some(row(piece.line));
        self.reader.here.record = None;
        let text = match std::str::from_utf8(piece.bytes) {
            Ok(text) => text,
            Err(error) => {
                let found =
                    || format!("the byte at {} of the record does not belong to UTF-8", error.valid_up_to() + 1);
                return self.leave_out(found, || ("a record is not UTF-8".to_owned(), None));
            }
        };
        match Json::parse(text) {
            Ok(record) => self.given(record),
            Err(error) => {
                self.reader.here.line = Some(row(piece.line.saturating_add(error.line.saturating_sub(1))));
                let found = || format!("{} at column {}", error.message, error.column);
                self.leave_out(found, || ("a record is not JSON".to_owned(), None));
            }
        }
    }

    /// Takes a record as a file gives it: others may know more of it.
    fn given(&mut self, mut record: Json<'_>) {
        if let (Some(amend), TableId::ASSET) = (&self.amend, self.plan.table) {
            self.reader.here.record = id_of(&record);
            let here = &self.reader.here;
            for caveat in amend.asset(&mut record) {
                self.reader.report.caveat(caveat, || here.place(None));
            }
        }
        self.record(record);
    }

    fn record(&mut self, record: Json<'_>) {
        if self.plan.table == TableId::SAMPLE {
            return self.one(samples::of_record(record));
        }
        if self.plan.table != TableId::DUTY {
            return self.one(record);
        }
        match duties::of_record(record) {
            Found::Duty(duty) => self.one(duty),
            Found::Open(open) => open.into_iter().for_each(|duty| self.one(duty)),
            Found::Unreadable(why) => {
                self.leave_out(|| why.to_owned(), || ("a decision's duties cannot be read".to_owned(), None));
            }
            Found::Nothing => {}
        }
    }

    fn one(&mut self, mut record: Json<'_>) {
        record.canonical();
        let Json::Object(entries) = &record else {
            let help = Some("write `{\"id\": …}`".to_owned());
            let words = || (format!("a record of `{}` is not an object", self.plan.path), help);
            return leave_out(&mut self.reader, || format!("found `{}`", record.excerpt()), words);
        };
        self.reader.here.record = id_of(&record);
        if self.reader.here.record.as_deref().is_some_and(|id| id.trim().is_empty()) {
            let words = || (format!("`{}.id` is required", self.plan.path), None);
            return leave_out(&mut self.reader, || "it is blank".to_owned(), words);
        }
        let named = self.assets.map(|key| self.reader.named(&key.path, entries));
        if !self.reader.record(self.plan, &mut self.part.table, entries) {
            self.reader.report.left_out += 1;
            return;
        }
        self.ended(named);
    }

    /// Takes note of the row that was just filled.
    fn ended(&mut self, named: Option<Named>) {
        self.ended_at(self.part.table.len.saturating_sub(1), named);
    }

    fn ended_at(&mut self, row: usize, named: Option<Named>) {
        if let Some(named) = named {
            self.digest_to(row);
            let digest = Digester::new(self.plan, &self.part.table, &self.reader.pool).of_row(row, Some(&named));
            self.part.digests.push(digest);
            self.part.named.push(named);
        }
        self.part.lines.push(self.reader.here.line);
    }

    /// Digests the rows before one that have not been.
    fn digest_to(&mut self, row: usize) {
        let rows = self.part.digests.len()..row;
        if rows.is_empty() || !self.digested {
            return;
        }
        let mut digester = Digester::new(self.plan, &self.part.table, &self.reader.pool);
        self.part.digests.extend(rows.map(|row| digester.of_row(row, None)));
    }

    /// Warns of what a reader could not read in a record.
    fn remark(&mut self, record: &Json<'_>, remarks: Vec<Remark>) {
        self.reader.here.record = id_of(record);
        let here = &self.reader.here;
        for remark in remarks {
            let place = || here.place(Some(format!("found `{}`", printable(&remark.found))));
            let words = || (remark.message, remark.help);
            self.reader.report.warn(&remark.field, Trouble::Mapped, words, place);
        }
    }

    fn leave_out(&mut self, found: impl FnOnce() -> String, words: impl FnOnce() -> Words) {
        leave_out(&mut self.reader, found, words);
    }
}

fn id_of(record: &Json<'_>) -> Option<String> {
    match record.get("id") {
        Some(Json::String(id)) => Some(id.clone().into_owned()),
        _ => None,
    }
}

fn leave_out(reader: &mut Reader, found: impl FnOnce() -> String, words: impl FnOnce() -> Words) {
    reader.report.left_out += 1;
    let here = &reader.here;
    reader.report.error(None, || here.place(Some(found())), words);
}
