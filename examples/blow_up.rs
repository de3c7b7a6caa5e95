//! Writes the inventory of the example Acme, blown up to as many assets as wanted, to stdout:
//! `cargo run --release --example blow_up 100000 > inventory.ndjson`, or `… 100000 csv > inventory.csv` for the fields that cells can hold.
//! `benches/blow_up/to_parquet.py` makes either into Parquet.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a tool reads its argument and the example, and speaks to a terminal"
)]

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use serde_json::Value;

#[path = "../benches/blow_up/mod.rs"]
#[expect(dead_code, reason = "the benchmark uses the rest")]
mod blow_up;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let write = match arguments.as_slice() {
        [assets] | [assets, "ndjson"] => assets.parse().ok().map(|assets| (assets, false)),
        [assets, "csv"] => assets.parse().ok().map(|assets| (assets, true)),
        _ => None,
    };
    let Some((assets, is_csv)) = write else {
        eprintln!("usage: blow_up ASSETS [ndjson|csv]");
        return ExitCode::from(2);
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match is_csv {
        true => write_csv(&mut out, assets),
        false => blow_up::write_inventory(&mut out, assets),
    };
    match written.and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Writes the inventory as comma-separated values: a column for each field that is no list of records, the items of a list separated by `;`.
fn write_csv(out: &mut impl Write, assets: usize) -> io::Result<()> {
    let mut columns: Vec<String> = Vec::new();
    blow_up::each_record(assets.min(2_000), |line| {
        for (name, _) in cells(line)? {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        Ok(())
    })?;
    let mut table = csv::Writer::from_writer(out);
    table.write_record(&columns)?;
    blow_up::each_record(assets, |line| {
        let cells = cells(line)?;
        let cell = |name: &String| cells.iter().find(|(known, _)| known == name).map_or("", |(_, cell)| cell.as_str());
        table.write_record(columns.iter().map(cell))?;
        Ok(())
    })?;
    table.flush()
}

/// The fields of a record that a cell can hold.
fn cells(line: &str) -> io::Result<Vec<(String, String)>> {
    fn add(name: &str, value: &Value, cells: &mut Vec<(String, String)>) {
        let cell = match value {
            Value::Object(inner) => {
                return inner.iter().for_each(|(key, value)| add(&format!("{name}.{key}"), value, cells));
            }
            Value::Array(items) => match items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
                Some(items) if !items.is_empty() => items.join(";"),
                _ => return,
            },
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        cells.push((name.to_owned(), cell));
    }
    let record: Value = serde_json::from_str(line)?;
    let mut cells = Vec::new();
    for (key, value) in record.as_object().into_iter().flatten() {
        add(key, value, &mut cells);
    }
    Ok(cells)
}
