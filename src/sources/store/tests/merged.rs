//! What new files replace, and what they leave.

use super::*;
use crate::time::parse_instant;

fn added(kind: Kind, file: &str, text: &str) -> Added {
    let mut harvest = Harvest::default();
    kind.read(&Arc::from(file), text.as_bytes(), &mut harvest);
    Added { file: file.to_owned(), harvest }
}

fn merged(old: Option<&[u8]>, files: Vec<Added>) -> (Vec<u8>, Outcome) {
    let old = old.map(|bytes| open(bytes).unwrap());
    merge(old.as_ref(), files, parse_instant("2026-08-22T12:00:00Z").unwrap(), &|_| None, Vec::new()).unwrap()
}

fn kev(day: &str, ids: &[&str]) -> Added {
    let entries: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"cveID": "{id}", "dateAdded": "2026-08-01"}}"#)).collect();
    let text = format!(
        r#"{{"dateReleased": "{day}T00:00:00Z", "count": {}, "vulnerabilities": [{}]}}"#,
        ids.len(),
        entries.join(",")
    );
    added(Kind::Kev, &format!("kev-{day}.json"), &text)
}

fn ids(bytes: &[u8]) -> Vec<String> {
    let mut ids = Vec::new();
    let mut take = |record: Record| {
        ids.push(match record {
            Record::Advisory(it) => format!("{} {}", it.feed, it.id),
            Record::Assertion(it) => format!("{} {:?}", it.ids[0], it.status),
            Record::Product(it) => it.name,
        });
        Ok(())
    };
    open(bytes).unwrap().each(&mut take).unwrap();
    ids.sort();
    ids
}

fn names(outcome: &Outcome) -> Vec<&'static str> {
    outcome.remarks.iter().map(|remark| remark.name).collect()
}

#[test]
fn a_later_catalogue_replaces_an_earlier_one_and_never_the_other_way() {
    let (first, outcome) = merged(None, vec![kev("2026-08-07", &["CVE-2026-1000", "CVE-2026-1001"])]);
    assert_eq!((outcome.records, outcome.added, names(&outcome)), (2, 2, vec![]));
    let (second, outcome) = merged(Some(&first), vec![kev("2026-08-08", &["CVE-2026-1001"])]);
    assert_eq!(ids(&second), ["kev CVE-2026-1001"]);
    assert_eq!(names(&outcome), ["feed_shrank", "record_gone"]);
    assert_eq!(outcome.remarks[1].about, "CVE-2026-1000");
    let (third, outcome) = merged(Some(&second), vec![kev("2026-08-07", &["CVE-2026-1000", "CVE-2026-1001"])]);
    assert_eq!(ids(&third), ["kev CVE-2026-1001"]);
    assert_eq!(names(&outcome), ["feed_older"]);
    assert_eq!(open(&third).unwrap().held().len(), 1);
    // In one call as in several.
    let (both, _) = merged(None, vec![kev("2026-08-08", &["CVE-2026-1001"]), kev("2026-08-07", &["CVE-2026-1000"])]);
    assert_eq!(ids(&both), ["kev CVE-2026-1001"]);
}

#[test]
fn a_catalogue_without_entries_replaces_too() {
    let (first, _) = merged(None, vec![kev("2026-08-07", &["CVE-2026-1000"])]);
    let (second, outcome) = merged(Some(&first), vec![kev("2026-08-08", &[])]);
    assert_eq!(ids(&second), [""; 0]);
    assert_eq!(names(&outcome), ["feed_shrank", "record_gone"]);
}

#[test]
fn an_older_record_does_not_replace_a_newer_one() {
    let nvd = |time: &str, published: &str| {
        let text =
            format!(r#"{{"id": "CVE-2026-1000", "lastModified": "{time}", "published": "{published}T00:00:00"}}"#);
        added(Kind::Nvd, &format!("{time}.json"), &text)
    };
    let published = |bytes: &[u8]| {
        let found = open(bytes).unwrap().find("CVE-2026-1000").unwrap();
        assert_eq!(found.len(), 1);
        let Record::Advisory(advisory) = &found[0].1 else { panic!("{found:?}") };
        advisory.fields["published"].as_str().unwrap().get(..10).unwrap().to_owned()
    };
    let (old, new) = (nvd("2024-08-20T00:00:00.000", "2024-01-01"), nvd("2026-08-20T00:00:00.000", "2024-01-02"));
    let (first, _) = merged(None, vec![new.clone()]);
    let (second, outcome) = merged(Some(&first), vec![old.clone()]);
    assert_eq!(published(&second), "2024-01-02");
    assert_eq!((outcome.records, outcome.added, names(&outcome)), (1, 0, vec!["feed_older"]));
    for files in [vec![old.clone(), new.clone()], vec![new.clone(), old.clone()]] {
        assert_eq!(published(&merged(None, files).0), "2024-01-02");
    }
    let (third, outcome) = merged(Some(&merged(None, vec![old]).0), vec![new]);
    assert_eq!((published(&third).as_str(), outcome.added, names(&outcome)), ("2024-01-02", 1, vec![]));
}

#[test]
fn documents_of_standard_input_come_one_after_the_other() {
    let vex = |status: &str| {
        let text = format!(
            r#"{{"@context": "x", "statements": [{{"vulnerability": "CVE-2026-1000", "status": "{status}", "products": ["pkg:npm/x@1"]}}]}}"#
        );
        added(Kind::OpenVex, "-", &text)
    };
    let (first, _) = merged(None, vec![vex("affected")]);
    let (second, _) = merged(Some(&first), vec![vex("fixed")]);
    let (third, _) = merged(Some(&second), vec![vex("affected")]);
    assert_eq!(ids(&third), ["CVE-2026-1000 Affected", "CVE-2026-1000 Fixed"]);
}

#[test]
fn of_two_catalogues_of_one_time_the_fuller_counts() {
    let (full, part) = (kev("2026-08-07", &["CVE-2026-1000", "CVE-2026-1001"]), kev("2026-08-07", &["CVE-2026-1001"]));
    let (first, _) = merged(None, vec![full.clone()]);
    assert_eq!(ids(&merged(Some(&first), vec![part.clone()]).0).len(), 2);
    assert_eq!(ids(&merged(None, vec![full.clone(), part.clone()]).0).len(), 2);
    assert_eq!(ids(&merged(None, vec![part, full]).0).len(), 2);
}

#[test]
fn records_replace_those_with_their_identifier_and_documents_those_of_their_file() {
    let nvd = |id: &str, file: &str| {
        added(Kind::Nvd, file, &format!(r#"{{"id": "{id}", "published": "2026-01-01T00:00:00"}}"#))
    };
    let vex = |status: &str, file: &str| {
        let text = format!(
            r#"{{"@context": "x", "statements": [{{"vulnerability": "CVE-2026-1000", "status": "{status}", "products": ["pkg:npm/x@1"]}}]}}"#
        );
        added(Kind::OpenVex, file, &text)
    };
    let (first, _) = merged(
        None,
        vec![nvd("CVE-2026-1000", "a"), nvd("CVE-2026-1001", "b"), vex("affected", "v"), vex("affected", "w")],
    );
    assert_eq!(ids(&first).len(), 4);
    let (second, outcome) = merged(Some(&first), vec![nvd("CVE-2026-1000", "c"), vex("fixed", "v")]);
    assert_eq!(
        ids(&second),
        ["CVE-2026-1000 Affected", "CVE-2026-1000 Fixed", "nvd CVE-2026-1000", "nvd CVE-2026-1001"]
    );
    assert_eq!((outcome.records, outcome.added), (4, 2));
    let again = merged(Some(&second), vec![nvd("CVE-2026-1000", "c"), vex("fixed", "v")]).0;
    assert_eq!(ids(&again), ids(&second));
}

/// The catalogue's file, and the files of which it is not known that they are earlier.
fn beside(bytes: &[u8]) -> (String, Vec<String>) {
    let store = open(bytes).unwrap();
    let [held] = store.held() else { panic!("{:?}", store.held()) };
    (held.file.clone(), held.beside.keys().cloned().collect())
}

fn undated(file: &str, id: &str) -> Added {
    added(Kind::Kev, file, &format!("cveID,dateAdded\n{id},2026-08-01\n"))
}

#[test]
fn a_catalogue_that_may_be_later_is_kept_in_mind_until_it_cannot_be() {
    let good = kev("2026-08-07", &["CVE-2026-1000"]);
    let broken = added(Kind::Kev, "broken.json", r#"{"dateReleased": "2026-08-21T00:00:00Z", "vulnerab"#);
    let undated = undated("undated.csv", "CVE-2026-1001");
    let mut ahead = kev("2099-01-01", &["CVE-2026-1002"]);
    ahead.file = "ahead.json".to_owned();
    for other in [&broken, &undated, &ahead] {
        let one = || good.clone();
        let (after, outcome) = merged(Some(&merged(None, vec![one()]).0), vec![other.clone()]);
        assert_eq!(beside(&after), (good.file.clone(), vec![other.file.clone()]));
        // Nothing was taken from it, so nothing shrank.
        assert!(outcome.added == 0 && names(&outcome).contains(&"feed_undated"), "{outcome:?}");
        assert!(!names(&outcome).iter().any(|name| ["feed_shrank", "record_gone"].contains(name)), "{outcome:?}");
        for files in [vec![one(), other.clone()], vec![other.clone(), one()]] {
            let (both, _) = merged(None, files);
            assert_eq!((beside(&both), ids(&both)), (beside(&after), vec!["kev CVE-2026-1000".to_owned()]));
        }
        let before = merged(Some(&merged(None, vec![other.clone()]).0), vec![one()]).0;
        assert_eq!(beside(&before), beside(&after));
        // The same once more, or one that was made before that was added, settles nothing.
        assert_eq!(beside(&merged(Some(&after), vec![one()]).0), beside(&after));
        let next = kev("2026-08-22", &["CVE-2026-1000"]);
        assert_eq!(beside(&merged(Some(&after), vec![next.clone()]).0), (next.file, vec![other.file.clone()]));
        // What the file is now, or one that was made after, does.
        let mut again = kev("2026-08-08", &["CVE-2026-1003"]);
        again.file = other.file.clone();
        assert_eq!(beside(&merged(Some(&after), vec![again]).0), (other.file.clone(), vec![]));
        let later = kev("2026-08-23", &["CVE-2026-1000"]);
        let store = open(&after).unwrap();
        let now = parse_instant("2026-08-23T12:00:00Z").unwrap();
        let (settled, _) = merge(Some(&store), vec![later.clone()], now, &|_| None, Vec::new()).unwrap();
        assert_eq!(beside(&settled), (later.file, vec![]));
    }
}

#[test]
fn of_catalogues_without_a_date_the_order_makes_no_difference_and_one_file_is_as_it_is_now() {
    let (one, other) = (undated("one.csv", "CVE-2026-1000"), undated("other.csv", "CVE-2026-1001"));
    let first = merged(Some(&merged(None, vec![one.clone()]).0), vec![other.clone()]).0;
    let second = merged(Some(&merged(None, vec![other.clone()]).0), vec![one.clone()]).0;
    assert_eq!((ids(&first), beside(&first)), (ids(&second), beside(&second)));
    assert_eq!(beside(&first), ("other.csv".to_owned(), vec!["one.csv".to_owned()]));
    let again = merged(Some(&merged(None, vec![one]).0), vec![undated("one.csv", "CVE-2026-1002")]).0;
    assert_eq!((ids(&again), beside(&again).1), (vec!["kev CVE-2026-1002".to_owned()], vec![]));
}

#[test]
fn of_records_that_do_not_say_when_they_were_changed_none_replaces_another() {
    let cve = |file: &str, word: &str| {
        let text = format!(
            r#"{{"dataType": "CVE_RECORD", "cveMetadata": {{"cveId": "CVE-2026-1000", "state": "PUBLISHED"}}, "containers": {{"cna": {{}}, "adp": [{{"metrics": [
            {{"other": {{"type": "ssvc", "content": {{"options": [{{"Exploitation": "{word}"}}]}}}}}}]}}]}}}}"#
        );
        added(Kind::Cve, file, &text)
    };
    let exploitation = |bytes: &[u8]| {
        let mut finding = crate::sources::Fields::new();
        finding.insert("cve".to_owned(), "CVE-2026-1000".into());
        open(bytes).unwrap().advisories(["CVE-2026-1000"]).unwrap().enrich(&mut finding, &Subject::default());
        finding["exploitation"].clone()
    };
    let (one, other) = (cve("one.json", "active"), cve("other.json", "none"));
    for [first, second] in [[&one, &other], [&other, &one]] {
        let in_turn = merged(Some(&merged(None, vec![first.clone()]).0), vec![second.clone()]).0;
        let at_once = merged(None, vec![first.clone(), second.clone()]).0;
        for bytes in [in_turn, at_once] {
            assert_eq!((exploitation(&bytes), ids(&bytes).len()), ("active".into(), 2));
            // Each once, however often it is added.
            assert_eq!(ids(&merged(Some(&bytes), vec![first.clone(), second.clone()]).0).len(), 2);
        }
    }
    // A file that is added again is as it is now.
    let again = merged(Some(&merged(None, vec![one]).0), vec![cve("one.json", "none")]).0;
    assert_eq!((exploitation(&again), ids(&again).len()), ("none".into(), 1));
}

#[test]
fn tables_of_products_replace_those_of_their_file() {
    let table = |file: &str, end: &str| {
        let text = format!(r#"{{"product": "debian", "releases": [{{"releaseCycle": "12", "eol": "{end}"}}]}}"#);
        added(Kind::Eol, file, &text)
    };
    let (one, other) = (table("one.json", "2028-05-01"), table("other.json", "2026-05-01"));
    let both = merged(Some(&merged(None, vec![one]).0), vec![other]).0;
    assert_eq!(open(&both).unwrap().products().unwrap().len(), 2);
    assert_eq!(ids(&merged(Some(&both), vec![table("one.json", "2027-05-01")]).0).len(), 2);
}

#[test]
fn an_older_document_does_not_replace_a_newer_one_of_its_name() {
    let vex = |file: &str, time: &str, status: &str| {
        let text = format!(
            r#"{{"@context": "x", {time} "statements": [{{"vulnerability": "CVE-2026-1000", "status": "{status}", "justification": "x", "products": ["pkg:npm/x@1"]}}]}}"#
        );
        added(Kind::OpenVex, file, &text)
    };
    let of = |file: &str, month: u8, status: &str| {
        vex(file, &format!(r#""timestamp": "2026-0{month}-01T00:00:00Z","#), status)
    };
    let newer = merged(None, vec![of("v", 6, "affected")]).0;
    let both = ["CVE-2026-1000 Affected", "CVE-2026-1000 NotAffected"];
    for other in [of("v", 1, "not_affected"), vex("v", "", "not_affected")] {
        // What both say counts, as with two files; each once, however often it is added.
        let (second, outcome) = merged(Some(&newer), vec![other.clone()]);
        assert_eq!((ids(&second), outcome.added), (both.map(str::to_owned).to_vec(), 1));
        let (third, outcome) = merged(Some(&second), vec![other.clone()]);
        assert_eq!((ids(&third), outcome.records, outcome.added), (ids(&second), 2, 0));
        assert_eq!(open(&third).unwrap().held().len(), 2);
        // One that is as late as all of them is what the file is now.
        let (last, _) = merged(Some(&third), vec![of("v", 7, "fixed")]);
        assert_eq!((ids(&last), open(&last).unwrap().held().len()), (vec!["CVE-2026-1000 Fixed".to_owned()], 1));
    }
    // A table of another form under the name of a document.
    let table = added(Kind::CycloneDxVex, "v", r#"{"bomFormat": "CycloneDX", "vulnerabilities": []}"#);
    assert_eq!(ids(&merged(Some(&newer), vec![table]).0), ["CVE-2026-1000 Affected"]);
}
