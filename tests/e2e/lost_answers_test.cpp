// Answers that never come, over real connections: the apply converges, and nothing is there twice.
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

std::string document(const std::string& kind, const std::string& handle, const std::string& spec) {
  return "---\napiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {name: " + handle + "}\nspec: {" +
         spec + "}\n";
}

/// Four objects of each kind, from number `from`.
std::string make_manifests(int from, const std::string& description) {
  std::string text;
  for (int i = from; i < from + 4; ++i) {
    const std::string n = std::to_string(i);
    const std::string common = ", description: " + description;
    text += document("Connection", "c" + n, "name: C" + n + common);
    text += document("Permission", "p" + n, "name: P" + n + common);
    text += document("Role", "r" + n, "name: R" + n + ", permissionNames: [P" + n + "]" + common);
    text += document("InboundApp", "a" + n, "name: A" + n + common);
    text += document("Resource", "s" + n,
                     "name: S" + n + ", type: mcp, uri: 'https://s" + n + ".example'" + common);
    text += document("ResourcePolicy", "y" + n, "inboundApp: a" + n + ", resource: s" + n);
  }
  return text;
}

/// A project whose answers get lost, by a seed.
class Losing : public Project {
 public:
  explicit Losing(const std::string& seed)
      : Project({"--list-lag-ms", "150", "--fault-seed", seed, "--fault",
                 "POST *: status=503, probability=0.04", "--fault",
                 "POST *: status=502, effect=yes, body=html, probability=0.04", "--fault",
                 "POST *: connection=reset, probability=0.04", "--fault",
                 "POST *: connection=reset, effect=yes, probability=0.04", "--fault",
                 "POST *: connection=truncate, effect=yes, probability=0.04", "--fault",
                 "POST *: connection=hang, effect=yes, probability=0.01", "--fault",
                 "POST *: status=429, retry-after=0, probability=0.04"}) {
    folder.write("descopectl.yaml",
                 "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                 "http: {timeoutSeconds: 1, settleSeconds: 1, retryBaseMilliseconds: 10}\n");
  }

  /// Applies until it is done, three times at most.
  Result apply_thrice() const {
    const Arguments flags{"--allow-deletes", "100", "--allow-empty-kind", "Connection"};
    Result result = apply(flags);
    for (int again = 0; again < 2 && result.status != 0; ++again)
      result = apply(flags);
    return result;
  }
};

/// What `list` gives once it no longer shows what was just deleted.
template <class List>
void expect_distinct(const List& list, std::size_t size) {
  json::array objects = list();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (objects.size() > size && std::chrono::steady_clock::now() < deadline)
    objects = list();
  std::set<std::string> names;
  for (const json::value& object : objects)
    EXPECT_TRUE(names.insert(std::string(object.at("name").as_string())).second) << objects;
  EXPECT_EQ(objects.size(), size) << objects;
}

TEST(LostAnswers, LeaveNothingTwiceAndNothingUndone) {
  for (const std::string seed : {"1", "2"}) {
    SCOPED_TRACE(seed);
    const Losing project(seed);
    project.declare(make_manifests(0, "first"));
    const Result created = project.apply_thrice();
    EXPECT_EQ(created.status, 0) << created.all();
    project.declare(make_manifests(2, "second"));
    const Result changed = project.apply_thrice();
    EXPECT_EQ(changed.status, 0) << changed.all();
    const Api api(project);
    expect_distinct([&] { return api.connections(); }, 4);
    expect_distinct([&] { return api.apps(); }, 4);
    expect_distinct([&] { return api.resources(); }, 4);
    expect_distinct([&] { return api.roles(); }, 4);
    EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
  }
}

TEST(LostAnswers, OfAnAppsCreateSayHowToHaveItsSecret) {
  const Project project(
      {"--fault", "POST */thirdparty/app/create: connection=truncate, effect=yes, times=1"});
  project.declare(document("InboundApp", "a", "name: A"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_NE(result.err.find("descopectl output InboundApp/a --secret-file FILE"), std::string::npos);
  const Result secret = project.run({"output", "InboundApp/a", "--secret-file", "secret"});
  EXPECT_EQ(secret.status, 0) << secret.all();
  EXPECT_FALSE(project.folder.read("secret").empty());
}

/// A connection from a registration preset: the service chooses its id and its name.
std::string preset(const std::string& metadata) {
  return "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {" + metadata +
         "}\nspec: {name: Notes, dcrPresetId: notion}\n";
}

void settle_at_once(const Workspace& workspace) {
  workspace.folder.write(
      "descopectl.yaml",
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nhttp: {settleSeconds: 0}\n");
}

TEST(LostAnswers, OfAPresetsCreateMakeNoSecondConnection) {
  const Project project({"--fault", "POST */create/bydcrpreset: status=502, effect=yes, times=1"});
  settle_at_once(project);
  const Api api(project);
  api.post("/v1/mgmt/outbound/app/create", {{"id", "theirs"}, {"name", "Theirs"}});
  project.declare(preset("name: notes"));
  const Result lost = project.apply();
  EXPECT_EQ(lost.status, 9) << lost.all();
  ASSERT_EQ(api.connections().size(), 2U);
  std::string id(api.connections().at(0).at("id").as_string());
  if (id == "theirs") id = api.connections().at(1).at("id").as_string();
  EXPECT_NE(lost.all().find("'" + id + "' is new and may be what it made"), std::string::npos) << lost.all();
  // The next run asks, under another handle too, and sends nothing.
  for (const char* handle : {"name: notes", "name: renamed"}) {
    project.declare(preset(handle));
    const Result next = project.apply();
    EXPECT_NE(next.status, 0);
    EXPECT_NE(next.err.find("the live Connection '" + id + "' may be it [possible-match]"), std::string::npos)
        << next.err;
    EXPECT_NE(next.err.find("write 'metadata.id: " + id + "' to bind it"), std::string::npos) << next.err;
  }
  project.declare(preset("name: notes, id: " + id));
  const Result bound = project.apply({"--adopt"});
  EXPECT_EQ(bound.status, 0) << bound.all();
  EXPECT_EQ(api.connections().size(), 2U);
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
  EXPECT_EQ(project.plan().err.find("interrupted"), std::string::npos) << "nothing is left open";
}

TEST(LostAnswers, OfAPresetsCreateThatCameToNothingAreSentAgain) {
  const Project project({"--fault", "POST */create/bydcrpreset: status=502, times=1"});
  settle_at_once(project);
  const Api api(project);
  api.post("/v1/mgmt/outbound/app/create", {{"id", "theirs"}, {"name", "Theirs"}});
  project.declare(preset("name: notes"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(api.connections().size(), 2U);
}

TEST(LostAnswers, OfAnOutdatedVersionAreNoReasonToForce) {
  const Project project(
      {"--strict-version", "--fault", "POST */resource/update: status=502, effect=yes, times=1"});
  project.declare(document("Resource", "r", "name: R, type: mcp, uri: 'https://r'"));
  ASSERT_EQ(project.apply().status, 0);
  project.declare(document("Resource", "r", "name: Renamed, type: mcp, uri: 'https://r'"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(Api(project).resources().at(0).at("name"), "Renamed");
}

}  // namespace
}  // namespace descopectl::e2e
