//! Problem 1: fine-tuning, feature extraction and the better of the two.

use crate::altered::{set_last, set_test};
use crate::{Sentence, Turn, turns};

const DATA_SET: &str = "problem-1/data-set.md";
const FINE_TUNING: &str = "problem-1/fine-tuning.md";
const EXTRACTION: &str = "problem-1/feature-extraction.md";
const WINNER: &str = "problem-1/winner.md";

pub(crate) const TURNS: &[Turn] = &[
    Turn {
        name: "the largest rate of feature extraction does not overfit",
        alter: |runs| {
            runs.retrain_all("feature-extraction-lr1", |trained, _| {
                set_last(trained, |it| it.loss = 1.0);
            });
        },
        sentences: &[
            turns(
                EXTRACTION,
                "A rate of 1 overfits",
                "A rate of 1 does not overfit",
            ),
            turns(
                EXTRACTION,
                "In every seed its training loss is below",
                "The largest rate does not overfit",
            ),
            turns(
                EXTRACTION,
                "That is the rate with the best validation accuracy too.",
                "The best validation accuracy is that of another rate",
            ),
        ],
    },
    // The second of the four rates is 1, with 63.2, 62.7 and 63.1 % by seed.
    Turn {
        name: "a lead that so few seeds do not decide",
        alter: |runs| {
            runs.retrain_all("feature-extraction-lr0.1", |trained, seed| {
                set_test(trained, [0.633, 0.68, 0.66][seed as usize - 1]);
            });
        },
        sentences: &[turns(
            EXTRACTION,
            "and its confidence interval excludes zero",
            "so few seeds do not decide it",
        )],
    },
    Turn {
        name: "a lead that one seed does not have",
        alter: |runs| {
            runs.retrain_all("feature-extraction-lr0.1", |trained, seed| {
                set_test(trained, [0.60, 0.68, 0.66][seed as usize - 1]);
            });
        },
        sentences: &[turns(
            EXTRACTION,
            "and its confidence interval excludes zero",
            "the test does not support it",
        )],
    },
    Turn {
        name: "a choice that the test contradicts",
        alter: |runs| {
            runs.retrain_all("feature-extraction-lr0.1", |trained, _| {
                set_test(trained, 0.6);
            });
        },
        sentences: &[turns(
            EXTRACTION,
            "and its confidence interval excludes zero",
            "the test contradicts the choice",
        )],
    },
    Turn {
        name: "one seed alone",
        alter: |runs| {
            let is_first = |id: &str| !id.ends_with("-seed2") && !id.ends_with("-seed3");
            runs.plan().runs.retain(|run| is_first(&run.id));
        },
        sentences: &[
            turns(
                FINE_TUNING,
                "excludes zero",
                "that takes at least two seeds",
            ),
            turns(EXTRACTION, "excludes zero", "that takes at least two seeds"),
            turns(
                WINNER,
                "The winner is",
                "There is no winner that the test supports",
            ),
        ],
    },
    Turn {
        name: "the smallest rate flat from the first epoch on",
        alter: |runs| {
            runs.retrain_all("finetune-lr0.001", |trained, _| {
                for row in &mut trained.epochs {
                    row.validation.as_mut().expect("it is validated").accuracy = 0.48;
                }
            });
        },
        sentences: &[
            turns(FINE_TUNING, "was still rising", "had stopped rising"),
            turns(
                FINE_TUNING,
                "The drop froze a network",
                "was no longer rising when the first drop came",
            ),
            turns(FINE_TUNING, "the curve freezes", "had stopped rising"),
        ],
    },
    Turn {
        name: "the smallest rate fits its training images",
        alter: |runs| {
            runs.retrain_all("finetune-lr0.001", |trained, _| {
                trained.epochs.last_mut().expect("epochs").train_accuracy = 1.0;
            });
        },
        sentences: &[turns(
            FINE_TUNING,
            "The runs have not converged",
            "The runs fit their training images",
        )],
    },
    Turn {
        name: "the smallest rate of feature extraction fits its training images",
        alter: |runs| {
            runs.retrain_all("feature-extraction-lr0.001", |trained, _| {
                trained.epochs.last_mut().expect("epochs").train_accuracy = 1.0;
            });
        },
        sentences: &[
            turns(
                EXTRACTION,
                "one of 0.001 never fits the training images",
                "one of 0.001 fits the training images too",
            ),
            turns(
                EXTRACTION,
                "The smallest rate does not get there",
                "The smallest rate fits its training images as well",
            ),
        ],
    },
    Turn {
        name: "the winner does not fit its training images",
        alter: |runs| {
            runs.retrain_all("finetune-lr0.1", |trained, _| {
                trained.epochs.last_mut().expect("epochs").train_accuracy = 0.5;
            });
        },
        sentences: &[
            turns(
                WINNER,
                "so the difference is not in what they learn of these",
                "so they differ in what they learn of these already",
            ),
            turns(
                FINE_TUNING,
                "both fit the training images",
                "so they differ in how well they fit these already",
            ),
        ],
    },
    Turn {
        name: "another loss of the last layer at the same sum of learning rates",
        alter: |runs| {
            runs.retrain_all("feature-extraction-lr0.01", |trained, _| {
                trained.epochs[6].train_loss = 0.5;
            });
        },
        sentences: &[turns(
            EXTRACTION,
            "what it lacks is steps",
            "so the sum alone does not explain its loss",
        )],
    },
    Turn {
        name: "the same loss of the two largest rates at the same sum",
        alter: |runs| {
            runs.retrain_all("feature-extraction-lr1", |trained, _| {
                trained.epochs[6].train_loss = 0.078;
            });
        },
        sentences: &[turns(
            EXTRACTION,
            "Between the two largest rates this is not so",
            "The same holds between the two largest rates",
        )],
    },
    Turn {
        name: "another loss at the same sum of learning rates",
        alter: |runs| {
            runs.retrain_all("finetune-lr0.01", |trained, _| {
                trained.epochs[6].train_loss = 1.0;
            });
        },
        sentences: &[turns(
            FINE_TUNING,
            "So the small rate takes the same way",
            "do not agree within",
        )],
    },
    Turn {
        name: "a drop that shows as a step",
        alter: |runs| {
            runs.retrain_all("finetune-lr0.1", |trained, _| {
                for row in &mut trained.epochs[60..] {
                    row.validation.as_mut().expect("it is validated").accuracy += 0.1;
                }
            });
        },
        sentences: &[turns(
            FINE_TUNING,
            "No drop shows as a step up",
            "shows as a step.",
        )],
    },
    // Rows that answer are bold.
    Turn {
        name: "the best rate is not the largest",
        alter: |runs| {
            runs.retrain_all("finetune-lr0.01", |trained, _| {
                set_last(trained, |it| it.accuracy = 0.9);
            });
        },
        sentences: &[
            turns(
                FINE_TUNING,
                "These runs do not decide between such reasons",
                "The largest rate is not the best here",
            ),
            turns(FINE_TUNING, "| **0.1**", "| **0.01**"),
            turns(
                FINE_TUNING,
                "fine-tuning is **0.1**",
                "fine-tuning is **0.01**",
            ),
        ],
    },
    Turn {
        name: "feature extraction wins",
        alter: |runs| {
            runs.retrain_all("feature-extraction-lr0.1", |trained, _| {
                set_test(trained, 0.9);
                set_last(trained, |it| it.loss = 0.5);
            });
        },
        sentences: &[
            turns(
                WINNER,
                "**fine-tuning at a learning rate of",
                "**feature extraction at a learning rate of",
            ),
            turns(
                WINNER,
                "The better approach is the dearer one",
                "The better approach is the cheaper one",
            ),
            turns(
                WINNER,
                "The late layers of a network",
                "The rule of thumb for a small data set",
            ),
        ],
    },
    Turn {
        name: "the winner has not the lower loss",
        alter: |runs| {
            runs.retrain_all("feature-extraction-lr0.1", |trained, _| {
                set_last(trained, |it| it.loss = 0.5);
            });
        },
        sentences: &[turns(WINNER, "the better ones as well", "the worse ones")],
    },
    Turn {
        name: "the smallest rate of fine-tuning wins its pair",
        alter: |runs| {
            runs.retrain_all("finetune-lr0.001", |trained, _| set_test(trained, 0.6));
        },
        sentences: &[
            turns(
                WINNER,
                "there the last layer alone is better",
                "there fine-tuning is better",
            ),
            turns(
                WINNER,
                "the ranking of the approaches depends",
                "there fine-tuning is better",
            ),
            turns(
                DATA_SET,
                "In every setting of this problem",
                "so not in every setting",
            ),
        ],
    },
    Turn {
        name: "no record",
        alter: |runs| runs.0.records.clear(),
        sentences: NOTHING_IS_CLAIMED,
    },
    Turn {
        name: "runs that have begun",
        alter: |runs| runs.begin_only(),
        sentences: NOTHING_IS_CLAIMED,
    },
];

const NOTHING_IS_CLAIMED: &[Sentence] = &[
    turns(FINE_TUNING, "The best learning rate", NOT_DECIDED),
    turns(EXTRACTION, "The best learning rate", NOT_DECIDED),
    turns(WINNER, "The winner is **", NOT_DECIDED),
];
const NOT_DECIDED: &str = "is not decided while one of the runs is not measured";
