//! A network with its operations, as the views of operations take it.

use crate::catalogue::Catalogue;
use crate::evidence::Quantity;
use crate::topics::names::readable;
use crate::topics::operations::analysis::flops::{KindCount, NetworkCount, count};
use crate::topics::operations::analysis::layers::LayerKind;
use crate::topics::operations::analysis::networks::by_name;
use crate::topics::operations::quantities::flops::{CONVENTIONS, KINDS, identifier};
use std::sync::Arc;

/// A network counted by one convention.
pub(crate) struct CountedNetwork<'a> {
    /// The reader's name.
    pub(crate) name: String,
    /// What one operation is called: `MACs` or `FLOP`.
    pub(crate) operations: &'static str,
    /// The operations of each layer.
    pub(crate) count: NetworkCount,
    catalogue: &'a Catalogue,
    network: String,
    convention: &'static str,
}

impl<'a> CountedNetwork<'a> {
    /// Counts `network` by the convention that quantities call `mac`, `two` or `lu`.
    ///
    /// # Errors
    /// An unknown name; the message lists the known ones.
    pub(crate) fn new(
        network: &str,
        convention: &str,
        catalogue: &'a Catalogue,
    ) -> Result<Self, String> {
        let list = by_name(&network.replace('_', "-")).map_err(|error| error.to_string())?;
        let (key, convention, unit) = CONVENTIONS
            .into_iter()
            .find(|(key, ..)| *key == convention)
            .ok_or_else(|| {
                let known = CONVENTIONS.map(|(key, ..)| format!("`{key}`")).join(", ");
                format!("unknown convention `{convention}`; expected one of {known}")
            })?;
        Ok(CountedNetwork {
            name: readable(network).to_owned(),
            operations: unit.symbol_after(""),
            count: count(&list, convention),
            catalogue,
            network: identifier(network),
            convention: key,
        })
    }

    /// All operations.
    pub(crate) fn total(&self) -> Result<Arc<Quantity>, String> {
        self.quantity(&format!("{}.total", self.convention))
    }

    /// All learned parameters.
    pub(crate) fn parameters(&self) -> Result<Arc<Quantity>, String> {
        self.quantity("parameters")
    }

    /// All layers of one kind.
    pub(crate) fn of_kind(&self, kind: LayerKind) -> KindCount {
        self.count.of_kind(kind)
    }

    /// The catalogue's operations of one kind; none of kinds that never have any.
    pub(crate) fn operations_of(&self, kind: LayerKind) -> Option<Arc<Quantity>> {
        self.part(kind, "")
    }

    /// The catalogue's share of one kind in all operations; it has that of a few kinds.
    pub(crate) fn share_of(&self, kind: LayerKind) -> Option<Arc<Quantity>> {
        self.part(kind, "_share")
    }

    fn part(&self, kind: LayerKind, suffix: &str) -> Option<Arc<Quantity>> {
        let (leaf, _) = KINDS.iter().find(|(_, known)| *known == kind)?;
        self.quantity(&format!("{}.{leaf}{suffix}", self.convention))
            .ok()
    }

    fn quantity(&self, leaf: &str) -> Result<Arc<Quantity>, String> {
        let name = format!("flops.{}.{leaf}", self.network);
        let found = self.catalogue.quantity(&name);
        found.cloned().map_err(|error| error.to_string())
    }
}

/// The kinds of layer that `keep` admits in any of the networks, in the order of tables.
pub(crate) fn kinds(
    networks: &[CountedNetwork],
    keep: impl Fn(&KindCount) -> bool,
) -> Vec<LayerKind> {
    let kept = |kind: &LayerKind| networks.iter().any(|network| keep(&network.of_kind(*kind)));
    LayerKind::ALL.into_iter().filter(kept).collect()
}
