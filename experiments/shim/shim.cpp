// What tch 0.24 lacks of libtorch and cannot be put together from what it has: TF32 switches, SGD in one
// operation, random numbers from a generator of one's own, and for CUDA streams and graphs. (Channels-last
// order is a permuted view, and bf16 a cast of the weights: both are written in Rust.) Tensors cross as
// `at::Tensor*`, as in tch. See guarded.h for functions that can fail.

#include <vector>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#ifdef WITH_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>
#endif

#include "guarded.h"

#ifdef WITH_CUDA
namespace {
// The streams that this thread worked on before the present one.
thread_local std::vector<c10::cuda::CUDAStream> left_streams;
}  // namespace
#endif

extern "C" {

const char* shim_error() { return last_error.c_str(); }

// IEEE single precision when `allow` is 0: convolutions run in TF32 otherwise.
void shim_allow_tf32(int allow) {
  at::globalContext().setAllowTF32CuDNN(allow != 0);
  at::globalContext().setAllowTF32CuBLAS(allow != 0);
}

// g <- g + decay w; v <- momentum v + g; w <- w - rate v, in one pass. `rate` is a scalar on the device.
int shim_fused_sgd(at::Tensor* weights, at::Tensor* gradient, at::Tensor* velocity,
                   at::Tensor* rate, double momentum, double weight_decay) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    at::_fused_sgd_({*weights}, {*gradient}, {*velocity}, weight_decay, momentum, *rate,
                    /*dampening=*/0.0, /*nesterov=*/false, /*maximize=*/false,
                    /*is_first_step=*/false);
  });
}

// Draws a permutation into `order`, then numbers below `ends` into `numbers`: those that the default generator, which all
// threads share, would give after `manual_seed(seed)`.
int shim_draw(uint64_t seed, at::Tensor* order, at::Tensor* const* numbers, const int64_t* ends,
              size_t count) {
  return guarded([&] {
    const at::Generator generator = at::detail::createCPUGenerator(seed);
    at::randperm_out(*order, order->numel(), generator);
    for (size_t i = 0; i < count; i++) numbers[i]->random_(0, ends[i], generator);
  });
}

#ifdef WITH_CUDA

// This thread works on another stream of the pool until `shim_stream_leave`: capture is not allowed on the default one.
// Streams do not wait for each other, so what the present one was asked for must be done first.
// With priority, which a stream that is entered from it inherits, its blocks run before those of the others.
int shim_stream_enter(int priority) {
  return guarded([&] {
    const auto present = c10::cuda::getCurrentCUDAStream();
    present.synchronize();
    c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool(/*isHighPriority=*/priority != 0 || present.priority() < 0));
    left_streams.push_back(present);
  });
}

int shim_stream_leave() {
  return guarded([] {
    c10::cuda::getCurrentCUDAStream().synchronize();
    c10::cuda::setCurrentCUDAStream(left_streams.back());
    left_streams.pop_back();
  });
}

// From here to `shim_graph_end` operations are recorded, not done. Null when capture cannot begin.
at::cuda::CUDAGraph* shim_graph_begin() {
  at::cuda::CUDAGraph* graph = nullptr;
  const int failed = guarded([&] {
    graph = new at::cuda::CUDAGraph(/*keep_graph=*/true);
    graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
  });
  if (failed) {
    delete graph;
    return nullptr;
  }
  return graph;
}

int shim_graph_end(at::cuda::CUDAGraph* graph) {
  return guarded([&] {
    graph->capture_end();
    graph->instantiate();
  });
}

int shim_graph_replay(at::cuda::CUDAGraph* graph) {
  return guarded([&] { graph->replay(); });
}

// Kernels, copies and fills of the graph.
int shim_graph_operations(at::cuda::CUDAGraph* graph, size_t* operations) {
  return guarded([&] {
    C10_CUDA_CHECK(cudaGraphGetNodes(graph->raw_cuda_graph(), nullptr, operations));
  });
}

void shim_graph_free(at::cuda::CUDAGraph* graph) { delete graph; }

#endif

}  // extern "C"
