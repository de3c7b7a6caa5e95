//! Scores in tenths and the words for them.

use std::fmt;

use super::Version;

/// A CVSS score in exact tenths, 0.0 to 10.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenths(u8);

impl Tenths {
    /// The lowest score, 0.0.
    pub const ZERO: Tenths = Tenths(0);
    /// The highest score, 10.0.
    pub const TEN: Tenths = Tenths(100);

    /// The score of so many tenths, if it is one: at most 100.
    pub fn new(tenths: u8) -> Option<Tenths> {
        (tenths <= 100).then_some(Tenths(tenths))
    }

    /// The score written as a decimal: `9.8`, `10`, `7.50`; `None` for anything that is not
    /// exactly a number of tenths between 0 and 10.
    pub fn from_decimal(text: &str) -> Option<Tenths> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || whole.len() > 2 {
            return None;
        }
        let (tenth, rest) = fraction.split_at_checked(1)?;
        if rest.bytes().any(|b| b != b'0') {
            return None;
        }
        let whole: u8 = whole.parse().ok()?;
        let tenth: u8 = tenth.parse().ok()?;
        Tenths::new(whole.checked_mul(10)?.checked_add(tenth)?)
    }

    /// The number of tenths, 0 to 100.
    pub fn tenths(self) -> u8 {
        self.0
    }

    /// The qualitative severity of this score on the scale of a version.
    ///
    /// Versions 3.0, 3.1 and 4.0 have the scale of their specifications (section 5, in 4.0
    /// section 6). Version 2.0 has none of its own; this is NVD's, which begins at `low`.
    pub fn severity(self, version: Version) -> Severity {
        match (version, self.0) {
            (Version::V2, 0..=39) => Severity::Low,
            (Version::V2, 40..=69) => Severity::Medium,
            (Version::V2, _) => Severity::High,
            (_, 0) => Severity::None,
            (_, 1..=39) => Severity::Low,
            (_, 40..=69) => Severity::Medium,
            (_, 70..=89) => Severity::High,
            (_, _) => Severity::Critical,
        }
    }

    /// The nearest score to a number of tenths: equations of version 2.0 can leave the scale.
    pub(super) fn clamped(tenths: i128) -> Tenths {
        u8::try_from(tenths.clamp(0, 100)).map_or(Tenths::ZERO, Tenths)
    }
}

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// The qualitative severity of a score, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A score of 0.0; never in version 2.0.
    None,
    /// Up to 3.9.
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// 7.0 to 8.9; in version 2.0 to 10.0.
    High,
    /// From 9.0; never in version 2.0.
    Critical,
}

impl Severity {
    /// Every severity, lowest first.
    pub const ALL: [Severity; 5] =
        [Severity::None, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The severity's word, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::None => "none",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
