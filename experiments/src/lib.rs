//! Networks, data, training and the plan: what the binaries of this crate share.
//!
//! The way of a run: [`options`] name it in the plan, [`device`] finds the computer, [`data`] reads and augments images,
//! [`networks`] declare [`parameters`] that [`weights`] hold, [`epoch`] trains with [`sgd`], [`session`] keeps record
//! and [`checkpoint`]s.

pub mod checkpoint;
pub mod data;
pub mod device;
pub mod environment;
pub mod epoch;
pub mod features;
pub mod graph;
pub mod interrupt;
pub mod layers;
pub mod model;
pub mod networks;
pub mod options;
pub mod parameters;
pub mod pass;
pub mod pretrained;
mod progress;
mod random;
pub mod session;
pub mod sgd;
pub mod shim;
pub mod sources;
pub mod weights;

/// A program's exit status; an error goes to standard error in one line, causes behind colons.
pub fn exit(result: anyhow::Result<()>) -> std::process::ExitCode {
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
