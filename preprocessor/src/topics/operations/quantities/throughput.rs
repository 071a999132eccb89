//! Published training throughputs and the platform percent of peak that follows from each.

use super::flops::identifier;
use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::evidence::unit::Unit;
use crate::evidence::{Origin, Quantity, Quotation};
use crate::topic::{ReadFile, TopicFile};
use crate::topics::operations::analysis::platform_percent_of_peak::{
    platform_percent_of_peak, summarize,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The table of published speeds.
pub const FILE: TopicFile = TopicFile::InBook("published/training_throughput.csv");

/// Speeds in images per second that a machine may have.
const SPEEDS: RangeInclusive<f64> = 1e-6..=1e12;

/// One row of the table as it stands in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CsvRow {
    source: String,
    location: String,
    version: String,
    network: String,
    dataset: String,
    gpu: String,
    batch_size: String,
    precision: String,
    framework: String,
    images_per_second: f64,
    note: String,
}

/// One published training speed with what was derived from it.
#[derive(Debug, Clone)]
pub struct ThroughputRow {
    /// The card's family: `k80`, `p100`, `v100`.
    pub gpu: String,
    /// The card as the source writes it.
    pub card: String,
    /// The board whose peak was taken, as in `device.BOARD`.
    pub board: String,
    /// The bibliography's key of the source.
    pub citation: String,
    /// The network as the source writes it.
    pub network: String,
    /// The data set as the source writes it.
    pub data_set: String,
    /// The batch size as the source writes it.
    pub batch_size: String,
    /// The framework as the source writes it.
    pub framework: String,
    /// The published speed.
    pub speed: Arc<Quantity>,
    /// Achieved over peak operations per second.
    pub percent_of_peak: Arc<Quantity>,
}

/// The sources' keys in the bibliography.
const CITATIONS: [(&str, &str); 6] = [
    ("tensorflow/docs", "tensorflow_benchmarks"),
    ("NVIDIA/DeepLearningExamples", "nvidia_examples"),
    ("lambdalabs.com", "lambda2019"),
    ("stanford-futuredata/gavel (MIT)", "gavel2020"),
    (
        "sandeepkumar-skb/pytorch_experiments",
        "torchvision_experiments",
    ),
    ("afzalxo/ResNet-Simplified-Pytorch", "resnet_simplified"),
];

/// The published speeds, for those who show them.
#[derive(Debug, Default)]
pub struct Published(pub Vec<ThroughputRow>);

/// Adds the published speeds in `table` and the percents of peak that follow.
///
/// # Errors
/// Each faulty row with its line, what was found and what was expected.
pub fn add(
    catalogue: &mut Catalogue,
    table: Option<&ReadFile>,
) -> Result<Published, Vec<Diagnostic>> {
    let Some(table) = table else {
        return Ok(Published::default());
    };
    let rows = read(table, catalogue)?;
    add_rows(catalogue, &rows)
        .map_err(|message| vec![Diagnostic::of_file(&table.path, message)])?;
    Ok(Published(rows))
}

/// Reads the table and derives each row's percent of peak.
fn read(table: &ReadFile, catalogue: &Catalogue) -> Result<Vec<ThroughputRow>, Vec<Diagnostic>> {
    let mut reader = csv::Reader::from_reader(table.text.as_bytes());
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    let mut counts = BTreeMap::new();
    for (index, row) in reader.deserialize::<CsvRow>().enumerate() {
        let line = index + 2;
        let derived = row
            .map_err(|error| error.to_string())
            .and_then(|row| derive(&row, line, catalogue, &mut counts));
        match derived {
            Ok(row) => rows.push(row),
            Err(message) => faults.push(Diagnostic {
                line: Some(line),
                ..Diagnostic::of_file(&table.path, message)
            }),
        }
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        Err(faults)
    }
}

fn derive(
    row: &CsvRow,
    line: usize,
    catalogue: &Catalogue,
    counts: &mut BTreeMap<String, usize>,
) -> Result<ThroughputRow, String> {
    let (gpu, board) = board(&row.gpu)?;
    let citation = CITATIONS
        .iter()
        .find(|(source, _)| *source == row.source)
        .map(|(_, key)| (*key).to_owned())
        .ok_or_else(|| format!("source `{}` has no key in the bibliography", row.source))?;
    if row.precision != "FP32" && row.precision != "FP32 NCHW" {
        return Err(format!("precision `{}`, expected FP32", row.precision));
    }
    let speed = row.images_per_second;
    if !SPEEDS.contains(&speed) {
        let (low, high) = (SPEEDS.start(), SPEEDS.end());
        return Err(format!(
            "`images_per_second` is `{speed}`; expected a number from {low:e} to {high:e}"
        ));
    }
    let network = network(&row.network, &row.dataset)?;
    let name = |of: &str| format!("flops.{}.{of}", identifier(network));
    let operations = catalogue
        .quantity(&name("training.two"))
        .map_err(|e| e.to_string())?;
    let peak = catalogue
        .quantity(&format!("device.{board}.peak_fp32"))
        .map_err(|error| error.to_string())?;
    let speed = Arc::new(Quantity {
        name: format!("published.throughput.line{line}"),
        value: Ok(row.images_per_second),
        interval: None,
        unit: Unit::ImagePerSecond,
        origin: Origin::Quoted(Quotation {
            citation: citation.clone(),
            place: format!("{}, {}", row.location, row.version),
            checked: "read in the source".to_owned(),
            note: row.note.clone(),
            table: None,
        }),
    });
    let index = counts.entry(gpu.to_owned()).or_default();
    *index += 1;
    let percent_of_peak = platform_percent_of_peak(&speed, operations, peak)
        .map_err(|error| format!("of `{board}`: {error}"))?;
    let percent_of_peak = percent_of_peak.quantity(format!("ppp.{gpu}.source_{index}"), Unit::One);
    Ok(ThroughputRow {
        gpu: gpu.to_owned(),
        card: row.gpu.clone(),
        board: board.to_owned(),
        citation,
        network: row.network.clone(),
        data_set: row.dataset.clone(),
        batch_size: row.batch_size.clone(),
        framework: row.framework.clone(),
        speed,
        percent_of_peak,
    })
}

/// The card's family and the board whose peak is taken; where a source does not say which form of
/// the card it is, the faster one.
fn board(gpu: &str) -> Result<(&'static str, &'static str), String> {
    Ok(match gpu.split([' ', '(']).next().unwrap_or_default() {
        // A process trains on one of the board's two GPUs.
        "K80" => ("k80", "k80_gpu"),
        "P100" => ("p100", "p100_sxm2"),
        // The V100S is a faster PCIe card; its peak is not among the quoted boards.
        "V100" | "V100-SXM2" | "V100S" => ("v100", "v100_sxm2"),
        other => return Err(format!("card `{other}`, expected K80, P100 or V100")),
    })
}

/// The network of the analysis that a source's words stand for.
fn network(network: &str, data_set: &str) -> Result<&'static str, String> {
    let cifar = data_set.starts_with("CIFAR-10");
    Ok(match network {
        name if name.starts_with("ResNet-18") && cifar => "resnet18",
        name if name.starts_with("ResNet-50") && cifar => "resnet50-bottleneck",
        name if name.starts_with("ResNet-50") => "resnet50",
        other => return Err(format!("network `{other}` on `{data_set}` is not counted")),
    })
}

/// Adds each row, and for each family of cards the least, the median and the greatest.
fn add_rows(catalogue: &mut Catalogue, rows: &[ThroughputRow]) -> Result<(), String> {
    for row in rows {
        catalogue.add(row.speed.clone());
        catalogue.add(row.percent_of_peak.clone());
    }
    for gpu in ["k80", "p100", "v100"] {
        let sources: Vec<_> = rows
            .iter()
            .filter(|row| row.gpu == gpu)
            .map(|row| row.percent_of_peak.clone())
            .collect();
        if !sources.is_empty() {
            add_summary(catalogue, gpu, sources)?;
        }
    }
    Ok(())
}

fn add_summary(
    catalogue: &mut Catalogue,
    gpu: &str,
    sources: Vec<Arc<Quantity>>,
) -> Result<(), String> {
    let values: Vec<f64> = sources.iter().filter_map(|source| source.known()).collect();
    let summary = summarize(&values).map_err(|error| error.to_string())?;
    for (leaf, value) in [
        ("count", summary.count as f64),
        ("minimum", summary.minimum),
        ("median", summary.median),
        ("maximum", summary.maximum),
    ] {
        catalogue.add(Quantity::computed(
            format!("ppp.{gpu}.{leaf}"),
            Unit::One,
            format!("{leaf} over the published speeds"),
            sources.clone(),
            Ok(value),
        ));
    }
    Ok(())
}
