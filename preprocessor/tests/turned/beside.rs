//! Problem 1: runs beside the question's, whose records keep their predictions.

use crate::altered::{set_last, set_predictions};
use crate::{Turn, turns};

const DATA_SET: &str = "problem-1/data-set.md";
const EXTRACTION: &str = "problem-1/feature-extraction.md";
const WINNER: &str = "problem-1/winner.md";

pub(crate) const TURNS: &[Turn] = &[
    Turn {
        name: "statistics of small images are better",
        alter: |runs| {
            runs.retrain("feature-study-own-statistics", |trained| {
                set_predictions(trained, 0.8);
            });
        },
        sentences: &[turns(
            WINNER,
            "So frozen features are worse with the statistics of small images",
            "So frozen features are better with the statistics of small images",
        )],
    },
    Turn {
        name: "statistics of small images are no worse",
        alter: |runs| {
            for run in ["own", "stored"] {
                runs.retrain(&format!("feature-study-{run}-statistics"), |trained| {
                    set_predictions(trained, 0.6);
                });
            }
        },
        sentences: &[turns(
            WINNER,
            "So frozen features are worse with the statistics of small images",
            "So the test does not tell the two apart.",
        )],
    },
    Turn {
        name: "late drops are better than the best rate",
        alter: |runs| {
            runs.retrain("feature-study-lr0.001-late", |trained| {
                set_predictions(trained, 0.8);
            });
        },
        sentences: &[turns(EXTRACTION, "it is still below.", "it is above.")],
    },
    Turn {
        name: "all classes are alike in the test",
        alter: |runs| {
            runs.retrain("feature-study-lr0.1", |trained| {
                set_predictions(trained, 0.6);
            });
        },
        sentences: &[turns(
            DATA_SET,
            "the frequent classes are the harder ones",
            "the weights of the classes alone do not explain the gap",
        )],
    },
    Turn {
        name: "the same rate is best in single precision",
        alter: |runs| {
            runs.retrain("feature-study-lr1", |trained| {
                set_last(trained, |it| it.accuracy = 0.5);
            });
        },
        sentences: &[
            turns(
                EXTRACTION,
                "By validation another rate is best here",
                "By validation the same rate is best",
            ),
            turns(
                EXTRACTION,
                "it says the opposite of the validation",
                "where that of the seeds above is for the randomness of training, and it excludes zero",
            ),
        ],
    },
];
