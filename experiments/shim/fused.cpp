// Several operations of a training step as one, on the kernels of experiments/kernels.

#include <optional>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../kernels/arguments.h"
#include "guarded.h"
#include "kernels.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

constexpr int CHANNELS_OF_BLOCK = 64;
constexpr size_t PIECE_BYTES = 16;

unsigned divided_up(int64_t number, int64_t by) { return static_cast<unsigned>((number + by - 1) / by); }

// How the name of a kernel for numbers of this type ends.
std::string numbers(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat: return "fp32";
    case at::kBFloat16: return "bf16";
    default: TORCH_CHECK(false, "expected fp32 or bf16, found ", tensor.scalar_type());
  }
}

// Values [images, channels, height, width] in channels-last order, where a pixel is a row.
struct Rows {
  int rows, channels;
  Blocks blocks;
  size_t shared_bytes; // for the sums

  Rows(const Kernels& kernels, const at::Tensor& x) {
    const int64_t in_a_piece = PIECE_BYTES / x.element_size();
    TORCH_CHECK(x.dim() == 4 && x.size(1) % in_a_piece == 0, "expected [images, channels, height, width] with a multiple of ",
                in_a_piece, " channels, found ", x.sizes());
    const int64_t all = x.numel() / x.size(1);
    TORCH_CHECK(all > 1 && all < 1 << 30, "expected 2 pixels or more, and below 2^30, found ", all);
    rows = static_cast<int>(all);
    channels = static_cast<int>(x.size(1));
    const int64_t threads_of_row = std::min(channels, CHANNELS_OF_BLOCK) / in_a_piece;
    const unsigned chunks = divided_up(channels, CHANNELS_OF_BLOCK);
    // Four rows for a thread, unless the device is full.
    const unsigned wanted = divided_up(rows, 4 * (Kernels::THREADS / threads_of_row));
    blocks = {std::min(wanted, std::max(1u, kernels.blocks_at_once / chunks)), chunks};
    shared_bytes = Kernels::THREADS * in_a_piece * sizeof(Pair);
  }
  at::Tensor partial(const at::Tensor& scale) const { return at::empty({blocks.columns, channels, 2}, scale.options()); }
};

at::Tensor in_rows(const at::Tensor& x) {
  const at::Tensor rows = x.contiguous(at::MemoryFormat::ChannelsLast);
  TORCH_CHECK(reinterpret_cast<uintptr_t>(rows.data_ptr()) % PIECE_BYTES == 0, "values begin between two pieces of memory");
  return rows;
}

Pair* pairs(const at::Tensor& tensor) { return static_cast<Pair*>(tensor.data_ptr()); }
unsigned* counters(const at::Tensor& tensor) { return static_cast<unsigned*>(tensor.data_ptr()); }

// BatchNorm in training, the addition of a shortcut where there is one, and ReLU where it is wanted.
struct FusedBatchNorm : torch::autograd::Function<FusedBatchNorm> {
  static Variable forward(AutogradContext* context, const Variable& given_x, const std::optional<at::Tensor>& given_added,
                          const Variable& scale, const Variable& shift, const at::Tensor& running_mean,
                          const at::Tensor& running_variance, bool relu, double momentum, double epsilon,
                          int64_t kernels_address) {
    auto& kernels = *reinterpret_cast<Kernels*>(kernels_address);
    const at::Tensor x = in_rows(given_x), y = at::empty_like(x);
    at::Tensor added;
    if (given_added) {
      TORCH_CHECK(relu && given_added->sizes() == x.sizes() && given_added->scalar_type() == x.scalar_type(),
                  "what is added has shape ", given_added->sizes(), ", expected ", x.sizes(), " and ReLU behind it");
      added = in_rows(*given_added);
    }
    for (const at::Tensor& values : {scale, shift, running_mean, running_variance})
      TORCH_CHECK(values.scalar_type() == at::kFloat && values.is_contiguous() && values.numel() == x.size(1),
                  "expected ", x.size(1), " fp32 numbers for the channels, found ", values.sizes());
    const Rows rows(kernels, x);
    const at::Tensor moments = at::empty({rows.channels, 2}, scale.options()), partial = rows.partial(scale);
    const BatchNorm arguments{
        .x = x.data_ptr(),
        .added = given_added ? added.data_ptr() : nullptr,
        .y = y.data_ptr(),
        .scale = scale.data_ptr<float>(),
        .shift = shift.data_ptr<float>(),
        .running_mean = running_mean.data_ptr<float>(),
        .running_variance = running_variance.data_ptr<float>(),
        .moments = pairs(moments),
        .partial = pairs(partial),
        .tickets = counters(kernels.tickets),
        .rows = rows.rows,
        .channels = rows.channels,
        .momentum = static_cast<float>(momentum),
        .epsilon = static_cast<float>(epsilon),
    };
    const std::string what = (given_added ? "add_relu_" : relu ? "relu_" : "") + numbers(x);
    kernels.launch("batch_norm_statistics_" + numbers(x), rows.blocks, rows.shared_bytes, arguments);
    kernels.launch("batch_norm_apply_" + what, rows.blocks, 0, arguments);
    // Only behind an addition does the gradient read the output.
    context->save_for_backward({x, given_added ? y : at::Tensor(), scale, shift, moments});
    context->saved_data["what"] = what;
    context->saved_data["kernels"] = kernels_address;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto& kernels = *reinterpret_cast<Kernels*>(context->saved_data["kernels"].toInt());
    const std::string what = context->saved_data["what"].toStringRef();
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &y = saved[1], &scale = saved[2], &shift = saved[3], &moments = saved[4];
    const bool added = y.defined();
    const at::Tensor d_y = in_rows(gradients[0]), d_x = at::empty_like(x);
    const at::Tensor d_added = added ? at::empty_like(x) : at::Tensor();
    const at::Tensor d_scale = at::empty_like(scale), d_shift = at::empty_like(shift);
    const Rows rows(kernels, x);
    const at::Tensor partial = rows.partial(scale);
    const BatchNormGradient arguments{
        .d_y = d_y.data_ptr(),
        .x = x.data_ptr(),
        .y = added ? y.data_ptr() : nullptr,
        .d_x = d_x.data_ptr(),
        .d_added = added ? d_added.data_ptr() : nullptr,
        .scale = scale.data_ptr<float>(),
        .shift = shift.data_ptr<float>(),
        .moments = pairs(moments),
        .d_scale = d_scale.data_ptr<float>(),
        .d_shift = d_shift.data_ptr<float>(),
        .partial = pairs(partial),
        .tickets = counters(kernels.tickets),
        .rows = rows.rows,
        .channels = rows.channels,
    };
    kernels.launch("batch_norm_gradient_sums_" + what, rows.blocks, rows.shared_bytes, arguments);
    kernels.launch("batch_norm_gradient_apply_" + what, rows.blocks, 0, arguments);
    return {d_x, d_added, d_scale, d_shift, {}, {}, {}, {}, {}, {}};
  }
};

}  // namespace

extern "C" {

// BatchNorm of `x` with the batch's statistics, in training, which moves the running ones; then `added`, unless it is
// null, and ReLU, where it is wanted. Null when it fails, else a new tensor.
at::Tensor* shim_batch_norm(Kernels* kernels, at::Tensor* x, at::Tensor* added, at::Tensor* scale, at::Tensor* shift,
                            at::Tensor* running_mean, at::Tensor* running_variance, int relu, double momentum,
                            double epsilon) {
  at::Tensor* y = nullptr;
  const int failed = guarded([&] {
    const auto shortcut = added ? std::optional<at::Tensor>(*added) : std::nullopt;
    y = new at::Tensor(FusedBatchNorm::apply(*x, shortcut, *scale, *shift, *running_mean, *running_variance, relu != 0,
                                             momentum, epsilon, reinterpret_cast<int64_t>(kernels)));
  });
  return failed ? nullptr : y;
}

// A step of SGD on the flat vector `weights`; the network reads its beginning in `copy`.
int shim_sgd(Kernels* kernels, at::Tensor* weights, at::Tensor* velocity, at::Tensor* copy, at::Tensor* multiplied_gradient,
             at::Tensor* normalising_gradient, at::Tensor* rate, double momentum, double weight_decay) {
  return guarded([&] {
    const int64_t multiplied = copy->numel(), normalising = normalising_gradient->numel();
    TORCH_CHECK(weights->numel() == multiplied + normalising && velocity->numel() == weights->numel() &&
                    multiplied_gradient->numel() == multiplied && multiplied_gradient->dtype() == copy->dtype(),
                "gradients of ", multiplied_gradient->sizes(), " and ", normalising_gradient->sizes(), ", expected ",
                copy->sizes(), " and what is left of ", weights->sizes());
    const at::Tensor first = multiplied_gradient->contiguous(), second = normalising_gradient->contiguous();
    const Sgd arguments{
        .weights = weights->data_ptr<float>(),
        .velocity = velocity->data_ptr<float>(),
        .copy = copy->data_ptr(),
        .multiplied_gradient = first.data_ptr(),
        .normalising_gradient = second.data_ptr<float>(),
        .rate = rate->data_ptr<float>(),
        .multiplied = multiplied,
        .normalising = normalising,
        .momentum = static_cast<float>(momentum),
        .weight_decay = static_cast<float>(weight_decay),
    };
    const unsigned wanted = divided_up(weights->numel(), Kernels::THREADS);
    kernels->launch("sgd_" + numbers(*copy), {std::min(wanted, kernels->blocks_at_once), 1}, 0, arguments);
  });
}

}  // extern "C"
