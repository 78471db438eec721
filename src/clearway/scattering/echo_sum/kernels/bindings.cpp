// The Python module `clearway.scattering.echo_sum._kernels`.  Arguments are checked by its caller,
// clearway.scattering.echo_sum.native, which alone uses it; shapes are checked here once more,
// since a wrong one would read outside of memory.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "sum.hpp"

namespace nb = nanobind;

namespace clearway::echo_sum {
namespace {

template <class T, int kDimensions>
using View = nb::ndarray<const T, nb::ndim<kDimensions>, nb::c_contig, nb::device::cpu>;
using Samples = nb::ndarray<Complex, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

const Kernel* const kKernels[] = {
#if defined(__x86_64__) || defined(_M_X64)
    &kAvx512, &kAvx2,
#endif
    &kPortable};

const Kernel& kernel_named(const std::string& name) {
    for (const Kernel* k : kKernels)
        if (name == k->name && k->is_supported()) return *k;
    throw std::invalid_argument("no kernel '" + name + "' for this processor");
}

void require(bool condition, const char* what) {
    if (!condition) throw std::invalid_argument(what);
}

nb::list available() {
    nb::list names;
    for (const Kernel* k : kKernels)
        if (k->is_supported()) names.append(k->name);
    return names;
}

Side side(const View<Complex, 3>& amplitude, const View<double, 2>& range_m) {
    require(amplitude.shape(1) == range_m.shape(0) && amplitude.shape(2) == range_m.shape(1),
            "amplitudes and ranges disagree");
    return {amplitude.data(), range_m.data(), static_cast<std::int64_t>(range_m.shape(0))};
}

void echo_sum(const std::string& kernel, const View<Complex, 3>& tx_amplitude,
              const View<Complex, 3>& rx_amplitude, const View<double, 2>& tx_range_m,
              const View<double, 2>& rx_range_m, double carrier_turns_m, double node_turns_m,
              double samples_per_metre, double most_m, const View<float, 2>& spreading,
              const View<Complex, 3>& weights, int threads, Samples out) {
    Problem problem{};
    problem.transmit = side(tx_amplitude, tx_range_m);
    problem.receive = side(rx_amplitude, rx_range_m);
    problem.n_terms = static_cast<std::int64_t>(tx_amplitude.shape(0));
    problem.n_facets = static_cast<std::int64_t>(tx_amplitude.shape(2));
    require(rx_amplitude.shape(0) == tx_amplitude.shape(0) &&
                rx_amplitude.shape(2) == tx_amplitude.shape(2),
            "both sides' amplitudes disagree");
    require(problem.n_facets <= std::numeric_limits<std::int32_t>::max(), "too many facets");
    require(weights.shape(0) > kTaps && weights.shape(1) == kNodes && most_m > 0.0,
            "weights have the wrong shape");
    require(spreading.shape(0) == kTaps / 2 && spreading.shape(1) == kCoefficients,
            "the spreading function has the wrong shape");
    problem.weights = weights.data();
    problem.n_frequencies = static_cast<std::int64_t>(weights.shape(2));
    require(out.shape(0) == weights.shape(2) && out.shape(1) == tx_range_m.shape(0) &&
                out.shape(2) == rx_range_m.shape(0),
            "the samples do not fit");
    problem.paths.carrier_turns_m = carrier_turns_m;
    problem.paths.node_turns_m = node_turns_m;
    problem.paths.samples_per_metre = samples_per_metre;
    problem.paths.n_samples = static_cast<std::int64_t>(weights.shape(0)) - kTaps;
    std::copy_n(spreading.data(), spreading.size(), problem.paths.spreading[0]);
    const Kernel& chosen = kernel_named(kernel);
    const nb::gil_scoped_release released;
    sum_echoes(chosen, problem, most_m, threads, out.data());
}

}  // namespace
}  // namespace clearway::echo_sum

NB_MODULE(_kernels, m) {
    using namespace clearway::echo_sum;
    m.doc() = "Sums of echoes; used through clearway.scattering.echo_sum.native only.";
    m.attr("TAPS") = kTaps;
    m.attr("NODES") = kNodes;
    m.attr("COEFFICIENTS") = kCoefficients;
    m.def("available", &available, "Kernels for this processor, the preferred first.");
    m.def("echo_sum", &echo_sum, nb::arg("kernel"), nb::arg("tx_amplitude"),
          nb::arg("rx_amplitude"), nb::arg("tx_range_m"), nb::arg("rx_range_m"), nb::kw_only(),
          nb::arg("carrier_turns_m"), nb::arg("node_turns_m"), nb::arg("samples_per_metre"),
          nb::arg("most_m"), nb::arg("spreading"), nb::arg("weights"), nb::arg("threads"),
          nb::arg("out"));
}
