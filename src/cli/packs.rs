//! `changegate packs`: the packs that ship with the program.

use clap::{Args, Subcommand};
use serde_json::json;

use super::Status;
use super::embedded;
use super::failure::Failure;
use super::output;
use super::session::Session;
use crate::report::Format;
use crate::syntax::suggest::nearest;

/// List the packs that ship with the program, or show one
#[derive(Debug, Args)]
pub(super) struct PacksArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Name every pack
    List,
    /// Print a pack's text
    Show {
        /// The pack, such as cisa/bod-26-04
        #[arg(value_name = "NAME")]
        name: String,
        /// Print its tests too
        #[arg(long)]
        tests: bool,
    },
}

/// Lists or shows.
pub(super) fn run(args: &PacksArgs, session: &Session) -> Result<Status, Failure> {
    match &args.what {
        None | Some(What::List) => list(session)?,
        Some(What::Show { name, tests }) => show(name, *tests, session)?,
    }
    Ok(Status::Good)
}

fn list(session: &Session) -> Result<(), Failure> {
    let names: Vec<&str> = embedded::pack_names().collect();
    let columns = names.iter().map(|name| name.len()).max().unwrap_or_default();
    let packs = names.iter().map(|name| (*name, summary(name)));
    let text = match session.format {
        Format::Human => packs.map(|(name, summary)| format!("{name:columns$}  {summary}\n")).collect::<String>(),
        Format::Ndjson => {
            packs.map(|(name, summary)| format!("{}\n", json!({ "pack": name, "summary": summary }))).collect()
        }
        Format::Json => {
            let packs: Vec<_> = packs.map(|(name, summary)| json!({ "pack": name, "summary": summary })).collect();
            json!({ "packs": packs }).to_string()
        }
    };
    output::print_text(&text)
}

fn show(name: &str, tests: bool, session: &Session) -> Result<(), Failure> {
    let Some(files) = embedded::pack(name) else {
        let failure = Failure::new(format!("there is no pack `{name}`"));
        let by_end = embedded::pack_names().find(|known| known.rsplit('/').next() == Some(name));
        return Err(match by_end.or_else(|| nearest(name, embedded::pack_names())) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`changegate packs list` names them"),
        });
    };
    let shown = files.iter().filter(|(file, _)| tests || !embedded::holds_only_tests(file));
    let text = match session.format {
        Format::Human => shown.map(|(_, text)| *text).collect::<Vec<_>>().join("\n"),
        _ => {
            let files: Vec<_> = shown.map(|(file, text)| json!({ "file": file, "text": text })).collect();
            json!({ "pack": name, "files": files }).to_string()
        }
    };
    output::print_text(&text)
}

/// The pack's own sentence: the doc comment before its `policy` statement, else the statement's title.
fn summary(name: &str) -> &'static str {
    let texts = embedded::pack(name).unwrap_or_default().iter().map(|(_, text)| *text);
    for text in texts {
        let mut doc = None;
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("##") {
                doc = doc.or(Some(rest.trim()));
            } else if line.starts_with("policy ") {
                return doc.or_else(|| line.split('"').nth(1)).unwrap_or_default();
            } else if !line.trim_start().starts_with('#') {
                doc = None;
            }
        }
    }
    ""
}
