//! The parts of a step's time, Eq. (2).

use super::error::{SpeedError, nonnegative};
use crate::topics::operations::analysis::positive::positive;

/// Time of one step on a worker, part by part: Eq. (2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepCosts {
    /// T_forward: forward pass of one image, s.
    pub forward_seconds_per_image: f64,
    /// T_back: backward pass, taken as independent of the batch, s.
    pub backward_seconds: f64,
    /// S: bytes of the model.
    pub model_bytes: f64,
    /// B: bandwidth of one parameter server, byte/s.
    pub server_bytes_per_second: f64,
    /// T_update: update of the whole model by one server, s.
    pub update_seconds: f64,
    /// δ: overhead per worker, s.
    pub seconds_per_worker: f64,
    /// δ′: overhead per parameter server, s.
    pub seconds_per_server: f64,
}

impl StepCosts {
    /// Seconds of one step for m images per worker, Eq. (2):
    ///
    /// m·T_forward + T_back + 2·(S/p)/(B/w′) + T_update·w′/p + δ·w + δ′·p
    ///
    /// w′ is the largest number of workers that talk to one parameter server at once; the paper's
    /// maximum over servers lies there.
    ///
    /// # Errors
    /// A number of servers, workers or images that is 0, or a cost that is negative or not
    /// finite, or a bandwidth that is 0, or all costs 0.
    pub fn step_seconds(
        &self,
        servers: u64,
        workers: u64,
        images_per_worker: u64,
        concurrent_workers: u64,
    ) -> Result<f64, SpeedError> {
        self.check()?;
        let servers = positive("servers", servers as f64)?;
        let workers = positive("workers", workers as f64)?;
        let images = positive("images_per_worker", images_per_worker as f64)?;
        let concurrent = positive("concurrent_workers", concurrent_workers as f64)?;
        let transfer = 2.0 * self.model_bytes / servers * concurrent / self.server_bytes_per_second;
        let compute = images * self.forward_seconds_per_image + self.backward_seconds;
        let update = self.update_seconds * concurrent / servers;
        let overhead = self.seconds_per_worker * workers + self.seconds_per_server * servers;
        Ok(positive(
            "step_seconds",
            compute + transfer + update + overhead,
        )?)
    }

    fn check(&self) -> Result<(), SpeedError> {
        positive("server_bytes_per_second", self.server_bytes_per_second)?;
        let costs = [
            ("forward_seconds_per_image", self.forward_seconds_per_image),
            ("backward_seconds", self.backward_seconds),
            ("model_bytes", self.model_bytes),
            ("update_seconds", self.update_seconds),
            ("seconds_per_worker", self.seconds_per_worker),
            ("seconds_per_server", self.seconds_per_server),
        ];
        costs
            .iter()
            .try_for_each(|&(name, value)| nonnegative(name, value))
    }
}
