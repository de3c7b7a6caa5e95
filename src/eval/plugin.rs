//! Calls of plugins: of the rows at hand each distinct input is asked once, by way of [`Checks`]. Where an input is not known nobody is asked.

use std::collections::HashMap;
use std::sync::Arc;

pub use crate::check::plugin::{Asked, Checks, Nobody, Outcome};
use crate::check::plugin::{Kind, Value, shown};
use crate::check::program::{ListRef, NodeId, Plugin, PluginCheck, PluginInput, VarId};
use crate::check::types::{Ty, Type};
use crate::facts::table::Cause;

use super::column::Col;
use super::decision::UnknownFact;
use super::env::Env;
use super::expr::build;
use super::frame::{Frame, poss};
use super::quant::{Element, element_frame, elements};
use super::value::{Poss, Raw};

/// How many elements are looked at together.
const CHUNK: usize = 16_384;
/// Inputs are shown up to so many characters, and the way to ask again where they are no more.
const SHOWN: usize = 300;

/// The inputs of each row, flat: single values, and for a list how many elements it has and what each of them has.
struct Rows {
    keys: Vec<Option<Vec<Raw>>>,
}

/// A check of the program.
fn check<'p>(env: &Env<'p>, asked: Asked) -> Option<(&'p Plugin, &'p PluginCheck)> {
    let plugin = env.program.plugins.get(usize::from(asked.plugin))?;
    Some((plugin, plugin.checks.get(usize::from(asked.check))?))
}

/// The answers for every row.
#[must_use]
pub fn ask(frame: &Frame<'_>, base: &Type, asked: Asked, inputs: &[PluginInput]) -> Col {
    let env = frame.env;
    let Some((_, check)) = check(env, asked) else { return build(frame.len(), base, |_| Poss::Any) };
    let rows = Rows::read(frame, inputs);
    let mut known: HashMap<&[Raw], Poss> = HashMap::new();
    build(frame.len(), base, |row| {
        let Some(key) = rows.keys.get(row).and_then(Option::as_deref) else { return Poss::Any };
        if let Some(answer) = known.get(key) {
            return answer.clone();
        }
        let answer = answered(env, asked, check, key).ok().map_or(Poss::Any, Poss::One);
        known.insert(key, answer.clone());
        answer
    })
}

/// What a check answers to known inputs.
fn answered(env: &Env<'_>, asked: Asked, check: &PluginCheck, key: &[Raw]) -> Result<Raw, Arc<str>> {
    let none = || Arc::from("answered nothing that can be used");
    let inputs = values(env, &check.signature.inputs, key).ok_or_else(none)?;
    match env.program.answerer.0.ask(asked, &inputs) {
        Outcome::Answer(value) => raw(env, &value, &check.answer).ok_or_else(none),
        Outcome::Failed(why) => Err(why),
    }
}

/// Why a check gave no answer in a row whose inputs are all known.
#[must_use]
pub fn failure(frame: &Frame<'_>, row: usize, asked: Asked, inputs: &[PluginInput]) -> Option<UnknownFact> {
    let env = frame.env;
    let (plugin, check) = check(env, asked)?;
    let rows = Rows::read(frame, inputs);
    let key = rows.keys.get(row)?.as_deref()?;
    let why = answered(env, asked, check, key).err()?;
    let kinds = &check.signature.inputs;
    let shown = shown(&values(env, kinds, key)?, kinds);
    let name = &check.signature.name;
    let mut listed = shown.join(", ");
    let mut again = String::new();
    if let Some((at, _)) = listed.char_indices().nth(SHOWN) {
        listed.truncate(at);
        listed.push('…');
    } else {
        let quoted: Vec<String> = shown.iter().map(|input| format!(" '{}'", input.replace('\'', "'\\''"))).collect();
        again = format!("; ask again: changegate plugin run {} {name}{}", plugin.module, quoted.concat());
    }
    let fact = format!("{}.{name}({listed}): {why}{again}", plugin.name);
    Some(UnknownFact { fact, cause: Cause::Plugin.as_str() })
}

impl Rows {
    fn read(frame: &Frame<'_>, inputs: &[PluginInput]) -> Self {
        let mut rows = Self { keys: vec![Some(Vec::with_capacity(inputs.len())); frame.len()] };
        rows.add_all(frame, inputs);
        rows
    }

    fn add_all(&mut self, frame: &Frame<'_>, inputs: &[PluginInput]) {
        for input in inputs {
            match input {
                PluginInput::Value(node) => self.add(frame, *node),
                PluginInput::Record(fields) => self.add_all(frame, fields),
                PluginInput::List(list, var, parts) => self.add_list(frame, list, *var, parts),
            }
        }
    }

    fn add(&mut self, frame: &Frame<'_>, node: NodeId) {
        let col = frame.eval(node);
        for (row, key) in self.keys.iter_mut().enumerate() {
            if let Some(values) = key {
                match poss(&col, row).one() {
                    Some(raw) => values.push(raw),
                    None => *key = None,
                }
            }
        }
    }

    fn add_list(&mut self, frame: &Frame<'_>, list: &ListRef, var: VarId, parts: &[PluginInput]) {
        let mut found: Vec<Option<Vec<Vec<Raw>>>> = vec![Some(Vec::new()); frame.len()];
        for chunk in elements(frame, list).chunks(CHUNK) {
            let inner = element_frame(frame, var, list, chunk);
            let mut values = Self::read(&inner, parts).keys;
            for (at, element) in chunk.iter().enumerate() {
                let Some(row) = found.get_mut(element.parent as usize) else { continue };
                let values = values.get_mut(at).and_then(Option::take);
                match (row.as_mut(), values.filter(|_| !element.phantom && element.certain)) {
                    (Some(all), Some(values)) => all.push(values),
                    _ => *row = None,
                }
            }
        }
        for (key, row) in self.keys.iter_mut().zip(found) {
            match (key.as_mut(), row) {
                (Some(values), Some(all)) => {
                    values.push(Raw::Int(i64::try_from(all.len()).unwrap_or(i64::MAX)));
                    values.extend(all.into_iter().flatten());
                }
                _ => *key = None,
            }
        }
    }
}

/// The inputs that a key holds.
fn values(env: &Env<'_>, kinds: &[Kind], key: &[Raw]) -> Option<Vec<Value>> {
    let mut rest = key.iter().copied();
    kinds.iter().map(|kind| value(env, kind, &mut rest)).collect()
}

fn value(env: &Env<'_>, kind: &Kind, rest: &mut dyn Iterator<Item = Raw>) -> Option<Value> {
    match kind {
        Kind::Set(inner) | Kind::List(inner) => {
            let count = rest.next()?.int()?;
            let all = (0..count).map(|_| value(env, inner, &mut *rest));
            Some(Value::in_order(all.collect::<Option<_>>()?, matches!(kind, Kind::Set(_))))
        }
        Kind::Record(fields) => {
            let all = fields.iter().map(|(_, kind)| value(env, kind, &mut *rest));
            Some(Value::Record(all.collect::<Option<_>>()?))
        }
        Kind::OrNone(inner) => match rest.next()? {
            Raw::None => Some(Value::None),
            raw => single(env, inner, raw),
        },
        kind => single(env, kind, rest.next()?),
    }
}

fn single(env: &Env<'_>, kind: &Kind, raw: Raw) -> Option<Value> {
    Some(match (kind, raw) {
        (Kind::Bool, Raw::Int(bit)) => Value::Bool(bit != 0),
        (Kind::Int, Raw::Int(number)) => Value::Int(number),
        (Kind::Number | Kind::Percent, Raw::Decimal(raw)) => Value::Decimal(raw),
        (Kind::Text, Raw::Int(symbol)) => Value::Text(env.text(symbol)),
        (Kind::Date, Raw::Int(days)) => Value::Date(i32::try_from(days).ok()?),
        (Kind::Time, Raw::Int(micros)) => Value::Time(micros),
        (Kind::Duration, Raw::Int(micros)) => Value::Duration(micros),
        (Kind::Word(_), Raw::Int(code)) => Value::Word(u32::try_from(code).ok()?),
        _ => return None,
    })
}

/// The elements of the set that a check answers, for every row: where there is no answer, one that nothing is known of.
pub fn answered_elements(found: &mut Vec<Element>, frame: &Frame<'_>, node: NodeId) {
    let col = frame.eval(node);
    for row in 0..frame.len() {
        let parent = u32::try_from(row).unwrap_or(u32::MAX);
        match poss(&col, row).one() {
            Some(Raw::Int(set)) => {
                let count = u32::try_from(unpacked(&frame.env.text(set)).count()).unwrap_or(u32::MAX);
                found.extend((0..count).map(|row| Element { parent, row, certain: true, phantom: false }));
            }
            _ => found.push(Element { parent, row: u32::MAX, certain: false, phantom: true }),
        }
    }
}

/// Elements of such sets, which follow each other by row.
#[must_use]
pub fn answered_values(frame: &Frame<'_>, node: NodeId, elements: &[Element]) -> Col {
    let base = match frame.env.base(node) {
        Type::Set(base) => base,
        other => other,
    };
    let is_decimal = matches!(base, Type::Number | Type::Percent);
    let read = |number: &str| {
        let raw = if is_decimal { number.parse().ok().map(Raw::Decimal) } else { number.parse().ok().map(Raw::Int) };
        raw.map_or(Poss::Any, Poss::One)
    };
    let col = frame.eval(node);
    // The set of the last row: one is not read again for each of its elements.
    let mut last: (Option<u32>, Vec<Poss>) = (None, Vec::new());
    build(elements.len(), base, |at| {
        let Some(element) = elements.get(at).filter(|element| !element.phantom) else { return Poss::Any };
        if last.0 != Some(element.parent) {
            let set = poss(&col, element.parent as usize).one().and_then(Raw::int);
            let all = set.map(|set| unpacked(&frame.env.text(set)).map(read).collect());
            last = (Some(element.parent), all.unwrap_or_default());
        }
        last.1.get(element.row as usize).cloned().unwrap_or(Poss::Any)
    })
}

/// A set is kept as a text of the numbers that its elements are in expressions, in order, so that a row has one number for it as for any text.
fn packed(values: &[Raw]) -> String {
    use std::fmt::Write as _;
    values.iter().fold(String::new(), |mut out, raw| {
        // Writing to a text cannot fail.
        let _ = match raw {
            Raw::Int(number) => write!(out, "{number},"),
            Raw::Decimal(number) => write!(out, "{number},"),
            Raw::None => Ok(()),
        };
        out
    })
}

fn unpacked(text: &str) -> impl Iterator<Item = &str> {
    text.split_terminator(',')
}

/// An answer as expressions have it; none where it is not of the declared type.
fn raw(env: &Env<'_>, answer: &Value, ty: &Ty) -> Option<Raw> {
    Some(match (&ty.base, answer) {
        (Type::Set(base), Value::List(values)) => {
            let of = Ty { base: (**base).clone(), or_none: false, range: ty.range };
            let values: Vec<Raw> = values.iter().map(|value| raw(env, value, &of)).collect::<Option<_>>()?;
            Raw::Int(env.symbol(&packed(&values)))
        }
        (_, Value::None) if ty.or_none => Raw::None,
        (Type::Bool, Value::Bool(truth)) => Raw::Int(i64::from(*truth)),
        (Type::Int, Value::Int(number)) => Raw::Int(*number)
            .int()
            .filter(|n| ty.range.is_none_or(|(low, high)| (low..=high).contains(n)))
            .map(Raw::Int)?,
        (Type::Number | Type::Percent, Value::Decimal(raw)) => {
            crate::check::decimal::Decimal::from_raw(*raw).map(|_| Raw::Decimal(*raw))?
        }
        (Type::String | Type::Version | Type::Zone, Value::Text(text)) => Raw::Int(env.symbol(text)),
        (Type::Date, Value::Date(days)) => Raw::Int(i64::from(*days)),
        (Type::Time, Value::Time(micros)) => crate::time::Instant::from_micros(*micros).map(|_| Raw::Int(*micros))?,
        (Type::Duration, Value::Duration(micros)) => Raw::Int(*micros),
        (Type::Enum(def), Value::Word(at)) => {
            Raw::Int(i64::from(*at)).int().filter(|at| def.value(*at).is_some()).map(Raw::Int)?
        }
        _ => return None,
    })
}
