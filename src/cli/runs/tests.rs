#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::{Run, Runs};

type Entry = (Option<String>, Vec<u8>);

/// Some entries, in runs of their own.
fn run(entries: &[Entry]) -> Vec<Run> {
    let mut runs = vec![Run::default()];
    for (name, said) in entries {
        if !runs.last_mut().unwrap().add(name.as_deref(), said) {
            runs.push(Run::default());
            assert!(runs.last_mut().unwrap().add(name.as_deref(), said));
        }
    }
    runs
}

fn all(runs: &mut Runs, list: usize) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut in_order = runs.in_order(list);
    while let Some(run) = in_order.next().unwrap() {
        let mut entries = run.entries();
        while let Some((name, said)) = entries.next() {
            found.push((name.map(str::to_owned), said.to_vec()));
        }
    }
    found
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let name = prop_oneof![Just(None), "[ab]{0,4}".prop_map(Some), "(node-|söd)[a-zé]{0,3}[0-9]{1,3}".prop_map(Some)];
    proptest::collection::vec((name, proptest::collection::vec(any::<u8>(), 0..200)), 0..40)
}

proptest! {
    #[test]
    fn entries_come_in_the_order_of_their_names(
        mut lists in proptest::collection::vec(entries(), 1..4),
        part in 1..9_usize,
        bound in prop_oneof![Just(0_usize), 0..3000_usize, Just(1 << 20)],
    ) {
        let mut runs = Runs::holding(bound);
        let most = lists.iter().map(Vec::len).max().unwrap_or_default();
        for from in (0..most).step_by(part) {
            for (list, entries) in lists.iter().enumerate() {
                let some = &entries[from.min(entries.len())..(from + part).min(entries.len())];
                run(some).into_iter().for_each(|run| runs.add(list, run));
            }
        }
        for (list, entries) in lists.iter_mut().enumerate() {
            let mut found = all(&mut runs, list);
            // What is said of one name twice may come in either order.
            let key = |entry: &Entry| (entry.0.is_none(), entry.0.clone(), entry.1.clone());
            prop_assert!(found.is_sorted_by_key(|entry| (entry.0.is_none(), entry.0.clone())));
            found.sort_by_key(key);
            entries.sort_by_key(key);
            prop_assert_eq!(&found, entries);
        }
    }
}

#[test]
fn long_runs_are_put_together_window_by_window() {
    let name = |n: usize| Some(format!("asset-{n:06}"));
    let mut runs = Runs::holding(0);
    for offset in [1, 0, 2] {
        let entries: Vec<Entry> = (0..4000).map(|n| (name(3 * n + offset), vec![b'x'; 100])).collect();
        run(&entries).into_iter().for_each(|run| runs.add(0, run));
    }
    let long: Entry = (name(1_000_000), vec![b'y'; 300_000]);
    run(std::slice::from_ref(&long)).into_iter().for_each(|run| runs.add(0, run));
    let found = all(&mut runs, 0);
    assert_eq!(found.len(), 12_001);
    assert!(found.iter().take(12_000).enumerate().all(|(n, entry)| entry.0 == name(n)));
    assert_eq!(found.last(), Some(&long));
    assert!(runs.held == 0 && runs.written > 1 << 20);
}
