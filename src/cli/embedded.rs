//! The error pages and the packs inside the program; the build script puts every one there.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The page about a code (`CG0123`).
pub(super) fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// The codes that have a page.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(code, _)| *code)
}

/// A pack's files: name and text.
pub(super) fn pack(name: &str) -> Option<&'static [(&'static str, &'static str)]> {
    PACKS.iter().find(|(known, _)| *known == name).map(|(_, files)| *files)
}

/// Whether a file of a pack has nothing but tests, by its name.
pub(super) fn holds_only_tests(file: &str) -> bool {
    file.starts_with("tests")
}

/// The names of the packs.
pub(super) fn pack_names() -> impl Iterator<Item = &'static str> {
    PACKS.iter().map(|(name, _)| *name)
}
