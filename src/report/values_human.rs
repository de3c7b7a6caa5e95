//! The values of an expression as people read them.

use std::io::{self, Write};

use serde_json::Value;

use super::Look;
use super::human::unknown;
use super::rows::{ValueRow, Values};
use super::text::{clean, pad, width};

/// Prints the type, then a line for each record; a value without a record stands alone.
///
/// # Errors
/// What writing fails with.
pub fn values(out: &mut impl Write, values: &Values, look: &Look) -> io::Result<()> {
    writeln!(out, "{}", look.paint.dim(&format!("type: {}", values.ty)))?;
    let subject = |row: &ValueRow| row.subject.as_deref().map(|text| clean(text).into_owned()).unwrap_or_default();
    let columns = values.rows.iter().map(|row| width(&subject(row))).max().unwrap_or_default();
    for row in &values.rows {
        if columns > 0 {
            write!(out, "{}  ", pad(&subject(row), columns))?;
        }
        if row.value.is_null() && !row.unknown.is_empty() {
            let possible = row.possible.as_deref().map(|text| format!(" ({})", clean(text))).unwrap_or_default();
            let missing = unknown(&row.unknown).join(", ");
            writeln!(out, "{}{possible}  {}", look.paint.caution("unknown"), look.paint.dim(&missing))?;
        } else {
            writeln!(out, "{}", value_text(&row.value))?;
        }
    }
    Ok(())
}

/// A value as people write it: texts without quotes.
fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => clean(text).into_owned(),
        Value::Null => "unknown".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(value_text).collect();
            format!("{{ {} }}", items.join(", "))
        }
        other => other.to_string(),
    }
}
