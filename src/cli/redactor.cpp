// Takes secrets out of whatever is about to be shown.
#include "redactor.hpp"

#include <algorithm>

#include "descopectl/base/json.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/http/message.hpp"

namespace descopectl::cli {
namespace {

constexpr std::string_view kShown = "(sensitive value)";

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    result += kDigits[byte >> 4U];
    result += kDigits[byte & 15U];
  }
  return result;
}

std::string without_padding(std::string text) {
  while (text.ends_with('='))
    text.pop_back();
  return text;
}

/// The forms in which a secret may stand in a text; none where it is too short to be looked for.
std::vector<std::string> forms_of(const model::Secret& secret) {
  const std::string_view value = secret.reveal();
  if (value.size() < 4) return {};
  std::string escaped = json::serialize(json::value(std::string(value)));
  escaped = escaped.substr(1, escaped.size() - 2);
  std::string url_safe = without_padding(base::to_base64(value));
  std::replace(url_safe.begin(), url_safe.end(), '+', '-');
  std::replace(url_safe.begin(), url_safe.end(), '/', '_');
  return {
      std::string(value), escaped,      http::percent_encode(value), without_padding(base::to_base64(value)),
      url_safe,           to_hex(value)};
}

}  // namespace

void Redactor::add(const model::Secret& secret) {
  for (std::string& form : forms_of(secret)) {
    const bool is_known = std::any_of(forms_.begin(), forms_.end(),
                                      [&](const model::Secret& known) { return known.reveal() == form; });
    if (!is_known) forms_.emplace_back(std::move(form));
  }
  std::stable_sort(forms_.begin(), forms_.end(), [](const model::Secret& left, const model::Secret& right) {
    return left.reveal().size() > right.reveal().size();
  });
}

void Redactor::release(const model::Secret& secret) {
  for (const std::string& form : forms_of(secret))
    std::erase_if(forms_, [&](const model::Secret& known) { return known.reveal() == form; });
}

std::string Redactor::replace(std::string_view text, std::size_t least) const {
  std::string result(text);
  for (const model::Secret& form : forms_) {
    if (form.reveal().size() < least) continue;
    for (std::size_t at = result.find(form.reveal()); at != std::string::npos;
         at = result.find(form.reveal(), at + kShown.size()))
      result.replace(at, form.reveal().size(), kShown);
  }
  return result;
}

std::string Redactor::redact(std::string_view text) const {
  return replace(text, 0);
}

std::string Redactor::redact_json(std::string_view document) const {
  if (forms_.empty()) return std::string(document);
  const auto parsed = base::parse_json(document);
  if (!parsed) return redact(document);
  return base::to_pretty_json(redact_value(*parsed));
}

json::value Redactor::redact_value(const json::value& value) const {
  constexpr std::size_t kLeastInNames = 8;
  if (const json::string* text = value.if_string()) return json::value(redact(*text));
  if (const json::array* list = value.if_array()) {
    json::array result;
    result.reserve(list->size());
    for (const json::value& item : *list)
      result.push_back(redact_value(item));
    return result;
  }
  if (const json::object* object = value.if_object()) {
    json::object result;
    for (const auto& [name, member] : *object)
      result[replace(name, kLeastInNames)] = redact_value(member);
    return result;
  }
  return value;
}

}  // namespace descopectl::cli
