// The kernel for any processor: the compiler makes what it can of loops over 8 lanes.
#include "float_sums.hpp"
#include "tile_kernel.hpp"

namespace clearway {
namespace {

struct PortableFloats {
    static constexpr int kLanes = 8;
    struct Vector {
        float lane[kLanes];
    };

    template <class F>
    static Vector each(F f) {
        Vector out;
        for (int i = 0; i < kLanes; ++i) out.lane[i] = f(i);
        return out;
    }
    static Vector set(float x) {
        return each([=](int) { return x; });
    }
    static Vector load(const float* p) {
        return each([=](int i) { return p[i]; });
    }
    static Vector once(const Vector& x) { return x; }
    static void store(float* p, const Vector& x) { std::copy_n(x.lane, kLanes, p); }
    static Vector add(const Vector& a, const Vector& b) {
        return each([&](int i) { return a.lane[i] + b.lane[i]; });
    }
    static Vector sub(const Vector& a, const Vector& b) {
        return each([&](int i) { return a.lane[i] - b.lane[i]; });
    }
    static Vector mul(const Vector& a, const Vector& b) {
        return each([&](int i) { return a.lane[i] * b.lane[i]; });
    }
    static Vector div(const Vector& a, const Vector& b) {
        return each([&](int i) { return a.lane[i] / b.lane[i]; });
    }
    static Vector max(const Vector& a, const Vector& b) {
        return each([&](int i) { return std::max(a.lane[i], b.lane[i]); });
    }
    static Vector sqrt(const Vector& a) {
        return each([&](int i) { return std::sqrt(a.lane[i]); });
    }
    static Vector fma(const Vector& a, const Vector& b, const Vector& c) {
        return each([&](int i) { return c.lane[i] + a.lane[i] * b.lane[i]; });
    }
    static Vector fnma(const Vector& a, const Vector& b, const Vector& c) {
        return each([&](int i) { return c.lane[i] - a.lane[i] * b.lane[i]; });
    }
    static Vector round(const Vector& a) {
        return each([&](int i) { return std::nearbyint(a.lane[i]); });
    }
};

struct Portable : FloatSums<Portable, PortableFloats> {
    using Sample = float;
    static constexpr int kBytes = 2 * sizeof(Sample);  // of a complex sample
    static constexpr int kReceivers = 2;

    static void narrow(const float* p, Sample* out) { std::copy_n(p, kLanes, out); }

    // Reads the profile where it lies; x counts samples from the window's start less one half.
    class Window : public SplitRows<Sample> {
      public:
        Window(const Profiles& p, std::int64_t row, std::int64_t n)
            : real_(real(p, row, n)), imaginary_(real_ + p.stride) {}

        void rotate(float cosine, float sine) {
            cosine_ = cosine;
            sine_ = sine;
        }

        void accumulate(const Position& at, const float* table, Sum& sum) const {
            add_turned(*this, at, table, sum);
        }

        void interpolate(const Vector& x, Vector& re, Vector& im) const {
            for (int lane = 0; lane < kLanes; ++lane) {
                const float at = x.lane[lane] + 0.5f;
                const int i = static_cast<int>(at);
                const float part = at - static_cast<float>(i);
                const float r = real_[i] + part * (real_[i + 1] - real_[i]);
                const float m = imaginary_[i] + part * (imaginary_[i + 1] - imaginary_[i]);
                re.lane[lane] = cosine_ * r - sine_ * m;
                im.lane[lane] = cosine_ * m + sine_ * r;
            }
        }

      private:
        const Sample *real_, *imaginary_;
        float cosine_ = 1.0f, sine_ = 0.0f;
    };
};

bool is_supported() { return true; }

}  // namespace

const Kernel kPortable = kernel_of<Portable>("portable", &is_supported);

}  // namespace clearway
