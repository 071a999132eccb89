//! Layer times against the full pass, and Paleo's predictions of passes.

use crate::{Turn, turns};

const CHAPTER: &str = "problem-3/layer-times.md";
const PEAK: &str = "problem-3/percent-of-peak.md";

pub(crate) const TURNS: &[Turn] = &[
    Turn {
        name: "layers of one network on the CPU that do not add up",
        alter: |runs| {
            runs.scale_layers("layer-time-resnet50-cpu", .., 1.5);
        },
        sentences: &[turns(
            CHAPTER,
            "within its interval, for each of the 5 networks",
            "Its interval holds one for 4 of the 5 networks",
        )],
    },
    Turn {
        name: "layers that fade in a large batch",
        alter: |runs| {
            runs.scale_layers("layer-time-googlenet-bf16", 2.., 0.2)
                .scale_layers("layer-time-resnet50-bf16", 2.., 0.2);
        },
        sentences: &[turns(
            CHAPTER,
            "it does not for GoogLeNet in bf16 and ResNet-50 in bf16",
            "in each of the 8 pairs",
        )],
    },
    Turn {
        name: "a network that is faster than it is predicted to be",
        alter: |runs| {
            runs.change("layer-time-alexnet-bf16", |record| {
                let timed = record.measured.as_timed_mut().expect("it takes times");
                let large = { timed.timed_spans.iter_mut() }.filter(|span| span.batch_size > 1);
                let seconds = large.flat_map(|span| &mut span.seconds);
                seconds.for_each(|seconds| *seconds /= 40.0);
            });
        },
        sentences: &[turns(
            PEAK,
            "in AlexNet in bf16, which is predicted too fast",
            "in AlexNet in bf16, which is predicted too slow",
        )],
    },
    Turn {
        name: "long layers of ResNet-50",
        alter: |runs| {
            runs.scale_layers("layer-time-resnet50-fp32", ..=1, 20.0);
        },
        sentences: &[turns(
            CHAPTER,
            "most in AlexNet in fp32",
            "most in ResNet-50 in fp32",
        )],
    },
];
