//! XML element by element, with no document types and no entities but those of XML itself.

use quick_xml::events::{BytesRef, BytesStart, Event as Part};
use quick_xml::{Reader, XmlVersion};

use crate::sources::feeds::document::shown;

/// How deep elements may nest; reports need five levels.
const DEEPEST: usize = 64;
/// How many attributes an element may have.
const MOST_ATTRIBUTES: usize = 64;

/// The elements of a document.
pub(in crate::sources) struct Xml<'t> {
    reader: Reader<&'t [u8]>,
    text: &'t [u8],
    /// What is open, from the outermost: names, and the text that stands directly in each.
    open: Vec<(String, String)>,
    attributes: Vec<(String, String)>,
    /// Up to where lines were counted, and how many.
    counted: (usize, u64),
}

/// What comes next.
pub(in crate::sources) enum Event {
    /// An element opens.
    Start(String),
    /// An element closes: its name, and the text that stood directly in it.
    End(String, String),
    /// There is no more.
    Finish,
}

/// Why the rest cannot be read.
pub(in crate::sources) struct Problem {
    pub(in crate::sources) message: String,
    pub(in crate::sources) expected: &'static str,
}

impl Problem {
    fn new(message: impl Into<String>, expected: &'static str) -> Self {
        Self { message: message.into(), expected }
    }
}

impl<'t> Xml<'t> {
    pub(in crate::sources) fn new(text: &'t str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, text: text.as_bytes(), open: Vec::new(), attributes: Vec::new(), counted: (0, 1) }
    }

    /// The line in which what was read last ends.
    pub(in crate::sources) fn line(&mut self) -> u64 {
        let place = usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len()).min(self.text.len());
        let (from, lines) = self.counted;
        let more = self.text.get(from..place).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
        self.counted = (from.max(place), lines.saturating_add(u64::try_from(more).unwrap_or(u64::MAX)));
        self.counted.1
    }

    /// An attribute of the element that opened last.
    pub(in crate::sources) fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }

    /// The next element that opens or closes.
    pub(in crate::sources) fn next(&mut self) -> Result<Event, Problem> {
        loop {
            let part = self.reader.read_event().map_err(|error| {
                Problem::new(format!("it is not XML: {}", shown(&error.to_string())), "well-formed XML")
            })?;
            match part {
                Part::Start(start) | Part::Empty(start) => return self.start(&start),
                Part::End(_) => {
                    let Some((name, text)) = self.open.pop() else {
                        return Err(Problem::new("an element closes that is not open", "well-formed XML"));
                    };
                    return Ok(Event::End(name, text));
                }
                Part::Text(text) => self.add(&text.xml10_content()),
                Part::CData(text) => self.add(&text.xml10_content()),
                Part::GeneralRef(entity) => {
                    let letter = letter(&entity)?;
                    self.add(letter.encode_utf8(&mut [0; 4]));
                }
                Part::DocType(_) => {
                    return Err(Problem::new("it has a document type", "XML without entities of its own"));
                }
                Part::Eof => {
                    return match self.open.last() {
                        None => Ok(Event::Finish),
                        Some((name, _)) => {
                            Err(Problem::new(format!("it ends within `<{}>`", shown(name)), "well-formed XML"))
                        }
                    };
                }
                Part::Decl(_) | Part::PI(_) | Part::Comment(_) => {}
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<Event, Problem> {
        if self.open.len() >= DEEPEST {
            return Err(Problem::new("elements are nested too deep", "at most 64 levels"));
        }
        self.attributes.clear();
        for attribute in start.attributes() {
            let read = attribute.map_err(|error| error.to_string()).and_then(|attribute| {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
                Ok((attribute.key.as_ref().to_owned(), value.into_owned()))
            });
            let entry = read.map_err(|error| {
                Problem::new(format!("an attribute cannot be read: {}", shown(&error)), "well-formed XML")
            })?;
            if self.attributes.len() >= MOST_ATTRIBUTES {
                return Err(Problem::new("an element has too many attributes", "at most 64"));
            }
            self.attributes.push(entry);
        }
        let name = start.name().as_ref().to_owned();
        self.open.push((name.clone(), String::new()));
        Ok(Event::Start(name))
    }

    fn add(&mut self, text: &str) {
        if let Some((_, own)) = self.open.last_mut() {
            own.push_str(text);
        }
    }
}

/// The letter of a reference: by its number, or one of XML's five names.
fn letter(entity: &BytesRef<'_>) -> Result<char, Problem> {
    if let Ok(Some(letter)) = entity.resolve_char_ref() {
        return Ok(letter);
    }
    match &**entity {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        name => Err(Problem::new(format!("the entity `{}` is not known", shown(name)), "one of XML's own")),
    }
}
