//! The days of a calendar, worked out once for each year and zone.

use super::days::Days;
use super::instant::DAY_MICROS;
use super::stream::local_day;
use super::{Bound, Date, Entry, Hours, Instant, Interval, Kleene, Recurrence, Role, Sure, Zone, ical, occurrences};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Days in a page of a table: a power of two near a third of a year.
const PAGE_DAYS: i64 = 128;

/// Pages in a group: the table of the years 1 to 9999 is groups of pages that are made when asked for.
const GROUP_PAGES: i64 = 256;

/// Occurrences of one entry that are looked at for a page one by one.
const OCCURRENCE_LIMIT: usize = 20_000;

/// A table for each zone that has been asked for.
#[derive(Default)]
pub(super) struct DayTables(RwLock<HashMap<Zone, Arc<DayTable>>>);

impl DayTables {
    /// The table by the wall clock of a zone.
    pub(super) fn of(&self, zone: &Zone) -> Arc<DayTable> {
        let tables = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = tables.get(zone) {
            return Arc::clone(table);
        }
        drop(tables);
        let mut tables = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tables.entry(zone.clone()).or_default())
    }
}

/// The days of a calendar by the wall clock of one zone.
pub(super) struct DayTable {
    groups: Vec<OnceLock<Box<Group>>>,
}

/// The days of one calendar by the wall clock of one zone.
pub(super) struct DaysIn<'a> {
    pub(super) table: Arc<DayTable>,
    pub(super) entries: &'a [Entry],
    pub(super) zone: &'a Zone,
}

impl DaysIn<'_> {
    /// Whether `date` is one of the calendar's days.
    pub(super) fn get(&self, date: Date) -> Kleene {
        self.table.get(date, self.entries, self.zone)
    }
}

type Group = Vec<OnceLock<Box<Page>>>;

/// What is known of some days in a row: bits, the first day lowest.
#[derive(Clone, Copy, Debug, Default)]
struct Page {
    certain: u128,
    possible: u128,
}

impl Default for DayTable {
    fn default() -> Self {
        let pages = (Date::MAX.days() - Date::MIN.days()) / PAGE_DAYS + 1;
        Self { groups: empty(pages / GROUP_PAGES + 1) }
    }
}

fn empty<T>(count: i64) -> Vec<OnceLock<T>> {
    (0..count).map(|_| OnceLock::new()).collect()
}

fn index(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

impl DayTable {
    /// What is known of `date`, from what the calendar holds where that has not been asked yet.
    fn get(&self, date: Date, entries: &[Entry], zone: &Zone) -> Kleene {
        let day = date.days() - Date::MIN.days();
        let (page, bit) = (day / PAGE_DAYS, day % PAGE_DAYS);
        let group = self.groups.get(index(page / GROUP_PAGES));
        let pages = group.map(|group| group.get_or_init(|| Box::new(empty(GROUP_PAGES))));
        let page_of = pages.and_then(|pages| pages.get(index(page % GROUP_PAGES)));
        let Some(page_of) = page_of else { return Kleene::Unknown };
        let page = page_of.get_or_init(|| Box::new(Page::of(entries, zone, Date::MIN.days() + page * PAGE_DAYS)));
        match (page.certain >> bit & 1, page.possible >> bit & 1) {
            (1, _) => Kleene::Yes,
            (_, 1) => Kleene::Unknown,
            _ => Kleene::No,
        }
    }
}

/// The first moment of a day since 1970-01-01.
fn start_of(day: i64, zone: &Zone) -> Instant {
    Instant::clamped(zone.first(day * DAY_MICROS))
}

impl Page {
    /// The page that starts on day `first`.
    fn of(entries: &[Entry], zone: &Zone, first: i64) -> Self {
        let mut page = Self::default();
        for entry in entries {
            page.mark_entry(entry, zone, first);
        }
        page
    }

    fn mark_entry(&mut self, entry: &Entry, zone: &Zone, first: i64) {
        if let Recurrence::File { file, .. } = &entry.recurrence {
            self.mark_file(entry, file, zone, first);
        } else if entry.has_whole_days() {
            self.mark_whole_days(entry, first);
        } else {
            self.mark_times(entry, zone, first);
        }
    }

    /// Marks the dates that a file's events touch, and those of which it knows nothing.
    ///
    /// Events without a zone, and those of whole days, go by the wall clock of whoever asks.
    fn mark_file(&mut self, entry: &Entry, file: &ical::File, zone: &Zone, first: i64) {
        let last = first + PAGE_DAYS - 1;
        let (from, to) = (start_of(first - 1, zone), start_of(last + 2, zone));
        let mut events = file.between(zone, from, to);
        let mut reached = first;
        let mut count = 0;
        for event in events.by_ref().take(OCCURRENCE_LIMIT) {
            count += 1;
            reached = local_day(event.interval.from().micros(), zone);
            let date = Date::from_days(reached);
            if let Some(certain) = date.and_then(|date| entry.is_kept_on(date)) {
                self.mark_touched(event.interval, zone, first, certain);
            }
        }
        if events.gave_up_at().is_some() || count == OCCURRENCE_LIMIT {
            self.mark(reached, last, first, false);
        }
        let Some(known) = entry.tail_in(zone) else { return };
        let is_known = |day: i64| {
            let end = Date::from_days(day).and_then(|date| zone.end_of_day(date));
            end.is_some_and(|end| end <= known)
        };
        for day in (first..=last).filter(|day| !is_known(*day)) {
            self.mark(day, day, first, false);
        }
    }

    /// Marks the dates that occurrences touch.
    fn mark_times(&mut self, entry: &Entry, zone: &Zone, first: i64) {
        let last = first + PAGE_DAYS - 1;
        let (from, to) = (start_of(first - 1, zone), start_of(last + 2, zone));
        let mut reached = first;
        let mut count = 0;
        for occurrence in occurrences(entry, Role::Blackout, from, to).take(OCCURRENCE_LIMIT) {
            count += 1;
            reached = local_day(occurrence.interval.from().micros(), zone);
            self.mark_touched(occurrence.interval, zone, first, occurrence.certain);
        }
        if count < OCCURRENCE_LIMIT {
            return;
        }
        // So many that the rest is looked at day by day.
        for day in reached.max(first)..=last {
            let Some(day_long) = Interval::new(start_of(day, zone), start_of(day + 1, zone)) else { continue };
            for sure in [Sure::Certain, Sure::Possible] {
                let met = entry.first_ending_after(Role::Blackout, sure, day_long.from());
                if met.is_some_and(|met| met.interval.meets(day_long)) {
                    self.mark(day, day, first, sure == Sure::Certain);
                }
            }
        }
    }

    /// Marks the dates that one occurrence touches.
    fn mark_touched(&mut self, interval: Interval, zone: &Zone, first: i64, certain: bool) {
        let (begin, end) = (interval.from(), interval.to());
        // An end at midnight does not touch the day that it starts.
        let last = if end > begin { end.micros() - 1 } else { end.micros() };
        let (begins, mut ends) = (local_day(begin.micros(), zone), local_day(last, zone));
        // Where the clock goes back over midnight, the day after the last one may have begun once already.
        let next = start_of(ends + 1, zone);
        ends += i64::from(begin <= next && next < end);
        self.mark(begins.min(ends), ends.max(begins), first, certain);
    }

    /// Marks the dates of a recurrence of whole days, which are the same in every zone.
    fn mark_whole_days(&mut self, entry: &Entry, first: i64) {
        let last = first + PAGE_DAYS - 1;
        let (days, hours) = match &entry.recurrence {
            Recurrence::Fixed { from: Bound::Date(from), to: Bound::Date(to) } => {
                if let Some(certain) = entry.is_kept_on(*from) {
                    self.mark(from.days(), to.days(), first, certain);
                }
                return;
            }
            Recurrence::Weekly(weekly) => (Days::Weekly(*weekly), weekly.hours()),
            Recurrence::Periodic(periodic) => (Days::Periodic(periodic), periodic.hours()),
            _ => return,
        };
        let mut next = first.saturating_sub(hours.at_most() / DAY_MICROS + 1);
        while let Some((day, certain)) = days.next(next).filter(|(day, _)| *day <= last) {
            next = day + 1;
            let Some(date) = Date::from_days(day) else { continue };
            if let Some(kept) = entry.is_kept_on(date) {
                self.mark(day, day + hours.whole_days(date).unwrap_or(1) - 1, first, certain && kept);
            }
        }
    }

    /// Marks the days from `begin` to `end` as far as they are in the page that starts at `first`.
    fn mark(&mut self, begin: i64, end: i64, first: i64, certain: bool) {
        let (begin, end) = (begin.max(first) - first, end.min(first + PAGE_DAYS - 1) - first);
        if begin > end {
            return;
        }
        let upto = |day: i64| if day >= PAGE_DAYS { u128::MAX } else { (1_u128 << day) - 1 };
        let bits = upto(end + 1) & !upto(begin);
        self.possible |= bits;
        if certain {
            self.certain |= bits;
        }
    }
}

impl Entry {
    /// Whether an occurrence that starts on that date certainly is; none where it is left out.
    fn is_kept_on(&self, date: Date) -> Option<bool> {
        let left_out = self.not_on.iter().map(|calendar| calendar.has_day(date, &self.zone)).max();
        match left_out.unwrap_or(Kleene::No) {
            Kleene::No => Some(true),
            Kleene::Unknown => Some(false),
            Kleene::Yes => None,
        }
    }

    /// Whether every occurrence is made of whole days.
    fn has_whole_days(&self) -> bool {
        let whole = |hours: Hours| hours.whole_days(Date::from_days(0).unwrap_or(Date::MIN)).is_some();
        match &self.recurrence {
            Recurrence::Fixed { from, to } => matches!((from, to), (Bound::Date(_), Bound::Date(_))),
            Recurrence::Weekly(weekly) => whole(weekly.hours()),
            Recurrence::Periodic(periodic) => whole(periodic.hours()),
            _ => false,
        }
    }

    /// Where the knowledge of a file ends by the wall clock of a zone.
    pub(super) fn tail_in(&self, zone: &Zone) -> Option<Instant> {
        let Recurrence::File { file, covers_until } = &self.recurrence else { return None };
        match covers_until {
            Some(bound) => Some(bound.end(zone, Role::Window)),
            None => file.knows_until(zone),
        }
    }

    /// An instant from which on every day may be one of its days; none where there is none.
    pub(super) fn knows_until(&self, zone: &Zone) -> Option<Instant> {
        match self.recurrence {
            Recurrence::Unknown if self.not_on.is_empty() => Some(Instant::MIN),
            _ => self.tail_in(zone),
        }
    }
}

impl fmt::Debug for DayTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DayTable").finish_non_exhaustive()
    }
}
