//! `changegate feeds status`: what the store has, of when, and how much.

use serde_json::{Value, json};

use super::super::Status;
use super::super::failure::Failure;
use super::super::output;
use super::super::session::Session;
use super::{StatusArgs, limit, open, place, tell};
use crate::report::{Format, tidy};
use crate::sources::enrich::guard;
use crate::sources::feeds::Kind;
use crate::sources::store::Held;
use crate::time::Instant;

/// Shows.
pub(super) fn run(args: &StatusArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.store.now.as_deref())?;
    let path = place(&args.store, session);
    let Some(store) = open(&path)? else {
        return Err(Failure::new(format!("there is no store `{}`", path.display()))
            .help("`changegate feeds add FILE…` makes one"));
    };
    let mut held: Vec<&Held> = store.held().iter().collect();
    held.sort_by_key(|held| (Kind::from_name(held.edition.feed), &held.file));
    match session.format {
        Format::Human => output::print_text(&table(&held, now))?,
        _ => output::print_text(&json!({ "store": path.display().to_string(), "feeds": held.iter().map(|it| object(it)).collect::<Vec<_>>() }).to_string())?,
    }
    let limit = |kind| limit(&args.store, session, kind);
    tell::remarks(&guard::ages(now, held.iter().map(|held| &held.edition), &limit), session)?;
    Ok(Status::Good)
}

fn object(held: &Held) -> Value {
    let it = &held.edition;
    json!({
        "feed": it.feed, "file": held.file, "version": it.version, "made": it.made, "records": it.read, "refused": it.dropped, "added": held.added,
    })
}

/// A line for each feed: of several files the latest date, and the sums.
fn table(held: &[&Held], now: Instant) -> String {
    let mut rows = vec![["feed", "version", "of", "age", "records", "refused", "added", "file"].map(str::to_owned)];
    for feed in held.chunk_by(|one, other| one.edition.feed == other.edition.feed) {
        let Some(first) = feed.first() else { continue };
        let made = feed.iter().filter_map(|held| guard::instant(held.edition.made.as_deref()?)).max();
        let days = made.map(|made| now.since(made).micros().div_euclid(86_400_000_000));
        let alone = feed.len() == 1;
        let sum =
            |number: fn(&Held) -> u64| feed.iter().map(|held| number(held)).fold(0, u64::saturating_add).to_string();
        let nothing = || "-".to_owned();
        rows.push([
            first.edition.feed.to_owned(),
            first.edition.version.clone().filter(|_| alone).unwrap_or_else(nothing),
            made.map_or_else(nothing, |made| made.to_string()),
            days.map_or_else(nothing, |days| format!("{days}d")),
            sum(|held| held.edition.read),
            sum(|held| held.edition.dropped),
            feed.iter().map(|held| held.added.as_str()).max().unwrap_or_default().to_owned(),
            if alone { first.file.clone() } else { format!("{} files", feed.len()) },
        ]);
    }
    let mut widths = [0_usize; 8];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; 8]| {
        let cells = row.iter().zip(widths).enumerate().map(|(at, (cell, width))| match at {
            3..=5 => format!("{cell:>width$}"),
            _ => format!("{cell:width$}"),
        });
        format!("{}\n", tidy(cells.collect::<Vec<_>>().join("  ").trim_end()))
    };
    rows.iter().map(line).collect()
}
