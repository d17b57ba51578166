// The peer of `bench products`: cblas_sgemm of any library, on the same shapes. Prints one line of JSON: GFLOP/s by shape.
//   cblas_products LIBRARY ROUNDS NAME:M:N:K:TRANSPOSE_A:TRANSPOSE_B …
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using Sgemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*, int);

constexpr int kRowMajor = 101, kNoTranspose = 111, kTranspose = 112;

// Tensors of so many layers take turns, so that weights come from memory as in a model.
constexpr size_t kLayers = 12;

int main(int count, char** arguments) {
  void* library = count > 3 ? dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL) : nullptr;
  const auto sgemm = library == nullptr ? nullptr : reinterpret_cast<Sgemm>(dlsym(library, "cblas_sgemm"));
  if (sgemm == nullptr) {
    std::fprintf(stderr, "%s\n", count > 3 ? dlerror() : "cblas_products LIBRARY ROUNDS SHAPE …");
    return 1;
  }
  const int rounds = std::atoi(arguments[2]);
  std::printf("{");
  for (int argument = 3; argument < count; argument++) {
    char name[64];
    size_t m, n, k;
    int transpose_a, transpose_b;
    if (std::sscanf(arguments[argument], "%63[^:]:%zu:%zu:%zu:%d:%d", name, &m, &n, &k, &transpose_a, &transpose_b) != 6) return 1;
    std::vector<std::vector<float>> a(kLayers), b(kLayers), out(kLayers);
    for (size_t layer = 0; layer < kLayers; layer++) {
      a[layer].assign(m * k, 0.5f);
      b[layer].assign(k * n, 0.25f);
      out[layer].assign(m * n, 0.0f);
    }
    std::vector<double> seconds;
    for (int round = 0; round < rounds; round++) {
      const size_t layer = round % kLayers;
      const auto start = std::chrono::steady_clock::now();
      sgemm(kRowMajor, transpose_a ? kTranspose : kNoTranspose, transpose_b ? kTranspose : kNoTranspose, m, n, k, 1,
            a[layer].data(), transpose_a ? m : k, b[layer].data(), transpose_b ? k : n, 0, out[layer].data(), n);
      seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(seconds.begin(), seconds.end());
    std::printf("%s\"%s\":%.1f", argument == 3 ? "" : ",", name, 2e-9 * m * n * k / seconds[seconds.size() / 2]);
  }
  std::printf("}\n");
}
