//! A network with its operations, as the views of operations take it.

use super::names::readable;
use crate::analysis::flops::{KindCount, NetworkCount, count};
use crate::analysis::layers::LayerKind;
use crate::analysis::networks::by_name;
use crate::catalogue::Catalogue;
use crate::catalogue::flops::{CONVENTIONS, KINDS, identifier};
use crate::evidence::Quantity;
use std::sync::Arc;

/// A network counted by one convention.
pub(super) struct CountedNetwork<'a> {
    /// The reader's name.
    pub(super) name: String,
    /// What one operation is called: `MACs` or `FLOP`.
    pub(super) operations: &'static str,
    /// The operations of each layer.
    pub(super) count: NetworkCount,
    catalogue: &'a Catalogue,
    network: String,
    convention: &'static str,
}

impl<'a> CountedNetwork<'a> {
    /// Counts `network` by the convention that quantities call `mac`, `two` or `lu`.
    ///
    /// # Errors
    /// An unknown name; the message lists the known ones.
    pub(super) fn new(
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
    pub(super) fn total(&self) -> Result<Arc<Quantity>, String> {
        self.quantity(&format!("{}.total", self.convention))
    }

    /// All learned parameters.
    pub(super) fn parameters(&self) -> Result<Arc<Quantity>, String> {
        self.quantity("parameters")
    }

    /// All layers of one kind.
    pub(super) fn of_kind(&self, kind: LayerKind) -> KindCount {
        self.count.of_kind(kind)
    }

    /// The catalogue's operations of one kind; none of kinds that never have any.
    pub(super) fn operations_of(&self, kind: LayerKind) -> Option<Arc<Quantity>> {
        self.part(kind, "")
    }

    /// The catalogue's share of one kind in all operations; it has that of a few kinds.
    pub(super) fn share_of(&self, kind: LayerKind) -> Option<Arc<Quantity>> {
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
pub(super) fn kinds(
    networks: &[CountedNetwork],
    keep: impl Fn(&KindCount) -> bool,
) -> Vec<LayerKind> {
    let kept = |kind: &LayerKind| networks.iter().any(|network| keep(&network.of_kind(*kind)));
    LayerKind::ALL.into_iter().filter(kept).collect()
}
