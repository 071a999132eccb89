//! Speed of synchronous training, Eq. (4).

use super::error::{SpeedError, check_coefficients};
use super::fit::{Measurement, fit};
use crate::topics::operations::analysis::positive::positive;

/// Speed of synchronous training, Eq. (4):
/// f(p, w) = 1 / (θ₀·M/w + θ₁ + θ₂·w/p + θ₃·w + θ₄·p), steps per second, where the batch of M
/// images is shared by all workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SynchronousSpeed {
    /// θ₀: seconds per image of a worker, M/w.
    pub images_per_worker: f64,
    /// θ₁: seconds of a step whatever the numbers.
    pub constant: f64,
    /// θ₂: seconds per worker and server, w/p.
    pub workers_per_server: f64,
    /// θ₃: seconds per worker.
    pub workers: f64,
    /// θ₄: seconds per parameter server.
    pub servers: f64,
}

impl SynchronousSpeed {
    /// Coefficients in the order of Eq. (4) and of Table 2.
    ///
    /// # Errors
    /// One that is negative or not finite, or all 0.
    pub fn new(coefficients: [f64; 5]) -> Result<SynchronousSpeed, SpeedError> {
        let names = [
            "images_per_worker",
            "constant",
            "workers_per_server",
            "workers",
            "servers",
        ];
        check_coefficients(&names, &coefficients)?;
        let [
            images_per_worker,
            constant,
            workers_per_server,
            workers,
            servers,
        ] = coefficients;
        Ok(SynchronousSpeed {
            images_per_worker,
            constant,
            workers_per_server,
            workers,
            servers,
        })
    }

    /// The coefficients in the order of Eq. (4).
    pub fn coefficients(&self) -> [f64; 5] {
        [
            self.images_per_worker,
            self.constant,
            self.workers_per_server,
            self.workers,
            self.servers,
        ]
    }

    /// Seconds of one step: θ₀·M/w + θ₁ + θ₂·w/p + θ₃·w + θ₄·p.
    ///
    /// # Errors
    /// No server, no worker, or fewer images in the batch than workers.
    pub fn step_seconds(&self, servers: u64, workers: u64, batch: u64) -> Result<f64, SpeedError> {
        let regressors = SynchronousSpeed::regressors(servers, workers, batch)?;
        let terms = std::iter::zip(self.coefficients(), regressors).map(|(theta, x)| theta * x);
        Ok(terms.sum())
    }

    /// Steps per second, Eq. (4).
    ///
    /// # Errors
    /// As [`SynchronousSpeed::step_seconds`].
    pub fn steps_per_second(
        &self,
        servers: u64,
        workers: u64,
        batch: u64,
    ) -> Result<f64, SpeedError> {
        Ok(1.0 / self.step_seconds(servers, workers, batch)?)
    }

    /// The real number of workers at which a step is shortest:
    /// w* = √(θ₀·M / (θ₂/p + θ₃)), where the derivative of the step's time by w is 0.
    ///
    /// # Errors
    /// No server or no image, or no such number: θ₀ is 0 (one worker is best), or θ₂ and θ₃
    /// are (more workers are always better).
    pub fn best_workers_by_formula(&self, servers: u64, batch: u64) -> Result<f64, SpeedError> {
        let p = positive("servers", servers as f64)?;
        let m = positive("batch", batch as f64)?;
        let cost = self.workers_per_server / p + self.workers;
        if self.images_per_worker == 0.0 {
            return Err(SpeedError::OneWorkerIsBest);
        }
        if cost == 0.0 {
            return Err(SpeedError::MoreWorkersAreBetter);
        }
        Ok((self.images_per_worker * m / cost).sqrt())
    }

    /// The number of workers from 1 to `most` at which a step is shortest, by trying each; the
    /// smallest of equals.
    ///
    /// # Errors
    /// As [`SynchronousSpeed::step_seconds`] for `most` workers.
    pub fn best_workers_by_search(
        &self,
        servers: u64,
        batch: u64,
        most: u64,
    ) -> Result<u64, SpeedError> {
        least(most, |workers| self.step_seconds(servers, workers, batch))
    }

    /// The number of workers from 1 to `most` whose workers together take the least time for a
    /// step, w / f(p, w), by trying each; the smallest of equals. No term of w / f falls with w, so
    /// that it is one worker for every choice of coefficients.
    ///
    /// # Errors
    /// As [`SynchronousSpeed::step_seconds`] for `most` workers.
    pub fn cheapest_workers_by_search(
        &self,
        servers: u64,
        batch: u64,
        most: u64,
    ) -> Result<u64, SpeedError> {
        least(most, |workers| {
            Ok(workers as f64 * self.step_seconds(servers, workers, batch)?)
        })
    }

    /// Fits the coefficients to measured speeds by nonnegative least squares: 1/f is linear in
    /// them. Each equation is divided by its 1/f, so that the sum is over squared relative
    /// errors of a step's time and slow configurations do not outweigh fast ones.
    ///
    /// Measurements must vary p apart from w: with p = w throughout, w/p is the constant 1, and
    /// the fit cannot tell θ₁ from θ₂ nor θ₃ from θ₄.
    ///
    /// # Errors
    /// Fewer measurements than coefficients, or one that is not possible.
    pub fn fit(measurements: &[Measurement]) -> Result<SynchronousSpeed, SpeedError> {
        let row = |m: &Measurement| {
            Ok((
                SynchronousSpeed::regressors(m.servers, m.workers, m.batch)?,
                1.0,
            ))
        };
        SynchronousSpeed::new(fit(measurements, row)?)
    }

    fn regressors(servers: u64, workers: u64, batch: u64) -> Result<[f64; 5], SpeedError> {
        let p = positive("servers", servers as f64)?;
        let w = positive("workers", workers as f64)?;
        if batch < workers {
            return Err(SpeedError::BatchTooSmall { batch, workers });
        }
        Ok([batch as f64 / w, 1.0, w / p, w, p])
    }
}

/// The number of workers from 1 to `most` with the least of a quantity; the smallest of equals.
fn least(most: u64, quantity: impl Fn(u64) -> Result<f64, SpeedError>) -> Result<u64, SpeedError> {
    let mut least = (1, quantity(most.min(1))?);
    for workers in 2..=most {
        let found = quantity(workers)?;
        if found < least.1 {
            least = (workers, found);
        }
    }
    Ok(least.0)
}
