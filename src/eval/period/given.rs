//! What the clauses of blackouts and windows read of a row: zones, rules, files and conditions, as small numbers.
//!
//! Rows in which a statement reads the same have the same answer, however many they are.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::check::program::{NodeId, Period, PeriodId, Program, When};
use crate::check::types::Type;

use super::super::frame::Frame;
use super::super::value::Raw;

/// The values of the nodes that a statement's clauses read, in the order of its [`Inputs::nodes`]; none where one is not known. A condition
/// is 0 or 1, a text its number.
pub type Given = Arc<[Option<i64>]>;

/// The nodes that one or more statements read, and everything that was ever given for them.
#[derive(Debug)]
pub struct Inputs {
    /// The nodes, sorted.
    pub nodes: Vec<NodeId>,
    seen: RwLock<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    codes: HashMap<Given, u32>,
    given: Vec<Given>,
}

impl Inputs {
    fn new(nodes: Vec<NodeId>) -> Self {
        Self { nodes, seen: RwLock::default() }
    }

    fn code(&self, given: &[Option<i64>]) -> u32 {
        if let Some(code) = self.seen.read().unwrap_or_else(PoisonError::into_inner).codes.get(given) {
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

    /// The code of a statement that reads nothing.
    #[must_use]
    pub fn code_of_nothing(&self) -> u32 {
        self.code(&vec![None; self.nodes.len()])
    }

    /// What a code stands for.
    #[must_use]
    pub fn given(&self, code: u32) -> Option<Given> {
        self.seen.read().unwrap_or_else(PoisonError::into_inner).given.get(code as usize).cloned()
    }

    /// The codes of all rows of a frame.
    #[must_use]
    pub fn codes(&self, frame: &Frame<'_>) -> Codes {
        let len = frame.len();
        let columns: Vec<Vec<Option<i64>>> = self.nodes.iter().map(|node| column(frame, *node)).collect();
        let mut codes = Codes { of: Vec::with_capacity(len), present: Bits::default() };
        if let [column] = columns.as_slice() {
            let mut known: HashMap<Option<i64>, u32> = HashMap::new();
            for value in column {
                let code = *known.entry(*value).or_insert_with(|| self.code(&[*value]));
                codes.of.push(code);
            }
            known.into_values().for_each(|code| codes.present.set(code));
            return codes;
        }
        let mut known: HashMap<Vec<Option<i64>>, u32> = HashMap::new();
        let mut values = Vec::with_capacity(columns.len());
        for row in 0..len {
            values.clear();
            values.extend(columns.iter().map(|column| column.get(row).copied().flatten()));
            let code = match known.get(&values) {
                Some(code) => *code,
                None => {
                    let code = self.code(&values);
                    known.insert(values.clone(), code);
                    code
                }
            };
            codes.of.push(code);
        }
        known.into_values().for_each(|code| codes.present.set(code));
        codes
    }
}

fn column(frame: &Frame<'_>, node: NodeId) -> Vec<Option<i64>> {
    if matches!(frame.env.base(node), Type::Bool) {
        let truth = frame.truth(node);
        return (0..frame.len())
            .map(|row| Some(truth.at(row)).filter(|c| c.is_certain()).map(|c| c.be_true.into()))
            .collect();
    }
    let vals = frame.vals(node);
    (0..frame.len()).map(|row| vals.certain(row).and_then(Raw::int)).collect()
}

/// What each row of a frame gives, and everything that any of them does.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    /// By row.
    pub of: Vec<u32>,
    /// The codes that occur.
    pub present: Bits,
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
            (0..64).filter(move |bit| left & (1 << bit) != 0).map(move |bit| first + bit)
        })
    }
}

/// The inputs of every blackout and window of a program; statements that read the same share them.
#[derive(Debug, Default)]
pub struct AllInputs {
    sets: Vec<Arc<Inputs>>,
    blackouts: Vec<usize>,
    windows: Vec<usize>,
}

impl AllInputs {
    /// Looks through a program.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let mut all = Self::default();
        let mut known: HashMap<Vec<NodeId>, usize> = HashMap::new();
        let mut number = |sets: &mut Vec<Arc<Inputs>>, period: &Period| {
            let mut nodes: Vec<NodeId> = period.times.iter().flat_map(When::nodes).collect();
            nodes.sort_unstable();
            nodes.dedup();
            *known.entry(nodes).or_insert_with_key(|nodes| {
                sets.push(Arc::new(Inputs::new(nodes.clone())));
                sets.len() - 1
            })
        };
        all.blackouts = program.blackouts.iter().map(|period| number(&mut all.sets, period)).collect();
        all.windows = program.windows.iter().map(|period| number(&mut all.sets, period)).collect();
        all
    }

    /// Which inputs a statement has.
    #[must_use]
    pub fn number(&self, period: PeriodId) -> usize {
        let found = match period {
            PeriodId::Blackout(at) => self.blackouts.get(usize::from(at)),
            PeriodId::Window(at) => self.windows.get(usize::from(at)),
        };
        found.copied().unwrap_or(usize::MAX)
    }

    /// The inputs with that number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Arc<Inputs>> {
        self.sets.get(number)
    }
}

/// The codes of one frame, worked out once for all statements that read the same.
#[derive(Debug, Default)]
pub struct FrameCodes(HashMap<usize, Arc<Codes>>);

impl FrameCodes {
    /// The codes for one statement.
    pub fn of(&mut self, frame: &Frame<'_>, period: PeriodId) -> Arc<Codes> {
        let all = &frame.env.periods.inputs;
        let number = all.number(period);
        let codes = || all.get(number).map_or_else(Arc::default, |inputs| Arc::new(inputs.codes(frame)));
        Arc::clone(self.0.entry(number).or_insert_with(codes))
    }
}
