//! Kernels that are wrong in one place, which the checks must notice.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use experiments::kernels::Kernels;
use tempfile::TempDir;

use crate::{check_all, common, fused, shim};

/// What makes a kernel wrong, as a text of its source and what to write there.
const MUTANTS: &[(&str, &str, &str)] = &[
    // Where things lie.
    (
        "sums.h",
        "pieces = all_channels / N;",
        "pieces = CHANNELS / N;",
    ),
    (
        "sums.h",
        "piece = first_channel / N + thread % width;",
        "piece = thread % width;",
    ),
    (
        "sums.h",
        "first_channel = blockIdx.y * CHANNELS;",
        "first_channel = 0;",
    ),
    (
        "sums.h",
        "step = gridDim.x * rows_at_once;",
        "step = gridDim.x * THREADS;",
    ),
    ("sums.h", "row += U * part.step", "row += part.step"),
    (
        "sums.h",
        "use(u, part.at(row + u * part.step))",
        "use(u, part.at(row))",
    ),
    ("sums.h", "if (row + u * part.step < rows) use", "use"),
    ("values.h", "words[i] << 16", "words[i] << 15"),
    (
        "values.h",
        "rounded(values[2 * i], values[2 * i + 1])",
        "rounded(values[2 * i + 1], values[2 * i])",
    ),
    // Sums.
    (
        "sums.h",
        "table[kept * columns + i].second;",
        "table[kept * columns + i].first;",
    ),
    (
        "sums.h",
        "i < (rows - kept) * columns",
        "i < kept * columns",
    ),
    (
        "sums.h",
        "const int kept = (rows + 1) / 2;",
        "const int kept = rows / 2;",
    ),
    (
        "sums.h",
        "gridDim.x - 1) == gridDim.x - 1",
        "gridDim.x - 1) == 0",
    ),
    (
        "sums.h",
        "atomicInc(&tickets[blockIdx.y], gridDim.x - 1)",
        "atomicInc(&tickets[0], gridDim.x - 1)",
    ),
    (
        "sums.h",
        "int(gridDim.x); block += ways",
        "int(gridDim.x); block += ways + 1",
    ),
    ("sums.h", "add_rows(table, ways, channels);\n", ""),
    ("sums.h", "partial += part.first_channel;", ""),
    // Barriers.
    (
        "sums.h",
        "    __syncthreads();\n    for (int i",
        "    for (int i",
    ),
    // BatchNorm.
    (
        "batch_norm.cu",
        "const float difference = x[u][i] - origin[i];",
        "const float difference = x[u][i];",
    ),
    (
        "batch_norm.cu",
        "i == channel % N ? origin[i]",
        "i == 0 ? origin[i]",
    ),
    (
        "batch_norm.cu",
        "squares[i] = fmaf(difference, difference, squares[i]);",
        "squares[i] = fmaf(x[u][i], x[u][i], squares[i]);",
    ),
    ("sums.h", " - difference * difference, 0.0f)", ", 0.0f)"),
    ("sums.h", "(variance + a.epsilon)", "(variance)"),
    ("sums.h", "(count / (count - 1.0f))", "1.0f"),
    (
        "sums.h",
        "a.momentum * (mean - a.running_mean[channel])",
        "a.momentum * mean",
    ),
    (
        "batch_norm.cu",
        "fmaf(x - mean, slope, shift)",
        "fmaf(x, slope, shift)",
    ),
    (
        "batch_norm.cu",
        "slope(scale * moments.second)",
        "slope(moments.second)",
    ),
    (
        "batch_norm.cu",
        "value += added[u][i]",
        "value -= added[u][i]",
    ),
    (
        "batch_norm.cu",
        "RELU ? fmaxf(value, 0.0f) : value",
        "fmaxf(value, 0.0f)",
    ),
    // Its gradient.
    (
        "batch_norm.cu",
        "passes = y[u][i] > 0.0f;",
        "passes = y[u][i] >= 0.0f;",
    ),
    (
        "batch_norm.cu",
        "passes = lines[i].at(x[u][i]) > 0.0f;",
        "passes = x[u][i] > 0.0f;",
    ),
    (
        "batch_norm.cu",
        "values.x[u][i] - lines[i].mean, products[i]",
        "values.x[u][i], products[i]",
    ),
    (
        "batch_norm.cu",
        "a.d_scale[channel] = table[own].second * a.moments[channel].second;",
        "a.d_scale[channel] = table[own].second;",
    ),
    (
        "batch_norm.cu",
        "- mean_of_g[i] - along",
        "- mean_of_g[i] + along",
    ),
    ("batch_norm.cu", "- mean_of_g[i] - along", "- along"),
    (
        "batch_norm.cu",
        "a.d_scale[channel] / count * a.moments[channel].second",
        "a.d_scale[channel] / count",
    ),
    (
        "batch_norm.cu",
        "Piece<T>::store(a.d_added, at, values.g[u]);",
        "Piece<T>::store(a.d_added, at, values.x[u]);",
    ),
    // Convolutions: where things lie.
    (
        "convolution.cu",
        "(piece ^ pixel / (8 / PIECES) % PIECES)",
        "(piece ^ pixel % PIECES / 2)",
    ),
    (
        "convolution.cu",
        "pixel >= 0 && pixel < pixels",
        "pixel >= 0",
    ),
    ("convolution.cu", "*own = uint4{0, 0, 0, 0};", ";"),
    ("convolution.cu", "+ channel / 8 + piece)", "+ piece)"),
    ("convolution.cu", "memory[i] = uint4{0, 0, 0, 0};", ";"),
    (
        "convolution.cu",
        "pixel / width % height;",
        "pixel / width;",
    ),
    ("convolution.cu", "column > 0 ? 1 : 0", "1"),
    (
        "convolution.cu",
        "column < width - 1 ? 4 : 0",
        "column < width ? 4 : 0",
    ),
    ("convolution.cu", "row > 0 ? columns : 0", "columns"),
    (
        "convolution.cu",
        "row < height - 1 ? columns << 6 : 0",
        "row < height ? columns << 6 : 0",
    ),
    (
        "convolution.cu",
        "in_block + row * width + column;",
        "in_block + column * width + row;",
    ),
    (
        "convolution.cu",
        "inside >> tap & 1",
        "inside >> (8 - tap) & 1",
    ),
    ("convolution.cu", "there % Cut<C>::ZEROS", "0"),
    (
        "convolution.cu",
        "first - a.width - 1, PIXELS",
        "first - a.width, PIXELS",
    ),
    (
        "convolution.cu",
        "PIXELS + 2 * a.width + 2, a.pixels",
        "PIXELS + 2 * a.width, a.pixels",
    ),
    (
        "convolution.cu",
        "first += gridDim.x * PIXELS) {\n    __syncthreads(); // the results",
        "first += a.pixels) {\n    __syncthreads(); // the results",
    ),
    (
        "convolution.cu",
        "out = i / (9 * PIECES), tap = i / PIECES % 9",
        "out = i / PIECES % C, tap = i / PIECES / C",
    ),
    (
        "convolution.cu",
        "stripe = warp % STRIPES, own = warp / STRIPES * 32",
        "stripe = warp % STRIPES, own = warp % 2 * 32",
    ),
    ("convolution.cu", "(8 - tap) * C", "tap * C"),
    (
        "convolution.cu",
        "load_matrices<true>(w, &weights",
        "load_matrices<false>(w, &weights",
    ),
    ("convolution.cu", "2 * k + in_k)", "2 * k + beside)"),
    (
        "convolution.cu",
        "2 * stripe + beside)",
        "2 * stripe + in_k)",
    ),
    (
        "convolution.cu",
        "8 * half + lane / 4;",
        "8 * (1 - half) + lane / 4;",
    ),
    (
        "convolution.cu",
        "2 * stripe + n) + lane % 4",
        "2 * stripe + 1 - n) + lane % 4",
    ),
    (
        "convolution.cu",
        "if (first + i / PIECES >= a.pixels) continue;",
        "",
    ),
    ("arguments.h", "PIXELS = 4096 / C;", "PIXELS = 8192 / C;"),
    // Their sums.
    (
        "convolution.cu",
        "const float difference = y[i] - origin[i];",
        "const float difference = y[i];",
    ),
    (
        "convolution.cu",
        "&a.norm.running_mean[8 * part.piece]",
        "&a.norm.running_mean[0]",
    ),
    (
        "convolution.cu",
        "fmaf(difference, difference, squares[i])",
        "fmaf(difference, y[i], squares[i])",
    ),
    (
        "convolution.cu",
        "channel, a.norm.running_mean[channel], table[channel]",
        "channel, 0.0f, table[channel]",
    ),
    (
        "sums.h",
        "const float mean = origin + difference;",
        "const float mean = origin - difference;",
    ),
    // Their weights' gradient.
    (
        "convolution.cu",
        "matrix / (C / 16) * 16)",
        "matrix % (C / 16) * 16)",
    ),
    (
        "convolution.cu",
        "first_out(row % (C / D_Y) * D_Y)",
        "first_out(0)",
    ),
    (
        "convolution.cu",
        "tap_row(row / (C / D_Y) * Cut<C>::TAP_ROWS)",
        "tap_row(0)",
    ),
    ("convolution.cu", "C, share.first_out);", "C, 0);"),
    (
        "convolution.cu",
        "(share.tap_row - 1) * a.width - 1",
        "(share.tap_row - 1) * a.width",
    ),
    (
        "convolution.cu",
        "inside[own] >> 3 * share.tap_row;",
        "inside[own];",
    ),
    (
        "convolution.cu",
        "lane / 16 * 8 + lane % 8, share.out",
        "lane / 8 % 2 * 8 + lane % 8, share.out",
    ),
    (
        "convolution.cu",
        "load_matrices<true>(v,",
        "load_matrices<false>(v,",
    ),
    ("convolution.cu", "pixel += S::GROUPS * 16", "pixel += 16"),
    (
        "convolution.cu",
        "group < S::GROUPS; ++group",
        "group < 1; ++group",
    ),
    (
        "convolution.cu",
        "size_t(blockIdx.x) * gridDim.y + blockIdx.y",
        "size_t(blockIdx.x) * gridDim.y",
    ),
    (
        "convolution.cu",
        "column < a.columns; column += WAYS",
        "column < a.columns; column += a.columns",
    ),
    (
        "convolution.cu",
        "other < WAYS; ++other",
        "other < WAYS - 1; ++other",
    ),
    (
        "convolution.cu",
        "number / 2 * 8 + lane / 4;",
        "number % 2 * 8 + lane / 4;",
    ),
    (
        "convolution.cu",
        "lane % 4 * 2 + number % 2;",
        "lane % 4 + number % 2 * 4;",
    ),
    // Barriers, and copies that are not waited for.
    (
        "convolution.cu",
        "    wait_for_copies();\n    __syncthreads();\n    unsigned inside",
        "    wait_for_copies();\n    unsigned inside",
    ),
    (
        "convolution.cu",
        "    wait_for_copies();\n    __syncthreads();\n    unsigned inside",
        "    __syncthreads();\n    unsigned inside",
    ),
    (
        "convolution.cu",
        "    __syncthreads(); // all have read the pixels\n    uint32_t",
        "    uint32_t",
    ),
    (
        "convolution.cu",
        "    __syncthreads();\n#pragma unroll\n    for (int i = threadIdx.x; i < PIXELS",
        "#pragma unroll\n    for (int i = threadIdx.x; i < PIXELS",
    ),
    (
        "convolution.cu",
        "  __syncthreads(); // the results have been read\n",
        "",
    ),
    (
        "convolution.cu",
        "    __syncthreads(); // those before have been read\n",
        "",
    ),
    (
        "convolution.cu",
        "    wait_for_copies();\n    __syncthreads();\n    // With",
        "    wait_for_copies();\n    // With",
    ),
    (
        "convolution.cu",
        "  __syncthreads(); // all have read the pixels\n  float*",
        "  float*",
    ),
    (
        "convolution.cu",
        "  __syncthreads();\n  float* const partial",
        "  float* const partial",
    ),
    (
        "convolution.cu",
        "  table[threadIdx.x] = total;\n  __syncthreads();",
        "  table[threadIdx.x] = total;",
    ),
    // SGD.
    (
        "sgd.cu",
        "fmaf(-rate, velocity, a.weights[i])",
        "fmaf(rate, velocity, a.weights[i])",
    ),
    (
        "sgd.cu",
        "fmaf(a.weight_decay, a.weights[i], gradient)",
        "gradient",
    ),
    (
        "sgd.cu",
        "a.normalising_gradient[i - a.multiplied]",
        "a.normalising_gradient[0]",
    ),
    ("sgd.cu", "i += (long long)gridDim.x * THREADS", "i += all"),
    (
        "sgd.cu",
        "store(weight, static_cast",
        "store(velocity, static_cast",
    ),
    ("sgd.cu", "a.velocity[i] = velocity;", ""),
];

/// The library that [`check_library`] is to check.
const LIBRARY: &str = "MEASURED_TESTED_KERNELS";

/// Checks another library of kernels, in a process of its own: a wrong one may write anywhere.
#[test]
#[ignore = "run by `mutants_are_caught`"]
fn check_library() {
    let library = env::var_os(LIBRARY).expect("names a library");
    check_all(Kernels::emulated_in(&shim(), fused(), Path::new(&library)).unwrap());
}

#[test]
fn mutants_are_caught() {
    let folder = TempDir::new().unwrap();
    let emulation = folder.path().join("cuda.o");
    compile(&[&sources().join("emulation/cuda.cpp")], "-c", &emulation);
    let next = AtomicUsize::new(0);
    let uncaught = Mutex::new(Vec::new());
    let work = || {
        while let Some(mutant) = MUTANTS.get(next.fetch_add(1, Ordering::Relaxed)) {
            if is_right(*mutant, &emulation) {
                uncaught.lock().unwrap().push(*mutant);
            }
        }
    };
    thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let uncaught = uncaught.into_inner().unwrap();
    assert!(uncaught.is_empty(), "no check fails with {uncaught:#?}");
    // The checks pass in this way, too, where nothing is wrong.
    let same = ("sgd.cu", "// One step", "// A step");
    assert!(is_right(same, &emulation));
}

fn sources() -> PathBuf {
    common::root().join("experiments/kernels")
}

/// Whether kernels with another text at one place pass the checks.
fn is_right((file, old, new): (&str, &str, &str), emulation: &Path) -> bool {
    let folder = TempDir::new().unwrap();
    let copied = Command::new("cp")
        .args(["--recursive", "--no-target-directory"])
        .args([&sources(), folder.path()])
        .status();
    assert!(copied.unwrap().success());
    let path = folder.path().join(file);
    let source = fs::read_to_string(&path).unwrap();
    assert!(source.contains(old), "{file}: {old}");
    fs::write(&path, source.replacen(old, new, 1)).unwrap();
    let library = folder.path().join("kernels.so");
    let kernels = folder.path().join("emulation/kernels.cpp");
    compile(&[&kernels, emulation], "-shared", &library);
    let checked = Command::new(env::current_exe().unwrap())
        .args(["--exact", "mutants::check_library", "--ignored"])
        .env(LIBRARY, &library)
        .output();
    checked.unwrap().status.success()
}

fn compile(inputs: &[&Path], kind: &str, output: &Path) {
    let compiled = Command::new(env::var_os("CXX").unwrap_or("g++".into()))
        .args(["-O0", "-fPIC", "-std=c++20", kind, "-o"])
        .arg(output)
        .args(inputs)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&compiled.stderr);
    assert!(
        compiled.status.success(),
        "{}: {errors}",
        inputs[0].display()
    );
}
