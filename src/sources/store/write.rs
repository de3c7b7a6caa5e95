//! Writing a store, from its beginning to its end.

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::{Held, LONGEST, MARK, Record, hash, keys, record, tail};

/// Writes a store; it is one only after [`Writer::finish`].
pub struct Writer<W: Write> {
    out: W,
    at: u64,
    rows: Vec<(u64, u64, u32)>,
}

impl<W: Write> Writer<W> {
    /// Begins a store.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = Writer { out, at: 0, rows: Vec::new() };
        writer.write(MARK)?;
        Ok(writer)
    }

    /// Adds a record; returns whether it was stored: one that is too long for the form is not.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn add(&mut self, record: &Record) -> io::Result<bool> {
        let mut text = record.write().to_string();
        text.push_str(&tail(text.as_bytes()));
        let Some(length) = u32::try_from(text.len()).ok().filter(|length| *length <= LONGEST) else { return Ok(false) };
        let at = self.at;
        self.rows.extend(keys::of(record).iter().map(|key| (hash(key), at, length)));
        self.write(text.as_bytes())?;
        Ok(true)
    }

    /// Ends the store with what is known of the feeds, and gives back what it was written to, flushed.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn finish(mut self, held: &[Held]) -> io::Result<W> {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable();
        rows.dedup();
        let mut digest = Sha256::new();
        let rows_at = self.at;
        let mut put = |writer: &mut Self, bytes: &[u8]| {
            digest.update(bytes);
            writer.write(bytes)
        };
        for (hash, at, length) in &rows {
            put(&mut self, &hash.to_be_bytes())?;
            put(&mut self, &at.to_be_bytes())?;
            put(&mut self, &length.to_be_bytes())?;
        }
        // About sixteen rows for each beginning of a hash, which is one small read.
        let bits = (rows.len() as u64 / 16).checked_ilog2().unwrap_or(0).min(20);
        let starts_at = self.at;
        let mut next = 0_u64;
        let mut left = rows.iter().peekable();
        for start in 0..(1_u64 << bits) {
            while left.next_if(|(hash, _, _)| beginning(*hash, bits) < start).is_some() {
                next += 1;
            }
            put(&mut self, &next.to_be_bytes())?;
        }
        let held_at = self.at;
        let about = record::held(held).to_string();
        put(&mut self, about.as_bytes())?;
        let numbers =
            [rows_at, rows.len() as u64, starts_at, u64::from(bits), held_at, self.at.saturating_sub(held_at)];
        for number in numbers {
            put(&mut self, &number.to_be_bytes())?;
        }
        let digest = digest.finalize();
        self.write(&digest)?;
        self.write(MARK)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.at = self.at.saturating_add(bytes.len() as u64);
        Ok(())
    }
}

/// The first bits of a hash.
pub(super) fn beginning(hash: u64, bits: u32) -> u64 {
    if bits == 0 { 0 } else { hash >> (64 - bits) }
}
