// Sums of echoes, cell by cell of facets.
//
//   S_f[t,r] = sum_cells e^{-j k_f D[t,r]} sum_q L_q(f) C_q[t,r],   D = Dt[t] + Dr[r]
//   C_q[t,r] = sum_{k,i} a[k,t,i] e^{-j k_c Rt - j n_q (Rt - Dt)} b[k,r,i] e^{-j k_c Rr - ...}
//
// C_q, a cell's echo at the node q, is a small product of matrices.  It is spread over the few
// samples of the pair's range profile around the path D of the cell's centre.
//
// Vectors are the compiler's own.  Each translation unit compiles this header for its own
// instruction set, in an unnamed namespace, so the linker never joins code made for different sets.
#pragma once

#include <algorithm>

#include "problem.hpp"
#include "vectors.hpp"
#include "weighing.hpp"

namespace clearway::echo_sum {
namespace {

// kRows rows are multiplied with the kLanes columns of a block at one time.
template <int kLanes, int kRows>
class EchoKernel {
    using Vector = typename Vectors<kLanes>::Floats;
    using Integers = typename Vectors<kLanes>::Integers;
    using Eight = Vectors<8>::Floats;
    using Four = Vectors<4>::Floats;
    static constexpr int kPadded = 16;  // floats of a sample, to whole vectors of 8
    static_assert(kSample == 12 && kLanes <= kMostLanes);

    struct Sums {
        alignas(64) float of[kRows][kPadded][kLanes];
    };
    // Where the pairs of one transmitter with a block of receivers add to their profiles.
    struct Places {
        float* to[kLanes];
        alignas(64) float weight[kTaps][kLanes];
    };

  public:
    // Element by element, since cells near to each other share what is read of an element's rows.
    static void transmit(const Problem& p, const Cell* cells, std::int64_t n_cells,
                         std::int64_t begin, std::int64_t end, Table* tables) {
        for (std::int64_t i = 0; i < n_cells; ++i) tables[i].n_lit = 0;
        for (std::int64_t t = begin; t < end; ++t)
            for (std::int64_t i = 0; i < n_cells; ++i) {
                Table& table = tables[i];
                float* row = table.values + table.n_lit * kSample * row_stride(p, cells[i]);
                Weighing<kLanes>::weigh(p, p.transmit, cells[i], t, row, table);
            }
    }

    static void receive(const Problem& p, const Cell* cells, std::int64_t n_cells,
                        Table* tables) {
        for (std::int64_t i = 0; i < n_cells; ++i) tables[i].n_lit = 0;
        for (std::int64_t r = 0; r < p.receive.n_elements; ++r)
            for (std::int64_t i = 0; i < n_cells; ++i) receive_one(p, cells[i], r, tables[i]);
    }

    static void add(const Problem& p, const Cell& cell, const Table& transmit, std::int64_t begin,
                    std::int64_t end, const Table& receive, std::int64_t first, float* profiles) {
        const std::int64_t stride = row_stride(p, cell), n = p.n_terms * cell.n_facets;
        const std::int64_t of_transmitter = p.receive.n_elements * p.paths.row() * kSample;
        Sums sums;
        // Their last rows belong to no node.
        std::fill_n(sums.of[0][0], sizeof(sums) / sizeof(float), 0.0f);
        Places places[kRows];
        for (std::int64_t r = 0; r < receive.n_lit; r += kLanes) {
            const float* block = receive.values + r * kSample * n;
            const int used = static_cast<int>(std::min<std::int64_t>(kLanes, receive.n_lit - r));
            for (std::int64_t t = begin; t < end; t += kRows) {
                const int n_rows = static_cast<int>(std::min<std::int64_t>(kRows, end - t));
                for (int i = 0; i < n_rows; ++i)
                    place(p.paths, transmit.position[t + i], receive.position + r,
                          receive.element + r, used,
                          profiles + (transmit.element[t + i] - first) * of_transmitter,
                          places[i]);
                for (int q = 0; q < kNodes; ++q) {
                    const float* rows = transmit.values + (t * kSample + 2 * q) * stride;
                    multiply<kRows>(n_rows, rows, kSample * stride, 1, stride,
                                    block + 2 * q * n * kLanes, n, 2 * q, sums);
                }
                for (int i = 0; i < n_rows; ++i) spread(sums.of[i], used, places[i]);
            }
        }
    }

    static void finish(const Problem& p, const float* blocks, const float* profiles,
                       std::int64_t tx, Complex* out) {
        const std::int64_t n = p.paths.row() * kNodes, n_rx = p.receive.n_elements;
        Sums sums;
        for (std::int64_t r = 0; r < n_rx; r += kRows) {
            const int n_rows = static_cast<int>(std::min<std::int64_t>(kRows, n_rx - r));
            for (std::int64_t f = 0; f < p.n_frequencies; f += kLanes) {
                multiply<kRows>(n_rows, profiles + 2 * n * r, 2 * n, 2, 1, blocks + 2 * n * f, n,
                                0, sums);
                for (std::int64_t i = f; i < std::min(f + kLanes, p.n_frequencies); ++i)
                    for (std::int64_t k = r; k < std::min(r + kRows, n_rx); ++k)
                        out[(i * p.transmit.n_elements + tx) * n_rx + k] = {
                            sums.of[k - r][0][i - f], sums.of[k - r][1][i - f]};
            }
        }
    }

  private:
    // Into blocks of kLanes receivers: [block][node][term and facet][real, imaginary][receiver].
    static void receive_one(const Problem& p, const Cell& cell, std::int64_t receiver,
                            Table& table) {
        const std::int64_t stride = row_stride(p, cell), n = p.n_terms * cell.n_facets;
        const std::int64_t block = table.n_lit / kLanes, lane = table.n_lit % kLanes;
        float* row = table.values + receive_blocks(p, cell);
        if (!Weighing<kLanes>::weigh(p, p.receive, cell, receiver, row, table)) return;
        float* to = table.values + block * kSample * n * kLanes;
        if (lane == 0) {
            std::fill_n(to, kSample * n * kLanes, 0.0f);
            std::fill_n(table.position + table.n_lit, kLanes - 1, 0.0f);
        }
        for (int q = 0; q < kNodes; ++q) {
            const float *re = row + 2 * q * stride, *im = re + stride;
            for (std::int64_t m = 0; m < n; ++m, to += 2 * kLanes) {
                to[lane] = re[m];
                to[lane + kLanes] = im[m];
            }
        }
    }

    // Complex products of n_rows <= kCount rows with a block's columns, at `part` and `part + 1`
    // of the sums.
    template <int kCount>
    static void multiply(int n_rows, const float* first, std::int64_t to_row, std::int64_t step,
                         std::int64_t to_imaginary, const float* block, std::int64_t n, int part,
                         Sums& sums) {
        if constexpr (kCount > 1)
            if (n_rows < kCount)
                return multiply<kCount - 1>(n_rows, first, to_row, step, to_imaginary, block, n,
                                            part, sums);
        Vector re[kCount], im[kCount];
        const float* rows[kCount];
        for (int i = 0; i < kCount; ++i) {
            re[i] = im[i] = Vector{};
            rows[i] = first + i * to_row;
        }
        for (std::int64_t m = 0; m < n; ++m, block += 2 * kLanes) {
            const Vector b_re = load<Vector>(block), b_im = load<Vector>(block + kLanes);
#pragma GCC unroll 16
            for (int i = 0; i < kCount; ++i) {
                const float a_re = rows[i][m * step], a_im = rows[i][m * step + to_imaginary];
                re[i] += a_re * b_re;
                im[i] += a_re * b_im;
                re[i] -= a_im * b_im;
                im[i] += a_im * b_re;
            }
        }
        for (int i = 0; i < kCount; ++i) {
            store(sums.of[i][part], re[i]);
            store(sums.of[i][part + 1], im[i]);
        }
    }

    // Also asks for their memory, which is at hand by the time that the sums are.
    static void place(const Paths& paths, float position, const float* positions,
                      const std::int32_t* receiver, int used, float* profiles, Places& places) {
        const float period = static_cast<float>(paths.n_samples);
        Vector at = load<Vector>(positions) + position;
        at = at >= period ? at - period : at;
        const Integers start = __builtin_convertvector(at, Integers);
        alignas(64) std::int32_t first[kLanes];
        store(first, start);
        for (int lane = 0; lane < used; ++lane) {
            float* to = profiles + (receiver[lane] * paths.row() + first[lane]) * kSample;
            for (int i = 0; i < kTaps * kSample; i += 16) __builtin_prefetch(to + i, 1);
            places.to[lane] = to;
        }
        const Vector x = at - __builtin_convertvector(start, Vector) - 0.5f, y = x * x;
        for (int tap = 0; tap < kTaps / 2; ++tap) {
            const float* c = paths.spreading[tap];
            const Vector even = ((c[6] * y + c[4]) * y + c[2]) * y + c[0];
            const Vector odd = ((c[5] * y + c[3]) * y + c[1]) * x;
            store(places.weight[tap], even + odd);
            store(places.weight[kTaps - 1 - tap], even - odd);
        }
    }

    // Adds the sums of one transmitter to the profiles of its pairs.
    static void spread(const float (&sums)[kPadded][kLanes], int used, const Places& places) {
        alignas(64) float by_pair[kLanes][kPadded];
        for (int lane = 0; lane < kLanes; lane += 8)
            for (int part = 0; part < kPadded; part += 8)
                transposed(&sums[part][lane], &by_pair[lane][part]);
        for (int lane = 0; lane < used; ++lane) {
            const Eight low = load<Eight>(by_pair[lane]);
            const Four high = load<Four>(by_pair[lane] + 8);
            float* to = places.to[lane];
#pragma GCC unroll 4
            for (int tap = 0; tap < kTaps; ++tap, to += kSample) {
                store(to, load<Eight>(to) + places.weight[tap][lane] * low);
                store(to + 8, load<Four>(to + 8) + places.weight[tap][lane] * high);
            }
        }
    }

    // 8 x 8 floats, from rows that are kLanes apart to rows that are kPadded apart.
    [[gnu::always_inline]] static void transposed(const float* from, float* to) {
        Eight a[8], b[8];
        for (int i = 0; i < 8; ++i) a[i] = load<Eight>(from + i * kLanes);
        for (int i = 0; i < 8; i += 2) {
            b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
            b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
        }
        for (int i = 0; i < 8; i += 4)
            for (int k = i; k < i + 2; ++k) {
                a[k] = __builtin_shufflevector(b[k], b[k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
                a[k + 2] = __builtin_shufflevector(b[k], b[k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
            }
        for (int k = 0; k < 4; ++k) {
            store(to + k * kPadded,
                  __builtin_shufflevector(a[k], a[k + 4], 0, 1, 2, 3, 8, 9, 10, 11));
            store(to + (k + 4) * kPadded,
                  __builtin_shufflevector(a[k], a[k + 4], 4, 5, 6, 7, 12, 13, 14, 15));
        }
    }
};

template <int kLanes, int kRows>
constexpr Kernel kernel_of(const char* name, bool (*is_supported)()) {
    using Own = EchoKernel<kLanes, kRows>;
    return {name,        is_supported, kLanes, &Own::transmit, &Own::receive,
            &Own::add, &Own::finish};
}

}  // namespace
}  // namespace clearway::echo_sum
