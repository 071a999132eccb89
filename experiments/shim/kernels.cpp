// Where the kernels of experiments/kernels run.

#include "kernels.h"

#include <atomic>
#include <dlfcn.h>
#include <unordered_map>

#include "guarded.h"
#ifdef WITH_CUDA
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda.h>
#endif

namespace {

template <typename Function>
Function* symbol(void* library, const char* name) {
  auto* found = reinterpret_cast<Function*>(dlsym(library, name));
  TORCH_CHECK(found, "`", name, "` is missing: ", dlerror());
  return found;
}

void* open(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  TORCH_CHECK(library, dlerror());
  return library;
}

using EmulatedLaunch = const char*(const char* name, unsigned columns, unsigned rows, unsigned threads,
                                   size_t shared_bytes, const void* arguments, unsigned seed);

class EmulatedKernels : public Kernels {
 public:
  explicit EmulatedKernels(const char* library)
      : Kernels(at::kCPU, /*blocks_at_once=*/12, /*most_shared_bytes=*/99 << 10),
        emulated_launch(symbol<EmulatedLaunch>(open(library), "emulated_launch")) {}

 private:
  EmulatedLaunch* const emulated_launch;
  std::atomic<unsigned> launches{0};

  void issue(const std::string& name, Blocks blocks, size_t shared_bytes, void* arguments) override {
    const char* error = emulated_launch(name.c_str(), blocks.columns, blocks.rows, THREADS, shared_bytes, arguments,
                                        /*seed=*/++launches);
    TORCH_CHECK(!error, error);
  }
};

#ifdef WITH_CUDA

// Of the driver itself, which every GPU machine has: the runtime has such functions since CUDA 12.8 only.
struct Driver {
  void* const library = open("libcuda.so.1");
  decltype(cuModuleLoadData)* const load = symbol<decltype(cuModuleLoadData)>(library, "cuModuleLoadData");
  decltype(cuModuleGetFunction)* const find = symbol<decltype(cuModuleGetFunction)>(library, "cuModuleGetFunction");
  decltype(cuFuncSetAttribute)* const set = symbol<decltype(cuFuncSetAttribute)>(library, "cuFuncSetAttribute");
  decltype(cuLaunchKernel)* const launch = symbol<decltype(cuLaunchKernel)>(library, "cuLaunchKernel");
  decltype(cuGetErrorString)* const describe = symbol<decltype(cuGetErrorString)>(library, "cuGetErrorString");
  decltype(cuCtxGetCurrent)* const context = symbol<decltype(cuCtxGetCurrent)>(library, "cuCtxGetCurrent");

  void check(CUresult result, const std::string& what) const {
    if (result == CUDA_SUCCESS) return;
    const char* description = nullptr;
    describe(result, &description);
    TORCH_CHECK(false, what, ": ", description ? description : "unknown error of the CUDA driver");
  }
  // The driver, with the device's context in this thread: libtorch's threads have none before their first call of the runtime.
  static const Driver& get() {
    static const Driver driver;
    CUcontext current = nullptr;
    driver.check(driver.context(&current), "the context of this thread");
    if (!current) C10_CUDA_CHECK(cudaFree(nullptr));
    return driver;
  }
};

int of_device(cudaDeviceAttr attribute) {
  int value = 0;
  C10_CUDA_CHECK(cudaDeviceGetAttribute(&value, attribute, c10::cuda::current_device()));
  return value;
}

class CompiledKernels : public Kernels {
 public:
  CompiledKernels(const void* const* images, size_t count)
      : Kernels(at::Device(at::kCUDA, c10::cuda::current_device()), 2 * of_device(cudaDevAttrMultiProcessorCount),
                of_device(cudaDevAttrMaxSharedMemoryPerBlockOptin)),
        modules(count) {
    const Driver& driver = Driver::get();
    for (size_t i = 0; i < count; ++i) driver.check(driver.load(&modules[i], images[i]), "a compiled kernel");
  }

 private:
  // Never unloaded: a captured graph may still hold them.
  std::vector<CUmodule> modules;
  std::unordered_map<std::string, CUfunction> functions;

  CUfunction function(const Driver& driver, const std::string& name) {
    CUfunction& known = functions[name];
    if (known) return known;
    CUresult result = CUDA_ERROR_NOT_FOUND;
    for (size_t i = 0; i < modules.size() && result == CUDA_ERROR_NOT_FOUND; ++i)
      result = driver.find(&known, modules[i], name.c_str());
    // More than 48 KB of shared memory must be asked for. The steps before a capture do so.
    if (result == CUDA_SUCCESS)
      result = driver.set(known, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, static_cast<int>(most_shared_bytes));
    driver.check(result, "kernel `" + name + "`");
    return known;
  }

  void issue(const std::string& name, Blocks blocks, size_t shared_bytes, void* arguments) override {
    const Driver& driver = Driver::get();
    void* parameters[] = {arguments};
    const CUstream stream = c10::cuda::getCurrentCUDAStream(device.index()).stream();
    driver.check(driver.launch(function(driver, name), blocks.columns, blocks.rows, 1, THREADS, 1, 1, shared_bytes, stream,
                               parameters, nullptr),
                 "kernel `" + name + "`");
  }
};

#endif

// Null, and a message, where `make` fails.
template <typename Make>
Kernels* made(Make make) {
  Kernels* kernels = nullptr;
  return guarded([&] { kernels = make(); }) ? nullptr : kernels;
}

}  // namespace

extern "C" {

// Those in a library of experiments/kernels/emulation. Null where it is none.
Kernels* shim_kernels_emulated(const char* library) {
  return made([&] { return new EmulatedKernels(library); });
}

#ifdef WITH_CUDA

// Those in `count` images that NVRTC compiled for this GPU. Null where the driver refuses one.
Kernels* shim_kernels_compiled(const void* const* images, size_t count) {
  return made([&] { return new CompiledKernels(images, count); });
}

// Ten times the compute capability of the present GPU.
int shim_compute_capability(int* capability) {
  return guarded([&] {
    *capability = 10 * of_device(cudaDevAttrComputeCapabilityMajor) + of_device(cudaDevAttrComputeCapabilityMinor);
  });
}

#endif

void shim_kernels_free(Kernels* kernels) { delete kernels; }

}  // extern "C"
