//! Layer times against the full pass.

use crate::{Turn, turns};

const CHAPTER: &str = "problem-3/layer-times.md";

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
