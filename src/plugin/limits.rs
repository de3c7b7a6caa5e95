//! What a component and its calls may use, beside the fuel and memory that a policy grants.

use crate::check::plugin::Limits;

/// What `describe` gets, whatever a policy says: enough for an interpreter to start.
pub(super) const DESCRIBE: Limits = Limits { fuel: 500_000_000, memory: 256 << 20 };

/// The most bytes that a component may have: an interpreter's has 12 to 18 MB.
pub const MAX_COMPONENT: usize = 64 << 20;
/// The most functions that a component may have: an interpreter's has 10,000 to 30,000.
pub(super) const MAX_FUNCTIONS: u64 = 60_000;
/// The most bytes of one function: the loop of an interpreter has 100 to 300 KB.
pub(super) const MAX_FUNCTION: usize = 512 << 10;
/// How deep blocks may stand in each other: compiling takes time by the square of it. A large `switch` has a few hundred.
pub(super) const MAX_BLOCKS: usize = 2_000;
/// The most bytes of the host that one answer may need.
pub(super) const MAX_ANSWER: usize = 1 << 20;
/// The deepest that types may nest.
pub(super) const MAX_DEPTH: usize = 6;
/// The most parameters, fields or values that one type may have.
pub(super) const MAX_WIDTH: usize = 256;
/// The most checks of one component.
pub(super) const MAX_CHECKS: usize = 256;
/// Bytes of the native stack that a call may use.
pub(super) const MAX_STACK: usize = 512 << 10;
/// Elements of all tables together.
pub(super) const MAX_TABLE_ELEMENTS: usize = 200_000;
/// Core instances of one component; the pieces of an interpreter are 20 to 40.
pub(super) const MAX_INSTANCES: u32 = 100;
/// Linear memories of one component.
pub(super) const MAX_MEMORIES: u32 = 4;
/// Tables of one component.
pub(super) const MAX_TABLES: u32 = 16;
/// Handles of resources alive at a time.
pub(super) const MAX_HANDLES: usize = 1_000;
/// Lines of one call's log that are kept.
pub(super) const MAX_LOG_LINES: usize = 100;
/// Bytes of one line of the log that are kept.
pub(super) const MAX_LOG_LINE: usize = 1_000;
/// Units of fuel that a line of the log costs, beside one for each byte.
pub(super) const LOG_FUEL: u64 = 1_000;
/// Bytes of a name that are shown.
pub(super) const MAX_SHOWN: usize = 200;
