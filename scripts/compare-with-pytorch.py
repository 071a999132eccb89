#!/usr/bin/env python3
"""SGD steps here and in PyTorch, from the same weights on the same batches: equal losses, and the speed of both.

usage: compare-with-pytorch.py [--network resnet20] [--arithmetic fp32] [--device cpu] [--peer eager] [--steps 10] …

Needs Python with torch 2.11 and safetensors, and what `scripts/plan status` builds. PyTorch runs in
channels-last order, as one of three peers: `eager` with `SGD(foreach=True)`; `graph`, the whole step in a CUDA graph
with fused SGD; `compile`, the network through `torch.compile(mode="max-autotune")` with fused SGD. On CUDA we repeat a
graph, too. Both sides take turns, and the best round of each counts. The first ten losses must agree to 1e-5 relative
in fp32.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

COMPARED_STEPS, BATCH = 10, 128
WARM_UP_STEPS = 3
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.1, 0.9, 5e-4
BLOCKS = {"resnet20": 3, "resnet32": 5, "resnet44": 7, "resnet50-6n2": 8, "resnet56": 9}


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with BatchNorm; the shortcut subsamples and pads (option A) or projects (`downsample`)."""

    def __init__(self, channels_in, channels, stride, project):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.changes = stride != 1 or channels_in != channels
        self.padding = channels - channels_in
        if project and self.changes:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def shortcut(self, x):
        if not self.changes:
            return x
        if hasattr(self, "downsample"):
            return self.downsample(x)
        half = self.padding // 2
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, half, self.padding - half))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x), inplace=True)


class ResNet(nn.Module):
    """The CIFAR networks of He et al. 2015, and ResNet-18 with a 3x3 stem."""

    def __init__(self, name, classes=10):
        super().__init__()
        blocks, widths = ([2] * 4, [64, 128, 256, 512]) if name == "resnet18" else ([BLOCKS[name]] * 3, [16, 32, 64])
        self.conv1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.stages, channels = [], widths[0]
        for stage, (count, width) in enumerate(zip(blocks, widths), start=1):
            layer = []
            for i in range(count):
                stride = 2 if i == 0 and stage > 1 else 1
                layer.append(BasicBlock(channels, width, stride, project=name == "resnet18"))
                channels = width
            setattr(self, f"layer{stage}", nn.Sequential(*layer))
            self.stages.append(f"layer{stage}")
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        for stage in self.stages:
            x = getattr(self, stage)(x)
        return self.fc(x.mean((2, 3)))


class Peer:
    """PyTorch's side: a step on one batch, ready to be timed, from the given state."""

    def __init__(self, state, options):
        self.device = torch.device(options.device)
        self.bf16 = options.arithmetic == "bf16"
        self.state = state
        self.network = ResNet(options.network)
        self.network.load_state_dict(state, strict=False)
        self.network = self.network.to(self.device, memory_format=torch.channels_last).train()
        fused = {"fused": True} if options.peer != "eager" else {"foreach": True}
        self.optimiser = torch.optim.SGD(self.network.parameters(), LEARNING_RATE, MOMENTUM,
                                         weight_decay=WEIGHT_DECAY, **fused)
        self.forward = self.network
        if options.peer == "compile":
            self.forward = torch.compile(self.network, mode="max-autotune")

    def step(self, images, labels):
        self.optimiser.zero_grad(set_to_none=True)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            logits = self.forward(images)
        loss = F.cross_entropy(logits.float(), labels)
        loss.backward()
        self.optimiser.step()
        return loss.detach()

    def warm_up(self, images, labels):
        """Lets libraries allocate, choose and compile, and puts everything back."""
        for _ in range(WARM_UP_STEPS):
            self.step(images, labels)
        self.network.load_state_dict(self.state, strict=False)
        for buffers in self.optimiser.state.values():
            buffers["momentum_buffer"].zero_()

    def captured(self, images, labels):
        """The step as a CUDA graph over one place for a batch."""
        images, labels = images.clone(), labels.clone()
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            self.warm_up(images, labels)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        self.optimiser.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph):
            loss = self.step(images, labels)

        def replay(new_images, new_labels):
            images.copy_(new_images)
            labels.copy_(new_labels)
            graph.replay()
            return loss.clone()
        return replay


def pytorch_steps(state, images, labels, options):
    """The same steps in PyTorch: losses and images per second, the first step not timed."""
    peer = Peer(state, options)
    images = [batch.contiguous(memory_format=torch.channels_last) for batch in images.to(peer.device)]
    labels = labels.to(peer.device)
    step = peer.step
    if options.peer == "graph":
        step = peer.captured(images[0], labels[0])
    elif options.peer == "compile":
        peer.warm_up(images[0], labels[0])
    losses = []
    for number in range(options.steps):
        if number == 1:
            synchronise(peer.device)
            started = time.perf_counter()
        losses.append(step(images[number], labels[number]))
    synchronise(peer.device)
    speed = (options.steps - 1) * BATCH / (time.perf_counter() - started)
    return [loss.item() for loss in losses], speed


def synchronise(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def our_steps(inputs, options):
    program = pathlib.Path(__file__).resolve().parent.parent / "target/experiments/release/steps"
    command = [program, "--network", options.network, "--inputs", inputs, "--arithmetic", options.arithmetic,
               "--threads", str(options.threads), "--device", options.device]
    if options.device == "cuda":
        command.append("--graph")
    if options.fused:
        command += ["--fused", options.fused]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer["losses"], answer["images_per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="resnet20", choices=[*BLOCKS, "resnet18"])
    parser.add_argument("--arithmetic", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--peer", default="eager", choices=["eager", "graph", "compile"])
    parser.add_argument("--fused", metavar="STAGES", help="what our side takes as one operation, such as norm,conv16")
    parser.add_argument("--steps", type=int, default=COMPARED_STEPS, help="at least 10")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    torch.backends.cudnn.allow_tf32 = False
    network = ResNet(options.network)
    state = {name: value.clone() for name, value in network.state_dict().items() if "num_batches" not in name}
    images, labels = (torch.randn(options.steps, BATCH, 3, 32, 32),
                      torch.randint(10, (options.steps, BATCH)))
    with tempfile.TemporaryDirectory() as folder:
        inputs = pathlib.Path(folder) / "inputs.safetensors"
        save_file({**state, "images": images, "labels": labels}, inputs)
        rounds = [(our_steps(inputs, options), pytorch_steps(state, images, labels, options))
                  for _ in range(options.rounds)]

    ours, theirs = (rounds[0][side][0][:COMPARED_STEPS] for side in (0, 1))
    worst = max(abs(a - b) / abs(b) for a, b in zip(ours, theirs))
    our_speed, their_speed = (max(r[side][1] for r in rounds) for side in (0, 1))
    print(f"{options.network} {options.arithmetic} on {options.device}, {options.threads} threads, batch {BATCH}, "
          f"{options.steps} steps, PyTorch {torch.__version__} {options.peer}")
    print(f"losses here     {' '.join(f'{loss:.6f}' for loss in ours)}")
    print(f"losses PyTorch  {' '.join(f'{loss:.6f}' for loss in theirs)}")
    print(f"largest relative difference {worst:.1e}")
    print(f"images/s here {our_speed:.1f}, PyTorch {their_speed:.1f}, ratio {our_speed / their_speed:.3f}")
    if options.arithmetic == "fp32" and worst > 1e-5:
        sys.exit("compare-with-pytorch.py: the losses differ by more than 1e-5")


if __name__ == "__main__":
    main()
