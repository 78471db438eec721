// What the CUDA source takes from the CUDA compiler, for a C++ compiler: the tests include this
// file before it and call each kernel once per thread, with the numbers below set.

#include <cmath>
#include <cstddef>
#include <cstring>

#define __global__
#define __device__
#define __restrict__
#define __launch_bounds__(...)

using std::size_t;

struct float2 { float x, y; };
struct float3 { float x, y, z; };

struct Index { unsigned x, y, z; };

extern "C" {
Index threadIdx, blockIdx, blockDim, gridDim;
}

inline int min(int a, int b) { return a < b ? a : b; }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline float __fdividef(float x, float y) { return x / y; }
inline void __sincosf(float x, float* sine, float* cosine) {
    *sine = std::sin(x);
    *cosine = std::cos(x);
}
inline int __float_as_int(float x) {
    int bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}
