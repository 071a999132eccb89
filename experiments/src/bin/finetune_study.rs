//! What does fine-tuning do beside the rates and the schedule that the question asks for?
//!
//! The runs differ from those of `finetune` in what the plan says of each: a larger rate, drops so late that a small rate
//! converges, BatchNorm with the statistics that came with the weights. The program does the same.

use std::process::ExitCode;

use clap::Parser;
use experiments::options::Options;
use experiments::transfer;
use results::Trainable;

fn main() -> ExitCode {
    let (options, trainable) = (Options::parse(), Trainable::All);
    experiments::exit(transfer::experiment(&options, "finetune_study", trainable))
}
