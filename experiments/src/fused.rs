//! Which operations of a training step our kernels take as one.

use std::fmt;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

/// A stage by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// BatchNorm with the addition of a shortcut and ReLU, and SGD
    Norm,
    /// 3×3 convolutions with 16 channels in bf16, and the statistics of their BatchNorm
    Conv16,
    /// The same with 32 channels
    Conv32,
    /// The same with 64 channels
    Conv64,
}

/// The option `--fused`.
#[derive(Debug, Clone, Args)]
pub struct FusedOption {
    /// Take these operations of a training step as one each, by our own kernels; several with commas between them
    ///
    /// `self_check` says whether they are right on this device. On a CPU they are emulated, which is slow.
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    fused: Vec<Stage>,
}

impl FusedOption {
    /// What it names; nothing where it is not given.
    ///
    /// # Errors
    /// Convolutions without `norm`.
    pub fn stages(&self) -> Result<Option<Fused>> {
        let channels = self.fused.iter().filter_map(|stage| match stage {
            Stage::Norm => None,
            Stage::Conv16 => Some(16),
            Stage::Conv32 => Some(32),
            Stage::Conv64 => Some(64),
        });
        let fused = Fused::with_convolutions(channels.collect());
        match (self.fused.contains(&Stage::Norm), self.fused.first()) {
            (true, _) => Ok(Some(fused)),
            (false, None) => Ok(None),
            (false, Some(_)) => bail!(
                "our convolutions take the statistics of the BatchNorm behind them; hint: `--fused norm,…`"
            ),
        }
    }
}

/// BatchNorm with the addition of a shortcut and ReLU, SGD, and convolutions of some widths with BatchNorm's statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fused {
    /// Channels of the convolutions, in order.
    convolutions: Vec<i64>,
}

impl Fused {
    /// Widths for which there are convolutions.
    pub const WIDTHS: [i64; 3] = [16, 32, 64];

    /// BatchNorm, SGD, and convolutions with so many channels.
    #[must_use]
    pub fn with_convolutions(mut channels: Vec<i64>) -> Fused {
        channels.sort_unstable();
        channels.dedup();
        Fused {
            convolutions: channels,
        }
    }

    /// Whether convolutions with so many channels are among them.
    pub fn has_convolution(&self, channels: i64) -> bool {
        self.convolutions.contains(&channels)
    }

    /// Whether any convolution is among them.
    pub fn has_convolutions(&self) -> bool {
        !self.convolutions.is_empty()
    }
}

/// For the record.
impl fmt::Display for Fused {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let widths: Vec<String> = self.convolutions.iter().map(i64::to_string).collect();
        match widths.split_last() {
            None => f.write_str("fused BatchNorm and SGD"),
            Some((last, [])) => {
                write!(
                    f,
                    "fused BatchNorm, SGD and convolutions of {last} channels"
                )
            }
            Some((last, others)) => write!(
                f,
                "fused BatchNorm, SGD and convolutions of {} and {last} channels",
                others.join(", ")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        fused: FusedOption,
    }

    /// What the record says of the stages that the command line names.
    fn check(arguments: &[&str], expected: Result<&str, &str>) {
        let program = Program::try_parse_from([&["program"], arguments].concat());
        let stages = program.unwrap().fused.stages();
        let said = stages.map(|stages| stages.map_or("none".to_owned(), |fused| fused.to_string()));
        let said = said.map_err(|error| error.to_string());
        assert_eq!(
            said.as_deref().map_err(String::as_str),
            expected,
            "{arguments:?}"
        );
    }

    #[test]
    fn stages_are_named() {
        check(&[], Ok("none"));
        check(&["--fused", "norm"], Ok("fused BatchNorm and SGD"));
        check(
            &["--fused", "conv32,norm"],
            Ok("fused BatchNorm, SGD and convolutions of 32 channels"),
        );
        check(
            &["--fused", "norm,conv64,conv16,conv32"],
            Ok("fused BatchNorm, SGD and convolutions of 16, 32 and 64 channels"),
        );
        check(
            &["--fused", "conv16"],
            Err(
                "our convolutions take the statistics of the BatchNorm behind them; hint: `--fused norm,…`",
            ),
        );
    }
}
