//! Rows to which blackouts and windows stand alike, and the first instants at which these let a change go.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use crate::check::program::PeriodId;
use crate::time::{Instant, Starts};

use super::super::alike::Alike;
use super::super::frame::Frame;
use super::super::period::answers::Standing;
use super::super::period::entries::period_of;
use super::super::period::given::{Bits, Codes, FrameCodes};
use super::super::period::standings;
use super::super::period::stands::{Stand, Stands};
use super::merged::{Merged, Sort, Sorts};
use super::plan::{Blocks, Plan, View};

/// How blackouts and windows stand to a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Key {
    /// What the row gives for each of the layout's inputs.
    codes: Vec<u32>,
    /// The blackouts that may apply and whose conditions were looked at for this row: which, what is given for their times, and how they stand.
    loose: Vec<(u16, u32, Stand)>,
    /// The windows.
    windows: Vec<Standing>,
}

/// What one statement, or the windows together, allow.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// The starts that they allow.
    pub starts: Arc<Starts>,
    /// The statements.
    pub by: Vec<PeriodId>,
    /// For a blackout: what its clauses read.
    pub code: Option<u32>,
}

/// The blackouts of a plan that read the same: for their times, and for their conditions.
#[derive(Debug)]
struct Group {
    /// Places among the layout's inputs.
    times: usize,
    scope: usize,
    blackouts: Vec<u16>,
    /// What was given for the conditions so far.
    given: RwLock<Bits>,
}

/// The blackouts of a plan by what they read, and the different ways in which rows were found to stand to them.
#[derive(Debug, Default)]
pub struct Layout {
    /// The numbers of the inputs, and whether they are those of conditions.
    inputs: Vec<(usize, bool)>,
    groups: Vec<Group>,
    /// The blackouts whose conditions hang on more than fields of the asset.
    loose: Vec<u16>,
    found: RwLock<Found>,
}

#[derive(Debug, Default)]
struct Found {
    numbers: HashMap<Arc<Key>, u32>,
    keys: Vec<Arc<Key>>,
}

/// In a key: these rows are not told apart by what the conditions of a group read; the blackouts of the group are in [`Key::loose`].
const CROWDED: u32 = u32::MAX;

impl Layout {
    /// Sorts the blackouts of a plan.
    #[must_use]
    pub fn new(plan: &Plan<'_, '_>) -> Self {
        let mut layout = Self::default();
        let all = &plan.env.common.periods.inputs;
        let mut groups: HashMap<(usize, usize), usize> = HashMap::new();
        for at in &plan.blackouts {
            let id = PeriodId::Blackout(*at);
            let Some(scope) = all.of_scope(id) else {
                layout.loose.push(*at);
                continue;
            };
            let times = layout.place((all.number(id), false));
            let scope = layout.place((scope, true));
            let place = *groups.entry((times, scope)).or_insert_with(|| {
                layout.groups.push(Group { times, scope, blackouts: Vec::new(), given: RwLock::default() });
                layout.groups.len() - 1
            });
            if let Some(group) = layout.groups.get_mut(place) {
                group.blackouts.push(*at);
            }
        }
        layout
    }

    fn place(&mut self, inputs: (usize, bool)) -> usize {
        self.inputs.iter().position(|known| *known == inputs).unwrap_or_else(|| {
            self.inputs.push(inputs);
            self.inputs.len() - 1
        })
    }

    /// How blackouts and windows stand to each row of a frame, as numbers of keys. Which number a key has hangs on the order of the calls.
    #[must_use]
    pub fn numbers(&self, plan: &Plan<'_, '_>, frame: &Frame<'_>) -> Vec<u32> {
        let mut codes = FrameCodes::default();
        let mut rows: Alike<Told> = Alike::new(frame.len());
        for at in &self.loose {
            stand_loose(plan, frame, *at, &mut codes, &mut rows);
        }
        // What all rows give alike.
        let mut common = vec![CROWDED; self.inputs.len()];
        for (place, (number, of_conditions)) in self.inputs.iter().enumerate() {
            let told =
                if *of_conditions { codes.of_conditions(frame, *number) } else { Some(codes.numbered(frame, *number)) };
            for group in self.groups.iter().filter(|group| *of_conditions && group.scope == place) {
                match &told {
                    Some(told) => group.look_at(frame, told, &mut codes),
                    None => group.blackouts.iter().for_each(|at| stand_loose(plan, frame, *at, &mut codes, &mut rows)),
                }
            }
            match (told.as_deref(), common.get_mut(place)) {
                (Some(Codes { first, .. }), Some(common)) if first.len() <= 1 => {
                    *common = first.first().map_or(CROWDED, |(code, _)| *code);
                }
                (Some(Codes { of, .. }), _) => say(&mut rows, of.iter().copied(), |code| Told::Given(place, *code)),
                (None, _) => {}
            }
        }
        let windows = standings(frame, &plan.windows, plan.reach, &mut codes);
        if windows.iter().any(|windows| !windows.is_empty()) {
            say(&mut rows, windows.into_iter(), |windows| Told::Windows(windows.clone()));
        }
        self.numbers_of(&rows, &common)
    }

    /// The number of each row's key.
    fn numbers_of(&self, rows: &Alike<Told>, common: &[u32]) -> Vec<u32> {
        let mut known: Vec<Option<u32>> = vec![None; rows.kinds()];
        let mut number = |row: usize| {
            let kind = rows.kind(row);
            if let Some(Some(number)) = known.get(kind) {
                return *number;
            }
            let mut key = Key { codes: common.to_vec(), ..Key::default() };
            for told in rows.things(kind).into_iter().filter_map(|thing| rows.get(thing)) {
                match told {
                    Told::Given(place, code) => {
                        if let Some(place) = key.codes.get_mut(*place) {
                            *place = *code;
                        }
                    }
                    Told::Loose(at, code, stand) => key.loose.push((*at, *code, *stand)),
                    Told::Windows(windows) => key.windows.clone_from(windows),
                }
            }
            let found = self.found.read().unwrap_or_else(PoisonError::into_inner).numbers.get(&key).copied();
            let number =
                found.unwrap_or_else(|| self.found.write().unwrap_or_else(PoisonError::into_inner).number(key));
            if let Some(place) = known.get_mut(kind) {
                *place = Some(number);
            }
            number
        };
        (0..rows.len()).map(&mut number).collect()
    }

    /// The key with a number.
    #[must_use]
    pub fn key(&self, number: u32) -> Arc<Key> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        found.keys.get(number as usize).map(Arc::clone).unwrap_or_default()
    }

    /// Works out what the blackouts allow together, once for each way in which one of these keys stands to them.
    #[must_use]
    pub fn sorts(&self, plan: &Plan<'_, '_>, keys: &[Arc<Key>]) -> Sorts {
        Sorts::new(plan, keys.iter().flat_map(|key| self.sorts_of(key)), |place| {
            self.groups.get(place).map_or(&[], |group| group.blackouts.as_slice())
        })
    }

    /// How the groups of blackouts stand to a key.
    fn sorts_of<'k>(&'k self, key: &'k Key) -> impl Iterator<Item = Sort> + 'k {
        let code = |place: usize| key.codes.get(place).copied().unwrap_or(CROWDED);
        let numbered = self.groups.iter().enumerate();
        numbered.filter_map(move |(group, of)| {
            let (times, scope) = (code(of.times), code(of.scope));
            (scope != CROWDED).then_some(Sort { group, times, scope })
        })
    }

    /// What a row is allowed.
    #[must_use]
    pub fn allowed(&self, plan: &Plan<'_, '_>, sorts: &Sorts, key: &Key) -> Allowed {
        let own = [View::Worst, View::Best].map(|view| {
            let loose = key.loose.iter().filter_map(|(at, code, stand)| constraint(plan, *at, *code, *stand, view));
            let mut own: Vec<Constraint> = loose.collect();
            if key.windows.iter().any(|standing| standing.binds) {
                let by = key.windows.iter().filter(|one| one.binds).map(|one| PeriodId::Window(one.at)).collect();
                own.push(Constraint { starts: plan.inside(&key.windows, view), by, code: None });
            }
            own.retain(|constraint| !is_all(&constraint.starts));
            own
        });
        Allowed { merged: self.sorts_of(key).filter_map(|sort| sorts.get(sort)).collect(), own }
    }

    /// The statements of which it is not known what they allow a row.
    #[must_use]
    pub fn uncertain(&self, plan: &Plan<'_, '_>, sorts: &Sorts, key: &Key) -> Vec<PeriodId> {
        let merged = self.sorts_of(key).filter_map(|sort| sorts.get(sort));
        let mut found: Vec<PeriodId> = merged.flat_map(|merged| merged.uncertain(plan).to_vec()).collect();
        let loose = key.loose.iter().filter(|(at, code, stand)| is_uncertain(plan, *at, *code, *stand));
        found.extend(loose.map(|(at, ..)| PeriodId::Blackout(*at)));
        let (worst, best) = (plan.inside(&key.windows, View::Worst), plan.inside(&key.windows, View::Best));
        if key.windows.iter().any(|standing| standing.binds) && worst.ranges() != best.ranges() {
            found.extend(key.windows.iter().map(|standing| PeriodId::Window(standing.at)));
        }
        found
    }
}

impl Group {
    /// Works out what the conditions say of everything that is given for them, as long as there are rows to look at.
    fn look_at(&self, frame: &Frame<'_>, told: &Codes, codes: &mut FrameCodes) {
        if told.present.without(&self.given.read().unwrap_or_else(PoisonError::into_inner)).next().is_none() {
            return;
        }
        for at in &self.blackouts {
            let _ = Stands::of(frame, PeriodId::Blackout(*at), codes);
        }
        let mut given = self.given.write().unwrap_or_else(PoisonError::into_inner);
        told.first.iter().for_each(|(code, _)| given.set(*code));
    }
}

impl Found {
    fn number(&mut self, key: Key) -> u32 {
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let key = Arc::new(key);
        self.keys.push(Arc::clone(&key));
        self.numbers.insert(key, number);
        number
    }
}

/// What is told of a row.
#[derive(Debug)]
enum Told {
    /// What it gives for an input.
    Given(usize, u32),
    /// How a blackout stands to it whose conditions are looked at row by row, and what is given for the blackout's times.
    Loose(u16, u32, Stand),
    /// How the windows do.
    Windows(Vec<Standing>),
}

/// Says something of all rows.
fn say<T: Eq + Hash>(rows: &mut Alike<Told>, each: impl Iterator<Item = T>, tell: impl Fn(&T) -> Told) {
    rows.begin();
    let mut known: HashMap<T, u32> = HashMap::new();
    for (row, what) in each.enumerate() {
        let thing = *known.entry(what).or_insert_with_key(|what| rows.thing(tell(what)));
        rows.say(row, thing);
    }
}

/// How a blackout stands to each row, where its conditions are looked at row by row.
fn stand_loose(plan: &Plan<'_, '_>, frame: &Frame<'_>, at: u16, codes: &mut FrameCodes, rows: &mut Alike<Told>) {
    let id = PeriodId::Blackout(at);
    let times = codes.of(frame, id);
    if !plan.answers.meets_any(plan.env, id, &times.present) {
        return;
    }
    let stands = Stands::of(frame, id, codes);
    rows.begin();
    let mut known: HashMap<(u32, Stand), u32> = HashMap::new();
    let mut last: Option<((u32, Stand), u32)> = None;
    for row in stands.may_apply().set_indices() {
        let Some(code) = times.of.get(row) else { continue };
        let stand = stands.at(row);
        let key = (*code, stand);
        let same = last.filter(|(other, _)| *other == key).map(|(_, thing)| thing);
        let thing =
            same.unwrap_or_else(|| *known.entry(key).or_insert_with(|| rows.thing(Told::Loose(at, *code, stand))));
        last = Some((key, thing));
        rows.say(row, thing);
    }
}

/// What a blackout allows a row to which it stands like that; none where it asks for nothing.
#[must_use]
pub fn constraint(plan: &Plan<'_, '_>, at: u16, code: u32, stand: Stand, view: View) -> Option<Constraint> {
    if !counts(plan, at, stand, view) {
        return None;
    }
    let id = PeriodId::Blackout(at);
    let lenient = period_of(plan.env, id).is_some_and(|period| !Blocks::of(plan.env, &period.head).certain);
    let starts = if view == View::Worst && lenient && !stand.applies().be_false {
        plan.clear_or_certain(at, code)
    } else {
        plan.clear_of(at, code, view)
    };
    (!is_all(&starts)).then(|| Constraint { starts, by: vec![id], code: Some(code) })
}

/// Whether a blackout counts for a row to which it stands like that.
#[must_use]
pub fn counts(plan: &Plan<'_, '_>, at: u16, stand: Stand, view: View) -> bool {
    let blocks = period_of(plan.env, PeriodId::Blackout(at))
        .map_or(Blocks { certain: true, unknown: true }, |period| Blocks::of(plan.env, &period.head));
    let applies = stand.applies();
    match view {
        View::Worst => applies.be_true && (blocks.unknown || (blocks.certain && !applies.be_false)),
        View::Best => blocks.certain && stand.certainly_applies(),
    }
}

/// Whether it is not known what a blackout allows a row to which it may apply.
#[must_use]
pub fn is_uncertain(plan: &Plan<'_, '_>, at: u16, code: u32, stand: Stand) -> bool {
    let differs = || plan.clear_of(at, code, View::Worst).ranges() != plan.clear_of(at, code, View::Best).ranges();
    stand.applies().be_true && (!stand.certainly_applies() || differs())
}

/// What a row is allowed.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// By groups of blackouts.
    pub merged: Vec<Arc<Merged>>,
    /// By single blackouts and by the windows, at worst and at best.
    own: [Vec<Constraint>; 2],
}

impl Allowed {
    /// By single blackouts and by the windows.
    #[must_use]
    pub fn own(&self, view: View) -> &[Constraint] {
        let [worst, best] = &self.own;
        if view == View::Worst { worst } else { best }
    }

    /// The sets of starts whose intersection is what is allowed.
    pub fn sets(&self, view: View) -> impl Iterator<Item = &Starts> {
        let merged = self.merged.iter().filter_map(move |merged| merged.starts(view));
        merged.chain(self.own(view).iter().map(|constraint| &*constraint.starts))
    }

    /// All that these allow together, each set once.
    #[must_use]
    pub fn together<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut whole = Self::default();
        let mut seen: HashSet<(bool, *const u8)> = HashSet::new();
        let mut is_new = |worst: bool, at: *const u8| seen.insert((worst, at));
        for one in all {
            whole.merged.extend(one.merged.iter().filter(|merged| is_new(true, Arc::as_ptr(merged).cast())).cloned());
            for (mine, (worst, theirs)) in whole.own.iter_mut().zip([true, false].into_iter().zip(&one.own)) {
                let new = |one: &&Constraint| is_new(worst, Arc::as_ptr(&one.starts).cast());
                mine.extend(theirs.iter().filter(new).cloned());
            }
        }
        whole
    }
}

/// Whether every instant of the horizon is in a set.
#[must_use]
pub fn is_all(starts: &Starts) -> bool {
    match starts.ranges() {
        [one] => one.from == starts.horizon().from() && one.to == starts.horizon().to(),
        _ => false,
    }
}

/// The first instant that all constraints allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstOf {
    /// That one.
    At(Instant),
    /// There is none within the horizon.
    Never,
    /// It takes too long to find out.
    GaveUp,
}

/// The first instant from `from` on that is allowed, at worst and at best.
#[must_use]
pub fn firsts(allowed: &Allowed, from: Instant) -> (FirstOf, FirstOf) {
    let [worst, best] = [View::Worst, View::Best].map(|view| allowed.sets(view).collect::<Vec<&Starts>>());
    let at_worst = first(&worst, from);
    (at_worst, if are_same(&worst, &best) { at_worst } else { first(&best, from) })
}

/// Whether these are the same sets, one by one.
#[must_use]
pub fn are_same(some: &[&Starts], others: &[&Starts]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| std::ptr::eq(*one, *other))
}

/// So many sets are gone through one after the other, again and again; more of them are put together first.
const FEW: usize = 16;

/// The first instant from `from` on that is in all sets.
#[must_use]
pub fn first(sets: &[&Starts], from: Instant) -> FirstOf {
    let together;
    let one;
    let sets = match sets {
        [some, ..] if sets.len() > FEW => {
            together = Starts::all_of(some.horizon(), sets.iter().copied());
            one = [&together];
            &one[..]
        }
        few => few,
    };
    let mut at = from;
    loop {
        let before = at;
        let mut gave_up = false;
        for starts in sets {
            let ranges = starts.ranges();
            let next = ranges.get(ranges.partition_point(|range| range.to <= at));
            match next {
                Some(range) => at = at.max(range.from),
                None if starts.known_to() < starts.horizon().to() => gave_up = true,
                None => return FirstOf::Never,
            }
        }
        if gave_up {
            return FirstOf::GaveUp;
        }
        if at == before {
            return FirstOf::At(at);
        }
    }
}
