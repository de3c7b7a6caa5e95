//! `changegate why`: the reasons of a verdict, with the policy's text and the facts.

use clap::Args;

use super::Status;
use super::args::{FactsArgs, PolicyArgs};
use super::check::known;
use super::engine;
use super::failure::Failure;
use super::output;
use super::session::{Needs, Session};
use crate::report::{Format, json, why_human};
use crate::syntax::suggest::nearest;

/// Say why a change got its verdict
#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// The change
    #[arg(value_name = "CHANGE")]
    change: String,
    /// Only this asset
    #[arg(value_name = "ASSET")]
    asset: Option<String>,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    facts: FactsArgs,
}

/// Explains and prints. The status is 0 whatever the verdict: the question was answered.
pub(super) fn run(args: &WhyArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.facts.now.as_deref())?;
    let ready = session.policy_to_decide(&args.policy)?;
    let read =
        session.facts(&ready.policy, &args.facts, now, Needs { inventory: false, changes: true, narrow: false })?;
    known(std::slice::from_ref(&args.change), &read.changes)?;
    let options = session.run_options(&args.facts, vec![args.change.clone()]);
    let (answer, assets) = engine::why(&ready.policy, &read.facts, now, &args.change, args.asset.as_deref(), &options);
    let Some(answer) = answer else {
        let asset = args.asset.as_deref().unwrap_or_default();
        let failure = Failure::new(format!("the change `{}` does not touch the asset `{asset}`", args.change));
        return Err(match nearest(asset, assets.iter().map(String::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure,
        });
    };
    output::print(|out| match session.format {
        Format::Human => why_human::why(out, &answer, &ready.sources, &session.look),
        format => json::why(out, std::slice::from_ref(&answer), format),
    })?;
    Ok(if read.problems.error_count > 0 { Status::Wrong } else { Status::Good })
}
