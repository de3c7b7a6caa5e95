//! `changegate init`: a small policy that works.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::Status;
use super::failure::Failure;
use super::output;
use super::session::Session;

/// Begin a policy: a small one that works
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Where; the current folder otherwise
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

/// The files that are written, by their path.
pub(super) const FILES: [(&str, &str); 5] = [
    ("changegate.toml", include_str!("template/changegate.toml")),
    ("policy/policy.gate", include_str!("template/policy.gate")),
    ("policy/tests.gate", include_str!("template/tests.gate")),
    ("inventory.ndjson", include_str!("template/inventory.ndjson")),
    ("changes/CHG0001.json", include_str!("template/CHG0001.json")),
];

/// Writes the files; where one of them exists nothing is written at all.
pub(super) fn run(args: &InitArgs, _session: &Session) -> Result<Status, Failure> {
    for (name, _) in FILES {
        let path = args.folder.join(name);
        // Also a link that leads nowhere is somebody's.
        if fs::symlink_metadata(&path).is_ok() {
            let help = "name another folder: `changegate init DIR`";
            return Err(Failure::new(format!("`{}` exists already, so nothing was written", path.display())).help(help));
        }
    }
    let mut written = Vec::new();
    for (name, text) in FILES {
        let path = args.folder.join(name);
        if let Err(error) = write(&path, text) {
            // A part of the files would be in the way of another try.
            written.iter().for_each(|path| drop(fs::remove_file(path)));
            return Err(Failure::io("write", &path, &error));
        }
        written.push(path);
    }
    let mut said = String::from("wrote\n");
    for (name, _) in FILES {
        said.push_str(&format!("  {}\n", args.folder.join(name).display()));
    }
    let inside = if args.folder == Path::new(".") { String::new() } else { format!(" -C {}", args.folder.display()) };
    said.push_str(&format!(
        "try\n  changegate{inside} check\n  changegate{inside} why CHG0001\n  changegate{inside} test\n"
    ));
    output::print_text(&said)?;
    Ok(Status::Good)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
