// Attribute: the user attributes that attribute scopes name; listed, and declared by no manifest (sheet 10).
#include "kinds.hpp"
#include "shared_fields.hpp"

namespace descopectl::kinds {
namespace {

constexpr std::array kFields{
    Field{.name = "name",
          .calls = kInLoad,
          .read_only = true,
          .doc = "The attribute's machine name.",
          .source = "sheet 10"},
};
static_assert(schema::is_valid_table(kFields));

/// What every user has (sheet 3 names the first three, the rest are the members of the service's user).
constexpr std::array<std::string_view, 16> kBuiltIn{
    "email",       "name",     "phone",         "givenName",     "middleName", "familyName",
    "displayName", "picture",  "verifiedEmail", "verifiedPhone", "loginId",    "loginIds",
    "userId",      "username", "tenants",       "roles"};

constexpr schema::Kind kKind{
    .name = "Attribute",
    .title = "user attribute",
    .doc = "An attribute of users, built in or the project's own.",
    .source = "sheet 10",
    .fields = kFields,
    .id_field = "name",
    .built_in_names = kBuiltIn,
    .missing_name_means = "until it exists the scope shares nothing",
    .calls = {.list = {"GET", "/v1/mgmt/user/customattributes", "", "data"}},
    .is_listed_on_demand = true,
};

}  // namespace

const schema::Kind& user_attribute() {
  return kKind;
}

}  // namespace descopectl::kinds
