#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;

mod vectors;

#[test]
fn what_the_suite_does_not_have() {
    let purl = Purl::parse("pkg:deb/debian/libssl1.1@1.1.1n-0%2Bdeb11u5?arch=amd64&upstream=openssl&distro=debian-11")
        .unwrap();
    assert_eq!((purl.name.as_str(), purl.version.as_deref()), ("libssl1.1", Some("1.1.1n-0+deb11u5")));
    assert_eq!((purl.qualifier("upstream"), purl.qualifier("epoch")), (Some("openssl"), None));
    assert_eq!(
        Purl::parse("pkg:golang/github.com/BurntSushi/toml@v1").unwrap().to_string(),
        "pkg:golang/github.com/BurntSushi/toml@v1"
    );
    assert_eq!(Purl::parse("pkg:npm/%40babel%2Fcore@1").unwrap().name, "@babel/core");
    assert_eq!(Purl::parse("pkg:npm/a%2Fb/core@1").unwrap_err().problem, "a part of its path has a `/` in it");
    for bad in [
        "",
        "pkg:",
        "pkg:npm",
        "pkg:npm/",
        "pkg:npm/@",
        "pkg:npm//",
        "pkg:npm/a%2",
        "pkg:npm/a%zz",
        "pkg:npm/a%ff",
        "pkg:npm/a?b",
        "pkg:npm/a?b=1&B=2",
        "npm:a/b",
    ] {
        assert!(Purl::parse(bad).is_err(), "{bad}");
    }
    assert!(Purl::parse(&"x".repeat(100_000)).unwrap_err().to_string().len() < 200);
}

proptest! {
    #[test]
    fn the_canonical_text_reads_as_the_same(text in "pkg:[a-z]{1,4}/([a-zA-Z@%/. -]{0,6}/)?[a-zA-Z_. é+-]{1,6}(@[^?#]{0,6})?(\\?[a-z]{1,3}=[^#]{0,6})?(#.{0,6})?") {
        if let Ok(purl) = Purl::parse(&text) {
            let canonical = purl.to_string();
            prop_assert_eq!(Purl::parse(&canonical).unwrap(), purl, "{}", canonical);
        }
    }

    #[test]
    fn no_text_is_too_much(text in any::<String>()) {
        let _ = Purl::parse(&text);
        let _ = Purl::parse(&format!("pkg:{text}"));
    }
}
