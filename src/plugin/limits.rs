//! What one call may use.

/// What one call of a check may use; the same on every machine, so that the answer is too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Units of fuel, about one for each instruction and each byte that is copied or filled at once.
    pub fuel: u64,
    /// Bytes of linear memory, of all memories together.
    pub memory: u64,
}

impl Limits {
    /// What holds where the policy says nothing: 10,000,000 units (some hundredths of a second) and 32 MiB.
    pub const DEFAULT: Self = Self { fuel: 10_000_000, memory: 32 << 20 };
    /// The most that a policy may ask for: 100,000,000,000 units (a minute or more) and 1 GiB.
    pub const MOST: Self = Self { fuel: 100_000_000_000, memory: 1 << 30 };
    /// What `describe` gets, whatever a policy says: enough for an interpreter to start.
    pub(super) const DESCRIBE: Self = Self { fuel: 2_000_000_000, memory: 256 << 20 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The most bytes that a component may have: an interpreter's has 12 to 18 MB.
pub const MAX_COMPONENT: usize = 64 << 20;
/// The most bytes of the host that one answer may need.
pub(super) const MAX_ANSWER: usize = 1 << 20;
/// The deepest that types may nest.
pub(super) const MAX_DEPTH: usize = 16;
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
/// Lines of one call's log that are kept.
pub(super) const MAX_LOG_LINES: usize = 100;
/// Bytes of one line of the log that are kept.
pub(super) const MAX_LOG_LINE: usize = 1_000;
/// Units of fuel that a line of the log costs, beside one for each byte.
pub(super) const LOG_FUEL: u64 = 1_000;
