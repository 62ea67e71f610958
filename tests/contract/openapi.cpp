// Names and types of the vendor's OpenAPI file.
#include "openapi.hpp"

#include <cstdlib>

#include "descopectl/base/files.hpp"

namespace descopectl::contract {
namespace {

const json::object* object_at(const json::object& object, std::string_view name) {
  const json::value* value = base::find_member(object, name);
  return value == nullptr ? nullptr : value->if_object();
}

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* value = base::find_member(object, name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "number") return value.is_number();
  if (type == "array") return value.is_array();
  return value.is_object();
}

}  // namespace

Result<OpenApi> OpenApi::load() {
  const char* path = std::getenv("DESCOPE_OPENAPI");
  if (path == nullptr || *path == '\0')
    return Error(ErrorKind::kNotFound, "DESCOPE_OPENAPI does not name the vendor's OpenAPI file");
  const auto text = base::read_file(path, 64ULL << 20);
  if (text.has_error()) return text.error();
  auto parsed = base::parse_json(*text);
  if (parsed.has_error()) return parsed.error();
  if (!parsed->is_object()) return Error(ErrorKind::kInvalidInput, std::string(path) + " is no OpenAPI file");
  OpenApi api;
  api.document_ = std::move(parsed->get_object());
  return api;
}

const json::object* OpenApi::find_operation(std::string_view method, std::string_view path) const {
  const json::object* paths = object_at(document_, "paths");
  const json::object* item = paths == nullptr ? nullptr : object_at(*paths, path);
  return item == nullptr ? nullptr : object_at(*item, method == "GET" ? "get" : "post");
}

const json::object* OpenApi::find_request(std::string_view method, std::string_view path) const {
  const json::object* operation = find_operation(method, path);
  const json::object* schema = operation == nullptr ? nullptr : object_at(*operation, "requestBody");
  return schema == nullptr ? nullptr : &resolve(*schema);
}

const json::object* OpenApi::find_answer(std::string_view method, std::string_view path) const {
  const json::object* operation = find_operation(method, path);
  const json::object* schema = operation == nullptr ? nullptr : object_at(*operation, "response");
  return schema == nullptr ? nullptr : &resolve(*schema);
}

const json::object& OpenApi::resolve(const json::object& schema) const {
  if (const json::value* all = base::find_member(schema, "allOf"); all != nullptr && all->is_array())
    return resolve(all->get_array().at(0).as_object());
  const std::string_view reference = text_at(schema, "$ref");
  if (reference.empty()) return schema;
  return resolve(
      document_.at("components").at("schemas").at(reference.substr(reference.rfind('/') + 1)).as_object());
}

const json::object* OpenApi::find_property(const json::object& schema, std::string_view name) const {
  const json::object* properties = object_at(schema, "properties");
  const json::object* property = properties == nullptr ? nullptr : object_at(*properties, name);
  return property == nullptr ? nullptr : &resolve(*property);
}

void OpenApi::check(const json::object& schema, const json::value& value, const std::string& place,
                    std::vector<std::string>& findings) const {
  if (value.is_null()) return;
  const std::string_view type = text_at(schema, "type");
  if (!is_of_type(value, type)) {
    findings.push_back(place + ": not of type " + std::string(type));
    return;
  }
  if (const auto* list = value.if_array()) {
    const json::object* items = object_at(schema, "items");
    for (const json::value& item : *list)
      if (items != nullptr) check(resolve(*items), item, place + "[]", findings);
  }
  if (!value.is_object()) return;
  const json::object* any = object_at(schema, "additionalProperties");
  for (const auto& member : value.get_object()) {
    const std::string name(member.key());
    const json::object* property = any != nullptr ? &resolve(*any) : find_property(schema, name);
    const std::string here = place.empty() ? name : place + "." + name;
    if (property == nullptr)
      findings.push_back(here + ": unknown");
    else
      check(*property, member.value(), here, findings);
  }
}

}  // namespace descopectl::contract
