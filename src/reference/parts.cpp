// Building blocks of JSON Schema documents.
#include "parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace descopectl::reference {

json::object begin_document(std::string_view name, std::string_view title, std::string_view description) {
  return {{"$schema", kDialect},
          {"$id", fmt::format("urn:descopectl:v1:{}", name)},
          {"title", title},
          {"description", description}};
}

json::object closed_object(json::object properties, json::array required) {
  json::object out{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) out["required"] = std::move(required);
  out["additionalProperties"] = false;
  return out;
}

json::object open_object(json::object properties) {
  json::array required = names_but(properties, {});
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

json::array names_but(const json::object& properties, std::initializer_list<std::string_view> optional) {
  json::array out;
  for (const auto& member : properties)
    if (std::find(optional.begin(), optional.end(), std::string_view(member.key())) == optional.end())
      out.emplace_back(member.key());
  return out;
}

json::array texts(std::span<const std::string_view> words) {
  json::array out;
  for (const std::string_view word : words)
    out.emplace_back(word);
  return out;
}

json::object refer_to(std::string_view name) {
  return {{"$ref", fmt::format("#/$defs/{}", name)}};
}

json::object typed(std::string_view name) {
  return {{"type", name}};
}

json::object list_of(json::value item) {
  return {{"type", "array"}, {"items", std::move(item)}};
}

json::object any_of(json::array alternatives) {
  if (alternatives.size() == 1) return std::move(alternatives.front().as_object());
  return {{"anyOf", std::move(alternatives)}};
}

}  // namespace descopectl::reference
