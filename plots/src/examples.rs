//! Plots such as chapters show, for the snapshots. The numbers only have the right shape.

use super::*;
use crate::palette::{self, Colour, SeriesStyle, series};

/// Every example by the name of its snapshot.
pub(super) fn all() -> Vec<(&'static str, Plot)> {
    vec![
        ("bars_lying", bars_lying()),
        ("bars_upright", bars_upright()),
        (
            "u_shape",
            u_shape(Axis::linear("Time per step (s)").over(Range::WithZero)),
        ),
        ("u_shape_log", u_shape(Axis::log("Time per step (s)", 10))),
        ("loss_curve", loss_curve()),
        ("dots_by_gpu", dots_by_gpu()),
        ("accuracy_log2", accuracy_log2()),
        ("many_lines", many_lines()),
        ("close_ends", close_ends()),
        ("zoomed", zoomed()),
        ("speed_log_log", speed_log_log()),
        ("negative", negative()),
        ("many_bars", many_bars()),
    ]
}

fn plot(title: &str, x: Axis, y: Axis) -> Plot {
    Plot::new(title, "An example with made-up data.", x, y)
}

fn percent(values: &[f64]) -> Vec<String> {
    values
        .iter()
        .map(|&value| writing::numbers::percent(value, 2).expect("finite"))
        .collect()
}

fn bars_lying() -> Plot {
    let vgg16 = [0.9908, 0.0080, 0.0008, 0.0004, 0.0];
    let vgg19 = [0.9927, 0.0063, 0.0007, 0.0003, 0.0];
    let layers = [
        "convolution",
        "fully connected",
        "ReLU",
        "max pooling",
        "softmax",
    ];
    plot(
        "Share of FLOPs by kind of layer",
        Axis::linear("Share of a forward pass")
            .in_percent()
            .over(Range::Fixed(0.0, 1.0)),
        Axis::categories("", layers),
    )
    .with(Bars::new("VGG-16", vgg16, Colour::Blue).labelled(percent(&vgg16)))
    .with(Bars::new("VGG-19", vgg19, Colour::Ochre).labelled(percent(&vgg19)))
}

fn bars_upright() -> Plot {
    let names = [
        "AlexNet",
        "VGG-16",
        "VGG-19",
        "GoogLeNet",
        "ResNet-50 (v1.5 of torchvision)",
    ];
    let counted = [0.72, 15.5, 19.6, 1.6, 4.1];
    let printed = [0.66, 15.5, 19.6, 1.5, 3.9];
    let labels = |values: &[f64]| values.iter().map(f64::to_string).collect::<Vec<_>>();
    plot(
        "FLOPs of five networks",
        Axis::categories("", names),
        Axis::linear("Multiply-accumulates of a forward pass (10⁹)"),
    )
    .with(Bars::new("counted here", counted, Colour::Blue).labelled(labels(&counted)))
    .with(
        Bars::new("printed by Lu et al.", printed, Colour::Blue)
            .labelled(labels(&printed))
            .filled(Fill::Hollow),
    )
}

/// Eq. (4) of Peng et al. 2018 with the coefficients of their Table 2 and M = 128.
fn step_seconds(workers: f64, servers: f64) -> f64 {
    1.02 * 128.0 / workers + 2.78 + 4.92 * workers / servers + 0.02 * servers
}

fn u_shape(y: Axis) -> Plot {
    let curve = |servers| {
        (1..=20)
            .map(|w| (f64::from(w), step_seconds(f64::from(w), servers)))
            .collect::<Vec<_>>()
    };
    let mut result = plot(
        "Time per step over workers",
        Axis::linear("Workers").ticks_at([1.0, 5.0, 10.0, 15.0, 20.0]),
        y,
    );
    for (index, (servers, best)) in [(2.0, 7.0), (4.0, 10.0)].into_iter().enumerate() {
        let side = if index == 0 { Side::Above } else { Side::Below };
        let style = series(index);
        let name = format!("{servers} servers");
        let seconds = step_seconds(best, servers);
        result = result
            .with(Line::new(&name, curve(servers), style))
            .with(Points::plain(&name, &[(best, seconds)], style).keyed(Key::None))
            .with(
                Note::new(
                    &format!("{best} workers, {seconds:.1} s"),
                    best,
                    seconds,
                    side,
                )
                .coloured(style.colour),
            );
    }
    result
}

/// A number between −1 and 1 that looks random: the fractional part of a steep sine.
fn noise(index: u32) -> f64 {
    let steep = (f64::from(index) * 12.9898).sin() * 43758.5453;
    2.0 * (steep - steep.floor()) - 1.0
}

fn loss_curve() -> Plot {
    let model = |epoch: f64| 1.0 / (0.03 * epoch + 0.5) + 0.28;
    let dropped = |epoch: f64| {
        if epoch > 250.0 {
            0.72
        } else if epoch > 150.0 {
            0.8
        } else {
            1.0
        }
    };
    let point = |epoch: u32| {
        let e = f64::from(epoch);
        (e, model(e) * dropped(e) * (1.0 + 0.12 * noise(epoch)))
    };
    let line: Vec<(f64, f64)> = (1..=350)
        .map(|e| (f64::from(e), model(f64::from(e))))
        .collect();
    let band: Vec<_> = line.iter().map(|&(e, l)| (e, l * 0.92, l * 1.08)).collect();
    let measured = SeriesStyle {
        colour: Colour::Grey,
        ..series(0)
    };
    plot(
        "Training loss of ResNet-20",
        Axis::linear("Epoch"),
        Axis::linear("Training loss (nats)").over(Range::WithZero),
    )
    .with(Points::plain(
        "measured",
        &(1..=350).map(point).collect::<Vec<_>>(),
        measured,
    ))
    .with(Band::new("95 % interval", band, Colour::Blue).keyed(Key::Legend))
    .with(Line::new("model", line, series(0)).keyed(Key::Legend))
    .with(Rule::vertical("learning rate ÷ 10", 150.0))
    .with(Rule::vertical("÷ 10", 250.0))
}

fn dots_by_gpu() -> Plot {
    let at = |x, row, low, high| Point {
        x,
        y: row,
        interval: Some((low, high)),
    };
    let dot = |x, row| Point {
        x,
        y: row,
        interval: None,
    };
    let gpus = ["K80", "P100", "V100", "H200"];
    let quoted = [
        dot(0.13, 0.18),
        dot(0.16, 0.18),
        dot(0.41, 1.18),
        dot(0.36, 1.18),
        dot(0.58, 2.18),
        dot(0.55, 2.18),
        dot(0.5, 2.18),
    ];
    let derived = [
        at(0.145, -0.12, 0.12, 0.17),
        at(0.39, 0.88, 0.34, 0.43),
        at(0.55, 1.88, 0.48, 0.6),
    ];
    plot(
        "Platform percent of peak by GPU",
        Axis::linear("Platform percent of peak")
            .in_percent()
            .over(Range::WithZero),
        Axis::categories("", gpus),
    )
    .with(
        Points::new(
            "from published throughput",
            quoted,
            SeriesStyle {
                shape: palette::Shape::Circle,
                ..series(1)
            },
        )
        .hollow(),
    )
    .with(Points::new("median and range", derived, series(0)))
    .with(Points::new(
        "measured here",
        [at(0.62, 3.0, 0.6, 0.64)],
        series(2),
    ))
    .sized(640, 260)
}

fn accuracy_log2() -> Plot {
    let samples = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
    let random = [62.1, 66.9, 70.2, 73.8, 76.0, 77.7, 78.4];
    let chosen = [66.4, 70.0, 73.1, 75.2, 76.9, 78.0, 78.5];
    let pairs = |ys: &[f64]| {
        samples
            .iter()
            .copied()
            .zip(ys.iter().copied())
            .collect::<Vec<_>>()
    };
    let mut result = plot(
        "Accuracy over samples per class",
        Axis::log("Samples per class, K", 2),
        Axis::linear("Test accuracy (%)"),
    );
    for (index, (name, ys)) in [("random choice", random), ("coreset", chosen)]
        .into_iter()
        .enumerate()
    {
        result = result
            .with(Line::new(name, pairs(&ys), series(index)))
            .with(
                Points::plain(name, &pairs(&ys), series(index))
                    .hollow()
                    .keyed(Key::None),
            );
    }
    result.with(Rule::horizontal("all data", 80.2))
}

fn many_lines() -> Plot {
    let mut result = plot(
        "Seven learning curves",
        Axis::linear("Epoch"),
        Axis::linear("Accuracy").in_percent(),
    );
    for index in 0..7u32 {
        let rate = 0.02 + 0.01 * f64::from(index);
        let curve: Vec<_> = (0..=100)
            .map(|e| (f64::from(e), 0.92 * (1.0 - (-rate * f64::from(e)).exp())))
            .collect();
        result = result.with(Line::new(
            &format!("depth {}", 20 + 12 * index),
            curve,
            series(index as usize),
        ));
    }
    result
}

fn close_ends() -> Plot {
    let mut result = plot(
        "Four lines that end together",
        Axis::linear("Epoch"),
        Axis::linear("Test loss (nats)"),
    );
    for (index, name) in ["fp32", "tf32", "bf16", "fp16"].into_iter().enumerate() {
        let end = 0.30 + 0.004 * index as f64;
        let curve: Vec<_> = (0..=60)
            .map(|e| (f64::from(e), end + 2.0 * (-f64::from(e) / 12.0).exp()))
            .collect();
        result = result.with(Line::new(name, curve, series(index)));
    }
    result
}

fn zoomed() -> Plot {
    let wave: Vec<_> = (0..=200)
        .map(|i| {
            (
                f64::from(i) / 10.0,
                (f64::from(i) / 10.0).sin() * f64::from(i) / 40.0,
            )
        })
        .collect();
    let dots: Vec<_> = wave.iter().copied().step_by(10).collect();
    plot(
        "A range smaller than the data",
        Axis::linear("Seconds").over(Range::Fixed(2.0, 14.0)),
        Axis::linear("Amplitude").over(Range::Fixed(-2.0, 2.0)),
    )
    .with(Line::new("wave", wave, series(1)))
    .with(Points::plain("samples", &dots, series(0)))
    .with(Note::new("<b> & |x|", 5.0, -1.2, Side::Below))
}

fn speed_log_log() -> Plot {
    let sizes = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
    let speed: Vec<_> = sizes
        .iter()
        .map(|&n| (n, 8.73e12 * n / (n + 3e6)))
        .collect();
    plot(
        "Achieved FLOP/s over FLOPs of a layer",
        Axis::log("FLOPs of a layer", 10),
        Axis::log("Achieved FLOP/s", 10),
    )
    .with(Points::plain("layers", &speed, series(0)).keyed(Key::Direct))
    .with(Rule::horizontal("peak", 8.73e12))
}

fn negative() -> Plot {
    let names = ["conv1", "conv2", "conv3", "fc6"];
    let change = [-0.12, 0.05, 0.31, -0.02];
    plot(
        "Change of time by layer",
        Axis::categories("", names),
        Axis::linear("Change").in_percent(),
    )
    .with(Bars::new("change", change, Colour::Green).labelled(percent(&change)))
    .sized(480, 300)
}

fn many_bars() -> Plot {
    let names = (1..=102).map(|class| class.to_string());
    let images: Vec<f64> = (1..=102)
        .map(|class| (100.0 + 70.0 * noise(class)).round())
        .collect();
    plot(
        "Images of each class",
        Axis::categories("Class", names),
        Axis::linear("Images"),
    )
    .with(Bars::new("images", images, Colour::Blue))
    .sized(640, 280)
}
