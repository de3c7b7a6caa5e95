//! stdout: the result.

use std::io::{self, BufWriter, StdoutLock, Write};

use super::failure::Failure;

/// How wide lines are where there is no terminal to say.
const PLAIN_WIDTH: usize = 110;

/// So many bytes are written at once: a block of this size was in use for the arguments, so that it takes no new memory.
const ROOM: usize = 40 << 10;

/// Hands a buffered stdout to `print`. A closed pipe ends the printing quietly: the status still says what was decided.
///
/// # Errors
/// What else writing fails with.
pub(super) fn print(write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>) -> Result<(), Failure> {
    match print_on(write) {
        Err(Failure::ClosedPipe) => Ok(()),
        other => other,
    }
}

/// The same for what goes on being printed: a closed pipe is its end.
///
/// # Errors
/// What writing fails with.
pub(super) fn print_on(
    write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(ROOM, io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    let written = written.map_err(Failure::from);
    if matches!(written, Err(Failure::ClosedPipe)) {
        // What is left in the buffer has no reader.
        let (_stdout, _rest) = out.into_parts();
    }
    written
}

/// Prints a text, and a line end where it lacks one.
///
/// # Errors
/// What writing fails with, but for a closed pipe.
pub(super) fn print_text(text: &str) -> Result<(), Failure> {
    print(|out| {
        out.write_all(text.as_bytes())?;
        if text.is_empty() || text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") }
    })
}

/// The width of the terminal, within reason.
pub(super) fn width(terminal: bool) -> usize {
    let columns = terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
    columns.unwrap_or(PLAIN_WIDTH).clamp(40, 160)
}
