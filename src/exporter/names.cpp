// Names made of other names.
#include "names.hpp"

#include <fmt/format.h>

#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::exporter {
namespace {

constexpr std::size_t kLongestHandle = 100;

char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

/// Letters beyond ASCII are kept; spaces, punctuation and symbols of the usual blocks are not.
bool is_kept(char32_t c) {
  if (c < 0x80) return base::is_alphanumeric(static_cast<char>(c)) || c == '.' || c == '_';
  const bool is_latin_sign = c < 0xC0 || c == 0xD7 || c == 0xF7;
  const bool is_space_or_sign =
      (c >= 0x2000 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020);
  const bool is_private = (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
  return base::is_printable(c) && !is_latin_sign && !is_space_or_sign && !is_private && c != 0x1680 &&
         c != 0xFEFF && c != 0xFFFD && (c & 0xFFFEU) != 0xFFFEU;
}

/// The words of a camel-case name: "clientSecret" and "loginPageURL" have a break before each capital that
/// begins a word.
template <class Append>
void split_camel(std::string_view text, Append append) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins_word =
        i > 0 && base::is_upper(text[i]) &&
        (!base::is_upper(text[i - 1]) ||
         (i + 1 < text.size() && !base::is_upper(text[i + 1]) && base::is_alphanumeric(text[i + 1])));
    append(text[i], begins_word);
  }
}

}  // namespace

std::string make_handle(std::string_view name) {
  std::string handle;
  bool has_gap = false;
  for (std::size_t at = 0; at < name.size();) {
    const base::CodePoint code_point = base::decode_utf8(name, at);
    const std::string_view bytes = name.substr(at, code_point.size);
    at += code_point.size;
    // Neither hidden files nor a dash at the front.
    const bool is_leading_dot = handle.empty() && bytes == ".";
    if (!code_point.is_valid || !is_kept(code_point.value) || is_leading_dot) {
      has_gap = true;
      continue;
    }
    if (handle.size() + bytes.size() + 1 > kLongestHandle) break;
    if (has_gap && !handle.empty()) handle += '-';
    has_gap = false;
    for (const char c : bytes)
      handle += base::to_lower(c);
  }
  while (handle.ends_with('.'))
    handle.pop_back();
  return handle;
}

std::string make_unique(std::string wanted, std::string_view joiner, std::set<std::string>& taken) {
  std::string name = wanted;
  for (unsigned number = 2; !taken.insert(name).second; ++number)
    name = fmt::format("{}{}{}", wanted, joiner, number);
  return name;
}

std::string make_variable(std::string_view kind, std::string_view handle, std::string_view field) {
  std::string name;
  const auto append = [&](char c, bool begins_word) {
    if (begins_word) name += '_';
    if (base::is_alphanumeric(c))
      name += to_upper(c);
    else if (!name.ends_with('_'))
      name += '_';
  };
  split_camel(kind, append);
  append('_', false);
  for (const char c : handle)
    append(c, false);
  append('_', false);
  split_camel(field, append);
  return name;
}

std::string folder_of(std::string_view kind) {
  std::string folder;
  split_camel(kind, [&](char c, bool begins_word) {
    if (begins_word) folder += '-';
    folder += base::to_lower(c);
  });
  if (folder.ends_with('y')) return folder.substr(0, folder.size() - 1) + "ies";
  return folder + "s";
}

}  // namespace descopectl::exporter
