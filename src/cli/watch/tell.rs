//! What a watch prints: everything first where that is asked for, then what became different, and a line on each time that it decided.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::json;

use super::super::check::Only;
use super::super::failure::Failure;
use super::super::output;
use super::super::session::{Session, clock};
use super::desk::Decided;
use super::files::Changed;
use super::{Asked, names};
use crate::eval::decision::{Decision, Verdict};
use crate::explain::difference::{Differences, differences};
use crate::report::{Format, Look, clean, difference_human, human, json, tidy};
use crate::time::Instant;

/// How many files a line names.
const NAMED: usize = 3;
/// The strongest first.
const VERDICTS: [Verdict; 5] = [Verdict::Deny, Verdict::Defer, Verdict::Hold, Verdict::Warn, Verdict::Permit];

/// Prints.
pub(super) struct Teller<'a> {
    session: &'a Session,
    only: Option<Only>,
    whole: bool,
}

impl<'a> Teller<'a> {
    pub(super) fn new(session: &'a Session, asked: &Asked) -> Self {
        Self { session, only: asked.only, whole: asked.whole }
    }

    fn is_shown(&self, decision: &Decision) -> bool {
        self.only.is_none() || !decision.verdict.permits()
    }

    /// Tells what was decided, and how that differs from what was decided before.
    ///
    /// # Errors
    /// What writing fails with.
    pub(super) fn decided(
        &self,
        kept: Option<&Decided>,
        decided: &Decided,
        changed: &Changed,
        took: Duration,
    ) -> Result<(), Failure> {
        let look = &self.session.look;
        let both = kept.map(|kept| (kept.held.apart(&decided.held), kept.times()));
        let found = both.as_ref().map(|((before, after), then)| {
            let mut found = differences(before, after, then, decided.now);
            found.decisions.retain(|one| one.before.into_iter().chain(one.after).any(|one| self.is_shown(one)));
            found
        });
        // What was decided anew only to be sure, and is as it was, is no news.
        if changed.is_doubt() && found.as_ref().is_some_and(Differences::is_empty) {
            return Ok(());
        }
        // Where no time has passed, it was the files.
        let files =
            kept.filter(|kept| changed.is_doubt() && kept.now == decided.now).map(|_| changed.clone().without_doubt());
        let changed = files.as_ref().unwrap_or(changed);
        output::print_on(|out| {
            match (&found, self.session.format) {
                (None, format) if self.whole => {
                    let outcome = decided.held.outcome();
                    let shown: Vec<&Decision> =
                        outcome.decisions.iter().filter(|decision| self.is_shown(decision)).collect();
                    match format {
                        Format::Human => human::decisions(out, &shown, &outcome.summaries, look)?,
                        _ => json::decisions(out, &shown, &outcome.summaries, format)?,
                    }
                }
                (None, _) => {}
                (Some(found), Format::Human) => {
                    if !found.is_empty() {
                        writeln!(out)?;
                    }
                    difference_human::differences(out, found, decided.now, look)?;
                }
                (Some(found), _) => json::differences(out, found)?,
            }
            self.line(out, decided, found.as_ref(), changed, took)
        })
    }

    /// The line on a time that it decided.
    fn line(
        &self,
        out: &mut impl Write,
        decided: &Decided,
        found: Option<&Differences<'_>>,
        changed: &Changed,
        took: Duration,
    ) -> io::Result<()> {
        let decisions = VERDICTS.iter().map(|verdict| decided.held.count(*verdict)).sum();
        let changes = decided.held.summaries().len() as u64;
        let different = found.map(|found| found.decisions.len());
        if self.session.format != Format::Human {
            let watch = json!({
                "at": whole_second(decided.at).to_rfc3339(),
                "now": decided.now.to_rfc3339(),
                "status": "decided",
                "because": because(changed),
                "decisions": decisions,
                "changes": changes,
                "different": different,
                "errors": decided.errors,
                "took_ms": millis(took),
            });
            return json::line(out, &json!({ "watch": watch }));
        }
        let counts = format!("{}, {}", counted(changes, "change"), counted(decisions, "decision"));
        let what = match different {
            None => format!("watching {counts}{}", verdicts(decided, &self.session.look)),
            Some(0) if found.is_some_and(Differences::is_empty) => format!("nothing differs: {counts}"),
            Some(0) => format!("no decision differs: {counts}"),
            Some(1) => format!("1 decision differs: {counts}"),
            Some(different) => format!("{different} decisions differ: {counts}"),
        };
        self.human(out, decided.at, &shown_because(changed), &format!("{what} ({} ms)", millis(took)))
    }

    /// Tells that nothing could be decided, and that what was decided before stands.
    ///
    /// # Errors
    /// What writing fails with.
    pub(super) fn failed(
        &self,
        kept: Option<&Decided>,
        failure: &Failure,
        changed: &Changed,
        took: Duration,
    ) -> Result<(), Failure> {
        failure.print(self.session.format, &self.session.problems);
        let at = clock()?;
        let message = match failure {
            Failure::Message { message, .. } => message.as_str(),
            Failure::Reported | Failure::ClosedPipe => "nothing was decided",
        };
        output::print_on(|out| {
            if self.session.format != Format::Human {
                let watch = json!({
                    "at": whole_second(at).to_rfc3339(),
                    "status": "failed",
                    "because": because(changed),
                    "message": message,
                    "kept": kept.map(|kept| kept.now.to_rfc3339()),
                    "took_ms": millis(took),
                });
                return json::line(out, &json!({ "watch": watch }));
            }
            let look = &self.session.look;
            let stands = match kept {
                Some(kept) => format!("what was decided at {} stands", shown_time(look, kept.at)),
                None => "it is tried again when a file changes".to_owned(),
            };
            let text = format!("{}; {stands}", look.paint.bad(&tidy(message)));
            self.human(out, at, &shown_because(changed), &text)
        })
    }

    /// Tells that the system does not tell of every change.
    pub(super) fn is_deaf(&self, why: &str, looks: Duration) {
        let message = format!(
            "the system cannot tell of changes here ({}): files are looked at every {} s",
            tidy(why),
            looks.as_secs()
        );
        let mut err = io::stderr().lock();
        // Where stderr is closed there is nobody to tell.
        drop(if self.session.format == Format::Human {
            writeln!(err, "{}: {message}", self.session.problems.paint.caution("warning"))
        } else {
            json::line(&mut err, &json!({ "severity": "warning", "message": message }))
        });
    }

    fn human(&self, out: &mut impl Write, at: Instant, because: &str, text: &str) -> io::Result<()> {
        let paint = self.session.look.paint;
        let because = if because.is_empty() { String::new() } else { format!("{because}: ") };
        writeln!(out, "{}  {because}{text}", paint.dim(&shown_time(&self.session.look, at)))
    }
}

/// What made it decide.
fn because(changed: &Changed) -> Vec<String> {
    let mut all = names(changed.files.keys());
    if changed.by_clock || changed.is_doubt() {
        all.push("time".to_owned());
    }
    all
}

/// The same for people, who need not be told all of many.
fn shown_because(changed: &Changed) -> String {
    let all = because(changed);
    let mut shown: Vec<String> = all.iter().take(NAMED).map(|name| clean(name).into_owned()).collect();
    if all.len() > NAMED {
        shown.push(format!("{} more", all.len() - NAMED));
    }
    shown.join(", ")
}

/// `: 3 deny, 2 hold`
fn verdicts(decided: &Decided, look: &Look) -> String {
    let parts: Vec<String> = VERDICTS
        .into_iter()
        .filter_map(|verdict| {
            let count = decided.held.count(verdict);
            (count > 0).then(|| look.paint.verdict(verdict, &format!("{count} {}", verdict.as_str())))
        })
        .collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) }
}

fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

fn whole_second(at: Instant) -> Instant {
    const SECOND: i64 = 1_000_000;
    Instant::from_micros(at.micros().div_euclid(SECOND).saturating_mul(SECOND)).unwrap_or(at)
}

/// To the second, always of one width.
fn shown_time(look: &Look, at: Instant) -> String {
    let shown = look.time(whole_second(at));
    if shown.matches(':').count() == 1 { format!("{shown}:00") } else { shown }
}
