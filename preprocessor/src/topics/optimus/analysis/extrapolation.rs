//! How far the first part of a run predicts the rest of it.
//!
//! Eq. (1) of Peng et al. 2018 knows no schedule; Sec. 7 forgets what was before a drop of the
//! learning rate, as if a new job began.

use super::fitted_run::{stages_without_outliers, without_outliers};
use super::loss_curve::LossCurve;
use super::loss_fit::fit;
use super::loss_model::LossModel;
use super::prediction_error::PredictionError;
use super::steps::Step;

/// What of the known part of a run a model is fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// All of it.
    WholeRun,
    /// What came after the last drop of the learning rate so far.
    SinceLastDrop,
}

/// A loss model that counts from a step of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extrapolation {
    /// The step at which the model begins.
    pub start: Step,
    /// The model, in steps since then.
    pub model: LossModel,
}

impl Extrapolation {
    /// Fits the first `known` points of a run. Outliers are replaced within each stage, as in
    /// [`FittedRun`](super::fitted_run::FittedRun).
    ///
    /// `None` where they are too few to fit, such as three after a drop.
    pub fn of(curve: &LossCurve, drops: &[Step], known: usize, memory: Memory) -> Option<Self> {
        let known = LossCurve::new(curve.points().take(known).collect()).ok()?;
        // What drops after the last known point has changed none of them.
        let is_past = |drop: &&Step| **drop < known.last_step();
        let drops: Vec<Step> = drops.iter().filter(is_past).copied().collect();
        let stages = stages_without_outliers(&known, &drops);
        let (start, curve) = match memory {
            Memory::WholeRun => (Step(0.0), without_outliers(&known, &stages)),
            Memory::SinceLastDrop => stages.ok()?.pop()?,
        };
        let model = fit(&curve);
        Some(Extrapolation { start, model })
    }

    /// The loss in nats at a step of the run, not before the model begins.
    pub fn loss_at(self, step: Step) -> f64 {
        self.model.loss_at(Step(step.0 - self.start.0))
    }
}

/// How far the loss at a run's last point is missed by what is known of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorAtEnd {
    /// The number of points that are known.
    pub known: usize,
    /// |predicted − measured| / measured by one model since the start.
    pub one_model: Option<f64>,
    /// The same by a model that restarts at each drop of the learning rate.
    pub restarted: Option<f64>,
}

impl ErrorAtEnd {
    /// The errors when so many points of `curve` are known.
    pub fn of(curve: &LossCurve, drops: &[Step], known: usize) -> Self {
        let error = |memory| {
            let model = Extrapolation::of(curve, drops, known, memory)?;
            let last = curve.points().next_back();
            let error = PredictionError::of(last, |step| model.loss_at(step))?;
            Some(error.last.abs())
        };
        let has_dropped = { curve.points().take(known) }
            .any(|(step, _)| drops.first().is_some_and(|first| step > *first));
        let one_model = error(Memory::WholeRun);
        ErrorAtEnd {
            known,
            one_model,
            // Before the first drop both are one, and every fit takes time.
            restarted: match has_dropped {
                true => error(Memory::SinceLastDrop),
                false => one_model,
            },
        }
    }
}

#[cfg(test)]
mod tests;
