//! Our own kernels (`experiments/kernels`): several operations of a training step as one.
//!
//! On a GPU NVRTC compiles them at run time for the card at hand. On a CPU the same sources run on emulated threads, which
//! is slow: for tests, and to rehearse what a GPU is to do.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::{CString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use tch::{Kind, Tensor};

use crate::fused::Fused;
use crate::nvrtc::{Compiled, Nvrtc};
use crate::shim::{Shim, built};

/// Sources that are compiled each for itself, by name.
const SOURCES: [(&str, &str); 2] = [
    ("batch_norm.cu", include_str!("../kernels/batch_norm.cu")),
    ("sgd.cu", include_str!("../kernels/sgd.cu")),
];
/// Another one, where there are convolutions.
const CONVOLUTIONS: (&str, &str) = ("convolution.cu", include_str!("../kernels/convolution.cu"));
/// What they include.
const HEADERS: [(&str, &str); 4] = [
    ("arguments.h", include_str!("../kernels/arguments.h")),
    ("sums.h", include_str!("../kernels/sums.h")),
    ("tensor_cores.h", include_str!("../kernels/tensor_cores.h")),
    ("values.h", include_str!("../kernels/values.h")),
];
/// The widest images that our convolutions take, in pixels: a block keeps rows of them in shared memory.
const WIDEST: i64 = 64;
/// The first GPUs with instructions for bf16: Ampere's.
const OLDEST_CAPABILITY: u32 = 80;
/// The library of `experiments/kernels/emulation`.
const EMULATED: &str = "libmeasured_emulated_kernels.so";

/// BatchNorm's part of a layer.
#[derive(Debug, Clone, Copy)]
pub struct BatchNorm<'a> {
    /// `[channels]`, as the three others.
    pub scale: &'a Tensor,
    /// What is added after scaling.
    pub shift: &'a Tensor,
    /// Running mean, which is moved.
    pub running_mean: &'a Tensor,
    /// Running variance, which is moved.
    pub running_variance: &'a Tensor,
    /// Share of the batch's statistics in the running ones.
    pub momentum: f64,
    /// Added to the variance.
    pub epsilon: f64,
}

/// What follows BatchNorm in the same operation.
#[derive(Debug, Clone, Copy)]
pub enum Then<'a> {
    /// Nothing.
    Nothing,
    /// ReLU.
    Relu,
    /// The addition of a shortcut, and ReLU.
    AddRelu(&'a Tensor),
}

/// The kernels, ready for one thread's stream.
pub struct Kernels {
    fused: Fused,
    shim: Shim,
    handle: *mut c_void,
}

impl Kernels {
    /// Those for the GPU that `shim` is for, compiled now.
    ///
    /// # Errors
    /// An older GPU than Ampere's; no compiler; what compiler or driver refuses.
    pub fn compiled(shim: &Shim, fused: Fused) -> Result<Kernels> {
        let mut capability = 0;
        // SAFETY: the signature is that of kernels.cpp.
        let failed = unsafe {
            shim.function::<unsafe extern "C" fn(*mut c_int) -> c_int>(b"shim_compute_capability")(
                &mut capability,
            )
        };
        shim.check(failed)?;
        let images = compile(capability as u32, &fused)?;
        let images: Vec<*const u8> = images.iter().map(|code| code.image.as_ptr()).collect();
        // SAFETY: the signature is that of kernels.cpp; the driver copies the images.
        let handle = unsafe {
            shim.function::<unsafe extern "C" fn(*const *const u8, usize) -> *mut c_void>(
                b"shim_kernels_compiled",
            )(images.as_ptr(), images.len())
        };
        Kernels::new(shim, fused, handle)
    }

    /// Those that the build has made for emulated threads.
    ///
    /// # Errors
    /// There are none.
    pub fn emulated(shim: &Shim, fused: Fused) -> Result<Kernels> {
        let library = { built(EMULATED).next() }.with_context(|| {
            format!("`{EMULATED}` is missing; hint: build with g++, or set MEASURED_SHIM_DIR")
        })?;
        Kernels::emulated_in(shim, fused, &library)
    }

    /// Those in a library of `experiments/kernels/emulation`.
    ///
    /// # Errors
    /// It is none.
    pub fn emulated_in(shim: &Shim, fused: Fused, library: &Path) -> Result<Kernels> {
        let path = CString::new(library.as_os_str().as_bytes()).context("a zero in the path")?;
        // SAFETY: the signature is that of kernels.cpp.
        let handle = unsafe {
            shim.function::<unsafe extern "C" fn(*const c_char) -> *mut c_void>(
                b"shim_kernels_emulated",
            )(path.as_ptr())
        };
        Kernels::new(shim, fused, handle)
    }

    fn new(shim: &Shim, fused: Fused, handle: *mut c_void) -> Result<Kernels> {
        match handle.is_null() {
            true => Err(shim.error()),
            false => Ok(Kernels {
                fused,
                shim: shim.clone(),
                handle,
            }),
        }
    }

    /// BatchNorm in training of `xs` `[batch, channels, height, width]`, and `then`, as one differentiable operation.
    ///
    /// # Errors
    /// Another number format than fp32 and bf16; channels that do not fill 16 bytes; shapes that do not fit.
    pub fn batch_norm(&self, xs: &Tensor, norm: BatchNorm, then: Then) -> Result<Tensor> {
        self.convolution_or_not(xs, None, norm, then)
    }

    /// Whether [`Kernels::convolution`] is to take `xs`: bf16, with a number of channels that is among the stages, and not
    /// too wide.
    pub fn take_convolution_of(&self, xs: &Tensor) -> bool {
        matches!(xs.size()[..], [_, channels, _, width]
            if self.fused.has_convolution(channels) && width <= WIDEST)
            && xs.kind() == Kind::BFloat16
    }

    /// The 3×3 convolution of stride 1 and padding 1 of `xs` `[batch, channels, height, width]` in bf16 by `weight`
    /// `[channels, channels, 3, 3]`, for 16, 32 or 64 channels; BatchNorm in training, and `then`: one differentiable
    /// operation.
    ///
    /// # Errors
    /// Another number format; shapes that do not fit; images so wide that rows of them find no place in shared memory.
    pub fn convolution(
        &self,
        xs: &Tensor,
        weight: &Tensor,
        norm: BatchNorm,
        then: Then,
    ) -> Result<Tensor> {
        self.convolution_or_not(xs, Some(weight), norm, then)
    }

    fn convolution_or_not(
        &self,
        xs: &Tensor,
        weight: Option<&Tensor>,
        norm: BatchNorm,
        then: Then,
    ) -> Result<Tensor> {
        type Apply = unsafe extern "C" fn(
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            c_int,
            f64,
            f64,
        ) -> *mut c_void;
        let (added, relu) = match then {
            Then::Nothing => (ptr::null_mut(), false),
            Then::Relu => (ptr::null_mut(), true),
            Then::AddRelu(shortcut) => (pointer(shortcut), true),
        };
        // SAFETY: the signature is that of fused.cpp; it keeps no pointer, and returns a new tensor or null.
        unsafe {
            let result = self.shim.function::<Apply>(b"shim_batch_norm")(
                self.handle,
                pointer(xs),
                weight.map_or(ptr::null_mut(), pointer),
                added,
                pointer(norm.scale),
                pointer(norm.shift),
                pointer(norm.running_mean),
                pointer(norm.running_variance),
                relu.into(),
                norm.momentum,
                norm.epsilon,
            );
            match result.is_null() {
                true => Err(self.shim.error()),
                false => Ok(Tensor::from_ptr(result.cast())),
            }
        }
    }

    /// A step of SGD on the vector `weights`, whose beginning the network reads in `copy`.
    ///
    /// # Errors
    /// Lengths that do not fit.
    pub fn sgd(&self, step: SgdStep) -> Result<()> {
        type Step = unsafe extern "C" fn(
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            f64,
            f64,
        ) -> c_int;
        // SAFETY: the signature is that of fused.cpp; it keeps no pointer.
        let failed = unsafe {
            self.shim.function::<Step>(b"shim_sgd")(
                self.handle,
                pointer(step.weights),
                pointer(step.velocity),
                pointer(step.copy),
                pointer(step.multiplied_gradient),
                pointer(step.normalising_gradient),
                pointer(step.rate),
                step.momentum,
                step.weight_decay,
            )
        };
        self.shim.check(failed)
    }
}

impl Drop for Kernels {
    fn drop(&mut self) {
        // SAFETY: the signature is that of kernels.cpp, and the handle is not used again.
        unsafe {
            self.shim
                .function::<unsafe extern "C" fn(*mut c_void)>(b"shim_kernels_free")(
                self.handle
            );
        }
    }
}

/// What a step of SGD reads and writes.
#[derive(Debug, Clone, Copy)]
pub struct SgdStep<'a> {
    /// All moving parameters in fp32: those that are multiplied, then BatchNorm's. They are moved, as the velocity.
    pub weights: &'a Tensor,
    /// As long as the weights.
    pub velocity: &'a Tensor,
    /// Those that are multiplied, in the network's number format. It is renewed.
    pub copy: &'a Tensor,
    /// The gradient of the copy.
    pub multiplied_gradient: &'a Tensor,
    /// The gradient of the rest.
    pub normalising_gradient: &'a Tensor,
    /// The learning rate, one value on the device.
    pub rate: &'a Tensor,
    /// Share of the velocity that stays.
    pub momentum: f64,
    /// Share of the weights that is added to their gradient.
    pub weight_decay: f64,
}

/// What was compiled by its source's name and the compute capability: several threads of a program need the same.
static COMPILED: Mutex<BTreeMap<(&str, u32), Arc<Compiled>>> = Mutex::new(BTreeMap::new());

/// The sources that `fused` needs, compiled for a compute capability such as `90`, once in a program.
///
/// # Errors
/// An older GPU than Ampere's; no compiler; what it refuses.
pub fn compile(capability: u32, fused: &Fused) -> Result<Vec<Arc<Compiled>>> {
    ensure!(
        capability >= OLDEST_CAPABILITY,
        "our kernels need a GPU of compute capability {OLDEST_CAPABILITY}, this one has {capability}"
    );
    let compiler = Nvrtc::open()?;
    let convolutions = fused.has_convolutions().then_some(CONVOLUTIONS);
    let mut known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = SOURCES.into_iter().chain(convolutions).map(|source| {
        let of_source = match known.entry((source.0, capability)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                entry.insert(Arc::new(compiler.compile(source, &HEADERS, capability)?))
            }
        };
        Ok(Arc::clone(of_source))
    });
    compiled.collect()
}

/// What libtorch knows a tensor by: tch has it of a `&mut Tensor` only, though nothing of the handle is changed.
fn pointer(tensor: &Tensor) -> *mut c_void {
    tensor.as_ptr().cast_mut().cast()
}
