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

/// The same of cases about time.
const OF_TIME: &[Row] = &[
    ("every month on", |t, _| t.contains("  every month on ")),
    ("every quarter on", |t, _| t.contains("  every quarter on ")),
    ("every year on", |t, _| t.contains("  every year on ")),
    ("on day N", |t, _| t.contains(" on day ")),
    ("on last day", |t, _| t.contains(" on last day")),
    ("on the n-th weekday", |t, _| t.contains(" on second ") || t.contains(" on third ")),
    ("on the last weekday", |t, _| t.contains(" on last friday") || t.contains(" on last sunday")),
    ("on last N business days", |t, _| t.contains(" business days ") && t.contains(" on last ")),
    ("lasting N min", |t, _| t.contains("min") && t.contains(" lasting ")),
    ("lasting N days", |t, _| t.contains(" days") && t.contains(" lasting ")),
    ("a whole day", |t, _| t.lines().any(|l| l.starts_with("  every ") && !l.contains(':') && !l.contains("lasting"))),
    ("rrule", |t, _| t.contains("  rrule \"FREQ=")),
    ("rrule with a start", |t, _| t.contains("DTSTART:")),
    ("rrule with an interval", |t, _| t.contains("INTERVAL=")),
    ("rrule with a count", |t, _| t.contains("COUNT=")),
    ("rrule with an end", |t, _| t.contains("UNTIL=")),
    ("calendar file of a period", |t, _| t.contains("  calendar \"calendars/")),
    ("calendar of a period", |t, _| t.contains("  calendar cal_")),
    ("file of a calendar", |t, _| t.contains("  file \"calendars/")),
    ("covers until", |t, _| t.contains("covers until")),
    ("not on", |t, _| t.contains(" not on cal_")),
    ("business_days not on", |t, _| t.lines().any(|l| l.starts_with("  business_days") && l.contains(" not on "))),
    ("business days on", |t, _| t.contains(" on cal_")),
    ("while", |t, _| t.contains("\n  while ")),
    ("mandatory", |t, _| t.contains("\n  mandatory")),
    ("overrun allow", |t, _| t.contains("\n  overrun allow")),
    ("overlaps(x)", |t, _| t.contains("overlaps(")),
    ("next … after", |t, _| t.contains("next cal_")),
    ("last … before", |t, _| t.contains("last cal_")),
    ("during", |t, _| t.contains(" during cal_")),
    ("meets", |t, _| t.contains("  meets cal_")),
    ("meets, closes", |t, _| t.contains(", closes ")),
    ("metric", |t, _| t.contains("\nmetric ")),
    ("metric of services by label", |t, _| t.contains(" by label ")),
    ("stale after", |t, _| t.contains("  stale after ")),
    ("a metric that is read", |t, _| t.contains("metric_0 ")),
    ("samples", |_, s| s.facts.contains("--- sample.ndjson\n{")),
    ("end of day in asset.timezone", |t, _| t.contains("end of day in asset.timezone")),
    ("blackout: defers", |_, s| has(s, "blackout", "defer")),
    ("window: defers", |_, s| has(s, "window", "defer")),
    ("window: holds", |_, s| has(s, "window", "hold")),
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
    counted("people and duties", ROWS, run::case, 1_200);
}

/// The same of cases about time.
pub fn count_times() {
    counted("time", OF_TIME, run::case_of_times, 600);
}

fn counted(about: &str, rows: &[Row], case: fn(u64, u64) -> Case, usual: u64) {
    let most = run::number("CHANGEGATE_LAW_CENSUS_CASES", usual);
    let seed = run::number("CHANGEGATE_LAW_SEED", run::SEED);
    let mut counts = vec![0_u64; rows.len()];
    let mut looked_at = 0;
    for number in 0..most {
        // Some of each will do where a case takes its time.
        if about == "time" && counts.iter().all(|n| *n >= 3) {
            break;
        }
        looked_at += 1;
        let (text, seen) = look(&case(seed, number));
        for (count, (_, test)) in counts.iter_mut().zip(rows) {
            *count += u64::from(test(&text, &seen));
        }
    }
    let table: String = rows.iter().zip(&counts).map(|((name, _), n)| format!("  {name:<40} {n}\n")).collect();
    println!("constructs of {about} in {looked_at} cases (seed {seed}):\n{table}");
    assert!(counts.iter().all(|n| *n > 0), "the cases do not reach everything:\n{table}");
}
