// McpScope: one scope of an MCP resource in a document of its own; it becomes an item of the resource's
// scopes.
#include "kinds.hpp"
#include "shared_fields.hpp"

namespace descopectl::kinds {
namespace {

constexpr std::array kFields{
    Field{.name = "resource",
          .type = Type::kReference,
          .required = true,
          .reference = "Resource",
          .doc = "The resource that offers the scope.",
          .source = "sheet 2.2"},
    kScopeName,
    kScopeDescription,
    kScopeOptional,
    kScopeConnections,
    Field{.name = "values",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .doc = "The raw form of `connections`: strings sent as they stand.",
          .source = "sheet 3.1"},
};
static_assert(schema::is_valid_table(kFields));

constexpr std::array<std::string_view, 2> kSiblings{"/scopes/permissionsScopes", "/scopes/attributesScopes"};

constexpr schema::Kind kKind{
    .name = "McpScope",
    .title = "scope of an MCP resource",
    .doc =
        "One scope of an MCP resource, kept in a document of its own, for example beside the tool that needs "
        "it.",
    .source = "sheet 2.2",
    .fields = kFields,
    .item_of = {.kind = "Resource",
                .reference = "resource",
                .list = "/scopes/connectionsScopes",
                .siblings = kSiblings,
                .owner_field = "type",
                .owner_value = "mcp"},
};

}  // namespace

const schema::Kind& mcp_scope() {
  return kKind;
}

}  // namespace descopectl::kinds
