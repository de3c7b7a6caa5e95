//! `blackout` and `window`: when a change may not, or may, be carried out.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::Name;
use crate::syntax::source::Span;
use crate::syntax::tree::{Body, Statement, TimeClause, TimeForm};
use crate::time::Role;

use super::checker::{Checker, Item};
use super::codes;
use super::env::Env;
use super::head::{self, Kind};
use super::program::{NodeId, Period, PeriodId, Times, VarId, When, ZoneRef};
use super::times::Of;

impl Checker {
    /// A blackout or window that says nothing yet.
    pub(super) fn declare_period(&mut self, unit: usize, statement: &Statement, name: &Name) -> PeriodId {
        let head = self.bare_head(unit, name, statement, head::BLACKOUT.effect);
        let context = Self::context(unit);
        let period = Period { head, times: Vec::new(), mandatory: false, overrun: false, context };
        if matches!(statement.body, Body::Window(_)) {
            self.program.windows.push(period);
            PeriodId::Window(self.place_of_last(self.program.windows.len(), name.span, "windows"))
        } else {
            self.program.blackouts.push(period);
            PeriodId::Blackout(self.place_of_last(self.program.blackouts.len(), name.span, "blackouts"))
        }
    }

    /// The blackout or window with that id.
    pub(super) fn period_of(&self, id: PeriodId) -> Option<&Period> {
        match id {
            PeriodId::Blackout(index) => self.program.blackouts.get(usize::from(index)),
            PeriodId::Window(index) => self.program.windows.get(usize::from(index)),
        }
    }

    pub(super) fn period(&mut self, unit: usize, statement: &Statement, id: PeriodId, clauses: &[TimeClause]) {
        let window = matches!(id, PeriodId::Window(_));
        let kind: &Kind = if window { &head::WINDOW } else { &head::BLACKOUT };
        let role = if window { Role::Window } else { Role::Blackout };
        let env = Env::gate(unit, kind.place);
        let Some(mut head) = self.head(unit, statement, kind, &env) else { return };
        self.readers.push(Item::Decided(kind.keyword, head.name.clone()));
        let of = Of { env: &env, role, covers: None };
        let mut times: Vec<When> = Vec::new();
        let (mut mandatory, mut overrun): (Vec<Span>, Vec<Span>) = (Vec::new(), Vec::new());
        for clause in clauses {
            match &clause.form {
                TimeForm::Mandatory => mandatory.push(clause.span),
                TimeForm::Overrun => overrun.push(clause.span),
                TimeForm::While(condition) => {
                    let node = self.condition(condition, &env);
                    let zone = ZoneRef::Fixed(self.day_zone(unit));
                    times.push(When { times: Times::While(node), zone, not_on: Vec::new(), span: clause.span });
                }
                _ => times.extend(self.times(clause, of)),
            }
        }
        self.readers.pop();
        self.once(&mandatory, |span| *span, "mandatory");
        self.once(&overrun, |span| *span, "overrun allow");
        if !window {
            self.of_windows_only(mandatory.first().copied(), overrun.first().copied());
        }
        if clauses.len() == mandatory.len() + overrun.len() {
            self.never_said(statement);
        }
        let read = times.iter().flat_map(When::nodes);
        let nodes: Vec<NodeId> = head.scope.iter().copied().chain(head.except).chain(read).collect();
        head.vars = self.vars_of_all(nodes);
        // The interval that is tested is the change's.
        if !head.vars.contains(&VarId::CHANGE) {
            head.vars.push(VarId::CHANGE);
            head.vars.sort_unstable();
        }
        let (mandatory, overrun) = (!mandatory.is_empty(), !overrun.is_empty());
        let period = Period { head, times, mandatory, overrun, context: Self::context(unit) };
        let place = match id {
            PeriodId::Blackout(index) => self.program.blackouts.get_mut(usize::from(index)),
            PeriodId::Window(index) => self.program.windows.get_mut(usize::from(index)),
        };
        if let Some(place) = place {
            *place = period;
        }
    }

    fn of_windows_only(&mut self, mandatory: Option<Span>, overrun: Option<Span>) {
        let found = [
            (mandatory, "mandatory", "every blackout that applies has to be kept out of as it is"),
            (overrun, "overrun allow", "it lets a change finish past the end of a `window`"),
        ];
        for (span, clause, help) in found {
            if let Some(span) = span {
                self.report(
                    Diagnostic::error(codes::CLAUSE_NOT_HERE, span, format!("a `blackout` takes no `{clause}`"))
                        .help(format!("take it out: {help}")),
                );
            }
        }
    }

    /// Reports that a blackout, window or calendar has no times.
    pub(super) fn never_said(&mut self, statement: &Statement) {
        let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
        self.report(
            Diagnostic::error(codes::MISSING_CLAUSE, name, "nothing says when this is")
                .help("write `from TIME to TIME`, or `every sunday 02:00 to 06:00 in \"Europe/London\"`"),
        );
    }
}
