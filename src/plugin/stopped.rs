//! What wasmtime's errors mean to people.

use wasmtime::{Error, PoolConcurrencyLimitError, Trap};

use crate::check::plugin::Limits;

use super::failure::{Failure, LoadError};
use super::limits::MAX_SHOWN;
use super::readable;
use super::state::Stop;

/// Why a component was not compiled, or does not fit into the sandbox.
pub(super) fn compile(error: &Error) -> LoadError {
    if error.downcast_ref::<wasmtime::OutOfMemory>().is_some() || error.downcast_ref::<std::io::Error>().is_some() {
        return LoadError::host(format!("this machine has no room to compile it: {}", root(error)));
    }
    LoadError::new(format!("it is no valid component, or needs what plugins do not have: {}", root(error)))
}

/// The deepest reason on one line, without what wasmtime says of bytes and offsets first.
fn root(error: &Error) -> String {
    readable::line(&error.root_cause().to_string(), MAX_SHOWN)
}

/// Why a call gave no answer.
pub(super) fn call(error: &Error, limits: Limits, guard: u64) -> Failure {
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return trapped(*trap, limits, guard);
    }
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return match stop {
            Stop::Memory => Failure::Memory(limits.memory),
            Stop::Table => Failure::Table,
            Stop::System => Failure::Host(stop.to_string()),
        };
    }
    if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
        return Failure::Host("more calls run at the same time than there is room for".to_owned());
    }
    if error.downcast_ref::<wasmtime::OutOfMemory>().is_some() || error.downcast_ref::<std::io::Error>().is_some() {
        return Failure::Host(root(error));
    }
    let what = root(error);
    if what.contains("fuel allocated for hostcalls") {
        return Failure::TooLarge;
    }
    // The rest is what the canonical ABI refuses: pointers beyond memory, texts that are no UTF-8, discriminants that do not exist.
    Failure::Nonsense(what)
}

fn trapped(trap: Trap, limits: Limits, guard: u64) -> Failure {
    let stopped = |what: &str| Failure::Trap(what.to_owned());
    let nonsense = |what: &str| Failure::Nonsense(what.to_owned());
    match trap {
        Trap::OutOfFuel => Failure::Fuel(limits.fuel),
        Trap::Interrupt => Failure::Guard(guard),
        Trap::StackOverflow => Failure::Stack,
        Trap::UnreachableCodeReached => stopped("it gave up (`unreachable`: a panic, an abort or a failed assertion)"),
        Trap::MemoryOutOfBounds => stopped("it read or wrote beyond its memory"),
        Trap::TableOutOfBounds => stopped("it called a function beyond its table"),
        Trap::IndirectCallToNull => stopped("it called a function that is not there"),
        Trap::BadSignature => stopped("it called a function by another type"),
        Trap::IntegerOverflow => stopped("a whole number overflowed"),
        Trap::IntegerDivisionByZero => stopped("it divided by zero"),
        Trap::BadConversionToInteger => stopped("it turned what is no number into a whole one"),
        Trap::CannotEnterComponent | Trap::CannotLeaveComponent => {
            stopped("it called what may not be called at that point")
        }
        Trap::StringOutOfBounds => nonsense("a text that lies beyond its memory"),
        Trap::ListOutOfBounds => nonsense("a list that lies beyond its memory"),
        Trap::InvalidChar => nonsense("a character that does not exist"),
        Trap::InvalidDiscriminant => nonsense("a case that does not exist"),
        Trap::UnalignedPointer => nonsense("a pointer that is not aligned"),
        other => Failure::Trap(readable::line(other.to_string().trim_start_matches("wasm trap: "), MAX_SHOWN)),
    }
}
