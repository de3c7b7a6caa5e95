//! "Did you mean": the known name nearest to one that is not known.

/// Names longer than this are no slips of the pen.
const LONGEST: usize = 60;

/// The known name that takes the fewest changes of a letter, if these are few for the length of the name.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let folded = fold(name);
    if folded.is_empty() || folded.len() > LONGEST {
        return None;
    }
    let most = folded.len() / 3;
    known
        .map(|candidate| (distance(&folded, &fold(candidate)), candidate))
        .filter(|(changes, _)| *changes <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `businessUnit`, `Business-Unit` and `business_unit` are one name to a reader.
fn fold(name: &str) -> Vec<char> {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).take(LONGEST + 1).collect()
}

/// How many letters must be put in, left out, or changed (Levenshtein).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, letter) in from.iter().enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(to) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *cell;
            *cell = changed.min(left + 1).min(*cell + 1);
            left = *cell;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
