//! The least versions of what runs plugins: an advisory check that needs no network.
//!
//! `wasm-plugins/advisories.toml` records, for each package that keeps the sandbox closed, the first version of its line without a known advisory.
//! Whoever learns of a new one raises the floor there, and this test fails until `Cargo.lock` follows.

use std::collections::BTreeMap;

use super::root;

fn version(text: &str) -> Vec<u64> {
    text.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

#[test]
fn nothing_that_runs_plugins_is_older_than_its_floor() {
    let floors: toml::Table =
        std::fs::read_to_string(root().join("wasm-plugins/advisories.toml")).unwrap().parse().unwrap();
    let lock: toml::Table = std::fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
    let mut locked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        locked.entry(package["name"].as_str().unwrap()).or_default().push(package["version"].as_str().unwrap());
    }
    for (name, floor) in floors["floor"].as_table().unwrap() {
        let floor = floor["version"].as_str().unwrap();
        let versions = locked.get(name.as_str()).unwrap_or_else(|| panic!("`{name}` is not in Cargo.lock"));
        for found in versions {
            assert!(version(found) >= version(floor), "`{name}` is {found}, and has known advisories before {floor}");
        }
    }
    let wasmtime = locked["wasmtime"].first().unwrap();
    for (name, versions) in &locked {
        if name.starts_with("wasmtime-") {
            assert_eq!(versions.as_slice(), [*wasmtime], "`{name}` is of another release than wasmtime");
        }
    }
}

#[test]
fn versions_are_compared_by_number() {
    assert!(version("48.0.10") > version("48.0.9"));
    assert!(version("49.0.0") > version("48.0.9"));
}
