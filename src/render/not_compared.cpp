// Secrets that were not compared.
#include "not_compared.hpp"

#include <fmt/format.h>

#include "descopectl/base/text.hpp"
#include "value_text.hpp"

namespace descopectl::render {

std::string not_compared_to_text(const std::vector<plan::NotCompared>& secrets) {
  if (secrets.empty()) return {};
  std::string text = fmt::format("Not compared: {}\n", base::counted(secrets.size(), "secret"));
  for (const plan::NotCompared& secret : secrets) {
    const schema::Fields fields = secret.descriptor == nullptr ? schema::Fields{} : secret.descriptor->fields;
    text += fmt::format("  {}: {}{}\n", show_prose(secret.key.to_string()), show_path(fields, secret.pointer),
                        secret.reason.empty() ? "" : fmt::format(" ({})", show_prose(secret.reason)));
  }
  return text;
}

json::array not_compared_to_json(const std::vector<plan::NotCompared>& secrets) {
  json::array out;
  for (const plan::NotCompared& secret : secrets)
    out.push_back({{"address", secret.key.to_string()}, {"path", secret.pointer}});
  return out;
}

}  // namespace descopectl::render
