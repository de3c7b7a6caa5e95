//! Messages that the pages do not show: codes and underlined texts of policies with several mistakes.

use super::support::{check_text, listing};

/// Code and underlined text of each message.
fn found(text: &str) -> Vec<(u16, String)> {
    let checked = check_text(text);
    checked.diagnostics.iter().map(|d| (d.code.0, checked.sources.text(d.span).to_owned())).collect()
}

fn is(text: &str, expected: &[(u16, &str)]) {
    let wanted: Vec<(u16, String)> = expected.iter().map(|(code, text)| (*code, (*text).to_owned())).collect();
    assert_eq!(found(text), wanted, "{}", listing(&check_text(text)));
}

#[test]
fn every_mistake_is_reported_in_one_run() {
    is(
        "rule a { forbid asset.teir == 1 and asset.exposure == internt and asset.disk_free < 10 }\n\
         rule b { forbid asset.os.eol > none or foo }",
        &[(101, "teir"), (107, "internt"), (104, "asset.disk_free < 10"), (107, "asset.os.eol > none"), (100, "foo")],
    );
}

#[test]
fn an_error_gives_no_follow_up() {
    is("let x = asset.nope\nrule a { forbid x == prod or (x + 1) > 3 or x in { a, b } }", &[(101, "nope")]);
    is(
        "table t { given k = finding.nope row yes -> hot row no -> cold }\nrule a { forbid any f in asset.findings where t of f == hot }",
        &[(101, "nope")],
    );
    let syntax = found("rule a { forbid ==  }\nlet b = == 3\nrule c { forbid b }");
    assert!(syntax.iter().all(|(code, _)| *code < 100), "{syntax:?}");
}

#[test]
fn absences_are_judged_by_their_place() {
    for (text, wrong) in [
        ("rule a { forbid asset.owner is known }", true),
        ("rule a { forbid asset.owner is unknown }", false),
        ("rule a { require asset.owner is given }", false),
        ("rule a { require not (asset.owner is given) }", true),
        ("rule a { forbid asset.tier == 1 except asset.owner is unknown }", true),
        ("rule a { forbid asset.tier == 1 except asset.owner is known }", false),
        ("rule a { when asset.owner is known forbid asset.tier == 1 }", true),
        ("rule a { when asset.owner is known forbid asset.tier == 1 assumes \"why\" }", false),
        ("rule a { forbid (asset.disk_free default 100%) < 15% }", true),
        ("rule a { forbid (asset.disk_free default 0%) < 15% }", false),
        ("rule a { forbid 15% > (asset.disk_free default 0%) }", false),
        ("rule a { forbid asset.tier == 1 except (asset.disk_free default 0%) < 15% }", true),
        ("rule a { forbid (asset.pending_reboot default false) }", true),
        ("rule a { forbid (asset.pending_reboot default true) }", false),
        ("rule a { forbid count(f in asset.findings where f.epss is known) > 3 }", true),
        ("rule a { forbid count(f in asset.findings where f.epss is unknown) > 3 }", false),
        ("rule a { forbid count(f in asset.findings where f.epss is known) < 3 }", false),
        ("rule a { require every f in asset.findings where f.epss is known satisfies f.kev }", true),
        ("rule a { require every f in asset.findings where f.epss is unknown satisfies f.kev }", false),
        ("let k = asset.owner is known\nrule a { forbid k }", true),
        ("let k = asset.owner is known\nrule a { forbid not k }", false),
        ("blackout b { every day 01:00 to 02:00 in \"UTC\" for asset.owner is known }", true),
        ("window b { every day 01:00 to 02:00 in \"UTC\" for asset.owner is unknown }", true),
        ("categorise k { a when change.model is unknown  b otherwise }", true),
        ("categorise k { a when change.model is unknown  b otherwise  assumes \"why\" }", false),
        (
            "triage t { levels a > b  clock finding.detected default finding.published  a within 3d when finding.kev  b otherwise }",
            false,
        ),
        (
            "triage t { levels a > b  clock finding.detected  a within 3d when (finding.kev default true)  b otherwise }",
            true,
        ),
    ] {
        let codes: Vec<u16> = found(text).into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, if wrong { vec![149] } else { vec![] }, "{text}\n{}", listing(&check_text(text)));
    }
}

#[test]
fn arms_are_compared_as_conditions() {
    let triage = |first: &str, second: &str| {
        let text = format!(
            "triage t {{ levels a > b > c\n clock finding.detected\n a within 3d when {first}\n b within 9d when {second}\n c otherwise }}"
        );
        found(&text).iter().any(|(code, _)| *code == 140)
    };
    for (first, second) in [
        ("true", "finding.kev"),
        ("finding.kev", "finding.kev and asset.tier == 1"),
        ("finding.kev or asset.tier == 1", "asset.tier == 1"),
        ("finding.cvss >= 7.0", "finding.cvss > 7.0"),
        ("finding.cvss >= 7.0", "finding.cvss == 9.1"),
        ("asset.tier in { 1, 2 }", "asset.tier == 2"),
        ("asset.exposure in { internet, internal }", "asset.exposure in { internet }"),
        ("asset.exposure != isolated", "asset.exposure == internet"),
        ("not (finding.kev and asset.tier == 1)", "not finding.kev"),
        ("finding.kev", "false"),
    ] {
        assert!(triage(first, second), "{second} is covered by {first}");
    }
    for (first, second) in [
        ("finding.kev and asset.tier == 1", "finding.kev"),
        ("finding.cvss > 7.0", "finding.cvss >= 7.0"),
        ("asset.tier == 2", "asset.tier in { 1, 2 }"),
        ("finding.kev", "finding.ransomware"),
    ] {
        assert!(!triage(first, second), "{second} is not covered by {first}");
    }
}

#[test]
fn tables_are_proved() {
    let table = |rows: &str| {
        let text = format!(
            "table t {{ given s = finding.cvss, k = finding.kev_due, e = asset.exposure\n{rows} }}\nrule r {{ forbid any f in asset.findings where t of f == x }}"
        );
        check_text(&text).diagnostics.into_iter().map(|d| d.message).collect::<Vec<_>>()
    };
    assert_eq!(table("row any any any -> x"), Vec::<String>::new());
    assert_eq!(table("row >= 7.0 any any -> x row < 7.0 none any -> x"), ["`t` has no row for `s = 0, k any value`"]);
    assert_eq!(
        table("row >= 7.0 any any -> x row 4.0 to 7.0 any any -> y row < 4.0 any any -> x"),
        Vec::<String>::new()
    );
    assert_eq!(table("row > 7.0 any any -> x row < 7.0 any any -> y"), ["`t` has no row for `s = 7`"]);
    assert_eq!(
        table("row >= 7.0 any any -> x row <= 7.0 any any -> y"),
        ["`t` has two answers for `s = 7, k any value, e = internet`"]
    );
}

#[test]
fn strata_name_the_way() {
    let checked = check_text(
        "let late = finding.triage.overdue\n\
         triage t { levels a > b  clock finding.detected  a within 3d when late  b otherwise }",
    );
    assert_eq!(checked.diagnostics.len(), 1, "{}", listing(&checked));
    assert_eq!(checked.diagnostics[0].label, "triage `t` → let `late` → every triage");
}

#[test]
fn hostile_policies_end() {
    use std::fmt::Write;
    let mut forward = String::from("let a0 = asset.tier == 1\n");
    let mut backward = String::from("rule r { forbid a400 }\n");
    for i in 1..=400 {
        writeln!(forward, "let a{i} = a{} and not a{}", i - 1, i - 1).unwrap();
        writeln!(backward, "let a{} = a{} and not a{}", 401 - i, 400 - i, 400 - i).unwrap();
    }
    forward.push_str("rule r { forbid a400 }");
    backward.push_str("let a0 = asset.tier == 1");
    let checked = check_text(&forward);
    assert!(checked.program.is_some_and(|program| program.nodes.len() < 2_000), "lets are shared");
    assert!(found(&backward).iter().all(|(code, _)| *code == 129));
    // The largest frames of the walk, as deep as they go, on the small stack of a test's thread.
    let mut nested = String::from("rule r { forbid a400 }\n");
    for i in (1..=400).rev() {
        writeln!(
            nested,
            "let a{i} = any x in inventory where not (if (a{} of x) then (any y in {{ 1, asset.tier }} where y == x.tier) else x.pending_reboot)",
            i - 1
        )
        .unwrap();
    }
    nested.push_str("let a0 = asset.tier == 1");
    assert!(found(&nested).iter().any(|(code, _)| *code == 129));
    let mut wide = String::from("rule r { forbid ");
    for i in 0..5_000 {
        write!(wide, "{}asset.hostname == \"h{i}\"", if i > 0 { " or " } else { "" }).unwrap();
    }
    assert!(check_text(&format!("{wide} }}")).program.is_some());
}
