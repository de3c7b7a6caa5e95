//! What the host keeps for one call: what it may use, what it used, what it logged.

use wasmtime::{ResourceLimiter, Result};

use super::limits::{MAX_INSTANCES, MAX_MEMORIES, MAX_TABLE_ELEMENTS, MAX_TABLES};

/// One call's own data.
#[derive(Debug)]
pub(super) struct State {
    pub(super) memory: Memory,
    pub(super) log: Vec<String>,
    /// Whether lines of the log are kept at all.
    pub(super) listens: bool,
}

impl State {
    pub(super) fn new(memory: u64, listens: bool) -> Self {
        Self { memory: Memory { limit: memory, used: 0, table: 0, granted: false }, log: Vec::new(), listens }
    }
}

/// Counts what all memories and tables of a call have together.
#[derive(Debug)]
pub(super) struct Memory {
    limit: u64,
    /// Bytes in use; memory never shrinks, so this is the peak as well.
    pub(super) used: u64,
    table: usize,
    /// Whether the last growth was within what the component declares, so that its failing is the system's.
    granted: bool,
}

/// Why the host stopped a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Memory,
    Table,
    System,
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Table => "table",
            Self::System => "the system has no memory left",
        })
    }
}

impl std::error::Error for Stop {}

/// A growth beyond the limit ends the call, rather than telling the program that it failed: what it would do then is seldom what was meant, and
/// the reason that people read is the limit.
impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let more = u64::try_from(desired.saturating_sub(current)).unwrap_or(u64::MAX);
        let wanted = self.used.saturating_add(more);
        if wanted > self.limit {
            return Err(Stop::Memory.into());
        }
        self.granted = maximum.is_none_or(|most| desired <= most);
        if self.granted {
            self.used = wanted;
        }
        Ok(self.granted)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        if self.granted { Err(Stop::System.into()) } else { Ok(()) }
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let wanted = self.table.saturating_add(desired.saturating_sub(current));
        if wanted > MAX_TABLE_ELEMENTS {
            return Err(Stop::Table.into());
        }
        self.granted = maximum.is_none_or(|most| desired <= most);
        if self.granted {
            self.table = wanted;
        }
        Ok(self.granted)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        if self.granted { Err(Stop::System.into()) } else { Ok(()) }
    }

    fn instances(&self) -> usize {
        usize::try_from(MAX_INSTANCES).unwrap_or(usize::MAX)
    }

    fn tables(&self) -> usize {
        usize::try_from(MAX_TABLES).unwrap_or(usize::MAX)
    }

    fn memories(&self) -> usize {
        usize::try_from(MAX_MEMORIES).unwrap_or(usize::MAX)
    }
}
