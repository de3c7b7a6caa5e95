//! `changegate lint`: check a policy without deciding anything.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Status;
use super::args::PolicyArgs;
use super::engine::Loaded;
use super::failure::Failure;
use super::output;
use super::session::Session;
use crate::report::{Format, diagnostics};
use crate::syntax::diagnostic::Severity;

/// Check a policy without deciding anything
#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// The policy: a folder of *.gate files, or one file; the configured one otherwise
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Take modules of plugins that the policy does not name by their digest as they are
    #[arg(long)]
    allow_unpinned: bool,
    /// Let warnings fail too
    #[arg(long)]
    strict: bool,
}

/// Checks and prints: the diagnostics are the result, so they go to stdout.
pub(super) fn run(args: &LintArgs, session: &Session) -> Result<Status, Failure> {
    let asked = PolicyArgs { policy: args.path.clone(), allow_unpinned: args.allow_unpinned, ..PolicyArgs::default() };
    let path = session.policy_path(&asked)?;
    let Loaded { policy, diagnostics: found, sources } = session.load(&path, &asked)?;
    output::print(|out| match session.format {
        Format::Human if found.is_empty() => writeln!(out, "{}: no problem found", path.display()),
        Format::Json => {
            let objects: Vec<_> = found.iter().map(|diagnostic| diagnostics::object(diagnostic, &sources)).collect();
            writeln!(out, "{}", json!({ "diagnostics": objects }))
        }
        format => diagnostics::write(out, &found, &sources, format, &session.look),
    })?;
    let wrong = policy.is_none() || found.iter().any(|d| args.strict || d.severity == Severity::Error);
    Ok(if wrong { Status::Wrong } else { Status::Good })
}
