//! What does feature extraction do beside the schedule and the statistics that the question asks for?
//!
//! The runs differ from those of `feature_extraction` in what the plan says of each: later drops of the learning rate,
//! BatchNorm with statistics of the images at hand, single precision. The program does the same.

use std::process::ExitCode;

use clap::Parser;
use experiments::options::Options;
use experiments::transfer;
use results::Trainable;

fn main() -> ExitCode {
    let (options, trainable) = (Options::parse(), Trainable::ClassifierOnly);
    experiments::exit(transfer::experiment(&options, "feature_study", trainable))
}
