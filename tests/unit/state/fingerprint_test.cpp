// Fingerprints of secrets: the same for the same, and different in every other case.
#include "descopectl/state/fingerprint.hpp"

#include <gtest/gtest.h>

#include <set>

#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using model::Secret;

const std::string kKey(64, '1');
const std::string kLong = "a-secret-of-30-characters-long";

std::string digest_of(const std::string& key, const std::string& id, const std::string& pointer,
                      const std::string& secret) {
  return make_fingerprint(key, id, pointer, Secret(secret)).digest;
}

TEST(Fingerprint, IsStable) {
  EXPECT_EQ(make_fingerprint(kKey, "id", "/clientSecret", Secret(kLong)),
            make_fingerprint(kKey, "id", "/clientSecret", Secret(kLong)));
  EXPECT_EQ(make_fingerprint(kKey, "id", "/clientSecret", Secret("short")),
            make_fingerprint(kKey, "id", "/clientSecret", Secret("short")));
  // Written into states for good: a change here makes every secret look rotated.
  EXPECT_EQ(digest_of(kKey, "id", "/clientSecret", kLong),
            "1e0e3e501696eb72c2f40d71165bd0881e9af883931301273c2925063351e5b7");
  EXPECT_EQ(digest_of(kKey, "id", "/clientSecret", "short"),
            "f6a357fdb9e7ad88ebffaafcdbab177e24d218b3e2dda169cfd71f90a7e236aa");
}

TEST(Fingerprint, DiffersByKeyObjectFieldAndSecret) {
  const std::set<std::string> digests = {
      digest_of(kKey, "id", "/a", kLong),       digest_of(std::string(64, '2'), "id", "/a", kLong),
      digest_of(kKey, "id2", "/a", kLong),      digest_of(kKey, "id", "/b", kLong),
      digest_of(kKey, "id", "/a", kLong + "x"), digest_of(kKey, "id/", "a", kLong),
      digest_of(kKey, "id", "/", "a" + kLong)};
  EXPECT_EQ(digests.size(), 7U);
}

TEST(Fingerprint, TakesTheSlowSchemeUnderTwentyCharacters) {
  const auto scheme = [](const std::string& secret) {
    return make_fingerprint(kKey, "id", "/a", Secret(secret)).scheme;
  };
  EXPECT_EQ(scheme(std::string(19, 'x')), "scrypt-16384-8-1");
  EXPECT_EQ(scheme(std::string(20, 'x')), "hmac-sha256");
  EXPECT_EQ(scheme("ääääääääääää"), "scrypt-16384-8-1") << "12 characters, 24 bytes";
  EXPECT_EQ(scheme(std::string(20, '\xff')), "hmac-sha256") << "no text: its bytes count";
  EXPECT_EQ(digest_of(kKey, "id", "/a", "short").size(), 64U);
}

TEST(Fingerprint, DiffersInTheSlowSchemeToo) {
  const std::set<std::string> digests = {
      digest_of(kKey, "id", "/a", "short"), digest_of(std::string(64, '2'), "id", "/a", "short"),
      digest_of(kKey, "id2", "/a", "short"), digest_of(kKey, "id", "/b", "short"),
      digest_of(kKey, "id", "/a", "shorT")};
  EXPECT_EQ(digests.size(), 5U);
}

TEST(Fingerprint, IsNeverMadeWithoutAKey) {
  EXPECT_EQ(make_fingerprint("", "id", "/a", Secret(kLong)), model::Fingerprint{});
  EXPECT_EQ(make_fingerprint("not hex", "id", "/a", Secret(kLong)), model::Fingerprint{});
}

TEST(Fingerprint, StaysWhenTheHandleMoves) {
  const test::TemporaryFolder folder;
  const auto store = test::open_store(folder / "state.json");
  model::RecordedObject object = test::sample_object("google");
  const auto make = [&](const model::RecordedObject& owner) {
    return make_fingerprint(store->current().fingerprint_key, owner.object_id, "/clientSecret",
                            Secret(kLong));
  };
  object.secrets["/clientSecret"] = make(object);
  ASSERT_TRUE(store->put(object));
  ASSERT_TRUE(store->move(object.key, test::connection_key("gcal")));
  const model::RecordedObject& moved = store->current().objects.at(test::connection_key("gcal"));
  EXPECT_EQ(moved.secrets.at("/clientSecret"), make(moved));
}

}  // namespace
}  // namespace descopectl::state
