//! The modules of a policy's plugins, and who answers for them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::super::failure::Failure;
use crate::Policy;
use crate::check::plugin::{Asked, Checks, Described, Limits, Outcome, Question, Refused, Value};
use crate::plugin::{Answers, Cache, Host, HostOptions, Module, digest};
use crate::report::{Format, Look};

/// With fewer slots than this a machine with few processors would have to ask in turns.
const LEAST_SLOTS: usize = 16;
/// More slots take addresses that nothing uses.
const MOST_SLOTS: usize = 128;

/// Loads modules, each once.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Modules {
    /// Modules that the policy does not name by a digest are taken as they are.
    allow_unpinned: bool,
    host: Option<Host>,
    /// How long a call may take before the run ends, where that is not the usual time.
    guard: Option<Duration>,
    /// Where answers are remembered from one run to the next.
    answers: Option<Arc<Cache>>,
    by_digest: HashMap<String, Module>,
    /// How to say why the run ends.
    voice: (Format, Look),
}

impl Modules {
    pub(in crate::cli) fn new(allow_unpinned: bool, voice: (Format, Look)) -> Self {
        Self { allow_unpinned, host: None, guard: None, answers: None, by_digest: HashMap::new(), voice }
    }

    /// The same, with another limit in wall time; it decides nothing.
    pub(in crate::cli) fn guarded_by(self, guard: Option<Duration>) -> Self {
        Self { guard, ..self }
    }

    /// The same, with answers remembered in a folder.
    ///
    /// # Errors
    /// The folder cannot be made, or there is no key by which its files could be trusted.
    pub(in crate::cli) fn remembering(self, folder: &Path) -> Result<Self, Failure> {
        let wrong =
            |what: String| Failure::new(format!("answers cannot be remembered in `{}`: {what}", folder.display()));
        let key = key().ok_or_else(|| {
            wrong("there is no place for the key that seals them".to_owned()).help("set `XDG_STATE_HOME` or `HOME`")
        })?;
        let cache = Cache::new(folder, &key).map_err(|error| wrong(error.what))?;
        Ok(Self { answers: Some(Arc::new(cache)), ..self })
    }

    /// What a module says of itself; it is not compiled where it is not the one that is meant.
    pub(in crate::cli) fn describe(&mut self, bytes: &[u8], pinned: Option<&str>) -> Result<Arc<Described>, Refused> {
        let found = digest(bytes);
        match pinned {
            Some(pinned) if pinned != found => return Err(Refused::OtherDigest(found)),
            None if !self.allow_unpinned => return Err(Refused::Unpinned(found)),
            _ => {}
        }
        if let Some(module) = self.by_digest.get(&found) {
            return Ok(Arc::clone(module.described()));
        }
        let module = self.load(bytes).map_err(Refused::Unusable)?;
        let described = Arc::clone(module.described());
        self.by_digest.insert(found, module);
        Ok(described)
    }

    /// Loads a module.
    ///
    /// # Errors
    /// Why it cannot be used, in words for people.
    pub(in crate::cli) fn load(&mut self, bytes: &[u8]) -> Result<Module, String> {
        let host = match &self.host {
            Some(host) => host.clone(),
            None => {
                let usual = HostOptions::default();
                let guard = self.guard.unwrap_or(usual.guard);
                let host = Host::new(HostOptions { guard, threads: slots(), cache: cache(), ..usual });
                self.host.insert(host.map_err(|error| error.to_string())?).clone()
            }
        };
        host.load(bytes).map_err(|error| match error.help {
            Some(help) => format!("{}; {help}", error.what),
            None => error.what,
        })
    }

    /// The policy, whose plugins are asked by way of these modules.
    pub(in crate::cli) fn answering(&self, policy: Policy) -> Policy {
        let plugins = &policy.program().plugins;
        if plugins.is_empty() {
            return policy;
        }
        let mut answers = Answers::new();
        for plugin in plugins {
            let Some(module) = self.by_digest.get(&plugin.digest) else { return policy };
            let checks = plugin.checks.iter().map(|check| check.signature.name.as_str());
            answers.add(&plugin.name, module.clone(), plugin.limits, checks, self.answers.clone());
        }
        // How many threads there are is for the run to say, which begins later.
        let turns = OnceLock::new();
        policy.answered_by(Arc::new(Asker { answers, turns, voice: self.voice.clone() }))
    }
}

/// How many calls may run at once.
fn slots() -> usize {
    super::super::processors().clamp(LEAST_SLOTS, MOST_SLOTS)
}

/// Where compiled code is kept between runs; without such a place it is compiled anew each time.
fn cache() -> Option<Arc<Cache>> {
    let cache = own_folder("XDG_CACHE_HOME", ".cache")?.join("changegate").join("plugins");
    Cache::new(&cache, &key()?).ok().map(Arc::new)
}

/// The key that seals compiled code and answers; it stands apart from what it seals.
fn key() -> Option<PathBuf> {
    Some(own_folder("XDG_STATE_HOME", ".local/state")?.join("changegate").join("plugins.key"))
}

fn own_folder(variable: &str, below: &str) -> Option<PathBuf> {
    let own = std::env::var_os(variable).filter(|path| Path::new(path).is_absolute()).map(PathBuf::from);
    own.or_else(|| Some(PathBuf::from(std::env::var_os("HOME").filter(|home| !home.is_empty())?).join(below)))
}

/// Asks the modules of a policy.
#[derive(Debug)]
struct Asker {
    answers: Answers,
    turns: OnceLock<Option<Turns>>,
    voice: (Format, Look),
}

impl Checks for Asker {
    fn ask(&self, asked: Asked, inputs: &[Value]) -> Outcome {
        let turn =
            self.turns.get_or_init(|| Turns::of(rayon::current_num_threads(), slots())).as_ref().map(Turns::take);
        let outcome = self.answers.ask(asked, inputs);
        drop(turn);
        self.look_at(&outcome);
        outcome
    }

    fn recall(&self, asked: Asked, question: &dyn Question) -> Option<Outcome> {
        let outcome = self.answers.recall(asked, question)?;
        self.look_at(&outcome);
        Some(outcome)
    }

    fn keep(&self) {
        self.answers.keep();
    }
}

/// Who asks no more keeps what was answered. A run that the guard ends does not come here: nothing was decided.
impl Drop for Asker {
    fn drop(&mut self) {
        self.keep();
    }
}

impl Asker {
    /// A call that the guard ended ends the run.
    fn look_at(&self, outcome: &Outcome) {
        if matches!(outcome, Outcome::Failed(_))
            && let Some((plugin, failure)) = self.answers.fatal()
        {
            self.end(plugin, &failure.to_string());
        }
    }

    /// Ends the run: what a machine was too slow for must not become a decision.
    fn end(&self, plugin: &str, why: &str) -> ! {
        let help = "nothing was decided; a lower `limits fuel` lets such a call end as unknown, on every machine alike";
        Failure::new(format!("a check of the plugin `{plugin}` {why}")).help(help).print(self.voice.0, &self.voice.1);
        std::process::exit(2)
    }
}

/// Lets no more threads call at once than there are slots.
#[derive(Debug)]
struct Turns {
    free: Mutex<usize>,
    freed: Condvar,
}

struct Turn<'t>(&'t Turns);

impl Turns {
    /// Nothing where every thread has a slot of its own.
    fn of(threads: usize, slots: usize) -> Option<Self> {
        (threads > slots).then(|| Self { free: Mutex::new(slots), freed: Condvar::new() })
    }

    fn take(&self) -> Turn<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

/// What a call on the command line may use up.
pub(super) fn limits(fuel: Option<u64>, memory: Option<u64>) -> Limits {
    Limits {
        fuel: fuel.unwrap_or(Limits::DEFAULT.fuel),
        memory: memory.map_or(Limits::DEFAULT.memory, |mebibytes| mebibytes << 20),
    }
}
