//! Our GPU kernels on emulated threads, against libtorch in double precision.

#[path = "../common/mod.rs"]
mod common;
mod convolution;
mod layer;
mod mutants;

use std::rc::Rc;
use std::sync::Arc;

use experiments::device::Computer;
use experiments::fused::Fused;
use experiments::kernels::{Kernels, Then, compile};
use experiments::model::Model;
use experiments::self_check::{Batch, Ways};
use experiments::sgd::Sgd;
use experiments::shim::Shim;
use experiments::weights::Leaves;
use results::{Arithmetic, Trainable};
use tch::{Device, Kind, Tensor};

use self::convolution::{Convolution, check_all_convolutions};
use self::layer::{Case, Followed, Layer, check_all_batch_norms, close, norm, of_channels, values};

fn shim() -> Shim {
    Shim::open(false).expect("g++ builds the shim")
}

/// All stages.
fn fused() -> Fused {
    Fused::with_convolutions(Fused::WIDTHS.to_vec())
}

fn emulated(fused: Fused) -> Kernels {
    Kernels::emulated(&shim(), fused).expect("g++ builds the kernels")
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
    check_all_convolutions(&kernels);
    for kind in [Kind::Float, Kind::BFloat16] {
        check_sgd(Rc::clone(&kernels), kind);
    }
}

#[test]
fn operations_are_those_of_libtorch() {
    check_all(emulated(fused()));
}

/// Blocks and threads take turns in another order each time.
#[test]
fn the_same_input_gives_the_same_bits() {
    let kernels = emulated(fused());
    let case = Case::new([6, 72, 9, 9], Kind::Float, Followed::AddRelu, 0.5);
    let all = |layer: Layer| -> Vec<Vec<u8>> {
        let tensors = [layer.y]
            .into_iter()
            .chain(layer.running)
            .chain(layer.gradients);
        tensors.map(|tensor| common::bytes(&tensor)).collect()
    };
    assert_eq!(all(case.fused(&kernels)), all(case.fused(&kernels)));
    for shape in [[9, 16, 17, 9], [7, 32, 9, 9], [7, 64, 8, 9]] {
        let case = Convolution::new(shape, Followed::AddRelu);
        assert_eq!(all(case.fused(&kernels)), all(case.fused(&kernels)));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let kernels = emulated(fused());
    let first_line = |error: anyhow::Error| {
        let error = error.to_string();
        error.lines().next().unwrap_or_default().to_owned()
    };
    let of = |channels, from, to| of_channels(1, channels, from, to);
    let refused = |x: &Tensor, channels, then| {
        let [scale, shift] = [of(channels, 0.5, 1.5), of(channels, -1.0, 1.0)];
        let running = [of(channels, -1.0, 1.0), of(channels, 0.5, 1.5)];
        let norm = norm(&scale, &shift, &running);
        first_line(kernels.batch_norm(x, norm, then).unwrap_err())
    };
    let refused_convolution = |x: &Tensor, weight: &Tensor| {
        let channels = x.size()[1];
        let [scale, shift] = [of(channels, 0.5, 1.5), of(channels, -1.0, 1.0)];
        let running = [of(channels, -1.0, 1.0), of(channels, 0.5, 1.5)];
        let norm = norm(&scale, &shift, &running);
        let result = kernels.convolution(x, weight, norm, Then::Relu);
        first_line(result.unwrap_err())
    };
    let weight = |channels| values(2, [channels, channels, 3, 3], Kind::BFloat16);
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
        (
            refused_convolution(&x(16, Kind::Float), &weight(16)),
            "expected bf16, found Float and weights in BFloat16",
        ),
        (
            refused_convolution(&x(16, Kind::BFloat16), &weight(32)),
            "weights have shape [32, 32, 3, 3], expected 3x3 for 16 channels",
        ),
        (
            refused_convolution(&x(48, Kind::BFloat16), &weight(48)),
            "expected 16, 32 or 64 channels, found 48",
        ),
        (
            refused_convolution(&values(1, [1, 64, 1, 99], Kind::BFloat16), &weight(64)),
            "`convolution_64` needs 108544 bytes of shared memory, this device has 101376 for a block; hint: ",
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
    let plain = Ways::measure(&computer, None, batch).unwrap();
    for fused in [Fused::with_convolutions(Vec::new()), fused()] {
        let kernels = Rc::new(emulated(fused));
        let ways = Ways::measure(&computer, Some(&kernels), batch).unwrap();
        ways.check(&plain).unwrap();
        // A wrong one is told by its step and its losses, or by the layer that went elsewhere.
        check_wrong(ways, &plain);
    }
}

fn check_wrong(mut ways: Ways, plain: &Ways) {
    let error = |ways: &Ways| ways.check(plain).unwrap_err().to_string();
    let begins = |error: String, expected: &str| assert!(error.starts_with(expected), "{error}");
    let changed = ways.bf16.changes.get_mut("layer2.1.conv1.weight").unwrap();
    *changed *= 0.7;
    let expected = "in bf16 the change of `layer2.1.conv1.weight` by our kernels is ";
    begins(error(&ways), expected);
    ways.bf16.losses.iter_mut().for_each(|loss| *loss += 0.02);
    let expected = "in bf16 the losses of our kernels are 0.0";
    begins(error(&ways), expected);
    ways.fp32.losses[4] *= 1.0 + 2e-5;
    let expected = "step 5 in fp32: our kernels give a loss of ";
    begins(error(&ways), expected);
}

/// A state that is read in must reach the copy that the network reads.
#[test]
fn a_state_goes_on_in_another_model() {
    let kernels = Rc::new(emulated(fused()));
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
    let compiled = compile(90, &fused()).unwrap();
    let used: Vec<Usage> = compiled.iter().flat_map(|code| usage(&code.log)).collect();
    assert_eq!(used.len(), 34, "{used:?}");
    for Usage {
        kernel,
        registers,
        spilled_bytes,
    } in used
    {
        eprintln!("{kernel:45} {registers:3} registers, {spilled_bytes} bytes spilled");
        assert!(registers <= 128 && spilled_bytes == 0, "{kernel}");
    }
    // Once in a program.
    let again = compile(90, &fused()).unwrap();
    assert!({ compiled.iter().zip(&again) }.all(|(one, other)| Arc::ptr_eq(one, other)));
    let error = compile(75, &fused()).err().unwrap().to_string();
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
