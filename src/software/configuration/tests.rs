#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

mod vectors;

pub(super) fn product(text: &str) -> Product {
    // `a:vendor:product:version` or a whole name, `@version` for one that the inventory has beside it.
    let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
    let whole = if name.starts_with("cpe:") {
        name.to_owned()
    } else {
        format!("cpe:2.3:{name}{}", ":*".repeat(10 - name.matches(':').count()))
    };
    Product::new(Cpe::parse(&whole).unwrap(), version)
}

pub(super) fn answer(configurations: &Value, products: &[&str], complete: bool) -> Answer {
    let products: Vec<Product> = products.iter().map(|text| product(text)).collect();
    affected(configurations, &Asset::new(products, complete))
}

pub(super) fn word(answer: &Answer) -> &'static str {
    match answer.affected {
        Affected::Yes => "yes",
        Affected::No => "no",
        Affected::Unknown(_) => "unknown",
    }
}

/// `+name` is vulnerable, `-name` a platform; bounds follow: `[1.0 (1.0 2.0] 2.0)`.
fn criteria(text: &str) -> Value {
    let mut words = text.split_whitespace();
    let (sign, name) = words.next().unwrap().split_at(1);
    let mut criterion = json!({"vulnerable": sign == "+", "criteria": format!("cpe:2.3:{name}{}", ":*".repeat(10 - name.matches(':').count()))});
    for word in words {
        let bare = word.trim_matches(['[', '(', ']', ')']);
        let key = match word.trim_matches(|c: char| c.is_alphanumeric() || c == '.') {
            "[" => "versionStartIncluding",
            "(" => "versionStartExcluding",
            "]" => "versionEndIncluding",
            _ => "versionEndExcluding",
        };
        criterion[key] = json!(bare);
    }
    criterion
}

fn node(operator: &str, negate: bool, list: &[&str]) -> Value {
    json!({"operator": operator, "negate": negate, "cpeMatch": list.iter().map(|text| criteria(text)).collect::<Vec<_>>()})
}

fn says(configurations: &Value, products: &[&str]) -> &'static str {
    word(&answer(configurations, products, true))
}

#[test]
fn versions_and_bounds() {
    let one = |text: &str| json!([{"nodes": [node("OR", false, &[text])]}]);
    let cases = [
        (
            "+a:v:p:* [1.0 2.0)",
            "a:v:p:1.0 yes, a:v:p:2.0 no, a:v:p:0.9 no, a:v:p:1.10 yes, a:v:p:2.0.0 no, a:v:q:1.5 no",
        ),
        ("+a:v:p:* (1.0 2.0]", "a:v:p:1.0 no, a:v:p:2.0 yes, a:v:p:1.0.1 yes"),
        (
            "+a:v:p:* 2.0)",
            "a:v:p unknown, a:v:p@1.5 yes, a:v:p@2.5 no, a:v:p:- unknown, a:v:p@latest unknown, a:v:p:1.* unknown",
        ),
        ("+a:v:p:1.0", "a:v:p:1.0 yes, a:v:p:1.1 no, a:v:p:1.0.0 unknown, a:v:p unknown, a:v:p@1.0 yes, a:v:p:- no"),
        ("+a:v:p:1.*", "a:v:p:1.5 yes, a:v:p:2.5 no, a:v:p unknown"),
        ("+a:v:p:*", "a:v:p yes, a:v:p:1 yes, a:v:p:- yes, a:v:q:1 no, o:v:p:1 no"),
        ("+a:v:p:1.0:sp1", "a:v:p:1.0:sp1 yes, a:v:p:1.0:sp2 no, a:v:p:1.0 unknown, a:v:p:2.0 no"),
        ("+a:v:p:1.0:-", "a:v:p:1.0:- yes, a:v:p:1.0:sp2 no, a:v:p:1.0 unknown"),
        ("+a:v:p:* x.y)", "a:v:p:1.0 unknown"),
    ];
    for (text, answers) in cases {
        for case in answers.split(", ") {
            let (name, expected) = case.split_once(' ').unwrap();
            assert_eq!(says(&one(text), &[name]), expected, "{text}: {name}");
        }
    }
    let none = answer(&one("+a:v:p:*"), &["a:x:y:1"], false);
    assert_eq!(none.affected, Affected::Unknown("the list of the asset's software is not complete".to_owned()));
    let debian = Product { distribution: true, ..product("a:v:p:1.5") };
    let asset = Asset::new(vec![debian], true);
    assert_eq!(
        affected(&one("+a:v:p:* 2.0)"), &asset).affected,
        Affected::Unknown("its distribution may have mended it without raising the version".to_owned())
    );
    assert_eq!(affected(&one("+a:v:p:* 1.0)"), &asset).affected, Affected::No);
}

#[test]
fn nodes_and_platforms() {
    let firmware = json!([{"operator": "AND", "nodes": [node("OR", false, &["+o:v:fw:* 1.4)"]), node("OR", false, &["-h:v:box:-"])]}]);
    assert_eq!(says(&firmware, &["o:v:fw:1.3", "h:v:box:-"]), "yes");
    assert_eq!(says(&firmware, &["o:v:fw:1.3", "h:v:other:-"]), "no");
    assert_eq!(says(&firmware, &["o:v:fw:1.4", "h:v:box:-"]), "no");
    assert_eq!(says(&firmware, &["o:v:fw:1.3", "h:v:box"]), "unknown");
    assert_eq!(says(&firmware, &["o:v:fw:1.3", "h:v:box:2"]), "unknown");
    assert_eq!(says(&firmware, &["o:v:fw:1.3", "h:v:box_ii:-"]), "unknown");
    assert_eq!(answer(&firmware, &["h:v:box:-", "o:v:fw:1.3"], true).products, [(1, Affected::Yes)].into());
    let several = answer(&firmware, &["o:v:fw", "h:v:box:-", "o:v:fw:1.3", "o:v:fw:1.5", "o:v:*:1.2"], true);
    let sure: Vec<(usize, bool)> =
        several.products.iter().map(|(place, answer)| (*place, *answer == Affected::Yes)).collect();
    assert_eq!(sure, [(0, false), (2, true), (4, false)], "each product has its own answer");
    let platform = json!([{"nodes": [node("OR", false, &["-h:v:box:-"])]}]);
    assert_eq!(says(&platform, &["h:v:box:-"]), "no", "a platform alone is not vulnerable");
    let two =
        json!([{"operator": "OR", "nodes": [node("OR", false, &["+a:v:p:1"]), node("OR", false, &["-h:v:box:-"])]}]);
    assert_eq!(says(&two, &["h:v:box:-"]), "no");
    let all = json!([{"nodes": [node("AND", false, &["+a:v:p:1", "+a:v:q:2"])]}]);
    assert_eq!([says(&all, &["a:v:p:1", "a:v:q:2"]), says(&all, &["a:v:p:1"])], ["yes", "no"]);
    let not =
        json!([{"operator": "AND", "nodes": [node("OR", false, &["+a:v:p:1"]), node("OR", true, &["+a:v:fix:2"])]}]);
    assert_eq!(
        [says(&not, &["a:v:p:1"]), says(&not, &["a:v:p:1", "a:v:fix:2"]), says(&not, &["a:v:p:1", "a:v:fix"])],
        ["yes", "no", "unknown"]
    );
    assert_eq!(
        answer(&not, &["a:v:p:1"], false).affected,
        Affected::Unknown("the list of the asset's software is not complete".to_owned())
    );
    let alternatives =
        json!([{"nodes": [node("OR", false, &["+a:v:p:1"])]}, {"nodes": [node("OR", false, &["+a:v:q:1"])]}]);
    assert_eq!([says(&alternatives, &["a:v:q:1"]), says(&alternatives, &["a:v:r:1"])], ["yes", "no"]);
    // The vulnerable one lies in a part that does not hold; the other part holds by a platform alone.
    let apart = json!([
        {"operator": "AND", "nodes": [node("OR", false, &["+a:v:p:1"]), node("OR", false, &["-o:v:os:1"])]},
        {"nodes": [node("OR", false, &["-h:v:box:-"])]},
    ]);
    assert_eq!(says(&apart, &["a:v:p:1", "h:v:box:-"]), "no");
}

#[test]
fn malformed_ones_are_unknown() {
    for odd in [
        json!(null),
        json!([{}]),
        json!([{"nodes": []}]),
        json!([{"nodes": [{}]}]),
        json!([{"nodes": [{"cpeMatch": []}]}]),
        json!([{"nodes": [{"cpeMatch": [{}]}]}]),
        json!([{"operator": "XOR", "nodes": [node("OR", false, &["+a:v:p:1"])]}]),
        json!([{"nodes": [{"cpeMatch": [{"vulnerable": true, "criteria": "cpe:2.3:a:b"}]}]}]),
        json!([{"nodes": [{"cpeMatch": [], "children": [{}]}]}]),
        json!([{"nodes": [{"cpeMatch": [{"vulnerable": true, "criteria": "cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", "versionEndExcluding": 2}]}]}]),
    ] {
        assert_eq!(says(&odd, &["a:v:p:1"]), "unknown", "{odd}");
    }
    assert_eq!(says(&json!([]), &["a:v:p:1"]), "unknown");
}

proptest! {
    /// More knowledge never turns a certain answer: an asset whose version is not said is unknown, or answered as with any version.
    #[test]
    fn certain_answers_stay(bounds in "( \\[[0-3])?( [0-3]\\))?", version in "[0-3](\\.[0-3])?") {
        let record = json!([{"nodes": [node("OR", false, &[&format!("+a:v:p:*{bounds}")])]}]);
        let (without, with) = (says(&record, &["a:v:p"]), says(&record, &[&format!("a:v:p:{version}")]));
        prop_assert!(without == "unknown" || without == with);
        prop_assert_ne!(with, "unknown");
        prop_assert_eq!(says(&record, &[&format!("a:v:p@{version}")]), with);
    }
}
