//! Facts on people and duties: votes, people, services, incidents, waivers, duties of earlier runs.

use serde_json::{Map, Value, json};

use crate::case::Facts;
use crate::ir::*;
use crate::oracle::time;
use crate::print;
use crate::vocab::{self, Ent};

use super::{Gen, put};

impl Gen {
    /// What a change says beside the facts that every change has.
    pub fn people_of_change(&mut self, change: &mut Map<String, Value>, holes: usize) {
        let updated = self.now - self.rng.between(1, 40) * 6 * time::HOUR;
        put(change, "updated_at", json!(time::print(updated)));
        if self.rng.chance(70) {
            let finished = self.now - self.rng.between(0, 12) * 6 * time::HOUR;
            put(change, "finished_at", json!(time::print(finished)));
        } else {
            put(change, "finished_at", json!("none"));
        }
        for key in ["updated_at", "finished_at"] {
            self.hole(change, key, holes);
        }
        if self.rng.chance(60) {
            let mut evidence = vec![json!({
                "kind": "post-implementation-review",
                "result": if self.rng.chance(80) { "passed" } else { "failed" },
                "by": *self.rng.pick(vocab::VOTERS),
                "at": time::print(self.now - self.rng.between(0, 8) * 6 * time::HOUR),
            })];
            if let Some(Value::Array(more)) = change.get("evidence") {
                evidence.extend(more.iter().take(2).cloned());
            }
            put(change, "evidence", Value::Array(evidence));
        }
        if self.rng.chance(30) {
            // Names in other letters.
            put(change, "requester", json!(*self.rng.pick(vocab::VOTERS)));
            put(change, "implementer", json!(*self.rng.pick(vocab::VOTERS)));
        }
        let wanted: Vec<&'static str> =
            self.policy.approvals.iter().flat_map(|a| &a.needs).flat_map(|n| n.roles.clone()).collect();
        if wanted.is_empty() && self.rng.chance(70) {
            return;
        }
        let mut items: Vec<String> = Vec::new();
        for key in ["services", "fixes", "assets"] {
            if let Some(Value::Array(list)) = change.get(key) {
                items.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
            }
        }
        let many = [0, 1, 2, 3, 3, 4, 4, 5][self.rng.below(8)];
        let mut votes: Vec<Value> = Vec::new();
        for _ in 0..many {
            let vote = self.vote(&wanted, &items, updated, holes);
            votes.push(Value::Object(vote));
        }
        if self.rng.chance(holes / 3) {
            votes.push(json!("cut off"));
        }
        put(change, "approvals", Value::Array(votes));
        if self.rng.chance(holes / 6) {
            put(change, "approvals", Value::Null);
        }
    }

    /// Takes a fact away, now and then.
    fn hole(&mut self, record: &mut Map<String, Value>, key: &str, holes: usize) {
        if self.rng.chance(holes.min(25)) {
            match self.rng.below(3) {
                0 => {
                    record.remove(key);
                }
                1 => put(record, key, Value::Null),
                _ => put(record, key, json!({ "no": "value" })),
            }
        }
    }

    fn vote(&mut self, wanted: &[&'static str], items: &[String], updated: i64, holes: usize) -> Map<String, Value> {
        let mut vote = Map::new();
        let role =
            if wanted.is_empty() || self.rng.chance(8) { self.rng.word(vocab::ROLES) } else { self.rng.word(wanted) };
        put(&mut vote, "role", json!(role));
        put(&mut vote, "by", json!(*self.rng.pick(vocab::VOTERS)));
        if self.rng.chance(25) {
            put(&mut vote, "on_behalf_of", json!(*self.rng.pick(vocab::VOTERS)));
        }
        let decision = match self.rng.below(20) {
            0 | 1 => "reject",
            2 => "pending",
            3 => "abstain",
            _ => "approve",
        };
        put(&mut vote, "decision", json!(decision));
        if !items.is_empty() && self.rng.chance(65) {
            put(&mut vote, "scope", json!(self.rng.some(items, 1)));
        } else if self.rng.chance(30) {
            put(&mut vote, "scope", json!([]));
        }
        // Few times, so that some are equal, and some just before the last edit or after now.
        let at = match self.rng.below(12) {
            0 => updated - time::MINUTE,
            1 => updated,
            2 => self.now + 2 * time::MINUTE,
            3 => self.now,
            _ => self.now - self.rng.between(0, 6) * 6 * time::HOUR,
        };
        put(&mut vote, "at", json!(time::print(at)));
        for key in ["role", "by", "decision", "at", "scope"] {
            self.hole(&mut vote, key, holes / 2);
        }
        if self.rng.chance(holes / 5) {
            put(&mut vote, "on_behalf_of", Value::Null);
        }
        vote
    }

    /// The other inputs.
    pub fn other_inputs(&mut self, facts: &mut Facts) {
        let holes = *self.rng.pick(&[0, 0, 5, 15, 35]);
        if self.rng.chance(60) {
            let mut people = Vec::new();
            for id in vocab::VOTERS {
                if self.rng.chance(90) {
                    people.push(Value::Object(self.person(id, holes)));
                }
            }
            facts.people = Some(people);
        }
        if self.rng.chance(65) {
            let mut services = Vec::new();
            for id in vocab::SERVICES {
                if self.rng.chance(85) {
                    let mut service = self.record(Ent::Service, holes);
                    put(&mut service, "id", json!(*id));
                    services.push(Value::Object(service));
                }
            }
            facts.services = Some(services);
        }
        if self.rng.chance(60) {
            let mut incidents = Vec::new();
            for n in 0..self.rng.below(3) {
                let mut incident = self.record(Ent::Incident, holes);
                put(&mut incident, "id", json!(format!("I{}", n + 1)));
                incidents.push(Value::Object(incident));
            }
            facts.incidents = Some(incidents);
        }
        if !self.can_be_waived.is_empty() && self.rng.chance(45) {
            let mut waivers = Vec::new();
            for n in 0..1 + self.rng.below(2) {
                waivers.push(Value::Object(self.waiver_record(n, holes / 2)));
            }
            facts.waivers = Some(waivers);
        }
        let duties: Vec<Obligation> = self.policy.obligations.clone();
        if !duties.is_empty() && self.rng.chance(45) {
            let mut records = Vec::new();
            for n in 0..1 + self.rng.below(2) {
                let of = self.rng.pick(&duties).clone();
                records.push(Value::Object(self.duty_record(n, &of)));
            }
            facts.duties = Some(records);
        }
    }

    fn person(&mut self, id: &str, holes: usize) -> Map<String, Value> {
        let mut person = Map::new();
        put(&mut person, "id", json!(id));
        put(&mut person, "name", json!(*self.rng.pick(&["Ann A.", "Bob B."])));
        let roles: Vec<&'static str> = vocab::ROLES.iter().copied().filter(|_| self.rng.chance(80)).collect();
        put(&mut person, "roles", json!(roles));
        let mut delegations = Vec::new();
        for _ in 0..[0, 1, 1, 2][self.rng.below(4)] {
            let mut delegation = Map::new();
            put(&mut delegation, "to", json!(*self.rng.pick(vocab::VOTERS)));
            if self.rng.chance(35) {
                put(&mut delegation, "role", json!(*self.rng.pick(vocab::ROLES)));
            }
            let from = self.now - self.rng.between(-2, 12) * 6 * time::HOUR;
            put(&mut delegation, "from", json!(time::print(from)));
            let until = if self.rng.chance(50) {
                json!("none")
            } else {
                json!(time::print(from + self.rng.between(1, 12) * 6 * time::HOUR))
            };
            put(&mut delegation, "until", until);
            for key in ["to", "from", "until"] {
                self.hole(&mut delegation, key, holes / 2);
            }
            delegations.push(Value::Object(delegation));
        }
        put(&mut person, "delegations", Value::Array(delegations));
        for key in ["name", "roles", "delegations"] {
            self.hole(&mut person, key, holes);
        }
        person
    }

    fn waiver_record(&mut self, n: usize, holes: usize) -> Map<String, Value> {
        let mut waiver = Map::new();
        put(&mut waiver, "id", json!(format!("W{n}")));
        let targets = self.can_be_waived.clone();
        let target = self.rng.pick(&targets).clone();
        let waives =
            if self.rng.chance(85) { vec![target.0.clone()] } else { targets.iter().map(|t| t.0.clone()).collect() };
        put(&mut waiver, "waives", json!(waives));
        // A waiver that names nothing is refused.
        for (key, percent, pool) in
            [("assets", 60, &["a1", "a2", "a3"][..]), ("changes", 25, &["C1", "C2"]), ("findings", 30, vocab::CVES)]
        {
            if self.rng.chance(percent) {
                put(&mut waiver, key, json!(self.rng.some(pool, 1)));
            } else if self.rng.chance(10) {
                put(&mut waiver, key, json!([]));
            }
        }
        let from = self.day(1) - self.rng.between(0, 10) as i32;
        put(&mut waiver, "from", json!(print::date(from)));
        put(&mut waiver, "until", json!(print::date(from + self.rng.between(0, 30) as i32)));
        let by = match &target.1 {
            Some(w) if self.rng.chance(85) => self.rng.word(&w.by.clone()),
            _ => self.rng.word(vocab::ROLES),
        };
        put(&mut waiver, "by", json!(by));
        if self.rng.chance(50) {
            put(&mut waiver, "because", json!("it was agreed"));
        }
        for key in ["waives", "assets", "changes", "findings", "from", "until", "by"] {
            if waiver.contains_key(key) {
                self.hole(&mut waiver, key, holes / 2);
            }
        }
        for key in ["waives", "assets"] {
            if self.rng.chance(holes / 5)
                && let Some(Value::Array(items)) = waiver.get_mut(key)
            {
                items.push(json!(7));
            }
        }
        waiver
    }

    fn duty_record(&mut self, n: usize, of: &Obligation) -> Map<String, Value> {
        let mut duty = Map::new();
        put(&mut duty, "id", json!(format!("D{n}")));
        put(&mut duty, "rule", json!(of.name));
        put(&mut duty, "kind", json!(if self.rng.chance(92) { "obligation" } else { "review" }));
        put(&mut duty, "change", json!(if self.rng.chance(92) { "C1" } else { "C2" }));
        let asset = if self.rng.chance(75) { *self.rng.pick(&["a1", "a2"]) } else { "none" };
        put(&mut duty, "asset", json!(asset));
        let subject = if of.about == About::Finding { *self.rng.pick(vocab::CVES) } else { "none" };
        put(&mut duty, "subject", json!(subject));
        put(&mut duty, "role", json!("none"));
        put(&mut duty, "missing", json!(i32::from(self.rng.chance(88))));
        let due = if self.rng.chance(75) {
            json!(time::print(self.now + self.rng.between(-20, 20) * 6 * time::HOUR))
        } else {
            json!("none")
        };
        put(&mut duty, "due", due);
        for key in ["change", "asset", "missing", "due"] {
            self.hole(&mut duty, key, 3);
        }
        duty
    }
}
