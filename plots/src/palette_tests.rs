use super::*;

/// The five backgrounds of mdBook's `variables.css`, the light ones first.
const LIGHT: [&str; 2] = ["#ffffff", "#e1e1db"]; // light, rust
const DARK: [&str; 3] = ["#131516", "#161923", "#0f1419"]; // coal, navy, ayu

const HUES: [(Colour, &str); 7] = [
    (Colour::Blue, "blue"),
    (Colour::Vermillion, "vermillion"),
    (Colour::Green, "green"),
    (Colour::Purple, "purple"),
    (Colour::Ochre, "ochre"),
    (Colour::SkyBlue, "sky"),
    (Colour::Grey, "grey"),
];

/// What `plots.css` puts in the place of a colour on dark pages.
fn dark(name: &str) -> &'static str {
    let rule = crate::STYLE_SHEET.split(".coal, .navy, .ayu {").nth(1);
    let rule = rule.and_then(|rule| rule.split('}').next());
    let key = format!("--plot-{name}: ");
    let value = rule.and_then(|rule| rule.split(&key).nth(1));
    &value.expect("a colour for dark pages")[..7]
}

type Rgb = [f64; 3];

fn rgb(hex: &str) -> Rgb {
    [1, 3, 5].map(|at| {
        let byte = u8::from_str_radix(&hex[at..at + 2], 16).expect("two hexadecimal digits");
        f64::from(byte) / 255.0
    })
}

fn linear(share: f64) -> f64 {
    if share <= 0.040_45 {
        share / 12.92
    } else {
        ((share + 0.055) / 1.055).powf(2.4)
    }
}

fn encoded(linear: f64) -> f64 {
    if linear <= 0.003_130_8 {
        linear * 12.92
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    }
}

fn times(matrix: [Rgb; 3], v: Rgb) -> Rgb {
    matrix.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
}

/// Relative luminance, WCAG 2.2.
fn luminance(hex: &str) -> f64 {
    let [r, g, b] = rgb(hex).map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// How the colour-blind see: without red, green or blue cones. Machado, Oliveira and Fernandes 2009,
/// for severity 1, on linear RGB.
const BLINDNESS: [[Rgb; 3]; 3] = [
    [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ],
    [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ],
    [
        [1.255_528, -0.076_749, -0.178_779],
        [-0.078_411, 0.930_809, 0.147_602],
        [0.004_733, 0.691_367, 0.303_900],
    ],
];

fn seen(matrix: [Rgb; 3], colour: Rgb) -> Rgb {
    times(matrix, colour.map(linear)).map(|it| encoded(it.clamp(0.0, 1.0)))
}

/// CIE L*a*b* under D65.
fn lab(colour: Rgb) -> Rgb {
    const XYZ: [Rgb; 3] = [
        [0.412_456_4, 0.357_576_1, 0.180_437_5],
        [0.212_672_9, 0.715_152_2, 0.072_175_0],
        [0.019_333_9, 0.119_192_0, 0.950_304_1],
    ];
    const WHITE: Rgb = [0.950_47, 1.0, 1.088_83];
    let cube_root = |t: f64| {
        if t > (6.0_f64 / 29.0).powi(3) {
            t.cbrt()
        } else {
            t / 3.0 * (29.0_f64 / 6.0).powi(2) + 4.0 / 29.0
        }
    };
    let [x, y, z] = times(XYZ, colour.map(linear));
    let [x, y, z] = [x / WHITE[0], y / WHITE[1], z / WHITE[2]].map(cube_root);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The colour difference CIEDE2000, after Sharma, Wu and Dalal 2005.
fn difference([l1, a1, b1]: Rgb, [l2, a2, b2]: Rgb) -> f64 {
    let mean_chroma = f64::midpoint(a1.hypot(b1), a2.hypot(b2)).powi(7);
    let g = 0.5 * (1.0 - (mean_chroma / (mean_chroma + 25.0_f64.powi(7))).sqrt());
    let polar = |a: f64, b: f64| {
        let a = a * (1.0 + g);
        (a.hypot(b), b.atan2(a).to_degrees().rem_euclid(360.0))
    };
    let ((c1, h1), (c2, h2)) = (polar(a1, b1), polar(a2, b2));
    let turn = (h2 - h1 + 180.0).rem_euclid(360.0) - 180.0;
    let turn = if c1 * c2 == 0.0 { 0.0 } else { turn };
    let (dl, dc) = (l2 - l1, c2 - c1);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let h = if c1 * c2 == 0.0 {
        h1 + h2
    } else {
        (h1 + turn / 2.0).rem_euclid(360.0)
    };
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0)
        - 0.20 * cos(4.0 * h - 63.0);
    let squared = (l - 50.0).powi(2);
    let s_l = 1.0 + 0.015 * squared / (20.0 + squared).sqrt();
    let (s_c, s_h) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let narrow = 60.0 * (-((h - 275.0) / 25.0).powi(2)).exp();
    let rotation =
        -2.0 * (c.powi(7) / (c.powi(7) + 25.0_f64.powi(7))).sqrt() * narrow.to_radians().sin();
    let [l, c, h] = [dl / s_l, dc / s_c, dh / s_h];
    (l * l + c * c + h * h + rotation * c * h).sqrt()
}

#[test]
fn lines_have_a_contrast_of_3_and_names_of_4_5_in_all_five_themes() {
    for (colour, name) in HUES {
        for page in LIGHT {
            let (mark, label) = (
                contrast(colour.mark(), page),
                contrast(colour.label(), page),
            );
            assert!(
                mark >= 3.0 && label >= 4.5,
                "{colour:?} on {page}: {mark:.2}, {label:.2}"
            );
        }
        for page in DARK {
            let contrast = contrast(dark(name), page);
            assert!(contrast >= 4.5, "{colour:?} on {page}: {contrast:.2}");
        }
    }
    for page in LIGHT {
        assert!(
            contrast(MUTED, page) >= 4.5 && contrast(INK, page) >= 4.5,
            "{page}"
        );
    }
    for page in DARK {
        assert!(contrast(dark("muted"), page) >= 4.5, "{page}");
    }
}

/// The hues, and the ink with them: where colours differ by less than 2 nobody tells them apart.
#[test]
fn colours_are_told_apart_by_the_colour_blind_too() {
    let of_light = || HUES.iter().map(|(colour, _)| colour.mark()).chain([INK]);
    let of_dark = || HUES.iter().map(|(_, name)| dark(name)).chain(["#c5c5c5"]); // ayu's ink
    for (page, colours) in [
        ("light", of_light().collect::<Vec<_>>()),
        ("dark", of_dark().collect()),
    ] {
        let plain = colours.iter().map(|colour| rgb(colour));
        let mut views = vec![plain.clone().collect::<Vec<_>>()];
        views.extend(BLINDNESS.map(|matrix| plain.clone().map(|it| seen(matrix, it)).collect()));
        for (view, colours_seen) in views.iter().enumerate() {
            for (i, a) in colours_seen.iter().enumerate() {
                for (j, b) in colours_seen.iter().enumerate().take(i) {
                    let difference = difference(lab(*a), lab(*b));
                    let pair = (colours[i], colours[j]);
                    assert!(
                        difference >= 9.0,
                        "{page}, view {view}: {pair:?} {difference:.1}"
                    );
                }
            }
        }
    }
}

/// The expected values are those of the Python package colorspacious 1.1.2.
#[test]
fn the_simulation_is_that_of_others() {
    let check = |hex: &str, expect_lab: Rgb, expect: [Rgb; 3]| {
        let near = |a: Rgb, b: Rgb, by: f64| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= by);
        let found = lab(rgb(hex));
        assert!(near(found, expect_lab, 0.02), "{hex}: {found:?}");
        for (matrix, expect) in BLINDNESS.into_iter().zip(expect) {
            let found = seen(matrix, rgb(hex)).map(|it| it * 255.0);
            assert!(near(found, expect, 0.05), "{hex}: {found:?}");
        }
    };
    check(
        "#ac4641",
        [43.55, 41.47, 24.31],
        [
            [95.8, 89.32, 63.87],
            [121.29, 111.09, 62.52],
            [188.15, 50.47, 69.49],
        ],
    );
    check(
        "#3182d2",
        [53.24, 3.23, -48.13],
        [
            [92.24, 135.18, 213.25],
            [67.21, 120.43, 208.42],
            [0.0, 148.99, 159.75],
        ],
    );
}

/// The first three are of the test data of Sharma, Wu and Dalal 2005, Table 1.
#[test]
fn the_difference_is_that_of_others() {
    for (a, b, expect) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        (
            [60.2574, -34.0099, 36.2677],
            [60.4626, -34.1751, 39.4387],
            1.2644,
        ),
        (
            [2.0776, 0.0795, -1.1350],
            [0.9033, -0.0636, -0.5514],
            0.9082,
        ),
    ] {
        let found = difference(a, b);
        assert!((found - expect).abs() < 5e-5, "{a:?}, {b:?}: {found}");
    }
}

#[test]
fn the_style_sheet_knows_every_colour() {
    let all = Colour::OF_SERIES.into_iter().chain([Colour::Grey]);
    let series = all.flat_map(|colour| [colour.mark(), colour.label()]);
    for colour in series.chain([INK, MUTED, GRID, PAPER]) {
        for attribute in ["fill", "stroke"] {
            let rule = format!("svg.plot [{attribute}=\"{colour}\"]");
            let is_drawn = colour != GRID || attribute == "stroke";
            assert!(
                !is_drawn || crate::STYLE_SHEET.contains(&rule),
                "`plots.css` lacks `{rule}`"
            );
        }
    }
}

#[test]
fn the_first_seven_styles_differ_in_every_cue() {
    for index in 0..7 {
        for other in 0..index {
            let (a, b) = (super::series(index), super::series(other));
            assert!(
                a.colour != b.colour && a.dash != b.dash && a.shape != b.shape,
                "{index} and {other}"
            );
        }
    }
    let patterns: Vec<_> = (0..7)
        .map(|index| super::series(index).dash.pattern())
        .collect();
    let distinct: std::collections::BTreeSet<_> = patterns.iter().collect();
    assert_eq!(distinct.len(), 7);
}
