// How numbers are kept in 16 bits, for the kernels that sum in integers.  In an unnamed namespace:
// see tile_kernel.hpp on instruction sets.
//
// Weak echoes share the 13 bits of the strongest echo of their transmitter: the rounding of a
// sample is 1/8192 of that.
#pragma once

#include <cmath>
#include <cstdint>

#include "problem.hpp"

namespace clearway {
namespace {

struct Int16Numbers {
    using Sample = std::int16_t;
    static constexpr int kBytes = 2 * sizeof(Sample);  // of a complex sample
    static constexpr double kShift = 0.0;
    // |sample| |phasor| kMostReceivers < 2^31: a sum over a pass cannot overflow.
    static constexpr double kLargest = 8191.0;
    static constexpr float kPhasor = 2047.0f;
    static_assert(8191.0 * 2047.0 * kMostReceivers < 2147483648.0);
    // Positions are 5 bits of index and 11 bits of fraction.
    static constexpr float kPosition = 2048.0f;

    // What a complex sample's two parts are multiplied by, in 15 bits, so that the products add up
    // to the real and to the imaginary part of the sample turned by a phasor.
    struct Turn {
        int real, imaginary;

        Turn(float cosine, float sine) {
            const int c = static_cast<int>(std::lrint(cosine * 32767.0f));
            const int s = static_cast<int>(std::lrint(sine * 32767.0f));
            real = (c & 0xffff) | (-s * 65536);
            imaginary = (s & 0xffff) | (c * 65536);
        }
    };
};

}  // namespace
}  // namespace clearway
