// The kernels of experiments/kernels, where they run: compiled for a GPU, or emulated on the CPU.
#pragma once

#include <ATen/ATen.h>

struct Blocks {
  unsigned columns, rows;
};

class Kernels {
 public:
  // `blocks_at_once` fill the device, two on a multiprocessor; a block may have `most_shared_bytes` of memory.
  Kernels(at::Device device, unsigned blocks_at_once, size_t most_shared_bytes)
      : device(device), blocks_at_once(blocks_at_once), most_shared_bytes(most_shared_bytes),
        tickets(at::zeros({MAX_BLOCK_ROWS}, at::device(device).dtype(at::kInt))) {}
  virtual ~Kernels() = default;

  // Runs kernel `name`, on a GPU in the current stream. Each block has 256 threads.
  template <typename Arguments>
  void launch(const std::string& name, Blocks blocks, size_t shared_bytes, Arguments arguments) {
    TORCH_CHECK(blocks.rows <= MAX_BLOCK_ROWS, "`", name, "`: ", blocks.rows, " rows of blocks are too many");
    TORCH_CHECK(shared_bytes <= most_shared_bytes, "`", name, "` needs ", shared_bytes, " bytes of shared memory, this device has ",
                most_shared_bytes, " for a block; hint: leave its stage out of `--fused`");
    issue(name, blocks, shared_bytes, &arguments);
  }

  const at::Device device;
  const unsigned blocks_at_once;
  const size_t most_shared_bytes;
  // A counter for each row of blocks: 0 between two kernels. Those that count are of one stream.
  const at::Tensor tickets;

  static constexpr unsigned THREADS = 256;

 private:
  static constexpr unsigned MAX_BLOCK_ROWS = 64;
  virtual void issue(const std::string& name, Blocks blocks, size_t shared_bytes, void* arguments) = 0;
};
