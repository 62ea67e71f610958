// How a value looks after encoders that know nothing of secrets: for whoever must find one in any text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace descopectl::base {

/// A text without its escapes, and where its bytes came from.
struct Unescaped {
  std::string text;
  /// For each byte of `text` and for its end, the offset in the escaped text: of an escape, its beginning.
  std::vector<std::size_t> origins;
};

enum class Escapes : unsigned char {
  kJson,     ///< `\"`, `\n`, `\u0041`, pairs of halves
  kPercent,  ///< `%41`
};

/// Takes out escapes of that sort, whatever characters they stand for; what is none stays. One level: an
/// escaped escape becomes an escape.
[[nodiscard]] Unescaped unescape(std::string_view escaped, Escapes sort);

/// What the text is without its escapes, of either sort, one within the other, up to three deep; nothing
/// where it has none. Always with places in `text`.
[[nodiscard]] std::vector<Unescaped> unescape_all(std::string_view text);

/// `text` with letter case and the two alphabets of base64 told apart no more: what differs from a secret in
/// them alone is as good as the secret.
[[nodiscard]] std::string fold_encodings(std::string_view text);

/// What of `bytes` is the same in any text whose base64 or hexadecimal form contains them: base64 (with `+`
/// and `/`) where they begin 0, 1 and 2 bytes into a group of three, without the characters that their
/// neighbours decide as well; then hexadecimal in small letters.
[[nodiscard]] std::vector<std::string> encoded_cores(std::string_view bytes);

}  // namespace descopectl::base
