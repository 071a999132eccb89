//! What an axis shows.

/// One axis of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The quantity with its unit: `Time per step (s)`. Empty for none.
    pub title: String,
    /// How values become places.
    pub scale: Scale,
    /// From where to where.
    pub range: Range,
    /// Where ticks stand.
    pub ticks: Ticks,
    /// How ticks are printed.
    pub format: TickFormat,
}

/// How values become places along an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scale {
    /// In proportion.
    Linear,
    /// By their logarithm, with ticks at powers of `base`.
    Log {
        /// 10 or 2, say.
        base: u32,
    },
    /// Names at 0, 1, 2, …: from the left, or from the top.
    Categories(Vec<String>),
}

/// The range of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// What the data needs.
    Auto,
    /// What the data needs and zero.
    WithZero,
    /// This lower and this upper end; lines beyond are cut off and points left out.
    Fixed(f64, f64),
}

/// The ticks of an axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Ticks {
    /// Round numbers.
    Auto,
    /// These values.
    At(Vec<f64>),
}

/// How the ticks of an axis are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TickFormat {
    /// With as many decimals as they need.
    Number,
    /// Fractions in percent: 0.25 is 25 %.
    Percent,
}

/// So many times the least value, the greatest is of another decade but one.
const TWO_DECADES: f64 = 100.0;
/// On a linear axis, half of the places in this share of it are too close together.
const CROWDED_SHARE: f64 = 0.1;

/// Whether values are all above zero and span two decades or more: on a linear axis the small ones
/// could not be told from zero.
pub fn spans_decades(values: impl IntoIterator<Item = f64>) -> bool {
    let reach = |(low, high): (f64, f64), value: f64| (low.min(value), high.max(value));
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.into_iter().fold(ends, reach);
    low > 0.0 && high >= TWO_DECADES * low
}

/// Whether places span decades and most of them stand close together where the axis begins, as
/// 10, 100 and 1,000 do, but not 1, 2, … 1,000.
pub fn is_crowded(places: &[f64]) -> bool {
    let mut places = places.to_vec();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let (Some(low), Some(high)) = (places.first(), places.last()) else {
        return false;
    };
    let near = low + CROWDED_SHARE * (high - low);
    let crowd = places.iter().filter(|place| **place <= near).count();
    spans_decades(places.iter().copied()) && 2 * crowd > places.len()
}

impl Axis {
    /// A linear axis.
    pub fn linear(title: &str) -> Axis {
        Axis::scaled(title, Scale::Linear)
    }

    /// A logarithmic axis with ticks at powers of `base`.
    pub fn log(title: &str, base: u32) -> Axis {
        Axis::scaled(title, Scale::Log { base })
    }

    /// An axis of names.
    pub fn categories(title: &str, names: impl IntoIterator<Item = impl Into<String>>) -> Axis {
        Axis::scaled(
            title,
            Scale::Categories(names.into_iter().map(Into::into).collect()),
        )
    }

    fn scaled(title: &str, scale: Scale) -> Axis {
        Axis {
            title: title.to_owned(),
            scale,
            range: Range::Auto,
            ticks: Ticks::Auto,
            format: TickFormat::Number,
        }
    }

    /// A linear axis, or a logarithmic one where `values` are of several decades.
    pub fn by_decades(title: &str, values: impl IntoIterator<Item = f64>) -> Axis {
        match spans_decades(values) {
            true => Axis::log(title, 10),
            false => Axis::linear(title),
        }
    }

    /// The same axis over another range.
    #[must_use]
    pub fn over(self, range: Range) -> Axis {
        Axis { range, ..self }
    }

    /// The same axis with ticks at these values.
    #[must_use]
    pub fn ticks_at(self, values: impl Into<Vec<f64>>) -> Axis {
        Axis {
            ticks: Ticks::At(values.into()),
            ..self
        }
    }

    /// The same axis with fractions in percent.
    #[must_use]
    pub fn in_percent(self) -> Axis {
        Axis {
            format: TickFormat::Percent,
            ..self
        }
    }

    pub(super) fn names(&self) -> Option<&[String]> {
        match &self.scale {
            Scale::Categories(names) => Some(names),
            Scale::Linear | Scale::Log { .. } => None,
        }
    }

    pub(super) fn is_log(&self) -> bool {
        matches!(self.scale, Scale::Log { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_seen() {
        for (values, expect) in [
            (&[1.0, 100.0][..], true),
            (&[1.0, 99.0], false),
            (&[0.0, 100.0], false),
            (&[-1.0, 100.0], false),
            (&[0.002, 0.5, 0.01], true),
            (&[], false),
        ] {
            assert_eq!(spans_decades(values.iter().copied()), expect, "{values:?}");
        }
        assert!(Axis::by_decades("", [1e-3, 1.0]).is_log());
        assert!(!Axis::by_decades("", [0.1, 1.0]).is_log());
    }

    #[test]
    fn places_are_crowded_where_they_grow_by_factors() {
        assert!(is_crowded(&[1e3, 1e4, 1e5, 1e6, 1e6]));
        let counted: Vec<f64> = (1..=1000).map(f64::from).collect();
        assert!(!is_crowded(&counted));
        assert!(!is_crowded(&[1.0, 2.0, 4.0, 8.0, 16.0]));
        assert!(!is_crowded(&[0.0, 1.0, 10.0, 100.0]));
        assert!(!is_crowded(&[]));
    }
}
