//! How far a run is within an epoch: what a session that stops in its middle leaves to the next one.

use std::fmt;

use anyhow::Result;
use results::Record;
use serde::{Deserialize, Serialize};

use crate::epoch::Trainer;

/// How far an epoch is: steps that were taken, and the sums over their images.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Steps.
    pub steps: u64,
    /// The losses of their images, each under the weights of its step, in nats.
    pub loss: f64,
    /// Images that were classified correctly.
    pub hits: i64,
    /// Time of the steps, in seconds.
    pub seconds: f64,
}

/// Looks on while an epoch is trained: says where it begins, what was done, and whether it goes on.
pub trait Onlooker {
    /// The steps of the epoch that an earlier session took.
    fn begun(&self) -> Part;

    /// A step over `images` images was issued. `part`, which waits for the device, says how far the epoch is since the
    /// first step of this session. Whether to go on.
    ///
    /// # Errors
    /// What the file system refuses.
    fn step(&mut self, trainer: &Trainer, images: u64, part: &dyn Fn() -> Part) -> Result<bool>;

    /// A pass over `images` images that trains nothing was issued. Whether to go on.
    fn pass(&mut self, images: u64) -> bool;
}

/// Nobody looks on: the whole epoch is trained.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Onlooker for Unwatched {
    fn begun(&self) -> Part {
        Part::default()
    }

    fn step(&mut self, _: &Trainer, _: u64, _: &dyn Fn() -> Part) -> Result<bool> {
        Ok(true)
    }

    fn pass(&mut self, _: u64) -> bool {
        true
    }
}

/// How far a saved run is: whole epochs, and steps of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Epochs.
    pub epochs: u64,
    /// Steps of the epoch after them.
    pub steps: u64,
}

impl Position {
    /// The position in the name `epoch-N.safetensors` or `epoch-N-step-M.safetensors` of a checkpoint.
    pub fn of_file(name: &str) -> Option<Position> {
        let name = name.strip_prefix("epoch-")?.strip_suffix(".safetensors")?;
        let (epochs, steps) = name.split_once("-step-").unwrap_or((name, "0"));
        let number = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        Some(Position {
            epochs: number(epochs)?,
            steps: number(steps)?,
        })
    }

    /// The name of the checkpoint.
    pub fn file(self) -> String {
        let Position { epochs, steps } = self;
        match steps {
            0 => format!("epoch-{epochs:06}.safetensors"),
            _ => format!("epoch-{epochs:06}-step-{steps:06}.safetensors"),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}", self.epochs)?;
        match self.steps {
            0 => Ok(()),
            steps => write!(f, " and {steps} steps"),
        }
    }
}

/// How far a run is, in epochs and parts of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// Epochs that are done.
    pub epochs: f64,
    /// Epochs that are planned.
    pub planned: u64,
}

impl Reached {
    /// After the epochs of `record`, and `part` of the next one.
    pub fn new(record: &Record, part: &Part) -> Reached {
        let counted = { record.measured.as_trained() }.map(|trained| &trained.counted);
        let counts = counted.and_then(|counted| counted.images_per_class.get("train"));
        let images = counts.map_or(0, |counts| counts.iter().sum());
        let batch_size = { record.configuration.as_training() }.map_or(1, |it| it.batch_size);
        let seen = part.steps * batch_size;
        Reached::after(record.done(), record.planned(), seen, images)
    }

    /// After so many epochs of the `planned` ones, and so many of the `images` of the next one.
    pub fn after(done: u64, planned: u64, seen: u64, images: u64) -> Reached {
        Reached {
            epochs: done as f64 + seen.min(images) as f64 / images.max(1) as f64,
            planned,
        }
    }

    /// The epochs with so many decimals, rounded down: 2.99 are not three.
    pub fn rounded(&self, decimals: i32) -> f64 {
        let scale = 10_f64.powi(decimals);
        (self.epochs * scale + 1e-9).floor() / scale
    }

    fn all(&self) -> String {
        let noun = if self.planned == 1 { "epoch" } else { "epochs" };
        format!("{} {noun}", self.planned)
    }

    /// One; for two digits of the first epoch, which may be long, more.
    fn decimals(&self) -> i32 {
        match self.epochs {
            first if first > 0.0 && first < 1.0 => 1 - (first.log10().floor() as i32),
            _ => 1,
        }
    }

    /// From `before` to here and what is left, with as many decimals as tell the two apart.
    pub fn since(&self, before: &Reached) -> String {
        let differ = |decimals: &i32| before.rounded(*decimals) != self.rounded(*decimals);
        let decimals = (before.decimals()..8).find(differ).unwrap_or(8);
        let [from, to] = [before, self].map(|reached| reached.rounded(decimals));
        let left = Reached {
            epochs: self.planned as f64 - to,
            ..*self
        };
        let left = left.rounded(decimals);
        format!("from {from} to {to} of {}, {left} are left", self.all())
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epochs = self.rounded(self.decimals());
        write!(f, "{epochs} of {}", self.all())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_checkpoints() {
        let check = |epochs, steps, name: &str| {
            let position = Position { epochs, steps };
            assert_eq!(position.file(), name);
            assert_eq!(Position::of_file(name), Some(position));
        };
        check(3, 0, "epoch-000003.safetensors");
        check(0, 12, "epoch-000000-step-000012.safetensors");
        for name in [
            "epoch-3-step-.safetensors",
            "epoch--step-3.safetensors",
            "epoch-3-step-+1.safetensors",
            "epoch-3-step-1-step-1.safetensors",
            "epoch-3.safetensors.before",
        ] {
            assert_eq!(Position::of_file(name), None, "{name}");
        }
        let at = |epochs, steps| Position { epochs, steps };
        assert!(at(2, 9) < at(3, 0) && at(3, 0) < at(3, 1));
    }

    /// The last batch of 50,000 images in batches of 32 has 16: 500 of 1,563 steps are a bit less than a third, and 0.32
    /// of the images.
    #[test]
    fn parts_of_an_epoch_are_counted_in_images() {
        let epochs = |done, seen, images| Reached::after(done, 350, seen, images).epochs;
        assert_eq!(epochs(0, 500 * 32, 50_000), 0.32);
        assert_eq!(epochs(2, 1563 * 32, 50_000), 3.0);
        assert_eq!(epochs(3, 0, 0), 3.0);
    }

    #[test]
    fn epochs_are_told_apart() {
        let at = |epochs: f64| Reached {
            epochs,
            planned: 350,
        };
        let check = |before: f64, after: f64, expect: &str| {
            assert_eq!(at(after).since(&at(before)), expect);
        };
        check(
            0.0096,
            0.018,
            "from 0.0096 to 0.018 of 350 epochs, 349.982 are left",
        );
        check(0.0, 2.55, "from 0 to 2.5 of 350 epochs, 347.5 are left");
        check(
            0.0,
            0.00123,
            "from 0 to 0.001 of 350 epochs, 349.999 are left",
        );
        check(
            3.1201,
            3.1255,
            "from 3.12 to 3.125 of 350 epochs, 346.875 are left",
        );
        for (epochs, expect) in [
            (0.0, "0"),
            (0.00123, "0.0012"),
            (0.3, "0.3"),
            (2.99, "2.9"),
            (350.0, "350"),
        ] {
            assert_eq!(at(epochs).to_string(), format!("{expect} of 350 epochs"));
        }
    }
}
