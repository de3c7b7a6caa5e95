//! Hostile plugins against the host: each ends as unknown or as an error at load, in bounded time and memory, with a message; none takes the
//! process down, and the next good call is right.
//!
//! Every guest of `wasm-plugins/hostile` runs in a process of its own, so that its peak of memory is its own too. `cargo test --test plugins --
//! --nocapture` prints the table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests"
)]

mod advisories;
mod cached;
mod guest;
#[path = "../../wasm-plugins/hostile/zoo.rs"]
#[allow(unreachable_pub, dead_code, reason = "it is shared")]
mod zoo;

use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;

/// No guest may take longer, on a machine that does other things too, compiled without optimisation.
const MOST_SECONDS: f64 = 120.0;
/// No guest may make the process larger, in MiB: 256 for a description's memory, the rest for the compiler.
const MOST_MEMORY: u64 = 1_024;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn good() -> Vec<u8> {
    std::fs::read(root().join("wasm-plugins/licence.wasm")).expect("the licence plugin")
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("changegate-plugins-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One line of the table.
struct Row {
    name: String,
    stopped: String,
    message: String,
    seconds: f64,
    memory: u64,
}

#[test]
fn no_guest_hurts_anyone() {
    let folder = Folder::new("zoo");
    let mut rows = Vec::new();
    let mut wrong = Vec::new();
    let chosen = std::env::var("CHANGEGATE_ZOO").unwrap_or_default();
    let mut guests = zoo::guests(&root().join("wasm-plugins/hostile"), &good());
    guests.retain(|guest| guest.name.contains(&chosen));
    let tried: Vec<_> = guests
        .par_iter()
        .enumerate()
        .map(|(number, guest)| {
            let file = folder.0.join(format!("guest-{number}.wasm"));
            std::fs::write(&file, &guest.bytes).unwrap();
            run(&guest.name, &file)
        })
        .collect();
    for (guest, tried) in guests.iter().zip(tried) {
        match tried {
            Ok(row) => {
                let expected = guest.stops.iter().any(|stop| *stop == row.stopped || stop == "bounded");
                if !expected {
                    wrong.push(format!("{}: {} ({}), expected {:?}", row.name, row.stopped, row.message, guest.stops));
                }
                if let Some(why) = unreadable(&row) {
                    wrong.push(format!("{}: `{}` {why}", row.name, row.message));
                }
                if row.seconds > MOST_SECONDS || row.memory > MOST_MEMORY {
                    wrong.push(format!("{}: {:.1} s, {} MiB", row.name, row.seconds, row.memory));
                }
                rows.push(row);
            }
            Err(why) => wrong.push(format!("{}: {why}", guest.name)),
        }
    }
    rows.extend(cached::rows());
    println!("| guest | stopped by | message | ms | peak MiB |\n|---|---|---|---|---|");
    for row in &rows {
        let message = row.message.replace('|', "\\|");
        println!("| {} | {} | {message} | {:.1} | {} |", row.name, row.stopped, row.seconds * 1e3, row.memory);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with a message as one for people.
fn unreadable(row: &Row) -> Option<&'static str> {
    let message = &row.message;
    if row.stopped.starts_with("answers") {
        return None;
    }
    if message.is_empty() {
        return Some("says nothing");
    }
    if message.len() > 1_000 {
        return Some("is too long");
    }
    if message.chars().any(char::is_control) {
        return Some("has control characters");
    }
    if message.ends_with('.') {
        return Some("ends with a stop");
    }
    ["::", "Error", "panicked", "Some(", "{{"]
        .iter()
        .any(|sign| message.contains(sign))
        .then_some("names what is of the program")
}

/// Runs a guest in a process of its own.
fn run(name: &str, file: &Path) -> Result<Row, String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "guest::one", "--ignored", "--nocapture", "--test-threads", "1"])
        .env("CHANGEGATE_GUEST", file)
        .output()
        .map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.split_once("GUEST\t").map(|(_, rest)| rest.to_owned()));
    let Some(line) = line.filter(|_| output.status.success()) else {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "the process ended with {}: {}",
            output.status,
            said.lines().take(5).collect::<Vec<_>>().join(" / ")
        ));
    };
    let fields: Vec<&str> = line.split('\t').collect();
    Ok(Row {
        name: name.to_owned(),
        stopped: fields[0].to_owned(),
        message: fields[1].to_owned(),
        seconds: fields[2].parse().unwrap(),
        memory: fields[3].parse().unwrap(),
    })
}
