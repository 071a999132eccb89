//! [`Quantity`] and its [`Origin`].

use super::Missing;
use super::source::{Concern, Measurement, Source};
use super::unit::Unit;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// How a fact is marked that was not seen in the paper itself.
const NOT_READ: &str = "not read in the paper";

/// A number with its unit, its uncertainty and its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The dotted name under which templates ask for it.
    pub name: String,
    /// The value in `unit`, or why there is none.
    pub value: Result<f64, Missing>,
    /// A 95 % interval in `unit`, where one was estimated.
    pub interval: Option<(f64, f64)>,
    /// The unit: SI base units or counts (`s`, `FLOP/s`, `image`, `1` for a ratio).
    pub unit: Unit,
    /// Where the value comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// Read from the record of a run or from a table.
    Measured(Measurement),
    /// Computed by `function` from `inputs`.
    Derived {
        /// The function in `analysis`, as a path, with the formula where it is short.
        function: String,
        /// What it was computed from; empty where the inputs are definitions.
        inputs: Vec<Arc<Quantity>>,
    },
    /// Taken from a publication.
    Quoted(Quotation),
    /// True by definition.
    Exact {
        /// The definition.
        definition: String,
    },
}

/// What something was computed from, each once, in the order of the names.
pub(crate) fn each_once(inputs: &[Arc<Quantity>]) -> Vec<&Quantity> {
    let mut inputs: Vec<_> = inputs.iter().map(|input| &**input).collect();
    inputs.sort_unstable_by_key(|input| &input.name);
    inputs.dedup_by_key(|input| &input.name);
    inputs
}

/// The place of a quoted value in a publication.
#[derive(Debug, Clone, PartialEq)]
pub struct Quotation {
    /// The key in the bibliography.
    pub citation: String,
    /// Table, figure, section or file.
    pub place: String,
    /// How the value was checked.
    pub checked: String,
    /// A remark, empty where there is none.
    pub note: String,
    /// The table that holds the value, where one does.
    pub table: Option<Arc<Source>>,
}

/// The three kinds of number that the reader sees; exact values count as derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// From a run or a table.
    Measured,
    /// From other quantities.
    Derived,
    /// From a publication.
    Quoted,
}

impl Kind {
    /// The word for this kind, which is also its CSS class.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Measured => "measured",
            Kind::Derived => "derived",
            Kind::Quoted => "quoted",
        }
    }
}

impl Quantity {
    /// A value that is true by definition.
    pub fn exact(
        name: impl Into<String>,
        unit: Unit,
        value: f64,
        definition: impl Into<String>,
    ) -> Arc<Self> {
        Arc::new(Quantity {
            name: name.into(),
            value: Ok(value),
            interval: None,
            unit,
            origin: Origin::Exact {
                definition: definition.into(),
            },
        })
    }

    /// A value that `function` made of `inputs`, such as one parameter of a fit, or why there is none.
    ///
    /// What can be written as a formula is a [`Formula`](super::Formula).
    pub fn computed(
        name: impl Into<String>,
        unit: Unit,
        function: impl Into<String>,
        inputs: Vec<Arc<Quantity>>,
        value: Result<f64, Missing>,
    ) -> Arc<Self> {
        Arc::new(Quantity {
            name: name.into(),
            value,
            interval: None,
            unit,
            origin: Origin::Derived {
                function: function.into(),
                inputs,
            },
        })
    }

    /// The same value and interval under another name, which `function` chose.
    pub fn chosen(self: &Arc<Self>, name: impl Into<String>, function: &str) -> Arc<Self> {
        Arc::new(Quantity {
            name: name.into(),
            value: self.value.clone(),
            interval: self.interval,
            unit: self.unit,
            origin: Origin::Derived {
                function: function.to_owned(),
                inputs: vec![self.clone()],
            },
        })
    }

    /// Whether it is quoted from a place where nobody looked.
    pub(crate) fn is_not_read(&self) -> bool {
        matches!(&self.origin, Origin::Quoted(quotation) if quotation.checked.starts_with(NOT_READ))
    }

    /// This quantity with a 95 % interval.
    pub fn with_interval(mut self: Arc<Self>, low: f64, high: f64) -> Arc<Self> {
        Arc::make_mut(&mut self).interval = Some((low, high));
        self
    }

    /// The value, where there is one.
    pub fn known(&self) -> Option<f64> {
        self.value.as_ref().ok().copied()
    }

    /// The kind that the reader sees.
    pub fn kind(&self) -> Kind {
        match self.origin {
            Origin::Measured(_) => Kind::Measured,
            Origin::Derived { .. } | Origin::Exact { .. } => Kind::Derived,
            Origin::Quoted(_) => Kind::Quoted,
        }
    }

    /// What keeps this value from being whole and current, through all its inputs, sorted.
    pub fn concerns(&self) -> BTreeSet<&Concern> {
        let mut found = BTreeSet::new();
        self.each_concern(&mut |concern| {
            found.insert(concern);
        });
        found
    }

    /// The first of [`Self::concerns`].
    pub fn first_concern(&self) -> Option<&Concern> {
        let mut first = None;
        self.each_concern(&mut |concern| {
            first = first.map_or(Some(concern), |known| Some(concern.min(known)));
        });
        first
    }

    fn each_concern<'a>(&'a self, take: &mut impl FnMut(&'a Concern)) {
        match &self.origin {
            Origin::Measured(measurement) => measurement.source.concern.iter().for_each(take),
            Origin::Derived { inputs, .. } => inputs.iter().for_each(|i| i.each_concern(take)),
            Origin::Quoted(quotation) => {
                let concern = quotation.table.iter().filter_map(|it| it.concern.as_ref());
                concern.for_each(take);
            }
            Origin::Exact { .. } => {}
        }
    }

    /// Where the value comes from, in one line for a tooltip.
    pub fn provenance(&self) -> impl fmt::Display {
        Provenance(self)
    }

    /// What a computed value was made by; where there is no value for a reason, that reason.
    pub(crate) fn made_by<'a>(&'a self, function: &'a str) -> impl fmt::Display {
        MadeBy(self, function)
    }
}

struct MadeBy<'a>(&'a Quantity, &'a str);

impl fmt::Display for MadeBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.value {
            Err(Missing::Because(reason)) => write!(f, "none: {reason}"),
            _ => f.write_str(self.1),
        }
    }
}

/// An origin in one line.
struct Provenance<'a>(&'a Quantity);

impl fmt::Display for Provenance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.origin {
            Origin::Measured(Measurement { source, key }) => match &source.file {
                Some(file) => write!(f, "{key} of {file} ({})", source.circumstances),
                None => write!(f, "{key} of {}: {}", source.id, source.id.absent()),
            },
            Origin::Derived { function, inputs } => {
                write!(f, "{}", self.0.made_by(function))?;
                write_names(f, inputs)
            }
            Origin::Quoted(q) => write!(f, "{}, {} ({})", q.citation, q.place, q.checked),
            Origin::Exact { definition } => f.write_str(definition),
        }
    }
}

/// Writes ` of a, b`, of many inputs the first four.
fn write_names(f: &mut fmt::Formatter<'_>, inputs: &[Arc<Quantity>]) -> fmt::Result {
    const SHOWN: usize = 4;
    for (index, input) in inputs.iter().take(SHOWN).enumerate() {
        f.write_str(if index > 0 { ", " } else { " of " })?;
        f.write_str(&input.name)?;
    }
    match inputs.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        left_out => write!(f, " and {left_out} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Formula, Source, SourceId};

    fn missing(run: &str) -> Arc<Quantity> {
        Arc::new(Quantity {
            name: format!("runs.{run}.test_accuracy"),
            value: Err(Missing::NotMeasured),
            interval: None,
            unit: Unit::One,
            origin: Origin::Measured(Measurement {
                source: Arc::new(Source {
                    id: SourceId::Run(run.into()),
                    file: None,
                    circumstances: String::new(),
                    concern: Some(Concern {
                        source: SourceId::Run(run.into()),
                        state: "missing".into(),
                        remedy: "cargo run".into(),
                        accepted: false,
                    }),
                }),
                key: "test.accuracy".into(),
            }),
        })
    }

    #[test]
    fn what_was_not_measured_cannot_be_computed_with() {
        let two = Quantity::exact("two", Unit::One, 2.0, "a definition");
        let sum = Formula::of("two", &two) + Formula::of("a", &missing("a"));
        let sum = sum.quantity("sum", Unit::One);
        assert_eq!(sum.value, Err(Missing::NotMeasured));
        assert_eq!(
            sum.concerns()
                .into_iter()
                .map(|c| c.source.name())
                .collect::<Vec<_>>(),
            ["a"]
        );
        assert_eq!(
            sum.first_concern().map(Concern::flag).as_deref(),
            Some(" (a run is missing)")
        );
    }

    #[test]
    fn a_computed_value_names_its_inputs() {
        let a = Quantity::exact("a", Unit::One, 2.0, "a definition");
        let b = (2.0 * Formula::of("a", &a)).quantity("b", Unit::One);
        let c = (Formula::of("a", &a) + Formula::of("b", &b)).quantity("c", Unit::One);
        assert_eq!(c.value, Ok(6.0));
        assert_eq!(c.provenance().to_string(), "a + b of a, b");
    }

    #[test]
    fn a_reason_stands_in_the_place_of_the_function() {
        let none = |missing| Quantity::computed("x", Unit::One, "a fit", vec![], Err(missing));
        let told = |missing| none(missing).provenance().to_string();
        assert_eq!(told("too few runs".into()), "none: too few runs");
        assert_eq!(told(Missing::NotMeasured), "a fit");
    }
}
