//! What evaluations of one program at one instant have in common, whatever the assets: worked out once for those who decide many small portions.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::check::program::{Cell, CellTest, Const, NodeId, Op, Program, Triage};
use crate::facts::table::Facts;
use crate::time::{BusinessDays, BusinessWeek, Zone};

use super::period::entries;
use super::reference::Index;
use super::survey::Survey;

/// What hangs on the program, `now` and the records beside the assets.
#[derive(Debug)]
pub struct Common {
    /// The zones that the program names; none for a name that the database lacks.
    pub zones: Vec<Option<Zone>>,
    /// The business days of each context.
    pub business: Vec<BusinessDays>,
    /// The records that fields refer to, by their ids.
    pub index: Index,
    /// What was worked out of blackouts and windows.
    pub periods: entries::Cache,
    /// The rows of decision tables, where they can be looked through quickly.
    pub(super) tables: Vec<OnceLock<Option<super::table::Plain>>>,
    /// What approvals have come to that ask the same whatever the asset.
    pub approvals: super::approval::Alike,
    /// The names of triages, each with those of its levels by their codes.
    pub(super) triages: Vec<TriageNames>,
    /// By node, the numbers of the texts written out that the facts have: whatever portion is read beside them has the same.
    symbols: Vec<Option<i64>>,
    constants: HashMap<Arc<str>, i64>,
    constant_texts: Vec<Arc<str>>,
    /// The waivers that came as data.
    pub(super) granted: OnceLock<super::granted::Granted>,
    /// What earlier runs left open.
    pub(super) earlier: OnceLock<super::duty::Earlier>,
    /// What conditions over all assets come to, where that was gathered before the portions are decided.
    pub(super) survey: Option<Survey>,
    /// The risks that the conditions of each statement read.
    pub(super) risk_readers: OnceLock<HashMap<String, Vec<u16>>>,
    /// What many statements test, by what they test.
    pub(super) index_of_tests: OnceLock<super::candidates::Index>,
}

/// The name of a triage, and those of its levels by their codes.
type TriageNames = (Arc<str>, Arc<[Arc<str>]>);

impl Common {
    /// Looks through a program and facts: those of all assets, or of none where no field refers to assets.
    #[must_use]
    pub fn new(program: &Program, facts: &Facts) -> Self {
        let zones: Vec<Option<Zone>> = program.zones.iter().map(|name| Zone::get(name)).collect();
        let same = super::env::same(program);
        let mut common = Self {
            business: business(program, &zones),
            zones,
            index: index(program, facts),
            periods: entries::Cache::new(program, same),
            tables: program.tables.iter().map(|_| OnceLock::new()).collect(),
            approvals: super::approval::Alike::default(),
            triages: program.triages.iter().map(names).collect(),
            symbols: symbols(program, facts),
            constants: HashMap::new(),
            constant_texts: Vec::new(),
            granted: OnceLock::new(),
            earlier: OnceLock::new(),
            survey: None,
            risk_readers: OnceLock::new(),
            index_of_tests: OnceLock::new(),
        };
        each_text(program, |text| {
            if facts.strings.find(text).is_none() {
                common.add(text);
            }
        });
        common
    }

    /// The same, with what was gathered over all assets.
    #[must_use]
    pub fn with_survey(self, survey: Survey) -> Self {
        Self { survey: Some(survey), ..self }
    }

    fn add(&mut self, text: &Arc<str>) {
        if !self.constants.contains_key(text) {
            let next = -1 - i64::try_from(self.constants.len()).unwrap_or(i64::MAX - 1);
            self.constants.insert(Arc::clone(text), next);
            self.constant_texts.push(Arc::clone(text));
        }
    }

    /// The number of the text that a node is, where the facts have it.
    #[must_use]
    pub fn symbol(&self, id: NodeId) -> Option<i64> {
        self.symbols.get(id.0 as usize).copied().flatten()
    }

    /// The number of a text of the program that the facts do not have.
    #[must_use]
    pub fn constant(&self, text: &str) -> Option<i64> {
        self.constants.get(text).copied()
    }

    /// The text of such a number.
    #[must_use]
    pub fn constant_text(&self, number: i64) -> Option<&Arc<str>> {
        usize::try_from((-1_i64).wrapping_sub(number)).ok().and_then(|at| self.constant_texts.get(at))
    }
}

/// The name of a triage, and those of its levels.
fn names(def: &Triage) -> TriageNames {
    let levels = (0_i64..).map_while(|code| def.levels.value(code)).map(Arc::from);
    (Arc::from(def.head.name.as_str()), levels.collect())
}

fn symbols(program: &Program, facts: &Facts) -> Vec<Option<i64>> {
    let symbol = |op: &Op| match op {
        Op::Const(Const::Text(text)) => facts.strings.find(text),
        _ => None,
    };
    program.nodes.iter().map(|node| symbol(&node.op)).collect()
}

/// The texts that a program writes out.
pub fn each_text(program: &Program, mut f: impl FnMut(&Arc<str>)) {
    for node in &program.nodes {
        if let Op::Const(Const::Text(text)) = &node.op {
            f(text);
        }
    }
    for row in program.tables.iter().flat_map(|table| &table.rows) {
        if let Const::Text(text) = &row.outcome {
            f(text);
        }
        for cell in &row.cells {
            let Cell::OneOf(tests) = cell else { continue };
            for test in tests {
                if let CellTest::Is(Const::Text(text)) = test {
                    f(text);
                }
            }
        }
    }
}

/// Indexes what the program's variables refer to.
fn index(program: &Program, facts: &Facts) -> Index {
    let referred = program.vars.iter().filter(|info| info.through.is_some());
    let wanted: Vec<_> = referred.map(|info| info.table).collect();
    Index::new(facts, |table| program.schema.table(table)?.key, &wanted)
}

/// The business days of each context, and the days that are holidays by the clock of its zone.
fn business(program: &Program, zones: &[Option<Zone>]) -> Vec<BusinessDays> {
    let of = |context: &crate::check::program::Context| {
        let days = context.business_days.iter().map(|day| crate::check::program::weekday(*day)).collect();
        let calendar = |id: &crate::check::program::CalendarId| program.calendars.get(usize::from(id.0));
        let zone = context.zone.and_then(|zone| zones.get(usize::from(zone.0)).cloned().flatten());
        BusinessDays {
            week: BusinessWeek::new(days),
            not_on: context.holidays.iter().filter_map(calendar).map(|named| Arc::clone(&named.times)).collect(),
            zone: zone.unwrap_or_else(Zone::utc),
        }
    };
    program.contexts.iter().map(of).collect()
}
