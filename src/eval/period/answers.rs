//! What blackouts and windows say of one interval: worked out once for everything that rows can give.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use crate::check::program::{PeriodId, VarId};
use crate::check::schema::TableId;
use crate::time::{self, Entry, Instant, Kleene, Overlap, Recurrence, Role, Tested, Zone};

use super::super::env::Env;
use super::super::facts::value;
use super::super::value::{Could, Poss, Raw};
use super::entries::{entries, period_of};
use super::given::{Bits, Codes};
use super::in_force;

/// Whether work on a change has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Begun {
    /// It has not.
    No,
    /// It has, then.
    At(Instant),
    /// It is not known.
    Unknown,
}

impl Begun {
    /// Of a change.
    #[must_use]
    pub fn of(env: &Env<'_>, change: u32) -> Self {
        match value(env, TableId::CHANGE, "started_at", change) {
            Poss::One(Raw::None) => Self::No,
            Poss::One(Raw::Int(at)) => Instant::from_micros(at).map_or(Self::Unknown, Self::At),
            _ => Self::Unknown,
        }
    }
}

/// How many intervals are remembered.
const REMEMBERED: usize = 64;

/// The answers for each interval that was asked about.
#[derive(Debug, Default)]
pub struct Cache(Mutex<HashMap<(Tested, Begun), Arc<Answers>>>);

impl Cache {
    /// The answers for an interval.
    pub fn of(&self, env: &Env<'_>, tested: Tested, begun: Begun) -> Arc<Answers> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&(tested, begun)) {
            return Arc::clone(known);
        }
        if all.len() >= REMEMBERED {
            all.clear();
        }
        let answers = Arc::new(Answers::new(env, tested, begun));
        all.insert((tested, begun), Arc::clone(&answers));
        answers
    }
}

/// What blackouts and windows say of one interval.
#[derive(Debug)]
pub struct Answers {
    /// The interval.
    pub tested: Tested,
    /// Whether work has begun.
    pub begun: Begun,
    blackouts: Vec<RwLock<Met>>,
    windows: Vec<RwLock<Met>>,
    /// The blackouts that can concern anybody at that interval.
    live: OnceLock<Vec<u16>>,
    /// What the windows together say, by how they stand to a row.
    together: Mutex<HashMap<Vec<Standing>, Arc<WindowAnswer>>>,
}

/// Which of the things that rows can give make a statement meet the interval.
#[derive(Debug, Default)]
struct Met {
    known: Bits,
    met: Bits,
    overlaps: HashMap<u32, Overlap>,
}

/// How one window stands to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Which window.
    pub at: u16,
    /// What its clauses read.
    pub code: u32,
    /// It certainly applies.
    pub must: bool,
    /// It may bind.
    pub binds: bool,
    /// It certainly binds.
    pub certainly_binds: bool,
}

/// What the windows say of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowAnswer {
    /// The windows that bind and that the change does not keep to.
    pub broken: Vec<Broken>,
    /// The windows that the change may meet: where it hangs on others whether it is inside, it hangs on these.
    pub near: Vec<Standing>,
}

/// A window that binds and that a change does not keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Broken {
    /// Which window.
    pub at: u16,
    /// Whether that is certain.
    pub certain: bool,
    /// It hangs on what other windows offer.
    pub by_others: bool,
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

impl Answers {
    fn new(env: &Env<'_>, tested: Tested, begun: Begun) -> Self {
        let slots = |count: usize| (0..count).map(|_| RwLock::default()).collect();
        Self {
            tested,
            begun,
            blackouts: slots(env.program.blackouts.len()),
            windows: slots(env.program.windows.len()),
            live: OnceLock::new(),
            together: Mutex::default(),
        }
    }

    /// The blackouts that can concern anybody: in force at that interval, and not fixed to other times.
    pub fn live(&self, env: &Env<'_>) -> &[u16] {
        self.live.get_or_init(|| {
            let numbered = (0_u16..).zip(&env.program.blackouts);
            numbered
                .filter(|(at, period)| {
                    let id = PeriodId::Blackout(*at);
                    let reads = env.common.periods.inputs.get(env.common.periods.inputs.number(id));
                    let fixed = reads.is_some_and(|inputs| inputs.nodes.is_empty());
                    let met = || {
                        let code = reads.map_or(0, |inputs| inputs.code_of_nothing());
                        self.overlap(env, id, code).verdict != Kleene::No
                    };
                    !period.head.muted && in_force(env, &period.head, self.tested).be_true && (!fixed || met())
                })
                .map(|(at, _)| at)
                .collect()
        })
    }

    fn slot(&self, id: PeriodId) -> Option<&RwLock<Met>> {
        match id {
            PeriodId::Blackout(at) => self.blackouts.get(usize::from(at)),
            PeriodId::Window(at) => self.windows.get(usize::from(at)),
        }
    }

    /// Whether a statement meets the interval for anything of what rows give.
    #[must_use]
    pub fn meets_any(&self, env: &Env<'_>, id: PeriodId, present: &Bits) -> bool {
        let Some(slot) = self.slot(id) else { return true };
        let new: Vec<u32> = present.without(&read(slot).known).collect();
        for code in new {
            let _ = self.overlap(env, id, code);
        }
        read(slot).met.meets(present)
    }

    /// Whether and until when the interval meets an occurrence of a statement, for what its clauses read.
    #[must_use]
    pub fn overlap(&self, env: &Env<'_>, id: PeriodId, code: u32) -> Overlap {
        const NEVER: Overlap = Overlap { verdict: Kleene::No, until: None, entry: None };
        let Some(slot) = self.slot(id) else { return NEVER };
        {
            let known = read(slot);
            if known.known.has(code) {
                return known.overlaps.get(&code).copied().unwrap_or(NEVER);
            }
        }
        let role = match id {
            PeriodId::Blackout(_) => Role::Blackout,
            PeriodId::Window(_) => Role::Window,
        };
        let overlap = time::overlap(&entries(env, id, code), role, self.tested);
        let mut slot = slot.write().unwrap_or_else(PoisonError::into_inner);
        slot.known.set(code);
        if overlap.verdict != Kleene::No {
            slot.met.set(code);
            slot.overlaps.insert(code, overlap);
        }
        overlap
    }

    /// The same for everything that the rows of a frame give; by code.
    #[must_use]
    pub fn overlaps(&self, env: &Env<'_>, id: PeriodId, codes: &Codes) -> Vec<Option<Overlap>> {
        let most = codes.first.iter().map(|(code, _)| *code as usize + 1).max().unwrap_or(0);
        let mut known = vec![None; most];
        for (code, _) in &codes.first {
            if let Some(slot) = known.get_mut(*code as usize) {
                *slot = Some(self.overlap(env, id, *code));
            }
        }
        known
    }

    /// What the windows together say of a row to which they stand like that.
    #[must_use]
    pub fn windows(&self, env: &Env<'_>, standings: &[Standing]) -> Arc<WindowAnswer> {
        let locked = || self.together.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = locked().get(standings) {
            return Arc::clone(known);
        }
        let answer = Arc::new(together(env, standings, self.tested, self.begun));
        locked().insert(standings.to_vec(), Arc::clone(&answer));
        answer
    }
}

/// The times that a window offers a change: the entries by which it certainly may go, and whether that may be all that it offers.
#[must_use]
pub fn offers(env: &Env<'_>, at: u16, code: u32, begun: Begun) -> Vec<Entry> {
    let id = PeriodId::Window(at);
    let mut offered = entries(env, id, code).as_ref().clone();
    if period_of(env, id).is_some_and(|period| period.overrun) {
        match begun {
            Begun::No => {}
            Begun::At(started) => offered.iter_mut().for_each(|entry| entry.overrun = Some(started)),
            // Had it begun within the window, it might finish at any time.
            Begun::Unknown => offered.push(Entry::new(Recurrence::Unknown, Zone::utc())),
        }
    }
    offered
}

/// The rule of windows: inside the union of those that certainly apply, or inside every one that may; inside each that is `mandatory` as well.
fn together(env: &Env<'_>, standings: &[Standing], tested: Tested, begun: Begun) -> WindowAnswer {
    if !standings.iter().any(|standing| standing.binds) {
        return WindowAnswer::default();
    }
    // An exception lifts what a window asks for, not what it offers: its times count whatever its `except` says.
    let mut certain = Vec::new();
    let mut possible = Vec::new();
    let mut inside_each = true;
    let mut own: Vec<(Standing, bool, Kleene)> = Vec::with_capacity(standings.len());
    for standing in standings {
        let offered = offers(env, standing.at, standing.code, begun);
        let inside = time::union_inside(&offered, tested);
        let mandatory = period_of(env, PeriodId::Window(standing.at)).is_some_and(|period| period.mandatory);
        own.push((*standing, mandatory, inside));
        inside_each &= !standing.binds || inside == Kleene::Yes;
        if standing.must {
            certain.extend(offered.iter().cloned());
        }
        possible.extend(offered);
    }
    let kept = inside_each || time::union_inside(&certain, tested) == Kleene::Yes;
    let certainly_outside = !kept && time::union_inside(&possible, tested) == Kleene::No;
    let broken = own
        .into_iter()
        .filter(|(standing, mandatory, inside)| standing.binds && (!kept || (*mandatory && *inside != Kleene::Yes)))
        .map(|(standing, mandatory, inside)| {
            let outside = certainly_outside || (mandatory && inside == Kleene::No);
            Broken { at: standing.at, certain: standing.certainly_binds && outside, by_others: !kept && !outside }
        })
        .collect();
    let meets = |standing: &&Standing| {
        let offered = offers(env, standing.at, standing.code, begun);
        time::overlap(&offered, Role::Window, tested).verdict != Kleene::No
    };
    let near = if kept || certainly_outside { Vec::new() } else { standings.iter().filter(meets).copied().collect() };
    WindowAnswer { broken, near }
}

/// Whether the tested interval meets an occurrence of a blackout or window in each row, whatever its `except`: its scope, whether it is in force,
/// and its time.
#[must_use]
pub fn overlaps(frame: &super::super::frame::Frame<'_>, id: PeriodId) -> super::super::column::Truth {
    use super::super::column::Truth;
    let env = frame.env;
    let Some(period) = period_of(env, id) else { return Truth::constant(frame.len(), Could::UNKNOWN) };
    let scope = super::super::arms::scope(frame, &period.head).and(&super::force(frame, &period.head));
    if scope.may.count_set_bits() == 0 {
        return scope;
    }
    let codes = super::given::FrameCodes::default().of(frame, id);
    let tested = super::tested_in(frame);
    let mut last: Option<Arc<Answers>> = None;
    let met = Truth::collect(frame.len(), |row| {
        let (Some(tested), Some(code)) = (tested.get(row), codes.of.get(row)) else { return Could::UNKNOWN };
        let answers = match &last {
            Some(same) if same.tested == *tested => Arc::clone(same),
            _ => env.common.periods.answers.of(env, *tested, Begun::No),
        };
        let overlap = answers.overlap(env, id, *code);
        last = Some(answers);
        super::could(overlap.verdict)
    });
    scope.and(&met)
}

/// Whether a frame is about a change, and whether work on it has begun; all rows are of one change.
#[must_use]
pub fn begun(frame: &super::super::frame::Frame<'_>) -> Begun {
    let change = frame.rows(VarId::CHANGE).and_then(|rows| rows.first().copied());
    change.map_or(Begun::No, |change| Begun::of(frame.env, change))
}
