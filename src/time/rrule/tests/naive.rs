//! A second opinion that jumps nowhere: it looks at every day and at every second of a day, and asks whether the parts
//! of the rule agree.

use super::*;
use std::fmt::Write as _;

const DAY: i64 = 86_400;

/// A source of chance that is the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.below(i64::try_from(items.len()).unwrap())).unwrap()]
    }

    /// Up to `most` numbers, some counted from the end where that is allowed.
    fn list(&mut self, most: i64, range: Range<i64>, signed: bool) -> Vec<i64> {
        let length = 1 + self.below(most);
        (0..length)
            .map(|_| {
                let n = range.start + self.below(range.end - range.start);
                if signed && self.one_in(3) { -n } else { n }
            })
            .collect()
    }
}

/// A rule as its parts, so that nothing of the parser or the engine is taken over.
#[derive(Clone, Debug, Default)]
struct Parts {
    /// The place of its name among the frequencies, from SECONDLY.
    frequency: usize,
    interval: i64,
    month: Vec<i64>,
    week: Vec<i64>,
    year_day: Vec<i64>,
    month_day: Vec<i64>,
    /// Days from Monday, and the nth of them or 0.
    day: Vec<(i64, i64)>,
    hour: Vec<i64>,
    minute: Vec<i64>,
    second: Vec<i64>,
    position: Vec<i64>,
    week_start: i64,
    count: Option<usize>,
}

const FREQUENCIES: [&str; 7] = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const HOURLY: usize = 2;
const DAILY: usize = 3;
const WEEKLY: usize = 4;
const MONTHLY: usize = 5;
const YEARLY: usize = 6;

impl Parts {
    fn random(random: &mut Random) -> Self {
        let frequency = usize::try_from(random.below(7)).unwrap();
        let mut parts = Self { frequency, interval: 1, week_start: random.pick(&[0, 0, 6, 3]), ..Self::default() };
        if random.one_in(2) {
            parts.interval =
                random.pick(&[2, 3, 4, 5, 7, 12, 18, 61, 90, 1440, 3601]) % [9999, 9999, 50, 20, 9, 20, 7][frequency];
            parts.interval = parts.interval.max(1);
        }
        if random.one_in(3) {
            parts.month = random.list(4, 1..13, false);
        }
        if frequency == YEARLY && random.one_in(4) {
            parts.week = random.list(3, 1..54, true);
        }
        if !(DAILY..=MONTHLY).contains(&frequency) && random.one_in(8) {
            parts.year_day = random.list(6, 1..367, true);
        }
        if frequency != WEEKLY && random.one_in(4) {
            parts.month_day = random.list(5, 1..32, true);
        }
        if random.one_in(2) {
            let ordinal = frequency >= MONTHLY && parts.week.is_empty() && random.one_in(2);
            let most = if frequency == MONTHLY || !parts.month.is_empty() { 6 } else { 54 };
            let day = |random: &mut Random| {
                let nth = if ordinal { random.list(1, 1..most, true)[0] } else { 0 };
                (random.below(7), nth)
            };
            let length = 1 + random.below(4);
            parts.day = (0..length).map(|_| day(random)).collect();
        }
        if random.one_in(3) {
            parts.hour = random.list(4, 0..24, false);
        }
        if random.one_in(3) {
            parts.minute = random.list(4, 0..60, false);
        }
        if random.one_in(4) {
            parts.second = random.list(3, 0..60, false);
        }
        if parts.has_by() && random.one_in(3) {
            parts.position = random.list(3, 1..6, true);
        }
        parts.count = random.one_in(3).then(|| usize::try_from(1 + random.below(30)).unwrap());
        parts
    }

    fn has_by(&self) -> bool {
        let lists = [&self.month, &self.week, &self.year_day, &self.month_day, &self.hour, &self.minute, &self.second];
        !self.day.is_empty() || lists.iter().any(|list| !list.is_empty())
    }

    fn text(&self) -> String {
        let mut text = format!("FREQ={}", FREQUENCIES[self.frequency]);
        if self.interval > 1 {
            write!(text, ";INTERVAL={}", self.interval).unwrap();
        }
        let lists = [
            ("BYMONTH", &self.month),
            ("BYWEEKNO", &self.week),
            ("BYYEARDAY", &self.year_day),
            ("BYMONTHDAY", &self.month_day),
            ("BYHOUR", &self.hour),
            ("BYMINUTE", &self.minute),
            ("BYSECOND", &self.second),
            ("BYSETPOS", &self.position),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let items: Vec<String> = list.iter().map(ToString::to_string).collect();
            write!(text, ";{name}={}", items.join(",")).unwrap();
        }
        if !self.day.is_empty() {
            let item = |(day, nth): &(i64, i64)| {
                let nth = if *nth == 0 { String::new() } else { nth.to_string() };
                nth + DAYS[usize::try_from(*day).unwrap()]
            };
            let items: Vec<String> = self.day.iter().map(item).collect();
            write!(text, ";BYDAY={}", items.join(",")).unwrap();
        }
        if let Some(count) = self.count {
            write!(text, ";COUNT={count}").unwrap();
        }
        write!(text, ";WKST={}", DAYS[usize::try_from(self.week_start).unwrap()]).unwrap();
        text
    }

    /// The rule with what it leaves open written into it.
    fn completed(&self, start: i64) -> Self {
        let mut full = self.clone();
        let date = Date::from_days(start.div_euclid(DAY)).unwrap();
        let (_, month, month_day) = date.ymd();
        let no_day = self.day.is_empty() && self.month_day.is_empty() && self.year_day.is_empty();
        if no_day && (self.frequency == WEEKLY || !self.week.is_empty()) {
            full.day = vec![(date.weekday().since_monday(), 0)];
        } else if no_day && self.frequency >= MONTHLY {
            full.month_day = vec![month_day];
        }
        if self.frequency == YEARLY
            && self.month.is_empty()
            && self.week.is_empty()
            && self.year_day.is_empty()
            && self.day.is_empty()
        {
            full.month = vec![month];
        }
        let time = start.rem_euclid(DAY);
        if self.frequency >= DAILY && self.hour.is_empty() {
            full.hour = vec![time / 3_600];
        }
        if self.frequency >= HOURLY && self.minute.is_empty() {
            full.minute = vec![time / 60 % 60];
        }
        if self.frequency > 0 && self.second.is_empty() {
            full.second = vec![time % 60];
        }
        full
    }

    /// The year, the number and the number from the end of the week in which a day lies.
    fn week_of(&self, day: i64) -> (i64, i64, i64) {
        let number = |day: i64| {
            // A week belongs to the year in which its fourth day lies.
            let into = (Date::from_days(day).unwrap().weekday().since_monday() - self.week_start).rem_euclid(7);
            let fourth = Date::from_days(day - into + 3).unwrap();
            let year = fourth.ymd().0;
            (year, (fourth.days() - Date::from_ymd(year, 1, 1).unwrap().days()) / 7 + 1)
        };
        let (year, week) = number(day);
        let mut behind = 0;
        while number(day + 7 * (behind + 1)).0 == year {
            behind += 1;
        }
        (year, week, -behind - 1)
    }

    /// Whether a date fits the completed rule; `within_month` says what the nth day of the week is the nth of.
    fn fits(&self, day: i64, within_month: bool) -> bool {
        let date = Date::from_days(day).unwrap();
        let (year, month, month_day) = date.ymd();
        let has = |list: &[i64], values: &[i64]| list.is_empty() || values.iter().any(|n| list.contains(n));
        let tomorrow = |day: i64| Date::from_days(day + 1).unwrap().ymd();
        let mut month_end = day;
        while tomorrow(month_end).1 == month {
            month_end += 1;
        }
        let (first, last) = (Date::from_ymd(year, 1, 1).unwrap().days(), Date::from_ymd(year, 12, 31).unwrap().days());
        let in_week = |day: i64| {
            let (_, week, from_end) = self.week_of(day);
            has(&self.week, &[week, from_end])
        };
        if !has(&self.month, &[month])
            || !has(&self.month_day, &[month_day, day - month_end - 1])
            || !has(&self.year_day, &[day - first + 1, day - last - 1])
            || !(self.week.is_empty() || in_week(day))
        {
            return false;
        }
        let (begin, end) = if within_month { (day - month_day + 1, month_end) } else { (first, last) };
        let weekday = date.weekday().since_monday();
        let same = |range: std::ops::RangeInclusive<i64>| i64::try_from(range.step_by(7).count()).unwrap();
        let nth = same(begin + (day - begin) % 7..=day);
        let nth_from_end = -same(day..=end);
        self.day.is_empty()
            || self.day.iter().any(|(of, n)| *of == weekday && (*n == 0 || *n == nth || *n == nth_from_end))
    }

    /// The number of the period in which a second lies.
    fn period(&self, second: i64) -> i64 {
        let day = second.div_euclid(DAY);
        let (year, month, _) = Date::from_days(day).unwrap().ymd();
        match FREQUENCIES[self.frequency] {
            "SECONDLY" => second,
            "MINUTELY" => second.div_euclid(60),
            "HOURLY" => second.div_euclid(3_600),
            "DAILY" => day,
            "WEEKLY" => (day - self.week_start - 4).div_euclid(7),
            "MONTHLY" => year * 12 + month,
            _ if self.week.is_empty() => year,
            _ => self.week_of(day).0,
        }
    }

    /// Every start from `start` to `end`.
    fn walk(&self, start: i64, end: i64) -> Vec<i64> {
        let full = self.completed(start);
        let within_month = self.frequency == MONTHLY || !self.month.is_empty();
        let first_day = start.div_euclid(DAY);
        let reach = [0, 0, 0, 0, 7, 31, 380][self.frequency];
        let has = |list: &[i64], n: i64| list.is_empty() || list.contains(&n);
        let told = |time: &i64| {
            has(&full.second, time % 60) && has(&full.minute, time / 60 % 60) && has(&full.hour, time / 3_600)
        };
        let times: Vec<i64> = (0..DAY).filter(told).collect();
        let mut seconds = Vec::new();
        let mut fitting = Vec::new();
        for day in first_day - reach..=end.div_euclid(DAY) + reach {
            if !full.fits(day, within_month) {
                continue;
            }
            fitting.push(day);
            seconds.extend(times.iter().map(|time| day * DAY + time));
        }
        let mut base = self.period(start);
        if !self.week.is_empty() && !fitting.contains(&first_day) {
            let year = Date::from_days(first_day).unwrap().ymd().0;
            let late = fitting.iter().any(|day| *day >= first_day && self.period(day * DAY) == year - 1);
            base = if late { year - 1 } else { year };
        }
        let mut starts = Vec::new();
        let numbered: Vec<(i64, i64)> = seconds.iter().map(|second| (self.period(*second), *second)).collect();
        for set in numbered.chunk_by(|left, right| left.0 == right.0) {
            let past = set[0].0 - base;
            if past < 0 || past % self.interval != 0 {
                continue;
            }
            for (n, (_, second)) in set.iter().enumerate() {
                let n = i64::try_from(n).unwrap();
                let from_end = n - i64::try_from(set.len()).unwrap();
                let chosen =
                    self.position.is_empty() || self.position.contains(&(n + 1)) || self.position.contains(&from_end);
                if chosen && (start..end).contains(second) {
                    starts.push(*second);
                }
            }
        }
        starts.truncate(self.count.unwrap_or(usize::MAX));
        starts
    }
}

fn wall(second: i64) -> LocalDateTime {
    LocalDateTime::from_wall(second * 1_000_000).unwrap()
}

#[test]
fn a_walk_over_every_day_and_second_agrees() {
    let cases: u64 = std::env::var("CHANGEGATE_RRULE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let seed: u64 = std::env::var("CHANGEGATE_RRULE_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let (mut refused, mut with_starts, mut starts_seen) = (0, 0, 0);
    for case in 0..cases {
        let mut random = Random(case.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(seed));
        random.below(2);
        let parts = Parts::random(&mut random);
        let text = parts.text();
        let day = Date::from_ymd(2020, 1, 1).unwrap().days() + random.below(3_000);
        let start =
            day * DAY + if random.one_in(3) { 0 } else { random.below(24 * 12) * 300 + random.pick(&[0, 0, 5]) };
        let end = start + DAY * [2, 30, 400, 800, 1_500, 2_000, 4_000][parts.frequency];
        let wanted: Vec<LocalDateTime> = parts.walk(start, end).into_iter().map(wall).collect();
        let Ok(rule) = RRule::parse(&text) else {
            refused += 1;
            assert!(wanted.is_empty(), "{text} is refused");
            continue;
        };
        assert_eq!(RRule::parse(&rule.to_string()).as_ref(), Ok(&rule), "{text} prints as {rule}");
        let found: Vec<LocalDateTime> = rule.starts(wall(start), wall(start)).before(wall(end)).collect();
        let context = format!("case {case}: {text} from {}", wall(start));
        for n in 0..found.len().max(wanted.len()) {
            assert_eq!(found.get(n), wanted.get(n), "{context}: start {n} of {}", wanted.len());
        }
        for _ in 0..5 {
            let from = wall(start + random.below(end - start));
            let late: Vec<LocalDateTime> = rule.starts(wall(start), from).before(wall(end)).take(50).collect();
            let after: Vec<LocalDateTime> = wanted.iter().copied().filter(|at| *at >= from).take(50).collect();
            assert_eq!(late, after, "{context}: after {from}");
            let last = rule.last_before(wall(start), from, &Zone::utc()).unwrap();
            assert_eq!(last, wanted.iter().copied().rfind(|at| *at < from), "{context}: before {from}");
        }
        with_starts += u64::from(!wanted.is_empty());
        starts_seen += wanted.len();
    }
    println!("{cases} rules, {with_starts} with starts ({starts_seen}), {refused} refused because nothing can fit");
    assert!(with_starts * 2 > cases, "{with_starts} of {cases} rules have starts");
}
