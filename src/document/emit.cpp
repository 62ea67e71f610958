// Values as YAML.
#include "descopectl/document/emit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/document/node.hpp"

namespace descopectl::document {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kStep = 2;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// May stand in one line as it is: no control characters, no marks that steer a terminal or an editor.
bool is_harmless(const base::CodePoint& code_point) {
  constexpr char32_t kByteOrderMark = 0xFEFF;
  const bool is_noncharacter = (code_point.value & 0xFFFEU) == 0xFFFEU;
  return code_point.is_valid && base::is_printable(code_point.value) && code_point.value != kByteOrderMark &&
         !is_noncharacter;
}

bool is_harmless(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const base::CodePoint code_point = base::decode_utf8(text, at);
    if (!is_harmless(code_point)) return false;
    at += code_point.size;
  }
  return true;
}

/// What YAML 1.1 reads as a boolean or null, though 1.2 does not.
bool is_old_word(std::string_view text) {
  constexpr std::array<std::string_view, 7> kWords{"y", "n", "yes", "no", "on", "off", "null"};
  const std::string lower = base::to_lower(text);
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

/// Begins like a number and has no word in it: a date, a time, an octal or sexagesimal number of YAML 1.1.
bool is_like_number(std::string_view text) {
  const auto letters = std::count_if(text.begin(), text.end(), base::is_letter);
  return is_digit(text.front()) && letters < 3;
}

bool is_plain(std::string_view text) {
  constexpr std::string_view kAllowed = " _-./+@:()%=&;~$?";
  if (text.empty() || text.back() == ' ' || text.back() == ':') return false;
  const char first = text.front();
  const bool is_wide = static_cast<unsigned char>(first) >= 0x80;
  if (!base::is_letter(first) && !is_digit(first) && !is_wide && first != '/' && first != '_') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x80 || base::is_letter(c) || is_digit(c)) continue;
    if (kAllowed.find(c) == std::string_view::npos) return false;
    if (c == ':' && text[i + 1] == ' ') return false;
  }
  return is_harmless(text) && !is_old_word(text) && !is_like_number(text) &&
         resolve_plain_scalar(text) == NodeKind::kString;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const base::CodePoint code_point = base::decode_utf8(text, at);
    const std::string_view bytes = text.substr(at, code_point.size);
    const auto value = static_cast<std::uint32_t>(code_point.value);
    at += code_point.size;
    if (bytes == "\"" || bytes == "\\")
      out.append("\\").append(bytes);
    else if (bytes == "\n")
      out += "\\n";
    else if (bytes == "\t")
      out += "\\t";
    else if (is_harmless(code_point) || !code_point.is_valid)
      out += bytes;
    else if (value < 0x100)
      out += fmt::format("\\x{:02x}", value);
    else if (value < 0x10000)
      out += fmt::format("\\u{:04x}", value);
    else
      out += fmt::format("\\U{:08x}", value);
  }
  return out + '"';
}

/// Several lines that a literal block keeps as they are.
bool is_block_text(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.front() == '\n' || text.front() == ' ') return false;
  if (text.ends_with("\n\n")) return false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!is_harmless(line) || line.ends_with(' ')) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

bool is_scalar(const json::value& value) {
  return !value.is_object() && !value.is_array();
}

std::string scalar(const json::value& value) {
  return value.is_string() ? to_yaml_scalar(value.get_string()) : json::serialize(value);
}

/// Between brackets yaml-cpp 0.7 takes a question mark for the sign of a key.
std::string scalar_in_flow(const json::value& value) {
  if (value.is_string() && value.get_string().find('?') != std::string::npos)
    return quoted(value.get_string());
  return scalar(value);
}

class Emitter {
 public:
  std::string take() { return std::move(out_); }

  void emit_members(const json::object& object, std::size_t indent) {
    for (const auto& [key, value] : object) {
      out_.append(indent, ' ').append(to_yaml_scalar(key)).append(":");
      emit_value(value, indent);
    }
  }

 private:
  /// What follows a key or a dash; `indent` is that of the key or dash.
  void emit_value(const json::value& value, std::size_t indent) {
    if (is_scalar(value)) return emit_scalar(value, indent);
    if (const auto line = flow(value, indent)) {
      out_ += ' ';
      out_ += *line;
      out_ += '\n';
      return;
    }
    out_ += '\n';
    if (const json::object* object = value.if_object()) return emit_members(*object, indent + kStep);
    for (const json::value& item : value.get_array())
      emit_item(item, indent + kStep);
  }

  void emit_item(const json::value& item, std::size_t indent) {
    const json::object* object = item.if_object();
    if (object == nullptr || object->empty()) {
      out_.append(indent, ' ').append("-");
      return emit_value(item, indent);
    }
    // The first member stands beside the dash.
    const std::size_t begin = out_.size();
    emit_members(*object, indent + kStep);
    out_[begin + indent] = '-';
  }

  void emit_scalar(const json::value& value, std::size_t indent) {
    const json::string* text = value.if_string();
    if (text == nullptr || !is_block_text(*text)) {
      out_ += ' ';
      out_ += scalar(value);
      out_ += '\n';
      return;
    }
    std::string_view rest = *text;
    const bool ends_in_newline = rest.ends_with('\n');
    out_ += ends_in_newline ? " |\n" : " |-\n";
    if (ends_in_newline) rest.remove_suffix(1);
    while (true) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      if (end > 0) out_.append(indent + kStep, ' ').append(rest.substr(0, end));
      out_ += '\n';
      if (end == rest.size()) return;
      rest.remove_prefix(end + 1);
    }
  }

  /// The value in one line, where that is how it is best read.
  static std::optional<std::string> flow(const json::value& value, std::size_t indent) {
    std::string line;
    if (const json::object* object = value.if_object()) {
      if (object->empty()) return "{}";
      const auto& [key, member] = *object->begin();
      if (indent == 0 || object->size() > 1 || !is_one_line(member)) return std::nullopt;
      line = fmt::format("{{{}: {}}}", scalar_in_flow(json::value(key)), scalar_in_flow(member));
    } else {
      const json::array& list = value.get_array();
      if (list.empty()) return "[]";
      for (const json::value& item : list) {
        if (!is_one_line(item)) return std::nullopt;
        line += (line.empty() ? "[" : ", ") + scalar_in_flow(item);
      }
      line += ']';
    }
    if (indent + line.size() > kWidth) return std::nullopt;
    return line;
  }

  static bool is_one_line(const json::value& value) {
    return is_scalar(value) && !(value.is_string() && is_block_text(value.get_string()));
  }

  std::string out_;
};

}  // namespace

std::string to_yaml(const json::object& object) {
  if (object.empty()) return "{}\n";
  Emitter emitter;
  emitter.emit_members(object, 0);
  return emitter.take();
}

std::string to_yaml_scalar(std::string_view text) {
  return is_plain(text) ? std::string(text) : quoted(text);
}

}  // namespace descopectl::document
