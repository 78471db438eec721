// The Python module `clearway.imaging.backends._kernels`.  Arguments are checked by its caller,
// clearway.imaging.backends.native, which alone uses it; shapes are checked here once more, since a wrong
// one would read outside of memory.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/complex.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <complex>
#include <optional>
#include <stdexcept>
#include <string>

#include "aligned.hpp"
#include "parallel.hpp"
#include "problem.hpp"

namespace nb = nanobind;

namespace clearway {
namespace {

template <class T, class... Shape>
using View = nb::ndarray<const T, nb::c_contig, nb::device::cpu, Shape...>;
using Complexes = nb::ndarray<const std::complex<float>, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Image = nb::ndarray<std::complex<float>, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
template <class T>
using Vector = View<T, nb::ndim<1>>;
template <class T>
using Matrix = View<T, nb::ndim<2>>;

const Kernel* const kKernels[] = {
#if defined(__x86_64__) || defined(_M_X64)
    &kAvx512, &kAvx512Int16, &kAvx2Int16, &kAvx2,
#endif
    &kPortable};

const Kernel& kernel(const std::string& name) {
    for (const Kernel* k : kKernels)
        if (name == k->name && k->is_supported()) return *k;
    throw std::invalid_argument("no kernel '" + name + "' for this processor");
}

void require(bool condition, const char* what) {
    if (!condition) throw std::invalid_argument(what);
}

nb::list available() {
    nb::list kernels;
    for (const Kernel* k : kKernels)
        if (k->is_supported())
            kernels.append(nb::make_tuple(k->name, k->lanes, k->receivers, k->largest_sample));
    return kernels;
}

// Largest real or imaginary part of each profile.
nb::ndarray<nb::numpy, float, nb::ndim<1>> peaks(const Complexes& profiles) {
    const std::size_t n_rows = profiles.shape(0), n = 2 * profiles.shape(1);
    auto* found = new float[n_rows];
    const nb::capsule owner(found, [](void* p) noexcept { delete[] static_cast<float*>(p); });
    {
        const auto* in = reinterpret_cast<const float*>(profiles.data());
        const nb::gil_scoped_release released;
        for (std::size_t row = 0; row < n_rows; ++row, in += n) {
            // Sixteen maxima at a time: a single one would wait for its predecessor each time.
            float most[16] = {};
            std::size_t i = 0;
            for (; i + 16 <= n; i += 16)
                for (int k = 0; k < 16; ++k) most[k] = std::max(most[k], std::abs(in[i + k]));
            for (; i < n; ++i) most[0] = std::max(most[0], std::abs(in[i]));
            found[row] = *std::max_element(most, most + 16);
        }
    }
    return nb::ndarray<nb::numpy, float, nb::ndim<1>>(found, {n_rows}, owner);
}

// Range profiles in a kernel's own layout, with a row of zeros behind the last channel.
class Packed {
  public:
    Packed(const std::string& name, std::int64_t n_channels, std::int64_t n_samples)
        : kernel_(kernel(name)),
          n_channels_(n_channels),
          n_samples_(n_samples),
          stride_(round_up(n_samples + kWrap, 16)),
          rows_(stride_ * kernel_.sample_bytes * (n_channels + 1)) {
        require(n_channels > 0 && n_samples > 0, "a profile is empty");
        const std::vector<float> zeros(2 * n_samples);
        kernel_.pack(zeros.data(), 1.0f, profiles(0.0, 0.0), n_channels);
    }

    // Scaled profiles into the given rows.
    void pack(const Complexes& profiles, const Vector<std::int64_t>& rows,
              const Vector<float>& scale) {
        require(static_cast<std::int64_t>(profiles.shape(1)) == n_samples_ &&
                    rows.shape(0) == profiles.shape(0) && scale.shape(0) == profiles.shape(0),
                "profiles do not fit");
        for (std::size_t i = 0; i < rows.shape(0); ++i)
            require(rows(i) >= 0 && rows(i) < n_channels_, "a row is outside of memory");
        const auto* in = reinterpret_cast<const float*>(profiles.data());
        const Profiles where = this->profiles(0.0, 0.0);
        const nb::gil_scoped_release released;
        for (std::size_t i = 0; i < rows.shape(0); ++i, in += 2 * n_samples_)
            kernel_.pack(in, scale(i), where, rows(i));
    }

    void compute(double samples_per_metre, double turns_per_metre,
                 const Matrix<std::int64_t>& passes, const Matrix<double>& receivers_m,
                 const Matrix<double>& transmitters_m, const Vector<float>& transmit_scale,
                 const std::optional<Matrix<double>>& displacement_m,
                 const Vector<std::int64_t>& first_entry, const Matrix<std::int32_t>& receiver,
                 const View<std::int32_t, nb::ndim<3>>& channel, bool monostatic,
                 const Vector<double>& x_m, const Vector<double>& y_m, const Vector<double>& z_m,
                 const std::vector<std::int64_t>& shape, const Matrix<std::int32_t>& tiles,
                 double margin_samples, int threads, Image image) {
        static_assert(sizeof(Pass) == 4 * sizeof(std::int64_t));
        require(passes.shape(1) == 4 && receivers_m.shape(1) == 3 && tiles.shape(1) == 3 &&
                    transmitters_m.shape(1) == 3 && shape.size() == 3,
                "a schedule has the wrong shape");
        require(transmitters_m.shape(0) == kBlock * (first_entry.shape(0) - 1) &&
                    static_cast<int>(receiver.shape(1)) == kernel_.receivers && channel.shape(0) == receiver.shape(0) &&
                    channel.shape(1) == kBlock && channel.shape(2) == receiver.shape(1),
                "a schedule's parts disagree");
        require(transmit_scale.shape(0) == transmitters_m.shape(0),
                "scales and transmitters disagree");
        require(!displacement_m || displacement_m->shape(0) == transmitters_m.shape(0),
                "displacements and transmitters disagree");
        require(image.shape(0) == x_m.shape(0) && image.shape(1) == y_m.shape(0) &&
                    image.shape(2) == z_m.shape(0),
                "the image does not fit the grid");
        Schedule schedule{reinterpret_cast<const Pass*>(passes.data()),
                          static_cast<std::int64_t>(passes.shape(0)),
                          0,
                          receivers_m.data(),
                          transmitters_m.data(),
                          transmit_scale.data(),
                          displacement_m ? displacement_m->data() : nullptr,
                          first_entry.data(),
                          receiver.data(),
                          channel.data(),
                          monostatic};
        for (std::int64_t p = 0; p < schedule.n_passes; ++p)
            schedule.most_receivers =
                std::max(schedule.most_receivers, schedule.passes[p].last_receiver -
                                                      schedule.passes[p].first_receiver);
        const Tiles where{{x_m.data(), y_m.data(), z_m.data()},
                          {static_cast<std::int64_t>(x_m.shape(0)),
                           static_cast<std::int64_t>(y_m.shape(0)),
                           static_cast<std::int64_t>(z_m.shape(0))},
                          {shape[0], shape[1], shape[2]},
                          tiles.data(),
                          margin_samples};
        const Profiles profiles = this->profiles(samples_per_metre, turns_per_metre);
        auto* out = reinterpret_cast<float*>(image.data());
        const std::int64_t n = static_cast<std::int64_t>(tiles.shape(0));
        const nb::gil_scoped_release released;
        // Tiles are computed whole and each by one thread, so their number changes no bit.
        in_parallel(n, kTilesAtOnce, threads, [&](std::int64_t begin, std::int64_t end) {
            kernel_.compute(profiles, schedule, where, begin, end, out);
        });
    }

  private:
    static constexpr std::int64_t kTilesAtOnce = 8;

    Profiles profiles(double samples_per_metre, double turns_per_metre) {
        return {rows_.data(), n_samples_, stride_, samples_per_metre, turns_per_metre};
    }

    const Kernel& kernel_;
    const std::int64_t n_channels_, n_samples_, stride_;
    Aligned<unsigned char> rows_;
};

}  // namespace
}  // namespace clearway

NB_MODULE(_kernels, m) {
    using clearway::Packed;
    m.doc() = "Back-projection kernels; used through clearway.imaging.backends.native only.";
    m.attr("WINDOW") = clearway::kWindow;
    m.attr("BLOCK") = clearway::kBlock;
    m.attr("MOST_RECEIVERS") = clearway::kMostReceivers;
    m.def("available", &clearway::available,
          "Kernels for this processor, the preferred first: name, lanes, receivers per entry and "
          "the largest sample.");
    m.def("peaks", &clearway::peaks, nb::arg("profiles"));
    nb::class_<Packed>(m, "Packed")
        .def(nb::init<const std::string&, std::int64_t, std::int64_t>(), nb::arg("kernel"),
             nb::arg("n_channels"), nb::arg("n_samples"))
        .def("pack", &Packed::pack, nb::arg("profiles"), nb::arg("rows"), nb::arg("scale"))
        .def("compute", &Packed::compute, nb::arg("samples_per_metre"), nb::arg("turns_per_metre"),
             nb::arg("passes"), nb::arg("receivers_m"), nb::arg("transmitters_m"),
             nb::arg("transmit_scale"), nb::arg("displacement_m").none(), nb::arg("first_entry"),
             nb::arg("receiver"), nb::arg("channel"), nb::arg("monostatic"), nb::arg("x_m"),
             nb::arg("y_m"), nb::arg("z_m"), nb::arg("shape"), nb::arg("tiles"),
             nb::arg("margin_samples"), nb::arg("threads"), nb::arg("image"));
}
