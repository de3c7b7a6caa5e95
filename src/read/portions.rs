//! An inventory that is read one portion at a time, each with the facts that its decisions are made from.

use std::sync::Arc;

use super::{Facts, FactsBuilder, Shared, all, names, refused, select};
use crate::check::program::{Const, NodeId, Op, Program};
use crate::check::reads::Reads;
use crate::check::schema::TableId;
use crate::check::{Sight, expression};
use crate::eval::common::{Common, each_text};
use crate::eval::survey::Survey;
use crate::facts::{self, Base, Chunk, ColumnPlan, Columns, Foreign, Gathered, Note, Problems, Row, Start};
use crate::time::Instant;

/// What the portions of an inventory share.
#[derive(Debug)]
pub struct Portions {
    base: Base,
    selections: Vec<(usize, Selected)>,
    /// The changes of which a selection cannot be followed.
    unclear: Vec<bool>,
    now: Instant,
    program: Arc<Program>,
    common: Arc<Common>,
}

/// What a selection takes.
#[derive(Debug)]
enum Selected {
    /// Every asset.
    All,
    /// Those for which a condition holds, or may.
    Where(Arc<Program>, NodeId, Option<Arc<Common>>),
}

/// What the portions came to.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    gathered: Gathered,
    problems: Problems,
}

/// The facts of a portion, and what it leaves behind.
#[derive(Debug)]
pub struct Portion {
    /// The facts.
    pub facts: Facts,
    /// What is to be gathered, in the order of the file.
    pub note: Note,
}

impl FactsBuilder {
    /// Leaves the assets to be read one portion at a time, whose names may be those of another vocabulary.
    ///
    /// # Errors
    /// The builder as it was, where that cannot be: some assets have been read already, or feeds know more of them.
    pub fn into_portions(self, foreign: Option<Foreign>) -> Result<(Portions, Sum), Box<Self>> {
        let Self { program, inner, now } = self;
        let start = match inner.into_portions(foreign) {
            Ok(start) => start,
            Err(inner) => return Err(Box::new(Self { program, inner: *inner, now })),
        };
        let Start { mut base, gathered, selections, places } = start;
        let mut texts = Vec::new();
        each_text(&program, |text| texts.push(Arc::clone(text)));
        base.know(&texts);
        let mut problems = Problems::default();
        let mut unclear = vec![false; base.facts().change_count()];
        let mut selected = Vec::new();
        for selection in selections {
            match expression(&program, &selection.condition, Sight::Selection) {
                Ok(compiled) => {
                    selected.push((selection.change, Selected::of(compiled.program, compiled.node, base.facts())))
                }
                Err(wrong) => {
                    problems.warnings.push(refused(&selection, &wrong.first_message()));
                    if let Some(unclear) = unclear.get_mut(selection.change) {
                        *unclear = true;
                    }
                }
            }
        }
        names::check(&program, base.facts(), &places, &mut problems);
        let common = Arc::new(Common::new(&program, base.facts()));
        Ok((Portions { base, selections: selected, unclear, now, program, common }, Sum { gathered, problems }))
    }
}

impl Selected {
    fn of(program: Arc<Program>, node: NodeId, facts: &facts::Facts) -> Self {
        let op = program.nodes.get(node.0 as usize).map(|node| &node.op);
        match op {
            Some(Op::Const(Const::Bool(true))) => Self::All,
            _ => {
                let looks_further = program.vars.iter().any(|var| var.through.is_some() && var.table == TableId::ASSET);
                let common = (!looks_further).then(|| Arc::new(Common::new(&program, facts)));
                Self::Where(program, node, common)
            }
        }
    }
}

impl Portions {
    /// Reads a portion, and follows what the changes select in it.
    #[must_use]
    pub fn read(&self, file: &Arc<str>, chunk: &Chunk<'_>) -> Portion {
        self.select(self.base.portion(file, chunk))
    }

    /// The same of rows that a file keeps by their columns; `other` makes a record of a row that is not plain enough for the plan.
    pub fn read_columns<C: Columns>(
        &self,
        file: &Arc<str>,
        columns: &C,
        plan: &ColumnPlan,
        other: &dyn Fn(usize) -> Row,
    ) -> Portion {
        self.select(self.base.columns(file, columns, plan, other))
    }

    fn select(&self, mut portion: facts::Portion) -> Portion {
        for (change, selected) in &self.selections {
            let rows = match selected {
                Selected::All => all(&portion.facts).map(|row| (row, true)).collect(),
                Selected::Where(program, node, common) => {
                    select(program, *node, &portion.facts, self.now, common.as_ref())
                }
            };
            portion.select(*change, rows);
        }
        let facts::Portion { facts, note } = portion;
        Portion { facts: self.facts(facts), note }
    }

    fn facts(&self, data: facts::Facts) -> Facts {
        let shared = Shared { program: Arc::clone(&self.program), now: self.now, common: Arc::clone(&self.common) };
        Facts { data, shared: Some(shared) }
    }

    /// The facts for what no portion has.
    #[must_use]
    pub fn rest(&self, sum: &Sum) -> Facts {
        self.facts(self.base.rest(&sum.gathered, &self.unclear))
    }

    /// The program that reads the facts, and the instant that is asked about.
    pub(crate) fn asked(&self) -> (&Arc<Program>, Instant) {
        (&self.program, self.now)
    }

    /// Lets texts that were worked out have the same number in every portion.
    pub(crate) fn know(&mut self, texts: &[Arc<str>]) {
        self.base.know(texts);
        self.common = Arc::new(Common::new(&self.program, self.base.facts()));
    }

    /// Takes what conditions over all assets come to: portions that are read from now on know it.
    pub fn know_of_all(&mut self, survey: Survey) {
        self.common = Arc::new(Common::new(&self.program, self.base.facts()).with_survey(survey));
    }

    /// Reads nothing of assets but what the policy and the changes' selections read.
    pub(crate) fn narrow(&mut self, mut reads: Reads) {
        for (_, selected) in &self.selections {
            if let Selected::Where(program, ..) = selected {
                reads.widen(program);
            }
        }
        self.base.narrow(&reads);
    }

    /// Nobody asks for the digest of the assets.
    pub(crate) fn forgo_digests(&mut self) {
        self.base.forgo_digests();
    }

    /// The facts without any asset.
    #[must_use]
    pub fn base(&self) -> Facts {
        self.facts(self.base.facts().clone())
    }
}

impl Sum {
    /// Takes in what a portion of the file left, where nobody asks for the digest; false where an id occurs twice in it.
    #[must_use]
    pub fn take_undigested(&mut self, note: Note) -> bool {
        self.gathered.take_unsorted(note).is_some()
    }

    /// Takes in what the next portion of the file left; false where its assets do not come behind those before, by their ids, so that all have to
    /// be read together.
    #[must_use]
    pub fn take(&mut self, note: Note) -> bool {
        self.gathered.take(note)
    }

    /// Takes in what the next portion of the file left, whose assets may come before others by their ids: hands back their digests, which are to be
    /// [added](Self::add) in the order of all ids. None where an id occurs twice, so that all have to be read together.
    #[must_use]
    pub fn take_unsorted(&mut self, note: Note) -> Option<impl Iterator<Item = (Arc<str>, [u8; 32])> + use<>> {
        self.gathered.take_unsorted(note)
    }

    /// Adds the digest of the next asset, in the order of all ids.
    pub fn add(&mut self, digest: &[u8; 32]) {
        self.gathered.add(digest);
    }

    /// The digest of all facts, and what is wrong with the input.
    #[must_use]
    pub fn finish(self) -> (String, Problems) {
        let (digest, mut problems) = self.gathered.finish();
        problems.warnings.extend(self.problems.warnings);
        (digest, problems)
    }
}
