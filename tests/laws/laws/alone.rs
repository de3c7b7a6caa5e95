//! One asset after the other: what an engine decides of it alone is what is decided of it among all.

use std::collections::BTreeMap;

use changegate::Policy;

use crate::engine::{self, Input};

/// Each decision on an asset that has one record, byte for byte.
pub fn alone(policy: &Policy, input: &Input) -> Option<String> {
    let alone = match engine::alone(policy, input) {
        Ok(Some(alone)) => alone,
        Ok(None) => return None,
        Err(why) => return Some(format!("one asset alone: {why}")),
    };
    let all = match engine::run(policy, input, None) {
        Ok(outcome) => outcome,
        Err(why) => return Some(why),
    };
    let mut among: BTreeMap<(String, String), String> = BTreeMap::new();
    for decision in &all.decisions {
        let (Some(change), Some(asset)) = (&decision.change, &decision.asset) else { continue };
        let printed = serde_json::to_string(decision).expect("a decision is printed");
        among.insert((change.clone(), asset.to_string()), printed);
    }
    for (asset, decisions) in alone {
        let own: Vec<&String> = among.iter().filter(|((_, of), _)| *of == asset).map(|(_, printed)| printed).collect();
        if own.iter().copied().ne(&decisions) {
            return Some(format!("{asset} alone: {decisions:?}\namong all: {own:?}"));
        }
    }
    None
}
