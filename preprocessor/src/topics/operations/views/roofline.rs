//! The layers of networks and the roof of a board: at what they can reach, or at what they reached.

use crate::catalogue::{Facts, RunFacts};
use crate::evidence::Quantity;
use crate::evidence::unit::{Unit, convert, titled};
use crate::topics::names::readable;
use crate::topics::operations::analysis::layers::{LayerKind, Network};
use crate::topics::operations::analysis::networks::by_name;
use crate::topics::operations::analysis::paleo::Work;
use crate::topics::operations::analysis::roofline::{Roofline, intensity};
use crate::topics::operations::quantities::layer_times::TimedPasses;
use crate::topics::operations::quantities::timed_layers::{TimedLayer, batch, timed_layers};
use crate::views::palette::{Colour, Dash, SeriesStyle, Shape};
use crate::views::plot::{Axis, Identity, Key, Line, Note, Plot, Points, Rule, Side};
use crate::views::shown::{Shown, listed, not_as_planned, pending};
use crate::views::{Figure, numbers};
use results::Arithmetic;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Points are filled or hollow by their network.
const MOST_NETWORKS: usize = 2;

/// The kinds of layer that points tell apart.
const KINDS: [Kind; 3] = [
    ("convolution", |kind| kind == LayerKind::Convolution),
    ("fully connected", |kind| kind == LayerKind::FullyConnected),
    ("others", |kind| !kind.has_product()),
];

/// The name of a kind, and the layers that are of it.
type Kind = (&'static str, fn(LayerKind) -> bool);

const ROOF: SeriesStyle = SeriesStyle {
    colour: Colour::Ink,
    dash: Dash::Solid,
    shape: Shape::Circle,
};

/// The units of the axes.
const SPEED_UNIT: &str = "GFLOP/s";
const INTENSITY_UNIT: &str = "FLOP/byte";

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// As in `device.BOARD`.
    board: String,
    /// Whose peak is the roof: `fp32`, `tf32`, `bf16` or `fp16`.
    #[schemars(with = "String")]
    arithmetic: Arithmetic,
    /// Images in a batch.
    batch: u64,
    /// As in `flops.NETWORK`, one or two.
    networks: Vec<String>,
    /// Whether points stand at the speed that our runs measured, not on the roof.
    #[serde(default)]
    measured: bool,
}

/// A layer's kind, its operations for each byte, and its speed in FLOP/s.
type Placed = (LayerKind, f64, f64);

/// A network with its layers that compute.
struct Shaped {
    name: String,
    /// Whether its points are filled.
    is_first: bool,
    layers: Vec<Placed>,
}

/// The roof as a line and each layer that computes as a point, by kind and network.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let networks = &arguments.networks;
    if networks.is_empty() || networks.len() > MOST_NETWORKS {
        return Err(format!("{} networks; expected 1 or 2", networks.len()));
    }
    let (roof, mut inputs) = roof(arguments, facts)?;
    let (mut shaped, mut missing, mut reason) = (Vec::new(), Vec::new(), None);
    for (index, name) in networks.iter().enumerate() {
        let network = by_name(&name.replace('_', "-")).map_err(|error| error.to_string())?;
        let layers = match (arguments.measured, passes(arguments, &network, &facts.runs)) {
            (false, _) => Ok(attainable(arguments, &network, roof)),
            (true, Ok(passes)) => {
                inputs.push(passes.pass_time(&facts.catalogue));
                let reached = reached(&passes, &network);
                // A run that has begun may have no trial yet.
                if reached.as_ref().is_ok_and(Vec::is_empty) || passes.run.record.is_none() {
                    missing.push(passes.run);
                    continue;
                }
                reached
            }
            (true, Err(not_planned)) => Err(not_planned),
        };
        let name = readable(name).to_owned();
        match layers {
            Ok(layers) => shaped.push(Shaped {
                name,
                is_first: index == 0,
                layers,
            }),
            Err(why_not) => reason = Some(why_not),
        }
    }
    if !shaped.is_empty() {
        let plot = plot(arguments, roof, &shaped)?;
        let (known, _): (Vec<_>, Vec<_>) = inputs.iter().cloned().partition(|it| it.value.is_ok());
        let shown = Shown::new(Figure::plot(plot), inputs);
        return Ok(shown.noted(not_as_planned(&known)).without(&missing));
    }
    let nothing = match (reason, inputs.last()) {
        (None, Some(time)) => pending(time),
        (reason, _) => Figure::because(&reason.unwrap_or_default()),
    };
    Ok(Shown::new(nothing, inputs))
}

fn roof(arguments: &Arguments, facts: &Facts) -> Result<(Roofline, Vec<Arc<Quantity>>), String> {
    let Arguments {
        board, arithmetic, ..
    } = arguments;
    let quoted = |leaf: String| {
        let quantity = facts.catalogue.quantity(&format!("device.{board}.{leaf}"));
        quantity.cloned().map_err(|error| error.to_string())
    };
    let peak = quoted(format!("peak_{arithmetic}"))?;
    let bandwidth = quoted("memory_bandwidth".to_owned())?;
    let value = |it: &Quantity| it.known().unwrap_or(f64::NAN);
    let roof = Roofline::new(value(&peak), value(&bandwidth));
    let roof = roof.map_err(|error| format!("`{board}`: {error}"))?;
    Ok((roof, vec![peak, bandwidth]))
}

/// Each layer on the roof.
fn attainable(arguments: &Arguments, network: &Network, roof: Roofline) -> Vec<Placed> {
    let batch = batch(arguments.batch, arguments.arithmetic);
    let place = |work: Work, kind: LayerKind| {
        let intensity = intensity(work).filter(|_| work.flops > 0)?;
        Some((kind, intensity, roof.attainable(intensity)))
    };
    let layers = network.nodes().iter();
    let layers = layers.filter_map(|node| place(Work::of(node, batch), node.layer.kind()));
    layers.collect()
}

/// The passes of the run that is to time the network on the board.
fn passes<'a>(
    arguments: &Arguments,
    network: &Network,
    runs: &'a [RunFacts],
) -> Result<TimedPasses<'a>, String> {
    let is_asked = |it: &TimedPasses| {
        it.network() == network.name()
            && it.is_on_gpu()
            && it.arithmetic() == arguments.arithmetic
            && it.batch == arguments.batch
            && it.board().is_none_or(|board| board == arguments.board)
    };
    TimedPasses::all(runs).find(is_asked).ok_or_else(|| {
        format!(
            "no run is planned that times `{}` on a `{}` in {} with {} images",
            network.name(),
            arguments.board,
            arguments.arithmetic,
            arguments.batch
        )
    })
}

/// Each layer at its operations over the time that it took by itself.
fn reached(passes: &TimedPasses, network: &Network) -> Result<Vec<Placed>, String> {
    let layers = timed_layers(passes, network)?.into_iter();
    let place = |layer: TimedLayer| {
        let intensity = intensity(layer.work).filter(|_| layer.work.flops > 0)?;
        Some((
            layer.kind,
            intensity,
            layer.work.flops as f64 / layer.seconds()?,
        ))
    };
    Ok(layers.filter_map(place).collect())
}

/// A speed in the unit of the axis.
fn shown_speed(speed: f64) -> f64 {
    let shown = convert(speed, Unit::FlopPerSecond, SPEED_UNIT);
    shown.expect("a multiple of the unit").value
}

fn plot(arguments: &Arguments, roof: Roofline, networks: &[Shaped]) -> Result<Plot, String> {
    let all = || networks.iter().flat_map(|it| &it.layers);
    let low = all().map(|it| it.1).fold(roof.ridge(), f64::min) / 1.5;
    let high = all().map(|it| it.1).fold(roof.ridge(), f64::max) * 1.5;
    let speed = |intensity: f64| shown_speed(roof.attainable(intensity));
    let corners = [low, roof.ridge(), high].map(|x| (x, speed(x)));
    let title = match arguments.measured {
        true => "Measured speed of layers and the roof",
        false => "Layers on the roof",
    };
    let y = match arguments.measured {
        true => "Speed",
        false => "Attainable speed",
    };
    let mut plot = Plot::new(
        title,
        &describe(arguments, roof, networks)?,
        Axis::log(&titled("Operations for each byte", INTENSITY_UNIT), 10),
        Axis::log(&titled(y, SPEED_UNIT), 10),
    );
    plot = plot.with(Line::new("roof", corners, ROOF).keyed(Key::None));
    for (network, kind) in networks.iter().flat_map(|it| KINDS.map(|kind| (it, kind))) {
        let style = plot.style_of(Identity::new("kind of layer", kind.0));
        let points = points(network, kind, style);
        if !points.points.is_empty() {
            plot = plot.with(points);
        }
    }
    let bandwidth = numbers::si(roof.bandwidth(), Unit::BytePerSecond, 3);
    let bandwidth = bandwidth.map_err(|error| error.to_string())?;
    let middle = (low * roof.ridge()).sqrt();
    let ridge = format!("ridge, {} {INTENSITY_UNIT}", significant(roof.ridge())?);
    Ok(plot
        .with(Rule::vertical(&ridge, roof.ridge()))
        .with(Note::new(&bandwidth, middle, speed(middle), Side::Left))
        .sized(640, 420))
}

/// The layers of one kind.
fn points(network: &Shaped, (kind, is_of_kind): Kind, style: SeriesStyle) -> Points {
    let of_kind = network.layers.iter().filter(|(kind, ..)| is_of_kind(*kind));
    let points: Vec<_> = of_kind.map(|(_, x, y)| (*x, shown_speed(*y))).collect();
    let points = Points::plain(&format!("{}, {kind}", network.name), &points, style);
    match network.is_first {
        true => points,
        false => points.hollow(),
    }
}

/// How many layers of each network stand left of the ridge.
fn describe(arguments: &Arguments, roof: Roofline, networks: &[Shaped]) -> Result<String, String> {
    let counts: Vec<_> = networks
        .iter()
        .map(|Shaped { name, layers, .. }| {
            let left = layers.iter().filter(|it| it.1 < roof.ridge()).count();
            format!("{left} of {} layers of {name}", layers.len())
        })
        .collect();
    Ok(format!(
        "On the {} the roof rises with the bandwidth up to {} operations for each byte and is flat at the \
         peak behind. Left of this ridge stand {}.",
        readable(&arguments.board),
        significant(roof.ridge())?,
        listed(&counts)
    ))
}

fn significant(value: f64) -> Result<String, String> {
    numbers::significant(value, 3).map_err(|error| error.to_string())
}
