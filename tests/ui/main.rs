//! Every message about a policy as its author sees it: one file for each case, `CG0103-what.gate`, and its snapshot beside it.
//!
//! A case with imports is a folder. `CHANGEGATE_BLESS=1 cargo test --test ui` writes the snapshots anew; read what changed as prose.
//! A case that is too large to keep is a recipe, `CG0002-what.repeat`: lines of a count and a text in quotes. The pages of `docs/errors` are run here too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests"
)]

#[path = "../spec/markdown.rs"]
#[allow(dead_code, reason = "shared with the spec target")]
mod markdown;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use changegate::Policy;
use changegate::check::Loader;
use changegate::check::plugin::{Described, DescribedCheck, Kind, Refused};
use changegate::report::{Format, Look, Paint, diagnostics};
use changegate::syntax::diagnostic::{Diagnostic, Severity};
use changegate::syntax::source::Sources;
use changegate::time::Zone;
use markdown::{diff, files, root, sections, shown};

fn folder() -> PathBuf {
    root().join("tests/ui")
}

/// The cases, sorted: files, and folders with a `policy.gate` and what it imports.
fn cases() -> Vec<PathBuf> {
    let is_case = |path: &PathBuf| {
        name(path).starts_with("CG")
            && (path.is_dir() || path.extension().is_some_and(|kind| kind == "gate" || kind == "repeat"))
    };
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(is_case).collect();
    cases.sort();
    cases
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// `CG0103`, by which a case's name begins.
fn code(path: &Path) -> String {
    name(path).chars().take(6).collect()
}

/// The policy that a case stands for.
fn text(case: &Path) -> String {
    let text = fs::read_to_string(case).unwrap();
    if case.extension().is_none_or(|kind| kind != "repeat") {
        return text;
    }
    let part = |line: &str| {
        let (count, quoted) = line.split_once(' ').unwrap();
        let part: String = serde_json::from_str(quoted).unwrap();
        part.repeat(count.parse().unwrap())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(part).collect()
}

/// What a case imports: files beside it, packs below its `packs` or the ones that ship.
struct Beside(PathBuf);

impl Loader for Beside {
    fn file(&mut self, _from: &str, path: &str) -> Result<(String, Arc<str>), String> {
        let name = path.trim_start_matches("./");
        match fs::read_to_string(self.0.join(name)) {
            Ok(text) => Ok((name.to_owned(), Arc::from(text))),
            Err(_) => Err(format!("cannot read `{path}`: there is no such file")),
        }
    }

    fn calendar(&mut self, from: &str, path: &str) -> Result<(String, Arc<str>), String> {
        self.file(from, path)
    }

    fn plugin(&mut self, _from: &str, path: &str, digest: Option<&str>) -> Result<Arc<Described>, Refused> {
        module(path, digest)
    }

    fn pack(&mut self, name: &str) -> Result<Vec<(String, Arc<str>)>, Vec<String>> {
        for folder in [self.0.join("packs").join(name), root().join("policies").join(name)] {
            let file = folder.join(format!("{}.gate", name.rsplit('/').next().unwrap()));
            if let Ok(text) = fs::read_to_string(&file) {
                return Ok(vec![(format!("{name}/{}", file.file_name().unwrap().to_string_lossy()), Arc::from(text))]);
            }
        }
        Err(vec!["cisa/bod-26-04".to_owned(), "ssvc/cisa-coordinator".to_owned()])
    }
}

/// A module that is not there: what it says of itself, pinned as the cases have it.
fn module(path: &str, digest: Option<&str>) -> Result<Arc<Described>, Refused> {
    let own = format!("sha256:{}", "9b".repeat(32));
    let checks = [
        ("allowed(set<string>, time) -> bool", "func(tags: list<string>, start: instant) -> bool"),
        (
            "rated(list<{ serial: string }>) -> low | high",
            "func(parts: list<record { serial: string }>) -> enum { low, high }",
        ),
        ("seats(string) -> int", "func(asset: string) -> s64"),
    ];
    let check = |(text, exported): (&str, &str)| DescribedCheck {
        signature: Kind::parse_signature(text).unwrap(),
        exported: exported.to_owned(),
    };
    match digest {
        _ if path != "wasm-plugins/licence.wasm" => Err(Refused::Unusable("there is no such file".to_owned())),
        None => Err(Refused::Unpinned(own)),
        Some(digest) if digest != own => Err(Refused::OtherDigest(own)),
        Some(_) => Ok(Arc::new(Described {
            name: "licence".to_owned(),
            version: "1.2.0".to_owned(),
            digest: own,
            checks: checks.into_iter().map(check).collect(),
        })),
    }
}

/// What is wrong with a policy of one file.
fn load(name: &str, text: &str, folder: PathBuf) -> (Vec<Diagnostic>, Sources) {
    let files = vec![(name.to_owned(), Arc::from(text))];
    let (policy, found, sources) = Policy::load(files, &mut Beside(folder));
    assert_eq!(policy.is_none(), found.iter().any(|one| one.severity == Severity::Error), "{name}");
    (found, sources)
}

/// The messages at a width of 100, with lines cut that are long because the case is.
fn messages(case: &Path) -> String {
    let (name, text, folder) = if case.is_dir() {
        ("policy.gate".to_owned(), fs::read_to_string(case.join("policy.gate")).unwrap(), case.to_owned())
    } else {
        (name(&case.with_extension("gate")), text(case), folder())
    };
    let (found, sources) = load(&name, &text, folder);
    let look = Look { paint: Paint(false), width: 100, zone: Zone::utc() };
    let mut out = Vec::new();
    diagnostics::write(&mut out, &found, &sources, Format::Human, &look).unwrap();
    let cut = |line: &str| {
        let line = line.trim_end();
        if line.chars().count() > 400 { line.chars().take(400).chain("…".chars()).collect() } else { line.to_owned() }
    };
    String::from_utf8(out).unwrap().lines().map(cut).collect::<Vec<String>>().join("\n") + "\n"
}

#[test]
fn messages_are_as_they_were_read() {
    let blessing = std::env::var_os("CHANGEGATE_BLESS").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for case in cases() {
        let snapshot = case.with_extension("stderr");
        let found = messages(&case);
        let expected = fs::read_to_string(&snapshot).unwrap_or_default();
        if found == expected {
            continue;
        }
        if blessing {
            fs::write(&snapshot, &found).unwrap();
            println!("written: {}", shown(&snapshot));
        } else {
            let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
            wrong.push(format!("{}\n{}", shown(&case), diff(&lines(&expected), &lines(&found))));
        }
    }
    wrong.extend(strays());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Snapshots without a case, and cases that do not give their code.
fn strays() -> Vec<String> {
    let (cases, mut wrong) = (cases(), Vec::new());
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let snapshot = path.extension().is_some_and(|kind| kind == "stderr");
        if snapshot && !cases.iter().any(|case| case.with_extension("stderr") == path) {
            wrong.push(format!("{} has no case", shown(&path)));
        }
    }
    for case in cases {
        let snapshot = fs::read_to_string(case.with_extension("stderr")).unwrap_or_default();
        if !snapshot.lines().any(|line| line == code(&case)) {
            wrong.push(format!("{} does not give its code", shown(&case)));
        }
    }
    wrong
}

/// The numbers in `pub const NAME: Code = Code(12);` and their names.
fn declared() -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for file in ["src/syntax/codes.rs", "src/check/codes.rs"] {
        for line in fs::read_to_string(root().join(file)).unwrap().lines() {
            let Some((name, number)) =
                line.strip_prefix("pub const ").and_then(|rest| rest.split_once(": Code = Code("))
            else {
                continue;
            };
            let number: u16 = number.trim_end_matches(");").parse().unwrap();
            codes.insert(format!("CG{number:04}"), name.to_owned());
        }
    }
    codes
}

#[test]
fn every_code_has_a_snapshot_and_a_page() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases() {
        *counts.entry(code(&case)).or_default() += 1;
    }
    let declared = declared();
    let pages: Vec<String> = files(&root().join("docs/errors")).iter().map(|path| code(path)).collect();
    let mut wrong = Vec::new();
    println!("{:<8}{:>10}  what", "code", "snapshots");
    for (code, name) in &declared {
        let count = counts.get(code).copied().unwrap_or_default();
        println!("{code:<8}{count:>10}  {}", name.to_lowercase().replace('_', " "));
        if count == 0 {
            wrong.push(format!("{code} has no snapshot"));
        }
        if !pages.contains(code) {
            wrong.push(format!("{code} has no page"));
        }
    }
    println!("{} codes, {} snapshots", declared.len(), counts.values().sum::<usize>());
    wrong.extend(counts.keys().filter(|code| !declared.contains_key(*code)).map(|code| format!("{code} is no code")));
    wrong.extend(
        pages
            .iter()
            .filter(|code| !declared.contains_key(*code))
            .map(|code| format!("{code} has a page and is no code")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pages_examples_do_what_they_say() {
    let mut wrong = Vec::new();
    for path in files(&root().join("docs/errors")) {
        let (mut failing, mut repaired) = (0, 0);
        for block in sections(&path).into_iter().flat_map(|section| section.blocks) {
            if block.kind() != "gate" {
                continue;
            }
            let (found, _) = load("policy.gate", &block.text, folder());
            let told: Vec<String> = found.iter().map(|one| format!("{} {}", one.code, one.message)).collect();
            match block.value("error").or(block.value("warning")) {
                Some(wanted) => {
                    failing += 1;
                    if wanted != code(&path) || !found.iter().any(|one| one.code.to_string() == wanted) {
                        wrong.push(format!("{}: expected {wanted}, found {told:#?}", block.place()));
                    }
                }
                None => {
                    repaired += 1;
                    if found.iter().any(|one| one.severity == Severity::Error || one.code.to_string() == code(&path)) {
                        wrong.push(format!("{}: the repaired text has {told:#?}", block.place()));
                    }
                }
            }
        }
        // Too large a text has no place on a page.
        if (failing == 0 || repaired == 0) && !path.ends_with("CG0002.md") {
            wrong.push(format!("{}: {failing} failing and {repaired} repaired examples", shown(&path)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
