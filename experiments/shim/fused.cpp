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
constexpr int WEIGHTS_OF_BLOCK = 32; // where the parts of their gradient are added

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
  at::Tensor partial(Blocks of, const at::Tensor& scale) const {
    return at::empty({of.columns, channels, 2}, scale.options());
  }
};

at::Tensor in_rows(const at::Tensor& x) {
  const at::Tensor rows = x.contiguous(at::MemoryFormat::ChannelsLast);
  TORCH_CHECK(reinterpret_cast<uintptr_t>(rows.data_ptr()) % PIECE_BYTES == 0,
              "values of ", x.sizes(), " begin between two pieces of memory; hint: train without `--fused`");
  return rows;
}

Pair* pairs(const at::Tensor& tensor) { return static_cast<Pair*>(tensor.data_ptr()); }
unsigned* counters(const at::Tensor& tensor) { return static_cast<unsigned*>(tensor.data_ptr()); }

// How a 3x3 convolution of values [images, channels, height, width] in channels-last order is cut into blocks.
struct Tiles {
  std::string channels; // how the names of its kernels end
  int height, width, pixels;
  Blocks blocks, gradient_blocks;
  size_t shared_bytes, gradient_shared_bytes;
  int64_t weights;

  Tiles(const Kernels& kernels, const at::Tensor& x, const at::Tensor& weight)
      : channels(std::to_string(x.size(1))), height(static_cast<int>(x.size(2))), width(static_cast<int>(x.size(3))),
        pixels(static_cast<int>(x.numel() / x.size(1))), weights(weight.numel()) {
    TORCH_CHECK(x.scalar_type() == at::kBFloat16 && weight.scalar_type() == at::kBFloat16, "expected bf16, found ",
                x.scalar_type(), " and weights in ", weight.scalar_type());
    TORCH_CHECK(weight.sizes() == at::IntArrayRef({x.size(1), x.size(1), 3, 3}), "weights have shape ", weight.sizes(),
                ", expected 3x3 for ", channels, " channels");
    switch (x.size(1)) {
      case 16: cut<16>(kernels); break;
      case 32: cut<32>(kernels); break;
      case 64: cut<64>(kernels); break;
      default: TORCH_CHECK(false, "expected 16, 32 or 64 channels, found ", channels);
    }
  }

  Convolution of(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& y) const {
    return {x.data_ptr(), weight.data_ptr(), y.data_ptr(), height, width, pixels};
  }

 private:
  template <int C>
  void cut(const Kernels& kernels) {
    using Cut = Cut<C>;
    const unsigned most = kernels.blocks_at_once;
    blocks = {std::min(divided_up(pixels, Cut::PIXELS), most * Cut::BLOCKS / 2), 1};
    const size_t seen = (Cut::ZEROS + Cut::PIXELS + 2 * width + 2) * Cut::PIECES, kept = 9 * C * Cut::PIECES;
    shared_bytes = std::max((seen + kept) * PIECE_BYTES, Kernels::THREADS * 8 * sizeof(Pair));
    gradient_blocks = {std::min(divided_up(pixels, Cut::GRADIENT_PIXELS), std::max(1u, most / Cut::ROWS)), Cut::ROWS};
    const size_t seen_again = (Cut::ZEROS + Cut::GRADIENT_PIXELS + (Cut::TAP_ROWS - 1) * width + 2) * Cut::PIECES;
    const size_t d_y = Cut::GRADIENT_PIXELS * (Cut::D_Y / 8), inside = Cut::GRADIENT_PIXELS * sizeof(uint16_t);
    gradient_shared_bytes = std::max((seen_again + d_y) * PIECE_BYTES + inside, Kernels::THREADS * Cut::SUMS * sizeof(float));
  }
};

// A 3x3 convolution where there are weights, BatchNorm in training, the addition of a shortcut where there is one, and ReLU
// where it is wanted.
struct FusedBatchNorm : torch::autograd::Function<FusedBatchNorm> {
  static Variable forward(AutogradContext* context, const Variable& given_x, const std::optional<at::Tensor>& given_weight,
                          const std::optional<at::Tensor>& given_added, const Variable& scale, const Variable& shift,
                          const at::Tensor& running_mean, const at::Tensor& running_variance, bool relu, double momentum,
                          double epsilon, int64_t kernels_address) {
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
    const at::Tensor weight = given_weight ? in_rows(*given_weight) : at::Tensor();
    const at::Tensor normalised = given_weight ? at::empty_like(x) : x;
    const auto tiles = given_weight ? std::optional<Tiles>(std::in_place, kernels, x, weight) : std::nullopt;
    const Blocks blocks = tiles ? tiles->blocks : rows.blocks;
    const at::Tensor moments = at::empty({rows.channels, 2}, scale.options()), partial = rows.partial(blocks, scale);
    const BatchNorm arguments{
        .x = normalised.data_ptr(),
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
    if (tiles)
      kernels.launch("convolution_" + tiles->channels, blocks, tiles->shared_bytes,
                     ConvolutionBatchNorm{tiles->of(x, weight, normalised), arguments});
    else
      kernels.launch("batch_norm_statistics_" + numbers(x), blocks, rows.shared_bytes, arguments);
    kernels.launch("batch_norm_apply_" + what, rows.blocks, 0, arguments);
    // Only behind an addition does the gradient read the output.
    context->save_for_backward({x, weight, normalised, given_added ? y : at::Tensor(), scale, shift, moments});
    context->saved_data["what"] = what;
    context->saved_data["kernels"] = kernels_address;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto& kernels = *reinterpret_cast<Kernels*>(context->saved_data["kernels"].toInt());
    const std::string what = context->saved_data["what"].toStringRef();
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &normalised = saved[2], &y = saved[3], &scale = saved[4],
                     &shift = saved[5], &moments = saved[6];
    const bool added = y.defined();
    const at::Tensor d_y = in_rows(gradients[0]), d_normalised = at::empty_like(x);
    const at::Tensor d_added = added ? at::empty_like(x) : at::Tensor();
    const at::Tensor d_scale = at::empty_like(scale), d_shift = at::empty_like(shift);
    const Rows rows(kernels, x);
    const at::Tensor partial = rows.partial(rows.blocks, scale);
    const BatchNormGradient arguments{
        .d_y = d_y.data_ptr(),
        .x = normalised.data_ptr(),
        .y = added ? y.data_ptr() : nullptr,
        .d_x = d_normalised.data_ptr(),
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
    at::Tensor d_x = d_normalised, d_weight;
    if (weight.defined()) std::tie(d_x, d_weight) = of_convolution(kernels, x, weight, d_normalised);
    return {d_x, d_weight, d_added, d_scale, d_shift, {}, {}, {}, {}, {}, {}};
  }

  // The gradients of `x` and of the weights.
  static std::pair<at::Tensor, at::Tensor> of_convolution(Kernels& kernels, const at::Tensor& x, const at::Tensor& weight,
                                                          const at::Tensor& d_y) {
    const at::Tensor d_x = at::empty_like(x), d_weight = at::empty_like(weight);
    const Tiles tiles(kernels, x, weight);
    kernels.launch("convolution_gradient_" + tiles.channels, tiles.blocks, tiles.shared_bytes, tiles.of(d_y, weight, d_x));
    const unsigned columns = tiles.gradient_blocks.columns;
    const at::Tensor partial = at::empty({columns, tiles.weights}, x.options().dtype(at::kFloat));
    const WeightGradient arguments{
        .x = x.data_ptr(),
        .d_y = d_y.data_ptr(),
        .d_weights = d_weight.data_ptr(),
        .partial = partial.data_ptr<float>(),
        .height = tiles.height,
        .width = tiles.width,
        .pixels = tiles.pixels,
        .columns = static_cast<int>(columns),
    };
    kernels.launch("convolution_weight_gradient_" + tiles.channels, tiles.gradient_blocks, tiles.gradient_shared_bytes,
                   arguments);
    const unsigned sums = divided_up(tiles.weights, WEIGHTS_OF_BLOCK);
    kernels.launch("convolution_weight_gradient_sums_" + tiles.channels, {sums, 1}, Kernels::THREADS * sizeof(float), arguments);
    return {d_x, d_weight};
  }
};

}  // namespace

extern "C" {

// BatchNorm, with the batch's statistics, in training, which moves the running ones, of `x`, or unless `weight` is null of
// its 3x3 convolution; then `added`, unless it is null, and ReLU, where it is wanted. Null when it fails, else a new tensor.
at::Tensor* shim_batch_norm(Kernels* kernels, at::Tensor* x, at::Tensor* weight, at::Tensor* added, at::Tensor* scale,
                            at::Tensor* shift, at::Tensor* running_mean, at::Tensor* running_variance, int relu,
                            double momentum, double epsilon) {
  at::Tensor* y = nullptr;
  const int failed = guarded([&] {
    const auto given = [](at::Tensor* tensor) { return tensor ? std::optional<at::Tensor>(*tensor) : std::nullopt; };
    y = new at::Tensor(FusedBatchNorm::apply(*x, given(weight), given(added), *scale, *shift, *running_mean, *running_variance,
                                             relu != 0, momentum, epsilon, reinterpret_cast<int64_t>(kernels)));
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
