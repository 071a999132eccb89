//! How far a long reading is, on a terminal.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// A line on standard error that says how far the work is; nothing where that is no terminal.
pub(super) struct Progress {
    is_terminal: bool,
    shown_at: Instant,
    is_shown: bool,
}

impl Progress {
    /// Shows nothing before the work has lasted this long, and nothing new sooner.
    const PAUSE: Duration = Duration::from_millis(200);

    pub(super) fn new() -> Self {
        Progress {
            is_terminal: io::stderr().is_terminal(),
            shown_at: Instant::now(),
            is_shown: false,
        }
    }

    /// Shows `what` with the `share` of it that is done, 0 to 1.
    pub(super) fn at(&mut self, what: &str, share: f64) {
        if !self.is_terminal || self.shown_at.elapsed() < Self::PAUSE {
            return;
        }
        // A terminal that is gone needs no progress.
        let _ = write!(io::stderr(), "\r{what}: {:3.0} %", share * 100.0);
        self.shown_at = Instant::now();
        self.is_shown = true;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r{:40}\r", "");
        }
    }
}
