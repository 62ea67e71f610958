// Parts of messages that belong to no kind: their rows, lists in a wrapper, pages.
#pragma once

#include <cstdint>
#include <string_view>

#include "answer.hpp"
#include "descopectl/base/json.hpp"
#include "descopectl/schema/field.hpp"
#include "project.hpp"

namespace descopectl::emulator {

/// A row of a message. Nobody reads its documentation: manifests have no such field.
[[nodiscard]] constexpr schema::Field row(std::string_view name, schema::Type type = schema::Type::kString) {
  return {.name = name, .type = type, .doc = "-", .source = "sheet 17"};
}
[[nodiscard]] constexpr schema::Field list_row(std::string_view name) {
  return {.name = name,
          .type = schema::Type::kStringList,
          .list = schema::ListForm::kSet,
          .doc = "-",
          .source = "sheet 17"};
}

/// What the list in a body holds.
enum class Items : unsigned char { kObjects, kStrings };

/// The list that is the only member of a body; it may be empty.
[[nodiscard]] Outcome<json::array> wrapped_list(const Project& project, const json::object& body,
                                                std::string_view name, Items items = Items::kObjects);

/// Is the member there and true?
[[nodiscard]] bool is_true(const json::object& object, std::string_view name);

/// Which of a list's items a page holds.
struct Page {
  std::int64_t number = 0;  ///< from 0
  std::int64_t size = 1;

  [[nodiscard]] std::size_t begin(std::size_t total) const;
  [[nodiscard]] std::size_t end(std::size_t total) const;
};

/// The page that a decoded message asks for with its members `page` and `size_name`: as many items as it
/// says, or `usual_size`, but never more than 1000.
[[nodiscard]] Outcome<Page> page_of(const json::object& sent, std::string_view size_name,
                                    std::int64_t usual_size);

}  // namespace descopectl::emulator
