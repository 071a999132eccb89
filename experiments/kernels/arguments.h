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
