// Amplitudes of a cell's facets with the phases of the way to one element.
#pragma once

#include <algorithm>
#include <cmath>

#include "problem.hpp"
#include "vectors.hpp"

namespace clearway::echo_sum {
namespace {

template <int kLanes>
class Weighing {
    using Vector = typename Vectors<kLanes>::Floats;
    static constexpr int kRoom = kMostFacets + kMostLanes;

    struct Phasors {
        Vector re, im;

        [[gnu::always_inline]] Phasors times(const Phasors& b) const {
            return {re * b.re - im * b.im, re * b.im + im * b.re};
        }
        [[gnu::always_inline]] Phasors conjugate() const { return {re, -im}; }
    };

  public:
    // One row [node][real, imaginary][term and facet], and the element's place in the table,
    // unless none of its amplitudes differs from zero.
    static bool weigh(const Problem& p, const Side& side, const Cell& cell, std::int64_t element,
                      float* row, Table& table) {
        if (element + 1 < side.n_elements) fetch(p, side, cell, element + 1);
        if (!is_lit(p, side, cell, element)) return false;
        alignas(64) float phase[kSample][kRoom];
        const double centre_m =
            phases(p.paths, cell, side.range_m + element * p.n_facets, phase);
        const std::int64_t n = cell.n_facets, stride = row_stride(p, cell);
        alignas(64) float amplitude[2][kRoom];
        clear_spare(amplitude[0], n);
        clear_spare(amplitude[1], n);
        // In rising order, since a vector's spare lanes reach into the next term.
        for (std::int64_t k = 0; k < p.n_terms; ++k) {
            const Complex* from = amplitudes(p, side, k, element);
            for (std::int64_t i = 0; i < n; ++i) {
                amplitude[0][i] = from[cell.facet[i]].real();
                amplitude[1][i] = from[cell.facet[i]].imag();
            }
            for (std::int64_t i = 0; i < n; i += kLanes) {
                const Phasors given = at(amplitude, 0, i);
                for (int q = 0; q < kNodes; ++q) {
                    const Phasors turned = given.times(at(phase, 2 * q, i));
                    float* to = row + 2 * q * stride + k * n + i;
                    store(to, turned.re);
                    store(to + stride, turned.im);
                }
            }
        }
        const double samples = centre_m * p.paths.samples_per_metre;
        const double period = static_cast<double>(p.paths.n_samples);
        table.element[table.n_lit] = static_cast<std::int32_t>(element);
        table.position[table.n_lit] =
            static_cast<float>(samples - period * std::floor(samples / period));
        ++table.n_lit;
        return true;
    }

  private:
    static const Complex* amplitudes(const Problem& p, const Side& side, std::int64_t term,
                                     std::int64_t element) {
        return side.amplitude + (term * side.n_elements + element) * p.n_facets;
    }

    // Ahead of their use, since facets of a cell are anywhere in a row.
    static void fetch(const Problem& p, const Side& side, const Cell& cell, std::int64_t element) {
        const double* range_m = side.range_m + element * p.n_facets;
        for (std::int64_t i = 0; i < cell.n_facets; ++i)
            __builtin_prefetch(range_m + cell.facet[i]);
        for (std::int64_t k = 0; k < p.n_terms; ++k) {
            const Complex* amplitude = amplitudes(p, side, k, element);
            for (std::int64_t i = 0; i < cell.n_facets; ++i)
                __builtin_prefetch(amplitude + cell.facet[i]);
        }
    }

    // What a last vector takes along behind n values.
    static void clear_spare(float* values, std::int64_t n) {
        for (std::int64_t i = n; i < n + kLanes; ++i) values[i] = 0.0f;
    }

    static bool is_lit(const Problem& p, const Side& side, const Cell& cell,
                       std::int64_t element) {
        for (std::int64_t k = 0; k < p.n_terms; ++k) {
            const Complex* of = amplitudes(p, side, k, element);
            for (std::int64_t i = 0; i < cell.n_facets; ++i)
                if (of[cell.facet[i]] != 0.0f) return true;
        }
        return false;
    }

    // Of every node; returns the middle of the facets' ranges, which nodes are relative to.
    static double phases(const Paths& paths, const Cell& cell, const double* range_m,
                         float (&phase)[kSample][kRoom]) {
        const std::int64_t n = cell.n_facets;
        double range[kMostFacets], low = HUGE_VAL, high = -HUGE_VAL;
        for (std::int64_t i = 0; i < n; ++i) {
            range[i] = range_m[cell.facet[i]];
            low = std::min(low, range[i]);
            high = std::max(high, range[i]);
        }
        const double centre = 0.5 * (low + high);
        alignas(64) float carrier[kRoom], node[kRoom];
        clear_spare(carrier, n);
        clear_spare(node, n);
        // Adding and taking away 1.5 * 2^52 rounds to an integer.
        constexpr double kRounding = 6755399441055744.0;
        for (std::int64_t i = 0; i < n; ++i) {
            const double turns = range[i] * paths.carrier_turns_m;
            carrier[i] = static_cast<float>((turns + kRounding) - kRounding - turns);
            node[i] = static_cast<float>((centre - range[i]) * paths.node_turns_m);
        }
        for (std::int64_t i = 0; i < n; i += kLanes) {
            const Phasors middle = phasors(load<Vector>(carrier + i));
            const Phasors once = phasors(load<Vector>(node + i));
            const Phasors twice = once.times(once);
            Phasors steps = once;
            for (int q = kNodes / 2; q < kNodes; ++q, steps = steps.times(twice)) {
                put(phase, q, i, middle.times(steps));
                put(phase, kNodes - 1 - q, i, middle.times(steps.conjugate()));
            }
        }
        return centre;
    }

    // Of up to half a turn: from sine and cosine of half the angle, to 1e-7.
    [[gnu::always_inline]] static Phasors phasors(Vector turns) {
        const Vector y = turns * turns;
        const Vector c = (((0.219696782f * y - 1.33188015f) * y + 4.05841191f) * y -
                          4.93479286f) * y + 0.999999953f;
        const Vector s = ((((0.0772201251f * y - 0.598045172f) * y + 2.55003138f) * y -
                           5.16770688f) * y + 3.14159258f) * turns;
        return {1.0f - 2.0f * s * s, 2.0f * s * c};
    }

    template <int kParts>
    [[gnu::always_inline]] static Phasors at(const float (&of)[kParts][kRoom], int part,
                                             std::int64_t i) {
        return {load<Vector>(of[part] + i), load<Vector>(of[part + 1] + i)};
    }
    [[gnu::always_inline]] static void put(float (&phase)[kSample][kRoom], int q, std::int64_t i,
                                           const Phasors& x) {
        store(phase[2 * q] + i, x.re);
        store(phase[2 * q + 1] + i, x.im);
    }
};

}  // namespace
}  // namespace clearway::echo_sum
