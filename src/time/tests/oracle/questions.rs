//! Whether changes meet blackouts and lie inside windows, against the walk.

use super::model::{Marks, Model};
use super::*;

/// Some entries, by one clock or another, and what they mark together.
pub(super) struct Scene {
    pub(super) entries: Vec<Entry>,
    pub(super) marks: Vec<Marks>,
    /// How many minutes before each are certainly, and possibly, marked.
    sums: [Vec<usize>; 2],
}

impl Scene {
    pub(super) fn random(random: &mut Random, clock: &Clock, other: &Clock, role: Role) -> Self {
        let models = (0..1 + random.below(3)).map(|_| {
            let clock = if random.below(3) == 0 { other } else { clock };
            let model = Model::random(random, clock);
            let marks = model.marks(clock, role);
            (model.entry, marks)
        });
        let (entries, marks): (Vec<Entry>, Vec<Marks>) = models.unzip();
        let sums = [Mark::Certain, Mark::Possible].map(|least| {
            let marked = |minute: usize| marks.iter().any(|marks| marks.minutes[minute] >= least);
            let mut sums = vec![0];
            for minute in 0..clock.len() {
                sums.push(sums[minute] + usize::from(marked(minute)));
            }
            sums
        });
        Self { entries, marks, sums }
    }

    /// The minutes of a stretch that are marked; of an empty one, whether its minute is.
    pub(super) fn marked(&self, sure: Sure, from: usize, to: usize) -> usize {
        let sums = &self.sums[usize::from(sure == Sure::Possible)];
        sums[to.max(from + 1)] - sums[from]
    }

    pub(super) fn meets(&self, sure: Sure, from: usize, to: usize) -> bool {
        self.marked(sure, from, to) > 0
    }

    pub(super) fn holds(&self, sure: Sure, from: usize, to: usize) -> bool {
        self.marked(sure, from, to) == to.max(from + 1) - from
    }
}

/// What is known of a change, in minutes of the walk.
#[derive(Clone, Copy, Debug)]
enum Known {
    Both(usize, usize),
    Start(usize, usize),
    End(usize, usize),
}

impl Known {
    fn random(random: &mut Random, clock: &Clock) -> Self {
        let reach = i64::try_from(clock.middle()).unwrap();
        let near = reach - (NEAR_DAYS - 1) * DAY + random.below(2 * (NEAR_DAYS - 1) * DAY);
        let close = reach - 200 + random.below(400);
        let start = if random.below(2) == 0 { near } else { close };
        let longest = [300, 300, 1_500, 4_000][usize::try_from(random.below(4)).unwrap()];
        let length = if random.below(6) == 0 { 0 } else { random.below(longest) };
        let (start, length) = (usize::try_from(start).unwrap(), usize::try_from(length).unwrap());
        match random.below(4) {
            0 => Self::Start(start, length),
            1 => Self::End(start + length, length),
            _ => Self::Both(start, start + length),
        }
    }

    fn tested(self, clock: &Clock) -> Tested {
        let length = |n: usize| Duration::from_micros(i64::try_from(n).unwrap() * MINUTE);
        match self {
            Self::Both(start, end) => Tested::between(clock.instant(start), clock.instant(end)).unwrap(),
            Self::Start(start, longest) => Tested::starting(clock.instant(start), length(longest)),
            Self::End(end, longest) => Tested::ending(clock.instant(end), length(longest)),
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

    /// The minutes that the change could touch.
    fn hull(self) -> std::ops::Range<usize> {
        match self {
            Self::Both(start, end) => start..end.max(start + 1),
            Self::Start(start, longest) => start..(start + longest).max(start + 1),
            Self::End(end, longest) => end - longest..end + 1,
        }
    }

    /// The answer that all possible intervals agree on.
    fn judge(self, answer: impl Fn(Sure, usize, usize) -> bool) -> Kleene {
        let possible = self.possible();
        if possible.iter().all(|(from, to)| answer(Sure::Certain, *from, *to)) {
            Kleene::Yes
        } else if possible.iter().any(|(from, to)| answer(Sure::Possible, *from, *to)) {
            Kleene::Unknown
        } else {
            Kleene::No
        }
    }
}

#[test]
fn overlaps_agree_with_a_walk() {
    let (mut cases, mut ends, mut tally) = (0, 0, [0; 3]);
    scenes(707, |random, clock, other| {
        let role = if random.below(2) == 0 { Role::Blackout } else { Role::Window };
        let scene = Scene::random(random, clock, other, role);
        for _ in 0..20 {
            let known = Known::random(random, clock);
            let found = overlap(&scene.entries, role, known.tested(clock));
            let expected = known.judge(|sure, from, to| scene.meets(sure, from, to));
            let case = || format!("{role:?} {:?} {known:?} {:#?} {found:?}", known.tested(clock), scene.entries);
            assert_eq!(found.verdict, expected, "{}", case());
            cases += 1;
            tally[expected as usize] += 1;
            if expected == Kleene::No {
                assert_eq!((found.until, found.entry), (None, None), "{}", case());
                continue;
            }
            let marked = |minute: usize| scene.meets(Sure::Possible, minute, minute);
            let Some(last) = known.hull().rev().find(|minute| marked(*minute)) else { continue };
            let whole = clock.len() - usize::try_from(3 * DAY).unwrap();
            if let Some(end) = (last..whole).find(|minute| !marked(*minute)) {
                assert_eq!(found.until, Some(clock.instant(end)), "{}", case());
                let by = found.entry.map(|entry| scene.marks[entry].minutes[end - 1]);
                assert!(by.is_some_and(|mark| mark > Mark::Free), "{}", case());
                ends += 1;
            } else if let Some(until) = found.until {
                assert!(clock.minute(until).is_none_or(|until| until >= whole), "{}", case());
            }
        }
    });
    println!("{cases} overlaps agree (no, unknown, yes: {tally:?}), {ends} ends");
    assert!(tally.iter().all(|n| *n > cases / 50));
}

#[test]
fn windows_agree_with_a_walk() {
    let (mut cases, mut tally) = (0, [0; 3]);
    scenes(808, |random, clock, other| {
        let scene = Scene::random(random, clock, other, Role::Window);
        for _ in 0..20 {
            let known = Known::random(random, clock);
            let found = union_inside(&scene.entries, known.tested(clock));
            let expected = known.judge(|sure, from, to| scene.holds(sure, from, to));
            assert_eq!(found, expected, "{known:?} {:?} {:#?}", known.tested(clock), scene.entries);
            cases += 1;
            tally[expected as usize] += 1;
        }
    });
    println!("{cases} changes agree (no, unknown, yes: {tally:?})");
    assert!(tally.iter().all(|n| *n > cases / 50));
}
