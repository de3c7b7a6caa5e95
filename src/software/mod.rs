//! Names, versions and ranges of software: which of two versions is newer in its ecosystem, and whether an advisory speaks of a package.
//!
//! - [`version`]: the orders of versions, one for each family of ecosystems.
//! - [`ecosystem`]: which order a package's versions follow, and which release of a distribution it belongs to.
//! - [`purl`], [`cpe`]: the two ways to name software.
//! - [`vers`]: ranges of versions, as documents about products write them.
//! - [`osv`], [`configuration`]: whether an advisory of OSV, or of the NVD, speaks of what an asset has.
//!
//! **Invariants.** Any text is answered, in time and memory proportional to its length, without recursion. An answer of yes or no is certain; what
//! is missing or cannot be compared is unknown, with the reason.

pub mod configuration;
pub mod cpe;
pub mod ecosystem;
pub mod osv;
pub mod purl;
pub mod vers;
pub mod version;

/// Whether an advisory speaks of the software that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It cannot be said, because of this.
    Unknown(String),
}

impl Affected {
    /// At least one of two: yes if either is yes, unknown if either is unknown.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => Self::Unknown(why),
            (Self::No, Self::No) => Self::No,
        }
    }

    /// Both of two: no if either is no, unknown if either is unknown.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => Self::Unknown(why),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }
}

/// The opposite; unknown stays unknown.
impl std::ops::Not for Affected {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

/// A text as a message quotes it: its first 80 characters.
fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().nth(80).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}
