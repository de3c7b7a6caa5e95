//! Wall clocks, read minute by minute.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Days since 1970-01-01 of which it is kept what clocks show: those that cases are about.
const KEPT: std::ops::Range<i64> = 15_000..27_000;

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
    /// Its zone's.
    name: Rc<str>,
    /// Its number in this thread.
    number: usize,
}

/// What a clock shows during each day, where that was looked at.
type Days = Vec<Option<Rc<Day>>>;

thread_local! {
    /// The names of the clocks, by their numbers.
    static NAMES: RefCell<Vec<Rc<str>>> = RefCell::default();
    static DAYS: RefCell<Vec<Days>> = RefCell::default();
    /// Where a clock skips something, the first minute after it.
    static FIRSTS: RefCell<HashMap<(usize, i64), i64>> = RefCell::default();
}

impl Clock {
    pub fn of(name: &str) -> Option<Self> {
        let zone = time::zone(name)?;
        let (number, name) = NAMES.with_borrow_mut(|names| {
            let at = names.iter().position(|known| **known == *name).unwrap_or_else(|| {
                names.push(Rc::from(name));
                names.len() - 1
            });
            (at, Rc::clone(&names[at]))
        });
        Some(Self { zone, name, number })
    }

    pub fn number(&self) -> usize {
        self.number
    }

    /// The only thing that is asked of the zone database.
    fn ahead(&self, minute: i64) -> i64 {
        let stamp = Timestamp::from_second(minute * 60).expect("a minute of our time");
        let seconds = i64::from(self.zone.to_offset(stamp).seconds());
        assert_eq!(seconds % 60, 0, "{} is not whole minutes ahead", self.name);
        seconds / 60
    }

    fn day(&self, day: i64) -> Rc<Day> {
        if !KEPT.contains(&day) {
            return Rc::new(self.look(day));
        }
        let at = (day - KEPT.start) as usize;
        let known = DAYS.with_borrow(|days| days.get(self.number)?.get(at)?.clone());
        known.unwrap_or_else(|| {
            let made = Rc::new(self.look(day));
            DAYS.with_borrow_mut(|days| {
                let many = days.len().max(self.number + 1);
                days.resize(many, Days::new());
                let own = &mut days[self.number];
                own.resize((KEPT.end - KEPT.start) as usize, None);
                own[at] = Some(Rc::clone(&made));
            });
            made
        })
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
        let (mut highest, mut lowest) = (i64::MIN, i64::MAX);
        let highests: Vec<i64> = all
            .iter()
            .map(|shown| {
                highest = highest.max(*shown);
                highest
            })
            .collect();
        let mut lowests: Vec<i64> = all
            .iter()
            .rev()
            .map(|shown| {
                lowest = lowest.min(*shown);
                lowest
            })
            .collect();
        lowests.reverse();
        for at in own.clone() {
            most.push(highests[at]);
            least.push(lowests[at + 1]);
        }
        Day::Uneven { shown: all[own].to_vec(), most, least }
    }

    fn at<T>(&self, minute: i64, even: impl Fn(i64) -> T, uneven: impl Fn(i64, i64, i64) -> T) -> T {
        match &*self.day(minute.div_euclid(DAY)) {
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
        let key = (self.number, shown);
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
