// ResourcePolicy: which inbound app may use which resource, and with which scopes (sheet 5).
#include "kinds.hpp"
#include "shared_fields.hpp"

namespace descopectl::kinds {
namespace {

constexpr std::array kFields{
    Field{.name = "version",
          .type = Type::kInteger64,
          .calls = kInLoad,
          .read_only = true,
          .doc = "Grows with every change.",
          .source = "sheet 5"},
    Field{.name = "inboundApp",
          .wire = "thirdPartyApplicationId",
          .type = Type::kReference,
          .required = true,
          .reference = "InboundApp",
          .doc = "The app that is let in; with `resource` it is what the policy is known by.",
          .source = "sheet 5"},
    Field{.name = "resource",
          .wire = "resourceId",
          .type = Type::kReference,
          .required = true,
          .reference = "Resource",
          .doc = "The resource that the app may use.",
          .source = "sheet 5"},
    Field{.name = "userAccessScopes",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .items_of = "resourceId",
          .doc = "Scopes of the resource that the app may ask for on behalf of a user.",
          .source = "sheet 5"},
    Field{.name = "clientAccessScopes",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .items_of = "resourceId",
          .doc = "Scopes of the resource that the app may ask for as a machine, without a user.",
          .source = "sheet 5"},
    Field{.name = "allUserScopes",
          .type = Type::kBoolean,
          .doc = "Every scope of the resource on behalf of users, now and later; userAccessScopes does not "
                 "count then.",
          .source = "sheet 5"},
    Field{.name = "allClientScopes",
          .type = Type::kBoolean,
          .doc = "Every scope of the resource as a machine, now and later; clientAccessScopes does not count "
                 "then.",
          .source = "sheet 5"},
    kCreatedTime,
    kModifiedTime,
};
static_assert(schema::is_valid_table(kFields));

constexpr std::array<std::string_view, 2> kKeyFields{"thirdPartyApplicationId", "resourceId"};

/// A list beside the flag that makes it meaningless is a contradiction that somebody would take for a limit.
void check(const json::object& spec, std::vector<schema::RuleFinding>& findings) {
  const auto contradicts = [&](std::string_view flag, std::string_view list) {
    const json::value* all = base::find_member(spec, flag);
    const json::value* some = base::find_member(spec, list);
    if (all == nullptr || !all->is_bool() || !all->get_bool()) return;
    if (some == nullptr || base::is_zero(*some)) return;
    findings.push_back({"/" + std::string(list), "invalid-combination",
                        std::string(flag) + " is true: the scopes in " + std::string(list) + " do not count",
                        "remove the list, or set " + std::string(flag) + " to false"});
  };
  contradicts("allUserScopes", "userAccessScopes");
  contradicts("allClientScopes", "clientAccessScopes");
}

constexpr schema::Kind kKind{
    .name = "ResourcePolicy",
    .title = "resource policy",
    .doc = "Lets one inbound app use one resource, with the scopes that it names.",
    .source = "sheet 5",
    .fields = kFields,
    .key_fields = kKeyFields,
    .name_field = "",
    .calls = {.list = {"GET", "/v1/mgmt/resourcepolicy/app/load", "", "resourcePolicies"},
              .list_by = "thirdPartyApplicationId",
              .create = {"POST", "/v1/mgmt/resourcepolicy/create", "", "resourcePolicy"},
              .create_batch = {"POST", "/v1/mgmt/resourcepolicy/create/batch", "policies",
                               "resourcePolicies"},
              .update = {"POST", "/v1/mgmt/resourcepolicy/update", "", "resourcePolicy"},
              .erase = {"POST", "/v1/mgmt/resourcepolicy/delete", "", ""},
              .erase_batch = {"POST", "/v1/mgmt/resourcepolicy/delete/batch", "policies", ""}},
    .is_listed_on_demand = true,
    .check = check,
};

}  // namespace

const schema::Kind& resource_policy() {
  return kKind;
}

}  // namespace descopectl::kinds
