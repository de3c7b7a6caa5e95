//! `changegate explain`: the page about a diagnostic's code.

use clap::Args;
use serde_json::json;

use super::Status;
use super::embedded;
use super::failure::Failure;
use super::output;
use super::session::Session;
use crate::report::Format;
use crate::syntax::suggest::nearest;

/// Print the page about a diagnostic's code
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The code that a diagnostic names, such as CG0123; all of them are listed without one
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// Prints the page, or the list of codes with their titles.
pub(super) fn run(args: &ExplainArgs, session: &Session) -> Result<Status, Failure> {
    match &args.code {
        Some(code) => page(code, session)?,
        None => list(session)?,
    }
    Ok(Status::Good)
}

fn page(written: &str, session: &Session) -> Result<(), Failure> {
    let code = full(written);
    let Some(text) = embedded::page(&code) else {
        let failure = Failure::new(format!("there is no code `{written}`"));
        return Err(match nearest(&code, embedded::codes()) {
            Some(near) => failure.help(format!("did you mean `{near}`? `changegate explain` lists them all")),
            None => failure.help("`changegate explain` lists them all"),
        });
    };
    match session.format {
        Format::Human => output::print_text(text),
        _ => output::print_text(&json!({ "code": code, "title": title(text), "page": text }).to_string()),
    }
}

fn list(session: &Session) -> Result<(), Failure> {
    let pages = embedded::codes().map(|code| (code, title(embedded::page(code).unwrap_or_default())));
    let text = match session.format {
        Format::Human => pages.map(|(code, title)| format!("{code}  {title}\n")).collect::<String>(),
        Format::Ndjson => pages.map(|(code, title)| format!("{}\n", json!({ "code": code, "title": title }))).collect(),
        Format::Json => {
            let codes: Vec<_> = pages.map(|(code, title)| json!({ "code": code, "title": title })).collect();
            json!({ "codes": codes }).to_string()
        }
    };
    output::print_text(&text)
}

/// `cg123`, `123` and `CG0123` are the same.
fn full(written: &str) -> String {
    let digits = written.trim_start_matches(|c: char| c.eq_ignore_ascii_case(&'c') || c.eq_ignore_ascii_case(&'g'));
    match digits.parse::<u16>() {
        Ok(number) => format!("CG{number:04}"),
        Err(_) => written.to_uppercase(),
    }
}

/// What stands after the code in the page's first line.
fn title(text: &str) -> &str {
    text.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, title)| title)
}
