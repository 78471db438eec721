// What a kernel is given: plain views of arrays that the caller owns and has checked.
#pragma once

#include <cstdint>

namespace clearway {

// Samples of a profile that one tile may touch: what two AVX-512 registers hold.
inline constexpr int kWindow = 32;
// Samples repeated behind a row's end, so that a window never has to wrap.
inline constexpr int kWrap = kWindow + 1;
// Transmitters that share each reading of the receivers' tables from the second-level cache.
inline constexpr int kBlock = 4;
// Receivers of a pass, so that their tables stay in the second-level cache and sums in integers
// cannot overflow.
inline constexpr int kMostReceivers = 128;

// Range profiles: one row of samples per channel and a row of zeros at the end.  A kernel lays out
// the `stride` complex samples of a row as it likes; n_samples + kWrap of them are used.
struct Profiles {
    void* data;
    std::int64_t n_samples;
    std::int64_t stride;
    double samples_per_metre;
    double turns_per_metre;  // of the carrier, along the path
};

// Receivers whose tables are made at one time, and the transmitters that are summed with them.
struct Pass {
    std::int64_t first_receiver, last_receiver;  // in Schedule::receivers_m
    std::int64_t first_block, last_block;
};

// In which order channels are summed.  Channels that do not exist name the row of zeros.
struct Schedule {
    const Pass* passes;
    std::int64_t n_passes;
    std::int64_t most_receivers;       // of any pass
    const double* receivers_m;         // (n, 3) where the pass's transmitters find them
    const double* transmitters_m;      // (n_blocks * kBlock, 3)
    const float* transmit_scale;       // (n_blocks * kBlock) that undoes the scale of their rows
    const double* displacement_m;      // (n_blocks * kBlock, 3) of the scene since the receivers
                                       // were placed, or null when nothing moves
    const std::int64_t* first_entry;   // (n_blocks + 1)
    const std::int32_t* receiver;      // (n_entries, receivers) counted from the pass's first
    const std::int32_t* channel;       // (n_entries, kBlock, receivers)
    bool monostatic;                   // the way back is the way out; receivers are not looked at
};

// Axes of the grid and the tiles to compute, each named by its first voxel along each axis.
struct Tiles {
    const double* axis_m[3];
    std::int64_t length[3];
    std::int64_t shape[3];
    const std::int32_t* first;  // (n_tiles, 3)
    double margin_samples;      // room at either end of the window, for displacement and rounding
};

// What one instruction set offers.
struct Kernel {
    const char* name;
    bool (*is_supported)();
    int sample_bytes;      // of one complex sample
    double largest_sample; // to which rows are to be scaled
    int lanes;             // voxels computed at once
    int receivers;         // that share each reading and writing of a transmitter's partial sums
    // One profile, complex and interleaved, into a row of `profiles`; scaled.
    void (*pack)(const float* profile, float scale, const Profiles& profiles, std::int64_t row);
    // Tiles `begin` to `end` of the image (nx, ny, nz), complex and interleaved.
    void (*compute)(const Profiles&, const Schedule&, const Tiles&, std::int64_t begin,
                    std::int64_t end, float* image);
};

extern const Kernel kAvx512, kAvx512Int16, kAvx2Int16, kAvx2, kPortable;

}  // namespace clearway
