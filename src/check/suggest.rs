//! "Did you mean": the nearest of the names that would have been right.

pub(super) use crate::syntax::suggest::nearest;

/// A help line: `did you mean …`, or else the first few of what there is.
pub(super) fn help<'a>(word: &str, what: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(word, all.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    all.sort_unstable();
    all.dedup();
    let shown: Vec<String> = all.iter().take(12).map(|name| format!("`{name}`")).collect();
    match (shown.is_empty(), all.len() > shown.len()) {
        (true, _) => format!("{what} none"),
        (false, false) => format!("{what} {}", shown.join(", ")),
        (false, true) => format!("{what} {} and {} more", shown.join(", "), all.len() - shown.len()),
    }
}
