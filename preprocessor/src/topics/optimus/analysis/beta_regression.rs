//! One β of the loss model over depth and hardware, with the form chosen by leaving depths out.

use std::collections::BTreeSet;

use super::training_set::{Family, TrainedModel};
use crate::statistics::interval::{CONFIDENCE, Interval};
use crate::statistics::linear_regression::LinearRegression;
use crate::statistics::student_t::central_quantile;

/// How β depends on depth d; each form has an offset for every hardware but the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// β = a: the depth does not matter.
    Constant,
    /// β = a + b·d.
    Linear,
    /// ln β = a + b·ln d.
    LogLog,
}

/// Which models a regression is fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every depth, ResNet-18 included.
    AllFamilies,
    /// Only the networks of depth 6n + 2, among them the ResNet-50 that is predicted.
    SixNPlusTwo,
}

/// A form and the models it is fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// How β depends on depth.
    pub form: Form,
    /// Which models are fitted.
    pub scope: Scope,
}

/// The candidates, simplest first, so that a tie goes to the simpler.
pub const CANDIDATES: [Candidate; 6] = [
    Candidate::new(Form::Constant, Scope::SixNPlusTwo),
    Candidate::new(Form::Constant, Scope::AllFamilies),
    Candidate::new(Form::Linear, Scope::SixNPlusTwo),
    Candidate::new(Form::Linear, Scope::AllFamilies),
    Candidate::new(Form::LogLog, Scope::SixNPlusTwo),
    Candidate::new(Form::LogLog, Scope::AllFamilies),
];

impl Candidate {
    const fn new(form: Form, scope: Scope) -> Self {
        Self { form, scope }
    }
}

/// A candidate with what choosing it would have cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AssessedCandidate {
    /// The candidate.
    pub candidate: Candidate,
    /// Root mean squared error of β over the left-out models of depth 6n + 2, in the unit of β.
    ///
    /// `None` where it cannot be fitted: a logarithm of 0, or too few models once a depth is left
    /// out.
    pub leave_one_out_error: Option<f64>,
}

/// One observed β.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observation<'a> {
    pub(crate) trained: &'a TrainedModel,
    pub(crate) beta: f64,
}

/// A candidate fitted to observations.
#[derive(Debug, Clone, PartialEq)]
pub struct BetaRegression {
    /// What was fitted.
    pub candidate: Candidate,
    /// The hardware that the regression knows, sorted; the first has no offset.
    pub hardware: Vec<String>,
    /// The fit of β, or of ln β for [`Form::LogLog`]: intercept, slope where there is one, hardware
    /// offsets.
    pub regression: LinearRegression,
}

impl BetaRegression {
    pub(crate) fn fit(candidate: Candidate, observations: &[Observation]) -> Option<Self> {
        let inside: Vec<&Observation> = observations
            .iter()
            .filter(|seen| candidate.scope.holds(seen.trained.family))
            .collect();
        let names: BTreeSet<&String> = inside.iter().map(|seen| &seen.trained.hardware).collect();
        let hardware: Vec<String> = names.into_iter().cloned().collect();
        let row = |seen: &&Observation| {
            design_row(
                candidate.form,
                &hardware,
                seen.trained.depth,
                &seen.trained.hardware,
            )
        };
        let design = inside.iter().map(row).collect::<Option<Vec<_>>>()?;
        let response = inside.iter().map(|seen| candidate.form.response(seen.beta));
        let response = response.collect::<Option<Vec<f64>>>()?;
        let regression = LinearRegression::fit(&design, &response)?;
        Some(Self {
            candidate,
            hardware,
            regression,
        })
    }

    /// The predicted β; `None` for hardware that no fitted model was trained on.
    pub fn predict(&self, depth: u64, hardware: &str) -> Option<f64> {
        let row = design_row(self.candidate.form, &self.hardware, depth, hardware)?;
        Some(self.candidate.form.beta(self.regression.predict(&row)))
    }

    /// The predicted β moved by `scores` standard errors of a new observation, on the scale of the
    /// fit.
    pub(crate) fn predict_moved(&self, depth: u64, hardware: &str, scores: f64) -> Option<f64> {
        let row = design_row(self.candidate.form, &self.hardware, depth, hardware)?;
        let moved =
            self.regression.predict(&row) + scores * self.regression.standard_error(&row)?;
        Some(self.candidate.form.beta(moved))
    }

    /// The residuals on the models of depth 6n + 2, on the scale of the fit.
    pub(crate) fn family_residuals(&self, observations: &[Observation]) -> Vec<f64> {
        let inside = observations
            .iter()
            .filter(|seen| self.candidate.scope.holds(seen.trained.family));
        let pairs = inside.zip(&self.regression.residuals);
        let family = pairs.filter(|(seen, _)| seen.trained.family == Family::SixNPlusTwo);
        family.map(|(_, residual)| *residual).collect()
    }

    /// The 95 % interval of a new model's β, ŷ ± t s √(1 + xᵀ(XᵀX)⁻¹x), never below 0.
    ///
    /// Student's t and not a bootstrap: a dozen residuals or fewer are too few to stand for their
    /// distribution. The interval takes the form as given; that it was chosen among several is not
    /// in its width.
    pub fn interval(&self, depth: u64, hardware: &str) -> Option<Interval> {
        let scores = central_quantile(CONFIDENCE, self.regression.degrees_of_freedom)?;
        Some(Interval {
            low: self.predict_moved(depth, hardware, -scores)?,
            high: self.predict_moved(depth, hardware, scores)?,
        })
    }
}

/// Assesses every candidate and returns the best that can be fitted. It has a degree of freedom left: its error
/// comes of fits without one depth, which takes a row at least.
pub(crate) fn choose(
    observations: &[Observation],
) -> (Vec<AssessedCandidate>, Option<BetaRegression>) {
    let assessed = CANDIDATES.map(|candidate| AssessedCandidate {
        candidate,
        leave_one_out_error: leave_one_out_error(candidate, observations),
    });
    let mut ranked: Vec<(f64, Candidate)> = assessed
        .iter()
        .filter_map(|assessed| Some((assessed.leave_one_out_error?, assessed.candidate)))
        .collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranked = ranked.into_iter();
    let chosen = ranked.find_map(|(_, best)| BetaRegression::fit(best, observations));
    (assessed.to_vec(), chosen)
}

/// Leaves out one depth at a time, with all its hardware: what is asked for is a depth that was
/// never seen.
///
/// Only models of depth 6n + 2 are left out, so that all candidates are judged on the family of
/// ResNet-50.
fn leave_one_out_error(candidate: Candidate, observations: &[Observation]) -> Option<f64> {
    let judged = observations
        .iter()
        .filter(|seen| is_judged(seen, observations));
    let squares = judged.map(|left_out| {
        let is_kept = |seen: &&Observation| seen.trained.depth != left_out.trained.depth;
        let kept: Vec<Observation> = observations.iter().filter(is_kept).copied().collect();
        let fit = BetaRegression::fit(candidate, &kept)?;
        let predicted = fit.predict(left_out.trained.depth, &left_out.trained.hardware)?;
        Some((predicted - left_out.beta).powi(2))
    });
    let squares = squares.collect::<Option<Vec<f64>>>()?;
    (!squares.is_empty()).then(|| (squares.iter().sum::<f64>() / squares.len() as f64).sqrt())
}

/// Whether the model is of depth 6n + 2 and its hardware is known from another such depth.
fn is_judged(judged: &Observation, observations: &[Observation]) -> bool {
    let family = |seen: &Observation| seen.trained.family == Family::SixNPlusTwo;
    let known = observations.iter().any(|seen| {
        family(seen)
            && seen.trained.depth != judged.trained.depth
            && seen.trained.hardware == judged.trained.hardware
    });
    family(judged) && known
}

impl Scope {
    fn holds(self, family: Family) -> bool {
        self == Self::AllFamilies || family == Family::SixNPlusTwo
    }
}

impl Form {
    fn response(self, beta: f64) -> Option<f64> {
        match self {
            Self::Constant | Self::Linear => Some(beta),
            Self::LogLog => (beta > 0.0).then(|| beta.ln()),
        }
    }

    fn beta(self, response: f64) -> f64 {
        match self {
            Self::Constant | Self::Linear => response.max(0.0),
            Self::LogLog => response.exp(),
        }
    }
}

/// Intercept, depth and an indicator for each hardware but the first; `None` for unknown hardware.
fn design_row(form: Form, known: &[String], depth: u64, hardware: &str) -> Option<Vec<f64>> {
    let position = known.iter().position(|name| name == hardware)?;
    let depth = match form {
        Form::Constant => None,
        Form::Linear => Some(depth as f64),
        Form::LogLog => Some((depth as f64).ln()),
    };
    let indicators = (1..known.len()).map(|index| f64::from(u8::from(index == position)));
    Some(
        std::iter::once(1.0)
            .chain(depth)
            .chain(indicators)
            .collect(),
    )
}

#[cfg(test)]
mod tests;
