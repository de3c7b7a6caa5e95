//! Names of products that are about no more than was said: a product of which a document tells the version elsewhere is of that version only.

use std::collections::BTreeSet;

use crate::software::cpe::{Attribute, Cpe, Value};
use crate::software::purl::Purl;

/// What a document says of a product beside its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Narrowing {
    /// Of this version.
    Version(String),
    /// Of these versions.
    Range(String),
    /// Of a level of patches or anything else that no name has a place for.
    Other(String),
    /// Built for this machine.
    Machine(String),
}

/// The qualifier of a package URL that has a range of versions.
const RANGE: &str = "vers";

/// The names of one product, of which all have to hold: those that say no version are left out where another one says it. Where two contradict each
/// other nobody knows which version it is.
pub(super) fn agreed(mut names: Vec<String>) -> Vec<String> {
    let versions: BTreeSet<String> = names.iter().filter_map(|name| version(name).flatten()).collect();
    if versions.iter().any(|one| versions.iter().any(|other| contradict(one, other))) {
        let doubt = versions.into_iter().collect::<Vec<_>>().join(" or ");
        let names: BTreeSet<String> = names.iter().map(|name| doubted(name, &doubt)).collect();
        return names.into_iter().collect();
    }
    if names.iter().any(|name| version(name).flatten().is_some()) {
        names.retain(|name| version(name) != Some(None));
    }
    names
}

/// A name of a product whose version nobody knows.
fn doubted(name: &str, doubt: &str) -> String {
    match Purl::parse(name) {
        Ok(mut purl) => {
            purl.version = None;
            in_range(&mut purl, doubt);
            purl.to_string()
        }
        Err(_) if version(name).is_some() => format!("{name} ({doubt})"),
        Err(_) => name.to_owned(),
    }
}

/// Whether two versions are not those of one product. What one has more than the other, an epoch, a revision, a machine, is none of it; and what is
/// no number (a digest, a tag) may be another name of the same.
pub(in crate::sources) fn contradict(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.strip_prefix('v').unwrap_or(&text).to_owned()
    };
    let (one, other) = (plain(one), plain(other));
    let is_number = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_digit())
            && (text.contains('.') || text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    is_number(&one) && is_number(&other) && !has_version(&one, &other) && !has_version(&other, &one)
}

/// Whether a version stands within another, no number of it cut.
fn has_version(whole: &str, part: &str) -> bool {
    let ends = |digit: Option<char>| digit.is_none_or(|digit| !digit.is_ascii_digit());
    whole.match_indices(part).any(|(at, _)| {
        let before = whole.get(..at).and_then(|text| text.chars().next_back());
        let after = whole.get(at.saturating_add(part.len())..).and_then(|text| text.chars().next());
        ends(before) && ends(after)
    })
}

/// The names as far as they can say what narrows the product; where none of them can, a text that is nothing else's name.
pub(super) fn narrowed(names: &[String], by: &[Narrowing]) -> Vec<String> {
    let narrowed: Vec<String> = names.iter().filter_map(|name| one(name, by)).collect();
    match (narrowed.is_empty(), names.first()) {
        (true, Some(name)) => vec![format!("{name} ({})", texts(by).collect::<Vec<_>>().join(", "))],
        _ => agreed(narrowed),
    }
}

fn texts(by: &[Narrowing]) -> impl Iterator<Item = &str> {
    by.iter().map(|one| match one {
        Narrowing::Version(text) | Narrowing::Range(text) | Narrowing::Other(text) | Narrowing::Machine(text) => {
            text.as_str()
        }
    })
}

fn one(name: &str, by: &[Narrowing]) -> Option<String> {
    if by.is_empty() {
        return Some(name.to_owned());
    }
    if let Ok(mut purl) = Purl::parse(name) {
        let before = purl.clone();
        for narrowing in by {
            match narrowing {
                Narrowing::Version(version) if clashes(purl.version.as_deref(), version) => {
                    let mut both = [purl.version.take().unwrap_or_default(), version.clone()];
                    both.sort();
                    in_range(&mut purl, &both.join(" or "));
                }
                // It is in doubt.
                Narrowing::Version(_) if before.version.is_some() => {}
                // A version of its own names the very product.
                Narrowing::Version(_) | Narrowing::Range(_) | Narrowing::Other(_) if purl.version.is_some() => {}
                Narrowing::Version(version) => purl.version = Some(version.clone()),
                Narrowing::Range(range) | Narrowing::Other(range) => in_range(&mut purl, range),
                Narrowing::Machine(machine) => {
                    purl.qualifiers.entry("arch".to_owned()).or_insert_with(|| machine.clone());
                }
            }
        }
        return Some(if purl == before { name.to_owned() } else { purl.to_string() });
    }
    if let Ok(mut cpe) = Cpe::parse(name) {
        let before = cpe.clone();
        let mut more: Vec<&str> = Vec::new();
        for narrowing in by {
            let own = |attribute| cpe.get(attribute).literal().is_some();
            match narrowing {
                Narrowing::Version(version) if clashes(cpe.get(Attribute::Version).literal(), version) => {
                    more.push(version);
                }
                Narrowing::Version(version) if !own(Attribute::Version) => {
                    cpe.set(Attribute::Version, Value::exactly(version));
                }
                Narrowing::Range(text) | Narrowing::Other(text) if !own(Attribute::Version) => more.push(text),
                Narrowing::Machine(_) if !own(Attribute::TargetHw) => return None,
                _ => {}
            }
        }
        let name = if cpe == before { name.to_owned() } else { cpe.to_string() };
        return Some(if more.is_empty() { name } else { format!("{name} ({})", more.join(", ")) });
    }
    // A name for people has all of it, or does not tell.
    texts(by).all(|text| name.contains(text)).then(|| name.to_owned())
}

/// Whether a name's own version is not the one that stands beside it.
fn clashes(own: Option<&str>, version: &str) -> bool {
    own.is_some_and(|own| contradict(own, version))
}

/// Says that a package URL is about a range of versions; of two together nobody knows which those are.
fn in_range(purl: &mut Purl, range: &str) {
    let known = purl.qualifiers.entry(RANGE.to_owned()).or_insert_with(|| range.to_owned());
    if known != range {
        *known = format!("both {known} and {range}");
    }
}

/// The names of which a range of versions is said: package URLs that have none of their own say it too.
pub(super) fn ranged(names: &[String], by: &[Narrowing]) -> Vec<String> {
    let one = |name: &String| match Purl::parse(name) {
        Ok(mut purl) if purl.version.is_none() => {
            for narrowing in by {
                if let Narrowing::Range(range) = narrowing {
                    in_range(&mut purl, range);
                }
            }
            if purl.qualifier(RANGE).is_some() { purl.to_string() } else { name.clone() }
        }
        _ => name.clone(),
    };
    names.iter().map(one).collect()
}

/// A name without the version that it has.
pub(super) fn unversioned(name: &str) -> String {
    if let Ok(mut purl) = Purl::parse(name)
        && purl.version.take().is_some()
    {
        return purl.to_string();
    }
    match Cpe::parse(name) {
        Ok(mut cpe) if cpe.get(Attribute::Version).literal().is_some() => {
            cpe.set(Attribute::Version, Value::Any);
            cpe.set(Attribute::Update, Value::Any);
            cpe.to_string()
        }
        _ => name.to_owned(),
    }
}

/// The version that a package URL or a CPE name has; `None` of other names, of which it is not known.
pub(super) fn version(name: &str) -> Option<Option<String>> {
    if let Ok(purl) = Purl::parse(name) {
        return Some(purl.version);
    }
    Cpe::parse(name).ok().map(|cpe| cpe.get(Attribute::Version).literal().map(str::to_owned))
}
