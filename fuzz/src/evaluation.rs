//! Bytes as the choices of the laws' generator: a random policy and facts, which the engine must decide as the oracle does, and by the laws.

use std::sync::OnceLock;

use crate::r#gen;
use crate::rng::Rng;
use crate::run::broken;

/// Decides a case, and holds every law against it. The first byte picks the size, whether it is about people, the layout of
/// the text and the law; the rest make the case.
pub fn run(data: &[u8]) {
    // What the engine does in parallel it does here: one input is too small to share, and nothing else runs.
    static HERE: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    HERE.get_or_init(|| rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok());
    let Some((first, choices)) = data.split_first() else { return };
    let number = u64::from(*first);
    let case = r#gen::case(Rng::from_bytes(choices), 1 + usize::from(first % 4), first / 4 % 2 == 1, false);
    if let Some(broken) = broken(&case, number, number, None) {
        panic!("{}: {}\n{}", broken.law, broken.why, case.show());
    }
}
