// What `explain` tells.
#include "descopectl/reference/topics.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "descopectl/base/text.hpp"

namespace descopectl::reference {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Topics, AreFoundByPath) {
  EXPECT_EQ(find_topic("Connection.authorizationUrlParams.key")->path,
            "Connection.authorizationUrlParams[].key");
  EXPECT_EQ(find_topic("Connection.spec.authorizationUrlParams[].key")->path,
            "Connection.authorizationUrlParams[].key");
  EXPECT_EQ(find_topic("InboundApp.jwtBearerSettings.issuers.jwksUri")->path,
            "InboundApp.jwtBearerSettings.issuers.*.jwksUri");
  EXPECT_EQ(find_topic("Role.metadata.lifecycle.onRemoval")->name, "onRemoval");
  EXPECT_EQ(find_topic("Config.http.retries")->type, "a whole number from 0 to 100");
}

TEST(Topics, OfTypedConnectionScopesHaveTheMembersOfAnItem) {
  EXPECT_EQ(topic_to_text(*find_topic("McpScope.connections.connection")),
            "McpScope.connections[].connection: handle of a Connection, required\n"
            "\n"
            "  The connection whose token the tool needs. The handle (metadata.name) of a Connection, or\n"
            "  {live: ID} for one outside the repository.\n"
            "\n"
            "Details:\n"
            "  required  yes\n"
            "\n"
            "Example:\n"
            "  spec:\n"
            "    connections:\n"
            "      - connection: my-connection\n");
  const Topic scopes = *find_topic("Resource.scopes.connectionsScopes.connections.scopes");
  EXPECT_EQ(scopes.path, "Resource.scopes.connectionsScopes[].connections[].scopes");
  EXPECT_THAT(topic_to_text(scopes), HasSubstr("in the API  scopes.connectionsScopes.values in POST"));
  EXPECT_EQ(find_topic("McpScope.connections.scope").error().hint(),
            "did you mean 'McpScope.connections.scopes'?");
}

TEST(Topics, OfAKindWithAKeySayWhatMakesItAndHaveNoId) {
  EXPECT_NE(topic_to_text(*find_topic("ResourcePolicy"))
                .find("there is one for each inboundApp and resource; with others it is another object"),
            std::string::npos);
  EXPECT_FALSE(find_topic("ResourcePolicy.metadata.id"));
  EXPECT_TRUE(find_topic("Role.metadata.id"));
}

TEST(Topics, OfUnknownNamesNameTheNearest) {
  EXPECT_EQ(find_topic("connection").error().hint(), "did you mean 'Connection'?");
  EXPECT_EQ(find_topic("Connection.tokenURL").error().message(), "Connection has no field 'tokenURL'");
  EXPECT_EQ(find_topic("Connection.tokenURL").error().hint(), "did you mean 'Connection.tokenUrl'?");
  EXPECT_EQ(find_topic("Resource.scopes.permissionScopes").error().hint(),
            "did you mean 'Resource.scopes.permissionsScopes'?");
  EXPECT_EQ(find_topic("Config.http.retrys").error().hint(), "did you mean 'Config.http.retries'?");
  EXPECT_EQ(find_topic("Connection.pkce.on").error().message(), "Connection.pkce has no members");
  EXPECT_EQ(find_topic("").error().message(), "unknown kind ''");
  EXPECT_FALSE(find_topic("McpScope.metadata.id")) << "an item has no live id";
}

TEST(Topics, TellWhatAFieldIs) {
  EXPECT_EQ(
      topic_to_text(*find_topic("Connection.prompt")),
      "Connection.prompt: list of strings\n"
      "\n"
      "  OpenID Connect prompts of the authorization request. Order and repetition mean nothing.\n"
      "\n"
      "Details:\n"
      "  required    no\n"
      "  default     empty; null resets to it\n"
      "  values      none, login, consent or select_account\n"
      "  in the API  prompt in POST /v1/mgmt/outbound/app/create and POST /v1/mgmt/outbound/app/update\n"
      "\n"
      "Example:\n"
      "  spec:\n"
      "    prompt: [none]\n");
}

TEST(Topics, TellOfReplacementsSecretsAndReferences) {
  EXPECT_THAT(topic_to_text(*find_topic("Resource.uri")),
              HasSubstr("Resource.uri: URI, required, replaces\n"));
  EXPECT_THAT(topic_to_text(*find_topic("Connection.clientSecret")), HasSubstr("{clear: true} clears it"));
  EXPECT_THAT(topic_to_text(*find_topic("Connection.clientSecret")), HasSubstr("{fromEnv: CLIENT_SECRET}"));
  EXPECT_THAT(topic_to_text(*find_topic("Resource.id")), HasSubstr("set by the service"));
  EXPECT_THAT(topic_to_text(*find_topic("McpScope.resource")), HasSubstr("{live: ID}"));
}

TEST(Topics, TellWhichFieldsStayWhereTheyAreLeftOut) {
  for (const std::string path : {"Role.tenantId", "InboundApp.nonConfidentialClient", "Connection.tenantId"})
    EXPECT_THAT(topic_to_text(*find_topic(path)), HasSubstr(" Left out "));
  for (const std::string path :
       {"Resource.uri", "Connection.prompt", "Connection.clientSecret", "Resource.id"})
    EXPECT_THAT(topic_to_text(*find_topic(path)), Not(HasSubstr(" Left out ")));
}

TEST(Topics, OfAKindShowItsFieldsAsATree) {
  const std::string text = topic_to_text(*find_topic("Resource"));
  EXPECT_THAT(text, HasSubstr("\n  scopes "));
  EXPECT_THAT(text, HasSubstr("\n    permissionsScopes "));
  EXPECT_THAT(text, HasSubstr("\n      name "));
  EXPECT_THAT(text, Not(HasSubstr("createdTime")));
}

TEST(Topics, SayNothingOfOurOwnSources) {
  for (const Topic& topic : list_topics()) {
    const Topic whole = *find_topic(topic.name);
    EXPECT_THAT(topic_to_text(whole), Not(HasSubstr("sheet")));
    EXPECT_THAT(json::serialize(topic_to_json(whole)), Not(HasSubstr("sheet")));
  }
}

TEST(Topics, StayWithinAHundredColumns) {
  for (const Topic& topic : list_topics()) {
    std::istringstream lines(topic_to_text(*find_topic(topic.name)) + topics_to_text(list_topics()));
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(base::count_code_points(line), 100U) << line;
  }
}

}  // namespace
}  // namespace descopectl::reference
