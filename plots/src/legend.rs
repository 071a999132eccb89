//! The legend: samples with names in rows between the vertical axis's title and the frame.

use super::layout::LABEL_SIZE;
use super::series::Series;
use super::text::width;

/// Height of a row.
pub(super) const ROW_HEIGHT: f64 = 19.0;
/// Width of the sample before a name.
pub(super) const SAMPLE_WIDTH: f64 = 24.0;
const SAMPLE_GAP: f64 = 6.0;
const ENTRY_GAP: f64 = 20.0;

/// The legend at its place.
pub(super) struct Legend<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) font_size: f64,
}

/// A series at its place in the legend.
pub(super) struct Entry<'a> {
    pub(super) series: Series<'a>,
    /// Left end of the sample.
    pub(super) x: f64,
    /// Index of the row, from 0.
    pub(super) row: usize,
}

impl<'a> Legend<'a> {
    /// Sets series in rows of at most `room`; a name that is wider makes the font smaller.
    pub(super) fn new(series: Vec<Series<'a>>, room: f64) -> Legend<'a> {
        let names = series.iter().map(|series| width(series.name, LABEL_SIZE));
        let widest = names.fold(0.0, f64::max);
        let font_size = LABEL_SIZE * ((room - SAMPLE_WIDTH - SAMPLE_GAP) / widest).min(1.0);
        let (mut x, mut row) = (0.0, 0);
        let mut entries = Vec::new();
        for series in series {
            let entry_width = SAMPLE_WIDTH + SAMPLE_GAP + width(series.name, font_size);
            if x > 0.0 && x + entry_width > room {
                (x, row) = (0.0, row + 1);
            }
            entries.push(Entry { series, x, row });
            x += entry_width + ENTRY_GAP;
        }
        Legend { entries, font_size }
    }

    /// Height of all rows.
    pub(super) fn height(&self) -> f64 {
        self.entries.last().map_or(0, |entry| entry.row + 1) as f64 * ROW_HEIGHT
    }
}

impl Entry<'_> {
    /// Where the name begins.
    pub(super) fn name_x(&self) -> f64 {
        self.x + SAMPLE_WIDTH + SAMPLE_GAP
    }
}
