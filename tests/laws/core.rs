//! The core of time against the walk from minute to minute, around the changes of clocks.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use changegate::time::{self, Duration, Found, Instant, Interval, Kleene, Role, Source, Sure, Tested};

use crate::case::{Case, Facts};
use crate::engine_time::{Core, MINUTE, date, instant, zone};
use crate::r#gen::Gen;
use crate::ir::*;
use crate::oracle::World;
use crate::oracle::calendar;
use crate::oracle::period::Side;
use crate::oracle::value::K;
use crate::rng::Rng;
use crate::run::number;
use crate::vocab;

/// Minutes to both sides of `now` that are looked at.
const REACH: i64 = 3 * 1440;

/// What differs, and where.
type Wrong = (&'static str, String);

fn kleene(k: Kleene) -> K {
    match k {
        Kleene::Yes => K::TRUE,
        Kleene::No => K::FALSE,
        Kleene::Unknown => K::UNKNOWN,
    }
}

fn clauses(g: &mut Gen) -> Vec<TimeClause> {
    let many = [1, 1, 1, 2, 3][g.rng.below(5)];
    (0..many).map(|_| g.clause_of_a_zone()).collect()
}

fn show(policy: &Policy, clauses: &[TimeClause], now: i64) -> String {
    let texts: String = clauses.iter().map(|c| format!("{}\n", crate::print::time_clause(c))).collect();
    format!("now {}\n{texts}{}", crate::oracle::time::print(now), crate::print::files(policy, 0)[0].1)
}

/// What the engine says of each minute.
fn painted(entries: &[time::Entry], role: Role, first: i64, last: i64) -> Vec<K> {
    let mut all = vec![K::FALSE; (last - first) as usize];
    for entry in entries {
        for occurrence in time::occurrences(entry, role, instant(first), instant(last)) {
            if occurrence.interval.from() >= instant(last) {
                break;
            }
            let minute = |at: Instant| at.micros().div_euclid(MINUTE).clamp(first, last) - first;
            assert!(
                occurrence.interval.from() == Instant::MIN || occurrence.interval.from().micros() % MINUTE == 0,
                "whole minutes"
            );
            let (from, to) = (minute(occurrence.interval.from()), minute(occurrence.interval.to()));
            for at in from..to {
                let here = if occurrence.certain { K::TRUE } else { K::UNKNOWN };
                all[at as usize] = all[at as usize].or(here);
            }
        }
    }
    all
}

/// How many minutes of a walk are on for certain, and how many may be, before each.
struct Marks(Vec<(usize, usize)>);

impl Marks {
    fn of(minutes: &[K]) -> Self {
        let mut sums = vec![(0, 0)];
        for k in minutes {
            let (must, may) = sums[sums.len() - 1];
            sums.push((must + usize::from(k.must), may + usize::from(k.may)));
        }
        Self(sums)
    }

    fn count(&self, from: usize, to: usize) -> (usize, usize) {
        (self.0[to].0 - self.0[from].0, self.0[to].1 - self.0[from].1)
    }

    /// Whether any of these minutes is on.
    fn any(&self, from: usize, to: usize) -> K {
        let (must, may) = self.count(from, to);
        K { must: must > 0, may: may > 0 }
    }

    /// Whether all of them are.
    fn all(&self, from: usize, to: usize) -> K {
        let (must, may) = self.count(from, to);
        K { must: must == to - from, may: may == to - from }
    }
}

/// One case: everything that the core says is what the walk says.
fn differ(seed: u64, n: u64, near: Option<Change>, questions: &AtomicU64) -> Option<Wrong> {
    let mut g = Gen::new(Rng::of_case(seed ^ 77, n), 1, 0);
    let (policy, now) = g.times_only(near);
    let asked = |count: usize| {
        questions.fetch_add(count as u64, Ordering::Relaxed);
    };
    let clauses = clauses(&mut g);
    let policy = Policy { cals: g.policy.cals.clone(), files: g.policy.files.clone(), ..policy };
    let mut rng = g.rng.clone();
    let case = Case { policy: policy.clone(), facts: Facts::default(), now };
    let world = World::new(&case, None);
    let core = Core::of(&policy);
    let entries: Vec<time::Entry> = clauses.iter().flat_map(|c| core.entries(c)).collect();
    let telling = std::env::var("CHANGEGATE_LAW_TELL").is_ok();
    let tell = |what: &str| {
        if telling {
            eprintln!("{what}");
        }
    };
    tell(&show(&policy, &clauses, now));
    let wrong = |what: &'static str, why: String| Some((what, format!("{why}\n{}", show(&policy, &clauses, now))));
    let first = now.div_euclid(MINUTE) - REACH;
    let last = first + 2 * REACH;
    let mut walked: BTreeMap<bool, Vec<K>> = BTreeMap::new();
    for window in [false, true] {
        let (side, role) = if window { (Side::Window, Role::Window) } else { (Side::Blackout, Role::Blackout) };
        let engine = painted(&entries, role, first, last);
        tell("painted");
        let oracle: Vec<K> = (first..last).map(|minute| world.at_minute(&clauses, side, minute)).collect();
        asked(engine.len());
        if let Some(at) = (0..engine.len()).find(|at| engine[*at] != oracle[*at]) {
            let minute = crate::oracle::time::print((first + at as i64) * MINUTE);
            let why = format!("{role:?} at {minute}: engine {:?}, walk {:?}", engine[at], oracle[at]);
            return wrong("occurrences", why);
        }
        walked.insert(window, oracle);
    }
    tell("walked");
    let marked: BTreeMap<bool, Marks> = walked.iter().map(|(window, all)| (*window, Marks::of(all))).collect();
    // An interval, its overlap with blackouts and whether it is inside windows.
    for _ in 0..20 {
        let from = rng.between(100, 2 * REACH - 3000);
        let length = *rng.pick(&[0, 15, 60, 90, 240, 1440, 2880]);
        let tested = Tested::between(instant(first + from), instant(first + from + length)).expect("an interval");
        let (from, to) = (from as usize, (from + length.max(1)) as usize);
        asked(2);
        let meets = marked[&false].any(from, to);
        let overlap = time::overlap(&entries, Role::Blackout, tested);
        if kleene(overlap.verdict) != meets {
            return wrong("overlap", format!("{tested:?}: engine {:?}, walk {meets:?}", overlap.verdict));
        }
        let within = marked[&true].all(from, to);
        let inside = time::union_inside(&entries, tested);
        if kleene(inside) != within {
            return wrong("inside", format!("{tested:?}: engine {inside:?}, walk {within:?}"));
        }
    }
    tell("tested");
    // Where a change of a length may start.
    let length = *rng.pick(&[0, 15, 45, 60, 240, 1440]);
    let duration = Duration::from_seconds(length * 60).expect("a length");
    let horizon = Interval::new(instant(first), instant(last - 2880)).expect("a horizon");
    let sources: Vec<Source<'_>> = entries.iter().map(|entry| Source { entry, tag: 0 }).collect();
    for (window, sure) in
        [(false, Sure::Certain), (false, Sure::Possible), (true, Sure::Certain), (true, Sure::Possible)]
    {
        let starts = if window {
            time::may_start_inside(&sources, sure, duration, horizon)
        } else {
            time::may_start_clear_of(&sources, Role::Blackout, sure, duration, horizon)
        };
        asked((last - 2880 - first) as usize);
        for from in 0..last - 2880 - first {
            let (at, to) = (from as usize, (from + length.max(1)) as usize);
            let k = if window { marked[&window].all(at, to) } else { marked[&window].any(at, to) };
            let may = (if sure == Sure::Certain { k.must } else { k.may }) == window;
            if starts.contains(instant(first + from)) != may {
                let at = crate::oracle::time::print((first + from) * MINUTE);
                return wrong("starts", format!("{length} min at {at}, window {window}, {sure:?}: walk {may}"));
            }
        }
    }
    // Calendars.
    tell("started");
    let today = now.div_euclid(MINUTE * 1440) as i32;
    for cal in &policy.cals {
        let calendar = &core.calendars[&cal.name];
        let clock_name = rng.word(vocab::CHANGING_ZONES);
        let (clock, own) = (world.clock(clock_name).expect("a clock"), zone(clock_name));
        asked(18);
        for day in today - 6..today + 12 {
            let (engine, oracle) = (calendar.has_day(date(day), &own), world.has_day(&cal.name, day, &clock));
            if kleene(engine) != oracle {
                let day = crate::print::date(day);
                return wrong(
                    "days",
                    format!("{} {day} by {clock_name}: engine {engine:?}, walk {oracle:?}", cal.name),
                );
            }
        }
        tell("days");
        for _ in 0..2 {
            asked(3);
            let minute = now.div_euclid(MINUTE) + rng.between(-300, 300) * 15;
            let during = calendar.during(instant(minute));
            let walk = world.in_calendar(&cal.name, Side::Blackout, minute);
            if kleene(during) != walk {
                return wrong("during", format!("{} {minute}: engine {during:?}, walk {walk:?}", cal.name));
            }
            for next in [true, false] {
                let at = instant(minute);
                tell(&format!("asked {next} {}", crate::oracle::time::print(minute * MINUTE)));
                let found = if next { calendar.next_after(at) } else { calendar.last_before(at) };
                let engine = match found {
                    Found::At(at) => calendar::Found::At(at.micros().div_euclid(MINUTE)),
                    Found::Nothing => calendar::Found::Nothing,
                    Found::Unknown => calendar::Found::Unknown,
                };
                tell("nearest");
                let oracle = world.nearest(&cal.name, next, minute);
                let far = matches!(engine, calendar::Found::At(at) if (at - minute).abs() > 400 * 1440);
                // Where all is left out for so long the engine does not look on, and says that it does not know.
                let leaves_out =
                    |t: &TimeClause| matches!(t, TimeClause::Clause(Clause { not_on, .. }) if !not_on.is_empty());
                let far = far
                    || (engine, oracle) == (calendar::Found::Unknown, calendar::Found::Nothing)
                        && cal.times.iter().any(leaves_out);
                if engine != oracle && !far {
                    let at = crate::oracle::time::print(minute * MINUTE);
                    let said = |f: calendar::Found| match f {
                        calendar::Found::At(at) => crate::oracle::time::print(at * MINUTE),
                        other => format!("{other:?}"),
                    };
                    let (engine, oracle) = (said(engine), said(oracle));
                    return wrong("next", format!("{} next {next} {at}: engine {engine}, walk {oracle}", cal.name));
                }
            }
        }
        tell("next and last");
        let business = core.business_on(&cal.name);
        // Where hardly a day is one, counting them goes through years.
        if (today - 30..today + 30).filter(|day| world.business_day(*day, Some(&cal.name)).may).count() < 20 {
            continue;
        }
        asked(4);
        for day in today - 1..today + 3 {
            let count = *rng.pick(&[-4, -1, 1, 2, 5]);
            let engine = business.step(date(day), count).ok().map(|d| d.days() as i32);
            let known = |day| world.known_business_day(day, Some(&cal.name));
            let oracle = crate::oracle::time::move_date(day, count, Unit::BusinessDay, &known);
            if engine != oracle {
                let day = crate::print::date(day);
                return wrong("business days", format!("{day} and {count}: engine {engine:?}, walk {oracle:?}"));
            }
        }
    }
    None
}

/// A change of a zone's clocks: the zone, and when.
type Change = (&'static str, i64);

/// Every change of the clocks from 2024 to 2031: of the zones of the table in `CHANGEGATE_DATA`, or, where there is none, of those that cases
/// are about.
fn changes() -> (String, Vec<Change>) {
    let known = |name: &'static str, zone: &TimeZone| {
        let from = Timestamp::from_second(1_704_067_200).expect("2024");
        let until = Timestamp::from_second(1_956_528_000).expect("2032");
        let changes = zone.following(from).map(|change| change.timestamp()).take_while(|at| *at < until);
        changes.map(|at| (name, at.as_microsecond())).collect::<Vec<Change>>()
    };
    let Ok(folder) = std::env::var("CHANGEGATE_DATA") else {
        let all = vocab::CHANGING_ZONES.iter().flat_map(|name| known(name, &walked_zone(name)));
        return ("that cases are about".to_owned(), all.collect());
    };
    let path = format!("{folder}/tz/transitions-2024-2031.csv");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{path}: {why}"));
    let mut all: Vec<Change> = Vec::new();
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, rest) = line.split_once(',').expect("a zone");
        let at = crate::oracle::time::parse(rest.split(',').next().expect("a time")).expect("a time");
        // One name for all lines: it lives as long as the test.
        let name = all.iter().map(|(known, _)| *known).find(|known| *known == name);
        let name = name.unwrap_or_else(|| String::leak(line.split(',').next().unwrap_or_default().to_owned()));
        all.push((name, at));
    }
    ("of the table".to_owned(), all)
}

fn walked_zone(name: &str) -> TimeZone {
    crate::oracle::time::zone(name).expect("a known zone")
}

/// Runs cases near every change of the clocks, and many more.
pub fn all() {
    let seed = number("CHANGEGATE_LAW_SEED", crate::run::SEED);
    let (whose, changes) = changes();
    let few = cfg!(debug_assertions);
    // In a debug build only some of the changes, each time the same.
    let changes: Vec<Change> = changes.into_iter().step_by(if few { 80 } else { 1 }).collect();
    let zones: BTreeSet<&str> = changes.iter().map(|(zone, _)| *zone).collect();
    let only = std::env::var("CHANGEGATE_LAW_ONLY").ok().and_then(|n| n.parse::<u64>().ok());
    let of_each = number("CHANGEGATE_LAW_CORE_CASES", 1);
    let more = if few { 5 } else { 100 };
    let last = changes.len() as u64 * of_each + more;
    let next = AtomicU64::new(only.unwrap_or(0));
    let last = only.map_or(last, |only| only + 1);
    let questions = AtomicU64::new(0);
    let found: Mutex<BTreeMap<&'static str, (u64, u64, String)>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= last {
                        return;
                    }
                    let near = usize::try_from(n / of_each).ok().and_then(|at| changes.get(at)).copied();
                    let tried = catch_unwind(AssertUnwindSafe(|| differ(seed, n, near, &questions)));
                    let wrong = tried.unwrap_or_else(|p| Some(("panic", crate::engine::said(&*p))));
                    let Some((what, why)) = wrong else { continue };
                    let mut found = found.lock().expect("no thread panics with it");
                    let entry = found.entry(what).or_insert_with(|| (0, n, why.clone()));
                    entry.0 += 1;
                    // The shortest is the easiest to read.
                    if why.len() < entry.2.len() {
                        (entry.1, entry.2) = (n, why);
                    }
                }
            });
        }
    });
    let found = found.into_inner().expect("no thread panics with it");
    println!(
        "core of time: {} changes of the clocks of {} zones {whose}, {of_each} cases each, {more} more; {} answers compared, seed {seed}",
        changes.len(),
        zones.len(),
        questions.load(Ordering::Relaxed)
    );
    let report: String = found
        .iter()
        .map(|(what, (times, n, why))| format!("##### {what}: {times} times, e.g. case {n} of seed {seed}\n{why}\n"))
        .collect();
    assert!(found.is_empty(), "{report}");
}
