//! Random entries, and the minutes that they mark.

use super::calendars::Holidays;
use super::*;
use std::sync::Arc;

/// An entry as the walk sees it, and as the engine does.
pub(super) struct Model {
    kind: Kind,
    hours: When,
    holidays: Option<Holidays>,
    overrun: Option<usize>,
    pub(super) entry: Entry,
}

/// What a walk finds of one entry.
pub(super) struct Marks {
    /// What each minute is.
    pub(super) minutes: Vec<Mark>,
    /// The minutes at which occurrences start, ascending.
    pub(super) starts: Vec<(usize, bool)>,
    /// From which minute on nothing is known.
    pub(super) blank: Option<usize>,
}

/// The part of a day, in minutes.
#[derive(Clone, Copy, Debug)]
enum When {
    Clock(i64, i64),
    Exact(i64, i64),
    Days(i64, i64),
}

#[derive(Clone, Debug)]
enum Kind {
    Fixed(End, End),
    Weekly([bool; 7]),
    Periodic(i64, On),
    /// Days of the week, hours, minutes.
    Rule([bool; 7], Vec<i64>, Vec<i64>),
    /// Events, and the day until whose end the file reaches, where not to the last event's end.
    File(Vec<Event>, Option<i64>),
    Always,
    Unknown,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Wall(i64),
    Day(i64),
}

/// An event without a zone.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// From a wall clock for so many minutes.
    Exact(i64, i64),
    /// From a wall clock for so many days by the wall clock.
    Days(i64, i64),
    /// The whole of so many days.
    Whole(i64, i64),
}

impl Event {
    fn random(random: &mut Random, near: i64) -> Self {
        let start = if random.below(2) == 0 { near } else { near - 5 * DAY + random.below(10 * DAY) };
        match random.below(3) {
            0 => Self::Whole(start.div_euclid(DAY), 1 + random.below(3)),
            1 => Self::Days(start, 1 + random.below(3)),
            _ => Self::Exact(start, 1 + random.below(2_000)),
        }
    }

    fn minutes(self, clock: &Clock) -> (usize, usize) {
        match self {
            Self::Exact(from, length) => {
                let from = clock.rfc5545(from);
                (from, from + usize::try_from(length).unwrap())
            }
            Self::Days(from, days) => (clock.rfc5545(from), clock.rfc5545(from + days * DAY)),
            Self::Whole(from, days) => (clock.rfc5545(from * DAY), clock.rfc5545((from + days) * DAY)),
        }
    }

    /// As an iCalendar file has it.
    fn text(self, number: usize) -> String {
        let stamp = |wall: i64| {
            let digits = LocalDateTime::from_wall(wall * MINUTE).unwrap().to_string();
            digits.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>()
        };
        let (start, length) = match self {
            Self::Exact(from, length) => (format!(":{}", stamp(from)), format!("PT{length}M")),
            Self::Days(from, days) => (format!(":{}", stamp(from)), format!("P{days}D")),
            Self::Whole(from, days) => (format!(";VALUE=DATE:{}", &stamp(from * DAY)[..8]), format!("P{days}D")),
        };
        format!("BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART{start}\r\nDURATION:{length}\r\nEND:VEVENT\r\n")
    }
}

#[derive(Clone, Copy, Debug)]
enum On {
    Day(i64),
    LastDay,
    Nth(i64, i64),
    Last(i64),
    LastBusiness(i64),
}

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn weekday(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap()
}

fn ymd(day: i64) -> (i64, i64, i64) {
    Date::from_days(day).unwrap().ymd()
}

impl Model {
    pub(super) fn random(random: &mut Random, clock: &Clock) -> Self {
        let centre = clock.day(clock.middle());
        let holidays = (random.below(3) == 0).then(|| Holidays::random(random, &clock.zone, centre));
        let kind = Kind::random(random, clock, holidays.is_some());
        let hours = When::random(random, matches!(kind, Kind::Rule(..)));
        // The business days of a period have no holidays but those of the entry.
        let business = BusinessDays {
            week: BusinessWeek::default(),
            not_on: holidays.iter().map(|holidays| Arc::clone(&holidays.calendar)).collect(),
            zone: clock.zone.clone(),
        };
        let mut entry = Entry::new(kind.recurrence(hours, business), clock.zone.clone());
        entry.not_on.extend(holidays.iter().map(|holidays| Arc::clone(&holidays.calendar)));
        let near = i64::try_from(clock.middle()).unwrap() - NEAR_DAYS * DAY + random.below(2 * NEAR_DAYS * DAY);
        let overrun = (random.below(10) == 0).then(|| usize::try_from(near).unwrap());
        entry.overrun = overrun.map(|minute| clock.instant(minute));
        Self { kind, hours, holidays, overrun, entry }
    }

    /// The minutes of the walk that the entry marks.
    pub(super) fn marks(&self, clock: &Clock, role: Role) -> Marks {
        let mut marks = Marks { minutes: vec![Mark::Free; clock.len()], starts: Vec::new(), blank: None };
        match &self.kind {
            Kind::File(..) => {}
            Kind::Always => marks.minutes.fill(Mark::Certain),
            Kind::Unknown => marks.minutes.fill(Mark::Possible),
            Kind::Fixed(from, to) => {
                let from = match from {
                    End::Wall(wall) => *wall,
                    End::Day(day) => day * DAY,
                };
                let to = match to {
                    End::Wall(wall) => *wall,
                    End::Day(day) => (day + 1) * DAY,
                };
                self.mark(&mut marks, clock, clock.start(from), clock.end(to, role), true);
            }
            Kind::Weekly(_) | Kind::Periodic(..) => {
                for day in clock.days() {
                    let is_on = self.is_on(day);
                    if is_on == Mark::Free {
                        continue;
                    }
                    let (from, to) = match self.hours {
                        When::Clock(from, to) => {
                            let to = if to > from { to } else { to + DAY };
                            (clock.start(day * DAY + from), clock.end(day * DAY + to, role))
                        }
                        When::Exact(from, length) => {
                            let start = clock.start(day * DAY + from);
                            (start, start + usize::try_from(length).unwrap())
                        }
                        When::Days(from, days) => {
                            (clock.start(day * DAY + from), clock.end((day + days) * DAY + from, role))
                        }
                    };
                    self.mark(&mut marks, clock, from, to, is_on == Mark::Certain);
                }
            }
            Kind::Rule(days, hours, minutes) => {
                for day in clock.days().filter(|day| days[weekday(*day)]) {
                    for wall in day * DAY..(day + 1) * DAY {
                        let time = wall.rem_euclid(DAY);
                        if !hours.contains(&(time / 60)) || !minutes.contains(&(time % 60)) {
                            continue;
                        }
                        let start = clock.rfc5545(wall);
                        let end = match self.hours {
                            When::Days(_, days) => clock.rfc5545(wall + days * DAY),
                            When::Clock(_, length) | When::Exact(_, length) => start + usize::try_from(length).unwrap(),
                        };
                        self.mark(&mut marks, clock, start, end, true);
                    }
                }
            }
        }
        if let Kind::File(events, covers_until) = &self.kind {
            let occurrences = events.iter().map(|event| event.minutes(clock));
            for (from, to) in occurrences.clone() {
                self.mark(&mut marks, clock, from, to, true);
            }
            let last = occurrences.filter(|(from, to)| from < to).map(|(_, to)| to).max().unwrap_or(0);
            let known = covers_until.map_or(last, |day| clock.end((day + 1) * DAY, role));
            for mark in marks.minutes.iter_mut().skip(known) {
                *mark = (*mark).max(Mark::Possible);
            }
            marks.blank = Some(known);
        }
        marks.starts.sort_unstable();
        marks
    }

    fn mark(&self, marks: &mut Marks, clock: &Clock, from: usize, to: usize, certain: bool) {
        if from >= to || from >= clock.len() {
            return;
        }
        let holiday = self.holidays.as_ref().map_or(Kleene::No, |holidays| holidays.is_on(clock.day(from)));
        let certain = match holiday {
            Kleene::Yes => return,
            Kleene::Unknown => false,
            Kleene::No => certain,
        };
        let to = match self.overrun {
            Some(begun) if from <= begun && begun < to => clock.len(),
            _ => to,
        };
        marks.starts.push((from, certain));
        for mark in marks.minutes.iter_mut().take(to).skip(from) {
            *mark = (*mark).max(Mark::of(certain));
        }
    }

    /// Whether an occurrence starts on a day, by counting days.
    fn is_on(&self, day: i64) -> Mark {
        let certainly = |is_on: bool| if is_on { Mark::Certain } else { Mark::Free };
        let (months, on) = match &self.kind {
            Kind::Weekly(days) => return certainly(days[weekday(day)]),
            Kind::Periodic(months, on) => (*months, *on),
            _ => return Mark::Free,
        };
        let period = |day: i64| {
            let (year, month, _) = ymd(day);
            (year * 12 + month - 1) / months
        };
        let later = (day + 1..).take_while(|other| period(*other) == period(day));
        let earlier = (0..day).rev().take_while(|other| period(*other) == period(day));
        let same_weekday = |other: &i64| weekday(*other) == weekday(day);
        match on {
            On::Day(wanted) => certainly(ymd(day).2 == wanted && (ymd(day).1 - 1) % months == 0),
            On::LastDay => certainly(later.count() == 0),
            On::Nth(nth, wanted) => certainly(
                i64::try_from(weekday(day)).unwrap() == wanted
                    && i64::try_from(earlier.filter(same_weekday).count()).unwrap() == nth - 1,
            ),
            On::Last(wanted) => {
                certainly(i64::try_from(weekday(day)).unwrap() == wanted && later.filter(same_weekday).count() == 0)
            }
            On::LastBusiness(count) => {
                let business: Vec<Kleene> = later.map(|day| self.is_business(day)).collect();
                let at_least = business.iter().filter(|is_on| **is_on == Kleene::Yes).count();
                let at_most = business.iter().filter(|is_on| **is_on != Kleene::No).count();
                let count = usize::try_from(count).unwrap();
                match self.is_business(day) {
                    Kleene::No => Mark::Free,
                    _ if at_least >= count => Mark::Free,
                    Kleene::Yes if at_most < count => Mark::Certain,
                    _ => Mark::Possible,
                }
            }
        }
    }

    /// Whether every occurrence is made of whole days.
    pub(super) fn has_whole_days(&self) -> bool {
        match (&self.kind, self.hours) {
            (Kind::Fixed(End::Day(_), End::Day(_)), _) => true,
            (Kind::Weekly(_) | Kind::Periodic(..), When::Clock(0, to)) => to == 0 || to == DAY,
            (Kind::Weekly(_) | Kind::Periodic(..), When::Days(0, _)) => true,
            _ => false,
        }
    }

    /// Of a recurrence of whole days: whether `day` is one of them.
    pub(super) fn day(&self, day: i64) -> Kleene {
        let holiday = |day: i64| self.holidays.as_ref().map_or(Kleene::No, |holidays| holidays.is_on(day));
        let mark = |start: i64, certain: Mark| match (holiday(start), certain) {
            (Kleene::Yes, _) | (_, Mark::Free) => Kleene::No,
            (Kleene::No, Mark::Certain) => Kleene::Yes,
            _ => Kleene::Unknown,
        };
        if let Kind::Fixed(End::Day(from), End::Day(to)) = self.kind {
            return if (from..=to).contains(&day) { mark(from, Mark::Certain) } else { Kleene::No };
        }
        let days = if let When::Days(_, days) = self.hours { days } else { 1 };
        (day - days + 1..=day).map(|start| mark(start, self.is_on(start))).max().unwrap()
    }

    fn is_business(&self, day: i64) -> Kleene {
        let holiday = self.holidays.as_ref().map_or(Kleene::No, |holidays| holidays.is_on(day));
        match holiday {
            _ if weekday(day) > 4 => Kleene::No,
            Kleene::Yes => Kleene::No,
            Kleene::Unknown => Kleene::Unknown,
            Kleene::No => Kleene::Yes,
        }
    }
}

impl When {
    fn random(random: &mut Random, rule: bool) -> Self {
        // Half of the times lie in the small hours, where clocks change.
        let mut time = || if random.below(2) == 0 { random.below(40) * 5 } else { random.below(288) * 5 };
        let (from, to) = (time(), time());
        let most = if random.below(4) == 0 { 8 * DAY } else { 300 };
        let length = 1 + random.below(most);
        match random.below(6) {
            0 => Self::Days(from, 1 + random.below(8)),
            1 | 2 => Self::Exact(from, length),
            _ if rule => Self::Exact(from, length),
            3 => Self::Clock(0, DAY),
            _ => Self::Clock(from, to),
        }
    }

    fn lasting(self) -> Lasting {
        match self {
            Self::Days(_, 7) => Lasting::Span(Span::new(1, SpanUnit::Week)),
            Self::Days(_, days) => Lasting::Span(Span::new(days, SpanUnit::Day)),
            Self::Clock(_, length) | Self::Exact(_, length) => Lasting::Exact(Duration::from_micros(length * MINUTE)),
        }
    }

    fn hours(self) -> Hours {
        let time = |minutes: i64| LocalTime::from_seconds(minutes * 60).unwrap();
        match self {
            Self::Clock(from, to) => Hours::clock(time(from), time(to)).unwrap(),
            Self::Exact(from, _) | Self::Days(from, _) => Hours::lasting(time(from), self.lasting()).unwrap(),
        }
    }
}

impl Kind {
    fn random(random: &mut Random, clock: &Clock, holidays: bool) -> Self {
        let near = |random: &mut Random| clock.walls[clock.middle()] - 300 + random.below(600);
        let mut days = [false; 7];
        let dense = random.below(4);
        for day in &mut days {
            *day = random.below(4) <= dense;
        }
        days[usize::try_from(random.below(7)).unwrap()] = true;
        match random.below(if holidays { 14 } else { 15 }) {
            0..=4 => Self::Weekly(days),
            5..=8 => {
                Self::Periodic([1, 1, 3, 12][usize::try_from(random.below(4)).unwrap()], On::random(random, clock))
            }
            9 | 10 => {
                let some = |random: &mut Random, limit: i64| -> Vec<i64> {
                    let mut some: Vec<i64> = (0..1 + random.below(4)).map(|_| random.below(limit)).collect();
                    some.sort_unstable();
                    some.dedup();
                    some
                };
                let limit = if random.below(2) == 0 { 4 } else { 24 };
                Self::Rule(days, some(random, limit), some(random, 60))
            }
            11 | 12 => {
                let events = (0..1 + random.below(5)).map(|_| near(random)).collect::<Vec<_>>();
                let events = events.into_iter().map(|near| Event::random(random, near)).collect();
                let day = clock.day(clock.middle()) - 4 + random.below(9);
                Self::File(events, (random.below(2) == 0).then_some(day))
            }
            13 => {
                let from = near(random);
                match random.below(3) {
                    0 => {
                        let day = from.div_euclid(DAY);
                        Self::Fixed(End::Day(day), End::Day(day + random.below(3) - 1))
                    }
                    _ => Self::Fixed(End::Wall(from), End::Wall(from + random.below(600) - 60)),
                }
            }
            _ if random.below(2) == 0 => Self::Always,
            _ => Self::Unknown,
        }
    }

    fn recurrence(&self, hours: When, business: BusinessDays) -> Recurrence {
        let bound = |end: End| match end {
            End::Wall(wall) => Bound::Local(LocalDateTime::from_wall(wall * MINUTE).unwrap()),
            End::Day(day) => Bound::Date(Date::from_days(day).unwrap()),
        };
        let on = |days: &[bool; 7]| Weekday::ALL.into_iter().zip(*days).filter(|(_, on)| *on).map(|(day, _)| day);
        match self {
            Self::Fixed(from, to) => Recurrence::Fixed { from: bound(*from), to: bound(*to) },
            Self::Weekly(days) => Recurrence::Weekly(Weekly::on(on(days).collect(), hours.hours()).unwrap()),
            Self::Periodic(months, on) => {
                let every = match months {
                    1 => Every::Month,
                    3 => Every::Quarter,
                    _ => Every::Year,
                };
                let number = |number: i64| u8::try_from(number).unwrap();
                let on = match *on {
                    On::Day(day) => OnDay::Day(number(day)),
                    On::LastDay => OnDay::LastDay,
                    On::Nth(nth, weekday) => OnDay::Nth(number(nth), Weekday::from_monday(weekday)),
                    On::Last(weekday) => OnDay::Last(Weekday::from_monday(weekday)),
                    On::LastBusiness(count) => OnDay::LastBusinessDays(number(count), Arc::new(business)),
                };
                Recurrence::Periodic(Periodic::new(every, on, hours.hours()).unwrap())
            }
            Self::Rule(days, hours_of, minutes) => {
                let list = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
                let days = DAYS.into_iter().zip(*days).filter(|(_, on)| *on).map(|(day, _)| day).collect::<Vec<_>>();
                let (days, by_hour, by_minute) = (days.join(","), list(hours_of), list(minutes));
                let text = format!("FREQ=DAILY;BYDAY={days};BYHOUR={by_hour};BYMINUTE={by_minute}");
                let rule = RRule::parse(&text).unwrap();
                let dtstart = local("1970-01-01T00:00");
                Recurrence::Rule(Arc::new(Rule { rule, dtstart, lasting: hours.lasting() }))
            }
            Self::File(events, covers_until) => {
                let events: String = events.iter().enumerate().map(|(n, event)| event.text(n)).collect();
                let text = format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n");
                let (file, _) = ical::File::read(&text).unwrap();
                let covers_until = covers_until.map(|day| Bound::Date(Date::from_days(day).unwrap()));
                Recurrence::File { file: Arc::new(file), covers_until }
            }
            Self::Always => Recurrence::Always,
            Self::Unknown => Recurrence::Unknown,
        }
    }
}

impl On {
    /// Days that come round near the change of the clocks.
    fn random(random: &mut Random, clock: &Clock) -> Self {
        let day = clock.day(clock.middle()) - 2 + random.below(5);
        let (_, _, of_month) = ymd(day);
        let weekday = i64::try_from(weekday(day)).unwrap();
        match random.below(5) {
            0 => Self::Day(of_month),
            1 => Self::LastDay,
            2 => Self::Nth((of_month - 1) / 7 + 1, weekday),
            3 => Self::Last(weekday),
            _ => Self::LastBusiness(1 + random.below(20)),
        }
    }
}
