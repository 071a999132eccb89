// Runs the kernels by name on emulated threads. See cuda.h.

#include "cuda.h"

#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <ucontext.h>
#include <vector>

namespace emulation {

Index thread_index, block_index, grid_size;

namespace {

constexpr size_t STACK_BYTES = 64 << 10;

std::map<std::string, void (*)(const void*)>& kernels() {
  static std::map<std::string, void (*)(const void*)> all;
  return all;
}

struct Thread {
  ucontext_t context;
  std::unique_ptr<char[]> stack{new char[STACK_BYTES]};
  bool is_done;
  int waits_in_line;
};

// The block that runs.
std::vector<Thread> threads;
std::vector<uint64_t> shared;
ucontext_t scheduler;
unsigned running;
bool votes, result_of_vote;
void (*kernel)(const void*);
const void* kernel_arguments;

void run_thread() {
  kernel(kernel_arguments);
  threads[running].is_done = true;
}

// All threads until their ends, or their common next barrier.
bool run_to_barrier(const std::vector<unsigned>& order) {
  result_of_vote = votes;
  votes = false;
  for (unsigned thread : order) {
    running = thread;
    thread_index = {thread, 0};
    swapcontext(&scheduler, &threads[thread].context);
  }
  const Thread& first = threads[order[0]];
  for (unsigned thread : order) {
    const Thread& other = threads[thread];
    if (other.is_done != first.is_done || other.waits_in_line != first.waits_in_line)
      throw std::runtime_error("a barrier that some threads do not come to, in line " +
                               std::to_string(std::max(first.waits_in_line, other.waits_in_line)));
  }
  return !first.is_done;
}

void run_block(std::vector<unsigned>& order, std::mt19937& random) {
  std::fill(shared.begin(), shared.end(), ~uint64_t(0));
  for (Thread& thread : threads) {
    thread.is_done = false;
    thread.waits_in_line = 0;
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.get();
    thread.context.uc_stack.ss_size = STACK_BYTES;
    thread.context.uc_link = &scheduler;
    makecontext(&thread.context, run_thread, 0);
  }
  do std::shuffle(order.begin(), order.end(), random);
  while (run_to_barrier(order));
}

std::vector<unsigned> numbers(unsigned count) {
  std::vector<unsigned> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

bool barrier(bool vote, int line) {
  Thread& thread = threads[running];
  votes |= vote;
  thread.waits_in_line = line;
  swapcontext(&thread.context, &scheduler);
  return result_of_vote;
}

void* shared_memory() { return shared.data(); }

Entry::Entry(const char* name, void (*run)(const void*)) { kernels().emplace(name, run); }

}  // namespace emulation

// Runs a kernel in `columns` x `rows` blocks. Null, or what was wrong, until the next call in this thread.
extern "C" const char* emulated_launch(const char* name, unsigned columns, unsigned rows, unsigned threads,
                                       size_t shared_bytes, const void* arguments, unsigned seed) {
  using namespace emulation;
  static std::mutex one_at_a_time;
  thread_local std::string error;
  const std::lock_guard<std::mutex> lock(one_at_a_time);
  try {
    kernel = kernels().at(name);
    kernel_arguments = arguments;
    emulation::threads.resize(threads);
    // Without shared memory, none can be read by mistake.
    shared.resize((shared_bytes + 7) / 8);
    grid_size = {columns, rows};
    std::mt19937 random(seed);
    std::vector<unsigned> blocks = numbers(columns * rows), order = numbers(threads);
    std::shuffle(blocks.begin(), blocks.end(), random);
    for (unsigned block : blocks) {
      block_index = {block % columns, block / columns};
      run_block(order, random);
    }
    return nullptr;
  } catch (const std::exception& failure) {
    error = std::string("kernel `") + name + "`: " + failure.what();
    return error.c_str();
  }
}
