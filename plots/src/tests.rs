use expect_test::{Expect, expect, expect_file};

use super::*;
use crate::palette::{Colour, series};

pub(super) fn xy(marks: &[(f64, f64)]) -> Plot {
    let line = Line::new("loss", marks, series(0));
    Plot::new(
        "Loss",
        "Falls.",
        Axis::linear("Step"),
        Axis::linear("Loss (nats)"),
    )
    .with(line)
}

fn check_error(plot: &Plot, expect: Expect) {
    let err = render(plot, Target::Html).expect_err("cannot be drawn");
    expect.assert_eq(&err.to_string());
}

#[test]
fn examples_look_as_they_did() {
    for (name, plot) in examples::all() {
        let svg = render(&plot, Target::Html).expect(name);
        expect_file![format!("snapshots/{name}.svg")].assert_eq(&svg);
        assert_eq!(
            svg,
            render(&plot, Target::Html).expect(name),
            "{name} is drawn anew"
        );
    }
}

#[test]
fn svg_can_stand_in_markdown_and_in_a_page() {
    for (name, plot) in examples::all() {
        for target in [Target::Html, Target::File] {
            let svg = render(&plot, target).expect(name);
            assert!(
                svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
                "{name}"
            );
            assert!(
                svg.lines().all(|line| line.starts_with('<')),
                "{name}: blank or broken line"
            );
            for word in [" id=", "<script", "style=", "NaN", "inf", "rgb", "<g></g>"] {
                assert!(!svg.contains(word), "{name} contains `{word}`");
            }
        }
    }
}

#[test]
fn a_file_carries_size_title_and_description() {
    let svg = render(&xy(&[(0.0, 1.0), (1.0, 2.0)]), Target::File).expect("two points");
    let head: Vec<&str> = svg.lines().take(3).collect();
    expect![[r#"
        <svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" aria-label="Loss" width="640" height="360" viewBox="0 0 640 360" font-family="Libertinus Serif, serif" font-size="13.5">
        <title>Loss</title>
        <desc>Falls.</desc>"#]]
    .assert_eq(&head.join("\n"));
}

#[test]
fn colours_come_from_the_palette() {
    let css = STYLE_SHEET;
    for (name, plot) in examples::all() {
        let svg = render(&plot, Target::Html).expect(name);
        for colour in svg.split(['"']).filter(|value| value.starts_with('#')) {
            assert!(
                css.contains(colour),
                "{name}: `{colour}` is not in `plots.css`"
            );
        }
    }
}

#[test]
fn data_that_cannot_be_drawn_is_named() {
    let empty = xy(&[]);
    check_error(
        &Plot {
            marks: vec![],
            ..empty.clone()
        },
        expect!["plot `Loss` has no data"],
    );
    check_error(
        &Plot {
            marks: vec![],
            ..empty.clone()
        }
        .with(Rule::vertical("drop", 1.0)),
        expect!["plot `Loss` has no data"],
    );
    check_error(&empty, expect!["series `loss` has no points"]);
    check_error(
        &xy(&[(0.0, 1.0), (1.0, f64::NAN)]),
        expect!["series `loss`: point 1 holds `NaN`, expected a finite number"],
    );
    let log = Plot {
        y: Axis::log("Loss", 10),
        ..xy(&[(0.0, 1.0), (1.0, 0.0)])
    };
    check_error(
        &log,
        expect!["series `loss`: point 1 is `0` on the logarithmic y axis, expected more than 0"],
    );
    let band = xy(&[(0.0, 1.0)]).with(Band::new("interval", [(0.0, 2.0, 1.0)], Colour::Blue));
    check_error(
        &band,
        expect!["series `interval`: the interval of point 0 runs from `2` to `1`"],
    );
    check_error(
        &xy(&[(0.0, 1.0)]).sized(100, 100),
        expect!["plot `Loss` of 100 x 100 leaves no room for the data beside its labels"],
    );
}

#[test]
fn axes_that_do_not_suit_are_named() {
    let over = |axis: Axis, low, high| Plot {
        x: axis.over(Range::Fixed(low, high)),
        ..xy(&[(1.0, 1.0)])
    };
    check_error(
        &over(Axis::linear(""), 1.0, 1.0),
        expect!["range from `1` to `1` does not suit the x axis"],
    );
    check_error(
        &over(Axis::log("", 10), 0.0, 1.0),
        expect!["range from `0` to `1` does not suit the x axis"],
    );
    let ticks = Plot {
        x: Axis::linear("").ticks_at([f64::INFINITY]),
        ..xy(&[(1.0, 1.0)])
    };
    check_error(&ticks, expect!["`inf` is not a finite number"]);
    let bars = |values: &[f64]| Bars::new("share", values, Colour::Blue);
    check_error(
        &xy(&[(1.0, 1.0)]).with(bars(&[1.0])),
        expect!["bars `share`: no axis has categories"],
    );
    let by_name = Plot {
        x: Axis::categories("", ["a", "b"]),
        ..xy(&[(1.0, 1.0)])
    };
    check_error(
        &by_name.clone().with(bars(&[1.0])),
        expect!["bars `share`: 1 values for 2 categories"],
    );
    let labelled = bars(&[1.0, 2.0]).labelled(["1".to_owned()]);
    check_error(
        &by_name.with(labelled),
        expect!["bars `share`: 1 labels for 2 values"],
    );
}

#[test]
fn unusual_data_is_drawn() {
    let plots = [
        xy(&[(1.0, 1.0)]),
        xy(&[(0.0, 0.0), (1.0, 0.0)]),
        xy(&[(-1e300, 1e-300), (1e300, 1e300)]),
        xy(&[(0.0, 1e-12), (1e-12, 3e-12)]),
        Plot {
            y: Axis::log("", 10),
            ..xy(&[(0.0, 1e-100), (1.0, 1e100)])
        },
        Plot {
            y: Axis::log("", 2),
            ..xy(&[(0.0, 3.0), (1.0, 3.0)])
        },
        xy(&[(0.0, 1.0), (1.0, 2.0)]).with(Line::new(
            &"a long name ".repeat(9),
            [(0.0, 1.0), (1.0, 2.0)],
            series(1),
        )),
    ];
    for plot in plots {
        let svg = render(&plot, Target::Html).expect("drawable");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}

#[test]
fn the_data_is_a_csv_in_long_form() {
    let point = Point {
        x: 1.2, // beside the middle of its category
        y: 0.5,
        interval: Some((0.25, 0.75)),
    };
    let plot = Plot {
        x: Axis::categories("", ["K80", "P100"]),
        ..xy(&[(0.0, 1.0)])
    }
    .with(Points::new("quoted, read off", [point], series(1)))
    .with(Band::new("interval", [(0.0, 1.0, 2.0)], Colour::Blue))
    .with(Bars::new("share", [0.1, 0.2], Colour::Blue))
    .with(Rule::horizontal("peak", 3.0))
    .with(Note::new("here", 0.0, 1.0, Side::Above));
    expect![[r#"
        series,x,y,low,high
        loss,K80,1,,
        "quoted, read off",P100,0.5,0.25,0.75
        interval,K80,,1,2
        share,K80,0.1,,
        share,P100,0.2,,
        peak,,3,,
    "#]]
    .assert_eq(&to_csv(&plot).replace('\r', ""));
}
