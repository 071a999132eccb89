//! Is the number of epochs to a target independent of the hardware? A permutation test.

use std::collections::{BTreeMap, BTreeSet};

use crate::statistics::random::SplitMix64;

/// The epochs that one run needed.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochsToTarget {
    /// What may be compared: runs of one network with one recipe share a text.
    pub network: String,
    /// What the run was trained on: a device, an arithmetic, or both.
    pub hardware: String,
    /// Epochs until the target was reached.
    pub epochs: f64,
}

/// What the test says.
#[derive(Debug, Clone, PartialEq)]
pub enum Independence {
    /// The runs cannot tell.
    NotTestable {
        /// Why, as a clause that follows "not testable: ".
        reason: String,
    },
    /// The test was made.
    Tested(PermutationTest),
}

/// A permutation test of the mean epochs by hardware.
#[derive(Debug, Clone, PartialEq)]
pub struct PermutationTest {
    /// The share of relabellings whose spread between hardware is at least the observed.
    pub p_value: f64,
    /// The smallest p that these runs could have given.
    pub smallest_p: f64,
    /// Mean epochs beyond the network's mean, by hardware.
    pub mean_excess_epochs: BTreeMap<String, f64>,
    /// The number of runs compared.
    pub runs: usize,
}

/// The p below which independence is rejected.
pub const SIGNIFICANCE: f64 = 0.05;

const RELABELLINGS: u32 = 9_999;

/// Tests whether epochs to the target depend on the hardware, by relabelling it within each
/// network.
///
/// If the hardware does not matter, every assignment of the labels within a network is equally
/// likely and only the seed makes runs differ. The statistic is Σ_h n_h m_h², m_h the mean over
/// hardware h of epochs less the network's mean; p is the share, counting the observed, of 9,999
/// random relabellings that reach it. One run per network and hardware suffices, given enough
/// networks. A large p does not prove independence: see the excess beside it. Source: Edgington and
/// Onghena, Randomization Tests, 2007 (randomised blocks).
pub fn test_independence(runs: &[EpochsToTarget], seed: u64) -> Independence {
    let blocks = Blocks::new(runs);
    let smallest_p = blocks.smallest_p();
    if let Some(reason) = blocks.why_not_testable(smallest_p) {
        return Independence::NotTestable { reason };
    }
    Independence::Tested(PermutationTest {
        p_value: blocks.p_value(seed).max(smallest_p),
        smallest_p,
        mean_excess_epochs: blocks.mean_excess(),
        runs: blocks.excess.iter().map(Vec::len).sum(),
    })
}

/// Runs by network, those networks alone that ran on more than one hardware.
struct Blocks {
    hardware: Vec<String>,
    /// The index of each run's hardware.
    labels: Vec<Vec<usize>>,
    /// Each run's epochs less its network's mean.
    excess: Vec<Vec<f64>>,
}

impl Blocks {
    fn new(runs: &[EpochsToTarget]) -> Self {
        let mut networks: BTreeMap<&str, Vec<&EpochsToTarget>> = BTreeMap::new();
        for run in runs {
            networks.entry(&run.network).or_default().push(run);
        }
        networks.retain(|_, runs| runs.iter().any(|run| run.hardware != runs[0].hardware));
        let names: BTreeSet<&str> = networks
            .values()
            .flatten()
            .map(|run| run.hardware.as_str())
            .collect();
        let hardware: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let label = |run: &&EpochsToTarget| hardware.iter().position(|name| *name == run.hardware);
        Self {
            labels: networks
                .values()
                .map(|runs| runs.iter().filter_map(label).collect())
                .collect(),
            excess: networks.values().map(|runs| excess(runs)).collect(),
            hardware,
        }
    }

    fn why_not_testable(&self, smallest_p: f64) -> Option<String> {
        if self.hardware.len() < 2 {
            return Some("no network reached the target on two kinds of hardware".to_owned());
        }
        if self.excess.iter().flatten().all(|excess| *excess == 0.0) {
            return Some("every network needed the same epochs on all hardware".to_owned());
        }
        // What is rejected has a p below that.
        (smallest_p >= SIGNIFICANCE).then(|| {
            format!(
                "the smallest p that so few runs can give is {smallest_p:.2}, not below {SIGNIFICANCE}"
            )
        })
    }

    /// Relabellings that give the largest statistic, over all: H! where each network has the same
    /// labels.
    fn smallest_p(&self) -> f64 {
        let arrangements: f64 = self
            .labels
            .iter()
            .map(|labels| arrangements(labels))
            .product();
        let sorted = |labels: &Vec<usize>| {
            let mut labels = labels.clone();
            labels.sort_unstable();
            labels
        };
        let mut counts = vec![0; self.hardware.len()];
        self.labels
            .iter()
            .flatten()
            .for_each(|label| counts[*label] += 1);
        let alike = self
            .labels
            .iter()
            .all(|labels| sorted(labels) == sorted(&self.labels[0]))
            && counts.iter().all(|count| *count == counts[0]);
        let symmetries = if alike {
            factorial(self.hardware.len())
        } else {
            1.0
        };
        symmetries / arrangements
    }

    fn p_value(&self, seed: u64) -> f64 {
        let mut random = SplitMix64::new(seed);
        let observed = self.spread(&self.labels);
        let mut labels = self.labels.clone();
        let mut reaching = 1;
        for _ in 0..RELABELLINGS {
            labels.iter_mut().for_each(|labels| random.shuffle(labels));
            // Sums in another order differ by rounding: equal spreads must count as reached.
            reaching += u32::from(self.spread(&labels) >= observed * (1.0 - 1e-9));
        }
        f64::from(reaching) / f64::from(RELABELLINGS + 1)
    }

    /// Σ_h n_h m_h² for the given labels.
    fn spread(&self, labels: &[Vec<usize>]) -> f64 {
        let (sums, counts) = self.sums_by_hardware(labels);
        std::iter::zip(sums, counts)
            .map(|(sum, count)| sum * sum / count)
            .sum()
    }

    fn mean_excess(&self) -> BTreeMap<String, f64> {
        let (sums, counts) = self.sums_by_hardware(&self.labels);
        let means = std::iter::zip(sums, counts).map(|(sum, count)| sum / count);
        self.hardware.iter().cloned().zip(means).collect()
    }

    fn sums_by_hardware(&self, labels: &[Vec<usize>]) -> (Vec<f64>, Vec<f64>) {
        let mut sums = vec![0.0; self.hardware.len()];
        let mut counts = vec![0.0; self.hardware.len()];
        for (label, excess) in std::iter::zip(labels.iter().flatten(), self.excess.iter().flatten())
        {
            sums[*label] += excess;
            counts[*label] += 1.0;
        }
        (sums, counts)
    }
}

fn excess(runs: &[&EpochsToTarget]) -> Vec<f64> {
    let mean = runs.iter().map(|run| run.epochs).sum::<f64>() / runs.len() as f64;
    runs.iter().map(|run| run.epochs - mean).collect()
}

/// The number of distinct orders of labels: n! / Π nₕ!.
fn arrangements(labels: &[usize]) -> f64 {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    labels
        .iter()
        .for_each(|label| *counts.entry(*label).or_default() += 1);
    factorial(labels.len())
        / counts
            .values()
            .map(|count| factorial(*count))
            .product::<f64>()
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|factor| factor as f64).product()
}

#[cfg(test)]
mod tests;
