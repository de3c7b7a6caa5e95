//! The example Acme with as many assets as wanted, and what is needed to decide over them.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder of the example.
pub(crate) fn acme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme")
}

/// The id of the change that touches every asset whose tier is or may be 1 to 4: all of them.
pub(crate) const SWEEP: &str = "CHG9000";

/// A change that touches every asset, so that every asset is decided.
pub(crate) fn sweep() -> String {
    format!(
        r#"{{"id":"{SWEEP}","title":"Agent on every system","model":"agent-update","assets":{{"where":"asset.tier >= 1"}},"start":"2026-11-21T01:00:00Z","end":"2026-11-21T03:00:00Z","requester":"ops","implementer":"automation","fixes":[]}}"#
    )
}

/// Writes an inventory of `assets` records as NDJSON: those of the example, again and again.
///
/// The example itself has its facts in the files of its tools. `assets.ndjson` is the same estate as records of the vocabulary, which the example's `generate.py` prints.
///
/// The first round has the ids of the example, so that its own changes can be decided too; each later one adds `-2`, `-3`, … to id and host name.
///
/// # Errors
/// An inventory that cannot be read, a record without an id, a failed write.
pub(crate) fn write_inventory(out: &mut impl Write, assets: usize) -> io::Result<()> {
    each_record(assets, |line| writeln!(out, "{line}"))
}

/// Gives as many records as are wanted, each as a line of JSON.
///
/// # Errors
/// Those of [`write_inventory`].
pub(crate) fn each_record(assets: usize, mut each: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/blow_up/assets.ndjson"))?;
    let mut records: Vec<(&str, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let record: Value = serde_json::from_str(line)?;
        let id = record.get("id").and_then(Value::as_str).ok_or_else(|| io::Error::other("a record without an id"))?;
        records.push((line, id.to_owned()));
    }
    if records.is_empty() {
        return Err(io::Error::other("the example has no assets"));
    }
    for (number, (line, id)) in records.iter().cycle().take(assets).enumerate() {
        let round = number / records.len() + 1;
        if round == 1 {
            each(line)?;
        } else {
            let own = format!("\"id\":\"{id}\",");
            let copy = format!("\"id\":\"{id}-{round}\",");
            let host = format!("\"hostname\":\"{id}.");
            let copied = line.replacen(&own, &copy, 1).replacen(&host, &format!("\"hostname\":\"{id}-{round}."), 1);
            each(&copied)?;
        }
    }
    Ok(())
}
