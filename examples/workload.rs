//! The workload of `benches/workload`: `workload assets 100000 > benches/workload/assets.ndjson` writes its inventory, and `workload digest`
//! reads the decisions that `check --format ndjson` prints from stdin and prints their digest, which `benches/workload/README.md` has.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a tool reads its arguments and stdin, and speaks to a terminal"
)]

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

#[path = "../benches/workload/generate.rs"]
mod generate;
#[path = "../benches/workload/lines.rs"]
mod lines;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["assets", count] => count.parse().ok().map(assets),
        ["digest"] => Some(lines::digest(io::stdin().lock()).map(|digest| println!("{digest}"))),
        _ => None,
    };
    match done {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
        None => {
            eprintln!("usage: workload assets COUNT | workload digest");
            ExitCode::from(2)
        }
    }
}

fn assets(count: u64) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    generate::write_assets(&mut out, count)?;
    out.flush()
}
