//! Evaluates one node for the rows of a frame.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::Array;
use arrow_buffer::BooleanBuffer;

use crate::check::program::{CompareOp, Const, NodeId, Op, TextPart, TriageField, VarId};
use crate::check::schema::FieldId;
use crate::check::types::Type;
use crate::facts::table::{Column, Scalar, Values};
use crate::syntax::expr::Presence;

use super::column::{Col, Data, State, Truth, Vals, ValsBuilder};
use super::frame::{Frame, poss};
use super::value::{Could, Order, Poss, Raw, compare, holds, numeric};
use super::{arith, display, length, quant, table};

/// Evaluates `id` for every row of `frame`.
#[must_use]
pub fn compute(frame: &Frame<'_>, id: NodeId) -> Col {
    let len = frame.len();
    let Some(node) = frame.env.node(id) else { return Col::Truth(Truth::constant(len, Could::UNKNOWN)) };
    let base = &node.ty.base;
    match &node.op {
        Op::Const(Const::Bool(value)) => Col::Truth(Truth::constant(len, Could::certain(*value))),
        Op::Const(value) => Col::Vals(match constant(frame, value, base) {
            Some(raw) => Vals::constant(len, raw),
            None => Vals::unknown(len),
        }),
        Op::Now => Col::Vals(Vals::constant(len, Raw::Int(frame.env.now.micros()))),
        Op::Field(var, field) => read(frame, *var, *field),
        Op::Element(var) => match frame.elements(*var) {
            Some(col) => Col::clone(&col),
            None => unknown(base, len),
        },
        Op::Not(a) => Col::Truth(frame.truth(*a).not()),
        Op::And(items) => Col::Truth(all(frame, items, true)),
        Op::Or(items) => Col::Truth(all(frame, items, false)),
        Op::Compare(op, a, b) => Col::Truth(comparison(frame, *op, *a, *b)),
        Op::In(x, list) => Col::Truth(quant::contains(frame, *x, list)),
        Op::Like(x, pattern) => Col::Truth(texts(frame, *x, |text| glob(pattern, text))),
        Op::Matches(x, pattern) => match frame.env.patterns.get(pattern) {
            Some(regex) => Col::Truth(texts(frame, *x, |text| regex.is_match(text))),
            None => Col::Truth(Truth::constant(len, Could::UNKNOWN)),
        },
        Op::Is(x, presence) => Col::Truth(is(frame, *x, *presence)),
        Op::Default(x, d, _) => choose(frame, base, &[*x, *d], |row, cols| {
            let first = cols.first().map_or(Poss::Any, |c| poss(c, row));
            if first.one().is_some() { first } else { cols.get(1).map_or(Poss::Any, |c| poss(c, row)) }
        }),
        Op::If(condition, a, b) => conditional(frame, base, *condition, *a, *b),
        Op::Arith(op, a, b) => Col::Vals(arith::arith(frame, base, *op, *a, *b)),
        Op::Neg(a) => Col::Vals(arith::negate(frame, *a)),
        Op::Text(parts) => Col::Vals(text(frame, parts)),
        Op::Quant(kind, var, list, filter, body) => {
            Col::Truth(quant::quantifier(frame, *kind, *var, list, *filter, *body))
        }
        Op::Agg { kind, value, var, list, filter, empty } => {
            let parts = super::agg::Parts { value: *value, var: *var, list, filter: *filter, empty: *empty };
            Col::Vals(super::agg::aggregate(frame, base, *kind, &parts))
        }
        Op::ToNumber(a) => Col::Vals(arith::to_number(frame, *a)),
        Op::ToDate(a, zone) => Col::Vals(arith::to_date(frame, *a, *zone)),
        Op::ToTime(a, zone) => Col::Vals(arith::to_time(frame, *a, *zone)),
        Op::Cvss(a, only, part, context) => {
            let question = super::cvss::Question { only: only.as_deref(), part, context: *context, ty: base };
            Col::Vals(cvss(frame, *a, &question))
        }
        Op::Shift(time, span, back, context) => Col::Vals(arith::shift(frame, *time, *span, *back, *context)),
        Op::Due { length, time, before, context } => Col::Vals(arith::due(frame, *length, *time, *before, *context)),
        Op::Triage(block, field, var) => triage(frame, *block, *field, *var),
        Op::Table(index, inputs) => Col::Vals(table::decide(frame, base, *index, inputs)),
        Op::ArmLevel => Col::Vals(match frame.arm() {
            Some(level) => Vals::constant(len, Raw::Int(level)),
            None => Vals::unknown(len),
        }),
        Op::Category(block, var) => Col::Vals(super::categorise::category(frame, *block, *var).possible),
        Op::Risk(index, field) => Col::Vals(super::risk::read(frame, *index, *field)),
        Op::Approval(index, field) => Col::Truth(super::approval::read(frame, *index, *field)),
        Op::Met(index) => Col::Truth(super::obligation::met(frame, *index)),
        Op::Waived(target, var) => Col::Truth(super::waiver::waived(frame, *target, *var)),
        Op::Overlaps(period) => Col::Truth(super::period::answers::overlaps(frame, *period)),
        Op::Nearest(which, calendar, time) => Col::Vals(super::calendar::nearest(frame, *which, *calendar, *time)),
        Op::During(time, calendar) => Col::Truth(super::calendar::during(frame, *time, *calendar)),
        Op::Metric(index) => Col::Vals(super::metric::read(frame, base, *index)),
        Op::Meets(a, b) => Col::Truth(super::meets::meets(frame, *a, *b)),
        Op::Error => unknown(base, len),
    }
}

fn unknown(base: &Type, len: usize) -> Col {
    match base {
        Type::Bool => Col::Truth(Truth::constant(len, Could::UNKNOWN)),
        _ => Col::Vals(Vals::unknown(len)),
    }
}

/// Whether values of a type are kept as decimals.
#[must_use]
pub const fn is_decimal(base: &Type) -> bool {
    matches!(base, Type::Number | Type::Percent | Type::Span)
}

fn constant(frame: &Frame<'_>, value: &Const, base: &Type) -> Option<Raw> {
    if matches!(base, Type::Span) {
        return length::pack(value);
    }
    frame.env.constant(value)
}

/// Reads a field of the rows that a variable stands for.
fn read(frame: &Frame<'_>, var: VarId, field: FieldId) -> Col {
    let len = frame.len();
    let (Some(rows), Some(table)) = (frame.rows(var), frame.env.table(var)) else {
        return Col::Vals(Vals::unknown(len));
    };
    match table.column(field) {
        Some(Column::Scalar(scalar)) => gather(scalar, &rows),
        Some(Column::List(_) | Column::Unread) | None => Col::Vals(Vals::unknown(len)),
    }
}

fn gather(scalar: &Scalar, rows: &[u32]) -> Col {
    let none = |row: usize| scalar.none.as_ref().is_some_and(|none| row < none.len() && none.value(row));
    match &scalar.values {
        Values::Bool(values) => {
            let known = |row: usize| row < values.len() && values.is_valid(row);
            let bit = |f: &dyn Fn(usize) -> bool| {
                BooleanBuffer::collect_bool(rows.len(), |at| rows.get(at).is_some_and(|row| f(*row as usize)))
            };
            Col::Truth(Truth {
                must: bit(&|row| known(row) && values.value(row)),
                may: BooleanBuffer::collect_bool(rows.len(), |at| {
                    rows.get(at).is_none_or(|row| {
                        let row = *row as usize;
                        if known(row) { values.value(row) } else { !none(row) }
                    })
                }),
            })
        }
        Values::Int(values) => {
            let slice = values.values();
            let mut data = Vec::with_capacity(rows.len());
            let mut state = Vec::with_capacity(rows.len());
            for row in rows {
                let row = *row as usize;
                data.push(slice.get(row).copied().unwrap_or_default());
                state.push(state_of(row < values.len() && values.is_valid(row), none(row)));
            }
            Col::Vals(Vals { data: Data::Int(data), state, several: Vec::new() })
        }
        Values::Decimal(values) => {
            let slice = values.values();
            let mut data = Vec::with_capacity(rows.len());
            let mut state = Vec::with_capacity(rows.len());
            for row in rows {
                let row = *row as usize;
                data.push(slice.get(row).copied().unwrap_or_default());
                state.push(state_of(row < values.len() && values.is_valid(row), none(row)));
            }
            Col::Vals(Vals { data: Data::Decimal(data), state, several: Vec::new() })
        }
    }
}

const fn state_of(known: bool, none: bool) -> State {
    if none {
        State::None
    } else if known {
        State::Known
    } else {
        State::Unknown
    }
}

fn all(frame: &Frame<'_>, items: &[NodeId], and: bool) -> Truth {
    let mut result = Truth::constant(frame.len(), Could::certain(and));
    for item in items {
        let next = frame.truth(*item);
        result = if and { result.and(&next) } else { result.or(&next) };
    }
    result
}

/// The order of a type's values.
#[must_use]
pub fn with_order<T>(frame: &Frame<'_>, base: &Type, f: impl FnOnce(Order<'_>) -> T) -> T {
    if matches!(base, Type::Version) {
        let text = |raw: Raw| raw.int().map(|symbol| frame.env.text(symbol));
        f(&|a, b| match (text(a), text(b)) {
            (Some(a), Some(b)) => super::version::compare(&a, &b),
            _ => numeric(a, b),
        })
    } else {
        f(&numeric)
    }
}

fn comparison(frame: &Frame<'_>, op: CompareOp, a: NodeId, b: NodeId) -> Truth {
    let len = frame.len();
    let (left, right) = (frame.eval(a), frame.eval(b));
    let base = match frame.env.base(a) {
        Type::Nothing => frame.env.base(b),
        other => other,
    };
    if let (Col::Vals(x), Col::Vals(y)) = (&*left, &*right)
        && !matches!(base, Type::Version)
        && x.all_known()
        && y.all_known()
    {
        let bits = match (&x.data, &y.data) {
            (Data::Int(x), Data::Int(y)) => bits(x, y, op),
            (Data::Decimal(x), Data::Decimal(y)) => bits(x, y, op),
            _ => return Truth::constant(len, Could::UNKNOWN),
        };
        return Truth { must: bits.clone(), may: bits };
    }
    with_order(frame, base, |order| {
        Truth::collect(len, |row| compare(op, &poss(&left, row), &poss(&right, row), order))
    })
}

fn bits<T: Ord>(x: &[T], y: &[T], op: CompareOp) -> BooleanBuffer {
    let mut pairs = x.iter().zip(y);
    BooleanBuffer::collect_bool(x.len().min(y.len()), |_| pairs.next().is_some_and(|(a, b)| holds(op, a.cmp(b))))
}

/// A condition on a text, worked out once for each distinct one.
fn texts(frame: &Frame<'_>, x: NodeId, test: impl Fn(&str) -> bool) -> Truth {
    let vals = frame.vals(x);
    let mut seen: HashMap<i64, bool> = HashMap::new();
    let mut check =
        |raw: Raw| raw.int().is_some_and(|symbol| *seen.entry(symbol).or_insert_with(|| test(&frame.env.text(symbol))));
    Truth::collect(frame.len(), |row| match vals.at(row) {
        Poss::One(raw) => Could::certain(check(raw)),
        Poss::Set(values) => {
            values.iter().fold(Could::default(), |could, raw| could.or_else(Could::certain(check(*raw))))
        }
        Poss::Range(..) | Poss::Any => Could::UNKNOWN,
    })
}

/// `*` is any text, `?` one character; linear in the product of the lengths, without recursion.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

fn is(frame: &Frame<'_>, x: NodeId, presence: Presence) -> Truth {
    let len = frame.len();
    if let Some(Op::Field(var, field)) = frame.env.node(x).map(|node| &node.op)
        && let Some(Column::List(_)) = frame.env.table(*var).and_then(|table| table.column(*field))
    {
        return list_presence(frame, *var, *field, presence);
    }
    let col = frame.eval(x);
    let text = matches!(frame.env.base(x), Type::String | Type::Version | Type::Zone);
    Truth::collect(len, |row| {
        let value = poss(&col, row).one();
        Could::certain(match presence {
            Presence::Known => value.is_some(),
            Presence::Unknown => value.is_none(),
            Presence::Given => match value {
                None | Some(Raw::None) => false,
                Some(Raw::Int(symbol)) if text => !frame.env.text(symbol).trim().is_empty(),
                Some(_) => true,
            },
        })
    })
}

fn list_presence(frame: &Frame<'_>, var: VarId, field: FieldId, presence: Presence) -> Truth {
    let (Some(rows), Some(table)) = (frame.rows(var), frame.env.table(var)) else {
        return Truth::constant(frame.len(), Could::certain(presence == Presence::Unknown));
    };
    let Some(Column::List(list)) = table.column(field) else {
        return Truth::constant(frame.len(), Could::certain(presence == Presence::Unknown));
    };
    Truth::collect(frame.len(), |at| {
        let row = rows.get(at).map_or(usize::MAX, |row| *row as usize);
        let range =
            list.offsets.get(row).copied().unwrap_or(0)..list.offsets.get(row.wrapping_add(1)).copied().unwrap_or(0);
        let phantom = |inner: u32| {
            let inner = inner as usize;
            inner < list.rows.phantom.len() && list.rows.phantom.value(inner)
        };
        let complete = row < table.len && !range.clone().any(phantom);
        let some = range.clone().any(|inner| !phantom(inner));
        Could::certain(match presence {
            Presence::Known => complete,
            Presence::Unknown => !complete,
            Presence::Given => some,
        })
    })
}

/// Builds a column row by row from others.
fn choose(frame: &Frame<'_>, base: &Type, nodes: &[NodeId], f: impl Fn(usize, &[Arc<Col>]) -> Poss) -> Col {
    let cols: Vec<Arc<Col>> = nodes.iter().map(|node| as_length(frame, base, *node)).collect();
    build(frame.len(), base, |row| f(row, &cols))
}

/// A column of a type, row by row.
pub fn build(len: usize, base: &Type, mut f: impl FnMut(usize) -> Poss) -> Col {
    if matches!(base, Type::Bool) {
        return Col::Truth(Truth::collect(len, |row| match f(row) {
            Poss::One(Raw::Int(value)) => Could::certain(value != 0),
            _ => Could::UNKNOWN,
        }));
    }
    let mut builder = ValsBuilder::new(len, is_decimal(base));
    for row in 0..len {
        builder.push(f(row));
    }
    Col::Vals(builder.finish())
}

/// A node's column, where a duration stands among calendar spans as one of these.
fn as_length(frame: &Frame<'_>, base: &Type, node: NodeId) -> Arc<Col> {
    if matches!(base, Type::Span) && matches!(frame.env.base(node), Type::Duration) {
        let vals = frame.vals(node);
        return Arc::new(build(frame.len(), base, |row| {
            vals.at(row).map(|raw| Some(length::from_duration(raw)), Some(Raw::None))
        }));
    }
    frame.eval(node)
}

fn conditional(frame: &Frame<'_>, base: &Type, condition: NodeId, a: NodeId, b: NodeId) -> Col {
    let truth = frame.truth(condition);
    if matches!(base, Type::Bool) {
        let (a, b) = (frame.truth(a), frame.truth(b));
        let not = truth.not();
        return Col::Truth(Truth {
            must: &(&(&truth.must & &a.must) | &(&not.must & &b.must)) | &(&a.must & &b.must),
            may: &(&truth.may & &a.may) | &(&not.may & &b.may),
        });
    }
    choose(frame, base, &[a, b], |row, cols| {
        let side = |at: usize| cols.get(at).map_or(Poss::Any, |col| poss(col, row));
        match (truth.must_at(row), truth.may_at(row)) {
            (true, _) => side(0),
            (false, false) => side(1),
            (false, true) => side(0).union(&side(1)),
        }
    })
}

/// A text that is put together and longer than this, in bytes, is unknown.
const LONGEST_TEXT: usize = 1 << 16;

fn text(frame: &Frame<'_>, parts: &[TextPart]) -> Vals {
    let cols: Vec<Option<(Arc<Col>, NodeId)>> = parts
        .iter()
        .map(|part| match part {
            TextPart::Text(_) => None,
            TextPart::Hole(node) => Some((frame.eval(*node), *node)),
        })
        .collect();
    let mut builder = ValsBuilder::new(frame.len(), false);
    for row in 0..frame.len() {
        let mut result = Some(String::new());
        for (part, col) in parts.iter().zip(&cols) {
            match (part, col) {
                (TextPart::Text(text), _) => {
                    if let Some(result) = &mut result {
                        result.push_str(text);
                    }
                }
                (TextPart::Hole(_), Some((col, node))) => {
                    let printed = poss(col, row).one().map(|raw| display::raw(frame.env, frame.env.base(*node), raw));
                    // `let`s that name each other twice can double a text again and again.
                    result = result.zip(printed).map(|(a, b)| a + &b).filter(|text| text.len() <= LONGEST_TEXT);
                }
                (TextPart::Hole(_), None) => result = None,
            }
        }
        builder.push(result.map_or(Poss::Any, |text| Poss::One(Raw::Int(frame.env.symbol(&text)))));
    }
    builder.finish()
}

fn cvss(frame: &Frame<'_>, a: NodeId, question: &super::cvss::Question<'_>) -> Vals {
    let vals = frame.vals(a);
    let env = frame.env;
    let mut builder = ValsBuilder::new(frame.len(), is_decimal(question.ty));
    for row in 0..frame.len() {
        let value = vals.certain(row).and_then(Raw::int).and_then(|id| env.scores.part(env, id, question));
        builder.push(value.map_or(Poss::Any, Poss::One));
    }
    builder.finish()
}

fn triage(frame: &Frame<'_>, block: Option<u16>, field: TriageField, var: VarId) -> Col {
    use crate::check::schema::TableId;
    let env = frame.env;
    let len = frame.len();
    let of_asset = env.program.vars.get(usize::from(var.0)).is_some_and(|v| v.table == TableId::ASSET);
    let base = if matches!(field, TriageField::Overdue) { Type::Bool } else { Type::Time };
    let column = match block {
        Some(block) => env.triage.get(usize::from(block)).filter(|b| b.counts).map(|b| match (field, of_asset) {
            (TriageField::Level, false) => &b.level,
            (TriageField::Level, true) => &b.asset_level,
            (TriageField::Due, false) => &b.due,
            (TriageField::Due, true) => &b.asset_due,
            (TriageField::Overdue, false) => b.late(),
            (TriageField::Overdue, true) => b.asset_late(),
        }),
        None => match (field, &env.late) {
            (TriageField::Overdue, Some((finding, asset))) => Some(if of_asset { asset } else { finding }),
            _ if of_asset => env.asset_due.as_ref(),
            _ => env.due.as_ref(),
        },
    };
    let Some(rows) = frame.rows(var) else { return unknown(&base, len) };
    let Some(column) = column else {
        // Out of force: there is no level and nothing is due.
        let none = Vals::constant(len, Raw::None);
        return match field {
            TriageField::Level | TriageField::Due => Col::Vals(none),
            TriageField::Overdue => Col::Truth(Truth::constant(len, Could::certain(false))),
        };
    };
    let vals = column.gather(&super::column::Rows::These(rows), len);
    match field {
        TriageField::Level | TriageField::Due => Col::Vals(vals),
        TriageField::Overdue => Col::Truth(overdue(&vals, env.now.micros())),
    }
}

/// Whether each due time lies before `now`, strictly.
#[must_use]
pub fn overdue(due: &Vals, now: i64) -> Truth {
    let now = Poss::One(Raw::Int(now));
    Truth::collect(due.len(), |row| compare(CompareOp::Lt, &due.at(row), &now, &numeric))
}
