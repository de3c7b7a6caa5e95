//! `changegate when`: when a change may go, and what is in the way until then.

use clap::Args;

use super::Status;
use super::args::{FactsArgs, PolicyArgs};
use super::check::known;
use super::config;
use super::engine;
use super::failure::Failure;
use super::output;
use super::progress::Progress;
use super::session::{Needs, Session};
use crate::report::{Format, json, when_human};
use crate::syntax::suggest::nearest;
use crate::time::{Duration, parse_duration};

/// How far `when` looks ahead unless told.
const HORIZON: &str = "400d";
/// How far it can be told to look, in days: about a hundred years.
const FARTHEST: i64 = 36_600;

/// Say when a change may go, and what is in the way until then
#[derive(Debug, Args)]
pub(super) struct WhenArgs {
    /// The change
    #[arg(value_name = "CHANGE")]
    change: String,
    /// Only this asset of the change
    #[arg(long, value_name = "ID")]
    asset: Option<String>,
    /// How far to look ahead, such as 30d or 12h
    #[arg(long, value_name = "LENGTH", default_value = HORIZON)]
    horizon: String,
    /// The zone in which to show times; the assets' own otherwise
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    facts: FactsArgs,
}

/// Works it out and prints. The status is 0 where the change may go at its own time, and 1 where it may not.
pub(super) fn run(args: &WhenArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.facts.now.as_deref())?;
    let horizon = horizon(&args.horizon)?;
    let zone = args.zone.as_deref().map(config::zone).transpose().map_err(|failure| failure.at("`--zone`"))?;
    let ready = session.policy_to_decide(&args.policy)?;
    let read =
        session.facts(&ready.policy, &args.facts, now, Needs { inventory: false, changes: true, narrow: false })?;
    known(std::slice::from_ref(&args.change), &read.changes)?;
    let options = session.run_options(&args.facts, vec![args.change.clone()]);
    let progress = Progress::start("looking ahead");
    let (answer, assets) =
        engine::when(&ready.policy, &read.facts, now, (&args.change, args.asset.as_deref()), horizon, &options);
    progress.finish();
    let Some(answer) = answer else {
        let asset = args.asset.as_deref().unwrap_or_default();
        let failure = Failure::new(format!("the change `{}` does not touch the asset `{asset}`", args.change));
        return Err(match nearest(asset, assets.iter().map(String::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure,
        });
    };
    output::print(|out| match session.format {
        Format::Human => when_human::when(out, &answer, now, zone.as_ref(), &session.look),
        format => json::when(out, &answer, format),
    })?;
    if !answer.verdict.permits() {
        return Ok(Status::Bad);
    }
    if read.problems.error_count > 0 {
        return Err(Failure::new("a part of the input could not be read, so the answer may not be right"));
    }
    Ok(Status::Good)
}

fn horizon(text: &str) -> Result<Duration, Failure> {
    let wrong = |why: String| Failure::new(format!("`--horizon {text}`: {why}"));
    let length = parse_duration(text).map_err(|error| {
        let failure = wrong(error.to_string());
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    let farthest = Duration::from_days(FARTHEST).unwrap_or(Duration::ZERO);
    if length <= Duration::ZERO {
        return Err(wrong("it has to be longer than nothing".to_owned()));
    }
    if length > farthest {
        return Err(
            wrong("that is farther than anybody plans".to_owned()).help(format!("up to {farthest} can be asked"))
        );
    }
    Ok(length)
}
