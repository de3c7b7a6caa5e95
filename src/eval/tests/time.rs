//! A policy of times, and what it says of a change.

use serde_json::{Value, json};

use crate::Outcome;
use crate::check::schema::TableId;
use crate::time::{Duration, Instant, parse_duration, parse_instant};
use crate::{DecideOptions, Decision, Facts, Policy, decide};

/// What is decided.
pub(super) struct Given<'c> {
    pub policy: &'c str,
    pub inventory: Vec<Value>,
    pub change: Value,
    pub samples: Option<Vec<Value>>,
    /// Calendar files that facts name.
    pub files: Vec<(&'c str, &'c str)>,
    pub now: &'c str,
}

pub(super) fn at(text: &str) -> Instant {
    parse_instant(text).unwrap_or_else(|_| panic!("{text}"))
}

impl<'c> Given<'c> {
    /// An asset `a` in London, and a change on it in these hours.
    pub(super) fn new(policy: &'c str, from: &str, to: &str) -> Self {
        Self {
            policy,
            inventory: vec![json!({"id": "a", "tier": 1, "timezone": "Europe/London"})],
            change: json!({"start": from, "end": to, "started_at": "none"}),
            samples: None,
            files: Vec::new(),
            now: "2026-11-20T12:00:00Z",
        }
    }

    pub(super) fn with(mut self, key: &str, value: Value) -> Self {
        self.change[key] = value;
        self
    }

    pub(super) fn asset(mut self, asset: Value) -> Self {
        self.inventory = vec![asset];
        self
    }

    fn read(&self) -> (Policy, Facts) {
        let text = format!("policy p {{ timezone \"UTC\" }}\n{}", self.policy);
        let (policy, diagnostics, _) = Policy::load(vec![("p.gate".into(), text.into())], &mut crate::check::NoLoader);
        let policy = policy.unwrap_or_else(|| panic!("{diagnostics:#?}"));
        let mut builder = policy.facts_builder(at(self.now), None);
        let mut change = self.change.clone();
        change["id"] = "C".into();
        change["fixes"] = json!([]);
        change["assets"] = self.inventory.iter().map(|asset| asset["id"].clone()).collect();
        builder.add_inventory("i.json", Value::from(self.inventory.clone()).to_string().as_bytes());
        builder.add_changes("c.json", change.to_string().as_bytes());
        if let Some(samples) = &self.samples {
            builder.add_file(TableId::SAMPLE, "s.json", Value::from(samples.clone()).to_string().as_bytes());
        }
        let (mut facts, problems) = builder.finish();
        assert_eq!(problems.error_count, 0, "{:#?}", problems.errors);
        for (name, text) in &self.files {
            facts.add_calendar(name, text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        }
        (policy, facts)
    }

    pub(super) fn outcome(&self) -> Outcome {
        let (policy, facts) = self.read();
        decide(&policy, &facts, at(self.now), &DecideOptions::default())
    }

    /// The same in batches of so many rows.
    pub(super) fn outcome_in(&self, batch: usize) -> Outcome {
        let (policy, facts) = self.read();
        decide(&policy, &facts, at(self.now), &DecideOptions { batch_size: Some(batch), ..DecideOptions::default() })
    }

    pub(super) fn decision(&self) -> Decision {
        self.outcome().decisions.remove(0)
    }

    /// The reasons of time as `NAME`, or `NAME?` where they are uncertain.
    pub(super) fn reasons(&self) -> Vec<String> {
        let decision = self.decision();
        let times = decision.reasons.iter().filter(|reason| matches!(reason.kind, "blackout" | "window"));
        times
            .map(|reason| {
                let lacks: Vec<String> =
                    reason.unknown.iter().map(|fact| format!("{} {}", fact.fact, fact.cause)).collect();
                if lacks.is_empty() { reason.rule.clone() } else { format!("{}? {}", reason.rule, lacks.join(", ")) }
            })
            .collect()
    }

    pub(super) fn not_before(&self) -> Option<String> {
        self.decision().not_before.map(Instant::to_rfc3339)
    }

    pub(super) fn when(&self, horizon: &str) -> crate::eval::when::Timing {
        let (policy, facts) = self.read();
        let env = crate::eval::decide::prepare(
            policy.program(),
            facts.data(),
            at(self.now),
            crate::eval::decide::Options::default(),
        );
        let horizon: Duration = parse_duration(horizon).unwrap();
        crate::eval::when::when(&env, 0, horizon)
    }
}
