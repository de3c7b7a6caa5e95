#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod decisions;
mod when;

use std::sync::Arc;

use super::rows::{TriageReport, TriageRow, ValueRow, Values};
use super::text::{fill, pad, tidy, wrap};
use super::{Format, Look, Paint, clean, diagnostics, human, json, triage_human, values_human};
use crate::check::program::Effect;
use crate::eval::decision::{Answer, ByBlock, Counts, Decision, Reason, Record, Summary, Tested, UnknownFact, Verdict};
use crate::syntax::diagnostic::{Code, Diagnostic};
use crate::syntax::source::{Sources, Span};
use crate::time::{Instant, Zone, parse_instant};

fn look() -> Look {
    Look { paint: Paint(false), width: 80, zone: Zone::get("Europe/London").unwrap() }
}

fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

fn record() -> Record {
    Record {
        policy: "sha256:0123456789abcdef".to_owned(),
        facts: "fedcba9876543210".to_owned(),
        plugins: Vec::new(),
        now: "2026-07-01T09:00:00Z".to_owned(),
        tzdb: "2026e".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

fn reason(rule: &str, effect: Effect) -> Reason {
    Reason {
        rule: rule.to_owned(),
        kind: "rule",
        effect,
        title: Some("A title".to_owned()),
        because: None,
        until: None,
        refs: Vec::new(),
        unknown: Vec::new(),
        at: None,
        span: None,
        subject: None,
        waiver: None,
        refused_waivers: Vec::new(),
        factors: Vec::new(),
    }
}

fn decision(asset: &str, verdict: Verdict, reasons: Vec<Reason>) -> Decision {
    let answer = Answer {
        change: Some("CHG1".to_owned()),
        verdict,
        category_possible: vec!["normal".to_owned(), "emergency".to_owned()],
        tested: Tested { from: Some(at("2026-07-02T21:00:00Z")), to: None, by: "schedule" },
        reasons: reasons.into_iter().map(Arc::new).collect(),
        ..Answer::default()
    };
    Decision {
        asset: Some(asset.into()),
        answer: Arc::new(answer),
        not_before: None,
        lapses: Vec::new(),
        triage: ByBlock::default(),
        assumed: Arc::default(),
    }
}

fn summary(verdict: Verdict, counts: Counts) -> Summary {
    Summary {
        change: "CHG1".to_owned(),
        verdict,
        counts,
        category: None,
        category_possible: vec!["normal".to_owned(), "emergency".to_owned()],
        not_before: None,
        lapses: Vec::new(),
        risk: Vec::new(),
        obligations: Vec::new(),
        record: record(),
    }
}

fn printed(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn assets_are_grouped_by_verdict_and_reasons() {
    let mut missing = reason("backup", Effect::Hold);
    missing.unknown = vec![UnknownFact { fact: "asset.backup.verified".to_owned(), cause: "missing" }];
    missing.because = Some("No verified backup".to_owned());
    missing.until = Some(at("2026-07-03T05:00:00Z"));
    let decisions = [
        decision("a", Verdict::Permit, Vec::new()),
        decision("b", Verdict::Hold, vec![missing.clone()]),
        decision("c", Verdict::Deny, vec![reason("no_eol", Effect::Deny), reason("owner_named", Effect::Warn)]),
        decision("d", Verdict::Hold, vec![missing]),
    ];
    let counts = Counts { assets: 4, permit: 1, warn: 0, hold: 2, defer: 0, deny: 1 };
    let shown: Vec<&Decision> = decisions.iter().collect();
    let text = printed(|out| human::decisions(out, &shown, &[summary(Verdict::Deny, counts)], &look()));
    assert_eq!(
        text,
        "CHG1  DENY  may be normal, emergency  4 assets: 1 deny, 2 hold, 1 permit
  tested from 2026-07-02 22:00 to an unknown time
  deny   c
         deny   no_eol       A title
         warn   owner_named  A title
  hold   b, d
         hold   backup  A title  until 2026-07-03 06:00
                No verified backup
                not known: asset.backup.verified (missing)
  permit a

now 2026-07-01T09:00:00Z, times in Europe/London, policy 0123456789ab,
facts fedcba987654, tzdb 2026e, changegate 0.1.0
"
    );
}

#[test]
fn a_long_list_of_assets_is_cut() {
    let decisions: Vec<Decision> =
        (0..100).map(|n| decision(&format!("asset-{n:03}"), Verdict::Permit, Vec::new())).collect();
    let shown: Vec<&Decision> = decisions.iter().collect();
    let counts = Counts { assets: 100, permit: 100, ..Counts::default() };
    let text = printed(|out| human::decisions(out, &shown, &[summary(Verdict::Permit, counts)], &look()));
    assert!(text.contains("asset-023,") && text.contains("and 76 more\n") && !text.contains("asset-024"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn ndjson_has_the_same_objects_as_json() {
    let decisions = [decision("a", Verdict::Permit, Vec::new()), decision("b", Verdict::Permit, Vec::new())];
    let shown: Vec<&Decision> = decisions.iter().collect();
    let summaries = [summary(Verdict::Permit, Counts::default())];
    let whole = printed(|out| json::decisions(out, &shown, &summaries, Format::Json));
    let whole: serde_json::Value = serde_json::from_str(&whole).unwrap();
    let lines = printed(|out| json::decisions(out, &shown, &summaries, Format::Ndjson));
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], whole["decisions"][0]);
    assert_eq!(lines[1], whole["decisions"][1]);
    assert_eq!(lines[2]["summary"], whole["changes"][0]);
    let none = printed(|out| json::decisions(out, &[], &[], Format::Json));
    assert_eq!(none, "{\"decisions\":[],\"changes\":[]}\n");
}

#[test]
fn triage_counts_by_level_and_says_how_late() {
    let row = |asset: &str, level: &str, due: Option<&str>, overdue| TriageRow {
        asset: Some(asset.into()),
        finding: Some("CVE-2026-1".to_owned()),
        block: "patching".to_owned(),
        level: Some(level.to_owned()),
        due: due.map(at),
        overdue,
        unknown: Vec::new(),
        waiver: None,
    };
    let report = TriageReport {
        rows: vec![
            row("a", "act", Some("2026-06-20T09:00:00Z"), true),
            row("b", "act", Some("2026-07-01T03:00:00Z"), true),
            row("c", "track", None, false),
        ],
        record: record(),
        now: at("2026-07-01T09:00:00Z"),
    };
    let text = printed(|out| triage_human::triage(out, &report, &look()));
    assert_eq!(
        text,
        "patching
  act         2  2 overdue
  track       1

level  due               overdue by  asset  finding
act    2026-06-20 10:00  11d         a      CVE-2026-1
act    2026-07-01 04:00  6h          b      CVE-2026-1
track  -                             c      CVE-2026-1

now 2026-07-01T09:00:00Z, times in Europe/London, policy 0123456789ab,
facts fedcba987654, tzdb 2026e, changegate 0.1.0
"
    );
}

#[test]
fn values_say_what_is_missing() {
    let values = Values {
        ty: "int 1..4".to_owned(),
        rows: vec![
            ValueRow { subject: Some("db-1".to_owned()), value: 1.into(), possible: None, unknown: Vec::new() },
            ValueRow {
                subject: Some("b".to_owned()),
                value: serde_json::Value::Null,
                possible: None,
                unknown: vec![UnknownFact { fact: "asset.tier".to_owned(), cause: "missing" }],
            },
        ],
    };
    let text = printed(|out| values_human::values(out, &values, &look()));
    assert_eq!(text, "type: int 1..4\ndb-1  1\nb     unknown  not known: asset.tier (missing)\n");
}

#[test]
fn diagnostics_show_the_text_of_each_file() {
    let mut sources = Sources::new();
    let first = sources.add("a.gate", "rule r { forbid tire == 7 }\n");
    let second = sources.add("b.gate", "rule r { }\n");
    let found = Diagnostic::error(Code(101), Span::new(first, 16, 20), "there is no `tire`")
        .label("not a name")
        .also(Span::new(second, 5, 6), "also named `r`")
        .help("did you mean `tier`?");
    let text = printed(|out| diagnostics::write(out, std::slice::from_ref(&found), &sources, Format::Human, &look()));
    for said in
        ["CG0101", "there is no `tire`", "a.gate:1:17", "not a name", "b.gate:1:6", "did you mean `tier`?", "1 error"]
    {
        assert!(text.contains(said), "`{said}` is missing: {text}");
    }
    assert!(!text.contains('\u{1b}'), "{text}");
    let object = diagnostics::object(&found, &sources);
    assert_eq!(object["code"], "CG0101");
    assert_eq!(object["at"]["column"], 17);
    assert_eq!(object["at"]["end_column"], 21);
    assert_eq!(object["labels"][0]["at"]["file"], "b.gate");
}

#[test]
fn a_diagnostic_that_does_not_fit_its_text_is_still_printed() {
    let mut sources = Sources::new();
    let file = sources.add("a.gate", "x\n");
    let found = Diagnostic::error(Code(1), Span::new(file, 100, 200), "cut off");
    let text = printed(|out| diagnostics::write(out, &[found], &sources, Format::Human, &look()));
    assert!(text.contains("cut off"), "{text}");
}

#[test]
fn text_is_cleaned_padded_and_broken() {
    assert_eq!(clean("plain"), "plain");
    assert_eq!(clean("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb c");
    assert_eq!(clean("\u{202e}abc"), "\\u{202e}abc");
    assert_eq!(tidy("a\u{1b}\u{7}\nb"), "a\\u{1b}\\u{7}\nb");
    assert!(tidy(&"x".repeat(1_000_000)).len() < 1000);
    assert_eq!(pad("日本", 6), "日本  ");
    assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    assert_eq!(wrap("", 7), Vec::<String>::new());
    assert_eq!(fill(["aa".to_owned(), "bb".to_owned(), "cc".to_owned()], ", ", 7), ["aa, bb,", "cc"]);
}

#[test]
fn colour_ends_where_it_began() {
    assert_eq!(Paint(false).bad("x"), "x");
    assert_eq!(Paint(true).bad("x"), "\u{1b}[1;31mx\u{1b}[0m");
    assert_eq!(Paint(true).bad(""), "");
}

#[test]
fn json_escapes_what_steers_a_terminal() {
    let text = "a\u{1b}\u{9b}\u{202e}\u{7f}é\"b";
    let line = printed(|out| json::line(out, &text));
    assert_eq!(line, "\"a\\u001b\\u009b\\u202e\\u007fé\\\"b\"\n");
    assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
}
