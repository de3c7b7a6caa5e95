//! Calendars of holidays, and what is asked of calendars: days, the next sitting, business days.

use super::model::Model;
use super::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Days that are holidays, and perhaps days of which nothing is known.
pub(super) struct Holidays {
    days: BTreeSet<i64>,
    weekday: Option<i64>,
    unknown: BTreeSet<i64>,
    pub(super) calendar: Arc<Calendar>,
}

impl Holidays {
    pub(super) fn random(random: &mut Random, zone: &Zone, centre: i64) -> Self {
        let mut some = |most: i64| -> BTreeSet<i64> {
            let count = random.below(most);
            (0..count).map(|_| centre - 10 + random.below(21)).collect()
        };
        let (days, unknown) = (some(8), some(5));
        let weekday = (random.below(4) == 0).then(|| random.below(7));
        let date = |day: i64| Bound::Date(Date::from_days(day).unwrap());
        let entry = |day: &i64| Entry::new(Recurrence::Fixed { from: date(*day), to: date(*day) }, zone.clone());
        let mut entries: Vec<Entry> = days.iter().map(entry).collect();
        // A day of which it is not known whether something takes it away.
        let nothing = Arc::new(Calendar::new(vec![Entry::new(Recurrence::Unknown, zone.clone())], None));
        entries.extend(unknown.iter().map(|day| entry(day).not_on(Arc::clone(&nothing))));
        if let Some(weekday) = weekday {
            let weekly = Weekly::on(Weekdays::NONE.with(Weekday::from_monday(weekday)), Hours::WHOLE_DAY).unwrap();
            // By another clock: whole days are on their dates all the same.
            entries.push(Entry::new(Recurrence::Weekly(weekly), super::super::zone("Asia/Tokyo")));
        }
        Self { days, weekday, unknown, calendar: Arc::new(Calendar::new(entries, None)) }
    }

    pub(super) fn is_on(&self, day: i64) -> Kleene {
        if self.days.contains(&day) || self.weekday == Some((day + 3).rem_euclid(7)) {
            Kleene::Yes
        } else if self.unknown.contains(&day) {
            Kleene::Unknown
        } else {
            Kleene::No
        }
    }
}

#[test]
fn sittings_agree_with_a_walk() {
    let (mut cases, mut tally) = (0, [0; 2]);
    scenes(404, |random, clock, _| {
        let models: Vec<Model> = (0..1 + random.below(2)).map(|_| Model::random(random, clock)).collect();
        let walked: Vec<_> = models.iter().map(|model| model.marks(clock, Role::Blackout)).collect();
        if models.iter().any(|m| m.entry.overrun.is_some())
            || models.iter().any(|m| matches!(m.entry.recurrence, Recurrence::Always | Recurrence::Unknown))
        {
            return;
        }
        let mut starts: Vec<(usize, bool)> = walked.iter().flat_map(|marks| marks.starts.clone()).collect();
        starts.sort_unstable();
        let calendar = Calendar::new(models.iter().map(|model| model.entry.clone()).collect(), None);
        for _ in 0..20 {
            let near = clock.middle() - usize::try_from(NEAR_DAYS * DAY).unwrap();
            let mut minute = near + usize::try_from(random.below(2 * NEAR_DAYS * DAY)).unwrap();
            // Every other question is asked at a start.
            if let Some((start, _)) = starts.get(usize::try_from(random.below(40)).unwrap()) {
                minute = *start;
            }
            let instant = clock.instant(minute);
            let case = || format!("{} {instant} {:?}", clock.zone, calendar.entries());
            // Next and last, of which those that lie outside of the walk are not known to it.
            let within = (3 * DAY) as usize..clock.len() - (3 * DAY) as usize;
            if !within.contains(&minute) {
                continue;
            }
            let later: Vec<_> = starts.iter().filter(|(start, _)| *start > minute).collect();
            let earlier: Vec<_> = starts.iter().rev().filter(|(start, _)| *start < minute).collect();
            let blank = walked.iter().filter_map(|marks| marks.blank).min();
            for (found, walked, later) in
                [(calendar.next_after(instant), later, true), (calendar.last_before(instant), earlier, false)]
            {
                let first = walked.first().map(|(start, _)| *start).filter(|start| within.contains(start));
                // Where nothing is known, something may start: before whatever is certain.
                let blank = match blank {
                    Some(blank) if later => first.is_none_or(|first| first > blank || blank <= minute),
                    Some(blank) => blank < minute,
                    None => false,
                };
                if blank {
                    assert_eq!(found, Found::Unknown, "{}", case());
                    continue;
                }
                let Some(first) = first else {
                    if let Found::At(at) = found {
                        assert!(clock.minute(at).is_none_or(|at| !within.contains(&at)), "{found:?} {}", case());
                    }
                    continue;
                };
                let certain = walked.iter().take_while(|(start, _)| *start == first).any(|(_, certain)| *certain);
                let expected = if certain { Found::At(clock.instant(first)) } else { Found::Unknown };
                assert_eq!(found, expected, "{}", case());
                tally[usize::from(certain)] += 1;
                cases += 1;
            }
            let during = walked.iter().map(|marks| marks.minutes[minute]).max().unwrap();
            assert_eq!(calendar.during(instant), kleene(during), "{}", case());
            cases += 1;
        }
    });
    println!("{cases} sittings agree (unknown, known: {tally:?})");
    assert!(cases < 1_000 || tally[0] > 0 && tally[1] > 0);
}

fn kleene(mark: Mark) -> Kleene {
    match mark {
        Mark::Free => Kleene::No,
        Mark::Possible => Kleene::Unknown,
        Mark::Certain => Kleene::Yes,
    }
}

#[test]
fn days_agree_with_a_walk() {
    let mut cases = 0;
    scenes(505, |random, clock, other| {
        let model = Model::random(random, clock);
        let marks = model.marks(clock, Role::Blackout);
        let calendar = Calendar::new(vec![model.entry.clone()], None);
        if model.entry.overrun.is_some() {
            return;
        }
        let whole = model.has_whole_days();
        // Events without a zone go by the clock of whoever asks: the walk knows only their own.
        let others = if marks.blank.is_some() { vec![clock] } else { vec![clock, other] };
        for clock_of in others {
            let middle = clock_of.day(clock_of.middle());
            for day in middle - NEAR_DAYS..=middle + NEAR_DAYS {
                let minutes = (0..clock_of.len()).filter(|minute| clock_of.day(*minute) == day);
                let shown: Vec<Mark> = minutes.map(|minute| marks.minutes[minute]).collect();
                let Some(mark) = shown.into_iter().max() else { continue };
                let last = (0..clock_of.len()).rev().find(|minute| clock_of.day(*minute) == day).unwrap();
                let expected = match marks.blank {
                    // A day whose end is known is known.
                    Some(blank) if last < blank => kleene(mark),
                    Some(_) => kleene(mark.max(Mark::Possible)),
                    None if whole => model.day(day),
                    None => kleene(mark),
                };
                let found = calendar.has_day(Date::from_days(day).unwrap(), &clock_of.zone);
                assert_eq!(found, expected, "{} {:?} {:?}", clock_of.zone, Date::from_days(day), model.entry);
                cases += 1;
            }
        }
    });
    println!("{cases} days agree");
}

#[test]
fn business_days_agree_with_a_walk() {
    let (mut cases, mut unknown) = (0, 0);
    scenes(606, |random, clock, _| {
        let centre = clock.day(clock.middle());
        let holidays = Holidays::random(random, &clock.zone, centre);
        let week = BusinessWeek::new((0..1 + random.below(7)).map(Weekday::from_monday).collect());
        let business = BusinessDays { week, not_on: vec![Arc::clone(&holidays.calendar)], zone: clock.zone.clone() };
        for _ in 0..10 {
            let day = centre - 12 + random.below(24);
            let count = random.below(30) - 15;
            let mut left = count.abs();
            let mut reached = day;
            let mut known = true;
            while left > 0 && (reached - day).abs() < 3_000 && known {
                reached += count.signum();
                let in_week = week.days().contains(Weekday::from_monday(reached + 3));
                match holidays.is_on(reached) {
                    Kleene::No if in_week => left -= 1,
                    Kleene::Unknown if in_week => known = false,
                    _ => {}
                }
            }
            let date = |day: i64| Date::from_days(day).unwrap();
            let found = business.step(date(day), count);
            let expected = match (left, known) {
                (_, false) => Err(Unreached::BeyondCalendar),
                (0, true) => Ok(date(reached)),
                _ => Err(Unreached::OutOfRange),
            };
            assert_eq!(found, expected, "{} {count} {business:?}", date(day));
            cases += 1;
            unknown += usize::from(!known);
        }
    });
    println!("{cases} business days agree, {unknown} of them unknown");
}
