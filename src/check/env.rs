//! What an expression can name: the subjects at its place and the variables of the quantifiers around it.

use std::sync::Arc;

use super::program::VarId;
use super::schema::TableId;
use super::types::{EnumDef, Ty};

/// What a quantifier's variable stands for.
#[derive(Clone, Debug)]
pub(super) enum Elem {
    /// A record.
    Row(TableId),
    /// A value of a set of the facts, whose table has the one field `value`.
    Value(Ty),
    /// A value of a set that is written out.
    Literal(Ty),
}

/// A quantifier's variable in scope.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) var: VarId,
    pub(super) elem: Elem,
}

/// The names in scope beside those of the policy's statements.
#[derive(Clone, Debug)]
pub(super) struct Env {
    /// Whose text it is.
    pub(super) unit: usize,
    /// What the place is called in messages: "a `rule`".
    pub(super) place: &'static str,
    pub(super) asset: Option<VarId>,
    pub(super) finding: Option<VarId>,
    pub(super) change: Option<VarId>,
    /// The change's assets can be named.
    pub(super) assets: bool,
    /// The levels, where a deadline of a triage is worked out.
    pub(super) level: Option<Arc<EnumDef>>,
    pub(super) locals: Vec<Local>,
}

impl Env {
    /// No subjects: only constants and `now`.
    pub(super) fn bare(unit: usize, place: &'static str) -> Self {
        Self { unit, place, asset: None, finding: None, change: None, assets: false, level: None, locals: Vec::new() }
    }

    /// Every subject.
    pub(super) fn all(unit: usize, place: &'static str) -> Self {
        Self {
            asset: Some(VarId::ASSET),
            finding: Some(VarId::FINDING),
            change: Some(VarId::CHANGE),
            assets: true,
            ..Self::bare(unit, place)
        }
    }

    /// `asset` and `finding`.
    pub(super) fn triage(unit: usize) -> Self {
        Self { change: None, assets: false, ..Self::all(unit, "a `triage`") }
    }

    /// `change`, `assets` and `asset`.
    pub(super) fn gate(unit: usize, place: &'static str) -> Self {
        Self { finding: None, ..Self::all(unit, place) }
    }

    /// `change` and `assets`.
    pub(super) fn change(unit: usize, place: &'static str) -> Self {
        Self { asset: None, finding: None, ..Self::all(unit, place) }
    }

    pub(super) fn local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|local| local.name == name)
    }

    pub(super) fn subject(&self, name: &str) -> Option<VarId> {
        match name {
            "asset" => self.asset,
            "finding" => self.finding,
            "change" => self.change,
            _ => None,
        }
    }

    pub(super) fn with(&self, local: Local) -> Self {
        let mut inner = self.clone();
        inner.locals.push(local);
        inner
    }
}

/// The subjects that a `let` or table reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Needs {
    pub(super) asset: bool,
    pub(super) finding: bool,
    pub(super) change: bool,
    pub(super) assets: bool,
    /// The asset has to be the one that the statement is decided for: no other is known to it.
    pub(super) own_asset: bool,
}

impl Needs {
    pub(super) fn add(&mut self, other: Self) {
        self.asset |= other.asset;
        self.finding |= other.finding;
        self.change |= other.change;
        self.assets |= other.assets;
        self.own_asset |= other.own_asset;
    }
}

/// The subjects that an inlined text is bound to: with the text's own number the key under which it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Binding {
    pub(super) asset: Option<VarId>,
    pub(super) finding: Option<VarId>,
    pub(super) change: Option<VarId>,
}
