//! Risks: what counts for a change, added up.

use crate::ir::*;
use crate::mutants::Mutant;

use super::RiskRow;
use crate::oracle::World;
use crate::oracle::eval::{Binding, Env};
use crate::oracle::facts::Rec;
use crate::oracle::value::{K, P};

const BILLION: i128 = 1_000_000_000;

/// The ends of a score, whether it has one, and for each factor that may count whether it certainly does.
struct Sum {
    low: Option<i128>,
    high: Option<i128>,
    concerned: K,
    factors: Vec<bool>,
}

impl<'a> World<'a> {
    fn sum(&'a self, risk: &Risk, env: &Env<'a>) -> Sum {
        let tested = self.tested(env.change());
        let except = self.except(&risk.common, env);
        let concerned = self.concerned(&risk.common, &tested, env).and(except.not());
        let mut sum = Sum { low: Some(0), high: Some(0), concerned, factors: Vec::new() };
        for add in &risk.adds {
            let counts = add.when.as_ref().map_or(K::TRUE, |e| self.cond(e, env));
            if !counts.may || (!counts.must && self.is(Mutant::UnknownAddIsNothing)) {
                continue;
            }
            sum.factors.push(counts.must);
            let value = self.value(&add.value, env);
            let (mut low, mut high) = match value.hull() {
                Some(r) if !r.none => {
                    let scale = if r.kind == Kind::Int { BILLION } else { 1 };
                    (r.low.map(|n| n * scale), r.high.map(|n| n * scale))
                }
                _ => (None, None),
            };
            if !counts.must {
                low = low.map(|n| n.min(0));
                high = high.map(|n| n.max(0));
            }
            sum.low = sum.low.zip(low).map(|(a, b)| a + b);
            sum.high = sum.high.zip(high).map(|(a, b)| a + b);
        }
        sum
    }

    fn risk(&self, name: &str) -> &'a Risk {
        self.policy.risks.iter().find(|r| r.name == name).unwrap_or_else(|| panic!("no risk {name}"))
    }

    pub fn read_risk(&'a self, name: &str, field: RiskField, env: &Env<'a>) -> P {
        let risk = self.risk(name);
        let sum = self.sum(risk, env);
        if !sum.concerned.may {
            return P::one(Val::None);
        }
        match field {
            RiskField::Score => P::range(Kind::Num, sum.low, sum.high, !sum.concerned.must),
            RiskField::Band => {
                let mut bands: std::collections::BTreeSet<Val> =
                    bands(risk, &sum).into_iter().map(|at| risk.band(at)).collect();
                if !sum.concerned.must || below_all(risk, &sum) {
                    bands.insert(Val::None);
                }
                P::Set(bands)
            }
        }
    }

    /// What the risks of a change came to.
    pub fn risk_rows(&'a self, at: usize) -> Vec<RiskRow> {
        let env = Env::default().with("change", Binding::Change(Rec::Json(&self.changes[at]), at));
        let mut rows: Vec<RiskRow> = Vec::new();
        for risk in &self.policy.risks {
            let sum = self.sum(risk, &env);
            let (low, high) = if sum.concerned.may { (sum.low, sum.high) } else { (None, None) };
            let bands = if sum.concerned.may { bands(risk, &sum) } else { Vec::new() };
            rows.push(RiskRow {
                risk: risk.name.clone(),
                low,
                high,
                bands: bands.into_iter().map(|at| risk.bands[at].0.to_owned()).collect(),
                factors: if sum.concerned.may { sum.factors } else { Vec::new() },
            });
        }
        rows.sort_by_key(|r| r.risk.clone());
        rows
    }
}

/// The bands that the score may be in, the highest first.
fn bands(risk: &Risk, sum: &Sum) -> Vec<usize> {
    let from = |at: usize| i128::from(risk.bands[at].1) * BILLION;
    let reaches = |at: usize| sum.high.is_none_or(|high| high >= from(at));
    let stays_below = |at: usize| at == 0 || sum.low.is_none_or(|low| low < from(at - 1));
    (0..risk.bands.len()).filter(|at| reaches(*at) && stays_below(*at)).collect()
}

fn below_all(risk: &Risk, sum: &Sum) -> bool {
    let least = risk.bands.last().map_or(0, |(_, from)| i128::from(*from) * BILLION);
    sum.low.is_none_or(|low| low < least)
}
