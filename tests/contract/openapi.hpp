// The vendor's OpenAPI file as a judge of names and types.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/base/result.hpp"

namespace descopectl::contract {

class OpenApi {
 public:
  /// The file that DESCOPE_OPENAPI names; kNotFound where the variable is unset.
  [[nodiscard]] static Result<OpenApi> load();

  /// The schema of the request body, or of the answer to a 200; null where the file has none.
  [[nodiscard]] const json::object* find_request(std::string_view method, std::string_view path) const;
  [[nodiscard]] const json::object* find_answer(std::string_view method, std::string_view path) const;
  /// Follows `$ref` and a single `allOf`.
  [[nodiscard]] const json::object& resolve(const json::object& schema) const;
  /// The schema of a property, resolved; null where there is none.
  [[nodiscard]] const json::object* find_property(const json::object& schema, std::string_view name) const;

  /// What in `value` the schema does not know, as "place: what". Null is of any type.
  void check(const json::object& schema, const json::value& value, const std::string& place,
             std::vector<std::string>& findings) const;

 private:
  [[nodiscard]] const json::object* find_operation(std::string_view method, std::string_view path) const;

  json::object document_;
};

}  // namespace descopectl::contract
