//! Facts that every fuzzed policy is tried on: few, with each kind of hole.

use std::sync::Arc;

use changegate::check::NoLoader;
use changegate::report::{Format, Look, Paint, diagnostics};
use changegate::syntax::diagnostic::Diagnostic;
use changegate::syntax::source::{Sources, Span};
use changegate::time::{Instant, Zone, parse_instant};
use changegate::{DecideOptions, Facts, Policy, decide, run_tests, triage, why};

pub const INVENTORY: &[u8] = br#"{"id":"db-1","hostname":"db-1.example","kind":"server","tier":1,"environment":"prod","exposure":"internet","os":{"family":"linux","eol":"2026-06-30"},"business_unit":"finance","timezone":"Europe/London","tags":["pilot","edge"],"data_classification":"restricted","backup":{"last_success":"2026-11-19T04:00:00Z","verified":true},"disk_free":12.5,"findings":[{"cve":"CVE-2026-1","cvss":["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","AV:N/AC:L/Au:N/C:P/I:P/A:P"],"epss":0.93,"kev":true,"kev_added":"2026-11-01","automatable":true,"published":"2026-10-30T00:00:00Z","state":"open"},{"cve":"CVE-2026-2","cvss":5.3,"kev":false,"patch_available_at":"none","published":"2026-09-01"}]}
{"id":"web-1","tier":null,"exposure":"?","tags":[1],"timezone":"Mars/Olympus","findings":[{"cvss":"CVSS:3.1/AV:N"},7]}
{"id":"kiosk-1","tier":4,"os":{"eol":"none"},"tags":[],"findings":[]}
"#;

pub const CHANGES: &[u8] = br#"{"id":"CHG1","model":"db-minor","security":true,"requester":"ann","implementer":"bob","start":"2026-12-19T22:00:00Z","end":"2026-12-20T02:00:00Z","assets":["db-1","kiosk-1","gone-1"],"fixes":["CVE-2026-1"],"approvals":[{"role":"cab","by":"eve","decision":"approve","at":"2026-11-19T10:00:00Z"}],"evidence":[{"kind":"test","result":"passed","at":"2026-11-19T10:00:00Z"}]}
{"id":"CHG2","start":"2026-11-21T01:00:00Z","duration":"90min","assets":{"where":"asset.tier <= 2"},"approvals":null,"evidence":[{"kind":"test"},5]}
{"id":"CHG3"}
"#;

/// The `now` of every run.
pub fn now() -> Instant {
    parse_instant("2026-11-20T15:00:00Z").expect("a time")
}

/// Checks a text as a policy of one file. Every diagnostic must point into it and can be printed.
pub fn load(text: &str) -> Option<Policy> {
    let (policy, diagnostics, sources) = Policy::load(vec![("fuzz.gate".to_owned(), Arc::from(text))], &mut NoLoader);
    pointing(&diagnostics, &sources);
    policy
}

/// Every diagnostic points into its text, says something, and can be printed.
pub fn pointing(diagnostics: &[Diagnostic], sources: &Sources) {
    for diagnostic in diagnostics {
        assert!(!diagnostic.message.is_empty(), "{diagnostic:?}");
        inside(diagnostic.span, sources);
        diagnostic.labels.iter().for_each(|label| inside(label.span, sources));
    }
    // The first hundred stand for the rest: printing is slow beside finding.
    let shown = &diagnostics[..diagnostics.len().min(100)];
    let look = Look { paint: Paint(false), width: 100, zone: Zone::get("UTC").expect("a zone") };
    for format in [Format::Human, Format::Json, Format::Ndjson] {
        diagnostics::write(&mut std::io::sink(), shown, sources, format, &look).expect("a sink takes everything");
    }
}

fn inside(span: Span, sources: &Sources) {
    let text = &sources.get(span.file).expect("a file of the policy").text;
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(
        text.get(start..end).is_some(),
        "{span:?} is outside a text of {} bytes, or inside a character",
        text.len()
    );
}

/// Facts by the vocabulary of a policy.
pub fn facts(policy: &Policy) -> Facts {
    let mut builder = policy.facts_builder(now(), None);
    builder.add_inventory("inventory.ndjson", INVENTORY);
    builder.add_changes("changes.ndjson", CHANGES);
    builder.finish().0
}

/// A policy that checks cannot fail while it runs, and every change has a row.
pub fn total(policy: &Policy, facts: &Facts) {
    let outcome = decide(policy, facts, now(), &DecideOptions::default());
    for id in facts.change_ids() {
        assert!(outcome.decisions.iter().any(|decision| decision.change.as_deref() == Some(&id)), "no row for {id}");
        assert!(outcome.summaries.iter().any(|summary| summary.change == id), "no summary for {id}");
        let (answer, _) = why(policy, facts, now(), &id, None);
        assert!(answer.is_some(), "no answer for {id}");
    }
    drop(triage(policy, facts, now(), None));
    drop(run_tests(policy, &|_| true));
}
