//! Calendar files that facts name: only from the project's own folder, whatever the facts say.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::failure::Failure;
use super::input;
use crate::facts::{Place, Problem, ProblemKind, printable};
use crate::time::Instant;
use crate::{Facts, Policy};

/// How many files are read; a fact that names another is unknown.
const MOST: usize = 10_000;
/// How many places a warning names.
const PLACES: usize = 3;

/// Reads the files that facts name, from `folder`; a warning for each that cannot be, and what it leaves unknown.
pub(super) fn read(policy: &Policy, facts: &mut Facts, now: Instant, folder: &Path) -> Vec<Problem> {
    let names = facts.calendar_names(policy, now);
    let mut problems = Vec::new();
    if names.len() > MOST {
        problems.push(warning(
            format!("facts name {} calendar files, and only {MOST} are read: the others are not known", names.len()),
            None,
        ));
    }
    for name in names.iter().take(MOST) {
        let read = match bytes(folder, name) {
            Ok(bytes) => facts.add_calendar(name, &bytes).map_err(|error| error.to_string()),
            Err(why) => Err(why),
        };
        match read {
            Ok(notes) => {
                for note in notes.into_iter().take(PLACES) {
                    problems.push(warning(note.message, Some(place(name, u32::try_from(note.line).ok()))));
                }
            }
            Err(why) => {
                let message =
                    format!("a calendar file that facts name cannot be used, so its times are not known: {why}");
                problems.push(warning(message, Some(place(name, None))));
            }
        }
    }
    problems
}

fn place(name: &str, line: Option<u32>) -> Place {
    Place { file: printable(name).into(), line, record: None, found: None }
}

fn warning(message: String, place: Option<Place>) -> Problem {
    Problem {
        kind: ProblemKind::Warning,
        name: None,
        message,
        field: None,
        count: 1,
        places: place.into_iter().collect(),
        help: None,
    }
}

/// The file of that name in the folder or one inside it.
///
/// # Errors
/// A name that leads elsewhere, and what cannot be read.
fn bytes(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !plain || path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("ics")) {
        return Err("it is not the relative path of a *.ics file in the project's folder".to_owned());
    }
    let root = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let at = root.join(path);
    let real = |path: &Path| -> Result<PathBuf, String> {
        fs::canonicalize(path).map_err(|error| super::failure::reason(&error))
    };
    // A link must not lead out of the folder either.
    if !real(&at)?.starts_with(real(root)?) {
        return Err("it lies outside of the project's folder".to_owned());
    }
    match input::calendar(&at) {
        Ok(bytes) => Ok(bytes),
        Err(Failure::Message { message, .. }) => Err(message),
        Err(_) => Err("it cannot be read".to_owned()),
    }
}
