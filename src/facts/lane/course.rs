//! The keys of a record in the order in which they came the last time. By these the values of some records are found first, to be read afterwards
//! one column after the other.

use super::super::column::State;
use super::super::plan::{ShapePlan, TablePlan};
use super::plan::{LanePlan, Leads, Object, Quick};
use super::scan::{Odd, Scan, Written};
use super::{KeyOrder, NOTHING};

/// In which order the keys of an object are expected.
#[derive(Debug)]
pub(super) struct Course<'p> {
    steps: Vec<Step>,
    /// The values of a record, as they stand on a [`Tape`].
    pub values: Vec<Place<'p>>,
    pub lists: Vec<List<'p>>,
    /// What no key led to.
    pub lacking: Vec<(usize, State)>,
    pub is_mapped: bool,
}

/// A field with one value.
#[derive(Debug)]
pub(super) struct Place<'p> {
    pub field: usize,
    pub absence: State,
    pub quick: &'p Quick,
}

/// A field with a list.
#[derive(Debug)]
pub(super) struct List<'p> {
    pub field: usize,
    pub absence: State,
    pub required: bool,
    pub inner: Inner<'p>,
}

#[derive(Debug)]
pub(super) enum Inner<'p> {
    Set(&'p Quick),
    /// Records; none where nobody knows yet how they come.
    Elements(Option<Box<Course<'p>>>),
}

#[derive(Debug)]
struct Step {
    written: Written,
    act: Act,
    /// The step to go on with where the key is not there; none where that is odd.
    lacks: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    /// Nobody reads it.
    Pass,
    /// The vocabulary does not have it: of which object, and which of those learned.
    Unknown(usize, usize),
    Value,
    /// The number of a list.
    List(usize),
    /// A record begins.
    Open,
    /// It ends.
    Close,
}

impl<'p> Course<'p> {
    /// The course of an object; none where it has one that only the other ways of reading know.
    pub(super) fn of(lane: &'p LanePlan, orders: &[KeyOrder], number: usize, plan: &TablePlan) -> Option<Self> {
        let is_mapped = lane.objects.get(number)?.is_mapped;
        let mut course =
            Self { steps: Vec::new(), values: Vec::new(), lists: Vec::new(), lacking: Vec::new(), is_mapped };
        course.follow(lane, orders, number, plan)?;
        Some(course)
    }

    /// Adds the steps of an object; whether all of it may lack.
    fn follow(&mut self, lane: &'p LanePlan, orders: &[KeyOrder], number: usize, plan: &TablePlan) -> Option<bool> {
        let (object, order) = (lane.objects.get(number)?, orders.get(number)?);
        let mut may_lack = true;
        let mut seen = 0;
        for at in &order.usual {
            let from = self.steps.len();
            let Some(key) = object.keys.get(*at) else {
                let learned = *at - object.keys.len();
                let written = order.learned.get(learned)?.written.clone();
                let act = if object.is_mapped { Act::Pass } else { Act::Unknown(number, learned) };
                self.steps.push(Step { written, act, lacks: Some(from + 1) });
                continue;
            };
            seen |= key.bit;
            let written = key.written.clone();
            let is_plain = object.filling & key.bit == 0;
            let (act, lacks) = match &key.leads {
                Leads::Nowhere => (Act::Pass, true),
                Leads::Elsewhere => return None,
                Leads::Scalar(field, absence, quick) => {
                    self.values.push(Place { field: *field, absence: *absence, quick });
                    (Act::Value, is_plain)
                }
                Leads::Set(field, absence, quick) => {
                    self.list(plan, *field, *absence, |_| Some(Inner::Set(quick)))?;
                    (Act::List(self.lists.len() - 1), true)
                }
                Leads::List(field, absence, element) => {
                    self.list(plan, *field, *absence, |inner| {
                        // What is in lists of theirs cannot be put in order like this.
                        let course = Course::of(lane, orders, *element, inner).map(Box::new);
                        course.as_ref().is_none_or(|course| course.has_no_lists()).then_some(Inner::Elements(course))
                    })?;
                    (Act::List(self.lists.len() - 1), true)
                }
                Leads::Record(inner, _) => {
                    self.steps.push(Step { written, act: Act::Open, lacks: None });
                    let all = self.follow(lane, orders, *inner, plan)?;
                    let behind = self.steps.len();
                    if let Some(step) = self.steps.get_mut(from).filter(|_| all) {
                        step.lacks = Some(behind);
                    }
                    may_lack &= all;
                    continue;
                }
            };
            may_lack &= lacks;
            self.steps.push(Step { written, act, lacks: lacks.then_some(from + 1) });
        }
        self.leave_out(lane, object, object.filling & !seen, plan)?;
        self.steps.push(Step { written: Written::new(""), act: Act::Close, lacks: None });
        Some(may_lack)
    }

    fn list(
        &mut self,
        plan: &TablePlan,
        field: usize,
        absence: State,
        inner: impl FnOnce(&TablePlan) -> Option<Inner<'p>>,
    ) -> Option<()> {
        let of = plan.fields.get(field)?;
        let ShapePlan::List(shape) = &of.shape else { return None };
        let inner = inner(shape)?;
        self.lists.push(List { field, absence, required: of.required, inner });
        Some(())
    }

    /// Notes what is to be done about keys that never came.
    fn leave_out(&mut self, lane: &LanePlan, object: &Object, lacking: u128, plan: &TablePlan) -> Option<()> {
        for key in object.keys.iter().filter(|key| lacking & key.bit != 0) {
            match &key.leads {
                Leads::Set(at, state, _) | Leads::List(at, state, _) if !plan.fields.get(*at)?.required => {
                    self.lacking.push((*at, *state));
                }
                Leads::Record(_, inner) if inner.iter().all(|(at, _)| lane.default(*at).is_none()) => {
                    self.lacking.extend(inner);
                }
                _ => return None,
            }
        }
        Some(())
    }

    fn has_no_lists(&self) -> bool {
        self.lists.is_empty() && self.lacking.is_empty()
    }
}

/// Where the values of some records stand.
#[derive(Debug, Default)]
pub(in super::super) struct Tape<'b> {
    /// As many for each record as its course has values.
    pub values: Vec<Span<'b>>,
    /// By list of the course.
    pub lists: Vec<Ends<'b>>,
}

/// The lists of one field.
#[derive(Debug, Default)]
pub(in super::super) struct Ends<'b> {
    /// By record: how many elements its list has, or what there is instead.
    pub counts: Vec<Result<usize, State>>,
    /// The elements of all.
    pub elements: Tape<'b>,
}

/// One value: the text of its record, where in that it begins, and how many bytes it has; none where its key was not there.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Span<'b> {
    pub text: &'b str,
    pub from: usize,
    pub len: usize,
}

impl<'b> Span<'b> {
    /// The text that it is, if it is one.
    #[inline]
    pub(super) fn inside(&self) -> Option<&'b str> {
        let quoted = self.text.get(self.from..self.from + self.len)?;
        quoted.strip_prefix('"')?.strip_suffix('"')
    }
}

impl<'b> Tape<'b> {
    /// Begins anew.
    pub(super) fn clear(&mut self, course: &Course<'_>) {
        self.values.clear();
        self.lists.resize_with(course.lists.len(), Ends::default);
        for (list, of) in self.lists.iter_mut().zip(&course.lists) {
            list.counts.clear();
            match &of.inner {
                Inner::Elements(Some(inner)) => list.elements.clear(inner),
                Inner::Set(_) | Inner::Elements(None) => list.elements.values.clear(),
            }
        }
    }

    /// Takes a record, if it comes as expected; else what was taken of it is left for [`Self::keep`].
    pub(super) fn record(
        &mut self,
        course: &Course<'_>,
        text: &'b str,
        unknown: &mut Vec<(usize, usize)>,
    ) -> Result<(), Odd> {
        let mut scan = Scan::new(text);
        self.object(course, &mut scan, unknown)?;
        if scan.is_done() { Ok(()) } else { Err(Odd) }
    }

    /// Forgets all but the first records.
    pub(super) fn keep(&mut self, course: &Course<'_>, rows: usize) {
        self.values.truncate(rows * course.values.len());
        for (list, of) in self.lists.iter_mut().zip(&course.lists) {
            list.counts.truncate(rows);
            let elements = list.counts.iter().map(|count| count.unwrap_or_default()).sum();
            match &of.inner {
                Inner::Elements(Some(inner)) => list.elements.keep(inner, elements),
                Inner::Set(_) | Inner::Elements(None) => list.elements.values.truncate(elements),
            }
        }
    }

    fn object(
        &mut self,
        course: &Course<'_>,
        scan: &mut Scan<'b>,
        unknown: &mut Vec<(usize, usize)>,
    ) -> Result<(), Odd> {
        // Whether one of the keys of the object at hand has come.
        let mut is_open = false;
        let mut at = 0;
        while let Some(step) = course.steps.get(at) {
            at += 1;
            if matches!(step.act, Act::Close) {
                scan.close(is_open)?;
                is_open = true;
                continue;
            }
            if !scan.take_led_key(if is_open { b',' } else { b'{' }, &step.written) {
                let to = step.lacks.ok_or(Odd)?;
                self.lack(course, at - 1..to)?;
                at = to;
                continue;
            }
            is_open = true;
            match step.act {
                Act::Value => self.values.push(scan.span()?),
                Act::Pass => scan.pass_over()?,
                Act::Open => is_open = false,
                Act::List(number) => {
                    let (Some(list), Some(of)) = (self.lists.get_mut(number), course.lists.get(number)) else {
                        return Err(Odd);
                    };
                    list.take(of, scan, unknown)?;
                }
                Act::Unknown(object, learned) => {
                    unknown.push((object, learned));
                    scan.pass_over()?;
                }
                Act::Close => {}
            }
        }
        Ok(())
    }

    /// Notes that the keys of some steps are not there.
    #[inline(never)]
    fn lack(&mut self, course: &Course<'_>, steps: std::ops::Range<usize>) -> Result<(), Odd> {
        for step in course.steps.get(steps).unwrap_or_default() {
            match step.act {
                Act::Value => self.values.push(Span::default()),
                Act::List(number) => {
                    let (Some(list), Some(of)) = (self.lists.get_mut(number), course.lists.get(number)) else {
                        return Err(Odd);
                    };
                    list.lack(of, of.absence)?;
                }
                Act::Pass | Act::Unknown(..) | Act::Open | Act::Close => {}
            }
        }
        Ok(())
    }
}

impl<'b> Ends<'b> {
    /// How many records there are before the one that has an element, by its number.
    pub(super) fn records_before(&self, element: usize) -> usize {
        let mut elements = 0;
        let ends_before = |count: &&Result<usize, State>| {
            elements += count.unwrap_or_default();
            elements <= element
        };
        self.counts.iter().take_while(ends_before).count()
    }

    /// Takes the list that begins here.
    fn take(&mut self, list: &List<'_>, scan: &mut Scan<'b>, unknown: &mut Vec<(usize, usize)>) -> Result<(), Odd> {
        if scan.peek() == b'n' {
            scan.word(b"null")?;
            return self.lack(list, NOTHING);
        }
        scan.word(b"[")?;
        let mut count = 0;
        if scan.peek() == b']' {
            scan.step();
            self.counts.push(Ok(count));
            return Ok(());
        }
        loop {
            match &list.inner {
                Inner::Set(_) => self.elements.values.push(scan.span()?),
                Inner::Elements(Some(course)) => self.elements.object(course, scan, unknown)?,
                Inner::Elements(None) => return Err(Odd),
            }
            count += 1;
            match scan.peek() {
                b',' => scan.step(),
                b']' => break scan.step(),
                _ => return Err(Odd),
            }
            scan.pass_blank();
        }
        self.counts.push(Ok(count));
        Ok(())
    }

    /// Notes that there is no list.
    fn lack(&mut self, list: &List<'_>, state: State) -> Result<(), Odd> {
        // Among records that are read together there is no place for one that nobody has seen.
        let is_open = matches!(state, State::Absent | State::Unknown(_));
        if list.required || is_open && matches!(list.inner, Inner::Elements(_)) {
            return Err(Odd);
        }
        self.counts.push(Err(state));
        Ok(())
    }
}
