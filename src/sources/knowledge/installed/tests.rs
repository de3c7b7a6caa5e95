#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::cell::Cell;
use std::cmp::Ordering;

use super::once;

/// A number whose comparisons are counted.
struct Counted<'a>(usize, &'a Cell<usize>);

impl PartialEq for Counted<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Counted<'_> {}

impl PartialOrd for Counted<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Counted<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.1.set(self.1.get() + 1);
        self.0.cmp(&other.0)
    }
}

#[test]
fn each_stays_where_it_stands_first() {
    assert_eq!(once(vec![3, 1, 3, 2, 1]), [3, 1, 2]);
    assert_eq!(once(Vec::<u8>::new()).len(), 0);
}

#[test]
fn elements_are_not_compared_with_all_others() {
    let comparisons = |size: usize| {
        let count = Cell::new(0);
        let elements = (0..size).map(|at| Counted(at.wrapping_mul(2_654_435_761) % size, &count)).collect();
        assert!(!once(elements).is_empty());
        count.get()
    };
    let (few, many) = (comparisons(1_000), comparisons(10_000));
    assert!(many < 20 * few && many < 10_000 * 40, "{few} and {many}");
}
