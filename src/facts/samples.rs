//! Samples of metrics, put into the form of other records: an identity of their own, labels as a set of texts, and a number rounded to what a
//! decimal holds.

use std::borrow::Cow;

use super::json::Json;
use crate::check::decimal::Decimal;

/// A sample as its table holds it. What is not understood is left as it is, so that whoever reads it says so.
///
/// A sample is what was measured of one series at one time: two that differ in their value alone contradict each other.
pub(super) fn of_record(record: Json<'_>) -> Json<'_> {
    let Json::Object(entries) = record else { return record };
    let mut entries: Vec<_> = entries
        .into_iter()
        .map(|(key, value)| match key.as_ref() {
            "labels" => (key, labels(value)),
            "value" => (key, number(value)),
            _ => (key, value),
        })
        .collect();
    if !entries.iter().any(|(key, _)| key == "id") {
        let id = Json::String(Cow::Owned(identity(&entries)));
        entries.push((Cow::Borrowed("id"), id));
    }
    Json::Object(entries)
}

/// What makes two records the same sample: everything but the value.
fn identity(entries: &[(Cow<'_, str>, Json<'_>)]) -> String {
    let mut named: Vec<_> = entries.iter().filter(|(key, _)| key != "value").cloned().collect();
    named.iter_mut().for_each(|(_, value)| value.canonical());
    named.sort_unstable();
    let mut id = String::new();
    for (key, value) in &named {
        id.push_str(if id.is_empty() { "" } else { "/" });
        id.push_str(&escaped(key));
        id.push('=');
        id.push_str(&value.full());
    }
    if id.is_empty() { "sample".to_owned() } else { id }
}

/// `{"service": "payments"}` as `["service=payments"]`.
fn labels(value: Json<'_>) -> Json<'_> {
    let Json::Object(entries) = value else { return value };
    let label = |(key, value): (Cow<'_, str>, Json<'_>)| match value {
        Json::String(text) => Json::String(Cow::Owned(label(&key, &text))),
        // Not a text: the set of labels will count as incomplete.
        Json::Bool(value) => Json::Bool(value),
        _ => Json::Null,
    };
    Json::Array(entries.into_iter().map(label).collect())
}

/// A label as the set of labels holds it.
#[must_use]
pub fn label(key: &str, value: &str) -> String {
    format!("{}={value}", escaped(key))
}

/// A name in which neither `=` nor `/` stands.
fn escaped(key: &str) -> String {
    key.replace('%', "%25").replace('=', "%3D").replace('/', "%2F")
}

/// A number, or the text of one, to the billionth; half to even.
fn number(value: Json<'_>) -> Json<'_> {
    let text = match &value {
        Json::Number(text) | Json::String(text) => text.as_ref(),
        _ => return value,
    };
    match read(text.strip_suffix('%').unwrap_or(text)) {
        Some(number) => Json::Number(Cow::Owned(number.to_string())),
        None => value,
    }
}

fn read(text: &str) -> Option<Decimal> {
    if let Some(exact) = Decimal::parse(text) {
        return Some(exact);
    }
    // Monitoring systems write all digits of a binary number: what lies beyond the billionth is rounded off.
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let rest = rest.strip_prefix('+').unwrap_or(rest);
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = whole.chars().chain(fraction.chars()).collect();
    if whole.is_empty() || digits.len() > 400 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // The number is `digits` with the point this far from its left end.
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    if !(-400..=400).contains(&point) {
        let zero = digits.bytes().all(|digit| digit == b'0') || point < 0;
        return zero.then_some(Decimal::ZERO);
    }
    let padded = format!("{}{digits}{}", "0".repeat(usize::try_from(-point).unwrap_or(0)), "0".repeat(800));
    let point = usize::try_from(point).unwrap_or(0);
    // At least one digit beyond those that are kept is there, and says how to round.
    let (kept, beyond) = padded.split_at_checked(point.checked_add(9)?)?;
    let mut raw: i128 = 0;
    for digit in kept.bytes() {
        raw = raw.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    let first = beyond.bytes().next().unwrap_or(b'0');
    let exactly_half = first == b'5' && beyond.bytes().skip(1).all(|digit| digit == b'0');
    if first >= b'5' && (!exactly_half || raw % 2 == 1) {
        raw = raw.checked_add(1)?;
    }
    Decimal::from_raw(if sign.is_empty() { raw } else { raw.checked_neg()? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn shown(text: &str) -> Option<String> {
        read(text).map(|number| number.to_string())
    }

    #[test]
    fn numbers_of_monitoring_systems_are_read_to_the_billionth() {
        for (text, wanted) in [
            ("0.25", "0.25"),
            ("-3", "-3"),
            ("+7.5", "7.5"),
            ("0.0012345678905", "0.001234568"),
            ("0.0000000005", "0"),
            ("0.0000000015", "0.000000002"),
            ("0.00000000050000000001", "0.000000001"),
            ("-0.0000000015", "-0.000000002"),
            ("1.2345678901234e-05", "0.000012346"),
            ("1.23456789012345678e+3", "1234.567890123"),
            ("1e-300", "0"),
            ("0e999999999", "0"),
            ("99.999999999999", "100"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in
            ["NaN", "+Inf", "-Inf", "", "Infinity", ".5x", "1e", "1e999", "0x10", "1_000", "12345678901234567890.1"]
        {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
