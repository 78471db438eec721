// Arithmetic on 16 floats.  In an unnamed namespace: see tile_kernel.hpp on instruction sets.
#pragma once

#include <immintrin.h>

#include "tile_kernel.hpp"

namespace clearway {
namespace {

struct Avx512Floats {
    using Vector = __m512;
    static constexpr int kLanes = 16;

    static Vector set(float x) { return _mm512_set1_ps(x); }
    static Vector load(const float* p) { return _mm512_load_ps(p); }
    // A value that is kept in its register: GCC would rather load it again for each use.
    static Vector once(Vector x) {
        asm("" : "+v"(x));
        return x;
    }
    static void store(float* p, Vector x) { _mm512_store_ps(p, x); }
    static Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
    static Vector sub(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
    static Vector mul(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
    static Vector max(Vector a, Vector b) { return _mm512_max_ps(a, b); }
    static Vector fma(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
    static Vector fnma(Vector a, Vector b, Vector c) { return _mm512_fnmadd_ps(a, b, c); }
    // Estimates of 14 bits and a Newton step: two units in the last place, in a third of the time.
    static Vector div(Vector a, Vector b) {
        const Vector y = _mm512_rcp14_ps(b);
        return mul(a, fma(y, fnma(b, y, set(1.0f)), y));
    }
    static Vector sqrt(Vector a) {
        const Vector y = _mm512_rsqrt14_ps(a), root = mul(a, y);
        return fma(root, fnma(root, mul(y, set(0.5f)), set(0.5f)), root);
    }
    static Vector round(Vector a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT); }
};

inline bool has_avx512() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("fma");
}

}  // namespace
}  // namespace clearway
