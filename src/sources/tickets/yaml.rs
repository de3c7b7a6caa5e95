//! YAML into JSON, by the core schema of YAML 1.2: documents that are records, or lists of them.
//!
//! What an alias stands for is copied, so what aliases may add up to is bounded, as is how deep a value may nest.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use crate::facts::Json;

/// How deep values may nest: as deep as JSON.
const DEEPEST: usize = 127;
/// How many values aliases may add up to.
const COPIED: usize = 100_000;

/// A record and the line on which it begins.
pub type Record = (usize, Json<'static>);

/// Why a text is not YAML: what, and on which line.
pub type Fault = (String, usize);

/// Reads the records of a file; `list` is the key under which a list of them may stand. Beside them stands what ends the file before its time: what
/// is no YAML, nests too deep, or grows too large by its aliases. Records that end before it are whole.
#[must_use]
pub fn records(text: &str, list: &str) -> (Vec<Record>, Option<Fault>) {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut builder = Builder::default();
    let fault = builder.read(text).err();
    let mut records = Vec::new();
    if fault.is_some() {
        builder.settle(list);
    }
    for node in builder.documents {
        spread(node, list, &mut records);
    }
    (records.into_iter().map(|node| (node.line, node.json())).collect(), fault)
}

/// A value and where it begins.
#[derive(Clone, Debug)]
struct Node {
    line: usize,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Scalar(Json<'static>),
    List(Vec<Node>),
    Map(Vec<(Cow<'static, str>, Node)>),
}

impl Node {
    fn json(self) -> Json<'static> {
        match self.value {
            Value::Scalar(json) => json,
            Value::List(nodes) => Json::Array(nodes.into_iter().map(Self::json).collect()),
            Value::Map(entries) => Json::Object(entries.into_iter().map(|(key, node)| (key, node.json())).collect()),
        }
    }

    fn count(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 1,
            Value::List(nodes) => nodes.iter().map(Self::count).sum::<usize>() + 1,
            Value::Map(entries) => entries.iter().map(|(_, node)| node.count()).sum::<usize>() + 1,
        }
    }

    fn depth(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 1,
            Value::List(nodes) => nodes.iter().map(Self::depth).max().unwrap_or(0) + 1,
            Value::Map(entries) => entries.iter().map(|(_, node)| node.depth()).max().unwrap_or(0) + 1,
        }
    }
}

/// The records of a document: its elements, those of its list, or itself.
fn spread(node: Node, list: &str, records: &mut Vec<Node>) {
    match node.value {
        Value::Scalar(Json::Null) => {}
        Value::List(nodes) => records.extend(nodes),
        Value::Map(entries) => {
            let is_frame = !entries.iter().any(|(key, _)| key == "id")
                && entries.iter().any(|(key, node)| key == list && matches!(node.value, Value::List(_)));
            if !is_frame {
                records.push(Node { line: node.line, value: Value::Map(entries) });
                return;
            }
            for (key, inner) in entries {
                if let (true, Value::List(nodes)) = (key == list, inner.value) {
                    records.extend(nodes);
                }
            }
        }
        value @ Value::Scalar(_) => records.push(Node { line: node.line, value }),
    }
}

/// A list or map that is not yet closed.
#[derive(Debug)]
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value.
    key: Option<Cow<'static, str>>,
}

#[derive(Debug, Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    copied: usize,
    documents: Vec<Node>,
}

impl Builder {
    fn read(&mut self, text: &str) -> Result<(), Fault> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| {
                let info = error.info().to_lowercase();
                (if info.is_empty() { "it is no YAML".to_owned() } else { info }, error.marker().line())
            })?;
            self.event(event, span.start.line()).map_err(|what| (what, span.start.line()))?;
        }
        Ok(())
    }

    /// Takes the records of a list that has no end for a document: those of the outermost list, or of the one under the key in a frame.
    fn settle(&mut self, list: &str) {
        let mut open = std::mem::take(&mut self.open).into_iter();
        let (outer, inner) = (open.next(), open.next());
        let nodes = match (outer.map(|open| (open.node, open.key)), inner) {
            (Some((Node { line, value: Value::List(nodes) }, _)), _) => (line, nodes),
            (
                Some((Node { value: Value::Map(entries), .. }, Some(key))),
                Some(Open { node: Node { line, value: Value::List(nodes) }, .. }),
            ) if key == list && !entries.iter().any(|(key, _)| key == "id") => (line, nodes),
            _ => return,
        };
        self.documents.push(Node { line: nodes.0, value: Value::List(nodes.1) });
    }

    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = Value::Scalar(scalar(&text, style, tag.as_deref()));
                self.close(Node { line, value }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.begin(Value::List(Vec::new()), anchor, line),
            Event::MappingStart(anchor, _) => self.begin(Value::Map(Vec::new()), anchor, line),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => self.close(open.node, open.anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).ok_or("an alias stands within what it is for")?;
                if self.open.len().saturating_add(node.depth()) > DEEPEST {
                    return Err("nested too deep".to_owned());
                }
                self.copied = self.copied.saturating_add(node.count());
                if self.copied > COPIED {
                    return Err(format!("its aliases add up to more than {COPIED} values"));
                }
                let node = Node { line, ..node.clone() };
                self.close(node, 0)
            }
            Event::DocumentStart(_) | Event::StreamStart => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, value: Value, anchor: usize, line: usize) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err("nested too deep".to_owned());
        }
        self.open.push(Open { node: Node { line, value }, anchor, key: None });
        Ok(())
    }

    /// Puts a finished value where it belongs.
    fn close(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        if anchor > 0 {
            // Kept until it is asked for: what many anchors hold is bounded as what aliases copy.
            self.copied = self.copied.saturating_add(node.count());
            if self.copied > COPIED {
                return Err(format!("its anchors and aliases add up to more than {COPIED} values"));
            }
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match (&mut open.node.value, open.key.take()) {
            (Value::List(nodes), _) => nodes.push(node),
            (Value::Map(entries), Some(key)) => entries.push((key, node)),
            (Value::Map(_), None) => match node.value {
                Value::Scalar(Json::String(key)) if key == "<<" => {
                    return Err("`<<` is not read: write the fields out".to_owned());
                }
                Value::Scalar(Json::String(key) | Json::Number(key)) => open.key = Some(key),
                Value::Scalar(Json::Bool(value)) => {
                    open.key = Some(Cow::Borrowed(if value { "true" } else { "false" }))
                }
                _ => return Err("a key must be a text".to_owned()),
            },
            (Value::Scalar(_), _) => {}
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Json<'static> {
    let string = || Json::String(Cow::Owned(text.to_owned()));
    if style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str") {
        return string();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        _ if serde_json::from_str::<serde_json::Number>(text).is_ok() => Json::Number(Cow::Owned(text.to_owned())),
        _ => string(),
    }
}
