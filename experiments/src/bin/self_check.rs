//! Are our kernels right on this device? Ten steps with them and without, from one state.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use experiments::device::Computer;
use experiments::self_check::{Batch, Losses};
use results::{Arithmetic, DeviceKind};
use serde_json::json;

/// Takes ten training steps with our kernels and without, and prints their losses as one line of JSON.
///
/// It fails where the losses are not the same, as far as rounding lets them be.
#[derive(Debug, Parser)]
struct Options {
    /// `cpu`, where the kernels run on emulated threads, or `cuda`
    #[arg(long)]
    device: Option<String>,
    /// CPU threads
    #[arg(long, default_value_t = 1)]
    threads: u64,
}

fn main() -> ExitCode {
    experiments::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Result<()> {
    let computer = Computer::find(options.device.as_deref(), Arithmetic::Fp32, options.threads)?;
    let batch = match computer.kind {
        DeviceKind::Cuda => Batch {
            images: 128,
            side: 32,
        },
        // Emulated threads are slow.
        DeviceKind::Cpu => Batch {
            images: 8,
            side: 16,
        },
    };
    let losses = Losses::measure(&computer, &computer.kernels()?, batch)?;
    let Losses {
        plain_fp32,
        fused_fp32,
        plain_bf16,
        fused_bf16,
    } = &losses;
    println!(
        "{}",
        json!({
            "device": computer.name,
            "images": batch.images,
            "side_px": batch.side,
            "plain_fp32": plain_fp32,
            "fused_fp32": fused_fp32,
            "plain_bf16": plain_bf16,
            "fused_bf16": fused_bf16,
        })
    );
    losses.check()
}
