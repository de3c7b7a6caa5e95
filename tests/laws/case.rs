//! One case: a policy, facts, and `now`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ir::{E, Period, Policy, TimeClause};
use crate::oracle::time;

/// The facts of a case, as JSON.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub inventory: Vec<Value>,
    pub changes: Vec<Value>,
    /// What `{ "where": … }` of a change asks, by the change's id.
    pub selections: BTreeMap<String, E>,
    /// The people, where they are given.
    pub people: Option<Vec<Value>>,
    pub services: Option<Vec<Value>>,
    pub incidents: Option<Vec<Value>>,
    pub waivers: Option<Vec<Value>>,
    /// The duties of earlier runs.
    pub duties: Option<Vec<Value>>,
    /// What is measured.
    pub samples: Option<Vec<Value>>,
}

impl Facts {
    /// The inventory as NDJSON.
    pub fn inventory_text(&self) -> String {
        ndjson(&self.inventory)
    }

    /// The other inputs that are given: their entity and their text.
    pub fn others(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("person", &self.people),
            ("service", &self.services),
            ("incident", &self.incidents),
            ("waiver", &self.waivers),
            ("duty", &self.duties),
            ("sample", &self.samples),
        ];
        all.into_iter().filter_map(|(name, records)| Some((name, ndjson(records.as_ref()?)))).collect()
    }

    /// The lists of these inputs, where they are given.
    pub fn others_mut(&mut self) -> Vec<&mut Vec<Value>> {
        let all = [
            &mut self.people,
            &mut self.services,
            &mut self.incidents,
            &mut self.waivers,
            &mut self.duties,
            &mut self.samples,
        ];
        all.into_iter().filter_map(Option::as_mut).collect()
    }
}

fn ndjson(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

#[derive(Clone, Debug)]
pub struct Case {
    pub policy: Policy,
    pub facts: Facts,
    pub now: i64,
}

impl Case {
    pub fn now_text(&self) -> String {
        time::print(self.now)
    }

    /// Whether it is one of those about time: its policy has what recurs, or calendars, or freezes by measurement.
    pub fn is_about_time(&self) -> bool {
        let clause = |t: &TimeClause| matches!(t, TimeClause::Clause(_));
        let period = |p: &Period| p.while_.is_some() || p.times.iter().any(clause);
        !self.policy.cals.is_empty() || self.policy.periods.iter().any(period)
    }

    /// Everything that one needs to look at a failure.
    pub fn show(&self) -> String {
        crate::absence::note_assuming(&self.policy);
        let files = crate::print::files(&self.policy, 0);
        let policy: String = files.iter().map(|(name, text)| format!("--- {name}\n{text}")).collect();
        let calendars: String = crate::print_time::files(&self.policy)
            .into_iter()
            .map(|(name, text)| format!("--- {name}\n{text}"))
            .collect();
        let changes: String = self.facts.changes.iter().map(|c| format!("{c}\n")).collect();
        let others: String =
            self.facts.others().into_iter().map(|(name, text)| format!("--- {name}.ndjson\n{text}")).collect();
        format!(
            "{policy}{calendars}--- inventory.ndjson\n{}--- changes\n{changes}{others}--- now {}\n",
            self.facts.inventory_text(),
            self.now_text()
        )
    }
}
