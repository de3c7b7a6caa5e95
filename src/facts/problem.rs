//! What is wrong with the input, as data: errors one by one, warnings and notes counted with their first examples.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::amend::Caveat;

/// How many places a warning names.
const EXAMPLES: usize = 3;
/// How many keys that the vocabulary lacks are told apart in one chunk.
const UNKNOWN_KEYS: usize = 200;
/// How many keys that the vocabulary lacks are reported.
const REPORTED_KEYS: usize = 10;

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// A record could not be read and is left out: nothing may be decided, unless the caller keeps going.
    Error,
    /// A fact is unknown, or was read with a guess.
    Warning,
    /// Something was ignored.
    Note,
}

/// Where a problem is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file as the caller named it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The record's id, as far as it could be read.
    pub record: Option<String>,
    /// What stands there, cut to 60 characters, and more about it where there is more to say.
    pub found: Option<String>,
}

impl Place {
    /// The file and line alone.
    pub(super) fn without_record(self) -> Self {
        Self { record: None, found: None, ..self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escaped(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(record) = &self.record {
            write!(f, " `{record}`")?;
        }
        match &self.found {
            Some(found) => write!(f, ": {found}"),
            None => Ok(()),
        }
    }
}

/// Something that is wrong with the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How much it weighs.
    pub kind: ProblemKind,
    /// Its name, where it has one, such as `feed_stale`.
    pub name: Option<&'static str>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The field, as `asset.findings[].epss`, where it is about one.
    pub field: Option<Arc<str>>,
    /// How often it occurs.
    pub count: u64,
    /// The first places; at least one but for notes.
    pub places: Vec<Place>,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    /// The sentence, then a line for each place, then the help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(name) = self.name {
            write!(f, " ({name})")?;
        }
        if self.count > 1 {
            write!(f, " ({} times)", self.count)?;
        }
        for place in &self.places {
            write!(f, "\n  {place}")?;
        }
        let shown = u64::try_from(self.places.len()).unwrap_or(u64::MAX);
        if shown > 0 && self.count > shown {
            write!(f, "\n  and {} more", self.count - shown)?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with the input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// The errors, in the order of the input, up to the limit.
    pub errors: Vec<Problem>,
    /// How many errors there are, those beyond the limit too.
    pub error_count: u64,
    /// How many records were left out because of errors.
    pub left_out: u64,
    /// The warnings, by field.
    pub warnings: Vec<Problem>,
    /// The notes: keys that the vocabulary does not have, the most frequent first.
    pub notes: Vec<Problem>,
}

impl Problems {
    /// Errors, warnings and notes.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.errors.iter().chain(&self.warnings).chain(&self.notes)
    }
}

/// The kinds of warnings; those of one kind about one field are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Trouble {
    Type,
    Element,
    DuplicateKey,
    NoOffset,
    Future,
    CvssVector,
    CvssScore,
    CvssSeveral,
    Records,
    EndBeforeStart,
    Aimless,
    Mapped,
    /// What others know of a record, by its name.
    Named(ProblemKind, &'static str),
}

/// The message and help of a warning.
pub(super) type Words = (String, Option<String>);

#[derive(Clone, Debug)]
struct Tally {
    words: Words,
    count: u64,
    places: Vec<Place>,
}

#[derive(Clone, Debug)]
struct KeyTally {
    count: u64,
    place: Place,
    help: Option<String>,
}

/// Problems while they are gathered.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    limit: usize,
    errors: Vec<Problem>,
    error_count: u64,
    pub left_out: u64,
    warnings: BTreeMap<(Arc<str>, Trouble), Tally>,
    keys: HashMap<Arc<str>, HashMap<String, KeyTally>>,
    key_count: usize,
}

impl Report {
    /// A report that keeps that many errors.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Whether it says of nothing where it is.
    pub(super) fn is_silent(&self) -> bool {
        self.error_count == 0 && self.warnings.is_empty() && self.keys.is_empty()
    }

    pub(super) fn error_count(&self) -> u64 {
        self.error_count
    }

    pub(super) fn error(
        &mut self,
        field: Option<&Arc<str>>,
        place: impl FnOnce() -> Place,
        words: impl FnOnce() -> Words,
    ) {
        self.error_count += 1;
        if self.errors.len() < self.limit {
            let words = words();
            self.errors.push(Problem {
                kind: ProblemKind::Error,
                name: None,
                message: words.0,
                field: field.cloned(),
                count: 1,
                places: vec![place()],
                help: words.1,
            });
        }
    }

    pub(super) fn warn(
        &mut self,
        field: &Arc<str>,
        trouble: Trouble,
        words: impl FnOnce() -> Words,
        place: impl FnOnce() -> Place,
    ) {
        let tally = self.warnings.entry((Arc::clone(field), trouble)).or_insert_with(|| Tally {
            words: words(),
            count: 0,
            places: Vec::new(),
        });
        tally.count += 1;
        if tally.places.len() < EXAMPLES {
            tally.places.push(place());
        }
    }

    /// Counts what others know of a record.
    pub(super) fn caveat(&mut self, caveat: Caveat, place: impl FnOnce() -> Place) {
        let Caveat { name, kind, field, message, found } = caveat;
        let words = || (message.to_owned(), None);
        self.warn(&field, Trouble::Named(kind, name), words, || Place { found: Some(found), ..place() });
    }

    /// Counts a key that the vocabulary does not have.
    pub(super) fn unknown_key(
        &mut self,
        owner: &Arc<str>,
        key: &str,
        help: impl FnOnce() -> Option<String>,
        place: impl FnOnce() -> Place,
    ) {
        if !self.keys.contains_key(owner) {
            self.keys.insert(Arc::clone(owner), HashMap::new());
        }
        let Some(keys) = self.keys.get_mut(owner) else { return };
        if let Some(tally) = keys.get_mut(key) {
            tally.count += 1;
        } else if self.key_count < UNKNOWN_KEYS {
            self.key_count += 1;
            keys.insert(key.to_owned(), KeyTally { count: 1, place: place(), help: help() });
        }
    }

    /// Whether such a key has been met before, so that it takes no more than to count it; or is one too many to be told of.
    pub(super) fn has_counted(&self, owner: &Arc<str>, key: &str) -> bool {
        self.key_count >= UNKNOWN_KEYS || self.keys.get(owner).is_some_and(|keys| keys.contains_key(key))
    }

    /// Counts a key that has been met before.
    pub(super) fn count_again(&mut self, owner: &Arc<str>, key: &str, count: u64) {
        if let Some(tally) = self.keys.get_mut(owner).and_then(|keys| keys.get_mut(key)) {
            tally.count += count;
        }
    }

    /// Takes in what was gathered later in the input.
    pub(super) fn absorb(&mut self, other: Self) {
        self.error_count += other.error_count;
        self.left_out += other.left_out;
        let room = self.limit.saturating_sub(self.errors.len());
        self.errors.extend(other.errors.into_iter().take(room));
        for (key, tally) in other.warnings {
            match self.warnings.entry(key) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(tally);
                }
                std::collections::btree_map::Entry::Occupied(mut entry) => {
                    let mine = entry.get_mut();
                    mine.count += tally.count;
                    let room = EXAMPLES.saturating_sub(mine.places.len());
                    mine.places.extend(tally.places.into_iter().take(room));
                }
            }
        }
        for (owner, keys) in other.keys {
            let mine = self.keys.entry(owner).or_default();
            for (key, tally) in keys {
                match mine.get_mut(&key) {
                    Some(known) => known.count += tally.count,
                    None => {
                        mine.insert(key, tally);
                    }
                }
            }
        }
    }

    /// The problems as the caller gets them.
    pub(super) fn finish(self) -> Problems {
        let problem = |((field, trouble), tally): ((Arc<str>, Trouble), Tally)| {
            let (kind, name) = match trouble {
                Trouble::Named(kind, name) => (kind, Some(name)),
                _ => (ProblemKind::Warning, None),
            };
            let (message, help) = tally.words;
            Problem { kind, name, message, field: Some(field), count: tally.count, places: tally.places, help }
        };
        let (warnings, told): (Vec<Problem>, Vec<Problem>) =
            self.warnings.into_iter().map(problem).partition(|problem| problem.kind == ProblemKind::Warning);
        let mut keys: Vec<(u64, String, KeyTally)> = Vec::new();
        for (owner, inner) in self.keys {
            keys.extend(inner.into_iter().map(|(key, tally)| (tally.count, format!("{owner}.{key}"), tally)));
        }
        keys.sort_by(|(count, path, _), (other_count, other_path, _)| {
            other_count.cmp(count).then_with(|| path.cmp(other_path))
        });
        let more = keys.len().saturating_sub(REPORTED_KEYS);
        let unknown = keys.into_iter().take(REPORTED_KEYS).map(|(count, path, tally)| Problem {
            kind: ProblemKind::Note,
            name: None,
            message: format!("the vocabulary has no `{}`, so it is ignored", printable(&path)),
            field: Some(Arc::from(path)),
            count,
            places: vec![tally.place],
            help: tally.help,
        });
        let mut notes: Vec<Problem> = told.into_iter().chain(unknown).collect();
        if more > 0 {
            notes.push(Problem {
                kind: ProblemKind::Note,
                name: None,
                message: format!("{more} more keys are not in the vocabulary and are ignored"),
                field: None,
                count: 1,
                places: Vec::new(),
                help: None,
            });
        }
        Problems { errors: self.errors, error_count: self.error_count, left_out: self.left_out, warnings, notes }
    }
}

/// A text of the input as messages repeat it: at most 60 characters, none of which a terminal could take for a command.
#[must_use]
pub fn printable(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", escaped(text.get(..end).unwrap_or_default())),
        None => escaped(text).into_owned(),
    }
}

/// The text without what a terminal could take for a command, or would not show.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for letter in text.chars() {
        if is_unseen(letter) { shown.extend(letter.escape_unicode()) } else { shown.push(letter) }
    }
    Cow::Owned(shown)
}

/// Whether a terminal shows nothing for a character: two names that differ by it would look the same. Joiners belong to words and stay.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
