//! Deciding again and again, with what cannot have changed kept.

use std::path::{Path, PathBuf};

use super::super::check;
use super::super::engine::{self, Loaded};
use super::super::failure::Failure;
use super::super::loader;
use super::super::portions::{self, Done};
use super::super::session::{Needs, Ready, Session};
use super::Asked;
use super::files::Changed;
use super::targets::{Kind, Role, Target};
use crate::time::Instant;
use crate::{Outcome, Policy};

/// How the project's file is called.
const PROJECT: &str = "changegate.toml";

/// What was decided.
pub(super) struct Decided {
    /// The decisions.
    pub outcome: Outcome,
    /// What they are for.
    pub now: Instant,
    /// When they were made.
    pub at: Instant,
    /// How many parts of the input could not be read, where the call says to go on.
    pub errors: u64,
}

/// What decides.
pub(super) struct Desk<'a> {
    asked: &'a Asked,
    session: Session,
    policy: Option<Ready>,
    /// The files that the policy asked for.
    tried: Vec<PathBuf>,
    /// The calendar files that facts name.
    calendars: Vec<PathBuf>,
    /// The time-zone database that the project's file named at the start.
    zones: Option<PathBuf>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(asked: &'a Asked, session: &Session) -> Self {
        let mut session = session.clone();
        session.told = Some(std::cell::RefCell::default());
        let zones = session.config.tzdb.clone();
        Self { asked, session, policy: None, tried: Vec::new(), calendars: Vec::new(), zones }
    }

    /// What is to be told anew, should it still hold.
    pub(super) fn forget(&self) {
        if let Some(told) = &self.session.told {
            told.borrow_mut().clear();
        }
    }

    /// Reads the project's file and the policy, where they have changed.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn prepare(&mut self, changed: &Changed) -> Result<(), Failure> {
        if changed.has(Role::Config) && !changed.is_everything {
            self.policy = None;
            self.session = self.session.again()?;
        }
        if self.asked.facts.now.is_none() && changed.has(Role::Zones) && !changed.is_everything
            || self.session.config.tzdb != self.zones
        {
            let help = "stop it and start it again";
            return Err(Failure::new("another time-zone database counts only for a watch that starts anew").help(help));
        }
        if changed.has(Role::Policy) {
            self.policy = None;
        }
        if self.policy.is_none() {
            self.load()?;
        }
        Ok(())
    }

    fn load(&mut self) -> Result<(), Failure> {
        let path = self.session.policy_path(&self.asked.policy)?;
        let (files, mut loader) = loader::open(&path, self.session.modules(self.asked.policy.allow_unpinned))?;
        let Loaded { policy, diagnostics, sources } = engine::load(files, &mut loader);
        self.tried = std::mem::take(&mut loader.tried);
        self.session.print_diagnostics(&diagnostics, &sources);
        let wrong = || Failure::new("the policy does not check, so nothing was decided");
        let policy = policy.ok_or_else(wrong)?;
        check::decides(&policy, self.asked.allow_empty)?;
        self.policy = Some(Ready { policy, sources });
        Ok(())
    }

    /// Reads the facts and decides, by the policy that was prepared.
    ///
    /// This is where deciding only what changed files can touch would begin: all that a run hangs on is here.
    ///
    /// # Errors
    /// What is wrong with the input.
    pub(super) fn decide(&mut self) -> Result<Decided, Failure> {
        let Some(Ready { policy, .. }) = &self.policy else { return Err(Failure::Reported) };
        let asked = self.asked;
        let at = super::super::session::clock()?;
        let now = match &asked.facts.now {
            Some(_) => self.session.now(asked.facts.now.as_deref())?,
            None => at,
        };
        let needs = Needs { inventory: false, changes: !asked.allow_empty, narrow: true };
        let portions = portions::Asked {
            session: &self.session,
            policy,
            facts: &asked.facts,
            ids: &asked.ids,
            now,
            needs,
            size: None,
        };
        // What can be decided one portion at a time names no calendar files.
        let (outcome, errors, calendars) = match portions::run(&portions)? {
            Some(Done { outcome, errors }) => (outcome, errors, Vec::new()),
            None => {
                let read = self.session.facts(policy, &asked.facts, now, needs)?;
                check::known(&asked.ids, &read.changes)?;
                let options = self.session.run_options(&asked.facts, asked.ids.clone());
                let outcome = engine::decide(policy, &read.facts, now, &options);
                let named = calendars(policy, &read, now, &self.session.config.folder);
                (outcome, read.problems.error_count, named)
            }
        };
        self.calendars = calendars;
        if outcome.summaries.is_empty() && !asked.allow_empty {
            return Err(Failure::new("there is no change, so nothing was decided").help("`--allow-empty` lets this be"));
        }
        Ok(Decided { outcome, now, at, errors })
    }

    /// The files and folders that a run reads, as far as is known.
    pub(super) fn targets(&self) -> Vec<Target> {
        let config = &self.session.config;
        let file = |path: PathBuf, role| Target { path, kind: Kind::File, role };
        let mut targets = Vec::new();
        // A nearer file would count before the one that was found.
        let found = config.name();
        for up in 0..=found.components().count().saturating_sub(1) {
            let folder: PathBuf = (0..up).map(|_| "..").collect();
            targets.push(file(folder.join(PROJECT), Role::Config));
        }
        if let Ok(path) = self.session.policy_path(&self.asked.policy) {
            targets.push(Target { path, kind: Kind::Policy, role: Role::Policy });
        } else if let Some(path) = self.asked.policy.policy.clone().or_else(|| config.policy.clone()) {
            targets.push(Target { path, kind: Kind::Policy, role: Role::Policy });
        }
        targets.extend(self.tried.iter().map(|path| file(path.clone(), Role::Policy)));
        if let Some(zones) = &self.zones {
            targets.extend(["+VERSION", "tzdata.zi"].map(|name| file(zones.join(name), Role::Zones)));
        }
        let schema = match &self.policy {
            Some(ready) => engine::schema(&ready.policy),
            None => engine::standard_schema(),
        };
        let named = self.session.named(&self.asked.facts, Some(&schema));
        targets.extend(named.into_iter().map(|(path, called)| Target {
            path,
            kind: Kind::Folder(called),
            role: Role::Facts,
        }));
        targets.extend(self.calendars.iter().map(|path| file(path.clone(), Role::Facts)));
        targets
    }
}

/// The calendar files that facts name.
fn calendars(policy: &Policy, read: &engine::Read, now: Instant, folder: &Path) -> Vec<PathBuf> {
    read.facts.calendar_names(policy, now).iter().map(|name| folder.join(name)).collect()
}
