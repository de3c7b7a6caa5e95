//! Quantifiers, and `in`: conditions over the elements of a list.
//!
//! An element may be uncertain (an asset that a selection took because it could not tell), and an incomplete list holds a phantom: unseen
//! elements, none or many, of which nothing is known.

use std::sync::Arc;

use crate::check::program::{CompareOp, ListRef, NodeId, VarId};
use crate::check::schema::TableId;
use crate::facts::table::{Column, ListColumn};
use crate::syntax::expr::QuantKind;

use super::column::{Col, Data, Rows, State, Truth};
use super::expr::{build, with_order};
use super::frame::{Binding, Frame, poss};
use super::value::{Could, Poss, Raw, compare};

/// How many elements are looked at together.
const CHUNK: usize = 16_384;

/// An element of a list, for one row of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// The row of the frame.
    pub parent: u32,
    /// The row of the element's table; for a set that is written out, the element's position.
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
                let Some(touched) = frame.env.facts.touched.get(*change as usize) else { continue };
                let parent = clip(parent);
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
            let count = clip(frame.env.facts.changes.len);
            for (parent, own) in changes.iter().enumerate() {
                let parent = clip(parent);
                let others = (0..count).filter(|row| row != own);
                found.extend(others.map(|row| Element { parent, row, certain: true, phantom: false }));
            }
        }
        ListRef::Incidents => input_elements(&mut found, frame, TableId::INCIDENT),
        ListRef::People => input_elements(&mut found, frame, TableId::PERSON),
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
            let base = items.first().map_or(&crate::check::types::Type::Error, |first| frame.env.base(*first));
            let cols: Vec<Arc<Col>> = items.iter().map(|item| frame.eval(*item)).collect();
            Binding::Elements(Arc::new(build(elements.len(), base, |row| {
                let Some(element) = elements.get(row) else { return Poss::Any };
                cols.get(element.row as usize).map_or(Poss::Any, |col| poss(col, element.parent as usize))
            })))
        }
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

#[derive(Clone, Copy, Default)]
struct Seen {
    must: bool,
    may: bool,
    there_must: bool,
    there_may: bool,
}

/// `any`, `every` and `each` for every row.
#[must_use]
pub fn quantifier(
    frame: &Frame<'_>,
    kind: QuantKind,
    var: VarId,
    list: &ListRef,
    filter: Option<NodeId>,
    body: Option<NodeId>,
) -> Truth {
    let mut seen = vec![Seen::default(); frame.len()];
    each_chunk(frame, var, list, |elements, inner| {
        let all = || Truth::constant(inner.len(), Could::certain(true));
        let filter = filter.map_or_else(all, |node| inner.truth(node));
        let body = body.map_or_else(all, |node| inner.truth(node));
        // `any` looks for an element that fits, the others for one that fails.
        let wanted = match kind {
            QuantKind::Any => filter.and(&body),
            QuantKind::Every | QuantKind::Each => filter.and(&body.not()),
        };
        for (at, element) in elements.iter().enumerate() {
            let Some(seen) = seen.get_mut(element.parent as usize) else { continue };
            seen.must |= element.certain && wanted.must_at(at);
            seen.may |= wanted.may_at(at);
            seen.there_must |= element.certain && filter.must_at(at);
            seen.there_may |= filter.may_at(at);
        }
    });
    Truth::collect(frame.len(), |row| {
        let seen = seen.get(row).copied().unwrap_or_default();
        let found = Could { be_true: seen.may, be_false: !seen.must };
        let none_fails = Could { be_true: found.be_false, be_false: found.be_true };
        match kind {
            QuantKind::Any => found,
            QuantKind::Every => none_fails,
            QuantKind::Each => Could {
                be_true: none_fails.be_true && seen.there_may,
                be_false: none_fails.be_false || !seen.there_must,
            },
        }
    })
}

/// `x in LIST` for every row.
#[must_use]
pub fn contains(frame: &Frame<'_>, x: NodeId, list: &ListRef) -> Truth {
    let len = frame.len();
    let base = frame.env.base(x);
    let col = frame.eval(x);
    if let (ListRef::Field(var, field), Col::Vals(vals)) = (list, &*col)
        && let (Some(rows), Some(table)) = (frame.rows(*var), frame.env.table(*var))
        && let Some(Column::List(column)) = table.column(*field)
        && let Some(Column::Scalar(values)) = column.rows.columns.first()
        && let crate::facts::table::Values::Int(values) = &values.values
        && let Data::Int(wanted) = &vals.data
        && !matches!(base, crate::check::types::Type::Version)
    {
        return Truth::collect(len, |at| {
            let (Some(row), Some(State::Known), Some(wanted)) = (rows.get(at), vals.state.get(at), wanted.get(at))
            else {
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
        let cols: Vec<Arc<Col>> = items.iter().map(|item| frame.eval(*item)).collect();
        return with_order(frame, base, |order| {
            Truth::collect(len, |row| {
                let value = poss(&col, row);
                one_of(&value, cols.iter().map(|item| (poss(item, row), true)), |a, b| {
                    compare(CompareOp::Eq, a, b, order)
                })
            })
        });
    }
    Truth::collect(len, |row| slow(frame, x, list, row))
}

/// One row, whatever is known of it.
fn slow(frame: &Frame<'_>, x: NodeId, list: &ListRef, row: usize) -> Could {
    let base = frame.env.base(x);
    let value = frame.poss(x, row);
    let ListRef::Field(var, field) = list else { return Could::UNKNOWN };
    let (Some(rows), Some(table)) = (frame.rows(*var), frame.env.table(*var)) else { return Could::UNKNOWN };
    let Some(Column::List(column)) = table.column(*field) else { return Could::UNKNOWN };
    let mut found = Vec::new();
    field_elements(&mut found, column, 0, rows.get(row).copied().unwrap_or(u32::MAX));
    let Some(Column::Scalar(scalar)) = column.rows.columns.first() else { return Could::UNKNOWN };
    let inner = |row: u32| scalar_at(scalar, row as usize);
    with_order(frame, base, |order| {
        one_of(&value, found.iter().map(|e| (inner(e.row), e.certain)), |a, b| compare(CompareOp::Eq, a, b, order))
    })
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

fn one_of(value: &Poss, elements: impl Iterator<Item = (Poss, bool)>, equal: impl Fn(&Poss, &Poss) -> Could) -> Could {
    // What may be any of several values is in the set if each of these is.
    let elements: Vec<(Poss, bool)> = elements.collect();
    let find = |value: &Poss| {
        let mut could = Could::certain(false);
        for (element, certain) in &elements {
            let here = equal(value, element);
            could.be_true |= here.be_true;
            if *certain && !here.be_false {
                could.be_false = false;
            }
        }
        could
    };
    match value.list() {
        Some(values) => values.iter().map(|v| find(&Poss::One(*v))).reduce(Could::or_else).unwrap_or(Could::UNKNOWN),
        None => find(value),
    }
}
