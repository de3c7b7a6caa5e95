//! The one import: lines for whoever writes the plugin.

use wasmtime::component::{Linker, WasmStr};
use wasmtime::{Result, StoreContextMut, Trap};

use super::engine::PACKAGE;
use super::limits::{LOG_FUEL, MAX_LOG_LINE, MAX_LOG_LINES};
use super::readable;
use super::state::State;

/// Defines `log` for a component.
pub(super) fn define(linker: &mut Linker<State>) -> Result<()> {
    linker.instance(&format!("{PACKAGE}host@1.0.0"))?.func_wrap("log", log)
}

/// Keeps a line, cut off, and charges for it: a flood of lines runs out of fuel, and no line costs the host more than it was paid for.
fn log(mut store: StoreContextMut<'_, State>, (message,): (WasmStr,)) -> Result<()> {
    let (cost, line) = {
        let text = message.to_str(&store)?;
        let cost = LOG_FUEL.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
        let state = store.data();
        let kept = state.listens && state.log.len() < MAX_LOG_LINES;
        (cost, kept.then(|| readable::line(&text, MAX_LOG_LINE)))
    };
    if let Ok(fuel) = store.get_fuel() {
        let Some(left) = fuel.checked_sub(cost) else {
            store.set_fuel(0)?;
            return Err(Trap::OutOfFuel.into());
        };
        store.set_fuel(left)?;
    }
    if let Some(line) = line {
        store.data_mut().log.push(line);
    }
    Ok(())
}
