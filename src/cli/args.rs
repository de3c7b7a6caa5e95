//! The arguments.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::audit::AuditArgs;
use super::bench::BenchArgs;
use super::calendar::CalendarArgs;
use super::check::CheckArgs;
use super::completions::CompletionsArgs;
use super::eval::EvalArgs;
use super::explain::ExplainArgs;
use super::facts::FactsVerb;
use super::feeds::FeedsArgs;
use super::fmt::FmtArgs;
use super::init::InitArgs;
use super::lint::LintArgs;
use super::packs::PacksArgs;
use super::plugin::PluginArgs;
use super::schema::SchemaArgs;
use super::test::TestArgs;
use super::triage::TriageArgs;
use super::watch::WatchArgs;
use super::when::WhenArgs;
use super::why::WhyArgs;
use crate::report;

/// Policy as code for change and patch management.
#[derive(Debug, Parser)]
#[command(
    name = "changegate",
    version,
    about,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Exit status: 0 permitted (warnings included) or done; 1 not permitted, a test failed, a file is not formatted; \
                  2 the policy, the input or the call is wrong, or nothing was decided."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

/// What holds for every verb.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Run as if started in DIR; several are taken one after the other
    #[arg(short = 'C', value_name = "DIR", global = true, action = ArgAction::Append, value_parser = clap::builder::OsStringValueParser::new())]
    pub directory: Vec<OsString>,
    /// How to print the result
    #[arg(long, value_enum, value_name = "FORMAT", global = true, default_value_t = FormatArg::Human)]
    pub format: FormatArg,
    /// When to use colour; NO_COLOR is respected
    #[arg(long, value_enum, value_name = "WHEN", global = true, default_value_t = ColorArg::Auto)]
    pub color: ColorArg,
    /// Decide by this time-zone database, such as /usr/share/zoneinfo; the one inside the program otherwise
    #[arg(long, value_name = "DIR", global = true)]
    pub tzdb: Option<PathBuf>,
}

/// `--format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// Tables for people
    Human,
    /// One JSON object
    Json,
    /// One JSON object on each line
    Ndjson,
    /// iCalendar, for people's calendars; only `calendar` prints it
    Ics,
}

impl From<FormatArg> for report::Format {
    fn from(format: FormatArg) -> Self {
        match format {
            // What is wrong goes to a person, also where a calendar was asked for.
            FormatArg::Human | FormatArg::Ics => Self::Human,
            FormatArg::Json => Self::Json,
            FormatArg::Ndjson => Self::Ndjson,
        }
    }
}

/// `--color`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Which policy.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct PolicyArgs {
    /// The policy: a folder of *.gate files, or one file
    #[arg(long, value_name = "PATH")]
    pub policy: Option<PathBuf>,
    /// Take modules of plugins that the policy does not name by their digest as they are
    #[arg(long)]
    pub allow_unpinned: bool,
    /// A folder in which the answers of plugins are remembered from one run to the next
    #[arg(long, value_name = "DIR")]
    pub plugin_answers: Option<PathBuf>,
    /// Milliseconds that one call of a plugin may take before the run ends
    #[arg(long, value_name = "MS", hide = true, value_parser = clap::value_parser!(u64).range(1..))]
    pub plugin_guard: Option<u64>,
}

/// Which facts, and when.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct FactsArgs {
    /// An inventory of assets: NDJSON, JSON, CSV, YAML or an export of another tool; `-` is stdin; may be repeated
    #[arg(long, value_name = "FILE")]
    pub inventory: Vec<PathBuf>,
    /// Changes: a file of JSON, YAML or tickets, or a folder of them; may be repeated
    #[arg(long = "change", value_name = "FILE|DIR")]
    pub changes: Vec<PathBuf>,
    /// People with their roles and delegations, NDJSON or JSON; may be repeated
    #[arg(long, value_name = "FILE")]
    pub people: Vec<PathBuf>,
    /// Services with their owners, NDJSON or JSON; may be repeated
    #[arg(long, value_name = "FILE")]
    pub services: Vec<PathBuf>,
    /// Incidents, NDJSON or JSON; may be repeated
    #[arg(long, value_name = "FILE")]
    pub incidents: Vec<PathBuf>,
    /// Waivers, CSV, NDJSON or JSON; may be repeated
    #[arg(long, value_name = "FILE")]
    pub waivers: Vec<PathBuf>,
    /// Measurements that metrics read, NDJSON or JSON; may be repeated
    #[arg(long, value_name = "FILE")]
    pub samples: Vec<PathBuf>,
    /// Duties still open: what an earlier `check` printed as JSON or NDJSON; may be repeated
    #[arg(long, value_name = "FILE")]
    pub obligations: Vec<PathBuf>,
    /// Reports of scanners and bills of materials; ASSET is what a file is about, where it does not say so; may be repeated
    #[arg(long = "report", value_name = "[ASSET=]FILE")]
    pub reports: Vec<OsString>,
    /// Feeds about vulnerabilities that findings are joined with: the store of `feeds add`, files, folders of them; may be repeated
    #[arg(long, value_name = "PATH", conflicts_with = "no_feeds")]
    pub feeds: Vec<PathBuf>,
    /// Join findings with no feed, whatever is configured
    #[arg(long)]
    pub no_feeds: bool,
    /// The time to decide for, such as 2026-12-18T18:00Z; the clock's otherwise
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Decide even where a part of the input cannot be read; says what was left out
    #[arg(long)]
    pub keep_going: bool,
    /// Decide nothing where there is any warning of the input
    #[arg(long)]
    pub strict_facts: bool,
    /// How many threads to use; as many as there are processors otherwise
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// How many rows to evaluate at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub batch_size: Option<u32>,
}

/// What to do. The arguments of a verb are made when it is the one that is asked for.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum Verb {
    /// Decide whether changes may go
    Check(CheckArgs),
    /// Go on deciding, and show what becomes different as files change
    Watch(WatchArgs),
    /// Show how urgent each finding is, and when it is due
    Triage(TriageArgs),
    /// Show the state of the estate: what is against the policy, overdue, or about to end
    Audit(AuditArgs),
    /// Say why a change got its verdict
    Why(WhyArgs),
    /// Say when a change may go, and what is in the way until then
    When(WhenArgs),
    /// Show the policy's blackouts and windows
    Calendar(CalendarArgs),
    /// Run the policy's own tests
    Test(TestArgs),
    /// Show what facts there are, what could not be read, and what the policy misses
    Facts(FactsVerb),
    /// Measure what a check costs, by stage and by statement
    Bench(BenchArgs),
    /// Work out an expression for every record
    Eval(EvalArgs),
    /// Check a policy without deciding anything
    Lint(LintArgs),
    /// Bring policies into the one style
    Fmt(FmtArgs),
    /// Keep advisories of public feeds in a local store
    Feeds(FeedsArgs),
    /// See what a plugin's module has, ask it, test it, sign it
    Plugin(PluginArgs),
    /// Print the vocabulary that policies can use, or a JSON Schema
    Schema(SchemaArgs),
    /// Print the page about a diagnostic's code
    Explain(ExplainArgs),
    /// List the packs that ship with the program, or show one
    Packs(PacksArgs),
    /// Begin a policy: a small one that works
    Init(InitArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}
