//! The numbers in the marks, and how far they reach along each axis.

use super::ticks::round_step;
use super::{Axis, Direction, Mark, Plot, PlotError, Range, Scale};

/// Share of an axis left free on each side of points, so that no marker is cut.
const POINT_MARGIN: f64 = 0.025;

/// In steps between ticks: what is no farther from one lies on it.
const NEARLY: f64 = 1e-6;

/// One of the two directions of a plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    /// Horizontal.
    X,
    /// Vertical.
    Y,
}

impl Dimension {
    pub(super) fn axis_of(self, plot: &Plot) -> &Axis {
        match self {
            Dimension::X => &plot.x,
            Dimension::Y => &plot.y,
        }
    }

    pub(super) fn letter(self) -> char {
        match self {
            Dimension::X => 'x',
            Dimension::Y => 'y',
        }
    }
}

/// One number of a mark: where it stands in the series and along which axis it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Datum {
    pub(super) index: usize,
    pub(super) dimension: Dimension,
    pub(super) value: f64,
}

/// The dimension along which bars and intervals extend: not that of the categories.
pub(super) fn value_dimension(plot: &Plot) -> Dimension {
    if plot.y.names().is_some() {
        Dimension::X
    } else {
        Dimension::Y
    }
}

/// Every number of a mark, in the order of its points.
pub(super) fn data<'a>(plot: &Plot, mark: &'a Mark) -> impl Iterator<Item = Datum> + use<'a> {
    let along = value_dimension(plot);
    let (x, y) = (Dimension::X, Dimension::Y);
    let numbers = move |index: usize| match mark {
        Mark::Line(line) => {
            let (a, b) = line.points[index];
            [Some((x, a)), Some((y, b)), None, None]
        }
        Mark::Points(points) => {
            let point = &points.points[index];
            let (low, high) = point.interval.unzip();
            let end = |end: Option<f64>| end.map(|end| (along, end));
            [Some((x, point.x)), Some((y, point.y)), end(low), end(high)]
        }
        Mark::Band(band) => {
            let (a, low, high) = band.points[index];
            [Some((x, a)), Some((y, low)), Some((y, high)), None]
        }
        Mark::Bars(bars) if bars.absent.contains(&index) => [None; 4],
        Mark::Bars(bars) => {
            let (low, high) = bars.interval(index).unzip();
            let end = |end: Option<f64>| end.map(|end| (along, end));
            [Some((along, bars.values[index])), end(low), end(high), None]
        }
        Mark::Rule(rule) => match rule.direction {
            Direction::Horizontal => [Some((y, rule.at)), None, None, None],
            Direction::Vertical => [Some((x, rule.at)), None, None, None],
        },
        Mark::Note(note) => [Some((x, note.x)), Some((y, note.y)), None, None],
    };
    let datum = move |index| {
        move |(dimension, value)| Datum {
            index,
            dimension,
            value,
        }
    };
    (0..mark.points()).flat_map(move |index| numbers(index).into_iter().flatten().map(datum(index)))
}

impl Mark {
    /// The number of points, bars or the like.
    fn points(&self) -> usize {
        match self {
            Mark::Line(line) => line.points.len(),
            Mark::Points(points) => points.points.len(),
            Mark::Band(band) => band.points.len(),
            Mark::Bars(bars) => bars.values.len(),
            Mark::Rule(_) | Mark::Note(_) => 1,
        }
    }

    /// The name in errors and in the CSV file.
    pub(super) fn name(&self) -> &str {
        match self {
            Mark::Line(line) => &line.name,
            Mark::Points(points) => &points.name,
            Mark::Band(band) => &band.name,
            Mark::Bars(bars) => &bars.name,
            Mark::Rule(rule) => &rule.label,
            Mark::Note(note) => &note.text,
        }
    }
}

/// The ranges of both axes.
pub(super) struct Ranges {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
}

impl Ranges {
    pub(super) fn along(&self, dimension: Dimension) -> (f64, f64) {
        match dimension {
            Dimension::X => self.x,
            Dimension::Y => self.y,
        }
    }

    pub(super) fn contain(&self, x: f64, y: f64) -> bool {
        (self.x.0..=self.x.1).contains(&x) && (self.y.0..=self.y.1).contains(&y)
    }
}

/// From where to where an axis of about `most_ticks` ticks runs.
pub(super) fn extent(
    plot: &Plot,
    dimension: Dimension,
    most_ticks: usize,
) -> Result<(f64, f64), PlotError> {
    let axis = dimension.axis_of(plot);
    let (low, high) = match (&axis.scale, axis.range) {
        (Scale::Categories(names), _) => (-0.5, names.len() as f64 - 0.5),
        (_, Range::Fixed(low, high)) => (low, high),
        (Scale::Log { .. }, _) => log_extent(plot, dimension),
        (Scale::Linear, _) => linear_extent(plot, dimension, most_ticks),
    };
    let size = if axis.is_log() {
        high / low
    } else {
        high - low
    };
    if size.is_finite() && low < high {
        Ok((low, high))
    } else {
        Err(PlotError::Range {
            axis: dimension.letter(),
            low,
            high,
        })
    }
}

fn log_extent(plot: &Plot, dimension: Dimension) -> (f64, f64) {
    let (low, high) = widened(reach(plot, dimension), dimension.axis_of(plot));
    let margin = match dimension {
        Dimension::X if !has_points(plot) => 0.0,
        Dimension::X => POINT_MARGIN,
        Dimension::Y => 2.0 * POINT_MARGIN,
    };
    let factor = (high / low).powf(margin);
    (low / factor, high * factor)
}

/// Values run to the next ticks, so that a grid line closes the frame.
fn linear_extent(plot: &Plot, dimension: Dimension, most_ticks: usize) -> (f64, f64) {
    let (low, high) = widened(reach(plot, dimension), dimension.axis_of(plot));
    if dimension == value_dimension(plot) {
        // A rounding error beyond a tick does not ask for another one.
        let closed = |step: f64| {
            let (first, last) = (low / step + NEARLY, high / step - NEARLY);
            (first.floor() * step, last.ceil() * step)
        };
        let (first_low, first_high) = closed(round_step(low, high, most_ticks));
        // The wider range may have its ticks farther apart.
        return closed(round_step(first_low, first_high, most_ticks));
    }
    let margin = if has_points(plot) {
        POINT_MARGIN * (high - low)
    } else {
        0.0
    };
    let below = low - margin;
    (
        if low >= 0.0 { below.max(0.0) } else { below },
        high + margin,
    )
}

fn has_points(plot: &Plot) -> bool {
    plot.marks
        .iter()
        .any(|mark| matches!(mark, Mark::Points(_)))
}

/// The least and the greatest number along a dimension, notes left out.
pub(super) fn reach(plot: &Plot, dimension: Dimension) -> (f64, f64) {
    let marks = plot
        .marks
        .iter()
        .filter(|mark| !matches!(mark, Mark::Note(_)));
    let data = marks
        .flat_map(|mark| data(plot, mark))
        .filter(|datum| datum.dimension == dimension);
    let values = data.map(|datum| datum.value).chain(zero(plot, dimension));
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    })
}

/// Zero, where the axis must show it.
fn zero(plot: &Plot, dimension: Dimension) -> Option<f64> {
    let axis = dimension.axis_of(plot);
    let has_bars = plot.marks.iter().any(|mark| matches!(mark, Mark::Bars(_)));
    let wanted = axis.range == Range::WithZero || (has_bars && dimension == value_dimension(plot));
    (wanted && !axis.is_log()).then_some(0.0)
}

/// Gives a single value some room around it.
fn widened((low, high): (f64, f64), axis: &Axis) -> (f64, f64) {
    match (low < high, axis.is_log()) {
        (true, _) => (low, high),
        (false, true) => (low / 2.0, high * 2.0),
        (false, false) if low == 0.0 => (-1.0, 1.0),
        (false, false) => (low - low.abs() / 2.0, high + high.abs() / 2.0),
    }
}
