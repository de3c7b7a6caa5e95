//! One case: a policy, facts, and `now`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ir::{E, Policy};
use crate::oracle::time;

/// The facts of a case, as JSON.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub inventory: Vec<Value>,
    pub changes: Vec<Value>,
    /// What `{ "where": … }` of a change asks, by the change's id.
    pub selections: BTreeMap<String, E>,
}

impl Facts {
    /// The inventory as NDJSON.
    pub fn inventory_text(&self) -> String {
        self.inventory.iter().map(|record| format!("{record}\n")).collect()
    }
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

    /// Everything that one needs to look at a failure.
    pub fn show(&self) -> String {
        crate::absence::note_assuming(&self.policy);
        let files = crate::print::files(&self.policy, 0);
        let policy: String = files.iter().map(|(name, text)| format!("--- {name}\n{text}")).collect();
        let changes: String = self.facts.changes.iter().map(|c| format!("{c}\n")).collect();
        format!(
            "{policy}--- inventory.ndjson\n{}--- changes\n{changes}--- now {}\n",
            self.facts.inventory_text(),
            self.now_text()
        )
    }
}
