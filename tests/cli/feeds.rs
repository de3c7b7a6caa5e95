//! `feeds`: what is stored, what is told, and that stopping it at any moment leaves a whole store.

use std::process::Stdio;
use std::time::Duration;

use super::support::{Folder, program};

fn kev(day: &str, entries: usize) -> String {
    let entries: Vec<String> = (0..entries)
        .map(|number| format!(r#"{{"cveID": "CVE-2026-{}", "dateAdded": "{day}"}}"#, 1_000 + number))
        .collect();
    let count = entries.len();
    format!(
        r#"{{"catalogVersion": "{day}", "dateReleased": "{day}T00:00:00Z", "count": {count}, "vulnerabilities": [{}]}}"#,
        entries.join(",")
    )
}

const NOW: [&str; 2] = ["--now", "2026-08-22T12:00:00Z"];

#[test]
fn feeds_are_added_and_shown() {
    let folder = Folder::empty();
    folder.write("changegate.toml", "");
    folder.write("kev.json", kev("2026-08-20", 2));
    folder.write(
        "epss.csv",
        "#model_version:v5,score_date:2026-08-22T00:00:00+0000\ncve,epss,percentile\nCVE-2026-1000,0.5,0.9\n",
    );
    folder.run(["feeds", "status"]).refuses("there is no store `.changegate/feeds`");
    let added = folder.run(["feeds", "add", "kev.json", "epss.csv"].into_iter().chain(NOW)).status(0);
    assert_eq!(added.stdout, ".changegate/feeds: 3 records added or read anew, 3 in all\n");
    assert_eq!(added.stderr, "");
    let shown = folder.run(["feeds", "status", "--limit", "24h"].into_iter().chain(NOW)).status(0);
    assert_eq!(
        shown.stdout,
        "feed  version     of                    age  records  refused  added                 file\n\
         kev   2026-08-20  2026-08-20T00:00:00Z   2d        2        0  2026-08-22T12:00:00Z  kev.json\n\
         epss  v5          2026-08-22T00:00:00Z   0d        1        0  2026-08-22T12:00:00Z  epss.csv\n"
    );
    assert_eq!(shown.stderr, "warning: kev is of 2026-08-20T00:00:00Z, longer ago than 24h (feed_stale)\n");
    let json = folder.run(["feeds", "status", "--format", "json"].into_iter().chain(NOW)).status(0).json();
    assert_eq!(json["feeds"][1]["records"], 1);
}

#[test]
fn what_is_gone_and_what_shrank_is_told() {
    let folder = Folder::empty();
    folder.write("a.json", kev("2026-08-20", 30));
    folder.write("b.json", kev("2026-08-21", 10));
    folder.run(["feeds", "add", "a.json", "--store", "s"].into_iter().chain(NOW)).status(0);
    let added = folder.run(["feeds", "add", "b.json", "--store", "s"].into_iter().chain(NOW)).status(0);
    assert!(
        added.stderr.contains("kev has 10 records and had 30: more than a tenth is gone (feed_shrank)"),
        "{added:?}"
    );
    assert!(added.stderr.contains("`CVE-2026-1010` is no longer in kev (record_gone)"), "{added:?}");
    assert!(added.stderr.contains("and 10 more (record_gone)"), "{added:?}");
    let added = folder.run(["feeds", "add", "a.json", "--store", "s"].into_iter().chain(NOW)).status(0);
    assert!(added.stderr.contains("(feed_older)"), "{added:?}");
    assert_eq!(added.stdout, "s: 0 records added or read anew, 10 in all\n");
}

#[test]
fn a_part_that_cannot_be_read_stores_nothing_unless_it_may() {
    let folder = Folder::empty();
    folder.write(
        "epss.csv",
        "#model_version:v5,score_date:2026-08-22T00:00:00+0000\ncve,epss\nCVE-2026-1000,0.5\nCVE-2026-1001,many\n",
    );
    let refused = folder.run(["feeds", "add", "epss.csv", "--store", "s"].into_iter().chain(NOW));
    let refused = refused.refuses("epss.csv:4: `many` is no probability\n  help: expected a number from 0 to 1\n");
    assert!(refused.stderr.contains("1 part of the feeds could not be read, so nothing was stored"), "{refused:?}");
    assert!(!folder.0.join("s").exists());
    let kept =
        folder.run(["feeds", "add", "epss.csv", "--store", "s", "--keep-going"].into_iter().chain(NOW)).status(0);
    assert!(kept.stderr.contains("warning: epss.csv:4:") && kept.stderr.contains("(feed_incomplete)"), "{kept:?}");
    folder.write("x.json", "{}");
    folder.run(["feeds", "add", "x.json", "--store", "s"]).refuses("`x.json` is no feed that is known");
    folder.write("s", "no store");
    folder.run(["feeds", "add", "epss.csv", "--store", "s", "--keep-going"]).refuses("the store `s` is damaged");
}

#[test]
fn stopped_at_any_moment_it_leaves_the_old_store_or_the_new_one() {
    let folder = Folder::empty();
    let (small, large) = (1_000, 8_000);
    folder.write("0.json", kev("2026-08-20", small));
    folder.run(["feeds", "add", "0.json", "--store", "s"].into_iter().chain(NOW)).status(0);
    let mut seen = Vec::new();
    for round in 1..=16_u64 {
        // Later each time, so that it always replaces; of another size, so that one can be told from the other.
        let records = if round % 2 == 1 { large } else { small };
        folder.write("next.json", kev("2026-08-20", records).replace("T00:00:00Z", &format!("T{round:02}:00:00Z")));
        let mut child = program(&folder.0)
            .args(["feeds", "add", "next.json", "--store", "s"])
            .args(NOW)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(round * round * 4));
        drop(child.kill());
        child.wait().unwrap();
        let status =
            folder.run(["feeds", "status", "--store", "s", "--format", "json"].into_iter().chain(NOW)).status(0).json();
        let found = status["feeds"][0]["records"].as_u64().unwrap();
        assert!(found == small as u64 || found == large as u64, "{found} after {round}");
        seen.push(found);
    }
    // And it can always be written again.
    folder.write("last.json", kev("2026-08-21", 7));
    folder.run(["feeds", "add", "last.json", "--store", "s"].into_iter().chain(NOW)).status(0);
    println!("{seen:?}");
}
