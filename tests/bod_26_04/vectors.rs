//! The 2,157 records of CISA's sample and its catalogue. `CHANGEGATE_DATA` names the folder of the data; without it nothing is tested.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use changegate::sources::enrich::{Advisories, Subject};
use changegate::sources::feeds::detect;
use changegate::sources::{Fields, Harvest};
use serde_json::{Value, json};

/// The levels of the pack, most urgent first, with the outcomes of the source table.
const LEVELS: [(&str, &str); 5] = [
    ("days_3_forensic", "3 days & forensic investigation"),
    ("days_3", "3 days"),
    ("days_14", "14 days"),
    ("days_60", "60 days"),
    ("next_upgrade", "fix on system upgrade"),
];

const POLICY: &str =
    "policy bod \"BOD 26-04\" {\n  version \"1\"\n  timezone \"UTC\"\n}\nimport pack \"cisa/bod-26-04\"\n";

/// How many findings have each outcome, by asset.
type Counts = BTreeMap<String, BTreeMap<String, u64>>;

fn data() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("CHANGEGATE_DATA")?);
    assert!(folder.is_dir(), "no data in {}", folder.display());
    Some(folder)
}

fn harvest(data: &Path, name: &str) -> Harvest {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(data.join(name)).unwrap()).read_to_end(&mut bytes).unwrap();
    let mut harvest = Harvest::default();
    detect(name, &bytes).unwrap().read(&Arc::from(name), &bytes, &mut harvest);
    assert_eq!(harvest.refused, []);
    harvest
}

/// Two assets, one exposed and one not, each with a finding for every record.
fn inventory(data: &Path) -> String {
    let sample = harvest(data, "cve5/vulnrichment-sample.ndjson.gz");
    let ids: Vec<String> = sample.advisories.iter().map(|advisory| advisory.id.clone()).collect();
    let mut advisories = Advisories::default();
    advisories.add(sample);
    advisories.add(harvest(data, "kev/kev-2026-08-07.json.gz"));
    let findings: Vec<Value> = ids
        .iter()
        .map(|id| {
            let mut finding = Fields::new();
            finding.insert("cve".to_owned(), json!(id));
            finding.insert("state".to_owned(), json!("open"));
            finding.insert("detected".to_owned(), json!("2026-08-07T08:00:00Z"));
            advisories.enrich(&mut finding, &Subject::default());
            Value::Object(finding)
        })
        .collect();
    let asset = |id: &str, exposure: &str| json!({ "id": id, "exposure": exposure, "findings": findings }).to_string();
    format!("{}\n{}\n", asset("exposed", "internet"), asset("internal", "internal"))
}

/// What the program makes of an inventory.
fn engine(inventory: &str) -> Counts {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bod-26-04");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bod.gate"), POLICY).unwrap();
    std::fs::write(folder.join("inventory.ndjson"), inventory).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_changegate"))
        .current_dir(&folder)
        .args(["triage", "--policy", "bod.gate", "--inventory", "inventory.ndjson"])
        .args(["--now", "2026-08-10T12:00:00Z", "--format", "json"])
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let mut counts = Counts::new();
    for finding in found["findings"].as_array().unwrap() {
        let level = finding["level"].as_str().unwrap();
        let (_, outcome) = LEVELS.into_iter().find(|(name, _)| *name == level).unwrap();
        let asset = finding["asset"].as_str().unwrap().to_owned();
        *counts.entry(asset).or_default().entry(outcome.to_owned()).or_default() += 1;
    }
    counts
}

/// What the script makes of the files.
fn script(data: &Path) -> Option<Counts> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bod_26_04/outcomes.py");
    let output = match Command::new("python3").arg(path).arg(data).output() {
        Ok(output) => output,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "python3: {error}");
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_pack_and_the_table_count_the_same() {
    let Some(data) = data() else { return };
    let found = engine(&inventory(&data));
    println!("{:<34} {:>8} {:>8}", "outcome", "exposed", "internal");
    for (_, outcome) in LEVELS {
        let count = |asset: &str| found[asset].get(outcome).copied().unwrap_or(0);
        println!("{outcome:<34} {:>8} {:>8}", count("exposed"), count("internal"));
    }
    for counts in found.values() {
        assert_eq!(counts.values().sum::<u64>(), 2_157);
    }
    if let Some(script) = script(&data) {
        assert_eq!(found, script);
    }
}
