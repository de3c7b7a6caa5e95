//! Approvals as decisions have them, from policy text and votes.

use std::time::Instant as Clock;

use crate::check::schema::TableId;
use crate::eval::decision::Obligation;
use crate::{DecideOptions, Decision, Policy, decide};

/// A change with these votes, one a line: `ROLE BY[>FOR] TIME DECISION [ITEM,ITEM]`. A `?` leaves the fact out, `HH:MM` is on 20 November.
fn votes(lines: &str) -> Vec<serde_json::Value> {
    let vote = |line: &str| {
        let mut words = line.split_whitespace();
        let mut vote = serde_json::Map::new();
        let mut put = |key: &str, word: Option<&str>| {
            if let Some(word) = word.filter(|word| *word != "?") {
                vote.insert(key.to_owned(), word.into());
            }
        };
        put("role", words.next());
        let persons = words.next().unwrap();
        let (by, behalf) = persons.split_once('>').map_or((persons, None), |(by, of)| (by, Some(of)));
        put("by", Some(by));
        put("on_behalf_of", behalf);
        let at = words.next().map(|t| if t.len() == 5 { format!("2026-11-20T{t}:00Z") } else { t.to_owned() });
        put("at", at.as_deref());
        put("decision", words.next());
        if behalf == Some("?") {
            vote.insert("on_behalf_of".to_owned(), serde_json::Value::Null);
        }
        if let Some(items) = words.next() {
            vote.insert("scope".to_owned(), items.split(',').filter(|item| !item.is_empty() && *item != "-").collect());
        }
        serde_json::Value::Object(vote)
    };
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(vote).collect()
}

struct Case<'c> {
    policy: &'c str,
    change: &'c str,
    people: Option<&'c str>,
}

impl Case<'_> {
    fn decide(&self, lines: &str) -> Decision {
        let (policy, diagnostics, _) =
            Policy::load(vec![("p.gate".into(), self.policy.into())], &mut crate::check::NoLoader);
        let policy = policy.unwrap_or_else(|| panic!("{diagnostics:?}"));
        let now = crate::time::parse_instant("2026-11-20T15:00:00Z").unwrap();
        let mut builder = policy.facts_builder(now, None);
        builder.add_inventory("inventory.ndjson", br#"{"id":"a","tier":1}"#);
        let mut change: serde_json::Value = serde_json::from_str(self.change).unwrap();
        change["id"] = "C".into();
        change["assets"] = serde_json::json!(["a"]);
        if change.get("approvals").is_none() {
            change["approvals"] = votes(lines).into();
        }
        builder.add_changes("change.json", change.to_string().as_bytes());
        if let Some(people) = self.people {
            builder.add_file(TableId::PERSON, "people.ndjson", people.as_bytes());
        }
        let (facts, problems) = builder.finish();
        assert_eq!(problems.error_count, 0, "{problems:?}");
        let outcome = decide(&policy, &facts, now, &DecideOptions::default());
        assert_eq!(outcome.decisions.len(), 1);
        outcome.decisions.into_iter().next().unwrap()
    }

    /// `EFFECT HAVE/NEED[ ITEM], …: WHY; WHY`
    fn say(&self, lines: &str) -> String {
        let decision = self.decide(lines);
        let effect = decision.reasons.first().map_or("-", |reason| reason.effect.as_str());
        let slot = |o: &Obligation| {
            let subject = o.subject.as_ref().map_or(String::new(), |subject| format!(" {subject}"));
            format!("{}/{}{subject}", o.have, o.need)
        };
        let slots: Vec<String> = decision.obligations.iter().map(|o| slot(o)).collect();
        let why: Vec<&str> =
            decision.obligations.iter().flat_map(|o| &o.not_counted).map(|vote| vote.why.as_str()).collect();
        let colon = if why.is_empty() { "" } else { ": " };
        format!("{effect} {}{colon}{}", slots.join(", "), why.join("; "))
    }
}

const EDITED: &str = r#"{"requester":"req","implementer":"imp","updated_at":"2026-11-20T08:00:00Z"}"#;

fn cab(change: &str) -> Case<'_> {
    Case {
        policy: r#"policy p { timezone "UTC" }
            approval cab { need 2 from "cab"  not by change.requester, change.implementer  valid 6h }"#,
        change,
        people: None,
    }
}

#[test]
fn a_vote_counts_only_if_all_of_it_is_certain() {
    let one = |line: &str| cab(EDITED).say(&format!("cab ann 10:00 approve\n{line}"));
    for (line, said) in [
        ("cab bob 10:00 approve", "- 2/2"),
        ("cab bob 08:59 approve", "hold 1/2: older than 6h"),
        ("cab bob 09:00 approve", "- 2/2"),
        ("cab bob 07:59 approve", "hold 1/2: given before the change was last edited at 2026-11-20T08:00:00Z"),
        ("cab bob 15:00 approve", "- 2/2"),
        ("cab bob 15:01 approve", "hold 1/2: not given yet"),
        ("cab bob ? approve", "hold 1/2: the time of the vote is not known"),
        ("cab ? 10:00 approve", "hold 1/2: it is not known who voted"),
        ("? bob 10:00 approve", "hold 1/2: the role of the vote is not known"),
        ("cab bob>? 10:00 approve", "hold 1/2: it is not known for whom"),
        ("cab bob 10:00 abstain", "hold 1/2: neither approves nor rejects"),
        ("cab bob 10:00 pending", "hold 1/2: neither approves nor rejects"),
        ("lead bob 10:00 approve", "hold 1/2"),
        ("CAB bob 10:00 approve", "hold 1/2"),
        ("cab req 10:00 approve", "hold 1/2: `req` is the change's requester, who cannot approve"),
        ("cab imp 10:00 approve", "hold 1/2: `imp` is the change's implementer, who cannot approve"),
        ("cab req>bob 10:00 approve", "hold 1/2: `req` is the change's requester, who cannot approve"),
        ("cab bob>req 10:00 approve", "hold 1/2: `req` is the change's requester, who cannot approve"),
        (
            "cab Req 10:00 approve",
            "hold 1/2: `Req` differs from `req` only in case, and `req` is the change's requester, who cannot approve",
        ),
        ("cab bob>carl 10:00 approve", "- 2/2"),
        ("cab bob>ann 10:00 approve", "hold 1/2: whoever is behind it already counts with another vote"),
        ("cab ann>bob 10:00 approve", "hold 1/2: whoever is behind it already counts with another vote"),
        ("cab ann 11:00 approve", "hold 1/2: superseded by a later vote"),
        ("cab ann 11:00 abstain", "hold 0/2: superseded by a later vote; neither approves nor rejects"),
        (
            "cab ann 10:00 abstain",
            "hold 0/2: neither approves nor rejects; superseded by a stronger vote of the same time",
        ),
        ("cab ann 10:00 approve", "hold 1/2: whoever is behind it already counts with another vote"),
        ("cab ANN 11:00 approve", "hold 1/2: superseded by a later vote: `ANN` differs from `ann` only in case"),
        ("cab zoe>ann 11:00 pending", "hold 0/2: superseded by a later vote; neither approves nor rejects"),
        ("cab ann 15:01 abstain", "hold 1/2: not given yet"),
        ("cab ? 10:00 abstain", "hold 0/2: it is not known who voted; may be superseded by another vote"),
        ("cab bob 10:00 reject", "deny 1/2: rejected"),
        ("lead bob 10:00 reject", "hold 1/2"),
        ("cab bob 07:59 reject", "hold 1/2: given before the change was last edited at 2026-11-20T08:00:00Z"),
        ("cab bob ? reject", "hold 1/2: may be a rejection: the time of the vote is not known"),
        ("cab bob 10:00 ?", "hold 1/2: may be a rejection: it is not known what the vote says"),
        ("cab req 10:00 reject", "hold 1/2: `req` is the change's requester, who cannot approve"),
        ("cab bob 10:00 reject\ncab bob 11:00 approve", "- 2/2: superseded by a later vote"),
        (
            "cab bob 10:00 reject\ncab bob 10:00 approve",
            "deny 1/2: superseded by a stronger vote of the same time; rejected",
        ),
        ("cab bob 10:00 reject\ncab bob 11:00 reject", "deny 1/2: rejected; rejected"),
        // Whose vote does not count lifts nobody's rejection.
        (
            "cab bob 10:00 reject\ncab req>bob 11:00 approve",
            "deny 1/2: rejected; `req` is the change's requester, who cannot approve",
        ),
    ] {
        assert_eq!(one(line), said, "{line}");
    }
}

#[test]
fn nobody_counts_while_an_excluded_person_or_the_last_edit_is_not_known() {
    let both = "cab ann 10:00 approve\ncab bob 10:00 approve";
    let say = |change| {
        let decision = cab(change).decide(both);
        let unknown: Vec<String> =
            decision.reasons.iter().flat_map(|r| &r.unknown).map(|u| format!("{} {}", u.fact, u.cause)).collect();
        (cab(change).say(both), unknown)
    };
    assert_eq!(say(EDITED), ("- 2/2".to_owned(), vec![]));
    let (said, unknown) = say(r#"{"requester":"req","updated_at":"2026-11-20T08:00:00Z"}"#);
    assert_eq!(said, "hold 0/2: it is not known who is excluded; it is not known who is excluded");
    assert_eq!(unknown, ["change.implementer missing"]);
    let (said, unknown) = say(r#"{"requester":"req","implementer":"imp"}"#);
    assert_eq!(
        said,
        "hold 0/2: it is not known when the change was last edited; it is not known when the change was last edited"
    );
    assert_eq!(unknown, ["change.updated_at missing"]);
    let (said, unknown) =
        say(r#"{"requester":"req","implementer":"imp","updated_at":"2026-11-20T08:00:00Z","approvals":null}"#);
    assert_eq!(said, "hold 0/2");
    assert_eq!(unknown, ["change.approvals missing"]);
}

fn items(change: &str) -> Case<'_> {
    Case {
        policy: r#"approval owners { need 1 from "owner" for each s in change.services  need 1 from "cab", "ciso"  survives edits }"#,
        change,
        people: None,
    }
}

#[test]
fn an_item_is_served_by_votes_that_name_it() {
    let two = |lines: &str| items(r#"{"services":["pay","web"]}"#).say(lines);
    for (lines, said) in [
        ("", "hold 0/1, 0/1 pay, 0/1 web"),
        ("cab ann 10:00 approve\nowner bob 10:00 approve pay,web", "- 1/1, 1/1 pay, 1/1 web"),
        (
            "ciso ann 10:00 approve\nowner bob 10:00 approve pay\nowner carl 10:00 approve web",
            "- 1/1, 1/1 pay, 1/1 web",
        ),
        ("cab ann 10:00 approve\nowner bob 10:00 approve", "hold 1/1, 0/1 pay, 0/1 web: it names no item"),
        ("cab ann 10:00 approve\nowner bob 10:00 approve -", "hold 1/1, 0/1 pay, 0/1 web: it names no item"),
        (
            "cab ann 10:00 approve\nowner bob 10:00 approve Pay",
            "hold 1/1, 0/1 pay, 0/1 web: it names no item that is asked for",
        ),
        // Nobody serves two clauses; the best is made of who there is.
        (
            "cab bob 10:00 approve\nowner bob 10:00 approve pay,web",
            "hold 0/1, 1/1 pay, 1/1 web: whoever is behind it already serves another need of this approval",
        ),
        (
            "cab bob 10:00 approve\nowner bob 10:00 approve pay\nowner carl 10:00 approve web,pay",
            "- 1/1, 1/1 pay, 1/1 web",
        ),
        // A vote without items concerns every item.
        (
            "cab ann 10:00 approve\nowner bob 10:00 approve pay,web\nowner bob 11:00 abstain -",
            "hold 1/1, 0/1 pay, 0/1 web: superseded by a later vote; neither approves nor rejects",
        ),
        (
            "cab ann 10:00 approve\nowner bob 10:00 approve pay,web\nowner bob 11:00 abstain web",
            "hold 1/1, 1/1 pay, 0/1 web: neither approves nor rejects",
        ),
        ("cab ann 10:00 approve\nowner bob 10:00 reject pay", "deny 1/1, 0/1 pay, 0/1 web: rejected"),
        ("cab ann 10:00 approve\nowner bob 10:00 reject", "deny 1/1, 0/1 pay, 0/1 web: rejected"),
        (
            "cab ann 10:00 approve\nowner bob 10:00 reject db",
            "hold 1/1, 0/1 pay, 0/1 web: it names no item that is asked for",
        ),
        (
            "cab ann 10:00 approve\nowner bob 10:00 reject\nowner bob 11:00 approve pay",
            "deny 1/1, 1/1 pay, 0/1 web: rejected",
        ),
    ] {
        assert_eq!(two(lines), said, "{lines}");
    }
    let met = "cab ann 10:00 approve\nowner bob 10:00 approve pay,web";
    assert_eq!(items(r#"{"services":[]}"#).say("cab ann 10:00 approve"), "- 1/1");
    assert_eq!(items("{}").say(met), "hold 1/1, 0/1: it names no item that is asked for");
    assert_eq!(items(r#"{"services":["pay",7]}"#).say(met), "hold 1/1, 0/1, 1/1 pay");
}

#[test]
fn people_are_held_against_their_records() {
    let people = r#"
        {"id":"ann","roles":["cab"],"delegations":[{"to":"sub","role":"cab","from":"2026-11-19T00:00:00Z","until":"2026-11-20T11:00:00Z"}]}
        {"id":"bob","roles":["cab"],"delegations":[{"to":"sub","from":"2026-11-20T10:00:00Z","until":"none"}]}
        {"id":"carl","roles":["lead"],"delegations":[]}
        {"id":"dora","delegations":[]}
        {"id":"sub","roles":[],"delegations":[]}"#;
    let case =
        Case { policy: r#"approval cab { need 1 from "cab"  survives edits }"#, change: "{}", people: Some(people) };
    for (line, said) in [
        ("cab ann 10:00 approve", "- 1/1"),
        ("cab Ann 10:00 approve", "hold 0/1: nobody called `Ann` is known"),
        ("cab mallory 10:00 approve", "hold 0/1: nobody called `mallory` is known"),
        ("cab mallory>ann 10:00 approve", "hold 0/1: nobody called `mallory` is known"),
        ("cab carl 10:00 approve", "hold 0/1: `carl` does not hold the role `cab`"),
        ("cab dora 10:00 approve", "hold 0/1: `dora` does not hold the role `cab`"),
        ("cab sub 10:00 approve", "hold 0/1: `sub` does not hold the role `cab`"),
        ("cab sub>ann 10:00 approve", "- 1/1"),
        ("cab sub>ann 11:00 approve", "hold 0/1: no delegation from `ann` to `sub` was in force"),
        ("cab sub>bob 09:59 approve", "hold 0/1: no delegation from `bob` to `sub` was in force"),
        ("cab sub>bob 10:00 approve", "- 1/1"),
        ("cab bob>ann 10:00 approve", "hold 0/1: no delegation from `ann` to `bob` was in force"),
        ("cab sub>carl 10:00 approve", "hold 0/1: `carl` does not hold the role `cab`"),
        ("cab ann>ann 10:00 approve", "- 1/1"),
        ("cab mallory 10:00 reject", "hold 0/1: may be a rejection: nobody called `mallory` is known"),
        ("cab carl 10:00 reject", "hold 0/1: `carl` does not hold the role `cab`"),
        (
            "cab ann 10:00 reject\ncab sub>ann 12:00 approve",
            "deny 0/1: rejected; no delegation from `ann` to `sub` was in force",
        ),
    ] {
        assert_eq!(case.say(line), said, "{line}");
    }
    let none = Case { people: Some(""), ..case };
    assert_eq!(none.say("cab ann 10:00 approve"), "hold 0/1: nobody called `ann` is known");
}

#[test]
fn votes_count_after_the_approval_that_comes_before_was_met() {
    let case = |extra: &str| {
        let policy = format!(
            r#"approval board {{ need 1 from "cab"  after review  survives edits }}
               approval review {{ need 2 from "lead"  survives edits {extra} }}"#
        );
        move |lines: &str| Case { policy: &policy, change: "{}", people: None }.say(lines)
    };
    let say = case("");
    let leads = "lead ann 10:00 approve\nlead bob 11:00 approve";
    assert_eq!(say(&format!("{leads}\ncab cy 11:00 approve")), "hold 0/1, 2/2: comes before approval `review` was met");
    assert_eq!(say(&format!("{leads}\ncab cy 11:01 approve")), "- 1/1, 2/2");
    assert_eq!(say("lead ann 10:00 approve\ncab cy 12:00 approve"), "hold 0/1, 1/2: approval `review` is not met");
    assert_eq!(
        say(&format!("{leads}\nlead dan ? reject\ncab cy 12:00 approve")),
        "hold 0/1, 2/2: comes before approval `review` was met; may be a rejection: the time of the vote is not known"
    );
    // Not asked for: there is nothing to wait for.
    assert_eq!(case("when asset.tier == 2")("cab cy 09:00 approve"), "- 1/1");
    assert_eq!(
        case("when asset.environment == prod")("cab cy 09:00 approve"),
        "hold 0/1, 0/2: approval `review` is not met"
    );
    assert_eq!(case("when asset.environment == prod  except asset.tier == 1")("cab cy 09:00 approve"), "- 1/1");
}

#[test]
fn what_is_done_afterwards_is_a_duty_and_a_rejection_still_counts() {
    let policy = r#"approval retro { need 1 from "authority"  afterwards within 24h of change.finished_at  survives edits
            review within 48h of change.finished_at }"#;
    let say = |change: &str, lines: &str| {
        let decision = Case { policy, change, people: None }.decide(lines);
        let due = |o: &Obligation| {
            format!("{} {} {}", o.kind, o.missing, o.due.map_or("-".to_owned(), |due| due.to_rfc3339()))
        };
        let entries: Vec<String> = decision.obligations.iter().map(|o| due(o)).collect();
        format!("{} {}", decision.verdict.as_str(), entries.join(", "))
    };
    let done = r#""finished_at":"2026-11-20T09:00:00Z","implementer":"imp""#;
    let review = |by: &str, at: &str, result: &str| {
        format!(
            r#"{{{done},"evidence":[{{"kind":"post-implementation-review","result":"{result}","by":"{by}","at":"2026-11-20T{at}:00Z"}}]}}"#
        )
    };
    assert_eq!(say(r#"{"finished_at":"none"}"#, ""), "permit approval 1 -, review 1 -");
    assert_eq!(say("{}", ""), "permit approval 1 2026-11-20T15:00:00Z, review 1 2026-11-20T15:00:00Z");
    let dues = "2026-11-21T09:00:00Z, review 1 2026-11-22T09:00:00Z";
    assert_eq!(say(&review("zoe", "08:59", "passed"), ""), format!("permit approval 1 {dues}"));
    assert_eq!(say(&review("imp", "10:00", "passed"), ""), format!("permit approval 1 {dues}"));
    assert_eq!(say(&review("Imp ", "10:00", "passed"), ""), format!("permit approval 1 {dues}"));
    assert_eq!(say(&review("zoe", "10:00", "failed"), ""), format!("permit approval 1 {dues}"));
    assert_eq!(
        say(&review("zoe", "10:00", "passed"), "authority ann 12:00 approve"),
        "permit approval 0 2026-11-21T09:00:00Z, review 0 2026-11-22T09:00:00Z"
    );
    assert_eq!(say(&review("zoe", "08:59", "passed"), "authority ann 12:00 reject"), format!("deny approval 1 {dues}"));
    assert_eq!(say(&review("zoe", "08:59", "passed"), "authority ann ? reject"), format!("hold approval 1 {dues}"));
}

#[test]
fn what_others_read_of_an_approval_is_unknown_where_it_hangs_on_something_unknown() {
    let read = |lines: &str| {
        let policy = r#"
            approval cab { need 1 from "cab"  survives edits  effect report }
            rule wants { forbid not approved(cab)  effect deny  unknown hold }
            rule wants_not { forbid approved(cab)  effect deny  unknown hold }
            rule clear { forbid not cleared(cab)  effect warn  unknown warn }"#;
        let decision = Case { policy, change: "{}", people: None }.decide(lines);
        let reasons: Vec<String> =
            decision.reasons.iter().map(|r| format!("{} {}", r.rule, r.effect.as_str())).collect();
        reasons.join(", ")
    };
    assert_eq!(read(""), "wants deny, clear warn, cab report");
    assert_eq!(read("cab ann 10:00 approve"), "wants_not deny");
    assert_eq!(read("cab ann ? approve"), "wants hold, wants_not hold, clear warn, cab report");
    assert_eq!(read("cab ann 10:00 reject"), "wants deny, clear warn, cab report");
    assert_eq!(read("cab ann 10:00 approve\ncab bob 10:00 ?"), "wants hold, wants_not hold, clear warn, cab report");
}

#[test]
fn an_approval_may_be_asked_for_of_each_asset() {
    let policy = r#"
        approval unit { when asset.tier == 1  need 1 from "manager" for each u in { "x", "y" }  survives edits  not by asset.owner }
        approval board { need 1 from "cab"  after unit  survives edits }"#;
    let say = |lines: &str| Case { policy, change: "{}", people: None }.say(lines);
    assert_eq!(
        say("manager ann 10:00 approve x,y\ncab bob 11:00 approve"),
        "hold 0/1, 0/1 x, 0/1 y: comes before approval `unit` was met; it is not known who is excluded"
    );
}

/// Prints how long it takes to decide changes with many votes; `cargo test --release -- --nocapture votes_are_counted`.
#[test]
fn ten_thousand_votes_are_counted_in_bounded_time() {
    let policy = r#"policy p { timezone "UTC" }
        approval review { need 1 from "lead" }
        approval cab { need 3 from "cab"  need 1 from "owner" for each s in change.services  not by change.requester  after review  valid 14d }
        approval each_asset { when asset.tier <= 2  need 2 from "manager"  not by asset.owner }"#;
    for (count, assets) in [(1_000_u64, 1_u64), (10_000, 1), (10_000, 200)] {
        let roles = ["cab", "owner", "lead", "manager"];
        let lines: Vec<String> = (0..count)
            .map(|n| {
                let role = roles[usize::try_from(n % 4).unwrap()];
                let behalf = if n % 7 == 0 { format!(">q{}", n % 50) } else { String::new() };
                let decision = if n % 11 == 0 { "abstain" } else { "approve" };
                format!("{role} p{}{behalf} {:02}:{:02} {decision} pay,web{}", n / 3, 9 + n % 5, n % 60, n % 100)
            })
            .collect();
        let services: Vec<String> = (0..100).map(|n| format!("web{n}")).collect();
        let change = serde_json::json!({
            "id": "C", "assets": (0..assets).map(|n| format!("a{n}")).collect::<Vec<_>>(), "services": services, "requester": "req",
            "updated_at": "2026-11-20T08:00:00Z", "approvals": votes(&lines.join("\n")),
        });
        let (policy, ..) = Policy::load(vec![("p.gate".into(), policy.into())], &mut crate::check::NoLoader);
        let policy = policy.unwrap();
        let now = crate::time::parse_instant("2026-11-20T15:00:00Z").unwrap();
        let mut builder = policy.facts_builder(now, None);
        let asset = |n| format!(r#"{{"id":"a{n}","tier":1,"owner":"o{}"}}"#, n % 100);
        builder.add_inventory("inventory.ndjson", (0..assets).map(asset).collect::<Vec<_>>().join("\n").as_bytes());
        builder.add_changes("change.json", change.to_string().as_bytes());
        let (facts, problems) = builder.finish();
        assert_eq!(problems.error_count, 0);
        let start = Clock::now();
        let outcome = decide(&policy, &facts, now, &DecideOptions::default());
        let took = start.elapsed();
        println!("{count} votes, {assets} assets: decided in {took:?}, {}", outcome.summaries[0].verdict.as_str());
    }
}
