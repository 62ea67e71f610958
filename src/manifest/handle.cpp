// Characters that no handle holds.
#include "descopectl/manifest/handle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "descopectl/base/text.hpp"

namespace descopectl::manifest {
namespace {

constexpr std::size_t kMostBytes = 200;

/// What is wrong with the characters from `first` to `last`.
struct Range {
  char32_t first;
  char32_t last;
  std::string_view what;
};

constexpr std::string_view kControl = "a control character";
constexpr std::string_view kSpace = "white space";
constexpr std::string_view kUnseen = "an invisible character";

// Unicode 15, in ascending order: the categories Cc, Zs, Zl and Zp whole; of Cf and of the letters and marks
// those that are not drawn.
constexpr std::array kRanges{
    Range{0x0000, 0x0008, kControl},  Range{0x0009, 0x000D, kSpace},    Range{0x000E, 0x001F, kControl},
    Range{0x0020, 0x0020, kSpace},    Range{0x007F, 0x0084, kControl},  Range{0x0085, 0x0085, kSpace},
    Range{0x0086, 0x009F, kControl},  Range{0x00A0, 0x00A0, kSpace},    Range{0x00AD, 0x00AD, kUnseen},
    Range{0x034F, 0x034F, kUnseen},   Range{0x061C, 0x061C, kUnseen},   Range{0x115F, 0x1160, kUnseen},
    Range{0x1680, 0x1680, kSpace},    Range{0x17B4, 0x17B5, kUnseen},   Range{0x180B, 0x180F, kUnseen},
    Range{0x2000, 0x200A, kSpace},    Range{0x200B, 0x200F, kUnseen},   Range{0x2028, 0x2029, kSpace},
    Range{0x202A, 0x202E, kUnseen},   Range{0x202F, 0x202F, kSpace},    Range{0x205F, 0x205F, kSpace},
    Range{0x2060, 0x206F, kUnseen},   Range{0x2800, 0x2800, kUnseen},   Range{0x3000, 0x3000, kSpace},
    Range{0x3164, 0x3164, kUnseen},   Range{0xFE00, 0xFE0F, kUnseen},   Range{0xFEFF, 0xFEFF, kUnseen},
    Range{0xFFA0, 0xFFA0, kUnseen},   Range{0xFFF0, 0xFFFF, kUnseen},   Range{0x1BCA0, 0x1BCA3, kUnseen},
    Range{0x1D173, 0x1D17A, kUnseen}, Range{0xE0000, 0xE0FFF, kUnseen},
};

std::string_view fault_of(char32_t character) {
  const auto* const range =
      std::find_if(kRanges.begin(), kRanges.end(), [&](const Range& it) { return character <= it.last; });
  return range != kRanges.end() && character >= range->first ? range->what : std::string_view();
}

}  // namespace

std::optional<HandleFault> find_handle_fault(std::string_view handle) {
  if (handle.empty()) return HandleFault{.what = "it is empty"};
  if (handle.size() > kMostBytes)
    return HandleFault{.what =
                           fmt::format("it has {} bytes, and {} are the limit", handle.size(), kMostBytes)};
  std::size_t number = 1;
  for (std::size_t at = 0; at < handle.size(); ++number) {
    const base::CodePoint character = base::decode_utf8(handle, at);
    const auto what = fault_of(character.value);
    const bool is_separator = handle[at] == '/' || handle[at] == ',' || handle[at] == '=';
    if (is_separator)
      return HandleFault{fmt::format("character {} is '{}'", number, handle[at]), at, character.size};
    if (!what.empty())
      return HandleFault{fmt::format("character {} is {} (U+{:04X})", number, what,
                                     static_cast<std::uint32_t>(character.value)),
                         at, character.size};
    at += character.size;
  }
  return std::nullopt;
}

}  // namespace descopectl::manifest
