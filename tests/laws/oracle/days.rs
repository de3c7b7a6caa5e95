//! Days and months, counted on one's fingers.

use std::sync::OnceLock;

use crate::ir::*;

/// Year, month, and day of the month.
pub type Civil = (i32, i32, i32);

pub fn leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub fn days_in(year: i32, month: i32) -> i32 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The date of a day since 1970-01-01: looked up, once it has been counted.
pub fn civil(day: i32) -> Civil {
    static COUNTED: OnceLock<Vec<Civil>> = OnceLock::new();
    let counted = COUNTED.get_or_init(|| (0..50_000).map(count).collect());
    usize::try_from(day).ok().and_then(|at| counted.get(at).copied()).unwrap_or_else(|| count(day))
}

fn count(day: i32) -> Civil {
    let (mut year, mut left) = (1970, day);
    while left < 0 {
        year -= 1;
        left += if leap(year) { 366 } else { 365 };
    }
    while left >= if leap(year) { 366 } else { 365 } {
        left -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let mut month = 1;
    while left >= days_in(year, month) {
        left -= days_in(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

/// The day since 1970-01-01 of a date.
pub fn number((year, month, day): Civil) -> i32 {
    let years: i32 = if year >= 1970 {
        (1970..year).map(|y| if leap(y) { 366 } else { 365 }).sum()
    } else {
        -(year..1970).map(|y| if leap(y) { 366 } else { 365 }).sum::<i32>()
    };
    years + (1..month).map(|m| days_in(year, m)).sum::<i32>() + day - 1
}

/// Monday is 0; 1970-01-01 was a Thursday.
pub fn weekday(day: i32) -> u8 {
    (day + 3).rem_euclid(7) as u8
}

/// The first and last day of the month, quarter or year that a day is in.
pub fn period(every: Every, day: i32) -> (i32, i32) {
    let (year, month, _) = civil(day);
    let (first, last) = match every {
        Every::Month => (month, month),
        Every::Quarter => ((month - 1) / 3 * 3 + 1, (month - 1) / 3 * 3 + 3),
        Every::Year => (1, 12),
    };
    (number((year, first, 1)), number((year, last, days_in(year, last))))
}

/// Whether a rule's parts allow a day; `start` is the day of its DTSTART.
pub fn allows(rule: &RRule, start: i32, day: i32) -> bool {
    if day < start {
        return false;
    }
    let ((year, month, of_month), (start_year, start_month, start_day)) = (civil(day), civil(start));
    let apart = match rule.freq {
        Freq::Daily => i64::from(day - start),
        // Weeks start on Monday.
        Freq::Weekly => i64::from((day - i32::from(weekday(day))) - (start - i32::from(weekday(start)))) / 7,
        Freq::Monthly => i64::from((year - start_year) * 12 + month - start_month),
        Freq::Yearly => i64::from(year - start_year),
    };
    if apart % rule.interval != 0 {
        return false;
    }
    if !rule.by_month.is_empty() && !rule.by_month.contains(&month) {
        return false;
    }
    let days = days_in(year, month);
    let named = |n: &i32| if *n < 0 { days + 1 + n == of_month } else { *n == of_month };
    if !rule.by_month_day.is_empty() && !rule.by_month_day.iter().any(named) {
        return false;
    }
    let is = |(nth, on): &(Option<i32>, u8)| {
        *on == weekday(day)
            && match nth {
                None => true,
                Some(n) if *n > 0 => (of_month - 1) / 7 + 1 == *n,
                Some(n) => (days - of_month) / 7 + 1 == -*n,
            }
    };
    if !rule.by_day.is_empty() {
        return rule.by_day.iter().any(is);
    }
    // What no part says is as it was at the start.
    match rule.freq {
        Freq::Daily => true,
        Freq::Weekly => weekday(day) == weekday(start),
        Freq::Monthly => !rule.by_month_day.is_empty() || of_month == start_day,
        Freq::Yearly => {
            (!rule.by_month.is_empty() || !rule.by_month_day.is_empty() || month == start_month)
                && (!rule.by_month_day.is_empty() || of_month == start_day)
        }
    }
}
