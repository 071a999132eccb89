//! Optimus: training speed over parameter servers and workers.
//!
//! Peng, Bao, Chen, Wu, Guo, *Optimus*, EuroSys 2018, Sec. 3.2. p parameter servers hold the
//! weights, w workers compute gradients, and a speed is in training steps per second.
//!
//! The paper's Table 2 heads its columns θ₁ … θ₅ (asynchronous: θ₁ … θ₄) where Eq. (3) and (4)
//! say θ₀ … θ₄ (θ₀ … θ₃). The order is the same, so that column θ₁ holds θ₀. Here coefficients
//! go by what they multiply. The paper does not print the batch M behind its coefficients.

mod asynchronous;
mod error;
mod fit;
mod step_costs;
mod synchronous;

pub use asynchronous::AsynchronousSpeed;
pub use error::SpeedError;
pub use fit::Measurement;
pub use step_costs::StepCosts;
pub use synchronous::SynchronousSpeed;

use crate::topics::operations::analysis::positive::{NotPositive, positive};

/// Steps of one pass over `images`: ⌈images / batch⌉, the last batch being smaller.
///
/// # Errors
/// No images, or a batch of 0.
pub fn steps_per_epoch(images: u64, batch: u64) -> Result<u64, NotPositive> {
    positive("images", images as f64)?;
    positive("batch", batch as f64)?;
    Ok(images.div_ceil(batch))
}

/// Seconds of a training that takes so many epochs, which a model may predict as a fraction:
/// epochs · ⌈images / M⌉ / f.
///
/// # Errors
/// A number that is 0, negative or not finite.
pub fn training_seconds(
    epochs: f64,
    images: u64,
    batch: u64,
    steps_per_second: f64,
) -> Result<f64, NotPositive> {
    let steps = positive("epochs", epochs)? * steps_per_epoch(images, batch)? as f64;
    Ok(steps / positive("steps_per_second", steps_per_second)?)
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}

#[cfg(test)]
mod tests;
