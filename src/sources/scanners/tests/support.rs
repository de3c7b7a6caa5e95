//! What the tests of readers share.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::sources::scanners::{Kind, read};
use crate::sources::{At, Harvest, Origin};

/// What a reader makes of a text.
pub(in crate::sources) fn harvest(kind: Kind, text: &str) -> Harvest {
    harvest_bytes(kind, text.as_bytes())
}

pub(in crate::sources) fn harvest_bytes(kind: Kind, bytes: &[u8]) -> Harvest {
    let mut harvest = Harvest::default();
    read(kind, &Arc::from("report"), bytes, &mut harvest);
    harvest
}

/// The findings as lines of JSON, each behind its target and before its aliases.
pub(in crate::sources) fn findings(harvest: &Harvest) -> Vec<String> {
    let line = |sighting: &crate::sources::Sighting| {
        let target = sighting.target.as_deref().unwrap_or("-");
        let fields = Value::Object(sighting.finding.clone());
        let aliases =
            if sighting.aliases.is_empty() { String::new() } else { format!(" = {}", sighting.aliases.join(" ")) };
        format!("{target} {fields}{aliases}")
    };
    harvest.sightings.iter().map(line).collect()
}

/// What was refused, with its place.
pub(in crate::sources) fn refused(harvest: &Harvest) -> Vec<String> {
    let line = |refused: &crate::sources::Refused| {
        let expected = refused.expected.as_deref().map(|expected| format!(", expected {expected}"));
        format!("{}: {}{}", place(&refused.origin), refused.message, expected.unwrap_or_default())
    };
    harvest.refused.iter().map(line).collect()
}

/// What is to be told, with its place.
pub(in crate::sources) fn told(harvest: &Harvest) -> Vec<String> {
    harvest.told.iter().map(|(origin, caveat)| format!("{}: {}", place(origin), caveat.found)).collect()
}

pub(in crate::sources) fn place(origin: &Origin) -> String {
    match &origin.at {
        At::File => "file".to_owned(),
        At::Line(line) => format!("line {line}"),
        At::Pointer(pointer) => pointer.clone(),
    }
}

/// The files of a folder and its folders, unpacked, by the path within it.
pub(in crate::sources) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut files, mut waiting) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        let mut name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        if let Some(plain) = name.strip_suffix(".gz") {
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).unwrap();
            (name, bytes) = (plain.to_owned(), unpacked);
        }
        files.push((name, bytes));
    }
    files.sort();
    files
}

/// Visits every object of a document with its pointer, knowing nothing of its format.
pub(in crate::sources) fn objects(value: &Value, visit: &mut dyn FnMut(&str, &serde_json::Map<String, Value>)) {
    fn walk(value: &Value, pointer: &str, visit: &mut dyn FnMut(&str, &serde_json::Map<String, Value>)) {
        match value {
            Value::Object(entries) => {
                visit(pointer, entries);
                entries.iter().for_each(|(key, value)| walk(value, &format!("{pointer}/{key}"), visit));
            }
            Value::Array(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .for_each(|(place, value)| walk(value, &format!("{pointer}/{place}"), visit));
            }
            _ => {}
        }
    }
    walk(value, "", visit);
}
