// Rows that several kinds share: scopes, session settings, URL parameters.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include "descopectl/schema/field.hpp"

namespace descopectl::kinds {

using schema::Field;
using schema::Format;
using schema::kEverywhere;
using schema::kInCreate;
using schema::kInLoad;
using schema::kInUpdate;
using schema::kInWrites;
using schema::ListForm;
using schema::Type;

inline constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();

inline constexpr std::array<std::string_view, 5> kDurationUnits{"seconds", "minutes", "hours", "days",
                                                                "weeks"};

inline constexpr Field kScopeName{.name = "name",
                                  .required = true,
                                  .doc = "The OAuth scope string; the key of the item.",
                                  .source = "sheet 2.2"};
inline constexpr Field kScopeDescription{
    .name = "description", .doc = "Text that the consent screen shows for the scope.", .source = "sheet 2.2"};
inline constexpr Field kScopeOptional{
    .name = "optional",
    .type = Type::kBoolean,
    .doc = "true: the user may decline the scope; false: it must be granted.",
    .source = "sheet 2.2"};
/// An item of a scope's `connections`.
inline constexpr std::array kConnectionScopeItem{
    Field{.name = "connection",
          .type = Type::kReference,
          .required = true,
          .reference = "Connection",
          .doc = "The connection whose token the tool needs.",
          .source = "sheet 3.1"},
    Field{.name = "scopes",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .doc = "Scopes of the provider to fetch the token with.",
          .source = "sheet 3.1"},
};
inline constexpr Field kScopeConnections{
    .name = "connections",
    .wire = "values",
    .type = Type::kConnectionScopes,
    .list = ListForm::kSet,
    .items = kConnectionScopeItem,
    .reference = "Connection",
    .doc = "Connections whose tokens a tool needs, each with the provider scopes to fetch.",
    .source = "sheet 3.1"};

/// Scope to roles.
inline constexpr std::array kPermissionScopeFields{
    kScopeName, kScopeDescription, kScopeOptional,
    Field{.name = "values",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .names = "Role",
          .doc = "Exact names of project roles, one of which a user must hold to be granted the scope.",
          .source = "sheet 3"}};

/// Scope to user attributes.
inline constexpr std::array kAttributeScopeFields{
    kScopeName, kScopeDescription, kScopeOptional,
    Field{.name = "values",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .names = "Attribute",
          .doc = "Names of user attributes, built-in (email, name, phone) or custom, that the scope shares.",
          .source = "sheet 3"}};

/// Scope to connection scopes.
inline constexpr std::array kConnectionScopeFields{
    kScopeName, kScopeDescription, kScopeOptional, kScopeConnections,
    Field{.name = "values",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .doc = "The raw form of `connections`: strings sent as they stand.",
          .source = "sheet 3.1"}};

inline constexpr std::array kSessionSettingsFields{
    Field{.name = "enabled",
          .type = Type::kBoolean,
          .doc = "Overrides the project's session settings.",
          .source = "sheet 2.3"},
    Field{.name = "refreshTokenExpiration",
          .type = Type::kInteger,
          .has_unknown_default = true,
          .minimum = 1,
          .maximum = kInt32Max,
          .doc = "How long a refresh token lives, in refreshTokenExpirationUnit.",
          .source = "sheet 2.3"},
    Field{.name = "refreshTokenExpirationUnit",
          .has_unknown_default = true,
          .values = kDurationUnits,
          .doc = "Unit of refreshTokenExpiration.",
          .source = "sheet 2.3"},
    Field{.name = "sessionTokenExpiration",
          .type = Type::kInteger,
          .has_unknown_default = true,
          .minimum = 1,
          .maximum = kInt32Max,
          .doc = "How long a session token lives, in sessionTokenExpirationUnit.",
          .source = "sheet 2.3"},
    Field{.name = "sessionTokenExpirationUnit",
          .has_unknown_default = true,
          .values = kDurationUnits,
          .doc = "Unit of sessionTokenExpiration.",
          .source = "sheet 2.3"},
    Field{.name = "keySessionTokenExpiration",
          .type = Type::kInteger,
          .has_unknown_default = true,
          .minimum = 1,
          .maximum = kInt32Max,
          .doc = "How long a machine's (access key) session token lives, in keySessionTokenExpirationUnit.",
          .source = "sheet 2.3"},
    Field{.name = "keySessionTokenExpirationUnit",
          .has_unknown_default = true,
          .values = kDurationUnits,
          .doc = "Unit of keySessionTokenExpiration.",
          .source = "sheet 2.3"},
    Field{
        .name = "userTemplateId", .doc = "Id of the JWT template for users' tokens.", .source = "sheet 2.3"},
    Field{.name = "keyTemplateId",
          .doc = "Id of the JWT template for machines' tokens.",
          .source = "sheet 2.3"}};

inline constexpr std::array kUrlParamFields{
    Field{.name = "key", .required = true, .doc = "The parameter's name.", .source = "sheet 7.2"},
    Field{.name = "value", .required = true, .doc = "The parameter's value.", .source = "sheet 7.2"}};

/// The server's own members of resources, templates and policies.
inline constexpr Field kId{.name = "id",
                           .calls = kInUpdate | kInLoad,
                           .read_only = true,
                           .is_output = true,
                           .doc = "The live id, chosen by the server.",
                           .source = "sheet 2.2"};
inline constexpr Field kVersion{.name = "version",
                                .type = Type::kInteger64,
                                .calls = kInUpdate | kInLoad,
                                .read_only = true,
                                .echo_version = true,
                                .doc = "Grows with every change; sent back as loaded.",
                                .source = "sheet 2.5"};
inline constexpr Field kCreatedTime{.name = "createdTime",
                                    .type = Type::kInteger64,
                                    .calls = kInLoad,
                                    .read_only = true,
                                    .doc = "When the object was made.",
                                    .source = "sheet 2.2"};
inline constexpr Field kModifiedTime{.name = "modifiedTime",
                                     .type = Type::kInteger64,
                                     .calls = kInLoad,
                                     .read_only = true,
                                     .doc = "When the object last changed.",
                                     .source = "sheet 2.2"};

}  // namespace descopectl::kinds
