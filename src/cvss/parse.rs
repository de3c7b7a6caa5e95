//! Text to vector, as strictly as FIRST's specifications and JSON schemas.

use super::table::{Group, Metric};
use super::{Vector, VectorError, Version};

const PREFIX: &str = "CVSS:";

/// Reads a CVSS vector.
///
/// Upper and lower case count, and nothing may stand around the vector. Versions 3.0, 3.1 and 4.0
/// need their prefix; a vector of version 2.0 has none, or `CVSS:2.0/`, and may stand in
/// parentheses. Metrics may come in any order, but for version 4.0, whose order is fixed (section
/// 7 of its specification). The first mistake from the left is reported, in a message of bounded
/// length.
pub fn parse(text: &str) -> Result<Vector, VectorError> {
    if text.is_empty() {
        return Err(VectorError::Empty);
    }
    let (version, parts) = split_version(text)?;
    let metrics = version.metrics();
    let mut vector = Vector::new(version);
    let mut seen: u32 = 0;
    let mut latest: Option<(usize, &'static str)> = None;
    for part in parts.split('/') {
        let (place, metric, level) = read_part(version, part)?;
        let bit = u32::try_from(place).ok().and_then(|place| 1_u32.checked_shl(place)).unwrap_or(0);
        if seen & bit != 0 {
            return Err(VectorError::Duplicate { metric: metric.code });
        }
        seen |= bit;
        match latest {
            Some((before, after)) if version == Version::V40 && place < before => {
                return Err(VectorError::OutOfOrder { metric: metric.code, after });
            }
            _ => latest = Some((place, metric.code)),
        }
        if let Some(slot) = vector.levels.get_mut(place) {
            *slot = level;
        }
    }
    let missing: Vec<&'static str> = metrics
        .iter()
        .zip(vector.levels)
        .filter(|(metric, level)| metric.group == Group::Base && *level == 0)
        .map(|(metric, _)| metric.code)
        .collect();
    if missing.is_empty() { Ok(vector) } else { Err(VectorError::Missing { version, metrics: missing }) }
}

/// The version and the text behind its prefix.
fn split_version(text: &str) -> Result<(Version, &str), VectorError> {
    let (inner, wrapped) = match (text.strip_prefix('('), text.strip_suffix(')')) {
        (None, None) => (text, false),
        (Some(rest), Some(_)) => (rest.strip_suffix(')').unwrap_or(rest), true),
        _ => return Err(VectorError::Parenthesis),
    };
    if inner.is_empty() {
        return Err(VectorError::Empty);
    }
    let unknown =
        || VectorError::UnknownVersion { found: VectorError::shown(inner.split('/').next().unwrap_or(inner)) };
    let (version, parts) = match inner.strip_prefix(PREFIX) {
        Some(rest) => {
            let (number, parts) = rest.split_once('/').ok_or_else(unknown)?;
            (Version::from_number(number).ok_or_else(unknown)?, parts)
        }
        None => {
            // Only a known metric tells a vector of version 2.0 from any other text.
            let code = inner.split(':').next().unwrap_or(inner);
            let known = Version::V2.metrics().iter().any(|m| m.code == code);
            if !known {
                return Err(unknown());
            }
            (Version::V2, inner)
        }
    };
    if wrapped && version != Version::V2 {
        return Err(VectorError::Parenthesis);
    }
    Ok((version, parts))
}

/// One `METRIC:VALUE`: the metric's place, the metric, and the level as a vector keeps it.
fn read_part(version: Version, part: &str) -> Result<(usize, &'static Metric, u8), VectorError> {
    if part.is_empty() {
        return Err(VectorError::EmptyPart);
    }
    let found = || VectorError::shown(part);
    let (code, value) = part.split_once(':').ok_or_else(|| VectorError::NotAPart { found: found() })?;
    let (place, metric) = version
        .metrics()
        .iter()
        .enumerate()
        .find(|(_, metric)| metric.code == code)
        .ok_or_else(|| VectorError::UnknownMetric { version, found: found() })?;
    if metric.group != Group::Base && value == version.not_defined() {
        return Ok((place, metric, 0));
    }
    metric
        .levels
        .iter()
        .zip(1_u8..)
        .find(|(level, _)| level.code == value)
        .map(|(_, chosen)| (place, metric, chosen))
        .ok_or_else(|| VectorError::UnknownValue {
            version,
            metric: metric.code,
            found: found(),
            expected: allowed(version, metric),
        })
}

fn allowed(version: Version, metric: &Metric) -> Vec<&'static str> {
    let undefined = (metric.group != Group::Base).then(|| version.not_defined());
    let levels = metric.levels.iter().map(|level| level.code);
    levels.chain(undefined).collect()
}
