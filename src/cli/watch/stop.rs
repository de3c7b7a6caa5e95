//! What ends a watch: Ctrl-C and the system's wish that it end, a result that nobody reads, and the end of stdin where that is asked for.
//!
//! Whatever it is, the program ends at once, also in the middle of deciding; but what is being printed is printed to its end.

use std::io::{self, Read as _};
use std::process;
use std::thread;
use std::time::Duration;

use super::super::failure::Failure;

/// How long to wait for what is being printed, where nobody takes it.
const PATIENCE: Duration = Duration::from_secs(2);

/// From now on the program ends when it is told to.
///
/// # Errors
/// The system does not let it hear of that.
pub(super) fn arrange(until_eof: bool) -> Result<(), Failure> {
    ctrlc::set_handler(end)
        .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {}", error.to_string().to_lowercase())))?;
    let start = |name: &str, work: fn()| {
        let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
        spawned.map(drop).map_err(|error| Failure::new(format!("cannot start a thread: {error}")))
    };
    start("reader gone", until_nobody_reads)?;
    if until_eof { start("stdin", until_stdin_ends) } else { Ok(()) }
}

/// Ends the program with the status of what is done as asked.
fn end() {
    // Whoever prints holds this until all of it is printed.
    let printed = thread::Builder::new().spawn(|| {
        let _all = io::stdout().lock();
        process::exit(0);
    });
    if printed.is_ok() {
        thread::sleep(PATIENCE);
    }
    process::exit(0);
}

fn until_stdin_ends() {
    let mut bytes = [0_u8; 1024];
    let mut stdin = io::stdin().lock();
    loop {
        match stdin.read(&mut bytes) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    end();
}

/// Nothing is printed for as long as nothing becomes different, so writing alone would not show that nobody reads.
#[cfg(unix)]
fn until_nobody_reads() {
    use rustix::event::{PollFd, PollFlags, poll};
    let stdout = io::stdout();
    loop {
        let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
        match poll(&mut watched, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            // Then it is found by writing.
            Err(_) => return,
        }
        let gone = PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL;
        if watched.iter().any(|one| one.revents().intersects(gone)) {
            end();
        }
        // What else there may be must not keep a processor busy.
        thread::sleep(PATIENCE);
    }
}

/// Here it is found by writing.
#[cfg(not(unix))]
fn until_nobody_reads() {}
