//! "Did you mean": the nearest of the names that would have been right.

/// The candidate nearest to `word`, if one is near enough to be what was meant.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Of one or two letters nothing tells which others were meant.
    let limit = (word.chars().count() / 3).min(3);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .filter_map(|candidate| Some((distance(word, candidate, limit)?, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

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

/// The edit distance (with swaps of neighbours) up to `limit`; a difference in case alone counts nothing but is a difference.
fn distance(left: &str, right: &str, limit: usize) -> Option<usize> {
    let left: Vec<char> = left.chars().take(80).flat_map(char::to_lowercase).collect();
    let right: Vec<char> = right.chars().take(80).flat_map(char::to_lowercase).collect();
    if left.len().abs_diff(right.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, l) in left.iter().enumerate() {
        let mut next = Vec::with_capacity(last.len());
        next.push(row + 1);
        for (column, r) in right.iter().enumerate() {
            let at = |line: &[usize], n: usize| line.get(n).copied().unwrap_or(usize::MAX / 2);
            let mut best =
                (at(&last, column + 1) + 1).min(at(&next, column) + 1).min(at(&last, column) + usize::from(l != r));
            let swapped = row > 0 && column > 0 && left.get(row - 1) == Some(r) && right.get(column - 1) == Some(l);
            if swapped {
                best = best.min(at(&before, column - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().filter(|d| *d <= limit)
}
