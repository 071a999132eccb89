// The kernels of experiments/kernels, where they run: compiled for a GPU, or emulated on the CPU.
#pragma once

#include <ATen/ATen.h>

struct Blocks {
  unsigned columns, rows;
};

class Kernels {
 public:
  // `blocks_at_once` fill the device.
  Kernels(at::Device device, unsigned blocks_at_once)
      : device(device), blocks_at_once(blocks_at_once), tickets(at::zeros({MAX_BLOCK_ROWS}, at::device(device).dtype(at::kInt))) {}
  virtual ~Kernels() = default;

  // Runs kernel `name`, on a GPU in the current stream. Each block has 256 threads.
  template <typename Arguments>
  void launch(const std::string& name, Blocks blocks, size_t shared_bytes, Arguments arguments) {
    TORCH_CHECK(blocks.rows <= MAX_BLOCK_ROWS, "`", name, "`: ", blocks.rows, " rows of blocks are too many");
    issue(name, blocks, shared_bytes, &arguments);
  }

  const at::Device device;
  const unsigned blocks_at_once;
  // A counter for each row of blocks: 0 between two kernels. Those that count are of one stream.
  const at::Tensor tickets;

  static constexpr unsigned THREADS = 256;

 private:
  static constexpr unsigned MAX_BLOCK_ROWS = 64;
  virtual void issue(const std::string& name, Blocks blocks, size_t shared_bytes, void* arguments) = 0;
};
