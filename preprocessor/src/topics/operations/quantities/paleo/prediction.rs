//! The predicted time of some passes, and that of each group of their layers.

use super::calibration::Calibration;
use super::{GROUPS, Timed};
use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Missing, Quantity};
use crate::statistics::median_interval::median;
use crate::topics::operations::analysis::layers::LayerKind;
use crate::topics::operations::analysis::paleo::{Platform, Work};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The prediction of some passes.
pub(super) struct Predicted<'a> {
    pub(super) timed: &'a Timed<'a>,
    /// Predicted over measured time.
    pub(super) ratio: Arc<Quantity>,
    /// The same of each group of layers that the network has, timed by themselves.
    pub(super) groups: BTreeMap<&'static str, Arc<Quantity>>,
}

impl<'a> Predicted<'a> {
    pub(super) fn add(
        catalogue: &mut Catalogue,
        timed: &'a Timed<'a>,
        calibration: Option<&Calibration>,
    ) -> Self {
        let platform = calibration.map_or(Err(Missing::NotMeasured), |it| it.platform.clone());
        let constants = calibration.map(|it| vec![it.speed.clone(), it.bandwidth.clone()]);
        let constants = constants.unwrap_or_default();
        let time = Quantity::computed(
            timed.name("time"),
            Unit::Second,
            "analysis::paleo::Platform::seconds",
            constants.clone(),
            seconds(timed, &platform),
        );
        let measured = timed.passes.pass_time(catalogue);
        let ratio = Formula::of("predicted", &time) / Formula::of("measured", &measured);
        let ratio = ratio.quantity(timed.name("ratio"), Unit::One);
        let groups = groups(timed, &platform, &constants);
        for quantity in [&time, &ratio].into_iter().chain(groups.values()) {
            catalogue.add(quantity.clone());
        }
        Predicted {
            timed,
            ratio,
            groups,
        }
    }

    /// Whether the constants are not its own.
    pub(super) fn is_test(&self) -> bool {
        !self.timed.is_calibration()
    }
}

fn seconds(timed: &Timed, platform: &Result<Platform, Missing>) -> Result<f64, Missing> {
    let work = timed.work()?;
    Ok(platform.clone()?.seconds(work))
}

fn groups(
    timed: &Timed,
    platform: &Result<Platform, Missing>,
    constants: &[Arc<Quantity>],
) -> BTreeMap<&'static str, Arc<Quantity>> {
    let has = |kinds: &[LayerKind]| kinds.iter().any(|kind| timed.kinds.contains(kind));
    let of_one = |(leaf, _, kinds): (&'static str, _, &[LayerKind])| {
        let group = Quantity::computed(
            timed.name(&format!("kind.{leaf}")),
            Unit::One,
            "predicted time of these layers / median of their times by themselves",
            constants.to_vec(),
            of_group(timed, kinds, platform),
        );
        has(kinds).then_some((leaf, group))
    };
    GROUPS.into_iter().filter_map(of_one).collect()
}

/// The predicted over the measured time of the layers of these kinds.
fn of_group(
    timed: &Timed,
    kinds: &[LayerKind],
    platform: &Result<Platform, Missing>,
) -> Result<f64, Missing> {
    let (layers, platform) = (timed.layers()?, platform.clone()?);
    let layers = layers.iter().filter(|layer| kinds.contains(&layer.kind));
    let work: Work = layers.clone().map(|layer| layer.work).sum();
    // Of a run that has begun, not every layer has the last trial.
    let trials = layers.clone().map(|layer| layer.trials.len()).min();
    let of_trial = |trial| layers.clone().map(|layer| layer.trials[trial]).sum();
    let trials: Vec<f64> = (0..trials.unwrap_or(0)).map(of_trial).collect();
    let measured = median(&trials).ok_or(Missing::NotMeasured)?;
    Ok(platform.seconds(work) / measured.value)
}
