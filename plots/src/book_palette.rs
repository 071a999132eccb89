//! One palette for the whole book: a value has the same colour, dash and shape in all its plots.

use super::palette::{Colour, Dash, Shape, series};
use super::{Mark, Plot};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A value of a dimension, such as `radix` of `program`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What is told apart.
    pub dimension: String,
    /// One of those that are told apart.
    pub value: String,
}

impl Identity {
    /// The value of a dimension.
    pub fn new(dimension: &str, value: &str) -> Identity {
        let (dimension, value) = (dimension.to_owned(), value.to_owned());
        Identity { dimension, value }
    }

    /// The value as a number, where it is one; words come behind numbers.
    fn number(&self) -> f64 {
        self.value.replace(',', "").parse().unwrap_or(f64::INFINITY)
    }
}

/// By dimension, and numbers by their size: so that places do not depend on the order of chapters.
impl Ord for Identity {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_dimension = self.dimension.cmp(&other.dimension);
        let by_number = || self.number().total_cmp(&other.number());
        let by_word = || self.value.cmp(&other.value);
        by_dimension.then_with(by_number).then_with(by_word)
    }
}

impl PartialOrd for Identity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a series is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The value that tells it from the other series of its plot.
    identity: Identity,
    /// Where no series stands beside it: values that it is of, too, and whose colour it takes where
    /// another plot tells them apart.
    also_of: Vec<Identity>,
}

impl From<Identity> for Subject {
    fn from(identity: Identity) -> Subject {
        let also_of = Vec::new();
        Subject { identity, also_of }
    }
}

impl Subject {
    /// The only series of a plot, which shows `identity` of these values.
    #[must_use]
    pub fn alone(identity: Identity, also_of: Vec<Identity>) -> Subject {
        Subject { identity, also_of }
    }

    /// The value whose colour the series has.
    fn shown<'a>(&'a self, told_apart: &BTreeSet<&Identity>) -> &'a Identity {
        let mut also_of = self.also_of.iter();
        let known = also_of.find(|identity| told_apart.contains(identity));
        known.unwrap_or(&self.identity)
    }
}

/// The place of each value in the palette.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookPalette(BTreeMap<Identity, usize>);

/// What keeps a value from a place.
#[derive(Default)]
struct Beside<'a> {
    values: BTreeSet<&'a Identity>,
    /// Colours that plots give to marks without a value.
    fixed: Vec<Colour>,
}

impl BookPalette {
    /// Gives each value of these plots a place: another one than those that it stands beside in a
    /// plot and, as far as there are colours, than the others of its dimension.
    ///
    /// The values that are hardest to place come first, and among equals those that sort first, so
    /// that the order of the plots does not matter.
    pub fn of<'a>(plots: impl IntoIterator<Item = &'a Plot>) -> BookPalette {
        let plots: Vec<&Plot> = plots.into_iter().collect();
        let told_apart = told_apart(&plots);
        let beside = beside(&plots, &told_apart);
        let mut places: BTreeMap<&Identity, usize> = BTreeMap::new();
        while let Some(next) = hardest(&beside, &places) {
            let place = best_place(next, &beside[next], &places);
            places.insert(next, place);
        }
        let owned = places.into_iter().map(|(it, place)| (it.clone(), place));
        BookPalette(owned.collect())
    }

    /// Gives the series of `plot` the styles that their values have in the book.
    pub fn paint(&self, plot: &mut Plot) {
        let told_apart: BTreeSet<&Identity> = self.0.keys().collect();
        let place = |(index, subject): (usize, &Subject)| {
            let place = self.0.get(subject.shown(&told_apart));
            place.copied().unwrap_or(index)
        };
        let places: Vec<usize> = plot.subjects.iter().enumerate().map(place).collect();
        let in_panels = plot.panels.iter_mut().flat_map(|panel| &mut panel.marks);
        for mark in plot.marks.iter_mut().chain(in_panels) {
            mark.paint(&places);
        }
    }
}

/// The values that some plot tells apart, or shows for want of such a one.
fn told_apart<'a>(plots: &[&'a Plot]) -> BTreeSet<&'a Identity> {
    let subjects = || plots.iter().flat_map(|plot| &plot.subjects);
    let known = subjects().filter(|subject| subject.also_of.is_empty());
    let known: BTreeSet<_> = known.map(|subject| &subject.identity).collect();
    let shown: Vec<_> = subjects().map(|subject| subject.shown(&known)).collect();
    known.into_iter().chain(shown).collect()
}

fn beside<'a>(
    plots: &[&'a Plot],
    told_apart: &BTreeSet<&'a Identity>,
) -> BTreeMap<&'a Identity, Beside<'a>> {
    let mut all: BTreeMap<&Identity, Beside> = BTreeMap::new();
    for plot in plots {
        let shown = plot.subjects.iter().map(|it| it.shown(told_apart));
        let shown: BTreeSet<&Identity> = shown.collect();
        let fixed = plot.all_marks().filter_map(Mark::fixed_colour);
        let fixed: Vec<Colour> = fixed.collect();
        for identity in &shown {
            let beside = all.entry(identity).or_default();
            beside
                .values
                .extend(shown.iter().filter(|it| *it != identity));
            beside.fixed.extend(&fixed);
        }
    }
    all
}

/// The value without a place that stands beside most colours; of several the one that sorts first.
fn hardest<'a>(
    beside: &BTreeMap<&'a Identity, Beside>,
    places: &BTreeMap<&Identity, usize>,
) -> Option<&'a Identity> {
    let left = beside.iter().filter(|(it, _)| !places.contains_key(*it));
    let colours = |beside: &Beside| {
        let taken = beside.values.iter().filter_map(|it| places.get(it));
        taken
            .map(|place| series(*place).colour)
            .collect::<BTreeSet<_>>()
            .len()
    };
    let hardest = left.min_by_key(|(_, beside)| usize::MAX - colours(beside));
    hardest.map(|(identity, _)| *identity)
}

/// A place that no other value of the dimension has, whose colour fewest neighbours have, then whose
/// dash.
fn best_place(identity: &Identity, beside: &Beside, places: &BTreeMap<&Identity, usize>) -> usize {
    const COLOURS: usize = Colour::OF_SERIES.len();
    let neighbours = beside.values.iter().filter_map(|it| places.get(it));
    let neighbours: Vec<usize> = neighbours.copied().collect();
    let of_dimension = places
        .iter()
        .filter(|(it, _)| it.dimension == identity.dimension);
    let of_dimension: Vec<usize> = of_dimension.map(|(_, place)| *place).collect();
    let burden = |place: &usize| {
        let style = series(*place);
        let has_colour = |it: &&usize| series(**it).colour == style.colour;
        let fixed = beside.fixed.contains(&style.colour);
        let colours = neighbours.iter().filter(has_colour).count();
        let dashes = neighbours
            .iter()
            .filter(|it| series(**it).dash == style.dash);
        // Bars in ink are heavy: a hue comes a second time before.
        let heavy = usize::from(style.colour == Colour::Ink);
        let others = of_dimension.iter().chain(&neighbours);
        let same = others.filter(|it| *it == place).count();
        (
            same,
            colours + usize::from(fixed),
            dashes.count(),
            heavy,
            *place,
        )
    };
    // Colour and dash together are another pair at each of these places.
    (0..COLOURS * COLOURS).min_by_key(burden).unwrap_or(0)
}

impl Mark {
    /// Puts the styles of these places where marks name a series by its index.
    fn paint(&mut self, places: &[usize]) {
        let at = |index: usize| series(places.get(index).copied().unwrap_or(index));
        let colour = |colour: &mut Colour| {
            if let Colour::Series(index) = *colour {
                *colour = at(index).colour;
            }
        };
        match self {
            Mark::Line(line) => {
                colour(&mut line.colour);
                if let Dash::Series(index) = line.dash {
                    line.dash = at(index).dash;
                }
            }
            Mark::Points(points) => {
                colour(&mut points.colour);
                if let Shape::Series(index) = points.shape {
                    points.shape = at(index).shape;
                }
            }
            Mark::Band(band) => colour(&mut band.colour),
            Mark::Bars(bars) => {
                colour(&mut bars.colour);
                bars.colours.iter_mut().for_each(colour);
            }
            Mark::Note(note) => colour(&mut note.colour),
            Mark::Rule(_) => {}
        }
    }

    /// The colour of a mark that stands for no value.
    fn fixed_colour(&self) -> Option<Colour> {
        match self {
            Mark::Rule(_) | Mark::Note(_) => None,
            mark => Some(mark.colour()).filter(|it| !matches!(it, Colour::Series(_))),
        }
    }
}

#[cfg(test)]
#[path = "book_palette_tests.rs"]
mod tests;
