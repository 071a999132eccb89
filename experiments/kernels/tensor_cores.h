// What a warp does as a whole: matrices of bf16 from shared memory into registers, and their products. And copies to shared
// memory that a thread need not wait for.
//
// A thread names one row of a matrix and gets parts of others: lane l names row l % 8 of the 8 x 8 matrix l / 8, and gets of
// each of the four matrices the numbers 2 (l % 4) and the next of row l / 4 or, transposed, of column l / 4.
#pragma once
#include "values.h"

#ifdef EMULATED

template <bool TRANSPOSED>
__device__ void load_matrices(uint32_t (&into)[4], const uint4* row) {
  const emulation::Laid* rows = emulation::meet(&row, sizeof row, __LINE__);
  const int line = threadIdx.x % 32 / 4, first = threadIdx.x % 4 * 2;
  for (int matrix = 0; matrix < 4; ++matrix) {
    const void* of_matrix[8];
    for (int i = 0; i < 8; ++i) std::memcpy(&of_matrix[i], &rows[8 * matrix + i], sizeof row);
    emulation::check_banks(of_matrix);
    uint16_t two[2];
    for (int i = 0; i < 2; ++i)
      two[i] = static_cast<const uint16_t*>(of_matrix[TRANSPOSED ? first + i : line])[TRANSPOSED ? line : first + i];
    into[matrix] = two[0] | uint32_t(two[1]) << 16;
  }
}

__device__ inline void multiply(float (&sums)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  const uint32_t own[] = {a[0], a[1], a[2], a[3], b0, b1};
  const emulation::Laid* all = emulation::meet(own, sizeof own, __LINE__);
  const int line = threadIdx.x % 32 / 4, first = threadIdx.x % 4 * 2;
  for (int k = 0; k < 16; ++k) {
    // Which register of which lane holds number k of a line, and which half of it.
    const int lane = k % 8 / 2, half = k / 8, shift = k % 2 ? 0 : 16;
    const auto number = [&](int of_line, int word) {
      return __uint_as_float(all[of_line * 4 + lane].words[word] << shift & 0xffff0000u);
    };
    for (int i = 0; i < 4; ++i) sums[i] += number(line, 2 * half + i / 2) * number(first + i % 2, 4 + half);
  }
}

__device__ inline void copy_soon(uint4* to, const uint4* from) { emulation::copy_soon(to, from); }
__device__ inline void wait_for_copies() { emulation::wait_for_copies(); }

#else

template <bool TRANSPOSED>
__device__ void load_matrices(uint32_t (&into)[4], const uint4* row) {
  const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  if constexpr (TRANSPOSED)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(into[0]), "=r"(into[1]), "=r"(into[2]), "=r"(into[3]) : "r"(address) : "memory");
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(into[0]), "=r"(into[1]), "=r"(into[2]), "=r"(into[3]) : "r"(address) : "memory");
}

// Adds to `sums` [16, 8] the product of `a` [16, 16] and `b` [16, 8], of which a thread holds columns as `a`'s rows.
__device__ inline void multiply(float (&sums)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ inline void copy_soon(uint4* to, const uint4* from) {
  const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" : : "r"(address), "l"(from) : "memory");
}
// Until those of this thread are done; a barrier tells the others.
__device__ inline void wait_for_copies() { asm volatile("cp.async.wait_all;" : : : "memory"); }

#endif
