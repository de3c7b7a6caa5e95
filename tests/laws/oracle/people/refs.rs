//! Records that fields refer to, and lists of the input.

use crate::ir::*;
use crate::vocab::{Ent, Ty};

use crate::oracle::World;
use crate::oracle::eval::{Binding, Env, Members, record};
use crate::oracle::facts::{self, Rec};
use crate::oracle::tested::Span;
use crate::oracle::value::{self, K, P};
use crate::vocab;

impl<'a> World<'a> {
    /// The record with this id; where the id is not known, or no record has it, nothing is known.
    pub fn lookup(&'a self, ent: Ent, id: &P) -> Rec<'a> {
        let Some(Val::Str(id)) = id.only() else { return Rec::Nothing };
        let records = match ent {
            Ent::Asset => Some(&self.assets),
            Ent::Person => self.people.as_ref(),
            Ent::Service => self.services.as_ref(),
            _ => panic!("nothing refers to {ent:?}"),
        };
        records.and_then(|r| r.iter().find(|r| r["id"].as_str() == Some(id))).map_or(Rec::Nothing, Rec::Json)
    }

    pub fn through(&'a self, base: &Base, ent: Ent, env: &Env<'a>) -> Rec<'a> {
        let id = match base {
            Base::Field(var, of, name) => facts::scalar(record(env.get(var)), *of, name, self.now),
            Base::Elem(var) => match env.get(var) {
                Binding::Text(p) => p.clone(),
                other => panic!("{var} is {other:?}"),
            },
        };
        self.lookup(ent, &id)
    }

    pub fn list_through(&'a self, base: &Base, ent: Ent, name: &str, env: &Env<'a>) -> Members<'a> {
        let record = self.through(base, ent, env);
        match vocab::find(ent, name).ty {
            Ty::Set(_) => {
                let set = facts::set(&record, ent, name);
                let seen = set.seen.into_iter().map(|v| (Binding::Text(P::one(v)), true)).collect();
                Members { seen, phantom: set.incomplete.then_some(Binding::Text(P::Any)) }
            }
            Ty::List(of) => {
                let list = facts::list(&record, ent, name);
                let seen = list.seen.into_iter().map(|r| (Binding::Other(of, r), true)).collect();
                Members { seen, phantom: list.incomplete.then_some(Binding::Other(of, Rec::Nothing)) }
            }
            _ => panic!("{name} is no list"),
        }
    }

    /// All records of an input; what was not given at all may hold anything.
    pub fn all(&'a self, ent: Ent) -> Members<'a> {
        let records = match ent {
            Ent::Person => &self.people,
            Ent::Incident => &self.incidents,
            _ => panic!("no list of {ent:?}"),
        };
        match records {
            Some(records) => Members {
                seen: records.iter().map(|r| (Binding::Other(ent, Rec::Json(r)), true)).collect(),
                phantom: None,
            },
            None => Members { seen: Vec::new(), phantom: Some(Binding::Other(ent, Rec::Nothing)) },
        }
    }

    /// The id of a record, or the text.
    pub fn id_of(&self, binding: &Binding<'a>) -> P {
        match binding {
            Binding::Text(p) => p.clone(),
            Binding::Asset(r) => facts::scalar(r, Ent::Asset, "id", self.now),
            other => panic!("{other:?} in a set of ids"),
        }
    }

    /// `a in c.assets`
    pub fn record_in(&'a self, var: &str, list: &List, env: &Env<'a>) -> K {
        let id = self.id_of(env.get(var));
        let members = self.members(list, env);
        let mut found = if members.phantom.is_some() { K::UNKNOWN } else { K::FALSE };
        for (member, certain) in &members.seen {
            let same = value::compare(Cmp::Eq, &id, &self.id_of(member));
            found = found.or(K { must: same.must && *certain, may: same.may });
        }
        found
    }

    /// `c overlaps change`
    pub fn changes_meet(&'a self, a: &str, b: &str, env: &Env<'a>) -> K {
        let at = |var: &str| match env.get(var) {
            Binding::Change(_, at) => self.tested(*at),
            other => panic!("{var} is {other:?}"),
        };
        let (a, b) = (at(a), at(b));
        let certain =
            !a.core.is_empty() && !b.core.is_empty() && a.core.iter().all(|x| b.core.iter().all(|y| together(*x, *y)));
        let possible = a.hull.zip(b.hull).is_none_or(|(x, y)| together(x, y));
        K { must: certain, may: certain || possible }
    }
}

/// Whether two intervals, or moments, share an instant.
fn together(a: Span, b: Span) -> bool {
    match (a.0 == a.1, b.0 == b.1) {
        (true, true) => a.0 == b.0,
        (true, false) => b.0 <= a.0 && a.0 < b.1,
        (false, true) => a.0 <= b.0 && b.0 < a.1,
        (false, false) => a.0 < b.1 && b.0 < a.1,
    }
}
