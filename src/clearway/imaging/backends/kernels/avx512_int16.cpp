// The kernel for AVX-512 with VNNI: profiles, phasors and interpolation in 16-bit integers, sums
// over the receivers of a pass in 32 bits, all else in floats.
//
// A complex number fills one 32-bit lane, so one permutation fetches both parts and one dot
// product turns and adds a part.  Weak echoes share the 13 bits of the strongest echo of their
// transmitter: the rounding of a sample is 1/8192 of that.
#include <cstring>

#include "avx512_floats.hpp"
#include "int16_numbers.hpp"
#include "rows.hpp"

namespace clearway {
namespace {

struct Avx512Int16 : Avx512Floats, Int16Numbers {
    using Position = __m512i;
    struct Sum {
        __m512i re, im;
    };
    static constexpr int kReceivers = 4;

    // The same in both halves of a lane.
    static __m512i fixed(Vector samples) {
        const __m512i one = _mm512_and_si512(_mm512_cvtps_epi32(mul(samples, set(kPosition))),
                                             _mm512_set1_epi32(0xffff));
        return _mm512_or_si512(one, _mm512_slli_epi32(one, 16));
    }
    static __m512i pair(__m512i low, __m512i high) {
        return _mm512_mask_blend_epi16(0xaaaaaaaau, low, _mm512_slli_epi32(high, 16));
    }
    static void store_integers(float* p, __m512i x) { _mm512_store_si512(p, x); }
    static __m512i load_integers(const float* p) { return _mm512_load_si512(p); }

    static void store_way_out(float* table, Vector samples, Vector cosine, Vector sine) {
        store_integers(table, fixed(samples));
        store(table + kLanes, cosine);
        store(table + 2 * kLanes, sine);
    }
    static void store_way_back(float* table, Vector samples, Vector cosine, Vector sine) {
        const __m512i c = _mm512_cvtps_epi32(mul(cosine, set(kPhasor)));
        const __m512i s = _mm512_cvtps_epi32(mul(sine, set(kPhasor)));
        store_integers(table, fixed(samples));
        store_integers(table + kLanes, pair(c, _mm512_sub_epi32(_mm512_setzero_si512(), s)));
        store_integers(table + 2 * kLanes, pair(s, c));
    }
    static Position load_position(const float* table) { return load_integers(table); }
    static Position shift(float samples) { return fixed(set(samples)); }
    static Position moved(Position at, Position by) { return _mm512_add_epi16(at, by); }
    static Sum load_sum(const float* p) { return {load_integers(p), load_integers(p + kLanes)}; }
    static void store_sum(float* p, const Sum& sum) {
        store_integers(p, sum.re);
        store_integers(p + kLanes, sum.im);
    }
    static void widen(const Sum& sum, Vector& re, Vector& im) {
        const Vector unit = set(1.0f / kPhasor);
        re = mul(unit, _mm512_cvtepi32_ps(sum.re));
        im = mul(unit, _mm512_cvtepi32_ps(sum.im));
    }

    static void pack(const float* profile, float scale, const Profiles& p, std::int64_t row) {
        const Repeated samples(profile, p.n_samples, scale);
        for (std::int64_t n = 0; n < p.stride; n += kLanes) {
            alignas(64) float real[kLanes], imaginary[kLanes];
            samples.split<kLanes>(n, real, imaginary);
            _mm512_storeu_si512(
                PairedRows<Sample>::pair(p, row, n),
                pair(_mm512_cvtps_epi32(load(real)), _mm512_cvtps_epi32(load(imaginary))));
        }
    }

    // Between samples i and i + 1 the value is q[i] + f d[i] with the fraction f, which is
    // q[i + 1] + (f - 1) d[i] as well.  Shifting a position left by four leaves f as a signed
    // 16-bit fraction for even i, and f - 1 for odd i; the windows hold the samples to match.
    class Window : public PairedRows<Sample> {
      public:
        Window(const Profiles& p, std::int64_t row, std::int64_t n) {
            const Sample* from = PairedRows::pair(p, row, n);
            const __m512i low = _mm512_loadu_si512(from);
            const __m512i high = _mm512_loadu_si512(from + 2 * kLanes);
            std::int32_t after;
            std::memcpy(&after, from + 4 * kLanes, sizeof(after));
            prepare(low, _mm512_alignr_epi32(high, low, 1), 0);
            prepare(high, _mm512_alignr_epi32(_mm512_set1_epi32(after), high, 1), 1);
        }

        void rotate(float cosine, float sine) {
            const Turn turn(cosine, sine);
            const __m512i real = _mm512_set1_epi32(turn.real);
            const __m512i imaginary = _mm512_set1_epi32(turn.imaginary);
            for (int half = 0; half < 2; ++half) {
                here_[half] = turned(here_[half], real, imaginary);
                step_[half] = turned(step_[half], real, imaginary);
            }
        }

        void accumulate(Position at, const float* table, Sum& sum) const {
            const Position x = _mm512_add_epi16(at, load_integers(table));
            const __m512i i = _mm512_srli_epi16(x, 11);
            const __m512i here = _mm512_permutex2var_epi32(here_[0], i, here_[1]);
            const __m512i step = _mm512_permutex2var_epi32(step_[0], i, step_[1]);
            const __m512i value =
                _mm512_add_epi16(here, _mm512_mulhrs_epi16(step, _mm512_slli_epi16(x, 4)));
            sum.re = _mm512_dpwssd_epi32(sum.re, value, load_integers(table + kLanes));
            sum.im = _mm512_dpwssd_epi32(sum.im, value, load_integers(table + 2 * kLanes));
        }

      private:
        void prepare(__m512i samples, __m512i next, int half) {
            step_[half] = _mm512_sub_epi16(next, samples);
            here_[half] = _mm512_mask_blend_epi32(0xaaaa, samples, next);
        }
        static __m512i turned(__m512i x, __m512i real, __m512i imaginary) {
            const __m512i zero = _mm512_setzero_si512();
            const __m512i re = _mm512_srai_epi32(_mm512_dpwssd_epi32(zero, x, real), 15);
            const __m512i im = _mm512_srai_epi32(_mm512_dpwssd_epi32(zero, x, imaginary), 15);
            return Avx512Int16::pair(re, im);
        }

        __m512i here_[2], step_[2];
    };
};

bool is_supported() { return has_avx512() && __builtin_cpu_supports("avx512vnni"); }

}  // namespace

const Kernel kAvx512Int16 = kernel_of<Avx512Int16>("avx512_int16", &is_supported);

}  // namespace clearway
