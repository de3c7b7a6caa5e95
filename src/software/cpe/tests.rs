#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;

mod vectors;

fn cpe(text: &str) -> Cpe {
    Cpe::parse(text).unwrap()
}

fn value(text: &str) -> Value {
    cpe(&format!("cpe:2.3:a:v:p:{text}:*:*:*:*:*:*:*")).get(Attribute::Version).clone()
}

/// Table 6-2 of NISTIR 7696, row by row.
#[test]
fn the_table_of_attribute_relations() {
    use Relation::{Disjoint, Equal, Subset, Superset, Undefined};
    let rows = [
        ("*", "*", Equal),
        ("*", "-", Superset),
        ("*", "i", Superset),
        ("*", "m*", Undefined),
        ("-", "*", Subset),
        ("-", "-", Equal),
        ("-", "i", Disjoint),
        ("-", "m*", Undefined),
        ("i", "i", Equal),
        ("i", "k", Disjoint),
        ("i", "m*", Undefined),
        ("i", "-", Disjoint),
        ("i", "*", Subset),
        ("m*", "m1", Superset),
        ("m*", "k", Disjoint),
        ("m*", "*", Subset),
        ("m*", "-", Disjoint),
        ("m*", "m*", Undefined),
    ];
    for (source, target, relation) in rows {
        assert_eq!(matching::attribute(&value(source), &value(target)), relation, "{source} {target}");
    }
}

#[test]
fn wildcards_and_escapes() {
    let superset = [
        ("8.*", "8.0"),
        ("8.*", "8."),
        ("*.0", "1.0"),
        ("*.0", ".0"),
        ("*a*", "bab"),
        ("?1", "1"),
        ("?1", "21"),
        ("??1", "1"),
        ("1.0.2?", "1.0.2"),
        ("1.0.2?", "1.0.2u"),
        ("1.0.2??", "1.0.2zk"),
        ("*2?", "222"),
        ("?a?", "aaa"),
        ("8.\\*?", "8.\\*1"),
        ("1\\.0*", "1.0-rc"),
        ("B*", "beta"),
    ];
    for (source, target) in superset {
        assert_eq!(matching::attribute(&value(source), &value(target)), Relation::Superset, "{source} {target}");
    }
    for (source, target) in
        [("1.0.2?", "1.0.2zk"), ("?1", "331"), ("8.*", "80"), ("8.\\*", "8.1"), ("*1?", "1ab"), ("aa?", "a")]
    {
        assert_eq!(matching::attribute(&value(source), &value(target)), Relation::Disjoint, "{source} {target}");
    }
    assert_eq!(value("1\\.0"), value("1.0"));
    assert_eq!(value("\\-").literal(), Some("-"));
    assert_ne!(value("\\-"), Value::Na);
}

#[test]
fn the_bindings() {
    let text = "cpe:2.3:a:foo\\\\bar:big\\$money_2010:*:*:*:*:special:ipod_touch:80gb:*";
    assert_eq!(cpe(text).to_string(), text);
    assert_eq!(cpe("cpe:/a:foo%5cbar:big%24money_2010:::~~special~ipod_touch~80gb~"), cpe(text));
    assert_eq!(
        cpe("cpe:/a:microsoft:internet_explorer:8.%02:sp%01"),
        cpe("cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*")
    );
    assert_eq!(
        cpe("cpe:/a:hp:insight_diagnostics:7.4.0.1570:-:~~online~win2003~x64~").get(Attribute::Update),
        &Value::Na
    );
    assert_eq!(cpe("CPE:2.3:A:Microsoft:Edge:1:*:*:*:*:*:*:*"), cpe("cpe:2.3:a:microsoft:edge:1:*:*:*:*:*:*:*"));
    assert_eq!(cpe("cpe:2.3:a:a\\:b:c:*:*:*:*:*:*:*:*").get(Attribute::Vendor).literal(), Some("a:b"));
    for bad in [
        "",
        "cpe",
        "cpe:2.3:",
        "cpe:2.3:a:b:c",
        "cpe:2.3:a:b:c:*:*:*:*:*:*:*:*:*",
        "cpe:2.3:x:b:c:*:*:*:*:*:*:*:*",
        "cpe:2.3:a:b::*:*:*:*:*:*:*:*",
        "cpe:2.3:a:b:c*d:*:*:*:*:*:*:*:*",
        "cpe:2.3:a:b:**:*:*:*:*:*:*:*:*",
        "cpe:2.3:a:b:c:*:*:*:*:*:*:*:\\",
        "cpe:2.3:a:b c:c:*:*:*:*:*:*:*:*",
        "cpe:/x",
        "cpe:/a:b:c:d:e:f:g:h",
        "cpe:/a:b:c:d:e:~f",
        "cpe:/a:b%zz",
        "cpe:/a:b%00",
        "cpe:/a:b%1",
    ] {
        assert!(Cpe::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(Cpe::parse(&format!("cpe:/a:{}", "b".repeat(LONGEST))).unwrap_err().problem, "it is too long");
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same(fields in prop::collection::vec("[*?]{0,2}[a-z0-9._\\\\:+-]{0,4}[*?]{0,2}", 10)) {
        let text = format!("cpe:2.3:a:{}", fields.join(":"));
        if let Ok(read) = Cpe::parse(&text) {
            prop_assert_eq!(Cpe::parse(&read.to_string()).unwrap(), read);
        }
    }

    /// `?` stands for one character or none.
    #[test]
    fn wildcards_match_as_a_naive_matcher_does(before in 0usize..3, core in "[ab]{1,3}", after in 0usize..3, many in 0u8..4, target in "[ab]{1,7}") {
        let wild = |n: usize, many: bool| if many { Wild::Many } else { Wild::AtMost(n) };
        let text = Text { before: wild(before, many & 1 != 0), core: core.clone(), after: wild(after, many & 2 != 0) };
        let fits = |n: usize, wild: Wild| match wild { Wild::Many => true, Wild::AtMost(most) => n <= most };
        let naive = (0..=target.len()).any(|at| target.get(at..).unwrap().starts_with(&core) && fits(at, text.before) && fits(target.len() - at - core.len(), text.after));
        let target = Value::Text(Text { before: Wild::AtMost(0), core: target, after: Wild::AtMost(0) });
        let found = matching::attribute(&Value::Text(text), &target);
        prop_assert_eq!(found != Relation::Disjoint, naive);
    }

    #[test]
    fn no_text_is_too_much(text in any::<String>()) {
        let _ = Cpe::parse(&text);
        let _ = Cpe::parse(&format!("cpe:2.3:{text}"));
        let _ = Cpe::parse(&format!("cpe:/{text}"));
    }
}
