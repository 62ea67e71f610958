// Killed with -9 at each write request, before and after it took effect; the next run finishes the job.
//
// The plan has every sort of action of every kind. Whatever the moment, the next run ends with the server and
// the state as an uninterrupted run leaves them: no object twice, none lost, every secret in place, the next
// plan empty. DESCOPECTL_KILL_SETS=2 makes it a plan of 60 actions.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "api.hpp"
#include "killer.hpp"
#include "mixed_plan.hpp"

namespace descopectl::e2e {
namespace {

constexpr const char* kState = ".descopectl/state.json";
constexpr const char* kData = "data.json";

/// What is left of a server when nobody needs it any more.
struct Remains {
  std::string data;   ///< the server's
  std::string state;  ///< the program's
};

/// Ids that the service made, each with a name for what it is the id of.
using Names = std::map<std::string, std::string, std::less<>>;

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Times and versions are nobody's business; nor are ids that the service made, as long as each stands for
/// the same object everywhere.
json::value without_accidents(const json::value& value, const Names& names) {
  if (const json::string* text = value.if_string()) {
    const auto name = names.find(std::string_view(*text));
    return name == names.end() ? value : json::value(name->second);
  }
  if (const json::array* items = value.if_array()) {
    json::array result;
    for (const json::value& item : *items)
      result.push_back(without_accidents(item, names));
    return result;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return value;
  json::object result;
  for (const auto& [name, member] : *object)
    if (name != "version" && name != "createdTime" && name != "modifiedTime")
      result[name] = without_accidents(member, names);
  return result;
}

/// The objects of a server's data, one a line, in an order that depends on nothing but what they are. What
/// was there `before` keeps its ids.
std::vector<std::string> describe(const std::string& data, const std::string& before) {
  const json::value document = json::parse(data);
  const json::object& kinds = document.at("objects").as_object();
  Names names;
  const auto name_ids = [&](const json::object& object, const std::string& what) {
    for (const char* member : {"id", "clientId"}) {
      const std::string id = text_at(object, member);
      if (id.size() > 20 && before.find(json::serialize(json::value(id))) == std::string::npos)
        names[id] = what + " " + member;
    }
  };
  for (const auto& [kind, objects] : kinds)
    for (const json::value& object : objects.as_array()) {
      const std::string what = std::string(kind) + " " + text_at(object.as_object(), "name");
      name_ids(object.as_object(), what);
      if (const json::value* secrets = object.as_object().if_contains("secrets"))
        for (const json::value& secret : secrets->as_array())
          name_ids(secret.as_object(), what + " secret");
    }
  std::vector<std::string> lines;
  for (const auto& [kind, objects] : kinds)
    for (const json::value& object : objects.as_array())
      lines.push_back(std::string(kind) + " " + json::serialize(without_accidents(object, names)));
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// "Role/editor" and so on: what a state owns; whatever is open or unfinished in it is named as well.
std::vector<std::string> owned(const std::string& state) {
  const json::value base = json::parse(state.substr(state.find('{'), state.find('\n') - state.find('{')));
  std::vector<std::string> keys;
  std::set<std::string> ids;
  for (const json::value& item : base.at("objects").as_array()) {
    const json::object& object = item.as_object();
    const std::string key = text_at(object, "kind") + "/" + text_at(object, "handle");
    keys.push_back(key);
    if (!ids.insert(text_at(object, "kind") + "/" + text_at(object, "live_id")).second)
      keys.push_back(key + " is owned twice");
    if (object.contains("pending_create")) keys.push_back(key + " is unfinished");
    for (const auto& [pointer, print] : object.at("secrets").as_object())
      keys.push_back(key + std::string(pointer) + " " + text_at(print.as_object(), "scheme"));
  }
  if (base.as_object().contains("intents")) keys.push_back("intents are open");
  if (state.find('\n') + 1 != state.size()) keys.push_back("there is a tail");
  return keys;
}

/// A repository, a server, and the moment at which the program is killed.
class World : public Workspace {
 public:
  World(int sets, const Remains& before, Moment moment) : killer_(moment), lives_(moment.write == 0) {
    folder.write("descopectl.yaml",
                 "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                 "connectionScopeFormat: id:scope\nhttp: {settleSeconds: 0}\n"
                 "limits: {maxDeletes: 1000, maxDeletePercent: 100}\n");
    if (!before.data.empty()) folder.write(kData, before.data);
    if (!before.state.empty()) folder.write(kState, before.state);
    folder.write("descope/main.yaml", before.data.empty() ? mixed_before(sets) : mixed_after(sets));
    emulator::RunningOptions options;
    options.data_file = folder.path(kData);
    hosted_.emplace(std::move(options), std::ref(killer_));
    aim(*this, *hosted_);
    environment.merge(mixed_secrets());
  }

  Result apply(int parallelism) {
    const auto process =
        start({"apply", "--auto-approve", "--allow-replace", "--parallelism", std::to_string(parallelism)});
    if (!std::exchange(lives_, true)) killer_.aim_at(*process);
    return process->finish();
  }
  [[nodiscard]] std::size_t writes() const { return killer_.writes(); }

  /// Ends the server.
  Remains finish() {
    hosted_.reset();
    return {folder.read(kData), folder.read(kState)};
  }

 private:
  Killer killer_;
  bool lives_;
  std::optional<Hosted> hosted_;
};

struct Way {
  int parallelism = 1;
  bool is_after_effect = false;
};

/// The number of sets of objects.
int sets() {
  const char* text = std::getenv("DESCOPECTL_KILL_SETS");
  return text == nullptr ? 1 : std::max(1, std::atoi(text));
}

class KilledAtEveryWrite : public testing::TestWithParam<Way> {
 protected:
  static void SetUpTestSuite() {
    World first(sets(), {}, {});
    EXPECT_EQ(first.apply(10).status, 0);
    before = first.finish();
    World whole(sets(), before, {});
    const Result applied = whole.apply(1);
    EXPECT_EQ(applied.status, 0) << applied.all();
    writes = whole.writes();
    const Remains after = whole.finish();
    expected = describe(after.data, before.data);
    expected_state = owned(after.state);
  }

  static void expect_recovery(Moment moment, int parallelism) {
    World world(sets(), before, moment);
    const Result killed = world.apply(parallelism);
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.all();
    const Result next = world.apply(parallelism);
    EXPECT_EQ(next.status, 0) << killed.all() << "\n--- the next run ---\n" << next.all();
    const Result plan = world.run({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.status, 0) << plan.all() << "\n--- the run before ---\n" << next.all();
    const Remains after = world.finish();
    EXPECT_EQ(describe(after.data, before.data), expected) << next.all();
    EXPECT_EQ(owned(after.state), expected_state) << next.all();
  }

  static inline Remains before;
  static inline std::size_t writes = 0;
  static inline std::vector<std::string> expected;
  static inline std::vector<std::string> expected_state;
};

TEST_P(KilledAtEveryWrite, TheNextApplyFinishesTheJob) {
  ASSERT_GT(writes, 30U);
  for (std::size_t write = 1; write <= writes; ++write) {
    SCOPED_TRACE("write " + std::to_string(write) + " of " + std::to_string(writes));
    expect_recovery({write, GetParam().is_after_effect}, GetParam().parallelism);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Kill, KilledAtEveryWrite,
                         testing::Values(Way{1, false}, Way{1, true}, Way{10, false}, Way{10, true}),
                         [](const testing::TestParamInfo<Way>& way) {
                           return std::string(way.param.is_after_effect ? "After" : "Before") +
                                  "ItsEffectAtParallelism" + std::to_string(way.param.parallelism);
                         });

}  // namespace
}  // namespace descopectl::e2e
