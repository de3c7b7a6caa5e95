//! Every line of every file of version orders, in both directions, with the laws of an order over all the versions of a file.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::*;

const FILES: [(&str, Order); 13] = [
    ("alpine-versions.txt", Order::Apk),
    ("cran-versions.txt", Order::Cran),
    ("debian-versions.txt", Order::Dpkg),
    ("hackage-versions.txt", Order::Hackage),
    ("maven-versions.txt", Order::Maven),
    ("nuget-versions.txt", Order::NuGet),
    ("packagist-versions.txt", Order::Packagist),
    ("pub-versions.txt", Order::Pub),
    ("pypi-versions.txt", Order::Pep440),
    ("redhat-versions.txt", Order::Rpm),
    ("rubygems-versions.txt", Order::RubyGems),
    ("semver-versions.txt", Order::Semver),
    ("univers-alpine_test.txt", Order::Apk),
];

const HASH: &str =
    "it is PHP's placeholder, equal to every number: `1.2.3.1` and `1.2.3.2` would both equal `1.2.3.#` (refused)";

/// Lines that these orders disagree with, and why.
const DISPUTED: [(&str, &str, &str); 8] = [
    (
        "alpine-versions.txt",
        "1-ruff2 = 1--ruff1",
        "malformed; apk-tools 2 and 3 differ, and three such texts that all are equal cannot be ordered elsewhere",
    ),
    (
        "packagist-versions.txt",
        "1.0.0 > 1.0",
        "so PHP's `version_compare` alone; Composer fills up with zeros before it compares, so that they are equal",
    ),
    ("packagist-versions.txt", "1.2.3.# = 1.2.3", HASH),
    ("packagist-versions.txt", "1.2.3.# = 1.2.3.#", HASH),
    ("packagist-versions.txt", "1.2.3.# = 1.2.3.1", HASH),
    ("packagist-versions.txt", "1.2.3.#.1 > 1.2.3", HASH),
    ("packagist-versions.txt", "1.2.3.#.p3 > 1.2.3", HASH),
    ("packagist-versions.txt", "1.2.3.#.beta < 1.2.3", HASH),
];

#[test]
fn every_line_of_every_file_agrees() {
    let Some(folder) = crate::testing::data("versions") else { return };
    let found: BTreeSet<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, FILES.iter().map(|(name, _)| (*name).to_owned()).collect(), "the files");
    let (mut wrong, mut disputes) = (Vec::new(), 0);
    println!("{:<26} {:>6} {:>6} {:>9} {:>9}", "file", "lines", "right", "disputed", "versions");
    for (name, order) in FILES {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let (mut lines, mut right, mut disputed, mut versions) = (0, 0, 0, BTreeSet::new());
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#') && !l.starts_with("//"))
        {
            lines += 1;
            let parts: Vec<&str> = line.split_whitespace().collect();
            let [a, sign, b] = parts[..] else { panic!("{name}: {line}") };
            let expected = match sign {
                "<" => Ordering::Less,
                "=" => Ordering::Equal,
                ">" => Ordering::Greater,
                _ => panic!("{name}: {line}"),
            };
            versions.extend([a, b]);
            let agrees = compare(order, a, b) == Ok(expected) && compare(order, b, a) == Ok(expected.reverse());
            let listed = DISPUTED.iter().any(|(file, disputed, _)| *file == name && *disputed == line);
            match (agrees, listed) {
                (true, false) => right += 1,
                (false, true) => disputed += 1,
                (true, true) => wrong.push(format!("{name}: `{line}` is listed as disputed and agrees")),
                (false, false) => wrong.push(format!(
                    "{name}: `{line}`: {:?}, turned round {:?}",
                    compare(order, a, b),
                    compare(order, b, a)
                )),
            }
        }
        println!("{name:<26} {lines:>6} {right:>6} {disputed:>9} {:>9}", versions.len());
        disputes += disputed;
        lawful(order, &versions.into_iter().filter(|v| check(order, v).is_ok()).collect::<Vec<_>>());
    }
    for (file, line, why) in DISPUTED {
        println!("disputed: {file}: `{line}`: {why}");
    }
    assert_eq!(disputes, DISPUTED.len(), "each disputed line stands once");
    assert!(wrong.is_empty(), "{} lines disagree:\n{}", wrong.len(), wrong.join("\n"));
}

/// Sorted by the order, every pair stands as the order says: so it is total, and every three of them are transitive.
fn lawful(order: Order, versions: &[&str]) {
    let than = |a: &str, b: &str| compare(order, a, b).unwrap();
    let mut sorted = versions.to_vec();
    sorted.sort_by(|a, b| than(a, b));
    // The classes of equal versions, numbered.
    let mut class = vec![0];
    for pair in sorted.windows(2) {
        class.push(class.last().unwrap() + usize::from(than(pair[0], pair[1]) != Ordering::Equal));
    }
    for (i, a) in sorted.iter().enumerate() {
        for (j, b) in sorted.iter().enumerate() {
            assert_eq!(than(a, b), class[i].cmp(&class[j]), "{order:?}: `{a}` and `{b}` among the others");
        }
    }
}
