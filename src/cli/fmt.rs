//! `changegate fmt`: policies in the one style.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::Status;
use super::args::PolicyArgs;
use super::diff;
use super::engine;
use super::failure::Failure;
use super::input;
use super::output;
use super::session::Session;
use crate::syntax::source::Sources;

/// Bring policies into the one style
#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Files and folders; the configured policy otherwise; `-` reads stdin and writes stdout
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing: name the files that would change, and exit with 1 where there are any
    #[arg(long)]
    check: bool,
    /// Write nothing: print what would change, and exit with 1 where anything would
    #[arg(long)]
    diff: bool,
}

/// Formats every file; one that cannot be parsed is reported and left as it is.
pub(super) fn run(args: &FmtArgs, session: &Session) -> Result<Status, Failure> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        if args.paths.len() > 1 {
            return Err(Failure::new("`-` stands alone: stdin is formatted to stdout"));
        }
        let text = input::utf8(input::stdin(&session.stdin_taken)?, Path::new("-"))?;
        return stdin(args, &text, session);
    }
    let paths =
        if args.paths.is_empty() { vec![session.policy_path(&PolicyArgs::default())?] } else { args.paths.clone() };
    let mut files = Vec::new();
    for path in &paths {
        if input::folder(path)? {
            files.append(&mut input::below(path, "gate")?);
        } else {
            files.push(path.clone());
        }
    }
    if files.is_empty() {
        return Err(Failure::new("there is no *.gate file to format"));
    }
    let mut status = Status::Good;
    let mut said = String::new();
    for file in &files {
        let text = input::text(file)?;
        let Some(formatted) = formatted(&file.display().to_string(), &text, session) else {
            status = Status::Wrong;
            continue;
        };
        if formatted == text {
            continue;
        }
        if !args.check && !args.diff {
            replace(file, &formatted).map_err(|error| Failure::io("write", file, &error))?;
            continue;
        }
        if args.diff {
            said.push_str(&diff::unified(&file.display().to_string(), &text, &formatted));
        } else {
            said.push_str(&format!("{}\n", file.display()));
        }
        if status == Status::Good {
            status = Status::Bad;
        }
    }
    output::print(|out| out.write_all(said.as_bytes()))?;
    Ok(status)
}

fn stdin(args: &FmtArgs, text: &str, session: &Session) -> Result<Status, Failure> {
    let Some(formatted) = formatted("-", text, session) else { return Ok(Status::Wrong) };
    let said = match (args.check, args.diff) {
        (_, true) => diff::unified("-", text, &formatted),
        (true, false) if formatted == text => String::new(),
        (true, false) => "-\n".to_owned(),
        (false, false) => formatted.clone(),
    };
    output::print(|out| out.write_all(said.as_bytes()))?;
    Ok(if (args.check || args.diff) && formatted != text { Status::Bad } else { Status::Good })
}

/// The text in the one style; where it cannot be parsed, what is wrong is printed.
fn formatted(name: &str, text: &str, session: &Session) -> Option<String> {
    match engine::format(text) {
        Ok(formatted) => Some(formatted),
        Err(diagnostics) => {
            let mut sources = Sources::new();
            sources.add(name, text);
            session.print_diagnostics(&diagnostics, &sources);
            None
        }
    }
}

/// Writes the text beside the file and then puts it in the file's place, so that nobody ever sees half of it; permissions stay.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.set_permissions(permissions)?;
        file.sync_all()
    });
    let replaced = written.and_then(|()| fs::rename(&beside, &path));
    if replaced.is_err() {
        // The first error is the one to tell; what was left of the new text goes.
        drop(fs::remove_file(&beside));
    }
    replaced
}
