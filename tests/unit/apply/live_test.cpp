// Reading live: what a list lacks is looked for before it counts as deleted.
#include "descopectl/apply/live.hpp"

#include <gmock/gmock.h>

#include "fixture.hpp"

namespace descopectl::apply {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

class LiveReading : public test::ApplyTest {
 protected:
  LiveReading() {
    looking.kinds = {{&kind("Role"), false}, {&kind("Connection"), false}};
    looking.timing = &timing;
  }

  Result<LiveRead> read() { return test::run(context, read_live(service, store.state, looking)); }

  LiveOptions looking;
};

TEST_F(LiveReading, TakesOneListAKindWhereNothingIsMissing) {
  own("Role", "editor", "ROL1", {{"name", "Editor"}});
  own("Connection", "c", "c", {{"name", "C"}});
  const auto live = read();
  ASSERT_TRUE(live);
  EXPECT_THAT(service.log, testing::UnorderedElementsAre("list Role", "list Connection"));
  EXPECT_THAT(timing.waits, IsEmpty());
}

TEST_F(LiveReading, LooksAgainForARoleUntilTheListShowsIt) {
  own("Role", "editor", "ROL1", {{"name", "Editor"}});
  service.lagging["Role"] = 3;
  const auto live = read();
  ASSERT_TRUE(live);
  EXPECT_NE(live->state.find("Role")->find("ROL1"), nullptr);
  EXPECT_THAT(timing.waits, ElementsAre(milliseconds(250), milliseconds(500), milliseconds(1000)));
}

TEST_F(LiveReading, ARoleThatStaysAwayForTheWholeTimeIsGone) {
  own("Role", "editor", "ROL1", {{"name", "Editor"}});
  own("Role", "reader", "ROL2", {{"name", "Reader"}});
  service.live["Role"].erase("ROL1");
  looking.settle = milliseconds(1000);
  const auto live = read();
  ASSERT_TRUE(live);
  EXPECT_EQ(live->state.find("Role")->objects.size(), 1U);
  EXPECT_THAT(timing.waits, ElementsAre(milliseconds(250), milliseconds(500), milliseconds(250)));
}

TEST_F(LiveReading, AConnectionThatItsListLacksIsLoadedOnce) {
  own("Connection", "c", "c", {{"name", "C"}});
  service.lagging["Connection"] = 1;
  const auto live = read();
  ASSERT_TRUE(live);
  EXPECT_NE(live->state.find("Connection")->find("c"), nullptr);
  EXPECT_EQ(place_of("load Connection/c"), 2U);
  EXPECT_THAT(timing.waits, IsEmpty());
}

TEST_F(LiveReading, AnInterruptEndsTheLooking) {
  own("Role", "editor", "ROL1", {{"name", "Editor"}});
  service.lagging["Role"] = 100;
  looking.is_interrupted = [&] { return !timing.waits.empty(); };
  const auto live = read();
  ASSERT_FALSE(live);
  EXPECT_EQ(live.error().kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(timing.waits.size(), 1U);
}

TEST_F(LiveReading, ListsByParentOnceTheParentsAreKnown) {
  own("InboundApp", "a", "A1", {{"name", "a"}});
  own("ResourcePolicy", "p", "A1/RS1", {{"thirdPartyApplicationId", "A1"}, {"resourceId", "RS1"}});
  own("ResourcePolicy", "gone", "A2/RS1", {{"thirdPartyApplicationId", "A2"}, {"resourceId", "RS1"}});
  service.live["ResourcePolicy"].erase("A2/RS1");
  service.lagging["ResourcePolicy"] = 1;
  looking.kinds = {{&kind("ResourcePolicy"), false}, {&kind("InboundApp"), false}};
  looking.parents_of = [](const schema::Kind& of, const model::LiveState& live) {
    EXPECT_EQ(of.name, "ResourcePolicy");
    return std::vector<std::string>{live.find("InboundApp")->objects.front().id};
  };
  const auto live = read();
  ASSERT_TRUE(live);
  EXPECT_EQ(live->state.find("ResourcePolicy")->objects.size(), 1U);
  EXPECT_THAT(service.asked_parents["ResourcePolicy"], ElementsAre("A1"));
  EXPECT_LT(place_of("list InboundApp"), place_of("list ResourcePolicy"));
  EXPECT_THAT(timing.waits, ElementsAre(milliseconds(250)))
      << "what went with its parent is not waited for, what lags is";
}

TEST_F(LiveReading, AsksUnderAParentThatItsListLacksAndDoesNotWait) {
  own("ResourcePolicy", "p", "A1/RS1", {{"thirdPartyApplicationId", "A1"}, {"resourceId", "RS1"}});
  own("ResourcePolicy", "gone", "A1/RS2", {{"thirdPartyApplicationId", "A1"}, {"resourceId", "RS2"}});
  service.live["ResourcePolicy"].erase("A1/RS2");
  looking.kinds = {{&kind("ResourcePolicy"), false}, {&kind("InboundApp"), false}};
  looking.parents_of = [&](const schema::Kind& of, const model::LiveState& live) {
    return plan::find_list_parents(of, {}, live, store.state);
  };
  const auto live = read();
  ASSERT_TRUE(live);
  EXPECT_NE(live->state.find("ResourcePolicy")->find("A1/RS1"), nullptr) << "its list shows it";
  EXPECT_EQ(live->state.find("ResourcePolicy")->objects.size(), 1U);
  EXPECT_THAT(timing.waits, IsEmpty());
}

TEST_F(LiveReading, OfSeveralErrorsTellsTheOneThatSaysMost) {
  service.fail_next("list Role", Error(ErrorKind::kFailure, "odd"));
  service.fail_next("list Connection", Error(ErrorKind::kUnauthorized, "no right"));
  const auto live = read();
  ASSERT_FALSE(live);
  EXPECT_EQ(live.error().message(), "no right");
}

}  // namespace
}  // namespace descopectl::apply
