//! Deciding again and again, with what cannot have changed kept.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::super::check;
use super::super::engine::{self, Loaded};
use super::super::failure::Failure;
use super::super::loader;
use super::super::portions;
use super::super::session::{Needs, Ready, Session};
use super::Asked;
use super::files::Changed;
use super::parts::{Beforehand, Made, Parts};
use super::targets::{Kind, Role, Target};
use crate::eval::decision::{Summary, Verdict};
use crate::time::Instant;
use crate::{Outcome, Policy};

/// How the project's file is called.
const PROJECT: &str = "changegate.toml";

/// What was decided.
pub(super) struct Decided {
    /// The decisions.
    pub held: Held,
    /// What they are for.
    pub now: Instant,
    /// What those are for that stand from before.
    pub before: Option<Instant>,
    /// When they were made.
    pub at: Instant,
    /// How many parts of the input could not be read, where the call says to go on.
    pub errors: u64,
}

impl Decided {
    /// The times that its decisions are for.
    pub(super) fn times(&self) -> Vec<Instant> {
        self.before.into_iter().chain([self.now]).collect()
    }
}

/// What came of deciding anew.
pub(super) enum Answer {
    /// The files hold what they held.
    Same,
    /// What was decided.
    Decided(Box<Decided>, Rest),
}

/// What became of what the files did not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// It was decided for the same time.
    Decided,
    /// It stands as it was decided before, for an earlier time.
    Stands,
}

/// How decisions are kept.
pub(super) enum Held {
    /// All together.
    Whole(Outcome),
    /// By the portions of the inventory.
    Parts(Parts),
}

impl Held {
    /// Everything that was decided.
    pub(super) fn outcome(&self) -> Cow<'_, Outcome> {
        match self {
            Self::Whole(outcome) => Cow::Borrowed(outcome),
            Self::Parts(parts) => Cow::Owned(parts.flat()),
        }
    }

    /// What is said of the changes.
    pub(super) fn summaries(&self) -> &[Summary] {
        match self {
            Self::Whole(outcome) => &outcome.summaries,
            Self::Parts(parts) => &parts.summaries,
        }
    }

    /// How many decisions there are of a verdict.
    pub(super) fn count(&self, verdict: Verdict) -> u64 {
        match self {
            Self::Whole(outcome) => {
                outcome.decisions.iter().filter(|decision| decision.verdict == verdict).count() as u64
            }
            Self::Parts(parts) => parts.count(verdict),
        }
    }

    /// What was decided by the one and by the other; where they share decisions, without those.
    pub(super) fn apart<'a>(&'a self, other: &'a Self) -> (Cow<'a, Outcome>, Cow<'a, Outcome>) {
        match (self, other) {
            (Self::Parts(one), Self::Parts(other)) => {
                let (one, other) = one.apart(other);
                (Cow::Owned(one), Cow::Owned(other))
            }
            _ => (self.outcome(), other.outcome()),
        }
    }

    /// What was decided by portions.
    pub(super) fn parts(&self) -> Option<&Parts> {
        match self {
            Self::Whole(_) => None,
            Self::Parts(parts) => Some(parts),
        }
    }

    /// The inventory that is decided by portions.
    pub(super) fn divided(&self) -> Option<&Path> {
        self.parts().map(Parts::path)
    }
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

    /// Tells what was found wrong with the policy and the input.
    pub(super) fn say(&self) {
        if let Some(told) = &self.session.told {
            told.borrow_mut().say();
        }
    }

    /// Tells nothing of it.
    pub(super) fn unsay(&self) {
        if let Some(told) = &self.session.told {
            told.borrow_mut().unsay();
        }
    }

    /// What is to be told anew, should it still hold.
    pub(super) fn forget(&self) {
        if let Some(told) = &self.session.told {
            told.borrow_mut().forget();
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
        let modules = self.session.modules(&self.asked.policy)?;
        let (files, mut loader) = loader::open(&path, modules, self.session.helper.clone())?;
        let Loaded { policy, diagnostics, sources } = engine::load_to_decide(files, &mut loader);
        self.tried = std::mem::take(&mut loader.tried);
        self.session.print_diagnostics(&diagnostics, &sources);
        let wrong = || Failure::new("the policy does not check, so nothing was decided");
        let policy = policy.ok_or_else(wrong)?;
        check::decides(&policy, self.asked.allow_empty)?;
        self.policy = Some(Ready { policy, sources });
        Ok(())
    }

    /// Reads the facts and decides, by the policy that was prepared. Of what was decided before, those portions of the inventory stand that hold
    /// what they held, where nothing else has changed; which these are may have been found beforehand.
    ///
    /// # Errors
    /// What is wrong with the input.
    pub(super) fn decide(
        &mut self,
        changed: &Changed,
        kept: Option<&Decided>,
        beforehand: Option<&Beforehand>,
    ) -> Result<Answer, Failure> {
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
            size: asked.size,
        };
        let stands = kept.and_then(|kept| match &kept.held {
            Held::Parts(parts) if changed.is_only(parts.path()) => Some((parts, beforehand)),
            Held::Parts(_) | Held::Whole(_) => None,
        });
        let made = match portions::open(&portions)? {
            Some(opened) => Parts::make(&opened, policy, now, stands, asked.size)?,
            None => None,
        };
        let mut rest = Rest::Decided;
        let (held, errors, calendars) = match made {
            Some(Made { mut parts, problems, is_same }) => {
                self.session.judge(&problems, &asked.facts)?;
                if stands.is_some() && is_same {
                    return Ok(Answer::Same);
                }
                // What time changes in the other portions comes after what the file changed in these.
                if let (None, Some(_), Some(kept)) = (&asked.facts.now, stands, kept) {
                    parts.summaries = kept.held.summaries().to_vec();
                    rest = Rest::Stands;
                }
                // What can be decided one portion at a time names no calendar files.
                (Held::Parts(parts), problems.error_count, Vec::new())
            }
            None => {
                let read = self.session.facts(policy, &asked.facts, now, needs)?;
                check::known(&asked.ids, &read.changes)?;
                let options = self.session.run_options(&asked.facts, asked.ids.clone());
                let outcome = engine::decide(policy, &read.facts, now, &options);
                let named = calendars(policy, &read, now, &self.session.config.folder);
                (Held::Whole(outcome), read.problems.error_count, named)
            }
        };
        policy.keep_answers();
        self.calendars = calendars;
        if held.summaries().is_empty() && !asked.allow_empty {
            return Err(Failure::new("there is no change, so nothing was decided").help("`--allow-empty` lets this be"));
        }
        let before = kept.filter(|_| rest == Rest::Stands).map(|kept| kept.now);
        Ok(Answer::Decided(Box::new(Decided { held, now, before, at, errors }), rest))
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
