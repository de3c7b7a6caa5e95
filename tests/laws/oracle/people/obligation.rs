//! Obligations: what has to be done, and whether it is.

use serde_json::Value;

use crate::ir::*;
use crate::mutants::Mutant;
use crate::vocab::Ent;

use super::DutyRow;
use crate::oracle::World;
use crate::oracle::decide::Reason;
use crate::oracle::eval::{Binding, Env};
use crate::oracle::facts::{self, Rec};
use crate::oracle::time;
use crate::oracle::value::{self, K, P};

/// One thing that an obligation asks for.
struct Duty<'a> {
    subject: Option<String>,
    /// What it is about, beside change and asset.
    env: Env<'a>,
    concerned: K,
    except: K,
    met: K,
    due: Option<i64>,
    /// It is only kept from an earlier run.
    kept: bool,
}

impl<'a> World<'a> {
    fn obligation_named(&self, name: &str) -> &'a Obligation {
        self.policy.obligations.iter().find(|o| o.name == name).unwrap_or_else(|| panic!("no obligation {name}"))
    }

    fn duty(&'a self, obligation: &Obligation, env: Env<'a>, subject: Option<String>, fixed: K) -> Duty<'a> {
        let tested = self.tested(env.change());
        let met = obligation.met.as_ref().map_or(K::FALSE, |e| self.cond(e, &env));
        let due = obligation.due.as_ref().map_or(P::one(Val::None), |d| self.due_of(d, &env));
        Duty {
            subject,
            concerned: self.concerned(&obligation.common, &tested, &env).and(fixed),
            except: self.except(&obligation.common, &env),
            met: if self.is(Mutant::MetByWhatMayBe) { K::of(met.may) } else { met },
            due: self.earliest_due(&due),
            env,
            kept: false,
        }
    }

    /// Everything that an obligation asks for here, and what it asked for in an earlier run.
    fn duties(&'a self, obligation: &Obligation, env: &Env<'a>) -> Vec<Duty<'a>> {
        let mut duties = Vec::new();
        if obligation.about == About::Finding {
            let Binding::Asset(asset) = env.get("asset").clone() else { panic!("asset is no asset") };
            let findings = self.findings(&asset);
            let mut all: Vec<Rec<'a>> = findings.seen;
            if findings.incomplete && !self.is(Mutant::PhantomIsNothing) {
                all.push(Rec::Nothing);
            }
            for finding in all {
                let env = env.with("finding", Binding::Finding(asset.clone(), finding.clone()));
                let cve = Box::new(E::Field("finding".to_owned(), Ent::Finding, "cve"));
                let fixed = self.cond(&E::In(cve, List::Field("change".to_owned(), "fixes")), &env);
                let subject = match facts::scalar(&finding, Ent::Finding, "cve", self.now).only() {
                    Some(Val::Str(s)) => Some(s.to_string()),
                    _ => None,
                };
                duties.push(self.duty(obligation, env, subject, fixed));
            }
        } else {
            duties.push(self.duty(obligation, env.clone(), None, K::TRUE));
        }
        if !self.is(Mutant::EarlierDutiesForgotten) {
            self.earlier(obligation, env, &mut duties);
        }
        duties
    }

    /// Open duties of earlier runs: made again they keep the earlier date; not made again they stay.
    fn earlier(&'a self, obligation: &Obligation, env: &Env<'a>, duties: &mut Vec<Duty<'a>>) {
        let change = self.changes[env.change()]["id"].as_str();
        let asset = match env.get("asset") {
            Binding::Asset(asset) => facts::scalar(asset, Ent::Asset, "id", self.now),
            other => panic!("asset is {other:?}"),
        };
        let text = |record: &'a Value, key: &str| match record.get(key) {
            Some(Value::String(t)) if t == "none" => P::one(Val::None),
            Some(Value::String(t)) => P::one(Val::text(t)),
            _ => P::Any,
        };
        let is = |p: P, text: &str| value::compare(Cmp::Eq, &p, &P::one(Val::text(text)));
        for record in self.duties.iter().flatten() {
            let mut here = is(text(record, "rule"), &obligation.name)
                .and(is(text(record, "kind"), "obligation"))
                .and(is(text(record, "change"), change.unwrap_or_default()));
            if obligation.about != About::Change {
                let whole = value::compare(Cmp::Eq, &text(record, "asset"), &P::one(Val::None));
                here = here.and(whole.or(value::compare(Cmp::Eq, &text(record, "asset"), &asset)));
            }
            match record["missing"].as_i64() {
                Some(0) => continue,
                Some(_) => {}
                None => here = here.and(K::UNKNOWN),
            }
            if !here.may {
                continue;
            }
            let due = match &record["due"] {
                Value::String(t) if t == "none" => None,
                Value::String(t) => Some(time::parse(t).unwrap_or(self.now)),
                _ => Some(self.now),
            };
            let subject = match text(record, "subject").only() {
                Some(Val::Str(s)) if obligation.about == About::Finding => Some(s.to_string()),
                _ => None,
            };
            let mut again = false;
            let mut uncertain = Vec::new();
            for (at, duty) in duties.iter_mut().enumerate() {
                if duty.subject == subject && ((duty.concerned.may && !duty.except.must) || duty.kept) {
                    duty.due = [duty.due, due].into_iter().flatten().min();
                    if duty.kept {
                        // Certain as soon as one of the records is.
                        duty.concerned = duty.concerned.or(here);
                    } else if !duty.concerned.must {
                        uncertain.push(at);
                    }
                    again = true;
                }
            }
            let mut env = env.clone();
            if obligation.about == About::Finding {
                // Nothing is known of the finding, nor of how urgent it was.
                env = env.with("finding", Binding::Finding(Rec::Nothing, Rec::Nothing));
            }
            let mut duty = self.duty(obligation, env, subject, K::TRUE);
            for at in uncertain {
                // Done today is not enough where today may not ask for it.
                duties[at].met = duties[at].met.and(duty.met);
                duties[at].concerned = duties[at].concerned.or(here);
                duties[at].except = K::FALSE;
            }
            if again {
                continue;
            }
            duty.due = due;
            duty.concerned = here;
            duty.except = K::FALSE;
            duty.kept = true;
            duties.push(duty);
        }
    }

    /// Whether all that an obligation asks for is done, or it asks for nothing.
    pub fn read_met(&'a self, name: &str, env: &Env<'a>) -> K {
        let duties = self.duties(self.obligation_named(name), env);
        let one = |d: &Duty<'a>| d.met.or(d.concerned.and(d.except.not()).not());
        duties.iter().map(one).fold(K::TRUE, K::and)
    }

    /// The reasons and entries of an obligation for a row; each reason with what it is about.
    pub fn obligation(&'a self, obligation: &Obligation, env: &Env<'a>) -> (Vec<(Reason, Env<'a>)>, Vec<DutyRow>) {
        let common = &obligation.common;
        let (mut reasons, mut entries) = (Vec::new(), Vec::new());
        for duty in self.duties(obligation, env) {
            if !duty.concerned.may || duty.except.must {
                continue;
            }
            entries.push(DutyRow {
                kind: "obligation",
                rule: obligation.name.clone(),
                role: (!obligation.assigned.is_empty()).then(|| obligation.assigned.join(" or ")),
                subject: duty.subject.clone(),
                need: 1,
                have: Some(u32::from(duty.met.must)),
                due: duty.due.map(time::print),
                sitting: None,
            });
            let open = if duty.kept {
                // What an earlier run asked for is asked for as it was, not as a doubt.
                duty.concerned.and(K::of(!duty.met.must))
            } else {
                duty.concerned.and(duty.met.not())
            };
            let reason = self.reason(&obligation.name, "obligation", common, Effect::Hold, open, duty.except);
            reasons.extend(reason.map(|r| (Reason { subject: duty.subject.clone(), ..r }, duty.env.clone())));
        }
        (reasons, entries)
    }
}
