//! What is missing: a statement that perhaps restricts says what it is that nobody knows, and says it of no fact that is known.

use serde_json::Value;

use crate::case::Case;
use crate::engine::Answer;
use crate::oracle::World;
use crate::oracle::decide::Row;
use crate::oracle::facts::{self, Rec};
use crate::vocab::{self, Ent, Ty};

/// What a decision names as missing though it is there, or does not name.
pub fn lacks(case: &Case, answer: &Answer, oracle: &[Row]) -> Option<String> {
    let world = World::new(case, None);
    let decisions = answer.printed["decisions"].as_array()?;
    decisions.iter().zip(oracle).find_map(|(decision, row)| {
        let reasons = decision["reasons"].as_array()?;
        // A change that ends before it starts is at no time that anybody knows, though both are there: that is a warning.
        let end = |changes: &[Value]| {
            changes.iter().find(|change| change["id"] == *row.change).map(|change| change["end"].clone())
        };
        let is_backward = end(&case.facts.changes) != end(&world.changes);
        reasons
            .iter()
            .find_map(|reason| {
                let asks = || asks_for_votes(case, reason["rule"].as_str().unwrap_or_default());
                let is_told = || is_backward || tells_of_votes(decision) && asks();
                of_reason(&world, row, reason, &is_told)
            })
            .map(|why| format!("{} {:?}: {why}", row.change, row.asset.as_deref().unwrap_or_default()))
    })
}

/// Whether a decision says of a vote why it does not count, or perhaps does not: who somebody is may be in doubt though it is written there.
fn tells_of_votes(decision: &Value) -> bool {
    let duties = decision["obligations"].as_array().into_iter().flatten();
    duties.flat_map(|duty| duty["not_counted"].as_array()).any(|votes| !votes.is_empty())
}

/// Whether a statement, by itself or by a name that was given to an expression, asks what became of approvals.
fn asks_for_votes(case: &Case, name: &str) -> bool {
    const ASKED: [&str; 3] = ["met(", "cleared(", "approved("];
    let files = crate::print::files(&case.policy, 0);
    let mut statements = files.iter().flat_map(|(_, text)| text.split("\n\n"));
    let is_it = |text: &str| {
        let head = text.lines().next().unwrap_or_default();
        head.starts_with("let ") || head.split_whitespace().nth(1) == Some(name)
    };
    statements.any(|text| is_it(text) && ASKED.iter().any(|word| text.contains(word)))
}

fn of_reason(world: &World<'_>, row: &Row, reason: &Value, is_told: &dyn Fn() -> bool) -> Option<String> {
    let name = reason["rule"].as_str()?;
    let missing: Vec<&str> =
        reason["unknown"].as_array().into_iter().flatten().filter_map(|fact| fact["fact"].as_str()).collect();
    // Of an approval it is more than this that the oracle is certain of.
    let by_itself = ["rule", "obligation", "blackout", "window"].iter().any(|kind| reason["kind"] == **kind);
    // What an earlier run left open may be about a finding, or an asset, that is gone: there is nothing to name.
    let is_left = world.duties.as_ref().is_some_and(|duties| !duties.is_empty());
    // Where it is not known which assets there are, that is said beside it.
    let is_open =
        by_itself && !is_left && row.asset.is_some() && !row.certain.contains(name) && reason["waiver"].is_null();
    if is_open && missing.is_empty() && !is_told() {
        return Some(format!("`{name}` perhaps restricts, and nothing is said to be missing"));
    }
    let is_missing = |fact: &&&str| {
        reason["unknown"].as_array().into_iter().flatten().any(|f| f["fact"] == **fact && f["cause"] == "missing")
    };
    let known = missing.iter().filter(is_missing).find(|fact| is_known(world, row, fact))?;
    Some(format!("`{name}` names `{known}` as missing, and it is there"))
}

/// Whether a fact is one of an asset or of the change, has a value, and is known.
fn is_known(world: &World<'_>, row: &Row, fact: &str) -> bool {
    let by_id = |records: &'_ [Value], id: Option<&str>| records.iter().position(|r| r["id"].as_str() == id);
    let (ent, record, field) = if let Some(field) = fact.strip_prefix("change.") {
        (Ent::Change, by_id(&world.changes, Some(&row.change)).map(|at| &world.changes[at]), field)
    } else if let Some(field) = fact.strip_prefix("asset.") {
        (Ent::Asset, by_id(&world.assets, row.asset.as_deref()).map(|at| &world.assets[at]), field)
    } else if let Some((id, field)) = fact.strip_prefix("assets[").and_then(|rest| rest.split_once("].")) {
        (Ent::Asset, by_id(&world.assets, Some(id)).map(|at| &world.assets[at]), field)
    } else {
        return false;
    };
    let found = vocab::fields(ent).iter().chain(vocab::more(ent)).find(|f| f.name == field);
    let is_scalar = found.is_some_and(|f| !matches!(f.ty, Ty::Cvss | Ty::Set(_) | Ty::List(_)));
    is_scalar && record.is_some_and(|record| facts::scalar(&Rec::Json(record), ent, field, world.now).only().is_some())
}
