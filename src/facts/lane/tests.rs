#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

//! The lane, held against the way by the tree: cell for cell and warning for warning.

use std::sync::Arc;

use super::LanePlan;
use crate::check::reads::Reads;
use crate::check::schema::TableId;
use crate::facts::builder::Options;
use crate::facts::digest;
use crate::facts::part::{ReadPart, Source};
use crate::facts::plan::TablePlan;
use crate::facts::split::{Chunk, Piece};
use crate::sources::inventories::json;
use crate::sources::mapping;
use crate::time::{Zone, parse_instant};

/// A generator that needs no more than to be the same every time.
struct Dice(u64, Manner);

/// How records are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Each in its own way.
    Wild,
    /// Nearly all in one way.
    Calm,
    /// The same, with blanks behind commas and colons.
    Spaced,
}

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }

    /// Whether something happens that does so once in a while, and hardly ever where records are written calmly.
    fn rarely(&mut self, sides: usize) -> bool {
        let sides = if self.1 == Manner::Wild { sides } else { sides * 40 };
        self.roll(sides) == 0
    }

    fn comma(&mut self) -> &'static str {
        match self.1 {
            Manner::Wild => self.one(&[",", ", ", " ,\n\t"]),
            Manner::Calm => ",",
            Manner::Spaced => ", ",
        }
    }

    fn colon(&self) -> &'static str {
        if self.1 == Manner::Spaced { ": " } else { ":" }
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }

    /// One of the first list, rarely of the second.
    fn mostly<'t>(&mut self, plain: &[&'t str], odd: &[&'t str]) -> &'t str {
        if self.rarely(60) { self.one(odd) } else { self.one(plain) }
    }
}

const ODD: &[&str] = &[
    "null",
    "true",
    "7",
    "-0",
    "1.0",
    "1e0",
    "\"\"",
    "\" \"",
    "\"none\"",
    "[]",
    "{}",
    "\"a\\n\"",
    "\"\\u0041\"",
    "[1,[2,{\"a\":null}]]",
    "123456789012345678901234567890",
    "0.00000000001",
    "\"none \"",
    "[null]",
    "{\"a\":1,\"a\":2}",
    "01",
    "\"\u{1}\"",
    "",
];

fn asset(dice: &mut Dice, names: &[(&str, &str)]) -> String {
    let mut entries: Vec<String> = Vec::new();
    let mut given: Vec<(&str, String)> = vec![
        ("id", format!("\"a{}\"", dice.roll(1000))),
        ("tier", dice.mostly(&["1", "2", "4"], &["0", "5", "1.0", "\"1\"", "-1", "1e0"]).to_owned()),
        ("environment", dice.mostly(&["\"prod\"", "\"dev\""], &["\"Prod\"", "\"pre-prod\""]).to_owned()),
        ("os.family", dice.one(&["\"rhel\"", "\"ubuntu\"", "\"é\"", "\"\""]).to_owned()),
        ("os.version", dice.mostly(&["\"9.4\"", "\"22.04\""], &["9.4"]).to_owned()),
        (
            "os.eol",
            dice.mostly(&["\"2032-05-31\"", "\"none\""], &["\"2032-5-1\"", "\"2032-05-31T00:00:00Z\""]).to_owned(),
        ),
        ("timezone", dice.mostly(&["\"Asia/Tokyo\"", "\"UTC\""], &["\"Mars\""]).to_owned()),
        ("owner", dice.mostly(&["\"team-a\""], &["\"\""]).to_owned()),
        (
            "last_patched",
            dice.mostly(
                &["\"2026-11-18T23:31:33Z\"", "\"2026-11-18T23:31:33+01:00\""],
                &["\"2026-11-18T23:31:33\"", "\"2026-11-18\"", "\"2030-01-01T00:00:00Z\"", "\"x\""],
            )
            .to_owned(),
        ),
        ("backup.verified", dice.mostly(&["true", "false"], &["\"true\""]).to_owned()),
        (
            "disk_free",
            dice.mostly(&["42.8", "0", "100", "14.900000000"], &["101", "\"14.9%\"", "1e1", "-1"]).to_owned(),
        ),
    ];
    for (key, words) in [("tags", ["\"pci\"", "\"sox\"", "\"ha\""]), ("services", ["\"web\"", "\"db\"", "\"mail\""])] {
        let tags: Vec<&str> = (0..dice.roll(5)).map(|_| dice.mostly(&words, ODD)).collect();
        given.push((key, format!("[{}]", tags.join(if dice.1 == Manner::Wild { "," } else { dice.comma() }))));
    }
    let findings: Vec<String> = (0..dice.roll(4)).map(|_| finding(dice)).collect();
    given.push(("findings", format!("[{}]", findings.join(if dice.1 == Manner::Calm { "," } else { ", " }))));
    given.push(("software", dice.mostly(&["[]", "[{\"name\":\"x\",\"version\":\"1\"}]"], &["[7]"]).to_owned()));
    let name = |field: &str| {
        names.iter().find(|(of, _)| *of == field).map_or(field.to_owned(), |(_, name)| (*name).to_owned())
    };
    let mut inner: Vec<(String, Vec<String>)> = Vec::new();
    for (field, value) in given {
        if dice.roll(if field == "id" { 160 } else { 8 }) == 0 {
            continue;
        }
        let value = if dice.rarely(60) { dice.one(ODD).to_owned() } else { value };
        let name = name(field);
        match name.split_once('.') {
            None => entries.push(format!("\"{name}\"{}{value}", dice.colon())),
            Some((head, rest)) => {
                let entry = format!("\"{rest}\"{}{value}", dice.colon());
                match inner.iter_mut().find(|(known, _)| known == head) {
                    Some((_, all)) => all.push(entry),
                    None => inner.push((head.to_owned(), vec![entry])),
                }
            }
        }
    }
    let (colon, comma) = if dice.1 == Manner::Wild { (": ", ",") } else { (dice.colon(), dice.comma()) };
    entries.extend(inner.into_iter().map(|(head, all)| format!("\"{head}\"{colon}{{{}}}", all.join(comma))));
    if dice.rarely(25) {
        entries.push(format!(
            "{}:{}",
            dice.one(&["\"colour\"", "\"os.family\"", "\"os\"", "\"id\"", "\"tier\"", "\"t\\u0061gs\"", "7"]),
            dice.one(ODD)
        ));
    }
    if dice.roll(3) == 0 {
        entries.push(format!(
            "\"{}\"{}{}",
            dice.one(&["rack", "a.b", "rack"]),
            dice.colon(),
            dice.one(&["[1,{}]", "\"x\"", "null", "\"\\u0041\""])
        ));
    }
    if dice.rarely(3) {
        let at = dice.roll(entries.len().max(1));
        entries.rotate_left(at);
    }
    let mut text = format!("{{{}}}", entries.join(dice.comma()));
    if dice.rarely(20) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[dice.roll(places.len())];
        if dice.roll(2) == 0 {
            text.insert_str(at, dice.one(&["\"", ",", "}", "]", "{", "\\", " ", "1", "é"]));
        } else {
            text.remove(at);
        }
    }
    text
}

fn finding(dice: &mut Dice) -> String {
    let mut entries = vec![format!("\"cve\"{}\"CVE-2026-{}\"", dice.colon(), 1000 + dice.roll(20))];
    let more = [
        (
            "cvss",
            dice.mostly(
                &["\"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:H\"", "9.8", "7.50"],
                &["\"CVSS:3.1/AV\"", "11", "[9.8]", "{\"score\":7}"],
            ),
        ),
        ("epss", dice.mostly(&["0.81512", "0", "1", "0.5"], &["1.5", "2e-2", "0.12345678901"])),
        ("kev", dice.mostly(&["true", "false"], ODD)),
        (
            "published",
            dice.mostly(&["\"2026-05-13T23:21:34Z\""], &["\"2026-05-13T23:21:34.123456Z\"", "\"2026-05-13\""]),
        ),
        ("package", dice.mostly(&["\"a\"", "\"b\""], ODD)),
        ("state", dice.mostly(&["\"open\"", "\"fixed\""], &["\"Open\""])),
    ];
    for (key, value) in more {
        if dice.roll(4) != 0 {
            entries.push(format!("\"{key}\"{}{value}", dice.colon()));
        }
    }
    if dice.rarely(60) {
        return dice.one(ODD).to_owned();
    }
    if dice.rarely(60) {
        entries.push("\"cwe\":\"79\"".to_owned());
    }
    if dice.roll(4) == 0 {
        entries.push(format!("\"shade\"{}{{\"depth\":1}}", dice.colon()));
    }
    if dice.1 == Manner::Wild || dice.rarely(3) {
        let at = dice.roll(entries.len());
        entries.rotate_left(at);
    }
    format!("{{{}}}", entries.join(if dice.1 == Manner::Spaced { ", " } else { "," }))
}

/// What there is to say of a part: its rows as the digest sees them, their lines, and the problems.
fn told(plan: &TablePlan, (part, pool, report): ReadPart) -> Vec<String> {
    let mut told = Vec::new();
    let mut digester = digest::Digester::new(plan, &part.table, &pool);
    for row in 0..part.table.len {
        let digest = digester.of_row(row, None);
        assert_eq!(digest, part.digests[row]);
        told.push(format!("{:?} {}", part.lines[row], String::from_utf8_lossy(digester.pen.written())));
    }
    assert_eq!(part.lines.len(), part.table.len);
    told.push(format!("{:?}", report.finish()));
    told
}

fn reads(policy: &str) -> (crate::Policy, Reads) {
    let text = format!("{policy}\nrule r {{ forbid asset.tier == 1 }}\n");
    let (policy, diagnostics, _) =
        crate::Policy::load(vec![("p.gate".into(), text.into())], &mut crate::check::NoLoader);
    let policy = policy.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let reads = Reads::of(policy.program());
    (policy, reads)
}

const POLICY: &str = "
extend finding { note: string, ids: set<int> }
rule patched { forbid now - asset.last_patched > 72h and asset.os.family == \"rhel\" }
rule tagged { forbid \"pci\" in asset.tags and asset.backup.verified and asset.disk_free < 5% }
rule found { forbid any f in asset.findings where f.epss > 50% and f.cvss.score > 7 and f.kev }
";

/// How many records a chunk has.
fn many(dice: &mut Dice) -> usize {
    if dice.1 == Manner::Wild { 1 + dice.roll(6) } else { 1 + dice.roll(150) }
}

fn compare(narrow: bool, zone: Option<&str>, (seed, manner): (u64, Manner), count: usize) -> usize {
    let (policy, reads) = reads(POLICY);
    let mut plan = TablePlan::entity(&policy.schema(), TableId::ASSET, &[]);
    if narrow {
        plan.narrow(&reads, true);
    }
    let options = Options { limit: 1000, zone: zone.and_then(Zone::get), ..Options::default() };
    let source = Source { plan: &plan, now: parse_instant("2026-11-20T00:00:00Z").unwrap(), options: &options };
    let lane = LanePlan::of(&plan).unwrap();
    let file: Arc<str> = Arc::from("f");
    let mut dice = Dice(seed, manner);
    let mut plain = 0;
    for _ in 0..count {
        let texts: Vec<String> = (0..many(&mut dice)).map(|_| asset(&mut dice, &[])).collect();
        let pieces = texts.iter().enumerate().map(|(line, text)| Piece { bytes: text.as_bytes(), line: line + 1 });
        let chunk = Chunk::Pieces(pieces.collect());
        let slow = told(&plan, source.chunk(&file, &chunk, None));
        let fast = told(&plan, source.chunk(&file, &chunk, Some(&lane)));
        assert_eq!(slow, fast, "{texts:#?}");
        plain += texts.iter().filter(|text| is_plain(&source, &lane, text)).count();
    }
    plain
}

/// Whether the lane reads it.
fn is_plain(source: &Source<'_>, lane: &LanePlan, text: &str) -> bool {
    let mut reader = crate::facts::reader::Reader::new(source.now, source.options, &Arc::from("f"));
    // As it is once these keys have been told of.
    for (owner, key) in [("asset", "rack"), ("asset", "a.b"), ("asset.findings[]", "shade")] {
        reader.report.unknown_key(&Arc::from(owner), key, || None, crate::facts::Place::default);
    }
    let mut table = crate::facts::column::TableBuild::new(source.plan);
    super::Lane::new(lane).record(&mut reader, source.plan, &mut table, text)
}

#[test]
fn the_lane_reads_what_the_tree_reads() {
    let wild = |seed| (seed, Manner::Wild);
    let plain = compare(false, None, wild(42), 400)
        + compare(true, None, wild(43), 400)
        + compare(true, Some("Asia/Tokyo"), wild(44), 400);
    assert!(plain > 800, "only {plain} records were plain");
}

#[test]
fn the_lane_reads_many_at_once_as_the_tree_reads_them() {
    let plain = compare(false, None, (45, Manner::Calm), 60)
        + compare(true, None, (46, Manner::Calm), 60)
        + compare(true, Some("Asia/Tokyo"), (47, Manner::Spaced), 60);
    assert!(plain > 8_000, "only {plain} records were plain");
}

#[test]
fn records_that_come_alike_are_read_at_once() {
    let (policy, _) = reads(POLICY);
    let plan = TablePlan::entity(&policy.schema(), TableId::ASSET, &[]);
    let options = Options::default();
    let source = Source { plan: &plan, now: parse_instant("2026-11-20T00:00:00Z").unwrap(), options: &options };
    let plan = LanePlan::of(source.plan).unwrap();
    for (colon, comma) in [(":", ","), (": ", ", ")] {
        let text = |at: usize| {
            let os =
                if at % 5 == 4 { String::new() } else { format!("\"os\"{colon}{{\"family\"{colon}\"rhel\"}}{comma}") };
            format!("{{\"id\"{colon}\"a{at}\"{comma}{os}\"tags\"{colon}[\"b\"{comma}\"a\"]}}")
        };
        let mut texts: Vec<String> = (0..30).map(text).collect();
        texts[25] = "{\"id\":7}".to_owned();
        let mut reader = crate::facts::reader::Reader::new(source.now, source.options, &Arc::from("f"));
        let mut table = crate::facts::column::TableBuild::new(source.plan);
        let mut lane = super::Lane::new(&plan);
        let mut tape = super::Tape::default();
        assert!(lane.record(&mut reader, source.plan, &mut table, &texts[0]));
        let mut at_once = |from: usize| {
            let texts = texts[from..].iter().map(String::as_bytes);
            lane.block(&mut reader, source.plan, &mut table, &mut tape, texts)
        };
        // Up to the one that is odd; that one is left to the other ways, and what is too little behind it.
        assert_eq!((at_once(1), at_once(25), at_once(26)), (24, 0, 0));
    }
}

/// The same under a mapping, of which some names are as they were and some are not.
#[test]
fn the_lane_maps_what_the_mapping_maps() {
    const NAMES: [(&str, &str); 5] = [
        ("os.eol", "os.eol_date"),
        ("tier", "criticality"),
        ("backup.verified", "verified"),
        ("disk_free", "disk.free"),
        ("findings", "vulns"),
    ];
    let fields = [
        "id",
        "tier",
        "environment",
        "os.family",
        "os.version",
        "os.eol",
        "last_patched",
        "backup.verified",
        "disk_free",
        "tags",
        "findings",
    ];
    let rules = fields.map(|field| {
        let from = NAMES.iter().find(|(of, _)| *of == field).map_or(field, |(_, from)| from);
        match field {
            "os.family" => format!("{field} = {{ from = \"{from}\", default = \"linux\" }}\n"),
            _ => format!("{field} = \"{from}\"\n"),
        }
    });
    let toml = format!("[[source]]\nfiles = \"x.json\"\n[source.fields]\n{}", rules.concat());
    let (policy, reads) = reads(POLICY);
    let mut plain = 0;
    for narrow in [false, true] {
        let source = mapping::read(&toml, &policy.schema()).unwrap().remove(0);
        let mut mapping = source.mapping;
        let mut plan = TablePlan::entity(&policy.schema(), TableId::ASSET, &[]);
        if narrow {
            plan.narrow(&reads, true);
            mapping.rules.retain(|rule| reads.has_named(&policy.schema(), TableId::ASSET, &rule.field));
        }
        let renames = mapping.renames().expect("plain names");
        let lane = LanePlan::renamed(&plan, &renames).expect("a lane");
        let options = Options { limit: 1000, ..Options::default() };
        let source = Source { plan: &plan, now: parse_instant("2026-11-20T00:00:00Z").unwrap(), options: &options };
        let file: Arc<str> = Arc::from("f");
        let mut dice = Dice(7, Manner::Wild);
        for round in 0..560 {
            dice.1 = [Manner::Wild, Manner::Calm, Manner::Spaced][(round / 250 + round / 280).min(2)];
            let texts: Vec<String> = (0..many(&mut dice)).map(|_| asset(&mut dice, &NAMES)).collect();
            let pieces = texts.iter().enumerate().map(|(line, text)| Piece { bytes: text.as_bytes(), line: line + 1 });
            let chunk = Chunk::Pieces(pieces.collect());
            let other = |piece: &Piece<'_>| json::mapped(&mapping, piece);
            let slow = told(&plan, source.mapped_chunk(&file, &chunk, None, &other));
            let fast = told(&plan, source.mapped_chunk(&file, &chunk, Some(&lane), &other));
            assert_eq!(slow, fast, "{texts:#?}");
            plain += texts.iter().filter(|text| is_plain(&source, &lane, text)).count();
        }
    }
    assert!(plain > 800, "only {plain} records were plain");
}

#[test]
fn a_mapping_that_says_more_than_names_has_no_lane() {
    let (policy, _) = reads("");
    let plan = TablePlan::entity(&policy.schema(), TableId::ASSET, &[]);
    for (fields, is_plain) in [
        ("id = \"a\"\ntier = \"b\"", true),
        ("id = \"a\"\ntier = { from = \"b\", default = 3 }", false),
        ("id = \"a\"\nhostname = { from = \"b\", default = \"h\" }", true),
        ("id = { from = \"a\", default = \"h\" }", false),
        ("id = \"a\"\ntags = { from = \"b\", default = [] }", false),
        ("id = \"a\"\ntier = [\"b\", \"c\"]", false),
        ("id = \"a\"\ntags = { from = \"b\", split = \";\" }", false),
        ("id = \"a\"\nhostname = \"a\"", false),
        ("id = \"a\"\nhostname = \"a.b\"", false),
        ("id = \"a\"\ntags = \"b.*.c\"", false),
    ] {
        let toml = format!("[[source]]\nfiles = \"x.json\"\n[source.fields]\n{fields}\n");
        let mapping = mapping::read(&toml, &policy.schema()).unwrap().remove(0).mapping;
        let lane = mapping.renames().and_then(|renames| LanePlan::renamed(&plan, &renames));
        assert_eq!(lane.is_some(), is_plain, "{fields}");
    }
}
