//! Which facts a policy reads, so that what it does not read need not be read from files either.

use std::collections::{BTreeMap, BTreeSet};

use super::program::{Excluded, Head, ListRef, MetricOf, Node, NodeId, Op, PluginInput, Program, VarId};
use super::schema::{FieldId, Schema, Shape, TableId};

/// The tables of the inventory; of the others, which are small, everything is read.
const OF_ASSETS: [TableId; 3] = [TableId::ASSET, TableId::FINDING, TableId::SOFTWARE];

/// The fields that a policy reads, or may read: in doubt a field is among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// For each table of which not everything is read, the fields that are.
    fields: BTreeMap<TableId, BTreeSet<FieldId>>,
}

impl Reads {
    /// What a checked program reads, unused names included, and its tests where it has them.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        let mut reads = Self { fields: OF_ASSETS.map(|table| (table, BTreeSet::new())).into() };
        reads.widen(program);
        reads
    }

    /// What some expressions of a checked program read; what an expression asks of a list's elements is among them.
    #[must_use]
    pub fn of_nodes(program: &Program, nodes: &[NodeId]) -> Self {
        let mut reads = Self { fields: OF_ASSETS.map(|table| (table, BTreeSet::new())).into() };
        reads.names(&program.schema);
        for node in nodes.iter().filter_map(|id| program.nodes.get(id.0 as usize)) {
            reads.node(program, node);
            node.vars.iter().for_each(|var| reads.followed(program, *var));
            if let Op::Field(var, _) | Op::Quant(_, var, ..) | Op::Agg { var, .. } = &node.op {
                reads.followed(program, *var);
            }
        }
        reads.whole_elements(&program.schema);
        reads
    }

    /// Whether a field is read.
    #[must_use]
    pub fn has(&self, table: TableId, field: FieldId) -> bool {
        self.fields.get(&table).is_none_or(|fields| fields.contains(&field))
    }

    /// Whether a field is read, by its name; what is no field counts as read.
    #[must_use]
    pub fn has_named(&self, schema: &Schema, table: TableId, name: &str) -> bool {
        schema.find(table, name).is_none_or(|(field, _)| self.has(table, field))
    }

    /// Adds what another program over the same facts reads: an expression that a change selects assets by.
    pub fn widen(&mut self, program: &Program) {
        self.names(&program.schema);
        for node in &program.nodes {
            self.node(program, node);
        }
        for info in program.vars.iter().skip(usize::from(VarId::CHANGE.0) + 1) {
            self.found_by(program, info);
        }
        for need in program.approvals.iter().flat_map(|approval| &approval.needs) {
            if let Some((_, list, _)) = &need.each {
                self.list(program, list);
            }
        }
        for excluded in program.approvals.iter().flat_map(|approval| &approval.not_by) {
            if let Excluded::Each(list) = excluded {
                self.list(program, list);
            }
        }
        for metric in &program.metrics {
            if let Some(MetricOf { list: Ok(list), .. }) = &metric.of {
                self.list(program, list);
            }
        }
        if !program.triages.is_empty() {
            self.variable(program, VarId::FINDING);
        }
        for head in heads(program) {
            head.vars.iter().for_each(|var| self.variable(program, *var));
        }
        self.whole_elements(&program.schema);
    }

    /// What names a record to people, and what it cannot be without.
    fn names(&mut self, schema: &Schema) {
        for table in OF_ASSETS {
            let Some(def) = schema.table(table) else { continue };
            let required = def.fields.iter().enumerate().filter(|(_, field)| field.required);
            let required = required.filter_map(|(at, _)| u16::try_from(at).ok()).map(FieldId);
            for field in def.key.into_iter().chain(required) {
                self.add(table, field);
            }
        }
    }

    /// What an expression reads itself.
    fn node(&mut self, program: &Program, node: &Node) {
        match &node.op {
            Op::Field(var, field) => self.read(program, *var, *field),
            Op::Plugin(_, inputs) => inputs.iter().flat_map(PluginInput::lists).for_each(|of| self.list(program, of)),
            Op::In(_, list) | Op::Quant(_, _, list, ..) | Op::Agg { list, .. } => self.list(program, list),
            _ => {}
        }
        node.vars.iter().for_each(|var| self.variable(program, *var));
    }

    /// What must be read for a variable to stand for anything, and for those that it hangs on.
    fn followed(&mut self, program: &Program, var: VarId) {
        let mut next = Some(var);
        // A variable hangs on one that was there before it.
        for _ in 0..program.vars.len() {
            let Some(info) = next.and_then(|var| program.vars.get(usize::from(var.0))) else { return };
            self.found_by(program, info);
            next = info.through.map(|(of, _)| of).or(info.owner);
        }
    }

    /// Adds a field by its name, for who looks it up whatever the policy says.
    pub fn also(&mut self, schema: &Schema, table: TableId, name: &str) {
        if let Some((field, _)) = schema.find(table, name) {
            self.add(table, field);
        }
    }

    /// Of a list that is read, its elements are read whole: two that differ in anything are two, whichever record of the asset each is in.
    fn whole_elements(&mut self, schema: &Schema) {
        let fields = schema.table(TableId::ASSET).map(|def| def.fields.as_slice()).unwrap_or_default();
        for (at, field) in fields.iter().enumerate() {
            let is_read = u16::try_from(at).is_ok_and(|at| self.has(TableId::ASSET, FieldId(at)));
            if let (Shape::List(elements), true) = (&field.shape, is_read) {
                self.fields.remove(elements);
            }
        }
    }

    fn add(&mut self, table: TableId, field: FieldId) {
        if let Some(fields) = self.fields.get_mut(&table) {
            fields.insert(field);
        }
    }

    fn read(&mut self, program: &Program, var: VarId, field: FieldId) {
        if let Some(info) = program.vars.get(usize::from(var.0)) {
            self.add(info.table, field);
        }
        self.variable(program, var);
    }

    fn list(&mut self, program: &Program, list: &ListRef) {
        if let ListRef::Field(var, field) = list {
            self.read(program, *var, *field);
        }
    }

    /// What must be read for a variable to stand for anything.
    fn variable(&mut self, program: &Program, var: VarId) {
        if let Some(info) = program.vars.get(usize::from(var.0)) {
            self.found_by(program, info);
        }
    }

    fn found_by(&mut self, program: &Program, info: &super::program::VarInfo) {
        let table_of = |var: VarId| program.vars.get(usize::from(var.0)).map(|info| info.table);
        if let Some((table, field)) = info.through.and_then(|(var, field)| Some((table_of(var)?, field))) {
            self.add(table, field);
        }
        let Some(owner) = info.owner.and_then(table_of) else { return };
        let fields = program.schema.table(owner).map(|def| def.fields.as_slice()).unwrap_or_default();
        for (at, field) in fields.iter().enumerate() {
            let is_it = matches!(&field.shape, Shape::List(of) | Shape::Set(of) if *of == info.table);
            if let (true, Ok(at)) = (is_it, u16::try_from(at)) {
                self.add(owner, FieldId(at));
            }
        }
    }
}

/// The heads of all statements.
fn heads(program: &Program) -> impl Iterator<Item = &Head> {
    let Program { triages, categorises, rules, blackouts, windows, risks, approvals, obligations, waivers, .. } =
        program;
    let first = triages.iter().map(|s| &s.head).chain(categorises.iter().map(|s| &s.head));
    let second = rules.iter().map(|s| &s.head).chain(blackouts.iter().chain(windows).map(|s| &s.head));
    let third = risks.iter().map(|s| &s.head).chain(approvals.iter().map(|s| &s.head));
    let fourth = obligations.iter().map(|s| &s.head).chain(waivers.iter().map(|s| &s.head));
    first.chain(second).chain(third).chain(fourth)
}

#[cfg(test)]
mod tests;
