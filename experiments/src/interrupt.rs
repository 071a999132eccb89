//! SIGTERM, Ctrl-C and a terminal that is closed (SIGHUP): a short epoch is finished and saved, a long one is dropped.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// An epoch that is expected to last longer is dropped rather than finished, in seconds.
const SHORT_EPOCH_SECONDS: f64 = 20.0;

/// Whether the user asked the program to stop.
pub struct Interrupt {
    requested: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on SIGTERM, Ctrl-C and SIGHUP are noted instead of ending the program. A second SIGTERM or Ctrl-C ends it
    /// at once; two different ones do not, since `plan run` passes on what the terminal sends to all of its programs.
    /// SIGHUP comes more than once when a terminal closes, and not at all under `nohup`.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn listen() -> io::Result<Interrupt> {
        let requested = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            let seen = Arc::new(AtomicBool::new(false));
            flag::register_conditional_default(signal, Arc::clone(&seen))?;
            flag::register(signal, seen)?;
            flag::register(signal, Arc::clone(&requested))?;
        }
        if !is_ignored(SIGHUP) {
            flag::register(SIGHUP, Arc::clone(&requested))?;
        }
        Ok(Interrupt { requested })
    }

    /// Whether to stop after this epoch.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }

    /// Whether to stop in the middle of an epoch, when the last one took `epoch_seconds`.
    pub fn drops_epoch(&self, epoch_seconds: Option<f64>) -> bool {
        self.is_requested() && epoch_seconds.is_none_or(|seconds| seconds > SHORT_EPOCH_SECONDS)
    }
}

/// Whether the program was started with `signal` ignored; no where the system does not tell.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
