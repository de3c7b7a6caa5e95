//! The formatter: the same tree, every comment, and nothing left to do.

use changegate::syntax::format;
use changegate::syntax::parse;
use changegate::syntax::source::FileId;

use crate::engine::{self, Answer, Input};
use crate::rng::Rng;

/// What formatting does to the policy that it may not do.
pub fn format_laws(input: &Input, before: &Answer, rng: &mut Rng) -> Option<String> {
    let mut formatted = input.clone();
    for (name, text) in &mut formatted.files {
        let (commented, comments) = with_comments(text, rng);
        let once = match format(&commented) {
            Ok(once) => once,
            Err(wrong) => return Some(format!("{name} is not formatted: {wrong:?}\n{commented}")),
        };
        match format(&once) {
            Ok(twice) if twice == once => {}
            Ok(twice) => return Some(format!("formatted again it is another text:\n{once}\n---\n{twice}")),
            Err(wrong) => return Some(format!("what was formatted does not parse: {wrong:?}\n{once}")),
        }
        let (before, after) = (tree(&commented), tree(&once));
        if before != after {
            return Some(format!("another tree:\n{before}\n{after}"));
        }
        let kept: Vec<&str> =
            once.match_indices("# note ").filter_map(|(at, _)| once[at..].lines().next()).map(str::trim_end).collect();
        if kept != comments {
            return Some(format!("comments {comments:?} became {kept:?}\n{commented}\n---\n{once}"));
        }
        *text = once;
    }
    match engine::answer(&formatted) {
        Err(why) => Some(format!("formatted: {why}")),
        Ok(after) => super::order::same_but_places(&before.printed, &after.printed),
    }
}

/// The text with comments at the ends of lines and between them.
fn with_comments(text: &str, rng: &mut Rng) -> (String, Vec<String>) {
    let mut out = String::new();
    let mut comments = Vec::new();
    for line in text.lines() {
        if rng.chance(6) {
            comments.push(format!("# note {}", comments.len()));
            out.push_str(&format!("{}\n", comments[comments.len() - 1]));
        }
        out.push_str(line);
        if rng.chance(6) {
            comments.push(format!("# note {}", comments.len()));
            out.push_str(&format!("  {}", comments[comments.len() - 1]));
        }
        out.push('\n');
    }
    (out, comments)
}

/// The tree without places.
fn tree(text: &str) -> String {
    let (file, _) = parse(FileId(0), text);
    let shown = format!("{file:?}");
    let mut out = String::with_capacity(shown.len());
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("@0:") {
        out.push_str(&rest[..at]);
        rest = rest[at + 3..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    out + rest
}
