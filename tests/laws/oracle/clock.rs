//! Wall clocks, read minute by minute.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::time;

/// Minutes of a day.
pub const DAY: i64 = 1440;
/// So far back and ahead a clock is looked at: no change of a clock is larger than a day.
const REACH: i64 = 2 * DAY;

/// What a wall clock shows during a day of UTC.
enum Day {
    /// The clock runs evenly, also shortly before and after: it is so many minutes ahead.
    Even(i64),
    Uneven {
        /// What it shows at each minute: minutes since 1970-01-01T00:00 by that clock.
        shown: Vec<i64>,
        /// The latest that it has shown up to then.
        most: Vec<i64>,
        /// The earliest that it shows after that.
        least: Vec<i64>,
    },
}

/// The wall clock of a zone. Its times are minutes since 1970-01-01T00:00Z.
#[derive(Clone)]
pub struct Clock {
    zone: TimeZone,
    name: Rc<str>,
    /// The days looked at last, by their number modulo four: who walks from minute to minute stays among them.
    recent: Rc<RefCell<[Option<Known>; 4]>>,
}

/// A day of UTC, and what the clock shows.
type Known = (i64, Rc<Day>);

/// What a clock shows during a day, by its name and the day.
type Days = HashMap<(Rc<str>, i64), Rc<Day>>;

thread_local! {
    static DAYS: RefCell<Days> = RefCell::default();
    /// Where a clock skips something, the first minute after it.
    static FIRSTS: RefCell<HashMap<(Rc<str>, i64), i64>> = RefCell::default();
}

impl Clock {
    pub fn of(name: &str) -> Option<Self> {
        Some(Self { zone: time::zone(name)?, name: Rc::from(name), recent: Rc::default() })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn shared_name(&self) -> Rc<str> {
        Rc::clone(&self.name)
    }

    /// The only thing that is asked of the zone database.
    fn ahead(&self, minute: i64) -> i64 {
        let stamp = Timestamp::from_second(minute * 60).expect("a minute of our time");
        let seconds = i64::from(self.zone.to_offset(stamp).seconds());
        assert_eq!(seconds % 60, 0, "{} is not whole minutes ahead", self.name);
        seconds / 60
    }

    fn day(&self, day: i64) -> Rc<Day> {
        let key = (Rc::clone(&self.name), day);
        if let Some(known) = DAYS.with_borrow(|days| days.get(&key).map(Rc::clone)) {
            return known;
        }
        let made = Rc::new(self.look(day));
        DAYS.with_borrow_mut(|days| {
            if days.len() > 40_000 {
                days.clear();
            }
            days.insert(key, Rc::clone(&made));
        });
        made
    }

    fn look(&self, day: i64) -> Day {
        let (first, last) = (day * DAY - REACH, (day + 1) * DAY + REACH);
        let ahead = self.ahead(first);
        // Clocks change at quarters of an hour.
        if (first..last).step_by(15).all(|minute| self.ahead(minute) == ahead) {
            return Day::Even(ahead);
        }
        let all: Vec<i64> = (first..last).map(|minute| minute + self.ahead(minute)).collect();
        let own = REACH as usize..(REACH + DAY) as usize;
        let mut most = Vec::new();
        let mut least = Vec::new();
        for at in own.clone() {
            most.push(all[..=at].iter().copied().max().expect("one at least"));
            least.push(all[at + 1..].iter().copied().min().expect("one at least"));
        }
        Day::Uneven { shown: all[own].to_vec(), most, least }
    }

    fn at<T>(&self, minute: i64, even: impl Fn(i64) -> T, uneven: impl Fn(i64, i64, i64) -> T) -> T {
        let day = minute.div_euclid(DAY);
        let mut recent = self.recent.borrow_mut();
        let slot = &mut recent[day.rem_euclid(4) as usize];
        if slot.as_ref().is_none_or(|(known, _)| *known != day) {
            *slot = Some((day, self.day(day)));
        }
        match &*slot.as_ref().expect("it was filled").1 {
            Day::Even(ahead) => even(minute + ahead),
            Day::Uneven { shown, most, least } => {
                let at = minute.rem_euclid(DAY) as usize;
                uneven(shown[at], most[at], least[at])
            }
        }
    }

    /// What the clock shows at a minute.
    pub fn shown(&self, minute: i64) -> i64 {
        self.at(minute, |shown| shown, |shown, _, _| shown)
    }

    /// Whether the clock shows that, or has shown it or anything later before.
    pub fn reached(&self, minute: i64, shown: i64) -> bool {
        self.at(minute, |now| now >= shown, |_, most, _| most >= shown)
    }

    /// Whether the clock, which has shown it, will show it after this minute once more.
    pub fn again(&self, minute: i64, shown: i64) -> bool {
        self.at(minute, |_| false, |_, most, least| most >= shown && least <= shown)
    }

    /// The first minute at which the clock shows that, or is past it.
    pub fn first(&self, shown: i64) -> i64 {
        for around in [shown - REACH, shown + REACH] {
            let guess = shown - (self.shown(around) - around);
            if self.reached(guess, shown) && !self.reached(guess - 1, shown) {
                return guess;
            }
        }
        let key = (Rc::clone(&self.name), shown);
        if let Some(known) = FIRSTS.with_borrow(|firsts| firsts.get(&key).copied()) {
            return known;
        }
        let first =
            (shown - REACH..=shown + REACH).find(|minute| self.reached(*minute, shown)).expect("the clock runs");
        FIRSTS.with_borrow_mut(|firsts| firsts.insert(key, first));
        first
    }

    /// The minute of RFC 5545: the first at which the clock shows that; where it skips it, as if it had not been put forward yet.
    pub fn rfc(&self, shown: i64) -> i64 {
        let first = self.first(shown);
        let before = self.shown(first - 1);
        if self.shown(first) == shown { first } else { first - 1 + (shown - before) }
    }
}
