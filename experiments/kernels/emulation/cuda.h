// As much of CUDA C++ as the kernels use, on a CPU: each thread of a block is a context of its own that runs until it
// meets a barrier or the others of its warp, the blocks come one after the other. Blocks, between two barriers the warps,
// and between two meetings a warp's threads, run in an order that a seed decides, and shared memory holds no numbers at a
// block's beginning: what a kernel may not rely on, it is not given.
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

// What a thread lays down where its warp meets.
struct Laid {
  alignas(8) uint32_t words[6];
};

// Lays down `own` and waits until all 32 threads of the warp have come to this line: what they laid down, until the next
// meeting but one.
const Laid* meet(const void* own, size_t bytes, int line);

// Refuses a kernel when 16 bytes of shared memory that are read at once lie in one bank, for then they are read one after
// the other.
void check_banks(const void* const (&addresses)[8]);

// A copy of 16 bytes that is not done before the thread waits for its copies.
void copy_soon(uint4* to, const uint4* from);
void wait_for_copies();

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

#define KERNEL(NAME, BLOCKS, ARGUMENTS, BODY)                                             \
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
