#include "sum.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "aligned.hpp"
#include "cells.hpp"
#include "parallel.hpp"

namespace clearway::echo_sum {
namespace {

// About as many, so that their tables stay in the last-level cache.
constexpr std::int64_t kFacetsAtOnce = 256;
constexpr std::int64_t kMostProfileBytes = std::int64_t{1} << 28;

// Tables of successive cells, in memory that is used again for those that follow.
class Batch {
  public:
    Batch(const Problem& problem, std::int64_t n_tx)
        : problem_(problem), n_tx_(n_tx), n_rx_(round_up(problem.receive.n_elements, kMostLanes)) {}

    // From cell `begin`; returns the cell after the last that it holds.
    std::int64_t place(const Cells& cells, std::int64_t begin) {
        cells_.clear();
        std::int64_t facets = 0, floats = 0;
        std::vector<std::int64_t> starts;
        for (std::int64_t i = begin; i < cells.size(); ++i) {
            const Cell cell = cells[i];
            facets += cell.n_facets;
            if (i > begin && facets > kFacetsAtOnce) break;
            cells_.push_back(cell);
            starts.push_back(floats);
            floats += round_up(transmit_floats(problem_, cell, n_tx_), kMostLanes);
            starts.push_back(floats);
            floats += round_up(receive_floats(problem_, cell), kMostLanes);
        }
        values_.reserve(floats);
        elements_.resize(cells_.size() * (n_tx_ + n_rx_));
        positions_.resize(elements_.size());
        transmit.resize(cells_.size());
        receive.resize(cells_.size());
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            const std::size_t at = i * (n_tx_ + n_rx_), back = at + n_tx_;
            transmit[i] = {0, &elements_[at], &positions_[at], values_.data() + starts[2 * i]};
            receive[i] = {0, &elements_[back], &positions_[back],
                          values_.data() + starts[2 * i + 1]};
        }
        return begin + size();
    }

    std::int64_t size() const { return static_cast<std::int64_t>(cells_.size()); }
    const Cell& operator[](std::int64_t i) const { return cells_[i]; }

    std::vector<Table> transmit, receive;

  private:
    // Grows without keeping what it holds.
    class Floats {
      public:
        void reserve(std::int64_t n) {
            if (n <= n_) return;
            own_ = std::make_unique<Aligned<float>>(n);
            n_ = n;
        }
        float* data() { return own_->data(); }

      private:
        std::int64_t n_ = 0;
        std::unique_ptr<Aligned<float>> own_;
    };

    const Problem& problem_;
    const std::int64_t n_tx_, n_rx_;
    std::vector<Cell> cells_;
    Floats values_;
    std::vector<std::int32_t> elements_;
    std::vector<float> positions_;
};

// The weights as the kernel multiplies with them: blocks [frequencies][row][real, imaginary][lane].
void pack_weights(const Problem& p, int lanes, float* blocks) {
    const std::int64_t n = p.paths.row() * kNodes;
    for (std::int64_t f = 0; f < p.n_frequencies; f += lanes)
        for (std::int64_t m = 0; m < n; ++m, blocks += 2 * lanes)
            for (int lane = 0; lane < lanes; ++lane) {
                const Complex w = f + lane < p.n_frequencies
                                      ? p.weights[m * p.n_frequencies + f + lane]
                                      : Complex{};
                blocks[lane] = w.real();
                blocks[lanes + lane] = w.imag();
            }
}

// Transmitters `begin` to `end`.
void sum_some(const Kernel& kernel, const Problem& p, const Cells& cells, std::int64_t begin,
              std::int64_t end, const float* blocks, int threads, Complex* out) {
    const std::int64_t profile = p.receive.n_elements * p.paths.row() * kSample;
    Aligned<float> profiles((end - begin) * profile);
    const auto for_transmitters = [&](const auto& work) {
        in_parallel(end - begin, kTransmitters, threads,
                    [&](std::int64_t from, std::int64_t to) { work(begin + from, begin + to); });
    };
    for_transmitters([&](std::int64_t from, std::int64_t to) {
        std::fill(profiles.data() + (from - begin) * profile,
                  profiles.data() + (to - begin) * profile, 0.0f);
    });
    Batch batch(p, end - begin);
    for (std::int64_t cell = 0; cell < cells.size();) {
        cell = batch.place(cells, cell);
        const std::int64_t share = (batch.size() + threads - 1) / threads;
        in_parallel(batch.size(), share, threads, [&](std::int64_t from, std::int64_t to) {
            kernel.transmit(p, &batch[from], to - from, begin, end, &batch.transmit[from]);
            kernel.receive(p, &batch[from], to - from, &batch.receive[from]);
        });
        for_transmitters([&](std::int64_t from, std::int64_t to) {
            for (std::int64_t i = 0; i < batch.size(); ++i) {
                const Table& lit = batch.transmit[i];
                const std::int32_t *first = lit.element, *last = first + lit.n_lit;
                const std::int32_t* low = std::lower_bound(first, last, from);
                const std::int32_t* high = std::lower_bound(low, last, to);
                kernel.add(p, batch[i], lit, low - first, high - first,
                           batch.receive[i], begin, profiles.data());
            }
        });
    }
    for_transmitters([&](std::int64_t from, std::int64_t to) {
        for (std::int64_t t = from; t < to; ++t)
            kernel.finish(p, blocks, profiles.data() + (t - begin) * profile, t, out);
    });
}

}  // namespace

void sum_echoes(const Kernel& kernel, const Problem& problem, double most_m, int threads,
                Complex* out) {
    const Cells cells(problem, most_m, threads);
    const std::int64_t n_tx = problem.transmit.n_elements;
    const std::int64_t row = problem.paths.row() * kNodes;
    Aligned<float> blocks(2 * row * round_up(problem.n_frequencies, kernel.lanes));
    pack_weights(problem, kernel.lanes, blocks.data());
    const std::int64_t bytes = problem.receive.n_elements * row * 2 * sizeof(float);
    const std::int64_t at_once =
        std::max<std::int64_t>(kMostProfileBytes / bytes / kTransmitters, 1) * kTransmitters;
    for (std::int64_t t = 0; t < n_tx; t += at_once)
        sum_some(kernel, problem, cells, t, std::min(t + at_once, n_tx), blocks.data(), threads,
                 out);
}

}  // namespace clearway::echo_sum
