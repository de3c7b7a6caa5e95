//! `obligation`: what has to be done, by whom and by when.

use crate::syntax::expr::Name;
use crate::syntax::tree::{Obligation as Tree, Statement};

use super::checker::{Checker, Item};
use super::env::Env;
use super::head;
use super::program::{DueNode, Obligation, VarId};

impl Checker {
    pub(super) fn declare_obligation(&mut self, unit: usize, statement: &Statement, name: &Name) -> u16 {
        let head = self.bare_head(unit, name, statement, head::OBLIGATION.effect);
        self.program.obligations.push(Obligation { head, assigned: Vec::new(), due: None, met: None });
        self.place_of_last(self.program.obligations.len(), name.span, "obligations")
    }

    pub(super) fn obligation(&mut self, unit: usize, statement: &Statement, index: u16, tree: &Tree) {
        let env = Env::all(unit, head::OBLIGATION.place);
        let Some(mut head) = self.head(unit, statement, &head::OBLIGATION, &env) else { return };
        self.readers.push(Item::Decided("obligation", head.name.clone()));
        self.once(&tree.assigned, |roles| roles.first().map(|role| role.span).unwrap_or_default(), "assigned to");
        self.once(&tree.due, |deadline| deadline.span, "due");
        self.once(&tree.met, |met| met.span, "met");
        let assigned = tree.assigned.first().and_then(|roles| self.roles(roles)).unwrap_or_default();
        let due = tree.due.first().and_then(|deadline| self.deadline(deadline, None, &env));
        let met = tree.met.first().map(|met| self.condition(met, &env));
        self.readers.pop();
        let nodes = head.scope.iter().copied().chain(head.except).chain(met).chain(due.iter().flat_map(DueNode::nodes));
        head.vars = self.vars_of_all(nodes.collect::<Vec<_>>());
        if head.because.is_some_and(|text| self.vars_of_node(text).contains(&VarId::FINDING)) {
            head.vars.push(VarId::FINDING);
        }
        // A finding is one of its asset's.
        if head.vars.contains(&VarId::FINDING) && !head.vars.contains(&VarId::ASSET) {
            head.vars.push(VarId::ASSET);
        }
        head.vars.sort_unstable();
        head.vars.dedup();
        if let Some(obligation) = self.program.obligations.get_mut(usize::from(index)) {
            *obligation = Obligation { head, assigned, due, met };
        }
    }
}
