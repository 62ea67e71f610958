// Hashes against published test vectors.
#include "descopectl/base/digest.hpp"

#include <gtest/gtest.h>

#include "descopectl/base/text.hpp"

namespace descopectl::base {
namespace {

TEST(Digest, GivesPublishedSha256Values) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(short_checksum("abc"), "ba7816bf8f01cfea");
}

TEST(Digest, GivesHmacOfRfc4231) {
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, TakesAnEmptyHmacKeyForEmpty) {
  const auto before = hmac_sha256_hex("another key", "x");
  EXPECT_EQ(hmac_sha256_hex("", ""), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_NE(hmac_sha256_hex({}, "x"), before);
}

TEST(Digest, GivesScryptOfRfc7914) {
  // RFC 7914 section 12, third vector, whose first 32 bytes are what 32 asked-for bytes are.
  EXPECT_EQ(scrypt_hex("pleaseletmein", "SodiumChloride"),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
  EXPECT_EQ(scrypt_hex({}, "salt").size(), 64U);
}

TEST(Digest, DrawsRandomBytesThatDiffer) {
  EXPECT_EQ(random_hex(32).size(), 64U);
  EXPECT_NE(random_hex(16), random_hex(16));
  EXPECT_EQ(random_hex(0), "");
}

TEST(Digest, ReadsLowerCaseHexadecimalOnly) {
  EXPECT_EQ(from_hex("61627a"), "abz");
  EXPECT_EQ(from_hex("6"), "");
  EXPECT_EQ(from_hex("6A"), "");
  EXPECT_EQ(from_hex("zz"), "");
}

TEST(Md5, IsThatOfRfc1321) {
  EXPECT_EQ(to_base64(md5("")), "1B2M2Y8AsgTpgAmY7PhCfg==");
  EXPECT_EQ(to_base64(md5("abc")), "kAFQmDzST7DWlj99KOF/cg==");
}

}  // namespace
}  // namespace descopectl::base
