// One step of SGD with momentum and weight decay for all parameters of a network, in one kernel: as PyTorch's `SGD` without
// dampening or Nesterov, g <- g + decay w, v <- momentum v + g, w <- w - rate v. The network reads the new weights from a
// copy.
#include "values.h"

__device__ float widened(float value) { return value; }
__device__ float widened(uint16_t bf16) { return __uint_as_float(uint32_t(bf16) << 16); }
__device__ void store(float value, float& to) { to = value; }
__device__ void store(float value, uint16_t& to) { to = uint16_t(Piece<uint16_t>::rounded(value, 0.0f)); }

template <typename T>
__device__ void sgd(const Sgd& a) {
  const float rate = *a.rate;
  const long long all = a.multiplied + a.normalising;
  for (long long i = blockIdx.x * (long long)THREADS + threadIdx.x; i < all; i += (long long)gridDim.x * THREADS) {
    const bool is_multiplied = i < a.multiplied;
    const float gradient = is_multiplied ? widened(static_cast<const T*>(a.multiplied_gradient)[i])
                                         : a.normalising_gradient[i - a.multiplied];
    const float velocity = fmaf(a.momentum, a.velocity[i], fmaf(a.weight_decay, a.weights[i], gradient));
    const float weight = fmaf(-rate, velocity, a.weights[i]);
    a.velocity[i] = velocity;
    a.weights[i] = weight;
    if (is_multiplied) store(weight, static_cast<T*>(a.copy)[i]);
  }
}

KERNEL(sgd_bf16, 2, Sgd, sgd<uint16_t>(arguments))
KERNEL(sgd_fp32, 2, Sgd, sgd<float>(arguments))
