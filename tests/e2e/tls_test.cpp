// TLS from the program's side: who is trusted, and that nothing is said to anybody else.
#include <gtest/gtest.h>

#include "hosted.hpp"
#include "support/certificates.hpp"

namespace descopectl::e2e {
namespace {

emulator::RunningOptions with_identity(const test::Identity& identity) {
  emulator::RunningOptions options;
  options.server.certificate_pem = identity.certificate_pem;
  options.server.private_key_pem = identity.key_pem;
  return options;
}

class Tls : public testing::Test, public Workspace {
 protected:
  void serve(const test::CertificateSpec& spec) {
    hosted = std::make_unique<Hosted>(with_identity(test::make_certificate(spec, &authority)));
    aim(*this, *hosted);
    folder.write("descopectl.yaml",
                 "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                 "http: {retries: 1, retryBaseMilliseconds: 1}\n");
    folder.write("descope/main.yaml", connection("a"));
    folder.write("ca.pem", authority.certificate_pem);
  }
  /// No request: the key stands in the first one.
  void expect_refused(const Arguments& more, std::string_view why) {
    Arguments arguments{"apply", "--auto-approve"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result result = run(arguments);
    EXPECT_EQ(result.status, 5) << result.all();
    EXPECT_NE(result.err.find(why), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("trying again"), std::string::npos)
        << "no retry mends a certificate: " << result.err;
    EXPECT_EQ(hosted->request_count(), 0U);
  }

  test::Identity authority = test::make_authority();
  std::unique_ptr<Hosted> hosted;
};

TEST_F(Tls, OfAnUnknownAuthorityIsRefusedBeforeTheKeyIsSent) {
  serve({});
  expect_refused({}, "certificate");
}

TEST_F(Tls, OfAKnownAuthorityIsAccepted) {
  serve({});
  const Result result = run({"apply", "--auto-approve", "--ca-file", "ca.pem"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(hosted->bodies("/v1/mgmt/outbound/app/create").size(), 1U);
  environment["SSL_CERT_FILE"] = folder.path("ca.pem").string();
  EXPECT_EQ(run({"plan"}).status, 0);
}

TEST_F(Tls, OfAnotherHostIsRefused) {
  serve({.names = {"DNS:other.example"}});
  expect_refused({"--ca-file", "ca.pem"}, "127.0.0.1");
}

TEST_F(Tls, ThatHasExpiredIsRefused) {
  serve({.begins_in_days = -10, .ends_in_days = -5});
  expect_refused({"--ca-file", "ca.pem"}, "expired");
}

TEST_F(Tls, WithAnAuthorityFileThatIsNoneIsWrongInput) {
  serve({});
  folder.write("ca.pem", "no certificate\n");
  EXPECT_EQ(run({"plan", "--ca-file", "ca.pem"}).status, 3);
  EXPECT_EQ(run({"plan", "--ca-file", "missing.pem"}).status, 3);
  EXPECT_EQ(hosted->request_count(), 0U);
}

TEST_F(Tls, IsNotGivenUpForAPlainServer) {
  serve({});
  const Hosted plain;
  environment["DESCOPE_BASE_URL"] = "https://127.0.0.1:" + std::to_string(plain.port());
  const Result result = run({"plan", "--ca-file", "ca.pem"});
  EXPECT_EQ(result.status, 5) << result.all();
  EXPECT_EQ(plain.request_count(), 0U);
}

}  // namespace
}  // namespace descopectl::e2e
