//! `risk`: what counts, and from which score on it is how high.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::Name;
use crate::syntax::tree::{Band, Risk as Tree, Statement};

use super::checker::{Checker, Item};
use super::codes;
use super::decimal::Decimal;
use super::env::Env;
use super::head;
use super::program::{Add, Const, Risk, VarId};
use super::types::{EnumDef, Ty, Type};

impl Checker {
    /// Declares a risk with its bands.
    pub(super) fn declare_risk(&mut self, unit: usize, statement: &Statement, name: &Name, tree: &Tree) -> u16 {
        let written: Vec<Name> = tree.bands.first().into_iter().flatten().map(|band| band.name.clone()).collect();
        let mut values = self.distinct(&written, "band").unwrap_or_default();
        values.reverse();
        let def = EnumDef { name: format!("the bands of {}", name.text), values, ordered: true, descending: true };
        let head = self.bare_head(unit, name, statement, head::RISK.effect);
        self.program.risks.push(Risk { head, adds: Vec::new(), bands: Arc::new(def), from: Vec::new() });
        self.place_of_last(self.program.risks.len(), name.span, "risks")
    }

    pub(super) fn risk(&mut self, unit: usize, statement: &Statement, index: u16, tree: &Tree) {
        let Some(bands) = self.program.risks.get(usize::from(index)).map(|risk| Arc::clone(&risk.bands)) else {
            return;
        };
        let env = Env::change(unit, head::RISK.place);
        let Some(mut head) = self.head(unit, statement, &head::RISK, &env) else { return };
        let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
        self.readers.push(Item::Decided("risk", head.name.clone()));
        self.once(&tree.bands, |bands| bands.first().map(|band| band.span).unwrap_or_default(), "bands");
        let mut adds = Vec::new();
        for add in &tree.adds {
            let value = self.lower(&add.value, &env, Some(&Ty::plain(Type::Number)));
            let value = if self.base(value) == Type::Cvss { self.score(value, unit) } else { self.as_number(value) };
            let when = add.when.as_ref().map(|when| self.condition(when, &env));
            match self.base(value) {
                Type::Error => continue,
                Type::Number => adds.push(Add { value, when, span: add.span }),
                _ => self.expected(value, "number"),
            }
        }
        let from = tree.bands.first().map(|bands| self.scores(bands, &env)).unwrap_or_default();
        self.readers.pop();
        if tree.adds.is_empty() {
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, "this risk counts nothing")
                    .help("write what adds to it: `add 30 when any a in assets where a.tier == 1`"),
            );
        }
        if tree.bands.first().is_none_or(Vec::is_empty) {
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, "nothing says which score is how high")
                    .help("write it from the highest down: `bands high from 60, medium from 30, low from 0`"),
            );
        }
        // A risk is the change's, whatever it counts.
        head.vars = vec![VarId::CHANGE];
        if let Some(risk) = self.program.risks.get_mut(usize::from(index)) {
            *risk = Risk { head, adds, bands, from };
        }
    }

    /// The least scores of the bands, ascending; reports where they do not descend as written.
    fn scores(&mut self, bands: &[Band], env: &Env) -> Vec<Decimal> {
        let mut scores: Vec<Decimal> = Vec::new();
        for band in bands {
            let node = self.lower(&band.from, env, Some(&Ty::plain(Type::Number)));
            let node = self.as_number(node);
            let Some(Const::Decimal(score)) = self.constant(node).cloned().filter(|_| self.base(node) == Type::Number)
            else {
                if !self.is_error(node) {
                    self.report(
                        Diagnostic::error(
                            codes::BAD_BANDS,
                            band.from.span,
                            "a band starts at a number that is written out",
                        )
                        .help("write it as `high from 60`"),
                    );
                }
                continue;
            };
            if scores.last().is_some_and(|above| *above <= score) {
                let shown = &band.name.text;
                self.report(
                    Diagnostic::error(
                        codes::BAD_BANDS,
                        band.span,
                        format!("`{shown}` does not start below the band before it"),
                    )
                    .help("write the bands from the highest down: `high from 60, medium from 30, low from 0`"),
                );
            }
            scores.push(score);
        }
        scores.reverse();
        scores
    }
}
