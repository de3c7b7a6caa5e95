#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn a_median_is_the_middle() {
    for (values, middle) in
        [(vec![], 0.0), (vec![3.0], 3.0), (vec![3.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0, 2.0, 3.0], 2.5)]
    {
        assert!((median(values) - middle).abs() < 1e-9);
    }
}

#[test]
fn time_of_threads_is_divided() {
    let taken = Taken {
        stages: HashMap::from([(Stage::Portions, millis(100)), (Stage::Write, millis(10))]),
        steps: HashMap::from([(Step::Rule(0), millis(50)), (Step::Reasons, millis(30))]),
        portions: true,
        ..Taken::default()
    };
    let stages = stages(&taken, 2);
    assert!((stages.evaluate - 0.04).abs() < 1e-9 && (stages.read - 0.06).abs() < 1e-9, "{stages:?}");
    assert!((stages.write - 0.01).abs() < 1e-9);
}

#[test]
fn the_dearest_come_first() {
    let steps = HashMap::from([(Step::Rule(0), millis(1)), (Step::Rule(1), millis(3)), (Step::Times, millis(6))]);
    let taken = Taken { steps, decisions: 10, ..Taken::default() };
    let of = |step| match step {
        Step::Rule(at) => Some(("rule", format!("r{at}"), format!("p.gate:{at}"))),
        _ => None,
    };
    let bench = report(&[(millis(5), taken)], None, of);
    let names: Vec<&str> = bench.dearest.iter().map(|cost| cost.name.as_str()).collect();
    assert_eq!((names, bench.statements), (vec!["r1", "r0"], 2));
    assert!((bench.dearest[0].share - 0.3).abs() < 1e-9);
    assert_eq!(bench.beside[0].what, "when it may go");
    assert!((bench.decisions_per_second - 2000.0).abs() < 1e-6);
}

#[test]
fn a_step_inside_another_is_not_part_of_it() {
    use crate::eval::observe::Observer as _;
    let clock = Stopwatch::default();
    clock.begin(Step::Reasons);
    clock.begin(Step::Rule(7));
    std::thread::sleep(millis(20));
    clock.end();
    clock.end();
    let steps = clock.taken().steps;
    assert!(steps[&Step::Rule(7)] >= millis(20));
    assert!(steps[&Step::Reasons] < steps[&Step::Rule(7)]);
}
