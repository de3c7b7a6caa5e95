//! Which procedure a change follows.

use crate::ir::*;
use crate::mutants::Mutant;

use super::World;
use super::eval::{Binding, Env};
use super::facts::Rec;
use super::value::{K, P};

/// The arms that may be the first true one, and the first that is certainly true.
#[derive(Clone, Debug)]
pub struct Arms {
    pub possible: Vec<usize>,
    pub certain: usize,
}

impl<'a> World<'a> {
    pub fn arms(&'a self, block: &Categorise, change: usize, asset: Option<&Rec<'a>>) -> Arms {
        let mut env = Env::default().with("change", Binding::Change(Rec::Json(&self.changes[change]), change));
        if let Some(asset) = asset.filter(|_| block.each_asset) {
            env = env.with("asset", Binding::Asset(asset.clone()));
        }
        let mut possible = Vec::new();
        for (at, arm) in block.arms.iter().enumerate() {
            let holds = arm.when.as_ref().map_or(K::TRUE, |e| self.cond(e, &env));
            if holds.may && !(self.is(Mutant::UnknownArmFallsThrough) && holds.unknown()) {
                possible.push(at);
            }
            if holds.must || (holds.may && self.is(Mutant::CategoryTakesUnknown)) {
                return Arms { possible, certain: at };
            }
        }
        panic!("`otherwise` is always true")
    }

    /// The names of the possible arms, each once, in the order in which the block first names them.
    pub fn names(&self, block: &Categorise, arms: &[usize]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for arm in &block.arms {
            if !names.contains(&arm.name) && arms.iter().any(|at| block.arms[*at].name == arm.name) {
                names.push(arm.name.clone());
            }
        }
        names
    }

    fn as_values(&self, block: &Categorise, arms: &[usize]) -> P {
        P::Set(arms.iter().map(|at| Val::Word(0, block.arms[*at].name.as_str().into())).collect())
    }

    pub fn read_category(&'a self, env: &Env<'a>) -> P {
        let block = self.policy.categorise().expect("a categorise");
        let asset = match block.each_asset.then(|| env.get("asset")) {
            Some(Binding::Asset(asset)) => Some(asset),
            Some(other) => panic!("asset is {other:?}"),
            None => None,
        };
        self.as_values(block, &self.arms(block, env.change(), asset).possible)
    }

    /// The earliest arm that any asset of the change has.
    pub fn read_change_category(&'a self, env: &Env<'a>) -> P {
        let block = self.policy.categorise().expect("a categorise");
        let change = env.change();
        if !block.each_asset {
            return self.as_values(block, &self.arms(block, change, None).possible);
        }
        let touched = self.touched(change);
        let of = |asset: &Rec<'a>| self.arms(block, change, Some(asset)).possible;
        let certain: Vec<Vec<usize>> = touched.seen.iter().filter(|(_, c)| *c).map(|(a, _)| of(a)).collect();
        let mut possible: Vec<Vec<usize>> = touched.seen.iter().filter(|(_, c)| !*c).map(|(a, _)| of(a)).collect();
        if touched.incomplete || certain.is_empty() {
            possible.push(of(&Rec::Nothing));
        }
        // With no asset for certain, one of the possible ones is there.
        let last = block.arms.len();
        let start: Vec<usize> = vec![last];
        let earliest = |a: Vec<usize>, b: &Vec<usize>| -> Vec<usize> {
            let mut all: Vec<usize> = a.iter().flat_map(|x| b.iter().map(move |y| *x.min(y))).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let known = certain.iter().fold(start, earliest);
        let all = possible.into_iter().map(|mut p| {
            p.push(last);
            p
        });
        let arms: Vec<usize> = all.fold(known, |a, b| earliest(a, &b)).into_iter().filter(|at| *at < last).collect();
        self.as_values(block, &arms)
    }
}
