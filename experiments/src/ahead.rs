//! What the next epoch needs is made on a thread of its own while the present one trains.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// What each epoch needs, a step ahead; no thread outlives it.
pub(crate) struct Ahead<T> {
    make: Arc<dyn Fn(u64) -> T + Send + Sync>,
    epochs: u64,
    next: Option<(u64, JoinHandle<T>)>,
}

impl<T: Send + 'static> Ahead<T> {
    /// `make` makes what an epoch needs, counted from 1 to `epochs`, the same whenever it is asked.
    pub(crate) fn new(epochs: u64, make: impl Fn(u64) -> T + Send + Sync + 'static) -> Ahead<T> {
        Ahead {
            make: Arc::new(make),
            epochs,
            next: None,
        }
    }

    /// What `epoch` needs; from here on that of the epoch after it is made.
    pub(crate) fn take(&mut self, epoch: u64) -> T {
        let made = self.next.take();
        let made = made.map(|(of, thread)| (of, thread.join().expect("no panic in the making")));
        let made = made.and_then(|(of, made)| (of == epoch).then_some(made));
        let made = made.unwrap_or_else(|| (self.make)(epoch));
        if epoch < self.epochs {
            let make = Arc::clone(&self.make);
            self.next = Some((epoch + 1, thread::spawn(move || make(epoch + 1))));
        }
        made
    }
}

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        // Of a panic the thread has told; nobody needs what it made.
        let _ = self.next.take().map(|(_, thread)| thread.join());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_epoch_gets_its_own_also_where_one_is_left_out_or_taken_again() {
        let mut ahead = Ahead::new(9, |epoch| 10 * epoch);
        let taken = [1, 2, 3, 7, 8, 8, 2, 9].map(|epoch| ahead.take(epoch));
        assert_eq!(taken, [10, 20, 30, 70, 80, 80, 20, 90]);
    }

    /// The second is made by another thread before anybody asks for it, and none after the last.
    #[test]
    fn the_next_one_is_made_meanwhile() {
        let (made, making) = channel();
        let made = Mutex::new(made);
        let mut ahead = Ahead::new(2, move |epoch| {
            let here = thread::current().id();
            made.lock().unwrap().send((epoch, here)).unwrap();
            epoch
        });
        let here = thread::current().id();
        let next = |making: &std::sync::mpsc::Receiver<_>| {
            making.recv_timeout(Duration::from_secs(60)).unwrap()
        };
        ahead.take(1);
        assert_eq!(next(&making), (1, here));
        let (epoch, there) = next(&making);
        assert!(epoch == 2 && there != here);
        assert_eq!(ahead.take(2), 2);
        drop(ahead);
        assert!(making.try_recv().is_err());
    }

    #[test]
    fn no_thread_outlives_it() {
        let held = Arc::new(());
        let holds = Arc::clone(&held);
        let mut ahead = Ahead::new(9, move |epoch| {
            let _holds = &holds;
            thread::sleep(Duration::from_millis(if epoch == 1 { 0 } else { 200 }));
        });
        ahead.take(1);
        drop(ahead);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
