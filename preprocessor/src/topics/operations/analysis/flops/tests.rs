//! Lu et al.'s tables and their errata, and the counts that the book prints.

use super::*;
use crate::topics::operations::analysis::layers::{Convolution, NetworkBuilder};
use crate::topics::operations::analysis::networks::by_name;
use LayerKind::{Add, BatchNorm, Concat, FullyConnected, LocalResponseNorm, Pool, Relu, Scale};

fn counted(network: &str, convention: Convention) -> NetworkCount {
    count(&by_name(network).unwrap(), convention)
}

/// Compares with a cell printed in millions, to the digits that are printed.
fn check_millions(found: u64, printed: &str) {
    let places = printed
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    assert_eq!(format!("{:.places$}", found as f64 / 1e6), printed);
}

fn check_table(network: &str, rows: &[(LayerKind, u64, &str)]) {
    let count = counted(network, Convention::Lu);
    for &(kind, layers, printed) in rows {
        assert_eq!(count.of_kind(kind).layers, layers, "{network} {kind:?}");
        check_millions(count.of_kind(kind).forward, printed);
    }
}

/// Layer counts are Lu et al.'s Table 1.
#[test]
fn lu_table_2_alexnet() {
    let rows = [
        (LayerKind::Convolution, 5, "666"),
        (Pool, 3, "1"),
        (LocalResponseNorm, 2, "2"),
        (Relu, 7, "0.7"),
        (FullyConnected, 3, "59"),
    ];
    check_table("alexnet", &rows);
    check_millions(counted("alexnet", Convention::Lu).forward(), "729");
}

#[test]
fn lu_table_3_vgg16() {
    let rows = [
        (LayerKind::Convolution, 13, "15360"),
        (Pool, 5, "6"),
        (Relu, 15, "14"),
        (FullyConnected, 3, "124"),
    ];
    check_table("vgg16", &rows);
    let count = counted("vgg16", Convention::Lu);
    check_millions(count.forward(), "15503");
    assert_eq!(
        format!("{:.4}", count.of_kind(LayerKind::Convolution).share),
        "0.9908"
    );
}

#[test]
fn lu_table_5_googlenet() {
    let rows = [
        (LayerKind::Convolution, 57, "1585"),
        (Pool, 14, "13"),
        (LocalResponseNorm, 2, "3"),
        (Relu, 57, "3"),
        (Concat, 9, "0"),
        (FullyConnected, 1, "1"),
    ];
    check_table("googlenet", &rows);
}

/// The paper prints 3866 for the convolutions; the count rounds to 3867.
#[test]
fn lu_table_6_resnet50() {
    let rows = [
        (LayerKind::Convolution, 53, "3866.512"),
        (Pool, 2, "2"),
        (BatchNorm, 53, "32"),
        (Relu, 49, "9"),
        (Scale, 53, "11"),
        (Add, 16, "6"),
        (FullyConnected, 1, "2"),
    ];
    check_table("resnet50-v1", &rows);
}

/// Table 6's total leaves out the additions, and its percentages follow that total.
#[test]
fn erratum_of_table_6_total_without_additions() {
    let count = counted("resnet50-v1", Convention::Lu);
    let printed = count.forward() - count.of_kind(Add).forward;
    check_millions(count.forward(), "3927.418");
    check_millions(printed, "3921.898");
    let convolutions = count.of_kind(LayerKind::Convolution);
    assert_eq!(
        format!("{:.4}", convolutions.forward as f64 / printed as f64),
        "0.9859"
    );
    assert_eq!(format!("{:.4}", convolutions.share), "0.9845");
}

/// Table 5 prints a total of 1606 where the count gives 1605; 98.80 % is the convolutions' share
/// of everything but the fully connected layer.
#[test]
fn erratum_of_table_5_share_without_fully_connected() {
    let count = counted("googlenet", Convention::Lu);
    check_millions(count.forward(), "1605.144");
    let convolutions = count.of_kind(LayerKind::Convolution);
    let others = count.forward() - count.of_kind(FullyConnected).forward;
    assert_eq!(
        format!("{:.4}", convolutions.forward as f64 / others as f64),
        "0.9880"
    );
    assert_eq!(format!("{:.4}", convolutions.share), "0.9874");
}

/// The parts of Table 3 as printed add up to 15504; 0.79 % is 0.80 % rounded.
#[test]
fn erratum_of_table_3_rounding() {
    let count = counted("vgg16", Convention::Lu);
    let rounded = |kind: KindCount| (kind.forward as f64 / 1e6).round() as u64;
    assert_eq!(count.by_kind().into_iter().map(rounded).sum::<u64>(), 15504);
    assert_eq!(
        format!("{:.4}", count.of_kind(FullyConnected).share),
        "0.0080"
    );
}

/// Table 2's 91.36 % is 666 / 729; unrounded counts give 91.45 %.
#[test]
fn erratum_of_table_2_share_of_rounded_millions() {
    let count = counted("alexnet", Convention::Lu);
    assert_eq!(format!("{:.4}", 666.0 / 729.0), "0.9136");
    assert_eq!(
        format!("{:.4}", count.of_kind(LayerKind::Convolution).share),
        "0.9145"
    );
}

#[test]
fn multiply_accumulates() {
    let check = |network: &str, convolutions: u64, total: u64, lu_total: &str| {
        let macs = counted(network, Convention::MultiplyAccumulate);
        assert_eq!(
            macs.of_kind(LayerKind::Convolution).forward,
            convolutions,
            "{network}"
        );
        assert_eq!(macs.forward(), total, "{network}");
        assert_eq!(
            counted(network, Convention::TwoPerMultiplyAccumulate).forward(),
            2 * total
        );
        check_millions(counted(network, Convention::Lu).forward(), lu_total);
    };
    check("alexnet", 665_784_864, 724_406_816, "728.735");
    check("vgg16", 15_346_630_656, 15_470_264_320, "15503.498");
    check("vgg19", 19_508_428_800, 19_632_062_464, "19667.906");
    check("googlenet", 1_581_647_872, 1_582_671_872, "1605.144");
    check("resnet50-v1", 3_855_925_248, 3_857_973_248, "3927.418");
    check("resnet50", 4_087_136_256, 4_089_184_256, "4161.790");
    check("alexnet-torchvision", 655_566_528, 714_188_480, "715.971");
}

#[test]
fn vgg19_by_kind() {
    let count = counted("vgg19", Convention::Lu);
    let line = |kind: KindCount| {
        let millions = kind.forward as f64 / 1e6;
        format!(
            "{} {}: {millions:.3} M, {:.3} %\n",
            kind.layers,
            kind.kind.name(),
            100.0 * kind.share
        )
    };
    let table: String = count.by_kind().into_iter().map(line).collect();
    expect_test::expect![[r#"
        16 convolution: 19523.281 M, 99.265 %
        5 pooling: 6.121 M, 0.031 %
        18 ReLU: 14.860 M, 0.076 %
        3 fully connected: 123.643 M, 0.629 %
        2 dropout: 0.000 M, 0.000 %
        1 softmax: 0.000 M, 0.000 %
    "#]]
    .assert_eq(&table);
    let macs = counted("vgg19", Convention::MultiplyAccumulate);
    assert_eq!(
        format!("{:.5}", macs.of_kind(LayerKind::Convolution).share),
        "0.99370"
    );
}

/// Forward GFLOP per image, 2 per MAC.
#[test]
fn cifar_networks() {
    let check = |network: &str, giga: &str| {
        let flops = counted(network, Convention::TwoPerMultiplyAccumulate).forward();
        assert_eq!(format!("{:.4}", flops as f64 / 1e9), giga, "{network}");
    };
    check("resnet20", "0.0811");
    check("resnet32", "0.1377");
    check("resnet44", "0.1943");
    check("resnet50-6n2", "0.2227");
    check("resnet56", "0.2510");
    check("resnet18", "1.1108");
    check("resnet50-bottleneck", "2.5957");
}

#[test]
fn backward_pass_spares_the_gradient_of_the_image() {
    let count = counted("vgg16", Convention::MultiplyAccumulate);
    let first = &count.layers[0];
    assert_eq!(first.backward_macs.input_gradient, 0);
    assert_eq!(first.backward_macs.weight_gradient, first.forward_macs);
    assert_eq!(
        count.training_macs(),
        3 * count.forward_macs() - first.forward_macs
    );
}

#[test]
fn a_layer_behind_one_without_parameters_is_still_the_first() {
    let mut net = NetworkBuilder::new("tiny", Shape::square(4, 8));
    net.then("relu", Layer::Relu)
        .then("conv", Convolution::new(6, 5).groups(2));
    let count = count(&net.build().unwrap(), Convention::Lu);
    let conv = &count.layers[1];
    // 6 filters of 5·5·2 weights at 4 × 4 positions, and 1 per output element.
    assert_eq!(
        (conv.forward_macs, conv.forward),
        (6 * 50 * 16, 6 * 50 * 16 + 96)
    );
    assert_eq!(conv.backward_macs.input_gradient, 0);
    assert_eq!((conv.parameters, conv.activation_bytes), (6 * 51, 4 * 96));
}

#[test]
fn conventions_have_names() {
    for convention in Convention::ALL {
        assert_eq!(Convention::by_name(convention.name()), Ok(convention));
    }
    let error = Convention::by_name("flops").unwrap_err().to_string();
    assert_eq!(
        error,
        "unknown convention `flops`; expected one of `mac`, `two_per_mac`, `lu`"
    );
}
