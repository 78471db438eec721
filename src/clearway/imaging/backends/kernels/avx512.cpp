// The kernel for AVX-512: profiles in half precision, sums in floats, windows in registers.
#include "avx512_floats.hpp"
#include "float_sums.hpp"

namespace clearway {
namespace {

struct Avx512 : FloatSums<Avx512, Avx512Floats> {
    using Sample = std::uint16_t;
    static constexpr int kBytes = 2 * sizeof(Sample);  // of a complex sample
    static constexpr int kReceivers = 2;

    static void narrow(const float* p, Sample* out) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                            _mm512_cvtps_ph(load(p), _MM_FROUND_TO_NEAREST_INT));
    }

    // The line through samples i and i + 1 is a[i] + b[i] x, where x counts samples from the
    // window's start less one half: rounding x to the nearest integer gives i.
    class Window : public SplitRows<Sample> {
      public:
        Window(const Profiles& p, std::int64_t row, std::int64_t n) {
            const Vector low = _mm512_set_ps(14.5f, 13.5f, 12.5f, 11.5f, 10.5f, 9.5f, 8.5f, 7.5f,
                                             6.5f, 5.5f, 4.5f, 3.5f, 2.5f, 1.5f, 0.5f, -0.5f);
            const Vector high = add(low, set(16.0f));
            const Sample* re = real(p, row, n);
            const Sample* im = re + p.stride;
            line(re, low, a_re_[0], b_re_[0]);
            line(re + 16, high, a_re_[1], b_re_[1]);
            line(im, low, a_im_[0], b_im_[0]);
            line(im + 16, high, a_im_[1], b_im_[1]);
        }

        void rotate(float cosine, float sine) {
            for (int half = 0; half < 2; ++half) {
                turn(a_re_[half], a_im_[half], cosine, sine);
                turn(b_re_[half], b_im_[half], cosine, sine);
            }
        }

        void accumulate(Position at, const float* table, Sum& sum) const {
            add_turned(*this, at, table, sum);
        }

        void interpolate(Vector x, Vector& re, Vector& im) const {
            // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits, of which the
            // permutation reads the last five.
            const __m512i i = _mm512_castps_si512(add(x, set(12582912.0f)));
            re = fma(pick(b_re_, i), x, pick(a_re_, i));
            im = fma(pick(b_im_, i), x, pick(a_im_, i));
        }

      private:
        static void line(const Sample* p, Vector index, Vector& a, Vector& b) {
            const Vector here = widened(p);
            b = sub(widened(p + 1), here);
            a = fnma(index, b, here);
        }
        static Vector widened(const Sample* p) {
            return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
        }
        static Vector pick(const Vector (&table)[2], __m512i i) {
            return _mm512_permutex2var_ps(table[0], i, table[1]);
        }

        Vector a_re_[2], b_re_[2], a_im_[2], b_im_[2];
    };
};

}  // namespace

const Kernel kAvx512 = kernel_of<Avx512>("avx512", &has_avx512);

}  // namespace clearway
