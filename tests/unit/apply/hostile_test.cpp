// The promise of an apply where answers get lost: it converges, and nothing is there twice.
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>

#include "descopectl/apply/apply.hpp"
#include "descopectl/apply/live.hpp"
#include "descopectl/kinds/registry.hpp"
#include "fake_service.hpp"
#include "hostile_service.hpp"
#include "support/project.hpp"
#include "support/run.hpp"

namespace descopectl::apply {
namespace {

using test::Manifests;

std::string head(const std::string& kind, const std::string& handle) {
  return "---\napiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {name: " + handle + "}\nspec:\n";
}

/// Six objects of each kind; those with an index below `from` are left out, those below `same` stand as they
/// always do.
std::string make_manifests(int from, int same, const std::string& changed) {
  std::string text;
  for (int i = from; i < from + 6; ++i) {
    const std::string n = std::to_string(i);
    const std::string description = i < same ? "as ever" : changed;
    text += head("Connection", "c" + n) + "  {name: C " + n + ", description: " + description + "}\n";
    text += head("Permission", "p" + n) + "  {name: P " + n + ", description: " + description + "}\n";
    text += head("Role", "r" + n) + "  {name: R " + n + ", description: " + description +
            ", permissionNames: [P " + n + "]}\n";
    text += head("InboundApp", "a" + n) + "  {name: A " + n + ", description: " + description + "}\n";
    text += head("Resource", "s" + n) + "  {name: S " + n + ", type: mcp, uri: 'https://s" + n +
            "', description: " + description + "}\n";
    text += head("ResourcePolicy", "y" + n) + "  {inboundApp: a" + n + ", resource: s" + n +
            (i < same ? "" : ", allClientScopes: true") + "}\n";
    text += head("DynamicRegistrationTemplate", "t" + n) + "  {name: T " + n +
            (i < same ? "" : ", skipConsentScreen: true") + "}\n";
  }
  return text;
}

/// A project whose service is hostile.
class Hostile {
 public:
  Hostile() : timing(context.get_executor()), service(timing) {}
  Hostile(const Hostile& other)
      : timing(other.timing, context.get_executor()), service(other.service, timing) {
    store.state = other.store.state;
  }

  struct Planned {
    model::LiveState live;
    std::chrono::steady_clock::time_point at;
    plan::Plan plan;
  };

  Planned plan(Manifests& manifests) {
    Planned planned;
    LiveOptions options;
    options.kinds = plan::find_needed_kinds(manifests.desired, store.state, policy);
    options.parents_of = [&](const schema::Kind& kind, const model::LiveState& live) {
      return plan::find_list_parents(kind, manifests.desired, live, store.state);
    };
    options.timing = &timing;
    auto read = test::run(context, read_live(service, store.state, options));
    if (!read) throw std::runtime_error(read.error().message());
    planned.live = std::move(read->state);
    planned.at = read->at;
    plan::PlanInput input;
    input.desired = &manifests.desired;
    input.live = &planned.live;
    input.recorded = &store.state;
    input.policy = policy;
    input.project_id = "P1";
    planned.plan = plan::make_plan(input, manifests.sink);
    if (manifests.sink.has_errors()) throw std::runtime_error(manifests.messages());
    return planned;
  }

  Outcome apply(Planned& planned) {
    ApplyOptions options;
    options.timing = &timing;
    options.live_read_at = planned.at;
    options.live = &planned.live;
    options.policy = policy;
    return test::run(context, apply_plan(planned.plan, service, store, {}, options));
  }

  boost::asio::io_context context;
  test::FakeTiming timing;
  test::HostileService service;
  test::MemoryStore store;
  plan::Policy policy;
};

/// Every kind's objects by what identifies them; fails the test where one is there twice.
std::size_t count_distinct(const Hostile& project) {
  std::size_t total = 0;
  for (const schema::Kind* kind : kinds::all()) {
    std::set<std::string> seen;
    for (const auto& [id, body] : project.service.live(kind->name)) {
      const json::value* name = kind->name_field.empty() ? nullptr : body.if_contains(kind->name_field);
      EXPECT_TRUE(seen.insert(name == nullptr ? id : json::serialize(*name)).second)
          << kind->name << " " << json::serialize(body) << " is there twice";
      ++total;
    }
  }
  return total;
}

std::string describe(const plan::Plan& plan, const Outcome& outcome) {
  std::string text;
  for (std::size_t i = 0; i < outcome.actions.size(); ++i)
    if (outcome.actions[i].status != Status::kDone)
      text += plan.actions[i].key.to_string() + ": " + outcome.actions[i].message + "\n";
  return text;
}

/// So many seeds in a usual run; DESCOPECTL_SEEDS says another number.
unsigned find_seed_count() {
  constexpr unsigned kUsual = 1000;
  const char* wanted = std::getenv("DESCOPECTL_SEEDS");
  return wanted == nullptr ? kUsual : static_cast<unsigned>(std::atoi(wanted));
}

TEST(HostileService, NeverHasTwoObjectsWhereOneWasAskedForAndIsDoneWithinThreeApplies) {
  Manifests before(make_manifests(0, 100, ""));
  Manifests after(make_manifests(2, 3, "changed"));
  Hostile start;
  auto set_up = start.plan(before);
  ASSERT_EQ(start.apply(set_up).exit, diag::ExitStatus::kDone);

  std::size_t lost = 0;
  for (unsigned seed = 0; seed < find_seed_count(); ++seed) {
    SCOPED_TRACE(seed);
    Hostile project(start);
    project.service.set_faults(20, seed);
    std::string troubles;
    bool is_done = false;
    for (int run = 0; run < 3 && !is_done; ++run) {
      auto planned = project.plan(after);
      const plan::Summary& work = planned.plan.summary;
      EXPECT_TRUE(run > 0 || work.create + work.update + work.replace + work.erase >= 40);
      const Outcome outcome = project.apply(planned);
      is_done = outcome.exit == diag::ExitStatus::kDone;
      troubles += describe(planned.plan, outcome) + "--\n";
    }
    EXPECT_TRUE(is_done) << troubles;
    project.service.set_faults(0, seed);
    EXPECT_EQ(test::actions_of(project.plan(after).plan), "");
    EXPECT_EQ(count_distinct(project), after.desired.objects.size()) << troubles;
    lost += project.service.lost_answers;
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(lost, 4U * find_seed_count()) << "the service was not hostile";
}

}  // namespace
}  // namespace descopectl::apply
