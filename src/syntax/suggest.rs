//! "Did you mean": the known name that is nearest to one that is not known.

/// Names longer than this are no slips of the pen.
const LONGEST: usize = 60;

/// The known name that takes the fewest changes of a letter, if these are few for the length of what was written. Case and separators do not
/// count: `businessUnit`, `Business-Unit` and `business_unit` are one name to a reader.
#[must_use]
pub fn nearest<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let folded = fold(written);
    if folded.is_empty() || folded.len() > LONGEST {
        return None;
    }
    // Of one or two letters nothing tells which others were meant.
    let limit = (folded.len() / 3).min(3);
    known
        .into_iter()
        .filter(|name| *name != written)
        .map(|name| (distance(&folded, &fold(name)), name))
        .filter(|(changes, _)| *changes <= limit)
        .min()
        .map(|(_, name)| name)
}

fn fold(name: &str) -> Vec<char> {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).take(LONGEST + 1).collect()
}

/// How many letters have to be put in, taken out, replaced or swapped with their neighbour.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    let mut previous_from = None;
    for (n, a) in from.iter().enumerate() {
        let mut next = vec![n + 1];
        let mut previous_to = None;
        for (m, b) in to.iter().enumerate() {
            let at = |row: &[usize], m: usize| row.get(m).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&row, m) + usize::from(a != b);
            let mut best = replaced.min(at(&row, m + 1) + 1).min(at(&next, m) + 1);
            if previous_from == Some(b) && previous_to == Some(a) {
                best = best.min(at(&before, m.saturating_sub(1)) + 1);
            }
            next.push(best);
            previous_to = Some(b);
        }
        previous_from = Some(a);
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}
