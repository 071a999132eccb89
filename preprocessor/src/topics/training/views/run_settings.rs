//! What was chosen before a run, in the words of tables and legends.

use crate::catalogue::RunFacts;
use crate::topics::names::readable;
use crate::views::shown::listed;
use results::{
    Arithmetic, Configuration, FrozenBatchNorm, PlannedRun, TimingConfiguration, Trainable,
    Training, TrainingConfiguration,
};

/// One setting of several runs: what it is called and its text in each run.
pub(crate) struct Setting {
    /// The name inside a sentence: `learning rate`.
    pub(crate) name: &'static str,
    /// The text for each run, in the order of the runs.
    pub(crate) texts: Vec<String>,
}

impl Setting {
    /// The name at the head of a column: `Learning rate`.
    pub(crate) fn head(&self) -> String {
        let (first, rest) = self.name.split_at(1);
        first.to_uppercase() + rest
    }

    fn differs(&self) -> bool {
        self.texts.windows(2).any(|pair| pair[0] != pair[1])
    }
}

/// The settings of the runs: those that differ between them, and those that do not.
pub(crate) fn settings(runs: &[&RunFacts]) -> (Vec<Setting>, Vec<Setting>) {
    let of_runs: Vec<_> = runs.iter().map(|run| of_run(&run.planned)).collect();
    let mut names: Vec<&'static str> = Vec::new();
    for (name, _) in of_runs.iter().flatten() {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let all = names.into_iter().map(|name| Setting {
        name,
        texts: of_runs
            .iter()
            .map(|settings| {
                let found = settings.iter().find(|(known, _)| *known == name);
                found.map_or("none".to_owned(), |(_, text)| text.clone())
            })
            .collect(),
    });
    all.partition(Setting::differs)
}

/// Settings that several runs share: `network VGG-16; batch 64`.
pub(crate) fn in_words(settings: &[Setting]) -> String {
    let texts: Vec<_> = settings
        .iter()
        .filter_map(|setting| Some(format!("{} {}", setting.name, setting.texts.first()?)))
        .collect();
    texts.join("; ")
}

fn of_run(run: &PlannedRun) -> Vec<(&'static str, String)> {
    let (mut settings, seed) = match &run.configuration {
        Configuration::Training(configuration) => of_training_run(configuration),
        Configuration::Timing(configuration) => of_timing(configuration),
    };
    settings.push(("seed", seed.to_string()));
    settings.push(("hardware", readable(&run.hardware.to_string()).to_owned()));
    settings
}

/// The settings of a training run, and its seed.
fn of_training_run(configuration: &TrainingConfiguration) -> (Vec<(&'static str, String)>, u64) {
    let TrainingConfiguration {
        network,
        depth: _,
        image_px,
        batch_size,
        arithmetic,
        seed,
        data,
        initial_weights,
        training,
    } = configuration;
    let mut settings = of_network(network, *image_px, *arithmetic, *batch_size);
    settings.extend(of_training(training));
    settings.push(("data", data.name.clone()));
    if let Some(weights) = initial_weights {
        settings.push(("initial weights", weights.name.clone()));
    }
    (settings, *seed)
}

/// The settings of a timing, and its seed.
fn of_timing(configuration: &TimingConfiguration) -> (Vec<(&'static str, String)>, u64) {
    let TimingConfiguration {
        network,
        depth: _,
        image_px,
        batch_size,
        arithmetic,
        seed,
        timing,
    } = configuration;
    let mut settings = of_network(network, *image_px, *arithmetic, *batch_size);
    settings.push(("trials", timing.trials.to_string()));
    settings.push(("iterations", timing.iterations.to_string()));
    (settings, *seed)
}

fn of_network(
    network: &str,
    image_px: u64,
    arithmetic: Arithmetic,
    batch_size: u64,
) -> Vec<(&'static str, String)> {
    vec![
        ("network", readable(network).to_owned()),
        ("image side", format!("{image_px} px")),
        ("arithmetic", arithmetic.to_string()),
        ("batch", batch_size.to_string()),
    ]
}

fn of_training(training: &Training) -> Vec<(&'static str, String)> {
    let rate = &training.learning_rate;
    let milestones: Vec<_> = rate.milestones.iter().map(u64::to_string).collect();
    let mut settings = vec![
        ("epochs", training.epochs.to_string()),
        ("learning rate", rate.base.to_string()),
    ];
    if !milestones.is_empty() {
        let text = format!(
            "{} after epochs {}",
            factor(rate.factor),
            listed(&milestones)
        );
        settings.push(("schedule", text));
    }
    settings.extend([
        ("momentum", training.momentum.to_string()),
        ("weight decay", training.weight_decay.to_string()),
        ("augmentation", augmentation(training)),
    ]);
    if training.trainable == Trainable::ClassifierOnly {
        settings.push(("trained layers", "the last".to_owned()));
    }
    match training.frozen_batch_norm {
        FrozenBatchNorm::None => {}
        FrozenBatchNorm::StoredStatistics => {
            settings.push(("frozen BatchNorm", "with stored statistics".to_owned()));
        }
        FrozenBatchNorm::TrainingImages => {
            let text = "with statistics of the training images";
            settings.push(("frozen BatchNorm", text.to_owned()));
        }
    }
    settings
}

fn augmentation(training: &Training) -> String {
    let augmentation = &training.augmentation;
    let crop = match augmentation.crop_padding_px {
        0 => None,
        padding => Some(format!("crops from {padding} px of padding")),
    };
    let flip = augmentation.horizontal_flip.then(|| "mirroring".to_owned());
    let changes: Vec<_> = crop.into_iter().chain(flip).collect();
    match changes.is_empty() {
        true => "none".to_owned(),
        false => listed(&changes),
    }
}

/// What happens to a learning rate: `÷ 10`, `× 0.3`.
pub(crate) fn factor(factor: f64) -> String {
    let divisor = 1.0 / factor;
    match divisor.fract() == 0.0 {
        true => format!("÷ {divisor}"),
        false => format!("× {factor}"),
    }
}
