//! Where the data of the tests are.

#![allow(clippy::panic, reason = "tests")]

use std::path::PathBuf;

/// A folder of the data that the vectors are read from: `CHANGEGATE_DATA` names it, or it lies beside the repository. Without it a test has nothing
/// to say, which is an error where everything is to be tested.
pub(super) fn data(folder: &str) -> Option<PathBuf> {
    let all = std::env::var_os("CHANGEGATE_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")), PathBuf::from);
    let path = all.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "no data in {}", path.display());
    println!("not run: no data in {}", path.display());
    None
}
