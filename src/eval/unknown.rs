//! Which missing facts an answer hangs on: a walk over the same results that made it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::check::program::{
    ArithOp, Categorise, Head, ListRef, NodeId, Op, PluginInput, TriageField, VarId, Waivable,
};
use crate::check::schema::TableId;
use crate::facts::table::{Cause, Column, TableData};

use super::column::{Col, Rows};
use super::decision::UnknownFact;
use super::env::{Env, children};
use super::facts::{fact_path, record_path};
use super::frame::{Frame, poss};
use super::quant::{element_frame, elements};
use super::survey::{self, Lacks, Root};
use super::triage::finding_frame;

/// More missing facts than this that differ only in the record are told as one.
pub const LISTED: usize = 20;

/// What is missing for nodes that hold for a whole change, worked out once.
#[derive(Debug, Default)]
pub struct Known {
    by_node: Mutex<HashMap<NodeId, Arc<BTreeSet<UnknownFact>>>>,
    by_approval: Mutex<HashMap<u16, Arc<Vec<UnknownFact>>>>,
}

impl Known {
    /// What an approval lacks in one row; once for a change where it names no asset.
    pub fn of_approval(&self, frame: &Frame<'_>, row: usize, index: u16) -> Vec<UnknownFact> {
        let def = frame.env.program.approvals.get(usize::from(index));
        if def.is_none_or(|def| def.head.vars.contains(&VarId::ASSET)) {
            return super::approval::missing(frame, row, index);
        }
        let mut known = self.by_approval.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.entry(index).or_insert_with(|| Arc::new(super::approval::missing(frame, row, index)));
        found.to_vec()
    }
}

/// Collects missing facts.
#[derive(Debug)]
pub struct Walk<'k> {
    found: BTreeSet<UnknownFact>,
    /// How often a fact was named, for the first time or again.
    named: u64,
    seen: HashSet<NodeId>,
    asset: String,
    known: Option<&'k Known>,
}

/// The missing facts that the given nodes hang on in one row; sorted.
#[must_use]
pub fn missing(frame: &Frame<'_>, row: usize, nodes: &[NodeId], known: Option<&Known>) -> Vec<UnknownFact> {
    let mut walk = Walk { found: BTreeSet::new(), named: 0, seen: HashSet::new(), asset: "asset".to_owned(), known };
    for node in nodes {
        walk.node(frame, row, *node);
    }
    group(walk.found).into_iter().collect()
}

/// Facts that differ only in the record, if there are many, become one.
fn group(found: BTreeSet<UnknownFact>) -> BTreeSet<UnknownFact> {
    if found.len() <= LISTED {
        return found;
    }
    let mut groups: BTreeMap<UnknownFact, Vec<UnknownFact>> = BTreeMap::new();
    for fact in found {
        groups.entry(general(&fact)).or_default().push(fact);
    }
    groups.into_iter().flat_map(|(general, facts)| if facts.len() > LISTED { vec![general] } else { facts }).collect()
}

/// A fact without the record that it is of.
#[must_use]
pub fn general(fact: &UnknownFact) -> UnknownFact {
    let mut general = String::new();
    let mut inside = false;
    for c in fact.fact.chars() {
        match c {
            '[' => {
                inside = true;
                general.push(c);
            }
            ']' => {
                inside = false;
                general.push(c);
            }
            _ if inside => {}
            _ => general.push(c),
        }
    }
    UnknownFact { fact: general, cause: fact.cause }
}

/// What is missing of the elements of a list for what is asked of each, in the one row of a frame.
#[must_use]
pub fn of_elements(frame: &Frame<'_>, var: VarId, list: &ListRef, nodes: &[Option<NodeId>]) -> Lacks {
    let mut walk =
        Walk { found: BTreeSet::new(), named: 0, seen: HashSet::new(), asset: "asset".to_owned(), known: None };
    walk.elements(frame, 0, var, list, nodes);
    Lacks { facts: walk.found, is_named: walk.named > 0 }
}

/// What is missing of the assets of a change for the categories that a block gives them.
#[must_use]
pub fn of_categories(frame: &Frame<'_>, def: &Categorise) -> Lacks {
    let nodes: Vec<Option<NodeId>> = deciding(def).map(Some).collect();
    of_elements(frame, VarId::ASSET, &ListRef::AssetsOf(VarId::CHANGE), &nodes)
}

/// What decides on a category.
fn deciding(def: &Categorise) -> impl Iterator<Item = NodeId> + '_ {
    let head = def.head.scope.iter().chain(&def.head.except);
    head.copied().chain(def.arms.iter().filter_map(|arm| arm.when))
}

impl Walk<'_> {
    fn add(&mut self, fact: String, cause: Cause) {
        self.named += 1;
        self.found.insert(UnknownFact { fact, cause: cause.as_str() });
    }

    /// What one node hangs on. A node with a certain value hangs on nothing, unless it looks at absence itself.
    pub fn node(&mut self, frame: &Frame<'_>, row: usize, id: NodeId) {
        let env = frame.env;
        let Some(node) = env.node(id) else { return };
        if env.asks(id) && frame.len() > 1 && frame.reads_own(id) {
            // Plugins are asked of this row, and not of all others.
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            return self.node(&frame.narrowed(vec![row]), 0, id);
        }
        let certain = poss(&frame.eval(id), row).one().is_some();
        let absence = env.reads_absence.get(id.0 as usize).copied().unwrap_or(false);
        if certain && !absence {
            return;
        }
        if !self.seen.insert(id) {
            // What it hangs on was named before.
            self.named += 1;
            return;
        }
        if let Some(known) = self.known
            && matches!(node.op, Op::Quant(..) | Op::Agg { .. })
            && node.vars.iter().all(|var| *var == VarId::CHANGE)
        {
            let hit = known.by_node.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
            let facts = hit.unwrap_or_else(|| {
                let mut inner = Walk {
                    found: BTreeSet::new(),
                    named: 0,
                    seen: HashSet::new(),
                    asset: self.asset.clone(),
                    known: None,
                };
                inner.inside(frame, row, id, &node.op);
                let facts = Arc::new(group(inner.found));
                known.by_node.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&facts));
                facts
            });
            self.named += u64::from(!facts.is_empty());
            self.found.extend(facts.iter().cloned());
            return;
        }
        self.inside(frame, row, id, &node.op);
    }

    fn inside(&mut self, frame: &Frame<'_>, row: usize, id: NodeId, op: &Op) {
        match op {
            Op::Field(var, field) => {
                if let Some((path, cause)) = fact_path(frame, row, *var, *field, &self.asset) {
                    self.add(path, cause);
                }
            }
            Op::Is(x, _) => {
                let list = match frame.env.node(*x).map(|node| &node.op) {
                    Some(Op::Field(var, field)) => self.list_fact(frame, row, *var, *field),
                    _ => false,
                };
                if !list {
                    self.node(frame, row, *x);
                }
            }
            Op::If(condition, a, b) => {
                let truth = frame.truth(*condition);
                self.node(frame, row, *condition);
                if truth.may_at(row) {
                    self.node(frame, row, *a);
                }
                if !truth.must_at(row) {
                    self.node(frame, row, *b);
                }
            }
            Op::In(x, list) => {
                self.node(frame, row, *x);
                match list {
                    ListRef::Field(var, field) => {
                        self.list_fact(frame, row, *var, *field);
                    }
                    ListRef::Literal(items) => items.iter().for_each(|item| self.node(frame, row, *item)),
                    ListRef::Answer(node) => self.node(frame, row, *node),
                    ListRef::AssetsOf(_)
                    | ListRef::Inventory
                    | ListRef::Changes
                    | ListRef::Incidents
                    | ListRef::People => {}
                }
            }
            Op::Quant(_, var, list, filter, body) => {
                self.list(frame, row, Root::Node(id), *var, list, &[*filter, *body]);
            }
            Op::Agg { value, var, list, filter, empty, .. } => {
                let before = self.named;
                self.list(frame, row, Root::Node(id), *var, list, &[*filter, *value]);
                if let Some(empty) = empty {
                    self.node(frame, row, *empty);
                }
                if self.named == before {
                    self.add(text(frame, id), Cause::Empty);
                }
            }
            Op::Triage(block, field, var) => self.triage(frame, row, *block, *field, *var),
            Op::Category(block, var) => self.category(frame, row, *block, *var),
            Op::Risk(index, _) => self.risk(frame, row, *index),
            Op::Approval(index, _) => self.all(super::approval::missing(frame, row, *index)),
            Op::Met(index) => self.all(super::obligation::missing(frame, row, *index)),
            Op::Waived(target, var) => {
                let asset = var.map_or_else(|| self.asset.clone(), |var| self.asset_of_finding(frame, row, var));
                let facts = super::waiver::missing(frame, row, *target, *var);
                self.all(facts.into_iter().map(|fact| of_asset(fact, &asset)).collect());
            }
            Op::Metric(index) => self.metric(frame, row, *index),
            Op::Overlaps(period) => self.all(super::period::lacks::of_overlap(frame, row, *period)),
            Op::Plugin(asked, inputs) => {
                let before = self.named;
                self.inputs(frame, row, inputs);
                if self.named == before {
                    self.all(super::plugin::failure(frame, row, *asked, inputs).into_iter().collect());
                }
            }
            Op::Meets(a, b) => {
                self.times(frame, row, *a);
                self.times(frame, row, *b);
            }
            Op::Cvss(a, ..) => {
                let before = self.named;
                self.node(frame, row, *a);
                if self.named == before {
                    let field = match frame.env.node(*a).map(|node| &node.op) {
                        Some(Op::Field(var, field)) => fact_path(frame, row, *var, *field, &self.asset),
                        _ => None,
                    };
                    let path = field.map_or_else(|| text(frame, id), |(path, _)| path);
                    self.add(path, Cause::Malformed);
                }
            }
            _ => {
                let before = self.named;
                for child in children(op) {
                    self.node(frame, row, child);
                }
                let certain = poss(&frame.eval(id), row).one().is_some();
                let certain_children = children(op).iter().all(|child| poss(&frame.eval(*child), row).one().is_some());
                if self.named == before && !certain && certain_children {
                    self.all(super::calendar::beyond(frame, row, op));
                }
                if self.named == before && !certain && certain_children {
                    self.add(text(frame, id), derived(frame, row, op));
                }
            }
        }
    }

    /// Adds the list of a record where it is incomplete; says whether the field is a list.
    fn list_fact(&mut self, frame: &Frame<'_>, row: usize, var: VarId, field: crate::check::schema::FieldId) -> bool {
        let column = frame.env.table(var).and_then(|table| table.column(field));
        if !matches!(column, Some(Column::List(_))) {
            return false;
        }
        let list = ListRef::Field(var, field);
        let one = single(frame, row);
        let unseen = elements(&one, &list).iter().any(|e| e.phantom);
        if unseen && let Some((path, cause)) = fact_path(frame, row, var, field, &self.asset) {
            self.add(path, cause);
        }
        true
    }

    /// What a check is asked with.
    fn inputs(&mut self, frame: &Frame<'_>, row: usize, inputs: &[PluginInput]) {
        for input in inputs {
            match input {
                PluginInput::Value(node) => self.node(frame, row, *node),
                PluginInput::Record(fields) => self.inputs(frame, row, fields),
                PluginInput::List(list, var, parts) => {
                    self.each(frame, row, (*var, list), None, &mut |all, inner, at| all.inputs(inner, at, parts));
                }
            }
        }
    }

    fn list(
        &mut self,
        frame: &Frame<'_>,
        row: usize,
        root: Root,
        var: VarId,
        list: &ListRef,
        nodes: &[Option<NodeId>],
    ) {
        if let Some(known) = survey::found(frame, root, row) {
            let lacks = known.lacks();
            self.named += u64::from(lacks.is_named);
            self.found.extend(lacks.facts.iter().cloned());
            return;
        }
        self.elements(frame, row, var, list, nodes);
    }

    fn elements(&mut self, frame: &Frame<'_>, row: usize, var: VarId, list: &ListRef, nodes: &[Option<NodeId>]) {
        let nodes: Vec<NodeId> = nodes.iter().flatten().copied().collect();
        self.each(frame, row, (var, list), Some(&nodes), &mut |all, inner, at| {
            nodes.iter().for_each(|node| all.node(inner, at, *node));
        });
    }

    /// Looks at each element of a list; not at those that certainly are in it and of which all is known that is asked, where it is known what
    /// that is.
    fn each(
        &mut self,
        frame: &Frame<'_>,
        row: usize,
        (var, list): (VarId, &ListRef),
        asked: Option<&[NodeId]>,
        look: &mut dyn FnMut(&mut Self, &Frame<'_>, usize),
    ) {
        let one = single(frame, row);
        let found = elements(&one, list);
        for chunk in found.chunks(4096) {
            let inner = element_frame(&one, var, list, chunk);
            let answers = asked.and_then(|asked| plain(&inner, asked));
            for (at, element) in chunk.iter().enumerate() {
                if element.phantom {
                    match list {
                        ListRef::Field(owner, field) => {
                            self.list_fact(frame, row, *owner, *field);
                        }
                        ListRef::AssetsOf(of) => {
                            let path = format!("{}.assets", record_path(frame, row, *of, &self.asset));
                            self.add(path, Cause::Incomplete);
                        }
                        ListRef::Incidents => self.add("incidents".to_owned(), Cause::Incomplete),
                        ListRef::People => self.add("people".to_owned(), Cause::Incomplete),
                        ListRef::Inventory => self.add("inventory".to_owned(), Cause::Incomplete),
                        ListRef::Answer(node) => self.node(frame, row, *node),
                        ListRef::Changes => self.add("changes".to_owned(), Cause::Incomplete),
                        ListRef::Literal(_) => {}
                    }
                    continue;
                }
                if let (false, ListRef::AssetsOf(of)) = (element.certain, list) {
                    let path = format!("{}.assets", record_path(frame, row, *of, &self.asset));
                    self.add(path, Cause::Incomplete);
                }
                if answers.as_ref().is_some_and(|cols| cols.iter().all(|col| poss(col, at).one().is_some())) {
                    continue;
                }
                // Each element is asked anew: the nodes are the same, the facts are not.
                let seen = std::mem::take(&mut self.seen);
                let outer = self.asset.clone();
                if var == VarId::ASSET {
                    let id = super::facts::key(frame.env, TableId::ASSET, element.row).unwrap_or_default();
                    self.asset = format!("assets[{id}]");
                }
                look(self, &inner, at);
                self.asset = outer;
                self.seen = seen;
            }
        }
    }

    fn triage(&mut self, frame: &Frame<'_>, row: usize, block: Option<u16>, field: TriageField, var: VarId) {
        let env = frame.env;
        let Some(table) = env.program.vars.get(usize::from(var.0)).map(|v| v.table) else { return };
        let Some(at) = frame.rows(var).and_then(|rows| rows.get(row).copied()) else { return };
        let Some(findings) = env.rows_of(TableId::FINDING) else { return };
        let (asset, rows): (String, Vec<u32>) = if table == TableId::ASSET {
            (record_path(frame, row, var, &self.asset), super::urgency::findings_of(env, at).collect())
        } else {
            (self.asset_of_finding(frame, row, var), vec![at])
        };
        let outer = std::mem::replace(&mut self.asset, asset);
        for finding in rows {
            let unseen = super::arms::bit(&findings.phantom, finding as usize);
            if unseen {
                let path = format!("{}.findings", self.asset);
                let owner = findings.owner.get(finding as usize).copied().unwrap_or(u32::MAX);
                self.add(path, super::facts::findings_cause(env, owner));
                continue;
            }
            for (index, columns) in env.triage.iter().enumerate() {
                let wanted = match block {
                    Some(block) => usize::from(block) == index,
                    None => columns.counts,
                };
                let uncertain = columns.level.certain(finding as usize).is_none()
                    || (!matches!(field, TriageField::Level) && columns.due.certain(finding as usize).is_none());
                if wanted && uncertain {
                    self.finding(frame, index, finding, !matches!(field, TriageField::Level));
                }
                if wanted && matches!(field, TriageField::Overdue) && columns.perhaps_waived_at(finding as usize) {
                    self.waivers(env, findings, index, finding);
                }
            }
        }
        self.asset = outer;
    }

    fn all(&mut self, facts: Vec<UnknownFact>) {
        self.named += u64::from(!facts.is_empty());
        self.found.extend(facts);
    }

    fn risk(&mut self, frame: &Frame<'_>, row: usize, index: u16) {
        let Some(def) = frame.env.program.risks.get(usize::from(index)) else { return };
        for node in def.head.scope.iter().chain(&def.head.except) {
            self.node(frame, row, *node);
        }
        self.all(missing_force(frame, row, &def.head));
        for add in &def.adds {
            if let Some(when) = add.when {
                self.node(frame, row, when);
            }
            if add.when.is_none_or(|when| frame.truth(when).may_at(row)) {
                self.node(frame, row, add.value);
            }
        }
    }

    /// Which measurements are not known, or do not agree.
    fn metric(&mut self, frame: &Frame<'_>, row: usize, index: u16) {
        if let Some(of) = frame.env.program.metrics.get(usize::from(index)).and_then(|metric| metric.of.as_ref()) {
            match &of.list {
                Ok(ListRef::Field(var, field)) => {
                    self.list_fact(frame, row, *var, *field);
                }
                Ok(_) => {}
                Err(node) => self.node(frame, row, *node),
            }
        }
        self.all(super::metric::missing(frame, row, index));
    }

    /// The times of a change that are not known.
    fn times(&mut self, frame: &Frame<'_>, row: usize, var: VarId) {
        let facts = missing_times(frame, row, var, &self.asset);
        self.all(facts);
    }

    /// What it hangs on whether a finding's being overdue is waived.
    fn waivers(&mut self, env: &Env<'_>, findings: &TableData, block: usize, finding: u32) {
        let Ok(block) = u16::try_from(block) else { return };
        let root = Frame::root(env);
        let inner = finding_frame(&root, findings, &[finding]);
        let own = super::waiver::missing(&inner, 0, Waivable::Triage(block), None);
        let called = own.into_iter().map(|fact| of_asset(fact, &self.asset)).collect();
        self.all(called);
    }

    /// The path of the asset whose finding a variable stands for.
    fn asset_of_finding(&self, frame: &Frame<'_>, row: usize, var: VarId) -> String {
        let finding = record_path(frame, row, var, &self.asset);
        finding.rsplit_once(".findings[").map_or(finding.clone(), |(asset, _)| asset.to_owned())
    }

    /// What the level of one finding hangs on, and its due date if asked.
    pub fn finding(&mut self, frame: &Frame<'_>, block: usize, finding: u32, due: bool) {
        let env = frame.env;
        let (Some(def), Some(findings)) = (env.program.triages.get(block), env.rows_of(TableId::FINDING)) else {
            return;
        };
        let root = Frame::root(env);
        let inner = finding_frame(&root, findings, &[finding]);
        let possible = super::triage::possible(&inner, def);
        let seen = std::mem::take(&mut self.seen);
        for node in def.head.scope.iter().chain(&def.head.except).chain(&def.done).chain(&def.decide) {
            self.node(&inner, 0, *node);
        }
        let last = possible.first().and_then(|p| p.arms.last().copied()).unwrap_or(0);
        for (at, arm) in def.arms.iter().enumerate() {
            if at <= last
                && let Some(when) = arm.when
            {
                self.node(&inner, 0, when);
            }
            let is_possible = possible.first().is_some_and(|p| p.arms.contains(&at));
            if due
                && is_possible
                && let Some(due) = &arm.due
            {
                let for_arm = inner.for_arm(arm.code);
                due.nodes().for_each(|node| self.node(&for_arm, 0, node));
            }
        }
        self.seen = seen;
    }

    fn category(&mut self, frame: &Frame<'_>, row: usize, block: u16, var: Option<VarId>) {
        let Some(def) = frame.env.program.categorises.get(usize::from(block)) else { return };
        match (def.each_asset, var) {
            (true, None) => {
                let wanted: Vec<Option<NodeId>> = deciding(def).map(Some).collect();
                self.list(frame, row, Root::Category(block), VarId::ASSET, &ListRef::AssetsOf(VarId::CHANGE), &wanted);
            }
            (true, Some(var)) if var != VarId::ASSET => {
                let Some(rows) = frame.rows(var) else { return };
                let inner = frame.rebound(VarId::ASSET, rows);
                // The same is asked of another asset.
                let seen = std::mem::take(&mut self.seen);
                let asset = record_path(frame, row, var, &self.asset);
                let outer = std::mem::replace(&mut self.asset, asset);
                deciding(def).for_each(|node| self.node(&inner, row, node));
                (self.asset, self.seen) = (outer, seen);
            }
            _ => deciding(def).for_each(|node| self.node(frame, row, node)),
        }
    }
}

/// A fact of the asset at hand, by the path of that asset.
fn of_asset(fact: UnknownFact, asset: &str) -> UnknownFact {
    match fact.fact.strip_prefix("asset.") {
        Some(rest) => UnknownFact { fact: format!("{asset}.{rest}"), ..fact },
        None => fact,
    }
}

/// The ends of the interval of the change that a variable stands for, as far as they are not known.
#[must_use]
pub fn missing_times(frame: &Frame<'_>, row: usize, var: VarId, asset: &str) -> Vec<UnknownFact> {
    let Some(change) = frame.rows(var).and_then(|rows| rows.get(row).copied()) else { return Vec::new() };
    let printed = super::period::schedule(frame.env, change).printed;
    [("start", printed.from.is_none()), ("end", printed.to.is_none())]
        .into_iter()
        .filter(|(_, missing)| *missing)
        .filter_map(|(name, _)| {
            let (field, _) = frame.env.program.schema.find(TableId::CHANGE, name)?;
            let (fact, cause) = fact_path(frame, row, var, field, asset)?;
            Some(UnknownFact { fact, cause: cause.as_str() })
        })
        .collect()
}

/// The times of the change that it hangs on whether a statement is in force.
#[must_use]
pub fn missing_force(frame: &Frame<'_>, row: usize, head: &Head) -> Vec<UnknownFact> {
    if super::period::force(frame, head).at(row).is_certain() {
        return Vec::new();
    }
    missing_times(frame, row, VarId::CHANGE, "asset")
}

/// What some nodes come to, where they hang on nothing as soon as that is certain: none looks at absence or asks a plugin.
fn plain(frame: &Frame<'_>, nodes: &[NodeId]) -> Option<Vec<Arc<Col>>> {
    let is_plain = |node: &NodeId| {
        let absence = frame.env.reads_absence.get(node.0 as usize).copied().unwrap_or(false);
        !absence && !frame.env.asks(*node)
    };
    nodes.iter().all(is_plain).then(|| nodes.iter().map(|node| frame.eval(*node)).collect())
}

/// A frame of one row of another.
pub fn single<'q>(frame: &'q Frame<'_>, row: usize) -> Frame<'q> {
    frame.inner(1, Rows::These(Arc::new(vec![u32::try_from(row).unwrap_or(u32::MAX)])), Vec::new())
}

fn text(frame: &Frame<'_>, id: NodeId) -> String {
    frame.env.node(id).map_or_else(String::new, |node| frame.env.program.sources.phrase(node.span))
}

/// Why a value is unknown although everything that it is made of is known.
fn derived(frame: &Frame<'_>, row: usize, op: &Op) -> Cause {
    match op {
        Op::Arith(ArithOp::Div, _, by) => {
            let zero = match poss(&frame.eval(*by), row).one() {
                Some(super::value::Raw::Int(v)) => v == 0,
                Some(super::value::Raw::Decimal(v)) => v == 0,
                _ => false,
            };
            if zero { Cause::Division } else { Cause::OutOfRange }
        }
        _ => Cause::OutOfRange,
    }
}

/// The missing facts that one finding's level and due date hang on.
#[must_use]
pub fn missing_of_finding(frame: &Frame<'_>, block: usize, finding: u32) -> Vec<UnknownFact> {
    let mut walk =
        Walk { found: BTreeSet::new(), named: 0, seen: HashSet::new(), asset: "asset".to_owned(), known: None };
    walk.finding(frame, block, finding, true);
    group(walk.found).into_iter().collect()
}
