// Which of a kind's create calls makes an object, and what that call takes (sheet 7.1).
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::schema {

/// The call that `body` asks for by a field that only this call has; null: the plain create.
[[nodiscard]] inline const CreateVariant* find_variant(const Kind& kind, const json::object& body) {
  for (const CreateVariant& variant : kind.create_variants) {
    const json::value* value = base::find_member(body, variant.when);
    if (value != nullptr && !base::is_zero(*value)) return &variant;
  }
  return nullptr;
}

[[nodiscard]] constexpr bool contains(std::span<const std::string_view> names, std::string_view name) {
  for (const std::string_view candidate : names)
    if (candidate == name) return true;
  return false;
}

/// Can the call be told the wire field?
[[nodiscard]] constexpr bool takes(const CreateVariant& variant, std::string_view wire) {
  return contains(variant.fields, wire) || contains(variant.nested_fields, wire);
}

/// Is the id of an object that is made from `body` the client's choice?
[[nodiscard]] inline bool is_id_chosen_by_client(const Kind& kind, const json::object& body) {
  const CreateVariant* variant = find_variant(kind, body);
  return kind.id_chosen_by_client && (variant == nullptr || takes(*variant, kind.id_field));
}

/// The members of a create's body by which the object that it makes can be told from all others of the kind:
/// its id or key where the body has that, else the strongest natural key that it has, else its name. Empty
/// where the call takes none of those: the service chooses them all.
[[nodiscard]] inline json::object identity_of(const Kind& kind, const json::object& body) {
  json::object identity;
  const CreateVariant* variant = find_variant(kind, body);
  const auto take = [&](std::string_view field) {
    const json::value* value = base::find_member(body, field);
    if (variant != nullptr && !takes(*variant, field)) return false;
    if (value == nullptr || !value->is_string() || value->get_string().empty()) return false;
    identity[field] = *value;
    if (!kind.unique_within.empty() && field != kind.id_field)
      identity[kind.unique_within] = scope_of(kind, field, body);
    return true;
  };
  for (const std::string_view field : kind.key_fields)
    if (!take(field)) return {};
  if (!kind.key_fields.empty()) return identity;
  if (is_id_chosen_by_client(kind, body) && take(kind.id_field)) return identity;
  for (const std::string_view field : kind.natural_keys)
    if (field != kind.id_field && take(field)) return identity;
  take(kind.name_field);
  return identity;
}

/// Does the object show these members? An empty one may be absent.
[[nodiscard]] inline bool has_identity(const json::object& object, const json::object& identity) {
  return std::all_of(identity.begin(), identity.end(), [&](const auto& member) {
    const json::value* value = object.if_contains(member.key());
    return value == nullptr ? base::is_zero(member.value()) : *value == member.value();
  });
}

/// `body` as the call takes it; what it does not take is left out.
[[nodiscard]] inline json::object make_request(const CreateVariant& variant, const json::object& body) {
  json::object request;
  json::object nested;
  for (const auto& [name, value] : body) {
    if (contains(variant.fields, name)) request[name] = value;
    if (contains(variant.nested_fields, name)) nested[name] = value;
  }
  if (!nested.empty()) request[variant.nested] = std::move(nested);
  return request;
}

/// True where `body` has a member that the call does not take: it needs an update afterwards.
[[nodiscard]] inline bool leaves_out(const CreateVariant& variant, const json::object& body) {
  return std::any_of(body.begin(), body.end(), [&](const auto& member) {
    return !takes(variant, std::string_view(member.key().data(), member.key().size()));
  });
}

}  // namespace descopectl::schema
