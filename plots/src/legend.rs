//! The legend: samples with names in rows between the vertical axis's title and the frame.

use super::layout::LABEL_SIZE;
use super::series::Series;
use super::text::Font;

/// Height of a row.
pub(super) const ROW_HEIGHT: f64 = 19.0;
/// Width of the sample before a name.
pub(super) const SAMPLE_WIDTH: f64 = 24.0;
const SAMPLE_GAP: f64 = 6.0;
const ENTRY_GAP: f64 = 20.0;

/// The legend at its place.
pub(super) struct Legend<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    rows: usize,
}

/// A series at its place in the legend.
pub(super) struct Entry<'a> {
    pub(super) series: Series<'a>,
    /// The name, in several lines where it is wider than the plot.
    pub(super) lines: Vec<String>,
    /// Left end of the sample.
    pub(super) x: f64,
    /// Index of the first row, from 0.
    pub(super) row: usize,
}

impl<'a> Legend<'a> {
    /// Sets series in rows of at most `room`.
    pub(super) fn new(series: Vec<Series<'a>>, room: f64, font: &Font) -> Legend<'a> {
        let before = SAMPLE_WIDTH + SAMPLE_GAP;
        let (mut x, mut row, mut rows) = (0.0, 0, 0);
        let mut entries = Vec::new();
        for series in series {
            let lines = font.wrap(series.name, LABEL_SIZE, room - before);
            let entry_width = before + font.widest(&lines, LABEL_SIZE);
            if x > 0.0 && x + entry_width > room {
                (x, row) = (0.0, rows);
            }
            rows = rows.max(row + lines.len());
            entries.push(Entry {
                series,
                lines,
                x,
                row,
            });
            x += entry_width + ENTRY_GAP;
        }
        Legend { entries, rows }
    }

    /// Height of all rows.
    pub(super) fn height(&self) -> f64 {
        self.rows as f64 * ROW_HEIGHT
    }
}

impl Entry<'_> {
    /// Where the name begins.
    pub(super) fn name_x(&self) -> f64 {
        self.x + SAMPLE_WIDTH + SAMPLE_GAP
    }
}
