//! Which of many statements may concern a batch: those are found by what they test, and the others are passed over.
//!
//! What the guards of statements look at is gone through once for a batch, and each constant that occurs there leads to those who test for it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::Array;

use crate::check::program::{Approval, Arm, Categorise, Head, NodeId, Rule, Triage, VarId};
use crate::check::schema::FieldId;
use crate::facts::table::{Column, Values};

use super::column::{Col, Data, Vals};
use super::env::Env;
use super::expr::is_decimal;
use super::frame::{ByNumber, Frame};
use super::guards::{self, Guard, Need, Subject};
use super::mask;
use super::value::{Poss, Raw};
use super::version;

/// Fewer statements than these are tried one by one.
const MANY: usize = 16;

/// What fewer of them look at tells too few apart.
const WORTH_LOOKING: usize = 4;

/// Statements of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The rules.
    Rules,
    /// The approvals.
    Approvals,
    /// The arms of a triage.
    Triage(usize),
    /// The arms of a categorisation.
    Categorise(usize),
}

/// Those that may concern some row; all where they are few.
#[derive(Clone, Debug, Default)]
pub struct Candidates(Option<Arc<[u64]>>);

impl Candidates {
    /// Whether one is among them.
    #[must_use]
    pub fn has(&self, at: usize) -> bool {
        self.0.as_ref().is_none_or(|words| words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1))
    }

    /// Those of so many, in order.
    pub fn of(&self, all: usize) -> impl Iterator<Item = usize> {
        let words = self.0.as_deref();
        let mut at = 0;
        let mut left = words.map_or(u64::MAX, |words| words.first().copied().unwrap_or(0));
        std::iter::from_fn(move || {
            while left == 0 {
                at += 1;
                if at * 64 >= all {
                    return None;
                }
                left = words.map_or(u64::MAX, |words| words.get(at).copied().unwrap_or(0));
            }
            let next = at * 64 + left.trailing_zeros() as usize;
            left &= left - 1;
            (next < all).then_some(next)
        })
    }
}

impl Kind {
    /// The arms of a triage.
    #[must_use]
    pub fn of_triage(env: &Env<'_>, block: &Triage) -> Option<Self> {
        env.program.triages.iter().position(|other| std::ptr::eq(other, block)).map(Self::Triage)
    }

    /// The arms of a categorisation.
    #[must_use]
    pub fn of_categorise(env: &Env<'_>, block: &Categorise) -> Option<Self> {
        env.program.categorises.iter().position(|other| std::ptr::eq(other, block)).map(Self::Categorise)
    }
}

/// Which of a kind may concern some row of a frame; of the others it is certain that they do not.
#[must_use]
pub fn candidates(frame: &Frame<'_>, kind: Kind) -> Candidates {
    let index = frame.env.common.index_of_tests.get_or_init(|| Index::new(frame.env));
    let Some(family) = index.family(kind) else { return Candidates::default() };
    frame.candidates(kind, || Candidates(Some(family.possible(frame, index).into())))
}

/// What many statements test.
#[derive(Debug)]
pub struct Index {
    subjects: Vec<Asked>,
    rules: Option<Family>,
    approvals: Option<Family>,
    triages: Vec<Option<Family>>,
    categorises: Vec<Option<Family>>,
}

/// Something that guards look at, and the values that they ask for.
#[derive(Debug)]
struct Asked {
    subject: Subject,
    values: HashMap<i128, u32, ByNumber>,
    /// The same where they are versions, in their order: equal ones stand beside each other.
    versions: Option<Vec<(String, i128)>>,
}

/// Statements of one kind that are many.
#[derive(Debug)]
struct Family {
    all: usize,
    tests: Vec<Test>,
}

/// What statements need of one subject.
#[derive(Debug)]
struct Test {
    /// Which of the subjects.
    subject: usize,
    /// The statements that do not look at it, as bits.
    free: Vec<u64>,
    /// By value, those that need it.
    values: HashMap<i128, Vec<u32>, ByNumber>,
    /// Those that need a value or more: the least first.
    from: Vec<(i128, u32)>,
    /// Those that need a value or less: the greatest first.
    to: Vec<(i128, u32)>,
}

/// The values that occur in a frame.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// It is not known of every row what it may be.
    unknown: bool,
    /// Those that are asked for.
    values: Vec<i128>,
    ends: Option<(i128, i128)>,
}

impl Index {
    /// Of a program; built for the numbers that its texts have.
    #[must_use]
    pub fn new(env: &Env<'_>) -> Self {
        let program = env.program;
        let mut subjects = Subjects::default();
        let asks = |head: &Head, others: &[NodeId]| {
            head.scope.iter().chain(&head.except).chain(others).any(|node| env.asks(*node))
        };
        let of_rule = |rule: &Rule| {
            // Whoever asks a plugin is tried as ever: what is asked stays the same.
            if asks(&rule.head, &rule.broken) {
                return Vec::new();
            }
            let mut all = guards::of_all(env, &rule.head.scope);
            all.extend(guards::of_either(env, &rule.broken));
            all
        };
        let of_approval = |approval: &Approval| {
            let head = &approval.head;
            let is_plain = head.vars.contains(&VarId::ASSET) && !asks(head, &[]);
            if is_plain { guards::of_all(env, &head.scope) } else { Vec::new() }
        };
        let of_arm = |arm: &Arm| match arm.when {
            Some(when) if !env.asks(when) => guards::of_all(env, &[when]),
            _ => Vec::new(),
        };
        Self {
            rules: subjects.family(program.rules.len(), |at| program.rules.get(at).map_or_else(Vec::new, of_rule)),
            approvals: subjects
                .family(program.approvals.len(), |at| program.approvals.get(at).map_or_else(Vec::new, of_approval)),
            triages: program.triages.iter().map(|block| subjects.of_arms(&block.arms, of_arm)).collect(),
            categorises: program.categorises.iter().map(|block| subjects.of_arms(&block.arms, of_arm)).collect(),
            subjects: subjects.finish(env),
        }
    }

    fn family(&self, kind: Kind) -> Option<&Family> {
        match kind {
            Kind::Rules => self.rules.as_ref(),
            Kind::Approvals => self.approvals.as_ref(),
            Kind::Triage(at) => self.triages.get(at)?.as_ref(),
            Kind::Categorise(at) => self.categorises.get(at)?.as_ref(),
        }
    }
}

#[derive(Default)]
struct Subjects {
    all: Vec<Asked>,
    at: HashMap<Subject, usize>,
}

impl Subjects {
    fn of_arms(&mut self, arms: &[Arm], guards: impl Fn(&Arm) -> Vec<Guard>) -> Option<Family> {
        self.family(arms.len(), |at| arms.get(at).map_or_else(Vec::new, &guards))
    }

    /// The family of so many statements; none where it is not worth it.
    fn family(&mut self, all: usize, guards: impl Fn(usize) -> Vec<Guard>) -> Option<Family> {
        if all < MANY {
            return None;
        }
        let mut tests: Vec<(Subject, Test)> = Vec::new();
        let mut place: HashMap<Subject, usize> = HashMap::new();
        for at in 0..all {
            for guard in guards(at) {
                let next = *place.entry(guard.subject).or_insert(tests.len());
                if next == tests.len() {
                    tests.push((guard.subject, Test::new(all)));
                }
                if let (Some((_, test)), Ok(at)) = (tests.get_mut(next), u32::try_from(at)) {
                    test.add(at, guard.need);
                }
            }
        }
        tests.retain(|(_, test)| test.guarded(all) >= WORTH_LOOKING);
        // What tells most of them apart is looked at first.
        tests.sort_by_key(|(_, test)| std::cmp::Reverse(test.guarded(all)));
        let tests: Vec<Test> = tests.into_iter().map(|(subject, test)| self.named(subject, test)).collect();
        (!tests.is_empty()).then_some(Family { all, tests })
    }

    fn finish(mut self, env: &Env<'_>) -> Vec<Asked> {
        for asked in &mut self.all {
            if matches!(asked.subject, Subject::Value(id) if guards::is_version(env, id)) {
                let text =
                    |value: &i128| i64::try_from(*value).map_or_else(|_| String::new(), |at| env.text(at).to_string());
                let mut versions: Vec<(String, i128)> =
                    asked.values.keys().map(|value| (text(value), *value)).collect();
                versions.sort_by(|(a, _), (b, _)| version::compare(a, b));
                asked.versions = Some(versions);
            }
        }
        self.all
    }

    fn named(&mut self, subject: Subject, test: Test) -> Test {
        let at = *self.at.entry(subject).or_insert(self.all.len());
        if at == self.all.len() {
            self.all.push(Asked { subject, values: HashMap::default(), versions: None });
        }
        if let Some(asked) = self.all.get_mut(at) {
            for value in test.values.keys() {
                let next = u32::try_from(asked.values.len()).unwrap_or(u32::MAX);
                asked.values.entry(*value).or_insert(next);
            }
        }
        Test { subject: at, ..test }
    }
}

impl Test {
    fn new(all: usize) -> Self {
        Self {
            subject: 0,
            free: vec![u64::MAX; all.div_ceil(64)],
            values: HashMap::default(),
            from: Vec::new(),
            to: Vec::new(),
        }
    }

    fn add(&mut self, at: u32, need: Need) {
        if let Some(word) = self.free.get_mut(at as usize / 64) {
            *word &= !(1 << (at % 64));
        }
        match need {
            Need::OneOf(values) => values.into_iter().for_each(|value| self.values.entry(value).or_default().push(at)),
            Need::From(value) => {
                let place = self.from.partition_point(|(other, _)| *other <= value);
                self.from.insert(place, (value, at));
            }
            Need::To(value) => {
                let place = self.to.partition_point(|(other, _)| *other >= value);
                self.to.insert(place, (value, at));
            }
        }
    }

    /// How many look at it.
    fn guarded(&self, all: usize) -> usize {
        let free: u32 = self.free.iter().map(|word| word.count_ones()).sum();
        (all.div_ceil(64) * 64).saturating_sub(free as usize)
    }

    /// Whether any of these looks at it.
    fn is_asked(&self, possible: &[u64]) -> bool {
        self.free.iter().zip(possible).any(|(free, possible)| possible & !free != 0)
    }

    /// Leaves of those that are possible only the ones for which this is.
    fn narrow(&self, possible: &mut [u64], seen: &Seen) {
        if seen.unknown {
            return;
        }
        let mut here = self.free.clone();
        let mut add = |at: u32| {
            if let Some(word) = here.get_mut(at as usize / 64) {
                *word |= 1 << (at % 64);
            }
        };
        for value in &seen.values {
            self.values.get(value).into_iter().flatten().for_each(|at| add(*at));
        }
        if let Some((least, most)) = seen.ends {
            self.from.iter().take_while(|(value, _)| *value <= most).for_each(|(_, at)| add(*at));
            self.to.iter().take_while(|(value, _)| *value >= least).for_each(|(_, at)| add(*at));
        }
        possible.iter_mut().zip(&here).for_each(|(possible, here)| *possible &= here);
    }
}

impl Family {
    /// Those that may concern some row, as bits.
    fn possible(&self, frame: &Frame<'_>, index: &Index) -> Vec<u64> {
        let mut possible = vec![u64::MAX; self.all.div_ceil(64)];
        for test in self.tests.iter() {
            if let Some(asked) = index.subjects.get(test.subject).filter(|_| test.is_asked(&possible)) {
                let seen = frame.seen(test.subject, || asked.seen(frame));
                test.narrow(&mut possible, &seen);
            }
        }
        possible
    }
}

impl Asked {
    fn seen(&self, frame: &Frame<'_>) -> Seen {
        let decimal = match self.subject {
            Subject::Value(id) => is_decimal(frame.env.base(id)),
            Subject::Elements(..) => false,
        };
        let asked = self.versions.is_none().then_some(&self.values);
        let mut seen = Gathering { asked, decimal, met: Vec::new(), seen: Seen::default() };
        match self.subject {
            Subject::Elements(var, field) => seen.add_elements(frame, var, field),
            Subject::Value(id) if frame.len() <= super::few::FEW => {
                (0..frame.len()).for_each(|row| seen.add(&super::few::value(frame, id, row)));
            }
            Subject::Value(id) => match &*frame.eval(id) {
                Col::Truth(truth) => {
                    seen.add_if(mask::any(&truth.may), 1);
                    seen.add_if(!mask::every(&truth.must), 0);
                }
                Col::Vals(vals) => seen.add_all(vals),
            },
        }
        self.finish(frame.env, seen)
    }

    /// What was met; of versions those that are asked for and equal one of them.
    fn finish(&self, env: &Env<'_>, gathered: Gathering<'_>) -> Seen {
        let mut seen = gathered.seen;
        if let Some(versions) = &self.versions {
            let met = std::mem::take(&mut seen.values);
            for value in met.into_iter().filter_map(|value| i64::try_from(value).ok()) {
                let text = env.text(value);
                let from = versions.partition_point(|(other, _)| version::compare(other, &text).is_lt());
                let after = versions.get(from..).unwrap_or_default().iter();
                let equal = after.take_while(|(other, _)| version::compare(other, &text).is_eq());
                seen.values.extend(equal.map(|(_, value)| *value));
            }
        }
        seen
    }
}

/// Values as they are gone through.
struct Gathering<'a> {
    /// The values that are asked for; all are where they are versions.
    asked: Option<&'a HashMap<i128, u32, ByNumber>>,
    decimal: bool,
    /// The numbers of those that were met.
    met: Vec<bool>,
    seen: Seen,
}

impl Gathering<'_> {
    fn add(&mut self, poss: &Poss) {
        let Some(values) = poss.list() else {
            self.seen.unknown = true;
            return;
        };
        for value in values {
            match value {
                Raw::Int(value) if !self.decimal => self.add_one(i128::from(*value)),
                Raw::Decimal(value) if self.decimal => self.add_one(*value),
                Raw::None => {}
                Raw::Int(_) | Raw::Decimal(_) => self.seen.unknown = true,
            }
        }
    }

    fn add_if(&mut self, is: bool, value: i128) {
        if is {
            self.add_one(value);
        }
    }

    fn add_one(&mut self, value: i128) {
        let ends = self.seen.ends.map_or((value, value), |(least, most)| (least.min(value), most.max(value)));
        self.seen.ends = Some(ends);
        self.meet(value);
    }

    fn meet(&mut self, value: i128) {
        let Some(asked) = self.asked else {
            // Of versions there are few.
            if !self.seen.values.contains(&value) {
                self.seen.values.push(value);
            }
            return;
        };
        let Some(at) = asked.get(&value) else { return };
        if self.met.is_empty() {
            self.met.resize(asked.len(), false);
        }
        if let Some(met) = self.met.get_mut(*at as usize)
            && !*met
        {
            *met = true;
            self.seen.values.push(value);
        }
    }

    fn add_all(&mut self, vals: &Vals) {
        if vals.others().any(|row| vals.at(row).list().is_none()) {
            self.seen.unknown = true;
            return;
        }
        match vals.data() {
            Data::Int(values) if !self.decimal && vals.all_known() => self.add_known(values),
            Data::Decimal(values) if self.decimal && vals.all_known() => self.add_known(values),
            _ => (0..vals.len()).for_each(|row| self.add(&vals.at(row))),
        }
    }

    fn add_known<T: Copy + Ord + Into<i128>>(&mut self, values: &[T]) {
        let (Some(least), Some(most)) = (values.iter().min(), values.iter().max()) else { return };
        self.seen.ends = Some(((*least).into(), (*most).into()));
        if self.asked.is_some_and(HashMap::is_empty) {
            return;
        }
        let mut last = None;
        for value in values {
            // Neighbours are often alike.
            if last != Some(*value) {
                self.meet((*value).into());
                last = Some(*value);
            }
        }
    }

    fn add_elements(&mut self, frame: &Frame<'_>, var: VarId, field: FieldId) {
        if self.try_elements(frame, var, field).is_none() {
            self.seen.unknown = true;
        }
    }

    /// Nothing where it is not known of a list what it has.
    fn try_elements(&mut self, frame: &Frame<'_>, var: VarId, field: FieldId) -> Option<()> {
        let (rows, table) = (frame.rows(var)?, frame.env.table(var)?);
        let Some(Column::List(list)) = table.column(field) else { return None };
        let Some(Column::Scalar(scalar)) = list.rows.columns.first() else { return None };
        let Values::Int(values) = &scalar.values else { return None };
        for row in rows.iter() {
            let at = *row as usize;
            let (from, to) = (*list.offsets.get(at)? as usize, *list.offsets.get(at.checked_add(1)?)? as usize);
            for value in from..to {
                if !values.is_valid(value) {
                    return None;
                }
                self.meet(i128::from(*values.values().get(value)?));
            }
        }
        Some(())
    }
}
