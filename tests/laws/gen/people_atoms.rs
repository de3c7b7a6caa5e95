//! Conditions on people and duties, on records that fields refer to, and on other changes.

use crate::ir::*;
use crate::vocab::{self, Ent, Ty};

use super::people::per_asset;
use super::{Gen, Scope, Var};

fn boxed(e: E) -> Box<E> {
    Box::new(e)
}

fn cmp(op: Cmp, a: E, b: E) -> E {
    E::Cmp(op, boxed(a), boxed(b))
}

impl Gen {
    /// Something that the statement reads by name.
    pub fn named_atom(&mut self, scope: &Scope) -> Option<E> {
        if !scope.has("change") {
            return None;
        }
        let asset = scope.has("asset");
        let mut all: Vec<E> = Vec::new();
        if scope.stratum > 3 && !self.policy.risks.is_empty() {
            let at = self.rng.below(self.policy.risks.len());
            all.push(self.risk_atom(at));
        }
        if scope.stratum > 5 && asset {
            let finding = scope.has("finding");
            let named = self.can_be_waived.iter().filter(|(_, _, triage)| !*triage || finding);
            all.extend(named.map(|(name, ..)| E::Ask(Ask::Waived, name.clone())));
        }
        if scope.stratum > 6 {
            let usable: Vec<String> = (self.policy.approvals.iter())
                .filter(|a| asset || !per_asset(&self.policy, a))
                .map(|a| a.name.clone())
                .collect();
            for name in usable {
                let ask = if self.rng.chance(65) { Ask::Approved } else { Ask::Cleared };
                all.push(E::Ask(ask, name.clone()));
                all.push(E::Ask(ask, name));
            }
        }
        if scope.stratum > 7 {
            let usable = self.policy.obligations.iter().filter(|o| asset || o.about == About::Change);
            let met: Vec<E> = usable.map(|o| E::Ask(Ask::Met, o.name.clone())).collect();
            all.extend(met.iter().chain(&met).cloned());
        }
        if all.is_empty() {
            return None;
        }
        let e = self.rng.pick(&all).clone();
        Some(if matches!(e, E::Ask(..)) && self.rng.chance(25) { E::Not(boxed(e)) } else { e })
    }

    /// Whether a finding is waived.
    pub fn waived_atom(&mut self) -> Option<E> {
        let triages: Vec<String> =
            self.can_be_waived.iter().filter(|(_, _, triage)| *triage).map(|(name, ..)| name.clone()).collect();
        if triages.is_empty() {
            return None;
        }
        let e = E::Ask(Ask::Waived, self.rng.pick(&triages).clone());
        Some(if self.rng.chance(50) { E::Not(boxed(e)) } else { e })
    }

    fn risk_atom(&mut self, at: usize) -> E {
        let risk = self.policy.risks[at].clone();
        let read = |field| E::Risk(risk.name.clone(), field);
        if self.rng.chance(50) {
            let op = *self.rng.pick(&[Cmp::Ge, Cmp::Gt, Cmp::Lt, Cmp::Le]);
            return cmp(op, read(RiskField::Score), E::Lit(Val::Int(self.rng.between(1, 40))));
        }
        let last = risk.bands.len() - 1;
        // Bands run from the highest down; not a comparison that any band passes, or none.
        let (op, at) = match self.rng.below(5) {
            0 => (Cmp::Ge, self.rng.below(last)),
            1 => (Cmp::Gt, 1 + self.rng.below(last)),
            2 => (Cmp::Lt, self.rng.below(last)),
            3 => (Cmp::Ne, self.rng.below(last + 1)),
            _ => (Cmp::Eq, self.rng.below(last + 1)),
        };
        cmp(op, read(RiskField::Band), E::Lit(risk.band(at)))
    }

    /// Something about a record that a field of the variable refers to, or that the variable itself is the id of; or about where it is listed.
    pub fn reference_atom(&mut self, scope: &Scope, var: &str) -> Option<E> {
        match scope.kind(var) {
            Var::Ref(ent, _) => Some(self.through_atom(&Base::Elem(var.to_owned()), ent)),
            Var::Text(_) => None,
            Var::Rec(ent) => {
                let mut all: Vec<E> = Vec::new();
                let fields = vocab::fields(ent).iter().filter(|f| matches!(f.ty, Ty::Str(_)));
                let referring: Vec<(&'static str, Ent)> =
                    fields.filter_map(|f| Some((f.name, vocab::refers(ent, f.name)?))).collect();
                for (name, target) in referring {
                    all.push(self.through_atom(&Base::Field(var.to_owned(), ent, name), target));
                }
                if ent == Ent::Change && var != "change" && scope.has("change") {
                    let (a, b) = (var.to_owned(), "change".to_owned());
                    let meets = if self.rng.chance(50) { E::Meets(a, b) } else { E::Meets(b, a) };
                    all.extend([meets.clone(), meets]);
                }
                if matches!(ent, Ent::Asset | Ent::Change | Ent::Incident) {
                    all.extend(self.listed(scope, var, ent));
                }
                if all.is_empty() { None } else { Some(self.rng.pick(&all).clone()) }
            }
        }
    }

    /// Whether an asset is among those of another variable, either of which is this one.
    fn listed(&self, scope: &Scope, var: &str, ent: Ent) -> Vec<E> {
        let mut all = Vec::new();
        for (name, other) in &scope.vars {
            let Var::Rec(of) = other else { continue };
            let (asset, holder, holds) =
                if ent == Ent::Asset { (var, name.as_str(), *of) } else { (name.as_str(), var, ent) };
            if (ent == Ent::Asset) == (*of == Ent::Asset) {
                continue;
            }
            match holds {
                Ent::Change if holder != "change" => {
                    all.push(E::RecIn(asset.to_owned(), List::AssetsOf(holder.to_owned())));
                }
                Ent::Incident => {
                    all.push(E::RecIn(asset.to_owned(), List::Field(holder.to_owned(), "assets")));
                }
                _ => {}
            }
        }
        all
    }

    fn through_atom(&mut self, base: &Base, ent: Ent) -> E {
        let read = |name: &'static str| E::Through(base.clone(), ent, name);
        match ent {
            Ent::Person if self.rng.chance(60) => {
                let role = E::Lit(Val::text(self.rng.word(vocab::ROLES)));
                E::In(boxed(role), List::Through(base.clone(), ent, "roles"))
            }
            Ent::Person => cmp(Cmp::Eq, read("name"), E::Lit(Val::text(self.rng.word(&["Ann A.", "Bob B."])))),
            Ent::Service if self.rng.chance(50) => {
                let op = *self.rng.pick(&[Cmp::Le, Cmp::Eq]);
                cmp(op, read("tier"), E::Lit(Val::Int(self.rng.between(1, 3))))
            }
            Ent::Service if self.rng.chance(30) => {
                cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), read("owner"), E::Lit(Val::None))
            }
            Ent::Service => cmp(Cmp::Eq, read("owner"), E::Lit(Val::text(self.rng.word(vocab::VOTERS)))),
            other => panic!("nothing refers to {other:?}"),
        }
    }

    /// The lists of a variable that a policy which speaks of people reads.
    pub fn more_lists(&mut self, scope: &Scope, focus: Option<&str>, lists: &mut Vec<(List, Var)>) {
        for (name, var) in &scope.vars {
            let Var::Rec(ent) = var else { continue };
            if focus.is_some_and(|f| f != name) {
                continue;
            }
            for field in vocab::more(*ent) {
                match field.ty {
                    Ty::List(of) => {
                        lists.extend(std::iter::repeat_n((List::Field(name.clone(), field.name), Var::Rec(of)), 3))
                    }
                    Ty::Set(texts) => lists.push((List::Field(name.clone(), field.name), Var::Text(texts))),
                    _ => {}
                }
            }
            if *ent == Ent::Change && scope.lists {
                lists.push((List::AssetsOf(name.clone()), Var::Rec(Ent::Asset)));
            }
            for (of, field) in [(Ent::Change, "requester"), (Ent::Asset, "owner"), (Ent::Vote, "by")] {
                if of == *ent {
                    let base = Base::Field(name.clone(), of, field);
                    lists.push((List::Through(base.clone(), Ent::Person, "delegations"), Var::Rec(Ent::Delegation)));
                    lists.push((List::Through(base, Ent::Person, "roles"), Var::Text(vocab::ROLES)));
                }
            }
        }
        if focus.is_none() && scope.lists {
            lists.extend([(List::People, Var::Rec(Ent::Person)), (List::Incidents, Var::Rec(Ent::Incident))]);
            lists.push((List::Changes, Var::Rec(Ent::Change)));
            lists.push((List::Changes, Var::Rec(Ent::Change)));
        }
        // The elements of these sets are services.
        for (list, var) in lists.iter_mut() {
            let List::Field(of, field) = list else { continue };
            if let (Var::Rec(ent), Var::Text(texts)) = (scope.kind(of), &*var)
                && let Some(target) = vocab::refers(ent, field)
            {
                *var = if target == Ent::Service { Var::Ref(target, texts) } else { Var::Text(texts) };
            }
        }
    }
}
