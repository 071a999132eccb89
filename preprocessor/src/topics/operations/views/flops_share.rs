//! Shares of the kinds of layer in a network's operations, as bars.

use super::counted_network::{CountedNetwork, kinds};
use crate::catalogue::Facts;
use crate::topics::operations::analysis::layers::LayerKind;
use crate::views::Figure;
use crate::views::palette::Colour;
use crate::views::plot::{Axis, Bars, Identity, Plot, Range};
use crate::views::shown::listed;
use crate::views::shown::{Shown, percent};
use schemars::JsonSchema;
use serde::Deserialize;

/// More networks than these make bars too thin.
const MOST_NETWORKS: usize = 4;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// As in `flops.NETWORK`, side by side.
    networks: Vec<String>,
    /// What counts as an operation, as in `flops.NETWORK.CONVENTION`.
    convention: String,
}

/// One bar for each kind of layer that costs anything, the networks side by side.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let networks = arguments
        .networks
        .iter()
        .map(|name| CountedNetwork::new(name, &arguments.convention, &facts.catalogue))
        .collect::<Result<Vec<_>, _>>()?;
    if networks.is_empty() || networks.len() > MOST_NETWORKS {
        return Err(format!(
            "{} networks; expected 1 to {}",
            networks.len(),
            MOST_NETWORKS
        ));
    }
    let kinds = kinds(&networks, |count| count.forward > 0);
    let description = networks
        .iter()
        .map(|network| describe(network, &kinds))
        .collect::<Result<Vec<_>, _>>()?
        .join(" ");
    let mut plot = Plot::new(
        "Share of operations by kind of layer",
        &description,
        Axis::linear("Share of a forward pass")
            .in_percent()
            .over(Range::Fixed(0.0, 1.0)),
        Axis::categories("", kinds.iter().map(|kind| kind.name())),
    );
    let mut inputs = Vec::new();
    for network in &networks {
        let colour = plot
            .style_of(Identity::new("network", &network.name))
            .colour;
        plot = plot.with(bars(network, &kinds, colour)?);
        inputs.push(network.total()?);
        inputs.extend(kinds.iter().filter_map(|kind| network.operations_of(*kind)));
    }
    let height = 90 + kinds.len() as u32 * (18 + 18 * networks.len() as u32);
    Ok(Shown::new(Figure::plot(plot.sized(640, height)), inputs))
}

fn bars(network: &CountedNetwork, kinds: &[LayerKind], colour: Colour) -> Result<Bars, String> {
    let shares: Vec<f64> = kinds
        .iter()
        .map(|kind| network.of_kind(*kind).share)
        .collect();
    let labels = shares
        .iter()
        .map(|share| percent(*share, 2))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Bars::new(&network.name, shares, colour).labelled(labels))
}

/// `In VGG-19, convolution takes 99.27 %, pooling 0.02 % and ReLU 0.08 % of the operations.`
fn describe(network: &CountedNetwork, kinds: &[LayerKind]) -> Result<String, String> {
    let shares = kinds
        .iter()
        .map(|kind| {
            Ok(format!(
                "{} {}",
                kind.name(),
                percent(network.of_kind(*kind).share, 2)?
            ))
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(format!(
        "Shares in the operations of {}: {}.",
        network.name,
        listed(&shares)
    ))
}
