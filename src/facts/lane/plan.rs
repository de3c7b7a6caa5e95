//! What the keys of a record lead to, for reading it in place: by the plan of its table, or by other names.

use std::sync::Arc;

use super::super::column::State;
pub(super) use super::super::column::absence;
use super::super::plan::{FieldPlan, KeyPlan, ShapePlan, TablePlan, Target};
use super::scan::{Written, packed};
use crate::check::types::{EnumDef, Type};

/// How many keys an object may have that are known beforehand: one bit for each.
const MOST: usize = 128;

/// A field of the vocabulary under the keys by which records of another form have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The field: `os.eol`.
    pub field: String,
    /// The keys that lead to it, from the outermost.
    pub from: Vec<String>,
    /// The text that stands for nothing.
    pub default: Option<String>,
}

/// What reading in place goes by.
#[derive(Debug)]
pub(in super::super) struct LanePlan {
    /// The objects that may be met; the first is the record.
    pub objects: Vec<Object>,
    /// Lists to which no key leads: values that lack need nothing.
    pub lacking: Vec<(usize, State)>,
    /// By field, the text that stands for nothing.
    pub defaults: Vec<Option<String>>,
}

/// The keys of an object.
#[derive(Debug, Default)]
pub(in super::super) struct Object {
    /// What messages call it.
    pub owner: Arc<str>,
    /// Sorted by name.
    pub keys: Vec<Key>,
    /// Other keys are none of our business, and values are taken as a mapping takes them.
    pub is_mapped: bool,
    /// A bit for each key whose absence takes more than leaving a cell out.
    pub filling: u128,
}

#[derive(Debug)]
pub(in super::super) struct Key {
    pub name: String,
    pub written: Written,
    pub leads: Leads,
    /// Its own bit among those of the object's keys.
    pub bit: u128,
}

/// What a key leads to. Its tag stands by itself, where it is read faster than out of another value.
#[derive(Debug)]
#[repr(u8)]
pub(in super::super) enum Leads {
    /// Nobody reads it.
    Nowhere,
    /// What only the other way of reading knows.
    Elsewhere,
    Scalar(usize, State, Quick),
    Set(usize, State, Quick),
    /// A list, and the object that its elements are.
    List(usize, State, usize),
    /// The object that a record is, and what its fields are where there is none.
    Record(usize, Vec<(usize, State)>),
}

/// A value that needs little to become a cell, where it is written as most are.
#[derive(Debug)]
#[repr(u8)]
pub(in super::super) enum Quick {
    /// It needs more.
    No,
    /// A text that counts as it is.
    Text(QuickText),
    /// One of these short ones, each with its number.
    Words(Vec<(u128, i64)>),
    /// A moment; whether it has to be past.
    Time(bool),
    Date,
    /// A whole number between these.
    Int(i64, i64),
    Number,
    /// Whether it is written as a fraction, and between which percentages it has to lie.
    Percent(bool, Option<(i64, i64)>),
    Bool,
    /// A vector of CVSS that was met before.
    Vector,
}

/// Which texts count as they are.
#[derive(Debug)]
pub(in super::super) struct QuickText {
    /// Those that begin and end with what can be seen.
    pub solid: bool,
    /// All but `none`.
    pub or_none: bool,
    /// The same is often met again.
    pub again: bool,
}

impl Quick {
    fn of(plan: &TablePlan, at: usize) -> Self {
        let Some(field) = plan.fields.get(at) else { return Self::No };
        let ShapePlan::Scalar(base) = &field.shape else { return Self::No };
        let text =
            |solid| Self::Text(QuickText { solid, or_none: field.or_none, again: plan.is_set || plan.key != Some(at) });
        match base {
            // A blank one is no text of these.
            Type::Row(_) => text(true),
            Type::String => text(field.required),
            Type::Version => text(false),
            Type::Enum(def) => {
                let words = def.values.iter().zip(0..).filter(|(value, _)| !(field.or_none && *value == "none"));
                Self::Words(words.filter_map(|(value, code)| Some((packed(value)?, code))).collect())
            }
            Type::Time => Self::Time(field.past),
            Type::Date => Self::Date,
            Type::Int => {
                let (low, high) = field.range.unwrap_or((i64::MIN, i64::MAX));
                Self::Int(low, high)
            }
            Type::Number => Self::Number,
            Type::Percent => Self::Percent(field.fraction, field.range),
            Type::Bool => Self::Bool,
            Type::Cvss => Self::Vector,
            _ => Self::No,
        }
    }
}

impl LanePlan {
    /// By the table's own keys.
    pub(in super::super) fn of(plan: &TablePlan) -> Option<Self> {
        let mut lane = Self { objects: Vec::new(), lacking: Vec::new(), defaults: Vec::new() };
        lane.object(plan, &plan.path, &plan.keys)?;
        Some(lane)
    }

    /// By other names; none where that is more than names can say.
    pub(in super::super) fn renamed(plan: &TablePlan, renames: &[Rename]) -> Option<Self> {
        let mut lane = Self {
            objects: vec![Object { is_mapped: true, ..Object::default() }],
            lacking: Vec::new(),
            defaults: vec![None; plan.fields.len()],
        };
        let mut led = vec![false; plan.fields.len()];
        for rename in renames {
            let path = format!("{}.{}", plan.path, rename.field);
            let at = plan.fields.iter().position(|field| *field.path == *path)?;
            let field = plan.fields.get(at)?;
            if !field.read {
                continue;
            }
            if !takes_words_as_they_are(field) || std::mem::replace(led.get_mut(at)?, true) {
                return None;
            }
            if rename.default.is_some() {
                // Only a text is what it looks like.
                let is_text =
                    matches!(field.shape, ShapePlan::Scalar(Type::String)) && !field.or_none && !field.required;
                *lane.defaults.get_mut(at)? = Some(rename.default.clone().filter(|_| is_text)?);
            }
            lane.lead(plan, 0, &rename.from, at)?;
        }
        for (at, field) in
            plan.fields.iter().enumerate().filter(|(at, field)| field.read && led.get(*at) == Some(&false))
        {
            if matches!(field.shape, ShapePlan::List(_)) {
                lane.lacking.push((at, absence(field)));
            }
            if field.required {
                return None;
            }
        }
        for object in lane.objects.iter_mut().filter(|object| object.is_mapped) {
            object.settle()?;
        }
        lane.fill_records(0, DEEP)?;
        for object in lane.objects.iter_mut().filter(|object| object.is_mapped) {
            object.find_filling(plan, &lane.defaults);
        }
        Some(lane)
    }

    /// The object of a table's keys, by its number.
    fn object(&mut self, plan: &TablePlan, owner: &Arc<str>, keys: &[KeyPlan]) -> Option<usize> {
        let number = self.objects.len();
        self.objects.push(Object::default());
        let mut object = Object { owner: Arc::clone(owner), ..Object::default() };
        for key in keys {
            let leads = match &key.target {
                Target::Special => Leads::Elsewhere,
                Target::Field(at) => self.field(plan, *at)?,
                Target::Record(inner) => {
                    let mut lacking = Vec::new();
                    lacks(plan, inner, &mut lacking);
                    Leads::Record(self.object(plan, &key.path, inner)?, lacking)
                }
            };
            object.keys.push(Key::new(&key.name, leads));
        }
        object.settle()?;
        object.find_filling(plan, &[]);
        *self.objects.get_mut(number)? = object;
        Some(number)
    }

    fn field(&mut self, plan: &TablePlan, at: usize) -> Option<Leads> {
        let field = plan.fields.get(at)?;
        let absence = absence(field);
        Some(match &field.shape {
            _ if !field.read => Leads::Nowhere,
            ShapePlan::Scalar(_) => Leads::Scalar(at, absence, Quick::of(plan, at)),
            ShapePlan::List(inner) if inner.is_set => Leads::Set(at, absence, Quick::of(inner, 0)),
            ShapePlan::List(inner) => Leads::List(at, absence, self.object(inner, &inner.path, &inner.keys)?),
        })
    }

    /// Puts a field under its keys.
    fn lead(&mut self, plan: &TablePlan, object: usize, keys: &[String], at: usize) -> Option<()> {
        let (head, rest) = keys.split_first()?;
        // A path through a list, which this way of reading does not follow; and keys that are written with escapes.
        if head == "*" || head.contains(['"', '\\']) || head.chars().any(char::is_control) {
            return None;
        }
        let known = self.objects.get(object)?.keys.iter().position(|key| key.name == *head);
        if rest.is_empty() {
            if known.is_some() {
                return None;
            }
            let leads = self.field(plan, at)?;
            self.objects.get_mut(object)?.keys.push(Key::new(head, leads));
            return Some(());
        }
        let inner = match known.and_then(|known| self.objects.get(object)?.keys.get(known)) {
            Some(Key { leads: Leads::Record(inner, _), .. }) => *inner,
            Some(_) => return None,
            None => {
                let inner = self.objects.len();
                self.objects.push(Object { is_mapped: true, ..Object::default() });
                self.objects.get_mut(object)?.keys.push(Key::new(head, Leads::Record(inner, Vec::new())));
                inner
            }
        };
        self.lead(plan, inner, rest, at)
    }

    /// The text that stands for nothing in a field.
    pub(super) fn default(&self, field: usize) -> Option<&str> {
        self.defaults.get(field)?.as_deref()
    }

    /// Works out what the fields of records are where there is none.
    fn fill_records(&mut self, object: usize, depth: usize) -> Option<Vec<(usize, State)>> {
        let depth = depth.checked_sub(1)?;
        let mut all = Vec::new();
        let inner: Vec<(usize, usize)> = {
            let keys = &self.objects.get(object)?.keys;
            let records = keys.iter().enumerate().filter_map(|(at, key)| match key.leads {
                Leads::Record(inner, _) => Some((at, inner)),
                _ => None,
            });
            records.collect()
        };
        for (at, inner) in inner {
            let lacking = self.fill_records(inner, depth)?;
            if let Some(Key { leads: Leads::Record(_, filled), .. }) = self.objects.get_mut(object)?.keys.get_mut(at) {
                *filled = lacking;
            }
        }
        for key in &self.objects.get(object)?.keys {
            match &key.leads {
                Leads::Scalar(at, absence, _) | Leads::Set(at, absence, _) | Leads::List(at, absence, _) => {
                    all.push((*at, *absence));
                }
                Leads::Record(_, lacking) => all.extend(lacking),
                Leads::Nowhere | Leads::Elsewhere => {}
            }
        }
        Some(all)
    }
}

/// How deep the keys of a rename may nest.
const DEEP: usize = 32;

impl Object {
    /// Sorts the keys; none where there are too many.
    fn settle(&mut self) -> Option<()> {
        self.keys.sort_by(|a, b| a.name.cmp(&b.name));
        if self.keys.len() > MOST {
            return None;
        }
        for (at, key) in self.keys.iter_mut().enumerate() {
            key.bit = 1 << at;
        }
        Some(())
    }

    /// Finds the keys whose absence is more than that of a value, which needs nothing.
    fn find_filling(&mut self, plan: &TablePlan, defaults: &[Option<String>]) {
        let has_default = |at: usize| defaults.get(at).is_some_and(Option::is_some);
        let is_plain = |at: usize| {
            plan.fields.get(at).is_some_and(|field| matches!(field.shape, ShapePlan::Scalar(_)) && !field.required)
        };
        self.filling = 0;
        for key in &self.keys {
            let needs_nothing = match &key.leads {
                Leads::Nowhere | Leads::Elsewhere => true,
                Leads::Scalar(field, ..) => is_plain(*field) && !has_default(*field),
                Leads::Set(..) | Leads::List(..) => false,
                Leads::Record(_, lacking) => lacking.iter().all(|(field, _)| is_plain(*field) && !has_default(*field)),
            };
            if !needs_nothing {
                self.filling |= key.bit;
            }
        }
    }
}

impl Key {
    fn new(name: &str, leads: Leads) -> Self {
        Self { name: name.to_owned(), written: Written::new(name), leads, bit: 0 }
    }
}

/// The fields that are read below a record's keys.
fn lacks(plan: &TablePlan, keys: &[KeyPlan], out: &mut Vec<(usize, State)>) {
    for key in keys {
        match &key.target {
            Target::Special => {}
            Target::Field(at) => out.extend(plan.fields.get(*at).filter(|field| field.read).map(|f| (*at, absence(f)))),
            Target::Record(inner) => lacks(plan, inner, out),
        }
    }
}

/// A mapping folds words onto the values of an enumeration; where two of these look the same to it, it takes the first.
pub(super) fn takes_words_as_they_are(field: &FieldPlan) -> bool {
    let folds_apart = |def: &EnumDef| {
        let folded = def.values.iter().map(|value| value.to_lowercase().replace(['-', ' '], "_"));
        let mut folded: Vec<String> = folded.collect();
        folded.sort_unstable();
        folded.windows(2).all(|two| two.first() != two.last())
    };
    let base = match &field.shape {
        ShapePlan::Scalar(base) => Some(base),
        ShapePlan::List(inner) => match inner.fields.first().map(|value| &value.shape) {
            Some(ShapePlan::Scalar(base)) if inner.is_set => Some(base),
            _ => None,
        },
    };
    !matches!(base, Some(Type::Enum(def)) if !folds_apart(def))
}
