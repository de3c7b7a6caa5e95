//! Which statements restrict a change, row by row.

use crate::check::program::{Effect, Head, NodeId, Period, Rule};
use crate::time::{Instant, Tested};

use super::arms::applies;
use super::column::Truth;
use super::decision::{At, Reason, UnknownFact};
use super::env::Env;
use super::frame::{Frame, poss};
use super::period::{blackout, in_force, windows};
use super::unknown::{Known, missing};
use super::value::Could;
use super::{display, facts};

/// A statement that restricts a row.
#[derive(Clone, Debug)]
pub struct Hit<'p> {
    /// What the statement has.
    pub head: &'p Head,
    /// `rule`, `blackout` or `window`.
    pub kind: &'static str,
    /// Its effect here.
    pub effect: Effect,
    /// The effect hangs on something unknown.
    pub uncertain: bool,
    /// When the period ends.
    pub until: Option<Instant>,
    /// The conditions that it hangs on.
    pub nodes: Vec<NodeId>,
}

/// The statements that restrict each row of a frame of assets.
#[must_use]
pub fn hits<'p>(frame: &Frame<'p>, tested: Tested) -> Vec<Vec<Hit<'p>>> {
    let program = frame.env.program;
    let mut hits: Vec<Vec<Hit<'p>>> = vec![Vec::new(); frame.len()];
    for rule in &program.rules {
        let truth = rule_truth(frame, rule, tested);
        let nodes = || condition_nodes(&rule.head, &rule.broken);
        add(&mut hits, frame.env, &rule.head, "rule", &truth, |_| None, nodes);
    }
    for period in &program.blackouts {
        let found = blackout(frame, period, tested);
        let until = |row: usize| found.until.get(row).copied().flatten();
        add(&mut hits, frame.env, &period.head, "blackout", &found.restricts, until, || period_nodes(period));
    }
    add_windows(&mut hits, frame, tested);
    hits
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
    use crate::check::program::{When, ZoneRef};
    let zones = period.times.iter().filter_map(|when| match when {
        When::Weekly(_, _, _, ZoneRef::Node(node)) | When::LocalRange(_, _, node) => Some(*node),
        _ => None,
    });
    period.head.scope.iter().copied().chain(zones).collect()
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

fn add<'p>(
    hits: &mut [Vec<Hit<'p>>],
    env: &Env<'_>,
    head: &'p Head,
    kind: &'static str,
    truth: &Truth,
    until: impl Fn(usize) -> Option<Instant>,
    nodes: impl Fn() -> Vec<NodeId>,
) {
    if truth.may.count_set_bits() == 0 {
        return;
    }
    for (row, hits) in hits.iter_mut().enumerate() {
        if truth.may_at(row) {
            let uncertain = !truth.must_at(row);
            let effect = effect_of(env, head, uncertain);
            hits.push(Hit { head, kind, effect, uncertain, until: until(row), nodes: nodes() });
        }
    }
}

fn add_windows<'p>(hits: &mut [Vec<Hit<'p>>], frame: &Frame<'p>, tested: Tested) {
    let program = frame.env.program;
    let (trial, counting): (Vec<usize>, Vec<usize>) = (0..program.windows.len())
        .partition(|at| program.windows.get(*at).is_some_and(|w| on_trial(frame.env, &w.head)));
    let mut all = |chosen: &[usize], only: Option<usize>| {
        if chosen.is_empty() {
            return;
        }
        for (hits, answer) in hits.iter_mut().zip(windows(frame, chosen, tested)) {
            for (at, certain) in answer.broken {
                let Some(period) = program.windows.get(at) else { continue };
                if only.is_some_and(|only| only != at) {
                    continue;
                }
                let uncertain = !certain;
                let effect = effect_of(frame.env, &period.head, uncertain);
                let nodes = period_nodes(period);
                hits.push(Hit { head: &period.head, kind: "window", effect, uncertain, until: None, nodes });
            }
        }
    };
    all(&counting, None);
    // A window on trial opens nothing; it only reports whom it would stop.
    for at in trial {
        all(&[at], Some(at));
    }
}

/// The reasons of one row as decisions print them, sorted.
#[must_use]
pub fn reasons(
    frame: &Frame<'_>,
    row: usize,
    hits: &[Hit<'_>],
    schedule: &super::period::Schedule,
    known: &Known,
) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = hits
        .iter()
        .map(|hit| {
            let mut hangs_on =
                if hit.uncertain || looks_at_absence(frame.env, &hit.nodes) { hit.nodes.clone() } else { Vec::new() };
            // An exception that is not certain did not help: what it lacks is worth knowing.
            hangs_on.extend(hit.head.except.filter(|except| frame.truth(*except).may_at(row)));
            let mut unknown = missing(frame, row, &hangs_on, Some(known));
            if hit.uncertain && hit.kind != "rule" {
                unknown.extend(missing_times(frame, schedule));
                unknown.sort();
                unknown.dedup();
            }
            reason(frame, row, hit, unknown)
        })
        .collect();
    sort(&mut reasons);
    reasons
}

/// Strongest effect first, then kind, then name.
pub fn sort(reasons: &mut [Reason]) {
    reasons.sort_by(|a, b| b.effect.cmp(&a.effect).then_with(|| a.kind.cmp(b.kind)).then_with(|| a.rule.cmp(&b.rule)));
}

fn looks_at_absence(env: &Env<'_>, nodes: &[NodeId]) -> bool {
    nodes.iter().any(|node| env.reads_absence.get(node.0 as usize).copied().unwrap_or(false))
}

/// The ends of the change that are not known.
fn missing_times(frame: &Frame<'_>, schedule: &super::period::Schedule) -> Vec<UnknownFact> {
    use crate::check::program::VarId;
    use crate::check::schema::TableId;
    let printed = &schedule.printed;
    [("start", printed.from.is_none()), ("end", printed.to.is_none())]
        .into_iter()
        .filter(|(_, missing)| *missing)
        .filter_map(|(name, _)| {
            let (field, _) = frame.env.program.schema.find(TableId::CHANGE, name)?;
            let (fact, cause) = facts::fact_path(frame, 0, VarId::CHANGE, field, "asset")?;
            Some(UnknownFact { fact, cause: cause.as_str() })
        })
        .collect()
}

fn reason(frame: &Frame<'_>, row: usize, hit: &Hit<'_>, unknown: Vec<UnknownFact>) -> Reason {
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
        subject: None,
        waiver: None,
        refused_waivers: Vec::new(),
        factors: Vec::new(),
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
fn because(frame: &Frame<'_>, row: usize, node: NodeId) -> String {
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
