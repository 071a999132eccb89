//! SIGTERM, Ctrl-C and a terminal that is closed (SIGHUP): the state is saved after the step in work.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether the user asked the program to stop.
pub struct Interrupt {
    requested: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on SIGTERM, Ctrl-C and SIGHUP are noted instead of ending the program. A second SIGTERM or Ctrl-C ends it
    /// at once; two different ones do not, since a program of `plan run` gets SIGTERM from it and SIGINT when it dies.
    /// SIGHUP comes more than once when a terminal closes, and not at all under `nohup`.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn listen() -> io::Result<Interrupt> {
        for signal in [SIGTERM, SIGINT] {
            let seen = Arc::new(AtomicBool::new(false));
            flag::register_conditional_default(signal, Arc::clone(&seen))?;
            flag::register(signal, seen)?;
        }
        Interrupt::note()
    }

    /// The same, for a program that says itself what a further signal does.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn note() -> io::Result<Interrupt> {
        let requested = Arc::new(AtomicBool::new(false));
        let hangs_up = !is_ignored(SIGHUP);
        for signal in [SIGTERM, SIGINT]
            .into_iter()
            .chain(hangs_up.then_some(SIGHUP))
        {
            flag::register(signal, Arc::clone(&requested))?;
        }
        Ok(Interrupt { requested })
    }

    /// Whether to stop.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }

    /// Whether there was a signal since this was asked last.
    pub fn is_new(&self) -> bool {
        self.requested.swap(false, Ordering::Relaxed)
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
