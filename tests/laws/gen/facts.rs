//! Facts with holes: absent, null, malformed, cut off.

use serde_json::{Map, Value, json};

use crate::case::Facts;
use crate::ir::{E, Val};
use crate::oracle::{cvss, time};
use crate::print;
use crate::vocab::{self, Absent, Ent, Field, Ty};

use super::{Gen, Scope};

impl Gen {
    pub fn facts(&mut self) -> Facts {
        // How many of a hundred facts are missing.
        let holes = *self.rng.pick(&[0, 2, 8, 20, 45]);
        let assets = 1 + self.rng.below(2 + self.size.min(3));
        let mut facts = Facts::default();
        for n in 0..assets {
            let mut asset = self.record(Ent::Asset, holes);
            if (self.people || self.times) && self.rng.chance(80) {
                put(&mut asset, "services", json!(self.rng.some(vocab::SERVICES, 0)));
            }
            put(&mut asset, "id", json!(format!("a{}", n + 1)));
            if self.rng.chance(6) {
                facts.inventory.extend(self.doubled(&asset));
            } else {
                facts.inventory.push(Value::Object(asset));
            }
        }
        for n in 0..1 + self.rng.below(2) {
            let mut change = self.record(Ent::Change, holes);
            let id = format!("C{}", n + 1);
            put(&mut change, "id", json!(id));
            self.schedule(&mut change, holes);
            if let Some(touched) = self.touched(assets, &id, &mut facts, holes) {
                put(&mut change, "assets", touched);
            }
            if self.people {
                self.people_of_change(&mut change, holes);
            }
            facts.changes.push(Value::Object(change));
        }
        if self.people {
            self.other_inputs(&mut facts);
        }
        if self.times {
            facts.samples = self.samples(assets, holes);
        }
        facts
    }

    /// Which assets a change touches.
    fn touched(&mut self, assets: usize, id: &str, facts: &mut Facts, holes: usize) -> Option<Value> {
        match self.rng.below(100) {
            0..25 => {
                let scope = Scope { names: false, ..Scope::of(&[("asset", Ent::Asset)], 1) };
                let absence = std::mem::take(&mut self.absence);
                let e: E = self.cond(&scope, Some("asset"), 1);
                self.absence = absence;
                facts.selections.insert(id.to_owned(), e.clone());
                Some(json!({ "where": print::top(&e) }))
            }
            25..28 => None,
            28..30 => Some(Value::Null),
            30..32 => Some(json!([])),
            _ => {
                let all: Vec<String> = (1..=assets).map(|n| format!("a{n}")).collect();
                let mut ids: Vec<Value> = self.rng.some(&all, 1).into_iter().map(Value::String).collect();
                if self.rng.chance(10) {
                    ids.push(json!("elsewhere"));
                }
                if self.rng.chance(10) {
                    ids.push(ids[0].clone());
                }
                if self.rng.chance(holes / 3) {
                    ids.push(json!(7));
                }
                Some(Value::Array(ids))
            }
        }
    }

    /// Start, end and length of a change.
    fn schedule(&mut self, change: &mut Map<String, Value>, holes: usize) {
        for key in ["start", "end", "duration", "backout_time"] {
            change.remove(key);
        }
        if self.rng.chance(12) {
            return;
        }
        let start = match self.twice {
            Some((_, again)) if self.rng.chance(70) => again + self.rng.between(-6, 6) * 15 * time::MINUTE,
            _ if self.change.is_some() && self.rng.chance(50) => {
                let at = self.change.map_or(self.now, |(_, at)| at);
                at + self.rng.between(-16, 16) * 15 * time::MINUTE
            }
            _ => self.now + self.rng.between(-8, 24 * 12) * 15 * time::MINUTE,
        };
        let length = *self.rng.pick(&[0, 15, 30, 60, 90, 120, 240, 600, 1440]) * time::MINUTE;
        let by_end = self.rng.chance(65);
        put(change, "start", json!(time::print(start)));
        if by_end {
            // Seldom the wrong way round.
            let end = if self.rng.chance(3) { start - time::HOUR } else { start + length };
            put(change, "end", json!(time::print(end)));
        } else {
            put(change, "duration", json!(print::duration(length)));
        }
        if self.rng.chance(40) {
            put(change, "backout_time", json!(*self.rng.pick(&["30min", "1h"])));
        }
        for key in ["start", "end", "duration", "backout_time"] {
            if change.contains_key(key) && self.rng.chance(holes.min(20)) {
                match self.rng.below(3) {
                    0 if key == "start" || key == "end" => {
                        change.remove(key);
                    }
                    1 => put(change, key, json!("soon")),
                    _ => put(change, key, Value::Null),
                }
            }
        }
    }

    /// The record in two halves; sometimes they disagree.
    fn doubled(&mut self, asset: &Map<String, Value>) -> [Value; 2] {
        let mut halves = [Map::new(), Map::new()];
        for (key, value) in asset {
            let (first, second) = match self.rng.below(3) {
                _ if key == "id" => (true, true),
                0 => (true, true),
                1 => (true, false),
                _ => (false, true),
            };
            // One list in both halves is read as the same list.
            if first {
                halves[0].insert(key.clone(), value.clone());
            }
            if second {
                halves[1].insert(key.clone(), value.clone());
            }
        }
        if self.rng.chance(50) && halves.iter().all(|h| h.get("tier").is_some_and(Value::is_i64)) {
            halves[0].insert("tier".to_owned(), json!(1));
            halves[1].insert("tier".to_owned(), json!(4));
        }
        halves.map(Value::Object)
    }

    pub fn record(&mut self, ent: Ent, holes: usize) -> Map<String, Value> {
        let mut record = Map::new();
        for field in vocab::fields(ent) {
            if field.name == "id" {
                continue;
            }
            if field.absent != Absent::Unknown && self.rng.chance(25) {
                continue;
            }
            if self.rng.chance(holes) {
                match self.rng.below(3) {
                    0 => {}
                    1 => put(&mut record, field.name, Value::Null),
                    _ => put(&mut record, field.name, self.malformed(field)),
                }
                continue;
            }
            let value = self.field_value(field, holes);
            put(&mut record, field.name, value);
        }
        record
    }

    /// A value that does not fit the type.
    fn malformed(&mut self, field: &Field) -> Value {
        match field.ty {
            Ty::Int(1, 4) if self.rng.chance(50) => json!(7),
            Ty::Date => json!("2026-13-45"),
            Ty::Time if field.past && self.rng.chance(50) => json!(time::print(self.now + 2 * time::DAY)),
            Ty::Enum(..) => json!("bogus_word"),
            Ty::Zone => json!("Mars/Olympus"),
            Ty::Cvss => json!(cvss::MALFORMED[0].0),
            Ty::Str(_) => json!({ "no": "text" }),
            _ => json!("nonsense"),
        }
    }

    pub fn field_value(&mut self, field: &Field, holes: usize) -> Value {
        if field.or_none && self.rng.chance(20) {
            return json!("none");
        }
        match field.ty {
            Ty::Bool => json!(self.rng.chance(50)),
            Ty::Int(i64::MIN, _) => json!(*self.rng.pick(&[0, 1, 2, 3, 5, 1_000_000, i64::MAX, i64::MAX - 3])),
            Ty::Int(low, high) => json!(self.rng.between(low, high)),
            Ty::Number => number(&print::decimal(i128::from(self.rng.between(0, 100)) * 100_000_000, 0)),
            Ty::Percent if field.fraction => {
                number(&print::decimal(i128::from(self.rng.between(0, 1000)) * 1_000_000, 0))
            }
            Ty::Percent => number(&print::decimal(i128::from(self.rng.between(0, 1000)) * 100_000_000, 0)),
            Ty::Str(pool) => json!(*self.rng.pick(pool)),
            Ty::Date => json!(print::date(self.day(60))),
            Ty::Time => {
                let back = if field.past { self.rng.between(0, 60 * 24 * 4) } else { self.rng.between(-600, 600) };
                let t = self.now - back * 15 * time::MINUTE;
                json!(time::print(t))
            }
            Ty::Duration => match self.duration() {
                Val::Dur(d) => json!(print::duration(d)),
                _ => unreachable!("a length"),
            },
            Ty::Zone if self.times => json!(self.some_zone()),
            Ty::Zone => json!(*self.rng.pick(vocab::ZONES)),
            Ty::Cvss => self.cvss(),
            Ty::Enum(words, _) => json!(*self.rng.pick(words)),
            Ty::Set(pool) => {
                let mut items: Vec<Value> = self.rng.some(pool, 0).into_iter().map(|t| json!(t)).collect();
                if self.rng.chance(holes / 2) {
                    items.push(json!(7));
                }
                Value::Array(items)
            }
            Ty::List(of) => {
                let many = *self.rng.pick(&[0, 1, 1, 2, 2, 3]);
                let mut items: Vec<Value> = Vec::new();
                for n in 0..many {
                    let mut item = self.record(of, holes);
                    if of == Ent::Finding && item.contains_key("cve") && item["cve"].is_string() {
                        put(&mut item, "cve", json!(vocab::CVES[n]));
                    }
                    items.push(Value::Object(item));
                }
                if self.rng.chance(holes / 2) {
                    items.push(json!("cut off"));
                }
                Value::Array(items)
            }
        }
    }

    fn cvss(&mut self) -> Value {
        let one = |g: &mut Self| {
            if g.rng.chance(10) { g.rng.pick(cvss::MALFORMED).0 } else { g.rng.pick(cvss::VECTORS).text }
        };
        match self.rng.below(10) {
            0 => number(&print::decimal(i128::from(self.rng.between(1, 100)) * 100_000_000, 1)),
            1..5 => {
                let version = |text: &str| {
                    cvss::VECTORS
                        .iter()
                        .find(|k| k.text == text)
                        .map(|k| k.version)
                        .or_else(|| cvss::MALFORMED.iter().find(|m| m.0 == text).map(|m| m.1))
                };
                let (a, b) = (one(self), one(self));
                if version(a) == version(b) { json!([a]) } else { json!([a, b]) }
            }
            _ => json!(one(self)),
        }
    }
}

/// A number by its text.
fn number(text: &str) -> Value {
    serde_json::from_str(text).expect("a number")
}

/// Puts a value at a path with points.
pub fn put(record: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            record.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = record.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
