// The kernel for AVX2: a tile of the product fills 12 of the 16 registers.
#include "echo_kernel.hpp"

namespace clearway::echo_sum {
namespace {

bool is_supported() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

}  // namespace

const Kernel kAvx2 = kernel_of<8, 4>("avx2", &is_supported);

}  // namespace clearway::echo_sum
