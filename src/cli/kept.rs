//! What was decided of the portions of an inventory, in the form in which it will be printed, until all of it may be.

use std::io::{self, Write};
use std::mem::take;

use rayon::prelude::*;

use super::check::Only;
use super::runs::{Run, Runs};
use crate::report::human::Gist;
use crate::report::json::{Keeper, Known, Report, Shared};
use crate::report::{Format, Look};
use crate::{Decision, Piece, Summary};

/// How many bytes are rendered before they are written.
const BLOCK: usize = 256 << 10;

/// Which decisions are kept, and how they will be printed.
#[derive(Debug)]
pub(super) struct Form {
    format: Format,
    only: Option<Only>,
    shared: Shared,
    /// How many bytes may stay in memory, where that is not the usual number.
    pub bound: Option<usize>,
}

/// What keeps decisions; one for each thread.
#[derive(Debug)]
pub(super) struct Worker<'f> {
    form: &'f Form,
    keeper: Keeper<'f>,
    said: Vec<u8>,
}

/// What is kept of a portion.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Each with its change's place.
    runs: Vec<(usize, Run)>,
    gist: Gist,
}

/// What is kept of all portions.
#[derive(Debug, Default)]
pub(super) struct Kept {
    runs: Runs,
    gist: Gist,
}

impl Form {
    /// For a format and the decisions that are asked for, where portions have so many bytes.
    pub(super) fn new(format: Format, only: Option<Only>, size: Option<usize>) -> Self {
        Self { format, only, shared: Shared::default(), bound: size }
    }

    /// Begins to keep.
    pub(super) fn worker(&self) -> Worker<'_> {
        Worker { form: self, keeper: Keeper::new(&self.shared), said: Vec::new() }
    }
}

impl Worker<'_> {
    /// Takes the decisions out of what was decided of a portion.
    pub(super) fn keep(&mut self, pieces: &mut [Piece]) -> Part {
        let mut part = Part::default();
        for piece in pieces {
            let decisions = take(&mut piece.decisions);
            let shown = decisions.iter().filter(|decision| Only::shows(self.form.only, decision));
            match self.form.format {
                Format::Human => part.gist.add(shown),
                Format::Json | Format::Ndjson => self.runs(piece.at, shown, &mut part.runs),
            }
        }
        self.keeper.forget();
        part
    }

    fn runs<'d>(&mut self, change: usize, shown: impl Iterator<Item = &'d Decision>, runs: &mut Vec<(usize, Run)>) {
        let mut run = Run::default();
        for decision in shown {
            self.said.clear();
            self.keeper.add(&mut self.said, decision);
            let asset = decision.asset.as_deref();
            if !run.add(asset, &self.said) {
                runs.push((change, take(&mut run)));
                run.add(asset, &self.said);
            }
        }
        if !run.is_empty() {
            runs.push((change, run));
        }
    }
}

impl Kept {
    /// Nothing yet.
    pub(super) fn new(form: &Form) -> Self {
        Self { runs: form.bound.map_or_else(Runs::default, Runs::holding), ..Self::default() }
    }

    /// Adds what is kept of another portion.
    pub(super) fn add(&mut self, part: Part) {
        part.runs.into_iter().for_each(|(change, run)| self.runs.add(change, run));
        self.gist.merge(part.gist);
    }

    /// Writes all; why what was kept cannot be read, where it cannot.
    ///
    /// # Errors
    /// What writing fails with.
    pub(super) fn write(
        self,
        mut out: &mut dyn Write,
        form: Form,
        summaries: &[Summary],
        look: &Look,
    ) -> io::Result<Option<io::Error>> {
        let Self { mut runs, gist } = self;
        if form.format == Format::Human {
            return gist.print(&mut out, summaries, look).map(|()| None);
        }
        let known = form.shared.known(form.format);
        let mut report = Report::begin(&mut out, form.format)?;
        for list in 0..runs.lists() {
            if let Some(lost) = rendered(&known, &mut runs, list, &mut report)? {
                return Ok(Some(lost));
            }
        }
        report.end(summaries).map(|()| None)
    }
}

/// Renders a list of decisions; why they cannot be read, where they cannot.
fn rendered(
    known: &Known,
    runs: &mut Runs,
    list: usize,
    report: &mut Report<'_, impl Write>,
) -> io::Result<Option<io::Error>> {
    let threads = super::workers();
    let mut buffers: Vec<Vec<u8>> = Vec::new();
    buffers.resize_with(threads, Vec::new);
    let mut in_order = runs.in_order(list);
    let mut next = Vec::new();
    loop {
        next.clear();
        while next.len() < threads {
            match in_order.next() {
                Ok(Some(run)) => next.push(run),
                Ok(None) => break,
                Err(error) => return Ok(Some(error)),
            }
        }
        if let ([run], [buffer, ..]) = (&next[..], &mut buffers[..]) {
            let mut entries = run.entries();
            while let Some((asset, said)) = entries.next() {
                known.render(buffer, asset, said);
                if buffer.len() >= BLOCK {
                    report.add(buffer)?;
                    buffer.clear();
                }
            }
            report.add(buffer)?;
            buffer.clear();
            continue;
        }
        if next.is_empty() {
            return Ok(None);
        }
        next.par_iter().zip(&mut buffers).for_each(|(run, buffer)| {
            let mut entries = run.entries();
            while let Some((asset, said)) = entries.next() {
                known.render(buffer, asset, said);
            }
        });
        for buffer in &mut buffers {
            report.add(buffer)?;
            buffer.clear();
        }
    }
}
