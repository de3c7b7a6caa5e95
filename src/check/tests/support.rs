//! Policies from texts and from the project's folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::plugin::{Described, DescribedCheck, Kind, Refused};
use crate::check::program::{NodeId, Op, Program};
use crate::check::{Checked, Loader, PolicyInput, check};

/// The project's folder: the manifest's, or the one that `CHANGEGATE_ROOT` names where these files are built from elsewhere.
pub(super) fn root() -> PathBuf {
    PathBuf::from(option_env!("CHANGEGATE_ROOT").unwrap_or(env!("CARGO_MANIFEST_DIR")))
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

/// Packs from the folder `policies`; no files.
pub(super) struct Packs;

impl Loader for Packs {
    fn file(&mut self, _from: &str, path: &str) -> Result<(String, Arc<str>), String> {
        Err(format!("no file {path}"))
    }

    /// The calendars of the messages' snapshots, and of the example.
    fn calendar(&mut self, _from: &str, path: &str) -> Result<(String, Arc<str>), String> {
        let text = ["tests/ui", "examples/acme/policy"]
            .iter()
            .find_map(|folder| std::fs::read_to_string(root().join(folder).join(path)).ok());
        text.map(|text| (path.to_owned(), Arc::from(text))).ok_or_else(|| format!("there is no file {path}"))
    }

    fn plugin(&mut self, _from: &str, path: &str, digest: Option<&str>) -> Result<Arc<Described>, Refused> {
        // The example names modules that are there.
        match path.strip_prefix("../../../") {
            Some(real) => {
                let bytes = std::fs::read(root().join(real)).map_err(|error| Refused::Unusable(error.to_string()))?;
                let host = crate::plugin::Host::new(crate::plugin::HostOptions::default()).unwrap();
                let found = host.load(&bytes).map_err(|error| Refused::Unusable(error.to_string()))?;
                assert_eq!(digest, Some(found.digest()));
                Ok(Arc::clone(found.described()))
            }
            None => module(path, digest),
        }
    }

    fn pack(&mut self, name: &str) -> Result<Vec<(String, Arc<str>)>, Vec<String>> {
        // A pack that decides nothing; none that ships is like that.
        if name == "acme/lists" {
            return Ok(files(&root().join("tests/ui/packs").join(name)));
        }
        let folder = root().join("policies").join(name);
        if folder.is_dir() {
            Ok(files(&folder))
        } else {
            Err(vec!["cisa/bod-26-04".to_owned(), "ssvc/cisa-coordinator".to_owned()])
        }
    }
}

pub(super) fn files(folder: &Path) -> Vec<(String, Arc<str>)> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "gate"))
        .collect();
    all.sort();
    all.into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.file_name().unwrap().to_string_lossy().into_owned(), Arc::from(text))
        })
        .collect()
}

pub(super) fn check_folder(folder: &str) -> Checked {
    check(PolicyInput { files: files(&root().join(folder)) }, &mut Packs)
}

pub(super) fn check_text(text: &str) -> Checked {
    let checked = check(PolicyInput { files: vec![("test.gate".to_owned(), Arc::from(text))] }, &mut Packs);
    // What could not be lowered has been reported, so that no program has it.
    let failed = checked.program.iter().flat_map(|program| &program.nodes).any(|node| node.op == Op::Error);
    assert!(!failed, "an error was not reported: {text}");
    checked
}

/// Code, underlined text and message of each diagnostic, one a line.
pub(super) fn listing(checked: &Checked) -> String {
    let mut out = String::new();
    for d in &checked.diagnostics {
        let at = checked.sources.line_column(d.span);
        out.push_str(&format!(
            "{} {:?} {}:{}:{} `{}`: {}{}{}\n",
            d.code,
            d.severity,
            checked.sources.name(d.span.file),
            at.line,
            at.column,
            checked.sources.text(d.span),
            d.message,
            if d.label.is_empty() { String::new() } else { format!(" [{}]", d.label) },
            d.help.as_ref().map(|h| format!(" ({h})")).unwrap_or_default()
        ));
    }
    out
}

/// The program of a policy that checks.
pub(super) fn program(text: &str) -> Program {
    let checked = check_text(text);
    let shown = listing(&checked);
    checked.program.unwrap_or_else(|| panic!("{shown}"))
}

/// What a node of it computes.
pub(super) fn op(program: &Program, id: NodeId) -> &Op {
    &program.nodes[id.0 as usize].op
}
