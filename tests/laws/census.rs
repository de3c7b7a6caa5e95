//! What the cases speak of: every construct is in some of them, and every outcome comes about.

use crate::case::Case;
use crate::oracle::World;
use crate::run;

/// A construct, and whether a case has it.
type Row = (&'static str, fn(&str, &Seen) -> bool);

/// What the oracle says of a case.
#[derive(Default)]
struct Seen {
    /// Kind, rule and effect of each reason.
    reasons: Vec<(String, String)>,
    filled: bool,
    open: bool,
    waived: bool,
    refused: bool,
    subject: bool,
    unseen_duty: bool,
    done: bool,
    several_bands: bool,
    no_upper_end: bool,
    several_sharings: bool,
    facts: String,
}

const ROWS: &[Row] = &[
    ("risk", |t, _| t.contains("\nrisk ")),
    ("risk: add … when", |t, _| t.contains("  add ") && t.contains(" when ")),
    ("risk: add of a count", |t, _| t.contains("* count(x9")),
    ("risk.x.score", |t, _| t.contains(".score ")),
    ("risk.x.band", |t, _| t.contains(".band ")),
    ("risk: several bands", |_, s| s.several_bands),
    ("risk: an open end", |_, s| s.no_upper_end),
    ("approval", |t, _| t.contains("\napproval ")),
    ("need … for each", |t, _| t.contains(" for each item")),
    ("need … for each x in assets", |t, _| t.contains(" for each item0 in assets")),
    ("not by", |t, _| t.contains("  not by ")),
    ("not by a set", |t, _| t.lines().any(|l| l.starts_with("  not by ") && l.contains("set_"))),
    ("after", |t, _| t.contains("  after approval_")),
    ("valid", |t, _| t.contains("  valid ")),
    ("survives edits", |t, _| t.contains("  survives edits")),
    ("afterwards", |t, _| t.contains("  afterwards ")),
    ("review", |t, _| t.contains("  review ")),
    ("approval: a need that is filled", |_, s| s.filled),
    ("approval: a need that is open", |_, s| s.open),
    ("approval: several best sharings", |_, s| s.several_sharings),
    ("approval: denies", |_, s| has(s, "approval", "deny")),
    ("approval: holds", |_, s| has(s, "approval", "hold")),
    ("approval: warns", |_, s| has(s, "approval", "warn")),
    ("approval: reports", |_, s| has(s, "approval", "report")),
    ("approved(x)", |t, _| t.contains("approved(approval_")),
    ("cleared(x)", |t, _| t.contains("cleared(approval_")),
    ("obligation", |t, _| t.contains("\nobligation ")),
    ("obligation: assigned to", |t, _| t.contains("  assigned to ")),
    ("obligation: due", |t, _| t.contains("  due ")),
    ("obligation: met", |t, _| t.contains("  met ")),
    ("obligation: of a finding", |_, s| s.subject),
    ("obligation: of an unseen finding", |_, s| s.unseen_duty),
    ("obligation: done", |_, s| s.done),
    ("obligation: holds", |_, s| has(s, "obligation", "hold")),
    ("obligation: denies", |_, s| has(s, "obligation", "deny")),
    ("met(x)", |t, _| t.contains("met(duty_")),
    ("a duty of an earlier run", |_, s| s.facts.contains("--- duty.ndjson")),
    ("waivable by … up to", |t, _| t.contains("  waivable by ")),
    ("waiver", |t, _| t.contains("\nwaiver ")),
    ("waiver of a triage", |t, _| t.contains("  waives block_")),
    ("waiver: provided", |t, _| t.contains("  provided ")),
    ("waiver as data", |_, s| s.facts.contains("--- waiver.ndjson")),
    ("a waiver that applies", |_, s| s.waived),
    ("a waiver that does not", |_, s| s.refused),
    ("waived(x)", |t, _| t.contains("waived(")),
    ("c overlaps change", |t, _| t.contains(" overlaps ")),
    ("a in c.assets", |t, _| t.contains(".assets") && t.contains(" in x")),
    ("people", |t, _| t.contains(" in people")),
    ("incidents", |t, _| t.contains(" in incidents")),
    ("change.requester.roles", |t, _| t.contains("change.requester.roles")),
    ("asset.owner.name", |t, _| t.contains("asset.owner.name")),
    ("s.owner of a service", |t, _| t.contains(".owner == ") && t.contains(".services")),
];

fn has(seen: &Seen, kind: &str, effect: &str) -> bool {
    seen.reasons.iter().any(|(k, e)| k == kind && e == effect)
}

fn look(case: &Case) -> (String, Seen) {
    crate::absence::note_assuming(&case.policy);
    let text: String = crate::print::files(&case.policy, 0).into_iter().map(|(_, text)| text).collect();
    let mut seen = Seen {
        facts: case.facts.others().into_iter().map(|(name, text)| format!("--- {name}.ndjson\n{text}")).collect(),
        ..Seen::default()
    };
    for row in World::new(case, None).decide() {
        seen.reasons.extend(row.reasons.iter().map(|r| (r.1.clone(), r.2.clone())));
        for best in row.haves.values() {
            seen.several_sharings |= best.len() > 1;
            for (_, _, need, have) in best.iter().flatten() {
                seen.filled |= need == have;
                seen.open |= have < need;
            }
        }
        for duty in row.duties.iter().filter(|d| d.kind == "obligation") {
            seen.subject |= duty.subject.is_some();
            seen.unseen_duty |= duty.subject.is_none() && text.contains("finding.");
            seen.done |= duty.have == Some(1);
        }
        seen.waived |= row.waived.values().any(|w| !w.by.is_empty());
        seen.refused |= row.waived.values().any(|w| !w.refused.is_empty());
        seen.several_bands |= row.risks.iter().any(|r| r.bands.len() > 1);
        seen.no_upper_end |= row.risks.iter().any(|r| r.high.is_none() && !r.bands.is_empty());
    }
    (text, seen)
}

/// Counts the constructs in some cases, and says which ones there are none of.
pub fn count() {
    let most = run::number("CHANGEGATE_LAW_CENSUS_CASES", 1_200);
    let seed = run::number("CHANGEGATE_LAW_SEED", run::SEED);
    let mut counts = vec![0_u64; ROWS.len()];
    for number in 0..most {
        let (text, seen) = look(&run::case(seed, number));
        for (count, (_, test)) in counts.iter_mut().zip(ROWS) {
            *count += u64::from(test(&text, &seen));
        }
    }
    let table: String = ROWS.iter().zip(&counts).map(|((name, _), n)| format!("  {name:<40} {n}\n")).collect();
    println!("constructs of people and duties in {most} cases (seed {seed}):\n{table}");
    assert!(counts.iter().all(|n| *n > 0), "the cases do not reach everything:\n{table}");
}
