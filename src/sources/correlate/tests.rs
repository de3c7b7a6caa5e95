#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::time::Instant;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::sources::{At, Origin};

mod vectors;

fn advisory(feed: Kind, id: &str, aliases: &[&str], affected: Value) -> Advisory {
    Advisory {
        feed: feed.name(),
        id: id.to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        upstream: Vec::new(),
        fields: Fields::new(),
        affected: Some(affected),
        withdrawn: false,
        modified: None,
        origin: Origin { file: "feed.json".into(), at: At::File },
    }
}

fn osv_entry(ecosystem: &str, name: &str, fixed: &str) -> Value {
    json!([{"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}])
}

fn nvd_entry(vendor: &str, product: &str, fixed: &str) -> Value {
    let criteria = format!("cpe:2.3:a:{vendor}:{product}:*:*:*:*:*:*:*:*");
    json!([{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": true, "criteria": criteria, "versionEndExcluding": fixed}]}]}])
}

fn software(value: Value) -> Fields {
    value.as_object().unwrap().clone()
}

/// `CVE package version fixed source` of each finding, and `id why` of each doubt.
fn told(advisories: &[Advisory], list: &[Fields], complete: bool, seen: &Seen) -> (Vec<String>, Vec<String>) {
    let result = Index::new(advisories).correlate(list, complete, seen);
    let text = |found: &Found| {
        let fields = ["cve", "package", "version", "fixed_version", "source"];
        fields.map(|key| found.finding.get(key).and_then(Value::as_str).unwrap_or("-")).join(" ")
    };
    let found = result.found.iter().map(text).collect();
    (found, result.doubts.iter().map(|doubt| format!("{}: {}", doubt.id, doubt.why)).collect())
}

#[test]
fn packages_and_products() {
    let advisories = [
        advisory(Kind::Osv, "GHSA-aaaa", &["CVE-2026-0001"], osv_entry("npm", "left-pad", "1.3.0")),
        advisory(Kind::Osv, "PYSEC-2026-1", &["GHSA-bbbb"], osv_entry("PyPI", "Flask_Thing", "2.0")),
        advisory(Kind::Osv, "GHSA-bbbb", &["PYSEC-2026-1"], osv_entry("PyPI", "flask-thing", "2.0")),
        advisory(
            Kind::Osv,
            "DSA-1",
            &["CVE-2026-0002", "CVE-2026-0003"],
            osv_entry("Debian:12", "openssl", "3.0.15-1"),
        ),
        advisory(Kind::Nvd, "CVE-2026-0002", &[], nvd_entry("openssl", "openssl", "3.0.15")),
        advisory(Kind::Nvd, "CVE-2026-0004", &[], nvd_entry("nginx", "nginx", "1.25")),
    ];
    let list = [
        software(json!({"name": "left-pad", "version": "1.2.0", "purl": "pkg:npm/left-pad@1.2.0"})),
        software(json!({"name": "flask", "version": "1.9", "purl": "pkg:pypi/flask.thing"})),
        software(
            json!({"name": "libssl3", "version": "3.0.11-1", "purl": "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12.4&upstream=openssl", "cpe": "cpe:2.3:a:openssl:openssl:3.0.11-1:*:*:*:*:*:*:*"}),
        ),
        software(json!({"name": "nginx", "cpe": "cpe:2.3:a:nginx:nginx:*:*:*:*:*:*:*:*"})),
        software(json!({"name": "nginx", "version": "1.24", "cpe": "cpe:2.3:a:nginx:nginx:*:*:*:*:*:*:*:*"})),
        software(json!({"name": "thing"})),
        software(json!({"name": "thing", "purl": "pkg:generic/thing@1"})),
        software(json!({"name": "thing", "purl": "thing@1"})),
    ];
    let (found, doubts) = told(&advisories, &list, true, &Seen::default());
    assert_eq!(
        found,
        [
            "CVE-2026-0001 left-pad 1.2.0 1.3.0 osv",
            "GHSA-bbbb Flask_Thing 1.9 2.0 osv",
            "CVE-2026-0002 openssl 3.0.11-1 3.0.15-1 osv",
            "CVE-2026-0003 openssl 3.0.11-1 3.0.15-1 osv",
            "CVE-2026-0004 nginx 1.24 - nvd",
        ]
    );
    assert_eq!(doubts, ["CVE-2026-0004: the asset does not say its version"]);
    let unread = Index::new(&advisories).correlate(&list, true, &Seen::default()).unread;
    assert_eq!(unread.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [5, 6]);
    let unclear = Index::new(&advisories).correlate(&list, true, &Seen::default()).unclear;
    assert_eq!(unclear, [(7, "`thing@1` is no package URL: it does not begin with `pkg:`".to_owned())]);
    let contradicting = [
        software(json!({"name": "left-pad", "version": "4.17.0", "purl": "pkg:npm/left-pad@9.9.9"})),
        software(json!({"name": "left-pad", "version": "1.3", "purl": "pkg:npm/left-pad@1.3.0"})),
        software(json!({"name": "left-pad", "purl": null})),
    ];
    let unclear = Index::new(&advisories).correlate(&contradicting, true, &Seen::default()).unclear;
    assert_eq!(
        unclear,
        [
            (0, "its version is 4.17.0, and that of its package URL 9.9.9".to_owned()),
            (2, "its package URL cannot be read".to_owned())
        ]
    );

    let mut seen = Seen::default();
    seen.add("cve-2026-0001", Some("left-pad"));
    seen.add("PYSEC-2026-1", Some("flask"));
    seen.add("CVE-2026-0002", Some("libssl3"));
    seen.add("CVE-2026-0003", Some("curl"));
    seen.add("CVE-2026-0004", None);
    let (found, doubts) = told(&advisories, &list, true, &seen);
    assert_eq!((found.as_slice(), doubts.len()), (&["CVE-2026-0003 openssl 3.0.11-1 3.0.15-1 osv".to_owned()][..], 0));
}

#[test]
fn what_is_dealt_with_hides_only_that_very_package_and_version() {
    let advisories = [advisory(Kind::Osv, "CVE-2026-0001", &[], osv_entry("npm", "@acme/core", "3.0.0"))];
    let list = [software(json!({"name": "acme-core", "purl": "pkg:npm/%40acme/core@2.0.0"}))];
    for (package, version, is_fixed, hides) in [
        (Some("@acme/core"), Some("2.0.0"), true, true),
        (Some("@acme/core"), Some("2.0.0"), false, true),
        (Some("@acme/core"), Some("1.0.0"), true, false),
        (Some("@acme/core"), Some("1.0.0"), false, false),
        (Some("@acme/core"), None, true, false),
        (Some("@acme/core"), None, false, true),
        (Some("core"), Some("2.0.0"), false, false),
        (None, Some("2.0.0"), true, false),
        (None, None, true, false),
        (None, None, false, true),
    ] {
        let mut seen = Seen::default();
        seen.add_closed("cve-2026-0001", package, version, is_fixed);
        let (found, _) = told(&advisories, &list, true, &seen);
        assert_eq!(found.is_empty(), hides, "{package:?} {version:?} {is_fixed}");
    }
}

#[test]
fn a_list_of_software_does_not_say_what_it_runs_on() {
    let on = |platform: &str| {
        let criterion = |name: &str, vulnerable: bool| json!([{"vulnerable": vulnerable, "criteria": format!("cpe:2.3:{name}:*:*:*:*:*:*:*")}]);
        let node = |list: Value| json!({"operator": "OR", "negate": false, "cpeMatch": list});
        let nodes = json!([node(criterion("a:acme:lib:*", true)), node(criterion(platform, false))]);
        [advisory(Kind::Nvd, "CVE-2026-0001", &[], json!([{"operator": "AND", "nodes": nodes}]))]
    };
    let list = [software(json!({"name": "lib", "version": "1.0", "cpe": "cpe:2.3:a:acme:lib:1.0:*:*:*:*:*:*:*"}))];
    for platform in ["o:microsoft:windows:-", "h:acme:box:-", "*:acme:box:*"] {
        let (found, doubts) = told(&on(platform), &list, true, &Seen::default());
        assert_eq!(found, [""; 0], "{platform}");
        assert!(doubts[0].contains("does not follow from its software"), "{doubts:?}");
    }
    // Of software a whole list has all.
    assert_eq!(told(&on("a:acme:other:*"), &list, true, &Seen::default()), (vec![], vec![]));
    // What may be any product may be that, and is told.
    let open = software(json!({"name": "thing", "version": "1.0", "cpe": "cpe:2.3:a:acme:*:1.0:*:*:*:*:*:*:*"}));
    let both = [list[0].clone(), open];
    assert_eq!(told(&on("a:acme:other:*"), &both, true, &Seen::default()).1.len(), 2);
    let unread = Index::new(&on("a:acme:other:*")).correlate(&both, true, &Seen::default()).unread;
    assert_eq!(unread, [(1, "its CPE name leaves open which product of which vendor it is".to_owned())]);
}

#[test]
fn the_vulnerabilities_of_a_distributions_advisory() {
    let mut advisories = [
        advisory(
            Kind::Osv,
            "RHSA-2026:1",
            &[],
            osv_entry("Red Hat:enterprise_linux:9::baseos", "openssl", "3.0.7-2.el9"),
        ),
        advisory(Kind::Osv, "DEBIAN-CVE-2026-0007", &[], osv_entry("Debian:12", "openssl", "3.0.15-1")),
        advisory(
            Kind::Osv,
            "RHSA-2026:2",
            &[],
            osv_entry("Red Hat:enterprise_linux:9::baseos", "openssl", "3.0.7-2.el9"),
        ),
    ];
    advisories[0].upstream = vec!["CVE-2026-0005".to_owned(), "CVE-2026-0006".to_owned()];
    let list = [
        software(json!({"purl": "pkg:rpm/redhat/openssl@3.0.7-1.el9?distro=redhat-9.2"})),
        software(json!({"purl": "pkg:deb/debian/openssl@3.0.11-1?distro=debian-12"})),
    ];
    let (found, _) = told(&advisories, &list, true, &Seen::default());
    assert_eq!(
        found,
        [
            "CVE-2026-0005 openssl 3.0.7-1.el9 3.0.7-2.el9 osv",
            "CVE-2026-0006 openssl 3.0.7-1.el9 3.0.7-2.el9 osv",
            "RHSA-2026:2 openssl 3.0.7-1.el9 3.0.7-2.el9 osv",
            "CVE-2026-0007 openssl 3.0.11-1 3.0.15-1 osv",
        ]
    );
}

#[test]
fn the_word_of_an_ecosystem_against_the_nvd() {
    // Debian mended it in a version that the NVD's bounds take for affected.
    let advisories = [
        advisory(Kind::Nvd, "CVE-2026-0002", &[], nvd_entry("openssl", "openssl", "3.0.15")),
        advisory(Kind::Osv, "DSA-1", &["CVE-2026-0002"], osv_entry("Debian:12", "openssl", "3.0.11-1~deb12u2")),
    ];
    let with = |version: &str, distro: &str| {
        software(
            json!({"purl": format!("pkg:deb/debian/openssl@{version}{distro}"), "version": version, "cpe": "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*"}),
        )
    };
    let nothing = (Vec::<String>::new(), Vec::<String>::new());
    assert_eq!(told(&advisories, &[with("3.0.11-1~deb12u2", "?distro=debian-12")], true, &Seen::default()), nothing);
    assert_eq!(
        told(&advisories, &[with("3.0.11-1~deb12u1", "?distro=debian-12")], true, &Seen::default()).0,
        ["CVE-2026-0002 openssl 3.0.11-1~deb12u1 3.0.11-1~deb12u2 osv"]
    );
    assert_eq!(told(&advisories, &[with("3.0.11-1~deb12u1", "")], true, &Seen::default()).1.len(), 1);
    let alone = told(&advisories[..1], &[with("3.0.11-1", "?distro=debian-12")], true, &Seen::default());
    assert_eq!(
        alone,
        (Vec::new(), vec!["CVE-2026-0002: its distribution may have mended it without raising the version".to_owned()])
    );
    let mut withdrawn = advisories[1].clone();
    withdrawn.withdrawn = true;
    assert_eq!(told(&[withdrawn], &[with("3.0.11-1~deb12u1", "?distro=debian-12")], true, &Seen::default()), nothing);
}

proptest! {
    /// Through the index the same is found as by asking every advisory about every piece.
    #[test]
    fn the_index_leaves_nothing_out(records in prop::collection::vec((0u8..2, 0u8..4, 0u8..4), 1..12), pieces in prop::collection::vec((0u8..3, 0u8..4, 0u8..4), 1..8)) {
        let advisories: Vec<Advisory> = records.iter().enumerate().map(|(i, (feed, name, fixed))| {
            let (id, name, fixed) = (format!("CVE-2026-{:04}", i), format!("p{name}"), format!("{fixed}.0"));
            if *feed == 0 { advisory(Kind::Osv, &id, &[], osv_entry("npm", &name, &fixed)) } else { advisory(Kind::Nvd, &id, &[], nvd_entry("v", &name, &fixed)) }
        }).collect();
        let list: Vec<Fields> = pieces.iter().map(|(how, name, version)| {
            let purl = format!("pkg:npm/p{name}@{version}.0");
            let cpe = format!("cpe:2.3:a:v:p{name}:{version}.0:*:*:*:*:*:*:*");
            software(match how { 0 => json!({"purl": purl}), 1 => json!({"cpe": cpe}), _ => json!({"purl": purl, "cpe": cpe}) })
        }).collect();
        let mut naive = BTreeSet::new();
        for (i, (feed, name, fixed)) in records.iter().enumerate() {
            for (place, (how, own, version)) in pieces.iter().enumerate() {
                if name == own && version < fixed && (*how == 2 || how == feed) {
                    naive.insert((place, format!("CVE-2026-{i:04}")));
                }
            }
        }
        let result = Index::new(&advisories).correlate(&list, true, &Seen::default());
        let found: BTreeSet<(usize, String)> = result.found.iter().map(|f| (f.software, f.finding["cve"].as_str().unwrap().to_owned())).collect();
        prop_assert_eq!(found, naive);
        prop_assert!(result.doubts.is_empty());
    }
}

#[test]
fn a_thousand_packages_against_a_hundred_thousand_advisories() {
    let advisories: Vec<Advisory> = (0..100_000)
        .map(|i| {
            let (id, name) = (format!("CVE-2026-{i:06}"), format!("p{}", i % 20_000));
            if i % 2 == 0 {
                advisory(Kind::Osv, &id, &[], osv_entry("npm", &name, "2.0"))
            } else {
                advisory(Kind::Nvd, &id, &[], nvd_entry("v", &name, "2.0"))
            }
        })
        .collect();
    let list: Vec<Fields> = (0..1_000)
        .map(|i| {
            software(json!({"purl": format!("pkg:npm/p{i}@1.0"), "cpe": format!("cpe:2.3:a:v:p{i}:1.0:*:*:*:*:*:*:*")}))
        })
        .collect();
    let begun = Instant::now();
    let index = Index::new(&advisories);
    let indexed = begun.elapsed();
    let result = index.correlate(&list, true, &Seen::default());
    println!("indexed in {indexed:?}, correlated in {:?}: {} findings", begun.elapsed() - indexed, result.found.len());
    assert_eq!(result.found.len(), 5_000);
    assert!(begun.elapsed().as_secs() < 60, "not a product of both: {:?}", begun.elapsed());
}

#[test]
fn configurations_that_cannot_be_read_leave_a_doubt_and_are_found_in_a_store() {
    let good =
        || json!({"vulnerable": true, "criteria": "cpe:2.3:a:acme:srv:*:*:*:*:*:*:*:*", "versionEndExcluding": "2"});
    let with = |key: &str, value: Value| {
        let mut criterion = good();
        criterion[key] = value;
        json!([{"nodes": [{"cpeMatch": [criterion]}]}])
    };
    let list = [
        software(json!({"name": "srv", "version": "1.0", "cpe": "cpe:2.3:a:acme:srv:1.0:*:*:*:*:*:*:*"})),
        software(json!({"name": "web", "version": "1.0", "cpe": "cpe:2.3:a:acme:web:1.0:*:*:*:*:*:*:*"})),
    ];
    for odd in [
        json!([null]),
        json!([{"nodes": null}]),
        json!([{"nodes": []}]),
        json!([{"nodes": [{"cpeMatch": null}]}]),
        json!([{"nodes": [{"cpeMatch": [good()], "operator": "XOR"}]}]),
        json!([{"nodes": [{"cpeMatch": [good()]}], "operator": "XOR"}]),
        json!([{"nodes": [{"cpeMatch": [good()], "negate": "false"}]}]),
        json!([{"nodes": [{"cpeMatch": [good()], "children": {}}]}]),
        with("criteria", json!(null)),
        with("criteria", json!("srv")),
        with("vulnerable", json!(null)),
        with("vulnerable", json!("true")),
        with("versionEndExcluding", json!(2)),
    ] {
        let records = [advisory(Kind::Nvd, "CVE-2026-0001", &[], odd.clone())];
        let (found, doubts) = told(&records, &list, true, &Seen::default());
        assert_eq!((found.len(), doubts.len()), (0, 1), "{odd}: {doubts:?}");
        let names: Vec<_> = configuration::vulnerable_products(&odd).collect();
        let named = |vendor: &str, product: &str| names.contains(&(vendor.to_owned(), product.to_owned()));
        assert!(named("*", "*") || named("acme", "srv"), "{odd}: {names:?}");
    }
    // What can be read beside it counts; the rest may be about another product.
    let both = json!([{"nodes": [{"cpeMatch": [good(), {"vulnerable": true, "criteria": 5}]}]}]);
    let (found, doubts) =
        told(&[advisory(Kind::Nvd, "CVE-2026-0001", &[], both.clone())], &list, true, &Seen::default());
    assert_eq!(found, ["CVE-2026-0001 srv 1.0 - nvd"]);
    assert_eq!(doubts, ["CVE-2026-0001: a criterion has no CPE name"]);
    let (found, doubts) = told(&[advisory(Kind::Nvd, "CVE-2026-0001", &[], both)], &list[..1], true, &Seen::default());
    assert_eq!((found.len(), doubts.len()), (1, 0));
    // What a scanner reported is no doubt, nor what lists nothing, nor what a platform that is not there takes part in.
    let mut seen = Seen::default();
    seen.add("CVE-2026-0001", None);
    let unread = [advisory(Kind::Nvd, "CVE-2026-0001", &[], json!([null]))];
    assert_eq!(told(&unread, &list, true, &seen).1.len(), 0);
    assert_eq!(told(&[advisory(Kind::Nvd, "CVE-2026-0001", &[], json!([]))], &list, true, &Seen::default()).1.len(), 0);
    let apart = json!([{"operator": "AND", "nodes": [{"cpeMatch": [{"vulnerable": true}]}, {"cpeMatch": [{"vulnerable": false, "criteria": "cpe:2.3:a:acme:other:*:*:*:*:*:*:*:*"}]}]}]);
    assert_eq!(told(&[advisory(Kind::Nvd, "CVE-2026-0001", &[], apart)], &list, true, &Seen::default()).1.len(), 0);
}
