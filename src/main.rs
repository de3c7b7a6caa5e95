//! The program; everything is in the library's `cli` room.

use std::process::ExitCode;

/// Reading and deciding make many small values on many threads; this is what they cost least with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::disallowed_methods, reason = "the arguments of the program")]
fn main() -> ExitCode {
    changegate::cli::run(std::env::args_os())
}
