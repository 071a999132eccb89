// 3x3 convolutions of stride 1 and padding 1 with 16, 32 or 64 channels, as many out as in, by tensor cores: forward with
// the sums for the BatchNorm behind it, and both gradients. Values are [pixels, channels] of bf16 in memory, sums are fp32.
//
// A block takes pixels that follow each other in memory, across rows and images. Its threads keep them, and one row and one
// pixel more on both sides, in shared memory: what a tap of the kernel sees of pixel p lies a fixed number of pixels from p
// there. Where that is outside of p's image, zeros are read in its stead.
#include "sums.h"
#include "tensor_cores.h"

// Where a piece of a pixel with C channels lies in shared memory. The pieces of a pixel are swapped so that those at one
// place in eight pixels that follow each other lie in different banks.
template <int C>
__device__ unsigned place(unsigned pixel, unsigned piece) {
  constexpr unsigned PIECES = C / 8;
  return pixel * PIECES + (piece ^ pixel / (8 / PIECES) % PIECES);
}

// `C` channels from channel `channel` on of the pixels from `first` on, which may lie outside, to pixel `to` and the next ones
// of shared memory.
template <int C>
__device__ void load_pixels(uint4* memory, int to, const void* from, int first, int count, int pixels, int channels,
                            int channel) {
  constexpr int PIECES = C / 8;
#pragma unroll 4
  for (int i = threadIdx.x; i < count * PIECES; i += THREADS) {
    const int pixel = first + i / PIECES, piece = i % PIECES;
    uint4* const own = &memory[place<C>(to + i / PIECES, piece)];
    if (pixel >= 0 && pixel < pixels)
      copy_soon(own, static_cast<const uint4*>(from) + size_t(pixel) * (channels / 8) + channel / 8 + piece);
    else
      *own = uint4{0, 0, 0, 0};
  }
}

template <int C>
__device__ void load_zeros(uint4* memory) {
  for (int i = threadIdx.x; i < Cut<C>::ZEROS * Cut<C>::PIECES; i += THREADS) memory[i] = uint4{0, 0, 0, 0};
}

// Which taps see a pixel of the image from `pixel` on: bit 3 r + c of that in row r and column c.
__device__ inline unsigned taps_inside(unsigned pixel, unsigned height, unsigned width) {
  const unsigned column = pixel % width, row = pixel / width % height;
  const unsigned columns = (column > 0 ? 1 : 0) | 2 | (column < width - 1 ? 4 : 0);
  return (row > 0 ? columns : 0) | columns << 3 | (row < height - 1 ? columns << 6 : 0);
}

// What tap `tap` sees, in row `row` of those that are in shared memory, and in column `column`. Shared memory holds zeros,
// and behind them the pixels that the first row of taps sees from its left, of the first pixel of the block, on. The zeros
// are as many as there are banks for a piece, so that they come from the bank that is not read.
template <int C>
__device__ unsigned seen(unsigned in_block, unsigned width, unsigned inside, int row, int column, int tap) {
  const unsigned there = Cut<C>::ZEROS + in_block + row * width + column;
  return inside >> tap & 1 ? there : there % Cut<C>::ZEROS;
}

// The convolution, or with the weights' taps turned and channels out and in swapped its gradient. `see` is shown eight channels
// of a pixel of the result, always the same ones in a thread.
template <int C, bool GRADIENT, typename See>
__device__ void convolve(const Convolution& a, See see) {
  constexpr int PIECES = Cut<C>::PIECES, PIXELS = Cut<C>::PIXELS, ZEROS = Cut<C>::ZEROS, STRIPES = C / 16;
  SHARED(uint4, weights);
  uint4* const pixels = weights + 9 * C * PIECES;
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const unsigned stripe = warp % STRIPES, own = warp / STRIPES * 32; // of 16 channels, the first of 32 pixels
#pragma unroll 4
  for (int i = threadIdx.x; i < 9 * C * PIECES; i += THREADS) {
    const int out = i / (9 * PIECES), tap = i / PIECES % 9;
    copy_soon(&weights[place<C>(tap * C + out, i % PIECES)], static_cast<const uint4*>(a.weights) + i);
  }
  load_zeros<C>(pixels);
  for (int first = blockIdx.x * PIXELS; first < a.pixels; first += gridDim.x * PIXELS) {
    __syncthreads(); // the results before have been read
    load_pixels<C>(pixels, ZEROS, a.x, first - a.width - 1, PIXELS + 2 * a.width + 2, a.pixels, C, 0);
    wait_for_copies();
    __syncthreads();
    unsigned inside[2];
#pragma unroll
    for (int m = 0; m < 2; ++m) inside[m] = taps_inside(first + own + 16 * m + lane % 16, a.height, a.width);
    float sums[2][2][4] = {};
// One row of taps at a time: with all nine unrolled the registers do not suffice.
#pragma unroll 1
    for (int row = 0; row < 3; ++row)
#pragma unroll
      for (int column = 0; column < 3; ++column) {
        const int tap = 3 * row + column;
        unsigned from[2];
#pragma unroll
        for (int m = 0; m < 2; ++m) from[m] = seen<C>(own + 16 * m + lane % 16, a.width, inside[m], row, column, tap);
#pragma unroll
        for (int k = 0; k < C / 16; ++k) {
          uint32_t x[2][4], w[4];
#pragma unroll
          for (int m = 0; m < 2; ++m) load_matrices<false>(x[m], &pixels[place<C>(from[m], 2 * k + lane / 16)]);
          const unsigned in_k = lane / 8 % 2, beside = lane / 16; // matrices one after the other in k, and beside them
          if constexpr (GRADIENT)
            load_matrices<true>(w, &weights[place<C>((8 - tap) * C + 16 * k + 8 * in_k + lane % 8, 2 * stripe + beside)]);
          else
            load_matrices<false>(w, &weights[place<C>(tap * C + 16 * stripe + 8 * beside + lane % 8, 2 * k + in_k)]);
#pragma unroll
          for (int m = 0; m < 2; ++m)
#pragma unroll
            for (int n = 0; n < 2; ++n) multiply(sums[m][n], x[m], w[2 * n], w[2 * n + 1]);
        }
      }
    __syncthreads(); // all have read the pixels
    uint32_t* const results = reinterpret_cast<uint32_t*>(pixels);
#pragma unroll
    for (int m = 0; m < 2; ++m)
#pragma unroll
      for (int n = 0; n < 2; ++n)
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          const unsigned pixel = own + 16 * m + 8 * half + lane / 4;
          results[4 * place<C>(ZEROS + pixel, 2 * stripe + n) + lane % 4] =
              Piece<uint16_t>::rounded(sums[m][n][2 * half], sums[m][n][2 * half + 1]);
        }
    __syncthreads();
#pragma unroll
    for (int i = threadIdx.x; i < PIXELS * PIECES; i += THREADS) {
      if (first + i / PIECES >= a.pixels) continue;
      const unsigned at = place<C>(ZEROS + i / PIECES, i % PIECES);
      static_cast<uint4*>(a.y)[size_t(first) * PIECES + i] = pixels[at];
      float values[8];
      Piece<uint16_t>::load(pixels, at, values);
      see(values);
    }
  }
}

// Forward. All blocks subtract the running mean before they sum: it is near the mean of the batch but for the first steps, and
// there it is as near as bf16 can tell the values from each other.
template <int C>
__device__ void convolution(const ConvolutionBatchNorm& a) {
  const Part<uint16_t> part(C);
  const float* const origin = &a.norm.running_mean[8 * part.piece];
  float sums[8] = {}, squares[8] = {};
  convolve<C, false>(a.convolution, [&](const float (&y)[8]) {
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      const float difference = y[i] - origin[i];
      sums[i] += difference;
      squares[i] = fmaf(difference, difference, squares[i]);
    }
  });
  SHARED(Pair, table);
  __syncthreads(); // the results have been read
  if (!sum(part, sums, squares, a.norm.partial, a.norm.tickets, C, table)) return;
  const int channel = threadIdx.x;
  if (channel < C) set_moments(a.norm, channel, a.norm.running_mean[channel], table[channel]);
}

// The part of the weights whose gradients block row `blockIdx.y` sums up, and in it those of a warp: 16 channels out, 16 in.
// A warp's sums lie one after the other by tap, matrix of 8 channels in, register and lane.
template <int C>
struct Share {
  static constexpr int TAPS = 3 * Cut<C>::TAP_ROWS, D_Y = Cut<C>::D_Y;
  static constexpr int MATRICES = D_Y / 16 * (C / 16); // of a block, in a warp each
  static constexpr int GROUPS = THREADS / 32 / MATRICES; // of warps, which take different pixels
  static constexpr int OF_WARP = 32 * Cut<C>::SUMS, OF_BLOCK = MATRICES * OF_WARP;

  int tap_row, first_out; // of the block
  int out, in;            // of the warp, the first ones in the block's channels

  __device__ Share(int row, int matrix)
      : tap_row(row / (C / D_Y) * Cut<C>::TAP_ROWS), first_out(row % (C / D_Y) * D_Y), out(matrix / (C / 16) * 16),
        in(matrix % (C / 16) * 16) {}
};

// The gradient of the weights: d_weights[out][tap][in] is the sum over pixels of d_y[pixel][out] x[what the tap sees][in].
// A column of blocks writes the sum over its pixels.
template <int C>
__device__ void weight_gradient(const WeightGradient& a) {
  using S = Share<C>;
  constexpr int PIXELS = Cut<C>::GRADIENT_PIXELS, TAP_ROWS = Cut<C>::TAP_ROWS;
  SHARED(uint4, d_y);
  uint4* const x = d_y + PIXELS * (S::D_Y / 8);
  uint4* const behind_x = x + (Cut<C>::ZEROS + PIXELS + (TAP_ROWS - 1) * a.width + 2) * Cut<C>::PIECES;
  uint16_t* const inside = reinterpret_cast<uint16_t*>(behind_x); // [PIXELS], see `taps_inside`
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const S share(blockIdx.y, warp % S::MATRICES);
  float sums[S::TAPS][2][4] = {};
  load_zeros<C>(x);
  for (int first = blockIdx.x * PIXELS; first < a.pixels; first += gridDim.x * PIXELS) {
    __syncthreads(); // those before have been read
    load_pixels<S::D_Y>(d_y, 0, a.d_y, first, PIXELS, a.pixels, C, share.first_out);
    load_pixels<C>(x, Cut<C>::ZEROS, a.x, first + (share.tap_row - 1) * a.width - 1, PIXELS + (TAP_ROWS - 1) * a.width + 2,
                   a.pixels, C, 0);
    for (int i = threadIdx.x; i < PIXELS; i += THREADS) inside[i] = uint16_t(taps_inside(first + i, a.height, a.width));
    wait_for_copies();
    __syncthreads();
    // With three taps two steps overlap, with nine one has all registers.
#pragma unroll (S::TAPS < 9 ? 2 : 1)
    for (int pixel = warp / S::MATRICES * 16; pixel < PIXELS; pixel += S::GROUPS * 16) {
      uint32_t d[4];
      load_matrices<true>(d, &d_y[place<S::D_Y>(pixel + lane / 16 * 8 + lane % 8, share.out / 8 + lane / 8 % 2)]);
      const int own = pixel + lane / 8 % 2 * 8 + lane % 8;
      const unsigned own_inside = inside[own] >> 3 * share.tap_row;
#pragma unroll
      for (int tap = 0; tap < S::TAPS; ++tap) {
        uint32_t v[4];
        const unsigned from = seen<C>(own, a.width, own_inside, tap / 3, tap % 3, tap);
        load_matrices<true>(v, &x[place<C>(from, share.in / 8 + lane / 16)]);
#pragma unroll
        for (int n = 0; n < 2; ++n) multiply(sums[tap][n], d, v[2 * n], v[2 * n + 1]);
      }
    }
  }
  __syncthreads(); // all have read the pixels
  float* const table = reinterpret_cast<float*>(d_y);
#pragma unroll
  for (int tap = 0; tap < S::TAPS; ++tap)
#pragma unroll
    for (int n = 0; n < 2; ++n)
#pragma unroll
      for (int i = 0; i < 4; ++i) table[warp * S::OF_WARP + ((tap * 2 + n) * 4 + i) * 32 + lane] = sums[tap][n][i];
  __syncthreads();
  float* const partial = a.partial + (size_t(blockIdx.x) * gridDim.y + blockIdx.y) * S::OF_BLOCK;
  for (int i = threadIdx.x; i < S::OF_BLOCK; i += THREADS) {
    float total = 0.0f;
#pragma unroll
    for (int group = 0; group < S::GROUPS; ++group) total += table[group * S::OF_BLOCK + i];
    partial[i] = total;
  }
}

// Adds what the columns of blocks wrote, 32 weights in a block.
template <int C>
__device__ void weight_gradient_sums(const WeightGradient& a) {
  using S = Share<C>;
  SHARED(float, table);
  constexpr int WAYS = THREADS / 32;
  const int lane = threadIdx.x % 32, way = threadIdx.x / 32, i = blockIdx.x * 32 + lane;
  float total = 0.0f;
#pragma unroll 8
  for (int column = way; column < a.columns; column += WAYS) total += a.partial[size_t(column) * (9 * C * C) + i];
  table[threadIdx.x] = total;
  __syncthreads();
  if (way > 0) return;
  for (int other = 1; other < WAYS; ++other) total += table[other * 32 + lane];
  const S share(i / S::OF_BLOCK, i / S::OF_WARP % S::MATRICES);
  const int number = i / 32 % 4, n = i / 128 % 2, tap = 3 * share.tap_row + i / 256 % S::TAPS;
  const int out = share.first_out + share.out + number / 2 * 8 + lane / 4;
  const int in = share.in + n * 8 + lane % 4 * 2 + number % 2;
  static_cast<uint16_t*>(a.d_weights)[(out * 9 + tap) * C + in] = uint16_t(Piece<uint16_t>::rounded(total, 0.0f));
}

#define OF_CHANNELS(C)                                                                                                      \
  KERNEL(convolution_##C, Cut<C>::BLOCKS, ConvolutionBatchNorm, convolution<C>(arguments))                                  \
  KERNEL(convolution_gradient_##C, Cut<C>::BLOCKS, Convolution, (convolve<C, true>(arguments, [](const float(&)[8]) {})))   \
  KERNEL(convolution_weight_gradient_##C, 2, WeightGradient, weight_gradient<C>(arguments))                                 \
  KERNEL(convolution_weight_gradient_sums_##C, 2, WeightGradient, weight_gradient_sums<C>(arguments))

OF_CHANNELS(16)
OF_CHANNELS(32)
OF_CHANNELS(64)
