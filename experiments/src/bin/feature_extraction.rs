//! Which learning rate suits a new classifier on the features of a pretrained, frozen network?
//!
//! Only the last fully connected layer is trained. The frozen layers work in evaluation mode: BatchNorm normalises with
//! the mean and variance that came with the weights, and neither moves. Training images are augmented anew each epoch,
//! so their features are computed anew; nothing changes those of the validation split, which are computed once. Runs that
//! differ in the learning rate alone share the features of an epoch; the time of computing them counts in each.

use std::process::ExitCode;

use clap::Parser;
use experiments::options::Options;
use experiments::transfer;
use results::Trainable;

fn main() -> ExitCode {
    let (options, trainable) = (Options::parse(), Trainable::ClassifierOnly);
    experiments::exit(transfer::experiment(
        &options,
        "feature_extraction",
        trainable,
    ))
}
