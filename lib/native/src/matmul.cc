#include "matmul.h"

#include <map>
#include <memory>
#include <tuple>

#include "arguments.h"
#include "dnnl_compat.h"
#include "few_rows.h"
#include "scratch.h"
#include "small_product.h"
#include "transpose.h"
#include "vector.h"

namespace finetune {
namespace {

using dnnl::memory;

struct Shape {
  size_t batch, m, n, k;
  bool transpose_a, transpose_b, bfloat16, bias, accumulate;

  bool operator<(const Shape& other) const { return key() < other.key(); }
  std::tuple<size_t, size_t, size_t, size_t, int> key() const {
    return {batch, m, n, k, transpose_a | transpose_b << 1 | bfloat16 << 2 | bias << 3 | accumulate << 4};
  }
};

// A primitive with the memory objects that it runs on; only their addresses change from call to call.
struct Product {
  explicit Product(const Shape& shape) {
    const auto type = shape.bfloat16 ? memory::data_type::bf16 : memory::data_type::f32;
    const auto matrix = [&](memory::data_type type, size_t rows, size_t columns, bool transposed) {
      const auto d = [](size_t x) { return static_cast<memory::dim>(x); };
      const memory::dims one = transposed ? memory::dims{1, d(rows)} : memory::dims{d(columns), 1};
      if (shape.batch == 1) return memory::desc({d(rows), d(columns)}, type, one);
      return memory::desc({d(shape.batch), d(rows), d(columns)}, type, {d(rows * columns), one[0], one[1]});
    };
    const auto a = matrix(type, shape.m, shape.k, shape.transpose_a);
    const auto b = matrix(type, shape.k, shape.n, shape.transpose_b);
    const auto out = matrix(memory::data_type::f32, shape.m, shape.n, false);
    memory::desc bias;
    if (shape.bias) {
      const auto n = static_cast<memory::dim>(shape.n);
      const memory::dims dims = shape.batch == 1 ? memory::dims{1, n} : memory::dims{1, 1, n};
      bias = memory::desc(dims, memory::data_type::f32,
                          shape.batch == 1 ? memory::format_tag::ab : memory::format_tag::abc);
    }
    const auto description = matmul_description(a, b, bias, out, shape.accumulate);
    primitive = dnnl::matmul(description);
    scratch_bytes = description.scratchpad_desc().get_size();
    const auto empty = [](const memory::desc& desc) { return memory(desc, dnnl_engine(), nullptr); };
    arguments = {{DNNL_ARG_SRC, empty(a)},
                 {DNNL_ARG_WEIGHTS, empty(b)},
                 {DNNL_ARG_DST, empty(out)},
                 {DNNL_ARG_SCRATCHPAD, empty(description.scratchpad_desc())}};
    if (shape.bias) arguments.emplace(DNNL_ARG_BIAS, empty(bias));
  }

  void run(void* a, void* b, float* bias, float* out) {
    arguments.at(DNNL_ARG_SRC).set_data_handle(a);
    arguments.at(DNNL_ARG_WEIGHTS).set_data_handle(b);
    arguments.at(DNNL_ARG_DST).set_data_handle(out);
    if (bias != nullptr) arguments.at(DNNL_ARG_BIAS).set_data_handle(bias);
    if (scratch_bytes > 0) {
      float* area = scratch(0, kScratchSlots - 1, (scratch_bytes + 3) / sizeof(float));
      arguments.at(DNNL_ARG_SCRATCHPAD).set_data_handle(area);
    }
    primitive.execute(dnnl_stream(), arguments);
    dnnl_stream().wait();
  }

  dnnl::matmul primitive;
  std::unordered_map<int, memory> arguments;
  size_t scratch_bytes = 0;
};

// Enough for training with every number of tokens up to thousands; forgotten all at once when full.
constexpr size_t kMostProducts = 4096;

Product& product_for(const Shape& shape) {
  static auto* products = new std::map<Shape, std::unique_ptr<Product>>();
  const auto found = products->find(shape);
  if (found != products->end()) return *found->second;
  if (products->size() >= kMostProducts) products->clear();
  return *(products->emplace(shape, std::make_unique<Product>(shape)).first->second);
}

size_t round_up(size_t x, size_t multiple) { return (x + multiple - 1) / multiple * multiple; }

// For more rows than this there is no room behind a matrix.
constexpr size_t kMostRounding = 32;

// The number of tokens differs from batch to batch. Rounded up by some percent at most, it takes a few values only, for
// which primitives are compiled once.
size_t round_tokens(size_t tokens) {
  size_t multiple = 4;
  while (multiple < kMostRounding && multiple * 128 <= tokens) multiple *= 2;
  return round_up(tokens, multiple);
}

template <class T>
void clear(Span<T> rows, size_t from, size_t to) {
  std::fill(rows.data + from, rows.data + to, T{0});
}

// Rounds the number of tokens up where the arrays have room for the rows.
template <class T>
void round_rows(Shape* shape, Span<T> a, Span<T> b, Floats out) {
  if (shape->batch != 1) return;
  if (!shape->transpose_a) {
    const size_t m = round_tokens(shape->m);
    if (m * shape->k <= a.size && m * shape->n <= out.size) shape->m = m;
  } else if (!shape->transpose_b) {
    const size_t k = round_tokens(shape->k);
    if (k == shape->k || k * shape->m > a.size || k * shape->n > b.size) return;
    clear(a, shape->k * shape->m, k * shape->m);
    clear(b, shape->k * shape->n, k * shape->n);
    shape->k = k;
  }
}

// Before AVX-512, oneDNN's sgemm does not pack the operands of a product with few rows, and reads b with a stride that is a
// multiple of pages: half as fast as with b transposed, which takes a sixth of the difference.
// (oneDNN, src/cpu/x64/gemm/gemm_driver.cpp: nocopy_checker_avx2.)
constexpr size_t kWideStride = 2048;
constexpr size_t kFewestPackedRows = 288;
constexpr size_t kFewestRows = 24;

bool wants_transposed_b(const Shape& shape) {
#if defined(HAS_INSTRUCTION_SETS)
  return instruction_set() == InstructionSet::kAvx2 && !shape.bfloat16 && shape.batch == 1 && !shape.transpose_a &&
         !shape.transpose_b && shape.n >= kWideStride && shape.m >= kFewestRows && shape.m < kFewestPackedRows;
#else
  return false;
#endif
}

bool is_few_rows(const Shape& shape) {
  return shape.batch == 1 && !shape.transpose_a && shape.transpose_b && !shape.accumulate &&
         suits_few_rows(shape.m, shape.n, shape.k, shape.bfloat16);
}

bool is_small(const Shape& shape) {
  return shape.batch == 1 && !shape.transpose_a && !shape.transpose_b && !shape.bias &&
         suits_small_product(shape.m, shape.n, shape.k);
}

template <class T>
void run(Shape shape, Span<T> a, Span<T> b, Floats bias, Floats out) {
  if (is_few_rows(shape)) {
    multiply_few_rows({out.data, a.data, b.data, bias.data, shape.m, shape.n, shape.k, shape.k});
    return;
  }
  if (is_small(shape)) {
    multiply_small({out.data, a.data, b.data, shape.m, shape.n, shape.k, shape.accumulate});
    return;
  }
  round_rows(&shape, a, b, out);
  void* right = b.data;
  if constexpr (std::is_same_v<T, float>) {
    if (wants_transposed_b(shape)) {
      float* transposed = scratch(0, 0, shape.k * shape.n);
      transpose(transposed, b.data, shape.k, shape.n);
      right = transposed;
      shape.transpose_b = true;
    }
  }
  product_for(shape).run(a.data, right, bias.data, out.data);
}

Shape transposed(size_t m, size_t n, size_t k, bool bfloat16) {
  return {1, m, n, k, true, false, bfloat16, false, false};
}

}  // namespace

void transposed_product(Floats out, Floats a, Floats b, size_t m, size_t n, size_t k) {
  run(transposed(m, n, k, false), a, b, {}, out);
}

void transposed_product(Floats out, Bfloats a, Bfloats b, size_t m, size_t n, size_t k) {
  run(transposed(m, n, k, true), a, b, {}, out);
}

void matmul(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "matmul");
  Shape shape{};
  shape.batch = arguments.length(3, "batch");
  shape.m = arguments.length(4, "m");
  shape.n = arguments.length(5, "n");
  shape.k = arguments.length(6, "k");
  shape.transpose_a = arguments.boolean(7, "transposeA");
  shape.transpose_b = arguments.boolean(8, "transposeB");
  shape.accumulate = arguments.boolean(10, "accumulate");
  shape.bfloat16 = arguments.is_bfloats(1);
  const Floats out = arguments.floats_from(0, "out", arguments.product({shape.batch, shape.m, shape.n}, "out"));
  const Floats bias = arguments.optional_floats(9, "bias", shape.n);
  shape.bias = static_cast<bool>(bias);
  const size_t a_size = arguments.product({shape.batch, shape.m, shape.k}, "a");
  const size_t b_size = arguments.product({shape.batch, shape.k, shape.n}, "b");
  arguments.check_apart(out, "out", bias);
  const auto multiply = [&](auto a, auto b) {
    arguments.check_apart(out, "out", a);
    arguments.check_apart(out, "out", b);
    run(shape, a, b, bias, out);
  };
  try {
    if (shape.bfloat16) {
      multiply(arguments.bfloats_from(1, "a", a_size), arguments.bfloats_from(2, "b", b_size));
    } else {
      multiply(arguments.floats_from(1, "a", a_size), arguments.floats_from(2, "b", b_size));
    }
  } catch (const dnnl::error& error) {
    throw Napi::Error::New(info.Env(), std::string("matmul: oneDNN says: ") + error.what());
  }
}

}  // namespace finetune
