//! `risk`, `approval`, `obligation`, `waiver`: their own clauses.

use super::super::expr::{Expr, ExprKind, Name};
use super::super::grammar::Rule;
use super::super::tree::{Add, Approval, Band, Meets, Need, Obligation, Risk, Waiver, WaiverDates};
use super::{Builder, Pair};

impl Builder<'_> {
    /// One clause of `risk`.
    pub(super) fn risk_clause(&mut self, risk: &mut Risk, pair: Pair<'_>) {
        match pair.as_rule() {
            Rule::add_clause => {
                let span = self.tight(&pair);
                let (mut value, mut when) = (None, None);
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::arithmetic => value = Some(self.expr(inner)),
                        Rule::arm_when => when = self.value_in(inner),
                        _ => {}
                    }
                }
                risk.adds.extend(value.map(|value| Add { span, value, when }));
            }
            Rule::bands_clause => {
                let bands = pair.into_inner().filter(|p| p.as_rule() == Rule::band).collect::<Vec<_>>();
                let bands = bands.into_iter().filter_map(|band| self.band(band)).collect();
                risk.bands.push(bands);
            }
            _ => {}
        }
    }

    fn band(&mut self, pair: Pair<'_>) -> Option<Band> {
        let span = self.tight(&pair);
        let name = self.name_in(&pair);
        let from = self.value_in(pair)?;
        Some(Band { span, name, from })
    }

    /// One clause of `approval`.
    pub(super) fn approval_clause(&mut self, approval: &mut Approval, pair: Pair<'_>) {
        let span = self.tight(&pair);
        match pair.as_rule() {
            Rule::need_clause => {
                let need = self.need(pair);
                approval.needs.push(need);
            }
            Rule::not_by_clause => approval.not_by.extend(self.path_list(&pair)),
            Rule::after_clause => approval.after.extend(self.path_list(&pair)),
            Rule::valid_clause => approval.valid.extend(self.value_in(pair)),
            Rule::meets_clause => {
                let calendar = pair.clone().into_inner().find(|p| p.as_rule() == Rule::path).map(|p| self.path(&p));
                let closes = self.value_in(pair);
                approval.meets.extend(calendar.map(|calendar| Meets { span, calendar, closes }));
            }
            Rule::review_clause | Rule::afterwards_clause => {
                let review = pair.as_rule() == Rule::review_clause;
                let Some(deadline) = pair.into_inner().find(|p| p.as_rule() == Rule::deadline) else { return };
                let deadline = self.deadline(deadline);
                if review {
                    approval.review.push(deadline);
                } else {
                    approval.afterwards.push(deadline);
                }
            }
            Rule::survives_clause => approval.survives_edits.push(span),
            _ => {}
        }
    }

    fn need(&mut self, pair: Pair<'_>) -> Need {
        let span = self.tight(&pair);
        let mut need = Need { span, count: self.leaf(span, ExprKind::Bool(false)), roles: Vec::new(), each: None };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::number => {
                    let text = inner.as_str().replace('_', "");
                    need.count = Expr { span: self.span(&inner), kind: ExprKind::Number(text) };
                }
                Rule::text_list => need.roles = self.texts(&inner),
                Rule::need_each => need.each = self.need_each(inner),
                _ => {}
            }
        }
        need
    }

    fn need_each(&mut self, pair: Pair<'_>) -> Option<(Name, Expr)> {
        let (mut name, mut list) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => name = Some(self.name(&inner)),
                Rule::arithmetic => list = Some(self.expr(inner)),
                _ => {}
            }
        }
        name.zip(list)
    }

    pub(super) fn path_list(&self, pair: &Pair<'_>) -> Vec<super::Path> {
        let list = pair.clone().into_inner().find(|p| p.as_rule() == Rule::path_list);
        list.map(|list| self.paths(&list)).unwrap_or_default()
    }

    /// One clause of `obligation`.
    pub(super) fn obligation_clause(&mut self, obligation: &mut Obligation, pair: Pair<'_>) {
        match pair.as_rule() {
            Rule::assigned_clause => {
                let roles = pair.into_inner().find(|p| p.as_rule() == Rule::text_list).map(|p| self.texts(&p));
                obligation.assigned.extend(roles);
            }
            Rule::due_clause => {
                let Some(deadline) = pair.into_inner().find(|p| p.as_rule() == Rule::deadline) else { return };
                let deadline = self.deadline(deadline);
                obligation.due.push(deadline);
            }
            Rule::met_clause => obligation.met.extend(self.value_in(pair)),
            _ => {}
        }
    }

    /// One clause of `waiver`.
    pub(super) fn waiver_clause(&mut self, waiver: &mut Waiver, pair: Pair<'_>) {
        let span = self.tight(&pair);
        match pair.as_rule() {
            Rule::waives_clause => waiver.waives.push(self.path_list(&pair)),
            Rule::waiver_dates => {
                let mut times = pair.into_inner().filter(|p| p.as_rule() == Rule::time_value).collect::<Vec<_>>();
                let until = times.pop().map(|time| self.clause_value(time));
                let from = times.pop().map(|time| self.clause_value(time));
                waiver.dates.extend(from.zip(until).map(|(from, until)| WaiverDates { span, from, until }));
            }
            Rule::waiver_by => {
                let roles = pair.into_inner().find(|p| p.as_rule() == Rule::text_list).map(|p| self.texts(&p));
                waiver.by.extend(roles);
            }
            Rule::provided_clause => waiver.provided.extend(self.value_in(pair)),
            _ => {}
        }
    }
}
