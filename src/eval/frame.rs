//! Frames: the rows that an expression is evaluated for.
//!
//! A frame binds variables to rows of the facts. Frames nest: constants, then a change, then a batch of assets, then the elements that a
//! quantifier looks through. An expression is evaluated in the outermost frame that binds what it reads, and spread from there.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use crate::check::program::{NodeId, VarId};
use crate::check::schema::FieldId;

use super::candidates::{Candidates, Kind, Seen};
use super::categorise::ByArm;
use super::column::{Col, Data, Rows, Truth, Vals};
use super::env::{Env, Shared};
use super::mask::Span;
use super::partition::Partition;
use super::quant::Listed;
use super::value::{Could, Poss};

/// The rows that an expression is evaluated for.
#[derive(Debug)]
pub struct Frame<'p> {
    /// What the evaluation stands on.
    pub env: &'p Env<'p>,
    len: usize,
    own: Vec<(VarId, Binding)>,
    parent: Option<(&'p Frame<'p>, Rows)>,
    arm: Option<i64>,
    shared: Option<&'p Shared>,
    cache: RefCell<Results>,
    /// Few variables: they are looked through.
    rows: RefCell<Vec<(VarId, Arc<Vec<u32>>)>>,
    spans: RefCell<Vec<(VarId, Span)>>,
    approvals: RefCell<Vec<Option<Outcomes>>>,
    idle: OnceCell<Outcomes>,
    categories: RefCell<Vec<(u16, Arc<ByArm>)>>,
    partitions: RefCell<HashMap<NodeId, Sorting, ByNumber>>,
    lists: RefCell<Vec<(ListOf, Arc<Listed>)>>,
    /// The values that occur of what many statements test, and those that may concern a row.
    seen: RefCell<Vec<Option<Arc<Seen>>>>,
    /// The first of the findings that blocks have in common.
    findings: Option<usize>,
    candidates: RefCell<Vec<(Kind, Candidates)>>,
}

/// Hashes numbers of nodes: small ones that nobody chooses to collide.
#[derive(Clone, Copy, Debug, Default)]
pub struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_i64(&mut self, number: i64) {
        let number = number.unsigned_abs();
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }

    fn write_i128(&mut self, number: i128) {
        let number = number.unsigned_abs();
        let low = u64::try_from(number & u128::from(u64::MAX)).unwrap_or(0);
        let high = u64::try_from(number >> 64).unwrap_or(0);
        self.0 = (self.0 ^ low ^ high).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0 ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u32(u32::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        // The golden ratio spreads neighbours over the upper bits, which the table looks at first.
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }
}

/// Nodes of neighbouring numbers whose results lie side by side.
const PAGE: usize = 32;

/// Results by node.
#[derive(Clone, Debug, Default)]
pub struct Results(Vec<Option<Box<Page>>>);

type Page = [Option<Arc<Col>>; PAGE];

impl Results {
    /// The result of a node.
    #[must_use]
    pub fn get(&self, id: NodeId) -> Option<&Arc<Col>> {
        let at = id.0 as usize;
        self.0.get(at / PAGE)?.as_ref()?.get(at % PAGE)?.as_ref()
    }

    /// Keeps the result of a node.
    pub fn insert(&mut self, id: NodeId, col: Arc<Col>) {
        let at = id.0 as usize;
        if self.0.len() <= at / PAGE {
            self.0.resize_with(at / PAGE + 1, || None);
        }
        let page = self.0.get_mut(at / PAGE).map(|page| page.get_or_insert_default());
        if let Some(place) = page.and_then(|page| page.get_mut(at % PAGE)) {
            *place = Some(col);
        }
    }
}

/// For maps by numbers of nodes.
pub type ByNumber = BuildHasherDefault<NumberHasher>;

/// Frames with fewer rows are compared row by row.
const WORTH_SORTING: usize = 256;

/// The rows of a frame are compared so many times before they are sorted: most that could be compared are passed over.
const WORTH_WAITING: u8 = 2;

/// Whether the rows were sorted by the values of a node.
#[derive(Clone, Debug)]
enum Sorting {
    /// They were asked for so many times.
    Asked(u8),
    /// Nothing where the values are many.
    Sorted(Option<Arc<Partition>>),
}

impl Default for Sorting {
    fn default() -> Self {
        Self::Asked(0)
    }
}

impl Sorting {
    /// What they are sorted into, or nothing yet; none where they are to be sorted now.
    fn known(&mut self) -> Option<Option<Arc<Partition>>> {
        match self {
            Self::Sorted(known) => Some(known.clone()),
            Self::Asked(times) if *times < WORTH_WAITING => {
                *times += 1;
                Some(None)
            }
            Self::Asked(_) => None,
        }
    }
}

/// Where one row in so many is asked about the others are left out of a test of texts.
const WORTH_LEAVING_OUT: usize = 4;

/// A list field of what a variable stands for.
pub type ListOf = (VarId, FieldId);

/// What an approval has come to in each row.
type Outcomes = Arc<super::approval::Outcomes>;

/// What a variable stands for in each row of a frame.
#[derive(Clone, Debug)]
pub enum Binding {
    /// Rows of the variable's table.
    Rows(Arc<Vec<u32>>),
    /// The elements of a set that is written out.
    Elements(Arc<Col>),
}

impl<'p> Frame<'p> {
    /// The outermost frame: one row, no variables.
    #[must_use]
    pub fn root(env: &'p Env<'p>) -> Self {
        Self::build(env, 1, Vec::new(), None, None)
    }

    fn build(
        env: &'p Env<'p>,
        len: usize,
        own: Vec<(VarId, Binding)>,
        parent: Option<(&'p Frame<'p>, Rows)>,
        arm: Option<i64>,
    ) -> Self {
        let rows = own
            .iter()
            .filter_map(|(var, binding)| match binding {
                Binding::Rows(rows) => Some((*var, Arc::clone(rows))),
                Binding::Elements(_) => None,
            })
            .collect();
        Self {
            env,
            len,
            own,
            parent,
            arm,
            shared: None,
            cache: RefCell::default(),
            rows: RefCell::new(rows),
            spans: RefCell::default(),
            approvals: RefCell::default(),
            idle: OnceCell::new(),
            categories: RefCell::default(),
            partitions: RefCell::default(),
            lists: RefCell::default(),
            seen: RefCell::default(),
            findings: None,
            candidates: RefCell::default(),
        }
    }

    /// A frame inside this one.
    #[must_use]
    pub fn inner<'q>(&'q self, len: usize, rows: Rows, own: Vec<(VarId, Binding)>) -> Frame<'q>
    where
        'p: 'q,
    {
        Frame::build(self.env, len, own, Some((self, rows)), None)
    }

    /// The same rows, for the deadline of an arm of this level.
    #[must_use]
    pub fn for_arm<'q>(&'q self, level: i64) -> Frame<'q>
    where
        'p: 'q,
    {
        Frame::build(self.env, self.len, Vec::new(), Some((self, Rows::Same)), Some(level))
    }

    /// The same rows, with a variable bound as another one is.
    #[must_use]
    pub fn rebound<'q>(&'q self, var: VarId, rows: Arc<Vec<u32>>) -> Frame<'q>
    where
        'p: 'q,
    {
        self.inner(self.len, Rows::Same, vec![(var, Binding::Rows(rows))])
    }

    /// Some of the rows, with everything that this frame binds.
    #[must_use]
    pub fn narrowed<'q>(&'q self, rows: Vec<u32>) -> Frame<'q>
    where
        'p: 'q,
    {
        let len = rows.len();
        let these = Rows::These(Arc::new(rows));
        let own = self.own.iter().map(|(var, binding)| {
            let some = match binding {
                Binding::Rows(all) => Binding::Rows(Arc::new(
                    (0..len).map(|row| all.get(these.get(row)).copied().unwrap_or(u32::MAX)).collect(),
                )),
                Binding::Elements(col) => Binding::Elements(Arc::new(col.gather(&these, len))),
            };
            (*var, some)
        });
        let own = own.collect();
        self.inner(len, these, own)
    }

    /// Evaluates a condition for the rows that are asked about; what it is of the others is of no account. Only where a plugin is asked, or
    /// texts are put to a test, are the others left out.
    #[must_use]
    pub fn truth_where(&self, id: NodeId, asked: impl FnOnce() -> BooleanBuffer) -> Truth {
        if !self.env.asks(id) || !self.reads_own(id) {
            let of_some = super::texts::is_test(self, id) && self.reads_own(id);
            return if of_some { self.tested_where(id, &asked()) } else { self.truth(id) };
        }
        let asked = asked();
        if !asked.has_false() {
            return self.truth(id);
        }
        if let Some(col) = self.cache.borrow().get(self.env.same(id)) {
            return col.truth();
        }
        let rows: Vec<u32> = asked.set_indices().filter_map(|row| u32::try_from(row).ok()).collect();
        let some = if rows.is_empty() { None } else { Some(self.narrowed(rows).truth(id)) };
        let mut at = 0..;
        Truth::collect(self.len, |row| {
            let place = if super::arms::bit(&asked, row) { at.next() } else { None };
            place.zip(some.as_ref()).map_or(Could::UNKNOWN, |(at, some)| some.at(at))
        })
    }

    /// A test of texts, where few rows are asked about only of these.
    fn tested_where(&self, id: NodeId, asked: &BooleanBuffer) -> Truth {
        let is_known = self.cache.borrow().get(self.env.same(id)).is_some();
        let few = !is_known && super::mask::count(asked) * WORTH_LEAVING_OUT < self.len;
        let tested = if few { super::texts::holds(self, id, Some(asked)) } else { None };
        tested.unwrap_or_else(|| self.truth(id))
    }

    /// Takes results that were worked out before.
    #[must_use]
    pub fn with_shared(mut self, shared: &'p Shared) -> Self {
        self.shared = Some(shared);
        self
    }

    /// The findings from one on, whichever block asks: what occurs among them is gone through once for all blocks.
    #[must_use]
    pub const fn of_findings(mut self, first: usize) -> Self {
        self.findings = Some(first);
        self
    }

    /// How many rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The level of the arm whose deadline is worked out.
    #[must_use]
    pub fn arm(&self) -> Option<i64> {
        self.arm.or_else(|| self.parent.as_ref().and_then(|(parent, _)| parent.arm()))
    }

    /// The rows of its table that a variable stands for.
    #[must_use]
    pub fn rows(&self, var: VarId) -> Option<Arc<Vec<u32>>> {
        if let Some((_, rows)) = self.rows.borrow().iter().find(|(known, _)| *known == var) {
            return Some(Arc::clone(rows));
        }
        if let Some((base, field)) = self.env.program.vars.get(usize::from(var.0)).and_then(|info| info.through) {
            let rows = Arc::new(super::reference::rows(self, base, field, var)?);
            self.rows.borrow_mut().push((var, Arc::clone(&rows)));
            return Some(rows);
        }
        let (parent, map) = self.parent.as_ref()?;
        let outer = parent.rows(var)?;
        let rows = match map {
            Rows::Same => outer,
            Rows::First | Rows::These(_) => {
                Arc::new((0..self.len).map(|row| outer.get(map.get(row)).copied().unwrap_or(u32::MAX)).collect())
            }
        };
        self.rows.borrow_mut().push((var, Arc::clone(&rows)));
        Some(rows)
    }

    /// The row of its table that a variable stands for in one row.
    #[must_use]
    pub fn row(&self, var: VarId, row: usize) -> Option<u32> {
        if let Some((_, rows)) = self.rows.borrow().iter().find(|(known, _)| *known == var) {
            return rows.get(row).copied();
        }
        self.rows(var)?.get(row).copied()
    }

    /// The rows that a variable stands for, with what is known of them together.
    #[must_use]
    pub fn rows_in_span(&self, var: VarId) -> Option<(Arc<Vec<u32>>, Span)> {
        let rows = self.rows(var)?;
        if let Some((_, span)) = self.spans.borrow().iter().find(|(known, _)| *known == var) {
            return Some((rows, span.clone()));
        }
        let span = Span::of(&rows);
        self.spans.borrow_mut().push((var, span.clone()));
        Some((rows, span))
    }

    /// The elements of a written-out set that a variable stands for.
    #[must_use]
    pub fn elements(&self, var: VarId) -> Option<Arc<Col>> {
        if let Some((_, Binding::Elements(col))) = self.own.iter().find(|(own, _)| *own == var) {
            return Some(Arc::clone(col));
        }
        let (parent, map) = self.parent.as_ref()?;
        Some(Arc::new(parent.elements(var)?.gather(map, self.len)))
    }

    /// Whether a node reads what this frame binds, rather than an outer one.
    #[must_use]
    pub fn reads_own(&self, id: NodeId) -> bool {
        let Some(node) = self.env.node(id) else { return true };
        self.own.iter().any(|(var, _)| node.vars.contains(var))
            || (self.arm.is_some() && self.env.reads_arm.get(id.0 as usize).copied().unwrap_or(true))
    }

    /// What an approval has come to in each row: worked out in the frame that binds what the approval names, and spread from there.
    #[must_use]
    pub fn approval(&self, index: u16) -> Outcomes {
        if let Some(Some(found)) = self.approvals.borrow().get(usize::from(index)) {
            return Arc::clone(found);
        }
        let vars = self.env.program.approvals.get(usize::from(index)).map_or(&[][..], |def| &def.head.vars);
        let outcomes = match &self.parent {
            Some((parent, rows)) if !self.own.iter().any(|(var, _)| vars.contains(var)) => {
                let outer = parent.approval(index);
                match rows {
                    Rows::Same => outer,
                    Rows::First | Rows::These(_) => Arc::new(outer.gather(rows, self.len)),
                }
            }
            _ if super::approval::is_idle(self, index) => self.idle(),
            _ => Arc::new(super::approval::work_out(self, index)),
        };
        let mut known = self.approvals.borrow_mut();
        if known.is_empty() {
            known.resize(self.env.program.approvals.len(), None);
        }
        if let Some(place) = known.get_mut(usize::from(index)) {
            *place = Some(Arc::clone(&outcomes));
        }
        outcomes
    }

    /// Whether these are of an approval that is asked for in no row.
    #[must_use]
    pub fn is_idle(&self, outcomes: &Outcomes) -> bool {
        self.idle.get().is_some_and(|idle| Arc::ptr_eq(idle, outcomes))
    }

    /// The arms of a block that categorises, once they were found.
    #[must_use]
    pub fn categories(&self, block: u16, find: impl FnOnce() -> Arc<ByArm>) -> Arc<ByArm> {
        if let Some((_, known)) = self.categories.borrow().iter().find(|(known, _)| *known == block) {
            return Arc::clone(known);
        }
        let found = find();
        self.categories.borrow_mut().push((block, Arc::clone(&found)));
        found
    }

    /// Approvals that are asked for in no row have come to the same.
    fn idle(&self) -> Outcomes {
        let all = || Arc::new(super::approval::Outcomes::alike(super::approval::Outcome::not_asked(), self.len));
        Arc::clone(self.idle.get_or_init(all))
    }

    /// Evaluates a node for every row.
    #[must_use]
    pub fn eval(&self, id: NodeId) -> Arc<Col> {
        let id = self.env.same(id);
        if let Some(col) = self.shared.and_then(|shared| shared.get(id)) {
            return Arc::clone(col);
        }
        if let Some(col) = self.cache.borrow().get(id) {
            return Arc::clone(col);
        }
        let col = match &self.parent {
            Some((parent, rows)) if !self.reads_own(id) => {
                let outer = parent.eval(id);
                let alike = match rows {
                    Rows::Same => true,
                    Rows::First => self.len == 1 && parent.len == 1,
                    Rows::These(rows) => parent.len == 1 && rows.as_slice() == [0],
                };
                if alike { outer } else { Arc::new(outer.gather(rows, self.len)) }
            }
            _ => Arc::new(super::expr::compute(self, id)),
        };
        self.cache.borrow_mut().insert(id, Arc::clone(&col));
        col
    }

    /// The rows by the values of a node, where many constants are compared with it and its values are few.
    #[must_use]
    pub fn partition(&self, id: NodeId) -> Option<Arc<Partition>> {
        let id = self.env.same(id);
        if !self.env.is_compared_often(id) || self.len < WORTH_SORTING {
            return None;
        }
        if let Some(sorted) = self.partitions.borrow_mut().entry(id).or_default().known() {
            return sorted;
        }
        let partition = match &*self.eval(id) {
            Col::Vals(vals) => Partition::new(vals).map(Arc::new),
            Col::Truth(_) => None,
        };
        self.partitions.borrow_mut().insert(id, Sorting::Sorted(partition.clone()));
        partition
    }

    /// The elements of a list field, for every row; gone through once for all that look at them.
    #[must_use]
    pub fn listed(&self, var: VarId, field: FieldId) -> Option<Arc<Listed>> {
        if let Some((_, known)) = self.lists.borrow().iter().find(|(key, _)| *key == (var, field)) {
            return Some(Arc::clone(known));
        }
        let listed = Arc::new(super::quant::listed(self, var, field)?);
        self.lists.borrow_mut().push(((var, field), Arc::clone(&listed)));
        Some(listed)
    }

    /// The values that occur of something that many statements test; gone through once for all of these.
    pub fn seen(&self, subject: usize, look: impl FnOnce() -> Seen) -> Arc<Seen> {
        if let Some(Some(known)) = self.seen.borrow().get(subject) {
            return Arc::clone(known);
        }
        let seen = match self.findings {
            Some(first) => self.env.seen(subject, first, look),
            None => Arc::new(look()),
        };
        let mut known = self.seen.borrow_mut();
        if known.len() <= subject {
            known.resize(subject + 1, None);
        }
        if let Some(place) = known.get_mut(subject) {
            *place = Some(Arc::clone(&seen));
        }
        seen
    }

    /// The statements of a kind that may concern a row, once they were found.
    #[must_use]
    pub fn candidates(&self, kind: Kind, find: impl FnOnce() -> Candidates) -> Candidates {
        if let Some((_, known)) = self.candidates.borrow().iter().find(|(known, _)| *known == kind) {
            return known.clone();
        }
        let found = find();
        self.candidates.borrow_mut().push((kind, found.clone()));
        found
    }

    /// Evaluates a condition for every row.
    #[must_use]
    pub fn truth(&self, id: NodeId) -> Truth {
        super::few::truth(self, id).unwrap_or_else(|| self.eval(id).truth())
    }

    /// Evaluates a value for every row; a condition becomes 0 and 1.
    #[must_use]
    pub fn vals(&self, id: NodeId) -> Vals {
        match &*self.eval(id) {
            Col::Vals(vals) => vals.clone(),
            Col::Truth(truth) => truth_vals(truth),
        }
    }

    /// What one row of a node may be.
    #[must_use]
    pub fn poss(&self, id: NodeId, row: usize) -> Poss {
        poss(&self.eval(id), row)
    }

    /// Takes the results out, to share them.
    #[must_use]
    pub fn into_results(self) -> Shared {
        self.cache.into_inner()
    }
}

/// A condition as a value: 0, 1 or both.
#[must_use]
pub fn truth_vals(truth: &Truth) -> Vals {
    if truth.is_sure() {
        return Vals::known(Data::Int((0..truth.len()).map(|row| i64::from(truth.may.value(row))).collect()));
    }
    let mut builder = super::column::ValsBuilder::new(truth.len(), false);
    for row in 0..truth.len() {
        builder.push(truth_poss(truth, row));
    }
    builder.finish()
}

fn truth_poss(truth: &Truth, row: usize) -> Poss {
    could_poss(truth.at(row))
}

/// A condition of one row as a value.
#[must_use]
pub fn could_poss(could: Could) -> Poss {
    use super::value::Raw;
    match (could.be_true, could.be_false) {
        (true, false) => Poss::One(Raw::Int(1)),
        (false, true) => Poss::One(Raw::Int(0)),
        _ => Poss::Set(vec![Raw::Int(0), Raw::Int(1)]),
    }
}

/// What one row of a column may be; a condition is 0 and 1.
#[must_use]
pub fn poss(col: &Col, row: usize) -> Poss {
    match col {
        Col::Vals(vals) => vals.at(row),
        Col::Truth(truth) => truth_poss(truth, row),
    }
}
