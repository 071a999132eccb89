//! Checks a data folder: what is there, whether it is what the plan was made for, and where to get what is missing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use experiments::data::cifar10::Cifar10;
use experiments::data::flowers::Flowers;
use experiments::data::{self, check_digest};
use experiments::{pretrained, say};
use results::{DataSet, Digest, InitialWeights};

use crate::Places;

/// Which folder to check.
#[derive(Debug, Args)]
pub(crate) struct Data {
    /// Folder of the data sets and weights; MEASURED_DATA where it is not given
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// Checks the data sets and weights that the plan names.
pub(crate) fn check(places: &Places, wanted: &Data) -> Result<()> {
    let plan = places.read_plan()?;
    let folder = data::folder(wanted.data.as_deref())?;
    let training = { plan.runs.iter() }.filter_map(|run| run.configuration.as_training());
    let data_sets = { training.clone() }.map(|it| (it.data.name.clone(), it.data.clone()));
    let weights = training.filter_map(|it| it.initial_weights.clone());
    let weights = weights.map(|weights| (weights.name.clone(), weights));

    // Each once, in the order of their names, however many runs use them.
    let data_sets: BTreeMap<String, DataSet> = data_sets.collect();
    let weights: BTreeMap<String, InitialWeights> = weights.collect();
    let checks = data_sets
        .values()
        .map(|set| (set.name.as_str(), check_data_set(&folder, set)));
    let checks = checks.chain(
        weights
            .values()
            .map(|weights| (weights.name.as_str(), check_weights(&folder, weights))),
    );
    let mut wrong = 0;
    for (name, result) in checks {
        let told = match result {
            Ok(()) => format!("`{name}` is complete"),
            Err(error) => {
                wrong += 1;
                format!("`{name}`: {error:#}")
            }
        };
        say::line(&told);
    }
    if wrong == 0 {
        Ok(())
    } else {
        bail!(
            "{wrong} of {} are missing or wrong",
            data_sets.len() + weights.len()
        )
    }
}

fn check_data_set(folder: &Path, set: &DataSet) -> Result<()> {
    let found: Digest = match set.name.as_str() {
        "cifar10" => Cifar10::read(folder)?.digest,
        "vgg-flowers-72" => Flowers::read(folder)?.digest,
        other => bail!("no program here reads the data set `{other}`"),
    };
    check_digest(&set.name, folder, &found, &set.digest)
}

fn check_weights(folder: &Path, weights: &InitialWeights) -> Result<()> {
    pretrained::read(&pretrained::path(folder, &weights.name), weights).map(drop)
}
