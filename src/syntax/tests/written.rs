//! What is written in the project's own files.

use std::path::{Path, PathBuf};

/// The texts of all files in these folders of the project, and below them, whose names end so.
pub(in super::super) fn texts(folders: &[&str], end: &str) -> Vec<String> {
    let mut found = Vec::new();
    folders.iter().for_each(|folder| files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), end, &mut found));
    found.sort();
    #[allow(clippy::disallowed_methods, reason = "the files of the project are read")]
    found.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn files(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    #[allow(clippy::disallowed_methods, reason = "the files of the project are read")]
    let entries = std::fs::read_dir(folder).unwrap();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, end, found);
        } else if path.extension().is_some_and(|found| found == end) {
            found.push(path);
        }
    }
}
