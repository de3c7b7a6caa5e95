//! The category of a change, or of each of its assets.

use std::collections::HashSet;

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
    by_arm(frame, def).named(def)
}

/// Which arms are possible, by their positions: two arms may give one category, and which of them it is decides which is the earlier.
struct ByArm {
    possible: Vec<Poss>,
    /// The first arm that is certain.
    reported: Vec<Option<i64>>,
}

impl ByArm {
    fn named(self, def: &Categorise) -> Category {
        let code = |at: i64| usize::try_from(at).ok().and_then(|at| def.arms.get(at)).map(|arm| arm.code);
        let mut builder = ValsBuilder::new(self.possible.len(), false);
        for poss in self.possible {
            builder.push(poss.map(|at| Some(Raw::Int(code(at.int()?)?)), Some(Raw::None)));
        }
        let reported = self.reported.into_iter().map(|at| at.and_then(code)).collect();
        Category { possible: builder.finish(), reported }
    }
}

fn by_arm(frame: &Frame<'_>, def: &Categorise) -> ByArm {
    let scope = decides(frame, &def.head);
    let now = frame.env.now.micros();
    let in_force = def.head.effective_from.is_none_or(|from| from <= now)
        && def.head.effective_until.is_none_or(|until| now < until);
    let walk = walk(frame, &scope, None, &def.arms);
    let mut possible = Vec::with_capacity(frame.len());
    let mut reported = Vec::with_capacity(frame.len());
    for row in 0..frame.len() {
        let mut here = Vec::new();
        if !in_force || bit(&walk.none, row) {
            here.push(Raw::None);
        }
        let mut first = None;
        if in_force {
            for (at, (may, must)) in (0_i64..).zip(walk.possible.iter().zip(&walk.certain)) {
                if bit(may, row) {
                    here.push(Raw::Int(at));
                }
                if first.is_none() && bit(must, row) {
                    first = Some(at);
                }
            }
        }
        reported.push(first);
        possible.push(Poss::of(here));
    }
    ByArm { possible, reported }
}

/// The earliest arm that any asset of the change has.
fn earliest(frame: &Frame<'_>, def: &Categorise) -> Category {
    let mut found = elements(frame, &ListRef::AssetsOf(VarId::CHANGE));
    found.sort_by_key(|element| (element.parent, !element.certain));
    let certain: HashSet<usize> = found.iter().filter(|e| e.certain).map(|e| e.parent as usize).collect();
    let mut possible: Vec<Option<Poss>> = vec![None; frame.len()];
    let mut reported: Vec<Option<i64>> = vec![None; frame.len()];
    for chunk in found.chunks(4096) {
        let inner = element_frame(frame, VarId::ASSET, &ListRef::AssetsOf(VarId::CHANGE), chunk);
        let each = by_arm(&inner, def);
        for ((element, value), arm) in chunk.iter().zip(each.possible).zip(each.reported) {
            let parent = element.parent as usize;
            if let Some(so_far) = possible.get_mut(parent) {
                // Where no asset is certain one of the others is there.
                *so_far = Some(match so_far.take() {
                    None => value,
                    Some(before) if element.certain => Extreme::Earliest.of(&before, &value),
                    Some(before) if certain.contains(&parent) => Extreme::Earliest.of_maybe(&before, &value),
                    Some(before) => Extreme::Earliest.of_maybe(&before, &value).union(&value),
                });
            }
            if let (Some(so_far), Some(arm)) = (reported.get_mut(parent), arm)
                && element.certain
            {
                *so_far = Some(so_far.map_or(arm, |a: i64| a.min(arm)));
            }
        }
    }
    let possible = possible.into_iter().map(|poss| poss.unwrap_or(Poss::One(Raw::None))).collect();
    ByArm { possible, reported }.named(def)
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
