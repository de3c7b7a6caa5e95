//! The votes of one change, read once for all its approvals and assets.

use std::collections::{BTreeSet, HashMap};

use crate::check::schema::{Shape, TableId};
use crate::check::types::Type;
use crate::facts::table::{Column, ListColumn};

use super::super::env::Env;
use super::super::facts::value;
use super::super::quant::scalar_at;
use super::super::value::{Poss, Raw};
use super::persons::folded;

/// What a vote says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Approve,
    /// No.
    Reject,
    /// Not yet, or neither.
    Other,
}

/// For whom a vote is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behalf {
    /// For the giver.
    Own,
    /// For somebody else.
    Of(i64),
    /// That is not known.
    Unknown,
}

/// Which items a vote is for.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    items: BTreeSet<i64>,
    open: bool,
}

/// A vote as it was given. Texts are numbers of the evaluation's.
#[derive(Clone, Debug)]
pub struct Vote {
    /// The row of the table of votes.
    pub row: u32,
    /// In which role.
    pub role: Option<i64>,
    /// Who gave it.
    pub by: Option<i64>,
    /// For whom.
    pub behalf: Behalf,
    /// When.
    pub at: Option<i64>,
    /// What it says.
    pub decision: Option<Decision>,
    /// The same, as the number of the word.
    pub word: Option<i64>,
    /// For what.
    pub scope: Scope,
}

impl Scope {
    /// Certainly names an item.
    #[must_use]
    pub fn names(&self, item: i64) -> bool {
        self.items.contains(&item)
    }

    /// May name an item; with `None` one that is not known.
    #[must_use]
    pub fn may_name(&self, item: Option<i64>) -> bool {
        self.open || item.map_or(!self.items.is_empty(), |item| self.items.contains(&item))
    }

    /// Names nothing, and that is all there is: such a vote concerns every item, though it serves none.
    #[must_use]
    pub fn concerns_all(&self) -> bool {
        self.items.is_empty() && !self.open
    }

    /// Whether it may name more than is seen.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Whether no item is named; perhaps because the names were not given.
    #[must_use]
    pub fn names_none(&self) -> bool {
        self.items.is_empty()
    }

    /// Certainly concerns an item, for superseding and rejecting.
    #[must_use]
    pub fn concerns(&self, item: Option<i64>) -> bool {
        self.concerns_all() || item.is_some_and(|item| self.names(item))
    }

    /// May concern an item, for superseding and rejecting.
    #[must_use]
    pub fn may_concern(&self, item: Option<i64>) -> bool {
        self.concerns_all() || self.open || item.is_none_or(|item| self.names(item))
    }
}

impl Vote {
    /// Whose vote it is: the one who is stood in for, else the giver.
    #[must_use]
    pub const fn principal(&self) -> Option<i64> {
        match self.behalf {
            Behalf::Own => self.by,
            Behalf::Of(person) => Some(person),
            Behalf::Unknown => None,
        }
    }

    /// The persons that are certainly behind it.
    pub fn persons(&self) -> impl Iterator<Item = i64> + use<> {
        let principal = match self.behalf {
            Behalf::Of(person) => Some(person),
            Behalf::Own | Behalf::Unknown => None,
        };
        self.by.into_iter().chain(principal)
    }
}

/// When and how strongly a vote speaks: of two of one person the greater one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    at: i64,
    strength: u8,
    /// The vote; of equals any.
    pub vote: usize,
}

impl Rank {
    const fn over(self, at: i64, strength: u8) -> bool {
        self.at > at || (self.at == at && self.strength > strength)
    }
}

/// The strongest of the latest votes of one person in one role.
#[derive(Clone, Debug, Default)]
struct Latest {
    any: Option<Rank>,
    open: Option<Rank>,
    items: HashMap<i64, Rank>,
}

/// Which votes may supersede others, or certainly do.
#[derive(Clone, Debug, Default)]
pub struct Table {
    latest: HashMap<(Option<i64>, Option<i64>), Latest>,
}

fn raise(slot: &mut Option<Rank>, rank: Rank) {
    *slot = Some(slot.map_or(rank, |before| before.max(rank)));
}

impl Table {
    fn add(&mut self, principal: Option<i64>, role: Option<i64>, scope: &Scope, certain: bool, rank: Rank) {
        let latest = self.latest.entry((principal, role)).or_default();
        raise(&mut latest.any, rank);
        let all = if certain { scope.concerns_all() } else { scope.concerns_all() || scope.open };
        if all {
            raise(&mut latest.open, rank);
        }
        for item in &scope.items {
            let before = latest.items.entry(*item).or_insert(rank);
            *before = (*before).max(rank);
        }
    }

    /// Adds a vote that may supersede others.
    pub fn may(&mut self, votes: &Votes, number: usize, vote: &Vote, strength: u8) {
        let principal = vote.principal().map(|name| votes.folded(name));
        let rank = Rank { at: vote.at.unwrap_or(i64::MAX), strength, vote: number };
        self.add(principal, vote.role, &vote.scope, false, rank);
    }

    /// Adds a vote that certainly supersedes others, if it does.
    pub fn does(&mut self, votes: &Votes, number: usize, vote: &Vote, strength: u8) {
        if let (Some(at), Some(principal), Some(_)) = (vote.at, vote.principal(), vote.role) {
            let rank = Rank { at, strength, vote: number };
            self.add(Some(votes.folded(principal)), vote.role, &vote.scope, true, rank);
        }
    }

    /// A vote of the table that is over this one.
    #[must_use]
    pub fn over(&self, votes: &Votes, vote: &Vote, about: About, certain: bool) -> Option<Rank> {
        let (principal, at) = (vote.principal().map(|name| votes.folded(name)), vote.at?);
        let keys = [(principal, vote.role), (principal, None), (None, vote.role), (None, None)];
        if certain && (principal.is_none() || vote.role.is_none()) {
            return None;
        }
        keys.into_iter()
            .take(if certain { 1 } else { keys.len() })
            .filter_map(|key| self.find(key, about, certain))
            .max()
            .filter(|rank| rank.over(at, strength(vote.decision).1))
    }

    fn find(&self, key: (Option<i64>, Option<i64>), about: About, certain: bool) -> Option<Rank> {
        let latest = self.latest.get(&key)?;
        match about {
            About::Plain => latest.any,
            About::Item(item) => latest.open.max(latest.items.get(&item).copied()),
            About::Unknown if certain => latest.open,
            About::Unknown => latest.any,
        }
    }
}

/// What a slot asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// Nothing in particular.
    Plain,
    /// One item of a list.
    Item(i64),
    /// An item that is not known.
    Unknown,
}

impl About {
    /// The item, where it is a known one.
    #[must_use]
    pub const fn item(self) -> Option<i64> {
        match self {
            Self::Item(item) => Some(item),
            Self::Plain | Self::Unknown => None,
        }
    }
}

/// The votes of a change.
#[derive(Debug, Default)]
pub struct Votes {
    /// The row of the change.
    pub change: u32,
    /// Those that were seen.
    pub votes: Vec<Vote>,
    /// There may be more.
    pub incomplete: bool,
    /// When the change was last edited.
    pub edited: Option<i64>,
    /// Every name that a vote has, as it is compared.
    folds: HashMap<i64, i64>,
    may: Table,
    does: Table,
}

impl Votes {
    /// Reads the votes of a change.
    #[must_use]
    pub fn new(env: &Env<'_>, change: u32) -> Self {
        let schema = &env.program.schema;
        let edited = value(env, TableId::CHANGE, "updated_at", change).one().and_then(Raw::int);
        let mut votes = Self { change, edited, ..Self::default() };
        let list = schema.find(TableId::CHANGE, "approvals").and_then(|(field, _)| env.facts.changes.column(field));
        let Some(Column::List(list)) = list else { return Self { incomplete: true, ..votes } };
        let at = change as usize;
        let (Some(from), Some(to)) = (list.offsets.get(at), list.offsets.get(at.wrapping_add(1))) else {
            return Self { incomplete: true, ..votes };
        };
        let reader = Reader::new(env, list);
        for row in *from..*to {
            if super::super::arms::bit(&list.rows.phantom, row as usize) {
                votes.incomplete = true;
            } else {
                votes.votes.push(reader.vote(row));
            }
        }
        votes.fold(env);
        votes.rank(env.now.micros());
        votes
    }

    /// Names that differ only in case are one where that does not help.
    fn fold(&mut self, env: &Env<'_>) {
        for name in self.votes.iter().flat_map(Vote::persons).collect::<BTreeSet<_>>() {
            self.folds.insert(name, env.symbol(&folded(&env.text(name))));
        }
        for vote in &mut self.votes {
            if matches!(vote.behalf, Behalf::Of(person) if vote.by == Some(person)) {
                vote.behalf = Behalf::Own;
            }
        }
    }

    /// The word of a decision.
    #[must_use]
    pub fn word(&self, env: &Env<'_>, code: i64) -> Option<String> {
        match env.program.schema.find(TableId::APPROVAL, "decision").map(|(_, field)| &field.shape) {
            Some(Shape::Scalar(Type::Enum(def))) => def.value(code).map(str::to_owned),
            _ => None,
        }
    }

    /// A name as it is compared where taking two for one does not help.
    #[must_use]
    pub fn folded(&self, name: i64) -> i64 {
        self.folds.get(&name).copied().unwrap_or(name)
    }

    fn rank(&mut self, now: i64) {
        let (mut may, mut does) = (Table::default(), Table::default());
        for (number, vote) in self.votes.iter().enumerate() {
            if vote.at.is_none_or(|at| at <= now) {
                may.may(self, number, vote, strength(vote.decision).1);
                does.does(self, number, vote, strength(vote.decision).0);
            }
        }
        (self.may, self.does) = (may, does);
    }

    /// A vote that may supersede this one, whose time, person and role are known.
    #[must_use]
    pub fn may_supersede(&self, vote: &Vote, about: About) -> Option<Rank> {
        self.may.over(self, vote, about, false)
    }

    /// A vote that certainly supersedes this one.
    #[must_use]
    pub fn supersedes(&self, vote: &Vote, about: About) -> Option<Rank> {
        self.does.over(self, vote, about, true)
    }
}

/// How strongly a vote speaks beside another one of the same instant: at least, and at most.
#[must_use]
pub const fn strength(decision: Option<Decision>) -> (u8, u8) {
    match decision {
        Some(Decision::Approve) => (0, 0),
        Some(Decision::Other) => (1, 1),
        Some(Decision::Reject) => (2, 2),
        None => (0, 2),
    }
}

/// The columns of the table of votes.
struct Reader<'f> {
    role: Option<&'f Column>,
    by: Option<&'f Column>,
    behalf: Option<&'f Column>,
    at: Option<&'f Column>,
    decision: Option<&'f Column>,
    scope: Option<&'f Column>,
    approve: Option<i64>,
    reject: Option<i64>,
}

impl<'f> Reader<'f> {
    fn new(env: &Env<'f>, list: &'f ListColumn) -> Self {
        let schema = &env.program.schema;
        let column = |name| schema.find(TableId::APPROVAL, name).and_then(|(field, _)| list.rows.column(field));
        let code = |value: &str| match schema.find(TableId::APPROVAL, "decision").map(|(_, field)| &field.shape) {
            Some(Shape::Scalar(Type::Enum(def))) => def.code(value),
            _ => None,
        };
        Self {
            role: column("role"),
            by: column("by"),
            behalf: column("on_behalf_of"),
            at: column("at"),
            decision: column("decision"),
            scope: column("scope"),
            approve: code("approve"),
            reject: code("reject"),
        }
    }

    fn vote(&self, row: u32) -> Vote {
        let read = |column: Option<&Column>| match column {
            Some(Column::Scalar(scalar)) => scalar_at(scalar, row as usize),
            _ => Poss::Any,
        };
        let known = |column| read(column).one().and_then(Raw::int);
        let word = known(self.decision);
        let decision = word.map(|code| match Some(code) {
            code if code == self.approve => Decision::Approve,
            code if code == self.reject => Decision::Reject,
            _ => Decision::Other,
        });
        let behalf = match read(self.behalf) {
            Poss::One(Raw::None) => Behalf::Own,
            Poss::One(Raw::Int(person)) => Behalf::Of(person),
            _ => Behalf::Unknown,
        };
        let scope = self.scope(row);
        Vote { row, role: known(self.role), by: known(self.by), behalf, at: known(self.at), decision, word, scope }
    }

    fn scope(&self, row: u32) -> Scope {
        let mut scope = Scope::default();
        let at = row as usize;
        let Some(Column::List(list)) = self.scope else { return Scope { open: true, ..scope } };
        let (Some(from), Some(to)) = (list.offsets.get(at), list.offsets.get(at.wrapping_add(1))) else {
            return Scope { open: true, ..scope };
        };
        let values = match list.rows.columns.first() {
            Some(Column::Scalar(values)) => Some(values),
            _ => None,
        };
        for element in *from..*to {
            match values.map(|values| scalar_at(values, element as usize)) {
                Some(Poss::One(Raw::Int(item))) => {
                    scope.items.insert(item);
                }
                _ => scope.open = true,
            }
        }
        scope
    }
}
