//! The drawings of all plots, made when every chapter is read: a value has its colour in the whole
//! book, not in a chapter.

use super::contract::{Renderer, plot_image, svg_in_page};
use crate::views::plot::{BookPalette, Plot, PlotError, Target, render};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The drawings by the labels of their figures.
#[derive(Default)]
pub(crate) struct Drawings(BTreeMap<String, String>);

impl Drawings {
    /// Draws all plots of a book for the renderer.
    pub(crate) fn of(plots: BTreeMap<String, Plot>, renderer: Renderer) -> Self {
        let palette = BookPalette::of(plots.values());
        let plots: Vec<_> = plots.into_iter().collect();
        let drawn = plots.into_par_iter().with_max_len(1);
        let drawn = drawn.filter_map(|(label, mut plot)| {
            palette.paint(&mut plot);
            // What cannot be drawn was a fault of its chapter.
            Some((label, draw(&plot, renderer).ok()?))
        });
        Drawings(drawn.collect())
    }

    /// The drawing of the figure with this label.
    pub(crate) fn get(&self, label: &str) -> Option<&String> {
        self.0.get(label)
    }
}

/// In a page there is a second drawing for phones, unless the names in it leave no room there.
fn draw(plot: &Plot, renderer: Renderer) -> Result<String, PlotError> {
    Ok(match renderer {
        Renderer::Html => {
            let narrow = render(plot, Target::Narrow).unwrap_or_default();
            svg_in_page(&(render(plot, Target::Html)? + &narrow))
        }
        Renderer::Pdf => plot_image(&render(plot, Target::File)?, &plot.description),
    })
}
