// export: what comes out of a project goes back into it without a change.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "api.hpp"
#include "descopectl/kinds/registry.hpp"
#include "hosted.hpp"

namespace descopectl::e2e {
namespace {

using schema::Field;
using schema::Type;

class Export : public testing::Test {
 protected:
  void create(std::string_view path, const json::object& body) const {
    const Answer answer = api.post(path, body);
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  void create_connection(std::string_view id, std::string_view name, json::object more = {}) const {
    more["id"] = id;
    more["name"] = name;
    create("/v1/mgmt/outbound/app/create", more);
  }
  [[nodiscard]] Result run(Arguments more = {}) const {
    more.insert(more.begin(), "export");
    return project.run(more);
  }

  /// The export as the only manifests, planned without a state, applied, and planned with it.
  void expect_no_change() const {
    ASSERT_EQ(run({"--out", "descope"}).status, 0);
    const Result first = project.plan({"--detailed-exitcode", "--strict-references"});
    EXPECT_EQ(first.status, 0) << first.all();
    ASSERT_EQ(project.apply().status, 0);
    const Result second = project.plan();
    EXPECT_EQ(last_line(second.out), "No changes. Live matches the manifests.") << second.out;
    EXPECT_EQ(run({"--out", "descope"}).status, 0) << "equal files are in nobody's way";
  }

  Project project;
  Api api{project};
};

TEST_F(Export, OfAnEmptyProjectIsEmpty) {
  const Result result = run();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "There is nothing to export.\n");
}

TEST_F(Export, ComesBackWithoutAChangeWhateverThingsAreCalled) {
  const std::vector<std::string> names{
      "Google Calendar", "google calendar", "\"quoted\" 'too'", "2FA", "Ünïcode 日本", "null",
      "a: b # c",        "${env:HOME}"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    create_connection("c" + std::to_string(i), names[i], {{"description", ""}, {"pkce", false}});
    create("/v1/mgmt/resource/create",
           {{"name", names[i]},
            {"type", "mcp"},
            {"uri", "https://r" + std::to_string(i) + ".example"},
            {"scopes",
             {{"connectionsScopes",
               json::array{{{"name", "s"}, {"values", json::array{"c" + std::to_string(i)}}}}}}}});
    create("/v1/mgmt/thirdparty/app/create",
           {{"name", names[i]}, {"customAttributes", {{names[i], names[i]}}}});
    create("/v1/mgmt/role/create", {{"name", names[i]}, {"description", "line one\nline two\n"}});
  }
  expect_no_change();
  EXPECT_TRUE(project.folder.has("descope/connections/google-calendar.yaml"));
  EXPECT_TRUE(project.folder.has("descope/connections/google-calendar-2.yaml"));
  EXPECT_TRUE(project.folder.has("descope/inbound-apps/Ünïcode-日本.yaml"));
}

using Words = std::map<std::string, std::string, std::less<>>;

/// A value that is not the default, for each row of a table.
class FullBody {
 public:
  /// `ids` and `names` of what is there already, by kind.
  FullBody(const Words& ids, const Words& names) : ids_(ids), names_(names) {}

  json::object make(std::span<const Field> fields) {
    json::object body;
    for (const Field& row : fields)
      if (row.in(schema::kInCreate) && !row.read_only && !row.secret && row.generation != 2 &&
          row.type != Type::kConnectionScopes && row.name != "tenantId")
        body[row.wire_name()] = make(row);
    return body;
  }

 private:
  std::string text_of(const Field& row) {
    if (!row.names.empty()) return names_.find(row.names)->second;
    if (!row.values.empty()) return std::string(row.values.front());
    if (row.format != schema::Format::kNone) return "https://x.example/" + std::to_string(++number_);
    return "text " + std::to_string(++number_);
  }

  json::value make(const Field& row) {
    switch (row.type) {
      case Type::kString:
        return json::value(text_of(row));
      case Type::kBoolean:
        return true;
      case Type::kInteger:
        return 5;
      case Type::kInteger64:
        return "5";
      case Type::kStringList:
        return json::array{json::value(text_of(row))};
      case Type::kStringMap:
        return json::object{{"key", text_of(row)}};
      case Type::kObject:
        return make(row.fields);
      case Type::kObjectList:
        return json::array{json::value(make(row.fields))};
      case Type::kObjectMap:
        return json::object{{"https://issuer.example/", make(row.fields)}};
      case Type::kReference:
        return json::value(ids_.find(row.reference)->second);
      case Type::kConnectionScopes:
        break;
    }
    return nullptr;
  }

  const Words& ids_;
  const Words& names_;
  int number_ = 0;
};

TEST_F(Export, ComesBackWithoutAChangeWithEveryFieldSet) {
  Words ids;
  Words names;
  for (const schema::Kind* kind : kinds::named_only())
    names[std::string(kind->name)] = std::string(kind->built_in_names.front());
  const auto is_ready = [&](auto&& self, std::span<const Field> fields) -> bool {
    return std::all_of(fields.begin(), fields.end(), [&](const Field& row) {
      return (row.type != Type::kReference || ids.contains(row.reference)) &&
             (row.names.empty() || names.contains(row.names)) && self(self, row.fields);
    });
  };
  std::vector<const schema::Kind*> kinds;
  for (const schema::Kind* kind : kinds::all())
    if (!kind->item_of.exists() && kind->calls.create.exists()) kinds.push_back(kind);
  while (!kinds.empty()) {
    const auto at = std::find_if(kinds.begin(), kinds.end(),
                                 [&](const schema::Kind* kind) { return is_ready(is_ready, kind->fields); });
    ASSERT_NE(at, kinds.end());
    json::object body = FullBody(ids, names).make((*at)->fields);
    if ((*at)->id_chosen_by_client) body[(*at)->id_field] = "full";
    for (const schema::CreateVariant& variant : (*at)->create_variants)
      body.erase(variant.when);  // another call's
    const Answer answer = api.post((*at)->calls.create.path, body);
    ASSERT_EQ(answer.status, 200) << answer.body << json::serialize(body);
    const json::value created = answer.value();
    const std::string_view out = (*at)->calls.create.out;
    const json::object& object = out.empty() ? created.as_object() : created.at(out).as_object();
    const json::value* id = object.if_contains((*at)->id_field);
    ids[std::string((*at)->name)] = id == nullptr ? "unknown" : std::string(id->as_string());
    if (const json::value* name = body.if_contains((*at)->name_field))
      names[std::string((*at)->name)] = std::string(name->as_string());
    kinds.erase(at);
  }
  ASSERT_EQ(run({"--out", "descope"}).status, 0);
  const Result first = project.plan({"--detailed-exitcode"});
  EXPECT_EQ(first.status, 0) << first.all();
  ASSERT_EQ(project.apply().status, 0);
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST_F(Export, WritesPoliciesByTheHandlesOfTheirEnds) {
  const json::value app = api.post("/v1/mgmt/thirdparty/app/create", {{"name", "Portal"}}).value();
  const json::value resource =
      api.post("/v1/mgmt/resource/create",
               {{"name", "CRM"},
                {"type", "api"},
                {"uri", "https://crm.example"},
                {"scopes", {{"permissionsScopes", json::array{{{"name", "read"}}}}}}})
          .value();
  create("/v1/mgmt/resourcepolicy/create", {{"thirdPartyApplicationId", app.at("id")},
                                            {"resourceId", resource.at("resource").at("id")},
                                            {"userAccessScopes", json::array{"read"}}});
  expect_no_change();
  EXPECT_EQ(project.folder.read("descope/resource-policies/portal-crm.yaml"),
            "apiVersion: descopectl/v1\n"
            "kind: ResourcePolicy\n"
            "metadata:\n"
            "  name: portal-crm\n"
            "spec:\n"
            "  inboundApp: portal\n"
            "  resource: crm\n"
            "  userAccessScopes: [read]\n");
  const Result alone = run({"--kind", "ResourcePolicy"});
  EXPECT_NE(alone.out.find("  resource: {live: "), std::string::npos) << alone.all();
}

TEST_F(Export, ListsTheVariablesOfSecretsAndSaysWhatIsLeftOut) {
  create_connection("google", "Google", {{"clientId", "c"}, {"clientSecret", "planted-secret-123456"}});
  create_connection("theirs", "Theirs", {{"tenantId", "T1"}});
  const Result result = run();
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out,
            "# Secrets are not exported. Set these variables before an apply that sends them:\n"
            "#   CONNECTION_GOOGLE_CLIENT_SECRET: Connection/google clientSecret\n"
            "---\n"
            "apiVersion: descopectl/v1\n"
            "kind: Connection\n"
            "metadata:\n"
            "  name: google\n"
            "spec:\n"
            "  name: Google\n"
            "  clientId: c\n"
            "  clientSecret: {fromEnv: CONNECTION_GOOGLE_CLIENT_SECRET}\n");
  EXPECT_EQ(
      result.err,
      "Secrets are not exported. Set these variables before an apply that sends them (also in the comment "
      "at the top):\n"
      "  CONNECTION_GOOGLE_CLIENT_SECRET: Connection/google clientSecret\n"
      "Left out, as they are tenants', self-registered or the system's own: 1 Connection.\n");
  const Result json_result = run({"-o", "json"});
  const json::value document = json::parse(json_result.out);
  EXPECT_EQ(document.at("objects").at(0).at("address").as_string(), "Connection/google");
  EXPECT_EQ(document.at("objects").at(0).at("variables").at(0).at("path").as_string(), "/clientSecret");
  EXPECT_EQ(document.at("left_out").at("Connection").as_int64(), 1);
  EXPECT_EQ(document.at("manifests").as_string(), result.out);
}

TEST_F(Export, NeverLosesAFileUnasked) {
  create_connection("a", "A");
  create_connection("b", "B");
  project.folder.write("out/connections/b.yaml", "mine\n");
  const Result refused = run({"--out", "out"});
  EXPECT_EQ(refused.status, 8);
  EXPECT_EQ(refused.err,
            "error: nothing was written: below out exists already, with other content: connections/b.yaml "
            "[files-exist]\nhint: choose another folder, or replace them with --overwrite\n");
  EXPECT_EQ(project.folder.read("out/connections/b.yaml"), "mine\n");
  EXPECT_FALSE(project.folder.has("out/connections/a.yaml")) << "all or nothing";
  const Result allowed = run({"--out", "out", "--overwrite"});
  EXPECT_EQ(allowed.status, 0) << allowed.all();
  EXPECT_EQ(allowed.out, "Wrote 2 manifests to 2 files below out.\n");
  EXPECT_NE(project.folder.read("out/connections/b.yaml"), "mine\n");
}

TEST_F(Export, NamesTheManifestsOfObjectsThatAreGone) {
  create_connection("a", "A");
  project.folder.write("out/connections/gone.yaml", connection("gone"));
  project.folder.write("out/more/lost.yml", connection("lost"));
  project.folder.write("out/connections/README.md", "mine\n");
  const Result result = run({"--out", "out"});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.err.find("warning: below out manifests are of what is not live: Connection/gone in "
                            "connections/gone.yaml and Connection/lost in more/lost.yml [files-left]\n"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(run({"--out", "out", "--kind", "InboundApp"}).err.find("files-left"), std::string::npos);
}

TEST_F(Export, OfPairsNamesTheSettingAndAPlanGoesOnInTheirForm) {
  create_connection("slack", "Slack");
  create("/v1/mgmt/resource/create",
         {{"name", "R"},
          {"type", "mcp"},
          {"uri", "https://r.example"},
          {"scopes",
           {{"connectionsScopes",
             json::array{{{"name", "s"}, {"values", json::array{"slack:chat:write", "slack:users"}}}}}}}});
  const Result result = run({"--out", "descope"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_NE(result.err.find("[connection-scope-format]\nhint: write 'connectionScopeFormat: id:scope'"),
            std::string::npos)
      << result.err;
  std::string text = project.folder.read("descope/resources/r.yaml");
  text.replace(text.find("users"), 5, "files");
  project.folder.write("descope/resources/r.yaml", text);
  project.folder.write("descopectl.yaml", "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n");
  const Result plan = project.run({"plan", "--adopt"});
  EXPECT_NE(plan.out.find("\"slack:files\""), std::string::npos) << plan.all();
  EXPECT_EQ(plan.err.find("unverified-encoding"), std::string::npos) << plan.err;
}

TEST_F(Export, HidesNoFileFromTheNextPlan) {
  project.folder.write(
      "descope/all.yaml",
      "apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: .net}\nspec: {name: NET devs}\n");
  ASSERT_EQ(project.run({"apply", "-f", "descope", "--auto-approve"}).status, 0);
  std::filesystem::remove(project.folder.path("descope/all.yaml"));
  ASSERT_EQ(run({"--out", "descope"}).status, 0);
  EXPECT_TRUE(project.folder.has("descope/roles/_.net.yaml"));
  const Result plan = project.run({"plan", "-f", "descope", "--detailed-exitcode"});
  EXPECT_EQ(plan.status, 0) << plan.all();
}

TEST_F(Export, TakesAManifestOfAnotherHandleForWhatItMatches) {
  create_connection("a", "A");
  create("/v1/mgmt/role/create", {{"name", "Sales Rep"}});
  project.folder.write(
      "out/rep.yaml",
      "apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: rep}\nspec: {name: Sales Rep}\n");
  const Result refused = run({"--out", "out"});
  EXPECT_EQ(refused.status, 8) << refused.all();
  EXPECT_NE(refused.err.find("Role/rep in rep.yaml [files-exist]"), std::string::npos) << refused.err;
}

TEST_F(Export, DeclaresNothingTwice) {
  create_connection("a", "A");
  project.folder.write("out/all.yaml", connection("a"));
  const Result refused = run({"--out", "out"});
  EXPECT_EQ(refused.status, 8);
  EXPECT_EQ(
      refused.err,
      "error: nothing was written: below out is declared already, in another file: Connection/a in "
      "all.yaml [files-exist]\nhint: choose another folder, or remove those first; --overwrite writes all "
      "the same\n");
  EXPECT_FALSE(project.folder.has("out/connections/a.yaml"));
  const Result forced = run({"--out", "out", "--overwrite"});
  EXPECT_EQ(forced.status, 0) << forced.all();
  EXPECT_NE(forced.err.find("Connection/a in all.yaml [declared-twice]\n"), std::string::npos) << forced.err;
}

TEST_F(Export, WritesOneFileWhereThatIsWantedAndSomeKindsOnly) {
  create_connection("a", "A");
  create("/v1/mgmt/resource/create",
         {{"name", "R"},
          {"type", "mcp"},
          {"uri", "https://r.example"},
          {"scopes", {{"connectionsScopes", json::array{{{"name", "s"}, {"values", json::array{"a"}}}}}}}});
  const Result result = run({"--out", "out", "--single-file", "--kind", "Resource"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(result.out, "Wrote 1 manifest to 1 file below out.\n");
  const std::string text = project.folder.read("out/manifests.yaml");
  EXPECT_NE(text.find("          - connection: {live: a}\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("kind: Connection"), std::string::npos);
  EXPECT_EQ(run({"--kind", "Rsource"}).status, 3);
  const Result part = run({"--kind", "McpScope"});
  EXPECT_EQ(part.status, 3);
  EXPECT_EQ(part.err,
            "error: McpScope is not exported by itself [invalid-value]\n"
            "hint: it is part of its Resource: write --kind Resource\n");
}

TEST_F(Export, NeedsAKeyAndAProjectThatAnswers) {
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                       "http: {retries: 1, retryBaseMilliseconds: 1}\n");
  project.emulator.stop();
  EXPECT_EQ(run().status, 5);
  EXPECT_EQ(json::parse(run({"--json"}).out).at("exit_code").as_int64(), 5);
  project.environment.erase("DESCOPE_MANAGEMENT_KEY");
  EXPECT_EQ(run().status, 4);
}

TEST(ExportOfWhatCannotBeListed, SaysSoAndGoesOn) {
  Workspace workspace;
  const Hosted hosted({}, [](const http::Request& request, const http::Server::Handler& service) {
    if (request.target != "/v1/mgmt/role/all") return service(request);
    return http::Reply(http::Response(403, R"({"errorCode":"E011008"})"));
  });
  aim(workspace, hosted);
  const Result result = workspace.run({"export"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_NE(result.err.find("warning: Role can't be listed: "), std::string::npos) << result.err;
  EXPECT_EQ(workspace.run({"export", "--kind", "Role"}).status, 4);
}

}  // namespace
}  // namespace descopectl::e2e
