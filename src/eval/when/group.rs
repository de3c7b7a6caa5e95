//! Rows to which blackouts and windows stand alike, and the first instants at which these let a change go.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::program::PeriodId;
use crate::time::{Instant, Starts};

use super::super::arms::{applies, scope};
use super::super::frame::Frame;
use super::super::period::answers::Standing;
use super::super::period::entries::period_of;
use super::super::period::given::FrameCodes;
use super::super::period::standings;
use super::plan::{Blocks, Plan, View};

/// How blackouts and windows stand to a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Key {
    /// For each of the inputs that blackouts without a scope read: what is given.
    codes: Vec<u32>,
    /// The blackouts with a scope that may apply: which, what is given, and whether it certainly applies, for the worst and for the best.
    scoped: Vec<(u16, u32, bool, bool)>,
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

/// Which of a plan's blackouts have no scope.
#[derive(Debug, Default)]
pub struct Layout {
    plain: Vec<(u16, usize)>,
    inputs: Vec<usize>,
    scoped: Vec<u16>,
}

impl Layout {
    /// Sorts the blackouts of a plan.
    #[must_use]
    pub fn new(plan: &Plan<'_, '_>) -> Self {
        let mut layout = Self::default();
        for at in &plan.blackouts {
            let id = PeriodId::Blackout(*at);
            let Some(period) = period_of(plan.env, id) else { continue };
            if period.head.scope.is_empty() && period.head.except.is_none() {
                let number = plan.env.periods.inputs.number(id);
                let place = layout.inputs.iter().position(|known| *known == number).unwrap_or_else(|| {
                    layout.inputs.push(number);
                    layout.inputs.len() - 1
                });
                layout.plain.push((*at, place));
            } else {
                layout.scoped.push(*at);
            }
        }
        layout
    }

    /// How blackouts and windows stand to each row of a frame.
    #[must_use]
    pub fn keys(&self, plan: &Plan<'_, '_>, frame: &Frame<'_>) -> Vec<Key> {
        let mut codes = FrameCodes::default();
        let mut keys = vec![Key::default(); frame.len()];
        for number in &self.inputs {
            let Some((at, _)) = self.plain.iter().find(|(_, place)| self.inputs.get(*place) == Some(number)) else {
                continue;
            };
            let codes = codes.of(frame, PeriodId::Blackout(*at));
            keys.iter_mut().zip(&codes.of).for_each(|(key, code)| key.codes.push(*code));
        }
        for at in &self.scoped {
            let id = PeriodId::Blackout(*at);
            let Some(period) = period_of(plan.env, id) else { continue };
            let codes = codes.of(frame, id);
            if !plan.answers.meets_any(plan.env, id, &codes.present) {
                continue;
            }
            let applies = applies(frame, &period.head);
            let mut certain = scope(frame, &period.head);
            if let Some(except) = period.head.except {
                certain = certain.and(&frame.truth(except).not());
            }
            for row in applies.may.set_indices() {
                if let (Some(key), Some(code)) = (keys.get_mut(row), codes.of.get(row)) {
                    key.scoped.push((*at, *code, applies.must_at(row), certain.must_at(row)));
                }
            }
        }
        for (key, standings) in keys.iter_mut().zip(standings(frame, &plan.windows, plan.reach, &mut codes)) {
            key.windows = standings;
        }
        keys
    }

    /// What a row is allowed.
    #[must_use]
    pub fn constraints(&self, plan: &Plan<'_, '_>, key: &Key, view: View) -> Vec<Constraint> {
        let blocks = |at: u16| {
            period_of(plan.env, PeriodId::Blackout(at))
                .map_or(Blocks { certain: true, unknown: true }, |period| Blocks::of(plan.env, &period.head))
        };
        let plain = self.plain.iter().filter_map(|(at, place)| Some((*at, *key.codes.get(*place)?, true, true)));
        let mut all: Vec<Constraint> = plain
            .chain(key.scoped.iter().copied())
            .filter(|(at, _, must, certain)| {
                let blocks = blocks(*at);
                match view {
                    View::Worst => blocks.unknown || (blocks.certain && *must),
                    View::Best => blocks.certain && *certain,
                }
            })
            .map(|(at, code, must, _)| Constraint {
                starts: if view == View::Worst && must && !blocks(at).certain {
                    plan.clear_or_certain(at, code)
                } else {
                    plan.clear_of(at, code, view)
                },
                by: vec![PeriodId::Blackout(at)],
                code: Some(code),
            })
            .collect();
        if key.windows.iter().any(|standing| standing.binds) {
            let by = key.windows.iter().filter(|one| one.binds).map(|one| PeriodId::Window(one.at)).collect();
            all.push(Constraint { starts: plan.inside(&key.windows, view), by, code: None });
        }
        all.retain(|constraint| !is_all(&constraint.starts));
        all
    }
}

impl Layout {
    /// The statements of which it is not known what they allow a row.
    #[must_use]
    pub fn uncertain(&self, plan: &Plan<'_, '_>, key: &Key) -> Vec<PeriodId> {
        let plain = self.plain.iter().filter_map(|(at, place)| Some((*at, *key.codes.get(*place)?, true)));
        let scoped = key.scoped.iter().map(|(at, code, _, certain)| (*at, *code, *certain));
        let differs = |at: u16, code: u32| {
            plan.clear_of(at, code, View::Worst).ranges() != plan.clear_of(at, code, View::Best).ranges()
        };
        let blackouts = plain.chain(scoped).filter(|(at, code, certain)| !certain || differs(*at, *code));
        let mut found: Vec<PeriodId> = blackouts.map(|(at, ..)| PeriodId::Blackout(at)).collect();
        let (worst, best) = (plan.inside(&key.windows, View::Worst), plan.inside(&key.windows, View::Best));
        if key.windows.iter().any(|standing| standing.binds) && worst.ranges() != best.ranges() {
            found.extend(key.windows.iter().map(|standing| PeriodId::Window(standing.at)));
        }
        found
    }
}

/// Whether every instant of the horizon is in a set.
fn is_all(starts: &Starts) -> bool {
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

/// The first instant from `from` on that all constraints allow.
#[must_use]
pub fn first(constraints: &[Constraint], from: Instant) -> FirstOf {
    let mut at = from;
    loop {
        let before = at;
        for constraint in constraints {
            let starts = &constraint.starts;
            let ranges = starts.ranges();
            let next = ranges.get(ranges.partition_point(|range| range.to <= at));
            match next {
                Some(range) => at = at.max(range.from),
                None if starts.known_to() < starts.horizon().to() => return FirstOf::GaveUp,
                None => return FirstOf::Never,
            }
        }
        if at == before {
            return FirstOf::At(at);
        }
    }
}

/// The constraints of several groups together, each once.
#[must_use]
pub fn together(all: impl IntoIterator<Item = Vec<Constraint>>) -> Vec<Constraint> {
    let mut seen: HashMap<*const Starts, Constraint> = HashMap::new();
    let mut order = Vec::new();
    for constraint in all.into_iter().flatten() {
        let at = Arc::as_ptr(&constraint.starts);
        seen.entry(at).or_insert_with(|| {
            order.push(at);
            constraint
        });
    }
    order.into_iter().filter_map(|at| seen.remove(&at)).collect()
}
