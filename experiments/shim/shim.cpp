// What tch 0.24 lacks of libtorch: TF32 switches, autocast with a chosen type, memory formats,
// fused SGD, and for CUDA streams and graphs. Tensors cross as `at::Tensor*`, as in tch.
// A function that can fail returns 0, or 1 after putting the message where `shim_error` reads it.

#include <string>

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#ifdef WITH_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace {
thread_local std::string last_error;

template <typename Body>
int guarded(Body body) {
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    last_error = error.what();
    return 1;
  }
}

at::DeviceType device_type(int on_cuda) { return on_cuda ? at::kCUDA : at::kCPU; }
}  // namespace

extern "C" {

const char* shim_error() { return last_error.c_str(); }

int shim_has_cuda() {
#ifdef WITH_CUDA
  return 1;
#else
  return 0;
#endif
}

// IEEE fp32 when `allow` is 0: convolutions run in TF32 otherwise.
void shim_allow_tf32(int allow) {
  at::globalContext().setAllowTF32CuDNN(allow != 0);
  at::globalContext().setAllowTF32CuBLAS(allow != 0);
}

// cuDNN tries its algorithms once for each shape and keeps the fastest.
void shim_benchmark_cudnn(int on) { at::globalContext().setBenchmarkCuDNN(on != 0); }

// type: 0 leaves autocast, 1 enters it in bf16, 2 in fp16. Parameters stay fp32.
int shim_autocast(int on_cuda, int type) {
  return guarded([&] {
    const auto device = device_type(on_cuda);
    if (type == 0) at::autocast::clear_cache();
    else at::autocast::set_autocast_dtype(device, type == 1 ? at::kBFloat16 : at::kHalf);
    at::autocast::set_autocast_cache_enabled(type != 0);
    at::autocast::set_autocast_enabled(device, type != 0);
  });
}

// Casts of the weights are cached while autocast is on: to be cleared after each step.
void shim_clear_autocast_cache() { at::autocast::clear_cache(); }

// Gives the tensor's storage the order [batch, height, width, channels]; shape and values stay.
int shim_channels_last(at::Tensor* tensor) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    tensor->set_data(tensor->contiguous(at::MemoryFormat::ChannelsLast));
  });
}

int shim_is_channels_last(const at::Tensor* tensor) {
  return tensor->is_contiguous(at::MemoryFormat::ChannelsLast);
}

// One SGD step in one kernel: v <- momentum v + (g + decay w); w <- w - rate v. `rate` is a device scalar.
int shim_fused_sgd(at::Tensor* weights, at::Tensor* gradient, at::Tensor* velocity,
                   at::Tensor* rate, double momentum, double weight_decay) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    at::_fused_sgd_({*weights}, {*gradient}, {*velocity}, weight_decay, momentum, *rate,
                    /*dampening=*/0.0, /*nesterov=*/false, /*maximize=*/false,
                    /*is_first_step=*/false);
  });
}

#ifdef WITH_CUDA

// A stream of the pool for this thread; the replaced one comes back through `shim_stream_leave`.
int shim_stream_enter() {
  return guarded([&] { c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool()); });
}

int shim_stream_leave() {
  return guarded([&] {
    c10::cuda::getCurrentCUDAStream().synchronize();
    c10::cuda::setCurrentCUDAStream(c10::cuda::getDefaultCUDAStream());
  });
}

int shim_synchronize() {
  return guarded([&] { c10::cuda::device_synchronize(); });
}

// Capture wants a stream of its own, three warm-up steps before it, fixed addresses and no host read.
at::cuda::CUDAGraph* shim_graph_begin() {
  at::cuda::CUDAGraph* graph = nullptr;
  const int failed = guarded([&] {
    graph = new at::cuda::CUDAGraph();
    graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
  });
  if (failed) {
    delete graph;
    return nullptr;
  }
  return graph;
}

int shim_graph_end(at::cuda::CUDAGraph* graph) {
  return guarded([&] { graph->capture_end(); });
}

int shim_graph_replay(at::cuda::CUDAGraph* graph) {
  return guarded([&] { graph->replay(); });
}

void shim_graph_free(at::cuda::CUDAGraph* graph) { delete graph; }

#endif

}  // extern "C"
