//! Files of the cache that are not what was written.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use changegate::plugin::{Cache, Host, HostOptions};

use super::{Folder, Row, good, root};

/// Loads the licence plugin through a cache in `folder`; whether its code came from there, and whether something foreign was found.
fn load(folder: &Path, bytes: &[u8]) -> (bool, bool) {
    let cache = Arc::new(Cache::new(&folder.join("code"), &folder.join("cache.key")).unwrap());
    let host =
        Host::new(HostOptions { cache: Some(Arc::clone(&cache)), threads: 2, ..HostOptions::default() }).unwrap();
    let module = host.load(bytes).unwrap();
    assert!(!module.described().checks.is_empty());
    (module.from_cache(), cache.found_foreign())
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    std::fs::read_dir(folder.join("code")).unwrap().next().unwrap().unwrap().path()
}

/// A row for each way in which a file may be wrong.
pub(super) fn rows() -> Vec<Row> {
    let bytes = good();
    let other = std::fs::read(root().join("wasm-plugins/naming.wasm")).unwrap();
    let mut rows = Vec::new();
    let mut row = |name: &str, spoil: &dyn Fn(&Path)| {
        let folder = Folder::new(name);
        assert_eq!(load(&folder.0, &bytes), (false, false));
        assert_eq!(load(&folder.0, &bytes), (true, false));
        spoil(&folder.0);
        let start = Instant::now();
        let (cached, foreign) = load(&folder.0, &bytes);
        let seconds = start.elapsed().as_secs_f64();
        assert!(!cached && foreign, "{name}: a file that was changed was used");
        assert_eq!(load(&folder.0, &bytes), (true, false), "{name}: it was written anew");
        rows.push(Row {
            name: name.to_owned(),
            stopped: "seal".to_owned(),
            message: "not used, compiled anew".to_owned(),
            seconds,
            memory: 0,
        });
    };
    row("cache-truncated", &|folder| {
        let file = only_file(folder);
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    });
    row("cache-bit-flipped", &|folder| {
        let file = only_file(folder);
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    });
    row("cache-of-another", &|folder| {
        let theirs = Folder::new("other");
        // under the same key
        std::fs::copy(folder.join("cache.key"), theirs.0.join("cache.key")).unwrap();
        load(&theirs.0, &other);
        std::fs::copy(only_file(&theirs.0), only_file(folder)).unwrap();
    });
    row("cache-by-another", &|folder| {
        let theirs = Folder::new("stranger");
        load(&theirs.0, &good());
        std::fs::copy(only_file(&theirs.0), only_file(folder)).unwrap();
    });
    rows
}
