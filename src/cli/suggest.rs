//! "Did you mean".

/// The known name that is nearest to what was written, if one is near enough.
pub(super) fn nearest<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (written.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (distance(&written.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// How many letters have to be put in, taken out, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(200).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut previous_a = None;
    for (n, a) in a.chars().take(200).enumerate() {
        let mut next = vec![n + 1];
        let mut previous_b = None;
        for (m, b) in b.iter().enumerate() {
            let at = |row: &[usize], m: usize| row.get(m).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&row, m) + usize::from(a != *b);
            let mut best = replaced.min(at(&row, m + 1) + 1).min(at(&next, m) + 1);
            if previous_a == Some(*b) && previous_b == Some(a) {
                best = best.min(at(&before, m.saturating_sub(1)) + 1);
            }
            next.push(best);
            previous_b = Some(*b);
        }
        previous_a = Some(a);
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}
