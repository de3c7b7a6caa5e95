//! What is looked at: no more than what is about the finding.

use std::cell::Cell;

use super::*;
use crate::sources::enrich::name::Name;
use crate::sources::enrich::product::Known;
use crate::sources::enrich::statements::Statements;

const MANY: usize = 2_000;

/// A shelf that counts how often it is asked.
struct Counting<'a>(&'a Advisories, Cell<usize>);

impl Shelf for Counting<'_> {
    fn find(&self, id: &str) -> Vec<(u64, Said)> {
        self.1.set(self.1.get() + 1);
        self.0.find(id)
    }
}

fn records(more: impl Fn(usize) -> String) -> Advisories {
    let one = |at| {
        format!(
            r#"{{"id": "GHSA-{at}", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1000"]{}}}"#,
            more(at)
        )
    };
    let lines: Vec<String> = (0..MANY).map(one).collect();
    advisories(&[(Kind::Osv, &lines.join("\n"))])
}

#[test]
fn one_vulnerability_is_looked_up_once() {
    let feeds = records(|_| String::new());
    let shelf = Counting(&feeds, Cell::new(0));
    let (topics, mut lookups) = (Topics::default(), None);
    for at in 0..MANY {
        let finding = finding(&format!(r#"{{"cve": "CVE-2026-1000", "package": "p{at}"}}"#));
        let topic = topics.of(&shelf, &finding, &Subject::default());
        assert_eq!(topic.advisories.len(), MANY);
        assert_eq!(*lookups.get_or_insert_with(|| shelf.1.get()), shelf.1.get());
    }
    let other = finding(r#"{"cve": "CVE-2026-1001"}"#);
    assert_eq!(topics.of(&shelf, &other, &Subject::default()).advisories.len(), 0);
    topics.clear();
    let before = shelf.1.get();
    topics.of(&shelf, &other, &Subject::default());
    assert!(shelf.1.get() > before);
}

#[test]
fn of_many_records_those_that_count_are_looked_at() {
    let score = |at: usize| {
        format!(r#", "severity": [{{"type": "CVSS_V3", "score": "{}"}}]"#, if at == 1_500 { HIGH } else { LOW })
    };
    let feeds = records(score);
    let all: Vec<Arc<Advisory>> = feeds.advisories().cloned().collect();
    let counting = cvss::counting(&all);
    assert_eq!(counting.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["GHSA-1500"]);
    let (fields, _) = plain(&feeds, r#"{"cve": "CVE-2026-1000"}"#);
    assert!(fields.contains(HIGH) && !fields.contains(LOW), "{fields}");
}

const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const LOW: &str = "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H";

fn statements(products: impl Fn(usize) -> String) -> Statements {
    let assertion = Assertion {
        ids: vec!["CVE-2026-1000".to_owned()],
        products: (0..MANY).map(products).collect(),
        within: Vec::new(),
        status: Status::NotAffected,
        justification: Some("component_not_present".to_owned()),
        at: None,
        fields: Fields::new(),
        origin: Origin { file: Arc::from("v"), at: crate::sources::At::File },
    };
    Statements::new(&[Arc::new(assertion)])
}

#[test]
fn of_many_products_those_of_the_name_are_looked_at() {
    let looked_at = |statements: &Statements, own: &str, subject: &Subject<'_>| {
        let finding = finding(own);
        statements.candidates(&Known::of(&finding, subject)).values().map(|products| products.len()).sum::<usize>()
    };
    let packages = statements(|at| format!("pkg:npm/lib{at}@1.0.0"));
    let by_name = r#"{"cve": "CVE-2026-1000", "package": "lib7", "version": "1.0.0"}"#;
    assert_eq!(looked_at(&packages, by_name, &Subject::default()), 1);
    let purl = Subject { purl: Some("pkg:npm/lib8@2.0.0"), ..Subject::default() };
    assert_eq!(looked_at(&packages, by_name, &purl), 1);
    let within = ["pkg:npm/lib9@1.0.0".to_owned(), "pkg:npm/other".to_owned()];
    assert_eq!(looked_at(&packages, "{}", &Subject { within: &within, ..Subject::default() }), 1);
    let names = statements(|at| format!("Product {at}.0"));
    let within = ["product 5.0".to_owned()];
    assert_eq!(looked_at(&names, "{}", &Subject { within: &within, ..Subject::default() }), 1);
    let cpes = statements(|at| format!("cpe:2.3:a:acme:thing{at}:*:*:*:*:*:*:*:*"));
    let of = |cpe| looked_at(&cpes, "{}", &Subject { cpe: Some(cpe), ..Subject::default() });
    assert_eq!(of("cpe:2.3:a:acme:thing3:1.0:*:*:*:*:*:*:*"), 1);
    // What leaves open which product it is may be any of them.
    assert_eq!(of("cpe:2.3:a:acme:*:1.0:*:*:*:*:*:*:*"), MANY);
}

#[test]
fn versions_in_names() {
    for (name, expected) in [
        ("Portal", false),
        ("Windows Server 2022", false),
        ("python3", false),
        ("registry.example/app", false),
        ("registry.example:5000/app", false),
        ("registry.example:5000/app:1.2", true),
        ("app:latest", false),
        ("app:3", true),
        ("app@sha256:0123", true),
        ("Portal 1.2", true),
        ("portal-v1.2.3", true),
        ("log4j", false),
    ] {
        assert_eq!(Name::read(name).tells_version(), expected, "{name}");
    }
}
