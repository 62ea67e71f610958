// What a handle may look like.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace descopectl::manifest {

/// Why a text can't be a handle.
struct HandleFault {
  std::string what;  ///< "character 3 is white space (U+00A0)": the end of a sentence about the handle
  /// The bytes that are wrong; none where it is the whole.
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// Handles stand in KIND/NAME arguments, in addresses and in names of files, and people compare them by eye:
/// 1 to 200 bytes of letters, digits and signs of any script, without '/', ',' and '=', white space, and what
/// can't be seen. None where `handle` is one.
[[nodiscard]] std::optional<HandleFault> find_handle_fault(std::string_view handle);

}  // namespace descopectl::manifest
