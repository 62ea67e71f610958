// See mixed_plan.hpp. A line is "Kind handle id| members of its spec", mostly without an id; `@` stands for
// the number of the set.
#include "mixed_plan.hpp"

#include <sstream>
#include <string_view>

namespace descopectl::e2e {
namespace {

constexpr std::string_view kBefore =
    R"(Permission stay@| name: Stay@
Permission renamed@| name: Old permission@, description: d
Permission gone@| name: Gone permission@
Role updated@| name: Updated role@, description: old, permissionNames: [Stay@]
Role renamed@| name: Old role@
Role gone@| name: Gone role@, permissionNames: [Gone permission@]
DynamicRegistrationTemplate updated@| name: Updated template@, tags: [a]
DynamicRegistrationTemplate gone@| name: Gone template@
Connection updated@| name: Updated connection@, description: old, clientId: i, clientSecret: {fromEnv: SECRET_OLD}
Connection replaced@| name: Replaced connection@, clientId: i
Connection gone@| name: Gone connection@
Connection handle@| name: Moved connection@
Connection renumbered@ first@| name: Renumbered connection@
Resource updated@| name: Updated resource@, uri: "https://updated@.example.com", type: mcp, scopes: {connectionsScopes: [{name: kept, connections: [{connection: renumbered@, scopes: [read]}]}, {name: leaving}]}
Resource replaced@| name: Replaced resource@, uri: "https://old@.example.com", type: api, description: kept
Resource gone@| name: Gone resource@, uri: "https://gone@.example.com", type: api
InboundApp updated@| name: Updated app@, description: old
InboundApp replaced@| name: Replaced app@, description: kept
InboundApp gone@| name: Gone app@
ResourcePolicy updated@| inboundApp: updated@, resource: updated@, userAccessScopes: [kept, leaving]
ResourcePolicy pair@| inboundApp: updated@, resource: replaced@, allUserScopes: true
ResourcePolicy gone@| inboundApp: gone@, resource: updated@, userAccessScopes: [leaving]
)";

constexpr std::string_view kAfter =
    R"(Permission stay@| name: Stay@
Permission renamed@| name: New permission@, description: d
Permission new@| name: Newest permission@
Permission other@| name: Other permission@
Role updated@| name: Updated role@, description: new, permissionNames: [Stay@, Newest permission@]
Role renamed@| name: New role@
Role new@| name: Newest role@
DynamicRegistrationTemplate updated@| name: Updated template@, tags: [a, b]
DynamicRegistrationTemplate new@| name: New template@
Connection updated@| name: Updated connection@, description: new, clientId: i, clientSecret: {fromEnv: SECRET_NEW}
Connection replaced@| name: Replaced connection@, appType: apikey
Connection moved@ handle@| name: Moved connection@, description: new
Connection renumbered@ second@| name: Renumbered connection@
Connection new@| name: New connection@, clientId: i, clientSecret: {fromEnv: SECRET_FIRST}
Resource updated@| name: Updated resource@, uri: "https://updated@.example.com", type: mcp, description: new, scopes: {permissionsScopes: [{name: by-role, values: [New role@]}]}, dynamicRegistrationSettings: {template: new@}
McpScope kept@| resource: updated@, name: kept, connections: [{connection: renumbered@, scopes: [read]}]
McpScope arriving@| resource: updated@, name: arriving, connections: [{connection: new@, scopes: [read]}]
Resource replaced@| name: Replaced resource@, uri: "https://new@.example.com", type: api
Resource new@| name: New resource@, uri: "https://newest@.example.com", type: api
InboundApp updated@| name: Renamed app@, description: new
InboundApp replaced@| name: Replaced app@, nonConfidentialClient: true
InboundApp new@| name: New app@, clientSecret: {fromEnv: SECRET_FIRST}
ResourcePolicy updated@| inboundApp: updated@, resource: updated@, userAccessScopes: [kept, arriving]
ResourcePolicy pair@| inboundApp: updated@, resource: new@, allUserScopes: true
ResourcePolicy new@| inboundApp: new@, resource: replaced@, allUserScopes: true
)";

std::string number(std::string_view text, int set) {
  std::string numbered;
  for (const char c : text) {
    if (c == '@')
      numbered += "-" + std::to_string(set);
    else
      numbered += c;
  }
  return numbered;
}

std::string make(std::string_view lines, int sets) {
  std::string manifests;
  for (int set = 1; set <= sets; ++set) {
    std::istringstream in(number(lines, set));
    for (std::string head, spec; std::getline(in, head, '|') && std::getline(in, spec);) {
      std::istringstream words(head);
      std::string kind;
      std::string handle;
      std::string id;
      words >> kind >> handle >> id;
      manifests += "---\napiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {name: " + handle +
                   (id.empty() ? "" : ", id: " + id) + "}\nspec: {" + spec + "}\n";
    }
  }
  return manifests;
}

}  // namespace

std::string mixed_before(int sets) {
  return make(kBefore, sets);
}

std::string mixed_after(int sets) {
  return make(kAfter, sets);
}

Environment mixed_secrets() {
  return {{"SECRET_OLD", "old-secret-of-more-than-twenty-characters"},
          {"SECRET_NEW", "new-secret-of-more-than-twenty-characters"},
          {"SECRET_FIRST", "first-secret-of-more-than-twenty-characters"}};
}

}  // namespace descopectl::e2e
