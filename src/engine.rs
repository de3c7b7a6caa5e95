//! Deciding one asset after the other, within microseconds each: what does not hang on the asset is worked out before the first.

use std::sync::Arc;

use crate::check::reads::Reads;
use crate::eval::decide::{Options, prepare_with};
use crate::eval::decision::Decision;
use crate::eval::portion::decides_each_alone;
use crate::eval::ready::Ready;
use crate::facts::{Chunk, Piece, Problems};
use crate::policy::Policy;
use crate::read::{Facts, FactsBuilder, Portions, Sum};

/// A policy, and every record but those of assets, ready to decide one asset at a time.
///
/// ```
/// use changegate::{Engine, Policy};
///
/// let text = r#"rule tier_one { forbid asset.tier == 1  because "tier 1 is closed" }"#;
/// let (policy, _, _) = Policy::load(vec![("policy.gate".into(), text.into())], &mut changegate::check::NoLoader);
/// let policy = policy.expect("the policy checks");
/// let now = changegate::time::parse_instant("2026-11-20T15:00:00Z").expect("a time");
/// let mut records = policy.facts_builder(now, None);
/// records.add_changes("change.json", br#"{"id":"CHG1","assets":{"where":"asset.tier <= 2"},"fixes":[]}"#);
///
/// let engine = Engine::new(&policy, records).expect("each asset is decided by itself");
/// let asset = engine.read(br#"{"id":"db-1","tier":1}"#);
/// assert_eq!(asset.problems().error_count, 0);
/// assert_eq!(engine.decide(&asset)[0].verdict.as_str(), "deny");
/// assert!(engine.decide(&engine.read(br#"{"id":"db-2","tier":3}"#)).is_empty());
/// ```
///
/// It may be shared by threads. What it decides of an asset is what [`decide`](crate::decide) decides of it, whatever others the inventory has.
#[derive(Debug)]
pub struct Engine {
    policy: Policy,
    portions: Portions,
    changes: Vec<Ready>,
    file: Arc<str>,
}

/// The record of one asset, read.
#[derive(Clone, Debug)]
pub struct Asset {
    facts: Facts,
    problems: Problems,
}

impl Asset {
    /// What is wrong with the record. Where there are errors there is nothing to decide.
    #[must_use]
    pub const fn problems(&self) -> &Problems {
        &self.problems
    }
}

impl Engine {
    /// Works out what holds whatever the asset. The records are those of changes, people, services and so on; `now` is the builder's.
    ///
    /// # Errors
    /// The records as they were, where one asset cannot be decided by itself: a condition looks at other assets of a change or of the inventory,
    /// blackouts or windows read files that facts name, or assets or what knows more of them have been read already.
    pub fn new(policy: &Policy, records: FactsBuilder) -> Result<Self, Box<FactsBuilder>> {
        if !decides_each_alone(policy.program()) {
            return Err(Box::new(records));
        }
        let (mut portions, _) = records.into_portions(None)?;
        portions.narrow(Reads::of(policy.program()));
        portions.forgo_digests();
        // Texts that are worked out of changes alone are numbered like those of the policy.
        let changes = loop {
            let (facts, now) = (portions.base(), portions.asked().1);
            let common = facts.common(policy.program(), now);
            let env = prepare_with(policy.program(), facts.data(), now, Options::default(), None, common);
            let changes = Ready::all(&env);
            let computed = env.computed();
            if computed.is_empty() {
                break changes;
            }
            drop(env);
            portions.know(&computed);
        };
        Ok(Self { policy: policy.clone(), portions, changes, file: Arc::from("asset") })
    }

    /// Reads the record of an asset: an object of JSON.
    #[must_use]
    pub fn read(&self, json: &[u8]) -> Asset {
        let piece = Piece { bytes: json.trim_ascii(), line: 1 };
        let portion = self.portions.read(&self.file, &Chunk::Pieces(vec![piece]));
        let mut problems = Problems::default();
        if !portion.note.is_silent() {
            let mut sum = Sum::default();
            let _ = sum.take(portion.note);
            problems = sum.finish().1;
        }
        Asset { facts: portion.facts, problems }
    }

    /// Decides each change that touches an asset, by the changes' ids.
    #[must_use]
    pub fn decide(&self, asset: &Asset) -> Vec<Decision> {
        let (facts, (_, now)) = (&asset.facts, self.portions.asked());
        let common = facts.common(self.policy.program(), now);
        let options = Options::default();
        let env = prepare_with(self.policy.program(), facts.data(), now, options, None, common);
        let touching = self.changes.iter().filter(|change| change.touches(&env));
        touching.flat_map(|change| change.decide(&env)).collect()
    }
}
