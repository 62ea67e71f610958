// Lists in a wrapper and pages, as several calls have them.
#include "messages.hpp"

#include <algorithm>

namespace descopectl::emulator {
namespace {

constexpr std::int64_t kLargestPage = 1000;

/// An integer of a decoded message; absent is zero.
Outcome<std::int64_t> count_in(const json::object& sent, std::string_view name) {
  const json::value* value = base::find_member(sent, name);
  const std::int64_t number = value == nullptr ? 0 : value->get_int64();
  if (number < 0) return invalid_value(std::string(name) + " must not be negative");
  return number;
}

}  // namespace

Outcome<json::array> wrapped_list(const Project& project, const json::object& body, std::string_view name,
                                  Items items) {
  for (const auto& member : body)
    if (member.key() != name && project.switches().refuse_unknown_fields)
      return malformed("unknown field \"" + std::string(member.key()) + "\"");
  const json::value* list = base::find_member(body, name);
  if (list == nullptr || list->is_null()) return missing(name);
  const bool are_objects = items == Items::kObjects;
  const auto fits = [&](const json::value& item) {
    return are_objects ? item.is_object() : item.is_string();
  };
  if (!list->is_array() || !std::all_of(list->get_array().begin(), list->get_array().end(), fits))
    return malformed("invalid value for field \"" + std::string(name) + "\": expected a list of " +
                     (are_objects ? "objects" : "strings"));
  return list->get_array();
}

bool is_true(const json::object& object, std::string_view name) {
  const json::value* value = base::find_member(object, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::size_t Page::begin(std::size_t total) const {
  return std::min(static_cast<std::size_t>(number) * static_cast<std::size_t>(size), total);
}

std::size_t Page::end(std::size_t total) const {
  return std::min(begin(total) + static_cast<std::size_t>(size), total);
}

Outcome<Page> page_of(const json::object& sent, std::string_view size_name, std::int64_t usual_size) {
  const auto number = count_in(sent, "page");
  if (number.has_error()) return number.error();
  const auto size = count_in(sent, size_name);
  if (size.has_error()) return size.error();
  return Page{*number, std::clamp<std::int64_t>(*size == 0 ? usual_size : *size, 1, kLargestPage)};
}

}  // namespace descopectl::emulator
