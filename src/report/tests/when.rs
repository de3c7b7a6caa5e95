//! When a change may go, as it is printed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use crate::eval::decision::{At, Obligation, Record, Tested, UnknownFact, Verdict};
use crate::explain::when_rows::{Late, LimitRow, Other, Standing, Stretch, WayOut, When, WhenGroup};
use crate::report::{Look, Paint, when_human};
use crate::time::{Duration, Instant, Zone, parse_instant};

const NOW: &str = "2026-11-20T15:00:00Z";

fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

fn place(line: u32) -> At {
    At { file: "freeze.gate".to_owned(), line, column: 1 }
}

fn limit(kind: &'static str, rule: &str, title: &str) -> LimitRow {
    LimitRow { rule: rule.to_owned(), kind, title: Some(title.to_owned()), until: None, condition: None, at: place(3) }
}

fn standing() -> Standing {
    let stretch = |from: &str, to: &str, opened_by: Vec<LimitRow>| Stretch {
        from: at(from),
        last: at(to),
        opened_by,
        closed_by: vec![limit("window", "sunday", "Sunday nights")],
    };
    let opened = vec![limit("window", "sunday", "Sunday nights"), limit("blackout", "year_end", "Year-end freeze")];
    Standing {
        first: Some(at("2027-01-10T07:00:00Z")),
        starts: vec![
            stretch("2027-01-10T07:00:00Z", "2027-01-10T09:00:00Z", opened),
            stretch("2027-01-17T07:00:00Z", "2027-01-17T07:00:00Z", Vec::new()),
        ],
        more: 48,
        hangs_on: Vec::new(),
        blockers: Vec::new(),
        lapses: vec!["cab".to_owned()],
    }
}

fn answer() -> When {
    When {
        change: "CHG0031".to_owned(),
        verdict: Verdict::Defer,
        asked: Tested { from: Some(at("2026-12-20T15:00:00Z")), to: Some(at("2026-12-20T17:00:00Z")), by: "schedule" },
        length: Duration::from_hours(2),
        from: at("2026-12-20T15:00:00Z"),
        until: at("2028-01-24T15:00:00Z"),
        whole: standing(),
        groups: vec![WhenGroup {
            assets: vec![Some("db-1".to_owned()), Some("db-2".to_owned())],
            zone: Some("America/New_York".to_owned()),
            standing: standing(),
        }],
        people: vec![Arc::new(Obligation {
            kind: "approval",
            rule: "cab".to_owned(),
            role: Some("cab-member".to_owned()),
            need: 2,
            have: 0,
            missing: 2,
            due: None,
            sitting: Some(at("2026-12-01T14:00:00Z")),
            unknown: Vec::new(),
            subject: None,
            not_counted: Vec::new(),
        })],
        others: vec![Other {
            kind: "rule",
            rule: "backup_verified".to_owned(),
            title: Some("A verified backup first".to_owned()),
            effect: "deny",
            assets: 1,
        }],
        late: vec![Late {
            block: "patching".to_owned(),
            level: Some("act".to_owned()),
            finding: Some("CVE-2026-1234".to_owned()),
            assets: vec![Some("db-1".to_owned()), Some("db-2".to_owned())],
            due: at("2026-12-02T05:00:00Z"),
            overdue: false,
            unknown: Vec::new(),
        }],
        ways_out: vec![
            WayOut {
                way: "exception",
                kind: "blackout",
                rule: "year_end".to_owned(),
                condition: Some("category == emergency and approved(ecab)".to_owned()),
                by: Vec::new(),
                up_to: None,
                at: place(3),
            },
            WayOut {
                way: "waiver",
                kind: "triage",
                rule: "patching".to_owned(),
                condition: None,
                by: vec!["ciso".to_owned()],
                up_to: Duration::from_days(30),
                at: place(40),
            },
        ],
        record: Record {
            policy: "sha256:0123456789abcdef".to_owned(),
            facts: "sha256:fedcba9876543210".to_owned(),
            plugins: Vec::new(),
            now: NOW.to_owned(),
            tzdb: "2026e".to_owned(),
            version: "0.1.0".to_owned(),
        },
    }
}

fn printed(answer: &When) -> String {
    let mut out = Vec::new();
    let look = Look { paint: Paint(false), width: 110, zone: Zone::utc() };
    when_human::when(&mut out, answer, at(NOW), None, &look).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_answer_comes_first() {
    let text = printed(&answer());
    println!("{text}");
    let first = text.lines().next().unwrap();
    assert_eq!(first, "CHG0031  as for time, from Sun 2027-01-10 02:00 America/New_York (07:00 UTC), in 50 days");
    for said in [
        "planned Sun 2026-12-20 10:00 to 12:00 (2h): deferred",
        "Sun 2027-01-10 02:00 to 04:00",
        "Sun 2027-01-17 02:00 sharp",
        "window sunday (Sunday nights) opens; blackout year_end (Year-end freeze) ends",
        "until window sunday closes",
        "and 48 more within 400 days",
        "by then the approvals of cab will have lapsed",
        "cab  2 approvals by cab-member, meets 2026-12-01 09:00",
        "deny  rule backup_verified  A verified backup first  on 1 asset",
        "CVE-2026-1234 on db-1 and 1 more: patching act, due Wed 2026-12-02 00:00, in 11 days",
        "blackout year_end lets through: category == emergency and approved(ecab)",
        "a waiver of triage patching by ciso, up to 30d",
    ] {
        assert!(text.contains(said), "`{said}` is missing:\n{text}");
    }
}

#[test]
fn never_says_why() {
    let blockers = vec![limit("blackout", "weekends", "No weekends"), limit("window", "sunday", "Sunday nights")];
    let never = Standing { first: None, starts: Vec::new(), more: 0, blockers, lapses: Vec::new(), ..standing() };
    let mut answer = answer();
    answer.whole = never.clone();
    answer.groups[0].standing = never;
    let text = printed(&answer);
    println!("{text}");
    assert!(text.starts_with("CHG0031  never within 400 days\n"), "{text}");
    assert!(text.contains("because these exclude each other for a change of 2h:"), "{text}");
    assert!(text.contains("too late for 1 deadline: there is no time at which the change may go"), "{text}");
}

#[test]
fn unknown_says_what_is_missing() {
    let hangs_on = vec![UnknownFact { fact: "asset.timezone".to_owned(), cause: "missing" }];
    let unknown = Standing { first: None, starts: Vec::new(), more: 0, hangs_on, lapses: Vec::new(), ..standing() };
    let mut answer = answer();
    answer.whole = unknown;
    answer.late.clear();
    answer.ways_out.clear();
    let text = printed(&answer);
    println!("{text}");
    assert!(text.starts_with("CHG0031  it is not known when it may go\n"), "{text}");
    assert!(text.contains("it hangs on asset.timezone (missing)"), "{text}");
}
