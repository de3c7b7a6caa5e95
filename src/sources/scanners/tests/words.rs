//! Identifiers and times in the forms that reports have.

use crate::sources::scanners::ids::{cve, cves, identities, is_advisory};
use crate::sources::scanners::when::{Order, millis, order, slashed, time};

#[test]
fn cves_are_found_in_any_cell() {
    assert_eq!(cve(" cve-2026-123456 ").as_deref(), Some("CVE-2026-123456"));
    for text in [
        "CVE-2026-123",
        "CVE-26-1234",
        "CVE-2026-12a4",
        "CVE-2026-",
        "CVE",
        "",
        "CAN-2026-1234",
        "CVE-2026-12345678901234567890",
    ] {
        assert_eq!(cve(text), None, "{text}");
    }
    assert_eq!(
        cves("CVE-2026-0001, cve-2026-0002;CVE-2026-0001\nCVE-2026-0003|x"),
        ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"]
    );
    assert_eq!(cves("NOCVE"), Vec::<String>::new());
}

#[test]
fn names_of_one_vulnerability_are_not_advisories_about_several() {
    let of = |primary: &str, others: &[&str]| {
        let line = |of: &crate::sources::scanners::ids::Identity| {
            format!("{} ={} <-{}", of.id, of.aliases.join(","), of.advisories.join(","))
        };
        identities(primary, others).iter().map(line).collect::<Vec<_>>().join(" | ")
    };
    assert_eq!(of("CVE-2026-0001", &["GHSA-a", "cve-2026-0001", "DSA-1-1", ""]), "CVE-2026-0001 =GHSA-a <-DSA-1-1");
    assert_eq!(of("GHSA-a", &["CVE-2026-0001"]), "CVE-2026-0001 =GHSA-a <-");
    assert_eq!(of("GHSA-a", &[]), "GHSA-a = <-");
    assert_eq!(of("ELSA-2026-1", &[]), "ELSA-2026-1 = <-");
    assert_eq!(of("ELSA-2026-1", &["CVE-2026-0001"]), "CVE-2026-0001 = <-ELSA-2026-1");
    assert_eq!(
        of("GHSA-a", &["CVE-2026-0001", "CVE-2026-0002"]),
        "CVE-2026-0001 = <-GHSA-a | CVE-2026-0002 = <-GHSA-a"
    );
    assert!(is_advisory("kb5003169") && is_advisory("MS17-010") && !is_advisory("MSFT") && !is_advisory("GHSA-a"));
}

#[test]
fn times_keep_what_they_say_and_no_more() {
    for (text, read) in [
        ("2026-11-20T10:00:00+01:00", Some("2026-11-20T09:00:00Z")),
        ("2021-08-25T12:20:30.000000005Z", Some("2021-08-25T12:20:30Z")),
        ("2026-02-04 22:16:00.813", Some("2026-02-04T22:16:00.813")),
        ("2023/12/12", Some("2023-12-12")),
        ("2023-12-12", Some("2023-12-12")),
        ("Jul 26, 2022 13:00:05 UTC", Some("2022-07-26T13:00:05Z")),
        ("July 6, 2022", Some("2022-07-06")),
        ("Tue Mar 22 14:54:47 2022", Some("2022-03-22T14:54:47")),
        ("Jul 26, 2022 13:00:05 EDT", None),
        ("0001-01-01T00:00:00Z", None),
        ("05/06/2021", None),
        ("2026-13-01", None),
        ("soon", None),
        ("", None),
        ("née 1, 2022", None),
    ] {
        assert_eq!(time(text).as_deref(), read, "{text}");
    }
    assert_eq!(millis("1706714385978").as_deref(), Some("2024-01-31T15:19:45.978Z"));
    assert_eq!(millis("99999999999999999999"), None);
}

#[test]
fn the_order_of_day_and_month_is_told_by_the_file() {
    assert_eq!(order(["05/06/2021", "05/13/2021 07:08:28"].into_iter()), Some(Order::MonthFirst));
    assert_eq!(order(["22/09/2022 13:01", "x"].into_iter()), Some(Order::DayFirst));
    assert_eq!(order(["22/09/2022", "05/13/2021"].into_iter()), None);
    assert_eq!(order(["05/06/2021"].into_iter()), None);
    assert_eq!(slashed("05/06/2021 07:08:28", Some(Order::MonthFirst)).as_deref(), Some("2021-05-06T07:08:28"));
    assert_eq!(slashed("22/09/2022 13:01", Some(Order::DayFirst)).as_deref(), Some("2022-09-22T13:01:00"));
    assert_eq!(slashed("22/09/2022 13:01", Some(Order::MonthFirst)), None);
    assert_eq!(slashed("05/06/2021", None), None);
    assert_eq!(slashed("2021-05-06", None).as_deref(), Some("2021-05-06"));
}
