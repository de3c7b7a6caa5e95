//! A second opinion that knows nothing of intervals: it walks the minutes around the changes of the clocks.

use super::*;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440;
/// Minutes walked on either side of a change.
const REACH: i64 = 7 * DAY;

/// The instants between the two at which the zone's offset changes, found by bisection of quarters of an hour.
pub(super) fn offset_changes(zone: &Zone, from: Instant, to: Instant) -> Vec<Instant> {
    let offset = |micros: i64| zone.offset_seconds(Instant::from_micros(micros).unwrap());
    let step = 15 * MINUTE;
    let mut found = Vec::new();
    let mut micros = from.micros();
    while micros < to.micros() {
        let (mut low, mut high) = (micros, micros + step);
        if offset(low) != offset(high) {
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if offset(middle) == offset(low) { low = middle } else { high = middle }
            }
            found.push(Instant::from_micros(high).unwrap());
        }
        micros += step;
    }
    found
}

/// What the wall clock shows at each minute from `first` on, in minutes since 1970-01-01T00:00.
struct Walk {
    first: i64,
    walls: Vec<i64>,
}

impl Walk {
    fn around(zone: &Zone, centre: Instant) -> Self {
        let first = centre.micros() / MINUTE - REACH;
        let walls = (0..2 * REACH)
            .map(|n| first + n + zone.offset_seconds(Instant::from_micros((first + n) * MINUTE).unwrap()) / 60)
            .collect();
        Self { first, walls }
    }

    /// The first minute at which the clock is at or past `wall`.
    fn start(&self, wall: i64) -> usize {
        self.walls.iter().position(|shown| *shown >= wall).unwrap_or(self.walls.len())
    }

    /// The minute at which the clock shows `wall`, the last or the first one; else the first past it.
    fn end(&self, wall: i64, role: Role) -> usize {
        let shown = match role {
            Role::Blackout => self.walls.iter().rposition(|shown| *shown == wall),
            Role::Window => self.walls.iter().position(|shown| *shown == wall),
        };
        shown.unwrap_or_else(|| self.start(wall))
    }

    /// For each minute, whether an occurrence of the rule contains it.
    fn marks(&self, rule: &Rule, role: Role) -> Vec<bool> {
        let mut marks = vec![false; self.walls.len()];
        let day_of = |wall: i64| wall.div_euclid(DAY);
        let days = day_of(self.walls[0]) + 1..day_of(*self.walls.last().unwrap());
        for day in days {
            if !rule.days[usize::try_from((day + 3).rem_euclid(7)).unwrap()] {
                continue;
            }
            let end = if rule.to > rule.from { day * DAY + rule.to } else { (day + 1) * DAY + rule.to };
            let (start, end) = (self.start(day * DAY + rule.from), self.end(end, role));
            for mark in marks.iter_mut().take(end).skip(start) {
                *mark = true;
            }
        }
        marks
    }
}

/// A weekly rule in minutes of the day, Monday first.
struct Rule {
    days: [bool; 7],
    from: i64,
    to: i64,
}

impl Rule {
    fn random(random: &mut Random) -> Self {
        let mut days = [false; 7];
        let dense = random.below(4);
        for day in &mut days {
            *day = random.below(4) <= dense;
        }
        days[usize::try_from(random.below(7)).unwrap()] = true;
        // Half of the times lie in the small hours, where clocks change.
        let mut time = || if random.below(2) == 0 { random.below(40) * 5 } else { random.below(288) * 5 };
        let (from, to) = (time(), time());
        if random.below(10) == 0 { Self { days, from: 0, to: DAY } } else { Self { days, from, to } }
    }

    fn recurrence(&self) -> Recurrence {
        let days = Weekday::ALL.into_iter().zip(self.days).filter(|(_, on)| *on).map(|(day, _)| day).collect();
        let time = |minutes: i64| LocalTime::from_seconds(minutes * 60).unwrap();
        Recurrence::Weekly(Weekly::new(days, time(self.from), time(self.to)).unwrap())
    }
}

/// What is known of a change, in minutes of a walk.
#[derive(Clone, Copy, Debug)]
enum Known {
    Both(usize, usize),
    Start(usize, usize),
    End(usize, usize),
}

impl Known {
    fn random(random: &mut Random) -> Self {
        // Within three days of the change, so that no occurrence is cut off by the walk's ends.
        let near = REACH - 3 * DAY + random.below(6 * DAY);
        let close = REACH - 200 + random.below(400);
        let start = if random.below(2) == 0 { near } else { close };
        let reach = [300, 300, 1_500, 4_000][usize::try_from(random.below(4)).unwrap()];
        let length = if random.below(6) == 0 { 0 } else { random.below(reach) };
        let (start, length) = (usize::try_from(start).unwrap(), usize::try_from(length).unwrap());
        match random.below(3) {
            0 => Self::Both(start, start + length),
            1 => Self::Start(start, length),
            _ => Self::End(start + length, length),
        }
    }

    fn tested(self, walk: &Walk) -> Tested {
        let at = |n: usize| Instant::from_micros((walk.first + i64::try_from(n).unwrap()) * MINUTE).unwrap();
        let length = |n: usize| Duration::from_micros(i64::try_from(n).unwrap() * MINUTE);
        match self {
            Self::Both(start, end) => Tested::between(at(start), at(end)).unwrap(),
            Self::Start(start, longest) => Tested::starting(at(start), length(longest)),
            Self::End(end, longest) => Tested::ending(at(end), length(longest)),
        }
    }

    /// Every interval that the change could be, in whole minutes; equal ends are an instant.
    fn possible(self) -> Vec<(usize, usize)> {
        match self {
            Self::Both(start, end) => vec![(start, end)],
            Self::Start(start, longest) => (0..=longest).map(|length| (start, start + length)).collect(),
            Self::End(end, longest) => (0..=longest).map(|length| (end - length, end)).collect(),
        }
    }

    /// The answer that all possible intervals agree on.
    fn judge(self, answer: impl Fn(usize, usize) -> bool) -> Kleene {
        let answers: Vec<bool> = self.possible().into_iter().map(|(from, to)| answer(from, to)).collect();
        match (answers.contains(&true), answers.contains(&false)) {
            (true, true) => Kleene::Unknown,
            (true, false) => Kleene::Yes,
            _ => Kleene::No,
        }
    }
}

/// How many minutes before each are marked, so that stretches are judged by two look-ups.
fn running(marks: &[bool]) -> Vec<usize> {
    let mut sum = 0;
    let sums = marks.iter().map(|mark| {
        sum += usize::from(*mark);
        sum
    });
    std::iter::once(0).chain(sums).collect()
}

fn marked(sums: &[usize], from: usize, to: usize) -> usize {
    sums[to.max(from + 1)] - sums[from]
}

/// Changes of the clocks to walk around: those of the table where there is one, else of these zones over two years.
pub(super) fn places() -> Vec<(Zone, Instant)> {
    // Whole days skipped, and a fold over midnight.
    let mut places = vec![
        (zone("Pacific/Apia"), at("2011-12-30T10:00Z")),
        (zone("Pacific/Kwajalein"), at("1993-08-21T12:00Z")),
        (zone("America/St_Johns"), at("2010-11-07T02:31Z")),
    ];
    if let Some(changes) = vectors::changes() {
        places.extend(changes.iter().map(|change| (zone(&change.zone), change.at)));
        return places;
    }
    let names = "America/New_York Europe/London Australia/Lord_Howe Africa/Casablanca America/Havana Asia/Beirut \
                 Atlantic/Azores Pacific/Chatham Antarctica/Troll America/Santiago America/Nuuk Africa/Cairo";
    for name in names.split_whitespace() {
        let zone = zone(name);
        let changes = offset_changes(&zone, at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"));
        places.extend(changes.into_iter().map(|at| (zone.clone(), at)));
    }
    places
}

#[test]
fn overlaps_agree_with_a_walk() {
    let mut random = Random(101);
    let (mut cases, mut ends, mut tally) = (0, 0, [0; 3]);
    for (zone, centre) in places() {
        let walk = Walk::around(&zone, centre);
        for _ in 0..6 {
            let rule = Rule::random(&mut random);
            let role = if random.below(2) == 0 { Role::Blackout } else { Role::Window };
            let marks = walk.marks(&rule, role);
            let sums = running(&marks);
            for _ in 0..10 {
                let known = Known::random(&mut random);
                let tested = known.tested(&walk);
                let found = overlap_of(&rule.recurrence(), role, &zone, tested);
                let expected = known.judge(|from, to| marked(&sums, from, to) > 0);
                let case = format!("{zone} {centre} {:?} {role:?} {known:?} {tested:?}", rule.recurrence());
                assert_eq!(found.0, expected, "{case}");
                cases += 1;
                tally[expected as usize] += 1;
                let Some((_, to)) = known.possible().into_iter().max_by_key(|(from, to)| to - from) else { continue };
                let (from, to) = match known {
                    Known::End(end, longest) => (end - longest, end + 1),
                    _ => (known.possible()[0].0, to.max(known.possible()[0].0 + 1)),
                };
                if expected == Kleene::No {
                    assert_eq!(found.1, None, "{case}");
                } else if let Some(last) = (from..to).rev().find(|n| marks[*n])
                    && let Some(end) = (last..marks.len() - 3 * usize::try_from(DAY).unwrap()).find(|n| !marks[*n])
                {
                    let end = Instant::from_micros((walk.first + i64::try_from(end).unwrap()) * MINUTE);
                    assert_eq!(found.1, end, "{case}");
                    ends += 1;
                }
            }
        }
    }
    println!("{cases} overlaps agree (no, unknown, yes: {tally:?}), {ends} ends");
    assert!(tally.iter().all(|n| *n > cases / 50));
}

#[test]
fn windows_agree_with_a_walk() {
    let mut random = Random(202);
    let (mut cases, mut tally) = (0, [0; 3]);
    let second_zones = ["UTC", "Asia/Kolkata", "Europe/London", "America/New_York"].map(zone);
    for (zone, centre) in places() {
        let walk = Walk::around(&zone, centre);
        let other = &second_zones[usize::try_from(random.below(4)).unwrap()];
        let other_walk = Walk::around(other, centre);
        for _ in 0..6 {
            let count = 1 + usize::try_from(random.below(4)).unwrap();
            let rules: Vec<Rule> = (0..count).map(|_| Rule::random(&mut random)).collect();
            let recurrences: Vec<Recurrence> = rules.iter().map(Rule::recurrence).collect();
            let mut marks = vec![false; walk.walls.len()];
            let mut windows = Vec::new();
            for (rule, recurrence) in rules.iter().zip(&recurrences) {
                let (zone, walk) = if random.below(3) == 0 { (other, &other_walk) } else { (&zone, &walk) };
                for (mark, more) in marks.iter_mut().zip(walk.marks(rule, Role::Window)) {
                    *mark |= more;
                }
                windows.push((recurrence, zone));
            }
            let sums = running(&marks);
            for _ in 0..10 {
                let known = Known::random(&mut random);
                let tested = known.tested(&walk);
                let expected = known.judge(|from, to| marked(&sums, from, to) == to.max(from + 1) - from);
                assert_eq!(inside_of(&windows, tested), expected, "{centre} {windows:?} {known:?} {tested:?}");
                cases += 1;
                tally[expected as usize] += 1;
            }
        }
    }
    println!("{cases} changes agree (no, unknown, yes: {tally:?})");
    assert!(tally.iter().all(|n| *n > cases / 50));
}

#[test]
fn fixed_ranges_agree_with_a_walk() {
    let mut random = Random(303);
    let mut cases = 0;
    for (zone, centre) in places() {
        let walk = Walk::around(&zone, centre);
        let wall = |minutes: i64| LocalDateTime::from_wall(minutes * MINUTE).unwrap();
        for _ in 0..20 {
            let middle = usize::try_from(REACH).unwrap();
            let from = walk.walls[middle] - 200 + random.below(400);
            let to = from + random.below(300);
            let role = if random.below(2) == 0 { Role::Blackout } else { Role::Window };
            let range = Recurrence::Fixed { from: Bound::Local(wall(from)), to: Bound::Local(wall(to)) };
            let (start, end) = (walk.start(from), walk.end(to, role));
            let found = occurrences_of(&range, role, &zone, Instant::MIN, Instant::MAX).next();
            let at = |n: usize| Instant::from_micros((walk.first + i64::try_from(n).unwrap()) * MINUTE).unwrap();
            let expected = if start < end { Interval::new(at(start), at(end)) } else { None };
            assert_eq!(found, expected, "{zone} {range:?} {role:?}");
            cases += 1;
        }
    }
    println!("{cases} fixed ranges agree");
}
