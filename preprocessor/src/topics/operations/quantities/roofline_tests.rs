use super::*;

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    for (leaf, unit, value) in [
        ("peak_fp32", Unit::FlopPerSecond, 4.365e12),
        ("memory_bandwidth", Unit::BytePerSecond, 240e9),
    ] {
        let name = format!("device.k80_gpu.{leaf}");
        catalogue.add(Quantity::exact(name, unit, value, "a test"));
    }
    add(&mut catalogue);
    catalogue
}

fn check(name: &str, expect: f64) {
    let found = catalogue().quantity(name).expect("it was added").known();
    let found = found.expect("it has a value");
    assert!(
        (found / expect - 1.0).abs() < 1e-6,
        "{name} is {found}, expected {expect}"
    );
}

/// One layer of 40 operations on 4 bytes and one of 8 on 8, at 4 FLOP/s and 1 byte/s: the ridge is at 4
/// FLOP/byte, the first takes 10 s for its operations, the second 8 s for its bytes.
#[test]
fn the_least_time_of_two_layers() {
    let work = |flops, read_bytes| Work {
        flops,
        read_bytes,
        written_bytes: 0,
    };
    let mut catalogue = Catalogue::default();
    let roof = Roofline::new(4.0, 1.0).expect("both are positive");
    add_network(&mut catalogue, "x", &[work(40, 4), work(8, 8)], roof, &[]);
    for (leaf, expect) in [
        ("time", 18.0),
        ("time_below_ridge", 8.0),
        ("time_share_below_ridge", 8.0 / 18.0),
        ("layers", 2.0),
        ("below_ridge", 1.0),
        ("operations_below_ridge", 8.0 / 48.0),
    ] {
        let found = catalogue
            .quantity(&format!("x.{leaf}"))
            .expect("it was added");
        assert_eq!(found.known(), Some(expect), "{leaf}");
    }
}

/// VGG-19 has 16 convolutions, 18 ReLUs, 5 poolings and 3 fully connected layers. All but the
/// convolutions lie below 18.2 FLOP/byte, and of these the first does not: it takes
/// 2 · 27 operations for each of its 64 · 224² outputs, with 4 bytes to write each, and 3 / 64 as many
/// numbers to read, 12.9 FLOP/byte.
#[test]
fn what_memory_limits_in_vgg19() {
    check("roofline.k80_gpu.vgg19.layers", 42.0);
    check("roofline.k80_gpu.vgg19.below_ridge", 27.0);
}

/// The fully connected layers read 123,642,856 weights and biases; without the rest the pass takes
/// 4 bytes each, at 240 GB/s.
#[test]
fn a_pass_takes_longer_than_its_largest_weights() {
    let found = catalogue();
    let time = |leaf: &str| {
        let name = format!("roofline.k80_gpu.vgg19.{leaf}");
        found
            .quantity(&name)
            .expect("it was added")
            .known()
            .expect("a value")
    };
    let weights = 123_642_856.0 * 4.0 / 240e9;
    let operations = 2.0 * 19_508_428_800.0 / 4.365e12;
    assert!(time("time_below_ridge") > weights);
    assert!(time("time") > weights + 0.99 * operations);
    assert!(time("time") < 1.5 * (weights + operations));
}
