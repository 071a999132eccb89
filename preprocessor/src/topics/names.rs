//! What readers call the networks, boards and platforms that identifiers stand for.

const NAMES: [(&str, &str); 32] = [
    ("alexnet", "AlexNet"),
    ("alexnet_torchvision", "AlexNet (torchvision)"),
    ("vgg16", "VGG-16"),
    ("vgg19", "VGG-19"),
    ("googlenet", "GoogLeNet"),
    ("resnet50", "ResNet-50"),
    ("resnet50_v1", "ResNet-50 v1"),
    ("resnet20", "ResNet-20"),
    ("resnet32", "ResNet-32"),
    ("resnet44", "ResNet-44"),
    ("resnet50_6n2", "ResNet-50 (n = 8)"),
    ("resnet56", "ResNet-56"),
    ("resnet18", "ResNet-18"),
    ("resnet50_bottleneck", "ResNet-50 (bottleneck)"),
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

/// The reader's name for an identifier; the identifier itself where it has no other.
pub(crate) fn readable(identifier: &str) -> &str {
    let known = identifier.replace('-', "_");
    let found = NAMES.iter().find(|(name, _)| *name == known);
    found.map_or(identifier, |(_, readable)| readable)
}
