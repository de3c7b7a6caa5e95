//! Random cases: a policy that checks, and facts with holes.

mod atoms;
mod cond;
mod edges;
mod facts;
mod people;
mod people_atoms;
mod people_facts;
mod periods;
mod statements;
mod tables;
mod time;
mod values;

pub use facts::put;
pub use people::{about_of, speaks_of_people};

use std::collections::BTreeSet;

use crate::case::Case;
use crate::ir::*;
use crate::oracle::time as clock;
use crate::rng::Rng;
use crate::vocab::{self, Ent, Ty};

/// What reads a category has this stratum at least, and names the change by it.
pub const CATEGORIES: u8 = 4;

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Var {
    Rec(Ent),
    /// An element of a set, with texts that it may be.
    Text(&'static [&'static str]),
    /// The same, of ids of records.
    Ref(Ent, &'static [&'static str]),
}

/// What an expression may name.
#[derive(Clone, Debug)]
pub struct Scope {
    pub vars: Vec<(String, Var)>,
    pub assets: bool,
    /// The other lists of the input.
    pub lists: bool,
    /// The statement's: it reads lower ones.
    pub stratum: u8,
    /// `let`s, tables and parameters may be used.
    pub names: bool,
    /// Of a `let`: it may read the category of its asset.
    pub categories: bool,
}

impl Scope {
    pub fn of(subjects: &[(&str, Ent)], stratum: u8) -> Self {
        let vars = subjects.iter().map(|(name, ent)| ((*name).to_owned(), Var::Rec(*ent))).collect();
        Self { vars, assets: false, lists: false, stratum, names: true, categories: false }
    }

    pub fn finding() -> Self {
        Self::of(&[("finding", Ent::Finding), ("asset", Ent::Asset)], 2)
    }

    pub fn kind(&self, name: &str) -> Var {
        self.vars.iter().rev().find(|(n, _)| n == name).map_or_else(|| panic!("no {name}"), |(_, v)| *v)
    }

    pub fn has(&self, name: &str) -> bool {
        self.vars.iter().any(|(n, _)| n == name)
    }

    /// Whether a `let` may be used, whatever it is about.
    pub fn may_name(&self, l: &Let) -> bool {
        l.stratum < self.stratum.max(1) && (l.stratum < CATEGORIES || self.has("change") || self.categories)
    }

    fn with(&self, name: &str, var: Var) -> Self {
        let mut scope = self.clone();
        scope.vars.push((name.to_owned(), var));
        scope
    }
}

/// A case in the making.
pub struct Gen {
    pub rng: Rng,
    /// How large things get, from 1.
    pub size: usize,
    pub policy: Policy,
    pub now: i64,
    counter: usize,
    /// Whether the policy looks at absence.
    absence: bool,
    /// How deep a definition is nested in others.
    defining: usize,
    /// `now` is near an hour that occurs twice: the zone, and the instant at which it occurs again.
    twice: Option<(&'static str, i64)>,
    /// The policy speaks of people and duties.
    people: bool,
    /// It speaks of calendars, metrics, and all that recurs.
    times: bool,
    /// A zone, and an instant at which its clocks change, near `now`.
    change: Option<(&'static str, i64)>,
    /// A day may end by the asset's own clock.
    ends_by_asset: bool,
    /// The statements that waivers may be for: by whom and how long, and whether it is a triage.
    can_be_waived: Vec<(String, Option<Waivable>, bool)>,
}

/// One case. The same seed and size give the same case.
pub fn case(rng: Rng, size: usize, people: bool, times: bool) -> Case {
    let mut g = Gen::new(rng, size, 0);
    g.people = people;
    g.times = times;
    g.absence = g.rng.chance(30);
    g.now = if times { g.moment_of_change() } else { g.moment() };
    g.settings();
    if times {
        g.policy.zone = g.some_zone();
        g.time_statements();
    } else if people {
        g.people_statements();
    } else {
        g.statements();
    }
    prune(&mut g.policy);
    let facts = g.facts();
    let mut case = Case { policy: g.policy, facts, now: g.now };
    if times && g.rng.chance(40) {
        edges::onto_edges(&mut case, &mut g.rng, g.change);
    }
    case
}

impl Gen {
    pub fn new(rng: Rng, size: usize, now: i64) -> Self {
        Self {
            rng,
            size: size.max(1),
            policy: Policy::default(),
            now,
            counter: 0,
            absence: false,
            defining: 0,
            twice: None,
            people: false,
            times: false,
            change: None,
            ends_by_asset: false,
            can_be_waived: Vec::new(),
        }
    }

    /// A `now`: often near a change of the clocks.
    fn moment(&mut self) -> i64 {
        if self.rng.chance(12) {
            let folds = [("America/New_York", "2026-11-01T06:00:00Z"), ("Europe/London", "2026-10-25T01:00:00Z")];
            let (zone, again) = *self.rng.pick(&folds);
            let again = clock::parse(again).expect("a time");
            self.twice = Some((zone, again));
            return again - self.rng.between(0, 12) * 15 * clock::MINUTE;
        }
        let anchors = [
            "2026-10-25",
            "2026-11-01",
            "2026-11-20",
            "2026-12-31",
            "2027-03-14",
            "2027-03-28",
            "2027-04-04",
            "2027-04-30",
        ];
        let day = clock::parse_date(self.rng.word(&anchors)).expect("a date") + self.rng.between(-3, 3) as i32;
        i64::from(day) * clock::DAY + self.rng.between(0, 287) * 5 * clock::MINUTE
    }

    fn settings(&mut self) {
        let p = &mut self.policy;
        p.zone = self.rng.word(vocab::ZONES);
        p.business_days = self.rng.chance(40).then(|| *self.rng.pick(&[(0, 4), (0, 3), (1, 5), (0, 5)]));
        if self.rng.chance(50) {
            let mut versions = vec!["4.0", "3.1", "3.0", "2.0"];
            self.rng.shuffle(&mut versions);
            p.cvss_prefer = Some(versions);
        }
        p.longest_change = self.rng.chance(30).then(|| self.rng.between(24, 120));
    }

    pub fn fresh(&mut self, prefix: &str) -> String {
        self.counter += 1;
        format!("{prefix}_{}", self.counter)
    }

    /// A day near `now`.
    pub fn day(&mut self, reach: i64) -> i32 {
        (self.now / clock::DAY) as i32 + self.rng.between(-reach, reach) as i32
    }

    /// A time literal near `now`.
    pub fn time_literal(&mut self, reach: i64) -> TimeLit {
        let zone = match self.rng.below(4) {
            0 => ZoneSpec::Utc,
            1 => ZoneSpec::Policy,
            2 => ZoneSpec::Offset(*self.rng.pick(&[-300, 60, 330, 660])),
            _ => ZoneSpec::Named(self.rng.word(vocab::ZONES)),
        };
        TimeLit { date: self.day(reach), minute: self.rng.between(0, 95) as i32 * 15, zone }
    }

    /// The fields of a record that satisfy a test.
    pub fn field(&mut self, ent: Ent, test: impl Fn(&vocab::Field) -> bool) -> Option<&'static vocab::Field> {
        let more = if self.people { vocab::more(ent) } else { &[] };
        let fields: Vec<&'static vocab::Field> = vocab::fields(ent).iter().chain(more).filter(|f| test(f)).collect();
        if fields.is_empty() { None } else { Some(*self.rng.pick(&fields)) }
    }

    /// What the quantifiers of this scope may look through; where `focus` is given, only lists of that variable.
    pub fn lists(&mut self, scope: &Scope, focus: Option<&str>) -> Vec<(List, Var)> {
        let mut lists = Vec::new();
        for (name, var) in &scope.vars {
            let Var::Rec(ent) = var else { continue };
            if focus.is_some_and(|f| f != name) {
                continue;
            }
            for field in vocab::fields(*ent) {
                match field.ty {
                    Ty::Set(texts) => lists.push((List::Field(name.clone(), field.name), Var::Text(texts))),
                    Ty::List(of) => {
                        // Records say more than texts.
                        lists.push((List::Field(name.clone(), field.name), Var::Rec(of)));
                        lists.push((List::Field(name.clone(), field.name), Var::Rec(of)));
                    }
                    _ => {}
                }
            }
        }
        if focus.is_none() {
            if scope.assets {
                lists.extend(std::iter::repeat_n((List::Assets, Var::Rec(Ent::Asset)), 6));
            }
            if scope.lists {
                lists.push((List::Inventory, Var::Rec(Ent::Asset)));
                lists.push((List::Changes, Var::Rec(Ent::Change)));
            }
            if scope.names && self.rng.chance(20) {
                let (name, texts) = self.constant_set();
                lists.push((List::Const(name), Var::Text(texts)));
            }
        }
        if self.people {
            self.more_lists(scope, focus, &mut lists);
        }
        lists
    }

    /// A `let` that is a set of texts, and the pool that they are from.
    pub fn constant_set(&mut self) -> (String, &'static [&'static str]) {
        let pools = [vocab::TAGS, vocab::TEAMS, vocab::MODELS, vocab::CVES, vocab::PEOPLE, vocab::SERVICES];
        let pool = pools[self.rng.below(pools.len())];
        let name = self.fresh("set");
        let items = self.rng.some(pool, 1);
        self.policy.lets.push(Let {
            name: name.clone(),
            subject: Subject::Nothing,
            kind: Kind::Str,
            stratum: 0,
            body: LetBody::Set(items),
        });
        (name, pool)
    }
}

/// Drops the definitions that nothing uses.
pub fn prune(policy: &mut Policy) {
    loop {
        let mut used: BTreeSet<String> = BTreeSet::new();
        each_expression(policy, &mut |e| {
            walk(e, &mut |e| {
                let mut see_list = |l: &List| {
                    if let List::Const(name) = l {
                        used.insert(name.clone());
                    }
                };
                match e {
                    E::In(_, l) | E::Quant { list: l, .. } | E::Agg { list: l, .. } => see_list(l),
                    E::Let(name, _) | E::Table(name) => {
                        used.insert(name.clone());
                    }
                    _ => {}
                }
            });
        });
        for list in policy.approvals.iter().flat_map(Approval::lists) {
            if let List::Const(name) = list {
                used.insert(name.clone());
            }
        }
        used.extend(policy.triages.iter().filter_map(|t| t.decide.clone()));
        time::prune(policy);
        let before = policy.lets.len() + policy.tables.len();
        policy.lets.retain(|l| used.contains(&l.name));
        policy.tables.retain(|t| used.contains(&t.name));
        if before == policy.lets.len() + policy.tables.len() {
            return;
        }
    }
}

/// Calls `see` with every expression of a policy (not with those inside them).
pub fn each_expression(policy: &Policy, see: &mut dyn FnMut(&E)) {
    for l in &policy.lets {
        if let LetBody::Expr(e) = &l.body {
            see(e);
        }
    }
    for t in &policy.tables {
        t.inputs.iter().filter_map(|(_, e)| e.as_ref()).for_each(&mut *see);
    }
    for t in &policy.triages {
        each_common(&t.common, see);
        t.clock.iter().chain(&t.done).for_each(&mut *see);
        let deadlines = t.within.iter().chain(t.arms.iter().filter_map(|a| a.deadline.as_ref()));
        for d in deadlines {
            match &d.form {
                DeadlineForm::Within(a, None) | DeadlineForm::By(a) => see(a),
                DeadlineForm::Within(a, Some(b)) | DeadlineForm::Before(a, b) | DeadlineForm::After(a, b) => {
                    [a, b].into_iter().for_each(&mut *see)
                }
            }
        }
        t.arms.iter().filter_map(|a| a.when.as_ref()).for_each(&mut *see);
    }
    for c in &policy.categorises {
        c.arms.iter().filter_map(|a| a.when.as_ref()).for_each(&mut *see);
    }
    for r in &policy.rules {
        each_common(&r.common, see);
        r.demands.iter().map(|(_, e)| e).for_each(&mut *see);
    }
    for p in &policy.periods {
        each_common(&p.common, see);
        p.while_.iter().for_each(&mut *see);
    }
    for r in &policy.risks {
        each_common(&r.common, see);
        r.adds.iter().flat_map(|a| a.when.iter().chain([&a.value])).for_each(&mut *see);
    }
    for a in &policy.approvals {
        each_common(&a.common, see);
        a.own().into_iter().for_each(&mut *see);
    }
    for o in &policy.obligations {
        each_common(&o.common, see);
        o.due.iter().flat_map(deadline).chain(&o.met).for_each(&mut *see);
    }
    for w in &policy.waivers {
        each_common(&w.common, see);
        w.provided.iter().for_each(&mut *see);
    }
}

fn each_common(c: &Common, see: &mut dyn FnMut(&E)) {
    [&c.scope, &c.when, &c.except].into_iter().flatten().for_each(&mut *see);
    for piece in c.because.iter().flatten() {
        if let Piece::Hole(e) = piece {
            see(e);
        }
    }
}
