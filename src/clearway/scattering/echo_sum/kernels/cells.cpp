#include "cells.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <mutex>
#include <numeric>
#include <utility>

#include "parallel.hpp"

namespace clearway::echo_sum {
namespace {

using Facets = std::vector<std::int32_t>;

// Whether each facet has an amplitude that differs from zero, for `begin` to `end`.
void mark_lit(const Problem& p, const Side& side, std::int64_t begin, std::int64_t end,
              std::uint64_t* seen) {
    constexpr std::uint64_t kNoSigns = 0x7fffffff7fffffff;
    static_assert(sizeof(Complex) == sizeof(std::uint64_t));
    for (std::int64_t row = 0; row < p.n_terms * side.n_elements; ++row)
        for (std::int64_t i = begin; i < end; ++i) {
            std::uint64_t bits;
            std::memcpy(&bits, side.amplitude + row * p.n_facets + i, sizeof(bits));
            seen[i - begin] |= bits & kNoSigns;
        }
}

Facets lit_facets(const Problem& p, int threads) {
    constexpr std::int64_t kAtOnce = 1024;
    std::vector<char> is_lit(p.n_facets);
    in_parallel(p.n_facets, kAtOnce, threads, [&](std::int64_t begin, std::int64_t end) {
        std::array<std::uint64_t, kAtOnce> out{}, back{};
        mark_lit(p, p.transmit, begin, end, out.data());
        mark_lit(p, p.receive, begin, end, back.data());
        for (std::int64_t i = begin; i < end; ++i)
            is_lit[i] = out[i - begin] != 0 && back[i - begin] != 0;
    });
    Facets lit;
    for (std::int64_t i = 0; i < p.n_facets; ++i)
        if (is_lit[i]) lit.push_back(static_cast<std::int32_t>(i));
    return lit;
}

// Elements by which facets are told apart, on either side.
using Elements = std::vector<std::int64_t>;

// Not more than a few; which are farthest apart is not known, those far apart in their list serve.
Elements some_of(std::int64_t n) {
    constexpr std::int64_t kMost = 8;
    Elements some;
    for (std::int64_t i = 0; i < std::min(n, kMost); ++i)
        some.push_back((n - 1) * i / std::max<std::int64_t>(std::min(n, kMost) - 1, 1));
    return some;
}

Elements all_of(std::int64_t n) {
    Elements all(n);
    std::iota(all.begin(), all.end(), 0);
    return all;
}

// Between the nearest and the farthest of some facets, to the element where that is the most.
struct Spread {
    double metres = -1.0, nearest_m = 0.0;
    const double* range_m = nullptr;  // to that element
};

double spread_m(const double* range_m, const std::int32_t* begin, const std::int32_t* end,
                double& nearest_m) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const std::int32_t* facet = begin; facet != end; ++facet) {
        low = std::min(low, range_m[*facet]);
        high = std::max(high, range_m[*facet]);
    }
    nearest_m = low;
    return high - low;
}

class Splitting {
  public:
    Splitting(const Problem& problem, double most_m, Elements transmitters, Elements receivers)
        : problem_(problem),
          most_m_(most_m),
          transmitters_(std::move(transmitters)),
          receivers_(std::move(receivers)) {}

    // Parts until each is small, and appends how many facets each has.
    void operator()(std::int32_t* begin, std::int32_t* end, std::vector<std::int64_t>& counts) {
        const Spread out = widest(problem_.transmit, transmitters_, begin, end);
        const Spread back = widest(problem_.receive, receivers_, begin, end);
        const double half_m = 0.5 * (out.metres + back.metres);
        if (begin + 1 == end || (half_m <= most_m_ && end - begin <= kMostFacets)) {
            counts.push_back(end - begin);
            return;
        }
        std::int32_t* middle = cut(begin, end, out.metres > back.metres ? out : back, half_m);
        (*this)(begin, middle, counts);
        (*this)(middle, end, counts);
    }

  private:
    Spread widest(const Side& side, const Elements& elements, const std::int32_t* begin,
                  const std::int32_t* end) const {
        Spread most;
        for (const std::int64_t element : elements) {
            Spread spread;
            spread.range_m = side.range_m + element * problem_.n_facets;
            spread.metres = spread_m(spread.range_m, begin, end, spread.nearest_m);
            if (spread.metres > most.metres) most = spread;
        }
        return most;
    }

    // So that a whole number of largest cells fits on either side; by number where all fits one.
    std::int32_t* cut(std::int32_t* begin, std::int32_t* end, const Spread& spread,
                      double half_m) const {
        const double* range_m = spread.range_m;
        std::int32_t* const half = begin + (end - begin) / 2;
        if (half_m <= most_m_) {
            std::nth_element(begin, half, end, [=](std::int32_t a, std::int32_t b) {
                return range_m[a] < range_m[b];
            });
            return half;
        }
        const double pieces = std::ceil(half_m / most_m_);
        const double at = spread.nearest_m + spread.metres * std::floor(pieces / 2) / pieces;
        std::int32_t* const middle =
            std::partition(begin, end, [=](std::int32_t a) { return range_m[a] <= at; });
        // Rounding may leave a side without any.
        return middle == begin || middle == end ? half : middle;
    }

    const Problem& problem_;
    const double most_m_;
    const Elements transmitters_, receivers_;
};

// The widest spread of each cell to any element of a side, row by row of its ranges.
std::vector<double> widest(const Problem& p, const Side& side, const Facets& facets,
                           const std::vector<std::int64_t>& counts, int threads) {
    std::vector<double> most(counts.size());
    std::mutex merging;
    in_parallel(side.n_elements, 8, threads, [&](std::int64_t begin, std::int64_t end) {
        std::vector<double> own(counts.size());
        for (std::int64_t element = begin; element < end; ++element) {
            const double* range_m = side.range_m + element * p.n_facets;
            const std::int32_t* facet = facets.data();
            for (std::size_t cell = 0; cell < counts.size(); facet += counts[cell++]) {
                double nearest_m;
                own[cell] = std::max(
                    own[cell], spread_m(range_m, facet, facet + counts[cell], nearest_m));
            }
        }
        const std::lock_guard<std::mutex> lock(merging);
        for (std::size_t cell = 0; cell < counts.size(); ++cell)
            most[cell] = std::max(most[cell], own[cell]);
    });
    return most;
}

}  // namespace

Cells::Cells(const Problem& problem, double most_m, int threads)
    : facets_(lit_facets(problem, threads)) {
    if (facets_.empty()) return;
    const std::int64_t n_tx = problem.transmit.n_elements, n_rx = problem.receive.n_elements;
    std::vector<std::int64_t> coarse, counts;
    Splitting(problem, most_m, some_of(n_tx), some_of(n_rx))(
        facets_.data(), facets_.data() + facets_.size(), coarse);
    const auto out = widest(problem, problem.transmit, facets_, coarse, threads);
    const auto back = widest(problem, problem.receive, facets_, coarse, threads);
    Splitting finer(problem, most_m, all_of(n_tx), all_of(n_rx));
    std::int32_t* begin = facets_.data();
    for (std::size_t cell = 0; cell < coarse.size(); begin += coarse[cell++]) {
        if (0.5 * (out[cell] + back[cell]) <= most_m)
            counts.push_back(coarse[cell]);
        else
            finer(begin, begin + coarse[cell], counts);
    }
    for (const std::int64_t count : counts) first_.push_back(first_.back() + count);
}

}  // namespace clearway::echo_sum
