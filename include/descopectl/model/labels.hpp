// Labels of manifests, and the rules that select by them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "descopectl/base/result.hpp"

namespace descopectl::model {

using Labels = std::map<std::string, std::string>;

/// One requirement, as kubectl writes it: `team=calendar`, `team!=calendar`, `team` (there is such a label),
/// `!team` (there is none).
struct LabelRule {
  enum class Form : unsigned char { kEquals, kDiffers, kExists, kIsMissing };
  Form form = Form::kExists;
  std::string key;
  std::string value;

  /// Without that label, `team!=calendar` holds.
  [[nodiscard]] bool holds(const Labels& labels) const;
  [[nodiscard]] std::string to_string() const;
};

/// The rule that `text` writes; kInvalidInput where it is none, with the forms that there are.
[[nodiscard]] Result<LabelRule> parse_label_rule(std::string_view text);

}  // namespace descopectl::model
