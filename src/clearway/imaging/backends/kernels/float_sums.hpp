// Look-ups and sums in floats.
#pragma once

#include "problem.hpp"
#include "rows.hpp"

namespace clearway {

// `Isa` derives from this, and this from the arithmetic on vectors of floats.
template <class Isa, class Floats>
struct FloatSums : Floats {
    using typename Floats::Vector;
    using Position = Vector;
    struct Sum {
        Vector re, im;
    };
    static constexpr double kShift = -0.5;   // so that rounding a position gives the sample below
    static constexpr double kLargest = 16384.0;  // a quarter of what half precision holds

    static void store_way_out(float* table, Vector samples, Vector cosine, Vector sine) {
        Isa::store(table, samples);
        Isa::store(table + Isa::kLanes, cosine);
        Isa::store(table + 2 * Isa::kLanes, sine);
    }
    static void store_way_back(float* table, Vector samples, Vector cosine, Vector sine) {
        store_way_out(table, samples, cosine, sine);
    }
    static Position load_position(const float* table) { return Isa::load(table); }
    static Position shift(float samples) { return Isa::set(samples); }
    static Position moved(Position at, Position by) { return Isa::add(at, by); }
    static Sum load_sum(const float* p) { return {Isa::load(p), Isa::load(p + Isa::kLanes)}; }
    static void store_sum(float* p, const Sum& sum) {
        Isa::store(p, sum.re);
        Isa::store(p + Isa::kLanes, sum.im);
    }
    static void widen(const Sum& sum, Vector& re, Vector& im) {
        re = sum.re;
        im = sum.im;
    }

    // Adds a window's value at a position, turned by the phase of the way back.
    template <class Window>
    static void add_turned(const Window& window, Position at, const float* table, Sum& sum) {
        const Vector c = Isa::once(Isa::load(table + Isa::kLanes));
        const Vector s = Isa::once(Isa::load(table + 2 * Isa::kLanes));
        Vector re, im;
        window.interpolate(Isa::add(at, Isa::load(table)), re, im);
        sum.re = Isa::fnma(s, im, Isa::fma(c, re, sum.re));
        sum.im = Isa::fma(s, re, Isa::fma(c, im, sum.im));
    }

    static void pack(const float* profile, float scale, const Profiles& p, std::int64_t row) {
        const Repeated samples(profile, p.n_samples, scale);
        auto* out = SplitRows<typename Isa::Sample>::real(p, row, 0);
        for (std::int64_t n = 0; n < p.stride; n += Isa::kLanes) {
            alignas(64) float real[Isa::kLanes], imaginary[Isa::kLanes];
            samples.split<Isa::kLanes>(n, real, imaginary);
            Isa::narrow(real, out + n);
            Isa::narrow(imaginary, out + p.stride + n);
        }
    }

    static void turn(Vector& re, Vector& im, float cosine, float sine) {
        const Vector c = Isa::set(cosine), s = Isa::set(sine), real = re;
        re = Isa::fnma(s, im, Isa::mul(c, re));
        im = Isa::fma(s, real, Isa::mul(c, im));
    }
};

}  // namespace clearway
