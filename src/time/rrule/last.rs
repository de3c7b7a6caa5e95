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
        let starts = |from, end| self.starts_in(dtstart, from, zone).before(end);
        let mut all = starts(dtstart, before);
        if !all.is_quick() {
            return all.into_last();
        }
        let Some(first) = all.next() else { return if all.gave_up() { Err(RRuleGaveUp) } else { Ok(None) } };
        // The first start from a moment on is cheap to find, so the last one is searched for by halves: it is `found` or
        // lies between it and `end`.
        let (mut found, mut end) = (first, before);
        loop {
            let middle = found.wall() + (end.wall() - found.wall() + 1) / 2;
            let Some(from) = LocalDateTime::from_wall(middle).filter(|from| *from < end) else { break };
            let mut late = starts(from, end);
            match late.next() {
                Some(start) => found = start,
                None if late.gave_up() => return Err(RRuleGaveUp),
                None => end = from,
            }
        }
        Ok(Some(found))
    }
}
