// Every kernel that this processor has on arrays that end where the kernels must stop reading and
// writing.  With one node's weights set to 1 and all else to a Fourier transform that has a single
// frequency, the sum is that of the amplitudes with the carrier's phase.  Exits with the number of
// failures.
#include <cmath>
#include <complex>
#include <cstdio>
#include <random>
#include <vector>

#include "sum.hpp"

using namespace clearway::echo_sum;

namespace {

constexpr double kPi = 3.14159265358979323846;

struct Case {
    const char* name;
    std::int64_t n_terms, n_tx, n_rx, n_facets, n_frequencies;
    double spread_m;  // of ranges
};

struct Ends {
    std::vector<Complex> amplitude;
    std::vector<double> range_m;
};

Ends ends(const Case& c, std::int64_t n, std::mt19937& generator) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Ends all;
    for (std::int64_t i = 0; i < c.n_terms * n * c.n_facets; ++i)
        all.amplitude.push_back(uniform(generator) < 0.3
                                    ? Complex{}
                                    : Complex(static_cast<float>(uniform(generator) - 0.5), 0.5f));
    for (std::int64_t i = 0; i < n * c.n_facets; ++i)
        all.range_m.push_back(1.0 + c.spread_m * uniform(generator));
    return all;
}

// The largest error over the largest sample.  All frequencies are the carrier: nodes do not turn,
// and the spreading function is 1 for two samples and 0 for two, so that weights of 1/12 add up.
double error_of(const Kernel& kernel, const Case& c) {
    std::mt19937 generator(1);
    const Ends out = ends(c, c.n_tx, generator), back = ends(c, c.n_rx, generator);
    const std::int64_t n_samples = 20;
    std::vector<Complex> weights((n_samples + kTaps) * kNodes * c.n_frequencies,
                                 Complex(0.5f / kNodes));
    Problem problem{};
    problem.transmit = {out.amplitude.data(), out.range_m.data(), c.n_tx};
    problem.receive = {back.amplitude.data(), back.range_m.data(), c.n_rx};
    problem.n_terms = c.n_terms;
    problem.n_facets = c.n_facets;
    problem.paths = {40.0, 0.0, 80.0, n_samples, {{0.0f}, {1.0f}}};
    problem.weights = weights.data();
    problem.n_frequencies = c.n_frequencies;
    std::vector<Complex> found(c.n_frequencies * c.n_tx * c.n_rx, Complex(NAN));
    sum_echoes(kernel, problem, 0.02, 3, found.data());

    double worst = 0.0, largest = 0.0;
    for (std::int64_t f = 0; f < c.n_frequencies; ++f)
        for (std::int64_t t = 0; t < c.n_tx; ++t)
            for (std::int64_t r = 0; r < c.n_rx; ++r) {
                std::complex<double> sum = 0.0;
                for (std::int64_t i = 0; i < c.n_facets; ++i) {
                    const double path_m =
                        out.range_m[t * c.n_facets + i] + back.range_m[r * c.n_facets + i];
                    std::complex<double> product = 0.0;
                    for (std::int64_t k = 0; k < c.n_terms; ++k)
                        product += std::complex<double>(
                                       out.amplitude[(k * c.n_tx + t) * c.n_facets + i]) *
                                   std::complex<double>(
                                       back.amplitude[(k * c.n_rx + r) * c.n_facets + i]);
                    sum += product * std::polar(1.0, -2 * kPi * 40.0 * path_m);
                }
                const std::complex<double> own(found[(f * c.n_tx + t) * c.n_rx + r]);
                worst = std::isfinite(std::abs(own)) ? std::max(worst, std::abs(own - sum)) : NAN;
                largest = std::max(largest, std::abs(sum));
                if (std::isnan(worst)) return worst;
            }
    return worst / largest;
}

}  // namespace

int main() {
    const Case cases[] = {{"one of all", 1, 1, 1, 1, 1, 0.0},
                          {"cells of one", 2, 9, 19, 33, 5, 3.0},
                          {"cells of some", 3, 17, 16, 300, 17, 0.05},
                          {"full cells", 1, 8, 33, 500, 3, 0.0}};
    int failures = 0;
    for (const Kernel* kernel : {
#if defined(__x86_64__)
             &kAvx512, &kAvx2,
#endif
             &kPortable}) {
        if (!kernel->is_supported()) continue;
        for (const Case& c : cases) {
            const double error = error_of(*kernel, c);
            const bool failed = !(error < 1e-4);
            std::printf("%s, %s: %.1e%s\n", kernel->name, c.name, error, failed ? " FAILED" : "");
            failures += failed;
        }
    }
    return failures;
}
