//! What a component says of itself, and whether its own types agree.

use wasmtime::component::Val;

use crate::check::plugin::{Described, Kind, Signature};

use super::failure::{Failure, LoadError};
use super::limits::{MAX_CHECKS, MAX_SHOWN, MAX_WIDTH};
use super::readable;
use super::reflect::Exported;

/// The answer of `describe`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Description {
    pub(super) name: String,
    pub(super) version: String,
    /// Signature and what the answer means, of each check.
    checks: Vec<(String, String)>,
}

/// What separates the parts of notes, which no part contains: all are on one line.
const SEPARATOR: char = '\n';

pub(super) fn failed(failure: &Failure) -> LoadError {
    let error = LoadError::new(format!("its `describe` {failure}"));
    LoadError { host: failure.ends_run(), ..error }
}

impl Description {
    /// From what `describe` returned, whose type was looked at before.
    pub(super) fn from_answer(answer: Val) -> Result<Self, LoadError> {
        let other = || LoadError::new("its `describe` answers with another type than the interface gives it");
        let Val::Record(fields) = answer else { return Err(other()) };
        let mut fields = fields.into_iter().map(|(_, value)| value);
        let (Some(Val::String(name)), Some(Val::String(version)), Some(Val::List(checks))) =
            (fields.next(), fields.next(), fields.next())
        else {
            return Err(other());
        };
        if checks.len() > MAX_CHECKS {
            return Err(LoadError::new(format!("its `describe` names more than {MAX_CHECKS} checks")));
        }
        let mut described = Vec::with_capacity(checks.len());
        for check in checks {
            let Val::Record(fields) = check else { return Err(other()) };
            let mut fields = fields.into_iter().map(|(_, value)| value);
            let (Some(Val::String(signature)), Some(Val::String(about))) = (fields.next(), fields.next()) else {
                return Err(other());
            };
            described.push((readable::line(&signature, 20_000), readable::line(&about, 1_000)));
        }
        if !is_name(&name) {
            return Err(LoadError::new(format!(
                "its `describe` calls it `{}`, and a name is lower-case letters, digits and `_`",
                readable::line(&name, MAX_SHOWN)
            )));
        }
        if !is_version(&version) {
            return Err(LoadError::new(format!(
                "its `describe` gives it the version `{}`, and a version is such as `1.2.0`",
                readable::line(&version, MAX_SHOWN)
            )));
        }
        Ok(Self { name, version, checks: described })
    }

    /// What the checks' answers mean, in the order of `exported`, if each is described as it is exported and none beside them. What an interface
    /// exports beside its checks goes out of `exported`.
    pub(super) fn agree(&self, exported: &mut Vec<Exported>) -> Result<Vec<String>, LoadError> {
        let mut declared: Vec<(Declared, &str)> = Vec::with_capacity(self.checks.len());
        for (text, about) in &self.checks {
            let check = declaration(text).map_err(|what| {
                LoadError::new(format!(
                    "its `describe` has the signature `{}`, which cannot be read: {what}",
                    readable::line(text, MAX_SHOWN)
                ))
                .help("a signature is such as `allowed(tags: set<string>, start: time) -> bool`")
            })?;
            if !exported.iter().any(|known| known.signature.name == check.signature.name) {
                return Err(LoadError::new(format!(
                    "its `describe` names a check `{}`, which it does not export",
                    check.signature.name
                )));
            }
            if declared.iter().any(|(known, _)| known.signature.name == check.signature.name) {
                return Err(LoadError::new(format!("its `describe` names the check `{}` twice", check.signature.name)));
            }
            declared.push((check, about));
        }
        exported.retain(|check| {
            !check.of_interface || declared.iter().any(|(known, _)| known.signature.name == check.signature.name)
        });
        let mut abouts = Vec::with_capacity(exported.len());
        for check in exported.iter() {
            let name = &check.signature.name;
            let Some((described, about)) = declared.iter().find(|(known, _)| known.signature.name == *name) else {
                return Err(LoadError::new(format!("it exports `{name}`, which its `describe` does not name")));
            };
            if described.signature != check.signature || described.names != check.names {
                return Err(LoadError::new(format!(
                    "its `describe` and its types do not agree about `{name}`: described is `{}`, exported is `{}`",
                    readable::line(&described.to_string(), 2 * MAX_SHOWN),
                    readable::line(
                        &Declared { signature: check.signature.clone(), names: check.names.clone() }.to_string(),
                        2 * MAX_SHOWN
                    )
                )));
            }
            abouts.push((*about).to_owned());
        }
        Ok(abouts)
    }

    /// What is kept beside compiled code, so that a component from the cache need not be asked again.
    pub(super) fn notes(described: &Described, checks: &[Exported], abouts: &[String]) -> Vec<u8> {
        let mut out = format!("{}{SEPARATOR}{}", described.name, described.version);
        for (check, about) in checks.iter().zip(abouts) {
            let declared = Declared { signature: check.signature.clone(), names: check.names.clone() };
            out.push(SEPARATOR);
            out.push_str(&declared.to_string());
            out.push(SEPARATOR);
            out.push_str(about);
        }
        out.into_bytes()
    }

    /// Reads such notes.
    pub(super) fn from_notes(notes: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(notes).ok()?.split(SEPARATOR).map(str::to_owned);
        let (name, version) = (lines.next()?, lines.next()?);
        let mut checks = Vec::new();
        while let Some(signature) = lines.next() {
            checks.push((signature, lines.next()?));
        }
        Some(Self { name, version, checks })
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_version(version: &str) -> bool {
    version.len() <= 64
        && version.starts_with(|c: char| c.is_ascii_digit())
        && version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
}

/// A signature with its parameters' names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Declared {
    signature: Signature,
    names: Vec<String>,
}

impl std::fmt::Display for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}(", self.signature.name)?;
        for (n, (name, kind)) in self.names.iter().zip(&self.signature.inputs).enumerate() {
            write!(f, "{}{name}: {kind}", if n == 0 { "" } else { ", " })?;
        }
        write!(f, ") -> {}", self.signature.answer)
    }
}

/// Reads `allowed(tags: set<string>, start: time) -> bool`.
fn declaration(text: &str) -> Result<Declared, String> {
    let (name, rest) = text.split_once('(').ok_or("`(` is missing")?;
    let (parameters, answer) = rest.rsplit_once("->").ok_or("`->` is missing")?;
    let parameters = parameters.trim_end().strip_suffix(')').ok_or("`)` is missing before `->`")?;
    let name = name.trim();
    if !is_name(name) {
        return Err(format!("`{}` is no name", readable::line(name, MAX_SHOWN)));
    }
    let mut names = Vec::new();
    let mut inputs = Vec::new();
    for parameter in outer_parts(parameters) {
        let (name, kind) = parameter
            .split_once(':')
            .ok_or_else(|| format!("`{}` is not of the form `name: type`", readable::line(parameter, MAX_SHOWN)))?;
        names.push(name.trim().to_owned());
        inputs.push(Kind::parse(kind)?);
        if names.len() > MAX_WIDTH {
            return Err(format!("there are more than {MAX_WIDTH} parameters"));
        }
    }
    Ok(Declared { signature: Signature { name: name.to_owned(), inputs, answer: Kind::parse(answer)? }, names })
}

/// What stands between the commas that are in no brackets.
fn outer_parts(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|c: char| {
        match c {
            '{' | '<' => depth += 1,
            '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
    .collect()
}
