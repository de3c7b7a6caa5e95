//! The types of a check's inputs and answers, as text and back.

use std::fmt;

use super::Signature;

/// A type that can be handed to a check. Texts stand for texts, versions, time zones and the ids of entities.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `number`
    Number,
    /// `percent`
    Percent,
    /// `string`
    Text,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `duration`
    Duration,
    /// `isolated | internal | internet`: one of these words, in this order.
    Word(Vec<String>),
    /// `date or none`
    OrNone(Box<Kind>),
    /// `set<string>`
    Set(Box<Kind>),
    /// `list<{ name: string }>`
    List(Box<Kind>),
    /// `{ family: string, version: string }`
    Record(Vec<(String, Kind)>),
}

/// Types nest no deeper than this.
const MOST_DEPTH: usize = 6;
/// No type has more words or fields than this in one place.
const MOST_PARTS: usize = 256;
/// No type is longer than this as text.
const MOST_TEXT: usize = 16_384;

impl Kind {
    /// The type that a text names, as the language writes it.
    ///
    /// # Errors
    /// What is wrong with the text, in words for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MOST_TEXT {
            return Err(format!("a type has at most {MOST_TEXT} bytes"));
        }
        let mut reader = Reader { rest: text.trim() };
        let kind = reader.kind(0)?;
        match reader.rest {
            "" => Ok(kind),
            rest => Err(format!("`{}` does not belong to a type", shortened(rest))),
        }
    }

    /// The signature that a text says, as a policy declares it: `allowed(tags: set<string>, start: time) -> bool`. The names of the inputs may be
    /// left out.
    ///
    /// # Errors
    /// What is wrong with the text, in words for people.
    pub fn parse_signature(text: &str) -> Result<Signature, String> {
        if text.len() > MOST_TEXT {
            return Err(format!("a signature has at most {MOST_TEXT} bytes"));
        }
        let mut reader = Reader { rest: text.trim() };
        let name = reader.word().ok_or_else(|| "a check has a name".to_owned())?.to_owned();
        reader.expect("(")?;
        let mut inputs = Vec::new();
        while !reader.take(")") {
            if inputs.len() >= MOST_PARTS {
                return Err(format!("a check has at most {MOST_PARTS} inputs"));
            }
            let before = reader.rest;
            if reader.word().is_none() || !reader.take(":") {
                reader.rest = before;
            }
            inputs.push(reader.kind(0)?);
            if !reader.take(",") {
                reader.expect(")")?;
                break;
            }
        }
        reader.expect("->")?;
        let answer = reader.kind(0)?;
        match reader.rest {
            "" => Ok(Signature { name, inputs, answer }),
            rest => Err(format!("`{}` does not belong to a signature", shortened(rest))),
        }
    }

    /// Whether it is one value, rather than several put together.
    #[must_use]
    pub fn is_single(&self) -> bool {
        match self {
            Self::OrNone(inner) => inner.is_single(),
            Self::Set(_) | Self::List(_) | Self::Record(_) => false,
            _ => true,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Number => f.write_str("number"),
            Self::Percent => f.write_str("percent"),
            Self::Text => f.write_str("string"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Duration => f.write_str("duration"),
            Self::Word(words) => f.write_str(&words.join(" | ")),
            Self::OrNone(inner) => write!(f, "{inner} or none"),
            Self::Set(inner) => write!(f, "set<{inner}>"),
            Self::List(inner) => write!(f, "list<{inner}>"),
            Self::Record(fields) => {
                f.write_str("{ ")?;
                for (n, (name, kind)) in fields.iter().enumerate() {
                    let separator = if n == 0 { "" } else { ", " };
                    write!(f, "{separator}{name}: {kind}")?;
                }
                f.write_str(" }")
            }
        }
    }
}

/// Reads a type from left to right.
struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn kind(&mut self, depth: usize) -> Result<Kind, String> {
        if depth >= MOST_DEPTH {
            return Err(format!("a type nests at most {MOST_DEPTH} deep"));
        }
        let kind = if self.take("{") { self.record(depth)? } else { self.named(depth)? };
        if self.take_word("or") {
            if !self.take_word("none") {
                return Err("`or` is followed by `none`".to_owned());
            }
            return Ok(Kind::OrNone(Box::new(kind)));
        }
        Ok(kind)
    }

    fn named(&mut self, depth: usize) -> Result<Kind, String> {
        let first = self.word().ok_or_else(|| self.no_type())?;
        if matches!(first, "set" | "list") && self.take("<") {
            let inner = Box::new(self.kind(depth + 1)?);
            self.expect(">")?;
            return Ok(if first == "set" { Kind::Set(inner) } else { Kind::List(inner) });
        }
        // Words that have an order are written `low < medium`: to a check they are words.
        if let Some(sign) = ["|", "<"].into_iter().find(|sign| self.take(sign)) {
            let mut words = vec![first.to_owned()];
            loop {
                let word = self.word().ok_or_else(|| format!("a word stands on both sides of `{sign}`"))?;
                if words.iter().any(|known| known == word) || words.len() >= MOST_PARTS {
                    return Err(format!("`{word}` stands twice, or there are more than {MOST_PARTS} words"));
                }
                words.push(word.to_owned());
                if !self.take(sign) {
                    return Ok(Kind::Word(words));
                }
            }
        }
        Ok(match first {
            "bool" => Kind::Bool,
            "int" => Kind::Int,
            "number" => Kind::Number,
            "percent" => Kind::Percent,
            "string" => Kind::Text,
            "date" => Kind::Date,
            "time" => Kind::Time,
            "duration" => Kind::Duration,
            other => return Err(format!("`{}` is no type", shortened(other))),
        })
    }

    fn record(&mut self, depth: usize) -> Result<Kind, String> {
        let mut fields: Vec<(String, Kind)> = Vec::new();
        loop {
            let name = self.path().ok_or_else(|| "a field has a name".to_owned())?;
            if fields.iter().any(|(known, _)| known == name) || fields.len() >= MOST_PARTS {
                return Err(format!("the field `{name}` stands twice, or there are more than {MOST_PARTS} fields"));
            }
            self.expect(":")?;
            fields.push((name.to_owned(), self.kind(depth + 1)?));
            if !self.take(",") {
                self.expect("}")?;
                return Ok(Kind::Record(fields));
            }
        }
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.rest.strip_prefix(sign);
        if let Some(rest) = found {
            self.rest = rest.trim_start();
        }
        found.is_some()
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(format!("`{sign}` is missing before `{}`", shortened(self.rest))) }
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let before = self.rest;
        let found = self.word() == Some(wanted);
        if !found {
            self.rest = before;
        }
        found
    }

    fn word(&mut self) -> Option<&'t str> {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).filter(|(word, _)| !word.is_empty())?;
        self.rest = rest.trim_start();
        Some(word)
    }

    /// A field's name: that of a field inside a record has a point in it.
    fn path(&mut self) -> Option<&'t str> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let end = self.rest.find(|c: char| !is_part(c)).unwrap_or(self.rest.len());
        let (path, rest) = self.rest.split_at_checked(end)?;
        if path.split('.').any(str::is_empty) {
            return None;
        }
        self.rest = rest.trim_start();
        Some(path)
    }

    fn no_type(&self) -> String {
        if self.rest.is_empty() {
            "a type is missing".to_owned()
        } else {
            format!("`{}` is no type", shortened(self.rest))
        }
    }
}

/// The beginning of a text that may be long.
fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
