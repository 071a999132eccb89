// Sums over the rows of values [rows, channels]: in a thread, in a block, and over all blocks.
//
// A block takes some of the rows and 64 channels at most, 16 bytes in a thread. Sums are taken in an order that depends on
// the shape alone, so the same input gives the same bits, and no block waits for another.
#pragma once
#include "values.h"

constexpr int CHANNELS = 64; // of a block at most

// The part of the values that a thread works on: one piece of every `step`-th row.
template <typename T>
struct Part {
  static constexpr int N = Piece<T>::N;
  int pieces;        // in a row
  int first_channel; // of the block
  int channels;      // of the block
  int rows_at_once;  // of the block
  int piece;         // in a row
  int row;           // the first one; a thread beyond `rows_at_once` does what another does
  int step;

  __device__ explicit Part(int all_channels) {
    pieces = all_channels / N;
    first_channel = blockIdx.y * CHANNELS;
    channels = min(CHANNELS, all_channels - first_channel);
    const int width = channels / N, thread = threadIdx.x;
    rows_at_once = THREADS / width;
    piece = first_channel / N + thread % width;
    row = blockIdx.x * rows_at_once + thread / width;
    step = gridDim.x * rows_at_once;
  }
  __device__ size_t at(int row) const { return size_t(row) * pieces + piece; }
};

// Loads `U` rows, so that they are on their way together, and then uses them, until none is left.
template <int U, typename T, typename Load, typename Use>
__device__ void for_each_row(const Part<T>& part, int rows, Load load, Use use) {
  for (int row = part.row; row < rows; row += U * part.step) {
#pragma unroll
    for (int u = 0; u < U; ++u)
      if (row + u * part.step < rows) load(u, part.at(row + u * part.step));
#pragma unroll
    for (int u = 0; u < U; ++u)
      if (row + u * part.step < rows) use(u, part.at(row + u * part.step));
  }
}

// Adds the rows of `table` [rows, columns] in shared memory into its first one, of which thread i then knows value i.
__device__ inline void add_rows(Pair* table, int rows, int columns) {
  do {
    const int kept = (rows + 1) / 2;
    __syncthreads();
    for (int i = threadIdx.x; i < (rows - kept) * columns; i += THREADS) {
      table[i].first += table[kept * columns + i].first;
      table[i].second += table[kept * columns + i].second;
    }
    rows = kept;
  } while (rows > 1);
}

// The sums over all rows, for each channel of the block, of what the threads summed up: in the block that is the last to
// come here. False in the others.
template <typename T>
__device__ bool sum(const Part<T>& part, const float (&first)[Part<T>::N], const float (&second)[Part<T>::N], Pair* partial,
                    unsigned* tickets, int all_channels, Pair* table) {
  constexpr int N = Part<T>::N;
  const int thread = threadIdx.x, channels = part.channels;
  if (thread * N < part.rows_at_once * channels) {
#pragma unroll
    for (int i = 0; i < N; ++i) table[thread * N + i] = Pair{first[i], second[i]};
  }
  add_rows(table, part.rows_at_once, channels);
  partial += part.first_channel;
  if (thread < channels) partial[size_t(blockIdx.x) * all_channels + thread] = table[thread];
  __threadfence(); // the other blocks see it before the ticket
  __syncthreads();
  // The ticket is 0 again after the last block.
  if (!__syncthreads_or(thread == 0 && atomicInc(&tickets[blockIdx.y], gridDim.x - 1) == gridDim.x - 1)) return false;
  const int ways = THREADS / channels, way = thread / channels, channel = thread % channels;
  if (way < ways) {
    Pair total{0.0f, 0.0f};
#pragma unroll 8
    for (int block = way; block < int(gridDim.x); block += ways) {
      const float2 one = __ldcg(reinterpret_cast<const float2*>(&partial[size_t(block) * all_channels + channel]));
      total.first += one.x;
      total.second += one.y;
    }
    table[way * channels + channel] = total;
  }
  add_rows(table, ways, channels);
  return true;
}

// Mean and inverse deviation of a channel, and its running statistics: of the sums over all rows of the differences from
// `origin` and of their squares.
__device__ inline void set_moments(const BatchNorm& a, int channel, float origin, Pair sums) {
  const float count = a.rows, difference = sums.first / count;
  const float mean = origin + difference;
  const float variance = fmaxf(sums.second / count - difference * difference, 0.0f);
  a.moments[channel] = Pair{mean, 1.0f / sqrtf(variance + a.epsilon)};
  a.running_mean[channel] += a.momentum * (mean - a.running_mean[channel]);
  // Of the population, estimated without bias: PyTorch does so, too.
  a.running_variance[channel] += a.momentum * (variance * (count / (count - 1.0f)) - a.running_variance[channel]);
}
