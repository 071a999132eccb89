// Numbers in memory, and where a kernel's code runs.
#pragma once

#ifdef EMULATED
#include "emulation/cuda.h"
#else
using uint16_t = unsigned short;
using uint32_t = unsigned int;
// A kernel by its name, with one parameter, of which `BLOCKS` blocks are to run on a multiprocessor at once.
#define KERNEL(NAME, BLOCKS, ARGUMENTS, BODY) \
  extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) NAME(const ARGUMENTS arguments) { BODY; }
#define SHARED(TYPE, NAME)                      \
  extern __shared__ uint4 shared_memory[];      \
  TYPE* const NAME = reinterpret_cast<TYPE*>(shared_memory)
#endif
#include "arguments.h"

constexpr int THREADS = 256; // of a block

// 16 bytes of memory: four fp32 numbers or eight bf16 numbers.
template <typename T>
struct Piece;

template <>
struct Piece<float> {
  static constexpr int N = 4;
  __device__ static void load(const void* from, size_t piece, float (&values)[N]) {
    const float4 raw = static_cast<const float4*>(from)[piece];
    values[0] = raw.x, values[1] = raw.y, values[2] = raw.z, values[3] = raw.w;
  }
  __device__ static void store(void* to, size_t piece, const float (&values)[N]) {
    static_cast<float4*>(to)[piece] = float4{values[0], values[1], values[2], values[3]};
  }
};

// bf16 is the upper half of fp32.
template <>
struct Piece<uint16_t> {
  static constexpr int N = 8;
  __device__ static void load(const void* from, size_t piece, float (&values)[N]) {
    const uint4 raw = static_cast<const uint4*>(from)[piece];
    const uint32_t words[] = {raw.x, raw.y, raw.z, raw.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      values[2 * i] = __uint_as_float(words[i] << 16);
      values[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000u);
    }
  }
  __device__ static void store(void* to, size_t piece, const float (&values)[N]) {
    uint32_t words[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) words[i] = rounded(values[2 * i], values[2 * i + 1]);
    static_cast<uint4*>(to)[piece] = uint4{words[0], words[1], words[2], words[3]};
  }
  // Two numbers, each to the nearest bf16, in a tie to the even one.
  __device__ static uint32_t rounded(float low, float high) {
#ifdef EMULATED
    return emulation::rounded_to_bf16(low) | uint32_t(emulation::rounded_to_bf16(high)) << 16;
#else
    uint32_t word;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
    return word;
#endif
  }
};
