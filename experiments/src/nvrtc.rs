//! NVIDIA's runtime compiler, which PyTorch's CUDA wheels carry: CUDA C++ in, code for one kind of GPU out.
//!
//! It needs neither a GPU nor a driver.

use std::ffi::{CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::{env, fs, ptr};

use anyhow::{Context, Result, bail, ensure};
use libloading::Library;

/// The opened compiler.
pub struct Nvrtc(Library);

/// Code for a GPU, and what the compiler said.
pub struct Compiled {
    /// An image that the driver loads.
    pub image: Vec<u8>,
    /// Registers and memory of each kernel, in the compiler's words.
    pub log: String,
}

type Program = *mut c_void;

impl Nvrtc {
    /// Opens the compiler from the folder that `MEASURED_NVRTC` names, or from the wheel beside the libtorch that runs.
    ///
    /// # Errors
    /// There is none.
    pub fn open() -> Result<Nvrtc> {
        let given = env::var_os("MEASURED_NVRTC").map(PathBuf::from);
        let folders = given.into_iter().chain(wheels());
        let found = folders.filter_map(|folder| {
            let compiler = file_beginning(&folder, "libnvrtc.so.")?;
            // It looks for its built-in functions by their name alone: what is open already is found.
            let builtins = file_beginning(&folder, "libnvrtc-builtins.so.")?;
            // SAFETY: opening NVIDIA's libraries runs their initialisers only.
            unsafe {
                std::mem::forget(Library::new(builtins).ok()?);
                Library::new(compiler).ok()
            }
        });
        let library = { found }.next().context(
            "NVIDIA's runtime compiler is missing; hint: `scripts/libtorch --cuda` gets it, or MEASURED_NVRTC names the \
             folder of `libnvrtc.so`",
        )?;
        Ok(Nvrtc(library))
    }

    /// Compiles `source` and the headers that it includes, all by name and text, for a compute capability such as `90`.
    ///
    /// # Errors
    /// What the compiler refuses, in its words.
    pub fn compile(
        &self,
        source: (&str, &str),
        headers: &[(&str, &str)],
        capability: u32,
    ) -> Result<Compiled> {
        let text = |text: &str| CString::new(text).expect("no zero in a source");
        let (name, source) = (text(source.0), text(source.1));
        let includes: Vec<(CString, CString)> = headers
            .iter()
            .map(|(name, body)| (text(name), text(body)))
            .collect();
        let bodies: Vec<_> = includes.iter().map(|(_, body)| body.as_ptr()).collect();
        let names: Vec<_> = includes.iter().map(|(name, _)| name.as_ptr()).collect();
        let options = [
            text(&format!("--gpu-architecture=sm_{capability}")),
            text("--std=c++17"),
            text("--ptxas-options=-v"),
        ];
        let options: Vec<_> = options.iter().map(|option| option.as_ptr()).collect();
        let mut program: Program = ptr::null_mut();
        // SAFETY: the signatures are those of nvrtc.h, and all strings outlive the program.
        unsafe {
            let create = self.function::<unsafe extern "C" fn(
                *mut Program,
                *const c_char,
                *const c_char,
                c_int,
                *const *const c_char,
                *const *const c_char,
            ) -> c_int>("nvrtcCreateProgram");
            let made = create(
                &mut program,
                source.as_ptr(),
                name.as_ptr(),
                names.len() as c_int,
                bodies.as_ptr(),
                names.as_ptr(),
            );
            ensure!(
                made == 0,
                "the runtime compiler does not begin: error {made}"
            );
            let compile = self
                .function::<unsafe extern "C" fn(Program, c_int, *const *const c_char) -> c_int>(
                    "nvrtcCompileProgram",
                );
            let refused = compile(program, options.len() as c_int, options.as_ptr());
            let log = self.output(program, "nvrtcGetProgramLog")?;
            let log = String::from_utf8_lossy(&log)
                .trim_end_matches('\0')
                .to_owned();
            let image = match refused {
                0 => self.output(program, "nvrtcGetCUBIN"),
                _ => Ok(Vec::new()),
            };
            self.function::<unsafe extern "C" fn(*mut Program) -> c_int>("nvrtcDestroyProgram")(
                &mut program,
            );
            if refused != 0 {
                bail!(
                    "`{}` does not compile for sm_{capability}:\n{log}",
                    name.to_string_lossy()
                );
            }
            Ok(Compiled { image: image?, log })
        }
    }

    /// What the function `name` writes, whose size the function `nameSize` tells.
    ///
    /// # Safety
    /// `program` must be one of this compiler's, and `name` such a function of nvrtc.h.
    unsafe fn output(&self, program: Program, name: &str) -> Result<Vec<u8>> {
        let mut size = 0_usize;
        // SAFETY: the caller's duty.
        unsafe {
            type Size = unsafe extern "C" fn(Program, *mut usize) -> c_int;
            type Write = unsafe extern "C" fn(Program, *mut u8) -> c_int;
            let failed = self.function::<Size>(&format!("{name}Size"))(program, &mut size);
            ensure!(failed == 0, "`{name}Size`: error {failed}");
            let mut bytes = vec![0; size];
            let failed = self.function::<Write>(name)(program, bytes.as_mut_ptr());
            ensure!(failed == 0, "`{name}`: error {failed}");
            Ok(bytes)
        }
    }

    /// # Safety
    /// `F` must be the type that nvrtc.h gives `name`.
    unsafe fn function<F: Copy>(&self, name: &str) -> F {
        // SAFETY: the caller's duty.
        unsafe {
            *self
                .0
                .get::<F>(name.as_bytes())
                .expect("every NVRTC has this function")
        }
    }
}

/// The folders of NVIDIA's libraries beside the libtorch that this program has open.
fn wheels() -> Vec<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let lines = maps.lines().filter_map(|line| line.split_once('/'));
    let mut paths = lines.map(|(_, path)| Path::new("/").join(path));
    let libtorch = paths.find(|path| path.ends_with("libtorch_cpu.so"));
    let nvidia = libtorch.and_then(|path| Some(path.parent()?.join("../../nvidia")));
    let parts = nvidia.and_then(|nvidia| fs::read_dir(nvidia).ok());
    let mut folders: Vec<PathBuf> = { parts.into_iter().flatten().flatten() }
        .map(|part| part.path().join("lib"))
        .collect();
    folders.sort();
    folders
}

/// The first file of `folder` whose name is `beginning` and a version.
fn file_beginning(folder: &Path, beginning: &str) -> Option<PathBuf> {
    let mut names: Vec<String> = { fs::read_dir(folder).ok()?.flatten() }
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(beginning))
        .collect();
    names.sort();
    Some(folder.join(names.first()?))
}
