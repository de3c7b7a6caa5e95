//! Whether a vote counts, apart from what it says and what it is for: one test after another, each with why.

use crate::check::program::{Approval, ContextId};
use crate::check::schema::TableId;
use crate::facts::table::{Cause, Column};

use super::super::decision::UnknownFact;
use super::super::display::length_text;
use super::super::env::Env;
use super::super::length;
use super::super::value::{Could, Raw};
use super::asked::{Asks, Barred};
use super::persons::{People, both};
use super::sitting::When;
use super::votes::{Behalf, Vote, Votes};
use crate::check::program::Const;
use crate::time::Instant;

/// What votes are held against.
#[derive(Debug)]
pub struct Judge<'e, 'f> {
    /// What the evaluation stands on.
    pub env: &'e Env<'f>,
    /// The votes of the change.
    pub votes: &'e Votes,
    /// The people of the input.
    pub people: &'e People,
    /// The approval.
    pub def: &'e Approval,
    /// What it asks.
    pub asks: &'e Asks,
    /// The instant, in microseconds, at which votes have to hold still: `now`, but for who asks what will have lapsed.
    pub held_at: i64,
}

/// What one test says of a vote.
#[derive(Clone, Debug)]
pub struct Test {
    /// Whether the vote passes.
    pub passes: Could,
    /// Why it does not, or may not.
    pub why: String,
    /// The facts for which that is not known.
    pub lacks: Vec<UnknownFact>,
}

/// What all tests say of a vote.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// It certainly counts.
    pub counts: bool,
    /// It may count.
    pub may: bool,
    /// Why it does not.
    pub why: Option<String>,
    /// The facts for which that is not known.
    pub lacks: Vec<UnknownFact>,
}

impl Judge<'_, '_> {
    /// Puts a vote to every test. What certainly fails tells more than what may.
    #[must_use]
    pub fn judge(&self, vote: &Vote) -> Judged {
        let mut judged = Judged { counts: true, may: true, ..Judged::default() };
        let mut unsure: Option<String> = None;
        let tests: [fn(&Self, &Vote) -> Option<Test>; 8] =
            [Self::given, Self::named, Self::barred, Self::edits, Self::sits, Self::valid, Self::after, Self::people];
        for test in tests {
            let Some(test) = test(self, vote) else { continue };
            judged.counts &= !test.passes.be_false;
            if !test.passes.be_true {
                return Judged { counts: false, may: false, why: Some(test.why), lacks: Vec::new() };
            }
            if test.passes.be_false {
                unsure.get_or_insert(test.why);
                judged.lacks.extend(test.lacks);
            }
        }
        judged.why = unsure;
        judged
    }

    /// The text of a name.
    #[must_use]
    pub fn name(&self, name: i64) -> String {
        format!("`{}`", self.env.text(name))
    }

    /// A fact of a vote.
    #[must_use]
    pub fn fact(&self, vote: &Vote, field: &str) -> UnknownFact {
        let env = self.env;
        let role = vote.role.map(|role| env.text(role).to_string()).unwrap_or_default();
        let schema = &env.program.schema;
        let list = schema.find(TableId::CHANGE, "approvals").and_then(|(id, _)| env.facts.changes.column(id));
        let column = match list {
            Some(Column::List(list)) => schema.find(TableId::APPROVAL, field).and_then(|(id, _)| list.rows.column(id)),
            _ => None,
        };
        let cause = match column {
            Some(Column::Scalar(scalar)) => scalar.cause(vote.row),
            _ => Cause::Missing,
        };
        UnknownFact { fact: format!("change.approvals[{role}].{field}"), cause: cause.as_str() }
    }

    fn given(&self, vote: &Vote) -> Option<Test> {
        match vote.at {
            Some(at) if at <= self.env.now.micros() => None,
            Some(_) => fails("not given yet"),
            None => lacks("the time of the vote is not known", vec![self.fact(vote, "at")]),
        }
    }

    fn named(&self, vote: &Vote) -> Option<Test> {
        let why = if vote.by.is_none() {
            "it is not known who voted"
        } else if vote.behalf == Behalf::Unknown {
            "it is not known for whom"
        } else if vote.role.is_none() {
            "the role of the vote is not known"
        } else {
            return None;
        };
        let fields = [
            ("by", vote.by.is_none()),
            ("on_behalf_of", vote.behalf == Behalf::Unknown),
            ("role", vote.role.is_none()),
        ];
        // All at once: whoever gives one of them should not be asked for the next.
        let unknown = fields.into_iter().filter(|(_, unknown)| *unknown);
        lacks(why, unknown.map(|(field, _)| self.fact(vote, field)).collect())
    }

    /// Neither the giver nor the one stood in for is excluded. While one of the excluded is not known, nobody counts.
    fn barred(&self, vote: &Vote) -> Option<Test> {
        let mut alike: Option<(i64, &Barred)> = None;
        for name in vote.persons() {
            for barred in &self.asks.barred {
                if barred.name == name {
                    return fails(&format!("{} is {}, who cannot approve", self.name(name), barred.what));
                }
                if alike.is_none() && barred.folded == self.votes.folded(name) {
                    alike = Some((name, barred));
                }
            }
        }
        if let Some((name, barred)) = alike {
            let (own, other) = (self.name(name), self.name(barred.name));
            let why =
                format!("{own} differs from {other} only in case, and {other} is {}, who cannot approve", barred.what);
            return Some(unsure(&why, Vec::new()));
        }
        self.asks.barred_unknown.then(|| unsure("it is not known who is excluded", Vec::new()))
    }

    fn edits(&self, vote: &Vote) -> Option<Test> {
        if self.def.survives_edits {
            return None;
        }
        match (self.votes.edited, vote.at) {
            (Some(edited), Some(at)) if at < edited => {
                fails(&format!("given before the change was last edited at {}", time(edited)))
            }
            (Some(_), Some(_)) => None,
            (Some(_), None) => lacks("the time of the vote is not known", Vec::new()),
            (None, _) => lacks("it is not known when the change was last edited", Vec::new()),
        }
    }

    /// The vote was given at the sitting that the change could reach, or after it.
    fn sits(&self, vote: &Vote) -> Option<Test> {
        let sitting = self.asks.sitting.as_ref()?;
        let called = &sitting.calendar;
        match (sitting.at, vote.at) {
            (When::At(start), Some(at)) if at >= start => None,
            (When::At(start), Some(_)) => fails(&format!("given before the sitting of `{called}` at {}", time(start))),
            (When::Never, _) => fails(&format!("there is no sitting of `{called}` that the change can reach")),
            (When::Unknown, _) => lacks(&format!("it is not known which sitting of `{called}` counts"), Vec::new()),
            (When::At(_), None) => lacks("the time of the vote is not known", Vec::new()),
        }
    }

    fn valid(&self, vote: &Vote) -> Option<Test> {
        let lengths = self.asks.valid.as_ref()?;
        let at = vote.at?;
        let now = self.held_at;
        let holds = |raw: &Raw| match length_of(*raw) {
            None => Some(true),
            Some(length) => ends(self.env, at, &length, self.def.context).map(|end| end >= now),
        };
        let held: Vec<Option<bool>> = lengths.iter().map(holds).collect();
        let older = || match lengths.as_slice() {
            [one] => length_of(*one).map_or_else(String::new, |length| format!("older than {}", length_text(&length))),
            _ => "older than a vote holds".to_owned(),
        };
        if !held.is_empty() && held.iter().all(|held| *held == Some(false)) {
            return fails(&older());
        }
        let certain = !held.is_empty() && held.iter().all(|held| *held == Some(true));
        (!certain).then(|| unsure("it is not known how long a vote holds", Vec::new()))
    }

    fn after(&self, vote: &Vote) -> Option<Test> {
        let mut open: Option<Test> = None;
        for before in &self.asks.after {
            let later = |since: Option<i64>| since.is_some_and(|since| vote.at.is_some_and(|at| at > since));
            if before.never || later(before.met) {
                continue;
            }
            let why = match before.met.or(before.may_be_met) {
                Some(_) => format!("comes before approval `{}` was met", before.name),
                None => format!("approval `{}` is not met", before.name),
            };
            let may = !before.always || before.may_be_met.is_some_and(|since| vote.at.is_none_or(|at| at > since));
            if !may {
                return fails(&why);
            }
            open.get_or_insert_with(|| unsure(&why, Vec::new()));
        }
        open
    }

    /// What the records of people say: the role is held, and whoever stands in may do so.
    fn people(&self, vote: &Vote) -> Option<Test> {
        if !self.people.given() {
            return None;
        }
        let (by, role) = (vote.by?, vote.role?);
        let holder = match vote.behalf {
            Behalf::Own => by,
            Behalf::Of(person) => person,
            Behalf::Unknown => return None,
        };
        for person in [by, holder] {
            if !self.people.known(person) {
                let path = format!("people[{}]", self.env.text(person));
                let fact = UnknownFact { fact: path, cause: Cause::Missing.as_str() };
                return lacks(&format!("nobody called {} is known", self.name(person)), vec![fact]);
            }
        }
        let text = |name: i64| self.env.text(name);
        let missing = |field: &str| UnknownFact {
            fact: format!("people[{}].{field}", text(holder)),
            cause: Cause::Incomplete.as_str(),
        };
        let holds = self.people.holds(holder, role);
        let delegated = match vote.behalf {
            Behalf::Of(from) => self.people.delegated(from, by, role, vote.at),
            Behalf::Own | Behalf::Unknown => Could::certain(true),
        };
        let passes = both(holds, delegated);
        if !passes.be_false {
            return None;
        }
        let mut facts = Vec::new();
        if holds.be_true && holds.be_false {
            facts.push(missing("roles"));
        }
        if delegated.be_true && delegated.be_false {
            facts.push(missing("delegations"));
        }
        // Whichever fails more certainly.
        let why = if holds.be_false && (!holds.be_true || !delegated.be_false) {
            format!("{} does not hold the role {}", self.name(holder), self.name(role))
        } else {
            format!("no delegation from {} to {} was in force", self.name(holder), self.name(by))
        };
        Some(Test { passes, why, lacks: facts })
    }
}

fn fails(why: &str) -> Option<Test> {
    Some(Test { passes: Could::certain(false), why: why.to_owned(), lacks: Vec::new() })
}

fn unsure(why: &str, lacks: Vec<UnknownFact>) -> Test {
    Test { passes: Could::UNKNOWN, why: why.to_owned(), lacks }
}

fn lacks(why: &str, lacks: Vec<UnknownFact>) -> Option<Test> {
    Some(unsure(why, lacks))
}

/// An instant as people read it.
#[must_use]
pub fn time(micros: i64) -> String {
    Instant::from_micros(micros).map_or_else(|| micros.to_string(), |instant| instant.to_rfc3339())
}

/// A length of time; none is for ever.
fn length_of(raw: Raw) -> Option<Const> {
    match raw {
        Raw::Int(micros) => Some(Const::Duration(micros)),
        packed @ Raw::Decimal(_) => length::unpack(packed),
        Raw::None => None,
    }
}

fn ends(env: &Env<'_>, at: i64, length: &Const, context: ContextId) -> Option<i64> {
    length::move_time(env, at, length, false, context)
}
