//! What readers call the networks, boards and platforms that identifiers stand for.

use results::NETWORKS;

/// Boards, platforms and what a plan asks for.
const HARDWARE: [(&str, &str); 18] = [
    ("k80", "K80"),
    ("k80_board", "K80 board"),
    ("k80_gpu", "one GPU of a K80 board"),
    ("p100", "P100"),
    ("p100_pcie", "P100 PCIe"),
    ("p100_sxm2", "P100 SXM2"),
    ("v100", "V100"),
    ("v100_pcie", "V100 PCIe"),
    ("v100_sxm2", "V100 SXM2"),
    ("h100_sxm", "H100 SXM"),
    ("h200_sxm", "H200 SXM"),
    ("tk1_cpu", "TK1 CPU"),
    ("tx1_cpu", "TX1 CPU"),
    ("tk1_gpu", "TK1 GPU"),
    ("tx1_gpu", "TX1 GPU"),
    ("any", "any device"),
    ("cpu", "CPU"),
    ("cuda", "any CUDA GPU"),
];

/// The reader's name for the identifier of a network, a board or a platform; the identifier itself
/// where it has no other.
pub(crate) fn readable(identifier: &str) -> &str {
    let known = identifier.replace('_', "-");
    let network = NETWORKS.iter().find(|network| network.name == known);
    let written = identifier.replace('-', "_");
    let hardware = HARDWARE.iter().find(|(name, _)| *name == written);
    let found = network.map(|network| network.title);
    found
        .or(hardware.map(|(_, title)| *title))
        .unwrap_or(identifier)
}
