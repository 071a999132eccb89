//! The device that computes: found at run time, named for the record.

use std::cell::{Cell, RefCell};
use std::process::Command;
use std::rc::Rc;

use anyhow::{Context, Result, bail, ensure};
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
use results::{Arithmetic, DeviceKind};
use tch::{Cuda, Device};

use crate::fused::Fused;
use crate::kernels::Kernels;
use crate::shim::Shim;

/// The libtorch that tch 0.24 is made for; its build refuses another one.
pub const LIBTORCH_VERSION: &str = "2.11.0";

/// A device with its name and what it was set up with.
pub struct Computer {
    /// For tch.
    pub device: Device,
    /// CPU or CUDA.
    pub kind: DeviceKind,
    /// Name as the driver or the operating system gives it.
    pub name: String,
    /// The shim, where there is one.
    pub shim: Option<Shim>,
    /// Whether training steps are a CUDA graph.
    pub uses_graph: Cell<bool>,
    /// What our kernels take as one operation.
    fused: RefCell<Option<Fused>>,
}

impl Computer {
    /// Takes the device `wanted`: `cpu`, `cuda`, or the best one where nothing is wanted; sets it up for `arithmetic`.
    ///
    /// # Errors
    /// CUDA is wanted and not there; an arithmetic that the device or the missing shim cannot do.
    pub fn find(wanted: Option<&str>, arithmetic: Arithmetic, threads: u64) -> Result<Computer> {
        tch::set_num_threads(threads as i32);
        let cuda = match wanted {
            Some("cpu") => false,
            None => open_cuda(),
            Some("cuda") => {
                ensure!(open_cuda(), "no CUDA device; hint: {}", cuda_hint());
                true
            }
            Some(other) => bail!("device `{other}` is unknown, expected `cpu` or `cuda`"),
        };
        let computer = if cuda { gpu()? } else { cpu() };
        computer.set_up(arithmetic)?;
        Ok(computer)
    }

    fn set_up(&self, arithmetic: Arithmetic) -> Result<()> {
        let cuda = self.kind == DeviceKind::Cuda;
        match (arithmetic, &self.shim) {
            (Arithmetic::Tf32, _) if !cuda => bail!("arithmetic `tf32` needs an NVIDIA GPU"),
            (Arithmetic::Tf32 | Arithmetic::Fp32, None) if cuda => {
                bail!(
                    "the shim is missing, which switches TF32; hint: build with g++ and the CUDA libtorch"
                )
            }
            (_, Some(shim)) => shim.allow_tf32(arithmetic == Arithmetic::Tf32),
            _ => {}
        }
        if cuda {
            Cuda::cudnn_set_benchmark(true);
        }
        Ok(())
    }

    /// What libtorch is and which way a training step goes, for the record.
    pub fn libtorch(&self) -> String {
        let operations = match (&self.shim, &*self.fused.borrow()) {
            (_, Some(fused)) => fused.to_string(),
            (Some(_), None) => "fused SGD".to_owned(),
            (None, None) => "plain SGD".to_owned(),
        };
        let graph = if self.uses_graph.get() {
            ", CUDA graph"
        } else {
            ""
        };
        format!("{LIBTORCH_VERSION}, {operations}{graph}")
    }

    /// Our kernels of these stages for this device, which are used from now on: compiled for a GPU, on emulated threads for
    /// a CPU.
    ///
    /// # Errors
    /// No shim; what [`Kernels::compiled`] or [`Kernels::emulated`] refuses.
    pub fn kernels(&self, fused: &Fused) -> Result<Rc<Kernels>> {
        let shim = self.shim.as_ref();
        let shim = shim.context("our kernels need the shim; hint: build with g++")?;
        let kernels = match self.kind {
            DeviceKind::Cuda => Kernels::compiled(shim, fused.clone()),
            DeviceKind::Cpu => Kernels::emulated(shim, fused.clone()),
        };
        self.fused.replace(Some(fused.clone()));
        Ok(Rc::new(kernels?))
    }

    /// The shim of a GPU, which has streams and graphs.
    pub fn cuda_shim(&self) -> Option<&Shim> {
        { self.shim.as_ref() }.filter(|_| self.kind == DeviceKind::Cuda)
    }

    /// Waits until the device has done all that was asked of it.
    pub fn synchronise(&self) {
        if let Device::Cuda(index) = self.device {
            Cuda::synchronize(index as i64);
        }
    }
}

fn cpu() -> Computer {
    Computer {
        device: Device::Cpu,
        kind: DeviceKind::Cpu,
        name: cpu_name(),
        shim: Shim::open(false),
        uses_graph: Cell::new(false),
        fused: RefCell::new(None),
    }
}

fn gpu() -> Result<Computer> {
    let name = nvidia_smi("name");
    ensure!(
        name.is_some(),
        "`nvidia-smi` does not name the GPU; hint: put it on the PATH"
    );
    Ok(Computer {
        device: Device::Cuda(0),
        kind: DeviceKind::Cuda,
        name: name.unwrap_or_default(),
        shim: Shim::open(true),
        uses_graph: Cell::new(false),
        fused: RefCell::new(None),
    })
}

/// Opens libtorch's CUDA part, which registers itself; whether there is a GPU to use.
fn open_cuda() -> bool {
    // Without a driver the half gigabyte of CUDA code need not be read.
    // SAFETY: opening NVIDIA's driver and libtorch runs their initialisers only.
    let opened = unsafe {
        Library::new("libcuda.so.1").is_ok_and(|driver| {
            std::mem::forget(driver);
            let paths = [
                option_env!("MEASURED_LIBTORCH_LIB").map(|lib| format!("{lib}/libtorch_cuda.so")),
                Some("libtorch_cuda.so".to_owned()),
            ];
            let mut libraries = paths
                .into_iter()
                .flatten()
                .filter_map(|path| Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL).ok());
            // Never closed: libtorch holds pointers into it.
            libraries.next().map(std::mem::forget).is_some()
        })
    };
    opened && Cuda::is_available()
}

fn cuda_hint() -> &'static str {
    "it takes an NVIDIA driver and the CUDA libtorch: `scripts/libtorch --cuda`, then build again"
}

/// Name of the processor.
pub fn cpu_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let name = line
        .and_then(|rest| rest.split_once(':'))
        .map(|(_, name)| name.trim());
    name.unwrap_or(std::env::consts::ARCH).to_owned()
}

/// What NVIDIA's tool says of the first GPU: `name` or `driver_version`.
pub fn nvidia_smi(property: &str) -> Option<String> {
    let query = format!("--query-gpu={property}");
    let answer = Command::new("nvidia-smi")
        .args([&query, "--format=csv,noheader"])
        .output()
        .ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    let first = text.lines().next()?.trim();
    (!first.is_empty()).then(|| first.to_owned())
}
