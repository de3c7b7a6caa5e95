//! Waivers that come as data, under the same rules as those in the policy.

use std::collections::BTreeMap;

use crate::check::program::Head;
use crate::check::schema::TableId;
use crate::facts::table::TableData;
use crate::time::{Date, Tested};

use super::decision::UnknownFact;
use super::env::Env;
use super::facts::{text, value};
use super::ids::Ids;
use super::value::{Could, Poss, Raw};
use super::waiver::{dates, day_zone, not_allowed, outside};

/// All of them.
#[derive(Debug, Default)]
pub struct Granted {
    waivers: Vec<Record>,
    /// By the number of a statement's name: the waivers that are, or may be, for it.
    by_name: BTreeMap<i64, Vec<usize>>,
    /// Waivers of which it is not known what all they are for.
    open: Vec<usize>,
    /// Some of the waivers are not known.
    incomplete: bool,
}

/// One waiver.
#[derive(Debug)]
struct Record {
    id: String,
    waives: Ids,
    assets: Ids,
    changes: Ids,
    findings: Ids,
    /// Its first and last day.
    days: (Option<i64>, Option<i64>),
    /// The same as instants, the second excluded.
    from: Option<i64>,
    until: Option<i64>,
    by: Option<String>,
    because: Option<String>,
}

/// What a waiver is held against: rows of the tables of assets, changes and findings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aim {
    /// The asset.
    pub asset: Option<u32>,
    /// The change.
    pub change: Option<u32>,
    /// The finding.
    pub finding: Option<u32>,
}

/// A waiver that is for a statement.
#[derive(Debug)]
pub struct Found {
    /// Its id.
    pub name: String,
    /// Its end, excluded.
    pub until: i64,
    /// Why it was granted.
    pub because: Option<String>,
    /// Why it does not apply; none where it does.
    pub why: Option<String>,
}

impl Granted {
    /// Reads the records.
    #[must_use]
    pub fn read(env: &Env<'_>) -> Self {
        let Some(table) = env.rows_of(TableId::WAIVER) else { return Self::default() };
        let records = u32::try_from(table.len.saturating_sub(1)).unwrap_or(u32::MAX);
        let waivers: Vec<Record> = (0..records).map(|row| record(env, table, row)).collect();
        let mut by_name: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        let mut open = Vec::new();
        for (at, waiver) in waivers.iter().enumerate() {
            for name in &waiver.waives.symbols {
                by_name.entry(*name).or_default().push(at);
            }
            if waiver.waives.open {
                open.push(at);
            }
        }
        Self { waivers, by_name, open, incomplete: env.facts.others_incomplete.contains(&TableId::WAIVER) }
    }

    /// Whether any is, or may be, for the statement of this name.
    #[must_use]
    pub fn concerns(&self, env: &Env<'_>, name: &str) -> bool {
        self.incomplete || !self.open.is_empty() || !self.named(env, name).is_empty()
    }

    fn named(&self, env: &Env<'_>, name: &str) -> &[usize] {
        env.facts.strings.find(name).and_then(|symbol| self.by_name.get(&symbol)).map_or(&[], Vec::as_slice)
    }

    fn for_statement<'s>(&'s self, env: &Env<'_>, name: &str) -> impl Iterator<Item = (&'s Record, bool)> {
        let named = self.named(env, name);
        let certain = named.iter().filter_map(|at| Some((self.waivers.get(*at)?, true)));
        let perhaps = self.open.iter().filter(|at| !named.contains(at));
        let perhaps: Vec<&Record> = perhaps.filter_map(|at| self.waivers.get(*at)).collect();
        certain.collect::<Vec<_>>().into_iter().chain(perhaps.into_iter().map(|record| (record, false)))
    }

    /// Whether one of them holds for a statement.
    #[must_use]
    pub fn standing(&self, env: &Env<'_>, head: &Head, aim: Aim, tested: Option<Tested>) -> Could {
        let aim = Known::of(env, aim);
        let mut any = Could { be_true: self.incomplete, be_false: true };
        for (waiver, named) in self.for_statement(env, &head.name) {
            let mut here = waiver.standing(env, head, &aim, tested);
            here.be_false |= !named;
            any = Could { be_true: any.be_true || here.be_true, be_false: any.be_false && here.be_false };
        }
        any
    }

    /// What is not known of those that may hold for a statement, and whether it hangs on the change's time too.
    #[must_use]
    pub fn missing(&self, env: &Env<'_>, head: &Head, aim: Aim, tested: Option<Tested>) -> (Vec<UnknownFact>, bool) {
        let aim = Known::of(env, aim);
        let fact = |fact: String, cause| UnknownFact { fact, cause };
        let mut facts = Vec::new();
        let mut times = false;
        if self.incomplete {
            facts.push(fact("waivers".to_owned(), "incomplete"));
        }
        for (waiver, named) in self.for_statement(env, &head.name) {
            if !waiver.standing(env, head, &aim, tested).be_true {
                continue;
            }
            let lacks = [
                ("assets", waiver.assets.open),
                ("by", waiver.by.is_none()),
                ("changes", waiver.changes.open),
                ("findings", waiver.findings.open),
                ("from", waiver.from.is_none()),
                ("until", waiver.until.is_none()),
                ("waives", !named),
            ];
            let lacks = lacks.into_iter().filter(|(_, lacks)| *lacks);
            facts.extend(lacks.map(|(name, _)| fact(format!("waivers[{}].{name}", waiver.id), "missing")));
            times |= match (waiver.from, waiver.until) {
                (Some(from), Some(until)) => !dates(env, from, until, tested).is_certain(),
                _ => false,
            };
        }
        (facts, times)
    }

    /// Those that may be for a statement here.
    #[must_use]
    pub fn judge(&self, env: &Env<'_>, head: &Head, aim: Aim, tested: Option<Tested>) -> Vec<Found> {
        let aim = Known::of(env, aim);
        self.for_statement(env, &head.name)
            .filter(|(waiver, _)| waiver.scope(&aim).be_true)
            .map(|(waiver, named)| Found {
                name: waiver.id.clone(),
                until: waiver.until.unwrap_or(i64::MAX),
                because: waiver.because.clone(),
                why: waiver.why_not(env, head, &aim, named, tested),
            })
            .collect()
    }
}

/// The ids of what a waiver is held against.
struct Known {
    asset: Option<Poss>,
    change: Option<Poss>,
    finding: Option<Poss>,
}

impl Known {
    fn of(env: &Env<'_>, aim: Aim) -> Self {
        let id = |table, name, row: Option<u32>| row.map(|row| value(env, table, name, row));
        Self {
            asset: id(TableId::ASSET, "id", aim.asset),
            change: id(TableId::CHANGE, "id", aim.change),
            finding: id(TableId::FINDING, "cve", aim.finding),
        }
    }
}

fn and(a: Could, b: Could) -> Could {
    Could { be_true: a.be_true && b.be_true, be_false: a.be_false || b.be_false }
}

impl Record {
    fn scope(&self, aim: &Known) -> Could {
        let assets = self.assets.allows(aim.asset.as_ref());
        let changes = self.changes.allows(aim.change.as_ref());
        and(and(assets, changes), self.findings.allows(aim.finding.as_ref()))
    }

    /// It says what it is for.
    fn aimed(&self) -> Could {
        let sets = [&self.assets, &self.changes, &self.findings];
        let certainly = sets.iter().any(|set| !set.symbols.is_empty());
        Could { be_true: certainly || sets.iter().any(|set| set.open), be_false: !certainly }
    }

    fn length(&self) -> Option<i64> {
        let (first, last) = self.days;
        last?.checked_sub(first?)?.checked_add(1)
    }

    /// Why it can certainly never be for a statement.
    fn refusal(&self, head: &Head) -> Option<String> {
        if !self.aimed().be_true {
            return Some("it names neither assets, changes nor findings".to_owned());
        }
        not_allowed(head, self.by.as_deref(), self.length())
    }

    fn standing(&self, env: &Env<'_>, head: &Head, aim: &Known, tested: Option<Tested>) -> Could {
        if self.refusal(head).is_some() {
            return Could::certain(false);
        }
        let dates = match (self.from, self.until) {
            (Some(from), Some(until)) => dates(env, from, until, tested),
            (from, until) => {
                // The end that is known may rule it out.
                let may = dates(env, from.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX), tested).be_true;
                Could { be_true: may, be_false: true }
            }
        };
        let granted = Could { be_true: true, be_false: self.by.is_none() };
        and(and(self.scope(aim), self.aimed()), and(dates, granted))
    }

    fn why_not(&self, env: &Env<'_>, head: &Head, aim: &Known, named: bool, tested: Option<Tested>) -> Option<String> {
        let unknown = |what: &str| Some(format!("it is not known {what}"));
        if !named {
            return unknown("what all it waives");
        }
        if let Some(why) = self.refusal(head) {
            return Some(why);
        }
        let (Some(from), Some(until)) = (self.from, self.until) else { return unknown("when it begins and ends") };
        if let Some(why) = outside(env, from, until, tested) {
            return Some(why);
        }
        if self.by.is_none() {
            return unknown("who granted it");
        }
        if self.scope(aim).be_false || self.aimed().be_false {
            return unknown("whether it is for this");
        }
        None
    }
}

fn record(env: &Env<'_>, table: &TableData, row: u32) -> Record {
    let zone = day_zone(env);
    let days = |name: &str| value(env, TableId::WAIVER, name, row).one().and_then(Raw::int);
    let (first, last) = (days("from"), days("until"));
    let start = |days: i64| Some(zone.start_of_day(Date::from_days(days)?)?.micros());
    let end = |days: i64| Some(zone.end_of_day(Date::from_days(days)?)?.micros());
    let set = |name: &str| Ids::of(env, table, name, row);
    Record {
        id: super::facts::key(env, TableId::WAIVER, row).unwrap_or_default(),
        waives: set("waives"),
        assets: set("assets"),
        changes: set("changes"),
        findings: set("findings"),
        days: (first, last),
        from: first.and_then(start),
        until: last.and_then(end),
        by: text(env, TableId::WAIVER, "by", row),
        because: text(env, TableId::WAIVER, "because", row),
    }
}
