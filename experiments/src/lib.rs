//! Networks, data, training and the plan: what the binaries of this crate share.
//!
//! The way of a run: [`options`] name it in the plan, [`device`] finds the computer, [`data`] reads and augments images,
//! [`networks`] declare [`parameters`] that [`weights`] hold, [`epoch`] trains with [`sgd`], [`session`] keeps record
//! and [`checkpoint`]s under the run's [`lock`]; [`transfer`] is all of it for weights that were trained before.

mod ahead;
pub mod budget;
pub mod checkpoint;
pub mod data;
pub mod device;
pub mod environment;
pub mod epoch;
pub mod expected;
pub mod features;
pub mod from_scratch;
pub mod fused;
pub mod gate;
pub mod graph;
pub mod interrupt;
pub mod kernels;
pub mod layers;
pub mod lock;
pub mod model;
pub mod networks;
pub mod nvrtc;
pub mod options;
pub mod parameters;
pub mod part;
pub mod pass;
pub mod pretrained;
pub mod progress;
mod random;
mod record_place;
pub mod say;
pub mod self_check;
pub mod session;
pub mod sgd;
pub mod shim;
pub mod sources;
pub mod this_device;
pub mod transfer;
pub mod weights;
mod working_time;

use std::process::ExitCode;

/// A program's exit status; an error goes to standard error in one line, causes behind colons. A run that another program
/// makes has a status of its own.
pub fn exit(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    say::note(&format!("error: {error:#}"));
    match error.is::<lock::InWork>() {
        true => ExitCode::from(lock::IN_WORK_STATUS),
        false => ExitCode::FAILURE,
    }
}
