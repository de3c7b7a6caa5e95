//! A fence around the compiler and the runtime: should one of them have a mistake and panic, that is a failure of the host's and no more.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failure::LoadError;
use super::limits::MAX_SHOWN;
use super::readable;

/// Loads a component.
pub(super) fn load<T>(work: impl FnOnce() -> Result<T, LoadError>) -> Result<T, LoadError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => Err(LoadError::new(format!("the compiler cannot cope with it: {}", said(&*panic)))),
    }
}

/// Calls a function of one; the store that it panicked in is thrown away.
pub(super) fn call<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| format!("the sandbox failed: {}", said(&*panic)))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason given".to_owned());
    readable::line(&text, MAX_SHOWN)
}
