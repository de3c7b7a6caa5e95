//! Plugins: who is asked what, and what becomes of an answer that there is not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use crate::check::plugin::{Asked, Checks, Described, DescribedCheck, Kind, Outcome, Refused, Value};
use crate::check::{Loader, NoLoader};
use crate::time::parse_instant;
use crate::{DecideOptions, Facts, Policy, decide};

const DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000001";

const PLUGIN: &str = "plugin licence {
      module \"licence.wasm\"
      digest \"sha256:0000000000000000000000000000000000000000000000000000000000000001\"
      check allowed(asset.tags, change.start) -> bool
      check seats(asset.id) -> int 0..10
      check named(list_of_software) -> string
      check lacking(asset.tags) -> set<string>
      check ports(asset.tags) -> set<int 1..100>
      check shares(asset.tags) -> set<percent>
      check about(asset) -> string
    }
    let list_of_software = asset.software
    ";

/// A module that is not there: what it says of itself.
struct Module;

impl Loader for Module {
    fn file(&mut self, from: &str, path: &str) -> Result<(String, Arc<str>), String> {
        NoLoader.file(from, path)
    }

    fn pack(&mut self, name: &str) -> Result<Vec<(String, Arc<str>)>, Vec<String>> {
        NoLoader.pack(name)
    }

    fn plugin(&mut self, _from: &str, _path: &str, _digest: Option<&str>) -> Result<Arc<Described>, Refused> {
        let texts = [
            "about({ id: string, tags: set<string>, software: list<{ name: string, eol: date or none }> }) -> string",
            "allowed(set<string>, time) -> bool",
            "lacking(set<string>) -> set<string>",
            "named(list<{ name: string, eol: date or none }>) -> string",
            "ports(set<string>) -> set<int>",
            "seats(string) -> int",
            "shares(set<string>) -> set<percent>",
        ];
        let check = |text: &&str| DescribedCheck {
            signature: Kind::parse_signature(text).unwrap(),
            exported: (*text).to_owned(),
        };
        Ok(Arc::new(Described {
            name: "licence".to_owned(),
            version: "1.0.0".to_owned(),
            digest: DIGEST.to_owned(),
            checks: texts.iter().map(check).collect(),
        }))
    }
}

/// Answers without a module, and counts what it was asked.
#[derive(Debug, Default)]
struct Stub {
    asked: Mutex<BTreeMap<String, u32>>,
}

impl Checks for Stub {
    fn ask(&self, asked: Asked, inputs: &[Value]) -> Outcome {
        *self.asked.lock().unwrap().entry(format!("{} {inputs:?}", asked.check)).or_default() += 1;
        match (asked.check, inputs) {
            (0, [Value::List(tags), Value::Time(_)]) => {
                let has = |text: &str| tags.contains(&Value::Text(text.into()));
                if has("trap") {
                    Outcome::Failed("trapped".into())
                } else {
                    Outcome::Answer(Value::Bool(!has("kiosk")))
                }
            }
            (1, [Value::Text(id)]) => Outcome::Answer(Value::Int(i64::try_from(id.len()).unwrap())),
            (3..=5, [Value::List(tags)]) if tags.contains(&Value::Text("trap".into())) => {
                Outcome::Failed("trapped".into())
            }
            // What everything must have and this has not.
            (3, [Value::List(tags)]) => {
                let all = ["agent", "backup"].map(|text| Value::Text(text.into()));
                Outcome::Answer(Value::List(all.into_iter().filter(|tag| !tags.contains(tag)).collect()))
            }
            (4, [Value::List(tags)]) => {
                Outcome::Answer(Value::List((0..tags.len()).map(|n| Value::Int(n as i64 * 60 + 1)).collect()))
            }
            (5, [Value::List(tags)]) => Outcome::Answer(Value::List(
                (0..tags.len()).map(|n| Value::Decimal(n as i128 * 12_500_000_000)).collect(),
            )),
            (6, [Value::Record(fields)]) => Outcome::Answer(Value::Text(format!("{fields:?}").into())),
            (2, [Value::List(items)]) => Outcome::Answer(Value::Text(format!("{items:?}").into())),
            _ => panic!("{inputs:?}"),
        }
    }
}

struct Asking {
    policy: Policy,
    stub: Arc<Stub>,
}

impl Asking {
    fn new(rules: &str) -> Self {
        let text = format!("policy p {{ timezone \"UTC\" }}\n{PLUGIN}{rules}");
        let (policy, found, _) = Policy::load(vec![("p.gate".into(), text.into())], &mut Module);
        let stub = Arc::new(Stub::default());
        let policy = policy.unwrap_or_else(|| panic!("{found:#?}")).answered_by(Arc::clone(&stub) as Arc<dyn Checks>);
        Self { policy, stub }
    }

    fn facts(&self, assets: &[Json]) -> Facts {
        let mut builder = self.policy.facts_builder(parse_instant("2026-11-20T12:00:00Z").unwrap(), None);
        builder.add_inventory("i.json", Json::from(assets.to_vec()).to_string().as_bytes());
        let ids: Vec<&Json> = assets.iter().map(|asset| &asset["id"]).collect();
        let change = json!({"id": "C", "fixes": [], "assets": ids, "start": "2026-11-21T10:00:00Z", "end": "2026-11-21T11:00:00Z"});
        builder.add_changes("c.json", change.to_string().as_bytes());
        builder.finish().0
    }

    fn decisions(&self, assets: &[Json], batch: usize) -> String {
        let facts = self.facts(assets);
        let options = DecideOptions { batch_size: Some(batch), ..DecideOptions::default() };
        let outcome = decide(&self.policy, &facts, parse_instant("2026-11-20T12:00:00Z").unwrap(), &options);
        assert_eq!(outcome.summaries[0].record.plugins, [DIGEST]);
        serde_json::to_string(&outcome.decisions).unwrap()
    }

    /// The reasons of each asset, and what they lack.
    fn reasons(&self, assets: &[Json]) -> Vec<String> {
        let all: Json = serde_json::from_str(&self.decisions(assets, 4096)).unwrap();
        let say = |reason: &Json| {
            let lacks: Vec<String> = reason["unknown"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| format!("{} ({})", one["fact"].as_str().unwrap(), one["cause"].as_str().unwrap()))
                .collect();
            format!("{} {}", reason["rule"].as_str().unwrap(), lacks.join(", ")).trim().to_owned()
        };
        let of =
            |decision: &Json| decision["reasons"].as_array().unwrap().iter().map(say).collect::<Vec<_>>().join("; ");
        all.as_array().unwrap().iter().map(of).collect()
    }

    fn asked(&self) -> BTreeMap<String, u32> {
        self.stub.asked.lock().unwrap().clone()
    }
}

const LICENSED: &str = "rule licensed { when asset.tier <= 2  require licence.allowed(asset.tags, change.start) }";

fn asset(id: &str, tier: u32, tags: &[&str]) -> Json {
    json!({"id": id, "tier": tier, "tags": tags})
}

#[test]
fn only_rows_that_hang_on_it_are_asked_and_each_distinct_input_once() {
    let asking = Asking::new(LICENSED);
    let assets = [
        asset("a", 1, &["x", "y"]),
        asset("b", 2, &["y", "x", "x"]),
        asset("c", 1, &["kiosk"]),
        asset("d", 3, &["never", "asked"]),
    ];
    assert_eq!(asking.reasons(&assets), ["", "", "licensed", ""]);
    let asked = asking.asked();
    assert_eq!(asked.len(), 2, "{asked:#?}");
    assert!(asked.values().all(|count| *count == 1), "{asked:#?}");
}

#[test]
fn what_is_not_known_is_not_asked() {
    let asking = Asking::new(LICENSED);
    let no_tags = json!({"id": "a", "tier": 1});
    let cut = json!({"id": "b", "tier": 1, "tags": ["x", 7]});
    let perhaps = json!({"id": "c", "tags": ["x"]});
    assert_eq!(
        asking.reasons(&[no_tags, cut, perhaps]),
        ["licensed asset.tags (missing)", "licensed asset.tags (malformed)", ""]
    );
    assert_eq!(asking.asked().len(), 1, "where it is not known whether the rule applies, the answer counts");
}

#[test]
fn an_answer_that_there_is_not_is_unknown_and_says_how_to_ask_again() {
    let asking = Asking::new(LICENSED);
    assert_eq!(
        asking.reasons(&[asset("a", 1, &["trap", "it's"])]),
        [
            "licensed licence.allowed([\"it's\",\"trap\"], \"2026-11-21T10:00:00Z\"): trapped; ask again: changegate plugin run \
          licence.wasm allowed '[\"it'\\''s\",\"trap\"]' '\"2026-11-21T10:00:00Z\"' (plugin)"
        ]
    );
    let tags: Vec<String> = (0..100).map(|n| format!("tag-{n:03}")).collect();
    let mut tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    tags.push("trap");
    let long = asking.reasons(&[asset("a", 1, &tags)]);
    assert!(long[0].contains("…): trapped (plugin)") && long[0].len() < 400, "{long:?}");
}

#[test]
fn values_texts_and_lists_of_records_are_answered() {
    let asking = Asking::new(
        "rule few { forbid licence.seats(asset.id) > 3 }
        rule soft { forbid licence.named(asset.software) == \"[]\" }",
    );
    let with = |id: &str, software: Json| json!({"id": id, "software": software});
    assert_eq!(
        asking.reasons(&[
            with("abc", json!([])),
            with("abcd", json!([{"name": "x", "eol": "none"}])),
            with("0123456789ab", json!([{"name": "x"}])),
        ]),
        [
            "few licence.seats(\"0123456789ab\"): answered nothing that can be used; ask again: changegate plugin run \
             licence.wasm seats '\"0123456789ab\"' (plugin); soft asset.software[x].eol (missing)",
            "soft",
            "few",
        ]
    );
    let asked = asking.asked();
    assert!(asked.contains_key("2 [List([Record([Text(\"x\"), None])])]"), "{asked:#?}");
}

#[test]
fn the_size_of_batches_leaves_no_trace() {
    let rules = "rule licensed { when asset.tier <= 2 or licence.seats(asset.id) == 2  require licence.allowed(asset.tags, change.start) }
        triage patching { levels act > track  act when licence.allowed(asset.tags, finding.detected)  track otherwise }
        categorise each asset kind { odd when not licence.allowed(asset.tags, change.start)  normal otherwise }";
    let rules = rules.replace("triage patching { levels act > track  act when licence.allowed(asset.tags, finding.detected)  track otherwise }", "");
    let assets: Vec<Json> = (0..200_u32)
        .map(|n| match n % 5 {
            0 => json!({"id": format!("a{n}"), "tier": n % 4 + 1}),
            1 => asset(&format!("a{n}"), n % 4 + 1, &["trap"]),
            2 => asset(&format!("a{n}"), n % 4 + 1, &["kiosk", "x"]),
            _ => asset(&format!("a{n}"), n % 4 + 1, &[&format!("t{}", n % 7)]),
        })
        .collect();
    let asking = Asking::new(&rules);
    let one = asking.decisions(&assets, 1);
    for batch in [3, 64, 4096] {
        assert_eq!(one, asking.decisions(&assets, batch), "{batch}");
    }
}

#[test]
fn a_set_that_a_check_answers_is_a_set_like_any_other() {
    let assets = [
        asset("a", 1, &["agent", "backup"]),
        asset("b", 1, &["agent"]),
        asset("c", 1, &["x"]),
        asset("d", 1, &["trap"]),
        json!({"id": "e", "tier": 1}),
        asset("f", 1, &[]),
    ];
    let trapped = "licence.lacking([\"trap\"]): trapped; ask again: changegate plugin run licence.wasm lacking '[\"trap\"]' (plugin)";
    let missing = "asset.tags (missing)";
    for (rule, expected) in [
        ("require not (\"backup\" in licence.lacking(asset.tags))", ["", "r", "r", trapped, missing, "r"]),
        ("forbid any t in licence.lacking(asset.tags) where t like \"b*\"", ["", "r", "r", trapped, missing, "r"]),
        (
            "require every t in licence.lacking(asset.tags) satisfies t == \"backup\"",
            ["", "", "r", trapped, missing, "r"],
        ),
        ("require count(t in licence.lacking(asset.tags)) <= 1", ["", "", "r", trapped, missing, "r"]),
        // By a name of its own, and as the input of another check.
        ("forbid \"backup\" in gaps", ["", "r", "r", trapped, missing, "r"]),
        ("forbid licence.allowed(gaps, change.start)", ["r", "r", "r", trapped, missing, "r"]),
    ] {
        let asking = Asking::new(&format!("let gaps = licence.lacking(asset.tags)\nrule r {{ {rule} }}"));
        let expected = expected.map(|lacks| match lacks {
            "" | "r" => lacks.to_owned(),
            lacks => format!("r {lacks}"),
        });
        assert_eq!(asking.reasons(&assets), expected, "{rule}");
        assert_eq!(asking.decisions(&assets, 1), asking.decisions(&assets, 4096), "{rule}");
    }
}

#[test]
fn elements_of_an_answered_set_are_of_its_type() {
    let assets =
        [asset("a", 1, &[]), asset("b", 1, &["x"]), asset("c", 1, &["x", "y"]), asset("d", 1, &["x", "y", "z"])];
    let asking = Asking::new("rule r { require max(p for p in licence.shares(asset.tags), empty: 0%) < 20% }");
    assert_eq!(asking.reasons(&assets), ["", "", "", "r"]);
    let asking = Asking::new("rule r { forbid 25% in licence.shares(asset.tags) }");
    assert_eq!(asking.reasons(&assets), ["", "", "", "r"]);
    // 121 is outside of what was declared, so all of the answer is none.
    let asking = Asking::new("rule r { forbid any p in licence.ports(asset.tags) where p > 60 }");
    let lacks = "r licence.ports([\"x\",\"y\",\"z\"]): answered nothing that can be used; ask again: changegate plugin run licence.wasm ports '[\"x\",\"y\",\"z\"]' (plugin)";
    assert_eq!(asking.reasons(&assets), ["", "", "r", lacks]);
}

#[test]
fn an_answered_set_is_no_value_and_its_type_is_simple() {
    for (rest, wrong) in [
        ("rule r { require licence.lacking(asset.tags) }", "is no condition"),
        ("rule r { forbid licence.lacking(asset.tags) == asset.tags }", "lists are not compared as a whole"),
        (
            "plugin b { module \"b.wasm\" check go(asset.id) -> set<set<string>> }",
            "a check answers a single value or a set of them",
        ),
        (
            "plugin b { module \"b.wasm\" check go(asset.id) -> set<date or none> }",
            "a check answers a single value or a set of them",
        ),
        ("plugin b { module \"b.wasm\" check go(asset.id) -> set<cvss> }", "no check answers a cvss"),
    ] {
        let text = format!("policy p {{ timezone \"UTC\" }}\n{PLUGIN}{rest}");
        let (_, found, _) = Policy::load(vec![("p.gate".into(), text.into())], &mut Module);
        assert!(found.iter().any(|one| one.message.contains(wrong)), "{rest}: {found:#?}");
    }
}

#[test]
fn sets_and_lists_within_records_are_handed_over() {
    let asking = Asking::new("rule r { forbid licence.about(asset) == \"\" }");
    let assets = [
        json!({"id": "a", "tags": ["y", "x", "y"], "software": [{"name": "n", "eol": "none"}, {"name": "m", "eol": "2027-01-01"}]}),
        json!({"id": "b", "tags": [], "software": []}),
        json!({"id": "c", "software": []}),
        json!({"id": "d", "tags": []}),
        json!({"id": "e", "tags": [], "software": [{"name": "n"}]}),
    ];
    let expected =
        ["", "", "r asset.tags (missing)", "r asset.software (missing)", "r asset.software[n].eol (missing)"];
    assert_eq!(asking.reasons(&assets), expected);
    assert_eq!(asking.decisions(&assets, 1), asking.decisions(&assets, 4096));
    let asked: Vec<String> = asking.asked().into_keys().collect();
    let expected = [
        "6 [Record([Text(\"a\"), List([Text(\"x\"), Text(\"y\")]), List([Record([Text(\"m\"), Date(20819)]), Record([Text(\"n\"), None])])])]",
        "6 [Record([Text(\"b\"), List([]), List([])])]",
    ];
    assert_eq!(asked, expected);
}
