//! Refuses what cannot be drawn, with the name of the series and the index of the point.

use super::extent::{Datum, Dimension, data, value_dimension};
use super::{Axis, Bars, Mark, Plot, PlotError, Range, Ticks};
use writing::numbers::NumberError;

/// Checks axes and marks.
pub(super) fn check(plot: &Plot) -> Result<(), PlotError> {
    if !plot
        .all_marks()
        .any(|mark| !matches!(mark, Mark::Rule(_) | Mark::Note(_)))
    {
        return Err(PlotError::NoData {
            title: plot.title.clone(),
        });
    }
    for dimension in [Dimension::X, Dimension::Y] {
        check_axis(dimension.axis_of(plot), dimension)?;
    }
    plot.marks
        .iter()
        .try_for_each(|mark| check_mark(plot, mark))?;
    plot.panels.iter().try_for_each(|panel| {
        let y = panel.y.as_ref().unwrap_or(&plot.y).clone();
        check_axis(&y, Dimension::Y)?;
        let cell = Plot::new(&plot.title, "", plot.x.clone(), y);
        let mut marks = panel.marks.iter();
        marks.try_for_each(|mark| check_mark(&cell, mark))
    })
}

fn check_axis(axis: &Axis, dimension: Dimension) -> Result<(), PlotError> {
    if let Range::Fixed(low, high) = axis.range {
        let possible = low.is_finite() && high.is_finite() && low < high;
        if !possible || (axis.is_log() && low <= 0.0) {
            return Err(PlotError::Range {
                axis: dimension.letter(),
                low,
                high,
            });
        }
    }
    if let Ticks::At(values) = &axis.ticks
        && let Some(&value) = values.iter().find(|value| !value.is_finite())
    {
        return Err(NumberError::NotFinite { value }.into());
    }
    Ok(())
}

fn check_mark(plot: &Plot, mark: &Mark) -> Result<(), PlotError> {
    if let Mark::Bars(bars) = mark {
        check_bars(plot, bars)?;
    }
    let mut data = data(plot, mark).peekable();
    if data.peek().is_none() {
        return Err(PlotError::EmptySeries {
            series: mark.name().to_owned(),
        });
    }
    data.try_for_each(|datum| check_datum(plot, mark.name(), datum))?;
    intervals(mark).try_for_each(|(index, low, high)| {
        if low <= high {
            Ok(())
        } else {
            Err(PlotError::IntervalOrder {
                series: mark.name().to_owned(),
                index,
                low,
                high,
            })
        }
    })
}

fn check_datum(plot: &Plot, series: &str, datum: Datum) -> Result<(), PlotError> {
    let Datum {
        index,
        dimension,
        value,
    } = datum;
    let series = || series.to_owned();
    if !value.is_finite() {
        return Err(PlotError::NotFinite {
            series: series(),
            index,
            value,
        });
    }
    if dimension.axis_of(plot).is_log() && value <= 0.0 {
        return Err(PlotError::NotPositive {
            series: series(),
            index,
            value,
            axis: dimension.letter(),
        });
    }
    Ok(())
}

fn check_bars(plot: &Plot, bars: &Bars) -> Result<(), PlotError> {
    let fail = |problem| {
        Err(PlotError::Bars {
            series: bars.name.clone(),
            problem,
        })
    };
    let Some(names) = plot.x.names().or(plot.y.names()) else {
        return fail("no axis has categories".to_owned());
    };
    let value_axis = value_dimension(plot).axis_of(plot);
    let (values, labels) = (bars.values.len(), bars.labels.len());
    if value_axis.is_log() || value_axis.names().is_some() {
        fail("the axis of their values is not linear".to_owned())
    } else if values != names.len() {
        fail(format!("{values} values for {} categories", names.len()))
    } else if !bars.intervals.is_empty() && bars.intervals.len() != values {
        fail(format!(
            "{} intervals for {values} values",
            bars.intervals.len()
        ))
    } else if labels != 0 && labels != values {
        fail(format!("{labels} labels for {values} values"))
    } else {
        Ok(())
    }
}

/// Index, lower and upper end of each interval of a mark.
fn intervals(mark: &Mark) -> Box<dyn Iterator<Item = (usize, f64, f64)> + '_> {
    match mark {
        Mark::Points(points) => Box::new(
            points
                .points
                .iter()
                .enumerate()
                .filter_map(|(index, point)| point.interval.map(|(low, high)| (index, low, high))),
        ),
        Mark::Band(band) => Box::new(
            band.points
                .iter()
                .enumerate()
                .map(|(index, &(_, low, high))| (index, low, high)),
        ),
        Mark::Bars(bars) => Box::new((0..bars.values.len()).filter_map(|index| {
            let (low, high) = bars.interval(index)?;
            Some((index, low, high))
        })),
        Mark::Line(_) | Mark::Rule(_) | Mark::Note(_) => Box::new(std::iter::empty()),
    }
}
