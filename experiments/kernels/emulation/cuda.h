// As much of CUDA C++ as the kernels use, on a CPU: each thread of a block is a context of its own that runs until it
// meets a barrier, the blocks come one after the other. Blocks, and between two barriers the threads, run in an order
// that a seed decides, and shared memory holds no numbers at a block's beginning: what a kernel may not rely on, it is
// not given.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#define __device__
#define __restrict__

struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) float2 {
  float x, y;
};

namespace emulation {

struct Index {
  unsigned x, y;
};

// The thread that runs.
extern Index thread_index, block_index, grid_size;

// Waits until all threads of the block have come to the barrier in this line; whether one of them came with `vote`.
bool barrier(bool vote, int line);

void* shared_memory();

// A kernel by its name.
struct Entry {
  Entry(const char* name, void (*run)(const void* arguments));
};

inline uint16_t rounded_to_bf16(float value) {
  if (std::isnan(value)) return 0x7fff;
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}  // namespace emulation

#define threadIdx emulation::thread_index
#define blockIdx emulation::block_index
#define gridDim emulation::grid_size

#define KERNEL(NAME, ARGUMENTS, BODY)                                                     \
  static void NAME(const ARGUMENTS& arguments) { BODY; }                                  \
  static const emulation::Entry NAME##_entry(                                             \
      #NAME, [](const void* arguments) { NAME(*static_cast<const ARGUMENTS*>(arguments)); });
#define SHARED(TYPE, NAME) TYPE* const NAME = static_cast<TYPE*>(emulation::shared_memory())

#define __syncthreads() emulation::barrier(false, __LINE__)
#define __syncthreads_or(VOTE) emulation::barrier(VOTE, __LINE__)

using std::min;

inline void __threadfence() {}  // one thread runs at a time
inline unsigned atomicInc(unsigned* at, unsigned last) {
  const unsigned before = *at;
  *at = before >= last ? 0 : before + 1;
  return before;
}
inline float __uint_as_float(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
template <typename T>
T __ldcg(const T* from) {
  return *from;
}
