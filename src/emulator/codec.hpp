// Request bodies and stored objects by field table: names, types, zero values (sheet 1.4, 15).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "answer.hpp"
#include "descopectl/base/json.hpp"
#include "descopectl/schema/field.hpp"
#include "descopectl/schema/kind.hpp"
#include "descopectl/schema/zero.hpp"

namespace descopectl::emulator {

/// What a request message may hold.
struct Message {
  std::uint8_t calls = schema::kEverywhere;  ///< rows that take part in one of these calls
  std::uint8_t generation = 1;               ///< rows without a generation, or with this one; 0: all
  bool refuse_unknown = true;
  /// Further names that are taken: kept where they are rows, else ignored (sheet 1.5).
  std::span<const std::string_view> tolerated = {};
  /// Of a plain create: the calls whose choosing rows it does not take.
  std::span<const schema::CreateVariant> variants = {};
};

/// The members of `body` that `message` may hold, with types checked: 64-bit integers as decimal strings,
/// null left out, nested objects with all their members. `place` stands before names in refusals ("app.").
[[nodiscard]] Outcome<json::object> decode(std::span<const schema::Field> rows, const json::object& body,
                                           const Message& message, const std::string& place = {});

using schema::zero_of;

/// `sent` as the service stores and shows it: every row that loads, in the table's order, with zero values.
[[nodiscard]] json::object complete(std::span<const schema::Field> rows, const json::object& sent);

/// True where a load answers this row.
[[nodiscard]] bool is_shown(const schema::Field& row);

/// How objects are written.
struct Emission {
  bool zero_values = true;
  std::uint8_t generation = 1;  ///< rows of the other generation are left out
  bool empty_secrets = false;   ///< secrets as "", never their value (sheet 7.3)
};

/// Appends the object's JSON text.
void append_object(std::string& out, std::span<const schema::Field> rows, const json::object& object,
                   const Emission& emission);

using base::text_member;

[[nodiscard]] inline std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

}  // namespace descopectl::emulator
