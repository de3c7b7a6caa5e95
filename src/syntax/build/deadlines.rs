//! `triage` and `categorise`: arms and deadlines.

use super::super::expr::{Expr, Name};
use super::super::grammar::Rule;
use super::super::tree::{Arm, Deadline, DeadlineKind, EndOfDay, Triage};
use super::{Builder, Pair};

impl Builder<'_> {
    /// One clause of `triage` that is not common to all statements.
    pub(super) fn triage_clause(&mut self, triage: &mut Triage, pair: Pair<'_>) {
        match pair.as_rule() {
            Rule::levels_clause => {
                triage
                    .levels
                    .push(pair.into_inner().filter(|p| p.as_rule() == Rule::name).map(|p| self.name(&p)).collect());
            }
            Rule::clock_clause => triage.clock.extend(self.value_in(pair)),
            Rule::done_clause => triage.done.extend(self.value_in(pair)),
            Rule::decide_clause => {
                triage.decide.extend(pair.into_inner().filter(|p| p.as_rule() == Rule::path).map(|p| self.path(&p)));
            }
            Rule::deadline => {
                let deadline = self.deadline(pair);
                if triage.arms.is_empty() {
                    triage.deadline.push(deadline);
                } else {
                    triage.misplaced.push(deadline.span);
                }
            }
            Rule::triage_arm => {
                let arm = self.arm(pair);
                triage.arms.push(arm);
            }
            _ => {}
        }
    }

    /// The `clause_value` within a clause.
    pub(super) fn value_in(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let inner = pair.into_inner().find(|p| {
            matches!(p.as_rule(), Rule::clause_value | Rule::time_value | Rule::arithmetic | Rule::span_value)
        })?;
        Some(match inner.as_rule() {
            Rule::arithmetic => self.expr(inner),
            Rule::span_value => self.span_value(inner),
            _ => self.clause_value(inner),
        })
    }

    pub(super) fn arm(&mut self, pair: Pair<'_>) -> Arm {
        let span = self.tight(&pair);
        let mut arm =
            Arm { span, name: Name { text: String::new(), span }, deadline: None, when: None, otherwise: None };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::level_name | Rule::category_name => arm.name = self.name_in(&inner),
                Rule::deadline => arm.deadline = Some(self.deadline(inner)),
                Rule::arm_when => arm.when = self.value_in(inner),
                Rule::kw_otherwise => arm.otherwise = Some(self.span(&inner)),
                _ => {}
            }
        }
        arm
    }

    pub(super) fn deadline(&mut self, pair: Pair<'_>) -> Deadline {
        let span = self.tight(&pair);
        let mut kind = None;
        let mut end_of_day = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::within_deadline => kind = Some(self.within(inner)),
                Rule::by_deadline => kind = self.value_in(inner).map(DeadlineKind::By),
                Rule::relative_deadline => kind = Some(self.relative(inner)),
                Rule::end_of_day => {
                    let span = self.tight(&inner);
                    let zone = inner.into_inner().find(|p| p.as_rule() == Rule::in_zone).and_then(|p| self.zone(p));
                    end_of_day = Some(EndOfDay { span, zone });
                }
                _ => {}
            }
        }
        let kind = kind.unwrap_or_else(|| DeadlineKind::By(self.missing(span)));
        Deadline { span, kind, end_of_day }
    }

    fn within(&mut self, pair: Pair<'_>) -> DeadlineKind {
        let place = self.tight(&pair);
        let mut parts = Vec::new();
        let mut of = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::span_value => {
                    let expr = self.span_value(inner);
                    parts.push((expr, self.height));
                }
                Rule::deadline_of => of = self.value_in(inner),
                _ => {}
            }
        }
        let span = if parts.is_empty() { self.missing(place) } else { self.defaults(parts) };
        DeadlineKind::Within { span, of }
    }

    fn relative(&mut self, pair: Pair<'_>) -> DeadlineKind {
        let place = self.tight(&pair);
        let mut before = true;
        let mut span = None;
        let mut time = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::span_value => span = Some(self.span_value(inner)),
                Rule::kw_after => before = false,
                Rule::time_value => time = Some(self.clause_value(inner)),
                _ => {}
            }
        }
        let span = span.unwrap_or_else(|| self.missing(place));
        let time = time.unwrap_or_else(|| self.missing(place));
        if before { DeadlineKind::Before { span, time } } else { DeadlineKind::After { span, time } }
    }

    /// `in ZONE`
    pub(super) fn zone(&mut self, pair: Pair<'_>) -> Option<Expr> {
        pair.into_inner().find(|p| p.as_rule() == Rule::source_text).map(|p| self.single(p))
    }
}
