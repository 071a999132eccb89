//! The front page.

use crate::altered::set_test;
use crate::{Turn, turns};

const CHAPTER: &str = "front.md";

pub(crate) const TURNS: &[Turn] = &[
    Turn {
        name: "two rates of fine-tuning exchanged",
        alter: |runs| {
            runs.exchange("finetune-lr0.1", "finetune-lr0.01");
        },
        sentences: &[
            turns(
                CHAPTER,
                "fine-tuning at 0.1 wins",
                "fine-tuning at 0.01 wins",
            ),
            turns(
                CHAPTER,
                "69.8 % at 0.1. The best rate is 0.1, in every seed",
                "66.6 % at 0.1. The best rate is 0.01, in every seed",
            ),
        ],
    },
    Turn {
        name: "the approaches exchanged",
        alter: |runs| {
            runs.exchange("finetune-lr0.1", "feature-extraction-lr0.1")
                .exchange("finetune-lr0.01", "feature-extraction-lr0.01");
        },
        sentences: &[turns(
            CHAPTER,
            "fine-tuning at 0.1 wins",
            "feature extraction at 0.1 wins",
        )],
    },
    Turn {
        name: "one seed against the others",
        alter: |runs| {
            runs.retrain("finetune-lr0.1-seed2", |trained| set_test(trained, 0.3));
        },
        sentences: &[
            turns(CHAPTER, "0.1 wins", "Neither approach wins beyond chance"),
            turns(
                CHAPTER,
                "69.8 % at 0.1. The best rate is 0.1, in every seed",
                "is 0.1; its lead on the test is not beyond chance",
            ),
        ],
    },
];
