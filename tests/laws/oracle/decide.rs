//! The decision of one change and asset.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::*;
use crate::mutants::Mutant;

use super::World;
use super::eval::{Binding, Env};
use super::facts::{self, Rec};
use super::people::waiver::Target;
use super::people::{DutyRow, Haves, RiskRow, Waived};
use super::time;
use super::triage::Possible;
use super::value::{self, K, P};
use crate::vocab::Ent;

/// A statement that restricts.
#[derive(Clone, Debug)]
pub struct Reason {
    pub name: String,
    pub kind: &'static str,
    pub effect: Effect,
    /// It certainly restricts.
    pub certain: bool,
    /// What it is about, beside the row.
    pub subject: Option<String>,
}

/// A finding in a triage block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingRow {
    pub finding: Option<String>,
    pub level: String,
    pub due: Option<String>,
    pub overdue: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRow {
    pub block: String,
    pub level: Option<String>,
    pub due: Option<String>,
    pub overdue: u64,
    /// Sorted.
    pub findings: Vec<FindingRow>,
}

/// What is compared with the engine's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub change: String,
    pub asset: Option<String>,
    pub verdict: String,
    pub effects: Vec<String>,
    /// Rule, kind, effect, and what it is about.
    pub reasons: BTreeSet<(String, String, String, Option<String>)>,
    pub duties: BTreeSet<DutyRow>,
    /// What the entries of an approval have: one of these.
    pub haves: BTreeMap<String, Vec<Haves>>,
    /// The waivers of reasons, by rule, kind and what it is about.
    pub waived: WaivedReasons,
    /// Of the whole change.
    pub risks: Vec<RiskRow>,
    pub category: Option<String>,
    pub category_possible: Vec<String>,
    pub tested: (Option<String>, Option<String>, String),
    pub triage: Vec<BlockRow>,
    /// The statements that certainly restrict. Decisions do not say it: it is not compared with the engine's.
    pub certain: BTreeSet<String>,
}

impl<'a> World<'a> {
    /// All rows, by change and asset.
    pub fn decide(&'a self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (at, change) in self.changes.iter().enumerate() {
            let id = change["id"].as_str().expect("a change's id");
            let touched = self.touched(at);
            let mut assets: Vec<(Option<String>, Rec<'a>)> = Vec::new();
            for (asset, _) in &touched.seen {
                let name = match asset {
                    Rec::Json(json) => json["id"].as_str().expect("an asset's id"),
                    Rec::Id(id) => id,
                    Rec::Nothing => panic!("an asset that was seen"),
                };
                assets.push((Some(name.to_owned()), asset.clone()));
            }
            // Where it is only possible that `where` takes one, it may also take none.
            if touched.incomplete || !touched.seen.iter().any(|(_, certain)| *certain) {
                assets.push((None, Rec::Nothing));
            }
            for (name, asset) in assets {
                rows.push(self.row(at, id, name, &asset));
            }
        }
        rows.sort_by_key(|r| (r.change.clone(), r.asset.is_none(), r.asset.clone()));
        rows
    }

    fn row(&'a self, at: usize, id: &str, name: Option<String>, asset: &Rec<'a>) -> Row {
        let tested = self.tested(at);
        let change = Rec::Json(&self.changes[at]);
        let env = Env::default()
            .with("change", Binding::Change(change.clone(), at))
            .with("asset", Binding::Asset(asset.clone()));
        let mut reasons: Vec<Reason> = Vec::new();
        let mut waived = BTreeMap::new();
        if name.is_none() && !self.is(Mutant::NoAssetIsFine) {
            let name = "assets".to_owned();
            reasons.push(Reason { name, kind: "input", effect: Effect::Hold, certain: false, subject: None });
        }
        for rule in &self.policy.rules {
            let mut broken = K::FALSE;
            for (forbid, e) in &rule.demands {
                let k = self.cond(e, &env);
                broken = broken.or(if *forbid { k } else { k.not() });
            }
            let applies = self.scope(&rule.common, &env).and(broken).and(self.in_force(&rule.common, Some(&tested)));
            let applies = if self.is(Mutant::IgnoresMay) { K::of(applies.must) } else { applies };
            let except = self.except(&rule.common, &env);
            if let Some(reason) = self.reason(&rule.name, "rule", &rule.common, Effect::Deny, applies, except) {
                take(self.waive(reason, &Target::Rule(rule), &env), &mut reasons, &mut waived);
            }
        }
        let (mut duties, mut haves) = (BTreeSet::new(), BTreeMap::new());
        for approval in &self.policy.approvals {
            let outcome = self.outcome(approval, &env);
            reasons.extend(self.approval_reason(approval, &outcome));
            duties.extend(outcome.entries.iter().cloned());
            if outcome.haves.iter().any(|h| !h.is_empty()) {
                haves.insert(approval.name.clone(), outcome.haves.clone());
            }
        }
        for obligation in &self.policy.obligations {
            let (found, entries) = self.obligation(obligation, &env);
            for (reason, env) in found {
                take(self.waive(reason, &Target::Obligation(obligation), &env), &mut reasons, &mut waived);
            }
            duties.extend(entries);
        }
        for period in self.policy.periods.iter().filter(|p| !p.window) {
            reasons.extend(self.blackout(period, &tested, &env));
        }
        reasons.extend(self.windows(&tested, &env));
        let mut effects: Vec<Effect> = reasons.iter().map(|r| r.effect).filter(|e| *e != Effect::Report).collect();
        effects.sort_unstable();
        effects.dedup();
        effects.reverse();
        let arms = self.policy.categorise().map(|block| (block, self.arms(block, at, Some(asset))));
        let printed = |t: Option<i64>| t.map(time::print);
        Row {
            change: id.to_owned(),
            asset: name,
            verdict: effects.first().map_or("permit", |e| e.word()).to_owned(),
            effects: effects.iter().map(|e| e.word().to_owned()).collect(),
            certain: reasons.iter().filter(|r| r.certain).map(|r| r.name.clone()).collect(),
            reasons: reasons
                .into_iter()
                .map(|r| (r.name, r.kind.to_owned(), r.effect.word().to_owned(), r.subject))
                .collect(),
            duties,
            haves,
            waived,
            risks: self.risk_rows(at),
            category: arms.as_ref().map(|(block, arms)| block.arms[arms.certain].name.clone()),
            category_possible: arms.as_ref().map(|(block, arms)| self.names(block, &arms.possible)).unwrap_or_default(),
            tested: (printed(tested.from), printed(tested.to), tested.by.to_owned()),
            triage: self.triage_rows(asset, &change, at),
        }
    }

    /// What a statement with this condition gives.
    pub fn reason(
        &self,
        name: &str,
        kind: &'static str,
        common: &Common,
        default: Effect,
        cond: K,
        except: K,
    ) -> Option<Reason> {
        if except.must || !cond.may {
            return None;
        }
        let effect = common.effect.unwrap_or(default);
        let unknown = common.unknown.filter(|_| !self.is(Mutant::UnknownEffectIgnored)).unwrap_or(effect);
        let effect = if cond.must { effect } else { unknown };
        let effect = if self.on_trial(common) { Effect::Report } else { effect };
        Some(Reason { name: name.to_owned(), kind, effect, certain: cond.must && !except.may, subject: None })
    }

    fn triage_rows(&'a self, asset: &Rec<'a>, change: &Rec<'a>, at: usize) -> Vec<BlockRow> {
        let mut findings = self.findings(asset).seen;
        if self.findings(asset).incomplete && !self.is(Mutant::PhantomIsNothing) {
            findings.push(Rec::Nothing);
        }
        let env = Env::default().with("change", Binding::Change(change.clone(), at));
        let fixes = List::Field("change".to_owned(), "fixes");
        let fixed = |finding: &Rec<'a>| {
            let env = env.with("f", Binding::Finding(asset.clone(), finding.clone()));
            let cve = Box::new(E::Field("f".to_owned(), Ent::Finding, "cve"));
            self.cond(&E::In(cve, fixes.clone()), &env).may
        };
        let mut blocks: Vec<&Triage> =
            self.policy.triages.iter().filter(|b| self.in_force(&b.common, None).must).collect();
        blocks.sort_by_key(|b| b.name.clone());
        let mut rows = Vec::new();
        for block in blocks {
            let mut level: Option<Val> = None;
            let mut due: Option<i64> = None;
            let mut overdue = 0;
            let mut listed = Vec::new();
            for finding in &findings {
                let possible = self.triage(block, asset, finding);
                let Some(mut row) = self.report(&possible) else { continue };
                row.2 &= !(self.triage_waivers() && self.finding_waived(block, asset, finding).must);
                level = level.max(Some(row.0.clone()));
                due = [due, row.1].into_iter().flatten().min();
                overdue += u64::from(row.2);
                if fixed(finding) {
                    let id = match facts::scalar(finding, Ent::Finding, "cve", self.now).only() {
                        Some(Val::Str(s)) => Some(s.to_string()),
                        _ => None,
                    };
                    listed.push(FindingRow {
                        finding: id,
                        level: word(&row.0),
                        due: row.1.map(time::print),
                        overdue: row.2,
                    });
                }
            }
            listed.sort();
            rows.push(BlockRow {
                block: block.name.clone(),
                level: level.as_ref().map(word),
                due: due.map(time::print),
                overdue,
                findings: listed,
            });
        }
        rows
    }

    /// The most urgent level, the earliest due date and whether the finding may be overdue; none where it has no level.
    fn report(&self, possible: &[Possible]) -> Option<(Val, Option<i64>, bool)> {
        let level = possible.iter().filter_map(|p| p.level.clone()).max()?;
        let mut due: Option<i64> = None;
        let mut overdue = false;
        for p in possible.iter().filter(|p| p.level.is_some()) {
            let this = match p.due.hull() {
                None if p.due.is_none() || self.is(Mutant::UnknownDueIsNone) => continue,
                None => self.now,
                Some(r) => r.low.map_or(self.now, |n| n as i64),
            };
            due = Some(due.map_or(this, |d| d.min(this)));
            overdue |= p.due == P::Any || value::compare(Cmp::Lt, &p.due, &P::one(Val::Time(self.now))).may;
        }
        Some((level, due, overdue))
    }
}

/// The waivers of reasons, by rule, kind and what it is about.
type WaivedReasons = BTreeMap<(String, String, Option<String>), Waived>;

/// Takes a reason with its waivers.
fn take((reason, waivers): (Reason, Waived), reasons: &mut Vec<Reason>, waived: &mut WaivedReasons) {
    if waivers != Waived::default() {
        let key = (reason.name.clone(), reason.kind.to_owned(), reason.subject.clone());
        let known = waived.entry(key).or_default();
        known.by.extend(waivers.by);
        known.refused.extend(waivers.refused);
    }
    reasons.push(reason);
}

fn word(v: &Val) -> String {
    match v {
        Val::Word(_, w) => w.to_string(),
        other => panic!("{other:?} is no level"),
    }
}
