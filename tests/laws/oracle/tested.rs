//! The interval that a change asks for, and what it touches.

use serde_json::Value;

use super::World;
use super::eval::{Binding, Env};
use super::facts::{self, Elements, Rec};
use super::time::HOUR;
use super::value::K;
use crate::ir::Val;
use crate::mutants::Mutant;
use crate::vocab::Ent;

/// From and to; where both are the same it is an instant.
pub type Span = (i64, i64);

/// The interval that is tested.
#[derive(Clone, Debug)]
pub struct Tested {
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub by: &'static str,
    /// What the change certainly touches: one of these. Of a change of which only the end is known that is the moment before it,
    /// or, if the change takes no time, the end itself. None: nothing is known.
    pub core: Vec<Span>,
    /// All that it may touch; none: anything.
    pub hull: Option<Span>,
}

/// Whether two intervals share an instant.
pub fn meets(a: Span, b: Span) -> bool {
    if a.0 == a.1 { b.0 <= a.0 && a.0 < b.1 } else { a.0 < b.1 && b.0 < a.1 }
}

impl Tested {
    /// Whether it meets one of these.
    pub fn meets(&self, spans: &[Span]) -> K {
        let core = !self.core.is_empty() && self.core.iter().all(|core| spans.iter().any(|s| meets(*core, *s)));
        let hull = self.hull.is_none_or(|hull| spans.iter().any(|s| meets(hull, *s)));
        K { must: core, may: core || hull }
    }
}

/// The assets that a change touches; each with whether that is certain.
pub struct Touched<'a> {
    pub seen: Vec<(Rec<'a>, bool)>,
    pub incomplete: bool,
}

impl<'a> World<'a> {
    pub fn tested(&self, change: usize) -> Tested {
        let json = &self.changes[change];
        let record = Rec::Json(json);
        let read = |name: &str| match facts::scalar(&record, Ent::Change, name, self.now).only() {
            Some(Val::Time(t)) => Some(*t),
            _ => None,
        };
        let length = |name: &str| match facts::scalar(&record, Ent::Change, name, self.now).only() {
            Some(Val::Dur(d)) => Some(Some(*d)),
            Some(Val::None) => Some(None),
            _ => None,
        };
        let there = |name: &str| json.get(name).is_some();
        if !there("start") && !there("end") {
            let at = (self.now, self.now);
            return Tested { from: Some(self.now), to: Some(self.now), by: "now", core: vec![at], hull: Some(at) };
        }
        let (start, mut end) = (read("start"), read("end"));
        let unknown = Tested { from: None, to: None, by: "schedule", core: Vec::new(), hull: None };
        if let (Some(s), None) = (start, end)
            && json.get("end").is_none_or(|e| e.is_null())
        {
            // Without `duration` its absence says that there is none, and the end is not known. A malformed end is not worked out either.
            end = match (length("duration"), length("backout_time")) {
                (Some(Some(d)), Some(b)) => Some(s + d + b.unwrap_or(0)),
                _ => None,
            };
        }
        let longest = self.policy.longest_change.unwrap_or(72) * HOUR;
        let (core, hull) = match (start, end) {
            (Some(s), Some(e)) => (vec![(s, e)], (s, e)),
            (Some(s), None) => {
                // A known part of the length lies before what is not known.
                let part = length("duration").flatten().unwrap_or(0);
                (vec![(s, s)], (s, s + part + longest))
            }
            (None, Some(e)) => (vec![(e - 1, e), (e, e)], (e - longest, e + 1)),
            (None, None) => return unknown,
        };
        let hull = if self.is(Mutant::MissingEndIsInstant) { core[0] } else { hull };
        Tested { from: start, to: end, by: "schedule", core, hull: Some(hull) }
    }

    /// Where no asset is certain it is not known which ones there are.
    pub fn touched(&'a self, change: usize) -> Touched<'a> {
        let named = self.named(change);
        let incomplete = named.incomplete || !named.seen.iter().any(|(_, certain)| *certain);
        Touched { incomplete, ..named }
    }

    fn named(&'a self, change: usize) -> Touched<'a> {
        let json = &self.changes[change];
        let asset_of = |id: &'a str| self.assets.iter().find(|a| a["id"] == id).map_or(Rec::Id(id), Rec::Json);
        match json.get("assets") {
            Some(Value::Array(items)) => {
                let mut ids: Vec<&str> = Vec::new();
                for id in items.iter().filter_map(Value::as_str) {
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
                let incomplete = items.iter().any(|i| !i.is_string());
                Touched { seen: ids.into_iter().map(|id| (asset_of(id), true)).collect(), incomplete }
            }
            Some(Value::Object(_)) => {
                let id = json["id"].as_str().expect("a change's id");
                let select = &self.selections[id];
                let mut seen = Vec::new();
                for asset in &self.assets {
                    let record = Rec::Json(asset);
                    let taken = self.cond(select, &Env::default().with("asset", Binding::Asset(record.clone())));
                    if taken.must || (taken.may && !self.is(Mutant::WhereTakesOnlyCertain)) {
                        seen.push((record, taken.must));
                    }
                }
                Touched { seen, incomplete: false }
            }
            _ => Touched { seen: Vec::new(), incomplete: true },
        }
    }

    /// The elements of an asset's findings.
    pub fn findings(&self, asset: &Rec<'a>) -> Elements<Rec<'a>> {
        facts::list(asset, Ent::Asset, "findings")
    }
}
