//! What a check is asked with in many rows, column by column: which rows ask the same, and the values of one of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hasher;
use std::iter::repeat_n;
use std::slice::Iter;

use ahash::RandomState;

use crate::check::plugin::{Kind, Question, Value};
use crate::check::program::{ListRef, PluginInput, VarId};

use super::super::column::{Data, State, Vals, ValsBuilder};
use super::super::env::Env;
use super::super::frame::Frame;
use super::super::quant::each_some;
use super::super::value::Raw;

/// The inputs of each row.
pub(super) struct Inputs {
    parts: Vec<Part>,
    /// Of each row, whether all of its inputs are known.
    known: Vec<bool>,
}

/// A column of what is handed over; the fields of a record follow each other.
enum Part {
    Value(Vals),
    List(List),
}

/// The elements of all rows, one row's behind the other's.
struct List {
    /// Where the elements of each row begin, and behind the last row where they end.
    starts: Vec<usize>,
    parts: Vec<Part>,
}

/// The rows that ask something, by what they ask.
pub(super) struct Questions {
    /// The question of each row.
    pub of: Vec<u32>,
    /// A row that asks it, for each question; none for the one that stands for rows of which not all is known.
    pub rows: Vec<Option<usize>>,
}

impl Inputs {
    /// Reads the inputs of all rows of a frame.
    pub(super) fn read(frame: &Frame<'_>, inputs: &[PluginInput]) -> Self {
        let mut read = Self { parts: Vec::with_capacity(inputs.len()), known: vec![true; frame.len()] };
        read.add(frame, inputs);
        read
    }

    fn add(&mut self, frame: &Frame<'_>, inputs: &[PluginInput]) {
        for input in inputs {
            match input {
                PluginInput::Value(node) => self.add_value(frame.vals(*node)),
                PluginInput::Record(fields) => self.add(frame, fields),
                PluginInput::List(list, var, parts) => self.add_list(frame, list, *var, parts),
            }
        }
    }

    fn add_value(&mut self, vals: Vals) {
        for (known, state) in self.known.iter_mut().zip(vals.states().unwrap_or_default()) {
            *known &= matches!(state, State::Known | State::None);
        }
        self.parts.push(Part::Value(vals));
    }

    fn add_list(&mut self, frame: &Frame<'_>, list: &ListRef, var: VarId, inputs: &[PluginInput]) {
        let mut counts = vec![0; frame.len()];
        let mut found = Vec::new();
        each_some(frame, var, list, |some, inner| {
            let read = Self::read(inner, inputs);
            for ((at, parent), known) in some.parents().iter().enumerate().zip(&read.known) {
                let parent = *parent as usize;
                counts.get_mut(parent).into_iter().for_each(|count| *count += 1);
                if !(*known && some.is_certain(at)) {
                    self.known.get_mut(parent).into_iter().for_each(|known| *known = false);
                }
            }
            found.push(read.parts);
        });
        self.parts.push(Part::List(List { starts: starts(counts.into_iter()), parts: joined(found) }));
    }

    /// Whether all that a row hands over is known.
    pub(super) fn is_known(&self, row: usize) -> bool {
        self.known.get(row).copied().unwrap_or(false)
    }

    /// Which rows ask the same.
    pub(super) fn questions(&self) -> Questions {
        // Seeded anew in each process: nobody can choose inputs that collide. Nothing shows in which order they are asked.
        let mut found: HashMap<u64, u32, RandomState> = HashMap::default();
        let (mut of, mut rows) = (Vec::with_capacity(self.known.len()), Vec::new());
        for (row, (hash, known)) in hashes(&self.parts, self.known.len()).into_iter().zip(&self.known).enumerate() {
            if !known {
                of.push(u32::MAX);
                continue;
            }
            let next = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            let question = *found.entry(hash).or_insert(next);
            // Two with the same hash are two questions; whoever answers sees whether it is the same.
            let first = rows.get(question as usize).copied().flatten();
            let same = first.is_some_and(|first| are_same(&self.parts, first, row));
            of.push(if same { question } else { next });
            if !same {
                rows.push(Some(row));
            }
        }
        if self.known.contains(&false) {
            let unknown = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            of.iter_mut().for_each(|question| *question = (*question).min(unknown));
            rows.push(None);
        }
        Questions { of, rows }
    }

    /// What a row hands over, before it is made into values.
    pub(super) const fn question<'i>(&'i self, env: &'i Env<'i>, kinds: &'i [Kind], row: usize) -> impl Question + 'i {
        OfRow { env, kinds, parts: self.parts.as_slice(), row }
    }

    /// What a row hands over.
    pub(super) fn values(&self, env: &Env<'_>, kinds: &[Kind], row: usize) -> Option<Vec<Value>> {
        let mut parts = self.parts.iter();
        kinds.iter().map(|kind| value(env, kind, &mut parts, row)).collect()
    }
}

/// Where each begins of some that follow each other, and where the last one ends.
fn starts(counts: impl Iterator<Item = usize>) -> Vec<usize> {
    let sums = counts.scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    });
    std::iter::once(0).chain(sums).collect()
}

/// The columns of some elements, and behind them those of the next.
fn joined(mut found: Vec<Vec<Part>>) -> Vec<Part> {
    if found.len() < 2 {
        return found.pop().unwrap_or_default();
    }
    let mut found: Vec<_> = found.into_iter().map(Vec::into_iter).collect();
    let mut all = Vec::new();
    loop {
        let next: Vec<Part> = found.iter_mut().filter_map(Iterator::next).collect();
        match next.first() {
            None => return all,
            Some(Part::Value(_)) => all.push(Part::Value(joined_values(&next))),
            Some(Part::List(_)) => all.push(Part::List(joined_lists(next))),
        }
    }
}

fn joined_values(parts: &[Part]) -> Vals {
    let all = parts.iter().filter_map(|part| if let Part::Value(vals) = part { Some(vals) } else { None });
    let decimal = |vals: &Vals| matches!(vals.data(), Data::Decimal(_));
    if !all.clone().any(decimal) {
        return Vals::joined(&all.cloned().collect::<Vec<_>>());
    }
    let mut builder = ValsBuilder::new(all.clone().map(Vals::len).sum(), true);
    for vals in all {
        (0..vals.len()).for_each(|row| builder.push_one(vals.certain(row)));
    }
    builder.finish()
}

fn joined_lists(parts: Vec<Part>) -> List {
    let lists = parts.into_iter().filter_map(|part| if let Part::List(list) = part { Some(list) } else { None });
    let (mut counts, mut inner) = (Vec::new(), Vec::new());
    for list in lists {
        counts
            .extend(list.starts.windows(2).map(|ends| ends.last().zip(ends.first()).map_or(0, |(to, from)| to - from)));
        inner.push(list.parts);
    }
    List { starts: starts(counts.into_iter()), parts: joined(inner) }
}

impl List {
    fn of(&self, row: usize) -> std::ops::Range<usize> {
        let at = |row: usize| self.starts.get(row).copied().unwrap_or(0);
        at(row)..at(row.saturating_add(1))
    }

    /// The elements, where each is one number.
    fn plain(&self) -> Option<&[i64]> {
        match self.parts.as_slice() {
            [Part::Value(vals)] if vals.all_known() => vals.ints(),
            _ => None,
        }
    }
}

/// A hash of what each row hands over, by the numbers of its values.
fn hashes(parts: &[Part], len: usize) -> Vec<u64> {
    let mut hashes = vec![0; len];
    for part in parts {
        match part {
            Part::Value(vals) => hash_values(&mut hashes, vals),
            Part::List(list) => {
                let elements = self::hashes(&list.parts, list.starts.last().copied().unwrap_or(0));
                for (row, hash) in hashes.iter_mut().enumerate() {
                    let own = elements.get(list.of(row)).unwrap_or_default();
                    *hash = own.iter().fold(mixed(*hash, !0), |hash, element| mixed(hash, *element));
                }
            }
        }
    }
    hashes
}

fn hash_values(hashes: &mut [u64], vals: &Vals) {
    // What stands beside `none` is of no account.
    let states = vals.states().unwrap_or_default().iter().copied().chain(repeat_n(State::Known, hashes.len()));
    let word = |state, word: i64| if matches!(state, State::Known) { word.cast_unsigned() } else { u64::MAX };
    match (vals.data(), vals.all_known()) {
        (Data::Int(values), true) => {
            hashes.iter_mut().zip(values).for_each(|(hash, value)| *hash = mixed(*hash, value.cast_unsigned()));
        }
        (Data::Int(values), false) => {
            let all = hashes.iter_mut().zip(values).zip(states);
            all.for_each(|((hash, value), state)| *hash = mixed(*hash, word(state, *value)));
        }
        (Data::Decimal(values), _) => {
            // Amounts beyond what one word holds are told apart when they are compared.
            let all = hashes.iter_mut().zip(values).zip(states);
            all.for_each(|((hash, value), state)| {
                *hash = mixed(*hash, word(state, i64::try_from(*value).unwrap_or(0)))
            });
        }
    }
}

const fn mixed(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Whether two rows hand over the same.
fn are_same(parts: &[Part], a: usize, b: usize) -> bool {
    parts.iter().all(|part| match part {
        Part::Value(vals) => match vals.ints().filter(|_| vals.all_known()) {
            Some(ints) => ints.get(a) == ints.get(b),
            None => vals.certain(a) == vals.certain(b),
        },
        Part::List(list) => {
            let (one, other) = (list.of(a), list.of(b));
            match list.plain() {
                Some(ints) => ints.get(one) == ints.get(other),
                None => one.len() == other.len() && one.zip(other).all(|(a, b)| are_same(&list.parts, a, b)),
            }
        }
    })
}

/// The inputs of one row.
struct OfRow<'i> {
    env: &'i Env<'i>,
    kinds: &'i [Kind],
    parts: &'i [Part],
    row: usize,
}

/// A list that is not in the order in which a check is handed it has another hash than its values, and is not found: it is asked about anew.
impl Question for OfRow<'_> {
    fn hash(&self, hasher: &mut dyn Hasher) {
        let mut parts = self.parts.iter();
        hasher.write_usize(self.kinds.len());
        self.kinds.iter().for_each(|kind| hash_one(self.env, kind, &mut parts, self.row, hasher));
    }

    fn is(&self, inputs: &[Value]) -> bool {
        let mut parts = self.parts.iter();
        let is = |(kind, input)| is_one(self.env, kind, &mut parts, self.row, input);
        self.kinds.len() == inputs.len() && self.kinds.iter().zip(inputs).all(is)
    }
}

/// A text of the facts is looked at where it is.
fn text_of<'e>(env: &'e Env<'_>, symbol: i64) -> Cow<'e, str> {
    match env.facts.strings.get(symbol) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(env.text(symbol).to_string()),
    }
}

fn is_text(env: &Env<'_>, symbol: i64, value: &Value) -> bool {
    matches!(value, Value::Text(text) if *text_of(env, symbol) == **text)
}

fn hash_one(env: &Env<'_>, kind: &Kind, parts: &mut Iter<'_, Part>, row: usize, hasher: &mut dyn Hasher) {
    match kind {
        Kind::Set(inner) | Kind::List(inner) => {
            let Some(Part::List(list)) = parts.next() else { return };
            hasher.write_usize(list.of(row).len());
            if let (Kind::Text, Some(symbols)) = (&**inner, list.plain()) {
                let symbols = symbols.get(list.of(row)).unwrap_or_default();
                return symbols.iter().for_each(|symbol| hasher.write(text_of(env, *symbol).as_bytes()));
            }
            list.of(row).for_each(|element| hash_one(env, inner, &mut list.parts.iter(), element, hasher));
        }
        Kind::Record(fields) => {
            hasher.write_usize(fields.len());
            fields.iter().for_each(|(_, kind)| hash_one(env, kind, parts, row, hasher));
        }
        kind => match (kind, parts.next().and_then(|part| part.single(row))) {
            (Kind::Text, Some(Raw::Int(symbol))) => hasher.write(text_of(env, symbol).as_bytes()),
            (kind, Some(raw)) => single(env, kind, raw).into_iter().for_each(|value| value.hash_one(hasher)),
            (_, None) => {}
        },
    }
}

fn is_one(env: &Env<'_>, kind: &Kind, parts: &mut Iter<'_, Part>, row: usize, input: &Value) -> bool {
    match (kind, input) {
        (Kind::Set(inner) | Kind::List(inner), Value::List(values)) => {
            let Some(Part::List(list)) = parts.next() else { return false };
            if let (Kind::Text, Some(symbols)) = (&**inner, list.plain()) {
                let symbols = symbols.get(list.of(row)).unwrap_or_default();
                return symbols.len() == values.len()
                    && symbols.iter().zip(values).all(|(symbol, value)| is_text(env, *symbol, value));
            }
            let is = |(element, value)| is_one(env, inner, &mut list.parts.iter(), element, value);
            list.of(row).len() == values.len() && list.of(row).zip(values).all(is)
        }
        (Kind::Record(fields), Value::Record(values)) => {
            fields.iter().zip(values).all(|((_, kind), value)| is_one(env, kind, parts, row, value))
        }
        _ => match (kind, parts.next().and_then(|part| part.single(row)), input) {
            (Kind::Text, Some(Raw::Int(symbol)), value) => is_text(env, symbol, value),
            (kind, Some(raw), value) => single(env, kind, raw).as_ref() == Some(value),
            (_, None, _) => false,
        },
    }
}

impl Part {
    /// The value of a row, where it is one for certain.
    fn single(&self, row: usize) -> Option<Raw> {
        match self {
            Self::Value(vals) => vals.certain(row),
            Self::List(_) => None,
        }
    }
}

fn value(env: &Env<'_>, kind: &Kind, parts: &mut Iter<'_, Part>, row: usize) -> Option<Value> {
    match kind {
        Kind::Set(inner) | Kind::List(inner) => {
            let Part::List(list) = parts.next()? else { return None };
            let all = list.of(row).map(|element| value(env, inner, &mut list.parts.iter(), element));
            Some(Value::in_order(all.collect::<Option<_>>()?, matches!(kind, Kind::Set(_))))
        }
        Kind::Record(fields) => {
            let all = fields.iter().map(|(_, kind)| value(env, kind, parts, row));
            Some(Value::Record(all.collect::<Option<_>>()?))
        }
        kind => single(env, kind, parts.next()?.single(row)?),
    }
}

fn single(env: &Env<'_>, kind: &Kind, raw: Raw) -> Option<Value> {
    Some(match (kind, raw) {
        (Kind::OrNone(_), Raw::None) => Value::None,
        (Kind::OrNone(inner), raw) => return single(env, inner, raw),
        (Kind::Bool, Raw::Int(bit)) => Value::Bool(bit != 0),
        (Kind::Int, Raw::Int(number)) => Value::Int(number),
        (Kind::Number | Kind::Percent, Raw::Decimal(raw)) => Value::Decimal(raw),
        (Kind::Text, Raw::Int(symbol)) => Value::Text(env.text(symbol).into()),
        (Kind::Date, Raw::Int(days)) => Value::Date(i32::try_from(days).ok()?),
        (Kind::Time, Raw::Int(micros)) => Value::Time(micros),
        (Kind::Duration, Raw::Int(micros)) => Value::Duration(micros),
        (Kind::Word(_), Raw::Int(code)) => Value::Word(u32::try_from(code).ok()?),
        _ => return None,
    })
}
