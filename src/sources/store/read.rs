//! Reading a store: its end, then only what is asked for.

use std::collections::BTreeSet;
use std::io;

use sha2::{Digest as _, Sha256};

use super::write::beginning;
use super::{END, Held, LONGEST, MARK, ROW, Record, StoreError, hash, keys, number, record, record_of};
use crate::sources::enrich::Advisories;
use crate::sources::feeds::eol::Product;
use crate::sources::feeds::vulnerability_id;
use crate::sources::{Edition, Harvest};

/// How many identifiers may lead on from one another when a vulnerability is looked up.
const MOST_IDS: usize = 4096;

/// What bytes can be read from, at any place.
pub trait ReadAt {
    /// So many bytes from a place on; fewer are an error.
    ///
    /// # Errors
    /// What reading fails with.
    fn read_at(&self, at: u64, length: usize) -> io::Result<Vec<u8>>;
}

impl ReadAt for [u8] {
    fn read_at(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let start = usize::try_from(at).ok();
        let bytes = start.and_then(|start| self.get(start..start.checked_add(length)?));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    }
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn read_at(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        (**self).read_at(at, length)
    }
}

/// A store that was opened: its index's beginnings and what is known of the feeds are in memory, nothing else.
pub struct Store<R> {
    source: R,
    rows_at: u64,
    rows: u64,
    starts: Vec<u64>,
    bits: u32,
    held: Vec<Held>,
}

impl<R: ReadAt> Store<R> {
    /// Opens a store of so many bytes, and checks all but its records.
    ///
    /// # Errors
    /// What reading fails with; a file that is no store, or is not as it was written.
    pub fn open(source: R, length: u64) -> Result<Self, StoreError> {
        let damaged = StoreError::Damaged;
        let begin = length.checked_sub(END).ok_or(damaged("it is too short"))?;
        let end = source.read_at(begin, 96)?;
        if source.read_at(0, MARK.len())? != MARK || end.get(80..) != Some(MARK) {
            return Err(damaged("it is no store, or was cut off"));
        }
        let numbers: Vec<u64> = (0..6).filter_map(|at| number(&end, at * 8)).collect();
        let &[rows_at, rows, starts_at, bits, held_at, held_length] = numbers.as_slice() else {
            return Err(damaged("its end"));
        };
        let bits = u32::try_from(bits).ok().filter(|bits| *bits <= 20).ok_or(damaged("its index"))?;
        let starts_length = (1_u64 << bits) * 8;
        let fits = rows.checked_mul(ROW).and_then(|length| rows_at.checked_add(length)) == Some(starts_at)
            && starts_at.checked_add(starts_length) == Some(held_at)
            && held_at.checked_add(held_length) == Some(begin);
        if !fits {
            return Err(damaged("its parts do not fit together"));
        }
        let size = |length: u64| usize::try_from(length).map_err(|_| damaged("its index"));
        let mut digest = Sha256::new();
        // The rows by pieces: they are the greatest part, and only their digest is wanted.
        let (mut at, piece) = (rows_at, 1 << 20);
        while at < starts_at {
            let length = starts_at.saturating_sub(at).min(piece);
            digest.update(source.read_at(at, size(length)?)?);
            at = at.saturating_add(length);
        }
        let starts = source.read_at(starts_at, size(starts_length)?)?;
        let about = source.read_at(held_at, size(held_length)?)?;
        digest.update(&starts);
        digest.update(&about);
        digest.update(end.get(..48).unwrap_or_default());
        if end.get(48..80) != Some(digest.finalize().as_slice()) {
            return Err(damaged("its digest does not fit"));
        }
        let held = serde_json::from_slice(&about).ok().and_then(|value| record::held_of(&value));
        let held = held.ok_or(damaged("what it says of its feeds"))?;
        let starts = (0..starts.len()).step_by(8).filter_map(|at| number(&starts, at)).collect();
        Ok(Store { source, rows_at, rows, starts, bits, held })
    }

    /// What is known of the feeds.
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// The records under a key, in the order in which they were added. Others that share its hash may be among them.
    ///
    /// # Errors
    /// What reading fails with; a record that is not as it was written.
    pub fn find(&self, key: &str) -> Result<Vec<(u64, Record)>, StoreError> {
        let wanted = hash(key);
        let start = usize::try_from(beginning(wanted, self.bits)).unwrap_or(usize::MAX);
        let first = self.starts.get(start).copied().unwrap_or(self.rows);
        let last = start.checked_add(1).and_then(|next| self.starts.get(next)).copied().unwrap_or(self.rows);
        let count = last.min(self.rows).saturating_sub(first);
        let length = usize::try_from(count.saturating_mul(ROW)).map_err(|_| StoreError::Damaged("its index"))?;
        let rows = self.source.read_at(self.rows_at.saturating_add(first.saturating_mul(ROW)), length)?;
        let mut found = Vec::new();
        for row in rows.chunks_exact(20).filter(|row| number(row, 0) == Some(wanted)) {
            let at = number(row, 8).ok_or(StoreError::Damaged("its index"))?;
            let length =
                row.get(16..).unwrap_or_default().iter().fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
            let length = usize::try_from(length.min(LONGEST)).map_err(|_| StoreError::Damaged("its index"))?;
            let bytes = self.source.read_at(at, length)?;
            found.push((at, record_of(&bytes)?));
        }
        Ok(found)
    }

    /// What the store knows of some vulnerabilities, and of those that their aliases lead to, with the editions of all its feeds.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn advisories<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Result<Advisories, StoreError> {
        let mut harvest = Harvest { editions: self.editions(), ..Harvest::default() };
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut taken: BTreeSet<u64> = BTreeSet::new();
        for id in ids {
            let mut left = vec![vulnerability_id(id)];
            let mut led = 0;
            while let Some(id) = left.pop() {
                led += 1;
                if led > MOST_IDS || !seen.insert(id.clone()) {
                    continue;
                }
                for (at, record) in self.find(&id)? {
                    if !taken.insert(at) {
                        continue;
                    }
                    match record {
                        Record::Advisory(advisory) => {
                            if !advisory.withdrawn {
                                left.extend(advisory.aliases.iter().cloned());
                                left.push(advisory.id.clone());
                            }
                            harvest.advisories.push(advisory);
                        }
                        Record::Assertion(assertion) => harvest.assertions.push(assertion),
                        Record::Product(_) => {}
                    }
                }
            }
        }
        let mut advisories = Advisories::default();
        advisories.add(harvest);
        Ok(advisories)
    }

    /// The table of products and their support.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn products(&self) -> Result<Vec<Product>, StoreError> {
        let of = |(_, record)| if let Record::Product(product) = record { Some(product) } else { None };
        Ok(self.find(keys::PRODUCTS)?.into_iter().filter_map(of).collect())
    }

    /// The editions of the feeds.
    pub fn editions(&self) -> Vec<Edition> {
        self.held.iter().map(|held| held.edition.clone()).collect()
    }

    /// Hands over every record, in the order in which they stand; for copying.
    ///
    /// # Errors
    /// What reading fails with; a record that is not as it was written; what `take` fails with.
    pub fn each(&self, mut take: impl FnMut(Record) -> Result<(), StoreError>) -> Result<(), StoreError> {
        const PIECE: u64 = 4 << 20;
        let mut at = MARK.len() as u64;
        let mut rest: Vec<u8> = Vec::new();
        while at < self.rows_at {
            let length = self.rows_at.saturating_sub(at).min(PIECE);
            let size = usize::try_from(length).map_err(|_| StoreError::Damaged("its records"))?;
            rest.extend(self.source.read_at(at, size)?);
            at = at.saturating_add(length);
            let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last.saturating_add(1));
            let tail = rest.split_off(whole);
            for line in rest.split_inclusive(|byte| *byte == b'\n') {
                take(record_of(line)?)?;
            }
            rest = tail;
        }
        if rest.is_empty() { Ok(()) } else { Err(StoreError::Damaged("its last record")) }
    }
}
