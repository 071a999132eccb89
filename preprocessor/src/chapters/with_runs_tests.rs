//! The chapters of this repository's book, filled with made-up runs: they must build when runs
//! arrive as they build without.

use super::contract::Renderer;
use super::{Chapter, fill_book};
use crate::catalogue::Facts;
use crate::evidence::read_quoted;
use crate::project::Project;
use crate::topic::Inputs;
use crate::topics::TOPICS;
use crate::topics::operations::quantities::throughput::FILE as PUBLISHED;
use crate::topics::optimus::quantities::measured_speeds::FILE as MEASURED;
use crate::topics::synthetic_runs::complete_runs;
use results::Arithmetic::{Bf16, Fp32, Tf32};
use std::fs;
use std::path::{Path, PathBuf};

const CHAPTERS: [&str; 5] = [
    "problem-3/percent-of-peak.md",
    "problem-4/loss-models.md",
    "problem-4/prediction.md",
    "problem-4/time-to-accuracy.md",
    "appendix/references.md",
];

/// Speeds as a reader may measure them.
const SPEEDS: &str = "servers,workers,batch,steps_per_second\n\
    1,1,128,0.50\n1,4,128,0.80\n2,2,128,0.90\n2,8,128,1.10\n4,8,128,1.60\n4,16,128,1.50\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    let path = root().join("book").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn chapters_of_loss_curves_fill_when_runs_arrive() {
    let Ok(known) = Project::new(root(), "book").with_topics(&TOPICS).read() else {
        panic!("the book's files are sound");
    };
    let runs = complete_runs(&[Fp32, Tf32, Bf16], 40);
    let quoted = read_quoted("quoted.toml", &read("quoted.toml")).expect("valid facts");
    let throughput = read("published/training_throughput.csv");
    let inputs = Inputs {
        runs,
        tables: known.facts.tables.clone(),
        ..Inputs::default()
    };
    let inputs = inputs
        .with_file(PUBLISHED, "published.csv", &throughput)
        .with_file(MEASURED, "speeds.csv", SPEEDS);
    let mut facts = Facts::of(&TOPICS, quoted, inputs).expect("valid inputs");
    facts.questions = known.facts.questions;
    facts.samples = known.facts.samples;
    let chapters = CHAPTERS.map(|path| Chapter {
        path: path.to_owned(),
        file: format!("book/{path}"),
        source: read(path),
    });
    let filled = fill_book(&chapters, facts, &known.bibliography, Renderer::Html);
    let faults: Vec<_> = { filled.faults.iter().chain(&filled.shortcomings) }
        .map(ToString::to_string)
        // Links between the four chapters and those that are left out.
        .filter(|fault| !fault.contains("nothing has the label"))
        .collect();
    assert_eq!(faults.join("\n"), "");
    let of_loss_curves = |(path, _): &(&String, &String)| path.starts_with("problem-4/");
    for (path, text) in filled.chapters.iter().filter(of_loss_curves) {
        assert!(
            !text.contains("pending"),
            "{path}: something still waits for a run"
        );
    }
    for label in [
        "fig-fit-loss-resnet20-bf16",
        "fig-prediction-tf32-nvidia-h200",
        "fig-time-fitted",
    ] {
        let shown = filled
            .chapters
            .values()
            .any(|text| text.contains(&format!("id=\"{label}\"")));
        assert!(shown, "no figure `{label}`");
    }
}
