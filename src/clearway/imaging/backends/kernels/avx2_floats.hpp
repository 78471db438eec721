// Arithmetic on 8 floats, and on 32.  In an unnamed namespace: see tile_kernel.hpp on instruction
// sets.
#pragma once

#include <immintrin.h>

namespace clearway {
namespace {

struct Avx2Floats {
    using Vector = __m256;
    static constexpr int kLanes = 8;

    static Vector set(float x) { return _mm256_set1_ps(x); }
    static Vector load(const float* p) { return _mm256_load_ps(p); }
    static Vector once(Vector x) { return x; }
    static void store(float* p, Vector x) { _mm256_store_ps(p, x); }
    static Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
    static Vector sub(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
    static Vector mul(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
    static Vector div(Vector a, Vector b) { return _mm256_div_ps(a, b); }
    static Vector max(Vector a, Vector b) { return _mm256_max_ps(a, b); }
    static Vector sqrt(Vector a) { return _mm256_sqrt_ps(a); }
    static Vector fma(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
    static Vector fnma(Vector a, Vector b, Vector c) { return _mm256_fnmadd_ps(a, b, c); }
    static Vector round(Vector a) {
        return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    }
};

// Four vectors side by side.
struct Avx2FourFloats {
    using One = Avx2Floats;
    struct Vector {
        __m256 part[4];
    };
    static constexpr int kLanes = 4 * One::kLanes;

    template <class F>
    static Vector each(F f) {
        return {{f(0), f(1), f(2), f(3)}};
    }
    static Vector set(float x) {
        return each([=](int) { return One::set(x); });
    }
    static Vector load(const float* p) {
        return each([=](int i) { return One::load(p + One::kLanes * i); });
    }
    static void store(float* p, const Vector& x) {
        for (int i = 0; i < 4; ++i) One::store(p + One::kLanes * i, x.part[i]);
    }
    static Vector add(const Vector& a, const Vector& b) {
        return each([&](int i) { return One::add(a.part[i], b.part[i]); });
    }
    static Vector sub(const Vector& a, const Vector& b) {
        return each([&](int i) { return One::sub(a.part[i], b.part[i]); });
    }
    static Vector mul(const Vector& a, const Vector& b) {
        return each([&](int i) { return One::mul(a.part[i], b.part[i]); });
    }
    static Vector div(const Vector& a, const Vector& b) {
        return each([&](int i) { return One::div(a.part[i], b.part[i]); });
    }
    static Vector max(const Vector& a, const Vector& b) {
        return each([&](int i) { return One::max(a.part[i], b.part[i]); });
    }
    static Vector sqrt(const Vector& a) {
        return each([&](int i) { return One::sqrt(a.part[i]); });
    }
    static Vector fma(const Vector& a, const Vector& b, const Vector& c) {
        return each([&](int i) { return One::fma(a.part[i], b.part[i], c.part[i]); });
    }
    static Vector fnma(const Vector& a, const Vector& b, const Vector& c) {
        return each([&](int i) { return One::fnma(a.part[i], b.part[i], c.part[i]); });
    }
    static Vector round(const Vector& a) {
        return each([&](int i) { return One::round(a.part[i]); });
    }
};

}  // namespace
}  // namespace clearway
