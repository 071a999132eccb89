//! The C++ shim (`shim/shim.cpp`), opened at run time; every program runs without it, more slowly.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, anyhow};
use libloading::Library;
use tch::Tensor;

/// The opened shim.
#[derive(Clone)]
pub struct Shim {
    library: Arc<Library>,
    file_name: String,
}

impl Shim {
    /// Opens the shim for the CPU or for CUDA: from `MEASURED_SHIM_DIR`, beside the program, or where it was built.
    ///
    /// None where there is none, or where it does not fit the libtorch that runs.
    pub fn open(cuda: bool) -> Option<Shim> {
        let file_name = match cuda {
            true => "libmeasured_shim_cuda.so",
            false => "libmeasured_shim_cpu.so",
        };
        // SAFETY: the library is our own and runs no code when it is opened but libtorch's registrations.
        let library = built(file_name).find_map(|path| unsafe { Library::new(path).ok() })?;
        Some(Shim {
            library: Arc::new(library),
            file_name: file_name.to_owned(),
        })
    }

    /// Name of the file, for the record.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Whether convolutions and matrix products may use TF32; off is IEEE single precision.
    pub fn allow_tf32(&self, allow: bool) {
        // SAFETY: the signature is that of shim.cpp.
        unsafe { self.function::<unsafe extern "C" fn(c_int)>(b"shim_allow_tf32")(allow.into()) }
    }

    /// One SGD step in one operation; `rate` is a scalar on the device.
    pub fn fused_sgd(
        &self,
        weights: &mut Tensor,
        gradient: &mut Tensor,
        velocity: &mut Tensor,
        rate: &mut Tensor,
        momentum: f64,
        weight_decay: f64,
    ) {
        type FusedSgd = unsafe extern "C" fn(
            *mut c_void,
            *mut c_void,
            *mut c_void,
            *mut c_void,
            f64,
            f64,
        ) -> c_int;
        let pointer = |tensor: &mut Tensor| tensor.as_mut_ptr().cast::<c_void>();
        // SAFETY: the signature is that of shim.cpp, and tch's pointers are `at::Tensor*`.
        let failed = unsafe {
            self.function::<FusedSgd>(b"shim_fused_sgd")(
                pointer(weights),
                pointer(gradient),
                pointer(velocity),
                pointer(rate),
                momentum,
                weight_decay,
            )
        };
        self.check(failed)
            .expect("all four are dense tensors of one device");
    }

    /// Draws from `seed`, on the CPU: `order` becomes a permutation of its places, and each tensor of `below` numbers
    /// from 0 below the one beside it. All are of 64-bit integers.
    pub fn draw(&self, seed: u64, order: &mut Tensor, below: [(&mut Tensor, i64); 3]) {
        type Draw =
            unsafe extern "C" fn(u64, *mut c_void, *const *mut c_void, *const i64, usize) -> c_int;
        let pointer = |tensor: &mut Tensor| tensor.as_mut_ptr().cast::<c_void>();
        let ends = below.each_ref().map(|(_, end)| *end);
        let numbers = below.map(|(tensor, _)| pointer(tensor));
        // SAFETY: the signature is that of shim.cpp, which reads as many tensors and ends as it is told, and tch's
        // pointers are `at::Tensor*`.
        let failed = unsafe {
            self.function::<Draw>(b"shim_draw")(
                seed,
                pointer(order),
                numbers.as_ptr(),
                ends.as_ptr(),
                numbers.len(),
            )
        };
        self.check(failed).expect("all are integers on the CPU");
    }

    /// Lets this thread work on another CUDA stream, as a capture demands. With `priority`, which streams that are entered
    /// from it inherit, it goes before the others.
    ///
    /// # Errors
    /// What CUDA refuses.
    pub fn enter_stream(&self, priority: bool) -> Result<()> {
        // SAFETY: the signature is that of shim.cpp.
        let failed = unsafe {
            self.function::<unsafe extern "C" fn(c_int) -> c_int>(b"shim_stream_enter")(
                priority.into(),
            )
        };
        self.check(failed)
    }

    /// Waits for the thread's stream and goes back to the one before.
    ///
    /// # Errors
    /// What CUDA refuses, now or in an operation before.
    pub fn leave_stream(&self) -> Result<()> {
        self.call(b"shim_stream_leave")
    }

    /// Begins to record the operations of this thread's stream.
    ///
    /// # Errors
    /// What CUDA refuses.
    pub fn begin_graph(&self) -> Result<Recording<'_>> {
        // SAFETY: the signature is that of shim.cpp.
        let handle = unsafe {
            self.function::<unsafe extern "C" fn() -> *mut c_void>(b"shim_graph_begin")()
        };
        if handle.is_null() {
            return Err(self.error());
        }
        Ok(Recording(Graph { shim: self, handle }))
    }

    /// Calls a function without arguments that can fail.
    fn call(&self, name: &[u8]) -> Result<()> {
        // SAFETY: the callers name functions of this signature in shim.cpp.
        let failed = unsafe { self.function::<unsafe extern "C" fn() -> c_int>(name)() };
        self.check(failed)
    }

    pub(crate) fn check(&self, failed: c_int) -> Result<()> {
        if failed == 0 {
            return Ok(());
        }
        Err(self.error())
    }

    /// The message of this thread's last failure.
    pub(crate) fn error(&self) -> anyhow::Error {
        // SAFETY: the signature is that of shim.cpp; the text lives until the thread's next failure.
        let message = unsafe {
            let text = self.function::<unsafe extern "C" fn() -> *const c_char>(b"shim_error")();
            CStr::from_ptr(text).to_string_lossy().into_owned()
        };
        anyhow!("{}: {message}", self.file_name)
    }

    /// # Safety
    /// `F` must be the type that shim.cpp gives `name`.
    pub(crate) unsafe fn function<F: Copy>(&self, name: &[u8]) -> F {
        // SAFETY: the caller's duty.
        unsafe {
            *self
                .library
                .get::<F>(name)
                .expect("shim.cpp defines every function")
        }
    }
}

/// Where a file that the build has made may lie: in `MEASURED_SHIM_DIR`, beside the program, or where it was built.
pub(crate) fn built(file_name: &str) -> impl Iterator<Item = PathBuf> {
    let folders = [
        std::env::var_os("MEASURED_SHIM_DIR").map(PathBuf::from),
        std::env::current_exe()
            .ok()
            .and_then(|p| p.parent().map(Path::to_path_buf)),
        option_env!("MEASURED_SHIM_DIR").map(PathBuf::from),
    ];
    let paths = { folders.into_iter().flatten() }.map(move |folder| folder.join(file_name));
    paths.filter(|path| path.exists())
}

/// A CUDA graph that is being recorded.
pub struct Recording<'a>(Graph<'a>);

impl<'a> Recording<'a> {
    /// Ends the recording.
    ///
    /// # Errors
    /// An operation among the recorded ones that a graph cannot hold.
    pub fn end(self) -> Result<Graph<'a>> {
        self.0.call(b"shim_graph_end")?;
        Ok(self.0)
    }
}

/// Recorded operations that the device repeats.
pub struct Graph<'a> {
    shim: &'a Shim,
    handle: *mut c_void,
}

impl Graph<'_> {
    /// Issues all recorded operations.
    pub fn replay(&self) {
        self.call(b"shim_graph_replay")
            .expect("a recorded graph can be replayed");
    }

    /// How many operations that are: kernels, copies and fills.
    pub fn operations(&self) -> usize {
        type Operations = unsafe extern "C" fn(*mut c_void, *mut usize) -> c_int;
        let mut operations = 0;
        // SAFETY: the signature is that of shim.cpp, and the handle is one of its graphs.
        let failed = unsafe {
            self.shim.function::<Operations>(b"shim_graph_operations")(self.handle, &mut operations)
        };
        self.shim
            .check(failed)
            .expect("a recorded graph is counted");
        operations
    }

    fn call(&self, name: &[u8]) -> Result<()> {
        // SAFETY: the callers name functions of this signature in shim.cpp, and the handle is one of its graphs.
        let failed = unsafe {
            self.shim
                .function::<unsafe extern "C" fn(*mut c_void) -> c_int>(name)(
                self.handle
            )
        };
        self.shim.check(failed)
    }
}

impl Drop for Graph<'_> {
    fn drop(&mut self) {
        // SAFETY: the signature is that of shim.cpp, and the handle is not used again.
        unsafe {
            self.shim
                .function::<unsafe extern "C" fn(*mut c_void)>(b"shim_graph_free")(
                self.handle
            )
        }
    }
}
