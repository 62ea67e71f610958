// A broken promise ends the fuzzer, which then keeps the input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace descopectl::fuzz {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

}  // namespace descopectl::fuzz
