//! The networks that the book counts, by name.

mod alexnet;
mod googlenet;
mod resnet;
mod resnet_cifar;
mod vgg;

pub use alexnet::{alexnet, alexnet_torchvision};
pub use googlenet::googlenet;
pub use resnet::{resnet50, resnet50_v1};
pub use resnet_cifar::{resnet_6n_plus_2, resnet18, resnet50_bottleneck};
pub use vgg::{vgg16, vgg19};

use super::layers::Network;
use results::{KnownNetwork, UnknownNetwork, known_network};

/// The network of this name. `resnet50` is torchvision's v1.5, `resnet50-v1` and `alexnet` are
/// Caffe's; `resnet50-6n2` is He et al.'s 6n+2 family with n = 8.
///
/// # Errors
/// [`UnknownNetwork`] lists the known names.
pub fn by_name(name: &str) -> Result<Network, UnknownNetwork> {
    let KnownNetwork {
        blocks_per_stage, ..
    } = known_network(name)?;
    let network = match (name, blocks_per_stage) {
        ("alexnet", _) => alexnet(),
        ("alexnet-torchvision", _) => alexnet_torchvision(),
        ("vgg16", _) => vgg16(),
        ("vgg19", _) => vgg19(),
        ("googlenet", _) => googlenet(),
        ("resnet50", _) => resnet50(224, 1000),
        ("resnet50-v1", _) => resnet50_v1(),
        ("resnet18", _) => resnet18(),
        ("resnet50-bottleneck", _) => resnet50_bottleneck(),
        (name, Some(n)) => resnet_6n_plus_2(name, *n),
        (name, None) => unreachable!("the test `every_name_is_a_network` knows `{name}`"),
    };
    Ok(network.expect("the test `every_name_is_a_network` builds each of these lists"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use results::NETWORKS;

    #[test]
    fn every_name_is_a_network() {
        for KnownNetwork { name, .. } in NETWORKS {
            assert_eq!(by_name(name).unwrap().name(), *name);
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = by_name("vgg-19").unwrap_err().to_string();
        assert!(
            error.starts_with("network `vgg-19` is unknown, expected one of `alexnet`, "),
            "{error}"
        );
        assert!(error.contains("`vgg19`"), "{error}");
    }

    /// Published counts: Caffe's model zoo, torchvision's model list, He et al. 2016.
    #[test]
    fn parameters() {
        let check = |name: &str, expect: u64| {
            assert_eq!(by_name(name).unwrap().parameters(), expect, "{name}");
        };
        check("alexnet", 60_965_224);
        check("alexnet-torchvision", 61_100_840);
        check("vgg16", 138_357_544);
        check("vgg19", 143_667_240);
        check("googlenet", 6_998_552);
        check("resnet50", 25_557_032);
        check("resnet50-v1", 25_557_032 + 64); // the bias of Caffe's first convolution
        check("resnet20", 269_722);
        check("resnet32", 464_154);
        check("resnet44", 658_586);
        check("resnet50-6n2", 755_802);
        check("resnet56", 853_018);
        check("resnet18", 11_173_962);
        check("resnet50-bottleneck", 23_520_842);
    }

    #[test]
    fn another_head_changes_only_the_classifier() {
        let [imagenet, flowers] = [resnet50(224, 1000), resnet50(72, 102)].map(Result::unwrap);
        assert_eq!(
            imagenet.parameters() - flowers.parameters(),
            (1000 - 102) * 2049
        );
        assert_eq!(
            resnet50(72, 0).unwrap_err().to_string(),
            "network `resnet50`, layer `fc`: `outputs` is `0`; expected at least 1"
        );
        assert_eq!(
            resnet50(0, 10).unwrap_err().to_string(),
            "network `resnet50`, layer `conv1`: window of `7` is larger than the padded input of `6`"
        );
    }
}
