//! Triages, categorisations, rules.

use crate::ir::*;
use crate::vocab::Ent;

use super::{Gen, Scope};

const LEVELS: [&str; 4] = ["act", "attend", "track_closely", "track"];

fn boxed(e: E) -> Box<E> {
    Box::new(e)
}

impl Gen {
    pub fn statements(&mut self) {
        let blocks = [0, 1, 1, 1, 2][self.rng.below(5)];
        for n in 0..blocks {
            let triage = self.triage(n);
            self.policy.triages.push(triage);
        }
        let kinds = [0, 1, 1, 2][self.rng.below(4)];
        let mut blocks = Vec::new();
        for n in 0..kinds {
            blocks.push(self.categorise(n));
        }
        if blocks.len() > 1 {
            self.policy.category = Some(blocks[self.rng.below(2)].name.clone());
        }
        self.policy.categorises = blocks;
        for n in 0..1 + self.rng.below(self.size + 1) {
            let rule = self.rule(n);
            self.policy.rules.push(rule);
        }
        self.periods();
    }

    fn depth(&mut self) -> usize {
        self.rng.below(self.size.min(3) + 1)
    }

    /// A condition that no earlier one of these is, and that none of them holds wherever it holds.
    pub fn another(&mut self, scope: &Scope, seen: &mut Vec<String>) -> E {
        loop {
            let depth = self.depth();
            let e = self.cond(scope, None, depth);
            let text = |e: &&E| format!("{e:?}");
            let (needs, suffices) = (self.flat(&e, true), self.flat(&e, false));
            let (needs, suffices): (Vec<String>, Vec<String>) =
                (needs.iter().map(text).collect(), suffices.iter().map(text).collect());
            if !needs.iter().any(|part| seen.contains(part)) && !seen.contains(&text(&&e)) {
                seen.push(text(&&e));
                seen.extend(suffices);
                return e;
            }
        }
    }

    /// The parts of an `and`, or else of an `or`, at any depth and through names.
    fn flat<'e>(&'e self, e: &'e E, and: bool) -> Vec<&'e E> {
        match e {
            E::And(parts) if and => parts.iter().flat_map(|p| self.flat(p, and)).collect(),
            E::Or(parts) if !and => parts.iter().flat_map(|p| self.flat(p, and)).collect(),
            E::Let(name, None) => match &self.policy.let_(name).body {
                LetBody::Expr(body) => self.flat(body, and),
                LetBody::Set(_) | LetBody::Param(..) => vec![e],
            },
            other => vec![other],
        }
    }

    pub fn triage(&mut self, n: usize) -> Triage {
        let many = self.rng.between(2, 4) as usize;
        let levels: Vec<String> = LEVELS.iter().take(many).map(|l| (*l).to_owned()).collect();
        let mut block = Triage {
            name: format!("block_{n}"),
            common: Common::default(),
            levels,
            clock: None,
            done: None,
            decide: None,
            within: None,
            arms: Vec::new(),
        };
        let calendar_only = self.rng.chance(12);
        self.ends_by_asset = true;
        block.clock = self.rng.chance(75).then(|| self.clock(calendar_only));
        let scope = Scope::finding();
        let mut seen = Vec::new();
        block.done = self.rng.chance(50).then(|| self.another(&scope, &mut seen));
        if self.rng.chance(20) {
            block.decide = self.decision_table(&block.levels.clone());
        }
        if block.clock.is_some() && self.rng.chance(40) {
            let e = self.length(calendar_only, Some(&block));
            let end_of_day = self.end_of_day();
            block.within = Some(Deadline { form: DeadlineForm::Within(e, None), end_of_day });
        }
        let mut names = block.levels.clone();
        if block.decide.is_none() {
            let last = names.pop().expect("a level");
            for _ in 0..self.rng.below(self.size + 1) {
                names.push(self.rng.pick(&block.levels).clone());
            }
            if self.rng.chance(30) {
                self.rng.shuffle(&mut names);
            }
            names.push(last);
        }
        let otherwise = names.len() - 1;
        for (at, name) in names.into_iter().enumerate() {
            let when = (block.decide.is_none() && at != otherwise).then(|| self.another(&scope, &mut seen));
            let deadline = self.rng.chance(70).then(|| self.deadline(&block, calendar_only));
            block.arms.push(Arm { name, deadline, when });
        }
        self.ends_by_asset = false;
        if self.rng.chance(30) {
            block.common.scope = Some(self.another(&scope, &mut seen));
        }
        if self.rng.chance(10) {
            block.common.when = Some(self.another(&scope, &mut seen));
        }
        if self.rng.chance(15) {
            block.common.except = Some(self.another(&scope, &mut seen));
        }
        block.common.effective = self.effective(10);
        if block.arms.iter().all(|a| a.deadline.is_some()) {
            block.within = None;
        }
        let uses_clock = |d: &Deadline| matches!(d.form, DeadlineForm::Within(_, None));
        let used = block.within.iter().chain(block.arms.iter().filter_map(|a| a.deadline.as_ref())).any(uses_clock);
        if !used {
            block.clock = None;
        }
        block
    }

    /// When a deadline starts to run. Only calendar spans are added to a date.
    fn clock(&mut self, date: bool) -> E {
        let field = |name| E::Field("finding".to_owned(), Ent::Finding, name);
        if date {
            return field("kev_added");
        }
        match self.rng.below(5) {
            0 => E::Default(boxed(field("patch_available_at")), boxed(field("published"))),
            1 => E::Default(boxed(field("detected")), boxed(field("published"))),
            2 => field("patch_available_at"),
            3 => field("detected"),
            _ => {
                let c = self.cond(&Scope::finding(), Some("finding"), 0);
                E::If(boxed(c), boxed(field("detected")), boxed(field("published")))
            }
        }
    }

    fn length(&mut self, calendar_only: bool, block: Option<&Triage>) -> E {
        if calendar_only {
            return E::Lit(self.span());
        }
        match self.rng.below(10) {
            0..3 => E::Lit(self.duration()),
            3..6 => E::Lit(self.span()),
            6 => {
                let c = self.cond(&Scope::finding(), None, 0);
                E::If(boxed(c), boxed(E::Lit(self.duration())), boxed(E::Lit(self.duration())))
            }
            7 => {
                let fields = [("asset", Ent::Asset, "grace"), ("finding", Ent::Finding, "effort")];
                let (var, ent, name) = self.rng.pick(&fields);
                E::Field((*var).to_owned(), *ent, name)
            }
            8 => {
                let body = E::Arith(
                    Op::Mul,
                    boxed(E::Lit(Val::Dur(3_600_000_000))),
                    boxed(E::Field("finding".to_owned(), Ent::Finding, "weight")),
                );
                E::Let(self.define(Subject::Finding, Kind::Dur, body), None)
            }
            _ => {
                let levels: Option<Vec<Val>> = block.map(|b| b.levels.iter().map(|l| b.level(l)).collect());
                let levels = levels.filter(|_| self.rng.chance(60));
                E::Table(self.length_table(levels.as_deref(), calendar_only))
            }
        }
    }

    pub fn end_of_day(&mut self) -> Option<Option<&'static str>> {
        match self.rng.below(6) {
            0 => Some(None),
            1 if self.times && self.ends_by_asset => Some(Some(ASSET_ZONE)),
            1 | 2 => Some(Some(self.rng.word(crate::vocab::ZONES))),
            _ => None,
        }
    }

    fn deadline(&mut self, block: &Triage, calendar_only: bool) -> Deadline {
        let time = |g: &mut Self| match g.rng.below(3) {
            0 => E::TimeLit(g.time_literal(15)),
            1 => E::Field("finding".to_owned(), Ent::Finding, "patch_available_at"),
            _ => E::Field("finding".to_owned(), Ent::Finding, "detected"),
        };
        let date = |g: &mut Self| match g.rng.below(3) {
            0 => E::Lit(Val::Date(g.day(15))),
            1 => E::Field("finding".to_owned(), Ent::Finding, "kev_added"),
            _ => E::Field("asset".to_owned(), Ent::Asset, "os.eol"),
        };
        let form = match self.rng.below(8) {
            0 => DeadlineForm::By(date(self)),
            1 => DeadlineForm::By(time(self)),
            2 => DeadlineForm::Before(self.length(false, None), time(self)),
            3 => DeadlineForm::After(self.length(true, None), date(self)),
            4 => DeadlineForm::Within(self.length(false, Some(block)), Some(time(self))),
            _ if block.clock.is_some() && self.rng.chance(8) => DeadlineForm::Within(E::Lit(Val::None), None),
            _ if block.clock.is_some() => DeadlineForm::Within(self.length(calendar_only, Some(block)), None),
            _ => DeadlineForm::After(self.length(false, None), time(self)),
        };
        Deadline { form, end_of_day: self.end_of_day() }
    }

    pub fn effective(&mut self, percent: usize) -> Option<(Option<i32>, Option<i32>)> {
        if !self.rng.chance(percent) {
            return None;
        }
        let from = self.day(6);
        let until = from + self.rng.between(0, 10) as i32;
        Some(match self.rng.below(3) {
            0 => (Some(from), None),
            1 => (None, Some(until)),
            _ => (Some(from), Some(until)),
        })
    }

    pub fn categorise(&mut self, n: usize) -> Categorise {
        let each_asset = self.rng.chance(35);
        let mut scope = Scope::of(&[("change", Ent::Change)], 4);
        scope.assets = true;
        if each_asset {
            scope.vars.push(("asset".to_owned(), super::Var::Rec(Ent::Asset)));
            scope.vars.push(("asset".to_owned(), super::Var::Rec(Ent::Asset)));
        }
        let mut seen = Vec::new();
        let mut names = vec!["emergency", "standard", "normal"];
        if self.rng.chance(30) {
            names.insert(1, "normal");
        }
        let last = names.len() - 1;
        let arms = names
            .into_iter()
            .enumerate()
            .map(|(at, name)| {
                let when = (at != last).then(|| self.another(&scope, &mut seen));
                Arm { name: format!("{name}{}", if n > 0 { "_b" } else { "" }), deadline: None, when }
            })
            .collect();
        Categorise { name: format!("kind_{n}"), each_asset, arms }
    }

    /// Where a statement that decides over a change and an asset stands.
    pub fn rule_scope(&mut self, stratum: u8) -> Scope {
        let mut scope = Scope::of(&[("asset", Ent::Asset), ("change", Ent::Change)], stratum);
        scope.assets = true;
        scope.lists = true;
        scope
    }

    pub fn rule(&mut self, n: usize) -> Rule {
        let scope = self.rule_scope(8);
        let mut seen = Vec::new();
        let many = if self.rng.chance(20) { 2 + self.rng.below(2) } else { 1 };
        let mut demands = Vec::new();
        for _ in 0..many {
            let e = self.another(&scope, &mut seen);
            demands.push((self.rng.chance(50), e));
        }
        let mut common = self.common(&scope, &mut seen);
        if common.effect == Some(Effect::Defer) {
            common.effect = Some(Effect::Hold);
        }
        if self.rng.chance(10) {
            common.noise.push("waivable by \"ciso\" up to 180d");
        }
        Rule { name: format!("rule_{n}"), common, demands }
    }

    /// The clauses that any statement takes.
    pub fn common(&mut self, scope: &Scope, seen: &mut Vec<String>) -> Common {
        let mut common = Common::default();
        if self.rng.chance(25) {
            common.scope = Some(self.another(&Scope { stratum: scope.stratum.min(5), ..scope.clone() }, seen));
        }
        if self.rng.chance(40) {
            common.when = Some(self.another(&Scope { stratum: scope.stratum.min(5), ..scope.clone() }, seen));
        }
        if self.rng.chance(35) {
            common.except = Some(self.another(&Scope { stratum: 8, ..scope.clone() }, seen));
        }
        common.effective = self.effective(12);
        if self.rng.chance(12) {
            common.trial = Some(self.day(8));
        }
        if self.rng.chance(60) {
            common.effect =
                Some(*self.rng.pick(&[Effect::Report, Effect::Warn, Effect::Hold, Effect::Defer, Effect::Deny]));
        }
        if self.rng.chance(35) {
            let effect = common.effect.unwrap_or(Effect::Hold);
            common.unknown = Some(match effect {
                Effect::Report | Effect::Warn if self.rng.chance(50) => effect,
                _ => Effect::Hold,
            });
        }
        if self.rng.chance(40) {
            let owner = E::Field("asset".to_owned(), Ent::Asset, "owner");
            common.because =
                Some(vec![Piece::Text("ask ".to_owned()), Piece::Hole(owner), Piece::Text(" about it".to_owned())]);
        }
        if self.rng.chance(15) {
            common.noise.push("ref \"NIST SP 800-40r4\"");
        }
        if self.rng.chance(10) {
            common.noise.push("owner \"security@example.org\"");
        }
        common
    }
}
