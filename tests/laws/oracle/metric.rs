//! Metrics: what was measured last.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ir::*;
use crate::mutants::Mutant;
use crate::vocab::Ent;

use super::World;
use super::eval::{Binding, Env};
use super::facts::{self, Rec};
use super::time;
use super::value::{K, P};

/// What a sample names; none where that is not known, and none inside where it names nothing.
type Named = Option<Option<String>>;

impl<'a> World<'a> {
    /// The latest measurement that still counts; of several series the latest of any.
    pub fn read_metric(&'a self, name: &str, env: &Env<'a>) -> P {
        let metric = self.policy.metrics.iter().find(|m| m.name == name).expect("a metric");
        let Binding::Asset(asset) = env.get("asset") else { panic!("asset is no asset") };
        if self.samples.is_none() {
            return P::Any;
        }
        if !metric.of_services {
            return self.measured(metric, asset, None);
        }
        let services = facts::set(asset, Ent::Asset, "services");
        let mut each: Vec<P> = services.seen.iter().map(|s| self.measured(metric, asset, Some(s))).collect();
        if services.incomplete {
            each.push(P::Any);
        }
        each.into_iter().reduce(P::union).unwrap_or(P::Any)
    }

    /// What was measured of an asset, or of one of its services.
    fn measured(&self, metric: &Metric, asset: &Rec<'a>, service: Option<&Val>) -> P {
        let own = facts::scalar(asset, Ent::Asset, "id", self.now);
        // Of each series the latest time, and what was measured then; and what may be the latest, or not.
        let mut series: BTreeMap<String, (i64, P)> = BTreeMap::new();
        let mut doubtful: Vec<P> = Vec::new();
        for sample in self.samples.iter().flatten() {
            let mut sure = is(&sample["metric"], metric.series);
            let at = sample["at"].as_str().and_then(time::parse).filter(|t| *t <= self.now + 5 * time::MINUTE);
            match at {
                Some(t) if !self.fresh(metric, t) => continue,
                Some(_) => {}
                None => sure = sure.and(K::UNKNOWN),
            }
            let named = named(sample.get("asset"));
            sure = sure.and(match &named {
                None => K::UNKNOWN,
                Some(None) => K::TRUE,
                Some(Some(id)) => match own.only() {
                    Some(own) => K::of(*own == Val::text(id)),
                    None => K::TRUE,
                },
            });
            if let Some(service) = service {
                let label = match sample.get("labels") {
                    None => Some(None),
                    Some(Value::Object(labels)) => self::named(labels.get("service")),
                    Some(_) => None,
                };
                sure = sure.and(match label {
                    None => K::UNKNOWN,
                    Some(None) => K::FALSE,
                    Some(Some(label)) => K::of(*service == Val::text(&label)),
                });
            }
            if !sure.may {
                continue;
            }
            let value = decimal(&sample["value"])
                .map_or(P::Any, |d| P::one(if metric.percent { Val::Pct(d) } else { Val::Num(d) }));
            let Some(at) = at.filter(|_| sure.must) else {
                doubtful.push(value);
                continue;
            };
            let key = format!("{} {}", sample["labels"], sample["asset"]);
            let latest = match series.remove(&key) {
                Some((t, known)) if t == at => (t, known.union(value)),
                Some((t, known)) if (t > at) != self.is(Mutant::OldestSampleCounts) => (t, known),
                _ => (at, value),
            };
            series.insert(key, latest);
        }
        let certain = series.into_values().map(|(_, value)| value).reduce(P::union);
        certain.map_or(P::Any, |certain| doubtful.into_iter().fold(certain, P::union))
    }

    fn fresh(&self, metric: &Metric, at: i64) -> bool {
        let old = metric.stale_minutes.is_some_and(|m| self.now - at > m * time::MINUTE);
        at <= self.now && (!old || self.is(Mutant::StaleCounts))
    }
}

/// Samples that differ in their value alone are one sample: what only one of them says holds, what they say differently is unknown.
pub fn told_once(samples: &[Value]) -> Vec<Value> {
    let of = |sample: &Value| {
        let mut of = sample.clone();
        if let Value::Object(of) = &mut of {
            of.remove("value");
        }
        of
    };
    let mut once: Vec<(Value, Vec<&Value>)> = Vec::new();
    for sample in samples {
        let this = of(sample);
        match once.iter_mut().find(|(known, _)| *known == this) {
            Some((_, values)) => values.push(&sample["value"]),
            None => once.push((this, vec![&sample["value"]])),
        }
    }
    let one = |(mut sample, values): (Value, Vec<&Value>)| {
        let read: Vec<&Value> = values.into_iter().filter(|v| decimal(v).is_some()).collect();
        let first = read.first().copied();
        let agreed = first.filter(|first| read.iter().all(|v| decimal(v) == decimal(first)));
        sample["value"] = agreed.cloned().unwrap_or_default();
        sample
    };
    once.into_iter().map(one).collect()
}

fn named(value: Option<&Value>) -> Named {
    match value {
        None => Some(None),
        Some(Value::String(text)) => Some(Some(text.clone())),
        Some(_) => None,
    }
}

fn is(value: &Value, text: &str) -> K {
    match value {
        Value::String(t) => K::of(t == text),
        _ => K::UNKNOWN,
    }
}

/// A number, or its text.
fn decimal(value: &Value) -> Option<i128> {
    let text = match value {
        Value::Number(n) => n.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |t: &str| t.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || fraction.len() > 9 || whole.len() > 18 {
        return None;
    }
    Some(sign * format!("{whole}{fraction:0<9}").parse::<i128>().ok()?)
}
