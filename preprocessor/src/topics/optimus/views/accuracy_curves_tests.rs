//! Both figures, whichever numbers of epochs are known.

use crate::catalogue::Facts;
use crate::evidence::unit::Unit;
use crate::evidence::{Concern, Measurement, Missing, Origin, Quantity, Source, SourceId};
use crate::topics::synthetic_runs::facts_of;
use crate::views::plot::{Mark, Plot, Target, render};
use crate::views::{Arguments, Exhibit, Figure, figure};
use expect_test::{Expect, expect, expect_file};
use std::sync::Arc;

const QUOTED: &str = include_str!("../../fixtures/quoted.toml");
const THROUGHPUT: &str = include_str!("../../fixtures/training_throughput.csv");
const PREDICTED: &str = "prediction.epochs_to_92.predicted";
const MEASURED: &str = "time_to_92.measured.epochs";
const FIGURES: [&str; 2] = ["time_to_accuracy", "cost_of_accuracy"];

/// Facts with a predicted and a measured number of epochs to the target.
fn facts(predicted: Option<f64>, measured: Option<f64>) -> Facts {
    let mut facts = facts_of(QUOTED, Vec::new(), THROUGHPUT);
    let prediction = epochs("a", predicted).chosen(PREDICTED, "f");
    let prediction = match predicted {
        Some(epochs) => prediction.with_interval(epochs - 10.0, epochs + 20.0),
        None => prediction,
    };
    facts.catalogue.add(prediction);
    facts
        .catalogue
        .add(epochs("b", measured).chosen(MEASURED, "f"));
    facts
}

/// A number of epochs that a run tells; where there is none, the run is missing.
fn epochs(run: &str, epochs: Option<f64>) -> Arc<Quantity> {
    let id = || SourceId::Run(run.to_owned());
    let concern = || Concern {
        source: id(),
        state: "missing".to_owned(),
        remedy: format!("cargo run -- --run {run}"),
        accepted: false,
    };
    Arc::new(Quantity {
        name: format!("runs.{run}.epochs"),
        value: epochs.ok_or(Missing::NotMeasured),
        interval: None,
        unit: Unit::Epoch,
        origin: Origin::Measured(Measurement {
            source: Arc::new(Source {
                id: id(),
                file: None,
                circumstances: String::new(),
                concern: epochs.is_none().then(concern),
            }),
            key: "epochs".to_owned(),
        }),
    })
}

fn exhibit(name: &str, facts: &Facts) -> Exhibit<Figure> {
    figure(name, Arguments::new(), facts).unwrap_or_else(|error| panic!("{error}"))
}

fn plot(name: &str, facts: &Facts) -> Plot {
    match exhibit(name, facts).content {
        Figure::Plot(plot) => *plot,
        other => panic!("`{name}` is not drawn but {other:?}"),
    }
}

fn check(name: &str, facts: &Facts, expect: Expect) {
    expect.assert_eq(&plot(name, facts).description.replace(". ", ".\n"));
}

/// The name of a line or a band.
fn name(mark: &Mark) -> Option<&str> {
    match mark {
        Mark::Line(line) => Some(&line.name),
        Mark::Band(band) => Some(&band.name),
        _ => None,
    }
}

/// The names of the lines and bands, in the order in which they are drawn.
fn series(plot: &Plot) -> Vec<&str> {
    plot.marks.iter().filter_map(name).collect()
}

/// With two servers and M = 128 an epoch takes 15,128.35 s at the optimum: 155 epochs take 27.1
/// days, 253 take 44.3, which are 4,560 and 7,442 hours of seven workers.
#[test]
fn both_numbers_of_epochs() {
    let facts = facts(Some(155.0), Some(253.0));
    check(
        "time_to_accuracy",
        &facts,
        expect![[r#"
        Each line falls to its fastest number of workers and then rises.
        With 2 parameter servers and M = 128 (predicted for ResNet-50) it is fastest with 7 workers, at 27.1 days.
        With 4 parameter servers and M = 128 (predicted for ResNet-50) it is fastest with 10 workers, at 19.8 days.
        With 2 parameter servers and M = 128 (measured, ResNet-20) it is fastest with 7 workers, at 44.3 days.
        With 4 parameter servers and M = 128 (measured, ResNet-20) it is fastest with 10 workers, at 32.3 days."#]],
    );
    check(
        "cost_of_accuracy",
        &facts,
        expect![[r#"
            Each line rises from one worker, which costs least.
            With 2 parameter servers and M = 128 (predicted for ResNet-50) it is fastest with 7 workers, at 4,560 h.
            With 4 parameter servers and M = 128 (predicted for ResNet-50) it is fastest with 10 workers, at 4,750 h.
            With 2 parameter servers and M = 128 (measured, ResNet-20) it is fastest with 7 workers, at 7,440 h.
            With 4 parameter servers and M = 128 (measured, ResNet-20) it is fastest with 10 workers, at 7,750 h."#]],
    );
    for name in FIGURES {
        let plot = plot(name, &facts);
        let expected = [
            "2 servers, predicted for ResNet-50, 95 % interval",
            "4 servers, predicted for ResNet-50, 95 % interval",
            "2 servers, predicted for ResNet-50",
            "4 servers, predicted for ResNet-50",
            "2 servers, measured, ResNet-20",
            "4 servers, measured, ResNet-20",
        ];
        assert_eq!(series(&plot), expected, "{name}");
        let svg = render(&plot, Target::Html).expect("it can be drawn");
        expect_file![format!("../../snapshots/{name}.svg")].assert_eq(&svg);
    }
}

/// The fastest numbers of workers do not depend on the number of epochs: each is written once, above
/// the upper line of two servers and below the lower line of four.
#[test]
fn each_fastest_number_is_written_once() {
    for (predicted, measured) in [(155.0, 253.0), (253.0, 155.0)] {
        let plot = plot("time_to_accuracy", &facts(Some(predicted), Some(measured)));
        let note = |mark: &Mark| match mark {
            Mark::Note(note) => Some((note.text.clone(), note.y.round())),
            _ => None,
        };
        let notes: Vec<_> = plot.marks.iter().filter_map(note).collect();
        let upper = ("7".to_owned(), 44.0); // 253 epochs of 15,128.35 s
        let lower = ("10".to_owned(), 20.0); // 155 epochs of 11,032.5 s
        assert!(
            notes.len() == 2 && notes.contains(&upper) && notes.contains(&lower),
            "{notes:?}"
        );
    }
}

#[test]
fn one_number_of_epochs() {
    for name in FIGURES {
        for (facts, known, missing) in [
            (facts(Some(155.0), None), PREDICTED, MEASURED),
            (facts(None, Some(253.0)), MEASURED, PREDICTED),
        ] {
            let Exhibit { inputs, note, .. } = exhibit(name, &facts);
            let is_input = |name: &str| inputs.iter().any(|input| input.name == name);
            assert!(is_input(known) && !is_input(missing), "{name}: {known}");
            assert_eq!(note, "", "{name}: what is not drawn is no concern");
            let lines = ["ResNet-50", "ResNet-20"].map(|of| {
                let drawn = plot(name, &facts);
                series(&drawn)
                    .iter()
                    .filter(|name| name.ends_with(of))
                    .count()
            });
            let expected = if known == PREDICTED { [2, 0] } else { [0, 2] };
            assert_eq!(lines, expected, "{name}: {known}");
        }
    }
}

#[test]
fn no_number_of_epochs() {
    for name in FIGURES {
        let Exhibit {
            content, inputs, ..
        } = exhibit(name, &facts(None, None));
        let Figure::Pending(awaited) = content else {
            panic!("`{name}` is drawn");
        };
        let sources: Vec<_> = awaited.sources.iter().map(|it| it.name()).collect();
        assert_eq!(sources, ["a"], "{name}");
        let inputs: Vec<_> = inputs.iter().map(|input| input.name.as_str()).collect();
        assert!(
            inputs.ends_with(&[PREDICTED, MEASURED]),
            "{name}: {inputs:?}"
        );
    }
}

#[test]
fn a_book_without_a_target() {
    let facts = facts_of(QUOTED, Vec::new(), THROUGHPUT);
    let error = figure("time_to_accuracy", Arguments::new(), &facts).unwrap_err();
    let expected = format!("view `time_to_accuracy()`: no quantity is named `{PREDICTED}`");
    assert!(error.starts_with(&expected), "{error}");
}

/// A time is told in the largest unit of which it has two.
#[test]
fn units_of_times() {
    let unit = |seconds| super::unit_of_time(seconds).expect("a unit of time");
    for (seconds, expect) in [
        (119.0, "s"),
        (120.0, "min"),
        (7_199.0, "min"),
        (7_200.0, "h"),
        (172_799.0, "h"),
        (172_800.0, "days"),
    ] {
        assert_eq!(unit(seconds), expect, "{seconds}");
    }
}
