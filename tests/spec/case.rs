//! One section: its blocks in order, with the policy and the facts that they have built up.

use std::collections::BTreeMap;
use std::fmt;

use crate::Rigour;
use crate::console;
use crate::expect::{self, Expectations};
use crate::markdown::{Block, Section, root};
use crate::program::{self, Folder, Found};

/// A block that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Failure {
    /// The file and line.
    pub(crate) place: String,
    /// The heading.
    pub(crate) heading: String,
    /// What is wrong.
    pub(crate) what: String,
    /// A `console` block's text as it should be, where the call asks to write it.
    pub(crate) blessed: Option<(std::path::PathBuf, usize, String)>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ({})", self.place, self.heading)?;
        self.what.lines().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

/// The `now` of examples that name none.
pub(crate) const NOW: &str = "2026-11-20T15:00:00Z";

/// The inputs beside the inventory and the changes: the word behind `json`, `ndjson` or `csv`, and the key in the project's file.
const OTHERS: [&str; 6] = ["people", "services", "incidents", "waivers", "samples", "obligations"];

/// What a section has built up so far.
pub(crate) struct Case {
    pub(crate) folder: Folder,
    /// The policy's files.
    pub(crate) policy: BTreeMap<String, String>,
    /// The place of the policy's first block.
    policy_place: String,
    /// What the policy was asserted to have.
    diagnostics: Vec<(String, String, String)>,
    /// Whether anything was asserted of the policy.
    asserted: bool,
    /// Names of inventory and change files, if there are any.
    pub(crate) inventory: Option<String>,
    pub(crate) change: Option<String>,
    /// The other inputs, by their key in the project's file: `people`, `services`, `incidents`, `waivers`, `samples`, `obligations`.
    others: BTreeMap<&'static str, String>,
    pub(crate) now: String,
    heading: String,
    failures: Vec<Failure>,
    rigour: Rigour,
}

/// Runs a section; returns what does not hold.
pub(crate) fn run(section: &Section, rigour: Rigour) -> Vec<Failure> {
    let mut case = Case {
        folder: Folder::new(),
        policy: BTreeMap::new(),
        policy_place: String::new(),
        diagnostics: Vec::new(),
        asserted: false,
        inventory: None,
        change: None,
        others: BTreeMap::new(),
        now: NOW.to_owned(),
        heading: section.heading.clone(),
        failures: Vec::new(),
        rigour,
    };
    for block in &section.blocks {
        case.block(block);
    }
    case.close_policy();
    case.failures
}

impl Case {
    fn fail(&mut self, place: &str, what: impl Into<String>) {
        let (place, heading) = (place.to_owned(), self.heading.clone());
        self.failures.push(Failure { place, heading, what: what.into(), blessed: None });
    }

    fn block(&mut self, block: &Block) {
        match block.kind() {
            "gate" if block.value("error").is_some() || block.value("warning").is_some() => self.wrong(block),
            "gate" => self.gate(block),
            "json" | "ndjson" if block.has("inventory") => {
                let name = format!("inventory.{}", block.kind());
                self.folder.write(&name, &block.text);
                self.inventory = Some(name);
                self.configure();
            }
            "json" if block.has("change") => {
                self.folder.write("change.json", &block.text);
                self.change = Some("change.json".to_owned());
                self.configure();
            }
            "json" | "ndjson" | "csv" if OTHERS.iter().any(|key| block.has(key)) => {
                let Some(key) = OTHERS.into_iter().find(|key| block.has(key)) else { return };
                let name = format!("{key}.{}", block.kind());
                self.folder.write(&name, &block.text);
                self.others.insert(key, name);
                self.configure();
            }
            "expect" => self.expect(block),
            "eval" => {
                self.asserted = true;
                if let Err(what) = expect::eval(self, &block.text) {
                    self.fail(&block.place(), what);
                }
            }
            "triage" => {
                self.asserted = true;
                if let Err(what) = expect::triage(self, &block.text) {
                    self.fail(&block.place(), what);
                }
            }
            "console" => {
                self.asserted = true;
                let elsewhere = self.policy.is_empty() && self.change.is_none();
                let elsewhere = elsewhere || block.text.contains("-C examples/");
                let folder = if elsewhere { root() } else { self.folder.0.clone() };
                if let Err((what, text)) = console::check(block, &folder) {
                    self.fail(&block.place(), what);
                    if let (Some(text), Some(failure)) = (text, self.failures.last_mut()) {
                        failure.blessed = Some((block.file.clone(), block.line, text));
                    }
                }
            }
            _ if block.value("file").is_some() => {
                self.folder.write(block.value("file").unwrap_or_default(), &block.text);
            }
            "" | "text" | "sh" | "toml" | "json" | "ndjson" | "csv" | "rust" | "yaml" | "pest" | "rego" => {}
            other => self.fail(&block.place(), format!("a block of an unknown kind: {other}")),
        }
    }

    /// A policy, or with `more` a further file of the one that is there.
    fn gate(&mut self, block: &Block) {
        if !block.has("more") {
            self.close_policy();
            self.policy.clear();
            self.folder.remove("policy");
            self.policy_place = block.place();
        }
        let name = block.value("file").map_or_else(|| format!("policy{}.gate", self.policy.len()), str::to_owned);
        self.folder.write(&format!("policy/{name}"), &block.text);
        modules(&block.text, &self.folder.0.join("policy"));
        self.policy.insert(name, block.text.clone());
        self.configure();
    }

    /// The project's file, so that commands need no flags.
    fn configure(&self) {
        let mut text = String::new();
        let keys = [
            ("policy", Some("policy".to_owned()).filter(|_| !self.policy.is_empty())),
            ("inventory", self.inventory.clone()),
            ("changes", self.change.clone()),
        ];
        for (key, value) in keys {
            if let Some(value) = value {
                text.push_str(&format!("{key} = \"{value}\"\n"));
            }
        }
        for (key, value) in &self.others {
            text.push_str(&format!("{key} = \"{value}\"\n"));
        }
        self.folder.write("changegate.toml", &text);
    }

    /// A policy of its own that has this diagnostic among others.
    fn wrong(&mut self, block: &Block) {
        let folder = Folder::new();
        folder.write("policy.gate", &block.text);
        modules(&block.text, &folder.0);
        let files = BTreeMap::from([("policy.gate".to_owned(), block.text.clone())]);
        let found = program::lint(&folder.0, "policy.gate", &files);
        for severity in ["error", "warning"] {
            let Some(code) = block.value(severity) else { continue };
            if !found.iter().any(|one| one.severity == severity && one.code == code) {
                self.fail(&block.place(), format!("expected {severity} {code}, found:\n{}", listed(&found)));
            }
        }
    }

    fn expect(&mut self, block: &Block) {
        self.asserted = true;
        let expectations = match Expectations::parse(&block.text) {
            Ok(expectations) => expectations,
            Err(what) => return self.fail(&block.place(), what),
        };
        if let Some(now) = &expectations.now {
            self.now.clone_from(now);
        }
        self.diagnostics.extend(expectations.diagnostics.iter().cloned());
        if let Err(what) = expectations.check(self) {
            self.fail(&block.place(), what);
        }
    }

    /// The policy is done with: its diagnostics are those that were expected, and its own tests pass.
    fn close_policy(&mut self) {
        if self.policy.is_empty() {
            return;
        }
        let found = program::lint(&self.folder.0, "policy", &self.policy);
        let mut wanted = std::mem::take(&mut self.diagnostics);
        let mut surprising: Vec<Found> = Vec::new();
        for one in found {
            let same = |(severity, code, text): &(String, String, String)| {
                *severity == one.severity && *code == one.code && (text.is_empty() || *text == one.text)
            };
            match wanted.iter().position(same) {
                Some(at) => {
                    wanted.remove(at);
                }
                None => surprising.push(one),
            }
        }
        if self.rigour == Rigour::Docs {
            surprising.retain(|one| one.severity == "error");
        }
        let place = self.policy_place.clone();
        let is_wrong = surprising.iter().any(|one| one.severity == "error");
        if !surprising.is_empty() {
            self.fail(&place, format!("not expected:\n{}", listed(&surprising)));
        }
        for (severity, code, text) in wanted {
            self.fail(&place, format!("expected and not found: {severity} {code} at `{text}`"));
        }
        let tests = self.policy.values().any(|text| text.lines().any(|line| line.starts_with("test ")));
        if tests && !is_wrong && !self.asserted_failing() {
            let run = program::changegate(&self.folder.0, &["test", "--policy", "policy", "--color", "never"]);
            if run.status != 0 {
                self.fail(&place, format!("the policy's tests fail:\n{}{}", run.stdout, run.stderr));
            }
        }
        if self.rigour == Rigour::Spec && !tests && !self.asserted {
            self.fail(&place, "nothing is asserted of this policy");
        }
        self.asserted = false;
    }

    /// A test that fails on purpose says so in its name.
    fn asserted_failing(&self) -> bool {
        self.asserted && self.policy.values().any(|text| text.contains("test fails_"))
    }
}

fn listed(found: &[Found]) -> String {
    if found.is_empty() {
        return "nothing".to_owned();
    }
    let line =
        |one: &Found| format!("{} {} at `{}` ({}): {}", one.severity, one.code, one.text, one.place, one.message);
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The modules that ship with the project stand beside a policy that names them.
fn modules(policy: &str, folder: &std::path::Path) {
    for module in ["licence.wasm", "capacity.wasm", "naming.wasm", "compatibility.wasm"] {
        if policy.contains(&format!("\"{module}\"")) {
            std::fs::copy(root().join("wasm-plugins").join(module), folder.join(module)).unwrap();
        }
    }
}
