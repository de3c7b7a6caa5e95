//! Duties of earlier runs: what somebody still has to do, though today's facts may no longer ask for it.

use std::collections::HashMap;

use crate::check::program::VarId;
use crate::check::schema::{Shape, TableId};
use crate::check::types::Type;
use crate::facts::table::Cause;

use super::decision::UnknownFact;
use super::env::Env;
use super::facts::value;
use super::value::{Could, Poss, Raw};

/// The open ones.
#[derive(Debug, Default)]
pub struct Earlier {
    open: Vec<Open>,
    /// By the number of the change's id; under none those of the estate.
    by_change: HashMap<Option<i64>, Vec<usize>>,
    /// Those of which the change is not known.
    anywhere: Vec<usize>,
    /// Some of the duties are not known.
    pub incomplete: bool,
}

/// An open duty.
#[derive(Debug)]
pub struct Open {
    id: String,
    rule: Poss,
    kind: Could,
    change: Poss,
    asset: Poss,
    subject: Poss,
    /// When it is due.
    pub due: Poss,
}

impl Earlier {
    /// Reads the records; those that are done are left out.
    #[must_use]
    pub fn read(env: &Env<'_>) -> Self {
        let Some(table) = env.rows_of(TableId::DUTY) else { return Self::default() };
        let mut earlier = Self { incomplete: env.facts.others_incomplete.contains(&TableId::DUTY), ..Self::default() };
        let obligation = match env.program.schema.find(TableId::DUTY, "kind").map(|(_, field)| &field.shape) {
            Some(Shape::Scalar(Type::Enum(def))) => def.code("obligation"),
            _ => None,
        };
        for row in 0..u32::try_from(table.len.saturating_sub(1)).unwrap_or(u32::MAX) {
            let field = |name| value(env, TableId::DUTY, name, row);
            if field("missing") == Poss::One(Raw::Int(0)) {
                continue;
            }
            let kind = match field("kind").one() {
                // Whether it is done is not known: it may still be open.
                Some(raw) if raw.int() == obligation && field("missing").one().is_none() => Could::UNKNOWN,
                Some(raw) => Could::certain(raw.int() == obligation),
                None => Could::UNKNOWN,
            };
            if !kind.be_true {
                continue;
            }
            let at = earlier.open.len();
            let open = Open {
                id: super::facts::key(env, TableId::DUTY, row).unwrap_or_default(),
                rule: field("rule"),
                kind,
                change: field("change"),
                asset: field("asset"),
                subject: field("subject"),
                due: field("due"),
            };
            match open.change.one() {
                Some(raw) => earlier.by_change.entry(raw.int()).or_default().push(at),
                None => earlier.anywhere.push(at),
            }
            earlier.open.push(open);
        }
        earlier
    }

    /// Those that are, or may be, of a change; without one, those of the estate.
    #[must_use]
    pub fn of_change(&self, env: &Env<'_>, change: Option<u32>) -> Vec<&Open> {
        let own = match change.map(|row| value(env, TableId::CHANGE, "id", row)) {
            None => self.by_change.get(&None),
            Some(Poss::One(Raw::Int(id))) => self.by_change.get(&Some(id)),
            Some(_) => None,
        };
        own.into_iter().flatten().chain(&self.anywhere).filter_map(|at| self.open.get(*at)).collect()
    }
}

impl Open {
    /// Whether it is of the obligation of this name and of this asset; an obligation that names no asset is asked whatever the asset.
    #[must_use]
    pub fn concerns(&self, env: &Env<'_>, name: &str, asset: Option<&Poss>) -> Could {
        let same = |fact: &Poss, is: Option<i64>| match fact.one() {
            Some(raw) => Could::certain(raw.int().is_some() && raw.int() == is),
            None => Could::UNKNOWN,
        };
        let rule = same(&self.rule, env.facts.strings.find(name));
        let asset = match (asset, self.asset.one()) {
            // A duty that names no asset is one of the whole change.
            (None, _) | (Some(_), Some(Raw::None)) => Could::certain(true),
            (Some(Poss::One(Raw::Int(id))), _) => same(&self.asset, Some(*id)),
            (Some(_), _) => Could::UNKNOWN,
        };
        let change = Could { be_true: true, be_false: self.change.one().is_none() };
        [rule, asset, change].into_iter().fold(self.kind, |so_far, next| Could {
            be_true: so_far.be_true && next.be_true,
            be_false: so_far.be_false || next.be_false,
        })
    }

    /// The finding that it is about, if it is about one that is known.
    #[must_use]
    pub fn subject(&self, env: &Env<'_>) -> Option<String> {
        self.subject.one().and_then(Raw::int).map(|symbol| env.text(symbol).to_string())
    }

    /// What is not known of when it is due.
    #[must_use]
    pub fn missing_due(&self) -> Vec<UnknownFact> {
        let fact = || UnknownFact { fact: format!("obligations[{}].due", self.id), cause: "missing" };
        if self.due.one().is_none() { vec![fact()] } else { Vec::new() }
    }

    /// What is not known of which finding it is about; one that was not seen had no name.
    #[must_use]
    pub fn missing_subject(&self) -> Vec<UnknownFact> {
        let cause = match self.subject.one() {
            Some(Raw::None) => Cause::Empty,
            Some(_) => return Vec::new(),
            None => Cause::Missing,
        };
        vec![UnknownFact { fact: format!("obligations[{}].subject", self.id), cause: cause.as_str() }]
    }

    /// What is not known of where it belongs.
    #[must_use]
    pub fn missing(&self, names_asset: bool) -> Vec<UnknownFact> {
        let fields = [
            ("asset", self.asset.one().is_none() && names_asset),
            ("change", self.change.one().is_none()),
            ("kind", self.kind.be_false),
            ("rule", self.rule.one().is_none()),
        ];
        let fact = |name| UnknownFact { fact: format!("obligations[{}].{name}", self.id), cause: "missing" };
        fields.into_iter().filter(|(_, unknown)| *unknown).map(|(name, _)| fact(name)).collect()
    }
}

/// Whether a statement's own words tell assets apart.
#[must_use]
pub fn names_asset(head: &crate::check::program::Head) -> bool {
    head.vars.contains(&VarId::ASSET)
}
