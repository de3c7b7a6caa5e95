//! Package URLs: `pkg:type/namespace/name@version?qualifiers#subpath`, the package-url specification.
//!
//! Names keep their case unless the specification folds it and the registry does too: Go's module paths and npm's older names do not, so that
//! they are left as they are.

use std::collections::BTreeMap;
use std::fmt;

/// A package URL, decoded and normalised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl {
    /// The type, in lower case: `npm`, `deb`, `maven`.
    pub kind: String,
    /// What stands before the name, its parts joined by `/`.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The version.
    pub version: Option<String>,
    /// The qualifiers; their keys are in lower case.
    pub qualifiers: BTreeMap<String, String>,
    /// The path within the package.
    pub subpath: Option<String>,
}

/// A text that is no package URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPurl {
    /// The text, cut short.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl fmt::Display for BadPurl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no package URL: {}", self.text, self.problem)
    }
}

impl std::error::Error for BadPurl {}

impl Purl {
    /// Reads a package URL.
    ///
    /// # Errors
    ///
    /// If it is none: no `pkg:`, no type, no name, a malformed type, qualifier or escape.
    pub fn parse(text: &str) -> Result<Self, BadPurl> {
        parse(text.trim_ascii()).map_err(|problem| BadPurl { text: super::quoted(text), problem })
    }

    /// Checks and normalises what was put together.
    ///
    /// # Errors
    ///
    /// If the type or the name is missing, or the type or a qualifier's key is malformed.
    pub fn checked(self) -> Result<Self, BadPurl> {
        let text = super::quoted(&self.name);
        normalised(self).map_err(|problem| BadPurl { text, problem })
    }

    /// The value of a qualifier.
    #[must_use]
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.get(key).map(String::as_str)
    }
}

fn parse(text: &str) -> Result<Purl, &'static str> {
    let (rest, subpath) = cut_last(text, '#');
    let (rest, qualifiers) = cut_last(rest, '?');
    let (scheme, rest) = rest.split_once(':').ok_or("it does not begin with `pkg:`")?;
    if !scheme.eq_ignore_ascii_case("pkg") {
        return Err("it does not begin with `pkg:`");
    }
    let (kind, rest) = rest.trim_start_matches('/').split_once('/').ok_or("it has no type before a name")?;
    let (path, version) = match rest.rsplit_once('@') {
        // `@scope/name`: the sign belongs to npm's scope.
        Some((before, after)) if (before.is_empty() || before.ends_with('/')) && after.contains('/') => (rest, None),
        Some((before, version)) => (before, Some(decoded(version)?)),
        None => (rest, None),
    };
    let path = path.trim_matches('/');
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    normalised(Purl {
        kind: kind.to_owned(),
        namespace: Some(segments(namespace, |_| true)?),
        name: decoded(name)?,
        version,
        qualifiers: qualifiers.map_or_else(|| Ok(BTreeMap::new()), read_qualifiers)?,
        subpath: subpath.map(|path| segments(path, |part| part != "." && part != "..")).transpose()?,
    })
}

fn cut_last(text: &str, sign: char) -> (&str, Option<&str>) {
    text.rsplit_once(sign).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Decodes each part of a path and drops the empty ones.
fn segments(path: &str, keep: impl Fn(&str) -> bool) -> Result<String, &'static str> {
    let mut joined = String::new();
    for part in path.split('/') {
        let part = decoded(part)?;
        if part.is_empty() || !keep(&part) {
            continue;
        }
        if part.contains('/') {
            return Err("a part of its path has a `/` in it");
        }
        if !joined.is_empty() {
            joined.push('/');
        }
        joined.push_str(&part);
    }
    Ok(joined)
}

fn read_qualifiers(text: &str) -> Result<BTreeMap<String, String>, &'static str> {
    let mut qualifiers = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or("a qualifier has no `=`")?;
        let value = decoded(value)?;
        if qualifiers.insert(key.to_ascii_lowercase(), value).is_some() {
            return Err("a qualifier stands twice");
        }
    }
    Ok(qualifiers)
}

/// Types whose namespaces and names have no case.
const FOLDED: [&str; 11] =
    ["alpm", "apk", "bitbucket", "bitnami", "composer", "deb", "github", "hex", "oci", "pub", "pypi"];

fn normalised(mut purl: Purl) -> Result<Purl, &'static str> {
    purl.kind = purl.kind.to_ascii_lowercase();
    if !purl.kind.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err("its type does not begin with a letter");
    }
    if !purl.kind.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-".contains(&b)) {
        return Err("its type has a sign that is not allowed");
    }
    let full = |text: Option<String>| text.map(|t| t.trim_matches('/').to_owned()).filter(|t| !t.is_empty());
    purl.namespace = full(purl.namespace);
    purl.subpath = full(purl.subpath);
    purl.version = purl.version.filter(|version| !version.is_empty());
    purl.qualifiers.retain(|_, value| !value.is_empty());
    let key = |key: &String| {
        key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
    };
    if !purl.qualifiers.keys().all(key) {
        return Err("the key of a qualifier is malformed");
    }
    if FOLDED.contains(&purl.kind.as_str()) {
        purl.name = purl.name.to_lowercase();
    }
    if FOLDED.contains(&purl.kind.as_str()) || purl.kind == "rpm" {
        purl.namespace = purl.namespace.map(|n| n.to_lowercase());
    }
    if purl.kind == "pypi" {
        purl.name = purl.name.replace('_', "-");
    }
    if purl.name.is_empty() {
        return Err("it has no name");
    }
    Ok(purl)
}

pub(super) fn decoded(text: &str) -> Result<String, &'static str> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err("`%` is not followed by two digits of base 16");
        };
        bytes.push(high << 4 | low);
    }
    String::from_utf8(bytes).map_err(|_| "its escapes are no UTF-8")
}

/// The canonical text.
impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{}/", Encoded(namespace, true))?;
        }
        write!(f, "{}", Encoded(&self.name, false))?;
        if let Some(version) = &self.version {
            write!(f, "@{}", Encoded(version, false))?;
        }
        for (i, (key, value)) in self.qualifiers.iter().enumerate() {
            write!(f, "{}{key}={}", if i == 0 { '?' } else { '&' }, Encoded(value, true))?;
        }
        match &self.subpath {
            Some(subpath) => write!(f, "#{}", Encoded(subpath, true)),
            None => Ok(()),
        }
    }
}

/// A text with its escapes; the flag says whether `/` stands as it is.
struct Encoded<'a>(&'a str, bool);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            let plain = byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) || (byte == b'/' && self.1);
            if plain { write!(f, "{}", char::from(byte))? } else { write!(f, "%{byte:02X}")? }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
