// Exact back-projection of one tile of voxels at a time.
//
//   I(p) = sum_t e^{j k Rt} [ sum_r e^{j k Rr} q_tr(Rt + Rr) ]
//
// q_tr is the range profile of channel (t, r), k the carrier's wavenumber.  Within a tile the path
// of any channel varies by less than kWindow samples, so the part of its profile that the tile
// needs is held in registers and looked up by permutation.  Distances are taken relative to the
// tile's centre in a form without cancellation; float64 is needed per tile and element only.
//
// `Isa` supplies vectors of floats and how a window is looked up, turned and summed.  Each
// translation unit compiles this header for its own instruction set; `Isa` is a type of that unit
// alone, so the linker never joins code made for different sets.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "aligned.hpp"
#include "problem.hpp"

namespace clearway {

template <class Isa>
class Tile {
    using Vector = typename Isa::Vector;
    using Window = typename Isa::Window;
    static constexpr int kLanes = Isa::kLanes;
    static constexpr int kReceivers = Isa::kReceivers;
    static constexpr auto kEach = std::make_index_sequence<kReceivers>();

  public:
    Tile(const Profiles& profiles, const Schedule& schedule, const Tiles& tiles)
        : profiles_(profiles),
          schedule_(schedule),
          tiles_(tiles),
          n_(round_up(tiles.shape[0] * tiles.shape[1] * tiles.shape[2], kLanes)),
          offset_m_(3 * n_),
          sum_(2 * n_),
          partial_(2 * kBlock * n_),
          transmit_(3 * kBlock * n_),
          receive_(3 * n_ * schedule.most_receivers),
          receive_start_(schedule.most_receivers),
          drift_(kBlock * schedule.most_receivers) {}

    void compute(std::int64_t tile, float* image) {
        place(tile);
        std::fill_n(sum_.data(), 2 * n_, 0.0f);
        for (std::int64_t p = 0; p < schedule_.n_passes; ++p) {
            const Pass& pass = schedule_.passes[p];
            receivers(pass);
            for (std::int64_t b = pass.first_block; b < pass.last_block; ++b)
                schedule_.displacement_m ? block<true>(pass, b) : block<false>(pass, b);
        }
        store(image);
    }

  private:
    // Voxels of the tile relative to its centre; spare lanes repeat the last voxel.
    void place(std::int64_t tile) {
        double half_squared = 0.0;
        for (int d = 0; d < 3; ++d) {
            first_[d] = tiles_.first[3 * tile + d];
            count_[d] = std::min(tiles_.shape[d], tiles_.length[d] - first_[d]);
            const double* axis = tiles_.axis_m[d] + first_[d];
            centre_m_[d] = 0.5 * (axis[0] + axis[count_[d] - 1]);
            const double half = 0.5 * (axis[count_[d] - 1] - axis[0]);
            half_squared += half * half;
        }
        half_diagonal_m_ = std::sqrt(half_squared);
        const std::int64_t n = count_[0] * count_[1] * count_[2];
        used_ = round_up(n, kLanes) / kLanes;
        for (std::int64_t lane = 0; lane < used_ * kLanes; ++lane) {
            const std::int64_t i = std::min(lane, n - 1);
            const std::int64_t at[3] = {i / (count_[1] * count_[2]),
                                        i / count_[2] % count_[1], i % count_[2]};
            for (int d = 0; d < 3; ++d)
                offset_m_.data()[d * n_ + lane] = static_cast<float>(
                    tiles_.axis_m[d][first_[d] + at[d]] - centre_m_[d]);
        }
    }

    void receivers(const Pass& pass) {
        for (std::int64_t r = pass.first_receiver; r < pass.last_receiver; ++r) {
            const std::int64_t k = r - pass.first_receiver;
            float* table = receive_.data() + 3 * n_ * k;
            receive_start_[k] =
                schedule_.monostatic
                    ? no_way_back(table)
                    : element<&Isa::store_way_back>(schedule_.receivers_m + 3 * r, 1.0, 0.0,
                                                    0.0, table);
        }
    }

    // Table of an element: for every voxel the position in the window, and cosine and sine of the
    // carrier's phase, both over `legs` times the distance.  Returns the sample at which the
    // element's share of the window starts.
    template <void (*kStore)(float*, Vector, Vector, Vector)>
    std::int64_t element(const double* position_m, double legs, double margin_samples, double shift,
                         float* table) const {
        double towards[3], squared = 0.0;
        for (int d = 0; d < 3; ++d) {
            towards[d] = centre_m_[d] - position_m[d];
            squared += towards[d] * towards[d];
        }
        const double range_m = std::sqrt(squared);
        const double per_metre = legs * profiles_.samples_per_metre;
        const double start =
            std::floor((range_m - half_diagonal_m_) * per_metre - margin_samples);
        const double turns = legs * range_m * profiles_.turns_per_metre;

        const Vector tx = vector(2 * towards[0]), ty = vector(2 * towards[1]),
                     tz = vector(2 * towards[2]);
        const Vector range = vector(range_m), range_squared = vector(squared);
        const Vector samples = vector(per_metre);
        const Vector carrier = vector(legs * profiles_.turns_per_metre);
        const Vector centre = vector(range_m * per_metre - start + shift);
        const Vector phase = vector(turns - std::floor(turns));
        for (std::int64_t v = 0; v < used_; ++v, table += 3 * kLanes) {
            const Vector x = Isa::load(offset_m_.data() + v * kLanes);
            const Vector y = Isa::load(offset_m_.data() + n_ + v * kLanes);
            const Vector z = Isa::load(offset_m_.data() + 2 * n_ + v * kLanes);
            // |c + d - e| - |c - e| = d (2 (c - e) + d) / (sum of both): nothing cancels.
            Vector gain = Isa::mul(x, Isa::add(x, tx));
            gain = Isa::fma(y, Isa::add(y, ty), gain);
            gain = Isa::fma(z, Isa::add(z, tz), gain);
            // An element in a voxel's place has distance 0, which rounding may make negative.
            const Vector far = Isa::sqrt(Isa::max(Isa::add(range_squared, gain), vector(1e-30)));
            const Vector farther = Isa::div(gain, Isa::add(range, far));
            Vector c, s;
            phasor(Isa::fma(farther, carrier, phase), c, s);
            kStore(table, Isa::fma(farther, samples, centre), c, s);
        }
        const std::int64_t n = static_cast<std::int64_t>(start) % profiles_.n_samples;
        return n < 0 ? n + profiles_.n_samples : n;
    }

    std::int64_t no_way_back(float* table) const {
        for (std::int64_t v = 0; v < used_; ++v, table += 3 * kLanes)
            Isa::store_way_back(table, vector(0.0), vector(1.0), vector(0.0));
        return 0;
    }

    // cos and sin of 2 pi x.  The half angle pi (x - round x) lies within +-pi/2, where
    // least-squares polynomials in Chebyshev points give its sine and cosine to 5e-8; doubling it
    // needs no choice of quadrant.
    static void phasor(Vector turns, Vector& cosine, Vector& sine) {
        const Vector h = Isa::sub(turns, Isa::round(turns));
        const Vector u = Isa::mul(h, h);
        Vector s = Isa::fma(u, Isa::set(0.0776576623f), Isa::set(-0.5982912779f));
        s = Isa::fma(u, s, Isa::set(2.5500774384f));
        s = Isa::fma(u, s, Isa::set(-5.1677103043f));
        s = Isa::mul(h, Isa::fma(u, s, Isa::set(3.1415927410f)));
        Vector c = Isa::fma(u, Isa::set(0.2196896076f), Isa::set(-1.3318765163f));
        c = Isa::fma(u, c, Isa::set(4.0584111214f));
        c = Isa::fma(u, c, Isa::set(-4.9347929955f));
        c = Isa::fma(u, c, Isa::set(0.9999999404f));
        const Vector twice = Isa::add(s, s);
        cosine = Isa::fnma(twice, s, Isa::set(1.0f));
        sine = Isa::mul(twice, c);
    }

    // Adds kBlock transmitters, each summed over its receivers.
    template <bool kMoving>
    void block(const Pass& pass, std::int64_t b) {
        for (int t = 0; t < kBlock; ++t) {
            const std::int64_t k = kBlock * b + t;
            transmit_start_[t] = element<&Isa::store_way_out>(
                schedule_.transmitters_m + 3 * k, schedule_.monostatic ? 2.0 : 1.0,
                tiles_.margin_samples, Isa::kShift, transmit_.data() + 3 * n_ * t);
            if (kMoving) drift(pass, schedule_.displacement_m + 3 * k, t);
        }
        std::fill_n(partial_.data(), 2 * kBlock * n_, 0.0f);
        const std::int64_t end = schedule_.first_entry[b + 1];
        for (std::int64_t e = schedule_.first_entry[b]; e < end; ++e)
            for (int t = 0; t < kBlock; ++t) {
                if (e + 1 < end) prefetch(e + 1, t);
                accumulate<kMoving>(e, t, kEach);
            }
        for (int t = 0; t < kBlock; ++t)
            finish(t, Isa::set(schedule_.transmit_scale[kBlock * b + t]));
    }

    // How the way back from the tile's centre changes while the scene is displaced: in samples,
    // and as a phasor of the carrier.  Over a tile the change is the same to first order.
    void drift(const Pass& pass, const double* displacement_m, int t) {
        Drift* drift = drift_.data() + t * schedule_.most_receivers;
        for (std::int64_t r = pass.first_receiver; r < pass.last_receiver; ++r, ++drift) {
            double squared = 0.0, gain = 0.0;
            for (int d = 0; d < 3; ++d) {
                const double towards = centre_m_[d] - schedule_.receivers_m[3 * r + d];
                squared += towards * towards;
                gain += displacement_m[d] * (2 * towards + displacement_m[d]);
            }
            const double sum = std::sqrt(squared) + std::sqrt(std::max(squared + gain, 0.0));
            const double farther_m = sum > 0.0 ? gain / sum : 0.0;
            const double angle = 2 * kPi * farther_m * profiles_.turns_per_metre;
            *drift = {static_cast<float>(farther_m * profiles_.samples_per_metre),
                      static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
        }
    }

    // All receivers of an entry onto the partial sums of transmitter t.
    template <bool kMoving, std::size_t... R>
    void accumulate(std::int64_t e, int t, std::index_sequence<R...>) {
        const std::int32_t* r = schedule_.receiver + kReceivers * e;
        Window windows[] = {Window(profiles_, row(e, t, R), start(e, t, R))...};
        typename Isa::Position shift[kReceivers];
        if (kMoving) {
            const Drift* drift = drift_.data() + t * schedule_.most_receivers;
            (windows[R].rotate(drift[r[R]].cosine, drift[r[R]].sine), ...);
            ((shift[R] = Isa::shift(drift[r[R]].samples)), ...);
        }
        const float* tables[] = {receive_.data() + 3 * n_ * r[R]...};
        const float* transmit = transmit_.data() + 3 * n_ * t;
        float* partial = partial_.data() + 2 * n_ * t;
        const std::int64_t used = used_;
        for (std::int64_t v = 0; v < used; ++v) {
            const auto at = Isa::load_position(transmit);
            auto sum = Isa::load_sum(partial);
            (windows[R].accumulate(kMoving ? Isa::moved(at, shift[R]) : at, tables[R], sum), ...);
            Isa::store_sum(partial, sum);
            ((tables[R] += 3 * kLanes), ...);
            transmit += 3 * kLanes;
            partial += 2 * kLanes;
        }
    }

    // Turns the partial sums of transmitter t by its own phase and adds them to the tile.
    void finish(int t, Vector scale) {
        const float* table = transmit_.data() + 3 * n_ * t;
        const float* partial = partial_.data() + 2 * n_ * t;
        float* sum = sum_.data();
        for (std::int64_t v = 0; v < used_; ++v) {
            const Vector c = Isa::mul(scale, Isa::load(table + kLanes));
            const Vector s = Isa::mul(scale, Isa::load(table + 2 * kLanes));
            Vector pr, pi;
            Isa::widen(Isa::load_sum(partial), pr, pi);
            Isa::store(sum, Isa::fnma(s, pi, Isa::fma(c, pr, Isa::load(sum))));
            Isa::store(sum + kLanes, Isa::fma(s, pr, Isa::fma(c, pi, Isa::load(sum + kLanes))));
            table += 3 * kLanes;
            partial += 2 * kLanes;
            sum += 2 * kLanes;
        }
    }

    std::int64_t row(std::int64_t e, int t, std::size_t r) const {
        return schedule_.channel[(kBlock * e + t) * kReceivers + r];
    }

    // First sample of a window.
    std::int64_t start(std::int64_t e, int t, std::size_t r) const {
        const std::int64_t n =
            transmit_start_[t] + receive_start_[schedule_.receiver[kReceivers * e + r]];
        return n < profiles_.n_samples ? n : n - profiles_.n_samples;
    }

    // The windows' addresses depend on the data, so the hardware cannot foresee them.  Inlined by
    // force: GCC takes a function that only prefetches for one without effect and drops its calls.
    [[gnu::always_inline]] void prefetch(std::int64_t e, int t) const {
        for (int r = 0; r < kReceivers; ++r)
            Window::each_line(profiles_, row(e, t, r), start(e, t, r),
                              [](const void* p) { __builtin_prefetch(p); });
    }

    void store(float* image) const {
        for (std::int64_t x = 0, i = 0; x < count_[0]; ++x)
            for (std::int64_t y = 0; y < count_[1]; ++y) {
                const std::int64_t row =
                    (first_[0] + x) * tiles_.length[1] + first_[1] + y;
                float* out = image + 2 * (row * tiles_.length[2] + first_[2]);
                for (std::int64_t z = 0; z < count_[2]; ++z, ++i) {
                    const float* lane = sum_.data() + 2 * kLanes * (i / kLanes) + i % kLanes;
                    out[2 * z] = lane[0];
                    out[2 * z + 1] = lane[kLanes];
                }
            }
    }

    static Vector vector(double x) { return Isa::set(static_cast<float>(x)); }

    static constexpr double kPi = 3.14159265358979323846;

    struct Drift {
        float samples, cosine, sine;
    };

    const Profiles& profiles_;
    const Schedule& schedule_;
    const Tiles& tiles_;
    const std::int64_t n_;  // lanes of a table
    std::int64_t first_[3] = {}, count_[3] = {};
    std::int64_t used_ = 0;  // vectors
    double centre_m_[3] = {}, half_diagonal_m_ = 0.0;
    Aligned<float> offset_m_;            // (3, n) from the centre
    Aligned<float> sum_, partial_;       // (vectors, 2, lanes), and that for each of a block
    Aligned<float> transmit_, receive_;  // (elements, vectors, 3, lanes)
    std::int64_t transmit_start_[kBlock] = {};
    std::vector<std::int64_t> receive_start_;
    std::vector<Drift> drift_;  // (kBlock, most_receivers)
};

template <class Isa>
void compute_tiles(const Profiles& profiles, const Schedule& schedule, const Tiles& tiles,
                   std::int64_t begin, std::int64_t end, float* image) {
    Tile<Isa> tile(profiles, schedule, tiles);
    for (std::int64_t i = begin; i < end; ++i) tile.compute(i, image);
}

template <class Isa>
constexpr Kernel kernel_of(const char* name, bool (*is_supported)()) {
    return {name,
            is_supported,
            Isa::kBytes,
            Isa::kLargest,
            Isa::kLanes,
            Isa::kReceivers,
            &Isa::pack,
            &compute_tiles<Isa>};
}

}  // namespace clearway
