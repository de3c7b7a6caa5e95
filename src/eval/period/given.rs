//! What the clauses of blackouts and windows read of a row: zones, rules, files and conditions, as small numbers.
//!
//! Rows in which a statement reads the same have the same answer, however many they are.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use ahash::RandomState;

use crate::check::program::{NodeId, Period, PeriodId, Program, When};
use crate::check::types::Type;

use super::super::column::Col;
use super::super::env::Env;
use super::super::frame::{ByNumber, Frame};
use super::super::leaves::fields_of_asset;
use super::super::value::Raw;

/// The values of the nodes that one or more statements read, in the order of their [`Inputs::nodes`]; none where one is not known. A condition
/// is 0 or 1, a text its number among [`Inputs::text`]: what facts number otherwise is the same here.
pub type Given = Arc<[Option<Raw>]>;

/// The nodes that one or more statements read, and everything that was ever given for them.
#[derive(Debug)]
pub struct Inputs {
    /// The nodes, sorted.
    pub nodes: Vec<NodeId>,
    /// Which of them are texts.
    are_texts: Vec<bool>,
    seen: RwLock<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    codes: HashMap<Given, u32, RandomState>,
    given: Vec<Given>,
    numbers: HashMap<Arc<str>, i64, RandomState>,
    texts: Vec<Arc<str>>,
}

impl Seen {
    fn number(&mut self, text: Arc<str>) -> i64 {
        if let Some(known) = self.numbers.get(&text) {
            return *known;
        }
        let number = i64::try_from(self.texts.len()).unwrap_or(i64::MAX);
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }
}

impl Inputs {
    fn new(program: &Program, nodes: Vec<NodeId>) -> Self {
        let base = |node: &NodeId| program.nodes.get(node.0 as usize).map(|node| &node.ty.base);
        let is_text =
            |node: &NodeId| matches!(base(node), Some(Type::String | Type::Version | Type::Zone | Type::Row(_)));
        Self { are_texts: nodes.iter().map(is_text).collect(), nodes, seen: RwLock::default() }
    }

    fn seen(&self) -> RwLockReadGuard<'_, Seen> {
        self.seen.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The code of values as the facts have them.
    fn code_in(&self, env: &Env<'_>, given: &[Option<Raw>]) -> u32 {
        if !self.are_texts.contains(&true) {
            return self.code(given);
        }
        let symbol =
            |(at, raw): (usize, &Option<Raw>)| raw.and_then(Raw::int).filter(|_| self.are_texts.get(at) == Some(&true));
        let known = |seen: &Seen| {
            let own = given.iter().enumerate().map(|(at, raw)| match symbol((at, raw)) {
                Some(symbol) => Some(Some(Raw::Int(*seen.numbers.get(&*env.text(symbol))?))),
                None => Some(*raw),
            });
            own.collect::<Option<Vec<Option<Raw>>>>()
        };
        let own = known(&self.seen());
        let own = own.unwrap_or_else(|| {
            let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
            let mut number = |symbol: i64| Raw::Int(seen.number(env.text(symbol).into()));
            given.iter().enumerate().map(|(at, raw)| symbol((at, raw)).map(&mut number).or(*raw)).collect()
        });
        self.code(&own)
    }

    fn code(&self, given: &[Option<Raw>]) -> u32 {
        if let Some(code) = self.seen().codes.get(given) {
            return *code;
        }
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = seen.codes.get(given) {
            return *code;
        }
        let code = u32::try_from(seen.given.len()).unwrap_or(u32::MAX);
        let given: Given = Arc::from(given);
        seen.codes.insert(Arc::clone(&given), code);
        seen.given.push(given);
        code
    }

    /// The text that a number stands for in what was given.
    #[must_use]
    pub fn text(&self, number: i64) -> Option<Arc<str>> {
        usize::try_from(number).ok().and_then(|at| self.seen().texts.get(at).cloned())
    }

    /// The code of a statement that reads nothing.
    #[must_use]
    pub fn code_of_nothing(&self) -> u32 {
        self.code(&vec![None; self.nodes.len()])
    }

    /// What a code stands for.
    #[must_use]
    pub fn given(&self, code: u32) -> Option<Given> {
        self.seen().given.get(code as usize).cloned()
    }

    /// The code of one row of a frame.
    #[must_use]
    pub fn code_of(&self, frame: &Frame<'_>, row: usize) -> u32 {
        let given = |node: &NodeId| match &*frame.eval(*node) {
            Col::Truth(truth) => {
                Some(truth.at(row)).filter(|could| could.is_certain()).map(|could| truth_value(could.be_true))
            }
            Col::Vals(vals) => vals.certain(row),
        };
        self.code_in(frame.env, &self.nodes.iter().map(given).collect::<Vec<Option<Raw>>>())
    }

    /// The codes of all rows of a frame.
    #[must_use]
    pub fn codes(&self, frame: &Frame<'_>) -> Codes {
        if frame.len() == 1 {
            return Codes::of_one(self.code_of(frame, 0));
        }
        let mut nodes = self.nodes.iter();
        let mut told = match nodes.next() {
            Some(node) => {
                let (of, values) = distinct(frame, *node);
                Told { of, given: values.into_iter().map(|value| vec![value]).collect() }
            }
            None => Told { of: vec![0; frame.len()], given: vec![Vec::new()] },
        };
        for node in nodes {
            told = told.by(distinct(frame, *node));
        }
        let mut rows = vec![usize::MAX; told.given.len()];
        for (row, at) in told.of.iter().enumerate() {
            if let Some(first) = rows.get_mut(*at as usize) {
                *first = row.min(*first);
            }
        }
        // What no row gives has no code: above all that something is not known, of which nearly every statement may be on.
        let occurs = |first: usize, given: &Vec<Option<Raw>>| {
            if first == usize::MAX { u32::MAX } else { self.code_in(frame.env, given) }
        };
        let codes: Vec<u32> = rows.iter().zip(&told.given).map(|(first, given)| occurs(*first, given)).collect();
        let first: Vec<(u32, usize)> = codes.iter().copied().zip(rows).filter(|(_, row)| *row != usize::MAX).collect();
        let mut present = Bits::default();
        first.iter().for_each(|(code, _)| present.set(*code));
        let of = told.of.into_iter().map(|at| codes.get(at as usize).copied().unwrap_or(u32::MAX)).collect();
        Codes { of, present, first }
    }
}

/// The rows of a frame by what they give, numbered for this frame alone.
struct Told {
    of: Vec<u32>,
    given: Vec<Vec<Option<Raw>>>,
}

impl Told {
    /// Told apart by one node more.
    fn by(self, (of, values): (Vec<u32>, Vec<Option<Raw>>)) -> Self {
        let mut known: HashMap<(u32, u32), u32> = HashMap::new();
        let mut given: Vec<Vec<Option<Raw>>> = Vec::new();
        let number = |(mine, other): (u32, u32)| {
            *known.entry((mine, other)).or_insert_with(|| {
                let mut all = self.given.get(mine as usize).cloned().unwrap_or_default();
                all.push(values.get(other as usize).copied().flatten());
                given.push(all);
                u32::try_from(given.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let of = self.of.iter().copied().zip(of).map(number).collect();
        Self { of, given }
    }
}

/// What stands for a condition.
fn truth_value(holds: bool) -> Raw {
    Raw::Int(i64::from(holds))
}

/// For each row a number, and for each number what it stands for.
fn distinct(frame: &Frame<'_>, node: NodeId) -> (Vec<u32>, Vec<Option<Raw>>) {
    let column = frame.eval(node);
    let vals = match &*column {
        Col::Truth(truth) => {
            let row = |row| match truth.at(row) {
                could if !could.is_certain() => 0,
                could => 1 + u32::from(could.be_true),
            };
            return (
                (0..frame.len()).map(row).collect(),
                vec![None, Some(truth_value(false)), Some(truth_value(true))],
            );
        }
        Col::Vals(vals) => vals,
    };
    let mut values = vec![None, Some(Raw::None)];
    let mut known: HashMap<Raw, u32> = HashMap::new();
    // Neighbours are often alike, and the numbers of texts are often small.
    let mut small = vec![0_u32; SMALL];
    let of = (0..frame.len()).map(|row| {
        let raw = match vals.certain(row) {
            None => return 0,
            Some(Raw::None) => return 1,
            Some(raw) => raw,
        };
        let mut number = || {
            *known.entry(raw).or_insert_with(|| {
                values.push(Some(raw));
                u32::try_from(values.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let place = raw.int().and_then(|value| usize::try_from(value).ok());
        match place.and_then(|at| small.get_mut(at)) {
            Some(known) => {
                if *known == 0 {
                    *known = number();
                }
                *known
            }
            None => number(),
        }
    });
    (of.collect(), values)
}

/// Values below this are looked up without hashing.
const SMALL: usize = 4096;

/// What each row of a frame gives, and everything that any of them does.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    /// By row.
    pub of: Vec<u32>,
    /// The codes that occur.
    pub present: Bits,
    /// Each code that occurs, with the first row that has it.
    pub first: Vec<(u32, usize)>,
}

impl Codes {
    /// Of one row.
    fn of_one(code: u32) -> Self {
        let mut present = Bits::default();
        present.set(code);
        Self { of: vec![code], present, first: vec![(code, 0)] }
    }
}

/// A set of small numbers.
#[derive(Clone, Debug, Default)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// Puts a number in.
    pub fn set(&mut self, at: u32) {
        let word = (at / 64) as usize;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (at % 64);
        }
    }

    /// Whether a number is in it.
    #[must_use]
    pub fn has(&self, at: u32) -> bool {
        self.0.get((at / 64) as usize).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    /// Whether the two have a number in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// The numbers of this set that are not in the other.
    pub fn without<'b>(&'b self, other: &'b Self) -> impl Iterator<Item = u32> + 'b {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let left = word & !other.0.get(at).copied().unwrap_or(0);
            let first = u32::try_from(at * 64).unwrap_or(u32::MAX);
            let without_lowest = |left: &u64| Some(left & left.wrapping_sub(1)).filter(|left| *left != 0);
            let each = std::iter::successors(Some(left).filter(|left| *left != 0), without_lowest);
            each.map(move |left| first + left.trailing_zeros())
        })
    }
}

/// The inputs of every blackout and window of a program; statements that read the same share them.
#[derive(Debug, Default)]
pub struct AllInputs {
    sets: Vec<Arc<Inputs>>,
    blackouts: Vec<Reads>,
    windows: Vec<Reads>,
}

/// The inputs of one statement, by their numbers.
#[derive(Clone, Copy, Debug)]
struct Reads {
    /// Of the clauses that say when.
    times: usize,
    /// Of `for`, `when` and `except`, where these hang on fields of the asset alone.
    scope: Option<usize>,
}

/// So many different things that rows give for the conditions of a statement are told apart; beyond that the conditions are evaluated row by row.
const TOLD_APART: usize = 4096;

impl AllInputs {
    /// Looks through a program; `same` are its nodes by the field that they read.
    #[must_use]
    pub fn new(program: &Program, same: &[NodeId]) -> Self {
        let mut all = Self::default();
        let mut known: HashMap<Vec<NodeId>, usize> = HashMap::new();
        let mut number = |sets: &mut Vec<Arc<Inputs>>, nodes: Vec<NodeId>| {
            *known.entry(nodes).or_insert_with_key(|nodes| {
                sets.push(Arc::new(Inputs::new(program, nodes.clone())));
                sets.len() - 1
            })
        };
        let mut reads = |sets: &mut Vec<Arc<Inputs>>, period: &Period| {
            let read = period.times.iter().flat_map(When::nodes);
            let mut nodes: Vec<NodeId> = read.map(|node| same.get(node.0 as usize).copied().unwrap_or(node)).collect();
            nodes.sort_unstable();
            nodes.dedup();
            let conditions: Vec<NodeId> = period.head.scope.iter().chain(&period.head.except).copied().collect();
            let fields = fields_of_asset(program, same, &conditions);
            Reads { times: number(sets, nodes), scope: fields.map(|fields| number(sets, fields)) }
        };
        all.blackouts = program.blackouts.iter().map(|period| reads(&mut all.sets, period)).collect();
        all.windows = program.windows.iter().map(|period| reads(&mut all.sets, period)).collect();
        all
    }

    fn reads(&self, period: PeriodId) -> Option<Reads> {
        let found = match period {
            PeriodId::Blackout(at) => self.blackouts.get(usize::from(at)),
            PeriodId::Window(at) => self.windows.get(usize::from(at)),
        };
        found.copied()
    }

    /// Which inputs the clauses of a statement have that say when.
    #[must_use]
    pub fn number(&self, period: PeriodId) -> usize {
        self.reads(period).map_or(usize::MAX, |reads| reads.times)
    }

    /// Which inputs the conditions of a statement have; none where they hang on more than fields of the asset.
    #[must_use]
    pub fn of_scope(&self, period: PeriodId) -> Option<usize> {
        self.reads(period)?.scope
    }

    /// The inputs with that number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Arc<Inputs>> {
        self.sets.get(number)
    }
}

/// The codes of one frame, worked out once for all statements that read the same.
#[derive(Debug, Default)]
pub struct FrameCodes(HashMap<usize, Arc<Codes>, ByNumber>);

impl FrameCodes {
    /// The codes for what a statement's clauses read that say when.
    pub fn of(&mut self, frame: &Frame<'_>, period: PeriodId) -> Arc<Codes> {
        self.numbered(frame, frame.env.common.periods.inputs.number(period))
    }

    /// The codes for the inputs with that number.
    pub fn numbered(&mut self, frame: &Frame<'_>, number: usize) -> Arc<Codes> {
        let all = &frame.env.common.periods.inputs;
        let codes = || all.get(number).map_or_else(Arc::default, |inputs| Arc::new(inputs.codes(frame)));
        Arc::clone(self.0.entry(number).or_insert_with(codes))
    }

    /// The codes for the inputs of conditions; none where they tell too many rows apart for that to be of use.
    pub fn of_conditions(&mut self, frame: &Frame<'_>, number: usize) -> Option<Arc<Codes>> {
        let crowded =
            || frame.env.common.periods.inputs.get(number).is_some_and(|inputs| inputs.seen().given.len() > TOLD_APART);
        if !self.0.contains_key(&number) && crowded() {
            return None;
        }
        let codes = self.numbered(frame, number);
        (!crowded()).then_some(codes)
    }
}
