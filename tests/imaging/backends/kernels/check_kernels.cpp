// Every kernel that this processor has against the same sum in float64, on arrays that end where
// the kernels must stop reading and writing.  Exits with the number of failures.
#include <cmath>
#include <complex>
#include <cstdio>
#include <random>
#include <vector>

#include "aligned.hpp"
#include "problem.hpp"

using namespace clearway;
using Complex = std::complex<double>;

namespace {

constexpr double kPi = 3.14159265358979323846;

struct Case {
    const char* name;
    bool monostatic, moving;
    double nearest_m;  // 0 puts a transmitter and a receiver in a voxel's place
};

double distance(const double* a, const double* b) {
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

// One case on one kernel: the largest error over the largest value.
double error_of(const Kernel& kernel, const Case& c) {
    std::mt19937 generator(1);
    std::uniform_real_distribution<double> uniform(-1.0, 1.0);
    const std::int64_t n_tx = 6, n_rx = 7, n_samples = 60;
    const std::int64_t stride = round_up(n_samples + kWrap, 16);
    const double spacing_m = 0.012, turns_per_metre = 40.0;

    std::vector<double> tx, rx, shift;
    for (std::int64_t i = 0; i < 3 * n_tx; ++i) tx.push_back(uniform(generator));
    for (std::int64_t i = 0; i < 3 * n_rx; ++i) rx.push_back(uniform(generator));
    for (std::int64_t i = 0; i < n_tx; ++i) {
        tx[3 * i + 1] = -c.nearest_m;
        shift.insert(shift.end(), {2e-4 * uniform(generator), 2e-4 * uniform(generator), 0.0});
    }
    for (std::int64_t i = 0; i < n_rx; ++i) rx[3 * i + 1] = -c.nearest_m;
    if (c.nearest_m == 0.0)
        for (int d = 0; d < 3; ++d) tx[d] = rx[d] = 0.0;

    // Smooth profiles, the same for kernel and sum; one channel in five is not measured.
    const std::int64_t n_channels = c.monostatic ? n_tx : n_tx * n_rx;
    std::vector<std::vector<Complex>> profile(n_channels + 1, std::vector<Complex>(n_samples));
    Aligned<unsigned char> rows((n_channels + 1) * stride * kernel.sample_bytes);
    const Profiles profiles{rows.data(), n_samples, stride, 1 / spacing_m, turns_per_metre};
    const float scale = static_cast<float>(kernel.largest_sample / 2);
    for (std::int64_t row = 0; row <= n_channels; ++row) {
        std::vector<float> interleaved;
        const double turns = 3 * uniform(generator);
        for (std::int64_t n = 0; n < n_samples; ++n) {
            if (row < n_channels) profile[row][n] = std::polar(1.0, 2 * kPi * turns * n / n_samples);
            interleaved.push_back(static_cast<float>(profile[row][n].real()));
            interleaved.push_back(static_cast<float>(profile[row][n].imag()));
        }
        kernel.pack(interleaved.data(), scale, profiles, row);
    }

    const std::int64_t n_blocks = round_up(n_tx, kBlock) / kBlock;
    const std::int64_t heard = c.monostatic ? 1 : n_rx;
    std::vector<double> members, displacement;
    std::vector<float> undo(n_blocks * kBlock, 1 / scale);
    std::vector<std::int64_t> first_entry{0};
    std::vector<std::int32_t> receiver, channel;
    for (std::int64_t b = 0; b < n_blocks; ++b) {
        for (int t = 0; t < kBlock; ++t) {
            const std::int64_t k = std::min(kBlock * b + t, n_tx - 1);
            for (int d = 0; d < 3; ++d) {
                members.push_back(tx[3 * k + d] - (c.moving ? shift[3 * k + d] : 0.0));
                displacement.push_back(shift[3 * k + d]);
            }
        }
        for (std::int64_t r = 0; r < heard; r += kernel.receivers) {
            for (int i = 0; i < kernel.receivers; ++i)
                receiver.push_back(static_cast<std::int32_t>(std::min(r + i, heard - 1)));
            for (int t = 0; t < kBlock; ++t)
                for (int i = 0; i < kernel.receivers; ++i) {
                    const std::int64_t k = kBlock * b + t;
                    const std::int64_t own = c.monostatic ? k : k * n_rx + r + i;
                    const bool is_measured = k < n_tx && r + i < heard && own % 5 != 3;
                    channel.push_back(static_cast<std::int32_t>(is_measured ? own : n_channels));
                }
        }
        first_entry.push_back(static_cast<std::int64_t>(receiver.size()) / kernel.receivers);
    }
    const Pass pass{0, heard, 0, n_blocks};
    const Schedule schedule{&pass, 1, heard, rx.data(), members.data(), undo.data(),
                            c.moving && !c.monostatic ? displacement.data() : nullptr,
                            first_entry.data(),
                            receiver.data(), channel.data(), c.monostatic};

    std::vector<double> axis[3];
    for (int i = 0; i < 9; ++i) axis[0].push_back(0.01 * (i - 4));
    for (int i = 0; i < 5; ++i) axis[1].push_back(0.01 * i);
    for (int i = 0; i < 11; ++i) axis[2].push_back(0.011 * (i - 5));
    std::vector<std::int32_t> first;
    for (int x = 0; x < 9; x += 4)
        for (int y = 0; y < 5; y += 3)
            for (int z = 0; z < 11; z += 4) first.insert(first.end(), {x, y, z});
    const Tiles tiles{{axis[0].data(), axis[1].data(), axis[2].data()},
                      {9, 5, 11}, {4, 3, 4}, first.data(), c.moving ? 0.1 : 0.01};
    std::vector<float> image(2 * 9 * 5 * 11);
    kernel.compute(profiles, schedule, tiles, 0, static_cast<std::int64_t>(first.size()) / 3,
                   image.data());

    double worst = 0.0, largest = 0.0;
    std::int64_t i = 0;
    for (const double x : axis[0])
        for (const double y : axis[1])
            for (const double z : axis[2]) {
                Complex sum = 0.0;
                for (std::int64_t k = 0; k < n_tx; ++k)
                    for (std::int64_t r = 0; r < heard; ++r) {
                        const std::int64_t own = c.monostatic ? k : k * n_rx + r;
                        if (own % 5 == 3) continue;
                        double at[3] = {x, y, z};
                        if (c.moving)
                            for (int d = 0; d < 3; ++d) at[d] += shift[3 * k + d];
                        const double out = distance(at, &tx[3 * k]);
                        const double path = out + (c.monostatic ? out : distance(at, &rx[3 * r]));
                        const double n = path / spacing_m, low = std::floor(n);
                        const auto index = static_cast<std::int64_t>(low);
                        const Complex here = profile[own][index % n_samples];
                        const Complex next = profile[own][(index + 1) % n_samples];
                        sum += std::polar(1.0, 2 * kPi * turns_per_metre * path) *
                               (here + (n - low) * (next - here));
                    }
                worst = std::max(worst, std::abs(sum - Complex(image[2 * i], image[2 * i + 1])));
                largest = std::max(largest, std::abs(sum));
                ++i;
            }
    return worst / largest;
}

}  // namespace

int main() {
    const Case cases[] = {{"bistatic", false, false, 0.5},
                          {"near", false, false, 0.0},
                          {"monostatic", true, false, 0.5},
                          {"moving", false, true, 0.5},
                          {"moving monostatic", true, true, 0.5}};
    int failures = 0;
    for (const Kernel* kernel : {
#if defined(__x86_64__)
             &kAvx512, &kAvx512Int16, &kAvx2Int16, &kAvx2,
#endif
             &kPortable}) {
        if (!kernel->is_supported()) continue;
        for (const Case& c : cases) {
            const double error = error_of(*kernel, c);
            const bool failed = !(error < (c.moving ? 4e-3 : 2e-3));
            std::printf("%s, %s: %.1e%s\n", kernel->name, c.name, error, failed ? " FAILED" : "");
            failures += failed;
        }
    }
    return failures;
}
