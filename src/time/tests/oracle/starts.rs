//! When changes may start, against the walk.

use super::questions::Scene;
use super::*;

/// A set of starts, and the same said of single minutes.
struct Both {
    starts: Starts,
    is_in: Box<dyn Fn(usize, bool) -> bool>,
}

/// The minutes that a change touches that starts at a minute, or a moment after it.
fn touched(start: usize, late: bool, length: usize) -> (usize, usize) {
    (start, start + length + usize::from(late && length > 0))
}

#[test]
fn starts_agree_with_a_walk() {
    let (mut cases, mut limits, mut firsts) = (0, 0, 0);
    scenes(909, |random, clock, other| {
        let near = i64::try_from(clock.middle()).unwrap() - NEAR_DAYS * DAY;
        let from = usize::try_from(near + random.below(2 * DAY)).unwrap();
        let to = from + usize::try_from(random.below(5 * DAY) + 1).unwrap();
        let horizon = Interval::new(clock.instant(from), clock.instant(to)).unwrap();
        let length = match random.below(5) {
            0 => 0,
            1 => random.below(2 * DAY),
            _ => random.below(400),
        };
        let minutes = usize::try_from(length).unwrap();
        let length = Duration::from_micros(length * MINUTE);
        let mut made: Vec<Both> = Vec::new();
        for n in 0..2 {
            let sure = if random.below(2) == 0 { Sure::Certain } else { Sure::Possible };
            let inside = random.below(2) == 0;
            let role = if inside { Role::Window } else { Role::Blackout };
            let scene = Scene::random(random, clock, other, role);
            let sources: Vec<Source<'_>> =
                scene.entries.iter().enumerate().map(|(tag, entry)| Source { entry, tag: 10 * n + tag }).collect();
            let starts = if inside {
                may_start_inside(&sources, sure, length, horizon)
            } else {
                may_start_clear_of(&sources, role, sure, length, horizon)
            };
            assert_eq!(starts.known_to(), horizon.to());
            // What opens and closes a range is a statement that does.
            let marked = |limit: Limit, minute: usize| match limit {
                Limit::By(tag) => scene.marks[tag - 10 * n].minutes[minute] >= least(sure),
                Limit::Horizon => true,
            };
            let micros = |micros: i64| clock.minute(Instant::from_micros(micros).unwrap());
            for range in starts.ranges() {
                let opened = clock.minute(range.from).expect("a whole minute");
                let end = micros(range.to.micros() - i64::from(minutes > 0)).unwrap_or(to);
                let last = end + minutes;
                let case = || format!("{range:?} {minutes} {inside} {sure:?} {:#?}", scene.entries);
                if inside {
                    assert!(marked(range.opened_by, opened), "{}", case());
                    assert!(range.closed_by == Limit::Horizon || marked(range.closed_by, last - 1), "{}", case());
                    assert!(range.closed_by == Limit::Horizon || !scene.meets(sure, last, last), "{}", case());
                } else {
                    assert!(range.opened_by == Limit::Horizon || marked(range.opened_by, opened - 1), "{}", case());
                    assert!(range.closed_by == Limit::Horizon || marked(range.closed_by, last), "{}", case());
                }
                limits += 2;
            }
            let is_in = move |start: usize, late: bool| {
                let (first, end) = touched(start, late, minutes);
                if inside { scene.holds(sure, first, end) } else { !scene.meets(sure, first, end) }
            };
            made.push(Both { starts, is_in: Box::new(is_in) });
        }
        let (left, right) = (&made[0], &made[1]);
        let sets = [
            (left.starts.clone(), "left"),
            (right.starts.clone(), "right"),
            (left.starts.intersect(&right.starts), "both"),
            (left.starts.union(&right.starts), "either"),
            (left.starts.minus(&right.starts), "without"),
        ];
        for (set, name) in sets {
            let walked = |minute: usize, late: bool| {
                let (left, right) = ((left.is_in)(minute, late), (right.is_in)(minute, late));
                match name {
                    "left" => left,
                    "right" => right,
                    "both" => left && right,
                    "either" => left || right,
                    _ => left && !right,
                }
            };
            let mut first = None;
            for minute in from..to {
                for late in [false, true] {
                    let moment = Instant::from_micros(clock.instant(minute).micros() + i64::from(late)).unwrap();
                    let expected = walked(minute, late);
                    assert_eq!(set.contains(moment), expected, "{name} {moment} {minutes} {:?}", set.ranges());
                    if expected && first.is_none() {
                        first = Some(moment);
                    }
                    cases += 1;
                }
            }
            assert_eq!(set.first(), first.map_or(First::Never, First::At), "{name} {:?}", set.ranges());
            firsts += 1;
            let sorted =
                set.ranges().windows(2).all(|pair| pair[0].to < pair[1].from || name == "both" || name == "without");
            assert!(sorted && set.ranges().iter().all(|range| range.from < range.to), "{name} {:?}", set.ranges());
        }
    });
    println!("{cases} starts agree, {firsts} first ones, {limits} limits");
}

fn least(sure: Sure) -> Mark {
    match sure {
        Sure::Certain => Mark::Certain,
        Sure::Possible => Mark::Possible,
    }
}
