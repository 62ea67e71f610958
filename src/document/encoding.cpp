// One pass over the bytes: UTF-8, no control characters, no stray byte order marks or carriage returns.
#include "encoding.hpp"

#include <fmt/format.h>

#include "descopectl/base/text.hpp"

namespace descopectl::document {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kConvert = "save the file as UTF-8";

/// UTF-16 and UTF-32 with or without their byte order mark: every file of ours begins with an ASCII
/// character.
bool looks_like_utf16(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv)) return true;
  return text.size() >= 2 && (text[0] == '\0') != (text[1] == '\0');
}

/// What is wrong with the character at `at` (not a plain printable ASCII one), or nothing.
struct Fault {
  std::string summary;
  std::string hint;
};

Fault fault_of_control(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\n' || c == '\t') return {};
  if (c == '\r') {
    if (at + 1 < text.size() && text[at + 1] == '\n') return {};
    return {"a carriage return without a line feed", "end lines with a line feed"};
  }
  const auto code = static_cast<unsigned char>(c);
  if (c == '\0') return {"a NUL byte: this is no text file", "is this the right file?"};
  return {fmt::format("the control character U+{:04X}", static_cast<unsigned>(code)),
          fmt::format("write it as \"\\x{:02x}\" in a double-quoted text", static_cast<unsigned>(code))};
}

Fault fault_of_wide(std::string_view text, std::size_t at, const base::CodePoint& code_point) {
  if (!code_point.is_valid) {
    return {fmt::format("the byte 0x{:02x} is not UTF-8", static_cast<unsigned>(code_point.value)),
            std::string(kConvert)};
  }
  if (code_point.value >= 0x80 && code_point.value <= 0x9F && code_point.value != 0x85) {
    return {fmt::format("the control character U+{:04X}", static_cast<unsigned>(code_point.value)),
            fmt::format("write it as \"\\x{:02x}\" in a double-quoted text",
                        static_cast<unsigned>(code_point.value))};
  }
  if (code_point.value == 0xFEFF && at > 0 && text[at - 1] == '\n') {
    return {"a byte order mark in the middle of the file", "delete it: it is left over from joining files"};
  }
  return {};
}

}  // namespace

std::size_t byte_order_mark(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

bool check_encoding(std::string_view text, std::uint32_t source, diag::Sink& sink) {
  if (looks_like_utf16(text)) {
    sink.error("yaml-encoding", {source, 0, 0}, "the file is UTF-16 or UTF-32, not UTF-8",
               std::string(kConvert));
    return false;
  }
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte < 0x7F) {
      ++at;
      continue;
    }
    base::CodePoint code_point{byte, 1, true};
    Fault fault;
    if (byte < 0x80) {
      fault = fault_of_control(text, at);
    } else {
      code_point = base::decode_utf8(text, at);
      fault = fault_of_wide(text, at, code_point);
    }
    if (!fault.summary.empty()) {
      const diag::Span span{source, static_cast<std::uint32_t>(at),
                            static_cast<std::uint32_t>(at + code_point.size)};
      sink.error("yaml-encoding", span, std::move(fault.summary), std::move(fault.hint));
      return false;
    }
    at += code_point.size;
  }
  return true;
}

}  // namespace descopectl::document
