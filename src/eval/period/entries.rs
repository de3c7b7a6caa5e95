//! When a blackout or window is, for what its clauses read: its recurrences, each in its zone.

use std::sync::{Arc, PoisonError, RwLock};

use crate::check::program::{NodeId, Period, PeriodId, Times, When, ZoneRef};
use crate::time::{Bound, Entry, Instant, LocalDateTime, RRule, Recurrence, Rule, Zone};

use super::super::env::Env;
use super::super::value::Raw;
use super::given::{AllInputs, Given};

/// What was worked out of blackouts and windows.
#[derive(Debug, Default)]
pub struct Cache {
    /// What their clauses read.
    pub inputs: AllInputs,
    blackouts: Vec<ByCode>,
    windows: Vec<ByCode>,
    /// How their conditions stand to what rows give.
    pub stands: super::stands::Cache,
    /// What is said of an interval.
    pub answers: super::answers::Cache,
    /// The starts that are clear of blackouts.
    pub clear: crate::eval::when::plan::Clear,
}

/// The entries of one statement, by the code of what it reads.
type ByCode = RwLock<Vec<Option<Arc<Vec<Entry>>>>>;

impl Cache {
    /// An empty cache for a program.
    #[must_use]
    pub fn new(program: &crate::check::program::Program, same: &[NodeId]) -> Self {
        let slots = |count: usize| (0..count).map(|_| ByCode::default()).collect();
        Self {
            inputs: AllInputs::new(program, same),
            blackouts: slots(program.blackouts.len()),
            windows: slots(program.windows.len()),
            stands: super::stands::Cache::new(program),
            answers: super::answers::Cache::default(),
            clear: crate::eval::when::plan::Clear::default(),
        }
    }

    fn slot(&self, period: PeriodId) -> Option<&ByCode> {
        match period {
            PeriodId::Blackout(at) => self.blackouts.get(usize::from(at)),
            PeriodId::Window(at) => self.windows.get(usize::from(at)),
        }
    }
}

/// The statement itself.
#[must_use]
pub fn period_of<'p>(env: &Env<'p>, id: PeriodId) -> Option<&'p Period> {
    match id {
        PeriodId::Blackout(at) => env.program.blackouts.get(usize::from(at)),
        PeriodId::Window(at) => env.program.windows.get(usize::from(at)),
    }
}

/// When a statement is, for what its clauses read.
#[must_use]
pub fn entries(env: &Env<'_>, id: PeriodId, code: u32) -> Arc<Vec<Entry>> {
    let Some(slot) = env.common.periods.slot(id) else { return Arc::default() };
    let at = code as usize;
    if let Some(Some(known)) = slot.read().unwrap_or_else(PoisonError::into_inner).get(at) {
        return Arc::clone(known);
    }
    let made = Arc::new(make(env, id, code));
    let mut slot = slot.write().unwrap_or_else(PoisonError::into_inner);
    if slot.len() <= at {
        slot.resize(at + 1, None);
    }
    if let Some(slot) = slot.get_mut(at) {
        *slot = Some(Arc::clone(&made));
    }
    made
}

fn make(env: &Env<'_>, id: PeriodId, code: u32) -> Vec<Entry> {
    let inputs = env.common.periods.inputs.get(env.common.periods.inputs.number(id));
    let (Some(period), Some(inputs)) = (period_of(env, id), inputs) else { return Vec::new() };
    let given = inputs.given(code).unwrap_or_else(|| Given::from(vec![None; inputs.nodes.len()]));
    let value = |node: NodeId| {
        let at = inputs.nodes.binary_search(&env.same(node)).ok()?;
        given.get(at).copied().flatten().and_then(Raw::int)
    };
    let text = |node: NodeId| inputs.text(value(node)?);
    period.times.iter().filter_map(|when| entry(env, when, &value, &text)).collect()
}

/// One clause; none where it certainly is at no time.
fn entry(
    env: &Env<'_>,
    when: &When,
    value: &dyn Fn(NodeId) -> Option<i64>,
    text: &dyn Fn(NodeId) -> Option<Arc<str>>,
) -> Option<Entry> {
    let zone = match when.zone {
        ZoneRef::Fixed(zone) => env.zone(zone).cloned(),
        ZoneRef::Node(node) => text(node).and_then(|name| Zone::get(&name)),
    };
    let unknown = || Some(Entry::new(Recurrence::Unknown, Zone::utc()));
    let recurrence = match &when.times {
        Times::Known(recurrence) => recurrence.clone(),
        Times::While(node) => match value(*node) {
            Some(0) => return None,
            Some(_) => Recurrence::Always,
            None => return unknown(),
        },
        Times::Rule(node, lasting) => {
            let rule = text(*node).and_then(|text| rule(&text));
            let Some((rule, dtstart)) = rule else { return unknown() };
            Recurrence::Rule(Arc::new(Rule { rule, dtstart, lasting: *lasting }))
        }
        Times::File(node) => {
            let file = text(*node).and_then(|name| env.facts.calendars.get(&name).cloned());
            let Some(file) = file else { return unknown() };
            Recurrence::File { file, covers_until: None }
        }
    };
    let zone = match zone {
        Some(zone) => zone,
        None if needs_zone(when, &recurrence) => return unknown(),
        None => Zone::utc(),
    };
    let calendars = when.not_on.iter().filter_map(|calendar| env.program.calendars.get(usize::from(calendar.0)));
    Some(calendars.fold(Entry::new(recurrence, zone), |entry, calendar| entry.not_on(Arc::clone(&calendar.times))))
}

fn needs_zone(when: &When, recurrence: &Recurrence) -> bool {
    match recurrence {
        Recurrence::Always | Recurrence::Unknown => !when.not_on.is_empty(),
        Recurrence::Fixed { from: Bound::Instant(_), to: Bound::Instant(_) } => !when.not_on.is_empty(),
        _ => true,
    }
}

/// The rule that a fact holds, and the start that it counts from.
#[must_use]
pub fn rule(text: &str) -> Option<(RRule, LocalDateTime)> {
    let (rule, dtstart) = RRule::parse_text(text).ok()?;
    if dtstart.is_none() && rule.needs_start().is_some() {
        return None;
    }
    let epoch = || Instant::from_micros(0).map(Instant::utc);
    Some((rule, dtstart.or_else(epoch)?))
}
