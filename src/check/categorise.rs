//! `categorise`

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::Name;
use crate::syntax::tree::{Body, Categorise as Tree, Statement};

use super::checker::{Checker, Item};
use super::codes;
use super::env::Env;
use super::head;
use super::program::{Arm, Categorise, VarId};
use super::types::EnumDef;

impl Checker {
    /// Declares a categorisation with its categories.
    pub(super) fn declare_categorise(&mut self, unit: usize, statement: &Statement, name: &Name, tree: &Tree) -> u16 {
        let mut values: Vec<String> = Vec::new();
        for arm in &tree.arms {
            if !values.contains(&arm.name.text) {
                values.push(arm.name.text.clone());
            }
        }
        let each_asset = match &tree.each {
            None => false,
            Some(word) => {
                if word.text != "asset" {
                    self.report(
                        Diagnostic::error(
                            codes::SUBJECT,
                            word.span,
                            format!("a change is not categorised for each `{}`", word.text),
                        )
                        .help("write `categorise each asset NAME { … }`, or leave `each` out"),
                    );
                }
                true
            }
        };
        let def = EnumDef { name: name.text.clone(), values, ordered: false, descending: false };
        let head = self.bare_head(unit, name, statement, head::CATEGORISE.effect);
        self.program.categorises.push(Categorise { head, categories: Arc::new(def), each_asset, arms: Vec::new() });
        self.place_of_last(self.program.categorises.len(), name.span, "categorisations")
    }

    /// Checks a categorisation and fills it in.
    pub(super) fn categorise(&mut self, unit: usize, statement: &Statement, index: u16) {
        let Body::Categorise(tree) = &statement.body else { return };
        let Some((categories, each_asset)) =
            self.program.categorises.get(usize::from(index)).map(|c| (Arc::clone(&c.categories), c.each_asset))
        else {
            return;
        };
        let place = head::CATEGORISE.place;
        let env = if each_asset { Env::gate(unit, "a `categorise each asset`") } else { Env::change(unit, place) };
        let Some(mut head) = self.head(unit, statement, &head::CATEGORISE, &env) else { return };
        self.readers.push(Item::Decided("categorise", head.name.clone()));
        let mut arms = Vec::new();
        for arm in &tree.arms {
            if let Some(deadline) = &arm.deadline {
                self.report(
                    Diagnostic::error(codes::DEADLINE, deadline.span, "a category has no deadline")
                        .help("deadlines belong to the arms of a `triage`"),
                );
            }
            let when = arm.when.as_ref().map(|expr| self.condition(expr, &env));
            let Some(code) = categories.code(&arm.name.text) else { continue };
            arms.push(Arm { code, when, due: None, span: arm.span });
        }
        self.few_enough(tree.arms.len(), "arm", statement.name.as_ref().map_or(statement.span, |name| name.span));
        self.unreachable_arms(&arms);
        self.arms_in_order(&tree.arms, statement, "a categorisation");
        self.readers.pop();
        head.vars = self.vars_of_all(arms.iter().filter_map(|arm| arm.when).chain(head.scope.iter().copied()));
        for always in [Some(VarId::CHANGE), each_asset.then_some(VarId::ASSET)].into_iter().flatten() {
            if !head.vars.contains(&always) {
                head.vars.push(always);
                head.vars.sort_unstable();
            }
        }
        if let Some(categorise) = self.program.categorises.get_mut(usize::from(index)) {
            *categorise = Categorise { head, categories, each_asset, arms };
        }
    }
}
