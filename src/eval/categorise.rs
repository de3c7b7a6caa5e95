//! The category of a change, or of each of its assets.

use std::sync::Arc;

use crate::check::program::{Categorise, ListRef, VarId};

use arrow_buffer::BooleanBuffer;

use super::arms::{Choice, Walk, bit, decides, walk};
use super::candidates::Kind;
use super::column::{Data, Vals, ValsBuilder};
use super::frame::Frame;
use super::mask;
use super::observe::Step;
use super::quant::{element_frame, elements};
use super::survey::{self, Found, Root};
use super::value::{Extreme, Poss, Raw};

/// What the category may be, and what is reported.
#[derive(Clone, Debug)]
pub struct Category {
    /// The codes that it may be; `none` where the statement may not apply.
    pub possible: Vals,
    /// The first arm that is certain, as a code.
    pub reported: Vec<Option<i64>>,
    /// The rows of each arm, where every row certainly has one.
    pub settled: Option<Vec<BooleanBuffer>>,
}

impl Category {
    fn unknown(len: usize) -> Self {
        Self { possible: Vals::unknown(len), reported: vec![None; len], settled: None }
    }
}

/// The category by one block for every row: of the change, or of the asset that `var` stands for.
#[must_use]
pub fn category(frame: &Frame<'_>, block: u16, var: Option<VarId>) -> Category {
    let _going = frame.env.going(Step::Categorise(block));
    let len = frame.len();
    let Some(def) = frame.env.program.categorises.get(usize::from(block)) else {
        return Category::unknown(len);
    };
    match (def.each_asset, var) {
        (true, None) => earliest_of_each(frame, block, def),
        (true, Some(var)) if var != VarId::ASSET => match frame.rows(var) {
            Some(rows) => decide(&frame.rebound(VarId::ASSET, rows), def),
            None => Category::unknown(len),
        },
        _ => kept(frame, block, def).named(def),
    }
}

fn decide(frame: &Frame<'_>, def: &Categorise) -> Category {
    by_arm(frame, def).named(def)
}

/// The arms of a block in a frame that binds assets: worked out once, whoever asks.
fn kept(frame: &Frame<'_>, block: u16, def: &Categorise) -> Arc<ByArm> {
    frame.categories(block, || Arc::new(by_arm(frame, def)))
}

/// The category of each row's own asset, and the earliest of them; `certain` says of a row whether the change certainly touches its asset.
#[must_use]
pub fn of_assets(frame: &Frame<'_>, block: u16, certain: impl Fn(usize) -> bool) -> (Category, Earliest) {
    let all_certain = (0..frame.len()).fold(true, |so_far, row| so_far & certain(row));
    let _going = frame.env.going(Step::Categorise(block));
    let mut earliest = Earliest::default();
    let Some(def) = frame.env.program.categorises.get(usize::from(block)) else {
        return (Category::unknown(frame.len()), earliest);
    };
    let each = kept(frame, block, def);
    if let Some(settled) = each.settled.as_ref().filter(|_| all_certain) {
        for (at, _) in (0_i64..).zip(settled).filter(|(_, rows)| mask::any(rows)) {
            earliest.add_arm(Poss::One(Raw::Int(at)), Some(at), true);
        }
        return (each.named(def), earliest);
    }
    for (row, arm) in each.reported.iter().enumerate() {
        earliest.add_arm(each.possible.at(row), *arm, certain(row));
    }
    (each.named(def), earliest)
}

/// Which arms are possible, by their positions: two arms may give one category, and which of them it is decides which is the earlier.
#[derive(Debug)]
pub struct ByArm {
    possible: Vals,
    /// The first arm that is certain.
    reported: Vec<Option<i64>>,
    /// The rows of each arm, where every row certainly has one.
    settled: Option<Vec<BooleanBuffer>>,
}

impl ByArm {
    /// Where every row certainly has an arm: these are the rows of each.
    fn settled(rows: Vec<BooleanBuffer>, len: usize) -> Self {
        let (mut values, mut reported) = (vec![0; len], vec![None; len]);
        for (at, rows) in (0_i64..).zip(&rows) {
            for row in mask::rows(rows) {
                if let (Some(value), Some(first)) = (values.get_mut(row), reported.get_mut(row)) {
                    (*value, *first) = (at, Some(at));
                }
            }
        }
        Self { possible: Vals::known(Data::Int(values.into())), reported, settled: Some(rows) }
    }

    /// The same by the codes of the categories, which more than one arm may have.
    fn named(&self, def: &Categorise) -> Category {
        let code = |at: i64| usize::try_from(at).ok().and_then(|at| def.arms.get(at)).map(|arm| arm.code);
        if let (Some(arms), Some(settled)) = (self.possible.ints(), &self.settled) {
            let reported: Vec<Option<i64>> = arms.iter().map(|at| code(*at)).collect();
            let codes: Vec<i64> = reported.iter().map(|code| code.unwrap_or_default()).collect();
            let possible = Vals::known(Data::Int(codes.into()));
            return Category { possible, reported, settled: Some(settled.clone()) };
        }
        let mut builder = ValsBuilder::new(self.possible.len(), false);
        for row in 0..self.possible.len() {
            match self.possible.certain(row) {
                Some(Raw::Int(at)) => builder.push_one(code(at).map(Raw::Int)),
                Some(raw) => builder.push_one(Some(raw)),
                None => builder.push(self.possible.at(row).map(|at| Some(Raw::Int(code(at.int()?)?)), Some(Raw::None))),
            }
        }
        let reported = self.reported.iter().map(|at| at.and_then(code)).collect();
        Category { possible: builder.finish(), reported, settled: None }
    }
}

fn by_arm(frame: &Frame<'_>, def: &Categorise) -> ByArm {
    let now = frame.env.now.micros();
    let in_force = def.head.effective_from.is_none_or(|from| from <= now)
        && def.head.effective_until.is_none_or(|until| now < until);
    if !in_force {
        let possible = Vals::constant(frame.len(), Raw::None);
        return ByArm { possible, reported: vec![None; frame.len()], settled: None };
    }
    let walk = walk(frame, &decides(frame, &def.head), None, &def.arms, Kind::of_categorise(frame.env, def));
    if is_settled(&walk, frame.len()) {
        return ByArm::settled(walk.certain, frame.len());
    }
    let mut reported = vec![None; frame.len()];
    for (at, certain) in (0_i64..).zip(&walk.certain) {
        for row in mask::rows(certain) {
            if let Some(first @ None) = reported.get_mut(row) {
                *first = Some(at);
            }
        }
    }
    let answers = (0_i64..).zip(&walk.possible).map(|(at, mask)| (Raw::Int(at), mask));
    let choice = Choice::new(frame.len(), std::iter::once((Raw::None, &walk.none)).chain(answers));
    let possible = choice.finish(|row| {
        let mut here = Vec::new();
        if bit(&walk.none, row) {
            here.push(Raw::None);
        }
        let arms = (0_i64..).zip(&walk.possible).filter(|(_, may)| bit(may, row));
        here.extend(arms.map(|(at, _)| Raw::Int(at)));
        Poss::of(here)
    });
    ByArm { possible, reported, settled: None }
}

/// Whether every row certainly has one arm.
fn is_settled(walk: &Walk, len: usize) -> bool {
    let certain = walk.certain.iter().zip(&walk.possible).all(|(certain, possible)| mask::are_same(certain, possible));
    // No arm is possible where one before it is certain: so many rows are different ones.
    certain && !mask::any(&walk.none) && walk.certain.iter().map(mask::count).sum::<usize>() == len
}

/// The earliest arm that assets of a change have, as far as they were looked at.
#[derive(Clone, Debug, Default)]
pub struct Earliest {
    /// Over those that the change certainly touches.
    certain: Option<Poss>,
    /// Of those that it perhaps touches, each once.
    perhaps: Vec<Poss>,
    /// The first arm that is certain.
    reported: Option<i64>,
}

impl Earliest {
    fn add(&mut self, value: Poss, arm: Option<i64>, certain: bool) {
        if certain {
            self.certain = Some(match self.certain.take() {
                None => value,
                Some(before) => Extreme::Earliest.of(&before, &value),
            });
            if let Some(arm) = arm {
                self.reported = Some(self.reported.map_or(arm, |so_far| so_far.min(arm)));
            }
        } else if !self.perhaps.contains(&value) {
            self.perhaps.push(value);
        }
    }

    fn add_arm(&mut self, value: Poss, arm: Option<i64>, certain: bool) {
        // Most assets have the arm that was the earliest so far, or a later one.
        if certain
            && let (Poss::One(Raw::Int(new)), Some(Poss::One(Raw::Int(known)))) = (&value, &self.certain)
            && new >= known
            && arm.is_none_or(|arm| self.reported.is_some_and(|so_far| so_far <= arm))
        {
            return;
        }
        self.add(value, arm, certain);
    }

    /// Takes in what was found of other assets.
    pub fn merge(&mut self, other: Self) {
        if let Some(value) = other.certain {
            self.add(value, other.reported, true);
        }
        other.perhaps.into_iter().for_each(|value| self.add(value, None, false));
    }

    fn possible(self) -> Poss {
        let has_certain = self.certain.is_some();
        let add = |so_far: Option<Poss>, value: Poss| {
            Some(match so_far {
                None => value,
                Some(before) if has_certain => Extreme::Earliest.of_maybe(&before, &value),
                // Where no asset is certain one of the others is there.
                Some(before) => Extreme::Earliest.of_maybe(&before, &value).union(&value),
            })
        };
        self.perhaps.into_iter().fold(self.certain, add).unwrap_or(Poss::One(Raw::None))
    }

    /// The categories in the order of the arms: the reported one, and all possible ones.
    #[must_use]
    pub fn names(self, def: &Categorise) -> (Option<String>, Vec<String>) {
        let reported = vec![self.reported];
        let by_arm = ByArm { possible: column(std::iter::once(self.possible())), reported, settled: None };
        names(def, &by_arm.named(def), 0)
    }
}

/// The earliest arm that any asset of the change has, for every row.
#[must_use]
pub fn earliest(frame: &Frame<'_>, def: &Categorise) -> Vec<Earliest> {
    let found = elements(frame, &ListRef::AssetsOf(VarId::CHANGE));
    let mut all = vec![Earliest::default(); frame.len()];
    for chunk in found.chunks(4096) {
        let inner = element_frame(frame, VarId::ASSET, &ListRef::AssetsOf(VarId::CHANGE), chunk);
        let each = by_arm(&inner, def);
        for (at, (element, arm)) in chunk.iter().zip(each.reported).enumerate() {
            if let Some(earliest) = all.get_mut(element.parent as usize) {
                earliest.add(each.possible.at(at), arm, element.certain);
            }
        }
    }
    all
}

fn column(rows: impl ExactSizeIterator<Item = Poss>) -> Vals {
    let mut builder = ValsBuilder::new(rows.len(), false);
    rows.for_each(|row| builder.push(row));
    builder.finish()
}

fn earliest_of_each(frame: &Frame<'_>, block: u16, def: &Categorise) -> Category {
    let known = survey::known(frame, Root::Category(block), Found::earliest);
    let all = known.unwrap_or_else(|| earliest(frame, def));
    let reported = all.iter().map(|earliest| earliest.reported).collect();
    ByArm { possible: column(all.into_iter().map(Earliest::possible)), reported, settled: None }.named(def)
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
