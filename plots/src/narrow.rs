//! The drawing for a phone: not a smaller copy but another layout, whose text is as large.

use super::Plot;
use super::layout::Layout;
use super::lying::laid;
use super::text::Font;

/// The width of a narrow drawing: about that of the text on a small phone.
const WIDTH: u32 = 310;
/// A frame that is lower than this gets more height.
const LEAST_FRAME_HEIGHT: f64 = 150.0;
const LEAST_HEIGHT: u32 = 240;
const HEIGHT_STEP: u32 = 20;
const MOST_HEIGHT: u32 = 1200;

/// The plot in the width of a phone, as high as its frame needs below a longer legend.
pub(super) fn narrowed(plot: &Plot, font: &'static Font) -> Plot {
    if plot.width <= WIDTH {
        return plot.clone();
    }
    let height = match plot.y.names() {
        Some(_) => plot.height,
        None => LEAST_HEIGHT.max(plot.height * 4 / 5),
    };
    let mut narrow = laid(&plot.clone().sized(WIDTH, height), font);
    while narrow.panels.is_empty() && narrow.height < MOST_HEIGHT && !has_room(&narrow, font) {
        narrow.height += HEIGHT_STEP;
    }
    narrow
}

fn has_room(plot: &Plot, font: &'static Font) -> bool {
    let layout = Layout::new(plot, font);
    layout.is_ok_and(|it| it.frame.bottom - it.frame.top >= LEAST_FRAME_HEIGHT)
}
