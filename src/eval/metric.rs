//! Metrics: the latest measurement of a series, as far as it is known which that is.
//!
//! A series is told apart by its labels and its asset. Of each the latest sample counts that is not after `now` and not stale; where several
//! series are about one subject, each of their values is possible. A sample of which it is not known when it was taken or what of may be the
//! latest, or not.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use crate::check::program::{Metric, VarId};
use crate::check::schema::TableId;
use crate::check::types::Type;
use crate::facts::samples::label;
use crate::facts::table::{Cause, Column, Scalar, TableData};

use super::arms::bit;
use super::column::{Col, Vals};
use super::decision::UnknownFact;
use super::env::Env;
use super::expr::build;
use super::frame::{Frame, poss, truth_vals};
use super::quant::{element_frame, elements, scalar_at};
use super::value::{Poss, Raw};

/// The samples of the input, by metric.
#[derive(Debug, Default)]
pub struct Samples {
    /// Whether there may be more than were read.
    incomplete: bool,
    /// The rows of each series' name.
    named: HashMap<i64, Vec<u32>>,
    /// The rows of which not even the name is known.
    nameless: Vec<u32>,
    /// By metric of the program.
    prepared: Vec<OnceLock<Prepared>>,
}

/// What a sample is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Subject {
    /// One asset, or none in particular.
    asset: Option<i64>,
    /// The item that its label names, where the metric's series are told apart by one.
    item: Option<i64>,
}

/// One metric's samples, put in order.
#[derive(Debug, Default)]
struct Prepared {
    /// What the latest samples of all series about a subject say.
    latest: HashMap<Subject, Poss>,
    /// Samples that may count.
    loose: Vec<Loose>,
}

/// A sample of which it is not known whether it is the latest of a series.
#[derive(Debug)]
struct Loose {
    /// The asset; none where that is not known, and none inside where it names none.
    asset: Option<Option<i64>>,
    /// The items that it may be about; none where it may be any.
    items: Option<Vec<i64>>,
    value: Poss,
}

/// The columns of the table of samples.
struct Reader<'e, 'f> {
    env: &'e Env<'f>,
    rows: &'f TableData,
}

impl Samples {
    /// Sorts the samples of the input by the name of their series.
    #[must_use]
    pub fn read(env: &Env<'_>) -> Self {
        let facts = env.facts;
        let given = facts.given.contains(&TableId::SAMPLE) && !facts.others_incomplete.contains(&TableId::SAMPLE);
        let mut samples = Self {
            incomplete: !given,
            prepared: env.program.metrics.iter().map(|_| OnceLock::new()).collect(),
            ..Self::default()
        };
        let Some(reader) = Reader::new(env) else { return samples };
        for row in 0..u32::try_from(reader.rows.len).unwrap_or(u32::MAX) {
            if bit(&reader.rows.phantom, row as usize) {
                continue;
            }
            match reader.value("metric", row) {
                Poss::One(Raw::Int(name)) => samples.named.entry(name).or_default().push(row),
                _ => samples.nameless.push(row),
            }
        }
        samples
    }

    fn prepared(&self, env: &Env<'_>, index: u16) -> Option<&Prepared> {
        let metric = env.program.metrics.get(usize::from(index))?;
        let slot = self.prepared.get(usize::from(index))?;
        Some(slot.get_or_init(|| self.prepare(env, metric)))
    }

    fn prepare(&self, env: &Env<'_>, metric: &Metric) -> Prepared {
        let mut prepared = Prepared::default();
        let Some(reader) = Reader::new(env) else { return prepared };
        let now = env.now.micros();
        let oldest = metric.stale.map_or(i64::MIN, |stale| now.saturating_sub(stale));
        let own = self.named.get(&env.symbol(&metric.series)).map_or(&[][..], Vec::as_slice);
        // Of each series the latest time, and what its samples of that time say.
        let mut series: HashMap<(Subject, Vec<i64>), (i64, Poss)> = HashMap::new();
        let all = own.iter().map(|row| (*row, true)).chain(self.nameless.iter().map(|row| (*row, false)));
        for (row, named) in all {
            let at = match reader.value("at", row) {
                Poss::One(Raw::Int(at)) if at > now || at < oldest => continue,
                Poss::One(Raw::Int(at)) => Some(at),
                _ => None,
            };
            let asset = match reader.value("asset", row) {
                Poss::One(raw) => Some(raw.int()),
                _ => None,
            };
            let (labels, open) = reader.labels(row);
            let items = metric.of.as_ref().map(|of| reader.items(&labels, &of.label));
            if items.as_ref().is_some_and(Vec::is_empty) && !open {
                continue;
            }
            let value = converted(&metric.ty.base, &reader.value("value", row));
            let item = match &items {
                None => Some(None),
                Some(items) => match items.as_slice() {
                    [one] => Some(Some(*one)),
                    _ => None,
                },
            };
            match (named, at, asset, item, open) {
                (true, Some(at), Some(asset), Some(item), false) => {
                    let key = (Subject { asset, item }, labels);
                    let latest = series.entry(key).or_insert_with(|| (at, value.clone()));
                    if at > latest.0 {
                        *latest = (at, value);
                    } else if at == latest.0 {
                        latest.1 = latest.1.union(&value);
                    }
                }
                _ => prepared.loose.push(Loose { asset, items: items.filter(|_| !open), value }),
            }
        }
        for ((subject, _), (_, value)) in series {
            let so_far = prepared.latest.entry(subject).or_insert_with(|| value.clone());
            *so_far = so_far.union(&value);
        }
        prepared
    }
}

impl Prepared {
    /// What is known of one subject: of the item, for the asset; an asset that is not known may be any.
    fn of(&self, asset: Option<i64>, item: Option<i64>) -> Poss {
        let certain: Option<Poss> = match asset {
            Some(_) => [None, asset]
                .into_iter()
                .filter_map(|asset| self.latest.get(&Subject { asset, item }).cloned())
                .reduce(|a, b| a.union(&b)),
            None => {
                let all = self.latest.iter().filter(|(subject, _)| subject.item == item);
                all.map(|(_, value)| value.clone()).reduce(|a, b| a.union(&b))
            }
        };
        let Some(certain) = certain else { return Poss::Any };
        let about = |loose: &&Loose| {
            let of_asset = match (loose.asset, asset) {
                (Some(Some(named)), Some(asset)) => named == asset,
                _ => true,
            };
            of_asset && item.is_none_or(|item| loose.items.as_ref().is_none_or(|items| items.contains(&item)))
        };
        self.loose.iter().filter(about).fold(certain, |value, loose| value.union(&loose.value))
    }
}

impl<'e, 'f> Reader<'e, 'f> {
    fn new(env: &'e Env<'f>) -> Option<Self> {
        Some(Self { env, rows: env.rows_of(TableId::SAMPLE)? })
    }

    fn scalar(&self, name: &str) -> Option<&'f Scalar> {
        let (field, _) = self.env.program.schema.find(TableId::SAMPLE, name)?;
        match self.rows.column(field)? {
            Column::Scalar(scalar) => Some(scalar),
            Column::List(_) | Column::Unread => None,
        }
    }

    fn value(&self, name: &str, row: u32) -> Poss {
        self.scalar(name).map_or(Poss::Any, |scalar| scalar_at(scalar, row as usize))
    }

    /// The labels, sorted, and whether there may be others.
    fn labels(&self, row: u32) -> (Vec<i64>, bool) {
        let field = self.env.program.schema.find(TableId::SAMPLE, "labels").map(|(field, _)| field);
        let Some(Column::List(list)) = field.and_then(|field| self.rows.column(field)) else {
            return (Vec::new(), true);
        };
        let at = row as usize;
        let range = list.offsets.get(at).copied().unwrap_or(0)..list.offsets.get(at + 1).copied().unwrap_or(0);
        let values = match list.rows.columns.first() {
            Some(Column::Scalar(values)) => Some(values),
            _ => None,
        };
        let (mut labels, mut open) = (Vec::new(), false);
        for row in range {
            match values.map(|values| scalar_at(values, row as usize)) {
                Some(Poss::One(Raw::Int(label))) if !bit(&list.rows.phantom, row as usize) => labels.push(label),
                _ => open = true,
            }
        }
        labels.sort_unstable();
        (labels, open)
    }

    /// The items that a label names.
    fn items(&self, labels: &[i64], name: &str) -> Vec<i64> {
        let prefix = label(name, "");
        let text = |symbol: &i64| self.env.text(*symbol);
        let named = |symbol| text(symbol).strip_prefix(&prefix).map(|value| self.env.symbol(value));
        labels.iter().filter_map(named).collect()
    }
}

/// A number as the metric's type has it: a length of time is measured in seconds.
fn converted(base: &Type, value: &Poss) -> Poss {
    const THOUSAND: i128 = 1_000;
    value.map(
        |raw| match (base, raw) {
            (Type::Duration, Raw::Decimal(billionths)) => {
                let (micros, rest) = (billionths.div_euclid(THOUSAND), billionths.rem_euclid(THOUSAND));
                let up = rest > THOUSAND / 2 || (rest == THOUSAND / 2 && micros % 2 != 0);
                i64::try_from(micros.checked_add(i128::from(up))?).ok().map(Raw::Int)
            }
            (Type::Int, Raw::Decimal(_)) => raw.decimal()?.to_int().map(Raw::Int),
            _ => Some(raw),
        },
        None,
    )
}

/// The items of which the series of a metric are, in each row: none in a row is one that is not known.
fn items(frame: &Frame<'_>, metric: &Metric) -> Option<Vec<Vec<Option<i64>>>> {
    let of = metric.of.as_ref()?;
    let mut rows = vec![Vec::new(); frame.len()];
    match (&of.list, of.element) {
        (Ok(list), Some((var, node))) => {
            for chunk in elements(frame, list).chunks(4096) {
                let inner = element_frame(frame, var, list, chunk);
                let names = inner.eval(node);
                for (at, element) in chunk.iter().enumerate() {
                    let Some(row) = rows.get_mut(element.parent as usize) else { continue };
                    let certain = !element.phantom && element.certain;
                    row.push(poss(&names, at).one().and_then(Raw::int).filter(|_| certain));
                }
            }
        }
        (Err(node), _) => {
            let col = frame.eval(*node);
            for (at, row) in rows.iter_mut().enumerate() {
                match poss(&col, at) {
                    Poss::One(raw) => row.extend(raw.int().map(Some)),
                    _ => row.push(None),
                }
            }
        }
        (Ok(_), None) => rows.iter_mut().for_each(|row| row.push(None)),
    }
    Some(rows)
}

/// The latest measurement of a metric for every row.
#[must_use]
pub fn read(frame: &Frame<'_>, base: &Type, index: u16) -> Vals {
    let env = frame.env;
    let samples = env.samples();
    let (false, Some(metric), Some(prepared)) =
        (samples.incomplete, env.program.metrics.get(usize::from(index)), samples.prepared(env, index))
    else {
        return Vals::unknown(frame.len());
    };
    let ids = ids(frame);
    let items = items(frame, metric);
    let mut seen: HashMap<(Option<i64>, Option<i64>), Poss> = HashMap::new();
    let mut of = |asset: Option<i64>, item: Option<i64>| -> Poss {
        seen.entry((asset, item)).or_insert_with(|| prepared.of(asset, item)).clone()
    };
    let col = build(frame.len(), base, |row| {
        let asset = ids.get(row).copied().flatten();
        match &items {
            None => of(asset, None),
            Some(items) => {
                let each = items.get(row).map_or(&[][..], Vec::as_slice).iter();
                let values = each.map(|item| item.map_or(Poss::Any, |item| of(asset, Some(item))));
                values.reduce(|a, b| a.union(&b)).unwrap_or(Poss::Any)
            }
        }
    });
    match col {
        Col::Vals(vals) => vals,
        Col::Truth(truth) => truth_vals(&truth),
    }
}

/// The id of each row's asset.
fn ids(frame: &Frame<'_>) -> Vec<Option<i64>> {
    let env = frame.env;
    let key = env.program.schema.find(TableId::ASSET, "id").and_then(|(field, _)| env.facts.assets.column(field));
    let (Some(rows), Some(Column::Scalar(scalar))) = (frame.rows(VarId::ASSET), key) else {
        return vec![None; frame.len()];
    };
    rows.iter().map(|row| scalar_at(scalar, *row as usize).one().and_then(Raw::int)).collect()
}

/// What is not known of a metric in one row: measurements that are missing or cannot be read, or that do not agree.
#[must_use]
pub fn missing(frame: &Frame<'_>, row: usize, index: u16) -> Vec<UnknownFact> {
    let env = frame.env;
    let samples = env.samples();
    let (Some(metric), Some(prepared)) = (env.program.metrics.get(usize::from(index)), samples.prepared(env, index))
    else {
        return Vec::new();
    };
    let fact = |fact: String, cause: Cause| UnknownFact { fact, cause: cause.as_str() };
    if samples.incomplete {
        return vec![fact("samples".to_owned(), Cause::Incomplete)];
    }
    let asset = ids(frame).get(row).copied().flatten();
    let each: Vec<Option<i64>> = match items(frame, metric) {
        None => vec![None],
        Some(items) => items
            .get(row)
            .map(|items| items.iter().filter(|item| item.is_some()).copied().collect())
            .unwrap_or_default(),
    };
    if each.is_empty() {
        return vec![fact(metric.name.clone(), Cause::Empty)];
    }
    let mut found = BTreeSet::new();
    for item in each {
        let name = item.map_or_else(|| metric.name.clone(), |item| format!("{}[{}]", metric.name, env.text(item)));
        match prepared.of(asset, item) {
            Poss::One(_) => {}
            Poss::Any => {
                found.insert(fact(name, prepared.cause(env, index, asset, item)));
            }
            Poss::Set(_) | Poss::Range(..) => {
                found.insert(fact(name, Cause::Disagreement));
            }
        }
    }
    if found.is_empty() {
        found.insert(fact(metric.name.clone(), Cause::Disagreement));
    }
    found.into_iter().collect()
}

impl Prepared {
    /// Why nothing is known of a subject: a sample of it cannot be read, or there is none.
    fn cause(&self, env: &Env<'_>, index: u16, asset: Option<i64>, item: Option<i64>) -> Cause {
        let read = |subject: &Subject| {
            subject.item == item && (asset.is_none() || subject.asset.is_none() || subject.asset == asset)
        };
        let fresh = self.latest.keys().any(read);
        if fresh { unreadable(env, index).unwrap_or(Cause::Malformed) } else { Cause::Missing }
    }
}

/// The cause of the first value of a metric's samples that is not known.
fn unreadable(env: &Env<'_>, index: u16) -> Option<Cause> {
    let metric = env.program.metrics.get(usize::from(index))?;
    let reader = Reader::new(env)?;
    let rows = env.samples().named.get(&env.symbol(&metric.series))?;
    let scalar = reader.scalar("value")?;
    rows.iter().find(|row| scalar_at(scalar, **row as usize).one().is_none()).map(|row| scalar.cause(*row))
}
