// Documents that are not what they should be, or changed when nobody may: nothing is written over them.
#include "fixture.hpp"

namespace descopectl::remote_state {
namespace {

using Form = test::StateServer::Form;

class RefusedDocument : public RemoteState {
 protected:
  void SetUp() override {
    serve(Form::kPlain);
    auto store = open("ann@build-7");
    ASSERT_TRUE(store->put(state::test::sample_object("google")));
    ASSERT_TRUE(close(std::move(store)));
  }
  void expect_refused(const std::string& text, const std::string& message) {
    server.stored = text;
    const auto refused = read();
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ(refused.error().message(), message);
    EXPECT_FALSE(refused.error().hint().empty());
    EXPECT_EQ(try_open(holder("ben@build-8")).error().message(), message);
    EXPECT_EQ(server.stored, text);
    EXPECT_FALSE(server.lock) << "the lock is given back";
  }
  [[nodiscard]] std::string name() const { return "http://" + served->place() + "/state"; }
};

TEST_F(RefusedDocument, IsOneWithAChangedByte) {
  std::string text = *server.stored;
  text[text.find("live-google")] = 'L';
  expect_refused(text, "the state " + name() + " is damaged: its checksum does not fit");
}

TEST_F(RefusedDocument, IsOneThatEndsTooSoon) {
  server.stored = server.stored->substr(0, 100);
  const auto refused = read();
  EXPECT_EQ(refused.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_TRUE(refused.error().message().starts_with("the state " + name() + " is damaged: "));
}

TEST_F(RefusedDocument, IsTheStateOfAnotherProgram) {
  expect_refused(R"({"version":4,"terraform_version":"1.9.0","serial":3,"lineage":"x","resources":[]})",
                 "the document " + name() + " is not a state of descopectl");
}

TEST_F(RefusedDocument, IsOneOfANewerVersion) {
  json::object newer = document();
  newer["version"] = 2;
  expect_refused(json::serialize(newer), "the state " + name() + " was written by a newer descopectl");
}

TEST_F(RefusedDocument, IsNotOneThatTheServerLaidOutAnew) {
  const std::string before = state::test::text_of(read().value());
  json::object sorted;
  std::vector<std::string> names;
  for (const auto& member : document())
    names.emplace_back(member.key());
  std::sort(names.begin(), names.end());
  for (const auto& member : names)
    sorted[member] = document().at(member);
  server.stored = base::to_pretty_json(sorted);
  EXPECT_EQ(state::test::text_of(read().value()), before);
}

TEST_F(RefusedDocument, IsOneThatChangedWhileItWasOpen) {
  const auto store = open("ann@build-7");
  json::object changed = document();
  changed["serial"] = 99;
  server.stored = json::serialize(changed);
  ASSERT_TRUE(store->put(state::test::sample_object("slack")));
  const auto refused = flush(*store);
  EXPECT_EQ(refused.error().kind(), ErrorKind::kStale);
  EXPECT_EQ(refused.error().message(),
            "the state " + name() + " was changed by another program while it was open");
  EXPECT_EQ(server.stored, json::serialize(changed));
}

TEST_F(RefusedDocument, IsOneThatVanishedWhileItWasOpen) {
  const auto store = open("ann@build-7");
  server.stored.reset();
  ASSERT_TRUE(store->put(state::test::sample_object("slack")));
  EXPECT_EQ(flush(*store).error().message(), "the state " + name() + " is gone from its server");
  EXPECT_FALSE(server.stored);
}

TEST_F(RefusedDocument, HoldsNoSecretAndNoPassword) {
  RemoteOptions given = options();
  given.username = "ann";
  given.password = model::Secret("s3cret-pass");
  auto store = test::run(io, open_remote_state(given, holder("ann@build-7"), timing)).value();
  EXPECT_EQ(server.stored->find("s3cret"), std::string::npos);
  EXPECT_EQ(server.lock->find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace descopectl::remote_state
