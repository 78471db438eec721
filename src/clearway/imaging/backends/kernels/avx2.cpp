// The kernel for AVX2: 8 lanes, profiles in half precision, windows in the first-level cache.
#include "avx2_floats.hpp"
#include "float_sums.hpp"
#include "tile_kernel.hpp"

namespace clearway {
namespace {

struct Avx2 : FloatSums<Avx2, Avx2Floats> {
    using Sample = std::uint16_t;
    static constexpr int kBytes = 2 * sizeof(Sample);  // of a complex sample
    static constexpr int kReceivers = 2;

    static void narrow(const float* p, Sample* out) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                         _mm256_cvtps_ph(load(p), _MM_FROUND_TO_NEAREST_INT));
    }

    // As for AVX-512, but a permutation reaches 8 samples only: four of them, then a choice by
    // the index's two upper bits.
    class Window : public SplitRows<Sample> {
      public:
        Window(const Profiles& p, std::int64_t row, std::int64_t n) {
            const Sample* re = real(p, row, n);
            const Sample* im = re + p.stride;
            for (int part = 0; part < 4; ++part) {
                const Vector index = Avx2::add(
                    _mm256_set_ps(6.5f, 5.5f, 4.5f, 3.5f, 2.5f, 1.5f, 0.5f, -0.5f),
                    set(8.0f * static_cast<float>(part)));
                line(re + 8 * part, index, a_re_[part], b_re_[part]);
                line(im + 8 * part, index, a_im_[part], b_im_[part]);
            }
        }

        void rotate(float cosine, float sine) {
            for (int part = 0; part < 4; ++part) {
                turn(a_re_[part], a_im_[part], cosine, sine);
                turn(b_re_[part], b_im_[part], cosine, sine);
            }
        }

        void accumulate(Position at, const float* table, Sum& sum) const {
            add_turned(*this, at, table, sum);
        }

        void interpolate(Vector x, Vector& re, Vector& im) const {
            const __m256i i = _mm256_castps_si256(Avx2::add(x, set(12582912.0f)));
            const Vector odd = _mm256_castsi256_ps(_mm256_slli_epi32(i, 28));
            const Vector upper = _mm256_castsi256_ps(_mm256_slli_epi32(i, 27));
            re = fma(pick(b_re_, i, odd, upper), x, pick(a_re_, i, odd, upper));
            im = fma(pick(b_im_, i, odd, upper), x, pick(a_im_, i, odd, upper));
        }

      private:
        static void line(const Sample* p, Vector index, Vector& a, Vector& b) {
            const Vector here = widened(p);
            b = sub(widened(p + 1), here);
            a = fnma(index, b, here);
        }
        static Vector widened(const Sample* p) {
            return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
        }
        static Vector pick(const Vector (&table)[4], __m256i i, Vector odd, Vector upper) {
            const Vector low = _mm256_blendv_ps(_mm256_permutevar8x32_ps(table[0], i),
                                                _mm256_permutevar8x32_ps(table[1], i), odd);
            const Vector high = _mm256_blendv_ps(_mm256_permutevar8x32_ps(table[2], i),
                                                 _mm256_permutevar8x32_ps(table[3], i), odd);
            return _mm256_blendv_ps(low, high, upper);
        }

        Vector a_re_[4], b_re_[4], a_im_[4], b_im_[4];
    };
};

bool is_supported() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("f16c");
}

}  // namespace

const Kernel kAvx2 = kernel_of<Avx2>("avx2", &is_supported);

}  // namespace clearway
