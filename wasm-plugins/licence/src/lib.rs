//! Licence and support contracts of an asset, by its tags: `licence-oracle-until-2026-12-31` allows work on the asset up to and including that day,
//! in UTC. An asset may have several; the one that ends first counts. Without any, no contract restricts it.

wit_bindgen::generate!({ path: ["../wit", "wit"], world: "acme:licence/licence", generate_all });

use exports::changegate::plugin::description::{Check, Description, Guest as Describe};

struct Licence;

impl Describe for Licence {
    fn describe() -> Description {
        let check = |signature: &str, about: &str| Check { signature: signature.into(), about: about.into() };
        Description {
            name: "licence".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            checks: vec![
                check("allowed(tags: set<string>, start: time) -> bool", "every contract in the tags still runs on the day of `start`"),
                check("days_left(tags: set<string>, start: time) -> int or none", "days from `start` to the end of the contract that ends first"),
            ],
        }
    }
}

impl Guest for Licence {
    fn allowed(tags: Vec<String>, start: Instant) -> Result<bool, String> {
        Ok(Self::days_left(tags, start)?.is_none_or(|days| days >= 0))
    }

    fn days_left(tags: Vec<String>, start: Instant) -> Result<Option<i64>, String> {
        let today = start.unix_microseconds.div_euclid(86_400_000_000);
        let mut first = None;
        for tag in &tags {
            let Some((_, end)) = tag.strip_prefix("licence-").and_then(|rest| rest.split_once("-until-")) else { continue };
            let end = day(end).ok_or_else(|| format!("`{tag}` does not end with a date: expected YYYY-MM-DD"))?;
            let left = end - today;
            first = Some(first.map_or(left, |first: i64| first.min(left)));
        }
        Ok(first)
    }
}

/// The days from 1970-01-01 to a date `YYYY-MM-DD`; none where there is no such day.
fn day(text: &str) -> Option<i64> {
    let plain = text.len() == 10 && text.bytes().enumerate().all(|(n, b)| if n == 4 || n == 7 { b == b'-' } else { b.is_ascii_digit() });
    if !plain {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month = usize::try_from(month.checked_sub(1)?).ok()?;
    if !(1..=*lengths.get(month)?).contains(&day) {
        return None;
    }
    let before = year - 1;
    let years = before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    // 719,162 days lie between 0001-01-01 and 1970-01-01.
    Some(years + lengths[..month].iter().sum::<i64>() + day - 1 - 719_162)
}

export!(Licence);
