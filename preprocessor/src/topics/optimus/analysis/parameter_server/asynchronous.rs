//! Speed of asynchronous training, Eq. (3).

use super::dot;
use super::error::{SpeedError, check_coefficients};
use super::fit::{Measurement, fit};
use crate::topics::operations::analysis::positive::positive;

/// Speed of asynchronous training, Eq. (3):
/// f(p, w) = w / (θ₀ + θ₁·w/p + θ₂·w + θ₃·p), steps of all workers together per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AsynchronousSpeed {
    /// θ₀: seconds of a step whatever the numbers.
    pub constant: f64,
    /// θ₁: seconds per worker and server, w/p.
    pub workers_per_server: f64,
    /// θ₂: seconds per worker.
    pub workers: f64,
    /// θ₃: seconds per parameter server.
    pub servers: f64,
}

impl AsynchronousSpeed {
    /// Coefficients in the order of Eq. (3) and of Table 2.
    ///
    /// # Errors
    /// One that is negative or not finite, or all 0.
    pub fn new(coefficients: [f64; 4]) -> Result<AsynchronousSpeed, SpeedError> {
        let names = ["constant", "workers_per_server", "workers", "servers"];
        check_coefficients(&names, &coefficients)?;
        let [constant, workers_per_server, workers, servers] = coefficients;
        Ok(AsynchronousSpeed {
            constant,
            workers_per_server,
            workers,
            servers,
        })
    }

    /// Steps of all workers together per second.
    ///
    /// # Errors
    /// No server or no worker.
    pub fn steps_per_second(&self, servers: u64, workers: u64) -> Result<f64, SpeedError> {
        let regressors = AsynchronousSpeed::regressors(servers, workers)?;
        let coefficients = [
            self.constant,
            self.workers_per_server,
            self.workers,
            self.servers,
        ];
        Ok(workers as f64 / dot(&coefficients, &regressors))
    }

    /// Fits the coefficients to measured speeds, as [`SynchronousSpeed::fit`] does; the
    /// measurements' batches do not matter.
    ///
    /// # Errors
    /// As [`SynchronousSpeed::fit`].
    ///
    /// [`SynchronousSpeed::fit`]: super::SynchronousSpeed::fit
    pub fn fit(measurements: &[Measurement]) -> Result<AsynchronousSpeed, SpeedError> {
        let row = |m: &Measurement| {
            let regressors = AsynchronousSpeed::regressors(m.servers, m.workers)?;
            Ok((regressors, m.workers as f64))
        };
        AsynchronousSpeed::new(fit(measurements, row)?)
    }

    fn regressors(servers: u64, workers: u64) -> Result<[f64; 4], SpeedError> {
        let p = positive("servers", servers as f64)?;
        let w = positive("workers", workers as f64)?;
        Ok([1.0, w / p, w, p])
    }
}
