// Work shared by threads that the caller counts.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace clearway {

// Calls work(begin, end) for parts of [0, n) on up to `threads` threads, this one among them.
// Which thread does which part is left open, so parts must not depend on each other.
template <class Work>
void in_parallel(std::int64_t n, std::int64_t part, int threads, const Work& work) {
    std::atomic<std::int64_t> next{0};
    std::exception_ptr failure;
    std::mutex failing;
    const auto run = [&] {
        try {
            for (;;) {
                const std::int64_t begin = next.fetch_add(part);
                if (begin >= n) return;
                work(begin, std::min(begin + part, n));
            }
        } catch (...) {
            const std::lock_guard<std::mutex> lock(failing);
            if (!failure) failure = std::current_exception();
            next = n;
        }
    };
    std::vector<std::thread> others;
    const std::int64_t useful = std::min<std::int64_t>(threads, (n + part - 1) / part);
    for (std::int64_t i = 1; i < useful; ++i) others.emplace_back(run);
    run();
    for (std::thread& other : others) other.join();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace clearway
