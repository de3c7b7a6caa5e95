//! Which conditions go through all assets, and whether what they come to can be gathered one portion at a time.

use std::collections::BTreeSet;

use crate::check::program::{
    DueNode, Head, ListRef, Node, NodeId, Op, PluginInput, Program, Surveyed, Triage, VarId, Waivable, Waiver,
};
use crate::check::types::Type;
use crate::syntax::expr::AggKind;

use super::super::env::children;

/// What has to be gathered over all assets before a portion can be decided, which may be nothing; none where that is more than can be gathered.
#[must_use]
pub fn plan(program: &Program) -> Option<&Surveyed> {
    program.learned.survey.get_or_init(|| make(program)).as_ref()
}

/// Whether a list is of assets, those of a change or all.
#[must_use]
pub const fn is_of_assets(list: &ListRef) -> bool {
    matches!(list, ListRef::AssetsOf(_) | ListRef::Inventory)
}

fn make(program: &Program) -> Option<Surveyed> {
    let mut roots = Vec::new();
    for (id, node) in (0_u32..).map(NodeId).zip(&program.nodes) {
        if goes_through(program, &node.op) {
            if !can_be_gathered(program, node) {
                return None;
            }
            roots.push(id);
        }
    }
    let mut below = Below { program, seen: BTreeSet::new(), whole: false, triages: false };
    for node in roots.iter().filter_map(|id| program.nodes.get(id.0 as usize)) {
        below.root(node)?;
    }
    let Below { seen, whole, .. } = below;
    Some(Surveyed { reads: roots.iter().copied().chain(seen).collect(), roots, whole })
}

/// Whether an expression goes through assets.
fn goes_through(program: &Program, op: &Op) -> bool {
    match op {
        Op::Quant(_, _, list, ..) | Op::Agg { list, .. } | Op::In(_, list) => is_of_assets(list),
        Op::Plugin(_, inputs) => inputs.iter().flat_map(PluginInput::lists).any(is_of_assets),
        Op::Category(block, None) => program.categorises.get(usize::from(*block)).is_some_and(|def| def.each_asset),
        _ => false,
    }
}

/// Whether what an expression comes to can be put together of what portions say, and is the same for all assets.
fn can_be_gathered(program: &Program, node: &Node) -> bool {
    let base = |id: &NodeId| program.nodes.get(id.0 as usize).map(|node| &node.ty.base);
    let is_number = |value: &Option<NodeId>| {
        let base = value.as_ref().and_then(base);
        matches!(
            base,
            Some(Type::Int | Type::Number | Type::Percent | Type::Date | Type::Time | Type::Duration | Type::Enum(_))
        )
    };
    let kind = match &node.op {
        Op::Quant(..) | Op::Category(..) => true,
        Op::Agg { kind: AggKind::Count | AggKind::Share, .. } => true,
        Op::Agg { kind: AggKind::Min | AggKind::Max | AggKind::Sum | AggKind::Avg, value, .. } => is_number(value),
        _ => false,
    };
    kind && node.vars.iter().all(|var| *var == VarId::CHANGE)
}

/// The expressions that are worked out for each asset while gathering.
struct Below<'p> {
    program: &'p Program,
    seen: BTreeSet<NodeId>,
    /// What statements say of each asset is among them.
    whole: bool,
    /// What triage says of each is.
    triages: bool,
}

impl Below<'_> {
    /// What a condition asks of each asset; none where that hangs on all assets again, or on what a decision says.
    fn root(&mut self, node: &Node) -> Option<()> {
        match &node.op {
            Op::Quant(_, _, _, filter, body) => self.all(filter.iter().chain(body).copied()),
            Op::Agg { value, filter, .. } => self.all(value.iter().chain(filter).copied()),
            Op::Category(block, _) => self.block(*block),
            _ => None,
        }
    }

    fn all(&mut self, nodes: impl IntoIterator<Item = NodeId>) -> Option<()> {
        let mut open: Vec<NodeId> = nodes.into_iter().collect();
        while let Some(id) = open.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            let op = &self.program.nodes.get(id.0 as usize)?.op;
            if goes_through(self.program, op) {
                return None;
            }
            match op {
                Op::Risk(..)
                | Op::Approval(..)
                | Op::Met(_)
                | Op::Waived(..)
                | Op::Meets(..)
                | Op::Overlaps(_)
                | Op::Metric(_)
                | Op::Plugin(..)
                | Op::Category(..)
                | Op::Error => return None,
                Op::Triage(..) => self.triages()?,
                op => open.extend(children(op)),
            }
        }
        Some(())
    }

    fn head(&mut self, head: &Head) -> Option<()> {
        self.all(head.scope.iter().chain(&head.except).copied())
    }

    /// A block that gives each asset a category.
    fn block(&mut self, block: u16) -> Option<()> {
        let program = self.program;
        let def = program.categorises.get(usize::from(block))?;
        self.whole = true;
        self.head(&def.head)?;
        self.all(def.arms.iter().filter_map(|arm| arm.when))?;
        // What such a condition lacks is told once for the change, and not for each asset.
        let of_change = |id: &NodeId| {
            program.nodes.get(id.0 as usize).is_some_and(|node| {
                matches!(node.op, Op::Quant(..) | Op::Agg { .. }) && node.vars.iter().all(|var| *var == VarId::CHANGE)
            })
        };
        (!self.seen.iter().any(of_change)).then_some(())
    }

    /// All that triage reads.
    fn triages(&mut self) -> Option<()> {
        if std::mem::replace(&mut self.triages, true) {
            return Some(());
        }
        self.whole = true;
        let program = self.program;
        for Triage { head, done, decide, arms, .. } in &program.triages {
            self.head(head)?;
            let dues = arms.iter().flat_map(|arm| arm.when.into_iter().chain(arm.due.iter().flat_map(DueNode::nodes)));
            self.all(done.iter().chain(decide).copied().chain(dues))?;
        }
        for Waiver { head, provided, waives, .. } in &program.waivers {
            if waives.iter().any(|of| matches!(of, Waivable::Triage(_))) {
                self.head(head)?;
                self.all(*provided)?;
            }
        }
        Some(())
    }
}
