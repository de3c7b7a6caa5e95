//! `changegate facts`: what facts there are, what of them could not be read, and what the policy misses.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Status;
use super::args::{FactsArgs, PolicyArgs};
use super::engine;
use super::failure::Failure;
use super::output;
use super::session::{Needs, Session};
use crate::Policy;
use crate::explain::facts_rows::facts_report;
use crate::explain::facts_show::{Shown, show};
use crate::report::{Format, clean, facts_human, json as report_json};
use crate::syntax::suggest::nearest;

/// Show what facts there are, what could not be read, and what the policy misses
#[derive(Debug, Args)]
pub(super) struct FactsVerb {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show for each field how many records have it, what could not be read, and what the policy misses
    Check {
        #[command(flatten)]
        policy: PolicyArgs,
        #[command(flatten)]
        facts: FactsArgs,
        /// List fields too that no record has and the policy does not read
        #[arg(long)]
        all: bool,
    },
    /// Show one asset as the engine sees it, each fact with the file and line that it comes from
    Show {
        /// The asset, by its id
        #[arg(value_name = "ASSET")]
        asset: String,
        #[command(flatten)]
        policy: PolicyArgs,
        #[command(flatten)]
        facts: FactsArgs,
    },
}

/// Checks or shows.
pub(super) fn run(args: &FactsVerb, session: &Session) -> Result<Status, Failure> {
    match &args.what {
        What::Check { policy, facts, all } => check(policy, facts, *all, session),
        What::Show { asset, policy, facts } => one(asset, policy, facts, session),
    }
}

/// The policy, or one that says nothing where none is named.
fn policy(args: &PolicyArgs, session: &Session) -> Result<Policy, Failure> {
    if args.policy.is_some() || session.config.policy.is_some() {
        return Ok(session.policy(args)?.policy);
    }
    Ok(engine::empty_policy(session.config.zone.as_ref()))
}

fn check(named: &PolicyArgs, args: &FactsArgs, all: bool, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.now.as_deref())?;
    let policy = policy(named, session)?;
    // All of it is to be seen, whatever is wrong.
    let keep = FactsArgs { keep_going: true, strict_facts: false, ..args.clone() };
    let mut read = session.facts(&policy, &keep, now, Needs::default())?;
    let files = std::mem::take(&mut read.files);
    if files.is_empty() {
        let help = "give `--inventory FILE`, or write `inventory = \"…\"` or a `[[source]]` in changegate.toml";
        return Err(Failure::new("no file of facts is named").help(help));
    }
    let report =
        facts_report(policy.program(), read.facts.data(), &read.problems, files, std::mem::take(&mut read.feeds));
    output::print(|out| match session.format {
        Format::Human => facts_human::check(out, &report, all, &session.look),
        Format::Json => report_json::line(out, &report),
        Format::Ndjson => {
            let fields = report.fields.iter().map(|field| json!({ "field": field }));
            let files = report.files.iter().map(|file| json!({ "file": file }));
            let files = files.chain(report.feeds.iter().map(|feed| json!({ "feed": feed })));
            let lacking = report.lacking.iter().map(|lack| json!({ "lacking": lack }));
            report_json::lines(out, files.chain(fields).chain(lacking))
        }
    })?;
    let warnings = read.problems.warnings.len() + report.warnings.len();
    match (read.problems.error_count, warnings) {
        (0, _) if !args.strict_facts => Ok(Status::Good),
        (0, 0) => Ok(Status::Good),
        (0, _) => Err(Failure::new("there are warnings of the input, which `--strict-facts` makes errors")),
        _ => Err(Failure::new("a part of the input cannot be read")
            .help("mend it, or decide on the rest with `--keep-going`")),
    }
}

fn one(asset: &str, named: &PolicyArgs, args: &FactsArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.now.as_deref())?;
    let policy = policy(named, session)?;
    let read =
        session.facts_of(&policy, args, now, Needs { inventory: true, changes: false, narrow: false }, Some(asset))?;
    let trace = read.trace.as_ref();
    let shown = trace.and_then(|trace| show(policy.program(), read.facts.data(), asset, trace));
    let Some(shown) = shown else {
        let ids = read.facts.asset_ids();
        let failure = Failure::new(format!("there is no asset `{asset}`"));
        return Err(match nearest(asset, ids.iter().map(String::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help(format!("the inventory has {} assets", ids.len())),
        });
    };
    match session.format {
        Format::Human => output::print_text(&human(&shown))?,
        Format::Json | Format::Ndjson => output::print(|out| report_json::line(out, &value(&shown)))?,
    }
    Ok(Status::Good)
}

fn human(shown: &Shown) -> String {
    let mut text = format!("asset {}\n", clean(&shown.id));
    let names = shown.fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
    let values = shown.fields.iter().map(|field| field.value.chars().count()).max().unwrap_or_default().min(40);
    for field in &shown.fields {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {:names$}  {:values$}  {}", field.name, clean(&field.value), field.from.join(", "));
    }
    for list in &shown.lists {
        let incomplete = if list.incomplete { ", incomplete" } else { "" };
        let _ = writeln!(text, "\n{} ({}{incomplete})", list.name, list.rows.len());
        for row in &list.rows {
            let known: Vec<String> =
                row.fields.iter().map(|(name, value)| format!("{name} {}", clean(value))).collect();
            let _ = writeln!(text, "  {}", known.join(", "));
            if !row.from.is_empty() {
                let _ = writeln!(text, "      {}", row.from.join(", "));
            }
        }
    }
    if !shown.unknown.is_empty() {
        let unknown: Vec<String> = shown
            .unknown
            .iter()
            .map(|(name, cause)| match *cause {
                "missing" => name.clone(),
                cause => format!("{name} ({cause})"),
            })
            .collect();
        let _ = writeln!(text, "\nunknown: {}", unknown.join(", "));
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn value(shown: &Shown) -> Value {
    let fields: Vec<Value> = shown
        .fields
        .iter()
        .map(|field| json!({ "field": field.name, "value": field.value, "from": field.from }))
        .collect();
    let mut lists = serde_json::Map::new();
    for list in &shown.lists {
        let rows: Vec<Value> = list
            .rows
            .iter()
            .map(|row| json!({ "fields": row.fields.iter().cloned().collect::<BTreeMap<_, _>>(), "from": row.from }))
            .collect();
        lists.insert(list.name.clone(), json!({ "incomplete": list.incomplete, "rows": rows }));
    }
    let unknown: BTreeMap<&str, &str> = shown.unknown.iter().map(|(name, cause)| (name.as_str(), *cause)).collect();
    json!({ "asset": shown.id, "fields": fields, "lists": lists, "unknown": unknown })
}
