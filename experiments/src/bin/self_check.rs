//! Are our kernels right on this device? Ten steps with them and without, from one state.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Parser;
use experiments::device::Computer;
use experiments::fused::Fused;
use experiments::self_check::{Batch, Ways};
use results::{Arithmetic, DeviceKind};
use serde_json::json;

/// Takes ten training steps with our kernels and without, and prints a line of JSON for each of their stages.
///
/// It fails where a stage does not take the same steps as libtorch, as far as rounding lets it.
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
    let plain = Ways::measure(&computer, None, batch)?;
    let convolutions = Fused::WIDTHS.map(|width| (format!("conv{width}"), vec![width]));
    let stages = [("norm".to_owned(), Vec::new())].into_iter();
    let mut wrong = Vec::new();
    for (stage, channels) in stages.chain(convolutions) {
        let mut line = json!({
            "stage": stage,
            "device": computer.name,
            "images": batch.images,
            "side_px": batch.side,
            "plain_fp32": plain.fp32.losses,
            "plain_bf16": plain.bf16.losses,
            "plain_bf16_distances": plain.bf16.distances(&plain.fp32),
        });
        let kernels = computer.kernels(&Fused::with_convolutions(channels));
        let fused = kernels.and_then(|kernels| Ways::measure(&computer, Some(&kernels), batch));
        let checked = fused.and_then(|fused| {
            line["fused_fp32"] = json!(fused.fp32.losses);
            line["fused_bf16"] = json!(fused.bf16.losses);
            line["fused_bf16_distances"] = json!(fused.bf16.distances(&plain.fp32));
            fused.check(&plain)
        });
        line["is_right"] = json!(checked.is_ok());
        println!("{line}");
        if let Err(error) = checked {
            wrong.push(format!("stage `{stage}`: {error:#}"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    Ok(())
}
