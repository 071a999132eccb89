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
