//! The device of this machine, which decides what can be made here.

use std::fmt;

use results::{DeviceKind, Hardware};

use crate::device::{cpu_name, nvidia_smi};

/// The first GPU, or the CPU where there is none.
pub struct ThisDevice {
    name: String,
    kind: DeviceKind,
}

impl ThisDevice {
    /// What NVIDIA's tool names, or the CPU.
    pub fn find() -> ThisDevice {
        nvidia_smi("name").map_or_else(ThisDevice::cpu, |name| ThisDevice {
            name,
            kind: DeviceKind::Cuda,
        })
    }

    /// The CPU, whatever GPU there is.
    pub fn cpu() -> ThisDevice {
        ThisDevice {
            name: cpu_name(),
            kind: DeviceKind::Cpu,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a run that needs `hardware` can be made here.
    pub fn suits(&self, hardware: &Hardware) -> bool {
        hardware.admits_device(&self.name, self.kind)
    }

    /// Whether it is the card that plans call so.
    pub fn is_card(&self, card: &str) -> bool {
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
