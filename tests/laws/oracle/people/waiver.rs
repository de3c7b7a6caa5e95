//! Waivers: exceptions that somebody granted for a time.

use serde_json::Value;

use crate::ir::*;
use crate::mutants::Mutant;
use crate::vocab::Ent;

use super::Waived;
use crate::oracle::World;
use crate::oracle::decide::Reason;
use crate::oracle::eval::{Binding, Env};
use crate::oracle::facts::{self, Rec};
use crate::oracle::tested::{Span, Tested};
use crate::oracle::time;
use crate::oracle::value::{self, K, P};

/// What a waiver can be for.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    Rule(&'a Rule),
    Obligation(&'a Obligation),
    Triage(&'a Triage),
}

impl<'a> Target<'a> {
    fn name(&self) -> &'a str {
        match self {
            Self::Rule(r) => &r.name,
            Self::Obligation(o) => &o.name,
            Self::Triage(t) => &t.name,
        }
    }

    fn common(&self) -> &'a Common {
        match self {
            Self::Rule(r) => &r.common,
            Self::Obligation(o) => &o.common,
            Self::Triage(t) => &t.common,
        }
    }

    fn triage(&self) -> bool {
        matches!(self, Self::Triage(_))
    }
}

/// A waiver that is for a statement.
struct Aimed {
    name: String,
    /// Whether it is for this row.
    aims: K,
    applies: K,
}

impl<'a> World<'a> {
    pub fn target(&self, name: &str) -> Target<'a> {
        let policy = self.policy;
        let rule = policy.rules.iter().find(|r| r.name == name).map(Target::Rule);
        let obligation = || policy.obligations.iter().find(|o| o.name == name).map(Target::Obligation);
        let triage = || policy.triages.iter().find(|t| t.name == name).map(Target::Triage);
        rule.or_else(obligation).or_else(triage).unwrap_or_else(|| panic!("no statement {name}"))
    }

    /// Whether a waiver by this role of these days can be for a statement at all, and whether it is within its dates.
    fn granted(&self, target: &Target<'a>, by: &P, dates: (Option<i32>, Option<i32>), tested: Option<&Tested>) -> K {
        let Some(waivable) = &target.common().waivable else { return K::FALSE };
        let roles = waivable.by.iter().map(|r| value::compare(Cmp::Eq, by, &P::one(Val::text(r))));
        let allowed = if self.is(Mutant::WaiverOfAnyRole) { K::TRUE } else { roles.fold(K::FALSE, K::or) };
        let (first, last) = dates;
        let too_long = first.zip(last).is_some_and(|(first, last)| i64::from(last - first) >= waivable.days);
        let short = !too_long || self.is(Mutant::WaiverOfAnyLength);
        // Where only one end is known, that one can still rule it out.
        let known = K { must: first.is_some() && last.is_some(), may: true };
        let from = first.map_or(i64::MIN, |day| time::end_of_day(day - 1, &self.zone).unwrap_or(i64::MAX));
        let until = last.map_or(i64::MAX, |day| time::end_of_day(day, &self.zone).unwrap_or(i64::MIN));
        if from >= until {
            return K::FALSE;
        }
        let inside = |span: Span| from <= span.0 && (span.1 <= until && (span.0 < until));
        let now = self.is(Mutant::WaivedOutsideItsDates) || (from <= self.now && self.now < until);
        let during = match tested {
            None => K::TRUE,
            Some(_) if self.is(Mutant::WaivedOutsideItsDates) => K::TRUE,
            Some(t) => K {
                must: t.hull.is_some_and(inside),
                may: t.core.is_empty() || t.core.iter().any(|core| inside(*core)),
            },
        };
        allowed.and(K::of(short && now)).and(during).and(known)
    }

    /// The waivers for a statement, where there are any.
    fn waivers(&'a self, target: &Target<'a>, env: &Env<'a>) -> Vec<Aimed> {
        let tested = if target.triage() { None } else { Some(self.tested(env.change())) };
        let mut all = Vec::new();
        for waiver in self.policy.waivers.iter().filter(|w| w.waives.iter().any(|n| n == target.name())) {
            let common = &waiver.common;
            let aims = self.scope(common, env);
            let provided = waiver.provided.as_ref().map_or(K::TRUE, |e| self.cond(e, env));
            let provided = if self.is(Mutant::ProvidedOnUnknown) { K::of(provided.may) } else { provided };
            let by = P::one(Val::text(waiver.by));
            let applies = aims
                .and(self.in_force(common, tested.as_ref()))
                .and(self.except(common, env).not())
                .and(provided)
                .and(self.granted(target, &by, (Some(waiver.dates.0), Some(waiver.dates.1)), tested.as_ref()));
            all.push(Aimed { name: waiver.name.clone(), aims, applies });
        }
        for record in self.waiver_records.iter().flatten() {
            all.push(self.given(record, target, env, tested.as_ref()));
        }
        all
    }

    /// A waiver that was given as data.
    fn given(&'a self, record: &'a Value, target: &Target<'a>, env: &Env<'a>, tested: Option<&Tested>) -> Aimed {
        let set = |key: &str| -> (Vec<P>, bool, bool) {
            match record.get(key) {
                None => (Vec::new(), false, key != "waives"),
                Some(Value::Array(items)) => {
                    let seen: Vec<P> = items.iter().filter_map(Value::as_str).map(|t| P::one(Val::text(t))).collect();
                    let complete = seen.len() == items.len();
                    (seen, !items.is_empty(), complete)
                }
                Some(_) => (Vec::new(), false, false),
            }
        };
        let holds = |key: &str, id: &P| {
            let (seen, _, complete) = set(key);
            let named = seen.iter().map(|p| value::compare(Cmp::Eq, id, p)).fold(K::FALSE, K::or);
            if complete { named } else { named.or(K::UNKNOWN) }
        };
        // An empty set says nothing; another holds what the waiver is for.
        let fits = |key: &str, id: Option<P>| {
            let (seen, _, complete) = set(key);
            if seen.is_empty() && complete {
                return K::TRUE;
            }
            let empty = if seen.is_empty() { K::UNKNOWN } else { K::FALSE };
            id.map_or(empty, |id| holds(key, &id).or(empty))
        };
        let asset = match env.get("asset") {
            Binding::Asset(asset) => facts::scalar(asset, Ent::Asset, "id", self.now),
            other => panic!("asset is {other:?}"),
        };
        let change =
            (!target.triage()).then(|| P::one(Val::text(self.changes[env.change()]["id"].as_str().unwrap_or(""))));
        let finding = match env.find("finding") {
            Some(Binding::Finding(_, finding)) => Some(facts::scalar(finding, Ent::Finding, "cve", self.now)),
            _ => None,
        };
        let aims = holds("waives", &P::one(Val::text(target.name())))
            .and(fits("assets", Some(asset)))
            .and(fits("changes", change))
            .and(fits("findings", finding));
        let something = ["assets", "changes", "findings"]
            .into_iter()
            .map(|key| {
                let (seen, _, complete) = set(key);
                K { must: !seen.is_empty(), may: !seen.is_empty() || !complete }
            })
            .fold(K::FALSE, K::or);
        let day = |key: &str| record[key].as_str().and_then(time::parse_date);
        let by = record["by"].as_str().map_or(P::Any, |t| P::one(Val::text(t)));
        let granted = self.granted(target, &by, (day("from"), day("until")), tested);
        let name = record["id"].as_str().expect("a waiver's id").to_owned();
        Aimed { name, aims, applies: aims.and(something).and(granted) }
    }

    /// Whether a waiver of a statement applies.
    pub fn waived(&'a self, target: &Target<'a>, env: &Env<'a>) -> K {
        self.waivers(target, env).iter().map(|w| w.applies).fold(K::FALSE, K::or)
    }

    pub fn read_waived(&'a self, name: &str, env: &Env<'a>) -> K {
        let target = self.target(name);
        // Of a rule or duty no finding is asked about.
        let env = if target.triage() { env.clone() } else { env.without("finding") };
        self.waived(&target, &env)
    }

    /// Whether a block's levels of a finding are waived.
    pub fn finding_waived(&'a self, block: &'a Triage, asset: &Rec<'a>, finding: &Rec<'a>) -> K {
        let env = Env::default()
            .with("asset", Binding::Asset(asset.clone()))
            .with("finding", Binding::Finding(asset.clone(), finding.clone()));
        self.waived(&Target::Triage(block), &env)
    }

    /// Whether there is a waiver of any triage block.
    pub fn triage_waivers(&self) -> bool {
        !self.policy.waivers.is_empty() || self.waiver_records.is_some()
    }

    /// A reason whose statement is waived is a warning.
    pub fn waive(&'a self, reason: Reason, target: &Target<'a>, env: &Env<'a>) -> (Reason, Waived) {
        let mut waived = Waived::default();
        for waiver in self.waivers(target, env) {
            if waiver.applies.must {
                waived.by.insert(waiver.name);
            } else if waiver.aims.may {
                waived.refused.insert(waiver.name);
            }
        }
        let applies = !waived.by.is_empty();
        let effect = if applies { reason.effect.min(Effect::Warn) } else { reason.effect };
        (Reason { effect, certain: reason.certain && !applies, ..reason }, waived)
    }
}
