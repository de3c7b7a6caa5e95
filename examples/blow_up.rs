//! Writes the inventory of the example Acme, blown up to as many assets as wanted, to stdout:
//! `cargo run --release --example blow_up 100000 > inventory.ndjson`.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a tool reads its argument and the example, and speaks to a terminal"
)]

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

#[path = "../benches/blow_up/mod.rs"]
#[expect(dead_code, reason = "the benchmark uses the rest")]
mod blow_up;

fn main() -> ExitCode {
    let Some(assets) = std::env::args().nth(1).and_then(|argument| argument.parse().ok()) else {
        eprintln!("usage: blow_up ASSETS");
        return ExitCode::from(2);
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match blow_up::write_inventory(&mut out, assets).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
