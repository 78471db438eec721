// Memory for vectors, on huge pages where it is large: profiles are read at scattered places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace clearway {

inline std::int64_t round_up(std::int64_t n, std::int64_t step) {
    return (n + step - 1) / step * step;
}

template <class T>
class Aligned {
  public:
    explicit Aligned(std::int64_t n) {
        constexpr std::size_t line = 64, huge = std::size_t{1} << 21;
        const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(T);
        alignment_ = bytes >= huge ? huge : line;
        data_ = static_cast<T*>(::operator new(bytes, std::align_val_t(alignment_)));
#if defined(__linux__)
        if (alignment_ == huge) madvise(data_, bytes, MADV_HUGEPAGE);
#endif
    }
    ~Aligned() { ::operator delete(data_, std::align_val_t(alignment_)); }
    Aligned(const Aligned&) = delete;
    Aligned& operator=(const Aligned&) = delete;

    T* data() { return data_; }
    const T* data() const { return data_; }

  private:
    std::size_t alignment_;
    T* data_;
};

}  // namespace clearway
