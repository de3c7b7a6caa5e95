//! CVSS by heart: the vectors that random facts hold, with their published scores.

use serde_json::Value;

use super::value::P;
use crate::ir::{CvssPart, Val};

/// A vector with its version, base score, the score that counts (tenths) and the attack vector.
pub struct Known {
    pub text: &'static str,
    pub version: &'static str,
    pub base: i64,
    pub score: i64,
    pub attack_vector: &'static str,
}

const fn known(text: &'static str, version: &'static str, base: i64, score: i64, attack_vector: &'static str) -> Known {
    Known { text, version, base, score, attack_vector }
}

pub const VECTORS: &[Known] = &[
    known("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 93, 93, "network"),
    known("CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 85, 85, "local"),
    known("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:N/I:H/A:L", "3.1", 85, 85, "network"),
    known("CVSS:3.1/AV:A/AC:H/PR:H/UI:R/S:U/C:N/I:L/A:H", "3.1", 46, 46, "adjacent"),
    known("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:L", "3.1", 52, 52, "physical"),
    known("CVSS:3.1/AV:A/AC:L/PR:L/UI:R/S:U/C:L/I:N/A:N", "3.1", 30, 30, "adjacent"),
    known("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.0", 98, 98, "network"),
    known("CVSS:3.0/S:U/AV:N/AC:L/PR:H/UI:N/C:L/I:L/A:N/E:F/RL:X", "3.0", 38, 37, "network"),
    known(
        "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:N/E:H/RL:O/RC:C/CR:H/IR:H/AR:H/MAV:N/MAC:L/MPR:L/MUI:N/MS:C/MC:H/MI:H/MA:H",
        "3.0",
        93,
        95,
        "network",
    ),
    known("AV:N/AC:L/Au:S/C:N/I:C/A:P", "2.0", 75, 75, "network"),
    known("AV:A/AC:M/Au:S/C:P/I:C/A:C", "2.0", 70, 70, "adjacent"),
];

/// Malformed, but one can see which version it is meant to be.
pub const MALFORMED: &[(&str, &str)] =
    &[("CVSS:4.0/AV:N/AC:L", "4.0"), ("CVSS:3.1/AV:N/AC:L/PR:Q/UI:N/S:C/C:N/I:H/A:L", "3.1"), ("CVSS:3.0/AV:N", "3.0")];

const PREFER: [&str; 4] = ["4.0", "3.1", "3.0", "2.0"];
const TENTH: i128 = 100_000_000;

/// What a part of a CVSS value can be; `version` narrows it to that version's vector (`3.1` stands for any of v3).
pub fn part(raw: Option<&Value>, prefer: Option<&[&'static str]>, version: Option<&str>, what: CvssPart) -> P {
    let Some(raw) = raw else { return P::Any };
    if let (Value::Number(n), CvssPart::Score, None) = (raw, what, version) {
        let tenths = n.to_string().parse::<f64>().ok().filter(|s| (0.0..=10.0).contains(s));
        return tenths.map_or(P::Any, |s| P::one(Val::Num((s * 10.0).round() as i128 * TENTH)));
    }
    if let (Value::Number(n), CvssPart::Severity, None) = (raw, what, version) {
        // A score alone is rated on the scale of the current versions.
        let tenths = n.to_string().parse::<f64>().ok().filter(|s| (0.0..=10.0).contains(s));
        return tenths.map_or(P::Any, |s| P::one(rating("3.1", (s * 10.0).round() as i64)));
    }
    let single = std::slice::from_ref(raw);
    let entries: Vec<&str> = raw.as_array().map_or(single, Vec::as_slice).iter().filter_map(Value::as_str).collect();
    let prefer = prefer.unwrap_or(&PREFER);
    let order: Vec<&str> = match version {
        None => prefer.to_vec(),
        Some("3.1") => prefer.iter().copied().filter(|v| v.starts_with('3')).collect(),
        Some(v) => vec![v],
    };
    let version_of = |text: &str| {
        VECTORS
            .iter()
            .find(|k| k.text == text)
            .map(|k| k.version)
            .or_else(|| MALFORMED.iter().find(|m| m.0 == text).map(|m| m.1))
    };
    let Some(text) = order.iter().find_map(|v| entries.iter().find(|text| version_of(text) == Some(*v))) else {
        return P::Any;
    };
    let Some(known) = VECTORS.iter().find(|k| k.text == *text) else { return P::Any };
    P::one(match what {
        CvssPart::Score => Val::Num(i128::from(known.score) * TENTH),
        CvssPart::Base => Val::Num(i128::from(known.base) * TENTH),
        CvssPart::Version => Val::text(known.version),
        CvssPart::AttackVector if known.version == "2.0" => return P::Any,
        CvssPart::AttackVector => word(known.attack_vector),
        CvssPart::Severity => rating(known.version, known.score),
    })
}

fn rating(version: &str, score: i64) -> Val {
    word(match (version, score) {
        ("2.0", 70..) | (_, 70..=89) => "high",
        (_, 90..) => "critical",
        (_, 40..) => "medium",
        (_, 1..) => "low",
        _ => "none",
    })
}

/// The words of CVSS are compared by their text alone here.
pub fn word(text: &str) -> Val {
    Val::Word(0, text.into())
}
