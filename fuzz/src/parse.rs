//! Any bytes as a policy: parsing and checking end, in an error that can be printed or in a policy that decides.

use changegate::syntax::source::{FileId, Sources};

use crate::sample;

/// Parses, checks, and decides if it checks.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (_, problems) = changegate::syntax::parse(FileId(0), text);
    let mut sources = Sources::new();
    sources.add("fuzz.gate", text);
    sample::pointing(&problems, &sources);
    if let Some(policy) = sample::load(text) {
        sample::total(&policy, &sample::facts(&policy));
    }
}
