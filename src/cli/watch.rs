//! `changegate watch`, and `check --watch`: decide anew whenever something that was read changes, and print what became different.
//!
//! What the system tells of files only wakes: what has changed is what files hold otherwise than when they were read ([`files`]). So nothing hangs
//! on which events come in which order, and what no event tells is found by looking from time to time.

mod desk;
mod files;
mod parts;
mod places;
mod stop;
mod targets;
mod tell;
mod watcher;

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use clap::Args;

use super::Status;
use super::args::{FactsArgs, FormatArg, PolicyArgs};
use super::check::Only;
use super::failure::Failure;
use super::session::Session;
use crate::time;
use desk::{Answer, Decided, Desk, Rest};
use files::{Changed, Files};
use parts::Beforehand;
use targets::{Role, Target};
use tell::Teller;
use watcher::{Pause, Watcher};

/// How often files are looked at of which the system tells nothing.
const LOOKS: Duration = Duration::from_secs(10);
/// The same where it cannot tell.
const LOOKS_DEAF: Duration = Duration::from_secs(2);

/// For how long an answer is not told because files change while they are read.
const PATIENCE: Duration = Duration::from_secs(5);

/// Go on deciding, and show what becomes different as files change
#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    /// The changes to decide, by id; all that are configured otherwise
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    facts: FactsArgs,
    /// Go on where there is no change to decide
    #[arg(long)]
    allow_empty: bool,
    /// Print only some of the decisions
    #[arg(long, value_enum, value_name = "WHICH")]
    only: Option<Only>,
    #[command(flatten)]
    pace: Pace,
}

/// How to watch.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Pace {
    /// While watching, decide anew this often too, as time passes, such as 5min
    #[arg(long, value_name = "DURATION", value_parser = length)]
    every: Option<Duration>,
    /// While watching, look this often for changes that the system does not tell of, such as 1s for files on a network; 10s otherwise
    #[arg(long, value_name = "DURATION", value_parser = length)]
    poll: Option<Duration>,
    /// While watching, how long files must rest before they are read; as long as they were being written otherwise, up to a quarter of a second
    #[arg(long, value_name = "DURATION", value_parser = length)]
    settle: Option<Duration>,
    /// End watching when stdin ends, for programs that start this one
    #[arg(long)]
    until_eof: bool,
}

fn length(text: &str) -> Result<Duration, String> {
    let length = time::parse_duration(text).map_err(|error| error.to_string())?;
    match u64::try_from(length.micros()) {
        Ok(micros) if micros > 0 => Ok(Duration::from_micros(micros)),
        _ => Err("it must be longer than nothing".to_owned()),
    }
}

impl Pace {
    /// Refuses what is said of watching where there is none.
    ///
    /// # Errors
    /// The first flag.
    pub(super) fn unused(&self) -> Result<(), Failure> {
        let given = [
            ("every", self.every.is_some()),
            ("poll", self.poll.is_some()),
            ("settle", self.settle.is_some()),
            ("until-eof", self.until_eof),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((flag, _)) => Err(Failure::new(format!("`--{flag}` says how to watch")).help("add `--watch`")),
            None => Ok(()),
        }
    }
}

/// What is watched, and how.
#[derive(Debug)]
pub(super) struct Asked {
    /// The changes to decide; all where it is empty.
    pub ids: Vec<String>,
    /// Which policy.
    pub policy: PolicyArgs,
    /// Which facts, and when.
    pub facts: FactsArgs,
    /// No change to decide is no failure.
    pub allow_empty: bool,
    /// Which decisions to print.
    pub only: Option<Only>,
    /// How to watch.
    pub pace: Pace,
    /// Print everything first, as `check` does.
    pub whole: bool,
    /// About how many bytes of the inventory are decided at once, where the call says so.
    pub size: Option<usize>,
}

/// Watches until it is stopped.
pub(super) fn run(args: WatchArgs, format: FormatArg, session: &Session) -> Result<Status, Failure> {
    let WatchArgs { ids, policy, facts, allow_empty, only, pace } = args;
    watch(&Asked { ids, policy, facts, allow_empty, only, pace, whole: false, size: None }, format, session)
}

/// Watches until it is stopped.
///
/// # Errors
/// A call that cannot be watched, and a result that cannot be written. What is wrong with files is told, and waits to be mended.
pub(super) fn watch(asked: &Asked, format: FormatArg, session: &Session) -> Result<Status, Failure> {
    if format == FormatArg::Json {
        let help = "`--format ndjson` prints a line for each difference";
        return Err(Failure::new("what is watched has no end, and so is no JSON object").help(help));
    }
    session.now(asked.facts.now.as_deref())?;
    let mut desk = Desk::new(asked, session);
    desk.targets().iter().try_for_each(Target::again)?;
    stop::arrange(asked.pace.until_eof)?;
    let (watcher, deaf) = Watcher::start();
    let mut watch = Watch {
        watcher,
        files: Files::default(),
        kept: None,
        beforehand: None,
        teller: Teller::new(session, asked),
        poll: asked.pace.poll,
        has_failed: false,
        torn: None,
        is_deaf: false,
    };
    watch.heard(deaf);
    let pause = Pause::new(asked.pace.settle);
    let mut changed = Changed::everything();
    let mut due = asked.pace.every.map(|every| Instant::now() + every);
    loop {
        watch.turn(&mut desk, &changed)?;
        changed = loop {
            let found = watch.settled(&desk, &pause);
            if !found.is_empty() {
                break found;
            }
            let alarm = watch.watcher.alarm();
            watch.files.fill(&|| !alarm());
            let wait =
                due.map_or(watch.looks(), |due| due.saturating_duration_since(Instant::now()).min(watch.looks()));
            watch.watcher.wait(wait);
            if due.is_some_and(|due| due <= Instant::now()) {
                let mut found = watch.settled(&desk, &pause);
                found.by_clock = true;
                break found;
            }
        };
        if changed.by_clock {
            due = asked.pace.every.map(|every| Instant::now() + every);
        }
    }
}

/// A watch that goes on.
struct Watch<'a> {
    watcher: Watcher,
    files: Files,
    /// What was decided last.
    kept: Option<Decided>,
    /// What the inventory was found to hold while files rested.
    beforehand: Option<Beforehand>,
    teller: Teller<'a>,
    poll: Option<Duration>,
    /// What is there was not decided: nothing that was kept is for it.
    has_failed: bool,
    /// Since when files change while they are read, and what has changed of which nothing has been told yet.
    torn: Option<(Instant, Changed)>,
    /// The system cannot tell of everything.
    is_deaf: bool,
}

impl Watch<'_> {
    /// How often to look without being told.
    fn looks(&self) -> Duration {
        self.poll.unwrap_or(if self.is_deaf { LOOKS_DEAF } else { LOOKS })
    }

    /// Listens to where the files are now, and then looks at them: what changes later wakes.
    fn look(&mut self, desk: &Desk<'_>) -> Changed {
        let targets = desk.targets();
        self.follow(&targets);
        self.files.look(&targets)
    }

    /// What has changed, once files rest.
    fn settled(&mut self, desk: &Desk<'_>, pause: &Pause) -> Changed {
        let is_woken = self.watcher.is_woken();
        self.beforehand = None;
        if is_woken {
            let kept = self.kept.as_ref().filter(|_| !self.has_failed);
            self.beforehand = self.watcher.settle(pause, || kept?.held.parts()?.look());
        }
        let mut found = self.look(desk);
        // Seen before it was told of, somebody may be in the middle of it.
        if !found.files.is_empty() && (!is_woken || self.watcher.is_woken()) {
            self.beforehand = None;
            self.watcher.settle(pause, || None::<()>);
            found.extend(self.look(desk));
        }
        found
    }

    fn follow(&mut self, targets: &[Target]) {
        let deaf = self.watcher.follow(places::of(targets));
        self.heard(deaf);
    }

    /// Tells, once, that the system cannot tell of something.
    fn heard(&mut self, deaf: Option<String>) {
        let Some(why) = deaf.filter(|_| !self.is_deaf) else { return };
        self.is_deaf = true;
        self.teller.is_deaf(&why, self.looks());
    }

    /// Decides, and tells what became different.
    fn turn(&mut self, desk: &mut Desk<'_>, changed: &Changed) -> Result<(), Failure> {
        let began = Instant::now();
        let torn = self.torn.take();
        let all = torn.as_ref().map(|(_, before)| {
            let mut all = before.clone();
            all.extend(changed.clone());
            all
        });
        let changed = all.as_ref().unwrap_or(changed);
        let clock = SystemTime::now();
        if changed.is_everything {
            let targets = desk.targets();
            self.follow(&targets);
            self.files.note(&targets, clock, |_| false);
        }
        let decided = match desk.prepare(changed) {
            Ok(()) => {
                // What the policy imports and the project's file names is known now.
                let targets = desk.targets();
                self.follow(&targets);
                self.files.note(&targets, clock, |role| role != Role::Facts);
                let kept = self.kept.as_ref().filter(|_| !self.has_failed);
                desk.decide(changed, kept, self.beforehand.take().as_ref())
            }
            Err(failure) => Err(failure),
        };
        let is_torn = self.files.recheck();
        let targets = desk.targets();
        self.follow(&targets);
        self.files.note(&targets, clock, |_| true);
        // Somebody is in the middle of writing what was read: that is soon read again, and this is no answer to anything.
        let since = torn.map_or(began, |(since, _)| since);
        if is_torn && since.elapsed() < PATIENCE {
            self.torn = Some((since, changed.clone()));
            desk.unsay();
            return Ok(());
        }
        desk.say();
        let had_failed = std::mem::replace(&mut self.has_failed, decided.is_err());
        match decided {
            Ok(Answer::Same) => Ok(()),
            Ok(Answer::Decided(decided, rest)) => {
                // That it can be decided again is news, even where it was looked at again only to be sure.
                let mended = (had_failed && changed.is_doubt()).then(|| changed.clone().without_doubt());
                let changed = mended.as_ref().unwrap_or(changed);
                self.teller.decided(self.kept.as_ref(), &decided, changed, began.elapsed())?;
                self.files.leave(decided.held.divided());
                self.kept = Some(*decided);
                match rest {
                    Rest::Decided => Ok(()),
                    // What time alone made different is told without a line of its own where there is none of it.
                    Rest::Stands => self.turn(desk, &Changed::default()),
                }
            }
            // It was looked at again only to be sure: this has been told.
            Err(_) if had_failed && changed.is_doubt() => Ok(()),
            Err(failure) => {
                desk.forget();
                self.teller.failed(self.kept.as_ref(), &failure, changed, began.elapsed())
            }
        }
    }
}

/// The names of files as they are shown.
fn names<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> Vec<String> {
    paths.map(|path| path.display().to_string()).collect()
}

#[cfg(test)]
mod tests;
