//! `rule`: what a change must satisfy.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::Name;
use crate::syntax::tree::{Demand, Statement};

use super::checker::{Checker, Item};
use super::codes;
use super::env::Env;
use super::head;
use super::program::Rule;

impl Checker {
    pub(super) fn declare_rule(&mut self, unit: usize, statement: &Statement, name: &Name) -> u16 {
        let head = self.bare_head(unit, name, statement, head::RULE.effect);
        self.program.rules.push(Rule { head, broken: Vec::new() });
        self.place_of_last(self.program.rules.len(), name.span, "rules")
    }

    pub(super) fn rule(&mut self, unit: usize, statement: &Statement, index: u16, demands: &[Demand]) {
        let env = Env::gate(unit, head::RULE.place);
        let Some(mut head) = self.head(unit, statement, &head::RULE, &env) else { return };
        self.readers.push(Item::Decided("rule", head.name.clone()));
        let mut broken = Vec::new();
        for demand in demands {
            let node = self.condition(&demand.condition, &env);
            broken.push(if demand.forbid { node } else { self.negated(node, demand.span) });
        }
        self.readers.pop();
        if demands.is_empty() {
            let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, "this rule demands nothing")
                    .help("write `require CONDITION` or `forbid CONDITION`"),
            );
        }
        head.vars = self.vars_of_all(head.scope.iter().copied().chain(head.except).chain(broken.iter().copied()));
        if let Some(rule) = self.program.rules.get_mut(usize::from(index)) {
            *rule = Rule { head, broken };
        }
    }
}
