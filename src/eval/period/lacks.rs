//! What is not known of a blackout's or a window's times.

use crate::check::program::{NodeId, Op, PeriodId, Times, VarId, When};
use crate::check::schema::TableId;
use crate::facts::table::Cause;
use crate::time::{Calendar, Instant, Recurrence, Tested};

use super::super::calendar;
use super::super::decision::UnknownFact;
use super::super::facts::fact_path;
use super::super::frame::{Frame, poss};
use super::super::unknown::{Known, missing, missing_times};
use super::super::value::Raw;
use super::answers::{Begun, Standing};
use super::entries::{entries, period_of, rule};

/// What is not known of a statement's times in one row, beside what its nodes lack: rules and files that cannot be used, calendars that end
/// before the interval does, whether work has begun.
#[must_use]
pub fn of_times(frame: &Frame<'_>, row: usize, id: PeriodId, tested: Tested) -> Vec<UnknownFact> {
    let env = frame.env;
    let Some(period) = period_of(env, id) else { return Vec::new() };
    let mut lacks: Vec<UnknownFact> = period.times.iter().filter_map(|when| unusable(frame, row, when)).collect();
    let reach = tested.hull().to();
    let known = |knows: Option<Instant>| knows.filter(|knows| *knows <= reach);
    let inputs = env.common.periods.inputs.get(env.common.periods.inputs.number(id));
    let own = inputs.map(|inputs| entries(env, id, inputs.code_of(frame, row))).unwrap_or_default();
    for entry in own.iter() {
        if matches!(entry.recurrence, Recurrence::File { .. }) {
            let mut bare = entry.clone();
            bare.not_on.clear();
            let knows = known(Calendar::new(vec![bare], None).knows_until(&entry.zone));
            lacks.extend(knows.and_then(|knows| calendar::fact(&period.head.name, knows, &entry.zone)));
        }
    }
    lacks.extend(own.iter().flat_map(|entry| calendar::unknown_days(env, entry, reach)));
    // Of a clause whose zone, rule or file is not known nothing is left to say what it leaves out.
    let is_open = own.iter().any(|entry| matches!(entry.recurrence, Recurrence::Unknown));
    let zone = own.first().map_or_else(crate::time::Zone::utc, |entry| entry.zone.clone());
    for id in period.times.iter().filter(|_| is_open).flat_map(|when| &when.not_on) {
        let knows = calendar::calendar(env, *id).and_then(|calendar| known(calendar.knows_until(&zone)));
        lacks.extend(knows.and_then(|_| calendar::knowledge(env, *id, &zone)));
    }
    if period.overrun && super::answers::begun(frame) == Begun::Unknown {
        lacks.extend(change_fact(frame, row, "started_at"));
    }
    lacks
}

/// What it hangs on in one row whether a window's times count for the others, and when they are.
#[must_use]
pub fn of_offer(frame: &Frame<'_>, row: usize, window: &Standing, tested: Tested, known: &Known) -> Vec<UnknownFact> {
    let id = PeriodId::Window(window.at);
    let Some(period) = period_of(frame.env, id) else { return Vec::new() };
    let scope = period.head.scope.iter().copied().filter(|_| !window.must);
    let nodes: Vec<NodeId> = scope.chain(period.times.iter().flat_map(When::nodes)).collect();
    let mut lacks = missing(frame, row, &nodes, Some(known));
    lacks.extend(of_times(frame, row, id, tested));
    lacks
}

/// A fact of the change of a row.
fn change_fact(frame: &Frame<'_>, row: usize, name: &str) -> Option<UnknownFact> {
    let (field, _) = frame.env.program.schema.find(TableId::CHANGE, name)?;
    let (fact, cause) = fact_path(frame, row, VarId::CHANGE, field, "asset")?;
    Some(UnknownFact { fact, cause: cause.as_str() })
}

/// A rule or file that is given and cannot be used.
fn unusable(frame: &Frame<'_>, row: usize, when: &When) -> Option<UnknownFact> {
    let env = frame.env;
    let text = |node: NodeId| poss(&frame.eval(node), row).one().and_then(Raw::int).map(|symbol| env.text(symbol));
    let node = match &when.times {
        Times::Rule(node, _) if text(*node).is_some_and(|text| rule(&text).is_none()) => *node,
        Times::File(node) if text(*node).is_some_and(|text| !env.facts.calendars.contains_key(&*text)) => *node,
        _ => return None,
    };
    let path = match env.node(node).map(|node| &node.op) {
        Some(Op::Field(var, field)) => fact_path(frame, row, *var, *field, "asset").map(|(path, _)| path),
        _ => None,
    };
    let path = path.or_else(|| Some(env.program.sources.phrase(env.node(node)?.span)))?;
    Some(UnknownFact { fact: path, cause: Cause::Malformed.as_str() })
}

/// What `overlaps(x)` hangs on in one row.
#[must_use]
pub fn of_overlap(frame: &Frame<'_>, row: usize, id: PeriodId) -> Vec<UnknownFact> {
    let Some(period) = period_of(frame.env, id) else { return Vec::new() };
    let read = period.times.iter().flat_map(When::nodes);
    let nodes: Vec<NodeId> = period.head.scope.iter().copied().chain(read).collect();
    let mut lacks = missing(frame, row, &nodes, None);
    let tested = super::tested_in(frame).get(row).copied();
    lacks.extend(tested.into_iter().flat_map(|tested| of_times(frame, row, id, tested)));
    lacks.extend(missing_times(frame, row, VarId::CHANGE, "asset"));
    lacks
}
