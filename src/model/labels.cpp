// Rules that select by labels.
#include "descopectl/model/labels.hpp"

#include <algorithm>

namespace descopectl::model {
namespace {

bool is_word(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '=' || c == '!' || c == ',' || c == '(' || c == ')';
  });
}

}  // namespace

bool LabelRule::holds(const Labels& labels) const {
  const auto found = labels.find(key);
  switch (form) {
    case Form::kEquals:
      return found != labels.end() && found->second == value;
    case Form::kDiffers:
      return found == labels.end() || found->second != value;
    case Form::kExists:
      return found != labels.end();
    case Form::kIsMissing:
      return found == labels.end();
  }
  return false;
}

std::string LabelRule::to_string() const {
  switch (form) {
    case Form::kEquals:
      return key + "=" + value;
    case Form::kDiffers:
      return key + "!=" + value;
    case Form::kExists:
      return key;
    case Form::kIsMissing:
      return "!" + key;
  }
  return key;
}

Result<LabelRule> parse_label_rule(std::string_view text) {
  LabelRule rule;
  const auto equals = text.find('=');
  if (equals != std::string_view::npos) {
    std::string_view key = text.substr(0, equals);
    std::string_view value = text.substr(equals + 1);
    rule.form = LabelRule::Form::kEquals;
    if (key.ends_with('!')) {
      rule.form = LabelRule::Form::kDiffers;
      key.remove_suffix(1);
    } else if (value.starts_with('=')) {
      value.remove_prefix(1);  // kubectl's `==`
    }
    rule.key = key;
    rule.value = value;
  } else if (text.starts_with('!')) {
    rule.form = LabelRule::Form::kIsMissing;
    rule.key = text.substr(1);
  } else {
    rule.key = text;
  }
  // A value may hold what a label may: anything but the comma that ends the rule.
  if (rule.key.empty() || !is_word(rule.key))
    return Error(ErrorKind::kInvalidInput, "LABEL=VALUE, LABEL!=VALUE, LABEL or !LABEL");
  return rule;
}

}  // namespace descopectl::model
