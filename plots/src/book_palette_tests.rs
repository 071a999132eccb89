use super::*;
use crate::Axis;

/// A plot with a line about each of these values.
fn plot(dimension: &str, values: &[&str]) -> Plot {
    let mut plot = Plot::new("", "", Axis::linear("x"), Axis::linear("y"));
    for value in values {
        let style = plot.style_of(Identity::new(dimension, value));
        plot = plot.with(crate::Line::new(value, [(0.0, 1.0), (1.0, 2.0)], style));
    }
    plot
}

/// The colour, dash and name of each line as the book has it.
fn painted(palette: &BookPalette, plot: &Plot) -> Vec<(String, Colour, Dash)> {
    let mut plot = plot.clone();
    palette.paint(&mut plot);
    let lines = plot.marks.iter().filter_map(|mark| match mark {
        Mark::Line(line) => Some((line.name.clone(), line.colour, line.dash)),
        _ => None,
    });
    lines.collect()
}

#[test]
fn a_value_has_one_colour_and_dash_in_all_plots_whatever_their_order() {
    let rates = ["1", "0.1", "0.01", "0.001"];
    let mut plots = vec![
        plot("rate", &rates),
        plot("rate", &rates[1..]),
        plot("rate", &["0.001", "0.1"]),
        plot("machine", &["laptop", "server"]),
        plot("machine", &["server"]),
    ];
    let palette = BookPalette::of(&plots);
    let mut styles = BTreeMap::new();
    for drawn in &plots {
        for (name, colour, dash) in painted(&palette, drawn) {
            let first = *styles.entry(name.clone()).or_insert((colour, dash));
            assert_eq!(first, (colour, dash), "{name}");
        }
    }
    assert_eq!(styles.len(), 6);
    // Numbers by their size, words by the alphabet.
    let counts = plot("n", &["9", "100", "10"]);
    let of_counts = painted(&BookPalette::of([&counts]), &counts);
    let of_counts: Vec<_> = of_counts.into_iter().map(|it| it.1).collect();
    assert_eq!(of_counts, [Colour::Blue, Colour::Green, Colour::Vermillion]);
    assert_eq!(styles["0.001"].0, Colour::Blue);
    assert_eq!(styles["0.01"].0, Colour::Vermillion);
    assert_eq!(styles["1"].0, Colour::Purple);
    assert_eq!(styles["laptop"].0, Colour::Blue);
    plots.reverse();
    assert_eq!(BookPalette::of(&plots), palette);
}

#[test]
fn no_two_series_of_a_plot_have_the_same_colour_or_dash() {
    // Seven of thirty values in each plot: more than there are colours in the dimension.
    let values: Vec<String> = (0..30).map(|value| format!("v{value:02}")).collect();
    let plots: Vec<Plot> = (0..24)
        .map(|first| {
            let shown: Vec<&str> = (0..7).map(|i| values[first + i].as_str()).collect();
            plot("program", &shown)
        })
        .collect();
    let palette = BookPalette::of(&plots);
    for drawn in &plots {
        let styles = painted(&palette, drawn);
        let colours: BTreeSet<_> = styles.iter().map(|(_, colour, _)| *colour).collect();
        assert_eq!(colours.len(), 7, "{styles:?}");
    }
}

#[test]
fn values_beyond_the_colours_differ_in_colour_or_dash() {
    let values: Vec<String> = (0..20).map(|value| value.to_string()).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let crowded = plot("n", &values);
    let styles = painted(&BookPalette::of([&crowded]), &crowded);
    let pairs: BTreeSet<_> = styles
        .iter()
        .map(|(_, colour, dash)| (colour.mark(), dash.pattern()))
        .collect();
    assert_eq!(pairs.len(), 20);
}

#[test]
fn values_of_one_dimension_differ_where_no_plot_shows_both() {
    let plots = [plot("program", &["a"]), plot("program", &["b"])];
    let palette = BookPalette::of(&plots);
    let colour = |at: usize| painted(&palette, &plots[at])[0].1;
    assert_ne!(colour(0), colour(1));
}

#[test]
fn a_value_keeps_off_the_fixed_colours_of_its_plots() {
    let style = series(0); // a blue line that is about no value
    let plots = [
        plot("program", &["a", "b"]).with(crate::Line::new("model", [(0.0, 1.0)], style)),
        plot("program", &["a"]),
    ];
    let palette = BookPalette::of(&plots);
    let colours: Vec<_> = painted(&palette, &plots[0])
        .into_iter()
        .map(|it| it.1)
        .collect();
    assert_eq!(colours, [Colour::Vermillion, Colour::Green, Colour::Blue]);
    assert_eq!(painted(&palette, &plots[1])[0].1, Colour::Vermillion);
}

#[test]
fn a_series_alone_has_the_colour_of_what_it_is_of() {
    let alone = |place: &[&str]| {
        let mut plot = plot("", &[]);
        let of = place.iter().map(|value| Identity::new("program", value));
        let subject = Subject::alone(Identity::new("", "seconds"), of.collect());
        let style = plot.style_of(subject);
        plot.with(crate::Line::new("seconds", [(0.0, 1.0)], style))
    };
    let (both, of_radix, of_other) = (
        plot("program", &["merge", "radix"]),
        alone(&["radix"]),
        alone(&["heap"]),
    );
    let palette = BookPalette::of([&of_radix, &of_other, &both]);
    let radix = painted(&palette, &both)[1].1;
    assert_eq!(painted(&palette, &of_radix)[0].1, radix);
    assert_ne!(radix, Colour::Series(1));
    // No plot tells `heap` apart.
    assert_eq!(palette.0.get(&Identity::new("program", "heap")), None);
    assert!(palette.0.contains_key(&Identity::new("", "seconds")));
}

#[test]
fn ink_is_for_a_seventh_series_of_one_plot() {
    let values = ["a", "b", "c", "d", "e", "f", "g"];
    let has_ink = |plots: &[Plot]| {
        let palette = BookPalette::of(plots);
        let mut all = plots.iter().flat_map(|it| painted(&palette, it));
        all.any(|(_, colour, _)| colour == Colour::Ink)
    };
    assert!(has_ink(&[plot("program", &values)]));
    assert!(!has_ink(&values.map(|value| plot("program", &[value]))));
}
