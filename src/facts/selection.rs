//! Which assets a change touches, once its selections have been evaluated.

use super::table::{Cause, Facts, Touched};

impl Touched {
    /// Ends the list with the phantom asset where more assets may be meant, or where none is certain: then a change that in truth touches
    /// nothing that is named is not decided as if it touched that.
    pub(super) fn settle(&mut self, phantom: u32) {
        self.rows.retain(|(row, _)| *row != phantom);
        if !self.incomplete && !self.rows.iter().any(|(_, certain)| *certain) {
            self.incomplete = true;
            self.cause = Some(Cause::Empty);
        }
        if self.incomplete {
            self.rows.push((phantom, false));
        }
    }

    /// Takes rows in, each once; what one selection is certain of is certain.
    pub(super) fn add(&mut self, rows: impl IntoIterator<Item = (u32, bool)>) {
        self.rows.extend(rows);
        self.rows.sort_unstable_by_key(|(row, certain)| (*row, !certain));
        self.rows.dedup_by_key(|(row, _)| *row);
    }
}

impl Facts {
    /// The row that stands for assets not seen.
    #[must_use]
    pub fn phantom_asset(&self) -> u32 {
        super::column::row(self.assets.len.saturating_sub(1))
    }

    /// Adds the assets that a selection of a change takes: rows of [`Facts::assets`] below [`Facts::recorded`], each with whether it is certain
    /// that the condition holds.
    pub fn select(&mut self, change: usize, rows: impl IntoIterator<Item = (u32, bool)>) {
        let phantom = self.phantom_asset();
        if let Some(touched) = self.touched.get_mut(change) {
            if touched.cause == Some(Cause::Empty) {
                touched.incomplete = false;
                touched.cause = None;
            }
            touched.add(rows);
            touched.settle(phantom);
        }
    }

    /// Says that a selection of a change cannot be evaluated, so that any asset may be meant.
    pub fn select_unknown(&mut self, change: usize) {
        let phantom = self.phantom_asset();
        if let Some(touched) = self.touched.get_mut(change) {
            touched.incomplete = true;
            touched.cause = Some(Cause::Malformed);
            touched.settle(phantom);
        }
    }
}
