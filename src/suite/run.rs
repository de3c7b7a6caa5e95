//! Runs tests.

use std::sync::Arc;

use crate::check::program::{Expectation, NodeId, PolicyTest, Program};
use crate::check::schema::TableId;
use crate::eval::decide::{Options, decide, prepare};
use crate::eval::decision::{At, BlockTriage, Record};
use crate::eval::urgency::triage_of;
use crate::explain::rows::{TestFailure, TestResult};
use crate::explain::values::values;
use crate::read::{Facts, FactsBuilder};
use crate::syntax::expr::Expr;
use crate::syntax::source::Span;
use crate::time::{Instant, Zone};

use super::expect::{Reported, is_about_decision, sides};
use super::json::json;

/// Runs the policy's own tests whose names are wanted, in the order written.
#[must_use]
pub fn run(program: &Arc<Program>, record: &Record, wanted: &dyn Fn(&str) -> bool) -> Vec<TestResult> {
    program
        .tests
        .iter()
        .filter(|test| !test.pack && wanted(&test.name))
        .map(|test| one(program, record, test))
        .collect()
}

fn place(program: &Program, span: Span) -> At {
    let at = program.sources.line_column(span);
    At { file: program.sources.name(span.file).to_owned(), line: at.line, column: at.column }
}

fn one(program: &Arc<Program>, record: &Record, test: &PolicyTest) -> TestResult {
    let mut result = TestResult {
        test: test.name.clone(),
        title: test.title.clone(),
        passed: false,
        at: place(program, test.span),
        failures: Vec::new(),
        decisions: Vec::new(),
    };
    let Some(now) = Instant::from_micros(test.now) else { return result };
    let restricted = test.only.as_ref().map(|only| Arc::new(only_these(program, only)));
    let program = restricted.as_ref().unwrap_or(program);
    let zone: Option<Zone> =
        program.contexts.first().and_then(|c| c.zone).and_then(|z| Zone::get(program.zones.get(usize::from(z.0))?));
    let mut builder = FactsBuilder::new(program, now, zone.clone(), Arc::default());
    let file = program.sources.name(test.span.file).to_owned();
    let mut has_change = false;
    for (entity, value) in &test.records {
        let table = program.schema.entity(entity);
        has_change |= table == Some(TableId::CHANGE);
        let line = program.sources.line_column(value.span).line;
        builder.add_record(table.unwrap_or(TableId::LITERAL), &file, Some(line), json(value));
    }
    let (facts, problems) = builder.finish();
    for problem in &problems.errors {
        result.failures.push(TestFailure {
            expected: "records that can be read".to_owned(),
            actual: problem.to_string(),
            at: place(program, test.span),
        });
    }
    if !result.failures.is_empty() {
        return result;
    }
    let options = Options::default();
    let record = Record { facts: facts.data().digest.clone(), now: now.to_rfc3339(), ..record.clone() };
    let outcome = {
        let env = prepare(program, facts.data(), now, options);
        let outcome = if has_change { decide(&env, &record, |_| true, options) } else { Default::default() };
        let triage: Vec<Vec<BlockTriage>> = (0..facts.asset_count())
            .filter_map(|row| u32::try_from(row).ok())
            .map(|row| triage_of(&env, row, None))
            .collect();
        let reported = Reported {
            program,
            zone: zone.as_ref(),
            decisions: &outcome.decisions,
            summary: outcome.summaries.first(),
            triage: &triage,
        };
        for (written, parts) in test.expect.iter().zip(&test.expectations) {
            // A triage is asked about as it is reported, though it could be read as a condition over the facts.
            let failures: Vec<_> = if is_about_decision(written) {
                of_decision(program, &reported, written).into_iter().collect()
            } else {
                let part = |part: &Expectation| match part {
                    Expectation::Decision(expr) => of_decision(program, &reported, expr),
                    Expectation::Facts(node) => of_facts(program, *node, &facts, now),
                };
                parts.iter().filter_map(part).collect()
            };
            for (span, actual) in failures {
                let expected = program.sources.text(span.unwrap_or(written.span)).to_owned();
                result.failures.push(TestFailure { expected, actual, at: place(program, written.span) });
            }
        }
        outcome
    };
    result.passed = result.failures.is_empty();
    if !result.passed {
        result.decisions = outcome.decisions;
    }
    result
}

/// Where an expectation about the decision does not hold: its place, and what was found instead.
fn of_decision(program: &Program, reported: &Reported<'_>, expr: &Expr) -> Option<(Option<Span>, String)> {
    let actual = match reported.holds(expr) {
        Ok(true) => return None,
        Ok(false) => {
            let found = sides(expr).and_then(|side| {
                let name = program.sources.text(side.span);
                Some(format!("{name} is {}", reported.value(side).ok()?.print()))
            });
            found.unwrap_or_else(|| "it does not hold".to_owned())
        }
        Err(why) => why,
    };
    Some((Some(expr.span), actual))
}

/// Where a condition over the facts does not hold for every record of the subject that it names.
fn of_facts(program: &Program, node: NodeId, facts: &Facts, now: Instant) -> Option<(Option<Span>, String)> {
    let env = prepare(program, facts.data(), now, Options::default());
    let found = values(&env, node, facts.asset_count());
    let fails = found.rows.iter().find(|row| row.value != serde_json::Value::Bool(true))?;
    let subject = fails.subject.as_deref().map_or(String::new(), |subject| format!(" for {subject}"));
    let actual = if fails.value.is_null() {
        let missing: Vec<&str> = fails.unknown.iter().map(|u| u.fact.as_str()).collect();
        format!("it is unknown{subject}: {} missing", missing.join(", "))
    } else {
        format!("it is {}{subject}", fails.value)
    };
    Some((env.node(node).map(|n| n.span), actual))
}

/// The program with only some statements taking effect; what they read is still worked out. Those that others read by their place keep it.
fn only_these(program: &Program, only: &[String]) -> Program {
    let mut program = program.clone();
    let wanted = |name: &String| only.contains(name);
    let rules = program.rules.iter_mut().map(|rule| &mut rule.head);
    let approvals = program.approvals.iter_mut().map(|approval| &mut approval.head);
    let obligations = program.obligations.iter_mut().map(|obligation| &mut obligation.head);
    let waivers = program.waivers.iter_mut().map(|waiver| &mut waiver.head);
    let periods = program.blackouts.iter_mut().chain(&mut program.windows).map(|period| &mut period.head);
    for head in rules.chain(approvals).chain(obligations).chain(waivers).chain(periods) {
        head.muted = !wanted(&head.name);
    }
    program
}
