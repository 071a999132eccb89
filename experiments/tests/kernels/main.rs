//! Our GPU kernels on emulated threads, against libtorch in double precision.

mod common;

use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use experiments::device::Computer;
use experiments::kernels::{BatchNorm, Kernels, Then, compile};
use experiments::model::Model;
use experiments::self_check::{Batch, Losses};

use experiments::sgd::Sgd;
use experiments::shim::Shim;
use experiments::weights::Leaves;

use results::{Arithmetic, Trainable};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;

const MOMENTUM: f64 = 0.1;
const EPSILON: f64 = 0.02;

fn shim() -> Shim {
    Shim::open(false).expect("g++ builds the shim")
}

fn emulated() -> Kernels {
    Kernels::emulated(&shim()).expect("g++ builds the kernels")
}

#[derive(Debug, Clone, Copy)]
enum Followed {
    Nothing,
    Relu,
    AddRelu,
}

/// Values in channels-last order, the same for each call with the same arguments.
fn values(seed: i64, shape: [i64; 4], kind: Kind) -> Tensor {
    let [images, channels, height, width] = shape;
    let count = shape.iter().product::<i64>();
    let angles = Tensor::arange(count, (Kind::Double, Device::Cpu)) * 0.7 + seed as f64;
    // The sine of a large number is as good as drawn.
    let drawn = (angles.square() * 1.37).sin() * 2.0;
    drawn
        .reshape([images, height, width, channels])
        .to_kind(kind)
        .permute([0, 3, 1, 2])
}

fn of_channels(seed: i64, channels: i64, from: f64, to: f64) -> Tensor {
    let drawn = values(seed, [1, channels, 1, 1], Kind::Double).reshape([channels]);
    ((drawn + 2.0) * ((to - from) / 4.0) + from).to_kind(Kind::Float)
}

/// Output, running statistics and gradients of a layer.
struct Layer {
    y: Tensor,
    running: [Tensor; 2],
    /// Of x, scale, shift and what was added.
    gradients: Vec<Tensor>,
}

struct Case {
    x: Tensor,
    added: Tensor,
    d_y: Tensor,
    scale: Tensor,
    shift: Tensor,
    running: [Tensor; 2],
    followed: Followed,
}

impl Case {
    /// The means of the channels lie as far from 0 as `offset`.
    fn new(shape: [i64; 4], kind: Kind, followed: Followed, offset: f64) -> Case {
        let channels = shape[1];
        let means = of_channels(5, channels, -offset, offset).reshape([1, -1, 1, 1]);
        let x = (values(1, shape, Kind::Double) + means).to_kind(kind);
        let mut case = Case {
            x,
            added: values(2, shape, kind),
            d_y: values(3, shape, kind),
            scale: of_channels(6, channels, 0.5, 1.5),
            shift: of_channels(7, channels, -0.3, 0.3),
            running: [
                of_channels(8, channels, -1.0, 1.0),
                of_channels(9, channels, 0.5, 1.5),
            ],
            followed,
        };
        // Where ReLU's input is next to 0, rounding decides whether a gradient passes: there is none.
        let sum = case.plain(Kind::Double, false).y;
        case.d_y = case
            .d_y
            .where_self(&sum.abs().gt(1e-3), &case.d_y.zeros_like());
        case
    }

    /// Copies whose gradients are taken: x, scale, shift, what is added.
    fn leaves(&self, kind: Kind, normalising: Kind) -> [Tensor; 4] {
        let leaf = |tensor: &Tensor, kind| tensor.to_kind(kind).copy().set_requires_grad(true);
        [
            leaf(&self.x, kind),
            leaf(&self.scale, normalising),
            leaf(&self.shift, normalising),
            leaf(&self.added, kind),
        ]
    }

    fn layer(&self, leaves: &[Tensor], y: Tensor, running: [Tensor; 2]) -> Layer {
        let leaves = match self.followed {
            Followed::AddRelu => leaves,
            _ => &leaves[..3],
        };
        let loss = (&y * self.d_y.to_kind(y.kind())).sum(None);
        Layer {
            gradients: Tensor::run_backward(&[loss], leaves, false, false),
            y: y.detach(),
            running,
        }
    }

    /// By libtorch, with arithmetic of `kind`.
    fn plain(&self, kind: Kind, relu: bool) -> Layer {
        let leaves = self.leaves(kind, kind);
        let [x, scale, shift, added] = &leaves;
        let running = self.running.each_ref().map(|of| of.to_kind(kind).copy());
        let [mean, variance] = &running;
        let mut y = x.batch_norm(
            Some(scale),
            Some(shift),
            Some(mean),
            Some(variance),
            true,
            MOMENTUM,
            EPSILON,
            false,
        );
        if matches!(self.followed, Followed::AddRelu) {
            y = &y + added;
        }
        if relu && !matches!(self.followed, Followed::Nothing) {
            y = y.relu();
        }
        self.layer(&leaves, y, running)
    }

    /// By our kernels.
    fn fused(&self, kernels: &Kernels) -> Layer {
        let leaves = self.leaves(self.x.kind(), Kind::Float);
        let [x, scale, shift, added] = &leaves;
        let running = self.running.each_ref().map(Tensor::copy);
        let norm = BatchNorm {
            scale,
            shift,
            running_mean: &running[0],
            running_variance: &running[1],
            momentum: MOMENTUM,
            epsilon: EPSILON,
        };
        let then = match self.followed {
            Followed::Nothing => Then::Nothing,
            Followed::Relu => Then::Relu,
            Followed::AddRelu => Then::AddRelu(added),
        };
        let y = kernels.batch_norm(x, norm, then).unwrap();
        self.layer(&leaves, y, running)
    }
}

/// Each number within a rounding of its format, and of the sums in single precision.
fn close(what: &str, found: &Tensor, expected: &Tensor) {
    let relative = match found.kind() {
        Kind::BFloat16 => 2.0_f64.powi(-8),
        _ => 1e-5,
    };
    let expected = expected.to_kind(Kind::Double);
    let allowed = expected.abs() * relative + expected.abs().max() * 1e-5;
    let excess = (found.to_kind(Kind::Double) - &expected).abs() - allowed;
    let excess = excess.max().double_value(&[]);
    assert!(excess <= 0.0, "{what}: {excess} too far");
}

fn check_batch_norm(
    kernels: &Kernels,
    shape: [i64; 4],
    kind: Kind,
    followed: Followed,
    offset: f64,
) {
    let case = Case::new(shape, kind, followed, offset);
    let (found, expected) = (case.fused(kernels), case.plain(Kind::Double, true));
    let of = |what: &str| format!("{what} of {shape:?} in {kind:?}, {followed:?}, offset {offset}");
    close(&of("output"), &found.y, &expected.y);
    for (name, (found, expected)) in ["running mean", "running variance"]
        .into_iter()
        .zip(found.running.iter().zip(&expected.running))
    {
        close(&of(name), found, expected);
    }
    let names = ["x", "scale", "shift", "shortcut"];
    for (name, (found, expected)) in names
        .into_iter()
        .zip(found.gradients.iter().zip(&expected.gradients))
    {
        close(&of(&format!("gradient of {name}")), found, expected);
    }
}

/// Every width of the networks, widths that do not fill a block, images of odd sides, means far from 0.
fn check_all_batch_norms(kernels: &Kernels) {
    let shapes = [
        [4, 16, 16, 16],
        [3, 32, 7, 5],
        [4, 64, 16, 16],
        [2, 128, 3, 3],
        [9, 256, 1, 1],
        [5, 512, 2, 1],
        [3, 24, 5, 5],
        [4, 72, 16, 9],
        [2, 136, 3, 5],
        [2, 8, 9, 1],
    ];
    for kind in [Kind::Float, Kind::BFloat16] {
        for followed in [Followed::Nothing, Followed::Relu, Followed::AddRelu] {
            for shape in shapes {
                check_batch_norm(kernels, shape, kind, followed, 0.5);
            }
        }
    }
    check_batch_norm(kernels, [16, 16, 9, 9], Kind::Float, Followed::Relu, 30.0);
    check_batch_norm(
        kernels,
        [16, 16, 9, 9],
        Kind::BFloat16,
        Followed::AddRelu,
        8.0,
    );
}

/// Three steps on parameters that fill no block, the network's copy in `arithmetic`, against SGD on one vector.
fn check_sgd(kernels: Rc<Kernels>, kind: Kind) {
    let (multiplied, normalising) = (5003, 57);
    let all = values(1, [1, 1, 1, multiplied + normalising], Kind::Float).flatten(0, -1);
    let plain = Leaves::Whole(all.copy());
    let all = all.copy();
    let fused = Leaves::Split {
        multiplied: all.narrow(0, 0, multiplied).to_kind(kind),
        normalising: all.narrow(0, multiplied, normalising),
        all,
        kernels,
    };
    let mut sgd = [&plain, &fused].map(|leaves| {
        let mut sgd = Sgd::new(leaves.all(), 0.9, 0.02, None);
        sgd.set_rate(0.1);
        sgd
    });
    for step in 1..=3 {
        let gradient = values(step, [1, 1, 1, multiplied + normalising], kind).flatten(0, -1);
        let parts = gradient.split_with_sizes([multiplied, normalising], 0);
        let parts = vec![parts[0].shallow_clone(), parts[1].to_kind(Kind::Float)];
        sgd[0].step(&plain, vec![gradient.to_kind(Kind::Float).copy()]);
        sgd[1].step(&fused, parts);
    }
    close(
        &format!("weights beside {kind:?}"),
        fused.all(),
        plain.all(),
    );
    close("velocity", sgd[1].velocity(), sgd[0].velocity());
    let Leaves::Split { multiplied, .. } = &fused else {
        unreachable!()
    };
    let cast = fused.all().narrow(0, 0, multiplied.size()[0]).to_kind(kind);
    assert_eq!(multiplied, &cast, "the copy holds the new weights");
}

fn check_all(kernels: Kernels) {
    tch::set_num_threads(1);
    let kernels = Rc::new(kernels);
    check_all_batch_norms(&kernels);
    for kind in [Kind::Float, Kind::BFloat16] {
        check_sgd(Rc::clone(&kernels), kind);
    }
}

#[test]
fn operations_are_those_of_libtorch() {
    check_all(emulated());
}

/// Blocks and threads take turns in another order each time.
#[test]
fn the_same_input_gives_the_same_bits() {
    let (kernels, shape) = (emulated(), [6, 72, 9, 9]);
    let case = Case::new(shape, Kind::Float, Followed::AddRelu, 0.5);
    let all = |layer: Layer| -> Vec<Vec<u8>> {
        let tensors = [layer.y]
            .into_iter()
            .chain(layer.running)
            .chain(layer.gradients);
        tensors.map(|tensor| common::bytes(&tensor)).collect()
    };
    assert_eq!(all(case.fused(&kernels)), all(case.fused(&kernels)));
}

#[test]
fn what_does_not_fit_is_refused() {
    let kernels = emulated();
    let refused = |x: &Tensor, channels, then| {
        let of = |from, to| of_channels(1, channels, from, to);
        let norm = BatchNorm {
            scale: &of(0.5, 1.5),
            shift: &of(-1.0, 1.0),
            running_mean: &of(-1.0, 1.0),
            running_variance: &of(0.5, 1.5),
            momentum: MOMENTUM,
            epsilon: EPSILON,
        };
        let error = kernels.batch_norm(x, norm, then).unwrap_err().to_string();
        error.lines().next().unwrap_or_default().to_owned()
    };
    let x = |channels, kind| values(1, [2, channels, 3, 3], kind);
    for (error, expected) in [
        (
            refused(&x(10, Kind::Float), 10, Then::Relu),
            "with a multiple of 4 channels, found [2, 10, 3, 3]",
        ),
        (
            refused(&x(16, Kind::Half), 16, Then::Relu),
            "expected fp32 or bf16, found Half",
        ),
        (
            refused(&x(16, Kind::Float), 24, Then::Relu),
            "expected 16 fp32 numbers for the channels, found [24]",
        ),
        (
            refused(
                &x(16, Kind::Float)
                    .narrow(0, 0, 1)
                    .narrow(2, 0, 1)
                    .narrow(3, 0, 1),
                16,
                Then::Nothing,
            ),
            "expected 2 pixels or more, and below 2^30, found 1",
        ),
        (
            refused(&x(16, Kind::Float), 16, Then::AddRelu(&x(24, Kind::Float))),
            "what is added has shape [2, 24, 3, 3], expected [2, 16, 3, 3]",
        ),
    ] {
        assert!(error.contains(expected), "{error}");
    }
}

/// ResNet-20 as a whole: the shortcuts, the optimiser, the copy of the weights.
#[test]
fn ten_steps_are_those_of_libtorch() {
    let computer = Computer::find(Some("cpu"), Arithmetic::Fp32, 1).unwrap();
    let batch = Batch {
        images: 8,
        side: 16,
    };
    let losses = Losses::measure(&computer, &Rc::new(emulated()), batch).unwrap();
    losses.check().unwrap();
    // A wrong one is told by its step and its losses.
    let mut wrong = losses.clone();
    wrong.fused_fp32[4] *= 1.0 + 2e-5;
    let error = wrong.check().unwrap_err().to_string();
    assert!(
        error.starts_with("step 5 in fp32: our kernels give a loss of "),
        "{error}"
    );
    let mut wrong = losses;
    wrong.fused_bf16.iter_mut().for_each(|loss| *loss += 0.02);
    let error = wrong.check().unwrap_err().to_string();
    assert!(
        error.starts_with("in bf16 the losses of our kernels are 0.0"),
        "{error}"
    );
}

/// A state that is read in must reach the copy that the network reads.
#[test]
fn a_state_goes_on_in_another_model() {
    let kernels = Rc::new(emulated());
    let bf16 = Arithmetic::Bf16;
    let model = |seed| {
        let model = Model::new("resnet20", 10, Trainable::All, bf16, seed, Device::Cpu).unwrap();
        model.fused(&kernels).unwrap()
    };
    let images = values(1, [2, 3, 8, 8], Kind::BFloat16);
    let labels = Tensor::from_slice(&[3_i64, 7]);
    let step = |model: &Model| {
        let mut sgd = Sgd::new(model.weights.leaves().all(), 0.9, 5e-4, None);
        sgd.set_rate(0.1);
        let loss = { model.training_logits(&images) }.cross_entropy_for_logits(&labels);
        let leaves = model.weights.leaves();
        sgd.step(leaves, leaves.gradients_of(&loss));
    };
    let (first, second) = (model(1), model(2));
    step(&first);
    second
        .weights
        .load(&first.weights.named(), |_| true)
        .unwrap();
    for model in [&first, &second] {
        step(model);
    }
    let all = |model: &Model| -> Vec<Vec<u8>> {
        let named = model.weights.named();
        named.values().map(common::bytes).collect()
    };
    assert_eq!(all(&first), all(&second));
    // The state holds the copy: what a capture puts back is whole.
    let copy = first.weights.state().pop().unwrap();
    assert_eq!(copy.kind(), Kind::BFloat16);
    let error = Model::new("alexnet", 10, Trainable::All, bf16, 1, Device::Cpu)
        .unwrap()
        .fused(&kernels);
    let error = error.err().unwrap().to_string();
    assert_eq!(error, "no BatchNorm is trained, for which our kernels are");
}

/// On an H200 two blocks of each kernel fit into a multiprocessor, and nothing is kept in slow memory for want of registers.
#[test]
#[ignore = "needs NVIDIA's compiler: `scripts/test kernels`"]
fn kernels_fit_into_registers() {
    let compiled = compile(90).unwrap();
    let used: Vec<Usage> = compiled.iter().flat_map(|code| usage(&code.log)).collect();
    assert_eq!(used.len(), 22, "{used:?}");
    for Usage {
        kernel,
        registers,
        spilled_bytes,
    } in used
    {
        eprintln!("{kernel:45} {registers:3} registers, {spilled_bytes} bytes spilled");
        assert!(registers <= 128 && spilled_bytes == 0, "{kernel}");
    }
    let error = compile(75).err().unwrap().to_string();
    assert_eq!(
        error,
        "our kernels need a GPU of compute capability 80, this one has 75"
    );
}

#[derive(Debug)]
struct Usage {
    kernel: String,
    registers: u32,
    spilled_bytes: u32,
}

/// What the compiler says of each kernel: its name, the bytes that it stores elsewhere, and its registers, in lines of their own.
fn usage(log: &str) -> Vec<Usage> {
    let between = |line: &str, before: &str, after: &str| {
        let rest = &line[line.find(before)? + before.len()..];
        Some(rest[..rest.find(after)?].to_owned())
    };
    let all = |before: &str, after: &str| -> Vec<String> {
        { log.lines() }
            .filter_map(|line| between(line, before, after))
            .collect()
    };
    let names = all("entry function '", "'");
    let spilled = all("bytes stack frame, ", " bytes spill stores");
    let registers = all("Used ", " registers");
    assert!(
        names.len() == spilled.len() && names.len() == registers.len(),
        "{log}"
    );
    { names.into_iter().zip(spilled).zip(registers) }
        .map(|((kernel, spilled), registers)| Usage {
            kernel,
            registers: registers.parse().unwrap(),
            spilled_bytes: spilled.parse().unwrap(),
        })
        .collect()
}

/// What makes a kernel wrong, as a text of its source and what to write there.
const MUTANTS: &[(&str, &str, &str)] = &[
    // Where things lie.
    (
        "batch_norm.cu",
        "pieces = all_channels / N;",
        "pieces = CHANNELS / N;",
    ),
    (
        "batch_norm.cu",
        "piece = first_channel / N + thread % width;",
        "piece = thread % width;",
    ),
    (
        "batch_norm.cu",
        "first_channel = blockIdx.y * CHANNELS;",
        "first_channel = 0;",
    ),
    (
        "batch_norm.cu",
        "step = gridDim.x * rows_at_once;",
        "step = gridDim.x * THREADS;",
    ),
    ("batch_norm.cu", "row += U * part.step", "row += part.step"),
    (
        "batch_norm.cu",
        "use(u, part.at(row + u * part.step))",
        "use(u, part.at(row))",
    ),
    (
        "batch_norm.cu",
        "if (row + u * part.step < rows) use",
        "use",
    ),
    ("values.h", "words[i] << 16", "words[i] << 15"),
    (
        "values.h",
        "rounded(values[2 * i], values[2 * i + 1])",
        "rounded(values[2 * i + 1], values[2 * i])",
    ),
    // Sums.
    (
        "batch_norm.cu",
        "table[kept * columns + i].second;",
        "table[kept * columns + i].first;",
    ),
    (
        "batch_norm.cu",
        "i < (rows - kept) * columns",
        "i < kept * columns",
    ),
    (
        "batch_norm.cu",
        "const int kept = (rows + 1) / 2;",
        "const int kept = rows / 2;",
    ),
    (
        "batch_norm.cu",
        "gridDim.x - 1) == gridDim.x - 1",
        "gridDim.x - 1) == 0",
    ),
    (
        "batch_norm.cu",
        "atomicInc(&tickets[blockIdx.y], gridDim.x - 1)",
        "atomicInc(&tickets[0], gridDim.x - 1)",
    ),
    (
        "batch_norm.cu",
        "int(gridDim.x); block += ways",
        "int(gridDim.x); block += ways + 1",
    ),
    ("batch_norm.cu", "add_rows(table, ways, channels);\n", ""),
    ("batch_norm.cu", "partial += part.first_channel;", ""),
    // Barriers.
    (
        "batch_norm.cu",
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
    (
        "batch_norm.cu",
        " - difference * difference, 0.0f)",
        ", 0.0f)",
    ),
    ("batch_norm.cu", "(variance + a.epsilon)", "(variance)"),
    ("batch_norm.cu", "(count / (count - 1.0f))", "1.0f"),
    (
        "batch_norm.cu",
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
    check_all(Kernels::emulated_in(&shim(), Path::new(&library)).unwrap());
}

#[test]
fn mutants_are_caught() {
    let next = AtomicUsize::new(0);
    let uncaught = Mutex::new(Vec::new());
    let work = || {
        while let Some(mutant) = MUTANTS.get(next.fetch_add(1, Ordering::Relaxed)) {
            if is_right(*mutant) {
                uncaught.lock().unwrap().push(*mutant);
            }
        }
    };
    thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let uncaught = uncaught.into_inner().unwrap();
    assert!(uncaught.is_empty(), "no check fails with {uncaught:#?}");
    // The checks pass in this way, too, where nothing is wrong.
    assert!(is_right(("sgd.cu", "// One step", "// A step")));
}

/// Whether kernels with another text at one place pass the checks.
fn is_right((file, old, new): (&str, &str, &str)) -> bool {
    let folder = TempDir::new().unwrap();
    let kernels = common::root().join("experiments/kernels");
    let copied = Command::new("cp")
        .args(["--recursive", "--no-target-directory"])
        .args([&kernels, folder.path()])
        .status();
    assert!(copied.unwrap().success());
    let path = folder.path().join(file);
    let source = fs::read_to_string(&path).unwrap();
    assert!(source.contains(old), "{file}: {old}");
    fs::write(&path, source.replacen(old, new, 1)).unwrap();
    let library = folder.path().join("kernels.so");
    let compiled = Command::new(env::var_os("CXX").unwrap_or("g++".into()))
        .args(["-O1", "-fPIC", "-shared", "-std=c++20", "-o"])
        .arg(&library)
        .args(["cuda.cpp", "kernels.cpp"].map(|name| folder.path().join("emulation").join(name)))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&compiled.stderr);
    assert!(compiled.status.success(), "{file}: {new}\n{errors}");
    let checked = Command::new(env::current_exe().unwrap())
        .args(["--exact", "check_library", "--ignored"])
        .env(LIBRARY, &library)
        .output();
    checked.unwrap().status.success()
}
