//! Components (RFC 5545, section 3.4): what stands between `BEGIN` and `END`.

use super::lines::{self, Content, Line, shown};
use super::{Notes, ReadError};

/// Components deeper than this are refused; the standard needs four levels.
const MAX_DEPTH: usize = 16;

/// A component with its properties and the components in it.
#[derive(Debug)]
pub(super) struct Component {
    /// The line of its `BEGIN`.
    pub(super) line: usize,
    /// In upper case.
    pub(super) name: String,
    pub(super) properties: Vec<Line>,
    pub(super) children: Vec<Component>,
}

impl Component {
    fn new(line: usize, name: &str) -> Self {
        Self { line, name: name.to_owned(), properties: Vec::new(), children: Vec::new() }
    }

    /// The first property of that name.
    pub(super) fn first(&self, name: &'static str) -> Option<&Line> {
        self.all(name).next()
    }

    /// All properties of that name.
    pub(super) fn all(&self, name: &'static str) -> impl Iterator<Item = &Line> {
        self.properties.iter().filter(move |line| line.name == name)
    }

    /// The property of that name that may stand there once only: two of them would be two answers to one question.
    pub(super) fn only(&self, name: &'static str) -> Result<Option<&Line>, ReadError> {
        let mut lines = self.all(name);
        let first = lines.next();
        match lines.next() {
            Some(second) => Err(second.error(format!("a second `{name}` of one `{}`", self.name))),
            None => Ok(first),
        }
    }
}

/// The components at the top of the text.
pub(super) fn read(text: &[u8], notes: &mut Notes) -> Result<Vec<Component>, ReadError> {
    let mut open: Vec<Component> = Vec::new();
    let mut top = Vec::new();
    for content in lines::content(text, notes)? {
        let line = match content {
            Content::Line(line) => line,
            Content::Unreadable(number, text) => {
                // What is no property of an event or of a zone cannot be a time of one.
                let matters = |component: &Component| {
                    matches!(component.name.as_str(), "VEVENT" | "VTIMEZONE" | "STANDARD" | "DAYLIGHT")
                };
                let harmless = text.starts_with("X-") || open.last().is_some_and(|component| !matters(component));
                if !harmless {
                    return Err(ReadError { line: number, message: format!("`{text}` is not a line of a calendar") });
                }
                notes.add(number, "a line that could not be read");
                continue;
            }
        };
        match line.name.as_str() {
            "BEGIN" => {
                if open.len() == MAX_DEPTH {
                    return Err(line.error(format!("components within components, more than {MAX_DEPTH} deep")));
                }
                open.push(Component::new(line.number, &line.value.trim().to_ascii_uppercase()));
            }
            "END" => {
                let name = line.value.trim().to_ascii_uppercase();
                let closed = open.pop().filter(|component| component.name == name);
                let Some(component) = closed else {
                    return Err(line.error(format!("`END:{}` without its `BEGIN`", shown(&name))));
                };
                open.last_mut().map_or(&mut top, |parent| &mut parent.children).push(component);
            }
            _ => match open.last_mut() {
                Some(component) => component.properties.push(line),
                None if line.name.starts_with("X-") => notes.add(line.number, "a line outside a calendar"),
                None => return Err(line.error(format!("`{}` outside a calendar", shown(&line.name)))),
            },
        }
    }
    match open.pop() {
        Some(component) => {
            let message = format!("the text ends before `END:{}`: it is perhaps cut off", shown(&component.name));
            Err(ReadError { line: component.line, message })
        }
        None => Ok(top),
    }
}
