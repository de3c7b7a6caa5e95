//! What every verb needs: the project's file, how to print, the clock.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::args::{ColorArg, FactsArgs, FormatArg, Global, PolicyArgs};
use super::calendars;
use super::config::Config;
use super::engine::{self, Loaded, Read, ReadOptions, RunOptions};
use super::failure::Failure;
use super::feeds;
use super::helper::Helper;
use super::input;
use super::intake::{self, Given};
use super::loader;
use super::output;
use super::plugin::Modules;
use super::progress::Progress;
use super::stopwatch::{Stage, Stopwatch};
use super::tzdb;
use crate::check::schema::{Schema, TableId};
use crate::eval::observe::Observer;
use crate::facts::Problems;
use crate::report::{Format, Look, Paint, diagnostics, problem};
use crate::sources::mapping::Source;
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Sources;
use crate::time::{Instant, TimeValue, Zone, parse_time};
use crate::{Policy, Tally};

/// One call of the program.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// What the project's file says.
    pub config: Config,
    /// How the result is printed.
    pub format: Format,
    /// The result is iCalendar, whatever `format` says of messages.
    pub ics: bool,
    /// The time-zone database is not the one inside the program.
    pub own_tzdb: bool,
    /// How the result looks to people.
    pub look: Look,
    /// How what goes to stderr looks.
    pub problems: Look,
    /// stdin has been read: it can be only once.
    pub stdin_taken: Cell<bool>,
    /// What is told of a policy and of the input, where it waits until it is known to be worth telling; absent where it is told at once.
    pub told: Option<RefCell<Told>>,
    /// Takes the time of what is done, where somebody wants to know.
    pub clock: Option<Arc<Stopwatch>>,
    /// Does what will be needed.
    pub helper: Helper,
}

/// What is told by and by, and need not be told again.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// What was told last.
    last: HashMap<Topic, Vec<u8>>,
    /// What has yet to be told.
    waiting: Vec<(Topic, Vec<u8>)>,
}

impl Told {
    /// Tells what waits, but for what was told last, too.
    pub(super) fn say(&mut self) {
        for (topic, text) in self.waiting.drain(..) {
            if self.last.get(&topic) != Some(&text) {
                print(&text);
                self.last.insert(topic, text);
            }
        }
    }

    /// Tells nothing of what waits.
    pub(super) fn unsay(&mut self) {
        self.waiting.clear();
    }

    /// Whatever is told next is told, whether it was before or not.
    pub(super) fn forget(&mut self) {
        self.last.clear();
    }
}

/// Prints on stderr; where that is closed there is nobody to tell.
fn print(text: &[u8]) {
    drop(io::stderr().lock().write_all(text));
}

/// What something told on stderr is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Topic {
    /// The policy.
    Policy,
    /// What was read.
    Input,
}

/// A policy that checks.
pub(super) struct Ready {
    /// The policy.
    pub policy: Policy,
    /// Its text.
    pub sources: Sources,
}

/// Which files a call reads.
pub(super) struct Plan {
    /// The sources of the project's file.
    pub sources: Vec<Source>,
    /// The files and folders.
    pub files: Vec<Planned>,
}

/// A file or folder of facts that is to be read.
#[derive(Debug)]
pub(super) struct Planned {
    /// What its records are, unless its source says otherwise.
    pub entity: TableId,
    /// Where it is.
    pub path: PathBuf,
    /// How files are called that are read of a folder.
    pub called: &'static [&'static str],
    /// The source that names it, as an index.
    pub source: Option<usize>,
    /// The asset that it is about.
    pub asset: Option<String>,
    /// The call names it as a report.
    pub is_report: bool,
}

impl Session {
    /// Enters the folder and reads the project's file.
    ///
    /// # Errors
    /// What is wrong, and how to print it.
    pub(super) fn start(global: &Global) -> Result<Self, (Look, Failure)> {
        let look = |terminal: bool, zone: Option<&Zone>| Look {
            paint: Paint(colour(global.color, terminal)),
            width: output::width(terminal),
            zone: zone.cloned().unwrap_or_else(Zone::utc),
        };
        let on_stderr = io::stderr().is_terminal();
        let enter = |folder: &OsString| -> Result<(), Failure> {
            // As git has it: an empty one changes nothing.
            if folder.is_empty() {
                return Ok(());
            }
            std::env::set_current_dir(folder).map_err(|error| Failure::io("enter", Path::new(folder), &error))
        };
        let config = global.directory.iter().try_for_each(enter).and_then(|()| Config::find());
        // Before any zone is looked up.
        let settled = config.and_then(|mut config| {
            let own = tzdb::install(global.tzdb.as_deref(), &config)?;
            config.find_zone()?;
            Ok((config, own))
        });
        match settled {
            Ok((config, own_tzdb)) => Ok(Self {
                ics: global.format == FormatArg::Ics,
                own_tzdb,
                format: global.format.into(),
                look: look(io::stdout().is_terminal(), config.zone.as_ref()),
                problems: look(on_stderr, config.zone.as_ref()),
                stdin_taken: Cell::new(false),
                told: None,
                clock: None,
                helper: Helper::default(),
                config,
            }),
            Err(failure) => Err((look(on_stderr, None), failure)),
        }
    }

    /// The same call by the project's file as it is now. The time-zone database stays that of the start.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(super) fn again(&self) -> Result<Self, Failure> {
        let mut config = Config::find()?;
        config.find_zone()?;
        let mut session = self.clone();
        let zone = config.zone.clone().unwrap_or_else(Zone::utc);
        session.look.zone = zone.clone();
        session.problems.zone = zone;
        session.config = config;
        Ok(session)
    }

    /// Does something whose time may be taken.
    pub(super) fn stage<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        match &self.clock {
            Some(clock) => clock.stage(stage, work),
            None => work(),
        }
    }

    /// The time to decide for.
    ///
    /// # Errors
    /// A `--now` that is no time.
    pub(super) fn now(&self, written: Option<&str>) -> Result<Instant, Failure> {
        let Some(text) = written else { return clock() };
        self.time("now", text)
    }

    /// A time that a flag gives; a day is its start.
    ///
    /// # Errors
    /// A text that is no time, or names no zone where the project has none.
    pub(super) fn time(&self, flag: &str, text: &str) -> Result<Instant, Failure> {
        let wrong = |why: String, help: Option<String>| {
            let failure = Failure::new(format!("`--{flag} {text}`: {why}"));
            match help {
                Some(help) => failure.help(help),
                None => failure,
            }
        };
        let zone = &self.look.zone;
        let at = match parse_time(text).map_err(|error| wrong(error.to_string(), error.help()))? {
            TimeValue::Instant(at) => Some(at),
            TimeValue::Local(local) if self.config.zone.is_some() => zone.instant(local),
            TimeValue::Date(date) if self.config.zone.is_some() => zone.start_of_day(date),
            TimeValue::Local(_) | TimeValue::Date(_) => {
                return Err(wrong(
                    "it names no zone".to_owned(),
                    Some("add `Z` or an offset like `+01:00`, or set `timezone` in changegate.toml".to_owned()),
                ));
            }
        };
        at.ok_or_else(|| wrong("there is no such time".to_owned(), None))
    }

    /// Where the policy is.
    ///
    /// # Errors
    /// No flag and no project file names one.
    pub(super) fn policy_path(&self, args: &PolicyArgs) -> Result<PathBuf, Failure> {
        if let Some(path) = &args.policy {
            return Ok(path.clone());
        }
        let path = self.config.policy.clone().ok_or_else(|| {
            let help =
                "give `--policy PATH`, write `policy = \"…\"` in changegate.toml, or begin one with `changegate init`";
            Failure::new("no policy is named").help(help)
        })?;
        self.config.exists("policy", &path)?;
        Ok(path)
    }

    /// Reads and checks a policy; prints what is wrong with it on stderr.
    ///
    /// # Errors
    /// Files that cannot be read, or a policy that does not check.
    pub(super) fn policy(&self, args: &PolicyArgs) -> Result<Ready, Failure> {
        let path = self.policy_path(args)?;
        self.ready(self.load(&path, args)?)
    }

    /// The same without the policy's own tests, for those who decide.
    ///
    /// # Errors
    /// The same.
    pub(super) fn policy_to_decide(&self, args: &PolicyArgs) -> Result<Ready, Failure> {
        let (files, mut loader) = loader::open(&self.policy_path(args)?, self.modules(args)?, self.helper.clone())?;
        self.ready(engine::load_to_decide(files, &mut loader))
    }

    fn ready(&self, loaded: Loaded) -> Result<Ready, Failure> {
        let Loaded { policy, diagnostics, sources } = loaded;
        self.print_diagnostics(&diagnostics, &sources);
        let policy = policy.ok_or(Failure::Reported)?;
        Ok(Ready { policy, sources })
    }

    /// Reads and checks the policy at `path`.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub(super) fn load(&self, path: &Path, args: &PolicyArgs) -> Result<Loaded, Failure> {
        let (files, mut loader) = loader::open(path, self.modules(args)?, self.helper.clone())?;
        Ok(engine::load(files, &mut loader))
    }

    /// Who loads the modules of plugins, and where their answers are remembered.
    ///
    /// # Errors
    /// A folder for answers that cannot be used.
    pub(super) fn modules(&self, args: &PolicyArgs) -> Result<Modules, Failure> {
        let modules = Modules::new(args.allow_unpinned, (self.format, self.problems.clone()));
        let modules = modules.guarded_by(args.plugin_guard.map(Duration::from_millis));
        match args.plugin_answers.as_ref().or(self.config.plugin_answers.as_ref()) {
            Some(folder) => modules.remembering(folder),
            None => Ok(modules),
        }
    }

    /// Prints diagnostics on stderr.
    pub(super) fn print_diagnostics(&self, found: &[Diagnostic], sources: &Sources) {
        self.tell(Topic::Policy, |out| diagnostics::write(out, found, sources, self.format, &self.problems));
    }

    /// Prints on stderr what is to be told.
    fn tell(&self, topic: Topic, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) {
        let mut text = Vec::new();
        // Writing to memory does not fail.
        drop(write(&mut text));
        match &self.told {
            Some(told) => told.borrow_mut().waiting.push((topic, text)),
            None => print(&text),
        }
    }

    /// Reads the facts for a policy and prints what is wrong with them on stderr.
    ///
    /// # Errors
    /// Files that cannot be read; records that cannot, unless the call says to keep going.
    pub(super) fn facts(&self, policy: &Policy, args: &FactsArgs, now: Instant, needs: Needs) -> Result<Read, Failure> {
        self.facts_of(policy, args, now, needs, None)
    }

    /// The same, and where the facts of one asset come from.
    ///
    /// # Errors
    /// The same.
    pub(super) fn facts_of(
        &self,
        policy: &Policy,
        args: &FactsArgs,
        now: Instant,
        needs: Needs,
        trace: Option<&str>,
    ) -> Result<Read, Failure> {
        let plan = self.plan(policy, args, needs)?;
        let tally = Arc::new(Tally::default());
        let progress = Progress::of("reading", Arc::clone(&tally));
        let files = self.read_files(&plan.files)?;
        let sources = plan.sources;
        let unpacked = self.unpacked();
        let known = feeds::known::read(self, args, &policy.schema(), now, trace)?;
        let knowledge = known.as_ref().map(|known| Arc::clone(&known.knowledge));
        tally.add_work(files.iter().map(|given| given.file.bytes.len()).sum());
        let options = ReadOptions {
            zone: self.config.zone.clone(),
            tally,
            trace: trace.map(str::to_owned),
            known,
            unpacked,
            // Who takes warnings for errors wants all of them.
            narrow: needs.narrow && !args.strict_facts,
        };
        let (mut read, compared) = rayon::join(
            || engine::read(policy, files, &sources, now, options),
            || {
                // Who reads no more than the policy does decides next.
                if needs.narrow {
                    policy.learn();
                }
                tzdb::Compared::of(policy.zone_names(), now)
            },
        );
        progress.finish();
        knowledge.map_or(Ok(()), |knowledge| feeds::known::whole(&knowledge))?;
        read.problems.warnings.extend(calendars::read(policy, &mut read.facts, now, &self.config.folder));
        let differences = compared.map(|compared| compared.differences(read.facts.zone_names(policy), self.own_tzdb));
        read.problems.warnings.extend(differences.unwrap_or_default());
        self.judge(&read.problems, args)?;
        Ok(read)
    }

    /// Prints what is wrong with the input on stderr.
    ///
    /// # Errors
    /// There is so much wrong that nothing may be decided.
    pub(super) fn judge(&self, problems: &Problems, args: &FactsArgs) -> Result<(), Failure> {
        self.tell(Topic::Input, |out| problem::write(out, problems, self.format, &self.problems));
        if problems.error_count > 0 && !args.keep_going {
            let help = "mend it, or pass `--keep-going` to decide on what could be read";
            let count = if problems.error_count == 1 {
                "an error".to_owned()
            } else {
                format!("{} errors", problems.error_count)
            };
            return Err(Failure::new(format!("the input has {count}, so nothing was decided")).help(help));
        }
        let warnings = problems.warnings.len();
        if warnings > 0 && args.strict_facts {
            let (count, them) = if warnings == 1 {
                ("1 warning".to_owned(), "it an error")
            } else {
                (format!("{warnings} warnings"), "them errors")
            };
            return Err(Failure::new(format!("the input has {count}, and `--strict-facts` makes {them}")));
        }
        Ok(())
    }

    /// How many bytes a file may hold when unpacked.
    pub(super) fn unpacked(&self) -> u64 {
        self.config.max_unpacked.unwrap_or(input::LARGEST_UNPACKED)
    }

    /// Which files a call reads, and by which sources; from here on there are as many threads as it asks for.
    ///
    /// # Errors
    /// Inputs that a verb cannot do without, and paths that lead nowhere.
    pub(super) fn plan(&self, policy: &Policy, args: &FactsArgs, needs: Needs) -> Result<Plan, Failure> {
        let inputs = self.inputs(args);
        let sources = intake::sources(&self.config, &policy.schema())?;
        let used = self.used(args, &sources);
        let named = |entity| {
            inputs.iter().any(|(of, paths)| *of == entity && !paths.is_empty())
                || used.iter().any(|(_, source)| intake::ends_in(source.mapping.entity) == entity)
        };
        if needs.inventory && !named(TableId::ASSET) {
            let help = "give `--inventory FILE`, or write `inventory = \"…\"` in changegate.toml";
            return Err(Failure::new("no inventory is named").help(help));
        }
        if needs.changes && !named(TableId::CHANGE) {
            let help = "give `--change FILE|DIR`, or write `changes = \"…\"` in changegate.toml";
            return Err(Failure::new("no change is named, so nothing was decided").help(help));
        }
        for (key, given, configured) in [
            ("inventory", &args.inventory, &self.config.inventory),
            ("changes", &args.changes, &self.config.changes),
            ("people", &args.people, &self.config.people),
            ("services", &args.services, &self.config.services),
            ("incidents", &args.incidents, &self.config.incidents),
            ("waivers", &args.waivers, &self.config.waivers),
            ("samples", &args.samples, &self.config.samples),
            ("obligations", &args.obligations, &self.config.obligations),
        ] {
            if given.is_empty() {
                configured.iter().try_for_each(|path| self.config.exists(key, path))?;
            }
        }
        // Zero threads are as many as there are processors; this one is among them. Where it is one of them already, they go on.
        let asked = args.threads.map(usize::from).filter(|threads| *threads > 0);
        let threads = rayon::ThreadPoolBuilder::new().num_threads(asked.unwrap_or_else(super::processors));
        let threads = threads.stack_size(super::STACK).use_current_thread();
        drop(threads.spawn_handler(|thread| self.helper.lend(thread)).build_global());
        let mut files = Vec::new();
        let mut taken = std::collections::HashSet::new();
        for (entity, paths) in inputs {
            for path in paths {
                let source = intake::source_of(path, &self.config, &sources);
                taken.extend(source);
                let path = path.clone();
                files.push(Planned { entity, path, called: called(entity), source, asset: None, is_report: false });
            }
        }
        for (at, source) in used {
            let paths = if taken.contains(&at) { Vec::new() } else { intake::paths(&self.config, source) };
            for path in paths {
                self.config.has(source.line, &path)?;
                let (entity, source) = (source.mapping.entity, Some(at));
                files.push(Planned { entity, path, called: input::ANY, source, asset: None, is_report: false });
            }
        }
        for (asset, path) in self.reports(args) {
            let (entity, called) = (TableId::ASSET, input::ANY);
            files.push(Planned { entity, path, called, source: None, asset, is_report: true });
        }
        Ok(Plan { sources, files })
    }

    /// Reads files of facts.
    ///
    /// # Errors
    /// What cannot be read, by name.
    pub(super) fn read_files<'p>(&self, planned: impl IntoIterator<Item = &'p Planned>) -> Result<Vec<Given>, Failure> {
        let mut files = Vec::new();
        for Planned { entity, path, called, source, asset, is_report } in planned {
            if path.is_dir() {
                input::nothing_left_out(path, called)?;
            }
            for file in input::data(path, called, &self.stdin_taken, self.unpacked())? {
                if *entity == TableId::CHANGE {
                    input::not_blank(&file)?;
                }
                let (asset, is_report) = (asset.clone(), *is_report);
                files.push(Given { entity: *entity, file, source: *source, asset, is_report });
            }
        }
        Ok(files)
    }

    /// The paths of each kind of input: those of the call, or else of the project's file.
    fn inputs<'a>(&'a self, args: &'a FactsArgs) -> [(TableId, &'a [PathBuf]); 8] {
        let config = &self.config;
        [
            (TableId::ASSET, &args.inventory, &config.inventory),
            (TableId::CHANGE, &args.changes, &config.changes),
            (TableId::PERSON, &args.people, &config.people),
            (TableId::SERVICE, &args.services, &config.services),
            (TableId::INCIDENT, &args.incidents, &config.incidents),
            (TableId::WAIVER, &args.waivers, &config.waivers),
            (TableId::SAMPLE, &args.samples, &config.samples),
            (TableId::DUTY, &args.obligations, &config.obligations),
        ]
        .map(|(entity, given, configured)| (entity, if given.is_empty() { configured } else { given }.as_slice()))
    }

    /// The sources that count: those of an entity that the call names files of are passed over, as the other keys of the project's file are.
    fn used<'a>(&self, args: &FactsArgs, sources: &'a [Source]) -> Vec<(usize, &'a Source)> {
        let given = |entity| match intake::ends_in(entity) {
            TableId::ASSET => !args.inventory.is_empty(),
            TableId::CHANGE => !args.changes.is_empty(),
            TableId::PERSON => !args.people.is_empty(),
            TableId::SERVICE => !args.services.is_empty(),
            TableId::INCIDENT => !args.incidents.is_empty(),
            TableId::WAIVER => !args.waivers.is_empty(),
            TableId::SAMPLE => !args.samples.is_empty(),
            TableId::DUTY => !args.obligations.is_empty(),
            _ => false,
        };
        sources.iter().enumerate().filter(|(_, source)| !given(source.mapping.entity)).collect()
    }

    /// The reports, each with the asset that it is about where that is said.
    fn reports(&self, args: &FactsArgs) -> Vec<(Option<String>, PathBuf)> {
        if args.reports.is_empty() {
            return self.config.reports.iter().map(|path| (None, path.clone())).collect();
        }
        let split = |text: &OsString| match text.to_str().and_then(|text| text.split_once('=')) {
            // A file of that very name is not an asset and a file.
            Some((asset, path)) if !asset.is_empty() && !Path::new(text).exists() => {
                (Some(asset.to_owned()), PathBuf::from(path))
            }
            _ => (None, PathBuf::from(text)),
        };
        args.reports.iter().map(split).collect()
    }

    /// The files and folders of facts that a call reads, and how files are called that are read of a folder. Sources count where there is a
    /// vocabulary to read them by.
    pub(super) fn named(&self, args: &FactsArgs, schema: Option<&Schema>) -> Vec<(PathBuf, &'static [&'static str])> {
        let inputs = self.inputs(args).into_iter();
        let mut named: Vec<(PathBuf, &'static [&'static str])> =
            inputs.flat_map(|(entity, paths)| paths.iter().map(move |path| (path.clone(), called(entity)))).collect();
        let sources = schema.and_then(|schema| intake::sources(&self.config, schema).ok()).unwrap_or_default();
        for (_, source) in self.used(args, &sources) {
            named.extend(intake::paths(&self.config, source).into_iter().map(|path| (path, input::ANY)));
        }
        named.extend(self.reports(args).into_iter().map(|(_, path)| (path, input::ANY)));
        named.extend(feeds::known::paths(self, args).into_iter().map(|path| (path, feeds::CALLED)));
        named
    }

    /// How to evaluate.
    pub(super) fn run_options(&self, args: &FactsArgs, changes: Vec<String>) -> RunOptions {
        let batch_size = args.batch_size.and_then(|size| usize::try_from(size).ok());
        let observer = self.clock.clone().map(|clock| clock as Arc<dyn Observer>);
        RunOptions { batch_size, changes, tally: Arc::default(), observer }
    }
}

/// Which facts a verb cannot do without.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needs {
    /// At least one inventory.
    pub inventory: bool,
    /// At least one file of changes.
    pub changes: bool,
    /// Nothing but what the policy reads.
    pub narrow: bool,
}

/// How files of an entity are called in a folder.
fn called(entity: TableId) -> &'static [&'static str] {
    match entity {
        TableId::WAIVER => input::TABLES,
        TableId::ASSET | TableId::CHANGE => input::FOREIGN,
        _ => input::DATA,
    }
}

/// The clock's time.
pub(super) fn clock() -> Result<Instant, Failure> {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .and_then(Instant::from_micros)
        .ok_or_else(|| {
            Failure::new("the clock shows no time between the years 1970 and 9999").help("give `--now TIME`")
        })
}

/// Whether to colour what goes to a terminal or elsewhere.
fn colour(wanted: ColorArg, terminal: bool) -> bool {
    match wanted {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => {
            let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}
