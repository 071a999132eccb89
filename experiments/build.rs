//! Builds the C++ shim against the headers of libtorch, and tells the binaries where libtorch lies.
//!
//! Two shared objects: `libmeasured_shim_cpu.so`, and `libmeasured_shim_cuda.so` where libtorch's
//! CUDA libraries and headers are installed. The programs open one of them at run time.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = "shim/shim.cpp";

fn main() {
    println!("cargo:rerun-if-changed={SOURCE}");
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

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("OUT_DIR"));
    println!("cargo:rustc-env=MEASURED_SHIM_DIR={}", out.display());
    build_shim(&real, &out.join("libmeasured_shim_cpu.so"), None);
    if let Some(cuda_include) = cuda_headers(&real) {
        build_shim(
            &real,
            &out.join("libmeasured_shim_cuda.so"),
            Some(&cuda_include),
        );
    }
}

/// The CUDA headers beside a wheel's libtorch, where `libtorch_cuda.so` and the compiler headers are there too.
fn cuda_headers(lib: &Path) -> Option<PathBuf> {
    let include = lib.join("../../nvidia/cu13/include").canonicalize().ok()?;
    let complete = lib.join("libtorch_cuda.so").exists()
        && lib.join("libc10_cuda.so").exists()
        && include.join("crt/host_defines.h").exists();
    complete.then_some(include)
}

/// Compiles the shim; a failure is a warning, because the programs run without it.
fn build_shim(lib: &Path, output: &Path, cuda_include: Option<&Path>) {
    let include = lib.join("../include");
    let mut compiler = Command::new(env::var_os("CXX").unwrap_or("g++".into()));
    compiler
        .args(["-O2", "-fPIC", "-shared", "-std=c++17", "-o"])
        .arg(output)
        .arg("-I")
        .arg(&include)
        .arg("-I")
        .arg(include.join("torch/csrc/api/include"))
        .arg(SOURCE)
        .arg("-L")
        .arg(lib);
    if let Some(cuda_include) = cuda_include {
        compiler
            .arg("-DWITH_CUDA")
            .arg("-I")
            .arg(cuda_include)
            // libtorch_cuda.so needs libraries that only the GPU machine has.
            .args([
                "-Wl,--unresolved-symbols=ignore-in-shared-libs",
                "-Wl,--no-as-needed",
            ])
            .args(["-ltorch_cuda", "-lc10_cuda"])
            .arg("-L")
            .arg(cuda_include.join("../lib"))
            .arg("-l:libcudart.so.13");
    }
    compiler
        .args(["-ltorch_cpu", "-lc10"])
        .arg(format!("-Wl,-rpath,{}", lib.display()));
    match compiler.output() {
        Ok(done) if done.status.success() => {}
        Ok(done) => println!(
            "cargo:warning=the shim was not built ({}): {}",
            output.display(),
            String::from_utf8_lossy(&done.stderr)
                .lines()
                .next()
                .unwrap_or_default()
        ),
        Err(error) => {
            println!("cargo:warning=the shim was not built: {error}; hint: install g++ or set CXX")
        }
    }
}
