//! What decisions come to for people: of each change its assets, grouped by verdict and reasons.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::LISTED_ASSETS;
use crate::eval::decision::{Answer, Assumed, Decision, Reason, Tested, Verdict};

/// What decisions come to. Those of parts of an inventory can be put together.
#[derive(Debug, Default)]
pub struct Gist {
    changes: HashMap<Option<String>, ChangeGist>,
}

/// What the decisions of a change come to.
#[derive(Debug, Default)]
pub(super) struct ChangeGist {
    /// The interval that was tested; none where there are no decisions.
    pub tested: Option<Tested>,
    /// A blackout or window stops an asset.
    pub is_stopped_by_time: bool,
    /// By the verdict and the reasons as they serialise.
    groups: HashMap<String, Group>,
    /// What stands for facts that are absent.
    pub assumed: BTreeSet<(String, String)>,
}

/// Decisions that have the same verdict for the same reasons.
#[derive(Debug)]
pub(super) struct Group {
    pub verdict: Verdict,
    pub reasons: Vec<Arc<Reason>>,
    /// How many there are.
    pub count: usize,
    /// The first of their assets, by id; one that is not known comes last.
    pub assets: Vec<Option<Arc<str>>>,
}

impl Gist {
    /// Adds decisions; of each change those with the same verdict and reasons in the order of their assets.
    pub fn add<'d>(&mut self, decisions: impl IntoIterator<Item = &'d Decision>) {
        // Most decisions share their answer with others.
        let mut known: HashMap<*const Answer, (Option<String>, String)> = HashMap::new();
        let mut seen: HashSet<*const Assumed> = HashSet::new();
        for decision in decisions {
            let answer = Arc::as_ptr(&decision.answer);
            let is_new = !known.contains_key(&answer);
            let (change, key) = known.entry(answer).or_insert_with(|| {
                // What is serialised is what is printed, so equal texts are equal reasons.
                let key = serde_json::to_string(&(decision.verdict, &decision.reasons)).unwrap_or_default();
                (decision.change.clone(), key)
            });
            if !self.changes.contains_key(change) {
                self.changes.insert(change.clone(), ChangeGist::default());
            }
            if let Some(gist) = self.changes.get_mut(change) {
                gist.add(decision, key, is_new);
                if seen.insert(decision.assumed.as_ptr()) {
                    let applied = decision.assumed.iter().filter(|one| one.applied);
                    gist.assumed.extend(applied.map(|one| (one.fact.clone(), one.value.clone())));
                }
            }
        }
    }

    /// Adds what others come to.
    pub fn merge(&mut self, other: Self) {
        for (change, gist) in other.changes {
            self.changes.entry(change).or_default().merge(gist);
        }
    }

    pub(super) fn of(&self, change: &str) -> Option<&ChangeGist> {
        // A change has a name wherever there is one.
        self.changes.get(&Some(change.to_owned()))
    }
}

impl ChangeGist {
    fn add(&mut self, decision: &Decision, key: &str, is_new: bool) {
        if is_new {
            let is_time = |reason: &Arc<Reason>| {
                matches!(reason.kind, "blackout" | "window") && !reason.effect.verdict().permits()
            };
            self.is_stopped_by_time |= decision.reasons.iter().any(is_time);
            self.tested.get_or_insert_with(|| decision.tested.clone());
        }
        if let Some(group) = self.groups.get_mut(key) {
            group.count += 1;
            group.list(&decision.asset);
            return;
        }
        let reasons = decision.reasons.iter().map(Arc::clone).collect();
        let assets = vec![decision.asset.clone()];
        self.groups.insert(key.to_owned(), Group { verdict: decision.verdict, reasons, count: 1, assets });
    }

    fn merge(&mut self, other: Self) {
        self.is_stopped_by_time |= other.is_stopped_by_time;
        self.tested = self.tested.take().or(other.tested);
        self.assumed.extend(other.assumed);
        for (key, group) in other.groups {
            match self.groups.get_mut(&key) {
                Some(mine) => {
                    mine.count += group.count;
                    group.assets.iter().for_each(|asset| mine.list(asset));
                }
                None => {
                    self.groups.insert(key, group);
                }
            }
        }
    }

    /// The groups, strongest first, then in the order of their assets.
    pub(super) fn groups(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.values().collect();
        groups.sort_by(|a, b| {
            b.verdict.cmp(&a.verdict).then_with(|| a.assets.first().map(rank).cmp(&b.assets.first().map(rank)))
        });
        groups
    }
}

impl Group {
    fn list(&mut self, asset: &Option<Arc<str>>) {
        let at = match self.assets.last() {
            Some(last) if rank(last) > rank(asset) => self.assets.partition_point(|other| rank(other) <= rank(asset)),
            _ => self.assets.len(),
        };
        if at < LISTED_ASSETS {
            self.assets.insert(at, asset.clone());
            self.assets.truncate(LISTED_ASSETS);
        }
    }
}

/// An asset that is not known comes last.
fn rank(asset: &Option<Arc<str>>) -> (bool, Option<&str>) {
    (asset.is_none(), asset.as_deref())
}
