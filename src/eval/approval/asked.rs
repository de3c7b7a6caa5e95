//! What an approval asks for in each row: its slots, whom it excludes, how long a vote holds, and what it follows.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::program::{Approval, Excluded, ListRef, NodeId, Op, VarId};
use crate::check::schema::FieldId;
use crate::facts::table::Column;
use crate::time::Instant;

use super::super::env::Env;
use super::super::frame::{Frame, poss};
use super::super::quant::{Element, element_frame, elements, scalar_at};
use super::super::value::{Poss, Raw};
use super::persons::folded;
use super::sitting::{Sitting, When, sittings};
use super::votes::About;
use super::{Outcome, outcomes};

/// Something that asks for votes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asked {
    /// The item, as people call it.
    pub subject: Option<String>,
    /// The roles, as people read them.
    pub role: String,
    /// How many votes.
    pub need: u32,
    /// The clause in the text.
    pub clause: usize,
    /// Any of these roles.
    pub roles: Vec<i64>,
    /// The item's number; none for a need without items, and where it is not known.
    pub item: Option<i64>,
    /// It is for an item.
    pub each: bool,
    /// It certainly is asked for.
    pub certain: bool,
}

impl Asked {
    /// What votes for it have to be about.
    #[must_use]
    pub const fn about(&self) -> About {
        match (self.each, self.item) {
            (false, _) => About::Plain,
            (true, Some(item)) => About::Item(item),
            (true, None) => About::Unknown,
        }
    }

    /// It is asked for, and it is known what for.
    #[must_use]
    pub const fn sure(&self) -> bool {
        self.certain && (!self.each || self.item.is_some())
    }
}

/// Somebody who cannot approve.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Barred {
    /// The name.
    pub name: i64,
    /// The name as it is compared.
    pub folded: i64,
    /// What they are: `the change's requester`.
    pub what: Arc<str>,
}

/// An approval that must be met before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Before {
    /// Its name.
    pub name: String,
    /// It certainly is not required.
    pub never: bool,
    /// It certainly is required.
    pub always: bool,
    /// From when on it certainly is met.
    pub met: Option<i64>,
    /// From when on it may be met.
    pub may_be_met: Option<i64>,
}

/// What an approval asks of the votes in one row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Asks {
    /// The slots, sorted.
    pub slots: Vec<Asked>,
    /// Who cannot approve.
    pub barred: Vec<Barred>,
    /// Not everybody who cannot approve is known.
    pub barred_unknown: bool,
    /// How long a vote holds; an empty list where that is not known.
    pub valid: Option<Vec<Raw>>,
    /// What it follows.
    pub after: Vec<Before>,
    /// The sitting before which no vote counts.
    pub sitting: Option<Sitting>,
}

impl Asks {
    /// When the sitting is, where there is one and it is known.
    #[must_use]
    pub fn sitting(&self) -> Option<Instant> {
        match self.sitting.as_ref()?.at {
            When::At(start) => Instant::from_micros(start),
            When::Never | When::Unknown => None,
        }
    }
}

/// What an approval asks of the votes in each row of a frame.
#[must_use]
pub fn asks(frame: &Frame<'_>, def: &Approval) -> Vec<Asks> {
    let mut rows: Vec<Asks> = vec![Asks::default(); frame.len()];
    for (clause, need) in def.needs.iter().enumerate() {
        let slot = Asked {
            subject: None,
            role: need.roles.join(" or "),
            need: need.count,
            clause,
            roles: need.roles.iter().map(|role| frame.env.symbol(role)).collect(),
            item: None,
            each: need.each.is_some(),
            certain: true,
        };
        match &need.each {
            None => rows.iter_mut().for_each(|row| row.slots.push(slot.clone())),
            Some((var, list, node)) => items(frame, &mut rows, &slot, *var, list, *node),
        }
    }
    for excluded in &def.not_by {
        bar(frame, &mut rows, excluded);
    }
    if let Some(valid) = def.valid {
        let col = frame.eval(valid);
        for (at, row) in rows.iter_mut().enumerate() {
            row.valid = Some(poss(&col, at).list().map(<[Raw]>::to_vec).unwrap_or_default());
        }
    }
    for index in &def.after {
        let Some(name) = frame.env.program.approvals.get(usize::from(*index)).map(|other| &other.head.name) else {
            continue;
        };
        for (row, outcome) in rows.iter_mut().zip(outcomes(frame, *index).iter()) {
            row.after.push(before(name, outcome));
        }
    }
    for (row, sitting) in rows.iter_mut().zip(sittings(frame, def).into_iter().flatten()) {
        row.sitting = Some(sitting);
    }
    for row in &mut rows {
        row.slots.sort();
        row.barred.sort();
        row.barred.dedup();
    }
    rows
}

fn before(name: &str, outcome: &Outcome) -> Before {
    Before {
        name: name.to_owned(),
        never: !outcome.asked.be_true,
        always: !outcome.asked.be_false,
        met: outcome.since.filter(|_| !outcome.met.be_false),
        may_be_met: outcome.may_since.filter(|_| outcome.met.be_true),
    }
}

/// A slot for each item, each once. One of which not even the name is known is like one that was not seen.
fn items(frame: &Frame<'_>, rows: &mut [Asks], slot: &Asked, var: VarId, list: &ListRef, node: NodeId) {
    let mut found: Vec<BTreeMap<Option<i64>, bool>> = vec![BTreeMap::new(); frame.len()];
    for chunk in elements(frame, list).chunks(4096) {
        let inner = element_frame(frame, var, list, chunk);
        let names = inner.eval(node);
        for (at, element) in chunk.iter().enumerate() {
            let Some(found) = found.get_mut(element.parent as usize) else { continue };
            let name = if element.phantom { None } else { poss(&names, at).one().and_then(Raw::int) };
            *found.entry(name).or_default() |= element.certain && name.is_some();
        }
    }
    for (row, found) in rows.iter_mut().zip(found) {
        row.slots.extend(found.into_iter().map(|(item, certain)| Asked {
            subject: item.map(|item| frame.env.text(item).to_string()),
            item,
            certain,
            ..slot.clone()
        }));
    }
}

fn bar(frame: &Frame<'_>, rows: &mut [Asks], excluded: &Excluded) {
    let what = |env: &Env<'_>, var: VarId, field: FieldId, one: bool| described(env, var, field, one);
    let add = |row: Option<&mut Asks>, value: Poss, what: &Arc<str>| {
        let Some(row) = row else { return };
        match value {
            Poss::One(Raw::Int(name)) => {
                let folded = frame.env.symbol(&folded(&frame.env.text(name)));
                row.barred.push(Barred { name, folded, what: Arc::clone(what) });
            }
            Poss::One(_) => {}
            _ => row.barred_unknown = true,
        }
    };
    match excluded {
        Excluded::One(node) => {
            let what = match frame.env.node(*node).map(|node| &node.op) {
                Some(Op::Field(var, field)) => what(frame.env, *var, *field, true),
                _ => phrase(frame.env, *node),
            };
            let col = frame.eval(*node);
            for at in 0..rows.len() {
                add(rows.get_mut(at), poss(&col, at), &what);
            }
        }
        Excluded::Each(ListRef::Literal(nodes)) => {
            for node in nodes {
                bar(frame, rows, &Excluded::One(*node));
            }
        }
        Excluded::Each(list) => {
            let what = match list {
                ListRef::Field(var, field) => what(frame.env, *var, *field, false),
                _ => Arc::from("among those who are excluded"),
            };
            let found = elements(frame, list);
            let answered = match list {
                ListRef::Answer(node) => Some(super::super::plugin::answered_values(frame, *node, &found)),
                _ => None,
            };
            for (at, element) in found.iter().enumerate() {
                let value = match &answered {
                    _ if element.phantom || !element.certain => Poss::Any,
                    Some(answered) => poss(answered, at),
                    None => name(frame, list, element),
                };
                add(rows.get_mut(element.parent as usize), value, &what);
            }
        }
    }
}

/// Whom an element of a set of persons or texts names.
fn name(frame: &Frame<'_>, list: &ListRef, element: &Element) -> Poss {
    let ListRef::Field(var, field) = list else { return Poss::Any };
    let Some(Column::List(column)) = frame.env.table(*var).and_then(|table| table.column(*field)) else {
        return Poss::Any;
    };
    match column.rows.columns.first() {
        Some(Column::Scalar(values)) => scalar_at(values, element.row as usize),
        _ => Poss::Any,
    }
}

/// `the change's requester`, `among the asset's approvers`
fn described(env: &Env<'_>, var: VarId, field: FieldId, one: bool) -> Arc<str> {
    let Some(info) = env.program.vars.get(usize::from(var.0)) else { return Arc::from("excluded") };
    let name = env.program.schema.field(info.table, field).map_or("", |field| field.name.as_str());
    let name = name.replace(['_', '.'], " ");
    let owner = match var {
        VarId::CHANGE => "the change".to_owned(),
        VarId::ASSET => "the asset".to_owned(),
        _ => format!("`{}`", info.name),
    };
    Arc::from(format!("{}{owner}'s {name}", if one { "" } else { "among " }))
}

fn phrase(env: &Env<'_>, node: NodeId) -> Arc<str> {
    let text = env.node(node).map_or_else(String::new, |node| env.program.sources.phrase(node.span));
    Arc::from(format!("`{text}`"))
}
