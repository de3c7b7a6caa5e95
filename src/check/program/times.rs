//! When things are: blackouts, windows, calendars, sittings and measurements.

use std::sync::Arc;

use crate::syntax::source::Span;
use crate::syntax::tree::Weekday;

use super::super::types::Ty;
use super::{ContextId, Head, ListRef, NodeId, VarId, Zone};

/// The day of the week, as the time room has it.
#[must_use]
pub fn weekday(day: Weekday) -> crate::time::Weekday {
    match day {
        Weekday::Monday => crate::time::Weekday::Monday,
        Weekday::Tuesday => crate::time::Weekday::Tuesday,
        Weekday::Wednesday => crate::time::Weekday::Wednesday,
        Weekday::Thursday => crate::time::Weekday::Thursday,
        Weekday::Friday => crate::time::Weekday::Friday,
        Weekday::Saturday => crate::time::Weekday::Saturday,
        Weekday::Sunday => crate::time::Weekday::Sunday,
    }
}

/// A clause that says when: of a blackout, a window or a calendar.
#[derive(Clone, Debug)]
pub struct When {
    /// What recurs.
    pub times: Times,
    /// Whose clock it goes by.
    pub zone: ZoneRef,
    /// The calendars on whose days there is none.
    pub not_on: Vec<CalendarId>,
    /// The clause in the text.
    pub span: Span,
}

impl When {
    /// The expressions that it reads.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        let zone = match self.zone {
            ZoneRef::Node(node) => Some(node),
            ZoneRef::Fixed(_) => None,
        };
        let own = match self.times {
            Times::Rule(node, _) | Times::File(node) | Times::While(node) => Some(node),
            Times::Known(_) => None,
        };
        own.into_iter().chain(zone)
    }

    /// The condition of a `while`.
    #[must_use]
    pub fn condition(&self) -> Option<NodeId> {
        match self.times {
            Times::While(node) => Some(node),
            _ => None,
        }
    }

    /// The facts that say when: zone, rule and file.
    pub fn sources(&self) -> impl Iterator<Item = NodeId> {
        let condition = self.condition();
        self.nodes().filter(move |node| Some(*node) != condition)
    }
}

/// The times of a clause.
#[derive(Clone, Debug)]
pub enum Times {
    /// Known from the text: a range, a recurrence, a rule, a calendar file.
    Known(crate::time::Recurrence),
    /// A rule (RFC 5545) in a text that is a fact, and how long each of its occurrences lasts.
    Rule(NodeId, crate::time::Lasting),
    /// A calendar file that a fact names.
    File(NodeId),
    /// At any time at which this condition holds.
    While(NodeId),
}

/// The zone of a recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ZoneRef {
    /// A zone named in the text.
    Fixed(Zone),
    /// A field of type `timezone`.
    Node(NodeId),
}

/// `blackout` or `window`
#[derive(Clone, Debug)]
pub struct Period {
    /// What every statement has.
    pub head: Head,
    /// Its times; one is enough.
    pub times: Vec<When>,
    /// A window that must hold by itself, whatever other windows offer.
    pub mandatory: bool,
    /// A change that has begun within this window may finish past its end.
    pub overrun: bool,
    /// Whose business days count.
    pub context: ContextId,
}

/// A blackout or a window, as an index into the program's list of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodId {
    /// An index into [`Program::blackouts`].
    Blackout(u16),
    /// An index into [`Program::windows`].
    Window(u16),
}

/// A calendar, as an index into [`Program::calendars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarId(pub u16);

/// `calendar`: its times are known from the text and from the files that it names, so the checker works them out.
#[derive(Clone, Debug)]
pub struct NamedCalendar {
    /// The name; a pack's with its alias.
    pub name: String,
    /// The title.
    pub title: Option<String>,
    /// The place of the statement.
    pub span: Span,
    /// Its times.
    pub times: Arc<crate::time::Calendar>,
}

/// `metric`: what is measured, and of what.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The name; a pack's with its alias.
    pub name: String,
    /// The title.
    pub title: Option<String>,
    /// The place of the statement.
    pub span: Span,
    /// The name that samples give in `metric`.
    pub series: String,
    /// The texts, or records by their ids, of which a sample's label must name one; without it a sample is of the asset that it names, or of all.
    pub of: Option<MetricOf>,
    /// How old a sample may be, in microseconds; without it of any age.
    pub stale: Option<i64>,
    /// What is measured: a number, a percent, a duration.
    pub ty: Ty,
}

/// `of asset.services by label "service"`
#[derive(Clone, Debug)]
pub struct MetricOf {
    /// A list or set of the asset, or one text of it.
    pub list: Result<ListRef, NodeId>,
    /// For a list: its variable, and the node that names an element.
    pub element: Option<(VarId, NodeId)>,
    /// The label.
    pub label: String,
}

/// Which occurrence of a calendar is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nearest {
    /// The first that starts after a time.
    Next,
    /// The last that starts before it.
    Last,
}

/// `meets cab_sitting, closes 2 business days before`
#[derive(Clone, Debug)]
pub struct Meets {
    /// The sittings.
    pub calendar: CalendarId,
    /// How long before a sitting a change must have been submitted: a duration or calendar span.
    pub closes: Option<NodeId>,
    /// The clause in the text.
    pub span: Span,
}
