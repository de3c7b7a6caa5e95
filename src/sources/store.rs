//! A store of advisories in one file, in which a vulnerability is found without reading the rest.
//!
//! The file, all numbers big-endian: a mark, the records (a JSON text each, a tab and a checksum of the text), the rows of the index (hash of a key, place and length of a record) in the
//! order of their hashes, a table of where the rows of each beginning of a hash start, what is known of the feeds (JSON), and an end of fixed length
//! with the places of these and a digest over all but the records. A record has several keys: its identifiers and, where it says which software it
//! is about, that software ([`keys`]). A key is looked up by one read of rows and one for each record.
//!
//! Nothing here opens files: a [`Writer`] writes to what it is given, a [`Store`] reads from what it is given. Whoever calls makes the file whole at
//! once: a new file beside the old one, flushed, renamed.

mod catalogue;
mod keys;
mod merge;
mod read;
mod record;
mod shelf;
#[cfg(test)]
mod tests;
mod write;

pub use keys::{any_package_key, cpe_key, key_of, package_key};
pub use merge::{Added, Outcome, merge};
pub use read::{ReadAt, Store};
pub use record::Record;
pub use shelf::Shelved;
pub use write::Writer;

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

use super::Edition;
use super::enrich::Remark;

/// The first bytes of a store: a name and the version of its form.
const MARK: &[u8; 16] = b"changegate-feed5";
/// The length of the end.
const END: u64 = 96;
/// The length of a row.
const ROW: u64 = 20;
/// The greatest length of a record: longer ones are not stored.
const LONGEST: u32 = 64 << 20;

/// Whether a file that begins with these bytes is a store, of this form or an earlier one.
#[must_use]
pub fn is_store(first: &[u8]) -> bool {
    first.starts_with(b"changegate-feed")
}

/// What is known of a feed that was added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// What it says of itself.
    pub edition: Edition,
    /// The name of its file.
    pub file: String,
    /// When it was added, RFC 3339.
    pub added: String,
    /// What was told of it then, beside the edition before.
    pub told: Vec<Remark>,
    /// Other files of the same catalogue of which nobody knows that they are the earlier ones, by their names, each with when it was added, RFC 3339:
    /// what is not here may be in them.
    pub beside: BTreeMap<String, String>,
}

/// Why a store cannot be read.
#[derive(Debug)]
pub enum StoreError {
    /// The system does not give it.
    Io(std::io::Error),
    /// It is none, or not as it was written; what is wrong.
    Damaged(&'static str),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Io(error) => error.fmt(f),
            StoreError::Damaged(what) => write!(f, "the store is damaged: {what}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        StoreError::Io(error)
    }
}

/// The hash by which a key is found: the beginning of its SHA-256.
fn hash(key: &str) -> u64 {
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// What stands behind a record's text: a tab, a checksum (the beginning of its SHA-256), and the end of the line.
const TAIL: usize = 18;

fn tail(text: &[u8]) -> String {
    let sum = Sha256::digest(text).iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("\t{sum:016x}\n")
}

/// The record that a line is, if it is as it was written.
fn record_of(line: &[u8]) -> Result<Record, StoreError> {
    let (text, end) = line.split_at_checked(line.len().saturating_sub(TAIL)).unwrap_or((line, &[]));
    let record = (tail(text).as_bytes() == end).then(|| Record::read(text)).flatten();
    record.ok_or(StoreError::Damaged("a record"))
}

/// A number of eight bytes at a place.
fn number(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}
