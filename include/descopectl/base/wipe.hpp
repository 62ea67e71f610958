// Overwriting bytes that must not stay in memory.
#pragma once

#include <string>

namespace descopectl::base {

/// Overwrites the bytes of `text`, all of its capacity, then empties it. Short texts live inside the string
/// object, and longer ones leave their tail behind: the capacity, not the size, is what may hold bytes.
void wipe(std::string& text) noexcept;

}  // namespace descopectl::base
