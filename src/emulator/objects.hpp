// Create, update, patch, delete, load and list for any kind, by its descriptor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec.hpp"
#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

/// Stores a new object from a decoded body.
[[nodiscard]] Outcome<const Record*> create_object(Project& project, Family& family, const json::object& sent,
                                                   std::uint8_t generation);
/// Overrides (update) or changes (patch) an object with a decoded body.
[[nodiscard]] Outcome<const Record*> change_object(Project& project, Family& family, const Record& before,
                                                   const json::object& sent, Write write,
                                                   std::uint8_t generation);
void erase_object(Project& project, Family& family, const Record& record);

/// Makes an id where the service gives one and the object has none; refuses an object whose key is not whole.
[[nodiscard]] Outcome<void> complete_identity(Project& project, const Family& family, json::object& fields);

[[nodiscard]] Refusal not_found(const Family& family, std::string_view id);
[[nodiscard]] Refusal duplicate(const Project& project, std::string_view code, std::string message);

/// The message that a create, update or patch takes.
[[nodiscard]] Message message_of(const Project& project, const Family& family, Write write,
                                 std::uint8_t generation, bool is_wrapped);
/// A message of plain rows, for calls that are no kind's.
[[nodiscard]] Message plain_message(const Project& project);

/// The object's text under the name `out`, or flat where that is empty.
[[nodiscard]] std::string to_text(const Project& project, const Family& family, const Record& record,
                                  std::string_view out, std::uint8_t generation);
/// A list's text: `{out: [...]}`, with `total` where it is not negative.
[[nodiscard]] std::string to_list_text(const Project& project, const Family& family,
                                       const std::vector<const Record*>& records, std::string_view out,
                                       std::int64_t total, std::uint8_t generation);

/// The text of a member that must be there, is a string and not empty.
[[nodiscard]] Outcome<std::string> required_text(const json::object& body, std::string_view name);

/// Adds the endpoints of every family's two generations.
void add_object_routes(Router& router, Project& project);

}  // namespace descopectl::emulator
