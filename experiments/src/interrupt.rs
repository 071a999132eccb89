//! SIGTERM and Ctrl-C: a short epoch is finished and saved, a long one is dropped.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// An epoch that is expected to last longer is dropped rather than finished, in seconds.
const SHORT_EPOCH_SECONDS: f64 = 20.0;

/// Whether the user asked the program to stop.
pub struct Interrupt {
    requested: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on SIGTERM and Ctrl-C are noted instead of ending the program; a second one ends it at once.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn listen() -> io::Result<Interrupt> {
        let requested = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            flag::register_conditional_default(signal, Arc::clone(&requested))?;
            flag::register(signal, Arc::clone(&requested))?;
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
