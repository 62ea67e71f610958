// Every kind's field table against the vendor's OpenAPI file: wire names and types, both ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "descopectl/kinds/registry.hpp"
#include "openapi.hpp"

namespace descopectl::contract {
namespace {

using schema::Field;
using schema::Type;

std::string type_of(const json::object& schema, const OpenApi& api) {
  const json::value* type = schema.if_contains("type");
  const std::string name = type == nullptr ? "(none)" : std::string(type->as_string());
  if (name == "array") return "list of " + type_of(api.resolve(schema.at("items").as_object()), api);
  if (const json::value* any = schema.if_contains("additionalProperties"))
    return "map of " + type_of(api.resolve(any->as_object()), api);
  return name;
}

std::string type_of(const Field& row) {
  switch (row.type) {
    case Type::kString:
    case Type::kReference:
    case Type::kInteger64:
      return "string";
    case Type::kBoolean:
      return "boolean";
    case Type::kInteger:
      return "integer";
    case Type::kStringList:
    case Type::kConnectionScopes:
      return "list of string";
    case Type::kStringMap:
      return "map of string";
    case Type::kObject:
      return "object";
    case Type::kObjectList:
      return "list of object";
    case Type::kObjectMap:
      return "map of object";
  }
  return "?";
}

/// What differs from the file on purpose (sheet 1.5, 6.2, 7.3, 14), as "KIND.field in CALL".
bool is_deviation(const std::string& place) {
  static const std::vector<std::string> known{
      // Official clients send and read it, the file lacks it.
      "InboundApp.forcePkce in create", "InboundApp.forcePkce in update", "InboundApp.forcePkce in patch",
      "InboundApp.forcePkce in load",
      // In the file's answers, never returned.
      "Connection.clientSecret in load"};
  return std::find(known.begin(), known.end(), place) != known.end();
}

struct Comparison {
  const OpenApi& api;
  std::string call;
  std::uint8_t calls;
  std::vector<std::string>& findings;
  std::span<const schema::CreateVariant> variants = {};

  void add(const std::string& place, const std::string& what) const {
    if (!is_deviation(place + " in " + call)) findings.push_back(place + " in " + call + ": " + what);
  }

  /// Members of nested objects.
  const json::object* members_of(const Field& row, const json::object& property) const {
    if (row.type == Type::kObject) return &property;
    if (row.type == Type::kObjectList) return &api.resolve(property.at("items").as_object());
    if (row.type == Type::kObjectMap) return &api.resolve(property.at("additionalProperties").as_object());
    return nullptr;
  }

  void compare(std::span<const Field> rows, const json::object& schema, const std::string& place) const {
    for (const Field& row : rows) {
      if ((row.calls & calls) == 0 || row.generation == 2 || is_of_other_call(row)) continue;
      const std::string_view wire =
          calls == schema::kInUpdate && !row.update_wire.empty() ? row.update_wire : row.wire_name();
      const std::string here = place + "." + std::string(wire);
      const json::object* property = api.find_property(schema, wire);
      if (property == nullptr) {
        add(here, "not in the vendor's file");
      } else if (type_of(*property, api) != type_of(row)) {
        add(here, type_of(row) + " here, " + type_of(*property, api) + " in the vendor's file");
      } else if (const json::object* members = members_of(row, *property)) {
        compare(row.fields, *members, here);
      }
    }
    const json::value* properties = schema.if_contains("properties");
    if (properties == nullptr) return;
    for (const auto& property : properties->as_object()) {
      const std::string_view name(property.key().data(), property.key().size());
      const Field* row = find_row(rows, name);
      if (row == nullptr || (row->calls & calls) == 0)
        add(place + "." + std::string(name), "in the vendor's file, not here");
    }
  }

  /// The row by which another create call is chosen is in that call's message alone.
  bool is_of_other_call(const Field& row) const {
    return std::any_of(variants.begin(), variants.end(),
                       [&](const schema::CreateVariant& variant) { return variant.when == row.wire_name(); });
  }

  const Field* find_row(std::span<const Field> rows, std::string_view name) const {
    for (const Field& row : rows)
      if (calls == schema::kInUpdate && row.update_wire == name) return &row;
    return schema::find_wire_field(rows, name);
  }
};

/// The object inside a wrapper.
const json::object* unwrap(const OpenApi& api, const json::object* schema, std::string_view name) {
  return schema == nullptr || name.empty() ? schema : api.find_property(*schema, name);
}

void compare_kind(const OpenApi& api, const schema::Kind& kind, std::vector<std::string>& findings) {
  const std::string name(kind.name);
  const auto compare = [&](const char* call, std::uint8_t calls, const json::object* schema) {
    if (schema == nullptr)
      findings.push_back(name + " in " + call + ": no such schema in the vendor's file");
    else
      Comparison{api, call, calls, findings, kind.create_variants}.compare(kind.fields, *schema, name);
  };
  const schema::Endpoints& calls = kind.calls;
  compare("create", schema::kInCreate,
          unwrap(api, api.find_request(calls.create.method, calls.create.path), calls.create.in));
  // A wrapped update takes the message that a load answers: there is more in it than we send.
  const std::uint8_t update =
      calls.update.in.empty() ? schema::kInUpdate : schema::kInUpdate | schema::kInLoad;
  compare("update", update,
          unwrap(api, api.find_request(calls.update.method, calls.update.path), calls.update.in));
  if (calls.patch.exists())
    compare("patch", schema::kInUpdate,
            unwrap(api, api.find_request(calls.patch.method, calls.patch.path), calls.patch.in));
  const json::object* list = unwrap(api, api.find_answer(calls.list.method, calls.list.path), calls.list.out);
  if (list != nullptr) list = &api.resolve(list->at("items").as_object());
  compare("load", schema::kInLoad, list);
}

/// A request that holds every field which the call takes, as the client shapes it, against the file's names.
void compare_variant(const OpenApi& api, const schema::Kind& kind, const schema::CreateVariant& variant,
                     std::vector<std::string>& findings) {
  const std::string place(variant.call.path);
  const json::object* schema = api.find_request(variant.call.method, variant.call.path);
  if (schema == nullptr) {
    findings.push_back(place + ": no such call in the vendor's file");
    return;
  }
  const json::object* nested = api.find_property(*schema, variant.nested);
  const auto check = [&](std::string_view name, const json::object* holder) {
    const Field* row = schema::find_wire_field(kind.fields, name);
    if (row == nullptr) findings.push_back(place + ": no row for " + std::string(name));
    const bool is_known = holder != nullptr && api.find_property(*holder, name) != nullptr;
    if (!is_known && name != "templateId")  // the Node SDK sends it, the file lacks it (sheet 7.1)
      findings.push_back(place + ": " + std::string(name) + " is not in the vendor's file");
  };
  for (const std::string_view name : variant.fields)
    check(name, schema);
  for (const std::string_view name : variant.nested_fields)
    check(name, nested);
}

TEST(FieldTables, HaveTheNamesOfTheVendorsFileInEveryCreateCall) {
  const auto api = OpenApi::load();
  if (api.has_error()) GTEST_SKIP() << api.error().message();
  std::vector<std::string> findings;
  for (const schema::Kind* kind : kinds::all())
    for (const schema::CreateVariant& variant : kind->create_variants)
      compare_variant(*api, *kind, variant, findings);
  EXPECT_THAT(findings, testing::IsEmpty());
}

TEST(FieldTables, HaveTheNamesAndTypesOfTheVendorsFile) {
  const auto api = OpenApi::load();
  if (api.has_error()) GTEST_SKIP() << api.error().message();
  std::vector<std::string> findings;
  std::size_t compared = 0;
  for (const schema::Kind* kind : kinds::all()) {
    if (!kind->calls.create.exists()) continue;
    compare_kind(*api, *kind, findings);
    ++compared;
  }
  EXPECT_GE(compared, 6U);
  EXPECT_THAT(findings, testing::IsEmpty());
}

}  // namespace
}  // namespace descopectl::contract
