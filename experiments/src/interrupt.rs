//! SIGTERM, Ctrl-C and a terminal that is closed (SIGHUP): the state is saved after the step in work.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether the program was asked to stop.
pub struct Interrupt {
    /// The signal that came last; zero where none came.
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// From now on SIGTERM, Ctrl-C and SIGHUP are noted instead of ending the program. A second Ctrl-C ends it at once.
    /// The others come more than once: batch systems send SIGTERM to all programs of a job, of which one passes it on,
    /// and SIGHUP comes again when a terminal closes, and not at all under `nohup`.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn listen() -> io::Result<Interrupt> {
        let seen = Arc::new(AtomicBool::new(false));
        flag::register_conditional_default(SIGINT, Arc::clone(&seen))?;
        flag::register(SIGINT, seen)?;
        Interrupt::note()
    }

    /// The same, for a program that says itself what a further signal does.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn note() -> io::Result<Interrupt> {
        let signal = Arc::new(AtomicUsize::new(0));
        let hangs_up = !is_ignored(SIGHUP);
        for noted in [SIGTERM, SIGINT]
            .into_iter()
            .chain(hangs_up.then_some(SIGHUP))
        {
            flag::register_usize(noted, Arc::clone(&signal), noted.unsigned_abs() as usize)?;
        }
        Ok(Interrupt { signal })
    }

    /// Whether to stop.
    pub fn is_requested(&self) -> bool {
        self.signal.load(Ordering::Relaxed) != 0
    }

    /// The signal that came since this was asked last.
    pub fn take(&self) -> Option<i32> {
        let signal = self.signal.swap(0, Ordering::Relaxed);
        (signal != 0).then_some(signal as i32)
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
