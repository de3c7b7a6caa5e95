//! Risks, approvals, obligations, waivers.

use std::collections::BTreeSet;

use crate::ir::*;
use crate::vocab::{self, Ent};

use super::{Gen, Scope};

const BILLION: i128 = 1_000_000_000;

fn boxed(e: E) -> Box<E> {
    Box::new(e)
}

/// Whether a policy has statements on people or duties.
pub fn speaks_of_people(policy: &Policy) -> bool {
    !(policy.risks.is_empty()
        && policy.approvals.is_empty()
        && policy.obligations.is_empty()
        && policy.waivers.is_empty())
}

fn about_change() -> Scope {
    let mut scope = Scope::of(&[("change", Ent::Change)], 0);
    scope.assets = true;
    scope
}

impl Gen {
    /// The statements of a policy that speaks of people and duties.
    pub fn people_statements(&mut self) {
        for n in 0..[0, 1, 1][self.rng.below(3)] {
            let mut triage = self.triage(n);
            triage.common.waivable = self.waivable(50);
            self.policy.triages.push(triage);
        }
        for n in 0..[0, 1, 1, 2][self.rng.below(4)] {
            let risk = self.risk(n);
            self.policy.risks.push(risk);
        }
        if self.rng.chance(40) {
            let block = self.categorise(0);
            self.policy.categorises.push(block);
        }
        let rules = 1 + self.rng.below(2);
        let duties = [0, 1, 1, 2][self.rng.below(4)];
        // What can be waived is said before the waivers, and the statements after them may read these.
        let rules: Vec<Option<Waivable>> = (0..rules).map(|_| self.waivable(45)).collect();
        let duties: Vec<Option<Waivable>> = (0..duties).map(|_| self.waivable(45)).collect();
        self.waivers(&rules, &duties);
        for n in 0..[0, 1, 1, 2, 2, 3][self.rng.below(6)] {
            let approval = self.approval(n);
            self.policy.approvals.push(approval);
        }
        for (n, waivable) in duties.into_iter().enumerate() {
            let mut obligation = self.obligation(n);
            obligation.common.waivable = waivable;
            self.policy.obligations.push(obligation);
        }
        for (n, waivable) in rules.into_iter().enumerate() {
            let mut rule = self.rule(n);
            rule.common.noise.retain(|n| !n.starts_with("waivable"));
            rule.common.waivable = waivable;
            self.policy.rules.push(rule);
        }
        if self.rng.chance(30) {
            self.periods();
        }
    }

    fn roles(&mut self) -> Vec<&'static str> {
        let mut roles = self.rng.some(vocab::ROLES, 1);
        roles.truncate(2);
        roles
    }

    fn waivable(&mut self, percent: usize) -> Option<Waivable> {
        self.rng.chance(percent).then(|| Waivable { by: self.roles(), days: self.rng.between(5, 60) })
    }

    /// The clauses that any of these statements takes.
    fn people_common(&mut self, scope: &Scope, seen: &mut Vec<String>, restricts: bool) -> Common {
        let mut common = Common::default();
        if self.rng.chance(20) {
            common.scope = Some(self.another(scope, seen));
        }
        if self.rng.chance(40) {
            common.when = Some(self.another(scope, seen));
        }
        if self.rng.chance(20) {
            common.except = Some(self.another(scope, seen));
        }
        common.effective = self.effective(10);
        if restricts {
            if self.rng.chance(10) {
                common.trial = Some(self.day(8));
            }
            if self.rng.chance(50) {
                common.effect = Some(*self.rng.pick(&[Effect::Report, Effect::Warn, Effect::Hold, Effect::Deny]));
            }
            if self.rng.chance(35) {
                common.unknown = Some(match common.effect.unwrap_or(Effect::Hold) {
                    effect @ (Effect::Report | Effect::Warn) if self.rng.chance(50) => effect,
                    _ => Effect::Hold,
                });
            }
        }
        common
    }

    fn risk(&mut self, n: usize) -> Risk {
        let scope = Scope { stratum: 3, ..about_change() };
        let mut seen = Vec::new();
        let adds = (0..1 + self.rng.below(3))
            .map(|_| {
                let value = self.factor(&scope);
                let when = self.rng.chance(75).then(|| self.another(&scope, &mut seen));
                Add { value, when }
            })
            .collect();
        let mut from = self.rng.between(-2, 8);
        let names = if self.rng.chance(50) { vec!["low", "medium", "high"] } else { vec!["low", "high"] };
        let mut bands: Vec<(&'static str, i64)> = Vec::new();
        for name in names {
            bands.push((name, from));
            from += self.rng.between(1, 25);
        }
        bands.reverse();
        let common = if self.rng.chance(30) { self.people_common(&scope, &mut seen, false) } else { Common::default() };
        Risk { name: format!("risk_{n}"), common, adds, bands }
    }

    fn factor(&mut self, scope: &Scope) -> E {
        match self.rng.below(8) {
            0 => E::Lit(Val::Num(i128::from(self.rng.between(1, 99)) * BILLION / 2)),
            1 => E::Neg(boxed(E::Lit(Val::Int(self.rng.between(1, 20))))),
            2 | 3 => {
                let list = if self.rng.chance(60) {
                    List::Assets
                } else {
                    List::Field("change".to_owned(), self.rng.word(&["fixes", "services", "approvals"]))
                };
                let agg =
                    E::Agg { kind: Agg::Count, value: None, var: "x9".to_owned(), list, filter: None, empty: None };
                E::Arith(Op::Mul, boxed(E::Lit(Val::Int(self.rng.between(2, 9)))), boxed(agg))
            }
            4 => E::Field("change".to_owned(), Ent::Change, "budget"),
            5 => {
                let c = self.cond(scope, None, 0);
                E::If(boxed(c), boxed(E::Lit(Val::Int(20))), boxed(E::Lit(Val::Int(self.rng.between(1, 9)))))
            }
            _ => E::Lit(Val::Int(self.rng.between(1, 40))),
        }
    }

    fn waivers(&mut self, rules: &[Option<Waivable>], duties: &[Option<Waivable>]) {
        let named = |(n, w): (usize, &Option<Waivable>), kind: &str| (format!("{kind}_{n}"), w.clone());
        let mut targets: Vec<(String, Option<Waivable>, bool)> = Vec::new();
        targets.extend(rules.iter().enumerate().map(|x| named(x, "rule")).map(|(n, w)| (n, w, false)));
        targets.extend(duties.iter().enumerate().map(|x| named(x, "duty")).map(|(n, w)| (n, w, false)));
        targets.extend(self.policy.triages.iter().map(|t| (t.name.clone(), t.common.waivable.clone(), true)));
        // Now and then one that cannot be waived.
        targets.retain(|(_, w, _)| w.is_some() || self.rng.chance(5));
        if targets.is_empty() {
            return;
        }
        for n in 0..[0, 1, 1, 2][self.rng.below(4)] {
            let mut waives = self.rng.some(&targets, 1);
            waives.truncate(2);
            let triage = waives.iter().any(|(_, _, triage)| *triage);
            let scope = if triage && waives.len() == 1 {
                Scope { stratum: 1, names: false, ..Scope::finding() }
            } else if triage {
                Scope { stratum: 1, names: false, ..Scope::of(&[("asset", Ent::Asset)], 1) }
            } else {
                Scope { lists: false, ..self.rule_scope(5) }
            };
            let mut seen = Vec::new();
            let mut common = self.people_common(&scope, &mut seen, false);
            if self.rng.chance(50) {
                common.scope = None;
                common.when = None;
            }
            let provided = self.rng.chance(35).then(|| self.another(&scope, &mut seen));
            let from = self.day(1) - self.rng.between(0, 12) as i32;
            let dates = (from, from + self.rng.between(1, 40) as i32);
            let allowed: Vec<&'static str> =
                waives.iter().filter_map(|(_, w, _)| w.as_ref()).flat_map(|w| w.by.clone()).collect();
            let by = if allowed.is_empty() || self.rng.chance(10) {
                self.rng.word(vocab::ROLES)
            } else {
                self.rng.word(&allowed)
            };
            let waives = waives.into_iter().map(|(name, ..)| name).collect();
            self.policy.waivers.push(Waiver { name: format!("waiver_{n}"), common, waives, dates, by, provided });
        }
        self.can_be_waived = targets.into_iter().collect();
    }

    pub fn approval(&mut self, n: usize) -> Approval {
        let mut scope = Scope { stratum: 6, ..about_change() };
        scope.lists = true;
        let asset = self.rng.chance(40);
        if asset {
            scope.vars.push(("asset".to_owned(), super::Var::Rec(Ent::Asset)));
        }
        let mut seen = Vec::new();
        let common = self.people_common(&scope, &mut seen, true);
        let mut needs: Vec<Need> = Vec::new();
        for at in 0..1 + self.rng.below(2) {
            let each = self.rng.chance(40).then(|| (format!("item{at}"), self.items(asset)));
            let count = if each.is_none() && self.rng.chance(40) { 2 } else { 1 };
            needs.push(Need { count, roles: self.roles(), each });
        }
        let mut not_by = Vec::new();
        if self.rng.chance(55) {
            let mut fields = vec![("change", Ent::Change, "requester"), ("change", Ent::Change, "implementer")];
            if asset {
                fields.extend([("asset", Ent::Asset, "owner"), ("asset", Ent::Asset, "sponsor")]);
            }
            for (var, ent, name) in self.rng.some(&fields, 1) {
                not_by.push(Excluded::One(E::Field(var.to_owned(), ent, name)));
            }
            if self.rng.chance(15) {
                let (name, of) = self.constant_set();
                if of == vocab::PEOPLE {
                    not_by.push(Excluded::Each(List::Const(name)));
                }
            }
        }
        let earlier: Vec<String> = self.policy.approvals.iter().map(|a| a.name.clone()).collect();
        let after = if !earlier.is_empty() && self.rng.chance(60) { self.rng.some(&earlier, 1) } else { Vec::new() };
        let valid = self.rng.chance(35).then(|| if self.rng.chance(60) { self.duration() } else { self.span() });
        let survives_edits = self.rng.chance(25);
        let afterwards = self.rng.chance(12).then(|| self.duty_deadline(&[]));
        let review = self.rng.chance(25).then(|| self.duty_deadline(&[]));
        Approval {
            name: format!("approval_{n}"),
            common,
            needs,
            not_by,
            after,
            valid,
            survives_edits,
            afterwards,
            review,
            meets: None,
        }
    }

    /// What a `for each` goes through.
    fn items(&mut self, asset: bool) -> List {
        match self.rng.below(10) {
            0 | 1 => List::Assets,
            2 if asset => List::Field("asset".to_owned(), "services"),
            3 => List::Field("change".to_owned(), "fixes"),
            _ => List::Field("change".to_owned(), "services"),
        }
    }

    /// A deadline of a statement without a clock.
    fn duty_deadline(&mut self, more: &[(&'static str, Ent, &'static str)]) -> Deadline {
        let mut times = vec![
            ("change", Ent::Change, "finished_at"),
            ("change", Ent::Change, "submitted_at"),
            ("change", Ent::Change, "start"),
        ];
        times.extend(more.iter().flat_map(|m| [*m, *m]));
        let (var, ent, name) = *self.rng.pick(&times);
        let time =
            if self.rng.chance(15) { E::TimeLit(self.time_literal(10)) } else { E::Field(var.to_owned(), ent, name) };
        let length = E::Lit(if self.rng.chance(50) { self.duration() } else { self.span() });
        let form = match self.rng.below(6) {
            0 => DeadlineForm::By(time),
            1 => DeadlineForm::Before(length, time),
            2 => DeadlineForm::After(length, time),
            _ => DeadlineForm::Within(length, Some(time)),
        };
        Deadline { form, end_of_day: self.end_of_day() }
    }

    fn obligation(&mut self, n: usize) -> Obligation {
        let mut scope = Scope { stratum: 7, ..about_change() };
        scope.lists = true;
        let about = self.rng.below(3);
        if about > 0 {
            scope.vars.push(("asset".to_owned(), super::Var::Rec(Ent::Asset)));
        }
        if about > 1 {
            scope.vars.extend([("finding".to_owned(), super::Var::Rec(Ent::Finding)); 1]);
            scope.vars.push(("finding".to_owned(), super::Var::Rec(Ent::Finding)));
        }
        let mut seen = Vec::new();
        let mut common = self.people_common(&scope, &mut seen, true);
        if about > 0 && self.rng.chance(70) {
            let own = if about == 1 { "asset" } else { "finding" };
            common.when = Some(self.cond(&scope, Some(own), 1));
        }
        let met = self
            .rng
            .chance(80)
            .then(|| if self.rng.chance(50) { self.evidence_of(&scope) } else { self.another(&scope, &mut seen) });
        let more: &[(&str, Ent, &str)] = match about {
            0 => &[],
            1 => &[("asset", Ent::Asset, "last_patched")],
            _ => &[("finding", Ent::Finding, "detected"), ("finding", Ent::Finding, "published")],
        };
        let due = self.rng.chance(60).then(|| self.duty_deadline(more));
        let assigned = if self.rng.chance(60) { self.roles() } else { Vec::new() };
        let mut obligation = Obligation { name: format!("duty_{n}"), about: About::Change, common, assigned, due, met };
        obligation.about = about_of(&self.policy, &obligation);
        obligation
    }

    /// `any e in change.evidence where e.kind == "test" and …`
    fn evidence_of(&mut self, scope: &Scope) -> E {
        let var = format!("x{}", scope.vars.len());
        let inner = scope.with(&var, super::Var::Rec(Ent::Evidence));
        let body = self.cond(&inner, Some(&var), 1);
        let kind = *self.rng.pick(&[Quant::Any, Quant::Any, Quant::Each]);
        let list = List::Field("change".to_owned(), "evidence");
        E::Quant { kind, var, list, filter: None, body: boxed(body) }
    }
}

/// What an obligation is about: the least of what it names.
pub fn about_of(policy: &Policy, obligation: &Obligation) -> About {
    let mut named = BTreeSet::new();
    let common = &obligation.common;
    let all = [&common.scope, &common.when, &common.except, &obligation.met].into_iter().flatten();
    let due = obligation.due.iter().flat_map(deadline);
    all.chain(due).for_each(|e| names(policy, e, &mut named));
    if named.contains("finding") {
        About::Finding
    } else if named.contains("asset") {
        About::Asset
    } else {
        About::Change
    }
}

/// Whether an approval, or one that it follows, names the asset.
pub fn per_asset(policy: &Policy, approval: &Approval) -> bool {
    let mut named = BTreeSet::new();
    let common = &approval.common;
    let all = [&common.scope, &common.when, &common.except].into_iter().flatten();
    all.chain(approval.own()).for_each(|e| names(policy, e, &mut named));
    approval.lists().into_iter().for_each(|l| list_names(l, &mut named));
    let followed = policy.approvals.iter().filter(|a| approval.after.contains(&a.name));
    named.contains("asset") || followed.into_iter().any(|a| per_asset(policy, a))
}

fn list_names(list: &List, named: &mut BTreeSet<String>) {
    match list {
        List::Field(var, _) | List::AssetsOf(var) | List::Through(Base::Field(var, ..) | Base::Elem(var), ..) => {
            named.insert(var.clone());
        }
        _ => {}
    }
}

/// The variables that an expression names, also through what it reads by name.
pub fn names(policy: &Policy, e: &E, named: &mut BTreeSet<String>) {
    walk(e, &mut |e| match e {
        E::Var(var) | E::Field(var, ..) | E::Triage(_, _, var, _) => {
            named.insert(var.clone());
        }
        E::Through(Base::Field(var, ..) | Base::Elem(var), ..) => {
            named.insert(var.clone());
        }
        E::In(_, l) | E::Quant { list: l, .. } | E::Agg { list: l, .. } => list_names(l, named),
        E::RecIn(var, l) => {
            named.insert(var.clone());
            list_names(l, named);
        }
        E::Metric(_) => {
            named.insert("asset".to_owned());
        }
        E::Overlaps(_) => named.extend(["asset".to_owned(), "change".to_owned()]),
        E::Meets(a, b) => named.extend([a.clone(), b.clone()]),
        E::Let(_, Some(of)) | E::CategoryOf(of) => {
            named.insert(of.clone());
        }
        E::Let(name, None) => {
            if let LetBody::Expr(body) = &policy.let_(name).body {
                names(policy, body, named);
            }
        }
        E::Table(name) => {
            policy.table(name).inputs.iter().filter_map(|(_, e)| e.as_ref()).for_each(|e| names(policy, e, named))
        }
        E::Category if policy.categorise().is_some_and(|c| c.each_asset) => {
            named.insert("asset".to_owned());
        }
        E::Ask(Ask::Approved | Ask::Cleared, name)
            if policy.approvals.iter().any(|a| a.name == *name && per_asset(policy, a)) =>
        {
            named.insert("asset".to_owned());
        }
        E::Ask(Ask::Met, name) if policy.obligations.iter().any(|o| o.name == *name && o.about != About::Change) => {
            named.insert("asset".to_owned());
        }
        E::Ask(Ask::Waived, name) => {
            let triage = policy.triages.iter().any(|t| t.name == *name);
            named.insert(if triage { "finding" } else { "asset" }.to_owned());
        }
        _ => {}
    });
}
