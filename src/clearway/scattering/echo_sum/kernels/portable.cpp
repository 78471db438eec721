// The kernel for any processor: the compiler makes what it can of vectors of 8 floats.
#include "echo_kernel.hpp"

namespace clearway::echo_sum {
namespace {

bool is_supported() { return true; }

}  // namespace

const Kernel kPortable = kernel_of<8, 2>("portable", &is_supported);

}  // namespace clearway::echo_sum
