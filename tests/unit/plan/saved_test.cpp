// What a saved plan tells of what moved since.
#include "descopectl/plan/saved.hpp"

#include <gmock/gmock.h>

#include "documents.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using plan::ObjectDigests;
using test::connection;
using test::doc;
using test::Manifests;
using test::Project;
using test::resource;
using ::testing::IsEmpty;

class SavedDigests : public testing::Test {
 protected:
  ObjectDigests digest(const std::string& text) {
    Manifests manifests(text);
    const plan::Plan plan = project.plan(manifests);
    EXPECT_EQ(manifests.messages(), "");
    return plan::digest_objects(plan, project.input(manifests));
  }
  static std::string moved(const ObjectDigests& saved, const ObjectDigests& now) {
    std::string text;
    for (const plan::Moved& one : plan::find_moved(saved, now))
      text += one.key.to_string() + ": " + one.what + "\n";
    return text;
  }

  Project project;
};

TEST_F(SavedDigests, AreEqualWhereNothingMoved) {
  project.apply_text(connection("a") + connection("b"));
  const std::string text = connection("a", "description: d") + resource("r");
  EXPECT_EQ(digest(text), digest(resource("r") + connection("a", "description: d")));
  EXPECT_EQ(moved(digest(text), digest(text)), "");
}

TEST_F(SavedDigests, TellWhatMovedOfEachObject) {
  project.apply_text(connection("a") + connection("b") + connection("c"));
  const std::string text =
      connection("a", "description: d") + connection("b", "description: d") + connection("c");
  const ObjectDigests saved = digest(text);
  project.live_body("Connection", "a")["logo"] = "by hand";
  EXPECT_EQ(moved(saved, digest(text)), "Connection/a: live\n");
  EXPECT_EQ(moved(saved, digest(connection("a", "description: d") + connection("b", "description: e") +
                                connection("c", "description: new"))),
            "Connection/a: live\nConnection/b: the manifest\nConnection/c: the manifest\n");
  project.recorded.objects.erase({"Connection", "b"});
  project.policy.adopt = plan::Adopt::kAlways;
  EXPECT_EQ(moved(saved, digest(text)), "Connection/a: live\nConnection/b: the state\n");
}

TEST_F(SavedDigests, PassOverWhatMovedOfAnObjectThatIsNotTouched) {
  project.apply_text(connection("a"));
  const ObjectDigests saved = digest(connection("a"));
  project.live_body("Connection", "a")["logo"] = "by hand";
  EXPECT_EQ(moved(saved, digest(connection("a"))), "");
}

TEST_F(SavedDigests, TellOfObjectsThatCameAndWent) {
  project.apply_text(connection("a") + connection("b"));
  const ObjectDigests saved = digest(connection("a"));
  EXPECT_EQ(moved(saved, digest(connection("a") + connection("b"))), "Connection/b: the manifest\n");
  project.remove_live("Connection", "b");
  EXPECT_EQ(moved(saved, digest(connection("a"))), "Connection/b: live\n");
  EXPECT_EQ(moved(digest(connection("a")), digest(connection("a") + connection("c"))),
            "Connection/c: the manifest\n");
}

TEST_F(SavedDigests, HoldSecretsThatAreSentToTheirFingerprints) {
  const std::string text = connection("a", "clientSecret: {fromEnv: S}");
  const auto with = [&](const std::string& fingerprint) {
    diff::SecretStatus& status = project.secrets[{{"Connection", "a"}, "/clientSecret"}];
    status.form =
        fingerprint.empty() ? diff::SecretStatus::Form::kUnavailable : diff::SecretStatus::Form::kNotRecorded;
    status.fingerprint = fingerprint;
    return digest(text);
  };
  EXPECT_EQ(moved(with("one"), with("two")), "Connection/a: the secret /clientSecret\n");
  EXPECT_EQ(moved(with("one"), with("one")), "");
  EXPECT_EQ(moved(with(""), with("one")), "") << "it was not at hand then";
  EXPECT_EQ(moved(with("one"), digest(connection("a", "clientSecret: {clear: true}"))),
            "Connection/a: the manifest\n")
      << "the value is not what moved";
  EXPECT_EQ(moved(with("one"), digest(connection("b"))),
            "Connection/a: the manifest\nConnection/b: the manifest\n");
}

TEST_F(SavedDigests, OfADeletionThatIsNoLongerToBeAreNotTakenForADriftOfLive) {
  project.apply_text(connection("a") + connection("b"));
  const ObjectDigests saved = digest(connection("a"));
  project.policy.prune.form = plan::Prune::Form::kNone;
  EXPECT_EQ(moved(saved, digest(connection("a"))), "Connection/b: what it refers to or the configuration\n");
}

TEST_F(SavedDigests, ComeBackFromTheFile) {
  project.secrets[{{"Connection", "a"}, "/clientSecret"}].fingerprint = "f";
  const ObjectDigests saved = digest(connection("a", "clientSecret: {fromEnv: S}") + resource("r"));
  const json::value file = json::parse(json::serialize(plan::to_json(saved)));
  EXPECT_EQ(plan::read_digests(file).value(), saved);
}

TEST_F(SavedDigests, ThatAreNoneAreAnError) {
  for (const char* text : {"{}", "[1]", R"([{"type":1}])", R"([{"type":"a","name":"b","secrets":[]}])",
                           R"([{"type":"a","name":"b","secrets":{"/x":1}}])"})
    EXPECT_FALSE(plan::read_digests(test::parse(text))) << text;
}

TEST_F(SavedDigests, OfMovedObjectsTakeTheirActionsAndRefusalsOut) {
  project.add_live("Connection", R"({"id":"a","name":"theirs"})");
  Manifests manifests(connection("a") + connection("b"));
  plan::Plan plan = project.plan(manifests);
  ASSERT_EQ(plan.refusals.size(), 1U);
  plan::refuse_moved(plan, {{{"Connection", "a"}, "live"}});
  EXPECT_THAT(plan.refusals, IsEmpty());
  EXPECT_EQ(test::action_on(plan, "Connection/a").refused,
            "Connection/a is not as the plan saw it: live changed");
  EXPECT_EQ(test::action_on(plan, "Connection/b").refused, "");
}

}  // namespace
}  // namespace descopectl
