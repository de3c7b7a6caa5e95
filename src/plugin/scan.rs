//! A look at a component's bytes before anything is compiled, in time that is linear in their number.

use wasmparser::{Encoding, Parser, Payload};

use super::failure::LoadError;
use super::limits::{MAX_COMPONENT, MAX_FUNCTION, MAX_FUNCTIONS, MAX_SHOWN};
use super::readable;

/// How deep components and modules may stand in each other.
const MAX_NESTING: usize = 8;

/// Refuses what is no component, and what would take too long or too much to compile.
pub(super) fn scan(bytes: &[u8]) -> Result<(), LoadError> {
    if bytes.len() > MAX_COMPONENT {
        return Err(LoadError::new(format!(
            "the module has {}, more than {}",
            readable::bytes(bytes.len() as u64),
            readable::bytes(MAX_COMPONENT as u64)
        )));
    }
    if !bytes.starts_with(b"\0asm") {
        let text = bytes.trim_ascii_start().starts_with(b"(");
        let error = LoadError::new("the module is no WebAssembly");
        return Err(if text {
            error.help("this is WebAssembly as text; `wasm-tools parse` makes bytes of it")
        } else {
            error
        });
    }
    let mut functions = 0_u64;
    let mut nesting = 0_usize;
    let mut first = true;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|e| {
            LoadError::new(format!(
                "the module is damaged at byte {}: {}",
                e.offset(),
                readable::line(e.message(), MAX_SHOWN)
            ))
        })?;
        match payload {
            Payload::Version { encoding, .. } => {
                let is_first = std::mem::take(&mut first);
                if is_first && encoding == Encoding::Module {
                    return Err(LoadError::new("the module is a core module, and a plugin is a component")
                        .help("`wasm-tools component new` makes a component of it; see wasm-plugins/README.md"));
                }
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                nesting += 1;
                if nesting > MAX_NESTING {
                    return Err(LoadError::new(format!(
                        "its components stand in each other more than {MAX_NESTING} deep"
                    )));
                }
            }
            Payload::End(_) => nesting = nesting.saturating_sub(1),
            Payload::CodeSectionStart { count, .. } => {
                functions = functions.saturating_add(u64::from(count));
                if functions > MAX_FUNCTIONS {
                    return Err(LoadError::new(format!(
                        "it has {} functions or more, and may have {}",
                        readable::count(functions),
                        readable::count(MAX_FUNCTIONS)
                    )));
                }
            }
            Payload::CodeSectionEntry(body) => {
                let size = body.range().len();
                if size > MAX_FUNCTION {
                    return Err(LoadError::new(format!(
                        "one of its functions has {}, and may have {}",
                        readable::bytes(size as u64),
                        readable::bytes(MAX_FUNCTION as u64)
                    )));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
