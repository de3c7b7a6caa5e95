//! Feeds that lie: too old, shrunken, of another model, incomplete, without records that they had.

use std::collections::{BTreeMap, BTreeSet};

use super::{Remark, is_catalogue};
use crate::sources::Edition;
use crate::sources::feeds::Kind;
use crate::time::{Duration, Instant, TimeValue, parse_instant, parse_time};

/// How far a clock may be ahead of another, as for facts about the past.
const CLOCKS: i64 = 5 * 60 * 1_000_000;

/// What is remarked on an edition of a feed, beside the one that was read before it if there was one.
///
/// A catalogue shrank where it has fewer than nine tenths of the records that it had; other feeds come in pieces, whose sizes say nothing.
pub fn edition(now: Instant, edition: &Edition, former: Option<&Edition>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let feed = edition.feed;
    let mut remark = |name, message| remarks.push(Remark { name, about: feed.to_owned(), message, origin: None });
    let made = edition.made.as_deref().and_then(instant);
    if let Some(made) = made.filter(|made| is_ahead(*made, now)) {
        remark("feed_future", format!("{feed} is dated {made}, which is after {now}"));
    }
    if edition.dropped > 0 {
        let (read, dropped) = (edition.read, edition.dropped);
        remark("feed_incomplete", format!("{dropped} records of {feed} could not be read, {read} could"));
    }
    let Some(former) = former else { return remarks };
    if made.zip(former.made.as_deref().and_then(instant)).is_some_and(|(made, before)| made < before) {
        remark("feed_older", format!("{feed} is older than the edition that was read before"));
    }
    let (has, had) = (edition.read, former.read);
    if is_catalogue(feed) && has.saturating_mul(10) < had.saturating_mul(9) {
        remark("feed_shrank", format!("{feed} has {has} records and had {had}: more than a tenth is gone"));
    }
    if feed == Kind::Epss.name()
        && let (Some(model), Some(before)) = (&edition.version, &former.version)
        && model != before
    {
        remark(
            "epss_model_changed",
            format!("the model of EPSS is `{model}` and was `{before}`: thresholds mean something else"),
        );
    }
    remarks
}

/// What is remarked where of two editions of a catalogue nobody knows which is the later.
pub fn unsure(feed: &str) -> Remark {
    Remark {
        name: "feed_undated",
        about: feed.to_owned(),
        message: format!(
            "of two editions of {feed} one does not say of when it is: what is not in the other is unknown"
        ),
        origin: None,
    }
}

/// What is remarked on an edition that is left out for another.
pub fn older(feed: &str) -> Remark {
    Remark {
        name: "feed_older",
        about: feed.to_owned(),
        message: format!("{feed} is older than the edition that is here, or of its time and has less: it is left out"),
        origin: None,
    }
}

/// Whether what was added at a time (RFC 3339), and says of none, may be later than an edition of a catalogue: not if that was made after it.
pub fn may_be_later(added: &str, made: Option<Instant>) -> bool {
    !matches!((instant(added), made), (Some(added), Some(made)) if made > added)
}

/// What is remarked on the age of the feeds: one that is longer ago than its limit is stale, and one without a date undated. A file with many records is
/// as old as it says, whatever there is beside it; of files of one record each, pieces of one feed, the latest counts. VEX documents do not grow
/// old: what they say holds until they say something else.
pub fn ages<'e>(
    now: Instant,
    editions: impl IntoIterator<Item = &'e Edition>,
    limit: &dyn Fn(Kind) -> Option<Duration>,
) -> Vec<Remark> {
    let mut whole: BTreeMap<Kind, Option<Instant>> = BTreeMap::new();
    let mut pieces: BTreeMap<Kind, Option<Instant>> = BTreeMap::new();
    for edition in editions {
        let Some(kind) = Kind::from_name(edition.feed) else { continue };
        if matches!(kind, Kind::Csaf | Kind::OpenVex | Kind::CycloneDxVex) {
            continue;
        }
        let made = edition.made.as_deref().and_then(instant);
        if is_catalogue(edition.feed) || edition.read.saturating_add(edition.dropped) > 1 {
            let oldest = whole.entry(kind).or_insert(made);
            *oldest = (*oldest).min(made);
        } else {
            let latest = pieces.entry(kind).or_insert(made);
            *latest = (*latest).max(made);
        }
    }
    for (kind, made) in pieces {
        let oldest = whole.entry(kind).or_insert(made);
        *oldest = (*oldest).min(made);
    }
    let remark = |(kind, made): (Kind, Option<Instant>)| {
        let feed = kind.name();
        let limit = limit(kind)?;
        let (name, message) = match made {
            None => ("feed_undated", format!("{feed} does not say of when it is")),
            Some(made) if now.since(made) > limit => {
                ("feed_stale", format!("{feed} is of {made}, longer ago than {limit}"))
            }
            Some(_) => return None,
        };
        Some(Remark { name, about: feed.to_owned(), message, origin: None })
    };
    whole.into_iter().filter_map(remark).collect()
}

/// What is remarked on the records that a feed had and no longer has.
pub fn gone(feed: Kind, former: &BTreeSet<&str>, current: &BTreeSet<&str>) -> Vec<Remark> {
    former
        .difference(current)
        .map(|id| Remark {
            name: "record_gone",
            about: (*id).to_owned(),
            message: format!("`{id}` is no longer in {}", feed.name()),
            origin: None,
        })
        .collect()
}

/// Whether a moment lies ahead, by more than clocks differ.
pub fn is_ahead(moment: Instant, now: Instant) -> bool {
    moment.since(now).micros() > CLOCKS
}

/// The moment that an edition is of: a time, or the beginning of a day.
pub fn instant(text: &str) -> Option<Instant> {
    match parse_time(text).ok()? {
        TimeValue::Instant(instant) => Some(instant),
        TimeValue::Local(_) => parse_instant(&format!("{text}Z")).ok(),
        TimeValue::Date(_) => parse_instant(&format!("{text}T00:00:00Z")).ok(),
    }
}
