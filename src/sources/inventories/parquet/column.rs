//! The values of one column in one row group, page after page, each with its levels.

use std::borrow::Cow;
use std::sync::Arc;

use super::footer::Chunk;
use super::page::{Dictionary, Page, Value, head};
use super::schema::{Leaf, physical};
use super::{Body, Budget, Read};

/// A place of a column: in how many lists it goes on, and up to what it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub rep: u16,
    pub def: u16,
}

/// A column that is read forward.
#[derive(Debug)]
pub(super) struct Column<'b> {
    /// The file up to its end, or the column's part of it.
    bytes: Cow<'b, [u8]>,
    at: usize,
    codec: i64,
    /// Places left, with a value or without.
    pub(super) left: u64,
    pub(super) dictionary: Option<Arc<Dictionary>>,
    pub(super) page: Option<Page>,
    next: Option<Level>,
}

impl<'b> Column<'b> {
    pub(super) fn new(body: &Body<'b>, chunk: &Chunk, leaf: &Leaf) -> Read<Self> {
        if chunk.is_elsewhere {
            return Err("a column is in another file, or encrypted".into());
        }
        let length = match leaf.physical {
            super::schema::Physical::Fixed(length) => i64::try_from(length).unwrap_or(0),
            _ => 0,
        };
        if physical(chunk.physical, length)? != leaf.physical {
            return Err("a column has values of another kind than its head says".into());
        }
        let at = usize::try_from(chunk.at).map_err(|_| "a column begins nowhere")?;
        let left = u64::try_from(chunk.values).map_err(|_| "a column has a number of values that cannot be")?;
        let (bytes, at) = match body {
            Body::Whole(bytes) => (Cow::Borrowed(*bytes), at),
            Body::Parts(ranges, end) => {
                let length = usize::try_from(chunk.packed).unwrap_or(usize::MAX).min(end.saturating_sub(at));
                let mut bytes = vec![0; length];
                if !ranges.read(u64::try_from(at).unwrap_or(u64::MAX), &mut bytes) {
                    return Err("the file cannot be read".into());
                }
                (Cow::Owned(bytes), 0)
            }
        };
        Ok(Self { bytes, at, codec: chunk.codec, left, dictionary: None, page: None, next: None })
    }

    /// The levels of the next place; none behind the last.
    pub(super) fn peek(&mut self, leaf: &Leaf, budget: &mut Budget) -> Read<Option<Level>> {
        if self.next.is_some() {
            return Ok(self.next);
        }
        if self.left == 0 {
            return Ok(None);
        }
        while self.page.as_ref().is_none_or(|page| page.left == 0) {
            self.turn(leaf, budget)?;
        }
        let Some(page) = &mut self.page else { return Ok(None) };
        let level = |number: u32, most: u16| {
            u16::try_from(number)
                .ok()
                .filter(|level| *level <= most)
                .ok_or("a page has a level that its column has not")
        };
        let rep = level(page.rep.next(&page.data)?, leaf.rep)?;
        let def = level(page.def.next(&page.data)?, leaf.def)?;
        page.left -= 1;
        self.left -= 1;
        self.next = Some(Level { rep, def });
        Ok(self.next)
    }

    /// Goes past the next place; its value, where it has one.
    pub(super) fn take(&mut self, leaf: &Leaf, budget: &mut Budget) -> Read<Option<Value<'_>>> {
        let level = self.peek(leaf, budget)?.ok_or("a column has fewer values than it says")?;
        self.next = None;
        if level.def < leaf.def {
            return Ok(None);
        }
        let Some(page) = &mut self.page else { return Ok(None) };
        page.values.next(&page.data, self.dictionary.as_deref(), leaf.physical).map(Some)
    }

    /// Reads the next page.
    pub(super) fn turn(&mut self, leaf: &Leaf, budget: &mut Budget) -> Read<()> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty());
        let rest = rest.ok_or("a column goes beyond the file")?;
        let (head, length) = head(rest)?;
        let packed = usize::try_from(head.packed).map_err(|_| "a page has a length that cannot be")?;
        let end = length.checked_add(packed).ok_or("a page has a length that cannot be")?;
        let packed = rest.get(length..end).ok_or("a page goes beyond the file")?;
        self.at += end;
        match head.kind {
            0 | 3 => {
                let levels = (leaf.def, leaf.rep);
                self.page = Some(Page::new(&head, packed, self.codec, leaf.physical, levels, budget)?);
            }
            2 if self.dictionary.is_none() && self.page.is_none() => {
                let dictionary = Dictionary::new(&head, packed, self.codec, leaf.physical, budget)?;
                self.dictionary = Some(Arc::new(dictionary));
            }
            2 => return Err("a column has two dictionaries".into()),
            // An index, or what a newer version has.
            _ => {}
        }
        Ok(())
    }
}
