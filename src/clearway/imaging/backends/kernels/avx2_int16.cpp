// The kernel for AVX2 in 16-bit integers: 32 lanes, windows looked up byte by byte.
//
// AVX2 permutes 8 lanes of 32 bits at a time, which is slow, but looks up 32 bytes in 16 at once.
// The low and the high bytes of a window's real and imaginary parts therefore lie in tables of
// their own.
#include "avx2_floats.hpp"
#include "int16_numbers.hpp"
#include "rows.hpp"
#include "tile_kernel.hpp"

namespace clearway {
namespace {

__m256i load_256(const void* p) { return _mm256_load_si256(static_cast<const __m256i*>(p)); }
void store_256(void* p, __m256i x) { _mm256_store_si256(static_cast<__m256i*>(p), x); }

struct Avx2Int16 : Avx2FourFloats, Int16Numbers {
    // 16 bits a lane.  What packing leaves in the order 0-3, 8-11, 4-7, 12-15 comes back in order
    // when real and imaginary parts are interleaved.
    struct Position {
        __m256i half[2];
    };
    struct Sum {
        __m256i re[4], im[4];
    };
    static constexpr int kReceivers = 2;

    static __m256i integers(__m256 x) { return _mm256_cvtps_epi32(x); }
    static Position fixed(const Vector& samples) {
        const auto low_bits = [&](int i) {
            const __m256 scaled = _mm256_mul_ps(samples.part[i], _mm256_set1_ps(kPosition));
            return _mm256_and_si256(integers(scaled), _mm256_set1_epi32(0xffff));
        };
        return {{_mm256_packus_epi32(low_bits(0), low_bits(1)),
                 _mm256_packus_epi32(low_bits(2), low_bits(3))}};
    }
    static __m256i pair(__m256i low, __m256i high) {
        return _mm256_blend_epi16(low, _mm256_slli_epi32(high, 16), 0xaa);
    }

    static void store_position(float* table, const Position& at) {
        for (int half = 0; half < 2; ++half) store_256(table + 8 * half, at.half[half]);
    }
    static void store_way_out(float* table, Vector samples, Vector cosine, Vector sine) {
        store_position(table, fixed(samples));
        store(table + kLanes, cosine);
        store(table + 2 * kLanes, sine);
    }
    static void store_way_back(float* table, Vector samples, Vector cosine, Vector sine) {
        store_position(table, fixed(samples));
        for (int i = 0; i < 4; ++i) {
            const __m256 unit = _mm256_set1_ps(kPhasor);
            const __m256i c = integers(_mm256_mul_ps(cosine.part[i], unit));
            const __m256i s = integers(_mm256_mul_ps(sine.part[i], unit));
            store_256(table + kLanes + 8 * i,
                      pair(c, _mm256_sub_epi32(_mm256_setzero_si256(), s)));
            store_256(table + 2 * kLanes + 8 * i, pair(s, c));
        }
    }
    static Position load_position(const float* table) {
        return {{load_256(table), load_256(table + 8)}};
    }
    static Position shift(float samples) { return fixed(set(samples)); }
    static Position moved(const Position& at, const Position& by) {
        return {{_mm256_add_epi16(at.half[0], by.half[0]),
                 _mm256_add_epi16(at.half[1], by.half[1])}};
    }
    static Sum load_sum(const float* p) {
        Sum sum;
        for (int i = 0; i < 4; ++i) {
            sum.re[i] = load_256(p + 8 * i);
            sum.im[i] = load_256(p + kLanes + 8 * i);
        }
        return sum;
    }
    static void store_sum(float* p, const Sum& sum) {
        for (int i = 0; i < 4; ++i) {
            store_256(p + 8 * i, sum.re[i]);
            store_256(p + kLanes + 8 * i, sum.im[i]);
        }
    }
    static void widen(const Sum& sum, Vector& re, Vector& im) {
        const __m256 unit = _mm256_set1_ps(1.0f / kPhasor);
        for (int i = 0; i < 4; ++i) {
            re.part[i] = _mm256_mul_ps(unit, _mm256_cvtepi32_ps(sum.re[i]));
            im.part[i] = _mm256_mul_ps(unit, _mm256_cvtepi32_ps(sum.im[i]));
        }
    }

    static void pack(const float* profile, float scale, const Profiles& p, std::int64_t row) {
        constexpr int kCount = 8;
        const Repeated samples(profile, p.n_samples, scale);
        for (std::int64_t n = 0; n < p.stride; n += kCount) {
            alignas(32) float real[kCount], imaginary[kCount];
            samples.split<kCount>(n, real, imaginary);
            _mm256_storeu_si256(
                reinterpret_cast<__m256i*>(PairedRows<Sample>::pair(p, row, n)),
                pair(integers(_mm256_load_ps(real)), integers(_mm256_load_ps(imaginary))));
        }
    }

    // Values and steps between samples as in avx512_int16.cpp.
    class Window : public PairedRows<Sample> {
      public:
        Window(const Profiles& p, std::int64_t row, std::int64_t n) {
            const Sample* from = PairedRows::pair(p, row, n);
            for (int quarter = 0; quarter < 4; ++quarter) {
                const __m256i samples = sixteen_apart(from + 8 * quarter);
                const __m256i next = sixteen_apart(from + 8 * quarter + 2);
                step_[quarter] = _mm256_sub_epi16(next, samples);
                here_[quarter] = _mm256_blend_epi32(samples, next, 0xaa);
            }
            split(here_, here_bytes_);
            split(step_, step_bytes_);
        }

        void rotate(float cosine, float sine) {
            const Turn turn(cosine, sine);
            const __m256i real = _mm256_set1_epi32(turn.real);
            const __m256i imaginary = _mm256_set1_epi32(turn.imaginary);
            for (int quarter = 0; quarter < 4; ++quarter) {
                here_[quarter] = turned(here_[quarter], real, imaginary);
                step_[quarter] = turned(step_[quarter], real, imaginary);
            }
            split(here_, here_bytes_);
            split(step_, step_bytes_);
        }

        void accumulate(const Position& at, const float* table, Sum& sum) const {
            const __m256i first = _mm256_add_epi16(at.half[0], load_256(table));
            const __m256i second = _mm256_add_epi16(at.half[1], load_256(table + 8));
            const __m256i index = _mm256_packus_epi16(_mm256_srli_epi16(first, 11),
                                                      _mm256_srli_epi16(second, 11));
            // Where its upper bit is set a byte's look-up gives zero, so of both halves' one does.
            const __m256i low = _mm256_add_epi8(index, _mm256_set1_epi8(0x70));
            const __m256i high = _mm256_add_epi8(index, _mm256_set1_epi8(-16));
            __m256i re[2], im[2];
            value<0>(low, high, first, second, re);
            value<2>(low, high, first, second, im);
            for (int half = 0; half < 2; ++half) {
                add(_mm256_unpacklo_epi16(re[half], im[half]), table, 2 * half, sum);
                add(_mm256_unpackhi_epi16(re[half], im[half]), table, 2 * half + 1, sum);
            }
        }

      private:
        // Four complex samples, and those sixteen places farther.
        static __m256i sixteen_apart(const Sample* p) {
            const auto four = [](const Sample* from) {
                return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
            };
            return _mm256_inserti128_si256(_mm256_castsi128_si256(four(p)), four(p + 32), 1);
        }

        static __m256i turned(__m256i x, __m256i real, __m256i imaginary) {
            const __m256i re = _mm256_srai_epi32(_mm256_madd_epi16(x, real), 15);
            const __m256i im = _mm256_srai_epi32(_mm256_madd_epi16(x, imaginary), 15);
            return Avx2Int16::pair(re, im);
        }

        // Low and high bytes of the real parts, then of the imaginary parts, of 32 samples each.
        static void split(const __m256i (&samples)[4], std::uint8_t (&bytes)[4][32]) {
            const __m256i by_byte = _mm256_broadcastsi128_si256(
                _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
            __m256i x[4];
            for (int i = 0; i < 4; ++i) x[i] = _mm256_shuffle_epi8(samples[i], by_byte);
            const __m256i real[] = {_mm256_unpacklo_epi32(x[0], x[1]),
                                    _mm256_unpacklo_epi32(x[2], x[3])};
            const __m256i imaginary[] = {_mm256_unpackhi_epi32(x[0], x[1]),
                                         _mm256_unpackhi_epi32(x[2], x[3])};
            store_256(bytes[0], _mm256_unpacklo_epi64(real[0], real[1]));
            store_256(bytes[1], _mm256_unpackhi_epi64(real[0], real[1]));
            store_256(bytes[2], _mm256_unpacklo_epi64(imaginary[0], imaginary[1]));
            store_256(bytes[3], _mm256_unpackhi_epi64(imaginary[0], imaginary[1]));
        }

        static __m256i looked_up(const std::uint8_t (&bytes)[32], __m256i low, __m256i high) {
            const auto sixteen = [&](int from) {
                return _mm256_broadcastsi128_si256(
                    _mm_load_si128(reinterpret_cast<const __m128i*>(bytes + from)));
            };
            return _mm256_or_si256(_mm256_shuffle_epi8(sixteen(0), low),
                                   _mm256_shuffle_epi8(sixteen(16), high));
        }

        // Interpolated parts of both halves' lanes: real for kPart 0, imaginary for 2.
        template <int kPart>
        void value(__m256i low, __m256i high, __m256i first, __m256i second,
                   __m256i (&out)[2]) const {
            const __m256i here_low = looked_up(here_bytes_[kPart], low, high);
            const __m256i here_high = looked_up(here_bytes_[kPart + 1], low, high);
            const __m256i step_low = looked_up(step_bytes_[kPart], low, high);
            const __m256i step_high = looked_up(step_bytes_[kPart + 1], low, high);
            out[0] = _mm256_add_epi16(_mm256_unpacklo_epi8(here_low, here_high),
                                      _mm256_mulhrs_epi16(
                                          _mm256_unpacklo_epi8(step_low, step_high),
                                          _mm256_slli_epi16(first, 4)));
            out[1] = _mm256_add_epi16(_mm256_unpackhi_epi8(here_low, here_high),
                                      _mm256_mulhrs_epi16(
                                          _mm256_unpackhi_epi8(step_low, step_high),
                                          _mm256_slli_epi16(second, 4)));
        }

        // Turns eight lanes by the phase of the way back and adds them.
        static void add(__m256i value, const float* table, int i, Sum& sum) {
            const __m256i real = load_256(table + kLanes + 8 * i);
            const __m256i imaginary = load_256(table + 2 * kLanes + 8 * i);
            sum.re[i] = _mm256_add_epi32(sum.re[i], _mm256_madd_epi16(value, real));
            sum.im[i] = _mm256_add_epi32(sum.im[i], _mm256_madd_epi16(value, imaginary));
        }

        __m256i here_[4], step_[4];  // quarters of both halves of the window, real beside imaginary
        alignas(32) std::uint8_t here_bytes_[4][32], step_bytes_[4][32];
    };
};

bool is_supported() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

}  // namespace

const Kernel kAvx2Int16 = kernel_of<Avx2Int16>("avx2_int16", &is_supported);

}  // namespace clearway
