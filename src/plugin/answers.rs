//! The modules of a policy, asked by the evaluation.

use std::sync::Arc;

use crate::check::plugin::{Asked, Checks, Limits, Outcome, Question, Value};

use super::cache::Cache;
use super::failure::Failure;
use super::memo::{Memo, Remembered};
use super::module::Module;

/// The plugins of a policy, in its order, each with a memory of its own.
#[derive(Debug, Default)]
pub struct Answers {
    plugins: Vec<Asking>,
}

#[derive(Debug)]
struct Asking {
    name: String,
    memo: Memo,
    /// The module's index of each check of the statement.
    checks: Vec<Option<usize>>,
}

impl Answers {
    /// No plugins yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next plugin of the policy: its name, its module, and the names of the checks that its statement has, in order. With a cache, answers are
    /// taken from there and [`keep`](Self::keep) writes them there.
    pub fn add<'c>(
        &mut self,
        name: &str,
        module: Module,
        limits: Limits,
        checks: impl IntoIterator<Item = &'c str>,
        cache: Option<Arc<Cache>>,
    ) {
        let described = Arc::clone(module.described());
        let checks = checks
            .into_iter()
            .map(|check| described.checks.iter().position(|known| known.signature.name == check))
            .collect();
        let memo = Memo::new(module, limits);
        let memo = match cache {
            Some(cache) => memo.with_cache(cache),
            None => memo,
        };
        self.plugins.push(Asking { name: name.to_owned(), memo, checks });
    }

    /// What ended the run, with the plugin's name: then what was decided must not be printed.
    #[must_use]
    pub fn fatal(&self) -> Option<(&str, &Failure)> {
        self.plugins.iter().find_map(|plugin| Some((plugin.name.as_str(), plugin.memo.fatal()?)))
    }

    /// How many distinct questions were asked.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.plugins.iter().map(|plugin| plugin.memo.distinct()).sum()
    }

    /// Writes the answers to the caches that they may be taken from.
    pub fn keep(&self) {
        for plugin in &self.plugins {
            plugin.memo.keep();
        }
    }
}

impl Answers {
    /// The memory of a plugin, and the module's index of one of its checks.
    fn of(&self, asked: Asked) -> Option<(&Memo, usize)> {
        let plugin = self.plugins.get(usize::from(asked.plugin))?;
        Some((&plugin.memo, (*plugin.checks.get(usize::from(asked.check))?)?))
    }
}

impl Checks for Answers {
    fn ask(&self, asked: Asked, inputs: &[Value]) -> Outcome {
        let Some((memo, check)) = self.of(asked) else { return Outcome::Failed(Arc::from("is not there")) };
        memo.ask(check, inputs).into()
    }

    fn recall(&self, asked: Asked, question: &dyn Question) -> Option<Outcome> {
        let (memo, check) = self.of(asked)?;
        memo.recall(check, question).map(Outcome::from)
    }
}

impl From<Remembered> for Outcome {
    fn from(answer: Remembered) -> Self {
        match answer.result {
            Ok(value) => Self::Answer(value),
            Err(_) => Self::Failed(answer.words.unwrap_or_default()),
        }
    }
}
