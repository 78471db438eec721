// The whole sum, by one kernel.
#pragma once

#include "problem.hpp"

namespace clearway::echo_sum {

// Samples (n_frequencies, n_tx, n_rx) into `out`.  Paths through one cell differ by 2 `most_m` at
// most.  The number of threads changes no bit of the result.
void sum_echoes(const Kernel& kernel, const Problem& problem, double most_m, int threads,
                Complex* out);

}  // namespace clearway::echo_sum
