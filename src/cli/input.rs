//! Reading files: bounded, in a fixed order, with the file's name in every message.

use std::cell::Cell;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::unpack::{self, Packing, SIGN, Trouble};

/// The largest file that is read.
const LARGEST_DATA: u64 = 4 << 30;
/// What a compressed file may hold at most, unless the project's file says otherwise.
pub(super) const LARGEST_UNPACKED: u64 = 2 << 30;
/// The largest policy file that is read; the parser has a lower limit of its own.
const LARGEST_TEXT: u64 = 64 << 20;
/// How deep folders may lie within each other.
const DEEPEST: usize = 64;
/// How data files are called in a folder.
pub(super) const DATA: &[&str] = &["json", "ndjson", "jsonl"];
/// How files of assets and changes are called in a folder.
pub(super) const FOREIGN: &[&str] = &["json", "ndjson", "jsonl", "csv", "tsv", "yaml", "yml", "parquet"];
/// How files of sources and reports are called in a folder.
pub(super) const ANY: &[&str] = &["json", "ndjson", "jsonl", "csv", "tsv", "yaml", "yml", "parquet", "xml", "nessus"];
/// How files of waivers are called in a folder.
pub(super) const TABLES: &[&str] = &["csv", "json", "ndjson", "jsonl"];

/// A file of facts.
#[derive(Clone, Debug)]
pub(super) struct InputFile {
    /// As the caller named it; `-` for stdin.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Reads a file of facts, every such file of a folder (not those in folders inside it), or stdin for `-`. What is compressed is unpacked, up to
/// `unpacked` bytes for each file.
///
/// # Errors
/// What cannot be read, by name; a folder without such files.
pub(super) fn data(
    path: &Path,
    called: &[&str],
    stdin_taken: &Cell<bool>,
    unpacked: u64,
) -> Result<Vec<InputFile>, Failure> {
    if path.as_os_str() == "-" {
        taken(stdin_taken)?;
        let bytes = plain((io::stdin().lock(), 0), path, unpacked)?;
        return Ok(vec![InputFile { name: "-".to_owned(), bytes }]);
    }
    let files = if folder(path)? {
        let files = of_folder(path, called)?;
        files.iter().try_for_each(|file| ends(file))?;
        if files.is_empty() {
            return Err(Failure::new(format!("`{}` has no {} file", path.display(), endings(called))));
        }
        files
    } else {
        vec![path.to_owned()]
    };
    let read = |file: &PathBuf| Ok(InputFile { name: shown(file), bytes: plain(open(file)?, file, unpacked)? });
    files.iter().map(read).collect()
}

/// The files of a folder that are called so, in the order of their names; not those in folders inside it.
///
/// # Errors
/// A folder that cannot be read.
pub(super) fn of_folder(folder: &Path, called: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    let is_data = |path: &PathBuf| !path.is_dir() && path.file_name().is_some_and(|name| is_called(name, called));
    Ok(listing(folder)?.into_iter().filter(is_data).collect())
}

/// Refuses a folder in which something has the name of facts and would not be read: whoever put it there thinks that it counts.
///
/// # Errors
/// What would not be read, by name; a folder that cannot be looked at.
pub(super) fn nothing_left_out(folder: &Path, called: &[&str]) -> Result<(), Failure> {
    let is_facts = |path: &Path, called: &[&str]| path.file_name().is_some_and(|name| is_called(name, called));
    let real = fs::canonicalize(folder).map_err(|error| Failure::io("read", folder, &error))?;
    for path in listing(folder)?.into_iter().filter(|path| !is_hidden(path)) {
        // A link may lead back to where it stands.
        let is_inner = path.is_dir() && !real.starts_with(fs::canonicalize(&path).unwrap_or_default());
        let inner = if is_inner { walk(&path, &|file| is_facts(file, ANY))? } else { Vec::new() };
        let why = match inner.first() {
            Some(file) => Some((file, format!("it stands in a folder within `{}`", folder.display()))),
            None if !path.is_dir() && is_facts(&path, ANY) && !is_facts(&path, called) => {
                Some((&path, format!("of `{}` only {} files are", folder.display(), endings(called))))
            }
            None => None,
        };
        if let Some((file, why)) = why {
            let failure = Failure::new(format!("`{}` would not be read: {why}", file.display()));
            return Err(failure.help("name it by itself, or move it away; what is called `.…` is passed over"));
        }
    }
    Ok(())
}

/// Refuses a document of changes without anything in it: it was not written to its end, and a change that nobody read would go.
///
/// # Errors
/// That it is empty, by name.
pub(super) fn not_blank(file: &InputFile) -> Result<(), Failure> {
    let name = Path::new(&file.name).file_name();
    let is_document = name.is_some_and(|name| is_called(name, &["json", "yaml", "yml"]));
    if is_document && file.bytes.trim_ascii().is_empty() {
        let failure = Failure::new(format!("`{}` is empty, expected a change or a list of them", file.name));
        return Err(failure.help("write it again; `[]` says that there are none"));
    }
    Ok(())
}

/// File names' endings in words: `*.csv, *.json or *.yaml`.
fn endings(called: &[&str]) -> String {
    let ends = called.iter().map(|end| format!("*.{end}")).collect::<Vec<_>>();
    let (last, rest) = ends.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
    format!("{} or {last}", rest.join(", "))
}

/// Whether it is an editor's or the system's.
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Whether a file of that name counts in a folder where files are called so; what is hidden is an editor's or the system's.
pub(super) fn is_called(name: &OsStr, called: &[&str]) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    if name.starts_with('.') {
        return false;
    }
    let name = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, end)| called.contains(&end))
}

/// What a reader gives, which says it is so long, unpacked where it is compressed.
fn plain((mut reader, about): (impl Read, u64), path: &Path, unpacked: u64) -> Result<Vec<u8>, Failure> {
    let mut first = Vec::with_capacity(SIGN);
    let sign = u64::try_from(SIGN).unwrap_or(u64::MAX);
    reader.by_ref().take(sign).read_to_end(&mut first).map_err(|error| Failure::io("read", path, &error))?;
    if first.first() == Some(&0) {
        let failure =
            Failure::new(format!("cannot read `{}`: it begins with a zero byte, which no text does", path.display()));
        return Err(failure.help("give text in UTF-8, or what is packed with gzip or zstd"));
    }
    let packing = Packing::of(&first);
    let reader = io::Cursor::new(first).chain(reader);
    let Some(packing) = packing else { return limited(reader, path, LARGEST_DATA, about) };
    let bytes = unpack::unpack(packing, reader, unpacked).map_err(|trouble| match trouble {
        Trouble::System(error) => Failure::io("read", path, &error),
        Trouble::Broken(form) => {
            Failure::new(format!("cannot read `{}`: it begins as {form} but cannot be unpacked", path.display()))
                .help("it is cut off or damaged: fetch it again")
        }
        Trouble::TooLong => Failure::new(format!(
            "cannot read `{}`: it is larger than {} when unpacked",
            path.display(),
            size(unpacked)
        ))
        .help("if that is right, set `max_unpacked` in changegate.toml"),
    })?;
    if Packing::of(&bytes).is_some() {
        return Err(
            Failure::new(format!("cannot read `{}`: it is packed more than once", path.display())).help("unpack it")
        );
    }
    Ok(bytes)
}

/// Reads stdin to its end.
///
/// # Errors
/// It has been read already, cannot be read, or is too long.
pub(super) fn stdin(stdin_taken: &Cell<bool>) -> Result<Vec<u8>, Failure> {
    taken(stdin_taken)?;
    limited(io::stdin().lock(), Path::new("-"), LARGEST_DATA, 0)
}

fn taken(stdin_taken: &Cell<bool>) -> Result<(), Failure> {
    if stdin_taken.replace(true) {
        return Err(Failure::new("stdin can be read only once, but `-` is given twice"));
    }
    Ok(())
}

/// Reads a text file.
///
/// # Errors
/// What cannot be read, by name; text that is not UTF-8, with its line.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    utf8(bytes(path, LARGEST_TEXT)?, path)
}

/// Reads a calendar file; it may be cut into lines within a character.
///
/// # Errors
/// What cannot be read, by name.
pub(super) fn calendar(path: &Path) -> Result<Vec<u8>, Failure> {
    ends(path)?;
    bytes(path, LARGEST_TEXT)
}

/// The bytes as text.
///
/// # Errors
/// Text that is not UTF-8, with its line.
pub(super) fn utf8(bytes: Vec<u8>, path: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count() + 1;
        Failure::new(format!("cannot read `{}`: line {line} is not UTF-8 text", path.display()))
    })
}

/// Every file below a folder whose name ends with `.extension`, in the order of their paths; a folder is visited once, whatever links lead to it.
///
/// # Errors
/// A folder that cannot be read.
pub(super) fn below(root: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let found = walk(root, &|path| path.extension().is_some_and(|e| e == extension))?;
    found.iter().try_for_each(|path| ends(path))?;
    Ok(found)
}

/// The files below a folder that are wanted, in the order of their paths.
fn walk(root: &Path, is_wanted: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut visited = HashSet::new();
    let mut waiting = vec![(root.to_owned(), 0_usize)];
    while let Some((folder, depth)) = waiting.pop() {
        let real = fs::canonicalize(&folder).map_err(|error| Failure::io("read", &folder, &error))?;
        if depth > DEEPEST || !visited.insert(real) {
            continue;
        }
        for path in listing(&folder)?.into_iter().filter(|path| !is_hidden(path)) {
            if path.is_dir() {
                waiting.push((path, depth + 1));
            } else if is_wanted(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether the path is a folder.
///
/// # Errors
/// There is nothing at that path, or it may not be looked at.
pub(super) fn folder(path: &Path) -> Result<bool, Failure> {
    Ok(fs::metadata(path).map_err(|error| Failure::io("read", path, &error))?.is_dir())
}

/// Refuses a pipe, a socket or a device found in a folder: reading it may never end, and leaving it out would be silent. Named by the caller, it is read.
pub(super) fn ends(path: &Path) -> Result<(), Failure> {
    let Ok(about) = fs::metadata(path) else { return Ok(()) };
    if !about.is_file() && !about.is_dir() {
        let failure = Failure::new(format!("cannot read `{}`: it is a pipe or a device, no file", path.display()));
        return Err(failure.help("take it out of the folder, or name it on the command line"));
    }
    Ok(())
}

fn listing(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: io::Error| Failure::io("read", folder, &error);
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

pub(super) fn bytes(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let (file, about) = open(path)?;
    limited(file, path, limit, about)
}

/// Opens a file; beside it the length that it says it has.
fn open(path: &Path) -> Result<(File, u64), Failure> {
    let about = fs::metadata(path).map_err(|error| Failure::io("read", path, &error))?;
    if about.is_dir() {
        return Err(Failure::new(format!("cannot read `{}`: it is a folder", path.display())));
    }
    let file = File::open(path).map_err(|error| Failure::io("read", path, &error))?;
    Ok((file, about.len()))
}

/// Reads up to a limit, also where the length is not known before (a pipe, a device); where it is, room is made at once for a small file.
fn limited(reader: impl Read, path: &Path, limit: u64, about: u64) -> Result<Vec<u8>, Failure> {
    const SMALL: u64 = 1 << 20;
    let mut bytes = Vec::with_capacity(usize::try_from(about.min(SMALL)).unwrap_or(0));
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| Failure::io("read", path, &error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(Failure::new(format!("cannot read `{}`: it is larger than {}", path.display(), size(limit))));
    }
    Ok(bytes)
}

/// A number of bytes in the largest unit that divides it.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

/// The number of bytes that a text such as `512MiB` says.
pub(super) fn parse_size(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
    let (number, unit) = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))?;
    number.trim().parse::<u64>().ok()?.checked_mul(unit).filter(|size| *size > 0)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
