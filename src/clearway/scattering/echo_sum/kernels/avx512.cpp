// The kernel for AVX-512: 16 lanes, 8 rows at a time.
#include "echo_kernel.hpp"

namespace clearway::echo_sum {
namespace {

bool is_supported() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("fma");
}

}  // namespace

const Kernel kAvx512 = kernel_of<16, 8>("avx512", &is_supported);

}  // namespace clearway::echo_sum
