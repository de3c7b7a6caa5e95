#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

//! What columns of a table fill without a record, held against what the records of the same rows fill.

use std::sync::Arc;

use super::super::{by_names, read};
use super::{Layout, chunks, head, last_end};
use crate::check::schema::{Schema, TableId};
use crate::facts::{self, Options, broken_quote};
use crate::sources::mapping::{self, Mapping};
use crate::time::{Zone, parse_instant};

fn schema() -> Arc<Schema> {
    let text = "extend asset { score: number  wait: duration }\nrule r { forbid asset.tier == 1 }\n";
    let (policy, diagnostics, _) =
        crate::Policy::load(vec![("p.gate".into(), text.into())], &mut crate::check::NoLoader);
    policy.unwrap_or_else(|| panic!("{diagnostics:?}")).schema()
}

fn named(schema: &Schema, names: &[String]) -> Mapping {
    let empty =
        Mapping { entity: TableId::ASSET, name: "asset".to_owned(), zone: None, is_of_user: false, rules: Vec::new() };
    by_names("x.csv", names, empty, schema).unwrap()
}

/// All that is to be said of a table, and how many of its rows were read by their columns, of how many; by records where that is wanted.
fn told(
    schema: &Arc<Schema>,
    bytes: &[u8],
    mapping: Option<&Mapping>,
    zone: Option<&str>,
    cut: Option<usize>,
) -> Option<(String, usize, usize)> {
    let now = parse_instant("2026-11-20T00:00:00Z").unwrap();
    let options = Options { limit: 100_000, zone: zone.and_then(Zone::get), ..Options::default() };
    let mut builder = facts::FactsBuilder::new(Arc::clone(schema), now, options);
    let (mut all, mut trees) = (0, std::sync::atomic::AtomicUsize::new(0));
    match cut {
        None => {
            let make = |names: &[String]| Ok(mapping.cloned().unwrap_or_else(|| named(schema, names)));
            let taken = read("x.csv", bytes, b',', make, |_, rows| {
                builder.add_rows(TableId::ASSET, "x.csv", rows);
            });
            assert!(taken.is_ok());
        }
        Some(cut) => {
            let head = head(bytes, b',')?;
            let mapping = mapping.cloned().unwrap_or_else(|| named(schema, &head.names));
            let layout = Layout::new(&head.names, b',', &mapping)?;
            let plan = builder.column_plan(TableId::ASSET, layout.shapes(), layout.rules(), layout.count())?;
            let (mut rest, mut line) = (&bytes[head.at..], head.line);
            while !rest.is_empty() {
                let end = (cut..rest.len()).find_map(|cut| last_end(&rest[..cut])).unwrap_or(rest.len());
                let (chunk, after) = rest.split_at(end);
                let batch = layout.batch(chunk, line)?;
                all += batch.len();
                let other = |batch: &super::Batch<'_>, row: usize| {
                    trees.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    batch.row(row)
                };
                builder.add_columns(TableId::ASSET, "x.csv", &[batch], Some(&plan), &other);
                line += chunk.iter().filter(|byte| **byte == b'\n').count();
                rest = after;
            }
        }
    }
    let input = builder.finish();
    let told = format!("{:?}\n{:?}\n{:?}", input.facts.digest, input.facts.assets.len, input.problems);
    Some((told, all - *trees.get_mut(), all))
}

/// Numbers that follow one another without any sense.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }
}

const COLUMNS: &str =
    "id,tier,environment,tags,os.name,os.eol,last_patched,pending_reboot,score,wait,zone,redundancy_group,note";

fn plain(dice: &mut Dice, number: usize) -> Vec<String> {
    vec![
        format!("a{number:04}"),
        dice.one(&["1", "2", "3", "4"]).to_owned(),
        dice.one(&["prod", "dev", ""]).to_owned(),
        dice.one(&["a; b", "b;a;b", "", "x"]).to_owned(),
        dice.one(&["Debian", "Windows Server", "ä"]).to_owned(),
        dice.one(&["2026-01-02", ""]).to_owned(),
        dice.one(&["2026-10-02T03:04:05Z", "2026-10-02T03:04:05+02:00", ""]).to_owned(),
        dice.one(&["true", "FALSE", ""]).to_owned(),
        dice.one(&["0.5", "-12", "7.25", ""]).to_owned(),
        dice.one(&["4h", "", "2d"]).to_owned(),
        dice.one(&["Europe/Paris", ""]).to_owned(),
        dice.one(&["none", "g1", ""]).to_owned(),
        dice.one(&["\"with, a \"\"comma\"\"\"", "\"two\nlines\"", "x"]).to_owned(),
    ]
}

const ODD: [&str; 26] = [
    " 3 ",
    "03",
    "1e2",
    "+1",
    "-0",
    "1.0",
    "TRUE",
    "none",
    "",
    " ",
    ";",
    "a;;b ; c;",
    "\"a;\"\"b\"\"\"",
    "\" x \"",
    "Prod",
    "2026-01-02",
    "2026-01-02 03:04",
    "2026-01-02T03:04:05Z",
    "2030-01-01T00:00:00Z",
    "\u{a0}x\u{a0}",
    "\"\"",
    "99999999999999999999",
    "CVSS:3.1",
    "Mars/Base",
    "\"\n\n\"",
    "4 hours",
];

fn table(dice: &mut Dice, rows: usize, odd: usize) -> Vec<u8> {
    let end = dice.one(&["\n", "\r\n", "\n\n", "\r"]);
    let mut bytes = format!("{COLUMNS}{end}").into_bytes();
    for number in 0..rows {
        let mut cells = plain(dice, number);
        if odd > 0 && dice.roll(odd) == 0 {
            let at = dice.roll(cells.len());
            cells[at] = dice.one(&ODD).to_owned();
        }
        match if odd > 0 { dice.roll(8 * odd) } else { 9 } {
            0 => cells.push(String::new()),
            1 => cells.truncate(4),
            2 => cells.fill(" ".to_owned()),
            _ => {}
        }
        if odd > 0 && dice.roll(20 * odd) == 0 && !cells[0].starts_with('"') {
            bytes.extend_from_slice(b"\xE9");
        }
        bytes.extend_from_slice(cells.join(",").as_bytes());
        bytes.extend_from_slice(end.as_bytes());
    }
    bytes
}

#[test]
fn columns_fill_what_records_fill() {
    let schema = schema();
    let mut dice = Dice(7);
    for (number, odd) in [0, 1, 2, 6, 40].into_iter().cycle().take(30).enumerate() {
        let rows = [3, 40, 700][number % 3];
        let bytes = table(&mut dice, rows, odd);
        for zone in [None, Some("Asia/Tokyo")] {
            let (slow, ..) = told(&schema, &bytes, None, zone, None).unwrap();
            for cut in if rows < 50 { [1, 500, 1 << 20] } else { [30_000, 60_000, 1 << 20] } {
                let (fast, plain, all) = told(&schema, &bytes, None, zone, Some(cut)).unwrap();
                assert_eq!(slow, fast, "table {number} by {cut}:\n{}", String::from_utf8_lossy(&bytes));
                assert!(odd > 0 || (plain == all && all == rows), "{plain} rows of {all} of {rows} were plain");
            }
        }
    }
}

/// The same under a mapping that names a zone and what stands for nothing.
#[test]
fn columns_are_mapped_as_records_are() {
    let schema = schema();
    let fields = "id = \"id\"\ntier = \"tier\"\nenvironment = \"environment\"\ntags = \"tags\"\nos.name = \"os.name\"\nos.eol = \"os.eol\"\nlast_patched = \"last_patched\"\npending_reboot = \"pending_reboot\"\nscore = \"score\"\nredundancy_group = { from = \"redundancy_group\", default = \"\" }\nhostname = { from = \"note\", default = \"nobody\" }\n";
    let mut dice = Dice(11);
    for zone in ["", "timezone = \"America/New_York\"\n"] {
        let toml = format!("[[source]]\nfiles = \"x.csv\"\n{zone}[source.fields]\n{fields}");
        let mapping = mapping::read(&toml, &schema).unwrap().remove(0).mapping;
        for odd in [0, 1, 3, 20] {
            let bytes = table(&mut dice, 80, odd);
            let (slow, ..) = told(&schema, &bytes, Some(&mapping), None, None).unwrap();
            let (fast, plain, all) = told(&schema, &bytes, Some(&mapping), None, Some(900)).unwrap();
            assert_eq!(slow, fast, "{zone}{}", String::from_utf8_lossy(&bytes));
            assert!(odd > 0 || plain == all, "{plain} rows of {all} were plain");
        }
    }
}

/// A quotation mark that is out of place is found, and only that; and cuts are where rows end.
#[test]
fn quotation_marks_are_where_they_should_be() {
    let mut dice = Dice(3);
    let (mut broken, mut whole) = (0, 0);
    let names = ["id".to_owned(), "note".to_owned()];
    let layout = Layout::new(&names, b',', &named(&schema(), &names)).unwrap();
    for _ in 0..20_000 {
        let length = 1 + dice.roll(14);
        let text: String = (0..length).map(|_| dice.one(&["\"", "\"\"", ",", "\n", "\r\n", "a", "\r"])).collect();
        let bytes = text.as_bytes();
        let is_broken = broken_quote(bytes, b',').is_some();
        let batch = layout.batch(bytes, 1);
        assert_eq!(batch.is_none(), is_broken, "{text:?}");
        if let Some(batch) = batch {
            whole += 1;
            let lines = |batch: &super::Batch<'_>| {
                (0..batch.len()).map(|row| facts::Columns::number(batch, row)).collect::<Vec<_>>()
            };
            let mut found = Vec::new();
            if let Some(end) = last_end(bytes) {
                let line = 1 + bytes[..end].iter().filter(|byte| **byte == b'\n').count();
                found.extend(lines(&layout.batch(&bytes[..end], 1).unwrap()));
                found.extend(lines(&layout.batch(&bytes[end..], line).unwrap()));
                assert_eq!(found, lines(&batch), "{text:?}");
            }
        } else {
            broken += 1;
        }
    }
    assert!(broken > 1000 && whole > 1000, "{broken} {whole}");
}

#[test]
fn large_tables_are_cut_where_rows_end() {
    let mut dice = Dice(5);
    let bytes = table(&mut dice, 9_000, 50);
    let all = chunks(&bytes, 1);
    assert!(all.len() > 1);
    let mut at = 0;
    for (chunk, line) in all {
        assert_eq!(line, 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count());
        at += chunk.len();
        assert!(broken_quote(chunk, b',').is_none());
    }
    assert_eq!(at, bytes.len());
}
