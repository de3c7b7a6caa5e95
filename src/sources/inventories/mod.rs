//! Inventories of other tools: comma-separated values, Parquet, exports of ServiceNow, rows of osquery, and JSON of any shape by a mapping.

pub mod csv;
pub mod json;
pub mod osquery;
pub mod parquet;
pub mod servicenow;

use crate::facts::{Broken, Place};

/// That a file, or what follows in it, cannot be read.
#[must_use]
pub fn broken(file: &str, line: Option<u32>, message: &str, found: impl Into<String>, help: &str) -> Broken {
    Broken {
        message: message.to_owned(),
        place: Place { file: file.into(), line, record: None, found: Some(found.into()) },
        help: (!help.is_empty()).then(|| help.to_owned()),
    }
}

#[cfg(test)]
mod tests;
