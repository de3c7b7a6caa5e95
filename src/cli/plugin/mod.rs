//! `changegate plugin`: what an author of plugins needs.

mod fresh;
mod host;
mod inspect;
mod run;
mod sign;
mod test;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::Status;
use super::failure::Failure;
use super::input;
use super::session::Session;

pub(super) use host::Modules;

/// See what a plugin's module has, ask it, test it, sign it
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct PluginArgs {
    #[command(subcommand)]
    verb: PluginVerb,
}

#[derive(Debug, Subcommand)]
enum PluginVerb {
    /// Say what a module has: its checks, their types, its digest
    Inspect(inspect::InspectArgs),
    /// Print the digests of modules, for `digest` in a policy
    Digest(inspect::DigestArgs),
    /// Ask a check once
    Run(run::RunArgs),
    /// Ask a module's checks again and again, and see whether the answers hang on anything but the inputs
    Test(test::TestArgs),
    /// Sign a module; `FILE.sig` is written
    Sign(sign::SignArgs),
    /// See who signed a module
    Verify(sign::VerifyArgs),
    /// Begin a plugin: a project that builds
    New(fresh::NewArgs),
}

/// Does what is asked.
pub(super) fn run(args: &PluginArgs, session: &Session) -> Result<Status, Failure> {
    match &args.verb {
        PluginVerb::Inspect(args) => inspect::run(args, session),
        PluginVerb::Digest(args) => inspect::digests(args, session),
        PluginVerb::Run(args) => run::run(args, session),
        PluginVerb::Test(args) => test::run(args, session),
        PluginVerb::Sign(args) => sign::sign(args),
        PluginVerb::Verify(args) => sign::verify(args),
        PluginVerb::New(args) => fresh::run(args),
    }
}

/// The bytes of a module.
fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    input::bytes(path, super::loader::LARGEST_MODULE)
}

/// A module that can be asked.
fn load(path: &Path, session: &Session) -> Result<crate::plugin::Module, Failure> {
    let bytes = bytes(path)?;
    let mut modules = Modules::new(true, (session.format, session.problems.clone()));
    modules.load(&bytes).map_err(|why| Failure::new(format!("`{}` cannot be used: {why}", path.display())))
}

/// The place of a check in a module.
fn check(module: &crate::plugin::Module, name: &str) -> Result<usize, Failure> {
    let checks = &module.described().checks;
    checks.iter().position(|check| check.signature.name == name).ok_or_else(|| {
        let names: Vec<String> = checks.iter().map(|check| format!("`{}`", check.signature.name)).collect();
        Failure::new(format!("the module has no check `{name}`")).help(format!("it has {}", names.join(", ")))
    })
}

/// Where a module's signature stands.
fn signature_of(module: &Path) -> PathBuf {
    let mut name = module.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}
