//! Optimus: training speed over parameter servers and workers.
//!
//! Peng, Bao, Chen, Wu, Guo, *Optimus*, EuroSys 2018, Sec. 3.2. p parameter servers hold the
//! weights, w workers compute gradients, and a speed is in training steps per second.
//!
//! The paper's Table 2 heads its columns θ₁ … θ₅ where Eq. (4) says θ₀ … θ₄. The order is the same,
//! so that column θ₁ holds θ₀. Here coefficients go by what they multiply. The paper does not print
//! the batch M behind its coefficients. Its asynchronous training, Eq. (3), is left out.

mod error;
mod fit;
mod synchronous;

pub use error::SpeedError;
pub use fit::Measurement;
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

#[cfg(test)]
mod tests;
