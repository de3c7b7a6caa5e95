#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod hostile;
mod kinds;
pub(in crate::sources) mod vectors;

use std::sync::Arc;

use super::*;
use crate::sources::{Advisory, At};

pub(in crate::sources) fn read(kind: Kind, text: &str) -> Harvest {
    let mut harvest = Harvest::default();
    kind.read(&Arc::from("f"), text.as_bytes(), &mut harvest);
    harvest
}

/// What was refused, as `line 2: message` or `/pointer: message`.
pub(in crate::sources) fn refused(harvest: &Harvest) -> Vec<String> {
    let at = |at: &At| match at {
        At::File => "file".to_owned(),
        At::Line(line) => format!("line {line}"),
        At::Pointer(pointer) => pointer.clone(),
    };
    harvest.refused.iter().map(|refused| format!("{}: {}", at(&refused.origin.at), refused.message)).collect()
}

fn only(harvest: &Harvest) -> &Advisory {
    assert_eq!(harvest.advisories.len(), 1, "{harvest:?}");
    &harvest.advisories[0]
}

fn fields(advisory: &Advisory) -> String {
    serde_json::Value::Object(advisory.fields.clone()).to_string()
}
