//! Calls of plugins: of the rows at hand each distinct input is asked once, by way of [`Checks`]. Where an input is not known nobody is asked.

mod inputs;

use std::sync::Arc;

pub use crate::check::plugin::{Asked, Checks, Nobody, Outcome};
use crate::check::plugin::{Value, shown};
use crate::check::program::{NodeId, Plugin, PluginCheck, PluginInput};
use crate::check::types::{Ty, Type};
use crate::facts::table::Cause;

use super::column::{Col, Rows};
use super::decision::UnknownFact;
use super::env::Env;
use super::expr::build;
use super::frame::{Frame, poss};
use super::quant::Element;
use super::value::{Poss, Raw};
use inputs::{Inputs, Questions};

/// Inputs are shown up to so many characters, and the way to ask again where they are no more.
const SHOWN: usize = 300;

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
    let inputs = Inputs::read(frame, inputs);
    let Questions { of, rows } = inputs.questions();
    let answers = build(rows.len(), base, |question| {
        let row = rows.get(question).copied().flatten();
        row.and_then(|row| answered(env, asked, check, &inputs, row).ok()).map_or(Poss::Any, Poss::One)
    });
    answers.gather(&Rows::These(Arc::new(of)), frame.len())
}

/// What a check answers in a row whose inputs are known.
fn answered(env: &Env<'_>, asked: Asked, check: &PluginCheck, inputs: &Inputs, row: usize) -> Result<Raw, Arc<str>> {
    let none = || Arc::from("answered nothing that can be used");
    let (kinds, answerer) = (&check.signature.inputs, &env.program.answerer.0);
    let outcome = match answerer.recall(asked, &inputs.question(env, kinds, row)) {
        Some(outcome) => outcome,
        None => answerer.ask(asked, &inputs.values(env, kinds, row).ok_or_else(none)?),
    };
    match outcome {
        Outcome::Answer(value) => raw(env, &value, &check.answer).ok_or_else(none),
        Outcome::Failed(why) => Err(why),
    }
}

/// Why a check gave no answer in a row whose inputs are all known.
#[must_use]
pub fn failure(frame: &Frame<'_>, row: usize, asked: Asked, inputs: &[PluginInput]) -> Option<UnknownFact> {
    let env = frame.env;
    let (plugin, check) = check(env, asked)?;
    // Of the other rows nothing is asked.
    let one = frame.narrowed(vec![u32::try_from(row).ok()?]);
    let inputs = Inputs::read(&one, inputs);
    if !inputs.is_known(0) {
        return None;
    }
    let why = answered(env, asked, check, &inputs, 0).err()?;
    let kinds = &check.signature.inputs;
    let shown = shown(&inputs.values(env, kinds, 0)?, kinds);
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
