//! What a policy says of people and duties: risks, approvals, obligations, waivers.

use crate::ir::{Common, Deadline, E, List, Meets, Val};
use crate::vocab::Ent;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskField {
    Score,
    Band,
}

/// What is asked of a statement by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Approved,
    Cleared,
    Met,
    Waived,
}

impl Ask {
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Cleared => "cleared",
            Self::Met => "met",
            Self::Waived => "waived",
        }
    }
}

/// What holds the id of a record.
#[derive(Clone, Debug)]
pub enum Base {
    /// A field of a record: variable, its record, field.
    Field(String, Ent, &'static str),
    /// An element of a set.
    Elem(String),
}

#[derive(Clone, Debug)]
pub struct Add {
    pub value: E,
    pub when: Option<E>,
}

#[derive(Clone, Debug)]
pub struct Risk {
    pub name: String,
    pub common: Common,
    pub adds: Vec<Add>,
    /// Name and least score, the highest first.
    pub bands: Vec<(&'static str, i64)>,
}

impl Risk {
    /// A band as a value: the lowest is 0.
    pub fn band(&self, at: usize) -> Val {
        Val::Word((self.bands.len() - 1 - at) as i32, self.bands[at].0.into())
    }
}

#[derive(Clone, Debug)]
pub struct Need {
    pub count: u32,
    pub roles: Vec<&'static str>,
    /// `for each`: the variable, what it is, and the list.
    pub each: Option<(String, List)>,
}

#[derive(Clone, Debug)]
pub enum Excluded {
    One(E),
    Each(List),
}

#[derive(Clone, Debug)]
pub struct Approval {
    pub name: String,
    pub common: Common,
    pub needs: Vec<Need>,
    pub not_by: Vec<Excluded>,
    pub after: Vec<String>,
    /// A duration or span.
    pub valid: Option<Val>,
    pub survives_edits: bool,
    pub afterwards: Option<Deadline>,
    pub review: Option<Deadline>,
    pub meets: Option<Meets>,
}

/// What a duty is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Change,
    Asset,
    Finding,
}

#[derive(Clone, Debug)]
pub struct Obligation {
    pub name: String,
    pub about: About,
    pub common: Common,
    pub assigned: Vec<&'static str>,
    pub due: Option<Deadline>,
    pub met: Option<E>,
}

#[derive(Clone, Debug)]
pub struct Waiver {
    pub name: String,
    pub common: Common,
    pub waives: Vec<String>,
    /// First and last day.
    pub dates: (i32, i32),
    pub by: &'static str,
    pub provided: Option<E>,
}

/// `waivable by "ciso" up to 180d`: roles and days.
#[derive(Clone, Debug)]
pub struct Waivable {
    pub by: Vec<&'static str>,
    pub days: i64,
}

/// The expressions of a deadline.
pub fn deadline(d: &Deadline) -> Vec<&E> {
    use crate::ir::DeadlineForm::{After, Before, By, Within};
    match &d.form {
        Within(a, None) | By(a) => vec![a],
        Within(a, Some(b)) | Before(a, b) | After(a, b) => vec![a, b],
    }
}

impl Approval {
    /// The expressions that are its own.
    pub fn own(&self) -> Vec<&E> {
        let excluded = self.not_by.iter().filter_map(|x| match x {
            Excluded::One(e) => Some(e),
            Excluded::Each(_) => None,
        });
        excluded.chain(self.afterwards.iter().chain(&self.review).flat_map(deadline)).collect()
    }

    /// The lists that are its own.
    pub fn lists(&self) -> Vec<&List> {
        let needs = self.needs.iter().filter_map(|n| n.each.as_ref().map(|(_, list)| list));
        needs
            .chain(self.not_by.iter().filter_map(|x| match x {
                Excluded::Each(list) => Some(list),
                Excluded::One(_) => None,
            }))
            .collect()
    }
}
