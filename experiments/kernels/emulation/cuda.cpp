// Runs the kernels by name on emulated threads. See cuda.h.

#undef _FORTIFY_SOURCE // it knows of one stack, and jumps lead from one to another

#include "cuda.h"

#include <csetjmp>
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
constexpr unsigned WARP = 32;

std::map<std::string, void (*)(const void*)>& kernels() {
  static std::map<std::string, void (*)(const void*)> all;
  return all;
}

enum class Waits { For_nothing, For_warp, For_block };

struct Thread {
  ucontext_t context; // how it begins
  jmp_buf place;      // where it waits; unlike a context, a jump asks nothing of the operating system
  std::unique_ptr<char[]> stack{new char[STACK_BYTES]};
  bool has_begun;
  Waits waits;
  int in_line;
  std::vector<std::pair<uint4*, const uint4*>> copies; // not yet done
};

// What a warp's threads laid down; at every other meeting in the other half, so that none overwrites what one still reads.
struct Table {
  Laid laid[2][WARP];
};

// The block that runs.
std::vector<Thread> threads;
std::vector<Table> tables;
std::vector<uint64_t> shared;
jmp_buf scheduler;
unsigned running, meeting;
const char* fault; // null while there is none
bool votes, result_of_vote;
void (*kernel)(const void*);
const void* kernel_arguments;

void run_thread() {
  kernel(kernel_arguments);
  threads[running].waits = Waits::For_nothing;
  threads[running].in_line = 0;
  _longjmp(scheduler, 1);
}

void wait(Waits waits, int line) {
  Thread& thread = threads[running];
  thread.waits = waits;
  thread.in_line = line;
  if (!_setjmp(thread.place)) _longjmp(scheduler, 1);
}

// Until it waits, or its end.
void run(unsigned number) {
  Thread& thread = threads[number];
  running = number;
  thread_index = {number, 0};
  if (_setjmp(scheduler)) return;
  if (thread.has_begun) _longjmp(thread.place, 1);
  thread.has_begun = true;
  setcontext(&thread.context);
}

void check_together(const Thread& one, const Thread& other) {
  if (one.waits == other.waits && one.in_line == other.in_line) return;
  throw std::runtime_error("a barrier that some threads do not come to, in line " +
                           std::to_string(std::max(one.in_line, other.in_line)));
}

// The threads of a warp, in the order in `lanes`, until their ends, or their common next barrier.
void run_warp(unsigned first, std::vector<unsigned>& lanes, std::mt19937& random) {
  meeting = 0;
  do {
    ++meeting;
    std::shuffle(lanes.begin(), lanes.end(), random);
    for (unsigned lane : lanes) run(first + lane);
    if (fault) throw std::runtime_error(fault);
    for (unsigned lane : lanes) check_together(threads[first], threads[first + lane]);
  } while (threads[first].waits == Waits::For_warp);
}

void run_block(std::vector<unsigned>& warps, std::vector<unsigned>& lanes, std::mt19937& random) {
  std::fill(shared.begin(), shared.end(), ~uint64_t(0));
  for (Thread& thread : threads) {
    thread.has_begun = false;
    thread.copies.clear();
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.get();
    thread.context.uc_stack.ss_size = STACK_BYTES;
    thread.context.uc_link = nullptr;
    makecontext(&thread.context, run_thread, 0);
  }
  votes = false;
  do {
    result_of_vote = votes;
    votes = false;
    std::shuffle(warps.begin(), warps.end(), random);
    for (unsigned warp : warps) run_warp(warp * WARP, lanes, random);
    for (const Thread& thread : threads) check_together(threads[0], thread);
  } while (threads[0].waits == Waits::For_block);
}

std::vector<unsigned> numbers(unsigned count) {
  std::vector<unsigned> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

bool barrier(bool vote, int line) {
  votes |= vote;
  wait(Waits::For_block, line);
  return result_of_vote;
}

const Laid* meet(const void* own, size_t bytes, int line) {
  Laid* const laid = tables[running / WARP].laid[meeting % 2];
  std::memcpy(&laid[running % WARP], own, bytes);
  wait(Waits::For_warp, line);
  return laid;
}

void check_banks(const void* const (&addresses)[8]) {
  constexpr size_t BANKS = 8, BYTES = 16;
  const void* of_bank[BANKS] = {};
  for (const void* address : addresses) {
    const void*& other = of_bank[(static_cast<const char*>(address) - static_cast<char*>(shared_memory())) / BYTES % BANKS];
    if (other && other != address) fault = "two pieces of shared memory are read from one bank";
    other = address;
  }
}

void copy_soon(uint4* to, const uint4* from) { threads[running].copies.emplace_back(to, from); }

void wait_for_copies() {
  for (const auto& [to, from] : threads[running].copies) *to = *from;
  threads[running].copies.clear();
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
    fault = nullptr;
    kernel = kernels().at(name);
    kernel_arguments = arguments;
    if (threads % WARP) throw std::runtime_error("the last warp is not full");
    emulation::threads.resize(threads);
    tables.resize(threads / WARP);
    // Without shared memory, none can be read by mistake.
    shared.resize((shared_bytes + 7) / 8);
    grid_size = {columns, rows};
    std::mt19937 random(seed);
    std::vector<unsigned> blocks = numbers(columns * rows), warps = numbers(threads / WARP), lanes = numbers(WARP);
    std::shuffle(blocks.begin(), blocks.end(), random);
    for (unsigned block : blocks) {
      block_index = {block % columns, block / columns};
      run_block(warps, lanes, random);
    }
    return nullptr;
  } catch (const std::exception& failure) {
    error = std::string("kernel `") + name + "`: " + failure.what();
    return error.c_str();
  }
}
