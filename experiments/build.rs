//! Tells the programs the digests of their sources, builds the C++ shim against the headers of libtorch, and tells the
//! binaries where libtorch lies.
//!
//! Three shared objects: `libmeasured_shim_cpu.so`, and `libmeasured_shim_cuda.so` where libtorch's
//! CUDA libraries and headers are installed, of which the programs open one at run time; and
//! `libmeasured_emulated_kernels.so`, our GPU kernels for the CPU.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use results::sources::{MANIFESTS, SOURCES, deciding_sources};

const SHIM: &str = "shim";
const KERNELS: &str = "kernels";
const EMULATION: &str = "kernels/emulation";

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("OUT_DIR"));
    let digests = out.join("sources.rs");
    fs::write(digests, deciding()).expect("OUT_DIR can be written");
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    // torch-sys hands this down: the folder of the libraries that it linked.
    let Some(lib) = env::var_os("DEP_TCH_LIBTORCH_LIB").map(PathBuf::from) else {
        return;
    };
    // The cache folder holds links; the libraries find each other from the folder that they really lie in.
    let real = lib
        .join("libtorch_cpu.so")
        .canonicalize()
        .expect("libtorch_cpu.so in LIBTORCH/lib");
    let real = real.parent().expect("a folder").to_path_buf();
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", real.display());
    println!("cargo:rustc-env=MEASURED_LIBTORCH_LIB={}", real.display());

    println!("cargo:rustc-env=MEASURED_SHIM_DIR={}", out.display());
    build_shim(&real, &out.join("libmeasured_shim_cpu.so"), None);
    if let Some(cuda) = Cuda::beside(&real) {
        build_shim(&real, &out.join("libmeasured_shim_cuda.so"), Some(&cuda));
    }
    let emulated = out.join("libmeasured_emulated_kernels.so");
    let mut compiler = compiler(EMULATION, &emulated);
    run_unless_done(&mut compiler, &emulated, &[KERNELS, EMULATION]);
}

/// Paths and digests of the sources that this build is made of, as an array.
fn deciding() -> String {
    let root = Path::new("..");
    for path in SOURCES.iter().chain(&MANIFESTS) {
        // Of a folder that is missing cargo would think that it changes all the time.
        if root.join(path).exists() {
            println!("cargo:rerun-if-changed=../{path}");
        }
    }
    let digests = deciding_sources(root).unwrap_or_else(|error| panic!("{error}"));
    let digests: Vec<(&str, &str)> = digests
        .iter()
        .map(|(path, digest)| (path.as_str(), digest.as_str()))
        .collect();
    format!("&{digests:?}")
}

/// CUDA's headers and its runtime.
struct Cuda {
    includes: Vec<PathBuf>,
    /// `libcudart.so.13` and its folder.
    runtime: (String, PathBuf),
}

impl Cuda {
    /// Those of the wheels that lie beside the libtorch in `lib`: CUDA 13 has one folder for all, `nvidia/cu13`, CUDA 12
    /// has `nvidia/cuda_runtime`, `nvidia/cuda_nvcc` and others.
    fn beside(lib: &Path) -> Option<Cuda> {
        let is_built_for_cuda =
            lib.join("libtorch_cuda.so").exists() && lib.join("libc10_cuda.so").exists();
        let wheels = lib.join("../../nvidia").canonicalize().ok()?;
        let parts = fs::read_dir(wheels).ok()?;
        let mut parts: Vec<PathBuf> = parts.flatten().map(|part| part.path()).collect();
        parts.sort();
        let includes: Vec<PathBuf> = { parts.iter().map(|part| part.join("include")) }
            .filter(|include| include.is_dir())
            .collect();
        let has = |header: &str| includes.iter().any(|include| include.join(header).exists());
        let is_complete = has("cuda_runtime_api.h") && has("crt/host_defines.h");
        let runtime = parts
            .iter()
            .find_map(|part| runtime_in(&part.join("lib")))?;
        (is_built_for_cuda && is_complete).then_some(Cuda { includes, runtime })
    }
}

/// CUDA's runtime in a folder of libraries.
fn runtime_in(lib: &Path) -> Option<(String, PathBuf)> {
    let names = fs::read_dir(lib)
        .ok()?
        .flatten()
        .map(|entry| entry.file_name());
    let is_runtime = |name: &String| {
        let version = name.strip_prefix("libcudart.so.");
        version.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut names = names
        .filter_map(|name| name.into_string().ok())
        .filter(is_runtime);
    Some((names.next()?, lib.to_owned()))
}

/// Compiles the shim; a failure is a warning, because the programs run without it.
fn build_shim(lib: &Path, output: &Path, cuda: Option<&Cuda>) {
    let include = lib.join("../include");
    let mut compiler = compiler(SHIM, output);
    compiler
        .arg("-I")
        .arg(&include)
        .arg("-I")
        .arg(include.join("torch/csrc/api/include"))
        .arg("-L")
        .arg(lib);
    if let Some(Cuda {
        includes,
        runtime: (runtime, folder),
    }) = cuda
    {
        compiler.arg("-DWITH_CUDA");
        for include in includes {
            compiler.arg("-I").arg(include);
        }
        compiler
            // libtorch_cuda.so needs libraries that only the GPU machine has.
            .args([
                "-Wl,--unresolved-symbols=ignore-in-shared-libs",
                "-Wl,--no-as-needed",
            ])
            .args(["-ltorch_cuda", "-lc10_cuda"])
            .arg("-L")
            .arg(folder)
            .arg(format!("-l:{runtime}"));
    }
    compiler
        .args(["-ltorch_cpu", "-lc10"])
        .arg(format!("-Wl,-rpath,{}", lib.display()));
    run_unless_done(&mut compiler, output, &[SHIM, KERNELS]);
}

/// A compiler of all C++ files in `folder` to the shared object `output`.
fn compiler(folder: &str, output: &Path) -> Command {
    let mut compiler = Command::new(env::var_os("CXX").unwrap_or("g++".into()));
    compiler.args(["-O2", "-fPIC", "-shared", "-std=c++20", "-o"]);
    let sources = files(folder);
    let sources = sources
        .iter()
        .filter(|file| file.extension() == Some("cpp".as_ref()));
    compiler.arg(output).args(sources);
    compiler
}

/// The files of a folder, by name.
fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources");
    let mut files: Vec<PathBuf> = { entries.flatten().map(|entry| entry.path()) }
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

/// Runs the compiler, unless the same command has made `output` of the same files in `folders`: the digests above are
/// renewed with every source.
fn run_unless_done(compiler: &mut Command, output: &Path, folders: &[&str]) {
    let made_by = output.with_extension("made-by");
    let mut command = format!("{compiler:?}\n");
    for file in folders.iter().flat_map(|folder| files(folder)) {
        command += &fs::read_to_string(file).expect("a source");
    }
    if output.exists() && fs::read_to_string(&made_by).is_ok_and(|made_by| made_by == command) {
        return;
    }
    match compiler.output() {
        Ok(done) if done.status.success() => {
            fs::write(made_by, command).expect("OUT_DIR can be written");
        }
        Ok(done) => println!(
            "cargo:warning={} was not built: {}",
            output.display(),
            String::from_utf8_lossy(&done.stderr)
                .lines()
                .next()
                .unwrap_or_default()
        ),
        Err(error) => println!(
            "cargo:warning={} was not built: {error}; hint: install g++ or set CXX",
            output.display()
        ),
    }
}
