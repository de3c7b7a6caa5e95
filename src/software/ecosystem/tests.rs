#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;

fn of(purl: &str) -> Ecosystem {
    Ecosystem::from_purl(&Purl::parse(purl).unwrap()).unwrap()
}

fn release(purl: &str) -> String {
    let ecosystem = of(purl);
    format!("{}:{}", ecosystem.name(), ecosystem.release().unwrap_or("-"))
}

#[test]
fn releases_of_package_urls() {
    let cases = [
        ("pkg:deb/debian/curl@7?distro=jessie", "Debian:8"),
        ("pkg:deb/debian/curl@7?distro=debian-11.6", "Debian:11"),
        ("pkg:deb/debian/curl@7", "Debian:-"),
        ("pkg:deb/ubuntu/curl@7?distro=ubuntu-22.04", "Ubuntu:22.04"),
        ("pkg:deb/ubuntu/curl@7?distro=jammy", "Ubuntu:22.04"),
        ("pkg:deb/debian/curl@7?distro=ubuntu-22.04", "Debian:-"),
        ("pkg:apk/alpine/curl@7?distro=3.19.1", "Alpine:3.19"),
        ("pkg:apk/alpine/curl@7?distro=alpine-3.19.1", "Alpine:3.19"),
        ("pkg:apk/wolfi/curl@7?distro=wolfi-20221118", "Wolfi:-"),
        ("pkg:rpm/redhat/curl@7?distro=redhat-8.6", "Red Hat:8.6"),
        ("pkg:rpm/redhat/curl@7?distro=rhel-9.1", "Red Hat:9.1"),
        ("pkg:rpm/rocky/curl@7?distro=rocky-8.5", "Rocky Linux:8"),
        ("pkg:rpm/opensuse/curl@7?distro=opensuse-leap-15.1", "openSUSE:Leap 15.1"),
        ("pkg:rpm/opensuse/curl@7?distro=opensuse-tumbleweed-20240607", "openSUSE:Tumbleweed"),
        ("pkg:rpm/cbl-mariner/curl@7?distro=cbl-mariner-1.0", "Azure Linux:1"),
        ("pkg:rpm/centos/curl@7?distro=centos-7.6.1810", "centos:7.6.1810"),
        ("pkg:pypi/requests@2", "PyPI:-"),
        ("pkg:cargo/serde@1", "crates.io:-"),
    ];
    for (purl, expected) in cases {
        assert_eq!(release(purl), expected, "{purl}");
    }
    assert_eq!(Ecosystem::from_purl(&Purl::parse("pkg:generic/openssl@1").unwrap()), None);
}

#[test]
fn what_advisories_cover() {
    let says = |said: &str, purl: &str| match Ecosystem::from_osv(said).covers(&of(purl)) {
        Affected::Yes => "yes",
        Affected::No => "no",
        Affected::Unknown(_) => "unknown",
    };
    let cases = [
        ("Debian:12", "pkg:deb/debian/curl?distro=bookworm", "yes"),
        ("Debian:12", "pkg:deb/debian/curl?distro=debian-11.6", "no"),
        ("Debian:12", "pkg:deb/debian/curl", "unknown"),
        ("Debian", "pkg:deb/debian/curl", "yes"),
        ("Alpine:v3.19", "pkg:apk/alpine/curl?distro=3.19.1", "yes"),
        ("Ubuntu:22.04:LTS", "pkg:deb/ubuntu/curl?distro=ubuntu-22.04", "yes"),
        ("Ubuntu:Pro:22.04:LTS", "pkg:deb/ubuntu/curl?distro=ubuntu-22.04", "unknown"),
        ("Ubuntu:Pro:16.04:LTS", "pkg:deb/ubuntu/curl?distro=ubuntu-22.04", "no"),
        ("Red Hat:enterprise_linux:9::appstream", "pkg:rpm/redhat/curl?distro=redhat-9.2", "yes"),
        ("Red Hat:enterprise_linux:8::appstream", "pkg:rpm/redhat/curl?distro=redhat-9.2", "no"),
        ("Red Hat:rhel_aus:8.6::appstream", "pkg:rpm/redhat/curl?distro=redhat-8.6", "unknown"),
        ("Red Hat:rhel_aus:8.6::appstream", "pkg:rpm/redhat/curl?distro=redhat-8.8", "no"),
        ("SUSE:Linux Enterprise Server 15 SP3", "pkg:rpm/suse/curl?distro=sles-15.3", "yes"),
        ("SUSE:Linux Enterprise Module for Basesystem 15 SP3", "pkg:rpm/suse/curl?distro=sles-15.3", "unknown"),
        ("SUSE:Linux Enterprise Server 15 SP3", "pkg:rpm/suse/curl?distro=sles-12.5", "no"),
        ("Wolfi", "pkg:apk/wolfi/curl?distro=wolfi-20221118", "yes"),
        ("PyPI", "pkg:npm/curl", "no"),
        ("Maven:https://repo.example.com/maven", "pkg:maven/g/a", "unknown"),
    ];
    for (said, purl, expected) in cases {
        assert_eq!(says(said, purl), expected, "{said} {purl}");
    }
}

#[test]
fn packages_of_package_urls() {
    let named = |purl: &str| -> Vec<String> {
        let shown = |p: Package| format!("{} {} {}", p.ecosystem().name(), p.name(), p.version().unwrap_or("-"));
        Package::named_by(&Purl::parse(purl).unwrap()).into_iter().map(shown).collect()
    };
    assert_eq!(named("pkg:maven/org.apache.commons/io@1.3.4"), ["Maven org.apache.commons:io 1.3.4"]);
    assert_eq!(named("pkg:npm/%40angular/animation@12.3.1"), ["npm @angular/animation 12.3.1"]);
    assert_eq!(named("pkg:npm/%40angular%2Fanimation@12.3.1"), ["npm @angular/animation 12.3.1"]);
    assert_eq!(named("pkg:golang/github.com/BurntSushi/toml@v1.0.0"), ["Go github.com/burntsushi/toml v1.0.0"]);
    assert_eq!(named("pkg:pypi/Zope.Interface_x"), ["PyPI zope-interface-x -"]);
    assert_eq!(
        named("pkg:deb/debian/libssl1.1@1.1.1n-0?upstream=openssl&distro=debian-11"),
        ["Debian libssl1.1 1.1.1n-0", "Debian openssl 1.1.1n-0"]
    );
    assert_eq!(
        named("pkg:deb/debian/libc6@2.31-13?upstream=glibc%402.31-13%2Bx"),
        ["Debian libc6 2.31-13", "Debian glibc 2.31-13+x"]
    );
    assert_eq!(
        named("pkg:rpm/redhat/openssl@1.1.1-2.el8?epoch=1&upstream=openssl-1.1.1-2.el8.src.rpm"),
        ["Red Hat openssl 1:1.1.1-2.el8"]
    );
    assert!(named("pkg:generic/openssl@1").is_empty());
}

#[test]
fn every_known_ecosystem_keeps_its_name() {
    for (name, order) in KNOWN {
        let ecosystem = Ecosystem::from_osv(&name.to_lowercase());
        assert_eq!((ecosystem.name(), ecosystem.order()), (name, order));
    }
    assert_eq!(Ecosystem::from_osv("Root:Alpine:3.18").order(), Some(Order::Apk));
    assert_eq!(Ecosystem::from_osv("JavaScript").order(), None);
}
