//! Every VEX document that is at hand, read or refused with why.

#![allow(clippy::disallowed_macros, reason = "tests print tables")]

use std::collections::BTreeMap;

use crate::sources::feeds::tests::vectors::table;
use crate::sources::{Harvest, Status};

/// What is wrong in the documents, by name.
const KNOWN: &[(&str, &str)] = &[
    // `{}` is no document of any kind.
    ("vex/trivy/unknown.json", "no feed"),
    // `not_affected` with neither `justification` nor `detail`.
    (
        "vex/trivy/cyclonedx.json",
        "/vulnerabilities/1: CVE-2022-27943 is said not to affect the product, without a reason",
    ),
];

fn summary(harvest: &Harvest) -> Vec<(String, Status, usize, usize, Option<&str>)> {
    let line = |assertion: &crate::sources::Assertion| {
        (assertion.ids[0].clone(), assertion.status, assertion.products.len(), assertion.within.len())
    };
    let mut lines: Vec<_> = harvest
        .assertions
        .iter()
        .map(|assertion| {
            let (id, status, products, within) = line(assertion);
            (id, status, products, within, assertion.justification.as_deref())
        })
        .collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    lines
}

#[test]
fn every_document_is_read_or_refused_with_why() {
    let Some(read) = table(&["vex"], KNOWN) else { return };
    let of = |name: &str| &read[name].1;
    let count = |name: &str, status| of(name).assertions.iter().filter(|assertion| assertion.status == status).count();
    // The number of statements of the two long documents, as counted apart from this program; one for each product with parts.
    assert_eq!(of("vex/trivy/oci.openvex.json").editions[0].read, 7);
    assert_eq!(count("vex/trivy/oci.openvex.json", Status::NotAffected), 21);
    assert_eq!(count("vex/trivy/trivy.openvex.json", Status::NotAffected), 21);
    let nested = summary(of("vex/trivy/openvex-nested.json"));
    let reason = "vulnerable_code_not_in_execute_path";
    assert_eq!(nested, [("CVE-2024-0001".to_owned(), Status::NotAffected, 1, 1, Some(reason))]);
    let related = &of("vex/trivy/csaf-relationships.json").assertions[0];
    assert_eq!(related.products, ["pkg:golang/github.com/aquasecurity/go-transitive@v4.0.0"]);
    assert_eq!(related.within, ["pkg:golang/github.com/aquasecurity/go-direct1@v2.0.0"]);
    assert_eq!(related.justification.as_deref(), Some("vulnerable_code_cannot_be_controlled_by_adversary"));
    let times: Vec<_> = of("vex/trivy/openvex-multiple.json").assertions.iter().map(|a| a.at.as_deref()).collect();
    assert_eq!(times, [Some("2023-01-15T07:02:03.853479Z"), Some("2023-01-17T01:07:16.853479Z")]);
    let red_hat = of("vex/csaf-redhat/rhsa-2024_4546.json.gz");
    let products: usize = red_hat.assertions.iter().map(|assertion| assertion.products.len()).sum();
    // Fifteen components, three platforms; each platform is a group of its own.
    assert_eq!((red_hat.assertions.len(), products), (3, 15));
    assert!(red_hat.assertions.iter().all(|assertion| assertion.status == Status::Fixed));
    assert!(red_hat.assertions.iter().all(|assertion| assertion.within[0].starts_with("cpe:/a:redhat:rhel_")));
    assert_eq!(red_hat.advisories[0].fields["vendor_severity"], "high");
    assert_eq!(red_hat.assertions[0].fields["patch"], "RHSA-2024:4546");
    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, harvest) in read.values() {
        for assertion in &harvest.assertions {
            let name = match assertion.status {
                Status::NotAffected => "not_affected",
                Status::Affected => "affected",
                Status::Fixed => "fixed",
                Status::UnderInvestigation => "under_investigation",
            };
            *statuses.entry(name).or_default() += 1;
        }
    }
    println!("{statuses:?}");
}
