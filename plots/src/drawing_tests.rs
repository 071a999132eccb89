//! What drawings hold: text that can be read on a phone, panels, bars with their numbers.

use super::tests::xy;
use super::*;
use crate::palette::series;

/// A text of a drawing: what it says, its size, and how far it reaches from left to right.
struct Drawn {
    text: String,
    size: f64,
    reach: (f64, f64),
}

/// The value of an attribute of a tag.
fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

/// The texts of a drawing, their sizes, anchors and places inherited from the groups around them.
fn texts(svg: &str, target: Target) -> Vec<Drawn> {
    let mut around: Vec<(f64, String, f64)> = vec![(0.0, "start".to_owned(), 0.0)];
    let mut texts = Vec::new();
    for line in svg.lines() {
        let (size, anchor, shift) = around[around.len() - 1].clone();
        let number = |name| value(line, name).and_then(|it| it.parse::<f64>().ok());
        let moved = value(line, "transform").and_then(|it| it.strip_prefix("translate("));
        let moved = moved.and_then(|it| it.split(' ').next()?.parse::<f64>().ok());
        let here = (
            number("font-size").unwrap_or(size),
            value(line, "text-anchor").unwrap_or(&anchor).to_owned(),
            shift + moved.unwrap_or(0.0),
        );
        if line.starts_with("<g ") || line.starts_with("<svg ") {
            around.push(here);
        } else if line == "</g>" || line == "</svg>" {
            around.pop();
        } else if line.starts_with("<text ") {
            let (size, anchor, shift) = here;
            let text = line.split('>').nth(1).and_then(|it| it.split('<').next());
            let text = text.unwrap_or_default().replace("&amp;", "&");
            let width = target.font().width(&text, size);
            let x = shift + number("x").expect("a place");
            let left = match anchor.as_str() {
                "start" => x,
                "middle" => x - width / 2.0,
                _ => x - width,
            };
            let reach = (left, left + width);
            texts.push(Drawn { text, size, reach });
        }
    }
    texts
}

fn all_with_panels() -> Vec<(&'static str, Plot)> {
    let mut all = examples::all();
    all.push(("panels", panels()));
    all.push(("labelled", crowded_bars()));
    all
}

const TARGETS: [Target; 3] = [Target::Html, Target::Narrow, Target::File];

#[test]
fn text_is_as_large_on_a_phone_and_no_edge_cuts_it() {
    let rule = |before: &str| -> f64 {
        let (_, rest) = STYLE_SHEET.split_once(before).expect(before);
        let digits = rest.chars().take_while(char::is_ascii_digit);
        digits.collect::<String>().parse().expect("a width in px")
    };
    // The narrowest that each drawing is shown, by the width of its view box.
    let narrow = rule("svg.plot.narrow { display: none; min-width: ") / 310.0;
    let wide = rule("@container (max-width: ") / 640.0;
    for (name, plot) in all_with_panels() {
        for target in TARGETS {
            let svg = render(&plot, target).expect(name);
            let width: f64 = value(&svg, "viewBox")
                .and_then(|it| it.split(' ').nth(2)?.parse().ok())
                .expect("a width");
            let (scale, expected) = match target {
                Target::Narrow => (narrow, 310.0),
                Target::Html | Target::File => (wide, f64::from(plot.width)),
            };
            assert_eq!(width, expected, "{name}");
            let texts = texts(&svg, target);
            assert!(texts.len() > 4, "{name}: {} texts", texts.len());
            for Drawn { text, size, reach } in texts {
                assert!(
                    size * scale >= 12.0,
                    "{name}, {target:?}: `{text}` of {size}"
                );
                let is_inside = reach.0 >= -1.0 && reach.1 <= width + 1.0;
                assert!(is_inside, "{name}, {target:?}: `{text}` at {reach:?}");
            }
        }
    }
}

#[test]
fn a_narrow_drawing_is_laid_out_anew() {
    let plot = examples::all()
        .into_iter()
        .find(|(name, _)| *name == "loss_curve")
        .expect("it")
        .1;
    let (wide, narrow) = (render(&plot, Target::Html), render(&plot, Target::Narrow));
    let (wide, narrow) = (wide.expect("drawable"), narrow.expect("drawable"));
    let ticks = |svg: &str, target| {
        let of_axis = texts(svg, target).into_iter();
        of_axis.filter(|it| it.size == layout::TICK_SIZE).count()
    };
    let (many, few) = (ticks(&wide, Target::Html), ticks(&narrow, Target::Narrow));
    assert!(few < many, "{few} and {many} ticks");
    assert!(narrow.contains("class=\"plot narrow\"") && !wide.contains("narrow"));
    for said in ["aria-label", "aria-description"] {
        assert_eq!(value(&wide, said), value(&narrow, said), "{said}");
        assert!(value(&narrow, said).is_some(), "{said}");
    }
}

/// Two models of one series, the errors of the second much smaller.
fn panels() -> Plot {
    let residuals = |by: f64| -> Vec<(f64, f64)> {
        (1..=30)
            .map(|x| (f64::from(x), by * (f64::from(x) * 0.7).sin()))
            .collect()
    };
    let mut plot = Plot::new(
        "Residuals",
        "Of two models.",
        Axis::linear("Step"),
        Axis::linear("Measured less modelled (s)"),
    )
    .sized(640, 240);
    for (index, (title, by)) in [("one model", 0.9), ("two models", 0.04)]
        .into_iter()
        .enumerate()
    {
        let points = Points::plain(title, &residuals(by), series(index)).keyed(Key::None);
        plot.panels.push(Panel::new(title, [points.into()]));
    }
    plot.with(Rule::vertical("drop", 12.0))
}

/// The labels beside the vertical axes, panel by panel.
fn y_labels(svg: &str) -> Vec<Vec<String>> {
    let panels = svg.split("<g transform=").skip(1);
    let labels = |panel: &str| {
        let axis = panel.split("text-anchor=\"end\">").nth(1).expect("labels");
        let axis = axis.split("</g>").next().unwrap_or_default();
        let texts = axis.lines().filter_map(|line| line.split('>').nth(1));
        texts
            .filter_map(|it| it.split('<').next())
            .map(str::to_owned)
            .collect()
    };
    panels.map(labels).collect()
}

#[test]
fn panels_share_their_axes() {
    for target in TARGETS {
        let svg = render(&panels(), target).expect("drawable");
        let labels = y_labels(&svg);
        assert_eq!(labels.len(), 2);
        assert_eq!(labels[0], labels[1], "{target:?}");
        assert!(
            labels[0].len() >= 3 && labels[0].contains(&"1.0".to_owned()),
            "{labels:?}"
        );
        for title in ["one model", "two models"] {
            assert_eq!(svg.matches(&format!(">{title}<")).count(), 1, "{title}");
        }
        assert_eq!(svg.matches(">Measured less modelled (s)<").count(), 1);
    }
    let csv = to_csv(&panels());
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines[0], "panel,series,x,y,low,high");
    assert_eq!(lines[1], ",drop,12,,,");
    assert!(
        lines[2].starts_with("one model,one model,1,0.5"),
        "{}",
        lines[2]
    );
    assert_eq!(lines.len(), 62);
}

#[test]
fn panels_with_axes_of_their_own_have_as_many_ticks() {
    let panel = |title: &str, most: f64| {
        let line = Line::new("β", [(0.0, 0.2 * most), (10.0, most)], series(0));
        Panel::with_axis(
            Axis::linear(title).over(Range::WithZero),
            [line.keyed(Key::None).into()],
        )
    };
    let mut plot = Plot::new("Three", "", Axis::linear("Depth"), Axis::linear("")).sized(640, 260);
    plot.panels = vec![panel("β₀", 0.000_83), panel("β₁", 1.7), panel("β₂", 0.11)];
    for target in TARGETS {
        let labels = y_labels(&render(&plot, target).expect("drawable"));
        assert_eq!(labels.len(), 3);
        assert!(
            labels
                .iter()
                .all(|it| it.len() == labels[0].len() && it.len() >= 4),
            "{labels:?}"
        );
    }
}

/// Both panels have the series of two machines; the machines are named once, above them.
#[test]
fn panels_have_one_legend() {
    let panel = |title: &str| {
        let line = |name: &str, index: usize| {
            let line = Line::new(name, [(0.0, 1.0), (9.0, 2.0)], series(index));
            Mark::from(line.keyed(Key::Legend))
        };
        Panel::new(title, [line("laptop", 0), line("server", 1)])
    };
    let mut plot = Plot::new("Two", "", Axis::linear("n"), Axis::linear("s")).sized(640, 240);
    plot.panels = vec![panel("sorted"), panel("shuffled")];
    for target in TARGETS {
        let svg = render(&plot, target).expect("drawable");
        for name in ["laptop", "server"] {
            assert_eq!(svg.matches(&format!(">{name}<")).count(), 1, "{target:?}");
        }
    }
}

/// Where the names beside the lines would take the room of the lines, they go.
#[test]
fn names_leave_a_narrow_frame_its_width() {
    let name = "the mean over all the classes there are";
    let plot = xy(&[(0.0, 1.0), (9.0, 2.0)]).with(Rule::horizontal(name, 1.5));
    let svg = render(&plot, Target::Narrow).expect("drawable");
    let grid = svg
        .lines()
        .find(|line| line.starts_with("<line"))
        .expect("a grid");
    let place = |end| {
        value(grid, end)
            .and_then(|it| it.parse::<f64>().ok())
            .expect("a place")
    };
    let width = place("x2") - place("x1");
    assert!(width > 0.8 * 310.0, "the frame is {width} wide");
    assert!(svg.contains(&format!(">{name}<")));
}

/// Twelve pairs of bars from 99 % to 0.02 %, with their numbers.
fn crowded_bars() -> Plot {
    let values: Vec<f64> = (0..12).map(|i| 0.99 / 1.8_f64.powi(i)).collect();
    let labels: Vec<String> = values
        .iter()
        .map(|it| format!("{:.2} %", 100.0 * it))
        .collect();
    let names: Vec<String> = (0..12).map(|i| format!("kind {i}")).collect();
    Plot::new(
        "Shares",
        "",
        Axis::categories("Kind", names),
        Axis::linear("Share").in_percent(),
    )
    .with(Bars::new("a", values.clone(), Colour::Blue).labelled(labels.clone()))
    .with(Bars::new("b", values, Colour::Ochre).labelled(labels))
    .with(Rule::horizontal("limit", 0.5))
}

#[test]
fn each_bar_from_99_to_1_percent_has_its_number_on_a_line_of_its_own() {
    for target in TARGETS {
        let svg = render(&crowded_bars(), target).expect("drawable");
        let all: Vec<_> = svg.split("class=\"values\"").skip(1).collect();
        assert_eq!(all.len(), 2);
        let mut heights = Vec::new();
        for group in all {
            let group = group.split("</g>").next().unwrap_or_default();
            let lines = group.lines().filter(|line| line.starts_with("<text"));
            heights.extend(lines.filter_map(|line| value(line, "y")?.parse::<f64>().ok()));
        }
        assert_eq!(heights.len(), 24, "{target:?}");
        heights.sort_by(f64::total_cmp);
        let closest = heights
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .fold(f64::MAX, f64::min);
        assert!(closest >= 12.0, "{target:?}: numbers {closest} apart");
        assert!(svg.contains(">0\u{a0}%<"), "bars begin at zero");
    }
}

#[test]
fn few_numbers_stay_above_upright_bars() {
    let plot = Plot::new(
        "",
        "",
        Axis::categories("", ["a", "b"]),
        Axis::linear("Share"),
    )
    .with(Bars::new("a", [0.99, 0.01], Colour::Blue).labelled(["99".to_owned(), "1".to_owned()]));
    assert_eq!(lying::laid(&plot, &text::PAGE), plot);
}

/// Residuals that are rounding errors ask for no tick below zero, and zero has no sign.
#[test]
fn ticks_near_zero_are_zero() {
    for tiny in [-1e-17, -4e-16, 1e-17] {
        for most in [1.0, 0.3, 7.0] {
            let plot = xy(&[(0.0, tiny), (1.0, most), (2.0, most / 3.0)]);
            for target in TARGETS {
                let svg = render(&plot, target).expect("drawable");
                let labels = y_label_texts(&svg);
                assert!(
                    labels.iter().all(|it| !it.starts_with(['−', '-'])),
                    "{labels:?}"
                );
                assert!(labels.iter().any(|it| it.parse() == Ok(0.0)), "{labels:?}");
                assert!(labels.iter().all(|it| it.len() <= 4), "{labels:?}");
            }
        }
    }
    let crossing = xy(&[(0.0, -0.3), (1.0, 0.3)]);
    let labels = y_label_texts(&render(&crossing, Target::Html).expect("drawable"));
    let zeros = labels
        .iter()
        .filter(|it| it.replace('−', "").parse() == Ok(0.0));
    assert_eq!(zeros.collect::<Vec<_>>(), ["0.0"]);
}

fn y_label_texts(svg: &str) -> Vec<String> {
    let with_marker = format!("<g transform=\"\">{svg}");
    y_labels(&with_marker).concat()
}

#[test]
fn many_points_and_points_on_a_line_are_written_shortly() {
    let many: Vec<(f64, f64)> = (0..500).map(|x| (f64::from(x), f64::from(x % 7))).collect();
    let plot = xy(&[(0.0, 0.0), (500.0, 7.0)]).with(Points::plain("all", &many, series(0)));
    let svg = render(&plot, Target::Html).expect("drawable");
    assert_eq!(svg.matches("h.01").count(), 500);
    assert!(svg.len() < 500 * 20 + 5000, "{} bytes", svg.len());
    let straight: Vec<(f64, f64)> = (0..500)
        .map(|x| (f64::from(x), 2.0 * f64::from(x)))
        .collect();
    let svg = render(&xy(&straight), Target::Html).expect("drawable");
    let line = svg
        .lines()
        .find(|line| line.starts_with("<polyline"))
        .expect("a line");
    let places = value(line, "points").expect("places").split(' ').count();
    assert!(places < 20, "{places} places");
    // The data to download are whole.
    assert_eq!(to_csv(&xy(&straight)).lines().count(), 501);
}

/// The lines of names beside the vertical axis, of bars that lie and of dots, keep off each other.
#[test]
fn long_names_of_categories_have_room() {
    let names: Vec<String> = (0..9)
        .map(|i| format!("{i} a name that goes on and on, and does not end"))
        .collect();
    let upright = Plot::new(
        "",
        "",
        Axis::categories("", names.clone()),
        Axis::linear("Share"),
    );
    let lying =
        Plot::new("", "", Axis::linear("Share"), Axis::categories("", names)).sized(640, 200);
    let labels: Vec<String> = (0..9).map(|i| format!("{i}.000000")).collect();
    let bars = Bars::new("a", vec![1.0; 9], Colour::Blue).labelled(labels);
    let dots: Vec<_> = (0..9).map(|i| (1.0 + f64::from(i), f64::from(i))).collect();
    let dots = Points::plain("dots", &dots, series(0));
    let turned = [(upright.with(bars.clone()), Target::Narrow)].into_iter();
    let placed = [lying.clone().with(bars), lying.with(dots)].into_iter();
    let placed = placed.flat_map(|plot| TARGETS.map(|target| (plot.clone(), target)));
    for (plot, target) in turned.chain(placed) {
        let svg = render(&plot, target).expect("drawable");
        let axis = svg.split("text-anchor=\"end\">").nth(1).expect("names");
        let axis = axis.split("</g>").next().unwrap_or_default();
        let rows = axis
            .lines()
            .filter_map(|line| value(line, "y")?.parse::<f64>().ok());
        let mut rows: Vec<f64> = rows.collect();
        rows.sort_by(f64::total_cmp);
        assert!(rows.len() >= 18, "{target:?}: {} lines", rows.len());
        let distances = rows.windows(2).map(|pair| pair[1] - pair[0]);
        let closest = distances.fold(f64::MAX, f64::min);
        assert!(closest >= 12.0, "{target:?}: lines {closest} apart");
    }
}

#[test]
fn names_of_rules_that_are_many_stand_in_rows() {
    let names: Vec<String> = (0..7).map(|i| format!("rule of the number {i}")).collect();
    let mut plot = xy(&[(0.0, 1.0), (10.0, 2.0)]);
    for (at, name) in names.iter().enumerate() {
        plot = plot.with(Rule::vertical(name, 1.0 + at as f64));
    }
    for target in TARGETS {
        let svg = render(&plot, target).expect("drawable");
        let rule_y = |text: &str| {
            let line = svg.lines().find(|line| line.contains(&format!(">{text}<")));
            line.and_then(|line| value(line, "y")?.parse::<f64>().ok())
                .expect("its height")
        };
        let all = texts(&svg, target);
        let of_rules: Vec<_> = all.iter().filter(|it| names.contains(&it.text)).collect();
        assert_eq!(of_rules.len(), 7);
        for (index, a) in of_rules.iter().enumerate() {
            for b in &of_rules[..index] {
                let apart = a.reach.0 >= b.reach.1 || b.reach.0 >= a.reach.1;
                let other_row = (rule_y(&a.text) - rule_y(&b.text)).abs() > 12.0;
                assert!(apart || other_row, "{target:?}: {} on {}", a.text, b.text);
            }
        }
    }
}
