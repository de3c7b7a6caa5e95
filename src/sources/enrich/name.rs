//! Names of products as documents and findings have them, read once.

use crate::software::Affected;
use crate::software::cpe::{Attribute, Cpe};
use crate::software::purl::Purl;
use crate::software::vers::Range;

/// The qualifier of a package URL that has a range of versions.
const RANGE: &str = "vers";

/// A name of a product.
#[derive(Debug)]
pub(super) struct Name {
    text: String,
    pub(super) form: Form,
}

/// What form it has.
#[derive(Debug)]
pub(super) enum Form {
    /// A package URL, and the versions that it is about, or why these cannot be told.
    Package(Purl, Option<Result<Range, String>>),
    /// A CPE name, and what else a document says that no part of such a name says.
    Product(Box<Cpe>, Option<String>),
    /// Anything else.
    Text,
}

impl Name {
    pub(super) fn read(text: &str) -> Self {
        let narrowed = text.strip_suffix(')').and_then(|text| text.split_once(" ("));
        let form = if let Ok(mut purl) = Purl::parse(text) {
            // Beside a version it is no range of versions of its own.
            let range = if purl.version.is_none() { purl.qualifiers.remove(RANGE) } else { None };
            Form::Package(purl, range.map(|range| Range::parse(&range)))
        } else if let Some((Ok(cpe), more)) = narrowed.map(|(name, more)| (Cpe::parse(name), more)) {
            Form::Product(Box::new(cpe), Some(more.to_owned()))
        } else if let Ok(cpe) = Cpe::parse(text) {
            Form::Product(Box::new(cpe), None)
        } else {
            Form::Text
        };
        Self { text: text.trim().to_ascii_lowercase(), form }
    }

    pub(super) fn is_same_text(&self, other: &Name) -> bool {
        self.text == other.text
    }

    /// Whether two names are of one form, so that they can be told apart.
    pub(super) fn is_alike(&self, other: &Name) -> bool {
        std::mem::discriminant(&self.form) == std::mem::discriminant(&other.form)
    }

    /// Whether a name that is no identifier says which version it is: a tag or digest of an image with a number in it, or a number with a point.
    pub(super) fn tells_version(&self) -> bool {
        let has_digit = |text: &str| text.contains(|c: char| c.is_ascii_digit());
        let last = self.text.rsplit('/').next().unwrap_or_default();
        let tagged = !last.contains(char::is_whitespace)
            && last.split_once(['@', ':']).is_some_and(|(name, tag)| !name.is_empty() && has_digit(tag));
        let is_version = |word: &str| {
            let number = word.strip_prefix('v').unwrap_or(word).split_once('.');
            number.is_some_and(|(first, rest)| {
                !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit()) && has_digit(rest)
            })
        };
        tagged || self.text.split([' ', '\t', '-', '_', '/', '(', ')']).any(is_version)
    }

    /// Under what it is found in an index.
    pub(super) fn keys(&self) -> Vec<String> {
        match &self.form {
            Form::Package(purl, _) => {
                let (namespace, name) = (purl.namespace.as_deref().unwrap_or_default(), purl.name.as_str());
                let mut keys = vec![package_key(purl), called_key(name)];
                if !namespace.is_empty() {
                    keys.extend([':', '/'].map(|sign| called_key(&format!("{namespace}{sign}{name}"))));
                }
                keys
            }
            Form::Product(cpe, _) => vec![product_key(cpe).unwrap_or_else(|| OPEN.to_owned()), PRODUCTS.to_owned()],
            Form::Text => vec![format!("text\u{0}{}", self.text)],
        }
    }

    /// Under what in an index there may be names of what it names.
    pub(super) fn looked_up(&self) -> Vec<String> {
        match &self.form {
            Form::Package(purl, _) => vec![package_key(purl)],
            Form::Product(cpe, _) => match product_key(cpe) {
                Some(key) => vec![key, OPEN.to_owned()],
                None => vec![PRODUCTS.to_owned()],
            },
            Form::Text => self.keys(),
        }
    }
}

/// CPE names that leave vendor or product open.
const OPEN: &str = "open";
/// All CPE names.
const PRODUCTS: &str = "products";

fn package_key(purl: &Purl) -> String {
    format!("purl\u{0}{}\u{0}{}\u{0}{}", purl.kind, purl.namespace.as_deref().unwrap_or_default(), purl.name)
}

/// The key of what a scanner calls a package.
pub(super) fn called_key(package: &str) -> String {
    format!("called\u{0}{}", package.to_lowercase())
}

fn product_key(cpe: &Cpe) -> Option<String> {
    let literal = |attribute| cpe.get(attribute).literal();
    Some(format!("cpe\u{0}{}\u{0}{}", literal(Attribute::Vendor)?, literal(Attribute::Product)?))
}

/// Whether a version of a package is one of those that a name is about.
pub(super) fn in_range(range: &Result<Range, String>, kind: &str, version: Option<&str>) -> Affected {
    match range {
        Ok(range) => range.contains(kind, version),
        Err(why) => Affected::Unknown(why.clone()),
    }
}
