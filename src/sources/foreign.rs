//! Files of forms that are known and not read, told by their beginning, so that whoever gives one learns what to give instead.

/// How far a file is looked into.
const BEGINNING: usize = 4_096;

/// What a file is, and what to give in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// What it is.
    pub form: &'static str,
    /// What is expected, and how to come by it.
    pub help: &'static str,
}

/// Each form with how a file of it begins, and what stands near there.
const FORMS: [(Foreign, &str, &str); 4] = [
    (
        Foreign {
            form: "CycloneDX as XML",
            help: "give the same document as JSON: CycloneDX's own tools convert one into the other",
        },
        "<",
        "cyclonedx.org/schema/bom",
    ),
    (
        Foreign {
            form: "SPDX as RDF/XML",
            help: "give the same document as SPDX 2.3 JSON: SPDX's own tools convert one into the other",
        },
        "<",
        "spdx.org/rdf/terms",
    ),
    (
        Foreign {
            form: "SPDX in tag-value form",
            help: "give the same document as SPDX 2.3 JSON: SPDX's own tools convert one into the other",
        },
        "",
        "SPDXVersion:",
    ),
    (Foreign { form: "SPDX 3", help: "give the same as SPDX 2.3 JSON, or as CycloneDX JSON" }, "{", "spdx.org/rdf/3"),
];

/// What a file is that nothing here reads; `None` where nobody knows.
#[must_use]
pub fn recognised(bytes: &[u8]) -> Option<Foreign> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let beginning = String::from_utf8_lossy(bytes.get(..BEGINNING).unwrap_or(bytes));
    let is = |first: &str, sign: &str| {
        if first.is_empty() {
            // A line of its own, and not within any other text.
            !beginning.starts_with(['{', '[', '<']) && beginning.lines().any(|line| line.starts_with(sign))
        } else {
            beginning.starts_with(first) && beginning.contains(sign)
        }
    };
    FORMS.into_iter().find(|(_, first, sign)| is(first, sign)).map(|(foreign, ..)| foreign)
}

#[cfg(test)]
mod tests;
