// Checks of flag values by their type.
#include "values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/model/labels.hpp"

namespace descopectl::cli {
namespace {

/// Checks the values of one flag.
class Checker {
 public:
  Checker(const GivenFlag& given, Command command, std::span<const std::string_view> kinds, diag::Sink& sink)
      : given_(given), row_(*given.row), command_(command), kinds_(kinds.begin(), kinds.end()), sink_(sink) {}

  std::optional<FlagValue> run() {
    value_.is_from_variable = given_.is_from_variable;
    // Of a flag that takes one value the last one counts, as everywhere.
    const auto first = row_.is_repeatable() ? given_.texts.begin() : given_.texts.end() - 1;
    for (auto text = first; text != given_.texts.end(); ++text) {
      is_good_ = check(*text) && is_good_;
    }
    return is_good_ ? std::optional(std::move(value_)) : std::nullopt;
  }

 private:
  bool fail(std::string_view text, std::string_view expected, std::string hint = {}) {
    sink_.error("invalid-value", {},
                fmt::format("invalid value '{}' for '{}': must be {}", base::printable(text, 80), given_.name,
                            expected),
                std::move(hint));
    return false;
  }

  bool check(const std::string& text) {
    switch (row_.type) {
      case FlagType::kSwitch:
        return check_switch(text);
      case FlagType::kText:
      case FlagType::kTexts:
        return check_text(text);
      case FlagType::kNumber:
        return check_number(text);
      case FlagType::kDigest:
        return check_digest(text);
      case FlagType::kWord:
        return check_word(text, {row_.words.begin(), row_.words.end()}, value_.word);
      case FlagType::kFormat:
        return check_word(text, formats(), value_.word);
      case FlagType::kWords:
        return check_words(text);
      case FlagType::kAssignments:
        return check_assignment(text);
      case FlagType::kLabels:
        return check_labels(text);
      case FlagType::kKinds:
        return check_kind(text) && keep(text);
      case FlagType::kObjects:
        return check_object(text, text, "KIND/NAME") && keep(text);
      case FlagType::kFields:
        return check_field(text);
      case FlagType::kReports:
        return check_report(text);
      case FlagType::kFaults:
        return check_fault(text);
    }
    return false;
  }

  bool keep(const std::string& text) {
    value_.texts.push_back(text);
    return true;
  }

  bool check_switch(std::string_view text) {
    if (text != "true" && text != "false" && text != "1" && text != "0") return fail(text, "true or false");
    value_.is_on = text == "true" || text == "1";
    return true;
  }

  bool check_text(const std::string& text) {
    if (!text.empty()) return keep(text);
    sink_.error("missing-value", {}, fmt::format("'{}' needs a value that is not empty", given_.name));
    return false;
  }

  bool check_number(std::string_view text) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value_.number);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (is_number && value_.number >= row_.minimum && value_.number <= row_.maximum) return true;
    return fail(text, fmt::format("a whole number from {} to {}", row_.minimum, row_.maximum));
  }

  bool check_digest(std::string_view text) {
    constexpr std::string_view kPrefix = "sha256:";
    constexpr std::size_t kDigits = 64;
    const std::string_view digits = text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
    if (digits.size() == kDigits && !base::from_hex(digits).empty()) return keep(std::string(digits));
    return fail(text, "64 hexadecimal digits in lower case, with or without 'sha256:' before them",
                "'plan' prints them after 'Plan SHA-256'");
  }

  bool check_word(std::string_view text, const std::vector<std::string_view>& words, std::size_t& index) {
    const auto found = std::find(words.begin(), words.end(), text);
    if (found != words.end()) {
      index = static_cast<std::size_t>(found - words.begin());
      return true;
    }
    const auto nearest = base::find_nearest(text, words);
    return fail(text, base::join_words(words, " or "),
                nearest ? fmt::format("did you mean '{}'?", *nearest) : "");
  }

  std::vector<std::string_view> formats() const {
    std::vector<std::string_view> names;
    for (const auto format : row_of(command_).formats)
      names.push_back(name_of(format));
    return names;
  }

  bool check_words(std::string_view text) {
    bool is_good = true;
    while (is_good) {
      const auto comma = std::min(text.find(','), text.size());
      std::size_t index = 0;
      is_good = check_word(text.substr(0, comma), {row_.words.begin(), row_.words.end()}, index);
      value_.words.push_back(index);
      if (comma == text.size()) break;
      text.remove_prefix(comma + 1);
    }
    return is_good;
  }

  bool check_assignment(const std::string& text) {
    // The value may be a token that somebody put there: it is not repeated.
    const auto equals = text.find('=');
    if (equals != std::string::npos && equals > 0) return keep(text);
    sink_.error("invalid-value", {}, fmt::format("invalid value for '{}': must be NAME=VALUE", given_.name));
    return false;
  }

  bool check_labels(std::string_view text) {
    bool is_good = true;
    while (true) {
      const auto comma = std::min(text.find(','), text.size());
      const auto rule = model::parse_label_rule(text.substr(0, comma));
      is_good =
          (rule ? keep(rule->to_string()) : fail(text.substr(0, comma), rule.error().message())) && is_good;
      if (comma == text.size()) return is_good;
      text.remove_prefix(comma + 1);
    }
  }

  bool check_kind(std::string_view kind) {
    if (kind.empty()) return fail(kind, "a kind");
    if (kinds_.empty() || std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end()) return true;
    const auto nearest = base::find_nearest(kind, kinds_);
    sink_.error("unknown-kind", {},
                fmt::format("unknown kind '{}' for '{}'", base::printable(kind, 80), given_.name),
                nearest ? fmt::format("did you mean '{}'?", *nearest)
                        : fmt::format("known kinds: {}", base::join_words(kinds_)));
    return false;
  }

  /// `object` is the part of `text` that names an object.
  bool check_object(std::string_view text, std::string_view object, std::string_view form) {
    const auto slash = object.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == object.size()) return fail(text, form);
    return check_kind(object.substr(0, slash));
  }

  bool check_field(const std::string& text) {
    constexpr std::string_view kForm = "KIND/NAME:FIELD";
    const auto colon = text.find(':');
    if (colon == std::string::npos || colon + 1 == text.size()) return fail(text, kForm);
    return check_object(text, std::string_view(text).substr(0, colon), kForm) && keep(text);
  }

  bool check_report(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      return fail(text, "FORMAT=FILE", "for example json=result.json");
    }
    std::size_t index = 0;
    return check_word(std::string_view(text).substr(0, equals), formats(), index) && keep(text);
  }

  bool check_fault(const std::string& text) {
    const auto fault = emulator::parse_fault(text);
    if (fault) return keep(text);
    sink_.error("invalid-value", {},
                fmt::format("invalid value '{}' for '{}': {}", base::printable(text, 200), given_.name,
                            fault.error().message()),
                fault.error().hint());
    return false;
  }

  const GivenFlag& given_;
  const FlagRow& row_;
  Command command_;
  std::vector<std::string_view> kinds_;
  diag::Sink& sink_;
  FlagValue value_;
  bool is_good_ = true;
};

}  // namespace

std::optional<FlagValue> check_value(const GivenFlag& given, Command command,
                                     std::span<const std::string_view> kinds, diag::Sink& sink) {
  return Checker(given, command, kinds, sink).run();
}

}  // namespace descopectl::cli
