// How rows of profiles lie in memory, and the cache lines that a window touches.
#pragma once

#include <cstdint>

#include "problem.hpp"

namespace clearway {

// A scaled profile, which repeats after its end.
class Repeated {
  public:
    Repeated(const float* profile, std::int64_t n_samples, float scale)
        : profile_(profile), n_samples_(n_samples), scale_(scale) {}

    // Parts of kCount samples from n.
    template <int kCount>
    void split(std::int64_t n, float* real, float* imaginary) const {
        if (n + kCount <= n_samples_) {
            const float* from = profile_ + 2 * n;
            for (int i = 0; i < kCount; ++i) {
                real[i] = scale_ * from[2 * i];
                imaginary[i] = scale_ * from[2 * i + 1];
            }
        } else {
            for (int i = 0; i < kCount; ++i) {
                const float* from = profile_ + 2 * ((n + i) % n_samples_);
                real[i] = scale_ * from[0];
                imaginary[i] = scale_ * from[1];
            }
        }
    }

  private:
    const float* profile_;
    std::int64_t n_samples_;
    float scale_;
};

// Real parts before imaginary parts.
template <class Sample>
struct SplitRows {
    static Sample* real(const Profiles& p, std::int64_t row, std::int64_t n) {
        return static_cast<Sample*>(p.data) + 2 * p.stride * row + n;
    }

    template <class Visit>
    [[gnu::always_inline]] static void each_line(const Profiles& p, std::int64_t row,
                                                 std::int64_t n, Visit visit) {
        constexpr int per_line = 64 / sizeof(Sample);
        for (int at = 0; at < kWrap; at += per_line) {
            visit(real(p, row, n) + at);
            visit(real(p, row, n) + p.stride + at);
        }
    }
};

// Each real part beside its imaginary part.
template <class Sample>
struct PairedRows {
    static Sample* pair(const Profiles& p, std::int64_t row, std::int64_t n) {
        return static_cast<Sample*>(p.data) + 2 * (p.stride * row + n);
    }

    template <class Visit>
    [[gnu::always_inline]] static void each_line(const Profiles& p, std::int64_t row,
                                                 std::int64_t n, Visit visit) {
        constexpr int per_line = 32 / sizeof(Sample);
        for (int at = 0; at < kWrap; at += per_line) visit(pair(p, row, n + at));
    }
};

}  // namespace clearway
