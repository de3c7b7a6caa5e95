//! Published data for tests.

#![allow(clippy::panic, reason = "tests")]

use std::path::PathBuf;

/// A folder of published data: `CHANGEGATE_DATA` names the folder that holds it. Where that is not set, those who ask have nothing to say; where it is,
/// a folder that is missing is a failure.
pub(crate) fn data(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os("CHANGEGATE_DATA")?).join(folder);
    assert!(path.is_dir(), "no data in {}", path.display());
    Some(path)
}
