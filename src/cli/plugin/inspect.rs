//! `changegate plugin inspect` and `digest`.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::super::Status;
use super::super::failure::Failure;
use super::super::output;
use super::super::session::Session;
use crate::plugin::digest;
use crate::report::{self, Format, tidy};

/// `plugin inspect`
#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// The module: a WebAssembly component
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `plugin digest`
#[derive(Debug, Args)]
pub(super) struct DigestArgs {
    /// The modules
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &InspectArgs, session: &Session) -> Result<Status, Failure> {
    let size = super::bytes(&args.file)?.len();
    let module = super::load(&args.file, session)?;
    let described = module.described();
    let is_signed = super::signature_of(&args.file).is_file();
    output::print(|out| {
        if session.format != Format::Human {
            let checks: Vec<Value> = described
                .checks
                .iter()
                .enumerate()
                .map(|(at, check)| {
                    json!({
                        "check": check.signature.name,
                        "declaration": module.declaration(at),
                        "exported": check.exported,
                        "about": module.about(at),
                    })
                })
                .collect();
            let all = json!({
                "name": described.name,
                "version": described.version,
                "digest": described.digest,
                "bytes": size,
                "signed": is_signed,
                "checks": checks,
            });
            return report::json::line(out, &all);
        }
        writeln!(out, "{} {}", tidy(&described.name), tidy(&described.version))?;
        writeln!(out, "  digest  {}", described.digest)?;
        writeln!(out, "  size    {size} bytes")?;
        let signed = if is_signed { "has a signature beside it" } else { "no signature beside it" };
        writeln!(out, "  signed  {signed}")?;
        for (at, check) in described.checks.iter().enumerate() {
            writeln!(out, "\n  check {}", module.declaration(at))?;
            writeln!(out, "    exported as {}", tidy(&check.exported))?;
            if !module.about(at).is_empty() {
                writeln!(out, "    {}", tidy(module.about(at)))?;
            }
        }
        Ok(())
    })?;
    Ok(Status::Good)
}

pub(super) fn digests(args: &DigestArgs, session: &Session) -> Result<Status, Failure> {
    let mut found = Vec::new();
    for path in &args.files {
        found.push((path.display().to_string(), digest(&super::bytes(path)?)));
    }
    output::print(|out| {
        for (name, digest) in &found {
            match session.format {
                Format::Human => writeln!(out, "{digest}  {}", tidy(name))?,
                _ => report::json::line(out, &json!({ "file": name, "digest": digest }))?,
            }
        }
        Ok(())
    })?;
    Ok(Status::Good)
}
