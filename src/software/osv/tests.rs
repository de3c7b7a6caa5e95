#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

mod vectors;

fn package(ecosystem: &str, name: &str, version: &str) -> Package {
    Package::new(Ecosystem::from_osv(ecosystem), name, Some(version).filter(|v| *v != "-"))
}

fn says(entry: &Value, ecosystem: &str, version: &str) -> &'static str {
    match affected(entry, &package(ecosystem, "p", version)) {
        Affected::Yes => "yes",
        Affected::No => "no",
        Affected::Unknown(_) => "unknown",
    }
}

/// `0.5+ 1.0- 1.2= 2.0!`: introduced, fixed, last affected, limit.
fn events(text: &str) -> Value {
    let event = |word: &str| {
        let (version, sign) = word.split_at(word.len() - 1);
        let key = match sign {
            "+" => "introduced",
            "-" => "fixed",
            "=" => "last_affected",
            _ => "limit",
        };
        json!({ key: version })
    };
    text.split_whitespace().map(event).collect()
}

fn entry(ecosystem: &str, kind: &str, text: &str, versions: &[&str]) -> Value {
    let ranges = if text.is_empty() { json!([]) } else { json!([{"type": kind, "events": events(text)}]) };
    json!({"package": {"ecosystem": ecosystem, "name": "p"}, "ranges": ranges, "versions": versions})
}

#[test]
fn ranges() {
    let cases = [
        ("0+ 1.0-", "0.9 yes, 1.0 no, 1.1 no, 0 yes"),
        ("0+", "0.9 yes, - yes, garbage yes"),
        ("1.0+ 1.2=", "0.9 no, 1.0 yes, 1.2 yes, 1.2.1 no, - unknown, garbage unknown"),
        ("0+ 3.0- 4.0+ 4.5-", "2 yes, 3.0 no, 3.5 no, 4.0 yes, 4.5 no"),
        ("4.5- 0+ 3.0- 4.0+", "2 yes, 3.0 no, 3.5 no, 4.0 yes, 4.5 no"),
        ("0+ 4.0+ 4.5- 3.0-", "2 yes, 3.0 no, 4.0 yes, 4.5 no"),
        ("0+ 2.0!", "1.9 yes, 2.0 no, 3 no"),
        ("0+ 2.0! 4.0!", "1.9 yes, 2.0 yes, 4.0 no"),
        ("0+ 1.0- 2.0+ *!", "0.5 yes, 1.5 no, 2.5 yes"),
        ("0+ *!", "- yes"),
        ("1.0+ 1.0=", "1.0 yes, 1.1 no, 0.9 no"),
        ("1.0= 1.0+", "1.0 yes, 1.1 no, 0.9 no"),
        ("1.0+ 1.0-", "1.0 no, 1.1 no"),
        ("0+ 1.0- 1.0+ 2.0-", "0.5 yes, 1.0 yes, 2.0 no"),
        ("1.0-", "0.5 unknown, 1.0 unknown"),
        ("0+ x.y-", "1.0 unknown"),
        ("10.0+ 9.0-", "9.5 no, 10.0 yes"),
    ];
    for (text, answers) in cases {
        let entry = entry("npm", "SEMVER", text, &[]);
        for answer in answers.split(", ") {
            let (version, expected) = answer.split_once(' ').unwrap();
            assert_eq!(says(&entry, "npm", version), expected, "{text}: {version}");
        }
    }
}

#[test]
fn what_answers() {
    let both = entry("PyPI", "ECOSYSTEM", "1.0+ 2.0-", &["2.5", "3.0rc1"]);
    assert_eq!(
        ["2.5", "2.5.0", "3.0.RC.1", "1.5", "2.6"].map(|v| says(&both, "PyPI", v)),
        ["yes", "yes", "yes", "yes", "no"]
    );
    let other = entry("JavaScript", "ECOSYSTEM", "0.5+ 1.0-", &["0.7"]);
    assert_eq!(["0.7", "0.8", "-"].map(|v| says(&other, "JavaScript", v)), ["yes", "unknown", "unknown"]);
    let semver = entry("JavaScript", "SEMVER", "0.5+ 1.0-", &[]);
    assert_eq!(["0.7", "1.0"].map(|v| says(&semver, "JavaScript", v)), ["yes", "no"]);
    let commits = entry("npm", "GIT", "0+ abc-", &[]);
    assert_eq!(says(&commits, "npm", "1.0"), "unknown");
    let mut mixed = entry("npm", "SEMVER", "0+ 1.0-", &[]);
    mixed["ranges"].as_array_mut().unwrap().push(json!({"type": "GIT", "events": events("0+ abc-")}));
    assert_eq!(["0.5", "1.0"].map(|v| says(&mixed, "npm", v)), ["yes", "no"]);
    let listed = entry("OSS-Fuzz", "GIT", "0+ abc-", &["5.4.0-git"]);
    assert_eq!(["5.4.0-git", "5.4.1"].map(|v| says(&listed, "OSS-Fuzz", v)), ["yes", "unknown"]);
    assert_eq!(says(&entry("npm", "SEMVER", "", &[]), "npm", "1.0"), "unknown");
    assert_eq!(says(&entry("npm", "NEW", "0+ 1.0-", &[]), "npm", "1.0"), "unknown");
    assert_eq!(
        affected(&json!({"ranges": []}), &package("npm", "p", "1")),
        Affected::Unknown("the entry names no package".to_owned())
    );
    assert_eq!(
        affected(&json!(null), &package("npm", "p", "1")),
        Affected::Unknown("the entry names no package".to_owned())
    );
    assert_eq!(says(&entry("Packagist", "ECOSYSTEM", "0+ 1.0-", &[]), "Packagist", "dev-main"), "unknown");
}

#[test]
fn what_cannot_be_read_of_the_versions_may_be_the_one() {
    for odd in [json!(null), json!(4.17), json!(["1.0"]), json!({})] {
        let with = |versions: Value| json!({"package": {"ecosystem": "npm", "name": "p"}, "versions": versions});
        for list in [json!([odd, "1.0.0"]), json!(["1.0.0", odd])] {
            assert_eq!(["1.0.0", "4.17.0"].map(|v| says(&with(list.clone()), "npm", v)), ["yes", "unknown"], "{list}");
        }
    }
    let mut ranged = entry("npm", "SEMVER", "1.0.0+ 2.0.0-", &[]);
    ranged["versions"] = json!("3.0.0");
    assert_eq!(["1.5.0", "3.0.0"].map(|v| says(&ranged, "npm", v)), ["yes", "unknown"]);
    let odd =
        json!({"package": {"ecosystem": "npm", "name": "p"}, "versions": ["1.0.0"], "ranges": {"type": "SEMVER"}});
    assert_eq!(["1.0.0", "3.0.0"].map(|v| says(&odd, "npm", v)), ["yes", "unknown"]);
}

#[test]
fn which_package() {
    let debian = entry("Debian:12", "ECOSYSTEM", "0+ 3.2023-1~deb12u1-", &[]);
    let answers = ["Debian:12", "Debian:11", "Debian", "Ubuntu:22.04"].map(|e| says(&debian, e, "3.2022-1"));
    assert_eq!(answers, ["yes", "no", "unknown", "no"]);
    assert_eq!(says(&debian, "Debian", "3.2024-1"), "no", "not in the range, whichever the release");
    let python =
        json!({"package": {"ecosystem": "PyPI", "name": "Products.PluggableAuthService"}, "versions": ["1.0"]});
    assert_eq!(affected(&python, &package("PyPI", "products-pluggableauthservice", "1.0")), Affected::Yes);
    assert_eq!(affected(&python, &package("PyPI", "products", "1.0")), Affected::No);
    let messages = [
        affected(&debian, &package("Debian", "p", "3.2022-1")),
        affected(&debian, &package("Debian:12", "p", "(none)")),
    ];
    assert_eq!(messages[0], Affected::Unknown("which release of Debian the package is from is not known".to_owned()));
    assert_eq!(messages[1], Affected::Unknown("the package's version `(none)` has no number in it".to_owned()));
}

#[test]
fn where_it_is_mended() {
    let branches = entry("npm", "SEMVER", "4.0.1+ 4.0.5- 0+ 3.0.21- 5.0.0+", &[]);
    let fixed = |version| fixed_in(&branches, &package("npm", "p", version));
    assert_eq!(fixed("3.0.20").as_deref(), Some("3.0.21"));
    assert_eq!(fixed("4.0.2").as_deref(), Some("4.0.5"));
    assert_eq!([fixed("5.1.0"), fixed("-"), fixed("garbage")], [None, None, None]);
}

/// The evaluation as the schema's own text has it: sort the events, then walk them.
pub(super) fn naive(events: &Value, version: &str, order: Order) -> bool {
    let text = |event: &Value, key: &str| event[key].as_str().map(str::to_owned);
    let any = |event: &Value| ["introduced", "fixed", "last_affected"].iter().find_map(|key| text(event, key));
    let than = |a: &str, b: &str| match (a, b) {
        ("0", "0") => Ordering::Equal,
        ("0", _) => Ordering::Less,
        (_, "0") => Ordering::Greater,
        _ => version::compare(order, a, b).unwrap(),
    };
    let all = events.as_array().unwrap();
    let limits: Vec<String> = all.iter().filter_map(|event| text(event, "limit")).collect();
    if !limits.is_empty() && !limits.iter().any(|limit| limit == "*" || than(version, limit).is_lt()) {
        return false;
    }
    let mut sorted: Vec<&Value> = all.iter().filter(|event| any(event).is_some()).collect();
    sorted.sort_by(|a, b| {
        than(&any(a).unwrap(), &any(b).unwrap())
            .then(a.get("last_affected").is_some().cmp(&b.get("last_affected").is_some()))
    });
    let mut vulnerable = false;
    for event in sorted {
        if text(event, "introduced").is_some_and(|at| than(version, &at).is_ge()) {
            vulnerable = true;
        } else if text(event, "fixed").is_some_and(|at| than(version, &at).is_ge())
            || text(event, "last_affected").is_some_and(|at| than(version, &at).is_gt())
        {
            vulnerable = false;
        }
    }
    vulnerable
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn the_walk_is_the_naive_walk(words in prop::collection::vec("(0|[0-3]\\.[0-3](-rc)?)[+=!-]|[0-3][+-]|\\*!", 0..8), version in "[0-3]\\.[0-3](-rc)?") {
        let text = format!("0.1+ {}", words.join(" "));
        let entry = entry("npm", "SEMVER", &text, &[]);
        let expected = if naive(&entry["ranges"][0]["events"], &version, Order::Semver) { "yes" } else { "no" };
        prop_assert_eq!(says(&entry, "npm", &version), expected, "{} {}", text, version);
    }

    #[test]
    fn any_json_is_answered(text in "[\\[\\]{}:,\"a-z0-9]{0,40}", version in any::<String>()) {
        let odd: Value = serde_json::from_str(&text).unwrap_or(json!({"package": {"ecosystem": "npm", "name": "p"}, "ranges": [{"type": "SEMVER", "events": [text]}, 7, {"events": 1}], "versions": [1, null, text]}));
        let _ = affected(&odd, &package("npm", "p", &version));
        let _ = affected(&json!({"package": odd.clone(), "ranges": odd.clone(), "versions": odd}), &package("npm", "p", &version));
    }
}
