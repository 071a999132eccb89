//! The loss model of a network that was never trained, from the models of networks that were.

use std::collections::BTreeSet;

use super::beta_regression::{AssessedCandidate, BetaRegression, Observation, choose};
use super::bootstrap::Resampling;
use super::loss_model::LossModel;
use super::steps::Step;
use super::student_scores::StudentScores;
use super::training_set::{Family, TrainedModel, TrainingSet};
use crate::statistics::interval::Interval;
use crate::statistics::random::SplitMix64;

/// Depths of 6n + 2 that a regression needs: two for a line, a third to judge it by.
pub const FEWEST_DEPTHS: usize = 3;

/// A regression for each β.
#[derive(Debug, Clone, PartialEq)]
pub struct LossRegression {
    /// The chosen regressions of β₀, β₁ and β₂.
    pub betas: [BetaRegression; 3],
    /// All candidates for β₀, β₁ and β₂ with their leave-one-depth-out errors.
    pub assessed: [Vec<AssessedCandidate>; 3],
    /// How the three β err together.
    scores: StudentScores,
}

/// Why no regression or no prediction can be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // each field is named in the message
pub enum RegressionError {
    #[error(
        "found models of `{found}` depths of the form 6n + 2 among `{models}`, expected at least \
         `{FEWEST_DEPTHS}`; hint: train ResNet-20, 32, 44 and 56"
    )]
    TooFewDepths { found: usize, models: usize },
    #[error(
        "no candidate fits β{beta} with a residual left; hint: train more depths on each hardware"
    )]
    NoCandidate { beta: usize },
    #[error("no model was trained on `{hardware}`; expected one of `{known}`")]
    UnknownHardware { hardware: String, known: String },
    #[error(
        "the regressions give β₀ = {beta0}, β₁ = {beta1} and β₂ = {beta2} at depth `{depth}`, which \
         is no loss; hint: train more depths"
    )]
    NoLoss {
        depth: u64,
        beta0: f64,
        beta1: f64,
        beta2: f64,
    },
}

/// A predicted loss model with its uncertainty.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedLossModel {
    /// The model of the predicted β.
    pub model: LossModel,
    /// The 95 % intervals of β₀, β₁ and β₂, each by itself.
    pub intervals: [Interval; 3],
    /// Models drawn from the joint uncertainty of the three β.
    pub draws: Vec<LossModel>,
}

impl LossRegression {
    /// Chooses and fits a regression for each β, by leave-one-depth-out error among the
    /// [`CANDIDATES`](super::beta_regression::CANDIDATES).
    ///
    /// # Errors
    /// Where there are fewer than three depths of the form 6n + 2, or more effects than models.
    pub fn fit(set: &TrainingSet) -> Result<Self, RegressionError> {
        check_depths(set.models())?;
        let columns = [0, 1, 2].map(|beta| beta_column(set.models(), beta));
        let mut assessed = Vec::new();
        let mut betas = Vec::new();
        for (beta, column) in columns.iter().enumerate() {
            let (candidates, chosen) = choose(column);
            assessed.push(candidates);
            betas.push(chosen.ok_or(RegressionError::NoCandidate { beta })?);
        }
        let (betas, assessed) = (three(betas), three(assessed));
        Ok(Self {
            scores: student_scores(&betas, &columns),
            betas,
            assessed,
        })
    }

    /// Predicts the loss model of a network of depth 6n + 2 on `hardware`.
    ///
    /// The draws move each β by Student-t scores of its own degrees of freedom, whose normal parts
    /// are correlated as the residuals are: β that err together in the fitted models err together
    /// in the draws.
    ///
    /// # Errors
    /// Where the models of some β hold none that was trained on `hardware`, or where the predicted β
    /// give no finite loss: a line over depth can reach zero, and β₀ = β₁ = 0 is an infinite one.
    pub fn predict(
        &self,
        depth: u64,
        hardware: &str,
        resampling: Resampling,
    ) -> Result<PredictedLossModel, RegressionError> {
        let predicted = self.predict_known(depth, hardware, resampling);
        let predicted = predicted.ok_or_else(|| RegressionError::UnknownHardware {
            hardware: hardware.to_owned(),
            known: self.hardware().join("`, `"),
        })?;
        let LossModel {
            beta0,
            beta1,
            beta2,
        } = predicted.model;
        let is_finite = [beta0, beta1, predicted.model.loss_at(Step(1.0))]
            .into_iter()
            .all(f64::is_finite);
        match is_finite {
            true => Ok(predicted),
            false => Err(RegressionError::NoLoss {
                depth,
                beta0,
                beta1,
                beta2,
            }),
        }
    }

    /// The hardware that can be predicted for, sorted: what the regressions of all three β know.
    pub fn hardware(&self) -> Vec<&str> {
        let [beta0, others @ ..] = &self.betas;
        let is_known = |name: &&String| others.iter().all(|beta| beta.hardware.contains(name));
        beta0
            .hardware
            .iter()
            .filter(is_known)
            .map(String::as_str)
            .collect()
    }

    fn predict_known(
        &self,
        depth: u64,
        hardware: &str,
        resampling: Resampling,
    ) -> Option<PredictedLossModel> {
        let mut random = SplitMix64::new(resampling.seed);
        let draw = |_| {
            let scores = self.scores.draw(&mut random);
            model(|beta| self.betas[beta].predict_moved(depth, hardware, scores[beta]))
        };
        let [beta0, beta1, beta2] = &self.betas;
        Some(PredictedLossModel {
            draws: (0..resampling.refits).map(draw).collect::<Option<_>>()?,
            model: model(|beta| self.betas[beta].predict(depth, hardware))?,
            intervals: [
                beta0.interval(depth, hardware)?,
                beta1.interval(depth, hardware)?,
                beta2.interval(depth, hardware)?,
            ],
        })
    }
}

fn model(beta: impl Fn(usize) -> Option<f64>) -> Option<LossModel> {
    Some(LossModel {
        beta0: beta(0)?,
        beta1: beta(1)?,
        beta2: beta(2)?,
    })
}

fn check_depths(models: &[TrainedModel]) -> Result<(), RegressionError> {
    let family = models
        .iter()
        .filter(|trained| trained.family == Family::SixNPlusTwo);
    let depths: BTreeSet<u64> = family.map(|trained| trained.depth).collect();
    if depths.len() < FEWEST_DEPTHS {
        return Err(RegressionError::TooFewDepths {
            found: depths.len(),
            models: models.len(),
        });
    }
    Ok(())
}

fn beta_column(models: &[TrainedModel], beta: usize) -> Vec<Observation<'_>> {
    let of = |model: LossModel| [model.beta0, model.beta1, model.beta2][beta];
    models
        .iter()
        .map(|trained| Observation {
            trained,
            beta: of(trained.model),
        })
        .collect()
}

/// Scores correlated as the residuals of the models of depth 6n + 2, which every scope holds.
fn student_scores(betas: &[BetaRegression; 3], columns: &[Vec<Observation>; 3]) -> StudentScores {
    let residuals = std::array::from_fn(|beta| betas[beta].family_residuals(&columns[beta]));
    let degrees = std::array::from_fn(|beta| betas[beta].regression.degrees_of_freedom);
    StudentScores::new(&residuals, degrees)
}

fn three<T>(items: Vec<T>) -> [T; 3] {
    items
        .try_into()
        .unwrap_or_else(|_| unreachable!("one for each of β₀, β₁ and β₂"))
}

#[cfg(test)]
mod tests;
