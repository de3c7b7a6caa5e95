//! Writes the statements that speak of people and duties.

use std::fmt::Write;

use crate::absence::needs_assumes;
use crate::ir::*;
use crate::print::{bare, common, date, deadline, deadline_assumes, list, literal, quote, top};
use crate::rng::Rng;

pub fn statements(policy: &Policy, rng: &mut Rng) -> Vec<String> {
    let mut out: Vec<String> = policy.risks.iter().map(|r| risk_statement(r, rng)).collect();
    out.extend(policy.approvals.iter().map(|a| approval(a, rng)));
    out.extend(policy.obligations.iter().map(|o| obligation(o, rng)));
    out.extend(policy.waivers.iter().map(|w| waiver(w, rng)));
    out
}

pub fn through(base: &Base, name: &str) -> String {
    match base {
        Base::Field(var, _, field) => format!("{var}.{field}.{name}"),
        Base::Elem(var) => format!("{var}.{name}"),
    }
}

pub fn risk(name: &str, field: RiskField) -> String {
    format!("risk.{name}.{}", if field == RiskField::Score { "score" } else { "band" })
}

fn roles(roles: &[&'static str]) -> String {
    roles.iter().map(|r| quote(r)).collect::<Vec<_>>().join(", ")
}

pub fn waivable(w: &Waivable) -> String {
    format!("  waivable by {} up to {}d", roles(&w.by), w.days)
}

fn statement(kind: &str, name: &str, clauses: &[String]) -> String {
    format!("{kind} {name} \"A statement\" {{\n{}\n}}\n", clauses.join("\n"))
}

fn risk_statement(r: &Risk, rng: &mut Rng) -> String {
    let mut adds: Vec<String> = Vec::new();
    for add in &r.adds {
        let value = match &add.value {
            E::If(..) | E::Default(..) | E::And(_) | E::Or(_) => format!("({})", top(&add.value)),
            e => bare(e),
        };
        let when = add.when.as_ref().map(|e| format!(" when {}", top(e))).unwrap_or_default();
        adds.push(format!("  add {value}{when}"));
    }
    let mut clauses = Vec::new();
    common(&r.common, needs_assumes(r.adds.iter().flat_map(|a| a.when.iter().chain([&a.value]))), &mut clauses);
    rng.shuffle(&mut clauses);
    rng.shuffle(&mut adds);
    let bands: Vec<String> = r.bands.iter().map(|(name, from)| format!("{name} from {from}")).collect();
    adds.push(format!("  bands {}", bands.join(", ")));
    // A `when` after a factor would be the factor's.
    clauses.extend(adds);
    statement("risk", &r.name, &clauses)
}

fn approval(a: &Approval, rng: &mut Rng) -> String {
    let mut clauses = Vec::new();
    for need in &a.needs {
        let mut clause = format!("  need {} from {}", need.count, roles(&need.roles));
        if let Some((var, items)) = &need.each {
            let _ = write!(clause, " for each {var} in {}", list(items));
        }
        clauses.push(clause);
    }
    if !a.not_by.is_empty() {
        let excluded: Vec<String> = a
            .not_by
            .iter()
            .map(|x| match x {
                Excluded::One(e) => bare(e),
                Excluded::Each(l) => list(l),
            })
            .collect();
        clauses.push(format!("  not by {}", excluded.join(", ")));
    }
    if !a.after.is_empty() {
        clauses.push(format!("  after {}", a.after.join(", ")));
    }
    clauses.extend(a.valid.as_ref().map(|v| format!("  valid {}", literal(v))));
    if let Some(meets) = &a.meets {
        let closes = meets.closes.as_ref().map(|l| format!(", closes {} before", literal(l))).unwrap_or_default();
        clauses.push(format!("  meets {}{closes}", meets.calendar));
    }
    clauses.extend(a.survives_edits.then(|| "  survives edits".to_owned()));
    clauses.extend(a.afterwards.as_ref().map(|d| format!("  afterwards {}", deadline(d))));
    clauses.extend(a.review.as_ref().map(|d| format!("  review {}", deadline(d))));
    let assumes = a.afterwards.iter().chain(&a.review).any(deadline_assumes);
    common(&a.common, assumes, &mut clauses);
    rng.shuffle(&mut clauses);
    statement("approval", &a.name, &clauses)
}

fn obligation(o: &Obligation, rng: &mut Rng) -> String {
    let mut clauses = Vec::new();
    if !o.assigned.is_empty() {
        clauses.push(format!("  assigned to {}", roles(&o.assigned)));
    }
    clauses.extend(o.due.as_ref().map(|d| format!("  due {}", deadline(d))));
    clauses.extend(o.met.as_ref().map(|e| format!("  met {}", top(e))));
    let assumes = needs_assumes(&o.met) || o.due.as_ref().is_some_and(deadline_assumes);
    common(&o.common, assumes, &mut clauses);
    rng.shuffle(&mut clauses);
    statement("obligation", &o.name, &clauses)
}

fn waiver(w: &Waiver, rng: &mut Rng) -> String {
    let (from, until) = w.dates;
    let mut clauses = vec![
        format!("  waives {}", w.waives.join(", ")),
        format!("  from {} until {}", date(from), date(until)),
        format!("  by {}", quote(w.by)),
    ];
    clauses.extend(w.provided.as_ref().map(|e| format!("  provided {}", top(e))));
    common(&w.common, needs_assumes(&w.provided), &mut clauses);
    rng.shuffle(&mut clauses);
    statement("waiver", &w.name, &clauses)
}
