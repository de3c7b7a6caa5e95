//! Absences that could help by way of numbers and of other statements: counts, scores, bands, votes, duties and waivers.

use crate::syntax::expr::AggKind;

use super::checker::Checker;
use super::polarity::{Look, Place, elements};
use super::program::{
    ApprovalField, ArithOp, CompareOp, Const, DueNode, Excluded, Head, NodeId, Op, PeriodId, RiskField, Waivable, When,
};

impl Checker {
    /// What an approval, obligation, waiver or risk looks at, unless it says what it assumes.
    pub(super) fn absences_of_people(&self) -> Vec<(String, Look)> {
        let mut roots = Vec::new();
        let mut add = |head: &Head, kind: &str, looks: Vec<Look>| {
            if head.assumes.is_none() {
                roots.extend(looks.into_iter().map(|look| (format!("{kind} `{}`", head.name), look)));
            }
        };
        for (index, risk) in self.program.risks.iter().enumerate() {
            // The upper end of a score is what is reported.
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            add(&risk.head, "risk", self.of_risk(index, Place::Restricts, Place::Restricts));
        }
        for approval in &self.program.approvals {
            let mut looks = scoped(&approval.head, Place::Restricts);
            let dues = [&approval.afterwards, &approval.review].into_iter().flatten().flat_map(DueNode::nodes);
            let parts = approval.not_by.iter().flat_map(|excluded| match excluded {
                Excluded::One(node) => vec![*node],
                Excluded::Each(list) => elements(list),
            });
            let closes = approval.meets.as_ref().and_then(|meets| meets.closes);
            let lists =
                approval.needs.iter().filter_map(|need| need.each.as_ref()).flat_map(|(_, list, _)| elements(list));
            looks.extend(
                dues.chain(parts)
                    .chain(lists)
                    .chain(approval.valid)
                    .chain(closes)
                    .map(|node| Look::Truth(node, Place::Both)),
            );
            add(&approval.head, "approval", looks);
        }
        for obligation in &self.program.obligations {
            let mut looks = scoped(&obligation.head, Place::Restricts);
            looks.extend(obligation.met.map(|met| Look::Truth(met, Place::Relaxes)));
            let due = obligation.due.iter().flat_map(DueNode::nodes);
            looks.extend(due.map(|node| Look::Truth(node, Place::Both)));
            add(&obligation.head, "obligation", looks);
        }
        for waiver in &self.program.waivers {
            let mut looks = scoped(&waiver.head, Place::Relaxes);
            looks.extend(waiver.provided.map(|provided| Look::Truth(provided, Place::Relaxes)));
            add(&waiver.head, "waiver", looks);
        }
        roots
    }

    /// What an approval hangs on where it is asked for in a condition.
    pub(super) fn of_approval(&self, index: u16, field: ApprovalField, place: Place) -> Vec<Look> {
        let Some(approval) = self.program.approvals.get(usize::from(index)) else { return Vec::new() };
        let required = match field {
            ApprovalField::Approved => place,
            ApprovalField::Cleared => place.turned(),
        };
        let mut looks = if approval.head.assumes.is_none() { scoped(&approval.head, required) } else { Vec::new() };
        // Votes count only after what they follow, and what is not required does not hold them up.
        let followed = approval.after.iter().filter_map(|earlier| self.program.approvals.get(usize::from(*earlier)));
        let followed = followed.filter(|earlier| earlier.head.assumes.is_none());
        looks.extend(followed.flat_map(|earlier| scoped(&earlier.head, place.turned())));
        looks
    }

    /// What `met(x)` hangs on: a duty that is not asked for is met.
    pub(super) fn of_obligation(&self, index: u16, place: Place) -> Vec<Look> {
        let Some(obligation) = self.program.obligations.get(usize::from(index)) else { return Vec::new() };
        if obligation.head.assumes.is_some() {
            return Vec::new();
        }
        let mut looks = scoped(&obligation.head, place.turned());
        looks.extend(obligation.met.map(|met| Look::Truth(met, place)));
        looks
    }

    /// What `overlaps(x)` hangs on: scope and time of the blackout or window.
    pub(super) fn of_period(&self, id: PeriodId, place: Place) -> Vec<Look> {
        let Some(period) = self.period_of(id).filter(|period| period.head.assumes.is_none()) else { return Vec::new() };
        let scope = period.head.scope.iter().map(|node| Look::Truth(*node, place));
        let on = period.times.iter().filter_map(When::condition).map(|node| Look::Truth(node, place));
        let others = period.times.iter().flat_map(When::sources).map(|node| Look::Truth(node, Place::Both));
        scope.chain(on).chain(others).collect()
    }

    /// What the waivers of a statement hang on.
    pub(super) fn of_waivers(&self, target: Waivable, place: Place) -> Vec<Look> {
        let waivers = self.program.waivers.iter();
        let waivers = waivers.filter(|waiver| waiver.waives.contains(&target) && waiver.head.assumes.is_none());
        waivers
            .flat_map(|waiver| {
                let mut looks = scoped(&waiver.head, place);
                looks.extend(waiver.provided.map(|provided| Look::Truth(provided, place)));
                looks
            })
            .collect()
    }

    /// What a risk hangs on: its score, where a great one is of this place, and its being in scope at all.
    pub(super) fn of_risk(&self, index: u16, score: Place, scope: Place) -> Vec<Look> {
        let Some(risk) = self.program.risks.get(usize::from(index)) else { return Vec::new() };
        if risk.head.assumes.is_some() {
            return Vec::new();
        }
        let mut looks = scoped(&risk.head, scope);
        for add in &risk.adds {
            looks.push(Look::Amount(add.value, score));
            let of_condition = match self.sign(add.value, 0) {
                Some(true) => score,
                Some(false) => score.turned(),
                None => Place::Both,
            };
            looks.extend(add.when.map(|when| Look::Truth(when, of_condition)));
        }
        looks
    }

    /// What a comparison of a band hangs on. One with the highest band is as good as `>=`; one with a middle band is read both ways.
    pub(super) fn of_band(&self, index: u16, op: CompareOp, band: &Const, place: Place) -> Vec<Look> {
        let Const::Enum(code) = band else { return self.of_risk(index, Place::Both, Place::Both) };
        let bands = self.program.risks.get(usize::from(index)).map_or(0, |risk| risk.bands.values.len());
        let highest = usize::try_from(*code).is_ok_and(|code| code + 1 == bands);
        match op {
            CompareOp::Gt | CompareOp::Ge => self.of_risk(index, place, place),
            // A score below every band has none, and is not below the lowest.
            CompareOp::Lt | CompareOp::Le if self.always_banded(index) => self.of_risk(index, place.turned(), place),
            CompareOp::Lt | CompareOp::Le => self.of_risk(index, Place::Both, place),
            CompareOp::Eq if highest => self.of_risk(index, place, place),
            CompareOp::Ne if highest => self.of_risk(index, place.turned(), place.turned()),
            CompareOp::Eq if *code == 0 && self.always_banded(index) => self.of_risk(index, place.turned(), place),
            CompareOp::Ne if *code == 0 && self.always_banded(index) => self.of_risk(index, place, place.turned()),
            CompareOp::Eq | CompareOp::Ne => self.of_risk(index, Place::Both, Place::Both),
        }
    }

    /// `risk.x.band in { high, medium }` with the highest bands is as good as `>=`; none where it is something else.
    pub(super) fn bands_in(&self, value: NodeId, items: &[NodeId], place: Place) -> Option<Vec<Look>> {
        let Some(Op::Risk(index, RiskField::Band)) = self.node(value).map(|found| &found.op) else { return None };
        let mut codes = Vec::new();
        for item in items {
            let Some(Const::Enum(code)) = self.constant(*item) else { return None };
            codes.push(usize::try_from(*code).ok()?);
        }
        codes.sort_unstable();
        codes.dedup();
        let bands = self.program.risks.get(usize::from(*index))?.bands.values.len();
        let first = *codes.first()?;
        let upward = codes.iter().copied().eq(first..bands);
        upward.then(|| self.of_risk(*index, place, place))
    }

    /// Whether every score has a band: nothing can bring one below the lowest.
    fn always_banded(&self, index: u16) -> bool {
        self.program.risks.get(usize::from(index)).is_some_and(|risk| {
            risk.from.first().is_some_and(|lowest| lowest.raw() <= 0)
                && risk.adds.iter().all(|add| self.sign(add.value, 0) == Some(true))
        })
    }

    /// Whether a number is never negative, or never positive.
    fn sign(&self, node: NodeId, depth: usize) -> Option<bool> {
        let found = self.node(node)?;
        if depth > 64 {
            return None;
        }
        let inner = |node: NodeId| self.sign(node, depth + 1);
        match &found.op {
            Op::Const(Const::Int(n)) => Some(*n >= 0),
            Op::Const(Const::Decimal(n)) => Some(n.raw() >= 0),
            Op::Const(Const::Duration(n)) => Some(*n >= 0),
            Op::Agg { kind: AggKind::Count | AggKind::Share, .. } | Op::Cvss(..) => Some(true),
            Op::Field(..) => found.ty.range.filter(|(low, _)| *low >= 0).map(|_| true),
            Op::ToNumber(a) => inner(*a),
            Op::Neg(a) => inner(*a).map(|sign| !sign),
            Op::Arith(ArithOp::Mul | ArithOp::Div, a, b) => Some(inner(*a)? == inner(*b)?),
            Op::Arith(ArithOp::Add, a, b) => inner(*a).filter(|sign| inner(*b) == Some(*sign)),
            Op::If(_, a, b) => inner(*a).filter(|sign| inner(*b) == Some(*sign)),
            _ => None,
        }
    }

    /// Looks at a number of which it is known what it means that it is great.
    pub(super) fn amount(&self, node: NodeId, place: Place, stack: &mut Vec<Look>) {
        let Some(found) = self.node(node) else { return };
        match &found.op {
            Op::Const(_) => {}
            Op::ToNumber(inner) => stack.push(Look::Amount(*inner, place)),
            Op::Neg(inner) => stack.push(Look::Amount(*inner, place.turned())),
            Op::Agg { kind: AggKind::Count | AggKind::Share, filter, list, .. } => {
                stack.extend(filter.map(|filter| Look::Truth(filter, place)));
                stack.extend(elements(list).into_iter().map(|node| Look::Truth(node, Place::Both)));
            }
            Op::Arith(ArithOp::Add, a, b) => stack.extend([Look::Amount(*a, place), Look::Amount(*b, place)]),
            Op::Arith(ArithOp::Sub, a, b) => stack.extend([Look::Amount(*a, place), Look::Amount(*b, place.turned())]),
            Op::Arith(ArithOp::Mul, a, b) => {
                let factor = |node: NodeId| self.constant(node).and_then(|_| self.sign(node, 0));
                let (inner, positive) = match (factor(*a), factor(*b)) {
                    (Some(sign), _) => (*b, sign),
                    (None, Some(sign)) => (*a, sign),
                    (None, None) => {
                        stack.extend([Look::Truth(*a, Place::Both), Look::Truth(*b, Place::Both)]);
                        return;
                    }
                };
                stack.push(Look::Amount(inner, if positive { place } else { place.turned() }));
            }
            Op::If(condition, a, b) => {
                stack.extend([Look::Truth(*condition, Place::Both), Look::Amount(*a, place), Look::Amount(*b, place)])
            }
            Op::Risk(index, RiskField::Score) => stack.extend(self.of_risk(*index, place, Place::Both)),
            _ => stack.push(Look::Truth(node, Place::Both)),
        }
    }
}

/// The scope of a statement and its exception, where its applying is of this place.
fn scoped(head: &Head, place: Place) -> Vec<Look> {
    let scope = head.scope.iter().map(|node| Look::Truth(*node, place));
    scope.chain(head.except.map(|node| Look::Truth(node, place.turned()))).collect()
}
