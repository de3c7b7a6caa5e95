//! Triage: the level and due date of every finding, and of every asset.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use crate::check::program::{DueNode, NodeId, Triage, VarId, Waivable, ZoneRef};
use crate::check::schema::TableId;
use crate::check::types::Type;
use crate::facts::table::{Column, ListColumn, TableData};
use crate::time::{Instant, Zone};

use super::arith::end_of_day;
use super::arms::{Choice, bit, decides, walk};
use super::candidates::Kind;
use super::column::{Data, Rows, State, Vals, ValsBuilder};
use super::decision::UnknownFact;
use super::env::{BlockColumns, Env, Shown, WaivedColumns};
use super::frame::{Binding, Frame, poss};
use super::mask::{self, Marks};
use super::observe::Step;
use super::value::{Could, Extreme, Poss, Raw};
use super::{beside, unknown, waiver};

/// Works out all blocks, and what is due over all of them.
pub fn work_out(env: &mut Env<'_>, batch: usize) {
    for index in 0..env.program.triages.len() {
        let Some(block) = env.program.triages.get(index) else { continue };
        let columns = block_columns(env, index, block, batch);
        env.triage.push(columns);
    }
    let due = over_all(env, |block| &block.due);
    // First over the blocks and then over the findings: an unseen finding that is there is there for all blocks.
    let asset_due = match counting(env).as_slice() {
        [one] if one.due.is_one_or_any() => one.asset_due.clone(),
        _ => by_asset(env, &due, Extreme::Earliest),
    };
    if env.triage.iter().any(|block| block.counts && block.waived.is_some()) {
        let late = over_all(env, BlockColumns::late);
        let asset_late = by_asset(env, &late, Extreme::Earliest);
        env.late = Some((late, asset_late));
    }
    env.due = Some(due);
    env.asset_due = Some(asset_due);
}

/// The blocks that count.
fn counting<'e>(env: &'e Env<'_>) -> Vec<&'e BlockColumns> {
    env.triage.iter().filter(|block| block.counts).collect()
}

/// The earliest of the due dates of the blocks that count, by finding.
fn over_all(env: &Env<'_>, of: impl Fn(&BlockColumns) -> &Vals) -> Vals {
    let counting: Vec<&Vals> = counting(env).into_iter().map(of).collect();
    let findings = env.rows_of(TableId::FINDING).map_or(0, |table| table.len);
    if let [one] = counting.as_slice()
        && one.len() == findings
        && one.is_one_or_any()
    {
        return (*one).clone();
    }
    if counting.is_empty() {
        return Vals::constant(findings, Raw::None);
    }
    let mut found = Settled::new(findings);
    let columns: Vec<(&Vals, &[i64])> = counting.iter().map(|due| (*due, due.ints().unwrap_or_default())).collect();
    for row in 0..findings {
        let Ok(at) = u32::try_from(row) else { break };
        let all_plain = columns.iter().all(|(due, times)| due.state(row).is_plain() && row < times.len());
        if !all_plain {
            let dues = counting.iter().map(|due| due.at(row));
            found.several(row, dues.fold(Poss::One(Raw::None), |a, b| Extreme::Earliest.of(&a, &b)));
            continue;
        }
        let known = columns.iter().filter(|(due, _)| due.state(row) == State::Known);
        known.filter_map(|(_, times)| times.get(row)).for_each(|time| found.add(at, *time, Extreme::Earliest));
    }
    found.finish()
}

fn step(index: usize) -> Step {
    Step::Triage(u16::try_from(index).unwrap_or(u16::MAX))
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
            shown: vec![Some(Shown::default()); assets],
            counts,
            in_force,
            waived: None,
        };
    };
    let batch = batch.max(1);
    let target = u16::try_from(index).ok().map(Waivable::Triage).filter(|target| waiver::concerned(env, *target));
    let asked = asked_about(env, findings);
    // Those of assets of which nothing is known are worked out by themselves: they say nothing of the others.
    let recorded = of_recorded(env, findings).min(asked);
    let even = recorded.div_ceil(recorded.div_ceil(batch).max(1)).max(1);
    let known = (0..recorded).step_by(even).map(|start| start..(start + even).min(recorded));
    let unknown = (recorded..asked).step_by(batch).map(|start| start..(start + batch).min(asked));
    let ranges: Vec<Range<usize>> = known.chain(unknown).collect();
    let parts = beside::each(&ranges, |range| {
        let _going = env.going(step(index));
        part(env, block, findings, range.clone(), in_force, target)
    });
    let mut levels = Vec::with_capacity(parts.len());
    let mut dues = Vec::with_capacity(parts.len());
    let mut reported = Vec::with_capacity(findings.len);
    let mut waived: Vec<Could> = Vec::new();
    for part in parts {
        levels.push(part.level);
        dues.push(part.due);
        reported.extend(part.reported);
        waived.extend(part.waived);
    }
    let left = findings.len - asked;
    if left > 0 {
        levels.push(Vals::unknown(left));
        dues.push(Vals::unknown(left));
        reported.resize(findings.len, None);
        waived.resize(if target.is_some() { findings.len } else { 0 }, Could::UNKNOWN);
    }
    let _going = env.going(step(index));
    let (level, due) = (Vals::joined(&levels), Vals::joined(&dues));
    let waived = target.map(|_| without_waived(env, &due, &waived));
    let asset_level = by_asset(env, &level, Extreme::Highest);
    let asset_due = by_asset(env, &due, Extreme::Earliest);
    let shown = shown(env, waived.as_ref().map_or(&due, |waived| &waived.due), &reported);
    BlockColumns { level, due, asset_level, asset_due, reported, shown, counts, in_force, waived }
}

/// What is shown of the findings of each asset, where all of them have a due date or none.
fn shown(env: &Env<'_>, due: &Vals, reported: &[Option<i64>]) -> Vec<Option<Shown>> {
    let now = env.now.micros();
    let mut shown = vec![Some(Shown::default()); env.facts.assets.len];
    let findings = env.rows_of(TableId::FINDING).map_or(&[][..], |findings| &findings.owner);
    let Some(times) = due.ints() else { return vec![None; shown.len()] };
    for (at, ((owner, time), reported)) in findings.iter().zip(times).zip(reported).enumerate() {
        let Some(place) = shown.get_mut(*owner as usize) else { continue };
        let (true, Some(of)) = (due.state(at).is_plain(), place.as_mut()) else {
            *place = None;
            continue;
        };
        of.overdue += u64::from(due.state(at) == State::Known && *time < now);
        of.due = match (of.due, *reported) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    shown
}

/// How many findings anybody asks about, from the first: in a portion of an inventory nobody does about the asset that stands for unseen ones,
/// which comes last, but for an earlier duty that does not say whose it is.
fn asked_about(env: &Env<'_>, findings: &TableData) -> usize {
    let facts = env.facts;
    // The last of them stands for duties that were not seen.
    let has_duties = env.rows_of(TableId::DUTY).is_some_and(|duties| duties.len > 1)
        || facts.others_incomplete.contains(&TableId::DUTY);
    if !facts.part || facts.recorded == 0 || has_duties || facts.touched.iter().any(|touched| touched.incomplete) {
        return findings.len;
    }
    of_recorded(env, findings)
}

/// How many findings are of assets that were recorded, from the first.
fn of_recorded(env: &Env<'_>, findings: &TableData) -> usize {
    findings.owner.partition_point(|owner| (*owner as usize) < env.facts.recorded).min(findings.len)
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
    level: Vals,
    due: Vals,
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
    range: Range<usize>,
    in_force: bool,
    target: Option<Waivable>,
) -> Part {
    let len = range.len();
    if !in_force {
        let none = || Vals::constant(len, Raw::None);
        return Part { level: none(), due: none(), reported: vec![None; len], waived: Vec::new() };
    }
    let root = Frame::root(env);
    let rows: Vec<u32> = range.clone().filter_map(|row| u32::try_from(row).ok()).collect();
    let frame = finding_frame(&root, findings, &rows).of_findings(range.start);
    let waived = target.map_or_else(Vec::new, |target| {
        let waived = waiver::in_effect(&frame, target);
        (0..len).map(|row| waived.at(row)).collect()
    });
    let arms = Arms::new(&frame, block);
    let dues: Vec<Option<(Vec<u32>, Vals)>> = block
        .arms
        .iter()
        .zip(&arms.possible)
        .map(|(arm, mask)| arm.due.as_ref().map(|due| dues_of_arm(&frame, due, arm.code, mask)))
        .collect();
    let due_of = |arm: usize, row: usize| match dues.get(arm).and_then(Option::as_ref) {
        Some((rows, due)) => {
            let at = u32::try_from(row).ok().and_then(|row| rows.binary_search(&row).ok());
            at.map_or(Poss::Any, |at| due.at(at))
        }
        None => Poss::One(Raw::None),
    };
    let now = env.now.micros();
    let codes = block.arms.iter().zip(&arms.possible).map(|(arm, mask)| (Raw::Int(arm.code), mask));
    let done = arms.done.as_ref().map(|(code, mask)| (Raw::Int(*code), mask));
    let choice = Choice::new(len, std::iter::once((Raw::None, &arms.none)).chain(done).chain(codes));
    let mut reported = vec![None; len];
    let mut due = Settled::new(len);
    let all_settled = mask::every(choice.settled());
    for dues in &dues {
        let Some((rows, times)) = dues else { continue };
        if let Some(known) = times.ints().filter(|_| all_settled && times.is_plain()) {
            due.put_all(rows, known, times.states(), &mut reported);
            continue;
        }
        for (at, row) in rows.iter().enumerate() {
            let row = *row as usize;
            if bit(choice.settled(), row) {
                due.put(row, times, at);
                if let Some(slot) = reported.get_mut(row) {
                    *slot = match times.certain(at) {
                        Some(Raw::Int(time)) => Some(time),
                        _ => earliest(&times.at(at), now),
                    };
                }
            }
        }
    }
    // What may have several levels is worked out row by row.
    let mut levels: HashMap<usize, Poss> = HashMap::new();
    for row in mask::rows(&mask::not(choice.settled())) {
        let (level, time) = arms.of_row(
            block,
            row,
            |arm| due_of(arm, row),
            |time| {
                if let Some(slot) = reported.get_mut(row) {
                    *slot = match (*slot, earliest(time, now)) {
                        (Some(a), Some(b)) => Some(i64::min(a, b)),
                        (a, b) => a.or(b),
                    };
                }
            },
        );
        levels.insert(row, level);
        due.several(row, time);
    }
    let level = choice.finish(|row| levels.get(&row).cloned().unwrap_or(Poss::Any));
    Part { level, due: due.finish(), reported, waived }
}

/// When the findings are due of which an arm is possible: these rows, and the times.
fn dues_of_arm(frame: &Frame<'_>, due: &DueNode, level: i64, possible: &BooleanBuffer) -> (Vec<u32>, Vals) {
    let rows: Vec<u32> = possible.set_indices_u32().collect();
    let times = if rows.is_empty() {
        Vals::unknown(0)
    } else if rows.len() == frame.len() {
        due_times(frame, due, level)
    } else {
        due_times(&frame.inner(rows.len(), Rows::These(Arc::new(rows.clone())), Vec::new()), due, level)
    };
    (rows, times)
}

/// Values that are put in their places one by one; `none` until then.
struct Settled {
    values: Vec<i64>,
    states: Vec<State>,
    several: Vec<(u32, Poss)>,
}

impl Settled {
    fn new(len: usize) -> Self {
        Self { values: vec![0; len], states: vec![State::None; len], several: Vec::new() }
    }

    /// Due times of these rows that are known or `none`; `reported` takes those that are known.
    fn put_all(&mut self, rows: &[u32], times: &[i64], states: Option<&[State]>, reported: &mut [Option<i64>]) {
        let mut put = |row: u32, time: i64| {
            let row = row as usize;
            if let (Some(slot), Some(state), Some(shown)) =
                (self.values.get_mut(row), self.states.get_mut(row), reported.get_mut(row))
            {
                (*slot, *state, *shown) = (time, State::Known, Some(time));
            }
        };
        match states {
            None => rows.iter().zip(times).for_each(|(row, time)| put(*row, *time)),
            Some(states) => {
                let known = rows.iter().zip(times).zip(states).filter(|(_, state)| **state == State::Known);
                known.for_each(|((row, time), _)| put(*row, *time));
            }
        }
    }

    fn put(&mut self, row: usize, from: &Vals, at: usize) {
        match from.certain(at) {
            Some(Raw::Int(time)) => {
                if let (Some(slot), Some(state)) = (self.values.get_mut(row), self.states.get_mut(row)) {
                    (*slot, *state) = (time, State::Known);
                }
            }
            Some(_) => {}
            None => self.several(row, from.at(at)),
        }
    }

    fn several(&mut self, row: usize, poss: Poss) {
        let (Some(slot), Some(state)) = (self.values.get_mut(row), self.states.get_mut(row)) else { return };
        *state = match poss {
            Poss::One(Raw::Int(time)) => {
                *slot = time;
                State::Known
            }
            Poss::One(_) => State::None,
            Poss::Any => State::Unknown,
            Poss::Set(_) | Poss::Range(..) => {
                if let Ok(at) = u32::try_from(row) {
                    self.several.push((at, poss));
                }
                State::Several
            }
        };
    }

    /// Takes one value more of a row, of which the extreme counts.
    fn add(&mut self, row: u32, value: i64, extreme: Extreme) {
        let row = row as usize;
        let (Some(slot), Some(state)) = (self.values.get_mut(row), self.states.get_mut(row)) else { return };
        *slot = match (*state, extreme) {
            (State::Known, Extreme::Earliest) => value.min(*slot),
            (State::Known, Extreme::Highest) => value.max(*slot),
            _ => value,
        };
        *state = State::Known;
    }

    fn finish(mut self) -> Vals {
        self.several.sort_by_key(|(row, _)| *row);
        Vals::new(Data::Int(self.values.into()), self.states, self.several)
    }
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

/// Which arms are possible for each finding of a frame, as masks.
struct Arms {
    /// No level.
    none: BooleanBuffer,
    /// `done`, with its code.
    done: Option<(i64, BooleanBuffer)>,
    /// Each arm.
    possible: Vec<BooleanBuffer>,
    /// The arms of rows for which a table may pick several, in its order.
    picked: HashMap<usize, Vec<usize>>,
}

impl Arms {
    fn new(frame: &Frame<'_>, block: &Triage) -> Self {
        let scope = decides(frame, &block.head);
        let done = block.levels.code("done");
        let Some(decide) = block.decide else {
            let walk = walk(frame, &scope, block.done, &block.arms, Kind::of_triage(frame.env, block));
            let done = done.map(|code| (code, walk.done));
            return Self { none: walk.none, done, possible: walk.possible, picked: HashMap::new() };
        };
        let walk = walk(frame, &scope, block.done, &[], None);
        let outcomes = frame.eval(decide);
        let names = match frame.env.base(decide) {
            Type::Enum(def) => Some(def),
            _ => None,
        };
        let arm_of = |raw: &Raw| {
            let code = block.levels.code(names?.value(raw.int()?)?)?;
            block.arms.iter().position(|arm| arm.code == code)
        };
        // Certainly done, or certainly out of scope: no arm is asked.
        let asked = match block.done.map(|done| frame.truth(done)) {
            Some(done) => &scope.may & &!&done.must,
            None => scope.may.clone(),
        };
        let mut marks: Vec<Marks> = block.arms.iter().map(|_| Marks::new(frame.len())).collect();
        let mut picked = HashMap::new();
        let mut known: HashMap<Raw, Option<usize>> = HashMap::new();
        for row in mask::rows(&asked) {
            let mut mark = |arm: usize| marks.get_mut(arm).into_iter().for_each(|marks| marks.set(row));
            match super::frame::poss(&outcomes, row) {
                Poss::One(raw) if names.is_some() => {
                    known.entry(raw).or_insert_with(|| arm_of(&raw)).iter().for_each(|arm| mark(*arm));
                }
                outcome => {
                    let arms: Vec<usize> = match outcome.list() {
                        Some(values) if names.is_some() => values.iter().filter_map(arm_of).collect(),
                        _ => (0..block.arms.len()).collect(),
                    };
                    arms.iter().for_each(|arm| mark(*arm));
                    picked.insert(row, arms);
                }
            }
        }
        let possible = marks.into_iter().map(Marks::finish).collect();
        Self { none: walk.none, done: done.map(|code| (code, walk.done)), possible, picked }
    }

    /// What is possible in one row.
    fn at(&self, row: usize) -> Possible {
        let arms = || self.possible.iter().enumerate().filter(|(_, mask)| bit(mask, row)).map(|(at, _)| at).collect();
        Possible {
            none: bit(&self.none, row),
            done: self.done.as_ref().filter(|(_, mask)| bit(mask, row)).map(|(code, _)| *code),
            arms: self.picked.get(&row).cloned().unwrap_or_else(arms),
        }
    }

    /// The level and due date of one row, whatever is possible; each due date that is possible is shown to `each`.
    fn of_row(
        &self,
        block: &Triage,
        row: usize,
        due_of: impl Fn(usize) -> Poss,
        mut each: impl FnMut(&Poss),
    ) -> (Poss, Poss) {
        let possible = self.at(row);
        let mut level: Option<Poss> = None;
        let mut due: Option<Poss> = None;
        let mut add = |code: Raw, time: Poss| {
            each(&time);
            level = Some(level.take().map_or(Poss::One(code), |l| l.union(&Poss::One(code))));
            due = Some(due.take().map_or(time.clone(), |d| d.union(&time)));
        };
        if possible.none {
            add(Raw::None, Poss::One(Raw::None));
        }
        if let Some(done) = possible.done {
            add(Raw::Int(done), Poss::One(Raw::None));
        }
        for at in possible.arms {
            if let Some(arm) = block.arms.get(at) {
                add(Raw::Int(arm.code), due_of(at));
            }
        }
        (level.unwrap_or(Poss::Any), due.unwrap_or(Poss::Any))
    }
}

/// Which arms are possible for each finding of a frame.
#[must_use]
pub fn possible(frame: &Frame<'_>, block: &Triage) -> Vec<Possible> {
    let arms = Arms::new(frame, block);
    (0..frame.len()).map(|row| arms.at(row)).collect()
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
    if !date && due.end_of_day.is_none() {
        return vals;
    }
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
    let list = assets.columns.iter().find_map(|column| match column {
        Column::List(list) if list.rows.table == TableId::FINDING => Some(list),
        _ => None,
    });
    let Some(list) = list else { return Vals::constant(assets.len, Raw::None) };
    let mut found = Settled::new(assets.len);
    let Some(values) = vals.ints() else {
        (0..assets.len).for_each(|asset| found.several(asset, extreme_of(asset, list, vals, extreme)));
        return found.finish();
    };
    let first_unseen = mask::rows(&list.rows.phantom).next().unwrap_or(list.rows.len);
    let mut odd: Vec<u32> = Vec::new();
    let each = values.iter().zip(&list.rows.owner).enumerate();
    each.for_each(|(at, (value, owner))| match vals.states().map_or(Some(&State::Known), |states| states.get(at)) {
        Some(_) if at >= first_unseen && bit(&list.rows.phantom, at) => odd.push(*owner),
        Some(State::Known) => found.add(*owner, *value, extreme),
        Some(State::None) => {}
        Some(State::Several | State::Unknown) | None => odd.push(*owner),
    });
    odd.dedup();
    for asset in odd {
        found.several(asset as usize, extreme_of(asset as usize, list, vals, extreme));
    }
    found.finish()
}

/// The extreme over the findings of one asset, whatever is known of them.
fn extreme_of(asset: usize, list: &ListColumn, vals: &Vals, extreme: Extreme) -> Poss {
    let ends = list.offsets.get(asset).zip(list.offsets.get(asset + 1));
    let findings = ends.map_or(0..0, |(from, to)| *from as usize..*to as usize);
    findings.fold(Poss::One(Raw::None), |result, at| {
        let value = vals.at(at);
        let is_unseen = bit(&list.rows.phantom, at);
        if is_unseen { extreme.of_maybe(&result, &value) } else { extreme.of(&result, &value) }
    })
}
