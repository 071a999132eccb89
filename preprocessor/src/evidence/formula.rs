//! A formula is one item that computes and writes itself: what is printed about a number cannot
//! part from how it was made.

use super::unit::Unit;
use super::{Missing, Quantity};
use crate::statistics::mean::{mean, standard_deviation};
use std::ops::{Add, Div, Mul, Sub};
use std::sync::Arc;

/// A formula of quantities with its value, built by operators: `2.0 * operations / peak`.
#[derive(Debug, Clone)]
pub struct Formula {
    value: Result<f64, Missing>,
    /// The lowest and the highest value, where one of the quantities has an interval.
    ends: Option<(f64, f64)>,
    /// The unit that follows from those of the quantities.
    unit: Unit,
    text: String,
    precedence: Precedence,
    inputs: Vec<Arc<Quantity>>,
}

/// What must be put in parentheses inside of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Sum,
    Product,
    Whole,
}

impl Formula {
    /// A quantity, written as `symbol`.
    pub fn of(symbol: &str, quantity: &Arc<Quantity>) -> Formula {
        Formula {
            value: quantity.value.clone(),
            ends: quantity.interval,
            unit: quantity.unit,
            text: symbol.to_owned(),
            precedence: Precedence::Whole,
            inputs: vec![quantity.clone()],
        }
    }

    /// A number that was made of `inputs` without being a quantity itself, written as `symbol`.
    pub fn made_of(
        symbol: &str,
        value: Result<f64, Missing>,
        unit: Unit,
        inputs: &[Arc<Quantity>],
    ) -> Formula {
        Formula {
            value,
            inputs: inputs.to_vec(),
            ..Formula::known(symbol, f64::NAN, unit)
        }
    }

    /// A number that is known without a source, written as `symbol`.
    pub fn known(symbol: &str, value: f64, unit: Unit) -> Formula {
        Formula {
            value: Ok(value),
            ends: None,
            unit,
            text: symbol.to_owned(),
            precedence: Precedence::Whole,
            inputs: Vec::new(),
        }
    }

    /// The least whole number that is not smaller.
    #[must_use]
    pub fn rounded_up(self) -> Formula {
        Formula {
            value: self.value.map(f64::ceil),
            ends: self.ends.map(|(low, high)| (low.ceil(), high.ceil())),
            text: format!("⌈{}⌉", self.text),
            precedence: Precedence::Whole,
            ..self
        }
    }

    /// The unit that follows from those of the quantities.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The formula with a remark behind it, and what the remark speaks of among the inputs.
    #[must_use]
    pub fn noted<const N: usize>(mut self, remark: &str, inputs: [Arc<Quantity>; N]) -> Formula {
        self.text = format!("{}; {remark}", self.text);
        self.inputs.extend(inputs);
        self
    }

    /// The quantity of this name that the formula makes.
    ///
    /// # Panics
    /// In debug builds, where `unit` measures something else than what the formula gives. Counts of
    /// things, such as images and steps, are pure numbers here.
    pub fn quantity(self, name: impl Into<String>, unit: Unit) -> Arc<Quantity> {
        let name = name.into();
        debug_assert!(
            measure_alike(self.unit, unit),
            "`{name}` is in `{unit}`, and `{}` gives `{}`",
            self.text,
            self.unit
        );
        Quantity::computed(name, unit, self.text, self.inputs, self.value)
    }

    /// As [`Self::quantity`], with the interval that follows where one of the inputs has one and the
    /// others are exact or taken as such.
    pub fn quantity_with_interval(self, name: impl Into<String>, unit: Unit) -> Arc<Quantity> {
        let ends = self.ends;
        let quantity = self.quantity(name, unit);
        match ends.filter(|_| quantity.value.is_ok()) {
            Some((low, high)) => quantity.with_interval(low, high),
            None => quantity,
        }
    }

    fn combined(self, with: Formula, operator: Operator) -> Formula {
        let compute = operator.compute();
        let ends = [
            (self.ends, with.value.as_ref().ok(), true),
            (with.ends, self.value.as_ref().ok(), false),
        ];
        let mut of_one = ends.into_iter().filter_map(|(ends, other, is_left)| {
            let ((low, high), other) = (ends?, *other?);
            let end = |end| match is_left {
                true => compute(end, other),
                false => compute(other, end),
            };
            Some((end(low).min(end(high)), end(low).max(end(high))))
        });
        // Of two intervals nothing follows: how far the two err together is not known.
        let ends = match (of_one.next(), of_one.next()) {
            (Some(ends), None) => Some(ends),
            _ => None,
        };
        // A reason stays with the quantity that has it.
        let value = match (&self.value, &with.value) {
            (Ok(left), Ok(right)) => Ok(compute(*left, *right)),
            _ => Err(Missing::NotMeasured),
        };
        let unit = operator.unit(self.unit, with.unit);
        let text = operator.write(&self, &with);
        let mut inputs = self.inputs;
        for input in with.inputs {
            if !inputs.iter().any(|known| Arc::ptr_eq(known, &input)) {
                inputs.push(input);
            }
        }
        Formula {
            value,
            ends,
            unit,
            text,
            precedence: operator.precedence(),
            inputs,
        }
    }
}

/// Whether two units measure the same but for counts of things.
fn measure_alike(a: Unit, b: Unit) -> bool {
    a.over(b).is_of_counts()
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

impl Operator {
    fn compute(self) -> fn(f64, f64) -> f64 {
        match self {
            Operator::Plus => |a, b| a + b,
            Operator::Minus => |a, b| a - b,
            Operator::Times => |a, b| a * b,
            Operator::Over => |a, b| a / b,
        }
    }

    /// The unit of the result.
    fn unit(self, left: Unit, right: Unit) -> Unit {
        match self {
            Operator::Plus | Operator::Minus => {
                debug_assert!(measure_alike(left, right), "`{left}` and `{right}` differ");
                left
            }
            Operator::Times => left.times(right),
            Operator::Over => left.over(right),
        }
    }

    fn precedence(self) -> Precedence {
        match self {
            Operator::Plus | Operator::Minus => Precedence::Sum,
            Operator::Times | Operator::Over => Precedence::Product,
        }
    }

    fn write(self, left: &Formula, right: &Formula) -> String {
        let (sign, binds_right) = match self {
            Operator::Plus => ("+", false),
            Operator::Minus => ("−", true),
            Operator::Times => ("×", false),
            Operator::Over => ("/", true),
        };
        let own = self.precedence();
        let bracketed = |formula: &Formula, needed: bool| match needed {
            true => format!("({})", formula.text),
            false => formula.text.clone(),
        };
        let left = bracketed(left, left.precedence < own);
        let needed = right.precedence < own || (binds_right && right.precedence == own);
        format!("{left} {sign} {}", bracketed(right, needed))
    }
}

impl Add for Formula {
    type Output = Formula;

    fn add(self, with: Formula) -> Formula {
        self.combined(with, Operator::Plus)
    }
}

impl Sub for Formula {
    type Output = Formula;

    fn sub(self, with: Formula) -> Formula {
        self.combined(with, Operator::Minus)
    }
}

impl Mul for Formula {
    type Output = Formula;

    fn mul(self, with: Formula) -> Formula {
        self.combined(with, Operator::Times)
    }
}

impl Div for Formula {
    type Output = Formula;

    fn div(self, with: Formula) -> Formula {
        self.combined(with, Operator::Over)
    }
}

/// The number stands in the text as it is.
impl Mul<Formula> for f64 {
    type Output = Formula;

    fn mul(self, with: Formula) -> Formula {
        Formula::known(&self.to_string(), self, Unit::One) * with
    }
}

/// The number stands in the text as it is.
impl Div<Formula> for f64 {
    type Output = Formula;

    fn div(self, with: Formula) -> Formula {
        Formula::known(&self.to_string(), self, Unit::One) / with
    }
}

/// A number made of many values of one kind, with its name.
#[derive(Debug, Clone, Copy)]
pub struct Statistic {
    name: &'static str,
    compute: fn(&[f64]) -> f64,
}

impl Statistic {
    /// The arithmetic mean.
    pub const MEAN: Statistic = Statistic {
        name: "mean",
        compute: mean,
    };
    /// The standard deviation of a sample; zero for one value.
    pub const STANDARD_DEVIATION: Statistic = Statistic {
        name: "standard deviation",
        compute: standard_deviation,
    };
    /// The largest value.
    pub const LARGEST: Statistic = Statistic {
        name: "largest",
        compute: |values| values.iter().copied().fold(f64::MIN, f64::max),
    };
    /// The smallest value.
    pub const SMALLEST: Statistic = Statistic {
        name: "smallest",
        compute: |values| values.iter().copied().fold(f64::MAX, f64::min),
    };

    /// The quantity of this name that the statistic makes of `inputs`, which `over_what` tells in
    /// words: `the runs' seeds`. Without inputs, or where one of them has no value, there is none.
    pub fn over(
        self,
        over_what: &str,
        inputs: Vec<Arc<Quantity>>,
        name: impl Into<String>,
        unit: Unit,
    ) -> Arc<Quantity> {
        let values: Option<Vec<f64>> = inputs.iter().map(|input| input.known()).collect();
        let values = values.filter(|values| !values.is_empty());
        let value = values.map(|values| (self.compute)(&values));
        let value = value.ok_or(Missing::NotMeasured);
        let function = format!("{} over {over_what}", self.name);
        Quantity::computed(name, unit, function, inputs, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(name: &str, value: f64, unit: Unit) -> Arc<Quantity> {
        Quantity::exact(name, unit, value, "a definition")
    }

    fn check(formula: Formula, value: f64, text: &str) {
        assert_eq!(formula.value, Ok(value));
        assert_eq!(formula.text, text);
    }

    fn symbols() -> [Formula; 3] {
        [("a", 12.0), ("b", 3.0), ("c", 2.0)]
            .map(|(symbol, value)| Formula::of(symbol, &exact(symbol, value, Unit::One)))
    }

    #[test]
    fn what_is_written_is_what_is_computed() {
        let [a, b, c] = symbols();
        check(a.clone() + b.clone(), 15.0, "a + b");
        check(a.clone() - b.clone(), 9.0, "a − b");
        check(a.clone() * b.clone() / c.clone(), 18.0, "a × b / c");
        check(a.clone() / (b.clone() * c.clone()), 2.0, "a / (b × c)");
        check(a.clone() / b.clone() * c.clone(), 8.0, "a / b × c");
        check(a.clone() / (b.clone() / c.clone()), 8.0, "a / (b / c)");
        check(a.clone() - (b.clone() - c.clone()), 11.0, "a − (b − c)");
        check(a.clone() - (b.clone() + c.clone()), 7.0, "a − (b + c)");
        check(a.clone() + b.clone() * c.clone(), 18.0, "a + b × c");
        check((a.clone() + b.clone()) * c.clone(), 30.0, "(a + b) × c");
        check(2.0 * a.clone(), 24.0, "2 × a");
        check(6.0 / b.clone(), 2.0, "6 / b");
        check(
            (a / (b * c.clone() * c)).rounded_up(),
            1.0,
            "⌈a / (b × c × c)⌉",
        );
    }

    #[test]
    fn a_formula_names_each_input_once() {
        let a = exact("a", 2.0, Unit::Second);
        let of = |symbol| Formula::of(symbol, &a);
        let square = (of("a") * of("a") / of("a")).quantity("square", Unit::Second);
        assert_eq!(square.value, Ok(2.0));
        assert_eq!(square.provenance().to_string(), "a × a / a of a");
    }

    #[test]
    fn one_interval_is_passed_on_and_two_are_not() {
        let time = exact("time", 4.0, Unit::Second).with_interval(2.0, 8.0);
        let work = exact("work", 16.0, Unit::Flop);
        let speed = || Formula::of("work", &work) / Formula::of("time", &time);
        let with = speed().quantity_with_interval("speed", Unit::FlopPerSecond);
        assert_eq!((&with.value, with.interval), (&Ok(4.0), Some((2.0, 8.0))));
        let without = speed().quantity("speed", Unit::FlopPerSecond);
        assert_eq!(without.interval, None);
        let both = speed() * Formula::of("time", &time);
        assert_eq!(
            both.quantity_with_interval("work", Unit::Flop).interval,
            None
        );
        let left = Formula::of("time", &time) - Formula::known("1 s", 1.0, Unit::Second);
        let left = left.quantity_with_interval("left", Unit::Second);
        assert_eq!(left.interval, Some((1.0, 7.0)));
    }

    #[test]
    fn what_has_no_value_gives_none() {
        let missing = Quantity::computed("x", Unit::One, "f", vec![], Err("too few runs".into()));
        let sum = Formula::of("x", &missing) + 1.0 * Formula::known("y", 1.0, Unit::One);
        let sum = sum.quantity_with_interval("sum", Unit::One);
        assert_eq!(sum.value, Err(Missing::NotMeasured));
        assert_eq!(sum.interval, None);
    }

    #[test]
    #[should_panic(expected = "`time` is in `s`, and `peak / work` gives `Hz`")]
    fn a_swapped_ratio_has_another_unit() {
        let work = exact("work", 16.0, Unit::Flop);
        let peak = exact("peak", 4.0, Unit::FlopPerSecond);
        let swapped = Formula::of("peak", &peak) / Formula::of("work", &work);
        swapped.quantity("time", Unit::Second);
    }

    #[test]
    fn counts_of_things_are_pure_numbers() {
        let steps = exact("steps", 391.0, Unit::Step);
        let step = exact("step", 0.5, Unit::Second);
        let epoch = Formula::of("steps", &steps) * Formula::of("time", &step);
        assert_eq!(epoch.quantity("epoch", Unit::Second).value, Ok(195.5));
    }

    /// Mean 5 and sample deviation √(32/7) of 2, 4, 4, 4, 5, 5, 7, 9: the usual textbook example.
    #[test]
    fn statistics_of_many_values() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        let inputs = || values.map(|value| exact("v", value, Unit::One)).to_vec();
        let over = |statistic: Statistic| statistic.over("the seeds", inputs(), "x", Unit::One);
        assert_eq!(over(Statistic::MEAN).value, Ok(5.0));
        assert_eq!(over(Statistic::LARGEST).value, Ok(9.0));
        assert_eq!(over(Statistic::SMALLEST).value, Ok(2.0));
        let deviation = over(Statistic::STANDARD_DEVIATION);
        assert_eq!(deviation.value, Ok((32.0_f64 / 7.0).sqrt()));
        let told = deviation.provenance().to_string();
        assert!(
            told.starts_with("standard deviation over the seeds of v"),
            "{told}"
        );
        let none = Statistic::MEAN.over("the seeds", vec![], "x", Unit::One);
        assert_eq!(none.value, Err(Missing::NotMeasured));
    }
}
