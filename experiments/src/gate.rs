//! A gate that several threads pass together: it opens when each has come or will never come.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// What the places of a gate share.
#[derive(Default)]
struct Gate {
    /// Places that are still held.
    missing: Mutex<usize>,
    opened: Condvar,
}

/// One thread's place before a gate. Dropped it is counted out, so that a thread that ends early keeps nobody waiting.
pub struct Place(Arc<Gate>);

impl Place {
    /// As many places before one gate.
    pub fn of_one_gate(places: usize) -> Vec<Place> {
        let gate = Arc::new(Gate {
            missing: Mutex::new(places),
            opened: Condvar::new(),
        });
        (0..places).map(|_| Place(Arc::clone(&gate))).collect()
    }

    /// Waits until all other places are given up, here or by a drop.
    pub fn pass(self) {
        let gate = Arc::clone(&self.0);
        drop(self);
        let missing = gate.missing.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = gate.opened.wait_while(missing, |missing| *missing > 0);
        drop(passed.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let missing = self.0.missing.lock();
        let mut missing = missing.unwrap_or_else(PoisonError::into_inner);
        *missing -= 1;
        if *missing == 0 {
            self.0.opened.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Two of three come; `third` decides when they pass.
    fn passed_only_after(third: impl FnOnce(Place)) {
        let mut places = Place::of_one_gate(3);
        let last = places.pop().unwrap();
        let (passed, passing) = channel();
        let threads: Vec<_> = { places.into_iter() }
            .map(|place| {
                let passed = passed.clone();
                thread::spawn(move || {
                    place.pass();
                    passed.send(()).unwrap();
                })
            })
            .collect();
        let early = passing.recv_timeout(Duration::from_millis(100));
        assert_eq!(early, Err(RecvTimeoutError::Timeout));
        third(last);
        for _ in 0..2 {
            passing.recv_timeout(Duration::from_secs(60)).unwrap();
        }
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    }

    #[test]
    fn all_pass_when_the_last_one_comes() {
        passed_only_after(Place::pass);
    }

    #[test]
    fn who_goes_away_keeps_nobody_waiting() {
        passed_only_after(drop);
    }

    #[test]
    fn nor_does_a_panic() {
        passed_only_after(|place| {
            let panicked = catch_unwind(AssertUnwindSafe(move || {
                let _place = place;
                panic!("as a run may");
            }));
            assert!(panicked.is_err());
        });
    }

    #[test]
    fn one_alone_passes_at_once() {
        Place::of_one_gate(1).into_iter().for_each(Place::pass);
    }
}
