//! A borrowed GPU, used to the last second without a person: what is fastest and right on this card is found out first,
//! then the runs are made that way until the time is over.

mod choice;
mod choose;
mod make;
mod time;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Uses a borrowed GPU to the last second
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Finds out which way of training is right and fastest on this card, and writes it to a file
    Choose(choose::Choose),
    /// Makes the runs in the way that was chosen, all side by side, until the time is over, and packs them
    Run(make::Make),
    /// Measures training steps in one way, for `choose`
    #[command(hide = true)]
    Time(time::Time),
}

fn main() -> ExitCode {
    experiments::exit(match Options::parse().command {
        Command::Choose(choose) => choose::choose(&choose),
        Command::Run(make) => return make::make(&make),
        Command::Time(time) => time::time(&time),
    })
}
