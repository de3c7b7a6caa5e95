//! What clocks and calendars on the wall show, without a zone.

use super::Date;
use super::instant::DAY_MICROS;
use std::fmt;

/// Seconds of a day without a change of offset.
const DAY_SECONDS: i64 = 86_400;

/// A time of day, in whole seconds from 00:00 to 24:00, which is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(i64);

impl LocalTime {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);
    /// 24:00, the end of the day.
    pub const END_OF_DAY: Self = Self(DAY_SECONDS);

    /// The time that many seconds after 00:00, up to 86,400.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        (0..=DAY_SECONDS).contains(&seconds).then_some(Self(seconds))
    }

    /// The time of that hour, minute and second; after 24:00 there is none.
    #[must_use]
    pub fn from_hms(hour: i64, minute: i64, second: i64) -> Option<Self> {
        if !(0..=24).contains(&hour) || !(0..60).contains(&minute) || !(0..60).contains(&second) {
            return None;
        }
        Self::from_seconds(hour * 3_600 + minute * 60 + second)
    }

    /// Seconds since 00:00.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 3_600, self.0 / 60 % 60)?;
        match self.0 % 60 {
            0 => Ok(()),
            seconds => write!(f, ":{seconds:02}"),
        }
    }
}

/// A date and a time of day to the microsecond, without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime {
    date: Date,
    micros: i64,
}

impl LocalDateTime {
    /// That time on that date; 24:00 is 00:00 of the next.
    #[must_use]
    pub fn new(date: Date, time: LocalTime) -> Option<Self> {
        Self::from_wall(date.days() * DAY_MICROS + time.seconds() * 1_000_000)
    }

    /// That date and microsecond of the day, which is below 86,400,000,000.
    #[must_use]
    pub fn with_micros(date: Date, micros: i64) -> Option<Self> {
        (0..DAY_MICROS).contains(&micros).then_some(Self { date, micros })
    }

    /// 00:00 of that date.
    #[must_use]
    pub fn start_of(date: Date) -> Self {
        Self { date, micros: 0 }
    }

    /// The date and time that many microseconds after 1970-01-01T00:00.
    #[must_use]
    pub fn from_wall(micros: i64) -> Option<Self> {
        let date = Date::from_days(micros.div_euclid(DAY_MICROS))?;
        Some(Self { date, micros: micros.rem_euclid(DAY_MICROS) })
    }

    /// Microseconds since 1970-01-01T00:00.
    #[must_use]
    pub fn wall(self) -> i64 {
        self.date.days() * DAY_MICROS + self.micros
    }

    /// The date.
    #[must_use]
    pub fn date(self) -> Date {
        self.date
    }

    /// The time of day in microseconds since 00:00.
    #[must_use]
    pub fn micros_of_day(self) -> i64 {
        self.micros
    }

    /// The time of day in whole seconds, cut.
    #[must_use]
    pub fn time(self) -> LocalTime {
        LocalTime(self.micros / 1_000_000)
    }

    /// The same time of day on another date.
    #[must_use]
    pub fn on(self, date: Date) -> Self {
        Self { date, micros: self.micros }
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.micros / 1_000_000;
        write!(f, "{}T{:02}:{:02}:{:02}", self.date, seconds / 3_600, seconds / 60 % 60, seconds % 60)?;
        super::duration::write_fraction(f, self.micros % 1_000_000)
    }
}
