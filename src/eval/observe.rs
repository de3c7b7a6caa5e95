//! What an evaluation is spent on, for somebody outside who measures it. Nothing that is worked out depends on it.

use std::fmt::Debug;

use crate::check::program::{Head, Program};

/// A part of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A triage block, by position.
    Triage(u16),
    /// A categorisation.
    Categorise(u16),
    /// A risk.
    Risk(u16),
    /// A rule.
    Rule(u16),
    /// An obligation.
    Obligation(u16),
    /// An approval.
    Approval(u16),
    /// A blackout.
    Blackout(u16),
    /// A window.
    Window(u16),
    /// What is worked out before any row, and which rows there are.
    Preparing,
    /// The reasons, verdicts and duties of each row, from what statements say of it.
    Reasons,
    /// When a change may go.
    Times,
}

impl Step {
    /// What kind of statement it is, and the statement; none where it is not one.
    #[must_use]
    pub fn statement(self, program: &Program) -> Option<(&'static str, &Head)> {
        let at = usize::from;
        Some(match self {
            Self::Triage(n) => ("triage", &program.triages.get(at(n))?.head),
            Self::Categorise(n) => ("categorise", &program.categorises.get(at(n))?.head),
            Self::Risk(n) => ("risk", &program.risks.get(at(n))?.head),
            Self::Rule(n) => ("rule", &program.rules.get(at(n))?.head),
            Self::Obligation(n) => ("obligation", &program.obligations.get(at(n))?.head),
            Self::Approval(n) => ("approval", &program.approvals.get(at(n))?.head),
            Self::Blackout(n) => ("blackout", &program.blackouts.get(at(n))?.head),
            Self::Window(n) => ("window", &program.windows.get(at(n))?.head),
            Self::Preparing | Self::Reasons | Self::Times => return None,
        })
    }
}

/// Hears of the steps as they begin and end. On each thread they nest; what is inside another step is not part of that one.
pub trait Observer: Debug + Send + Sync {
    /// A step begins on this thread.
    fn begin(&self, step: Step);
    /// The step that began last on this thread ends.
    fn end(&self);
}

/// A step that goes on until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Going<'a>(Option<&'a dyn Observer>);

impl<'a> Going<'a> {
    /// Begins a step, where anybody wants to hear of it.
    pub fn begin(observer: Option<&'a dyn Observer>, step: Step) -> Self {
        if let Some(observer) = observer {
            observer.begin(step);
        }
        Self(observer)
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        if let Some(observer) = self.0 {
            observer.end();
        }
    }
}
