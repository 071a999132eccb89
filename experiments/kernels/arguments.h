// What a kernel is told: its one parameter. Read by the kernels and by the shim, which fills it.
#pragma once

// Two values of one channel.
struct Pair {
  float first, second;
};

// BatchNorm over `x` [rows, channels] in memory, where a row is a pixel of an image; then, where they are wanted, the
// addition of a shortcut and ReLU.
struct BatchNorm {
  const void* x;           // [rows, channels], bf16 or fp32
  const void* added;       // likewise; null where nothing is added
  void* y;                 // likewise
  const float* scale;      // [channels]
  const float* shift;      // [channels]
  float* running_mean;     // [channels]
  float* running_variance; // [channels]
  Pair* moments;           // [channels]: mean, and 1 / sqrt(variance + epsilon)
  Pair* partial;           // [blocks, channels], for the kernels' own use
  unsigned* tickets;       // one for each 64 channels: 0 before and after
  int rows, channels;
  float momentum, epsilon;
};

// Its gradient.
struct BatchNormGradient {
  const void* d_y;   // [rows, channels], bf16 or fp32
  const void* x;     // likewise
  const void* y;     // likewise
  void* d_x;         // likewise
  void* d_added;     // likewise; null where nothing was added
  const float* scale;
  const float* shift;
  const Pair* moments;
  float* d_scale;
  float* d_shift;
  Pair* partial;
  unsigned* tickets;
  int rows, channels;
};

// SGD with momentum and weight decay on a vector: first the weights that are multiplied, which the network reads in a
// copy of its own number format, then those of BatchNorm.
struct Sgd {
  float* weights;                     // [multiplied + normalising]
  float* velocity;                    // likewise
  void* copy;                         // [multiplied], bf16 or fp32
  const void* multiplied_gradient;    // likewise
  const float* normalising_gradient;  // [normalising]
  const float* rate;                  // one value
  long long multiplied, normalising;
  float momentum, weight_decay;
};

// A 3x3 convolution of stride 1 and padding 1 that keeps the number of channels, on images of bf16 in channels-last order.
struct Convolution {
  const void* x;       // [pixels, channels], where the pixels of an image are rows one after the other
  const void* weights; // [channels out, 3, 3, channels in]
  void* y;             // [pixels, channels]
  int height, width, pixels;
};

// The same and the sums for the BatchNorm of `y` behind it.
struct ConvolutionBatchNorm {
  Convolution convolution;
  BatchNorm norm;
};

// The gradient of its weights.
struct WeightGradient {
  const void* x;    // [pixels, channels]
  const void* d_y;  // likewise
  void* d_weights;  // as the weights
  float* partial;   // [columns of blocks, weights], for the kernels' own use
  int height, width, pixels, columns;
};

// How convolutions of C channels are cut into blocks of eight warps.
template <int C>
struct Cut {
  static constexpr int PIECES = C / 8;    // of 16 bytes, in a pixel
  static constexpr int ZEROS = 8;         // pixels, see convolution.cu
  static constexpr int PIXELS = 4096 / C; // a warp has 32 of them and 16 channels
  // On a multiprocessor at once: of 128 images of the networks for 32 px one H200 takes all pixels at once.
  static constexpr int BLOCKS = C < 32 ? 4 : 2;

  // For the gradient of the weights a warp has 16 channels out and 16 in, for three or for all nine taps. Of the weights a
  // block has those of `D_Y` channels out and of `TAP_ROWS` rows of taps, `ROWS` of blocks have all.
  static constexpr int D_Y = C < 32 ? C : 32;
  static constexpr int TAP_ROWS = C < 64 ? 3 : 1;
  static constexpr int ROWS = C / D_Y * (3 / TAP_ROWS);
  static constexpr int GRADIENT_PIXELS = C < 64 ? 8192 / C : 384;
  static constexpr int SUMS = TAP_ROWS * 3 * 8; // of a thread
};
