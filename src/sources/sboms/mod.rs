//! Software bills of materials: the software of an asset.

pub(in crate::sources) mod cyclonedx;
mod spdx;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::Harvest;
use super::scanners::document::Reading;
use super::scanners::outline::Outline;

/// A form of bills of materials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// CycloneDX 1.2 to 1.7, JSON.
    CycloneDx,
    /// SPDX 2.x, JSON.
    Spdx,
}

impl Kind {
    /// Every form.
    pub const ALL: [Self; 2] = [Self::CycloneDx, Self::Spdx];

    /// Its name for a command line: `cyclonedx`, `spdx`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
        }
    }

    /// The form of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The form of a file, by its content; `None` where it is no bill of materials that is known here.
#[must_use]
pub fn detect(bytes: &[u8]) -> Option<Kind> {
    let outline = Outline::of(bytes)?;
    if outline.text("bomFormat") == Some("CycloneDX") {
        Some(Kind::CycloneDx)
    } else if outline.has("spdxVersion") || outline.within("sbom", "spdxVersion") {
        Some(Kind::Spdx)
    } else {
        None
    }
}

/// Adds the components of a file to a harvest.
pub fn read(kind: Kind, file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut reading = Reading::new(file, harvest);
    let Some(text) = reading.text(bytes) else { return };
    let what = match kind {
        Kind::CycloneDx => "a CycloneDX document in JSON",
        Kind::Spdx => "an SPDX document in JSON",
    };
    let Some(document) = reading.document(text, what) else { return };
    match kind {
        Kind::CycloneDx => cyclonedx::read(&document, &mut reading),
        Kind::Spdx => spdx::read(&document, &mut reading),
    }
}
