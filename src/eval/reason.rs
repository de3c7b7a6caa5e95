//! Which statements restrict a change, row by row.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::program::{Effect, Head, NodeId, Period, PeriodId, Rule, VarId, Waivable};
use crate::time::{Instant, Tested};

use super::arms::applies;
use super::column::Truth;
use super::decision::{At, Obligation, Reason, UnknownFact};
use super::env::Env;
use super::frame::{Frame, poss};
use super::period::given::FrameCodes;
use super::period::{blackouts, in_force, lacks, windows};
use super::risk::Risks;
use super::unknown::{Known, missing, missing_times};
use super::value::Could;
use super::waiver::Judged;
use super::{approval, display, obligation, waiver};

/// A statement that restricts a row.
#[derive(Clone, Debug)]
pub struct Hit<'p> {
    /// What the statement has.
    pub head: &'p Head,
    /// `rule`, `blackout`, `window`, `approval` or `obligation`.
    pub kind: &'static str,
    /// Its effect here.
    pub effect: Effect,
    /// The effect hangs on something unknown.
    pub uncertain: bool,
    /// When the period ends.
    pub until: Option<Instant>,
    /// The conditions that it hangs on.
    pub nodes: Vec<NodeId>,
    /// The approval, an index into the program's.
    pub approval: Option<u16>,
    /// The blackout or window.
    pub period: Option<PeriodId>,
    /// The finding that a duty is about.
    pub finding: Option<u32>,
    /// What people call that finding.
    pub subject: Option<String>,
    /// What else is not known.
    pub lacks: Vec<UnknownFact>,
    /// The waivers of it.
    pub waivers: Judged,
    /// What these waivers are for.
    pub waived: Option<Waivable>,
}

/// What the statements say of each row.
#[derive(Debug)]
pub struct Found<'p> {
    /// Those that restrict it.
    pub hits: Vec<Vec<Hit<'p>>>,
    /// What somebody has to do.
    pub entries: Vec<Vec<Arc<Obligation>>>,
}

/// What the statements say of each row of a frame of assets. Without a change these are the rules and obligations that name none.
#[must_use]
pub fn found<'p>(frame: &Frame<'p>, tested: Tested) -> Found<'p> {
    let program = frame.env.program;
    let with_change = frame.rows(VarId::CHANGE).is_some();
    let mut found = Found { hits: vec![Vec::new(); frame.len()], entries: vec![Vec::new(); frame.len()] };
    for (index, rule) in (0_u16..).zip(&program.rules) {
        if rule.head.muted || (!with_change && rule.head.vars.contains(&VarId::CHANGE)) {
            continue;
        }
        let truth = rule_truth(frame, rule, tested);
        let nodes = || condition_nodes(&rule.head, &rule.broken);
        let target = Some((Waivable::Rule(index), tested));
        add(&mut found.hits, frame, &rule.head, &truth, nodes, target);
    }
    add_duties(&mut found, frame, tested);
    if with_change {
        add_approvals(&mut found, frame);
        let mut codes = FrameCodes::default();
        for met in blackouts(frame, tested, &mut codes) {
            let Some(period) = program.blackouts.get(usize::from(met.at)) else { continue };
            for row in met.restricts.may.set_indices() {
                let Some(hits) = found.hits.get_mut(row) else { continue };
                let uncertain = !met.restricts.must_at(row);
                let mut hit = plain(frame.env, &period.head, "blackout", uncertain, period_nodes(period));
                hit.until = met.until(row);
                hit.period = Some(PeriodId::Blackout(met.at));
                hits.push(hit);
            }
        }
        add_windows(&mut found.hits, frame, tested, &mut codes);
    }
    for entries in &mut found.entries {
        entries.sort_by(|a, b| order_of_entries(a, b));
    }
    found
}

/// By kind, rule, subject and role; then whatever tells them apart.
pub fn order_of_entries(a: &Obligation, b: &Obligation) -> std::cmp::Ordering {
    let key = |o: &Obligation| (o.need, o.have, o.due, o.unknown.clone());
    (a.kind, &a.rule, &a.subject, &a.role)
        .cmp(&(b.kind, &b.rule, &b.subject, &b.role))
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| b.not_counted.cmp(&a.not_counted))
}

fn add_duties<'p>(found: &mut Found<'p>, frame: &Frame<'p>, tested: Tested) {
    let env = frame.env;
    let program = env.program;
    if program.obligations.is_empty() {
        return;
    }
    // Duties that are the same for every asset are kept once.
    let mut shared: HashMap<u16, Arc<Obligation>> = HashMap::new();
    for (row, duties) in obligation::duties(frame).into_iter().enumerate() {
        let (Some(hits), Some(entries)) = (found.hits.get_mut(row), found.entries.get_mut(row)) else { continue };
        for duty in duties {
            if let Some(entry) = obligation::entry(env, &duty) {
                let same = shared.get(&duty.index).filter(|last| ***last == entry).map(Arc::clone);
                let entry = same.unwrap_or_else(|| Arc::new(entry));
                shared.insert(duty.index, Arc::clone(&entry));
                entries.push(entry);
            }
            let Some(def) = program.obligations.get(usize::from(duty.index)) else { continue };
            if !duty.met.be_false {
                continue;
            }
            // A duty that was once asked for stays until it is certainly done; one of today is certain where it certainly is not.
            let uncertain = duty.asks.be_false || (duty.met.be_true && !duty.kept);
            let mut hit = Hit {
                head: &def.head,
                kind: "obligation",
                effect: effect_of(env, &def.head, uncertain),
                uncertain,
                until: None,
                nodes: def.head.scope.iter().chain(&def.met).copied().collect(),
                approval: None,
                period: None,
                finding: duty.finding,
                subject: duty.subject,
                lacks: duty.lacks,
                waivers: Judged::default(),
                waived: None,
            };
            let target = Waivable::Obligation(duty.index);
            if waiver::concerned(env, target) {
                let judged = match duty.finding {
                    Some(finding) => {
                        waiver::judge(&obligation::duty_frame(frame, row, finding), 0, target, Some(tested))
                    }
                    None => waiver::judge(frame, row, target, Some(tested)),
                };
                hit.waive(target, judged);
            }
            hits.push(hit);
        }
    }
}

impl Hit<'_> {
    fn waive(&mut self, target: Waivable, judged: Judged) {
        self.waived = Some(target);
        if judged.waiver.is_some() && self.effect > Effect::Warn {
            self.effect = Effect::Warn;
        }
        self.waivers = judged;
    }
}

fn add_approvals<'p>(found: &mut Found<'p>, frame: &Frame<'p>) {
    let program = frame.env.program;
    for (index, def) in (0_u16..).zip(&program.approvals) {
        if def.head.muted {
            continue;
        }
        for (row, outcome) in approval::outcomes(frame, index).iter().enumerate() {
            let (Some(hits), Some(entries)) = (found.hits.get_mut(row), found.entries.get_mut(row)) else { continue };
            entries.extend(outcome.entries.iter().cloned());
            let Some(block) = &outcome.blocks else { continue };
            hits.push(Hit {
                head: &def.head,
                kind: "approval",
                effect: block.effect,
                uncertain: block.uncertain,
                until: None,
                nodes: def.head.scope.clone(),
                approval: Some(index),
                period: None,
                finding: None,
                subject: None,
                lacks: Vec::new(),
                waivers: Judged::default(),
                waived: None,
            });
        }
    }
}

/// Where a rule is broken.
#[must_use]
pub fn rule_truth(frame: &Frame<'_>, rule: &Rule, tested: Tested) -> Truth {
    let len = frame.len();
    let mut broken = Truth::constant(len, Could::certain(false));
    for condition in &rule.broken {
        broken = broken.or(&frame.truth(*condition));
    }
    let force = Truth::constant(len, in_force(frame.env, &rule.head, tested));
    applies(frame, &rule.head).and(&force).and(&broken)
}

/// The conditions of a statement.
#[must_use]
pub fn condition_nodes(head: &Head, others: &[NodeId]) -> Vec<NodeId> {
    head.scope.iter().chain(others).copied().collect()
}

/// The conditions of a blackout or window, and the zones that it reads.
fn period_nodes(period: &Period) -> Vec<NodeId> {
    let read = period.times.iter().flat_map(crate::check::program::When::nodes);
    period.head.scope.iter().copied().chain(read).collect()
}

fn effect_of(env: &Env<'_>, head: &Head, uncertain: bool) -> Effect {
    if on_trial(env, head) {
        Effect::Report
    } else if uncertain {
        head.unknown
    } else {
        head.effect
    }
}

fn on_trial(env: &Env<'_>, head: &Head) -> bool {
    head.trial_until.is_some_and(|until| env.now.micros() < until)
}

/// Adds a rule where it is broken.
fn add<'p>(
    hits: &mut [Vec<Hit<'p>>],
    frame: &Frame<'p>,
    head: &'p Head,
    truth: &Truth,
    nodes: impl Fn() -> Vec<NodeId>,
    waivable: Option<(Waivable, Tested)>,
) {
    if truth.may.count_set_bits() == 0 {
        return;
    }
    let env = frame.env;
    let waivable = waivable.filter(|(target, _)| waiver::concerned(env, *target));
    for (row, hits) in hits.iter_mut().enumerate() {
        if truth.may_at(row) {
            let uncertain = !truth.must_at(row);
            let mut hit = plain(env, head, "rule", uncertain, nodes());
            if let Some((target, tested)) = waivable {
                hit.waive(target, waiver::judge(frame, row, target, Some(tested)));
            }
            hits.push(hit);
        }
    }
}

fn plain<'p>(env: &Env<'_>, head: &'p Head, kind: &'static str, uncertain: bool, nodes: Vec<NodeId>) -> Hit<'p> {
    Hit {
        head,
        kind,
        effect: effect_of(env, head, uncertain),
        uncertain,
        until: None,
        nodes,
        approval: None,
        period: None,
        finding: None,
        subject: None,
        lacks: Vec::new(),
        waivers: Judged::default(),
        waived: None,
    }
}

fn add_windows<'p>(hits: &mut [Vec<Hit<'p>>], frame: &Frame<'p>, tested: Tested, codes: &mut FrameCodes) {
    let program = frame.env.program;
    let windows_of = |keep: &dyn Fn(&Head) -> bool| -> Vec<u16> {
        let all = (0_u16..).zip(&program.windows);
        all.filter(|(_, window)| !window.head.muted && keep(&window.head)).map(|(at, _)| at).collect()
    };
    let mut all = |chosen: &[u16]| {
        if chosen.is_empty() {
            return;
        }
        for (hits, answer) in hits.iter_mut().zip(windows(frame, chosen, tested, codes)) {
            for (at, certain) in &answer.broken {
                let Some(period) = program.windows.get(usize::from(*at)) else { continue };
                let mut hit = plain(frame.env, &period.head, "window", !certain, period_nodes(period));
                hit.period = Some(PeriodId::Window(*at));
                hits.push(hit);
            }
        }
    };
    all(&windows_of(&|head| !on_trial(frame.env, head)));
    // A window on trial opens nothing; it only reports whom it would stop.
    for at in windows_of(&|head| on_trial(frame.env, head)) {
        all(&[at]);
    }
}

/// The reasons of one row as decisions print them, sorted.
#[must_use]
pub fn reasons(
    frame: &Frame<'_>,
    row: usize,
    hits: &[Hit<'_>],
    tested: Tested,
    known: &Known,
    risks: &Risks,
) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = hits
        .iter()
        .map(|hit| {
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
            unknown.sort();
            unknown.dedup();
            reason(frame, row, hit, unknown, risks)
        })
        .collect();
    sort(&mut reasons);
    reasons
}

fn hangs_on_dates(head: &Head) -> bool {
    head.effective_from.is_some() || head.effective_until.is_some()
}

/// Strongest effect first, then kind, name and subject.
pub fn sort(reasons: &mut [Reason]) {
    reasons.sort_by(|a, b| {
        b.effect.cmp(&a.effect).then_with(|| (a.kind, &a.rule, &a.subject).cmp(&(b.kind, &b.rule, &b.subject)))
    });
}

fn looks_at_absence(env: &Env<'_>, nodes: &[NodeId]) -> bool {
    nodes.iter().any(|node| env.reads_absence.get(node.0 as usize).copied().unwrap_or(false))
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
