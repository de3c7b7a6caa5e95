//! FIRST's EPSS scores.

use std::sync::Arc;

use serde_json::{Number, Value};

use super::document::{Place, moment_text, shown};
use super::table::{Row, rows};
use super::{Kind, cve_id};
use crate::sources::{Advisory, Edition, Fields, Harvest};

/// Reads a daily file: an optional line `#model_version:…,score_date:…`, a header, a row for each CVE.
///
/// A line of that form without its date is refused, since nobody can then say how old the scores are; a model that calls itself `unknown` is. Scores
/// keep their text. A row whose score is no number from 0 to 1 is refused.
pub fn read(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::Epss.name(), ..Edition::default() };
    let mut bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut line = 1_u32;
    while bytes.first() == Some(&b'#') {
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let (comment, rest) = bytes.split_at_checked(end).unwrap_or((bytes, b""));
        bytes = rest.strip_prefix(b"\n").unwrap_or(rest);
        head(comment, &Place::line(file, line), &mut edition, harvest);
        line = line.saturating_add(1);
    }
    let model = edition.version.clone();
    let dropped = rows(file, bytes, line, &["cve", "epss"], harvest, |row: &Row<'_>, place, harvest| {
        match score(row, model.as_deref(), &place, harvest) {
            Some(advisory) => {
                edition.read += 1;
                harvest.advisories.push(advisory);
            }
            None => edition.dropped += 1,
        }
    });
    edition.dropped += dropped.unwrap_or(1);
    harvest.editions.push(edition);
}

fn head(comment: &[u8], place: &Place, edition: &mut Edition, harvest: &mut Harvest) {
    let expected = "`#model_version:v2026.06.01,score_date:2026-08-22T00:00:00+0000`";
    let Ok(comment) = std::str::from_utf8(comment) else {
        place.refuse(harvest, "the line is not UTF-8", expected);
        return;
    };
    let parts = comment.trim_start_matches('#').trim().split(',').filter_map(|part| part.split_once(':'));
    for (key, value) in parts {
        match (key.trim(), value.trim()) {
            ("model_version", value) if !value.is_empty() && !value.eq_ignore_ascii_case("unknown") => {
                edition.version = Some(value.to_owned());
            }
            ("score_date", value) => edition.made = moment_text(value),
            _ => {}
        }
    }
    if edition.made.is_none() {
        place.refuse(harvest, "the scores have no date", expected);
    }
}

fn score(row: &Row<'_>, model: Option<&str>, place: &Place, harvest: &mut Harvest) -> Option<Advisory> {
    let cell = row.get("cve").map_or("", String::as_str);
    let Some(id) = cve_id(cell) else {
        place.refuse(harvest, format!("`{}` is no CVE identifier", shown(cell)), "`CVE-2026-8037`");
        return None;
    };
    let cell = row.get("epss").map_or("", String::as_str);
    let Some(score) = fraction(cell) else {
        place.refuse(harvest, format!("`{}` is no probability", shown(cell)), "a number from 0 to 1");
        return None;
    };
    let mut fields = Fields::new();
    fields.insert("epss".to_owned(), Value::Number(score));
    if let Some(model) = model {
        fields.insert("epss_model".to_owned(), Value::String(model.to_owned()));
    }
    Some(Advisory {
        feed: Kind::Epss.name(),
        id,
        aliases: Vec::new(),
        upstream: Vec::new(),
        fields,
        affected: None,
        withdrawn: false,
        modified: None,
        origin: place.origin(),
    })
}

/// A number from 0 to 1 as it is written.
fn fraction(text: &str) -> Option<Number> {
    let number: Number = text.parse().ok()?;
    let value = number.as_f64()?;
    (0.0..=1.0).contains(&value).then_some(number)
}
