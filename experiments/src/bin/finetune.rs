//! Which learning rate suits the fine-tuning of a pretrained network on a small data set?
//!
//! Every layer starts from the pretrained weights, but for the classifier, which is new; all are trained at the same
//! learning rate.

use std::process::ExitCode;

use clap::Parser;
use experiments::options::Options;
use experiments::transfer;
use results::Trainable;

fn main() -> ExitCode {
    let options = Options::parse();
    experiments::exit(transfer::experiment(&options, "finetune", Trainable::All))
}
