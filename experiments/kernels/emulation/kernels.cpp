// The kernels as functions of a CPU.
#define EMULATED
#include "../batch_norm.cu"
#include "../convolution.cu"
#include "../sgd.cu"
