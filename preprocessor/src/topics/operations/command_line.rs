//! `flops`: what one image's forward pass through a network costs.

use std::io::Write;

use clap::Args;
use clap::builder::PossibleValuesParser;
use results::NETWORKS;
use serde::Serialize;

use crate::topics::command_line::write_json;
use crate::topics::operations::analysis::flops::{Convention, LayerCount, NetworkCount, count};
use crate::topics::operations::analysis::networks::by_name;

/// Arguments of `flops`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  mdbook-measured flops vgg19 --convention lu")]
pub struct FlopsArguments {
    /// Network
    #[arg(value_parser = PossibleValuesParser::new(names()))]
    pub network: String,
    /// How operations are counted: MACs, 2 FLOPs per MAC, or as Lu et al. 2017 count
    #[arg(
        long,
        default_value = Convention::TwoPerMultiplyAccumulate.name(),
        value_parser = PossibleValuesParser::new(Convention::ALL.map(Convention::name)),
    )]
    pub convention: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    network: &'a str,
    convention: &'a str,
    forward: u64,
    forward_macs: u64,
    training_macs: u64,
    parameters: u64,
    layers: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    kind: &'a str,
    output: [u64; 3],
    forward: u64,
    parameters: u64,
}

/// The networks that can be counted.
fn names() -> impl Iterator<Item = &'static str> {
    NETWORKS.iter().map(|network| network.name)
}

/// Counts the network and writes a line for each layer to `out`.
///
/// # Errors
/// Where the network or the convention is unknown, or `out` cannot be written.
pub fn flops(arguments: &FlopsArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let network = by_name(&arguments.network)?;
    let counted = count(&network, Convention::by_name(&arguments.convention)?);
    if arguments.json {
        return write_json(&report(&counted), out);
    }
    write_table(&counted, out)
}

fn report(counted: &NetworkCount) -> Report<'_> {
    Report {
        network: &counted.network,
        convention: counted.convention.name(),
        forward: counted.forward(),
        forward_macs: counted.forward_macs(),
        training_macs: counted.training_macs(),
        parameters: counted.parameters(),
        layers: counted.layers.iter().map(row).collect(),
    }
}

fn row(layer: &LayerCount) -> Row<'_> {
    Row {
        name: &layer.name,
        kind: layer.kind.name(),
        output: [
            layer.output.channels,
            layer.output.height,
            layer.output.width,
        ],
        forward: layer.forward,
        parameters: layer.parameters,
    }
}

fn write_table(counted: &NetworkCount, out: &mut dyn Write) -> anyhow::Result<()> {
    let names = counted.layers.iter().map(|layer| layer.name.len());
    let width = names.max().unwrap_or(0).max("layer".len());
    let (network, convention) = (&counted.network, counted.convention.name());
    writeln!(
        out,
        "{network}, forward operations of one image by convention {convention}\n"
    )?;
    let head = ["kind", "output", "operations", "parameters"];
    writeln!(
        out,
        "{:width$}  {:20}{:>16}{:>18}{:>14}",
        "layer", head[0], head[1], head[2], head[3]
    )?;
    for layer in &counted.layers {
        let (name, kind, output) = (&layer.name, layer.kind.name(), layer.output.to_string());
        let (forward, parameters) = (layer.forward, layer.parameters);
        writeln!(
            out,
            "{name:width$}  {kind:20}{output:>16}{forward:>18}{parameters:>14}"
        )?;
    }
    let (forward, parameters) = (counted.forward(), counted.parameters());
    Ok(writeln!(
        out,
        "{:width$}  {:36}{forward:>18}{parameters:>14}",
        "all", ""
    )?)
}
