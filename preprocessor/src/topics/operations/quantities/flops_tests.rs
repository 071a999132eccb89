//! Counts that sentences of the book rest on, against values by hand.

use super::*;

fn check(expected: &[(&str, f64)]) {
    let mut catalogue = Catalogue::default();
    add(&mut catalogue);
    for (name, expect) in expected {
        let found = catalogue.quantity(name).expect("it was added").known();
        let found = found.expect("it has a value");
        let is_near = (found / expect - 1.0).abs() < 1e-9;
        assert!(is_near, "{name} is {found}, expected {expect}");
    }
}

/// 3 × 4,089,184,256 − 118,013,952 multiply-accumulates, where the first convolution of ResNet-50 has
/// 112 × 112 × 64 × 147 and gives no gradient of the image.
#[test]
fn a_training_step_spares_the_gradient_of_the_image() {
    let (forward, first) = (4_089_184_256.0, 118_013_952.0);
    let step = 3.0 * forward - first;
    check(&[
        ("flops.resnet50.training.two", 2.0 * step),
        ("flops.resnet50.training.forward_passes", step / forward),
    ]);
}

/// The last layer for flowers has 2048 × 102 weights, the first convolution on 72 px 36 × 36 outputs.
#[test]
fn training_the_last_layer_alone_is_little_more_than_a_forward_pass() {
    let network = resnet50(72, 102).expect("72 px suffice");
    let macs = count(&network, Convention::MultiplyAccumulate).forward() as f64;
    let last = macs + 2048.0 * 102.0;
    let whole = 3.0 * macs - 36.0 * 36.0 * 64.0 * 147.0;
    check(&[
        (
            "flops.resnet50_flowers.training.last_layer_only",
            2.0 * last,
        ),
        (
            "flops.resnet50_flowers.training.over_last_layer_only",
            whole / last,
        ),
    ]);
}

/// 224² · 64 · 9 · 64 = 112² · 128 · 9 · 128 = 56² · 256 · 9 · 256 = 28² · 512 · 9 · 512: once in each
/// of the first two blocks of VGG-19, three times in each of the next two, of 19,632,062,464 in all. In ResNet-20 all convolutions
/// but the first and the two that halve the image: 19 − 3.
#[test]
fn eight_layers_of_vgg19_take_equally_much() {
    let most = 224.0 * 224.0 * 64.0 * 9.0 * 64.0;
    check(&[
        ("flops.vgg19.mac.largest_layer", most),
        ("flops.vgg19.mac.largest_layers", 8.0),
        (
            "flops.vgg19.mac.largest_layers_share",
            8.0 * most / 19_632_062_464.0,
        ),
        ("flops.resnet20.mac.largest_layers", 16.0),
    ]);
}

/// 256 · 9 · 256 · 56² + 512 · 9 · 512 · 28² + 512 · 9 · 512 · 14², and a bias for each of 64 filters.
#[test]
fn what_one_network_has_beyond_another() {
    let further = 256.0 * 9.0 * 256.0 * 3136.0 + 512.0 * 9.0 * 512.0 * (784.0 + 196.0);
    check(&[
        ("flops.vgg19.mac.convolution_beyond_vgg16", further),
        ("flops.resnet50_v1.parameters_beyond_resnet50", 64.0),
    ]);
}
