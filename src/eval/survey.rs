//! What conditions over all assets of a change or of the inventory come to, gathered one portion after the other before anything is decided.
//!
//! A count of many assets is the sum of the counts of some: each portion says what its assets add, and what was gathered of all of them is
//! looked up where a condition would go through the assets itself. It is the same whatever the order of the portions.

mod plan;
mod values;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::check::program::{ListRef, NodeId, Op, VarId};
use crate::facts::table::Touched;
use crate::syntax::expr::AggKind;

use super::agg::{self, Over, Tally};
use super::categorise::{self, Earliest};
use super::decide::{change_frame, changes};
use super::decision::UnknownFact;
use super::env::Env;
use super::frame::Frame;
use super::quant;
use super::unknown;
use super::value::Could;
pub use plan::{is_of_assets, plan};
use values::Values;

/// What goes through assets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// A quantifier or an aggregate.
    Node(NodeId),
    /// The category of a change by a block that gives each asset one.
    Category(u16),
}

/// What was gathered.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// By what goes through assets, and by the change where it hangs on one.
    found: HashMap<(Root, Option<u32>), Found>,
}

/// What one condition comes to.
#[derive(Clone, Debug)]
pub struct Found {
    result: Gathered,
    lacks: Lacks,
}

/// The missing facts of the assets that a condition goes through.
#[derive(Clone, Debug, Default)]
pub struct Lacks {
    /// Of those that differ only in the record no more than show that they are many.
    pub facts: BTreeSet<UnknownFact>,
    /// Something was named.
    pub is_named: bool,
}

#[derive(Clone, Debug)]
enum Gathered {
    /// Of a quantifier: whether there is what it looks for, and whether there is anything.
    Looked(Could, Could),
    Counted(Tally),
    Values(Values),
    Earliest(Earliest),
}

impl Found {
    /// Of a quantifier.
    #[must_use]
    pub const fn looked(&self) -> Option<(Could, Could)> {
        match &self.result {
            Gathered::Looked(found, there) => Some((*found, *there)),
            _ => None,
        }
    }

    /// Of a count or share.
    #[must_use]
    pub const fn tally(&self) -> Option<Tally> {
        match &self.result {
            Gathered::Counted(tally) => Some(*tally),
            _ => None,
        }
    }

    /// Of another aggregate.
    #[must_use]
    pub fn over(&self) -> Option<Over> {
        match &self.result {
            Gathered::Values(values) => Some(values.over()),
            _ => None,
        }
    }

    /// Of a category.
    #[must_use]
    pub fn earliest(&self) -> Option<Earliest> {
        match &self.result {
            Gathered::Earliest(earliest) => Some(earliest.clone()),
            _ => None,
        }
    }

    /// The missing facts of the assets.
    #[must_use]
    pub const fn lacks(&self) -> &Lacks {
        &self.lacks
    }

    fn merge(&mut self, other: Self) {
        match (&mut self.result, other.result) {
            (Gathered::Looked(found, there), Gathered::Looked(more, others)) => {
                (*found, *there) = (found.or(more), there.or(others));
            }
            (Gathered::Counted(tally), Gathered::Counted(more)) => tally.merge(more),
            (Gathered::Values(values), Gathered::Values(more)) => values.merge(more),
            (Gathered::Earliest(earliest), Gathered::Earliest(more)) => earliest.merge(more),
            _ => {}
        }
        self.lacks.is_named |= other.lacks.is_named;
        if self.lacks.facts.is_empty() {
            self.lacks.facts = other.lacks.facts;
        } else if !other.lacks.facts.is_empty() {
            self.lacks.facts.extend(other.lacks.facts);
            self.lacks.shorten();
        }
    }
}

impl Lacks {
    /// Keeps of the facts that differ only in the record as many as show that they are too many to be listed.
    fn shorten(&mut self) {
        if self.facts.len() <= unknown::LISTED {
            return;
        }
        let mut counts: BTreeMap<UnknownFact, usize> = BTreeMap::new();
        self.facts.retain(|fact| {
            let count = counts.entry(unknown::general(fact)).or_default();
            *count += 1;
            *count <= unknown::LISTED + 1
        });
    }
}

impl Survey {
    /// What some assets add, for the changes whose ids are wanted.
    #[must_use]
    pub fn of(env: &Env<'_>, wanted: impl Fn(&str) -> bool) -> Self {
        let mut survey = Self::default();
        let Some(plan) = plan(env.program) else { return survey };
        let root = Frame::root(env);
        let of_any = plan.roots.iter().filter(|id| !hangs_on_change(env, **id));
        of_any.for_each(|id| survey.gather(&root, *id, None));
        let of_change: Vec<NodeId> = plan.roots.iter().copied().filter(|id| hangs_on_change(env, *id)).collect();
        if of_change.is_empty() {
            return survey;
        }
        for (_, change) in changes(env, wanted) {
            // Portions of which it touches nothing add nothing; but something has to be there in the end.
            let touches_none = |touched: &Touched| touched.rows.is_empty() && !touched.incomplete;
            let is_idle = env.facts.recorded > 0 && env.facts.touched.get(change as usize).is_some_and(touches_none);
            let mut asked = of_change.iter().filter(|id| !(is_idle && goes_through_own(env, **id))).peekable();
            if asked.peek().is_some() {
                let frame = change_frame(&root, change);
                asked.for_each(|id| survey.gather(&frame, *id, Some(change)));
            }
        }
        survey
    }

    fn gather(&mut self, frame: &Frame<'_>, id: NodeId, change: Option<u32>) {
        let Some(node) = frame.env.node(id) else { return };
        let (root, result, lacks) = match &node.op {
            Op::Quant(kind, var, list, filter, body) => {
                let parts = quant::Parts { id, kind: *kind, var: *var, list, filter: *filter, body: *body };
                let (found, there) = quant::look(frame, &parts);
                let lacks = unknown::of_elements(frame, *var, list, &[*filter, *body]);
                (Root::Node(id), Gathered::Looked(found.at(0), there.at(0)), lacks)
            }
            Op::Agg { kind, value, var, list, filter, empty } => {
                let parts = agg::Parts { id, value: *value, var: *var, list, filter: *filter, empty: *empty };
                let result = match kind {
                    AggKind::Count | AggKind::Share => {
                        Gathered::Counted(agg::tallies(frame, &parts).into_iter().next().unwrap_or_default())
                    }
                    kind => {
                        let over = agg::gather(frame, &parts).into_iter().next().unwrap_or_default();
                        Gathered::Values(Values::new(*kind, over))
                    }
                };
                (Root::Node(id), result, unknown::of_elements(frame, *var, list, &[*filter, *value]))
            }
            Op::Category(block, None) => {
                let Some(def) = frame.env.program.categorises.get(usize::from(*block)) else { return };
                let earliest = categorise::earliest(frame, def).into_iter().next().unwrap_or_default();
                let lacks = unknown::of_categories(frame, def);
                (Root::Category(*block), Gathered::Earliest(earliest), lacks)
            }
            _ => return,
        };
        let mut found = Found { result, lacks };
        found.lacks.shorten();
        self.add((root, change), found);
    }

    fn add(&mut self, key: (Root, Option<u32>), found: Found) {
        match self.found.get_mut(&key) {
            Some(mine) => mine.merge(found),
            None => {
                self.found.insert(key, found);
            }
        }
    }

    /// Takes in what other assets add.
    pub fn merge(&mut self, other: Self) {
        for (key, found) in other.found {
            self.add(key, found);
        }
    }

    /// Whether what was gathered is all that has to be known: values can be such that their order counts.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.found.values().all(|found| match &found.result {
            Gathered::Values(values) => values.is_sound(),
            _ => true,
        })
    }
}

/// Whether what a node goes through, or asks of it, hangs on the change.
fn hangs_on_change(env: &Env<'_>, id: NodeId) -> bool {
    env.node(id).is_none_or(|node| node.vars.contains(&VarId::CHANGE))
}

/// Whether a node goes through the assets of the change, rather than all.
fn goes_through_own(env: &Env<'_>, id: NodeId) -> bool {
    let op = env.node(id).map(|node| &node.op);
    !matches!(op, Some(Op::Quant(_, _, ListRef::Inventory, ..) | Op::Agg { list: ListRef::Inventory, .. }))
}

/// What was gathered for one row of a frame, where anything was.
#[must_use]
pub fn found<'e>(frame: &Frame<'e>, root: Root, row: usize) -> Option<&'e Found> {
    let env: &'e Env<'e> = frame.env;
    let survey = env.common.survey.as_ref()?;
    let hangs = match root {
        Root::Node(id) => hangs_on_change(env, id),
        Root::Category(_) => true,
    };
    let change = if hangs { Some(frame.row(VarId::CHANGE, row)?) } else { None };
    survey.found.get(&(root, change))
}

/// What was gathered for every row of a frame, where anything was.
#[must_use]
pub fn known<T>(frame: &Frame<'_>, root: Root, pick: fn(&Found) -> Option<T>) -> Option<Vec<T>> {
    frame.env.common.survey.as_ref()?;
    (0..frame.len()).map(|row| found(frame, root, row).and_then(pick)).collect()
}
