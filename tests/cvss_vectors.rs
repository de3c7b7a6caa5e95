//! Every published vector is scored as its file says: `file, lines, agreeing`.
//!
//! The vectors are not part of this repository. `CHANGEGATE_DATA` names a folder whose `cvss/`
//! holds them as `redhat-vectors_*.txt`, plain or gzipped, in lines `vector - scores`.

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

use std::fs;
use std::io::Read;
use std::path::Path;

use changegate::cvss::{self, Tenths, Vector, Version};

#[test]
fn every_line_of_every_file_agrees() {
    let Some(data) = std::env::var_os("CHANGEGATE_DATA") else {
        println!("not run: CHANGEGATE_DATA names no folder with cvss/ vectors");
        return;
    };
    let folder = Path::new(&data).join("cvss");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("redhat-vectors_")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no vectors in {}", folder.display());

    let mut total = (0, 0);
    let mut wrong = Vec::new();
    println!("{:<36} {:>6} {:>9}", "file", "lines", "agreeing");
    for path in &files {
        let (mut lines, mut agreeing) = (0, 0);
        for line in read(path).lines().filter(|line| !line.trim().is_empty()) {
            lines += 1;
            match check(line) {
                Ok(()) => agreeing += 1,
                Err(difference) => wrong.push(format!("{line}: {difference}")),
            }
        }
        let name = path.file_name().unwrap().to_string_lossy();
        println!("{name:<36} {lines:>6} {agreeing:>9}");
        total = (total.0 + lines, total.1 + agreeing);
    }
    println!("{:<36} {:>6} {:>9}", "all", total.0, total.1);
    assert!(wrong.is_empty(), "{} lines disagree:\n{}", wrong.len(), wrong.join("\n"));
}

fn read(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text
}

/// `vector - (base, temporal, environmental)`; version 4.0 has one score, in parentheses or not.
fn check(line: &str) -> Result<(), String> {
    let (text, scores) = line.split_once(" - ").ok_or("no ` - `")?;
    let vector = cvss::parse(text.trim()).map_err(|error| error.to_string())?;
    let expected: Vec<Option<Tenths>> = scores
        .trim()
        .trim_matches(['(', ')'])
        .split(',')
        .map(str::trim)
        .filter(|score| !score.is_empty())
        .map(expected_score)
        .collect::<Result<_, _>>()?;
    let actual = actual_scores(&vector);
    if actual != expected {
        return Err(format!("worked out {actual:?}, expected {expected:?}"));
    }
    let again = cvss::parse(&vector.text()).map_err(|error| error.to_string())?;
    if again != vector {
        return Err(format!("`{}` reads as another vector", vector.text()));
    }
    Ok(())
}

fn expected_score(text: &str) -> Result<Option<Tenths>, String> {
    if text == "None" {
        return Ok(None);
    }
    Tenths::from_decimal(text.trim_start_matches('-')).map(Some).ok_or_else(|| format!("`{text}` is no score"))
}

/// The scores in the columns of the files: version 2.0 leaves out the groups that are not given,
/// version 3 always has three, version 4.0 the one that counts.
fn actual_scores(vector: &Vector) -> Vec<Option<Tenths>> {
    let all = vector.scores();
    match vector.version() {
        Version::V2 => vec![Some(all.base), vector.temporal(), vector.environmental()],
        Version::V30 | Version::V31 => [all.base, all.temporal, all.environmental].map(Some).to_vec(),
        Version::V40 => vec![Some(vector.score())],
    }
}
