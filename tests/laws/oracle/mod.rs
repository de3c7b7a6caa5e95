//! The oracle: a second evaluator that is simple, slow and shares nothing with the engine. It decides row by row and keeps, for each value, everything
//! that the value could still be.

pub mod agg;
pub mod calendar;
pub mod category;
pub mod clock;
pub mod cvss;
pub mod days;
pub mod decide;
pub mod eval;
pub mod facts;
pub mod first;
pub mod metric;
pub mod people;
pub mod period;
pub mod recur;
pub mod tested;
pub mod time;
pub mod triage;
pub mod value;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::case::Case;
use crate::ir::{E, Every, OnDay, Policy, RRule};
use crate::mutants::Mutant;

use calendar::Found;
use clock::Clock;
use people::approval::Outcome;
use value::K;

/// The times of a day at which a rule has an occurrence, by the rule, a clock and the day.
type RuleDays = HashMap<(*const RRule, usize, i32), Rc<[i32]>>;

/// What is known of the minutes of a day, by a period, a change, an asset and the day.
type PeriodDays = HashMap<(usize, usize, usize, i64), Vec<Option<K>>>;

/// Everything that is decided from.
pub struct World<'a> {
    pub policy: &'a Policy,
    pub now: i64,
    pub zone: TimeZone,
    pub assets: Vec<Value>,
    pub changes: Vec<Value>,
    pub selections: &'a BTreeMap<String, E>,
    /// The other inputs, where they are given.
    pub people: Option<Vec<Value>>,
    pub services: Option<Vec<Value>>,
    pub incidents: Option<Vec<Value>>,
    pub waiver_records: Option<Vec<Value>>,
    pub duties: Option<Vec<Value>>,
    /// What approvals came to, by approval, change and asset.
    pub outcomes: RefCell<BTreeMap<(String, usize, String), Rc<Outcome>>>,
    /// What is measured, where that is given.
    pub samples: Option<Vec<Value>>,
    /// The clocks of the zones that came up.
    pub clocks: RefCell<BTreeMap<String, Clock>>,
    /// What was next to a minute in a calendar, and which days are in one by which clock.
    pub nearest: RefCell<BTreeMap<(String, bool, i64), Found>>,
    pub days: RefCell<HashMap<(usize, i32, usize), K>>,
    pub business_days: RefCell<HashMap<(Option<usize>, i32), K>>,
    pub rule_days: RefCell<RuleDays>,
    /// Whether the minutes of a day are in a period, for a change and an asset.
    pub period_days: RefCell<PeriodDays>,
    pub on_days: RefCell<BTreeMap<(Every, OnDay, i32), K>>,
    /// Whether clauses, by their places and the clock they go by, cover every minute.
    pub gapless: RefCell<HashMap<(String, Vec<usize>), bool>>,
    /// What this oracle gets wrong on purpose.
    pub mutant: Option<Mutant>,
}

impl<'a> World<'a> {
    pub fn new(case: &'a Case, mutant: Option<Mutant>) -> Self {
        Self {
            policy: &case.policy,
            now: case.now,
            zone: time::zone(case.policy.zone).expect("a known zone"),
            assets: merge(&case.facts.inventory),
            changes: case.facts.changes.iter().map(schedule).collect(),
            selections: &case.facts.selections,
            people: case.facts.people.as_deref().map(merge),
            services: case.facts.services.as_deref().map(merge),
            incidents: case.facts.incidents.as_deref().map(merge),
            waiver_records: case.facts.waivers.as_deref().map(merge),
            duties: case.facts.duties.as_deref().map(merge),
            outcomes: RefCell::default(),
            samples: case.facts.samples.as_deref().map(metric::told_once),
            clocks: RefCell::default(),
            nearest: RefCell::default(),
            days: RefCell::default(),
            business_days: RefCell::default(),
            rule_days: RefCell::default(),
            period_days: RefCell::default(),
            on_days: RefCell::default(),
            gapless: RefCell::default(),
            mutant,
        }
    }

    /// Whether this oracle is the mutant.
    pub fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    pub fn business(&self) -> (u8, u8) {
        self.policy.business_days.unwrap_or((0, 4))
    }
}

/// Records of one id become one: what only one of them says holds, what they say differently is unknown.
fn merge(records: &[Value]) -> Vec<Value> {
    let mut merged: Vec<Value> = Vec::new();
    for record in records {
        match merged.iter_mut().find(|other| other["id"] == record["id"]) {
            Some(other) => join(other, record),
            None => merged.push(record.clone()),
        }
    }
    merged
}

fn join(into: &mut Value, other: &Value) {
    let (Value::Object(into), Value::Object(other)) = (into, other) else { return };
    for (key, value) in other {
        let Some(known) = into.get_mut(key) else {
            into.insert(key.clone(), value.clone());
            continue;
        };
        if known.is_object() && value.is_object() {
            join(known, value);
        } else if known != value {
            *known = Value::Null;
        }
    }
}

/// The change; where its end is before its start both are unknown.
fn schedule(change: &Value) -> Value {
    let read = |key: &str| change.get(key).and_then(Value::as_str).and_then(time::parse);
    let mut change = change.clone();
    if read("start").zip(read("end")).is_some_and(|(start, end)| end < start) {
        change["start"] = Value::Null;
        change["end"] = Value::Null;
    }
    change
}
