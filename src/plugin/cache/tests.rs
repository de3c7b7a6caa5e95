#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::plugin::{Limits, Value};
use crate::plugin::tests::guest::{Check, guest};
use crate::plugin::{Cache, Host, HostOptions, Memo};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("changegate-cache-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    fn cache(&self) -> Arc<Cache> {
        Arc::new(Cache::new(&self.0.join("code"), &self.0.join("key/cache.key")).unwrap())
    }

    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.0.join("code")).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn host(cache: Arc<Cache>) -> Host {
    Host::new(HostOptions { cache: Some(cache), ..HostOptions::default() }).unwrap()
}

fn bytes(answer: u8) -> Vec<u8> {
    guest(
        &[Check { signature: "go() -> bool", export: "go", ty: "(func (result bool))" }],
        &format!("(func (export \"go\") (result i32) (i32.const {answer}))"),
    )
}

fn loads(folder: &Folder, bytes: &[u8], answer: bool) -> (bool, bool) {
    let cache = folder.cache();
    let module = host(Arc::clone(&cache)).load(bytes).unwrap();
    assert_eq!(module.ask(0, &[], Limits::DEFAULT), Ok(Value::Bool(answer)));
    assert_eq!(module.about(0), "a check for a test");
    (module.from_cache(), cache.found_foreign())
}

fn damage(path: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    how(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn code_is_compiled_once() {
    let folder = Folder::new("once");
    assert_eq!(loads(&folder, &bytes(1), true), (false, false));
    assert_eq!(loads(&folder, &bytes(1), true), (true, false));
    assert_eq!(loads(&folder, &bytes(0), false), (false, false), "another component");
}

#[test]
fn what_was_changed_is_not_used_and_written_anew() {
    let folder = Folder::new("changed");
    loads(&folder, &bytes(1), true);
    let file = folder.files("code").remove(0);
    for how in [
        (|bytes| bytes.truncate(bytes.len() / 2)) as fn(&mut Vec<u8>),
        |bytes| bytes.clear(),
        |bytes| bytes[20] ^= 1,
        |bytes| {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        },
    ] {
        damage(&file, how);
        assert_eq!(loads(&folder, &bytes(1), true), (false, true));
        assert_eq!(loads(&folder, &bytes(1), true), (true, false));
    }
}

#[test]
fn a_file_of_another_component_is_not_used() {
    let folder = Folder::new("swapped");
    loads(&folder, &bytes(1), true);
    let yes = folder.files("code").remove(0);
    loads(&folder, &bytes(0), false);
    let no = folder.files("code").into_iter().find(|path| *path != yes).unwrap();
    std::fs::copy(&yes, &no).unwrap();
    assert_eq!(loads(&folder, &bytes(0), false), (false, true));
}

#[test]
fn a_file_sealed_with_another_key_is_not_used() {
    let (mine, theirs) = (Folder::new("mine"), Folder::new("theirs"));
    loads(&mine, &bytes(1), true);
    loads(&theirs, &bytes(1), true);
    std::fs::copy(theirs.files("code").remove(0), mine.files("code").remove(0)).unwrap();
    assert_eq!(loads(&mine, &bytes(1), true), (false, true));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_no_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("open");
    folder.cache();
    let key = folder.0.join("key/cache.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Cache::new(&folder.0.join("code"), &key).unwrap_err().to_string();
    assert!(error.contains("others can read this key"), "{error}");
}

#[test]
fn answers_are_kept_if_asked() {
    let folder = Folder::new("answers");
    let ask = |count: usize| {
        let cache = folder.cache();
        let module = host(Arc::clone(&cache)).load(&bytes(1)).unwrap();
        let memo = Memo::new(module, Limits::DEFAULT).with_cache(Arc::clone(&cache));
        assert_eq!(memo.from_disk(), count);
        assert_eq!(memo.ask(0, &[]).result, Ok(Value::Bool(true)));
        memo.keep();
        cache.found_foreign()
    };
    assert!(!ask(0));
    assert!(!ask(1));
    let file = folder.files("answers").remove(0);
    damage(&file, |bytes| {
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
    });
    assert!(ask(0), "an answer that was changed is not believed");
    assert!(!ask(1));
}
