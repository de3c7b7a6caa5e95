//! A sign of life on a terminal, for what takes over a second.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::Tally;

/// How long a call may take before anything is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is drawn.
const TICK: Duration = Duration::from_millis(120);

/// Something that goes on; it vanishes when this is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    stop: Option<Sender<()>>,
    shower: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins something of which it is not known how much it is; nothing is shown in the first second, nor where stderr is no terminal.
    pub(super) fn start(what: &'static str) -> Self {
        Self::of(what, Arc::default())
    }

    /// Begins something that is counted.
    pub(super) fn of(what: &'static str, tally: Arc<Tally>) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { stop: None, shower: None };
        }
        let (stop, stopped) = mpsc::channel();
        let show = move || {
            if stopped.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::new_spinner().with_message(what);
            let mut counted = false;
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            // Ends when the sender says so or is gone.
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let (done, total) = tally.state();
                if total > 0 && !counted {
                    counted = true;
                    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {percent}% ({elapsed})") {
                        bar.set_style(style.progress_chars("=> "));
                    }
                }
                if counted {
                    bar.set_length(total);
                    bar.set_position(done.min(total));
                }
                bar.tick();
            }
            bar.finish_and_clear();
        };
        Self { stop: Some(stop), shower: thread::Builder::new().spawn(show).ok() }
    }

    /// Takes it away.
    pub(super) fn finish(self) {}
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(shower) = self.shower.take() {
            drop(shower.join());
        }
    }
}
