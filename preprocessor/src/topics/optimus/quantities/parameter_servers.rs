//! Training speed with parameter servers (Peng et al., Eq. 4) from the quoted coefficients.

use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use crate::topics::optimus::analysis::parameter_server::{SpeedError, SynchronousSpeed};
use std::sync::Arc;

/// The numbers of servers that the book compares.
pub const SERVERS: [u64; 2] = [2, 4];
/// The overall batches that the book compares: the one inferred for the coefficients, the one of
/// the CIFAR runs, and twice that.
pub const BATCHES: [u64; 3] = [40, 128, 256];
/// The most workers that a plot or a search goes to.
pub const MOST_WORKERS: u64 = 40;

/// The numbers of workers that the book compares: the fastest, half of it rounded up, and the one
/// whose workers together take the least time.
pub(crate) const CHOICES: [&str; 3] = ["best", "half", "cheapest"];

/// Where the quoted coefficients of Eq. (4) are.
pub const QUOTED: &str = "optimus.synchronous";
/// Where those are that were fitted to measured speeds.
pub const FITTED: &str = "speed_fit";

/// How many coefficients Eq. (4) has.
pub const COEFFICIENTS: usize = 5;

/// The coefficients of Eq. (4) that begin with `prefix`, where the book has them.
pub fn coefficients(catalogue: &Catalogue, prefix: &str) -> Option<[Arc<Quantity>; COEFFICIENTS]> {
    let coefficient = |index: usize| catalogue.known(&format!("{prefix}.t{index}"));
    let all: Vec<_> = (0..COEFFICIENTS).map_while(coefficient).collect();
    all.try_into().ok()
}

/// The speed function of these coefficients.
///
/// # Errors
/// Where a coefficient is negative or not finite.
pub fn speed(coefficients: &[Arc<Quantity>; 5]) -> Result<SynchronousSpeed, SpeedError> {
    SynchronousSpeed::new(
        coefficients
            .each_ref()
            .map(|c| c.known().unwrap_or(f64::NAN)),
    )
}

pub(crate) fn add(catalogue: &mut Catalogue) -> Result<(), String> {
    let Some(coefficients) = coefficients(catalogue, QUOTED) else {
        return Ok(());
    };
    let Some(images) = catalogue.known("cifar10.train") else {
        return Ok(());
    };
    add_all(catalogue, &coefficients, &images)
}

fn add_all(
    catalogue: &mut Catalogue,
    coefficients: &[Arc<Quantity>; COEFFICIENTS],
    images: &Arc<Quantity>,
) -> Result<(), String> {
    let speed = speed(coefficients).map_err(|error| error.to_string())?;
    for batch in BATCHES {
        let per_epoch = Formula::of("images", images)
            / Formula::known(&batch.to_string(), batch as f64, Unit::Image);
        let name = format!("optimus.steps_per_epoch.m{batch}");
        let steps_per_epoch = per_epoch.rounded_up().quantity(name, Unit::Step);
        for servers in SERVERS {
            let setting = Setting {
                coefficients,
                speed,
                steps_per_epoch: &steps_per_epoch,
                servers,
                batch,
            };
            setting.add(catalogue).map_err(|error| error.to_string())?;
        }
        catalogue.add(steps_per_epoch);
    }
    Ok(())
}

/// So many servers and so large an overall batch.
struct Setting<'a> {
    coefficients: &'a [Arc<Quantity>; COEFFICIENTS],
    speed: SynchronousSpeed,
    steps_per_epoch: &'a Arc<Quantity>,
    servers: u64,
    batch: u64,
}

impl Setting<'_> {
    fn name(&self, leaf: &str) -> String {
        format!("optimus.p{}.m{}.{leaf}", self.servers, self.batch)
    }

    /// Adds what each of the [`CHOICES`] of a number of workers takes and costs.
    fn add(&self, catalogue: &mut Catalogue) -> Result<(), SpeedError> {
        let by_formula = self
            .speed
            .best_workers_by_formula(self.servers, self.batch)?;
        let function = "√(θ₀ M / (θ₂ / p + θ₃))";
        catalogue.add(self.workers("best_workers_formula", function, by_formula));
        let chosen = self.choices()?;
        let [best, others @ ..] = std::array::from_fn::<_, { CHOICES.len() }, _>(|index| {
            self.add_choice(catalogue, CHOICES[index], &chosen[index])
        });
        for (choice, other) in std::iter::zip(&CHOICES[1..], &others) {
            self.add_comparison(catalogue, choice, other, &best);
        }
        for workers in chosen {
            catalogue.add(workers);
        }
        Ok(())
    }

    /// The numbers of workers, in the order of [`CHOICES`].
    fn choices(&self) -> Result<[Arc<Quantity>; CHOICES.len()], SpeedError> {
        let (servers, batch) = (self.servers, self.batch);
        let best = self
            .speed
            .best_workers_by_search(servers, batch, MOST_WORKERS)?;
        let function = "search over whole numbers of workers";
        let best = self.workers("best_workers", function, best as f64);
        let half = Formula::of("w", &best) / Formula::known("2", 2.0, Unit::One);
        let half = half
            .rounded_up()
            .quantity(self.name("half_workers"), Unit::One);
        let cheapest = self
            .speed
            .cheapest_workers_by_search(servers, batch, MOST_WORKERS)?;
        let function = "search over whole numbers of workers for the least w / f(p, w)";
        let cheapest = self.workers("cheapest_workers", function, cheapest as f64);
        Ok([best, half, cheapest])
    }

    fn workers(&self, leaf: &str, function: &str, value: f64) -> Arc<Quantity> {
        let function = format!("{function}, p = {}, M = {}", self.servers, self.batch);
        let inputs = self.coefficients.to_vec();
        Quantity::computed(self.name(leaf), Unit::One, function, inputs, Ok(value))
    }

    /// Adds the time of a step with so many workers and its speed, and the time and the cost of an
    /// epoch.
    fn add_choice(
        &self,
        catalogue: &mut Catalogue,
        choice: &str,
        workers: &Arc<Quantity>,
    ) -> PerEpoch {
        let name = |leaf: &str| self.name(&format!("{choice}_{leaf}"));
        let step_time = self
            .step_seconds(workers)
            .quantity(name("step_time"), Unit::Second);
        let speed = 1.0 / Formula::of("time of a step", &step_time);
        let time = Formula::of("steps of an epoch", self.steps_per_epoch)
            * Formula::of("time of a step", &step_time);
        let time = time.quantity(name("epoch_time"), Unit::Second);
        let cost = Formula::of("w", workers) * Formula::of("time of an epoch", &time);
        let cost = cost.quantity(name("epoch_cost"), Unit::Second);
        for quantity in [
            step_time,
            speed.quantity(name("speed"), Unit::StepPerSecond),
            time.clone(),
            cost.clone(),
        ] {
            catalogue.add(quantity);
        }
        PerEpoch { time, cost }
    }

    /// 1 / f(p, w), Eq. (4).
    fn step_seconds(&self, workers: &Arc<Quantity>) -> Formula {
        let [t0, t1, t2, t3, t4] = self.coefficients;
        let known = |value: u64, unit| Formula::known(&value.to_string(), value as f64, unit);
        let workers = || Formula::of("w", workers);
        let servers = || known(self.servers, Unit::One);
        let images = known(self.batch, Unit::Image);
        Formula::of("θ₀", t0) * (images / workers())
            + Formula::of("θ₁", t1)
            + Formula::of("θ₂", t2) * (workers() / servers())
            + Formula::of("θ₃", t3) * workers()
            + Formula::of("θ₄", t4) * servers()
    }

    /// Adds by what share this choice takes longer than the fastest and costs less.
    fn add_comparison(
        &self,
        catalogue: &mut Catalogue,
        choice: &str,
        other: &PerEpoch,
        best: &PerEpoch,
    ) {
        let name = |leaf: &str| self.name(&format!("{choice}_{leaf}"));
        let best_time = || Formula::of("time at the best w", &best.time);
        let slowdown = (Formula::of("time", &other.time) - best_time()) / best_time();
        catalogue.add(slowdown.quantity(name("slowdown"), Unit::One));
        let best_cost = || Formula::of("cost at the best w", &best.cost);
        let saving = (best_cost() - Formula::of("cost", &other.cost)) / best_cost();
        catalogue.add(saving.quantity(name("saving"), Unit::One));
    }
}

/// What an epoch takes.
struct PerEpoch {
    /// In seconds.
    time: Arc<Quantity>,
    /// In seconds of all workers together.
    cost: Arc<Quantity>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With coefficients of which none is 0, as θ₃ of the paper is.
    #[test]
    fn the_formula_is_that_of_the_search() {
        let coefficients = [0.7, 1.3, 2.1, 0.4, 0.9];
        let mut catalogue = Catalogue::default();
        let exact = |name: &str, unit, value| Quantity::exact(name, unit, value, "made up");
        for (index, value) in coefficients.into_iter().enumerate() {
            catalogue.add(exact(&format!("{QUOTED}.t{index}"), Unit::Second, value));
        }
        catalogue.add(exact("cifar10.train", Unit::Image, 50_000.0));
        add(&mut catalogue).expect("sound coefficients");
        let speed = SynchronousSpeed::new(coefficients).expect("sound coefficients");
        let value = |name: String| catalogue.known(&name).and_then(|it| it.known());
        for (servers, batch) in [(2, 40), (4, 128), (4, 256)] {
            for choice in CHOICES {
                let leaf = |leaf: &str| format!("optimus.p{servers}.m{batch}.{choice}_{leaf}");
                let workers = value(leaf("workers")).expect("a number of workers") as u64;
                let expect = speed.step_seconds(servers, workers, batch).expect("a time");
                assert_eq!(
                    value(leaf("step_time")),
                    Some(expect),
                    "{}",
                    leaf("step_time")
                );
            }
        }
        let time = catalogue
            .known("optimus.p2.m40.best_step_time")
            .expect("it is there");
        let made = time.provenance().to_string();
        assert!(
            made.starts_with("θ₀ × 40 / w + θ₁ + θ₂ × w / 2 + θ₃ × w + θ₄ × 2 of "),
            "{made}"
        );
    }
}
