// What a kernel is given: plain views of arrays that the caller owns and has checked.
#pragma once

#include <complex>
#include <cstdint>

namespace clearway::echo_sum {

using Complex = std::complex<float>;

// Frequencies from which a cell's echo is found at all others: at -5, -3, -1, 1, 3 and 5 steps
// from the carrier.
inline constexpr int kNodes = 6;
// Samples of a profile over which one echo is spread, and its spreading function's coefficients.
inline constexpr int kTaps = 4;
inline constexpr int kCoefficients = 7;
// Floats of one sample of a profile: real and imaginary parts at each node.
inline constexpr int kSample = 2 * kNodes;
// Transmitters whose profiles one thread has in hand.
inline constexpr int kTransmitters = 8;

// One end of the paths.
struct Side {
    const Complex* amplitude;  // (n_terms, n_elements, n_facets)
    const double* range_m;     // (n_elements, n_facets)
    std::int64_t n_elements;
};

// How path lengths become phases and places in a profile.
struct Paths {
    double carrier_turns_m;    // per metre
    double node_turns_m;       // of the first node above the carrier against the carrier
    double samples_per_metre;
    std::int64_t n_samples;    // after which a profile repeats
    // Of x^0 to x^6, where x runs from -1/2 to 1/2 between the middle two samples, for the outer
    // and the inner sample before x; those behind it mirror them.
    float spreading[kTaps / 2][kCoefficients];

    // An echo's samples are counted from the one before its own; rounding may add another.
    std::int64_t row() const { return n_samples + kTaps; }
};

struct Problem {
    Side transmit, receive;
    std::int64_t n_terms, n_facets;
    Paths paths;
    const Complex* weights;  // (row * kNodes, n_frequencies) from profiles to frequencies
    std::int64_t n_frequencies;
};

// Facets of a cell at most, so that one element's work on them fits the first-level cache.
inline constexpr int kMostFacets = 128;

// Facets so near to each other that no path through one differs much from that through another.
struct Cell {
    const std::int32_t* facet;
    std::int64_t n_facets;
};

// Facets of one cell, weighed by amplitude and phase, for the elements of one side that see it.
struct Table {
    std::int64_t n_lit;
    std::int32_t* element;  // (n_lit) increasing
    float* position;        // (n_lit) of the cell's centre in the profile, in samples
    float* values;
};

// What one instruction set offers.
struct Kernel {
    const char* name;
    bool (*is_supported)();
    int lanes;
    // Makes the tables of some cells, for some transmitters and for all receivers.
    void (*transmit)(const Problem&, const Cell*, std::int64_t n_cells, std::int64_t begin,
                     std::int64_t end, Table*);
    void (*receive)(const Problem&, const Cell*, std::int64_t n_cells, Table*);
    // Adds a cell to profiles (n_rx, row, kNodes, 2) of the table's transmitters `begin` to `end`,
    // which follow each other from `profiles`, that of transmitter `first`.
    void (*add)(const Problem&, const Cell&, const Table& transmit, std::int64_t begin,
                std::int64_t end, const Table& receive, std::int64_t first, float* profiles);
    // From the profiles of one transmitter to its samples; weights in blocks of lanes.
    void (*finish)(const Problem&, const float* blocks, const float* profiles, std::int64_t tx,
                   Complex* out);
};

extern const Kernel kAvx512, kAvx2, kPortable;

// How many floats tables take.  A transmitter's row has room to write whole vectors; one such row
// is worked on behind the receivers' blocks.
inline constexpr int kMostLanes = 16;
inline std::int64_t row_stride(const Problem& p, const Cell& cell) {
    return p.n_terms * cell.n_facets + kMostLanes;
}
inline std::int64_t transmit_floats(const Problem& p, const Cell& cell, std::int64_t n) {
    return n * kSample * row_stride(p, cell);
}
inline std::int64_t receive_blocks(const Problem& p, const Cell& cell) {
    const std::int64_t blocks = (p.receive.n_elements + kMostLanes - 1) / kMostLanes;
    return blocks * kMostLanes * kSample * p.n_terms * cell.n_facets;
}
inline std::int64_t receive_floats(const Problem& p, const Cell& cell) {
    return receive_blocks(p, cell) + kSample * row_stride(p, cell);
}

}  // namespace clearway::echo_sum
