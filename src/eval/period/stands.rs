//! How the conditions of blackouts and windows stand to rows: once for everything that rows can give, where they hang on fields of the asset.

use std::sync::{Arc, PoisonError, RwLock};

use arrow_buffer::BooleanBuffer;

use crate::check::program::{Head, PeriodId, Program, VarId};

use super::super::arms::scope;
use super::super::column::{Rows, Truth};
use super::super::env::Env;
use super::super::frame::{Binding, Frame};
use super::super::mask;
use super::super::value::Could;
use super::entries::period_of;
use super::given::{Codes, FrameCodes};

/// How `for`, `when` and `except` of a statement stand to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stand {
    /// Whether `for` and `when` hold.
    pub scope: Could,
    /// Whether `except` does.
    pub except: Could,
}

impl Stand {
    /// Of which nothing is known.
    pub const UNKNOWN: Self = Self { scope: Could::UNKNOWN, except: Could::UNKNOWN };

    /// Whether a statement that restricts applies: its scope holds, and its `except` is not certain.
    #[must_use]
    pub const fn applies(self) -> Could {
        self.scope.and(Could::certain(self.except.be_false))
    }

    /// Whether it applies whatever is not known.
    #[must_use]
    pub const fn certainly_applies(self) -> bool {
        !self.scope.be_false && !self.except.be_true
    }
}

/// How one statement stands to what rows give; by code.
type ByCode = RwLock<Arc<Vec<Option<Stand>>>>;

/// What was worked out, for each statement.
#[derive(Debug, Default)]
pub struct Cache {
    blackouts: Vec<ByCode>,
    windows: Vec<ByCode>,
}

impl Cache {
    /// An empty cache for a program.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let slots = |count: usize| (0..count).map(|_| ByCode::default()).collect();
        Self { blackouts: slots(program.blackouts.len()), windows: slots(program.windows.len()) }
    }

    fn slot(&self, id: PeriodId) -> Option<&ByCode> {
        match id {
            PeriodId::Blackout(at) => self.blackouts.get(usize::from(at)),
            PeriodId::Window(at) => self.windows.get(usize::from(at)),
        }
    }

    /// How a statement stands to what was given so far.
    #[must_use]
    pub fn so_far(&self, id: PeriodId) -> Arc<Vec<Option<Stand>>> {
        let slot = self.slot(id);
        slot.map_or_else(Arc::default, |slot| Arc::clone(&slot.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// How one statement stands to the rows of a frame.
#[derive(Debug)]
pub enum Stands {
    /// By what the rows give.
    ByCode(Arc<Codes>, Arc<Vec<Option<Stand>>>),
    /// Row by row: the scope, and the exception.
    ByRow(Truth, Truth),
}

impl Stands {
    /// How a statement stands to the rows of a frame.
    #[must_use]
    pub fn of(frame: &Frame<'_>, id: PeriodId, codes: &mut FrameCodes) -> Self {
        let Some(period) = period_of(frame.env, id) else {
            let unknown = Truth::constant(frame.len(), Could::UNKNOWN);
            return Self::ByRow(unknown.clone(), unknown);
        };
        let inputs = frame.env.common.periods.inputs.of_scope(id);
        match inputs.and_then(|number| codes.of_conditions(frame, number)) {
            Some(codes) => {
                let stands = by_code(frame, id, &period.head, &codes);
                Self::ByCode(codes, stands)
            }
            None => {
                let (scope, except) = by_row(frame, &period.head);
                Self::ByRow(scope, except)
            }
        }
    }

    /// How it stands to one row.
    #[must_use]
    pub fn at(&self, row: usize) -> Stand {
        match self {
            Self::ByCode(codes, stands) => {
                let code = codes.of.get(row).map_or(usize::MAX, |code| *code as usize);
                stands.get(code).copied().flatten().unwrap_or(Stand::UNKNOWN)
            }
            Self::ByRow(scope, except) => Stand { scope: scope.at(row), except: except.at(row) },
        }
    }

    /// The rows to which a statement that restricts may apply.
    #[must_use]
    pub fn may_apply(&self) -> BooleanBuffer {
        match self {
            Self::ByCode(codes, stands) => {
                let applies: Vec<bool> =
                    stands.iter().map(|stand| stand.unwrap_or(Stand::UNKNOWN).applies().be_true).collect();
                mask::of(&codes.of, |code| applies.get(code as usize).copied().unwrap_or(true))
            }
            Self::ByRow(scope, except) => &scope.may & &!&except.must,
        }
    }

    /// Where a statement that restricts applies, as far as something else holds: `others` by the row's code among `codes`.
    #[must_use]
    pub fn restricts(&self, codes: &Codes, others: &[Could]) -> Truth {
        let others = Truth::by_code(&codes.of, others);
        match self {
            Self::ByCode(scopes, stands) => {
                let applies: Vec<Could> =
                    stands.iter().map(|stand| stand.unwrap_or(Stand::UNKNOWN).applies()).collect();
                Truth::by_code(&scopes.of, &applies).and(&others)
            }
            Self::ByRow(scope, except) => {
                // An exception relaxes: it acts only where it is certain, and then for certain.
                scope.and(&Truth::sure(!&except.must)).and(&others)
            }
        }
    }

    /// Whether the scope may hold in any row.
    #[must_use]
    pub fn concerns_any(&self) -> bool {
        match self {
            Self::ByCode(codes, stands) => codes
                .first
                .iter()
                .any(|(code, _)| stands.get(*code as usize).copied().flatten().is_none_or(|stand| stand.scope.be_true)),
            Self::ByRow(scope, _) => mask::any(&scope.may),
        }
    }
}

fn by_row(frame: &Frame<'_>, head: &Head) -> (Truth, Truth) {
    let never = || Truth::constant(frame.len(), Could::certain(false));
    (scope(frame, head), head.except.map_or_else(never, |except| frame.truth(except)))
}

/// Looks at one row for each code that has not been seen before.
fn by_code(frame: &Frame<'_>, id: PeriodId, head: &Head, codes: &Codes) -> Arc<Vec<Option<Stand>>> {
    let env: &Env<'_> = frame.env;
    let Some(slot) = env.common.periods.stands.slot(id) else { return Arc::default() };
    let known = env.common.periods.stands.so_far(id);
    let is_new = |(code, _): &&(u32, usize)| known.get(*code as usize).copied().flatten().is_none();
    let new: Vec<(u32, usize)> = codes.first.iter().filter(is_new).copied().collect();
    if new.is_empty() {
        return known;
    }
    let assets = frame.rows(VarId::ASSET).unwrap_or_default();
    let rows: Vec<u32> = new.iter().map(|(_, row)| assets.get(*row).copied().unwrap_or(u32::MAX)).collect();
    let root = Frame::root(env);
    let few = root.inner(rows.len(), Rows::First, vec![(VarId::ASSET, Binding::Rows(Arc::new(rows)))]);
    let (scope, except) = by_row(&few, head);
    let mut slot = slot.write().unwrap_or_else(PoisonError::into_inner);
    let mut all: Vec<Option<Stand>> = slot.to_vec();
    for (row, (code, _)) in new.iter().enumerate() {
        let at = *code as usize;
        if all.len() <= at {
            all.resize(at + 1, None);
        }
        if let Some(stand) = all.get_mut(at) {
            *stand = Some(Stand { scope: scope.at(row), except: except.at(row) });
        }
    }
    *slot = Arc::new(all);
    Arc::clone(&slot)
}
