// The compiler's own vectors.  In an unnamed namespace: see echo_kernel.hpp on instruction sets.
#pragma once

#include <cstdint>
#include <cstring>

namespace clearway::echo_sum {
namespace {

template <int kLanes>
struct Vectors;

template <>
struct Vectors<4> {
    typedef float Floats __attribute__((vector_size(16)));
};

template <>
struct Vectors<8> {
    typedef float Floats __attribute__((vector_size(32)));
    typedef std::int32_t Integers __attribute__((vector_size(32)));
};

template <>
struct Vectors<16> {
    typedef float Floats __attribute__((vector_size(64)));
    typedef std::int32_t Integers __attribute__((vector_size(64)));
};

template <class Vector>
[[gnu::always_inline]] inline Vector load(const float* p) {
    Vector x;
    std::memcpy(&x, p, sizeof(x));
    return x;
}

template <class Vector, class Number>
[[gnu::always_inline]] inline void store(Number* p, const Vector& x) {
    std::memcpy(p, &x, sizeof(x));
}

}  // namespace
}  // namespace clearway::echo_sum
