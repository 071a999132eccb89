//! The device of this machine, which decides what can be made here.

use std::fmt;

use experiments::device::{cpu_name, nvidia_smi};
use results::{DeviceKind, Hardware};

/// The first GPU, or the CPU where there is none.
pub(crate) struct ThisDevice {
    name: String,
    kind: DeviceKind,
}

impl ThisDevice {
    /// What NVIDIA's tool names.
    pub(crate) fn find() -> ThisDevice {
        match nvidia_smi("name") {
            Some(name) => ThisDevice {
                name,
                kind: DeviceKind::Cuda,
            },
            None => ThisDevice {
                name: cpu_name(),
                kind: DeviceKind::Cpu,
            },
        }
    }

    /// Whether a run that needs `hardware` can be made here.
    pub(crate) fn suits(&self, hardware: &Hardware) -> bool {
        hardware.admits_device(&self.name, self.kind)
    }

    /// Whether it is the card that plans call so.
    pub(crate) fn is_card(&self, card: &str) -> bool {
        self.suits(&Hardware::Card(card.to_owned()))
    }
}

impl fmt::Display for ThisDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DeviceKind::Cpu => write!(f, "the CPU `{}` without an NVIDIA GPU", self.name),
            DeviceKind::Cuda => write!(f, "`{}`", self.name),
        }
    }
}
