//! Small multiples: panels of one size in a grid, with the same axes or with equally many ticks.

use super::equal_ticks::equal_ticks;
use super::extent::{Dimension, Ranges, extent, reach};
use super::layout::{LABEL_SIZE, legend_top, most_ticks};
use super::legend::Legend;
use super::series::named;
use super::text::Font;
use super::{Axis, Mark, Plot, PlotError, Range, Scale};

/// Between two panels.
const GAP: u32 = 14;
const BELOW_LEGEND: u32 = 4;

/// One of several small plots that are read together.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What it shows and the others do not; stands above it.
    pub title: String,
    /// What is drawn in it alone.
    pub marks: Vec<Mark>,
    /// Its own vertical axis, whose title stands above it; none for that of the plot.
    pub y: Option<Axis>,
}

impl Panel {
    /// A panel with the axes of its plot.
    pub fn new(title: &str, marks: impl Into<Vec<Mark>>) -> Panel {
        let (title, marks) = (title.to_owned(), marks.into());
        Panel {
            title,
            marks,
            y: None,
        }
    }

    /// A panel with a vertical axis of its own.
    pub fn with_axis(y: Axis, marks: impl Into<Vec<Mark>>) -> Panel {
        let (title, marks, y) = (String::new(), marks.into(), Some(y));
        Panel { title, marks, y }
    }
}

/// Panels at their places, below the title that they share.
pub(super) struct Grid {
    pub(super) title: Vec<String>,
    pub(super) cells: Vec<Plot>,
    /// The marks that a legend above all panels names.
    key: Plot,
    columns: u32,
    /// Width and height of a panel.
    size: (u32, u32),
}

impl Grid {
    /// Panels as high as the plot says, as many side by side as its width has room for.
    pub(super) fn new(plot: &Plot, font: &Font) -> Result<Grid, PlotError> {
        let columns = columns(plot.panels.len(), plot.width);
        let size = ((plot.width - (columns - 1) * GAP) / columns, plot.height);
        let have_own = plot.panels.iter().all(|panel| panel.y.is_some());
        let title = match have_own || plot.y.title.is_empty() {
            true => Vec::new(),
            false => font.wrap(&plot.y.title, LABEL_SIZE, f64::from(plot.width)),
        };
        Ok(Grid {
            title,
            cells: cells(plot, size)?,
            key: key(plot),
            columns,
            size,
        })
    }

    /// The legend of all panels.
    pub(super) fn legend(&self, font: &Font) -> Legend<'_> {
        let nowhere = Ranges {
            x: (0.0, 0.0),
            y: (0.0, 0.0),
        };
        let (_, named) = named(&self.key, &nowhere, false);
        Legend::new(named, f64::from(self.key.width), font)
    }

    /// The height of all rows with the title.
    pub(super) fn height(&self, font: &Font) -> u32 {
        let rows = (self.cells.len() as u32).div_ceil(self.columns);
        self.top(font) + rows * self.size.1 + (rows - 1) * GAP
    }

    /// The upper left corner of each panel.
    pub(super) fn corners(&self, font: &Font) -> impl Iterator<Item = (f64, f64)> {
        let ((width, height), top) = (self.size, self.top(font));
        let place = move |index: u32| {
            let (column, row) = (index % self.columns, index / self.columns);
            let (x, y) = (column * (width + GAP), top + row * (height + GAP));
            (f64::from(x), f64::from(y))
        };
        (0..self.cells.len() as u32).map(place)
    }

    fn top(&self, font: &Font) -> u32 {
        let above = legend_top(&self.title) + self.legend(font).height();
        match above > legend_top(&[]) {
            true => above.ceil() as u32 + BELOW_LEGEND,
            false => 0,
        }
    }
}

/// The marks of each series in the first panel that has it.
fn key(plot: &Plot) -> Plot {
    let mut marks: Vec<Mark> = plot.marks.clone();
    for panel in &plot.panels {
        let is_new = |mark: &&Mark| marks.iter().all(|known| known.name() != mark.name());
        let new: Vec<Mark> = panel.marks.iter().filter(is_new).cloned().collect();
        marks.extend(new);
    }
    let panels = Vec::new();
    Plot {
        marks,
        panels,
        ..plot.clone()
    }
}

/// In how many columns panels stand in a drawing of this width.
fn columns(panels: usize, width: u32) -> u32 {
    match (panels, width) {
        (1, _) | (_, 0..500) => 1,
        (2 | 4, _) => 2,
        _ => 3,
    }
}

/// Each panel as a plot of this size, its title in the place of that of the vertical axis.
fn cells(plot: &Plot, (width, height): (u32, u32)) -> Result<Vec<Plot>, PlotError> {
    let sized = plot.clone().sized(width, height);
    let all = Plot {
        marks: plot.all_marks().cloned().collect(),
        panels: Vec::new(),
        ..sized
    };
    let x = fixed(&all, Dimension::X)?;
    let cell = |panel: &Panel| Plot {
        marks: { plot.marks.iter().chain(&panel.marks) }
            .map(Mark::unnamed)
            .collect(),
        y: panel.y.clone().unwrap_or_else(|| plot.y.clone()),
        x: x.clone(),
        ..all.clone()
    };
    let mut cells: Vec<Plot> = plot.panels.iter().map(cell).collect();
    let have_own = plot.panels.iter().all(|panel| panel.y.is_some());
    if !have_own {
        let y = fixed(&all, Dimension::Y)?;
        for (cell, panel) in cells.iter_mut().zip(&plot.panels) {
            cell.y.clone_from(&y);
            cell.y.title.clone_from(&panel.title);
        }
    } else if cells.iter().all(|cell| cell.y.scale == Scale::Linear) {
        let reaches: Vec<_> = cells.iter().map(|it| reach(it, Dimension::Y)).collect();
        let ticks = equal_ticks(&reaches, most_ticks(height));
        for (cell, ticks) in cells.iter_mut().zip(ticks) {
            cell.y.range = Range::Fixed(ticks[0], ticks[ticks.len() - 1]);
            cell.y = cell.y.clone().ticks_at(ticks);
        }
    }
    Ok(cells)
}

/// An axis of a plot over the range of all its data.
fn fixed(all: &Plot, dimension: Dimension) -> Result<Axis, PlotError> {
    let axis = dimension.axis_of(all).clone();
    if axis.names().is_some() {
        return Ok(axis);
    }
    let most = match dimension {
        Dimension::X => all.width as usize / 70,
        Dimension::Y => most_ticks(all.height),
    };
    let (low, high) = extent(all, dimension, most.max(2))?;
    Ok(axis.over(Range::Fixed(low, high)))
}
