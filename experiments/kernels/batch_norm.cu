// BatchNorm with the batch's statistics (Ioffe & Szegedy 2015), and what follows it in a residual network, in two kernels;
// its gradient in two more. Values are [rows, channels] in memory, bf16 or fp32, the arithmetic is fp32.
#include "sums.h"

// Mean and inverse deviation of each channel, and the running statistics.
//
// Of the squares of large numbers with small differences nothing would be left, so the first row is subtracted before.
template <typename T>
__device__ void batch_norm_statistics(const BatchNorm& a) {
  constexpr int N = Piece<T>::N, U = 4;
  SHARED(Pair, table);
  const Part<T> part(a.channels);
  float origin[N], sums[N] = {}, squares[N] = {}, x[U][N];
  Piece<T>::load(a.x, part.piece, origin);
  for_each_row<U>(
      part, a.rows, [&](int u, size_t at) { Piece<T>::load(a.x, at, x[u]); },
      [&](int u, size_t) {
#pragma unroll
        for (int i = 0; i < N; ++i) {
          const float difference = x[u][i] - origin[i];
          sums[i] += difference;
          squares[i] = fmaf(difference, difference, squares[i]);
        }
      });
  if (!sum(part, sums, squares, a.partial, a.tickets, a.channels, table)) return;
  const int own = threadIdx.x, channel = part.first_channel + own;
  if (own >= part.channels) return;
  Piece<T>::load(a.x, channel / N, origin);
  float first_value = 0.0f;
#pragma unroll
  for (int i = 0; i < N; ++i) first_value = i == channel % N ? origin[i] : first_value;
  set_moments(a, channel, first_value, table[own]);
}

// What BatchNorm does to a channel: (x - mean) * slope + shift, where the slope is scale / deviation.
struct Line {
  float mean, slope, shift;
  __device__ Line() {}
  __device__ Line(Pair moments, float scale, float shift)
      : mean(moments.first), slope(scale * moments.second), shift(shift) {}
  __device__ float at(float x) const { return fmaf(x - mean, slope, shift); }
};

template <typename T, typename Arguments>
__device__ void lines_of(const Part<T>& part, const Arguments& a, Line (&lines)[Part<T>::N]) {
#pragma unroll
  for (int i = 0; i < Part<T>::N; ++i) {
    const int channel = part.piece * Part<T>::N + i;
    lines[i] = Line(a.moments[channel], a.scale[channel], a.shift[channel]);
  }
}

template <typename T, bool ADD, bool RELU>
__device__ void batch_norm_apply(const BatchNorm& a) {
  constexpr int N = Piece<T>::N, U = 4;
  const Part<T> part(a.channels);
  Line lines[N];
  lines_of(part, a, lines);
  float x[U][N], added[ADD ? U : 1][N];
  for_each_row<U>(
      part, a.rows,
      [&](int u, size_t at) {
        Piece<T>::load(a.x, at, x[u]);
        if constexpr (ADD) Piece<T>::load(a.added, at, added[u]);
      },
      [&](int u, size_t at) {
#pragma unroll
        for (int i = 0; i < N; ++i) {
          float value = lines[i].at(x[u][i]);
          if constexpr (ADD) value += added[u][i];
          x[u][i] = RELU ? fmaxf(value, 0.0f) : value;
        }
        Piece<T>::store(a.y, at, x[u]);
      });
}

// The gradient before ReLU: that behind it, where the output is above 0. Of a sum the output tells, else it is as fast to
// compute it again as to load it.
template <typename T, bool ADD, bool RELU>
struct BeforeRelu {
  static constexpr int N = Piece<T>::N, U = 2;
  float g[U][N], x[U][N], y[ADD && RELU ? U : 1][N];

  __device__ void load(const BatchNormGradient& a, int u, size_t at) {
    Piece<T>::load(a.d_y, at, g[u]);
    Piece<T>::load(a.x, at, x[u]);
    if constexpr (ADD && RELU) Piece<T>::load(a.y, at, y[u]);
  }
  __device__ void mask(int u, const Line (&lines)[N]) {
    if constexpr (RELU) {
#pragma unroll
      for (int i = 0; i < N; ++i) {
        bool passes;
        if constexpr (ADD) passes = y[u][i] > 0.0f;
        else passes = lines[i].at(x[u][i]) > 0.0f;
        g[u][i] = passes ? g[u][i] : 0.0f;
      }
    }
  }
};

// The gradients of shift and scale: with g that of BatchNorm's output and z = (x - mean) / deviation the sums over rows of
// g and of g z.
template <typename T, bool ADD, bool RELU>
__device__ void batch_norm_gradient_sums(const BatchNormGradient& a) {
  constexpr int N = Piece<T>::N;
  SHARED(Pair, table);
  const Part<T> part(a.channels);
  Line lines[N];
  lines_of(part, a, lines);
  float sums[N] = {}, products[N] = {};
  BeforeRelu<T, ADD, RELU> values;
  for_each_row<values.U>(
      part, a.rows, [&](int u, size_t at) { values.load(a, u, at); },
      [&](int u, size_t) {
        values.mask(u, lines);
#pragma unroll
        for (int i = 0; i < N; ++i) {
          sums[i] += values.g[u][i];
          products[i] = fmaf(values.g[u][i], values.x[u][i] - lines[i].mean, products[i]);
        }
      });
  if (!sum(part, sums, products, a.partial, a.tickets, a.channels, table)) return;
  const int own = threadIdx.x, channel = part.first_channel + own;
  if (own >= part.channels) return;
  a.d_shift[channel] = table[own].first;
  a.d_scale[channel] = table[own].second * a.moments[channel].second;
}

// The gradients of x, scale / deviation * (g - mean of g - z * mean of g z), and of what was added, g.
template <typename T, bool ADD, bool RELU>
__device__ void batch_norm_gradient_apply(const BatchNormGradient& a) {
  constexpr int N = Piece<T>::N;
  const Part<T> part(a.channels);
  const float count = a.rows;
  Line lines[N];
  lines_of(part, a, lines);
  float mean_of_g[N], slope_of_g[N];
#pragma unroll
  for (int i = 0; i < N; ++i) {
    const int channel = part.piece * N + i;
    mean_of_g[i] = a.d_shift[channel] / count;
    slope_of_g[i] = a.d_scale[channel] / count * a.moments[channel].second;
  }
  BeforeRelu<T, ADD, RELU> values;
  for_each_row<values.U>(
      part, a.rows, [&](int u, size_t at) { values.load(a, u, at); },
      [&](int u, size_t at) {
        values.mask(u, lines);
        if constexpr (ADD) Piece<T>::store(a.d_added, at, values.g[u]);
#pragma unroll
        for (int i = 0; i < N; ++i) {
          const float along = (values.x[u][i] - lines[i].mean) * slope_of_g[i];
          values.g[u][i] = lines[i].slope * (values.g[u][i] - mean_of_g[i] - along);
        }
        Piece<T>::store(a.d_x, at, values.g[u]);
      });
}

#define FOLLOWED_BY(NAME, T, ADD, RELU)                                                                                \
  KERNEL(batch_norm_apply_##NAME, 2, BatchNorm, (batch_norm_apply<T, ADD, RELU>(arguments)))                          \
  KERNEL(batch_norm_gradient_sums_##NAME, 2, BatchNormGradient, (batch_norm_gradient_sums<T, ADD, RELU>(arguments)))  \
  KERNEL(batch_norm_gradient_apply_##NAME, 2, BatchNormGradient, (batch_norm_gradient_apply<T, ADD, RELU>(arguments)))
#define OF_NUMBERS(NAME, T)                                                               \
  KERNEL(batch_norm_statistics_##NAME, 2, BatchNorm, batch_norm_statistics<T>(arguments)) \
  FOLLOWED_BY(NAME, T, false, false)                                                      \
  FOLLOWED_BY(relu_##NAME, T, false, true)                                                \
  FOLLOWED_BY(add_relu_##NAME, T, true, true)

OF_NUMBERS(bf16, uint16_t)
OF_NUMBERS(fp32, float)
