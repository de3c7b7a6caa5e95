//! Quantifiers, and `in`: conditions over the elements of a list.
//!
//! An element may be uncertain (an asset that a selection took because it could not tell), and an incomplete list holds a phantom: unseen
//! elements, none or many, of which nothing is known.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use crate::check::program::{CompareOp, ListRef, NodeId, VarId};
use crate::check::schema::{FieldId, TableId};
use crate::check::types::Type;
use crate::facts::table::{Column, ListColumn};
use crate::syntax::expr::QuantKind;

use super::column::{Col, Data, Rows, State, Truth};
use super::expr::{build, with_order};
use super::frame::{Binding, Frame, ListOf, poss};
use super::mask::{self, Marks, Span};
use super::survey::{self, Found, Root};
use super::value::{Could, Poss, Raw, compare};

/// How many elements are looked at together.
const CHUNK: usize = 16_384;

/// An element of a list, for one row of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// The row of the frame.
    pub parent: u32,
    /// The row of the element's table; for a set that is written out or answered, the element's position.
    pub row: u32,
    /// It certainly is in the list.
    pub certain: bool,
    /// It stands for elements that were not seen.
    pub phantom: bool,
}

/// The elements of a list, for every row of a frame, in order.
#[must_use]
pub fn elements(frame: &Frame<'_>, list: &ListRef) -> Vec<Element> {
    let mut found = Vec::new();
    match list {
        ListRef::Field(var, field) => {
            let (Some(rows), Some(table)) = (frame.rows(*var), frame.env.table(*var)) else { return found };
            let Some(Column::List(column)) = table.column(*field) else { return found };
            for (parent, row) in rows.iter().enumerate() {
                field_elements(&mut found, column, parent, *row);
            }
        }
        ListRef::AssetsOf(var) => {
            let Some(changes) = frame.rows(*var) else { return found };
            let phantom_row = phantom_asset(frame);
            for (parent, change) in changes.iter().enumerate() {
                let parent = clip(parent);
                // Of a change that was not seen nobody knows what it touches.
                let Some(touched) = frame.env.facts.touched.get(*change as usize) else {
                    found.push(Element { parent, row: phantom_row, certain: false, phantom: true });
                    continue;
                };
                found.extend(
                    touched.rows.iter().filter(|(row, _)| *row != phantom_row).map(|(row, certain)| Element {
                        parent,
                        row: *row,
                        certain: *certain,
                        phantom: false,
                    }),
                );
                if touched.incomplete {
                    found.push(Element { parent, row: phantom_row, certain: false, phantom: true });
                }
            }
        }
        ListRef::Inventory => {
            let phantom_row = phantom_asset(frame);
            let recorded = clip(frame.env.facts.recorded);
            for parent in 0..frame.len() {
                let parent = clip(parent);
                found.extend((0..recorded).map(|row| Element { parent, row, certain: true, phantom: false }));
                if frame.env.facts.assets_incomplete {
                    found.push(Element { parent, row: phantom_row, certain: false, phantom: true });
                }
            }
        }
        ListRef::Changes => {
            let Some(changes) = frame.rows(VarId::CHANGE) else { return found };
            let count = clip(frame.env.facts.change_count());
            let incomplete = frame.env.facts.others_incomplete.contains(&TableId::CHANGE);
            for (parent, own) in changes.iter().enumerate() {
                let parent = clip(parent);
                let others = (0..count).filter(|row| row != own);
                found.extend(others.map(|row| Element { parent, row, certain: true, phantom: false }));
                if incomplete {
                    found.push(Element { parent, row: count, certain: false, phantom: true });
                }
            }
        }
        ListRef::Incidents => input_elements(&mut found, frame, TableId::INCIDENT),
        ListRef::People => input_elements(&mut found, frame, TableId::PERSON),
        ListRef::Answer(node) => super::plugin::answered_elements(&mut found, frame, *node),
        ListRef::Literal(items) => {
            for parent in 0..frame.len() {
                for position in 0..items.len() {
                    let (parent, row) = (clip(parent), clip(position));
                    found.push(Element { parent, row, certain: true, phantom: false });
                }
            }
        }
    }
    found
}

/// The records of an entity of the input; where none was given it is not known which there are.
fn input_elements(found: &mut Vec<Element>, frame: &Frame<'_>, table: TableId) {
    let facts = frame.env.facts;
    let len = facts.others.iter().find(|rows| rows.table == table).map_or(0, |rows| rows.len);
    let Some(phantom_row) = len.checked_sub(1).map(clip) else { return };
    let incomplete = !facts.given.contains(&table) || facts.others_incomplete.contains(&table);
    for parent in (0..frame.len()).map(clip) {
        found.extend((0..phantom_row).map(|row| Element { parent, row, certain: true, phantom: false }));
        if incomplete {
            found.push(Element { parent, row: phantom_row, certain: false, phantom: true });
        }
    }
}

fn clip(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The row that stands for assets that were not seen: the last.
#[must_use]
pub fn phantom_asset(frame: &Frame<'_>) -> u32 {
    clip(frame.env.facts.assets.len.saturating_sub(1))
}

fn field_elements(found: &mut Vec<Element>, column: &ListColumn, parent: usize, row: u32) {
    let at = row as usize;
    let (Some(from), Some(to)) = (column.offsets.get(at), column.offsets.get(at.wrapping_add(1))) else { return };
    let phantom = &column.rows.phantom;
    for row in *from..*to {
        let unseen = (row as usize) < phantom.len() && phantom.value(row as usize);
        found.push(Element { parent: clip(parent), row, certain: !unseen, phantom: unseen });
    }
}

/// The frame of some elements of a list: one row for each.
#[must_use]
pub fn element_frame<'q>(frame: &'q Frame<'_>, var: VarId, list: &ListRef, elements: &[Element]) -> Frame<'q> {
    let parents = Rows::These(Arc::new(elements.iter().map(|e| e.parent).collect()));
    let binding = match list {
        ListRef::Literal(items) => {
            let base = items.first().map_or(&Type::Error, |first| frame.env.base(*first));
            let cols: Vec<Arc<Col>> = items.iter().map(|item| frame.eval(*item)).collect();
            Binding::Elements(Arc::new(build(elements.len(), base, |row| {
                let Some(element) = elements.get(row) else { return Poss::Any };
                cols.get(element.row as usize).map_or(Poss::Any, |col| poss(col, element.parent as usize))
            })))
        }
        ListRef::Answer(node) => Binding::Elements(Arc::new(super::plugin::answered_values(frame, *node, elements))),
        _ => Binding::Rows(Arc::new(elements.iter().map(|e| e.row).collect())),
    };
    frame.inner(elements.len(), parents, vec![(var, binding)])
}

/// Looks through all elements, some at a time.
pub fn each_chunk(frame: &Frame<'_>, var: VarId, list: &ListRef, mut f: impl FnMut(&[Element], &Frame<'_>)) {
    for chunk in elements(frame, list).chunks(CHUNK) {
        let inner = element_frame(frame, var, list, chunk);
        f(chunk, &inner);
    }
}

/// Some elements of a list, as a quantifier looks at them.
#[derive(Debug)]
pub struct Looked {
    /// The rows of the frame that they belong to.
    parents: Arc<Vec<u32>>,
    /// The rows of their own table.
    rows: Arc<Vec<u32>>,
    /// Those that certainly are in the list; absent where all are.
    certain: Option<BooleanBuffer>,
}

/// The elements of a list field, some at a time.
pub type Listed = Vec<Looked>;

impl Looked {
    /// The rows of the frame that they belong to, in order.
    #[must_use]
    pub fn parents(&self) -> &[u32] {
        &self.parents
    }

    /// Whether one of them certainly is in the list.
    #[must_use]
    pub fn is_certain(&self, at: usize) -> bool {
        self.certain.as_ref().is_none_or(|certain| super::arms::bit(certain, at))
    }

    /// Marks the rows that have an element which is certainly there and in the mask.
    fn mark_certain(&self, mask: &BooleanBuffer, rows: &mut Marks) {
        match &self.certain {
            Some(certain) => self.mark(&(mask & certain), rows),
            None => self.mark(mask, rows),
        }
    }

    /// Marks the rows that have an element in the mask.
    fn mark(&self, mask: &BooleanBuffer, rows: &mut Marks) {
        for at in mask.set_indices() {
            if let Some(parent) = self.parents.get(at) {
                rows.set(*parent as usize);
            }
        }
    }
}

/// The elements of a list field for the rows of a frame.
#[must_use]
pub fn listed(frame: &Frame<'_>, var: VarId, field: FieldId) -> Option<Listed> {
    let ((rows, span), table) = (frame.rows_in_span(var)?, frame.env.table(var)?);
    let Some(Column::List(column)) = table.column(field) else { return None };
    let (parents, inner) = in_a_run(column, &span).unwrap_or_else(|| in_any_order(column, &rows));
    let some = |parents: Vec<u32>, inner: Vec<u32>| {
        let unseen = mask::gather(&column.rows.phantom, &inner);
        let certain = mask::any(&unseen).then(|| !&unseen);
        Looked { parents: Arc::new(parents), rows: Arc::new(inner), certain }
    };
    if inner.len() <= CHUNK {
        return Some(if inner.is_empty() { Vec::new() } else { vec![some(parents, inner)] });
    }
    let chunks = parents.chunks(CHUNK).zip(inner.chunks(CHUNK));
    Some(chunks.map(|(parents, inner)| some(parents.to_vec(), inner.to_vec())).collect())
}

/// The elements of rows that follow each other, with the rows of the frame that they belong to.
fn in_a_run(column: &ListColumn, span: &Span) -> Option<(Vec<u32>, Vec<u32>)> {
    let rows = span.run.as_ref()?;
    let (from, to) = (*column.offsets.get(rows.start)?, *column.offsets.get(rows.end)?);
    let first = clip(rows.start);
    let owners = column.rows.owner.get(from as usize..to as usize)?;
    Some((owners.iter().map(|owner| owner.wrapping_sub(first)).collect(), (from..to).collect()))
}

/// The elements of any rows.
fn in_any_order(column: &ListColumn, rows: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let (mut parents, mut inner) = (Vec::new(), Vec::new());
    for (parent, row) in (0_u32..).zip(rows) {
        let at = *row as usize;
        let ends = column.offsets.get(at).zip(column.offsets.get(at.wrapping_add(1)));
        let Some((from, to)) = ends else { continue };
        inner.extend(*from..*to);
        parents.resize(inner.len(), parent);
    }
    (parents, inner)
}

/// Looks through all elements, some at a time; of those of a field no more is kept than their rows.
pub fn each_some(frame: &Frame<'_>, var: VarId, list: &ListRef, mut f: impl FnMut(&Looked, &Frame<'_>)) {
    if let ListRef::Field(of, field) = list
        && let Some(listed) = frame.listed(*of, *field)
    {
        for some in listed.iter() {
            let own = vec![(var, Binding::Rows(Arc::clone(&some.rows)))];
            f(some, &frame.inner(some.rows.len(), Rows::These(Arc::clone(&some.parents)), own));
        }
        return;
    }
    each_chunk(frame, var, list, |elements, inner| {
        let certain = BooleanBuffer::collect_bool(elements.len(), |at| elements.get(at).is_some_and(|e| e.certain));
        let looked = Looked {
            parents: Arc::new(elements.iter().map(|element| element.parent).collect()),
            rows: Arc::default(),
            certain: certain.has_false().then_some(certain),
        };
        f(&looked, inner);
    });
}

/// The parts of a quantifier.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The quantifier itself.
    pub id: NodeId,
    /// Which.
    pub kind: QuantKind,
    /// The variable.
    pub var: VarId,
    /// The list.
    pub list: &'a ListRef,
    /// The filter.
    pub filter: Option<NodeId>,
    /// The condition.
    pub body: Option<NodeId>,
}

/// `any`, `every` and `each` for every row.
#[must_use]
pub fn quantifier(frame: &Frame<'_>, parts: &Parts<'_>) -> Truth {
    let (found, there) = match survey::known(frame, Root::Node(parts.id), Found::looked) {
        Some(known) => {
            let of = |pick: fn(&(Could, Could)) -> Could| {
                Truth::collect(frame.len(), |row| known.get(row).map_or(Could::UNKNOWN, pick))
            };
            (of(|known| known.0), of(|known| known.1))
        }
        None => look(frame, parts),
    };
    match parts.kind {
        QuantKind::Any => found,
        QuantKind::Every => found.not(),
        QuantKind::Each => found.not().and(&there),
    }
}

/// Whether there is an element that fits, for `any`, or one that fails, for the others; and, for `each`, whether there is one at all.
#[must_use]
pub fn look(frame: &Frame<'_>, parts: &Parts<'_>) -> (Truth, Truth) {
    let Parts { kind, var, list, filter, body, .. } = *parts;
    let marks = || Marks::new(frame.len());
    let (mut may, mut there_must, mut there_may) = (marks(), marks(), marks());
    // The same as `may` as long as there is none.
    let mut must: Option<Marks> = None;
    each_some(frame, var, list, |some, inner| {
        let all = || Truth::constant(inner.len(), Could::certain(true));
        let filter = filter.map(|node| inner.truth(node));
        let body = body.map(|node| match &filter {
            Some(filter) => inner.truth_where(node, || filter.may.clone()),
            None => inner.truth(node),
        });
        // `any` looks for an element that fits, the others for one that fails.
        let body = if matches!(kind, QuantKind::Any) { body } else { Some(body.unwrap_or_else(all).not()) };
        let wanted = match (&filter, body) {
            (Some(filter), Some(body)) => filter.and(&body),
            (Some(filter), None) => filter.clone(),
            (None, Some(body)) => body,
            (None, None) => all(),
        };
        if must.is_none() && !(wanted.is_sure() && some.certain.is_none()) {
            must = Some(may.clone());
        }
        some.mark(&wanted.may, &mut may);
        if let Some(must) = &mut must {
            some.mark_certain(&wanted.must, must);
        }
        if matches!(kind, QuantKind::Each) {
            let filter = filter.unwrap_or_else(all);
            some.mark_certain(&filter.must, &mut there_must);
            some.mark(&filter.may, &mut there_may);
        }
    });
    let may = may.finish();
    let found = match must {
        Some(must) => Truth { must: must.finish(), may },
        None => Truth::sure(may),
    };
    (found, Truth { must: there_must.finish(), may: there_may.finish() })
}

/// `x in LIST` for every row.
#[must_use]
pub fn contains(frame: &Frame<'_>, x: NodeId, list: &ListRef) -> Truth {
    let len = frame.len();
    let base = frame.env.base(x);
    let col = frame.eval(x);
    if let (ListRef::Field(var, field), Col::Vals(vals)) = (list, &*col)
        && let (Some((rows, span)), Some(table)) = (frame.rows_in_span(*var), frame.env.table(*var))
        && let Some(Column::List(column)) = table.column(*field)
        && let Some(Column::Scalar(values)) = column.rows.columns.first()
        && let crate::facts::table::Values::Int(values) = &values.values
        && let Some(wanted) = vals.ints()
        && !matches!(base, Type::Version)
    {
        if let Some(Raw::Int(wanted)) = super::expr::fixed(frame, x)
            && let Some(found) = holding(column, values, &span, wanted)
        {
            return found;
        }
        if let Some(items) = of_all_alike(column, values, &span) {
            return Truth::sure_but(within(wanted, items), vals.others(), |at| slow(frame, x, list, at));
        }
        return Truth::collect(len, |at| {
            let (Some(row), State::Known, Some(wanted)) = (rows.get(at), vals.state(at), wanted.get(at)) else {
                return slow(frame, x, list, at);
            };
            let row = *row as usize;
            let (Some(from), Some(to)) = (column.offsets.get(row), column.offsets.get(row.wrapping_add(1))) else {
                return Could::UNKNOWN;
            };
            let mut unknown = false;
            for inner in *from..*to {
                let inner = inner as usize;
                if arrow_array::Array::is_valid(values, inner) {
                    if values.values().get(inner) == Some(wanted) {
                        return Could::certain(true);
                    }
                } else {
                    unknown = true;
                }
            }
            if unknown { Could::UNKNOWN } else { Could::certain(false) }
        });
    }
    if let ListRef::Literal(items) = list {
        let cols = || items.iter().map(|item| frame.eval(*item)).collect::<Vec<Arc<Col>>>();
        let slowly = |cols: &[Arc<Col>], row: usize, order: super::value::Order<'_>| {
            let value = poss(&col, row);
            let equal = |a: &Poss, b: &Poss| compare(CompareOp::Eq, a, b, order);
            one_of(&value, cols.iter().map(|item| (poss(item, row), true)), equal)
        };
        if let Col::Vals(vals) = &*col
            && !matches!(base, Type::Version)
            && let Some(bits) = among(frame, x, vals, items)
        {
            let cols = if vals.all_known() { Vec::new() } else { cols() };
            return Truth::sure_but(bits, vals.others(), |row| slowly(&cols, row, &super::value::numeric));
        }
        let cols = cols();
        return with_order(frame, base, |order| Truth::collect(len, |row| slowly(&cols, row, order)));
    }
    Truth::collect(len, |row| slow(frame, x, list, row))
}

/// What is in the one list that all rows have, where all of that is known.
fn of_all_alike(column: &ListColumn, values: &arrow_array::Int64Array, span: &Span) -> Option<Vec<i64>> {
    use arrow_array::Array;
    if span.all.len() != 1 {
        return None;
    }
    let range = *column.offsets.get(span.all.start)? as usize..*column.offsets.get(span.all.end)? as usize;
    let items = values.values().get(range.clone())?;
    (values.null_count() == 0 || range.clone().all(|at| values.is_valid(at))).then(|| items.to_vec())
}

/// Which of some rows that follow each other have a value in their lists; none where they do not.
fn holding(column: &ListColumn, values: &arrow_array::Int64Array, span: &Span, wanted: i64) -> Option<Truth> {
    use arrow_array::Array;
    let of = span.run.clone()?;
    let (from, to) = (*column.offsets.get(of.start)? as usize, *column.offsets.get(of.end)? as usize);
    let owners = column.rows.owner.get(from..to)?;
    let mark = |mask: &BooleanBuffer, rows: &mut Marks| {
        for at in mask.set_indices() {
            if let Some(row) = owners.get(at).and_then(|owner| (*owner as usize).checked_sub(of.start)) {
                rows.set(row);
            }
        }
    };
    let equal = mask::of(values.values().get(from..to)?, |value| value == wanted);
    let mut must = Marks::new(of.len());
    let nulls = values.nulls().map(|nulls| nulls.slice(from, to - from)).filter(|nulls| nulls.null_count() > 0);
    let Some(nulls) = nulls else {
        mark(&equal, &mut must);
        return Some(Truth::sure(must.finish()));
    };
    mark(&(&equal & nulls.inner()), &mut must);
    let mut may = must.clone();
    mark(&!nulls.inner(), &mut may);
    Some(Truth { must: must.finish(), may: may.finish() })
}

/// Which rows have one of some constants, where all are known; right only where the row's value is.
fn among(frame: &Frame<'_>, x: NodeId, vals: &super::column::Vals, items: &[NodeId]) -> Option<BooleanBuffer> {
    let items: Vec<Raw> = items.iter().map(|item| super::expr::fixed(frame, *item)).collect::<Option<_>>()?;
    if let Some(partition) = frame.partition(x) {
        let none = BooleanBuffer::new_unset(vals.len());
        let plain = items.iter().filter(|item| !item.is_none());
        return plain
            .map(|item| partition.compared(CompareOp::Eq, *item))
            .try_fold(none, |all, one| Some(&all | &one?));
    }
    match vals.data() {
        Data::Int(values) => {
            let ints = |raw: &Raw| match raw {
                Raw::Int(value) => Some(Some(*value)),
                Raw::None => Some(None),
                Raw::Decimal(_) => None,
            };
            let items: Vec<Option<i64>> = items.iter().map(ints).collect::<Option<_>>()?;
            Some(within(values, items.into_iter().flatten().collect()))
        }
        Data::Decimal(values) => {
            let decimals = |raw: &Raw| match raw {
                Raw::Decimal(value) => Some(Some(*value)),
                Raw::None => Some(None),
                Raw::Int(_) => None,
            };
            let items: Vec<Option<i128>> = items.iter().map(decimals).collect::<Option<_>>()?;
            Some(within(values, items.into_iter().flatten().collect()))
        }
    }
}

/// So few constants are compared one by one.
const FEW: usize = 8;

fn within<T: Ord + Copy>(values: &[T], mut items: Vec<T>) -> BooleanBuffer {
    // So few constants are written out, so that the compiler compares several values at once.
    match *items.as_slice() {
        [] => return mask::all(values.len(), false),
        [a] => return mask::of(values, |value| value == a),
        [a, b] => return mask::of(values, |value| (value == a) | (value == b)),
        [a, b, c] => return mask::of(values, |value| (value == a) | (value == b) | (value == c)),
        [a, b, c, d] => return mask::of(values, |value| (value == a) | (value == b) | (value == c) | (value == d)),
        _ => {}
    }
    if items.len() <= FEW {
        return mask::of(values, |value| items.iter().fold(false, |so_far, item| so_far | (*item == value)));
    }
    items.sort_unstable();
    mask::of(values, |value| items.binary_search(&value).is_ok())
}

/// One row, whatever is known of it.
fn slow(frame: &Frame<'_>, x: NodeId, list: &ListRef, row: usize) -> Could {
    let ListRef::Field(var, field) = list else { return Could::UNKNOWN };
    holds_value(frame, frame.env.base(x), &frame.poss(x, row), (*var, *field), row)
}

/// Whether the list that a row has in a field holds a value of a type.
#[must_use]
pub fn holds_value(frame: &Frame<'_>, base: &Type, value: &Poss, (var, field): ListOf, row: usize) -> Could {
    let Some(at) = frame.row(var, row) else { return Could::UNKNOWN };
    let at = at as usize;
    let Some(Column::List(column)) = frame.env.table(var).and_then(|table| table.column(field)) else {
        return Could::UNKNOWN;
    };
    let Some(Column::Scalar(scalar)) = column.rows.columns.first() else { return Could::UNKNOWN };
    let ends = column.offsets.get(at).zip(column.offsets.get(at.wrapping_add(1)));
    let phantom = &column.rows.phantom;
    let items = ends.map_or(0..0, |(from, to)| *from as usize..*to as usize);
    let items = items.map(|at| (scalar_at(scalar, at), !super::arms::bit(phantom, at)));
    with_order(frame, base, |order| one_of(value, items, |a, b| compare(CompareOp::Eq, a, b, order)))
}

/// What one row of a column of facts may be.
#[must_use]
pub fn scalar_at(scalar: &crate::facts::table::Scalar, row: usize) -> Poss {
    use crate::facts::table::Values;
    use arrow_array::Array;
    if scalar.none.as_ref().is_some_and(|none| row < none.len() && none.value(row)) {
        return Poss::One(Raw::None);
    }
    match &scalar.values {
        Values::Int(values) if row < values.len() && values.is_valid(row) => Poss::One(Raw::Int(values.value(row))),
        Values::Decimal(values) if row < values.len() && values.is_valid(row) => {
            Poss::One(Raw::Decimal(values.value(row)))
        }
        Values::Bool(values) if row < values.len() && values.is_valid(row) => {
            Poss::One(Raw::Int(i64::from(values.value(row))))
        }
        _ => Poss::Any,
    }
}

/// Whether a value is among elements, each with whether it certainly is there.
pub fn one_of(
    value: &Poss,
    elements: impl Iterator<Item = (Poss, bool)>,
    equal: impl Fn(&Poss, &Poss) -> Could,
) -> Could {
    let find = |value: &Poss, elements: &mut dyn Iterator<Item = (Poss, bool)>| {
        let mut could = Could::certain(false);
        for (element, certain) in elements {
            let here = equal(value, &element);
            could.be_true |= here.be_true;
            if certain && !here.be_false {
                could.be_false = false;
            }
        }
        could
    };
    let mut elements = elements;
    let Poss::Set(values) = value else { return find(value, &mut elements) };
    // What may be any of several values is in the set if each of these is.
    let elements: Vec<(Poss, bool)> = elements.collect();
    let each = values.iter().map(|value| find(&Poss::One(*value), &mut elements.iter().cloned()));
    each.reduce(Could::or_else).unwrap_or(Could::UNKNOWN)
}
