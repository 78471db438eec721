// Facets in cells that are small against the wavelength of the bandwidth.
#pragma once

#include <cstdint>
#include <vector>

#include "problem.hpp"

namespace clearway::echo_sum {

class Cells {
  public:
    // Of the facets that some transmitter and some receiver see.  Half the spread of paths through
    // a cell, from any transmitter to any receiver, is `most_m` at most; facets of a cell, and
    // cells, are in an order in which neighbours are near to each other.
    Cells(const Problem& problem, double most_m, int threads);

    std::int64_t size() const { return static_cast<std::int64_t>(first_.size()) - 1; }
    Cell operator[](std::int64_t i) const {
        return {facets_.data() + first_[i], first_[i + 1] - first_[i]};
    }

  private:
    std::vector<std::int32_t> facets_;
    std::vector<std::int64_t> first_{0};
};

}  // namespace clearway::echo_sum
