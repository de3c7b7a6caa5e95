//! Evaluates one node for the rows of a frame.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, BooleanArray};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, ScalarBuffer};

use crate::check::program::{CompareOp, Const, NodeId, Op, TriageField, VarId};
use crate::check::schema::FieldId;
use crate::check::types::Type;
use crate::facts::table::{Column, Scalar, Values};
use crate::syntax::expr::Presence;

use super::column::{Col, Data, State, Truth, Vals, ValsBuilder};
use super::frame::{Frame, poss};
use super::mask::{self, Marks, Span};
use super::value::{Could, Order, Poss, Raw, compare, numeric};
use super::{arith, length, quant, table, texts};

/// Evaluates `id` for every row of `frame`.
#[must_use]
pub fn compute(frame: &Frame<'_>, id: NodeId) -> Col {
    let len = frame.len();
    let Some(node) = frame.env.node(id) else { return Col::Truth(Truth::constant(len, Could::UNKNOWN)) };
    if let Some(truth) = super::few::truth(frame, id) {
        return Col::Truth(truth);
    }
    let base = &node.ty.base;
    match &node.op {
        Op::Const(Const::Bool(value)) => Col::Truth(Truth::constant(len, Could::certain(*value))),
        Op::Const(value) => Col::Vals(match frame.env.constant_at(id, value, base) {
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
        Op::Like(..) | Op::Matches(..) => {
            Col::Truth(texts::holds(frame, id, None).unwrap_or_else(|| Truth::constant(len, Could::UNKNOWN)))
        }
        Op::Is(x, presence) => Col::Truth(is(frame, *x, *presence)),
        Op::Default(x, d, _) => choose(frame, base, &[*x, *d], |row, cols| {
            let first = cols.first().map_or(Poss::Any, |c| poss(c, row));
            if first.one().is_some() { first } else { cols.get(1).map_or(Poss::Any, |c| poss(c, row)) }
        }),
        Op::If(condition, a, b) => conditional(frame, base, *condition, *a, *b),
        Op::Arith(op, a, b) => Col::Vals(arith::arith(frame, base, *op, *a, *b)),
        Op::Neg(a) => Col::Vals(arith::negate(frame, *a)),
        Op::Text(parts) => Col::Vals(texts::together(frame, parts)),
        Op::Quant(kind, var, list, filter, body) => {
            let parts = quant::Parts { id, kind: *kind, var: *var, list, filter: *filter, body: *body };
            Col::Truth(quant::quantifier(frame, &parts))
        }
        Op::Agg { kind, value, var, list, filter, empty } => {
            let parts = super::agg::Parts { id, value: *value, var: *var, list, filter: *filter, empty: *empty };
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
        Op::Plugin(asked, inputs) => super::plugin::ask(frame, base, *asked, inputs),
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

/// Reads a field of the rows that a variable stands for.
fn read(frame: &Frame<'_>, var: VarId, field: FieldId) -> Col {
    let len = frame.len();
    let (Some((rows, span)), Some(table)) = (frame.rows_in_span(var), frame.env.table(var)) else {
        return Col::Vals(Vals::unknown(len));
    };
    match table.column(field) {
        Some(Column::Scalar(scalar)) => gather(scalar, &rows, &span),
        Some(Column::List(_) | Column::Unread) | None => Col::Vals(Vals::unknown(len)),
    }
}

fn gather(scalar: &Scalar, rows: &[u32], span: &Span) -> Col {
    match &scalar.values {
        Values::Bool(values) => Col::Truth(gather_bools(values, scalar.none.as_ref(), rows, span)),
        Values::Int(values) => {
            let data = Data::Int(picked(values.values(), rows, span));
            Col::Vals(gathered(data, values.nulls(), scalar.none.as_ref(), (rows, span), values.len()))
        }
        Values::Decimal(values) => {
            let data = Data::Decimal(picked(values.values(), rows, span));
            Col::Vals(gathered(data, values.nulls(), scalar.none.as_ref(), (rows, span), values.len()))
        }
    }
}

/// The values at some rows; anything for one beyond the end.
fn picked<T: ArrowNativeType>(values: &ScalarBuffer<T>, rows: &[u32], span: &Span) -> ScalarBuffer<T> {
    match span.run_below(values.len()) {
        Some(run) => values.slice(run.start, run.len()),
        None => rows.iter().map(|row| values.get(*row as usize).copied().unwrap_or_default()).collect(),
    }
}

/// So many rows are looked at one by one.
const FEW: usize = 8;

/// Whether every row is known, by the nulls of a column of that length.
fn are_known(nulls: Option<&NullBuffer>, rows: &[u32], span: &Span, len: usize) -> bool {
    if span.all.end > len {
        return false;
    }
    let is_valid = |nulls: &NullBuffer| {
        if span.all.len() <= FEW {
            return span.all.clone().all(|row| nulls.is_valid(row))
                || (span.run.is_none() && rows.iter().all(|row| nulls.is_valid(*row as usize)));
        }
        // Where nothing from the least to the greatest is unknown, no row has to be looked at.
        nulls.slice(span.all.start, span.all.len()).null_count() == 0
            || (span.run.is_none() && rows.iter().fold(true, |so_far, row| so_far & nulls.is_valid(*row as usize)))
    };
    nulls.is_none_or(is_valid)
}

/// Values at some rows of a column of facts, with what is known of them.
fn gathered(
    data: Data,
    nulls: Option<&NullBuffer>,
    none: Option<&BooleanBuffer>,
    (rows, span): (&[u32], &Span),
    len: usize,
) -> Vals {
    if are_known(nulls, rows, span, len) {
        return Vals::known(data);
    }
    let state = |row: &u32| {
        let row = *row as usize;
        let known = row < len && nulls.is_none_or(|nulls| nulls.is_valid(row));
        state_of(known, none.is_some_and(|none| row < none.len() && none.value(row)))
    };
    Vals::new(data, rows.iter().map(state).collect(), Vec::new())
}

fn gather_bools(values: &BooleanArray, none: Option<&BooleanBuffer>, rows: &[u32], span: &Span) -> Truth {
    let bits = match span.run_below(values.len()) {
        Some(run) => values.values().slice(run.start, run.len()),
        None => mask::gather(values.values(), rows),
    };
    if are_known(values.nulls(), rows, span, values.len()) {
        return Truth::sure(bits);
    }
    let valid = match values.nulls() {
        None => mask::of(rows, |row| (row as usize) < values.len()),
        Some(nulls) => mask::gather(nulls.inner(), rows),
    };
    if mask::every(&valid) {
        return Truth::sure(bits);
    }
    let must = mask::and(&bits, &valid);
    // What is `none` is no yes.
    let unknown = match none {
        Some(none) => mask::but(&mask::not(&valid), &mask::gather(none, rows)),
        None => mask::not(&valid),
    };
    Truth { may: mask::or(&must, &unknown), must }
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

/// `and` or `or` of conditions. What holds for all rows alike is asked first, and nothing more where that decides.
fn all(frame: &Frame<'_>, items: &[NodeId], and: bool) -> Truth {
    let mut result: Option<Truth> = None;
    let of = |own: bool| items.iter().copied().filter(move |item| frame.reads_own(*item) == own);
    let ordered = || of(false).chain(of(true));
    // Plugins are asked last, and only of the rows that nothing else has decided.
    let plain = ordered().filter(|item| !frame.env.asks(*item));
    for item in plain.chain(ordered().filter(|item| frame.env.asks(*item))) {
        let next = match &result {
            Some(so_far) if and => frame.truth_where(item, || so_far.may.clone()),
            Some(so_far) => frame.truth_where(item, || mask::not(&so_far.must)),
            None => frame.truth(item),
        };
        let so_far = match result {
            None => next,
            Some(so_far) if and => so_far.and(&next),
            Some(so_far) => so_far.or(&next),
        };
        let decided = if and { !mask::any(&so_far.may) } else { mask::every(&so_far.must) };
        if decided {
            return Truth::constant(frame.len(), Could::certain(!and));
        }
        result = Some(so_far);
    }
    result.unwrap_or_else(|| Truth::constant(frame.len(), Could::certain(and)))
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
    let base = match frame.env.base(a) {
        Type::Nothing => frame.env.base(b),
        other => other,
    };
    let slowly = || {
        let (left, right) = (frame.eval(a), frame.eval(b));
        move |order: Order<'_>, row: usize| compare(op, &poss(&left, row), &poss(&right, row), order)
    };
    if !matches!(base, Type::Version)
        && let Some((bits, others)) = quickly(frame, op, a, b)
    {
        let slowly = slowly();
        return Truth::sure_but(bits, others.into_iter(), |row| slowly(&numeric, row));
    }
    if matches!(base, Type::Version)
        && let Some(truth) = by_version(frame, op, a, b)
    {
        return truth;
    }
    let slowly = slowly();
    with_order(frame, base, |order| Truth::collect(frame.len(), |row| slowly(order, row)))
}

/// A comparison of versions with one that is written out: each version that there is is compared once, however many rows have it.
fn by_version(frame: &Frame<'_>, op: CompareOp, a: NodeId, b: NodeId) -> Option<Truth> {
    let (x, op, value) = match (fixed(frame, b), fixed(frame, a)) {
        (Some(value), _) => (a, op, value),
        (None, Some(value)) => (b, op.turned(), value),
        (None, None) => return None,
    };
    let base = &Type::Version;
    let col = frame.eval(x);
    let Col::Vals(vals) = &*col else { return None };
    let Data::Int(symbols) = vals.data() else { return None };
    let right = Poss::One(value);
    let could = |left: &Poss| with_order(frame, base, |order| compare(op, left, &right, order));
    let holds = |symbol: i64| !could(&Poss::One(Raw::Int(symbol))).be_false;
    let mask = match frame.partition(x) {
        Some(partition) => partition.chosen(|value| value.int().is_some_and(holds)),
        None => {
            let mut known: HashMap<i64, bool, super::frame::ByNumber> = HashMap::default();
            let mut marks = Marks::new(vals.len());
            for (row, symbol) in symbols.iter().enumerate() {
                if *known.entry(*symbol).or_insert_with(|| holds(*symbol)) {
                    marks.set(row);
                }
            }
            marks.finish()
        }
    };
    Some(Truth::sure_but(mask, vals.others(), |row| could(&vals.at(row))))
}

/// A comparison of values that are kept as numbers: right where both sides are known, and the rows where one is not.
fn quickly(frame: &Frame<'_>, op: CompareOp, a: NodeId, b: NodeId) -> Option<(BooleanBuffer, Vec<usize>)> {
    if let Some(value) = fixed(frame, b) {
        return against(frame, op, a, value);
    }
    if let Some(value) = fixed(frame, a) {
        return against(frame, op.turned(), b, value);
    }
    let (left, right) = (frame.eval(a), frame.eval(b));
    let (Col::Vals(x), Col::Vals(y)) = (&*left, &*right) else { return None };
    let bits = match (x.data(), y.data()) {
        (Data::Int(x), Data::Int(y)) => compared(x, y, op),
        (Data::Decimal(x), Data::Decimal(y)) => compared(x, y, op),
        _ => return None,
    };
    if x.is_plain() && y.is_plain() {
        return Some((beside_none(bits, op, x, y), Vec::new()));
    }
    let mut others: Vec<usize> = x.others().chain(y.others()).collect();
    if !x.all_known() && !y.all_known() {
        others.sort_unstable();
        others.dedup();
    }
    Some((bits, others))
}

/// A column against one value.
fn against(frame: &Frame<'_>, op: CompareOp, x: NodeId, value: Raw) -> Option<(BooleanBuffer, Vec<usize>)> {
    let col = frame.eval(x);
    let Col::Vals(vals) = &*col else { return None };
    let partition = || if value.is_none() { None } else { frame.partition(x) };
    let bits = match (partition(), vals.data(), value) {
        (Some(partition), ..) => partition.compared(op, value)?,
        (None, _, Raw::None) => mask::all(vals.len(), matches!(op, CompareOp::Ne)),
        (None, Data::Int(values), Raw::Int(value)) => held_against(values, value, op),
        (None, Data::Decimal(values), Raw::Decimal(value)) => held_against(values, value, op),
        _ => return None,
    };
    let Some(states) = vals.states().filter(|_| vals.is_plain()) else { return Some((bits, vals.others().collect())) };
    let known = is_known(states);
    // Nothing equals `none` but `none`, and nothing lies before or after it.
    let bits = match (op, value) {
        (CompareOp::Eq, Raw::None) => mask::not(&known),
        (CompareOp::Ne, Raw::None) => known,
        (CompareOp::Ne, _) => mask::or(&bits, &mask::not(&known)),
        _ => mask::and(&bits, &known),
    };
    Some((bits, Vec::new()))
}

/// Where there is a value.
fn is_known(states: &[State]) -> BooleanBuffer {
    mask::of(states, |state| state == State::Known)
}

/// What a comparison is where each side is a value or `none`, from what it is where both are values.
fn beside_none(bits: BooleanBuffer, op: CompareOp, x: &Vals, y: &Vals) -> BooleanBuffer {
    if x.all_known() && y.all_known() {
        return bits;
    }
    let known = |vals: &Vals| vals.states().map_or_else(|| mask::all(vals.len(), true), is_known);
    let (x, y) = (known(x), known(y));
    let both = mask::and(&bits, &mask::and(&x, &y));
    match op {
        CompareOp::Eq => mask::or(&both, &mask::not(&mask::or(&x, &y))),
        CompareOp::Ne => mask::or(&both, &mask::or(&mask::but(&x, &y), &mask::but(&y, &x))),
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => both,
    }
}

/// The value of a node that is the same everywhere, and known.
#[must_use]
pub fn fixed(frame: &Frame<'_>, id: NodeId) -> Option<Raw> {
    let node = frame.env.node(id)?;
    match &node.op {
        Op::Const(Const::Bool(_)) => None,
        Op::Const(value) => frame.env.constant_at(id, value, &node.ty.base),
        Op::Now => Some(Raw::Int(frame.env.now.micros())),
        _ => None,
    }
}

// One loop for each operator: the compiler then compares several values at once.
fn held_against<T: Ord + Copy>(values: &[T], value: T, op: CompareOp) -> BooleanBuffer {
    match op {
        CompareOp::Eq => mask::of(values, |x| x == value),
        CompareOp::Ne => mask::of(values, |x| x != value),
        CompareOp::Lt => mask::of(values, |x| x < value),
        CompareOp::Le => mask::of(values, |x| x <= value),
        CompareOp::Gt => mask::of(values, |x| x > value),
        CompareOp::Ge => mask::of(values, |x| x >= value),
    }
}

fn compared<T: Ord + Copy>(x: &[T], y: &[T], op: CompareOp) -> BooleanBuffer {
    match op {
        CompareOp::Eq => mask::of_pairs(x, y, |a, b| a == b),
        CompareOp::Ne => mask::of_pairs(x, y, |a, b| a != b),
        CompareOp::Lt => mask::of_pairs(x, y, |a, b| a < b),
        CompareOp::Le => mask::of_pairs(x, y, |a, b| a <= b),
        CompareOp::Gt => mask::of_pairs(x, y, |a, b| a > b),
        CompareOp::Ge => mask::of_pairs(x, y, |a, b| a >= b),
    }
}

fn is(frame: &Frame<'_>, x: NodeId, presence: Presence) -> Truth {
    let len = frame.len();
    if let Some(Op::Field(var, field)) = frame.env.node(x).map(|node| &node.op)
        && let Some(Column::List(_)) = frame.env.table(*var).and_then(|table| table.column(*field))
    {
        return list_presence(frame, *var, *field, presence);
    }
    let col = frame.eval(x);
    // A set that a check answers is kept as a text, which is empty where the set is.
    let text = matches!(frame.env.base(x), Type::String | Type::Version | Type::Zone | Type::Set(_));
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
        let (a, b) = (frame.truth_where(a, || truth.may.clone()), frame.truth_where(b, || !&truth.must));
        let not = truth.not();
        return Col::Truth(Truth {
            must: &(&(&truth.must & &a.must) | &(&not.must & &b.must)) | &(&a.must & &b.must),
            may: &(&truth.may & &a.may) | &(&not.may & &b.may),
        });
    }
    if truth.is_sure()
        && let [Col::Vals(a), Col::Vals(b)] = [&*as_length(frame, base, a), &*as_length(frame, base, b)]
        && a.is_plain()
        && b.is_plain()
    {
        if let Some(chosen) = Vals::chosen(&truth.must, a, b) {
            return Col::Vals(chosen);
        }
        let mut builder = ValsBuilder::new(frame.len(), is_decimal(base));
        for row in 0..frame.len() {
            builder.push_one(if truth.must.value(row) { a.certain(row) } else { b.certain(row) });
        }
        return Col::Vals(builder.finish());
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
    let slowly = |row| compare(CompareOp::Lt, &due.at(row), &Poss::One(Raw::Int(now)), &numeric);
    match due.ints() {
        Some(times) if due.is_plain() => {
            let late = held_against(times, now, CompareOp::Lt);
            Truth::sure(due.states().map_or_else(|| late.clone(), |states| mask::and(&late, &is_known(states))))
        }
        Some(times) => Truth::sure_but(held_against(times, now, CompareOp::Lt), due.others(), slowly),
        None => Truth::collect(due.len(), slowly),
    }
}
