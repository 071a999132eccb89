//! The fitted models from which those of an unseen network are predicted.

use super::loss_model::LossModel;

/// The depth that is predicted and therefore never fitted: ResNet-50.
pub const HELD_OUT_DEPTH: u64 = 50;

/// Which depths can be compared with one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// He et al. 2015, Sec. 4.2: three stages of 16, 32 and 64 channels, depth 6n + 2.
    SixNPlusTwo,
    /// Any other, such as ResNet-18 with its 64 to 512 channels.
    Other,
}

/// The loss model of one trained network.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedModel {
    /// The family of the network.
    pub family: Family,
    /// The number of weighted layers.
    pub depth: u64,
    /// What it was trained on: a device, an arithmetic, or both; models with equal text share an
    /// effect.
    pub hardware: String,
    /// The fitted model.
    pub model: LossModel,
}

/// Trained models without ResNet-50.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingSet {
    models: Vec<TrainedModel>,
}

/// Why models are no training set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // each field is named in the message
pub enum TrainingSetError {
    #[error(
        "model `{index}` has depth `{HELD_OUT_DEPTH}`, which is to be predicted; \
         hint: compare the prediction with it instead"
    )]
    HeldOut { index: usize },
    #[error("model `{index}` has depth `0`; expected at least 1")]
    NoDepth { index: usize },
    #[error("β{beta} of model `{index}` is `{value}`; expected a finite number of 0 or more")]
    BadBeta {
        index: usize,
        beta: usize,
        value: f64,
    },
}

impl TrainingSet {
    /// Takes the models, several of one depth and hardware (other seeds) included.
    ///
    /// # Errors
    /// Where a model has depth 50, whatever its family, depth 0, or a β that is no finite number of
    /// 0 or more.
    pub fn new(models: Vec<TrainedModel>) -> Result<Self, TrainingSetError> {
        for (index, trained) in models.iter().enumerate() {
            match trained.depth {
                HELD_OUT_DEPTH => return Err(TrainingSetError::HeldOut { index }),
                0 => return Err(TrainingSetError::NoDepth { index }),
                _ => check_betas(index, trained.model)?,
            }
        }
        Ok(Self { models })
    }

    /// The models.
    pub fn models(&self) -> &[TrainedModel] {
        &self.models
    }
}

fn check_betas(index: usize, model: LossModel) -> Result<(), TrainingSetError> {
    for (beta, value) in [model.beta0, model.beta1, model.beta2]
        .into_iter()
        .enumerate()
    {
        if !(value.is_finite() && value >= 0.0) {
            return Err(TrainingSetError::BadBeta { index, beta, value });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(depth: u64, beta1: f64, expected: &str) {
        let trained = |depth, beta1| TrainedModel {
            family: Family::SixNPlusTwo,
            depth,
            hardware: "fp32".to_owned(),
            model: LossModel {
                beta0: 1e-3,
                beta1,
                beta2: 0.0,
            },
        };
        let found = TrainingSet::new(vec![trained(20, 0.5), trained(depth, beta1)]);
        let shown = found.map_or_else(
            |error| error.to_string(),
            |set| format!("{} models", set.models().len()),
        );
        assert_eq!(shown, expected);
    }

    #[test]
    fn resnet_50_is_refused() {
        check(
            50,
            0.5,
            "model `1` has depth `50`, which is to be predicted; hint: compare the prediction with it instead",
        );
    }

    #[test]
    fn other_models() {
        check(56, 0.5, "2 models");
        check(0, 0.5, "model `1` has depth `0`; expected at least 1");
        check(
            20,
            f64::NAN,
            "β1 of model `1` is `NaN`; expected a finite number of 0 or more",
        );
        check(
            20,
            -1.0,
            "β1 of model `1` is `-1`; expected a finite number of 0 or more",
        );
    }
}
