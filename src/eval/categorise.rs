//! The category of a change, or of each of its assets.

use crate::check::program::{Categorise, ListRef, VarId};

use super::arms::{bit, decides, walk};
use super::column::{Vals, ValsBuilder};
use super::frame::Frame;
use super::quant::{element_frame, elements};
use super::value::{Extreme, Poss, Raw};

/// What the category may be, and what is reported.
#[derive(Clone, Debug)]
pub struct Category {
    /// The codes that it may be; `none` where the statement may not apply.
    pub possible: Vals,
    /// The first arm that is certain, as a code.
    pub reported: Vec<Option<i64>>,
}

/// The category by one block for every row: of the change, or of the asset that `var` stands for.
#[must_use]
pub fn category(frame: &Frame<'_>, block: u16, var: Option<VarId>) -> Category {
    let len = frame.len();
    let Some(def) = frame.env.program.categorises.get(usize::from(block)) else {
        return Category { possible: Vals::unknown(len), reported: vec![None; len] };
    };
    match (def.each_asset, var) {
        (true, None) => earliest(frame, def),
        (true, Some(var)) if var != VarId::ASSET => match frame.rows(var) {
            Some(rows) => decide(&frame.rebound(VarId::ASSET, rows), def),
            None => Category { possible: Vals::unknown(len), reported: vec![None; len] },
        },
        _ => decide(frame, def),
    }
}

fn decide(frame: &Frame<'_>, def: &Categorise) -> Category {
    let scope = decides(frame, &def.head);
    let now = frame.env.now.micros();
    let in_force = def.head.effective_from.is_none_or(|from| from <= now)
        && def.head.effective_until.is_none_or(|until| now < until);
    let walk = walk(frame, &scope, None, &def.arms);
    let mut builder = ValsBuilder::new(frame.len(), false);
    let mut reported = Vec::with_capacity(frame.len());
    for row in 0..frame.len() {
        let mut possible = Vec::new();
        if !in_force || bit(&walk.none, row) {
            possible.push(Raw::None);
        }
        let mut first = None;
        if in_force {
            for ((arm, may), must) in def.arms.iter().zip(&walk.possible).zip(&walk.certain) {
                if bit(may, row) {
                    possible.push(Raw::Int(arm.code));
                }
                if first.is_none() && bit(must, row) {
                    first = Some(arm.code);
                }
            }
        }
        reported.push(first);
        builder.push(Poss::of(possible));
    }
    Category { possible: builder.finish(), reported }
}

/// The earliest arm that any asset of the change has.
fn earliest(frame: &Frame<'_>, def: &Categorise) -> Category {
    let found = elements(frame, &ListRef::Assets);
    let mut possible = vec![Poss::One(Raw::None); frame.len()];
    let mut reported = vec![None; frame.len()];
    for chunk in found.chunks(4096) {
        let inner = element_frame(frame, VarId::ASSET, &ListRef::Assets, chunk);
        let each = decide(&inner, def);
        for (at, element) in chunk.iter().enumerate() {
            let parent = element.parent as usize;
            let value = each.possible.at(at);
            if let Some(so_far) = possible.get_mut(parent) {
                *so_far = if element.certain {
                    Extreme::Earliest.of(so_far, &value)
                } else {
                    Extreme::Earliest.of_maybe(so_far, &value)
                };
            }
            if let (Some(so_far), Some(Some(code))) = (reported.get_mut(parent), each.reported.get(at).copied())
                && element.certain
            {
                *so_far = Some(so_far.map_or(code, |c: i64| c.min(code)));
            }
        }
    }
    let mut builder = ValsBuilder::new(frame.len(), false);
    possible.into_iter().for_each(|poss| builder.push(poss));
    Category { possible: builder.finish(), reported }
}

/// The categories of one row in the order of the arms: the reported one, and all possible ones.
#[must_use]
pub fn names(def: &Categorise, category: &Category, row: usize) -> (Option<String>, Vec<String>) {
    let name = |code: i64| def.categories.value(code).map(str::to_owned);
    let possible = match category.possible.at(row).list() {
        Some(values) => values.iter().filter_map(|raw| name(raw.int()?)).collect(),
        None => def.categories.values.clone(),
    };
    (category.reported.get(row).copied().flatten().and_then(name), possible)
}
