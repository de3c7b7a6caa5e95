//! Why statements restrict a change, as decisions say it.

use std::sync::Arc;

use crate::check::program::{Effect, Head, NodeId, PeriodId, VarId};
use crate::facts::table::Cause;
use crate::time::Tested;

use super::decision::{At, Reason, UnknownFact};
use super::env::Env;
use super::found::{Found, Hit, Said, looks_at_absence};
use super::frame::{Frame, poss};
use super::period::lacks;
use super::risk::Risks;
use super::unknown::{Known, missing, missing_times};
use super::{display, obligation, waiver};

/// The reasons of rows as decisions print them.
#[derive(Debug)]
pub struct Reasons<'f, 'p> {
    frame: &'f Frame<'p>,
    pub(super) found: &'f Found<'p>,
    tested: Tested,
    known: &'f Known,
    risks: &'f Risks,
    /// By what is said.
    shared: Vec<Option<Arc<Reason>>>,
}

impl<'f, 'p> Reasons<'f, 'p> {
    /// Of what was found for a frame.
    #[must_use]
    pub fn new(frame: &'f Frame<'p>, found: &'f Found<'p>, tested: Tested, known: &'f Known, risks: &'f Risks) -> Self {
        Self { frame, found, tested, known, risks, shared: vec![None; found.rows.all().len()] }
    }

    /// The reasons of one row, by what is said of it, sorted: those of every row of its kind.
    #[must_use]
    pub fn of(&mut self, row: usize, things: &[usize]) -> Vec<Arc<Reason>> {
        let mut reasons: Vec<Arc<Reason>> = things.iter().filter_map(|thing| self.reason(row, *thing)).collect();
        sort(&mut reasons);
        reasons
    }

    fn reason(&mut self, row: usize, thing: usize) -> Option<Arc<Reason>> {
        if let Some(Some(known)) = self.shared.get(thing) {
            return Some(Arc::clone(known));
        }
        let (reason, own) = match self.found.rows.get(thing)? {
            Said::Statement { hit, own, .. } => {
                (explained(self.frame, row, hit.as_deref()?, self.tested, self.known, self.risks), *own)
            }
            Said::Unsure(cause) => (unsure(*cause), true),
            Said::Category(..) => return None,
        };
        let reason = Arc::new(reason);
        if let (false, Some(place)) = (own, self.shared.get_mut(thing)) {
            *place = Some(Arc::clone(&reason));
        }
        Some(reason)
    }
}

/// What holds a change whose assets are not known.
fn unsure(cause: Cause) -> Reason {
    Reason {
        rule: "assets".to_owned(),
        kind: "input",
        effect: Effect::Hold,
        title: Some("It is not known which assets the change touches".to_owned()),
        because: None,
        until: None,
        refs: Vec::new(),
        unknown: vec![UnknownFact { fact: "change.assets".to_owned(), cause: cause.as_str() }],
        at: None,
        span: None,
        subject: None,
        waiver: None,
        refused_waivers: Vec::new(),
        factors: Vec::new(),
    }
}

/// Why a statement restricts a row.
fn explained(frame: &Frame<'_>, row: usize, hit: &Hit<'_>, tested: Tested, known: &Known, risks: &Risks) -> Reason {
    let of_finding = hit.finding.map(|finding| obligation::duty_frame(frame, row, finding));
    let (frame, row) = of_finding.as_ref().map_or((frame, row), |inner| (inner, 0));
    let mut hangs_on =
        if hit.uncertain || looks_at_absence(frame.env, &hit.nodes) { hit.nodes.clone() } else { Vec::new() };
    // An exception that is not certain did not help: what it lacks is worth knowing.
    hangs_on.extend(hit.head.except.filter(|except| frame.truth(*except).may_at(row)));
    let mut unknown = missing(frame, row, &hangs_on, Some(known));
    if hit.finding.is_some_and(|finding| obligation::is_unseen(frame.env, finding)) {
        unknown.retain(|fact| !obligation::is_of_unseen(fact));
    }
    if let (Some(index), true) = (hit.approval, hit.uncertain) {
        unknown.extend(known.of_approval(frame, row, index));
    }
    unknown.extend(hit.lacks.iter().cloned());
    if let (Some(target), None) = (hit.waived, &hit.waivers.waiver) {
        // A waiver that may apply would change the effect.
        unknown.extend(waiver::missing(frame, row, target, None));
    }
    let times = matches!(hit.kind, "blackout" | "window") || hangs_on_dates(hit.head);
    if hit.uncertain && times {
        unknown.extend(missing_times(frame, 0, VarId::CHANGE, "asset"));
    }
    if let (Some(id), true) = (hit.period, hit.uncertain) {
        unknown.extend(lacks::of_times(frame, row, id, tested));
    }
    let others = hit.others.iter().flat_map(|windows| &windows.near);
    for other in others.filter(|other| hit.period != Some(PeriodId::Window(other.at))) {
        unknown.extend(lacks::of_offer(frame, row, other, tested, known));
    }
    unknown.sort();
    unknown.dedup();
    reason(frame, row, hit, unknown, risks)
}

fn hangs_on_dates(head: &Head) -> bool {
    head.effective_from.is_some() || head.effective_until.is_some()
}

/// Strongest effect first, then kind, name and subject.
fn sort(reasons: &mut [Arc<Reason>]) {
    reasons.sort_by(|a, b| {
        b.effect.cmp(&a.effect).then_with(|| (a.kind, &a.rule, &a.subject).cmp(&(b.kind, &b.rule, &b.subject)))
    });
}

fn reason(frame: &Frame<'_>, row: usize, hit: &Hit<'_>, unknown: Vec<UnknownFact>, risks: &Risks) -> Reason {
    let head = hit.head;
    Reason {
        rule: head.name.clone(),
        kind: hit.kind,
        effect: hit.effect,
        title: head.title.clone(),
        because: head.because.map(|node| because(frame, row, node)),
        until: hit.until,
        refs: head.refs.clone(),
        unknown,
        at: Some(place_of(frame.env, head.span)),
        span: Some(head.span),
        subject: hit.subject.clone(),
        waiver: hit.waivers.waiver.clone(),
        refused_waivers: hit.waivers.refused.clone(),
        factors: risks.of(frame.env, &hit.head.name),
    }
}

/// A place in the policy, as people count it.
#[must_use]
pub fn place_of(env: &Env<'_>, span: crate::syntax::source::Span) -> At {
    let sources = &env.program.sources;
    let at = sources.line_column(span);
    At { file: sources.name(span.file).to_owned(), line: at.line, column: at.column }
}

/// A text for people: a hole whose fact is missing says so.
#[must_use]
pub fn because(frame: &Frame<'_>, row: usize, node: NodeId) -> String {
    use crate::check::program::{Op, TextPart};
    let env = frame.env;
    let value = |node: NodeId| display::poss(env, env.base(node), &poss(&frame.eval(node), row));
    match env.node(node).map(|n| &n.op) {
        Some(Op::Text(parts)) => parts
            .iter()
            .map(|part| match part {
                TextPart::Text(text) => text.to_string(),
                TextPart::Hole(hole) => value(*hole),
            })
            .collect(),
        _ => value(node),
    }
}
