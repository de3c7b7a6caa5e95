//! Looking back: the last start before a moment.

use super::{RRule, RRuleGaveUp};
use crate::time::{LocalDateTime, Zone};

impl RRule {
    /// The last start before `before`, of a rule that begins at `dtstart`; an `UNTIL` in UTC is compared in `zone`.
    ///
    /// # Errors
    /// Where the search takes too long: whether there is one is not known.
    pub fn last_before(
        &self,
        dtstart: LocalDateTime,
        before: LocalDateTime,
        zone: &Zone,
    ) -> Result<Option<LocalDateTime>, RRuleGaveUp> {
        let starts = |from| self.starts_in(dtstart, from, zone).before(before);
        if !starts(dtstart).is_quick() {
            return starts(dtstart).into_last();
        }
        // The first start from a moment on is cheap to find, so the last one is searched for by halves.
        let mut found = None;
        let (mut low, mut high) = (dtstart.wall(), before.wall());
        while low < high {
            let middle = low + (high - low) / 2;
            let Some(from) = LocalDateTime::from_wall(middle) else { break };
            let mut starts = starts(from);
            match starts.next() {
                Some(start) => {
                    found = Some(start);
                    low = start.wall() + 1;
                }
                None if starts.gave_up() => return Err(RRuleGaveUp),
                None => high = middle,
            }
        }
        Ok(found)
    }
}
