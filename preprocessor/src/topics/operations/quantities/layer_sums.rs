//! Sums of layer times against the time of a full pass, from the quoted tables of Lu et al.

use crate::catalogue::Catalogue;
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;

pub(crate) fn add(catalogue: &mut Catalogue) {
    for network in catalogue.groups("lu.time") {
        let layers = catalogue.known(&format!("lu.{network}.layers"));
        for platform in catalogue.groups(&format!("lu.time.{network}")) {
            let time =
                |leaf: &str| catalogue.known(&format!("lu.time.{network}.{platform}.{leaf}"));
            let (Some(sum), Some(pass)) = (time("layer_sum"), time("forward")) else {
                continue;
            };
            let name = |leaf: &str| format!("lu_time.{network}.{platform}.{leaf}");
            let difference = Quantity::derived(
                name("difference"),
                Unit::Second,
                "layer sum − full pass",
                [&sum, &pass],
                |[sum, pass]| sum - pass,
            );
            let ratio = Quantity::derived(
                name("ratio"),
                Unit::One,
                "layer sum / full pass",
                [&sum, &pass],
                |[sum, pass]| sum / pass,
            );
            if let Some(layers) = &layers {
                catalogue.add(Quantity::derived(
                    name("difference_per_layer"),
                    Unit::Second,
                    "difference / layers",
                    [&difference, layers],
                    |[difference, layers]| difference / layers,
                ));
            }
            catalogue.add(difference);
            catalogue.add(ratio);
        }
    }
}
