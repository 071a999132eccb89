//! The sum of the layer times over the time of the full pass.

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::topics::names::readable;
use crate::views::Figure;
use crate::views::plot::{Axis, Bars, Fill, Identity, Plot, Rule};
use crate::views::shown::listed;
use crate::views::shown::{Shown, fixed};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The quantities `lu_time.NETWORK.PLATFORM.ratio`.
const PREFIX: &str = "lu_time.";

/// CPUs lighter than GPUs, so that the two kinds differ at a glance.
fn fill(platform: &str) -> Fill {
    match platform.ends_with("cpu") {
        true => Fill::Tint,
        false => Fill::Solid,
    }
}

/// More platforms than these make bars too thin.
const MOST_PLATFORMS: usize = 4;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The platforms of Lu et al., such as `tx1_gpu`.
    platforms: Vec<String>,
}

/// A network's number of layers and its ratio on each platform.
struct Network {
    name: String,
    layers: Arc<Quantity>,
    ratios: Vec<Arc<Quantity>>,
}

/// One group of bars for each network, one bar for each platform.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let platforms = &arguments.platforms;
    if platforms.is_empty() || platforms.len() > MOST_PLATFORMS {
        return Err(format!(
            "{} platforms; expected 1 to {}",
            platforms.len(),
            MOST_PLATFORMS
        ));
    }
    let networks = networks(&facts.catalogue, platforms)?;
    let names = networks
        .iter()
        .map(Network::label)
        .collect::<Result<Vec<_>, _>>()?;
    let mut plot = Plot::new(
        "Sum of the layer times over the time of the full pass",
        &describe(&networks, platforms)?,
        Axis::categories("", names),
        Axis::linear("Sum of the layers / full pass"),
    );
    for (index, platform) in platforms.iter().enumerate() {
        let ratios: Vec<f64> = networks
            .iter()
            .map(|network| network.ratio(index))
            .collect();
        let labels = ratios
            .iter()
            .map(|ratio| fixed(*ratio, 1))
            .collect::<Result<Vec<_>, _>>()?;
        let hardware = Identity::new("platform", readable(platform));
        let colour = plot.style_of(hardware).colour;
        plot = plot.with(
            Bars::new(readable(platform), ratios, colour)
                .filled(fill(platform))
                .labelled(labels),
        );
    }
    plot = plot.with(Rule::horizontal("layers add up", 1.0));
    let inputs = networks
        .iter()
        .flat_map(|network| network.ratios.iter().chain([&network.layers]).cloned())
        .collect();
    Ok(Shown::new(Figure::plot(plot), inputs))
}

/// The networks that have a ratio on every platform, from few layers to many.
fn networks(catalogue: &Catalogue, platforms: &[String]) -> Result<Vec<Network>, String> {
    let mut names: Vec<&str> = catalogue
        .quantities(PREFIX)
        .filter_map(|quantity| quantity.name[PREFIX.len()..].split('.').next())
        .collect();
    names.dedup();
    let mut networks = names
        .into_iter()
        .map(|name| Network::new(catalogue, name, platforms))
        .collect::<Result<Vec<_>, _>>()?;
    networks.sort_by(|a, b| f64::total_cmp(&a.layer_count(), &b.layer_count()));
    Ok(networks)
}

impl Network {
    fn new(catalogue: &Catalogue, name: &str, platforms: &[String]) -> Result<Network, String> {
        let quantity = |name: &str| {
            let found = catalogue.quantity(name).cloned();
            found.map_err(|error| error.to_string())
        };
        Ok(Network {
            name: readable(name).to_owned(),
            layers: quantity(&format!("lu.{name}.layers"))?,
            ratios: platforms
                .iter()
                .map(|platform| quantity(&format!("{PREFIX}{name}.{platform}.ratio")))
                .collect::<Result<Vec<_>, _>>()?,
        })
    }

    fn layer_count(&self) -> f64 {
        self.layers.known().unwrap_or(f64::NAN)
    }

    fn ratio(&self, platform: usize) -> f64 {
        self.ratios[platform].known().unwrap_or(f64::NAN)
    }

    fn label(&self) -> Result<String, String> {
        Ok(format!(
            "{} ({} layers)",
            self.name,
            fixed(self.layer_count(), 0)?
        ))
    }
}

fn describe(networks: &[Network], platforms: &[String]) -> Result<String, String> {
    let mut sentences = vec![
        "Bars show how often the time of the full pass fits into the sum of the layer times."
            .to_owned(),
    ];
    for (index, platform) in platforms.iter().enumerate() {
        let ratios = networks
            .iter()
            .map(|network| {
                Ok(format!(
                    "{} for {}",
                    fixed(network.ratio(index), 2)?,
                    network.name
                ))
            })
            .collect::<Result<Vec<_>, String>>()?;
        sentences.push(format!(
            "On the {} the ratio is {}.",
            readable(platform),
            listed(&ratios)
        ));
    }
    Ok(sentences.join(" "))
}
