//! The digest of all facts, which no order of records, keys or list elements changes.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::json::Json;

/// The digest of one record.
pub(super) type RecordDigest = [u8; 32];

/// The digest of a record in canonical form, tagged with its entity so that an asset is never taken for a change.
pub(super) fn of_record(entity: &str, record: &Json<'_>, buffer: &mut Vec<u8>) -> RecordDigest {
    buffer.clear();
    text(b'e', entity, buffer);
    write(record, buffer);
    Sha256::digest(&buffer).into()
}

/// The digest of all records together, in hexadecimal; `marks` is what else facts say, in a fixed order.
pub(super) fn of_all(mut records: Vec<RecordDigest>, incomplete: bool, marks: &[String]) -> String {
    records.sort_unstable();
    let mut hasher = Sha256::new();
    hasher.update(if incomplete { b"incomplete" } else { b"complete  " });
    for record in &records {
        hasher.update(record);
    }
    let mut buffer = Vec::new();
    marks.iter().for_each(|mark| text(b'm', mark, &mut buffer));
    hasher.update(&buffer);
    let mut text = String::from("sha256:");
    for byte in hasher.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Writes a canonical value so that no two values look the same: each text behind its tag and length, each list behind its own.
fn write(value: &Json<'_>, out: &mut Vec<u8>) {
    match value {
        Json::Null => out.push(b'0'),
        Json::Unreadable => out.push(b'?'),
        Json::Bool(value) => out.push(if *value { b't' } else { b'f' }),
        Json::Number(number) => text(b'n', number, out),
        Json::String(string) => text(b's', string, out),
        Json::Array(elements) | Json::Incomplete(elements) => {
            out.push(if matches!(value, Json::Array(_)) { b'[' } else { b'~' });
            length(elements.len(), out);
            elements.iter().for_each(|element| write(element, out));
        }
        Json::Object(entries) => {
            out.push(b'{');
            length(entries.len(), out);
            for (key, value) in entries {
                text(b'k', key, out);
                write(value, out);
            }
        }
    }
}

fn text(tag: u8, text: &str, out: &mut Vec<u8>) {
    out.push(tag);
    length(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

/// In 64 bits on every machine.
fn length(length: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes());
}
