//! Triage: the level and due date of every finding, and of every asset.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use rayon::prelude::*;

use crate::check::program::{DueNode, NodeId, Triage, VarId, Waivable, ZoneRef};
use crate::check::schema::TableId;
use crate::check::types::Type;
use crate::facts::table::{Column, TableData};
use crate::time::{Instant, Zone};

use super::arith::end_of_day;
use super::arms::{Walk, bit, decides, walk};
use super::column::{Rows, Vals, ValsBuilder};
use super::decision::UnknownFact;
use super::env::{BlockColumns, Env, WaivedColumns};
use super::frame::{Binding, Frame, poss};
use super::value::{Could, Extreme, Poss, Raw};
use super::{unknown, waiver};

/// Works out all blocks, and what is due over all of them.
pub fn work_out(env: &mut Env<'_>, batch: usize) {
    for index in 0..env.program.triages.len() {
        let Some(block) = env.program.triages.get(index) else { continue };
        let columns = block_columns(env, index, block, batch);
        env.triage.push(columns);
    }
    let due = over_all(env, |block| &block.due);
    // First over the blocks and then over the findings: an unseen finding that is there is there for all blocks.
    let asset_due = by_asset(env, &due, Extreme::Earliest);
    if env.triage.iter().any(|block| block.counts && block.waived.is_some()) {
        let late = over_all(env, BlockColumns::late);
        let asset_late = by_asset(env, &late, Extreme::Earliest);
        env.late = Some((late, asset_late));
    }
    env.due = Some(due);
    env.asset_due = Some(asset_due);
}

/// The earliest of the due dates of the blocks that count, by finding.
fn over_all(env: &Env<'_>, of: impl Fn(&BlockColumns) -> &Vals) -> Vals {
    let counting: Vec<&Vals> = env.triage.iter().filter(|block| block.counts).map(of).collect();
    let findings = env.rows_of(TableId::FINDING).map_or(0, |table| table.len);
    let mut builder = ValsBuilder::new(findings, false);
    for row in 0..findings {
        let due = counting.iter().map(|due| due.at(row));
        builder.push(due.fold(Poss::One(Raw::None), |a, b| Extreme::Earliest.of(&a, &b)));
    }
    builder.finish()
}

fn block_columns(env: &Env<'_>, index: usize, block: &Triage, batch: usize) -> BlockColumns {
    let now = env.now.micros();
    let in_force = block.head.effective_from.is_none_or(|from| from <= now)
        && block.head.effective_until.is_none_or(|until| now < until);
    let counts = in_force && block.head.trial_until.is_none_or(|until| now >= until);
    let Some(findings) = env.rows_of(TableId::FINDING) else {
        let none = |len| Vals::constant(len, Raw::None);
        let assets = env.facts.assets.len;
        return BlockColumns {
            level: none(0),
            due: none(0),
            asset_level: none(assets),
            asset_due: none(assets),
            reported: Vec::new(),
            counts,
            in_force,
            waived: None,
        };
    };
    let batch = batch.max(1);
    let target = u16::try_from(index).ok().map(Waivable::Triage).filter(|target| waiver::concerned(env, *target));
    let starts: Vec<usize> = (0..findings.len).step_by(batch).collect();
    let parts: Vec<Part> = starts
        .par_iter()
        .map(|start| part(env, block, findings, *start..(start + batch).min(findings.len), in_force, target))
        .collect();
    let mut level = ValsBuilder::new(findings.len, false);
    let mut due = ValsBuilder::new(findings.len, false);
    let mut reported = Vec::with_capacity(findings.len);
    let mut waived: Vec<Could> = Vec::new();
    for part in parts {
        part.level.into_iter().for_each(|poss| level.push(poss));
        part.due.into_iter().for_each(|poss| due.push(poss));
        reported.extend(part.reported);
        waived.extend(part.waived);
    }
    let (level, due) = (level.finish(), due.finish());
    let waived = target.map(|_| without_waived(env, &due, &waived));
    let asset_level = by_asset(env, &level, Extreme::Highest);
    let asset_due = by_asset(env, &due, Extreme::Earliest);
    BlockColumns { level, due, asset_level, asset_due, reported, counts, in_force, waived }
}

/// What is left to be missed where findings are waived: nothing where that is certain, and perhaps nothing where it may be.
fn without_waived(env: &Env<'_>, due: &Vals, waived: &[Could]) -> WaivedColumns {
    let mut builder = ValsBuilder::new(due.len(), false);
    let at = |row: usize| waived.get(row).copied().unwrap_or(Could::certain(false));
    for row in 0..due.len() {
        let (due, waived) = (due.at(row), at(row));
        builder.push(match (waived.be_true, waived.be_false) {
            (true, false) => Poss::One(Raw::None),
            (true, true) => due.union(&Poss::One(Raw::None)),
            (false, _) => due,
        });
    }
    let certain = BooleanBuffer::collect_bool(due.len(), |row| !at(row).be_false);
    let perhaps = BooleanBuffer::collect_bool(due.len(), |row| at(row).be_true);
    let due = builder.finish();
    let asset_due = by_asset(env, &due, Extreme::Earliest);
    WaivedColumns { certain, perhaps, due, asset_due }
}

struct Part {
    level: Vec<Poss>,
    due: Vec<Poss>,
    reported: Vec<Option<i64>>,
    waived: Vec<Could>,
}

/// The frame of some findings.
pub fn finding_frame<'q>(root: &'q Frame<'_>, findings: &TableData, rows: &[u32]) -> Frame<'q> {
    let owners = rows.iter().map(|row| findings.owner.get(*row as usize).copied().unwrap_or(u32::MAX)).collect();
    root.inner(
        rows.len(),
        Rows::First,
        vec![(VarId::FINDING, Binding::Rows(Arc::new(rows.to_vec()))), (VarId::ASSET, Binding::Rows(Arc::new(owners)))],
    )
}

fn part(
    env: &Env<'_>,
    block: &Triage,
    findings: &TableData,
    range: std::ops::Range<usize>,
    in_force: bool,
    target: Option<Waivable>,
) -> Part {
    let len = range.len();
    if !in_force {
        let none = || vec![Poss::One(Raw::None); len];
        return Part { level: none(), due: none(), reported: vec![None; len], waived: Vec::new() };
    }
    let root = Frame::root(env);
    let rows: Vec<u32> = range.filter_map(|row| u32::try_from(row).ok()).collect();
    let frame = finding_frame(&root, findings, &rows);
    let possible = possible(&frame, block);
    let dues: Vec<Option<Vals>> =
        block.arms.iter().map(|arm| arm.due.as_ref().map(|due| due_times(&frame, due, arm.code))).collect();
    let now = env.now.micros();
    let waived = target.map_or_else(Vec::new, |target| {
        let waived = waiver::in_effect(&frame, target);
        (0..len).map(|row| waived.at(row)).collect()
    });
    let mut part = Part {
        level: Vec::with_capacity(len),
        due: Vec::with_capacity(len),
        reported: Vec::with_capacity(len),
        waived,
    };
    for (row, possible) in possible.iter().enumerate() {
        let mut level: Option<Poss> = None;
        let mut due: Option<Poss> = None;
        let mut reported: Option<i64> = None;
        let mut add = |code: Raw, time: Poss| {
            let earliest = earliest(&time, now);
            reported = match (reported, earliest) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            level = Some(level.take().map_or(Poss::One(code), |l| l.union(&Poss::One(code))));
            due = Some(due.take().map_or(time.clone(), |d| d.union(&time)));
        };
        if possible.none {
            add(Raw::None, Poss::One(Raw::None));
        }
        if let Some(done) = possible.done {
            add(Raw::Int(done), Poss::One(Raw::None));
        }
        for at in &possible.arms {
            let Some(arm) = block.arms.get(*at) else { continue };
            let time = dues.get(*at).and_then(Option::as_ref).map_or(Poss::One(Raw::None), |due| due.at(row));
            add(Raw::Int(arm.code), time);
        }
        part.level.push(level.unwrap_or(Poss::Any));
        part.due.push(due.unwrap_or(Poss::Any));
        part.reported.push(reported);
    }
    part
}

/// The earliest time that a due date may be; `now` where it cannot be told, none where there is certainly no deadline.
#[must_use]
pub fn earliest(due: &Poss, now: i64) -> Option<i64> {
    match due {
        Poss::Any => Some(now),
        Poss::Range(low, ..) => Some(low.and_then(Raw::int).unwrap_or(now)),
        Poss::One(_) | Poss::Set(_) => due.list().unwrap_or_default().iter().filter_map(|raw| raw.int()).min(),
    }
}

/// What one finding's level may be.
#[derive(Clone, Debug, Default)]
pub struct Possible {
    /// No level.
    pub none: bool,
    /// The code of `done`.
    pub done: Option<i64>,
    /// The arms.
    pub arms: Vec<usize>,
}

/// Which arms are possible for each finding of a frame.
#[must_use]
pub fn possible(frame: &Frame<'_>, block: &Triage) -> Vec<Possible> {
    let scope = decides(frame, &block.head);
    let done = block.levels.code("done");
    let Some(decide) = block.decide else {
        let walk = walk(frame, &scope, block.done, &block.arms);
        return (0..frame.len()).map(|row| of_walk(&walk, row, done)).collect();
    };
    let walk = walk(frame, &scope, block.done, &[]);
    let outcomes = frame.eval(decide);
    let names = match frame.env.base(decide) {
        Type::Enum(def) => Some(def),
        _ => None,
    };
    (0..frame.len())
        .map(|row| {
            let mut possible = of_walk(&walk, row, done);
            // Certainly done, or certainly out of scope: no arm is asked.
            let finished = block.done.is_some_and(|done| frame.truth(done).must_at(row));
            if !scope.may_at(row) || finished {
                return possible;
            }
            let outcome = super::frame::poss(&outcomes, row);
            possible.arms = match (outcome.list(), names) {
                (Some(values), Some(names)) => values
                    .iter()
                    .filter_map(|raw| block.levels.code(names.value(raw.int()?)?))
                    .filter_map(|code| block.arms.iter().position(|arm| arm.code == code))
                    .collect(),
                _ => (0..block.arms.len()).collect(),
            };
            possible
        })
        .collect()
}

fn of_walk(walk: &Walk, row: usize, done: Option<i64>) -> Possible {
    Possible {
        none: bit(&walk.none, row),
        done: done.filter(|_| bit(&walk.done, row)),
        arms: walk.possible.iter().enumerate().filter(|(_, mask)| bit(mask, row)).map(|(at, _)| at).collect(),
    }
}

/// When something is due, and what is missing for that.
pub type Due = (Option<Instant>, Vec<UnknownFact>);

/// When something is due in each row of a frame: the earliest that it may be, `now` where it cannot be told, none where there is no deadline.
#[must_use]
pub fn dues(frame: &Frame<'_>, due: &DueNode) -> Vec<Due> {
    let times = due_times(frame, due, 0);
    let now = frame.env.now.micros();
    // What hangs on no asset is missing for all of them alike.
    let names = |var| due.nodes().any(|node| frame.env.node(node).is_none_or(|node| node.vars.contains(&var)));
    let alike = !names(VarId::ASSET) && !names(VarId::FINDING);
    let mut lacking: Option<Vec<UnknownFact>> = None;
    (0..frame.len())
        .map(|row| {
            let time = times.at(row);
            let lacks = match (time.one(), &lacking) {
                (Some(_), _) => Vec::new(),
                (None, Some(lacking)) if alike => lacking.clone(),
                (None, _) => unknown::missing(frame, row, &due_nodes(due), None),
            };
            if time.one().is_none() {
                lacking = Some(lacks.clone());
            }
            (earliest(&time, now).and_then(Instant::from_micros), lacks)
        })
        .collect()
}

/// What a deadline reads.
#[must_use]
pub fn due_nodes(due: &DueNode) -> Vec<NodeId> {
    due.nodes().collect()
}

/// When each finding of a frame would be due by an arm's deadline.
#[must_use]
pub fn due_times(frame: &Frame<'_>, due: &DueNode, level: i64) -> Vals {
    let inner = frame.for_arm(level);
    let vals = inner.vals(due.node);
    let env = frame.env;
    let date = matches!(env.base(due.node), Type::Date);
    let end_of = |zone: ZoneRef, row: usize| match zone {
        ZoneRef::Fixed(zone) => env.zone(zone).cloned(),
        ZoneRef::Node(node) => {
            let name = poss(&inner.eval(node), row).one().and_then(Raw::int)?;
            Zone::get(&env.text(name))
        }
    };
    let mut builder = ValsBuilder::new(frame.len(), false);
    for row in 0..frame.len() {
        let end_zone = due.end_of_day.map(|zone| end_of(zone, row));
        builder.push(vals.at(row).map(
            |raw| {
                let value = raw.int()?;
                let end = |zone: &Zone, days| Some(Raw::Int(end_of_day(zone, days)?));
                match (date, &end_zone) {
                    (true, None) => end(env.zone(due.zone)?, value),
                    (true, Some(zone)) => end(zone.as_ref()?, value),
                    (false, Some(zone)) => {
                        let zone = zone.as_ref()?;
                        end(zone, zone.local(Instant::from_micros(value)?)?.date().days())
                    }
                    (false, None) => Some(raw),
                }
            },
            Some(Raw::None),
        ));
    }
    builder.finish()
}

/// The extreme over the findings of every asset; unseen findings may be there or not.
fn by_asset(env: &Env<'_>, vals: &Vals, extreme: Extreme) -> Vals {
    let assets = &env.facts.assets;
    let mut builder = ValsBuilder::new(assets.len, false);
    let list = assets.columns.iter().find_map(|column| match column {
        Column::List(list) if list.rows.table == TableId::FINDING => Some(list),
        _ => None,
    });
    for row in 0..assets.len {
        let range = list
            .and_then(|list| Some((*list.offsets.get(row)?, *list.offsets.get(row + 1)?)))
            .map_or(0..0, |(from, to)| from..to);
        let mut result = Poss::One(Raw::None);
        for finding in range {
            let at = finding as usize;
            let unseen = list.is_some_and(|list| bit(&list.rows.phantom, at));
            let value = vals.at(at);
            result = if unseen { extreme.of_maybe(&result, &value) } else { extreme.of(&result, &value) };
        }
        builder.push(result);
    }
    builder.finish()
}
