//! The roofline: what a device can reach at most with so many operations for each byte.
//!
//! Williams, Waterman, Patterson, *Roofline: An Insightful Visual Performance Model for Multicore
//! Architectures*, CACM 2009. A layer whose bytes are moved once, while it computes, takes the longer
//! of the two times.

use super::paleo::Work;
use super::positive::{NotPositive, positive};

/// The two limits of a device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Roofline {
    peak: f64,
    bandwidth: f64,
}

impl Roofline {
    /// The roof of a peak in FLOP/s, at 2 FLOPs per MAC, and a bandwidth in bytes/s.
    ///
    /// # Errors
    /// One of them is 0, negative or not finite.
    pub fn new(peak: f64, bandwidth: f64) -> Result<Roofline, NotPositive> {
        Ok(Roofline {
            peak: positive("peak", peak)?,
            bandwidth: positive("bandwidth", bandwidth)?,
        })
    }

    /// Bytes per second.
    pub fn bandwidth(self) -> f64 {
        self.bandwidth
    }

    /// Operations for each byte from which on the peak is the limit: peak / bandwidth.
    pub fn ridge(self) -> f64 {
        self.peak / self.bandwidth
    }

    /// The most FLOP/s with so many operations for each byte: min(peak, bandwidth · intensity).
    pub fn attainable(self, intensity: f64) -> f64 {
        self.peak.min(self.bandwidth * intensity)
    }

    /// The least time for some work: max(FLOPs / peak, bytes / bandwidth).
    pub fn seconds(self, work: Work) -> f64 {
        (work.flops as f64 / self.peak).max(work.bytes() as f64 / self.bandwidth)
    }
}

/// Operations for each byte that is moved; none for a layer that moves nothing.
pub fn intensity(work: Work) -> Option<f64> {
    (work.bytes() > 0).then(|| work.flops as f64 / work.bytes() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(flops: u64, read_bytes: u64, written_bytes: u64) -> Work {
        Work {
            flops,
            read_bytes,
            written_bytes,
        }
    }

    /// Williams et al., Fig. 1a: two Opterons X2 with a peak of 17.6 GFLOP/s and 15 GB/s. Beyond the
    /// ridge the peak is the limit, before it the bandwidth.
    #[test]
    fn the_papers_opterons() {
        let opteron = Roofline::new(17.6e9, 15e9).expect("both are positive");
        assert!((opteron.ridge() - 1.173).abs() < 1e-3);
        assert_eq!(opteron.attainable(4.0), 17.6e9);
        assert_eq!(opteron.attainable(0.5), 7.5e9);
    }

    /// At 8 FLOP/s and 2 bytes/s, 4 FLOPs for each byte are the ridge.
    #[test]
    fn the_longer_time_counts() {
        let roof = Roofline::new(8.0, 2.0).expect("both are positive");
        assert_eq!(roof.ridge(), 4.0);
        assert_eq!(roof.seconds(work(80, 3, 1)), 10.0);
        assert_eq!(roof.seconds(work(8, 3, 1)), 2.0);
        assert_eq!(intensity(work(8, 3, 1)), Some(2.0));
        assert_eq!(intensity(work(0, 0, 0)), None);
        let error = Roofline::new(8.0, 0.0)
            .expect_err("no bandwidth")
            .to_string();
        assert_eq!(
            error,
            "`bandwidth` is `0`; expected a finite number above 0"
        );
    }
}
