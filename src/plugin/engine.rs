//! The engine: what WebAssembly may be, how it is compiled, and the guard in wall time.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig, Strategy, WasmFeatures,
};

use crate::check::plugin::Limits;

use super::cache::Cache;
use super::failure::LoadError;
use super::limits::{MAX_INSTANCES, MAX_MEMORIES, MAX_STACK, MAX_TABLE_ELEMENTS, MAX_TABLES};
use super::log;
use super::state::State;

/// The interface that this host knows: `changegate:plugin` of this major version.
pub(super) const PACKAGE: &str = "changegate:plugin/";
/// Time between two ticks of the guard.
const TICK: Duration = Duration::from_millis(20);

/// How plugins are run.
#[derive(Clone, Debug)]
pub struct HostOptions {
    /// How long one call may take before the run ends. It decides nothing: fuel does.
    pub guard: Duration,
    /// How many calls may run at the same time.
    pub threads: usize,
    /// Where compiled code is kept.
    pub cache: Option<Arc<Cache>>,
    /// Whether calls are limited by fuel and the guard; only a benchmark does without.
    #[doc(hidden)]
    pub metered: Metered,
}

/// What a benchmark may leave out.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metered {
    pub fuel: bool,
    pub guard: bool,
}

impl Default for HostOptions {
    fn default() -> Self {
        Self { guard: Duration::from_secs(60), threads: 16, cache: None, metered: Metered { fuel: true, guard: true } }
    }
}

/// Loads components and runs them. Cheap to clone; what it makes lives on its own.
#[derive(Clone, Debug)]
pub struct Host(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) engine: Engine,
    pub(super) linker: Linker<State>,
    pub(super) options: HostOptions,
    /// Ends the guard's thread when it goes.
    _ticker: Option<SyncSender<()>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Inner {
    /// The guard in ticks: at least as long as was asked for.
    pub(super) fn guard_ticks(&self) -> u64 {
        u64::try_from(self.options.guard.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX / 4).saturating_add(2)
    }

    pub(super) fn guard_millis(&self) -> u64 {
        u64::try_from(self.options.guard.as_millis()).unwrap_or(u64::MAX)
    }
}

impl Host {
    /// A host.
    ///
    /// # Errors
    /// The machine cannot compile WebAssembly, or has no room for the sandbox's addresses even without a pool.
    pub fn new(options: HostOptions) -> Result<Self, LoadError> {
        // Where addresses are rationed (`ulimit -v`) there is no pool: instances cost more, and answers are the same.
        let engine = Engine::new(&config(&options, true))
            .or_else(|_| Engine::new(&config(&options, false)))
            .map_err(|e| LoadError::host(format!("the sandbox cannot be set up on this machine: {e}")))?;
        let mut linker = Linker::new(&engine);
        log::define(&mut linker).map_err(|e| LoadError::host(format!("the sandbox cannot be set up: {e}")))?;
        let ticker = if options.metered.guard { Some(tick(&engine)?) } else { None };
        Ok(Self(Arc::new(Inner { engine, linker, options, _ticker: ticker })))
    }
}

/// What WebAssembly may be: what compilers of 2026 write for plain programs. All else is off: threads, relaxed SIMD, several memories or large ones,
/// tail calls, exceptions, garbage collection, asynchronous components.
const ALLOWED: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::COMPONENT_MODEL);

/// Everything off that is not needed, and nothing that could differ from machine to machine or run to run.
fn config(options: &HostOptions, pooled: bool) -> Config {
    let mut config = Config::new();
    config.strategy(Strategy::Cranelift);

    config.wasm_features(WasmFeatures::all().difference(ALLOWED), false);
    config.wasm_features(ALLOWED, true);
    config.shared_memory(false);

    // the same answer everywhere
    config.cranelift_nan_canonicalization(true);
    config.consume_fuel(options.metered.fuel);
    config.operator_cost(cost());
    config.epoch_interruption(options.metered.guard);
    config.max_wasm_stack(MAX_STACK);

    // nobody reads stacks of a plugin: what stopped it says which plugin, which limit and which input
    config.wasm_backtrace_max_frames(None);
    config.native_unwind_info(cfg!(windows));
    config.generate_address_map(false);

    config.memory_init_cow(true);
    // Bounds are checked by the code itself. Were they left to pages that nobody may touch, a memory that grew would have to be cut down again for
    // the next call: two changes of the address space in each, for which all threads wait in turn, and as much time as all the rest of a call. With
    // it go the masks against speculation beyond a bound: what a guest could have the processor touch so it cannot see, without a clock, a second
    // thread or an answer that may differ. 4 GiB of addresses stay reserved for each memory.
    config.signals_based_traps(false);
    config.memory_guard_size(0);
    if pooled {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(options.threads)));
    }
    config
}

/// What an instruction costs: one unit, and one for each byte of a copy. Growth is free, since it has limits of its own and nothing ever shrinks: so
/// whoever wants too much is told which limit that was.
fn cost() -> OperatorCost {
    let mut cost = OperatorCost::new();
    cost.variable.memory_grow_per_page = 0;
    cost.variable.table_grow_per_element = 0;
    cost
}

/// Room for calls that run at the same time.
fn pool(threads: usize) -> PoolingAllocationConfig {
    let calls = u32::try_from(threads.clamp(1, 128)).unwrap_or(128);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls);
    pool.total_core_instances(calls.saturating_mul(MAX_INSTANCES));
    pool.total_memories(calls.saturating_mul(MAX_MEMORIES));
    pool.total_tables(calls.saturating_mul(MAX_TABLES));
    pool.max_core_instances_per_component(MAX_INSTANCES);
    pool.max_memories_per_component(MAX_MEMORIES);
    pool.max_tables_per_component(MAX_TABLES);
    pool.max_memory_size(usize::try_from(Limits::MOST.memory).unwrap_or(usize::MAX));
    pool.table_elements(MAX_TABLE_ELEMENTS);
    pool.max_component_instance_size(1 << 20);
    pool.max_core_instance_size(2 << 20);
    pool.max_unused_warm_slots(calls);
    // Pages that were written to are put back by hand, which is cheaper than to give them back to the system and to fault them in again. Where the
    // system does not say which these are (Linux before 6.7, others), only the lowest of a memory are.
    let scans = PoolingAllocationConfig::is_pagemap_scan_available();
    pool.pagemap_scan(if scans { Enabled::Yes } else { Enabled::No });
    pool.linear_memory_keep_resident(if scans { 2 << 20 } else { 64 << 10 });
    pool.table_keep_resident(16 << 10);
    pool
}

/// Starts the thread that counts for the guard; it ends with the host.
fn tick(engine: &Engine) -> Result<SyncSender<()>, LoadError> {
    let (stop, stopped): (SyncSender<()>, Receiver<()>) = sync_channel(0);
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("plugin-guard".to_owned())
        .spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })
        .map_err(|e| LoadError::host(format!("the guard's thread cannot be started: {e}")))?;
    Ok(stop)
}
