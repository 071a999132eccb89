//! Sums of layer times against the time of a full pass, from the quoted tables of Lu et al.

use crate::catalogue::Catalogue;
use crate::evidence::Formula;
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
            let sum = Formula::of("layer sum", &sum);
            let pass = Formula::of("full pass", &pass);
            let difference =
                (sum.clone() - pass.clone()).quantity(name("difference"), Unit::Second);
            if let Some(layers) = &layers {
                let layers = Formula::of("layers", layers);
                let per_layer = Formula::of("difference", &difference) / layers;
                catalogue.add(per_layer.quantity(name("difference_per_layer"), Unit::Second));
            }
            catalogue.add(difference);
            catalogue.add((sum / pass).quantity(name("ratio"), Unit::One));
        }
    }
}
