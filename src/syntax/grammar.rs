//! The generated parser, and the limit on the work it may do.

use std::num::NonZeroUsize;
use std::sync::Once;

/// The parser that `grammar/changegate.pest` describes.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/changegate.pest"]
pub(crate) struct PolicyParser;

static LIMIT: Once = Once::new();

/// Steps that one run of the parser may take. A dense byte of a policy takes about 60, and one run reads at most
/// [`super::scan::MAX_RUN`] bytes: the limit only stops text that makes the grammar try again and again.
const CALL_LIMIT: NonZeroUsize = NonZeroUsize::new(100_000_000).unwrap();

/// Sets the limit on the parser's work. The limit belongs to the process, so it is set once, to one figure.
pub(crate) fn limit_work() {
    LIMIT.call_once(|| pest::set_call_limit(Some(CALL_LIMIT)));
}
