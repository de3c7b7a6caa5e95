//! The workload's inventory: as many assets as wanted, the same bytes every time.
//!
//! Asset `n` hangs on `n` alone, so a smaller inventory is the head of a larger one. The order in which numbers are drawn is part of the format:
//! the digests in `README.md` are of these bytes.

use std::io::{self, Write};

use jiff::Timestamp;

/// 2026-11-20T21:30:00Z, the clock of every rule.
const NOW: u64 = 1_795_210_200;
const DAY: u64 = 86_400;

const BUSINESS_UNITS: [&str; 8] = ["retail", "finance", "trading", "logistics", "payments", "hr", "it", "research"];
const REGIONS: [(&str, &str); 6] = [
    ("eu-west", "Europe/Dublin"),
    ("eu-central", "Europe/Berlin"),
    ("us-east", "America/New_York"),
    ("us-west", "America/Los_Angeles"),
    ("ap-south", "Asia/Kolkata"),
    ("ap-east", "Asia/Tokyo"),
];
/// Share, family, version, end of life.
const SYSTEMS: [(u64, (&str, &str, &str)); 10] = [
    (4, ("rhel", "7.9", "2024-06-30")),
    (14, ("rhel", "8.10", "2029-05-31")),
    (16, ("rhel", "9.4", "2032-05-31")),
    (3, ("ubuntu", "18.04", "2023-05-31")),
    (18, ("ubuntu", "22.04", "2027-04-21")),
    (14, ("ubuntu", "24.04", "2029-05-31")),
    (2, ("windows", "2012r2", "2023-10-10")),
    (10, ("windows", "2019", "2029-01-09")),
    (11, ("windows", "2022", "2031-10-14")),
    (8, ("debian", "12", "2028-06-30")),
];
const TAGS: [(u64, &str); 14] = [
    (6, "pci"),
    (8, "pii"),
    (5, "sox"),
    (3, "hipaa"),
    (14, "linux"),
    (10, "batch"),
    (10, "customer-facing"),
    (8, "legacy"),
    (10, "ha"),
    (10, "k8s"),
    (7, "dr"),
    (5, "vdi"),
    (6, "edge"),
    (12, "monitored"),
];
const SERVICES: [&str; 10] =
    ["nginx", "postgres", "oracle", "mssql", "redis", "kafka", "java-app", "sshd", "node-app", "haproxy"];
const TEAMS: [&str; 8] = ["platform", "core-apps", "data", "network", "sre", "workplace", "security", "erp"];

/// Writes the inventory as NDJSON.
///
/// # Errors
/// A failed write.
pub(crate) fn write_assets(out: &mut impl Write, assets: u64) -> io::Result<()> {
    (0..assets).try_for_each(|number| asset(out, number))
}

/// `SplitMix64`: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        ((self.next() >> 32) * end) >> 32
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    fn one_of<T: Copy + Default>(&mut self, all: &[T]) -> T {
        let at = self.below(all.len() as u64);
        all.get(at as usize).copied().unwrap_or_default()
    }

    /// One of them, each as often as the number before it says.
    fn weighted<T: Copy + Default>(&mut self, all: &[(u64, T)]) -> T {
        let mut at = self.below(all.iter().map(|(share, _)| share).sum());
        for (share, one) in all {
            if at < *share {
                return *one;
            }
            at -= share;
        }
        T::default()
    }

    /// As many different ones as wanted, as a list of JSON's texts.
    fn different(&mut self, count: u64, mut draw: impl FnMut(&mut Self) -> &'static str) -> String {
        let mut drawn: Vec<&str> = Vec::new();
        while (drawn.len() as u64) < count {
            let one = draw(self);
            if !drawn.contains(&one) {
                drawn.push(one);
            }
        }
        format!("\"{}\"", drawn.join("\",\""))
    }
}

fn time(seconds: u64) -> Timestamp {
    i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_default()
}

fn asset(out: &mut impl Write, number: u64) -> io::Result<()> {
    let mut draw = Draw(0x5EED_0000_0000_0001 ^ number.wrapping_mul(0xA24B_AED4_963E_E407));
    let tier = draw.weighted(&[(12, 1), (23, 2), (35, 3), (30, 4)]);
    let environment = draw.weighted(&[(55, "prod"), (20, "staging"), (25, "dev")]);
    let exposure = draw.weighted(&[(18, "internet"), (65, "internal"), (17, "isolated")]);
    let (family, version, end_of_life) = draw.weighted(&SYSTEMS);
    let unit = draw.one_of(&BUSINESS_UNITS);
    let (region, zone) = draw.one_of(&REGIONS);
    let class = draw.weighted(&[(10, "public"), (50, "internal"), (28, "confidential"), (12, "restricted")]);
    let (short_unit, short_environment) = (unit.get(..2).unwrap_or(unit), environment.get(..1).unwrap_or(environment));
    let count = 3 + draw.below(4);
    let tags = draw.different(count, |draw| draw.weighted(&TAGS));
    write!(
        out,
        r#"{{"id":"A{number:08}","hostname":"{short_unit}-{short_environment}-{number:07}.corp.example","tier":{tier},"environment":"{environment}","exposure":"{exposure}","os":{{"family":"{family}","version":"{version}","eol_date":"{end_of_life}"}},"business_unit":"{unit}","region":"{region}","timezone":"{zone}","tags":[{tags}],"#
    )?;
    let patched = time(NOW - draw.below(120 * DAY));
    let group = if draw.percent(25) { String::new() } else { format!("rg-{}", draw.below(5_000)) };
    let backup = if draw.percent(5) { DAY + 1 + draw.below(10 * DAY) } else { draw.below(DAY + 1) };
    let backup = time(NOW - backup);
    let disk = draw.below(1_000);
    let disk = if disk < 150 && draw.percent(70) { disk + 200 } else { disk };
    let team = draw.one_of(&TEAMS);
    let verified = !draw.percent(4);
    let count = 1 + draw.below(4);
    let services = draw.different(count, |draw| draw.one_of(&SERVICES));
    write!(
        out,
        r#""data_classification":"{class}","owner":"team-{team}@corp.example","last_patched":"{patched}","redundancy_group":"{group}","backup":{{"last_success":"{backup}","verified":{verified}}},"disk_free_pct":{}.{},"services":[{services}],"findings":["#,
        disk / 10,
        disk % 10
    )?;
    let findings =
        draw.weighted(&[(350, 0), (250, 1), (150, 2), (100, 3), (60, 4), (40, 5), (25, 6), (15, 7), (10, 8)]);
    for at in 0..findings {
        out.write_all(if at > 0 { b"," } else { b"" })?;
        finding(out, &mut draw)?;
    }
    out.write_all(b"]}\n")
}

fn finding(out: &mut impl Write, draw: &mut Draw) -> io::Result<()> {
    let kev = draw.percent(3);
    // All four are drawn, and then which of them counts.
    let [low, medium, high, critical] =
        [20 + draw.below(20), 40 + draw.below(30), 70 + draw.below(20), 90 + draw.below(11)];
    let score = draw.weighted(&[(15, low), (45, medium), (30, high), (10, critical)]);
    let (least, more) =
        draw.weighted(&[(70, (0, 1_000)), (20, (1_000, 9_000)), (7, (10_000, 40_000)), (3, (50_000, 49_000))]);
    let epss = least + draw.below(more);
    let vector = draw.weighted(&[(65, "N"), (25, "L"), (7, "A"), (3, "P")]);
    let complexity = draw.one_of(&["L", "H"]);
    let privileges = draw.one_of(&["N", "L", "H"]);
    let scope = draw.one_of(&["U", "C"]);
    let impact = draw.one_of(&["H", "L", "N"]);
    let published = time(NOW - draw.below(200 * DAY));
    let (year, cve) = (2_022 + draw.below(5), 1_000 + draw.below(49_000));
    let patch = draw.percent(85);
    write!(
        out,
        r#"{{"cve":"CVE-{year}-{cve:05}","cvss_vector":"CVSS:3.1/AV:{vector}/AC:{complexity}/PR:{privileges}/UI:N/S:{scope}/C:{impact}/I:{impact}/A:H","base_score":{}.{},"epss":0.{epss:05},"kev":{kev},"patch_available":{patch},"published":"{published}"}}"#,
        score / 10,
        score % 10
    )
}
