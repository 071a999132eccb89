//! The time in which the program works. What passes while it is stopped, by SIGSTOP or with its container, is none.
//!
//! A thread notes the monotonic clock ten times a second. A pause of more than a second between two notes means that the
//! threads of the program did not run. The clock itself stands still while the machine sleeps.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Time between two notes.
const BEAT: Duration = Duration::from_millis(100);
/// A longer time between two notes is a stop; a busy machine alone delays a thread by less.
const STOP: Duration = Duration::from_secs(1);

/// Measures time without stops.
#[derive(Debug)]
pub(crate) struct WorkingTime {
    pulse: Arc<Mutex<Pulse>>,
}

/// A moment from which to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    at: Instant,
    stopped: Duration,
}

#[derive(Debug)]
struct Pulse {
    last: Instant,
    stopped: Duration,
}

impl WorkingTime {
    /// Begins to watch; the thread ends when this is dropped.
    pub(crate) fn watch() -> WorkingTime {
        let last = Instant::now();
        let stopped = Duration::ZERO;
        let pulse = Arc::new(Mutex::new(Pulse { last, stopped }));
        let watched = Arc::downgrade(&pulse);
        thread::spawn(move || {
            while let Some(pulse) = watched.upgrade() {
                beat(&pulse, Instant::now());
                drop(pulse);
                thread::sleep(BEAT);
            }
        });
        WorkingTime { pulse }
    }

    /// Now.
    pub(crate) fn now(&self) -> Moment {
        // The thread may not have run since a stop ended, so this is a beat too.
        let at = Instant::now();
        let stopped = beat(&self.pulse, at);
        Moment { at, stopped }
    }

    /// Time since `moment` without stops, in seconds.
    pub(crate) fn seconds_since(&self, moment: Moment) -> f64 {
        let now = self.now();
        let stopped = now.stopped - moment.stopped;
        now.at
            .duration_since(moment.at)
            .saturating_sub(stopped)
            .as_secs_f64()
    }

    /// `seconds` that were measured after `moment` with a clock that does not know of stops: no more than the program
    /// worked since. More than passed since is not of this time, such as features that another run computed, and stays.
    pub(crate) fn without_stops(&self, seconds: f64, moment: Moment) -> f64 {
        let passed = moment.at.elapsed().as_secs_f64();
        match seconds <= passed {
            true => seconds.min(self.seconds_since(moment)),
            false => seconds,
        }
    }
}

/// Notes that the program runs at `now`; the time that it was stopped so far.
fn beat(pulse: &Mutex<Pulse>, now: Instant) -> Duration {
    let mut pulse = pulse.lock().unwrap_or_else(PoisonError::into_inner);
    let since = now.saturating_duration_since(pulse.last);
    if since > STOP {
        pulse.stopped += since - BEAT;
    }
    pulse.last = pulse.last.max(now);
    pulse.stopped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_pauses_are_stops() {
        let start = Instant::now();
        let pulse = Mutex::new(Pulse {
            last: start,
            stopped: Duration::ZERO,
        });
        let check = |at_ms: u64, expect_ms: u64| {
            let stopped = beat(&pulse, start + Duration::from_millis(at_ms));
            assert_eq!(stopped, Duration::from_millis(expect_ms), "{at_ms}");
        };
        check(100, 0);
        check(1_000, 0);
        check(5_000, 3_900);
        check(4_900, 3_900); // two threads that overtake each other
        check(5_100, 3_900);
        check(65_100, 63_800);
    }

    #[test]
    fn seconds_of_another_time_stay() {
        let working = WorkingTime::watch();
        let moment = working.now();
        working.pulse.lock().unwrap().stopped += Duration::from_secs(100);
        assert_eq!(working.without_stops(30.0, moment), 30.0);
        assert_eq!(working.without_stops(0.0, moment), 0.0);
        assert_eq!(working.seconds_since(moment), 0.0);
    }
}
