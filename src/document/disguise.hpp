// Hides from yaml-cpp two things that are valid YAML 1.2 and that it refuses, without moving a byte.
//
//   {url: https://x/y?z=1}    a `?` within a plain scalar in brackets, which it takes for a key's indicator
//   "\ud83d\ude00"            a character in JSON's two halves, which it takes for two invalid characters
//
// yaml-cpp is shown a byte that no UTF-8 text has in the place of the `?` and of each half's backslash. It
// takes such a byte for a letter and hands it back in the scalar, where reveal() undoes it: nothing that a
// text holds or an escape stands for can be mistaken for it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace descopectl::document {

/// The byte that yaml-cpp is to see for the one at `at` of `text`, which is UTF-8.
[[nodiscard]] char disguised(std::string_view text, std::size_t at);

/// Whether reveal() would change anything.
[[nodiscard]] bool is_disguised(std::string_view value);

/// A scalar's value as yaml-cpp gives it, with what was hidden put back; the two halves of a character become
/// that character where `is_double_quoted`, and stay as they are written elsewhere.
[[nodiscard]] std::string reveal(std::string_view value, bool is_double_quoted);

}  // namespace descopectl::document
