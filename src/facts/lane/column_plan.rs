//! What the columns of a file fill.

use std::sync::Arc;

use super::super::column::State;
use super::super::columns::{ColumnRule, ColumnShape};
use super::super::plan::{FieldPlan, KeyPlan, ShapePlan, TablePlan, Target};
use super::NOTHING;
use super::plan::{absence, takes_words_as_they_are};
use crate::check::types::Type;
use crate::time::Zone;

/// What reading by columns goes by.
#[derive(Debug)]
pub struct ColumnPlan {
    pub(super) takes: Vec<Take>,
    /// Fields that no column fills.
    pub(super) lacking: Vec<(usize, State)>,
    /// By number, the columns that are looked at.
    pub(super) wanted: Vec<bool>,
}

/// Where a field comes from.
#[derive(Debug)]
pub(super) struct Take {
    pub field: usize,
    pub leaf: usize,
    /// What it is where there is nothing.
    pub absence: State,
    /// What it is where its value is null, or a record that it is part of.
    pub null: State,
    pub what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Scalar {
        def: u16,
        default: Option<String>,
        clock: Clock,
    },
    /// Values of a set, of which each place from this level on is one.
    Set {
        list: u16,
        def: u16,
        clock: Clock,
    },
    /// Elements that are records.
    List {
        list: u16,
        element: u16,
        members: Vec<Member>,
        lacking: Vec<(usize, State)>,
        unknown: Vec<Unknown>,
    },
}

/// By which clock times are that name none.
#[derive(Clone, Debug)]
pub(in super::super) enum Clock {
    /// That of the call.
    Call,
    /// One that is named.
    Zone(Zone),
    /// Nobody knows.
    Nobody,
}

/// A field of an element.
#[derive(Debug)]
pub(super) struct Member {
    pub field: usize,
    pub leaf: usize,
    pub def: u16,
}

/// A key of an element that the vocabulary does not have.
#[derive(Debug)]
pub(super) struct Unknown {
    pub owner: Arc<str>,
    pub name: String,
    pub leaves: std::ops::Range<usize>,
    /// The level from which on the record is there that has the key.
    pub def: u16,
}

impl ColumnPlan {
    /// None where columns are of another form than the fields that they are for.
    pub(in super::super) fn of(
        plan: &TablePlan,
        shapes: &[(String, ColumnShape)],
        rules: &[ColumnRule],
        count: usize,
    ) -> Option<Self> {
        let mut all = Self { takes: Vec::new(), lacking: Vec::new(), wanted: vec![false; count] };
        let mut led = vec![false; plan.fields.len()];
        for rule in rules {
            let path = format!("{}.{}", plan.path, rule.field);
            let at = plan.fields.iter().position(|field| *field.path == *path)?;
            let field = plan.fields.get(at)?;
            if !field.read {
                continue;
            }
            if !takes_words_as_they_are(field)
                || rule.keys.iter().any(|key| key == "*")
                || std::mem::replace(led.get_mut(at)?, true)
            {
                return None;
            }
            let is_text = matches!(field.shape, ShapePlan::Scalar(Type::String)) && !field.or_none && !field.required;
            if rule.default.is_some() && !is_text {
                return None;
            }
            match find(shapes, rule)? {
                Some(shape) => {
                    let take = all.take(field, at, shape, rule)?;
                    all.takes.push(take);
                }
                // There is no such column: nothing, or what stands for it, which no plan has a place for.
                None if rule.default.is_some() || field.required => return None,
                None => all.lacking.push((at, absence(field))),
            }
        }
        for (at, field) in plan.fields.iter().enumerate().filter(|(_, field)| field.read) {
            if led.get(at) == Some(&false) {
                all.lacking.push((at, absence(field)));
                if field.required {
                    return None;
                }
            }
        }
        all.wanted.contains(&true).then_some(all)
    }

    /// By number, the columns that are looked at.
    #[must_use]
    pub fn wanted(&self) -> &[bool] {
        &self.wanted
    }

    fn want(&mut self, leaf: usize) -> Option<usize> {
        *self.wanted.get_mut(leaf)? = true;
        Some(leaf)
    }

    fn take(&mut self, field: &FieldPlan, at: usize, shape: &ColumnShape, rule: &ColumnRule) -> Option<Take> {
        let clock = match &rule.zone {
            Some(zone) => Clock::Zone(zone.clone()),
            None if rule.needs_zone => Clock::Nobody,
            None => Clock::Call,
        };
        let (leaf, what) = match (&field.shape, shape) {
            (ShapePlan::Scalar(_), ColumnShape::Leaf { leaf, def }) => {
                (self.want(*leaf)?, What::Scalar { def: *def, default: rule.default.clone(), clock })
            }
            (ShapePlan::List(inner), ColumnShape::List { element, def: list }) => match element.as_ref() {
                ColumnShape::Leaf { leaf, def } if inner.is_set => {
                    (self.want(*leaf)?, What::Set { list: *list, def: *def, clock })
                }
                ColumnShape::Record { fields, def, .. } if !inner.is_set => {
                    let mut elements =
                        Elements { plan: self, members: Vec::new(), lacking: Vec::new(), unknown: Vec::new() };
                    elements.record(inner, &inner.path, &inner.keys, Some(fields), *def)?;
                    let Elements { members, lacking, unknown, .. } = elements;
                    let leaf = members.first()?.leaf;
                    (leaf, What::List { list: *list, element: *def, members, lacking, unknown })
                }
                _ => return None,
            },
            _ => return None,
        };
        let absence = absence(field);
        Some(Take { field: at, leaf, absence, null: if rule.blank_is_absent { absence } else { NOTHING }, what })
    }
}

/// What a rule leads to; nothing where there is no such column, and none where only a tree knows.
fn find<'s>(shapes: &'s [(String, ColumnShape)], rule: &ColumnRule) -> Option<Option<&'s ColumnShape>> {
    let named = |fields: &'s [(String, ColumnShape)], name: &str| {
        fields.iter().find(|(known, _)| known == name).map(|(_, shape)| shape)
    };
    if let Some(shape) = named(shapes, &rule.text) {
        return Some(Some(shape));
    }
    let mut fields = shapes;
    let (last, records) = rule.keys.split_last()?;
    for key in records {
        match named(fields, key) {
            None => return Some(None),
            Some(ColumnShape::Record { fields: inner, .. }) => fields = inner,
            Some(_) => return None,
        }
    }
    Some(named(fields, last))
}

/// The elements of a list, as they are gathered.
struct Elements<'p> {
    plan: &'p mut ColumnPlan,
    members: Vec<Member>,
    lacking: Vec<(usize, State)>,
    unknown: Vec<Unknown>,
}

impl Elements<'_> {
    /// The keys of a record of an element that is there from a level on, or that no element has.
    fn record(
        &mut self,
        plan: &TablePlan,
        owner: &Arc<str>,
        keys: &[KeyPlan],
        shapes: Option<&[(String, ColumnShape)]>,
        def: u16,
    ) -> Option<()> {
        for key in keys {
            let shape =
                shapes.and_then(|shapes| shapes.iter().find(|(name, _)| *name == key.name)).map(|(_, shape)| shape);
            match (&key.target, shape) {
                (Target::Special, _) => return None,
                (Target::Field(at), shape) => {
                    let field = plan.fields.get(*at).filter(|field| field.read);
                    match (field.map(|field| (&field.shape, field)), shape) {
                        (None, _) => {}
                        (Some((_, field)), None) if field.required => return None,
                        (Some((_, field)), None) => self.lacking.push((*at, absence(field))),
                        (Some((ShapePlan::Scalar(_), _)), Some(ColumnShape::Leaf { leaf, def })) => {
                            let leaf = self.plan.want(*leaf)?;
                            self.members.push(Member { field: *at, leaf, def: *def });
                        }
                        _ => return None,
                    }
                }
                (Target::Record(inner), None) => self.record(plan, &key.path, inner, None, 0)?,
                (Target::Record(inner), Some(ColumnShape::Record { fields, def, .. })) => {
                    self.record(plan, &key.path, inner, Some(fields), *def)?;
                }
                _ => return None,
            }
        }
        for (name, shape) in shapes.unwrap_or_default() {
            if keys.iter().any(|key| key.name == *name) {
                continue;
            }
            let leaves = shape.leaves();
            if leaves.is_empty() {
                return None;
            }
            for leaf in leaves.clone() {
                self.plan.want(leaf)?;
            }
            self.unknown.push(Unknown { owner: Arc::clone(owner), name: name.clone(), leaves, def });
        }
        Some(())
    }
}

impl ColumnShape {
    fn leaves(&self) -> std::ops::Range<usize> {
        match self {
            Self::Leaf { leaf, .. } => *leaf..leaf + 1,
            Self::Record { fields, leaf, .. } => *leaf..fields.last().map_or(leaf + 1, |(_, last)| last.leaves().end),
            // Values that lie deeper are for a tree to judge.
            Self::List { .. } | Self::Other { .. } => 0..0,
        }
    }
}
