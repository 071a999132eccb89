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

/// Every known network: first those for ImageNet (224 or 227 px, 1,000 classes), then those for
/// CIFAR-10 (32 px, ten classes).
pub const NAMES: [&str; 14] = [
    "alexnet",
    "alexnet-torchvision",
    "vgg16",
    "vgg19",
    "googlenet",
    "resnet50",
    "resnet50-v1",
    "resnet20",
    "resnet32",
    "resnet44",
    "resnet50-6n2",
    "resnet56",
    "resnet18",
    "resnet50-bottleneck",
];

/// A name that is not in [`NAMES`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown network `{name}`; expected one of {}", NAMES.map(|name| format!("`{name}`")).join(", "))]
pub struct UnknownNetwork {
    /// What was asked for.
    pub name: String,
}

/// The network of this name. `resnet50` is torchvision's v1.5, `resnet50-v1` and `alexnet` are
/// Caffe's; `resnet50-6n2` is He et al.'s 6n+2 family with n = 8.
///
/// # Errors
/// [`UnknownNetwork`] lists the known names.
pub fn by_name(name: &str) -> Result<Network, UnknownNetwork> {
    let network = match name {
        "alexnet" => alexnet(),
        "alexnet-torchvision" => alexnet_torchvision(),
        "vgg16" => vgg16(),
        "vgg19" => vgg19(),
        "googlenet" => googlenet(),
        "resnet50" => resnet50(224, 1000),
        "resnet50-v1" => resnet50_v1(),
        "resnet20" => resnet_6n_plus_2(name, 3),
        "resnet32" => resnet_6n_plus_2(name, 5),
        "resnet44" => resnet_6n_plus_2(name, 7),
        "resnet50-6n2" => resnet_6n_plus_2(name, 8),
        "resnet56" => resnet_6n_plus_2(name, 9),
        "resnet18" => resnet18(),
        "resnet50-bottleneck" => resnet50_bottleneck(),
        _ => return Err(UnknownNetwork { name: name.into() }),
    };
    Ok(network.expect("the test `every_name_is_a_network` builds each of these lists"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_network() {
        for name in NAMES {
            assert_eq!(by_name(name).unwrap().name(), name);
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = by_name("vgg-19").unwrap_err().to_string();
        assert!(
            error.starts_with("unknown network `vgg-19`; expected one of `alexnet`, "),
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
