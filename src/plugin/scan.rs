//! A look at a component's bytes before anything is compiled, in time that is linear in their number.

use wasmparser::{BinaryReaderError, Encoding, FunctionBody, Operator, Parser, Payload};

use super::failure::LoadError;
use super::limits::{MAX_BLOCKS, MAX_COMPONENT, MAX_FUNCTION, MAX_FUNCTIONS, MAX_SHOWN};
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
        let payload = payload.map_err(|e| damaged(&e))?;
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
                if depth(&body).map_err(|e| damaged(&e))? > MAX_BLOCKS {
                    return Err(LoadError::new(format!(
                        "blocks of one of its functions stand in each other more than {} deep",
                        readable::count(MAX_BLOCKS as u64)
                    )));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn damaged(error: &BinaryReaderError) -> LoadError {
    LoadError::new(format!(
        "the module is damaged at byte {}: {}",
        error.offset(),
        readable::line(error.message(), MAX_SHOWN)
    ))
}

/// How deep the blocks of a function stand in each other.
fn depth(body: &FunctionBody<'_>) -> Result<usize, BinaryReaderError> {
    let (mut now, mut most) = (0_usize, 0);
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        match operators.read()? {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                now += 1;
                most = most.max(now);
            }
            Operator::End => now = now.saturating_sub(1),
            _ => {}
        }
    }
    Ok(most)
}
