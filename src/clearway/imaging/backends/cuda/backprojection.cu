// Back-projection on a graphics card: exact near-field delay-and-sum of range-compressed profiles,
//
//     I(p) = sum_t e^{j k Rt} [ sum_r e^{j k Rr} q_tr((Rt + Rr) / spacing) ],
//
// with Rt = |p - t|, Rr = |p - r|, and q the complex envelope of a channel, linear between samples
// and periodic.
//
// One thread owns one voxel, one block one tile of TILE_VOXELS voxels.  A thread holds TX_GROUP
// transmitters in registers and goes through the receivers, so that the square root and phasor of
// a receiver serve TX_GROUP channels and no table of them is needed.  A look-up is one 16-byte
// load.  A tile's look-ups in one channel lie within a few hundred bytes, and those of eight
// neighbouring threads, a cube of 2 x 2 x 2 voxels, in one or two cache lines: the L1 cache does
// what a window in shared memory would, without barriers and without a limit on the tile's size.
// Two blocks per multiprocessor leave 128 registers: all TX_GROUP look-ups are under way at once
// and nothing spills.
//
// Precision: distances of tile centres are taken in double, whole samples and whole cycles are
// split off there, and a voxel adds only its difference to the centre, which nothing cancels.
//
// No header is included, so that NVRTC needs none; the tests also compile this file for the CPU.

#ifndef TX_GROUP
#define TX_GROUP 8
#endif

constexpr int TILE_VOXELS = 256;

// The straight line between one antenna element and the centre of one tile.
struct alignas(16) Sight {
    float x, y, z;    // from the element to the centre, metres
    float distance;   // its length
    float position;   // fraction of a sample at which the tile's nearest possible point lies, plus
                      // the centre's distance from there in samples
    float cycles;     // phase at the centre, within half a cycle of 0
    unsigned sample;  // whole samples of that nearest point, modulo the profile's length
};

// Between two neighbouring samples of a profile: value in the middle, and difference.
struct alignas(16) Segment {
    float re, im, slope_re, slope_im;
};

// The channels of one receiver with each transmitter of a group.
struct alignas(TX_GROUP % 4 == 0 ? 16 : 4) Channels {
    unsigned row[TX_GROUP];
};

struct Leg {
    float position;  // samples beyond the tile's nearest possible point, never negative
    float re, im;    // phasor
};

__device__ inline Leg leg_to(const Sight& sight, float3 voxel, float samples_per_m,
                             float cycles_per_m) {
    const float x = sight.x + voxel.x, y = sight.y + voxel.y, z = sight.z + voxel.z;
    // R - Rc = (R^2 - Rc^2) / (R + Rc), and R^2 - Rc^2 = d . (2 (c - e) + d), with d the voxel.
    const float squares =
        voxel.x * (x + sight.x) + voxel.y * (y + sight.y) + voxel.z * (z + sight.z);
    const float square = fmaxf(x * x + y * y + z * z, 1e-30f);
    const float farther = __fdividef(squares, square * rsqrtf(square) + sight.distance);
    float cycles = sight.cycles + farther * cycles_per_m;
    cycles -= rintf(cycles);  // __sincosf is accurate within one turn only
    Leg leg;
    leg.position = sight.position + farther * samples_per_m;
    __sincosf(6.28318530718f * cycles, &leg.im, &leg.re);
    return leg;
}

// Lay the profiles out for `backproject`: segments instead of samples, `row_length` of them per
// row, which repeat after `n_samples`.  The row after the last is silence, for missing channels.
extern "C" __global__ void segment_profiles(const float2* __restrict__ profiles, int n_rows,
                                            int n_samples, int row_length,
                                            Segment* __restrict__ segments) {
    const size_t at = size_t(blockIdx.x) * blockDim.x + threadIdx.x;
    const size_t row = at / row_length;
    if (row > size_t(n_rows)) return;
    Segment segment = {0.0f, 0.0f, 0.0f, 0.0f};
    if (row < size_t(n_rows)) {
        const int sample = int(at % row_length);
        const float2* profile = profiles + row * n_samples;
        const float2 here = profile[sample % n_samples];
        const float2 next = profile[(sample + 1) % n_samples];
        segment = {0.5f * (here.x + next.x), 0.5f * (here.y + next.y), next.x - here.x,
                   next.y - here.y};
    }
    segments[at] = segment;
}

// Every tile's line of sight to every element; `reach_m` is at least the distance between the
// centre of a tile and any of its voxels.
extern "C" __global__ void sight_lines(const double* __restrict__ centres_m, int n_tiles,
                                       const double* __restrict__ elements_m, int n_elements,
                                       double reach_m, double samples_per_m, double cycles_per_m,
                                       int n_samples, Sight* __restrict__ sights) {
    const size_t at = size_t(blockIdx.x) * blockDim.x + threadIdx.x;
    if (at >= size_t(n_tiles) * n_elements) return;
    const double* centre = centres_m + 3 * (at / n_elements);
    const double* element = elements_m + 3 * (at % n_elements);
    const double x = centre[0] - element[0], y = centre[1] - element[1], z = centre[2] - element[2];
    const double distance = sqrt(x * x + y * y + z * z);
    const double nearest = (distance - reach_m) * samples_per_m;
    const double whole = floor(nearest);
    const double cycles = distance * cycles_per_m;
    Sight sight;
    sight.x = float(x);
    sight.y = float(y);
    sight.z = float(z);
    sight.distance = float(distance);
    sight.position = float(nearest - whole + reach_m * samples_per_m);
    sight.cycles = float(cycles - rint(cycles));
    sight.sample = unsigned(whole - n_samples * floor(whole / n_samples));
    sights[at] = sight;
}

// Sum of the channels of every gridDim.y-th group of transmitters, from group blockIdx.y on, at
// the voxels of tile blockIdx.x.
//
// voxels: number of each thread's voxel in the grid, z fastest, or -1.  axes_m: x, y, z, joined.
// sights: per tile, transmitters first.  first_entry: where a group's receivers begin in
// `receivers` and `channels`.  sums: per part and tile, one per thread.
extern "C" __global__ void __launch_bounds__(TILE_VOXELS, 2)
    backproject(const Segment* __restrict__ segments, unsigned n_samples, unsigned row_length,
                const Sight* __restrict__ sights, int n_tx, int n_rx,
                const int* __restrict__ first_entry, int n_groups,
                const int* __restrict__ receivers, const Channels* __restrict__ channels,
                const int* __restrict__ voxels, const double* __restrict__ centres_m,
                const double* __restrict__ axes_m, int n_x, int n_y, int n_z, float samples_per_m,
                float cycles_per_m, float2* __restrict__ sums) {
    const size_t slot = size_t(blockIdx.x) * TILE_VOXELS + threadIdx.x;
    const int number = voxels[slot];
    if (number < 0) return;
    const double* centre = centres_m + 3 * blockIdx.x;
    const int column = number / n_z;
    const float3 voxel = {float(axes_m[column / n_y] - centre[0]),
                          float(axes_m[n_x + column % n_y] - centre[1]),
                          float(axes_m[n_x + n_y + number % n_z] - centre[2])};
    const Sight* tx_sights = sights + size_t(blockIdx.x) * (n_tx + n_rx);
    const Sight* rx_sights = tx_sights + n_tx;

    // Adding 1.5 * 2^23 to a small number leaves its nearest integer in the lowest bits; the
    // conversion instructions that it replaces run at a fraction of the rate of an addition.
    const float rounder = 12582912.0f;
    const int rounder_bits = 0x4B400000;

    float2 sum = {0.0f, 0.0f};
    for (int group = blockIdx.y; group < n_groups; group += gridDim.y) {
        const int first_tx = group * TX_GROUP;
        float position[TX_GROUP], re[TX_GROUP], im[TX_GROUP];
        unsigned sample[TX_GROUP];
#pragma unroll
        for (int g = 0; g < TX_GROUP; ++g) {
            // A group may lack its last transmitters: then the channels are rows of silence.
            const Sight sight = tx_sights[min(first_tx + g, n_tx - 1)];
            // Half a sample less, since a segment counts from its middle.
            position[g] = leg_to(sight, voxel, samples_per_m, cycles_per_m).position - 0.5f;
            sample[g] = sight.sample;
            re[g] = im[g] = 0.0f;
        }
        for (int entry = first_entry[group]; entry < first_entry[group + 1]; ++entry) {
            const Sight sight = rx_sights[receivers[entry]];
            const Leg leg = leg_to(sight, voxel, samples_per_m, cycles_per_m);
            const Channels channel = channels[entry];
#pragma unroll
            for (int g = 0; g < TX_GROUP; ++g) {
                const float at = position[g] + leg.position;
                const float rounded = at + rounder;
                const float offset = at - (rounded - rounder);
                unsigned start = sample[g] + sight.sample;
                start = min(start, start - n_samples);  // the smaller one: modulo
                const unsigned whole = unsigned(__float_as_int(rounded) - rounder_bits);
                const Segment segment = segments[channel.row[g] * row_length + start + whole];
                const float q_re = fmaf(offset, segment.slope_re, segment.re);
                const float q_im = fmaf(offset, segment.slope_im, segment.im);
                re[g] = fmaf(q_re, leg.re, fmaf(-q_im, leg.im, re[g]));
                im[g] = fmaf(q_re, leg.im, fmaf(q_im, leg.re, im[g]));
            }
        }
#pragma unroll
        for (int g = 0; g < TX_GROUP; ++g) {
            // Again: cheaper than registers that hold the phasors through the loop above.
            const Leg leg = leg_to(tx_sights[min(first_tx + g, n_tx - 1)], voxel, samples_per_m,
                                   cycles_per_m);
            sum.x += re[g] * leg.re - im[g] * leg.im;
            sum.y += re[g] * leg.im + im[g] * leg.re;
        }
    }
    sums[size_t(blockIdx.y) * gridDim.x * TILE_VOXELS + slot] = sum;
}

// Add the parts in a fixed order, so that the same input gives the same image to the last bit.
extern "C" __global__ void add_parts(const float2* __restrict__ sums, int n_parts, int n_slots,
                                     const int* __restrict__ voxels, float2* __restrict__ image) {
    const int slot = int(blockIdx.x * blockDim.x + threadIdx.x);
    if (slot >= n_slots || voxels[slot] < 0) return;
    float2 sum = {0.0f, 0.0f};
    for (int part = 0; part < n_parts; ++part) {
        const float2 one = sums[size_t(part) * n_slots + slot];
        sum.x += one.x;
        sum.y += one.y;
    }
    image[voxels[slot]] = sum;
}
